/* The simulation of the runtime itself. */
#include "simulate.h"
#include "workload.h"

int main(int argc, char **argv)
{
    return simulate(argc, argv, &workload_of_actors);
}
