/* What the parts of the walker over unions and structs with pointers share: rpc_shape.h. Private to the
 * runtime. */
#ifndef RPC_RUNTIME_SHAPE_H
#define RPC_RUNTIME_SHAPE_H

#include <rpc_shape.h>
#include <string.h>

/* The values of one field. */
struct rpc_shape_items {
    uint8_t *first; /* NULL: there are none */
    uint32_t room;  /* elements in memory */
    uint32_t count; /* of those, good ones */
    int64_t about;  /* the value that tells the arm of a union */
    const IID *iid; /* of interfaces */
};

/** A pointer in memory. */
static inline void *rpc__shape_load(const void *at)
{
    void *pointer;

    memcpy(&pointer, at, sizeof(pointer));
    return pointer;
}

static inline void rpc__shape_store(void *at, const void *pointer)
{
    memcpy(at, &pointer, sizeof(pointer));
}

/** From one element to the next. */
static inline uint32_t rpc__shape_stride(const struct rpc_shape_field *field)
{
    return field->flags & RPC_SHAPE_POINTED || field->kind == WIRE_KIND_INTERFACE ? (uint32_t)sizeof(void *)
                                                                                  : field->bytes;
}

/** The number in a field. */
static inline uint64_t rpc__shape_number(const struct rpc_shape_field *field, const uint8_t *record)
{
    return wire_table_load(field->kind, record + field->offset);
}

/** Whether an integer keeps to its range, and to its closed enum. */
bool rpc__shape_is_good(const struct rpc_shape_field *field, uint64_t value);

/**
 * The values of a field of a struct, as its other fields say; it does not look at a pointer to an array.
 * @retval false a count is too large
 */
bool rpc__shape_items(const struct rpc_shape *shape, const struct rpc_shape_field *field, uint8_t *record,
                      struct rpc_shape_items *out_items);

/** Of a parameter. */
struct rpc_shape_items rpc__shape_param(const struct rpc_shape_field *field, const void *value,
                                        uint32_t count, int64_t about);

/** The arm that a value tells: an index, RPC_SHAPE_EMPTY or RPC_SHAPE_REFUSED. */
int32_t rpc__shape_arm(const struct rpc_shape *shape, int64_t about);

/* What is done to every pointer that a value has. */
struct rpc_shape_visit {
    void (*text)(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                 void *at); /* at: the pointer to it; NULL: nothing */
    void (*interface)(struct rpc_shape_visit *visit, void *at, const IID *iid);
    void (*block)(struct rpc_shape_visit *visit, void *at); /* behind what is in it */
    struct rpc_call *call;
    struct rpc_incoming *incoming;
    HRESULT hr;
    uint32_t depth;
    struct rpc_shape_later *later; /* what is freed when this is */
    uint32_t left;                 /* what could not be noted there, and waits where it is */
    struct rpc_shape_place *first; /* if this is a search: the first pointer to structs; else NULL */
};

void rpc__shape_visit(struct rpc_shape_visit *visit, const struct rpc_shape_field *field,
                      const struct rpc_shape_items *items);

/** As rpc_shape_free, of a value whose interfaces are only numbers yet. */
void rpc__shape_forget(const struct rpc_shape_field *field, const struct rpc_shape_items *items);

#endif
