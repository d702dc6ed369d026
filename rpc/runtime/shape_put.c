/* Measures and writes values that have pointers; one walk does either, so that both agree. */
#include "shape.h"

struct put {
    struct wire_writer *writer; /* NULL: it is only measured */
    struct rpc_call *call;
    struct rpc_incoming *incoming; /* references are moved */
    size_t bound;
    uint32_t depth;
    bool failed;
};

/* @retval true the bytes may be written; there is room for them */
static bool has_room(struct put *put, size_t bytes)
{
    if (put->failed)
        return false;
    if (!put->writer) {
        put->bound += bytes;
        put->failed = put->bound > WIRE_TABLE_BYTES_MAX; /* the same memory in many places has no end else */
        return false;
    }
    put->failed = !wire_room(put->writer, bytes);
    return !put->failed;
}

static void put_items(struct put *put, const struct rpc_shape_field *field,
                      const struct rpc_shape_items *items);

/* ---- numbers ---- */

static void put_number(struct put *put, const struct rpc_shape_field *field, const uint8_t *at)
{
    if (field->more && !rpc__shape_is_good(field, wire_table_load(field->kind, at)))
        put->failed = true;
    if (has_room(put, WIRE_SCALAR_BOUND))
        put->writer->at = wire_table_put_field(put->writer->at, field->number, field->kind, at);
}

static void put_packed(struct put *put, const struct rpc_shape_field *field,
                       const struct rpc_shape_items *items)
{
    uint32_t bytes = items->count * wire_table_bound(field->kind), i; /* the limit keeps it in 32 bits */
    const uint8_t *at = items->first;
    struct wire_mark mark;
    uint8_t *to;

    for (i = 0; field->more && i < items->count; i++)
        if (!rpc__shape_is_good(field, wire_table_load(field->kind, at + i * field->bytes)))
            put->failed = true;
    if (!items->count || !has_room(put, WIRE_BYTES_BOUND(bytes)))
        return;
    to = wire_store_begin(put->writer->at, field->number, bytes, &mark);
    for (i = 0; i < items->count; i++, at += field->bytes)
        to = wire_table_put_number(to, field->kind, wire_table_load(field->kind, at));
    put->writer->at = wire_store_end(to, &mark);
}

/* ---- structs and unions ---- */

static void put_field(struct put *put, const struct rpc_shape *shape, const struct rpc_shape_field *field,
                      uint8_t *record)
{
    struct rpc_shape_items items;

    if (!rpc__shape_items(shape, field, record, &items))
        put->failed = true;
    else if (!items.first && items.count && !(field->flags & RPC_SHAPE_OPTIONAL))
        put->failed = true;
    else if (items.first)
        put_items(put, field, &items);
}

static void put_record(struct put *put, const struct rpc_shape *shape, uint8_t *record, int64_t about)
{
    uint32_t i;
    int32_t arm;

    if (!shape->is_union) {
        for (i = 0; i < shape->field_count && !put->failed; i++)
            put_field(put, shape, &shape->fields[i], record);
        return;
    }
    arm = rpc__shape_arm(shape, about);
    if (arm >= 0)
        put_field(put, shape, &shape->fields[arm], record);
    else if (arm == RPC_SHAPE_REFUSED)
        put->failed = true;
}

/* A length of as many bytes as what is left of the message could need: lengths are not measured one by one.
 */
static void put_message(struct put *put, const struct rpc_shape_field *field, uint8_t *record, int64_t about)
{
    struct wire_mark mark = {NULL, 0};

    if (put->depth == RPC_SHAPE_DEPTH_MAX)
        put->failed = true;
    if (has_room(put, WIRE_BYTES_BOUND(0)))
        put->writer->at = wire_store_begin(put->writer->at, field->number,
                                           (uint32_t)(put->writer->end - put->writer->at), &mark);
    put->depth++;
    if (!put->failed)
        put_record(put, field->record, record, about);
    put->depth--;
    if (!put->failed && mark.length_at)
        put->writer->at = wire_store_end(put->writer->at, &mark);
}

/* ---- other values ---- */

static void put_text(struct put *put, const struct rpc_shape_field *field, const char *text)
{
    bool is_pointed = (field->flags & RPC_SHAPE_POINTED) != 0;
    size_t length = is_pointed ? strlen(text) : wire_text_length(text, field->bytes);

    if (length > field->bytes) /* also of an array without a NUL */
        put->failed = true;
    if (has_room(put, WIRE_BYTES_BOUND(length)))
        put->writer->at = wire_store_bytes(put->writer->at, field->number, text, (uint32_t)length);
}

static void put_wide(struct put *put, const struct rpc_shape_field *field, const uint16_t *text)
{
    bool is_pointed = (field->flags & RPC_SHAPE_POINTED) != 0;
    struct wire_wide measured;
    uint8_t *at;

    if (field->flags & RPC_SHAPE_BSTR)
        measured = wire_measure_units(text, SysStringLen(text));
    else
        measured = is_pointed ? wire_measure_wide(text) : wire_measure_wide_in(text, field->bytes);

    if (measured.failed || measured.units > field->bytes)
        put->failed = true;
    if (!has_room(put, WIRE_BYTES_BOUND(measured.bytes)))
        return;
    at = wire_store_wide(put->writer->at, field->number, text, measured);
    if (at)
        put->writer->at = at;
    else
        put->failed = true; /* it has changed meanwhile */
}

static void put_guid(struct put *put, const struct rpc_shape_field *field, const uint8_t *at)
{
    GUID guid;

    memcpy(&guid, at, sizeof(guid));
    if (has_room(put, WIRE_BYTES_BOUND(sizeof(guid))))
        put->writer->at = wire_store_guid(put->writer->at, field->number, &guid);
}

/* The runtime writes it; elements that are NULL have their place. */
static void put_interface(struct put *put, const struct rpc_shape_field *field, uint8_t *at,
                          const struct rpc_shape_items *items)
{
    void *object = rpc__shape_load(at);

    if (object && !items->iid)
        put->failed = true;
    if (!has_room(put, WIRE_SCALAR_BOUND))
        return;
    if (!object && field->form != RPC_SHAPE_ONE)
        put->writer->at = wire_store_uint32(put->writer->at, field->number, 0);
    if (put->call) {
        rpc_call_put_interface(put->call, field->number, items->iid, object);
        return;
    }
    rpc__shape_store(at, NULL);
    rpc_incoming_put_interface(put->incoming, field->number, items->iid, object);
    if (object && put->incoming->reply_cap_count) /* the number is not one of the reply's own */
        put->incoming->reply_fields[put->incoming->reply_cap_count - 1] = 0;
}

/* ---- all of them ---- */

static void put_item(struct put *put, const struct rpc_shape_field *field, uint8_t *at,
                     const struct rpc_shape_items *items)
{
    uint8_t *value = at;

    if (field->kind == WIRE_KIND_INTERFACE) {
        put_interface(put, field, at, items);
        return;
    }
    if (field->flags & RPC_SHAPE_POINTED)
        value = (uint8_t *)rpc__shape_load(at);
    if (!value && field->flags & RPC_SHAPE_BSTR && field->form != RPC_SHAPE_ONE) {
        if (has_room(put, WIRE_BYTES_BOUND(0)))
            put->writer->at = wire_store_bytes(put->writer->at, field->number, NULL, 0);
        return;
    }
    if (!value) { /* there is no element that is not there */
        put->failed |= field->form != RPC_SHAPE_ONE || !(field->flags & RPC_SHAPE_OPTIONAL);
        return;
    }
    switch (field->kind) {
    case WIRE_KIND_RECORD:
        put_message(put, field, value, items->about);
        break;
    case WIRE_KIND_TEXT:
        if (field->flags & RPC_SHAPE_WIDE)
            put_wide(put, field, (const uint16_t *)(const void *)value);
        else
            put_text(put, field, (const char *)value);
        break;
    case WIRE_KIND_GUID:
        put_guid(put, field, value);
        break;
    default:
        put_number(put, field, value);
        break;
    }
}

static void put_items(struct put *put, const struct rpc_shape_field *field,
                      const struct rpc_shape_items *items)
{
    uint32_t stride = rpc__shape_stride(field), i;
    uint8_t *at = items->first;

    if (field->kind == WIRE_KIND_BYTES) {
        if (items->count && has_room(put, WIRE_BYTES_BOUND(items->count)))
            put->writer->at = wire_store_bytes(put->writer->at, field->number, at, items->count);
        return;
    }
    if (field->kind < WIRE_KIND_NUMBERS && field->form != RPC_SHAPE_ONE) {
        put_packed(put, field, items);
        return;
    }
    for (i = 0; i < items->count && !put->failed; i++, at += stride)
        put_item(put, field, at, items);
}

static bool put_param(struct put *put, const struct rpc_shape_field *field, const void *value, uint32_t count,
                      int64_t about)
{
    struct rpc_shape_items items = rpc__shape_param(field, value, count, about);

    put_items(put, field, &items);
    return !put->failed;
}

bool rpc_shape_measure(const struct rpc_shape_field *field, const void *value, uint32_t count, int64_t about,
                       size_t *inout_bound)
{
    struct put put = {.bound = *inout_bound};

    if (!put_param(&put, field, value, count, about))
        return false;
    *inout_bound = put.bound;
    return true;
}

void rpc_call_put_shape(struct rpc_call *call, const struct rpc_shape_field *field, const void *value,
                        uint32_t count, int64_t about)
{
    struct put put = {.writer = &call->request, .call = call};

    if (!put_param(&put, field, value, count, about))
        call->request.failed = true;
}

void rpc_incoming_put_shape(struct rpc_incoming *call, const struct rpc_shape_field *field, void *value,
                            uint32_t count, int64_t about)
{
    struct put put = {.writer = &call->reply, .incoming = call};
    size_t bound = 0;

    if (call->reply.failed || !rpc_shape_measure(field, value, count, about, &bound) ||
        !rpc_incoming_reply_room(call, bound) || !put_param(&put, field, value, count, about))
        call->reply.failed = true;
}
