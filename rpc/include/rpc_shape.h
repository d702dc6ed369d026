/*
 * What points to more than itself: unions, and structs with pointers, arrays of their own, texts and
 * interfaces. Generated code, straight-line or with tables, describes such parameters and hands them to one
 * walker (rpc/runtime/shape*.c), because most of their time goes into memory, not into decisions.
 *
 * Memory: an [in] value is made in the call's scratch memory, its texts stay in the request. What goes out,
 * or in and out, is made of blocks of com_alloc, one for each pointer, and holds a reference to each
 * interface: the method makes it, the stub frees it; the proxy makes it, the caller frees it (rpc_shape_free
 * does that).
 *
 * On the wire a union is a message with the field of one arm, or none for an arm that holds nothing. Which
 * arm it is says a field of its own beside it. A value that goes with no arm is refused on both sides, as is
 * a field of another arm.
 */
#ifndef RPC_SHAPE_H
#define RPC_SHAPE_H

#include <rpc_marshal.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Structs behind pointers in structs, at most: those that are deeper are refused on both sides. */
#define RPC_SHAPE_DEPTH_MAX 100

enum rpc_shape_form {
    RPC_SHAPE_ONE,   /* a value in place */
    RPC_SHAPE_FIXED, /* `count` of them in place */
    RPC_SHAPE_SIZED, /* a pointer to as many as others say; a parameter: the first of them */
};

enum rpc_shape_flag {
    RPC_SHAPE_POINTED = 1,  /* each value is behind a pointer */
    RPC_SHAPE_OPTIONAL = 2, /* it may be NULL: of an array, whatever its count is */
    RPC_SHAPE_WIDE = 4,     /* a text of 16-bit characters: `bytes` counts those */
    RPC_SHAPE_BSTR = 8,     /* a BSTR: POINTED and WIDE, too. In arrays NULL is sent as the empty text */
};

struct rpc_shape;

/* A field of a struct, an arm of a union, or a parameter. */
struct rpc_shape_field {
    uint8_t kind;  /* enum wire_kind; not WIRE_KIND_ARRAY. Text that is not POINTED is an array of `bytes` */
    uint8_t form;  /* enum rpc_shape_form */
    uint8_t flags; /* enum rpc_shape_flag */
    uint16_t size; /* of what is SIZED: 1 + index of the field that counts; 0: `count` */
    uint16_t length; /* 1 + index of the field that says how many of those are good; 0: all */
    uint16_t about;  /* 1 + index of the field that tells a union's arm, or an interface's id */
    uint32_t number; /* on the wire */
    uint32_t offset; /* in the struct */
    uint32_t bytes;  /* of a value in memory; of what is POINTED, of what is behind the pointer, at most */
    uint32_t limit;  /* most elements of what is SIZED */
    uint32_t count;
    union {
        const void *more;               /* NULL: all values of a number are good */
        const struct wire_range *range; /* of a number */
        const int32_t *values;          /* of WIRE_KIND_CLOSED: how many, then each */
        const struct rpc_shape *record; /* of WIRE_KIND_RECORD */
        const IID *iid;                 /* of WIRE_KIND_INTERFACE; NULL: `about` tells it */
    };
};

/* Instead of the index of an arm. */
enum { RPC_SHAPE_EMPTY = -1 /* it holds nothing */, RPC_SHAPE_REFUSED = -2 };

struct rpc_shape_case {
    int64_t value;
    int32_t arm;
};

/* A struct or union. */
struct rpc_shape {
    const struct rpc_shape_field *fields;
    const struct rpc_shape_case *cases; /* of a union */
    uint16_t field_count;
    uint16_t case_count;
    int16_t others; /* the arm of all other values */
    bool is_union;
    bool is_closed; /* fields that are not known are refused */
};

/* ---- what proxies and stubs call ---- */

/*
 * `value` is the struct or union, or the first of `count` elements; `about` the value that tells a union's
 * arm.
 */

/**
 * Checks a value before the call is begun, and adds up what it needs.
 * @retval false it breaks a bound, is too deep, has a pointer that must not be NULL, or no arm
 */
bool rpc_shape_measure(const struct rpc_shape_field *field, const void *value, uint32_t count, int64_t about,
                       size_t *inout_bound);

/** Writes an [in] value; errors are reported by rpc_call_invoke. Its interfaces are lent for the call. */
void rpc_call_put_shape(struct rpc_call *call, const struct rpc_shape_field *field, const void *value,
                        uint32_t count, int64_t about);

/**
 * Makes an [out] value of the reply, when all else of it was checked. It is the caller's, as rpc_shape_free
 * says.
 * @retval RPC_E_CLIENT_CANTUNMARSHAL_DATA it is malformed, or there are not `count` elements
 * @retval E_OUTOFMEMORY, and what rpc_call_take_interface returns
 * On failure nothing is left of it.
 */
COM_WARN_UNUSED HRESULT rpc_call_get_shape(struct rpc_call *call, const struct rpc_shape_field *field,
                                           void *value, uint32_t count, int64_t about);

/** The same of an [out] array, in a block of com_alloc. */
COM_WARN_UNUSED HRESULT rpc_call_get_shapes(struct rpc_call *call, const struct rpc_shape_field *field,
                                            uint32_t count, void **out_elements);

/** How many elements of an array came; UINT32_MAX: the request is malformed. */
uint32_t rpc_incoming_count_shapes(const struct rpc_incoming *call, const struct rpc_shape_field *field);

/**
 * Makes an [in] value of the request, without side effects: interfaces are not there yet, and texts do not
 * end.
 * @retval S_FALSE it is optional, and absent
 * @retval RPC_E_SERVER_CANTUNMARSHAL_DATA, E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT rpc_incoming_get_shape(struct rpc_incoming *call, const struct rpc_shape_field *field,
                                               void *value, uint32_t count, int64_t about);

/** The same of an array, in memory of the call; `room` elements, of which `count` came. */
COM_WARN_UNUSED HRESULT rpc_incoming_get_shapes(struct rpc_incoming *call,
                                                const struct rpc_shape_field *field, uint32_t room,
                                                uint32_t count, void **out_elements);

/** Ends texts and makes interfaces of what was read, when all of the request was. */
COM_WARN_UNUSED HRESULT rpc_incoming_finish_shape(struct rpc_incoming *call,
                                                  const struct rpc_shape_field *field, void *value,
                                                  uint32_t count, int64_t about);

/** The same of a value that goes in and out, in blocks of com_alloc. On failure nothing is left of it. */
COM_WARN_UNUSED HRESULT rpc_incoming_take_shape(struct rpc_incoming *call,
                                                const struct rpc_shape_field *field, void *value,
                                                uint32_t count, int64_t about);

/**
 * Writes an [out] value into the reply, for which room is made. References to interfaces are moved: the value
 * has NULL for them afterwards.
 */
void rpc_incoming_put_shape(struct rpc_incoming *call, const struct rpc_shape_field *field, void *value,
                            uint32_t count, int64_t about);

/**
 * Frees what a value points to, however deep that is, and releases its interfaces; pointers become NULL. Not
 * the value itself.
 */
void rpc_shape_free(const struct rpc_shape_field *field, void *value, uint32_t count, int64_t about);

/** Makes room for so many more bytes of results. @retval false call->reply.failed is set */
bool rpc_incoming_reply_room(struct rpc_incoming *call, size_t more_bytes);

/* Frees a value however its function ends. */
struct rpc_shape_owner {
    const struct rpc_shape_field *field;
    void *value; /* NULL: it owns nothing */
    uint32_t count;
    int64_t about;
    bool is_block; /* the value is a block of com_alloc */
};

void rpc_shape_owner_end(struct rpc_shape_owner *owner);

#define RPC_SHAPE_OWNER __attribute__((cleanup(rpc_shape_owner_end))) struct rpc_shape_owner

#ifdef __cplusplus
}
#endif

#endif
