/* Call objects over fake_runtime.h: Begin_ makes the whole call, Finish_ hands over what it returned. */
#include "../fake_runtime.h"

#include <stdlib.h>

struct fake_async {
    const void *vtbl; /* first: this is an interface pointer */
    void *target;
    bool is_out;
    bool caps_owned;
    struct rpc_call call;
    HRESULT hr;
    uint32_t kept[RPC_ASYNC_KEPT_MAX];
};

HRESULT rpc_async_create(void *object, const IID *iid, const void *vtbl, void **out_call)
{
    struct fake_async *async = calloc(1, sizeof(*async));

    (void)iid;
    async->vtbl = vtbl;
    async->target = object;
    *out_call = async;
    return S_OK;
}

HRESULT rpc_async_QueryInterface(void *self, const IID *iid, void **out_object)
{
    (void)self;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

uint32_t rpc_async_AddRef(void *self)
{
    (void)self;
    return 2;
}

uint32_t rpc_async_Release(void *self)
{
    free(self);
    return 0;
}

void *rpc_async_target(void *self)
{
    return ((struct fake_async *)self)->target;
}

void rpc_async_keep(void *self, uint32_t index, uint32_t value)
{
    ((struct fake_async *)self)->kept[index] = value;
}

uint32_t rpc_async_kept(void *self, uint32_t index)
{
    return ((struct fake_async *)self)->kept[index];
}

HRESULT rpc_async_begin(void *self, struct rpc_call *call)
{
    struct fake_async *async = self;

    if (call->request.failed)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    async->hr = rpc_call_invoke(call);
    async->call = *call;
    async->call.buffer = NULL; /* the caller's */
    async->caps_owned = fake.caps_owned;
    fake.caps_owned = false; /* the references wait for Finish_ */
    async->is_out = true;
    return S_OK;
}

HRESULT rpc_async_finish(void *self, uint32_t method, struct rpc_call *out_call)
{
    struct fake_async *async = self;

    memset(out_call, 0, sizeof(*out_call));
    if (!async->is_out || async->call.method != method)
        return E_UNEXPECTED;
    async->is_out = false;
    *out_call = async->call;
    fake.caps_owned = async->caps_owned;
    return async->hr;
}
