/* An object behind everything.idl's interface, and calls with random values that know what must come back. */
#ifndef ECHO_H
#define ECHO_H

#include <everything.idl.h>
#include <stdio.h>

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

/** Says which comparison failed and leaves the function. */
#define EXPECT(condition)                                          \
    do {                                                           \
        if (!(condition)) {                                        \
            if (!echo_calls_quiet)                                 \
                fprintf(stderr, "%s: %s\n", __func__, #condition); \
            return false;                                          \
        }                                                          \
    } while (0)

/** The number of a method. */
#define ECHO_SLOT(method) ((uint32_t)(offsetof(struct IEverythingVtbl, method) / sizeof(void *)))

/** All methods that succeed; ends with a NULL name. */
extern const struct echo_call echo_calls_list[];

void random_seed(uint64_t seed);
uint64_t random_bits(void);
uint32_t random_below(uint32_t limit);

/** Of any magnitude: most random numbers would be large ones. */
uint64_t random_number(void);

/** UTF-8 of at most `max` bytes, with NUL. */
void random_text(char *text, uint32_t max);

/** UTF-16 of at most `max` characters of 16 bits, with NUL. */
void random_wide(char16_t *text, uint32_t max);

/* ---- echo_texts.c: methods and calls with texts of 16-bit characters ---- */

/** A text that echo_Wide answers with one that is no UTF-16. */
#define ECHO_BAD_TEXT u"!"

HRESULT echo_Wide(IEverything *self, const char16_t *a, const char16_t *b, const char16_t *c,
                  uint32_t capacity, char16_t *out_a, char16_t *out_b, char16_t out_c[64], char16_t *d);
HRESULT echo_WideStructs(IEverything *self, const struct wide *a, const struct wide *b, uint32_t count,
                         char16_t initial, const char16_t *raw, uint32_t length, struct wide *out_a,
                         struct wide *out_b, char16_t *out_raw);
bool call_Wide(IEverything *target);
bool call_WideStructs(IEverything *target);

#endif
