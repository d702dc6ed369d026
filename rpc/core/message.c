#include "message.h"

enum call_field {
    CALL_TARGET = 1,
    CALL_IID = 2,
    CALL_METHOD = 4,
    CALL_TIMEOUT_US = 5,
    CALL_CAUSALITY = 6,
    CALL_DEPTH = 7,
    CALL_CAPS = 9,
    CALL_PARAMS = 10,
    CALL_TRACE = 11,
    CALL_PROMISE = 12,
    CALL_KEEPS = 13,
};

enum return_field {
    RETURN_HR = 1,
    RETURN_EXECUTED = 2,
    RETURN_KEPT = 3,
    RETURN_CAPS = 4,
    RETURN_RESULTS = 5,
    RETURN_DETAIL = 6,
};

enum { TRACE_BYTES = 24 };

enum cap_field { CAP_WHERE = 1, CAP_ID = 2, CAP_CLASS = 3, CAP_LEADS_ON = 5 };

void rpc_iid_store(uint8_t *at, const IID *iid)
{
    wire_store_fixed32(at, iid->data1);
    at[4] = (uint8_t)iid->data2;
    at[5] = (uint8_t)(iid->data2 >> 8);
    at[6] = (uint8_t)iid->data3;
    at[7] = (uint8_t)(iid->data3 >> 8);
    memcpy(at + 8, iid->data4, 8);
}

void rpc_iid_load(const uint8_t *at, IID *out_iid)
{
    out_iid->data1 = wire_load_fixed32(at);
    out_iid->data2 = (uint16_t)(at[4] | at[5] << 8);
    out_iid->data3 = (uint16_t)(at[6] | at[7] << 8);
    memcpy(out_iid->data4, at + 8, 8);
}

static uint8_t *store_uint32(uint8_t *at, uint32_t field, uint32_t value)
{
    return wire_store_varint32(wire_store_varint32(at, WIRE_TAG(field, WIRE_VARINT)), value);
}

static uint8_t *store_key(uint8_t *at, uint32_t field, uint32_t length)
{
    return wire_store_varint32(wire_store_varint32(at, WIRE_TAG(field, WIRE_BYTES)), length);
}

static uint8_t *store_caps(uint8_t *at, uint32_t field, const struct rpc_cap *caps, uint32_t count)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        uint8_t body[16];
        uint8_t *end = store_uint32(store_uint32(body, CAP_WHERE, caps[i].where), CAP_ID, caps[i].id);

        if (caps[i].class_number)
            end = store_uint32(end, CAP_CLASS, caps[i].class_number);
        if (caps[i].leads_on)
            end = store_uint32(end, CAP_LEADS_ON, 1);
        at = store_key(at, field, (uint32_t)(end - body));
        memcpy(at, body, (size_t)(end - body));
        at += end - body;
    }
    return at;
}

static uint8_t *store_trace(uint8_t *at, const struct rpc_trace_context *trace)
{
    at = store_key(at, CALL_TRACE, TRACE_BYTES);
    memcpy(at, trace->id, sizeof(trace->id));
    wire_store_fixed64(at + sizeof(trace->id), trace->span);
    return at + TRACE_BYTES;
}

static void read_trace(struct wire_reader *reader, struct rpc_call_message *message)
{
    struct wire_bytes bytes = wire_get_bytes(reader);

    if (bytes.size != TRACE_BYTES)
        return; /* of another version, perhaps: the call is not traced, but as good as any */
    message->has_trace = true;
    memcpy(message->trace.id, bytes.data, sizeof(message->trace.id));
    message->trace.span = wire_load_fixed64(bytes.data + sizeof(message->trace.id));
}

/* Moves the fields that were collected in `front` to where the content begins and writes the header. */
static uint8_t *finish(uint8_t type, uint32_t call_id, const uint8_t *front, size_t front_bytes,
                       uint8_t *content, const uint8_t *end, size_t *out_bytes)
{
    uint8_t *start = content - front_bytes - RPC_HEADER_BYTES;

    memcpy(content - front_bytes, front, front_bytes);
    rpc_header_write(start, type, call_id, (uint32_t)(end - start) - RPC_HEADER_BYTES);
    *out_bytes = (size_t)(end - start);
    return start;
}

uint8_t *rpc_call_write(const struct rpc_call_message *message, uint32_t call_id, uint8_t *params,
                        size_t params_bytes, size_t *out_bytes)
{
    uint8_t front[RPC_CALL_HEADROOM - RPC_HEADER_BYTES];
    uint8_t *at = front, *end;

    if (message->target)
        at = store_uint32(at, CALL_TARGET, message->target);
    if (message->promise)
        at = store_uint32(at, CALL_PROMISE, message->promise);
    if (message->keeps)
        at = store_uint32(at, CALL_KEEPS, 1);
    at = store_key(at, CALL_IID, sizeof(IID));
    rpc_iid_store(at, &message->iid);
    at += sizeof(IID);
    at = store_uint32(at, CALL_METHOD, message->method);
    if (message->timeout_us)
        at = store_uint32(at, CALL_TIMEOUT_US, message->timeout_us);
    at = wire_store_varint32(at, WIRE_TAG(CALL_CAUSALITY, WIRE_FIXED64));
    wire_store_fixed64(at, message->causality);
    at += 8;
    if (message->depth)
        at = store_uint32(at, CALL_DEPTH, message->depth);
    if (params_bytes)
        at = store_key(at, CALL_PARAMS, (uint32_t)params_bytes);
    end = store_caps(params + params_bytes, CALL_CAPS, message->caps, message->cap_count);
    if (message->has_trace)
        end = store_trace(end, &message->trace);
    return finish(RPC_CALL, call_id, front, (size_t)(at - front), params, end, out_bytes);
}

uint8_t *rpc_return_write(const struct rpc_return_message *message, uint32_t call_id, uint8_t *results,
                          size_t results_bytes, size_t *out_bytes)
{
    uint8_t front[RPC_RETURN_HEADROOM - RPC_HEADER_BYTES];
    uint8_t *at = front, *end = results + results_bytes;
    uint32_t i;

    if (message->hr) {
        at = wire_store_varint32(at, WIRE_TAG(RETURN_HR, WIRE_FIXED32));
        wire_store_fixed32(at, (uint32_t)message->hr);
        at += 4;
    }
    at = store_uint32(at, RETURN_EXECUTED, message->executed);
    if (results_bytes)
        at = store_key(at, RETURN_RESULTS, (uint32_t)results_bytes);
    for (i = 0; i < RPC_CAPS_MAX; i++)
        if (message->kept & 1u << i)
            end = store_uint32(end, RETURN_KEPT, i);
    end = store_caps(end, RETURN_CAPS, message->caps, message->cap_count);
    if (message->detail.size) {
        end = store_key(end, RETURN_DETAIL, message->detail.size);
        memcpy(end, message->detail.data, message->detail.size);
        end += message->detail.size;
    }
    return finish(RPC_RETURN, call_id, front, (size_t)(at - front), results, end, out_bytes);
}

static void read_cap(struct wire_reader *reader, struct rpc_cap *caps, uint32_t *count)
{
    struct wire_reader nested = wire_get_message(reader);
    uint32_t where = RPC_NIL, class_number = 0, id = 0, tag;
    bool leads_on = false;

    while (wire_next(&nested, &tag)) {
        switch (tag) {
        case WIRE_TAG(CAP_WHERE, WIRE_VARINT):
            where = wire_get_uint32(&nested);
            break;
        case WIRE_TAG(CAP_ID, WIRE_VARINT):
            id = wire_get_uint32(&nested);
            break;
        case WIRE_TAG(CAP_CLASS, WIRE_VARINT):
            class_number = wire_get_uint32(&nested);
            break;
        case WIRE_TAG(CAP_LEADS_ON, WIRE_VARINT):
            leads_on = wire_get_bool(&nested);
            break;
        default:
            wire_skip(&nested, tag);
        }
    }
    if (nested.failed || where > RPC_RECEIVER || class_number > UINT16_MAX || *count == RPC_CAPS_MAX) {
        reader->failed = true;
        return;
    }
    caps[(*count)++] = (struct rpc_cap){(uint16_t)where, (uint16_t)class_number, id, leads_on};
}

HRESULT rpc_call_read(uint8_t *body, size_t body_bytes, struct rpc_call_message *out_message)
{
    struct wire_reader reader;
    struct wire_bytes bytes;
    uint32_t tag;

    memset(out_message, 0, sizeof(*out_message));
    out_message->params.data = body;
    wire_reader_init(&reader, body, body_bytes);
    while (wire_next(&reader, &tag)) {
        switch (tag) {
        case WIRE_TAG(CALL_TARGET, WIRE_VARINT):
            out_message->target = wire_get_uint32(&reader);
            break;
        case WIRE_TAG(CALL_IID, WIRE_BYTES):
            bytes = wire_get_bytes(&reader);
            if (bytes.size == sizeof(IID))
                rpc_iid_load(bytes.data, &out_message->iid);
            else
                reader.failed = true;
            break;
        case WIRE_TAG(CALL_METHOD, WIRE_VARINT):
            out_message->method = wire_get_uint32(&reader);
            break;
        case WIRE_TAG(CALL_TIMEOUT_US, WIRE_VARINT):
            out_message->timeout_us = wire_get_uint32(&reader);
            break;
        case WIRE_TAG(CALL_CAUSALITY, WIRE_FIXED64):
            out_message->causality = wire_get_fixed64(&reader);
            break;
        case WIRE_TAG(CALL_DEPTH, WIRE_VARINT):
            out_message->depth = wire_get_uint32(&reader);
            break;
        case WIRE_TAG(CALL_CAPS, WIRE_BYTES):
            read_cap(&reader, out_message->caps, &out_message->cap_count);
            break;
        case WIRE_TAG(CALL_PARAMS, WIRE_BYTES):
            out_message->params = wire_get_bytes(&reader);
            break;
        case WIRE_TAG(CALL_TRACE, WIRE_BYTES):
            read_trace(&reader, out_message);
            break;
        case WIRE_TAG(CALL_PROMISE, WIRE_VARINT):
            out_message->promise = wire_get_uint32(&reader);
            break;
        case WIRE_TAG(CALL_KEEPS, WIRE_VARINT):
            out_message->keeps = wire_get_uint32(&reader) != 0;
            break;
        default:
            wire_skip(&reader, tag);
        }
    }
    return reader.failed ? RPC_E_INVALID_DATA : S_OK;
}

static void read_kept(struct wire_reader *reader, uint32_t *kept)
{
    uint32_t index = wire_get_uint32(reader);

    if (index < RPC_CAPS_MAX)
        *kept |= 1u << index;
    else
        reader->failed = true;
}

HRESULT rpc_return_read(uint8_t *body, size_t body_bytes, struct rpc_return_message *out_message)
{
    struct wire_reader reader, packed;
    uint32_t tag;

    memset(out_message, 0, sizeof(*out_message));
    out_message->results.data = body;
    wire_reader_init(&reader, body, body_bytes);
    while (wire_next(&reader, &tag)) {
        switch (tag) {
        case WIRE_TAG(RETURN_HR, WIRE_FIXED32):
            out_message->hr = wire_get_sfixed32(&reader);
            break;
        case WIRE_TAG(RETURN_EXECUTED, WIRE_VARINT):
            out_message->executed = wire_get_uint32(&reader);
            if (out_message->executed > RPC_EXECUTED_UNKNOWN) /* of a later version */
                out_message->executed = RPC_EXECUTED_UNKNOWN;
            break;
        case WIRE_TAG(RETURN_KEPT, WIRE_VARINT):
            read_kept(&reader, &out_message->kept);
            break;
        case WIRE_TAG(RETURN_KEPT, WIRE_BYTES): /* packed, as proto3 writers do */
            packed = wire_get_message(&reader);
            while (packed.at < packed.end && !packed.failed)
                read_kept(&packed, &out_message->kept);
            reader.failed |= packed.failed;
            break;
        case WIRE_TAG(RETURN_CAPS, WIRE_BYTES):
            read_cap(&reader, out_message->caps, &out_message->cap_count);
            break;
        case WIRE_TAG(RETURN_RESULTS, WIRE_BYTES):
            out_message->results = wire_get_bytes(&reader);
            break;
        case WIRE_TAG(RETURN_DETAIL, WIRE_BYTES):
            out_message->detail = wire_get_bytes(&reader);
            break;
        default:
            wire_skip(&reader, tag);
        }
    }
    return reader.failed ? RPC_E_INVALID_DATA : S_OK;
}
