/* Calls that tables describe: what caller (table_call.c) and callee (table_serve.c) share. Private to the
 * runtime. */
#ifndef RPC_RUNTIME_TABLE_H
#define RPC_RUNTIME_TABLE_H

#include <rpc_marshal.h>

struct rpc_table_frame {
    const struct wire_member *members;
    uint32_t count;
    uint8_t *base; /* the slots, then the arguments */
    union wire_slot *slots;
};

/** The argument of a parameter that C passes by a pointer. */
void *rpc__table_pointer(const struct rpc_table_frame *frame, uint32_t index);
void rpc__table_set_pointer(const struct rpc_table_frame *frame, uint32_t index, const void *pointer);

/** Where the value of a number, GUID or struct is. */
void *rpc__table_value(const struct rpc_table_frame *frame, uint32_t index);
uint64_t rpc__table_number(const struct rpc_table_frame *frame, uint32_t index);

/** Whether a parameter has a size: texts, bytes and arrays. */
bool rpc__table_is_sized(const struct wire_member *member);

/** What size_is and length_is say at present; without length_is both are the same. */
uint32_t rpc__table_size(const struct rpc_table_frame *frame, const struct wire_member *member);
uint32_t rpc__table_length(const struct rpc_table_frame *frame, const struct wire_member *member);

/** Whether any parameter has, of these flags, just the wanted ones. */
bool rpc__table_has(const struct rpc_table_frame *frame, uint32_t flags, uint32_t wanted);

/** Most elements or bytes. */
uint32_t rpc__table_limit(const struct wire_member *member);

/** Whether the [in] counts of a parameter are within its limit. */
bool rpc__table_counts_are_good(const struct rpc_table_frame *frame, const struct wire_member *member);

bool rpc__table_number_is_good(const struct wire_member *member, uint64_t value);

/** Most bytes of a field without texts in structs; `count` of texts, bytes and arrays. */
size_t rpc__table_bound(const struct wire_member *member, uint32_t count);

/** The same with those texts, which are measured. */
size_t rpc__table_measure(struct wire_budget *budget, const struct wire_member *member, const void *value,
                          uint32_t count);

/** Writes anything but interfaces. */
void rpc__table_put(struct wire_writer *writer, const struct wire_member *member, const void *value,
                    uint32_t count);

#endif
