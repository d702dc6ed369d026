/* Stubs of sample/calls.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/calls.idl.h>
#include <string.h>

static HRESULT IPrinter_Print_stub(IPrinter *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes page_bytes = {request.end, 0};
    uint32_t copies = 0;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            page_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            copies = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || page_bytes.size > 100 || !wire_is_text(page_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IPrinter_Print(self, wire_terminate(page_bytes), copies);
    return hr;
}

static HRESULT IPrinter_Notify_stub(IPrinter *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t who_index = 0;
    void *who = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            who_index = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_interface(call, who_index, &IID_IUnknown, &who);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    IPrinter_Notify(self, (IUnknown *)who);
    return hr;
}

static HRESULT IPrinter_Count_stub(IPrinter *self, struct rpc_incoming *call)
{
    uint32_t out_pages = 0;
    struct wire_writer reply;
    HRESULT hr;

    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IPrinter_Count(self, &out_pages);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_uint32(&reply, 1, out_pages);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IPrinter_Wait_stub(IPrinter *self, struct rpc_incoming *call)
{
    HRESULT hr;

    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IPrinter_Wait(self);
    return hr;
}

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IPrinter *self = (IPrinter *)object;

    switch (method) {
    case 3:
        return IPrinter_Print_stub(self, call);
    case 4:
        return IPrinter_Notify_stub(self, call);
    case 5:
        return IPrinter_Count_stub(self, call);
    case 6:
        return IPrinter_Wait_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}

static HRESULT IPlotter_Turn_stub(IPlotter *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes page_bytes = {request.end, 0};
    uint32_t length = 0;
    uint8_t *out_page = NULL;
    IPlotter *out_plotter = NULL;
    struct wire_mark mark;
    size_t bound;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            page_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            length = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || length > 4096 || page_bytes.size != length)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_incoming_execute(call, bound);
    if (FAILED(hr))
        return hr;
    out_page = (uint8_t *)wire_open(&call->reply, 3, length, &mark);
    if (!out_page)
        return RPC_E_SERVER_CANTMARSHAL_DATA;
    memset(out_page, 0, length); /* what the method leaves is not of other calls */
    hr = IPlotter_Turn(self, page_bytes.data, length, out_page, &out_plotter);
    if (FAILED(hr))
        return hr;
    wire_close_sized(&call->reply, &mark, length);
    rpc_incoming_put_interface(call, 4, &IID_IPlotter, out_plotter);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IPlotter_Count_stub(IPlotter *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t pages = 0;
    struct wire_writer reply;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            pages = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IPlotter_Count(self, &pages);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_uint32(&reply, 1, pages);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IPlotter_Stop_stub(IPlotter *self, struct rpc_incoming *call)
{
    HRESULT hr;

    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    IPlotter_Stop(self);
    return hr;
}

HRESULT IPlotter_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IPlotter_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IPlotter *self = (IPlotter *)object;

    switch (method) {
    case 3:
        return IPlotter_Turn_stub(self, call);
    case 4:
        return IPlotter_Count_stub(self, call);
    case 5:
        return IPlotter_Stop_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}
