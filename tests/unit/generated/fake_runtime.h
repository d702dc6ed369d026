/*
 * A runtime in one process for tests of generated code: a proxy's request goes straight to the stub, its
 * reply straight back. All buffers have exactly the size that generated code asked for, so the sanitizers see
 * a wrong bound. On the way every message may pass an oracle, a protobuf library in another process.
 */
#ifndef FAKE_RUNTIME_H
#define FAKE_RUNTIME_H

#include <rpc_shape.h>

struct fake_runtime {
    /* Where calls go. */
    const struct com_interface *interface;
    void *object;
    const char *const *method_names; /* by slot, for the oracle */

    /* What the last call was. */
    uint8_t *request;
    size_t request_bytes;
    uint8_t *reply;
    size_t reply_bytes;
    uint32_t method;
    uint32_t timeout_ms;
    uint32_t calls;    /* that reached rpc_call_invoke */
    uint32_t executed; /* that reached rpc_incoming_execute */
    size_t scratch_bytes;
    size_t scratch_bytes_max; /* of a call; 0: 16 MiB */
    bool (*may_alloc)(void);  /* asked before memory of the runtime's is taken; NULL: it may */

    /* Replies with these bytes instead of calling, if not NULL. */
    const uint8_t *forced_reply;
    size_t forced_reply_bytes;

    /*
     * Every message passes it on its way: replaces the bytes (from malloc) by what another library writes
     * after it parsed them. NULL: none. `type` is the message's name, such as IEcho_Signed_Request.
     */
    void (*oracle)(const char *type, uint8_t **bytes, size_t *size);

    /* Memory of com_alloc. */
    uint32_t blocks;    /* not freed */
    uint32_t allocated; /* since it was set to 0 */
    uint32_t fail_at;   /* the allocation that fails, from 1; 0: none */

    void *caps[RPC_CAPS_MAX]; /* interfaces of the message on its way */
    uint32_t cap_count;
    bool caps_owned; /* they are a reply's */
};

extern struct fake_runtime fake;

/** A proxy of fake.interface; no reference counts. */
void fake_proxy_init(struct rpc_proxy *proxy);

/** Hands bytes to the stub as a call of `method`; the reply is in fake.reply. */
HRESULT fake_dispatch(uint32_t method, const uint8_t *request, size_t request_bytes);

void fake_forget(void);

#endif
