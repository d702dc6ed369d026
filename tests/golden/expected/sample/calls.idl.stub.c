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
