#include "fake_runtime.h"

#include <stdio.h>
#include <stdlib.h>

struct fake_runtime fake;

static size_t scratch_bytes_max(void)
{
    return fake.scratch_bytes_max ? fake.scratch_bytes_max : (size_t)16 * 1024 * 1024;
}

static bool may_alloc(void)
{
    return !fake.may_alloc || fake.may_alloc();
}

struct block {
    struct block *next;
    _Alignas(16) uint8_t bytes[];
};

void fake_proxy_init(struct rpc_proxy *proxy)
{
    memset(proxy, 0, sizeof(*proxy));
    proxy->vtbl = fake.interface->proxy_vtbl;
    proxy->interface = fake.interface;
}

void fake_forget(void)
{
    free(fake.request);
    free(fake.reply);
    fake.request = NULL;
    fake.reply = NULL;
    fake.request_bytes = fake.reply_bytes = 0;
}

static uint8_t *copy(const uint8_t *bytes, size_t size, size_t spare)
{
    uint8_t *copied = malloc(size + spare ? size + spare : 1);

    if (size)
        memcpy(copied, bytes, size);
    return copied;
}

static void pass_oracle(const char *kind, uint8_t **bytes, size_t *size)
{
    char type[100];

    if (!fake.oracle)
        return;
    snprintf(type, sizeof(type), "%s_%s_%s", fake.interface->name, fake.method_names[fake.method], kind);
    fake.oracle(type, bytes, size);
}

/* ---- the caller's side ---- */

/* A reply's interfaces carry references; who takes one gets another. */
static void release_caps(void)
{
    fake.caps_owned = false;
    while (fake.cap_count)
        (void)IUnknown_Release((IUnknown *)fake.caps[--fake.cap_count]);
}

HRESULT rpc_proxy_QueryInterface(void *self, const IID *iid, void **out_object)
{
    (void)self;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

uint32_t rpc_proxy_AddRef(void *self)
{
    (void)self;
    return 2;
}

uint32_t rpc_proxy_Release(void *self)
{
    (void)self;
    return 1;
}

HRESULT rpc_call_begin(struct rpc_call *call, void *self, uint32_t method, uint32_t timeout_ms,
                       size_t request_bound)
{
    memset(call, 0xA5, sizeof(*call));
    call->proxy = self;
    call->method = method & RPC_METHOD_MASK;
    call->buffer = malloc(request_bound ? request_bound : 1);
    wire_writer_init(&call->request, call->buffer, request_bound);
    fake.timeout_ms = timeout_ms;
    fake.cap_count = 0;
    fake.caps_owned = false;
    return S_OK;
}

void rpc_call_put_interface(struct rpc_call *call, uint32_t field, const IID *iid, void *object)
{
    (void)iid;
    if (!object)
        return;
    if (fake.cap_count == RPC_CAPS_MAX) {
        call->request.failed = true;
        return;
    }
    fake.caps[fake.cap_count++] = object;
    wire_put_uint32(&call->request, field, fake.cap_count);
}

HRESULT rpc_call_invoke(struct rpc_call *call)
{
    HRESULT hr = S_OK;
    uint8_t *request;
    size_t size;

    if (call->request.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    fake.calls++;
    fake.method = call->method;
    size = (size_t)(call->request.at - call->buffer);
    request = copy(call->buffer, size, 0);
    if (fake.forced_reply) {
        fake_forget();
        fake.reply = copy(fake.forced_reply, fake.forced_reply_bytes, 0);
        fake.reply_bytes = fake.forced_reply_bytes;
    } else {
        pass_oracle("Request", &request, &size);
        hr = fake_dispatch(call->method, request, size);
        if (SUCCEEDED(hr))
            pass_oracle("Reply", &fake.reply, &fake.reply_bytes);
    }
    free(request);
    wire_reader_init(&call->reply, fake.reply, fake.reply_bytes);
    return hr;
}

void rpc_call_end(struct rpc_call *call)
{
    free(call->buffer);
    if (fake.caps_owned)
        release_caps();
}

HRESULT rpc_call_take_interface(struct rpc_call *call, uint32_t index, const IID *iid, void **out_object)
{
    (void)call;
    *out_object = NULL;
    if (index == 0)
        return S_OK;
    if (index > fake.cap_count)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    return IUnknown_QueryInterface((IUnknown *)fake.caps[index - 1], iid, out_object);
}

/* ---- the callee's side ---- */

HRESULT rpc_incoming_interface(struct rpc_incoming *call, uint32_t index, const IID *iid, void **out_object)
{
    (void)iid;
    *out_object = NULL;
    if (index > call->cap_count)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (index > 0)
        *out_object = fake.caps[index - 1]; /* borrowed */
    return S_OK;
}

void *rpc_incoming_scratch(struct rpc_incoming *call, size_t size_bytes)
{
    struct block *block;

    call->scratch_bytes += size_bytes;
    fake.scratch_bytes += size_bytes;
    if (call->scratch_bytes > scratch_bytes_max() || !may_alloc())
        return NULL;
    block = malloc(sizeof(*block) + size_bytes);
    memset(block->bytes, 0xA5, size_bytes);
    block->next = call->scratch;
    call->scratch = block;
    return block->bytes;
}

HRESULT rpc_incoming_execute(struct rpc_incoming *call, size_t reply_bound)
{
    if (reply_bound > scratch_bytes_max())
        return RPC_E_OUT_OF_RESOURCES;
    fake.reply = malloc(reply_bound ? reply_bound : 1);
    memset(fake.reply, 0xA5, reply_bound ? reply_bound : 1);
    wire_writer_init(&call->reply, fake.reply, reply_bound);
    fake.executed++;
    fake.cap_count = 0;
    fake.caps_owned = true;
    return S_OK;
}

COM_WEAK void *com_alloc(size_t size_bytes)
{
    if (!size_bytes || ++fake.allocated == fake.fail_at)
        return NULL;
    fake.blocks++;
    return malloc(size_bytes);
}

COM_WEAK void com_free(void *memory)
{
    fake.blocks -= memory != NULL;
    free(memory);
}

/* A buffer of exactly that size, as at first. */
bool rpc_incoming_reply_room(struct rpc_incoming *call, size_t more_bytes)
{
    size_t used = (size_t)(call->reply.at - fake.reply), bound;
    uint8_t *grown;

    if (call->reply.failed)
        return false;
    bound = used + (size_t)(call->reply.end - call->reply.at) + more_bytes;
    if (bound > scratch_bytes_max() || !may_alloc()) {
        call->reply.failed = true;
        return false;
    }
    grown = malloc(bound ? bound : 1);
    memset(grown, 0xA5, bound ? bound : 1);
    memcpy(grown, fake.reply, used);
    free(fake.reply);
    fake.reply = grown;
    wire_writer_init(&call->reply, fake.reply, bound);
    call->reply.at += used;
    return true;
}

void rpc_incoming_put_interface(struct rpc_incoming *call, uint32_t field, const IID *iid, void *object)
{
    (void)iid;
    if (!object)
        return;
    if (!fake.caps_owned) /* there is no reply: then they are only released */
        fake.cap_count = 0;
    fake.caps_owned = true;
    if (fake.cap_count == RPC_CAPS_MAX) {
        call->reply.failed = true;
        (void)IUnknown_Release((IUnknown *)object);
        return;
    }
    fake.caps[fake.cap_count++] = object;
    wire_put_uint32(&call->reply, field, fake.cap_count);
}

HRESULT fake_dispatch(uint32_t method, const uint8_t *request, size_t request_bytes)
{
    uint8_t *message = copy(request, request_bytes, 1);
    struct rpc_incoming call;
    struct block *block, *next;
    HRESULT hr;

    memset(&call, 0, sizeof(call));
    fake_forget();
    fake.request = copy(request, request_bytes, 0);
    fake.request_bytes = request_bytes;
    call.cap_count = (uint8_t)fake.cap_count;
    wire_reader_init(&call.request, message, request_bytes);
    hr = fake.interface->stub(fake.object, method, &call);
    if (SUCCEEDED(hr))
        fake.reply_bytes = (size_t)(call.reply.at - fake.reply);
    else if (fake.caps_owned)
        release_caps();
    for (block = call.scratch; block; block = next) {
        next = block->next;
        free(block);
    }
    free(message);
    return hr;
}
