/* Shared by proxy.c (the call), proxy_request.c (what it sends) and proxy_results.c (its reply). */
#ifndef IDLC_PROXY_H
#define IDLC_PROXY_H

#include "marshal.h"

/** Whether a count behind a pointer is read into a local once: it says how much of other memory is read. */
bool proxy_is_kept(const struct ir_method *method, uint32_t index);

/** Whether the output is NULL when the call fails: objects, and what is allocated for the caller. */
static inline bool proxy_is_cleared(const struct ir_param *param)
{
    return param->is_out && !param->is_in && (param->shape == WIRE_INTERFACE || param->is_allocated);
}

/** The value that the caller gave: of a scalar, or behind a pointer. */
const char *proxy_given(const struct marshal *m, const struct ir_param *param);

/** The value of the parameter that a size names, as the caller gave it; a uint32_t expression. */
const char *proxy_given_count(const struct marshal *m, const struct ir_size *size);

/** How many elements of an array, or bytes, go in: none if it is NULL. */
const char *proxy_sent_count(const struct marshal *m, const struct ir_param *param);

/** The name of the function that makes the call: the proxy, or of a void method what it calls. */
const char *proxy_name(const struct marshal *m);

/** The proxy of a void method; nothing for others. */
void proxy_emit_void(const struct marshal *m);

/** The body of a proxy up to the complete request; declares all it needs. `self`: what the call is begun on.
 */
void proxy_emit_request(struct marshal *m, const char *self);

/** What follows when the call has returned: results are read if it succeeded. */
void proxy_emit_reply(const struct marshal *m);

/** Fails with E_POINTER if an argument must not be NULL, and clears interfaces that come out. */
void proxy_check_pointers(const struct marshal *m);

/**
 * Clears arrays of pointers that come out, which the caller frees or releases: when the call fails, there is
 * nothing to be freed.
 */
void proxy_clear_arrays(const struct marshal *m);

/** Whether the results' reader must know this parameter. */
bool proxy_is_for_results(const struct ir_method *method, uint32_t index);

/** async_calls.c: the call objects of an interface that [async_uuid] made. */
void async_emit(struct text *out, const struct ir_interface *async);

bool proxy_has_results(const struct ir_method *method);

/**
 * The name and the arguments, or with types the parameters, of a method's function that reads its results.
 */
const char *proxy_results_list(const struct marshal *m, bool with_types, uint32_t *out_count,
                               const char ***out_items);

/** static HRESULT I_M_results(call, outputs): all is checked before anything is assigned. */
void proxy_emit_results(struct marshal *m);

#endif
