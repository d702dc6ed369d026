/* Shared by stub.c (decoding and the call) and stub_results.c (its results). */
#ifndef IDLC_STUB_H
#define IDLC_STUB_H

#include "marshal.h"

/* A struct larger than this is not put on the worker's stack. */
#define STUB_STACK_STRUCT_BYTES 256

/** The value of a count, as a uint32_t expression of the stub's variables. */
const char *stub_count_of(const struct marshal *m, const struct ir_size *size);

/** Whether a struct lives in memory of the call, not on the stack. */
bool stub_is_in_scratch(const struct ir_param *param);

/**
 * Whether the stub keeps what a count was before the call: it is behind a pointer, so the method may change
 * it, but that is how much memory there is.
 */
bool stub_is_kept(const struct marshal *m, uint32_t index);

/** Everything behind the method's return. */
void stub_encode(const struct marshal *m);

#endif
