/* Simulations in processes of their own, so that one that fails, in whatever way, is only that one. */
#ifndef SIM_RUNNER_H
#define SIM_RUNNER_H

#include <stdatomic.h>
#include "world.h"

enum { INVARIANT_BYTES = 24, REPORT_BYTES = 16384, WORKERS_MAX = 64 };

/* What a process leaves behind, in memory that it shares. */
struct report {
    uint64_t seed;                   /* that it runs, or ran last */
    char invariant[INVARIANT_BYTES]; /* "": none was broken */
    char text[REPORT_BYTES];
};

struct run {
    const struct world_workload *workload;
    const char *changes; /* of what the seed gives, as options_parse takes them; "" */
    bool aloud;          /* every event is printed */
    bool first;          /* no more are begun when one has failed */
    bool twice;          /* every seed, and the digests are compared; else only some */
};

/** One seed with these options. @return whether it held; else `out_report` says what did not */
bool run_one(const struct run *run, uint64_t seed, const struct sim_options *options,
             struct report *out_report);

/**
 * Seeds first..last, until `until_s` on the clock of time(); 0: no limit. @param failed  called for each that
 * did not hold @return how many were run
 */
uint64_t run_many(const struct run *run, uint64_t first, uint64_t last, int64_t until_s, uint32_t workers,
                  void (*failed)(const struct run *run, const struct report *report));

/** What the seed gives, with the changes. */
void run_options(const struct run *run, uint64_t seed, struct sim_options *out_options);

/** Makes a failure smaller: fewer options, faults and operations that break the same promise. */
void shrink(const struct run *run, struct report *report, struct sim_options *options);

#endif
