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
                         struct wide *out_b, char16_t *out_raw, char16_t *mark);
bool call_Wide(IEverything *target);
bool call_WideStructs(IEverything *target);

/** Random characters, whole structs. */
void random_wide_struct(struct wide *value);
bool same_wide_structs(const struct wide *left, const struct wide *right);

HRESULT echo_Bstrs(IEverything *self, BSTR a, BSTR b, BSTR *out_a, BSTR *out_b, BSTR *c,
                   IUnknown **out_object);
HRESULT echo_get_Title(IEverything *self, BSTR *title);
HRESULT echo_put_Title(IEverything *self, BSTR title);
bool call_Bstrs(IEverything *target);
bool call_Title(IEverything *target);

/* ---- echo_allocated.c: results whose memory the callee allocates ---- */

/* What Allocated does wrong; more than a caller may ask for. */
enum {
    ECHO_TOO_LONG = 0x10000,  /* out_wide is longer than its bound */
    ECHO_NO_TEXT = 0x20000,   /* out_wide is no UTF-16 */
    ECHO_NEGATIVE = 0x40000,  /* inout_length is less than 0 */
    ECHO_NO_MEMORY = 0x80000, /* out_points is NULL, but there are some */
    ECHO_FAILS = 0x100000,    /* fails, and leaves out_text behind */
    ECHO_HUGE = 0x200000,     /* out_bytes has 20 MiB */
};

struct echo_allocated {
    char *text;
    char16_t *wide;
    struct wide *structure;
    GUID *id;
    int32_t *number;
    struct point *points;
    uint16_t count;
    uint8_t *bytes;
    int32_t length;
    int64_t *numbers;
    enum color *colors;
    IUnknown *object;
    char plain[64];
};

/** Calls Allocated; frees nothing. */
HRESULT echo_allocate(IEverything *target, uint32_t wanted, const char *text, const struct point *points,
                      uint32_t count, struct echo_allocated *out_results);
void echo_allocated_free(struct echo_allocated *results);

HRESULT echo_Allocated(IEverything *self, uint32_t wanted, const char *text, const struct point *points,
                       uint32_t count, char **out_text, char16_t **out_wide, struct wide **out_struct,
                       GUID **out_id, int32_t **out_number, struct point **out_points, uint16_t *out_count,
                       uint8_t **out_bytes, int32_t *inout_length, int64_t **out_numbers,
                       enum color **out_colors, IUnknown **out_object, char *out_plain);
HRESULT echo_Copy(IEverything *self, const char *text, char **out_text);
bool call_Allocated(IEverything *target);
bool call_Copy(IEverything *target);

#endif
