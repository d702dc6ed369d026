/* Replies that turn out longer than was known before the method ran. */
#include "runtime.h"
#include <rpc_shape.h>
#include <string.h>

bool rpc_incoming_reply_room(struct rpc_incoming *call, size_t more_bytes)
{
    const size_t around = RPC_RETURN_HEADROOM + RPC_TAILROOM;
    struct rpc_buffer *old = call->reply_buffer, *grown;
    size_t used, bound;

    if (call->reply.failed)
        return false;
    used = (size_t)(call->reply.at - (old->data + RPC_RETURN_HEADROOM));
    bound = used + (size_t)(call->reply.end - call->reply.at) + more_bytes;
    call->reply.failed = true;
    if (more_bytes > UINT32_MAX / 2 ||
        around + bound - RPC_HEADER_BYTES > call->link->session.peer.limits.max_message_bytes) {
        call->put_hr = FAILED(call->put_hr) ? call->put_hr : RPC_E_OUT_OF_RESOURCES;
        return false;
    }
    if (around + bound > old->capacity_bytes) {
        grown = rpc_buffer_alloc(around + bound);
        if (!grown) {
            call->put_hr = FAILED(call->put_hr) ? call->put_hr : E_OUTOFMEMORY;
            return false;
        }
        memcpy(grown->data + RPC_RETURN_HEADROOM, old->data + RPC_RETURN_HEADROOM, used);
        rpc_buffer_free(old);
        call->reply_buffer = grown;
    }
    wire_writer_init(&call->reply, call->reply_buffer->data + RPC_RETURN_HEADROOM, bound);
    call->reply.at += used;
    return true;
}
