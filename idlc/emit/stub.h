/* Shared by stub.c (methods and the call), stub_variables.c, stub_request.c (before it) and stub_results.c.
 */
#ifndef IDLC_STUB_H
#define IDLC_STUB_H

#include "marshal.h"

/* A struct larger than this is not put on the worker's stack. */
#define STUB_STACK_STRUCT_BYTES 256

/* ---- its variables (stub_variables.c) ---- */

/** Whether the value behind a pointer may be absent. */
bool stub_is_optional(const struct ir_param *param);

/** Whether it is an array with pointers whose elements are counted in the request, because nobody else says
 * how many there are. */
bool stub_is_counted(const struct marshal *m, const struct ir_param *param);

/** The variable that the walk over the request fills. */
const char *stub_request_variable(const struct marshal *m, const struct ir_param *param);

/** Whether its variable is a pointer: to memory for an output that is not written in place, or to an array
 * that was decoded. */
bool stub_has_memory(const struct ir_param *param);

/** Declares a pointer to the elements of an array or text. */
const char *stub_element_pointer(const struct marshal *m, const struct ir_param *param, const char *name);

/** Whether anything is read from the request. */
bool stub_has_input(const struct ir_method *method);

/** All variables of the method's stub. */
void stub_declare(const struct marshal *m);

/* ---- before the call (stub_request.c) ---- */

/** Everything up to the call, the last of which can fail without a trace of it. */
void stub_decode(const struct marshal *m);

/* ---- behind it ---- */

/** The value of a count, as a uint32_t expression of the stub's variables. */
const char *stub_count_of(const struct marshal *m, const struct ir_size *size);

/*
 * An [in] array whose bound says that it is no larger than this gets its memory before the message is read,
 * so that one walk is enough. Arrays together may take a few times as much.
 */
#define STUB_DIRECT_BYTES 1024
#define STUB_DIRECT_BYTES_ALL 2048

/** Most elements of an array that is read directly; 0: its elements are counted first. */
uint32_t stub_direct_limit(const struct marshal *m, const struct ir_param *param);

/** Whether a struct lives in memory of the call, not on the stack. */
bool stub_is_in_scratch(const struct ir_param *param);

/**
 * Whether the stub keeps what a count was before the call: it is behind a pointer, so the method may change
 * it, but that is how much memory there is.
 */
bool stub_is_kept(const struct marshal *m, uint32_t index);

/**
 * Whether the results are written through a copy of the call's writer, which the compiler can keep in
 * registers. Where the runtime writes interfaces itself, there is none.
 */
bool stub_has_writer(const struct ir_method *method);

/** How many bytes the reply takes at most; where the method allocates results, known behind it. */
void stub_reply_bound(const struct marshal *m, struct pieces *out_terms, uint32_t *out_scalars);

/** Whether the method allocates a result. */
bool stub_has_allocated(const struct ir_method *method);

/** The variable for what is known of a text that the method allocated: its length, or a struct wire_wide. */
const char *stub_text_of(const struct marshal *m, const struct ir_param *param);

/** How many elements of an output go into the reply. */
const char *stub_result_count(const struct marshal *m, const struct ir_param *param);

/** The value, or the first element, of a parameter that tables describe, as the walker takes it. */
const char *stub_shape_value(const struct marshal *m, const struct ir_param *param);

/** Everything behind the method's return. */
void stub_encode(const struct marshal *m);

#endif
