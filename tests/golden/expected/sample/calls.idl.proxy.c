/* Proxies of sample/calls.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/calls.idl.h>
#include <string.h>

static HRESULT IPrinter_Print_proxy(IPrinter *self, const char *page, uint32_t copies)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t page_length;
    size_t bound;
    HRESULT hr;

    if (!page)
        return E_POINTER;
    page_length = strlen(page);
    if (page_length > 100)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(page_length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, RPC_ONEWAY | 3, 2000, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, page, page_length);
    wire_put_uint32(&request, 2, copies);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPrinter_Notify_send(IPrinter *self, IUnknown *who)
{
    struct rpc_call call;
    HRESULT hr;

    hr = rpc_call_begin(&call, self, RPC_ONEWAY | 4, 2000, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    rpc_call_put_interface(&call, 1, &IID_IUnknown, who);
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static void IPrinter_Notify_proxy(IPrinter *self, IUnknown *who)
{
    com_ignore(IPrinter_Notify_send(self, who)); /* nobody waits for it */
}

static HRESULT IPrinter_Count_results(struct rpc_call *call, uint32_t *out_pages)
{
    struct wire_reader reply = call->reply;
    uint32_t out_pages_value = 0;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            out_pages_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    *out_pages = out_pages_value;
    return S_OK;
}

static HRESULT IPrinter_Count_proxy(IPrinter *self, uint32_t *out_pages)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_pages)
        return E_POINTER;
    hr = rpc_call_begin(&call, self, RPC_IDEMPOTENT | 5, 2000, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPrinter_Count_results(&call, out_pages);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPrinter_Wait_proxy(IPrinter *self)
{
    struct rpc_call call;
    HRESULT hr;

    hr = rpc_call_begin(&call, self, 6, RPC_TIMEOUT_NONE, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IPrinterVtbl IPrinter_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IPrinter *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IPrinter *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IPrinter *))rpc_proxy_Release,
    .Print = IPrinter_Print_proxy,
    .Notify = IPrinter_Notify_proxy,
    .Count = IPrinter_Count_proxy,
    .Wait = IPrinter_Wait_proxy,
};

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IPrinter_type_info COM_WEAK;

const struct com_interface IPrinter_interface = {
    .iid = &IID_IPrinter,
    .name = "IPrinter",
    .method_count = 7,
    .proxy_vtbl = &IPrinter_proxy_vtbl,
    .stub = IPrinter_stub,
    .results = NULL,
    .type_info = &IPrinter_type_info,
};
