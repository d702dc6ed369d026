/* Calls without generated proxies; see rpc_dynamic.h. */
#include "runtime.h"
#include <rpc_dynamic.h>
#include <string.h>

_Static_assert(RPC_DYNAMIC_NAME_MAX == NODE_NAME_MAX, "the name of a node has one length");

static HRESULT put_request(struct rpc_call *call, const struct rpc_dynamic_call *dynamic)
{
    uint32_t i;
    HRESULT hr;

    for (i = 0; i < dynamic->interface_count; i++) {
        hr = rpc__export(call->proxy->import->link, dynamic->interfaces[i], &call->caps[i]);
        if (FAILED(hr))
            return hr;
        call->cap_count++;
    }
    if (!wire_room(&call->request, dynamic->request_bytes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (dynamic->request_bytes)
        memcpy(call->request.at, dynamic->request, dynamic->request_bytes);
    call->request.at += dynamic->request_bytes;
    return S_OK;
}

static HRESULT take_reply(struct rpc_call *call, struct rpc_dynamic_reply *out_reply)
{
    uint32_t i;
    HRESULT hr;

    for (i = 0; i < call->reply_cap_count; i++) {
        hr = rpc_call_take_interface(call, i + 1, &IID_IUnknown, (void **)&out_reply->interfaces[i]);
        if (FAILED(hr))
            return hr;
        out_reply->interface_count++;
    }
    out_reply->results = call->reply.at;
    out_reply->results_bytes = (uint32_t)(call->reply.end - call->reply.at);
    out_reply->buffer = call->reply_buffer;
    call->reply_buffer = NULL; /* rpc_dynamic_free frees it */
    return S_OK;
}

static uint32_t method_of(const struct rpc_dynamic_call *dynamic)
{
    return (dynamic->method & RPC_METHOD_MASK) | (dynamic->is_oneway ? RPC_ONEWAY : 0) |
           (dynamic->is_idempotent ? RPC_IDEMPOTENT : 0);
}

HRESULT rpc_dynamic_invoke(const struct rpc_dynamic_call *dynamic, struct rpc_dynamic_reply *out_reply)
{
    struct rpc_import *import;
    struct rpc_call call;
    HRESULT hr, taken;

    memset(out_reply, 0, sizeof(*out_reply));
    if (!dynamic->object || !dynamic->iid || (dynamic->request_bytes && !dynamic->request))
        return E_POINTER;
    import = rpc__import_of(dynamic->object);
    if (!import)
        return com_fail(E_NOTIMPL, "the object is of this process", NULL);
    if (dynamic->interface_count > RPC_CAPS_MAX)
        return RPC_E_OUT_OF_RESOURCES;
    hr = rpc_call_begin(&call, &import->identity, method_of(dynamic), dynamic->timeout_ms,
                        dynamic->request_bytes);
    if (FAILED(hr))
        return hr;
    call.iid = dynamic->iid;
    hr = put_request(&call, dynamic);
    if (SUCCEEDED(hr))
        hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr) && !dynamic->is_oneway) {
        taken = take_reply(&call, out_reply);
        if (FAILED(taken))
            hr = taken;
    }
    rpc_call_end(&call);
    if (FAILED(hr))
        rpc_dynamic_free(out_reply);
    return hr;
}

void rpc_dynamic_free(struct rpc_dynamic_reply *reply)
{
    uint32_t i;

    for (i = 0; i < reply->interface_count; i++)
        if (reply->interfaces[i])
            (void)IUnknown_Release(reply->interfaces[i]);
    if (reply->buffer)
        rpc_buffer_free((struct rpc_buffer *)reply->buffer);
    memset(reply, 0, sizeof(*reply));
}

HRESULT rpc_dynamic_query(IUnknown *object, const IID *iid)
{
    struct rpc_import *import;
    IUnknown *pointer;
    HRESULT hr;

    if (!object || !iid)
        return E_POINTER;
    import = rpc__import_of(object);
    if (import)
        return rpc__query_remote(import, iid);
    hr = IUnknown_QueryInterface(object, iid, (void **)&pointer);
    if (SUCCEEDED(hr))
        (void)IUnknown_Release(pointer);
    return hr;
}

HRESULT rpc_dynamic_node(IUnknown *object, char name[RPC_DYNAMIC_NAME_MAX + 1], INamespace **out_root)
{
    struct rpc_proxy *target;
    struct rpc_import *import;
    struct rpc_link *link;
    HRESULT hr;

    if (!object || !out_root)
        return E_POINTER;
    *out_root = NULL;
    import = rpc__import_of(object);
    if (!import)
        return S_FALSE;
    if (rpc__rebinding_of(import)) {
        hr = rpc__rebinding_of(import)->take_target(&import->identity, port_now_ns() + RPC_DEFAULT_TIMEOUT_NS,
                                                    &target);
        if (FAILED(hr))
            return hr;
        hr = rpc_dynamic_node((IUnknown *)(void *)target, name, out_root);
        (void)rpc_proxy_Release(target);
        return hr;
    }
    link = import->link;
    memcpy(name, link->session.peer.name, RPC_DYNAMIC_NAME_MAX + 1); /* set once, before there were proxies */
    return rpc__import_root(link, out_root);
}
