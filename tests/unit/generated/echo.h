/* An object behind everything.idl's interface, and calls with random values that know what must come back. */
#ifndef ECHO_H
#define ECHO_H

#include <everything.idl.h>

/** One object, never destroyed. */
extern IEverything echo_object;

extern uint32_t echo_refs;  /* references to it */
extern uint32_t echo_calls; /* methods that ran */
extern IID echo_iids[2];    /* what the last call of Objects was given */

struct echo_call {
    const char *name;
    /* Calls one method with random values; false: something came back wrong. */
    bool (*run)(IEverything *target);
    uint32_t slot;
};

/** Whether calls do not print what came back wrong. */
extern bool echo_calls_quiet;

/** All methods that succeed; ends with a NULL name. */
extern const struct echo_call echo_calls_list[];

void random_seed(uint64_t seed);
uint64_t random_bits(void);
uint32_t random_below(uint32_t limit);

/** UTF-8 of at most `max` bytes, with NUL. */
void random_text(char *text, uint32_t max);

#endif
