/* Takes away whatever a failure does not need: options first, since they change what faults there are. */
#include "runner.h"
#include <stdio.h>
#include <string.h>

struct attempt {
    const struct run *run;
    struct report *report; /* of the smallest failure so far */
    struct sim_options *options;
};

/* Keeps the smaller options if they break the same promise. */
static bool try_options(struct attempt *attempt, const struct sim_options *smaller)
{
    struct report report;

    if (run_one(attempt->run, attempt->report->seed, smaller, &report) ||
        strcmp(report.invariant, attempt->report->invariant) != 0)
        return false;
    *attempt->options = *smaller;
    *attempt->report = report;
    return true;
}

/* The least of the values that still fails, halving the way to `low`. */
static void shrink_number(struct attempt *attempt, size_t offset, uint32_t low)
{
    for (;;) {
        struct sim_options smaller = *attempt->options;
        uint32_t *value = (uint32_t *)(void *)((char *)&smaller + offset);

        if (*value <= low)
            return;
        *value = low;
        if (try_options(attempt, &smaller))
            return;
        smaller = *attempt->options;
        *value = low + (*value - low) / 2;
        if (*value == low || !try_options(attempt, &smaller))
            return;
    }
}

/* Clears the bits that are not needed, many at once first. */
static void shrink_mask(struct attempt *attempt, size_t offset, uint32_t bits)
{
    uint32_t width = bits, at;

    for (; width; width /= 2) {
        for (at = 0; at < bits; at += width) {
            struct sim_options smaller = *attempt->options;
            uint64_t *mask = (uint64_t *)(void *)((char *)&smaller + offset), before = *mask;

            *mask &= ~((width == 64 ? UINT64_MAX : (UINT64_C(1) << width) - 1) << at);
            if (*mask != before)
                (void)try_options(attempt, &smaller);
        }
    }
}

void shrink(const struct run *run, struct report *report, struct sim_options *options)
{
    struct run quietly = *run;
    struct attempt attempt = {&quietly, report, options};
    uint32_t i, j;

    quietly.aloud = false;
#define X(name, low, high, text) shrink_number(&attempt, offsetof(struct sim_options, name), low);
    SIM_OPTIONS(X)
#undef X
    if (options->faults)
        shrink_mask(&attempt, offsetof(struct sim_options, fault_mask), options->faults);
    for (i = 0; i < options->nodes; i++)
        for (j = 0; j < options->clients; j++)
            shrink_mask(&attempt,
                        offsetof(struct sim_options, operation_mask[0][0]) +
                            (i * CLIENTS_MAX + j) * sizeof(uint64_t),
                        options->operations);
}
