/* Where a case runs on the simulated port: in virtual time, in turn and in some random interleavings. */
#ifndef CONFORMANCE_SIMULATED_H
#define CONFORMANCE_SIMULATED_H

#include <sim.h>

static inline void run_simulated(void (*main)(void *argument), void *argument)
{
    uint64_t seed;

    for (seed = 0; seed < 5; seed++)
        sim_run(seed, main, argument);
}

#endif
