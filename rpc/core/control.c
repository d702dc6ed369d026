#include "control.h"
#include "message.h"
#include <rpc_frame.h>
#include <pb_decode.h>
#include <pb_encode.h>
#include <wire/rpc.pb.h>

#define HELLO_MAGIC 0x314C4D4Du /* "MML1" */

/* Writes the body behind room for the header, then the header. The static sizes make failure impossible. */
static size_t write_frame(uint8_t *at, uint8_t type, const pb_msgdesc_t *fields, const void *message)
{
    pb_ostream_t stream =
        pb_ostream_from_buffer(at + RPC_HEADER_BYTES, RPC_CONTROL_FRAME_MAX - RPC_HEADER_BYTES);

    if (!pb_encode(&stream, fields, message))
        return 0;
    rpc_header_write(at, type, 0, (uint32_t)stream.bytes_written);
    return RPC_HEADER_BYTES + stream.bytes_written;
}

static HRESULT read_body(const uint8_t *body, size_t body_bytes, const pb_msgdesc_t *fields, void *message)
{
    pb_istream_t stream = pb_istream_from_buffer(body, body_bytes);

    return pb_decode(&stream, fields, message) ? S_OK : RPC_E_INVALID_DATA;
}

size_t rpc_hello_write(uint8_t *at, uint8_t type, const struct rpc_hello *hello)
{
    const struct rpc_peer *sender = &hello->sender;
    mmlite_wire_Hello message = mmlite_wire_Hello_init_zero;

    message.magic = HELLO_MAGIC;
    message.version_min = hello->version_min;
    message.version_max = hello->version_max;
    message.features = hello->features;
    memcpy(message.node_id, sender->node_id, sizeof(message.node_id));
    memcpy(message.name, sender->name, sizeof(message.name));
    message.has_limits = true;
    message.limits.max_message_bytes = sender->limits.max_message_bytes;
    message.limits.window_bytes = sender->limits.window_bytes;
    message.limits.max_calls = sender->limits.max_calls;
    message.limits.max_exports = sender->limits.max_exports;
    message.limits.max_depth = sender->limits.max_depth;
    message.limits.max_classes = sender->limits.max_classes;
    message.incarnation = sender->incarnation;
    return write_frame(at, type, mmlite_wire_Hello_fields, &message);
}

/* Names are shown to people and written into logs and paths. */
static bool is_name(const char *name)
{
    for (; *name; name++)
        if (!(*name >= 'a' && *name <= 'z') && !(*name >= '0' && *name <= '9') && *name != '_' &&
            *name != '-')
            return false;
    return true;
}

static uint32_t at_most(uint32_t value, uint32_t most)
{
    return value < most ? value : most;
}

HRESULT rpc_hello_read(const uint8_t *body, size_t body_bytes, struct rpc_hello *out_hello)
{
    struct rpc_peer *sender = &out_hello->sender;
    mmlite_wire_Hello message = mmlite_wire_Hello_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Hello_fields, &message);

    if (FAILED(hr))
        return hr;
    if (message.magic != HELLO_MAGIC || message.version_min > message.version_max || !is_name(message.name))
        return RPC_E_INVALID_DATA;
    out_hello->version_min = message.version_min;
    out_hello->version_max = message.version_max;
    out_hello->features = message.features;
    memcpy(sender->node_id, message.node_id, sizeof(message.node_id));
    memcpy(sender->name, message.name, sizeof(message.name));
    sender->limits.max_message_bytes = message.limits.max_message_bytes;
    sender->limits.window_bytes = message.limits.window_bytes;
    sender->limits.max_calls = (uint16_t)at_most(message.limits.max_calls, UINT16_MAX);
    sender->limits.max_exports = (uint16_t)at_most(message.limits.max_exports, UINT16_MAX);
    sender->limits.max_depth = (uint8_t)at_most(message.limits.max_depth, UINT8_MAX);
    sender->limits.max_classes = (uint8_t)at_most(message.limits.max_classes, UINT8_MAX);
    sender->incarnation = message.incarnation;
    return S_OK;
}

size_t rpc_release_write(uint8_t *at, const struct rpc_release_one *ones, uint32_t count)
{
    mmlite_wire_Release message = mmlite_wire_Release_init_zero;
    uint32_t i;

    message.one_count = (pb_size_t)count;
    for (i = 0; i < count; i++) {
        message.one[i].id = ones[i].id;
        message.one[i].count = ones[i].count;
    }
    return write_frame(at, RPC_RELEASE, mmlite_wire_Release_fields, &message);
}

HRESULT rpc_release_read(const uint8_t *body, size_t body_bytes, struct rpc_release_one *out_ones,
                         uint32_t *out_count)
{
    mmlite_wire_Release message = mmlite_wire_Release_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Release_fields, &message);
    uint32_t i;

    if (FAILED(hr))
        return hr;
    for (i = 0; i < message.one_count; i++) {
        out_ones[i].id = message.one[i].id;
        out_ones[i].count = message.one[i].count;
    }
    *out_count = message.one_count;
    return S_OK;
}

size_t rpc_ping_write(uint8_t *at, uint8_t type, uint64_t token)
{
    mmlite_wire_Ping message = {.token = token};

    return write_frame(at, type, mmlite_wire_Ping_fields, &message);
}

HRESULT rpc_ping_read(const uint8_t *body, size_t body_bytes, uint64_t *out_token)
{
    mmlite_wire_Ping message = mmlite_wire_Ping_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Ping_fields, &message);

    if (SUCCEEDED(hr))
        *out_token = message.token;
    return hr;
}

size_t rpc_cancel_write(uint8_t *at, uint32_t call_id)
{
    rpc_header_write(at, RPC_CANCEL, call_id, 0);
    at[1] = RPC_FLAG_OPTIONAL; /* who cannot stop a call finishes it */
    return RPC_HEADER_BYTES;
}

size_t rpc_window_write(uint8_t *at, uint32_t calls, uint32_t bytes)
{
    mmlite_wire_Window message = {.calls = calls, .bytes = bytes};

    return write_frame(at, RPC_WINDOW, mmlite_wire_Window_fields, &message);
}

HRESULT rpc_window_read(const uint8_t *body, size_t body_bytes, uint32_t *out_calls, uint32_t *out_bytes)
{
    mmlite_wire_Window message = mmlite_wire_Window_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Window_fields, &message);

    if (FAILED(hr))
        return hr;
    *out_calls = message.calls;
    *out_bytes = message.bytes;
    return S_OK;
}

/* `detail` is at most RPC_DETAIL_MAX bytes; what is longer is cut. */
static void copy_detail(char *out, const char *detail)
{
    size_t length = strlen(detail);

    memcpy(out, detail, length < RPC_DETAIL_MAX ? length : RPC_DETAIL_MAX);
}

size_t rpc_class_write(uint8_t *at, uint32_t index, const struct rpc_class *content)
{
    mmlite_wire_Class message;
    size_t size, i;

    message.index = index;
    message.closed = content->is_closed;
    message.iid_count = content->iid_count;
    for (i = 0; i < content->iid_count; i++)
        rpc_iid_store(message.iid[i], &content->iids[i]);
    size = write_frame(at, RPC_CLASS, mmlite_wire_Class_fields, &message);
    at[1] = RPC_FLAG_OPTIONAL; /* who does not remember it asks */
    return size;
}

HRESULT rpc_class_read(const uint8_t *body, size_t body_bytes, uint32_t *out_index,
                       struct rpc_class *out_content, IID *out_iids)
{
    mmlite_wire_Class message; /* reading sets all of it */
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Class_fields, &message);
    size_t i;

    if (FAILED(hr))
        return hr;
    for (i = 0; i < message.iid_count; i++)
        rpc_iid_load(message.iid[i], &out_iids[i]);
    *out_content = (struct rpc_class){out_iids, (uint8_t)message.iid_count, message.closed};
    *out_index = message.index;
    return S_OK;
}

size_t rpc_goaway_write(uint8_t *at, const char *detail)
{
    mmlite_wire_Goaway message = mmlite_wire_Goaway_init_zero;

    copy_detail(message.detail, detail);
    return write_frame(at, RPC_GOAWAY, mmlite_wire_Goaway_fields, &message);
}

HRESULT rpc_goaway_read(const uint8_t *body, size_t body_bytes, char *out_detail)
{
    mmlite_wire_Goaway message = mmlite_wire_Goaway_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Goaway_fields, &message);

    if (SUCCEEDED(hr))
        memcpy(out_detail, message.detail, sizeof(message.detail));
    return hr;
}

size_t rpc_abort_write(uint8_t *at, HRESULT hr, const char *detail)
{
    mmlite_wire_Abort message = mmlite_wire_Abort_init_zero;

    message.hr = hr;
    copy_detail(message.detail, detail);
    return write_frame(at, RPC_ABORT, mmlite_wire_Abort_fields, &message);
}

HRESULT rpc_abort_read(const uint8_t *body, size_t body_bytes, HRESULT *out_hr, char *out_detail)
{
    mmlite_wire_Abort message = mmlite_wire_Abort_init_zero;
    HRESULT hr = read_body(body, body_bytes, mmlite_wire_Abort_fields, &message);

    if (FAILED(hr))
        return hr;
    *out_hr = message.hr;
    memcpy(out_detail, message.detail, sizeof(message.detail));
    return S_OK;
}
