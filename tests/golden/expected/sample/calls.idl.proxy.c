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

static HRESULT IPlotter_Turn_results(struct rpc_call *call, uint32_t length, uint8_t *out_page,
                                     IPlotter **out_plotter)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes out_page_bytes = {NULL, 0};
    uint32_t out_plotter_index = 0;
    void *out_plotter_object = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_BYTES):
            out_page_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(4, WIRE_VARINT):
            out_plotter_index = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || out_page_bytes.size != length)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_take_interface(call, out_plotter_index, &IID_IPlotter, &out_plotter_object);
    if (FAILED(hr))
        return hr;
    wire_copy(out_page, out_page_bytes);
    *out_plotter = (IPlotter *)out_plotter_object;
    return S_OK;
}

static HRESULT IPlotter_Turn_proxy(IPlotter *self, const uint8_t *page, uint32_t length, uint8_t *out_page,
                                   IPlotter **out_plotter)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t bound;
    HRESULT hr, decoded;

    if (!out_plotter)
        return E_POINTER;
    *out_plotter = NULL;
    if ((!page && length != 0) || (!out_page && length != 0))
        return E_POINTER;
    if (length > 4096)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, page, length);
    wire_put_uint32(&request, 2, length);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPlotter_Turn_results(&call, length, out_page, out_plotter);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPlotter_Count_results(struct rpc_call *call, uint32_t *pages)
{
    struct wire_reader reply = call->reply;
    uint32_t pages_value = 0;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            pages_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    *pages = pages_value;
    return S_OK;
}

static HRESULT IPlotter_Count_proxy(IPlotter *self, uint32_t *pages)
{
    struct rpc_call call;
    struct wire_writer request;
    HRESULT hr, decoded;

    if (!pages)
        return E_POINTER;
    hr = rpc_call_begin(&call, self, RPC_IDEMPOTENT | 4, RPC_TIMEOUT_DEFAULT, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_uint32(&request, 1, *pages);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPlotter_Count_results(&call, pages);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPlotter_Stop_send(IPlotter *self)
{
    struct rpc_call call;
    HRESULT hr;

    hr = rpc_call_begin(&call, self, RPC_ONEWAY | 5, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static void IPlotter_Stop_proxy(IPlotter *self)
{
    com_ignore(IPlotter_Stop_send(self)); /* nobody waits for it */
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IPlotterVtbl IPlotter_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IPlotter *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IPlotter *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IPlotter *))rpc_proxy_Release,
    .Turn = IPlotter_Turn_proxy,
    .Count = IPlotter_Count_proxy,
    .Stop = IPlotter_Stop_proxy,
};

HRESULT IPlotter_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IPlotter_type_info COM_WEAK;

const struct com_interface IPlotter_interface = {
    .iid = &IID_IPlotter,
    .name = "IPlotter",
    .method_count = 6,
    .proxy_vtbl = &IPlotter_proxy_vtbl,
    .stub = IPlotter_stub,
    .results = NULL,
    .type_info = &IPlotter_type_info,
};

static HRESULT AsyncIPlotter_Begin_Turn_call(AsyncIPlotter *self, const uint8_t *page, uint32_t length)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t bound;
    HRESULT hr;

    if (!page && length != 0)
        return E_POINTER;
    if (length > 4096)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, rpc_async_target(self), 3, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, page, length);
    wire_put_uint32(&request, 2, length);
    call.request = request;
    rpc_async_keep(self, 0, (uint32_t)length);
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPlotter_Finish_Turn_call(AsyncIPlotter *self, uint8_t *out_page, IPlotter **out_plotter)
{
    struct rpc_call call;
    uint32_t length = (uint32_t)rpc_async_kept(self, 0);
    HRESULT hr, decoded;

    if (!out_plotter)
        return E_POINTER;
    *out_plotter = NULL;
    if (!out_page && length != 0)
        return E_POINTER;
    hr = rpc_async_finish(self, 3, &call);
    if (SUCCEEDED(hr)) {
        decoded = IPlotter_Turn_results(&call, length, out_page, out_plotter);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPlotter_Begin_Count_call(AsyncIPlotter *self, uint32_t *pages)
{
    struct rpc_call call;
    struct wire_writer request;
    HRESULT hr;

    if (!pages)
        return E_POINTER;
    hr = rpc_call_begin(&call, rpc_async_target(self), RPC_IDEMPOTENT | 4, RPC_TIMEOUT_DEFAULT,
                        WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_uint32(&request, 1, *pages);
    call.request = request;
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPlotter_Finish_Count_call(AsyncIPlotter *self, uint32_t *pages)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!pages)
        return E_POINTER;
    hr = rpc_async_finish(self, 4, &call);
    if (SUCCEEDED(hr)) {
        decoded = IPlotter_Count_results(&call, pages);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPlotter_Begin_Stop_call(AsyncIPlotter *self)
{
    struct rpc_call call;
    HRESULT hr;

    hr = rpc_call_begin(&call, rpc_async_target(self), RPC_ONEWAY | 5, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPlotter_Finish_Stop_call(AsyncIPlotter *self)
{
    struct rpc_call call;
    HRESULT hr;

    hr = rpc_async_finish(self, 5, &call);
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a call object. */
static const struct AsyncIPlotterVtbl AsyncIPlotter_call_vtbl = {
    .QueryInterface = (HRESULT(*)(AsyncIPlotter *, const IID *, void **))rpc_async_QueryInterface,
    .AddRef = (uint32_t(*)(AsyncIPlotter *))rpc_async_AddRef,
    .Release = (uint32_t(*)(AsyncIPlotter *))rpc_async_Release,
    .Begin_Turn = AsyncIPlotter_Begin_Turn_call,
    .Finish_Turn = AsyncIPlotter_Finish_Turn_call,
    .Begin_Count = AsyncIPlotter_Begin_Count_call,
    .Finish_Count = AsyncIPlotter_Finish_Count_call,
    .Begin_Stop = AsyncIPlotter_Begin_Stop_call,
    .Finish_Stop = AsyncIPlotter_Finish_Stop_call,
};

HRESULT AsyncIPlotter_create(IPlotter *object, AsyncIPlotter **out_call)
{
    return rpc_async_create(object, &IID_AsyncIPlotter, &AsyncIPlotter_call_vtbl, (void **)out_call);
}
