/*
 * Any bytes as the body of each frame that the protocol has. What is taken must come out the same when it is
 * written and read again. The first byte chooses the frame, the others are its body.
 */
#include <core/control.h>
#include <core/message.h>
#include <stdio.h>
#include <stdlib.h>

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static void check_call(uint8_t *body, size_t size)
{
    struct rpc_call_message message, again;
    size_t frame_bytes;
    uint8_t *buffer, *frame;

    if (FAILED(rpc_call_read(body, size, &message)))
        return;
    require(message.params.data >= body && message.params.data + message.params.size <= body + size,
            "parameters lie outside of their frame");
    buffer = malloc(RPC_CALL_HEADROOM + message.params.size + RPC_TAILROOM);
    memcpy(buffer + RPC_CALL_HEADROOM, message.params.data, message.params.size);
    frame = rpc_call_write(&message, 7, buffer + RPC_CALL_HEADROOM, message.params.size, &frame_bytes);
    require(frame >= buffer &&
                frame + frame_bytes <= buffer + RPC_CALL_HEADROOM + message.params.size + RPC_TAILROOM,
            "a Call needs more room than there is");
    require(SUCCEEDED(rpc_call_read(frame + RPC_HEADER_BYTES, frame_bytes - RPC_HEADER_BYTES, &again)),
            "our own Call is refused");
    require(again.target == message.target && again.method == message.method &&
                again.timeout_us == message.timeout_us && again.depth == message.depth &&
                again.causality == message.causality && com_guid_equal(&again.iid, &message.iid) &&
                again.cap_count == message.cap_count && again.params.size == message.params.size,
            "a Call changes when it is sent on");
    require(memcmp(again.caps, message.caps, message.cap_count * sizeof(message.caps[0])) == 0,
            "its references change");
    free(buffer);
}

static void check_return(uint8_t *body, size_t size)
{
    struct rpc_return_message message, again;
    size_t frame_bytes;
    uint8_t *buffer, *frame;

    if (FAILED(rpc_return_read(body, size, &message)))
        return;
    require(message.executed <= 2, "executed is none of its values");
    if (message.detail.size > RPC_DETAIL_MAX)
        message.detail.size = RPC_DETAIL_MAX;
    buffer = malloc(RPC_RETURN_HEADROOM + message.results.size + RPC_TAILROOM);
    memcpy(buffer + RPC_RETURN_HEADROOM, message.results.data, message.results.size);
    frame = rpc_return_write(&message, 7, buffer + RPC_RETURN_HEADROOM, message.results.size, &frame_bytes);
    require(frame >= buffer &&
                frame + frame_bytes <= buffer + RPC_RETURN_HEADROOM + message.results.size + RPC_TAILROOM,
            "a Return needs more room than there is");
    require(SUCCEEDED(rpc_return_read(frame + RPC_HEADER_BYTES, frame_bytes - RPC_HEADER_BYTES, &again)),
            "our own Return is refused");
    require(again.hr == message.hr && again.executed == message.executed && again.kept == message.kept &&
                again.cap_count == message.cap_count && again.results.size == message.results.size,
            "a Return changes when it is sent on");
    free(buffer);
}

static void check_hello(const uint8_t *body, size_t size)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct rpc_hello hello, again;
    char *name = hello.sender.name;
    size_t frame_bytes;

    memset(&hello, 0, sizeof(hello));
    memset(&again, 0, sizeof(again));
    if (FAILED(rpc_hello_read(body, size, &hello)))
        return;
    frame_bytes = rpc_hello_write(frame, RPC_HELLO, &hello);
    require(frame_bytes >= RPC_HEADER_BYTES, "a greeting does not fit");
    require(SUCCEEDED(rpc_hello_read(frame + RPC_HEADER_BYTES, frame_bytes - RPC_HEADER_BYTES, &again)),
            "our own greeting is refused");
    /* Of a name that is there twice the longer one may be left behind the shorter one's end. */
    memset(name + strlen(name), 0, RPC_NODE_NAME_MAX + 1 - strlen(name));
    require(memcmp(&hello, &again, sizeof(hello)) == 0, "a greeting changes when it is sent on");
}

static void check_control(uint8_t type, const uint8_t *body, size_t size)
{
    struct rpc_release_one ones[RPC_RELEASE_MAX];
    char detail[RPC_DETAIL_MAX + 1] = "";
    uint32_t count = 0, bytes = 0;
    uint64_t token = 0;
    HRESULT hr = S_OK;

    switch (type % 5) {
    case 0:
        if (SUCCEEDED(rpc_release_read(body, size, ones, &count)))
            require(count <= RPC_RELEASE_MAX, "more is released than there can be");
        break;
    case 1:
        (void)rpc_ping_read(body, size, &token);
        break;
    case 2:
        if (SUCCEEDED(rpc_abort_read(body, size, &hr, detail)))
            require(strlen(detail) <= RPC_DETAIL_MAX, "a detail has no end");
        break;
    case 3:
        (void)rpc_window_read(body, size, &count, &bytes);
        break;
    default:
        if (SUCCEEDED(rpc_goaway_read(body, size, detail)))
            require(strlen(detail) <= RPC_DETAIL_MAX, "a detail has no end");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t *body;

    if (!size)
        return 0;
    body = malloc(size); /* one more than needed: a text is ended where it lies */
    memcpy(body, data + 1, size - 1);
    switch (data[0] % 4) {
    case 0:
        check_call(body, size - 1);
        break;
    case 1:
        check_return(body, size - 1);
        break;
    case 2:
        check_hello(body, size - 1);
        break;
    default:
        check_control(data[0] / 4, body, size - 1);
    }
    free(body);
    return 0;
}
