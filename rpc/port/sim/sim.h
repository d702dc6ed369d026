/*
 * What tests drive the simulated port with. One simulation at a time and process.
 *
 * Threads give up the processor where real ones might: when they take or give a mutex, wait, sleep or end.
 * With a seed the next one is drawn at random, so that many seeds explore many interleavings; a seed repeats
 * exactly.
 */
#ifndef SIM_H
#define SIM_H

#include <port.h>

/**
 * Runs `main(argument)` as the first thread of a simulation and returns when it has returned. Threads that
 * are left by then are dropped where they stand, so a test ends its nodes first.
 *
 * @param seed  0: threads run in turn
 * Panics (abort) when all threads sleep for ever: a deadlock.
 */
void sim_run(uint64_t seed, void (*main)(void *argument), void *argument);

/** The running thread sleeps for virtual time. */
void sim_sleep(int64_t duration_ns);

/** Lets every other thread that can run do so once. */
void sim_yield(void);

/** The n-th port_alloc from now on fails (1: the next), once; 0: none. */
void sim_fail_alloc(uint32_t nth);

/** Blocks of port_alloc that are not freed. */
uint32_t sim_allocated(void);

#endif
