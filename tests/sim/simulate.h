/* The command line of a simulation, whatever its workload is: see docs/simulator.md. */
#ifndef SIM_SIMULATE_H
#define SIM_SIMULATE_H

#include "world.h"

/** main() of a program that simulates `workload`. @return exit code: 0 no violation, 1 violations, 2 misuse
 */
int simulate(int argc, char **argv, const struct world_workload *workload);

#endif
