/* Calls that tables describe: what caller (table_call.c) and callee (table_serve.c) share. Private to the
 * runtime. */
#ifndef RPC_RUNTIME_TABLE_H
#define RPC_RUNTIME_TABLE_H

#include <rpc_marshal.h>
#include <string.h>

struct rpc_table_frame {
    const struct wire_method *method;
    const struct wire_member *members;
    uint32_t count;
    uint32_t special; /* of the method */
    uint8_t *base;    /* the slots, then the arguments */
    union wire_slot *slots;
};

static inline void rpc__table_open(struct rpc_table_frame *frame, const struct wire_method *method,
                                   void *arguments)
{
    frame->method = method;
    frame->members = method->members;
    frame->count = method->count;
    frame->special = method->special;
    frame->base = (uint8_t *)arguments;
    frame->slots = (union wire_slot *)arguments;
}

/** Goes to the next of a set of members: for (set = frame->special; rpc__table_next(&set, &i);) */
__attribute__((always_inline)) static inline bool rpc__table_next(uint32_t *set, uint32_t *out_index)
{
    if (!*set)
        return false;
    *out_index = (uint32_t)__builtin_ctz(*set);
    *set &= *set - 1;
    return true;
}

/** The argument of a parameter that C passes by a pointer. */
static inline void *rpc__table_pointer(const struct rpc_table_frame *frame, uint32_t index)
{
    void *pointer;

    memcpy(&pointer, frame->base + frame->members[index].offset, sizeof(pointer));
    return pointer;
}

static inline void rpc__table_set_pointer(const struct rpc_table_frame *frame, uint32_t index,
                                          const void *pointer)
{
    memcpy(frame->base + frame->members[index].offset, &pointer, sizeof(pointer));
}

/** Whether a parameter has a size: texts, bytes and arrays. */
static inline bool rpc__table_is_sized(const struct wire_member *member)
{
    return member->kind >= WIRE_KIND_TEXT && member->kind <= WIRE_KIND_ARRAY;
}

/** Where the value of a number, GUID or struct is. */
void *rpc__table_value(const struct rpc_table_frame *frame, uint32_t index);
uint64_t rpc__table_number(const struct rpc_table_frame *frame, uint32_t index);

/** What size_is and length_is say at present; without length_is both are the same. */
uint32_t rpc__table_size(const struct rpc_table_frame *frame, const struct wire_member *member);
uint32_t rpc__table_length(const struct rpc_table_frame *frame, const struct wire_member *member);

/** Most elements or bytes. */
uint32_t rpc__table_limit(const struct wire_member *member);

/** Whether the [in] counts of a parameter are within its limit. */
bool rpc__table_counts_are_good(const struct rpc_table_frame *frame, const struct wire_member *member);

/** Most bytes of a field, with the texts of structs, which are measured; `count` of texts, bytes and arrays.
 */
size_t rpc__table_measure(struct wire_budget *budget, const struct wire_member *member, const void *value,
                          uint32_t count);

/** Writes anything but interfaces. */
void rpc__table_put(struct wire_writer *writer, const struct wire_member *member, const void *value,
                    uint32_t count);

#endif
