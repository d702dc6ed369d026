/* Stubs of sample/calls.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/calls.idl.h>
#include <string.h>

struct IPrinter_Print_arguments {
    union wire_slot slots[2];
    const char *page;
    uint32_t copies;
};

static const struct wire_member IPrinter_Print_members[] = {
    {
        .kind = WIRE_KIND_TEXT,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IPrinter_Print_arguments, page),
        .size = WIRE_CONSTANT,
        .length = WIRE_CONSTANT,
        .limit = 100,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_IN,
        .number = 2,
        .offset = offsetof(struct IPrinter_Print_arguments, copies),
    },
};

static HRESULT IPrinter_Print_invoke(void *object, const void *arguments)
{
    const struct IPrinter_Print_arguments *given = arguments;

    return IPrinter_Print((IPrinter *)object, given->page, given->copies);
}

struct IPrinter_Notify_arguments {
    union wire_slot slots[1];
    IUnknown *who;
};

static const struct wire_member IPrinter_Notify_members[] = {
    {
        .kind = WIRE_KIND_INTERFACE,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IPrinter_Notify_arguments, who),
        .iid = &IID_IUnknown,
    },
};

static HRESULT IPrinter_Notify_invoke(void *object, const void *arguments)
{
    const struct IPrinter_Notify_arguments *given = arguments;

    IPrinter_Notify((IPrinter *)object, given->who);
    return S_OK;
}

struct IPrinter_Count_arguments {
    union wire_slot slots[1];
    uint32_t *out_pages;
};

struct IPrinter_Count_frame {
    struct IPrinter_Count_arguments arguments;
    uint32_t out_pages;
};

static const struct wire_member IPrinter_Count_members[] = {
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_OUT | WIRE_POINTER,
        .number = 1,
        .offset = offsetof(struct IPrinter_Count_arguments, out_pages),
        .value = offsetof(struct IPrinter_Count_frame, out_pages),
    },
};

static HRESULT IPrinter_Count_invoke(void *object, const void *arguments)
{
    const struct IPrinter_Count_arguments *given = arguments;

    return IPrinter_Count((IPrinter *)object, given->out_pages);
}

static HRESULT IPrinter_Wait_invoke(void *object, const void *arguments)
{
    (void)arguments;
    return IPrinter_Wait((IPrinter *)object);
}

extern const struct wire_method IPrinter_methods[];

const struct wire_method IPrinter_methods[] = {
    {
        .members = IPrinter_Print_members,
        .invoke = IPrinter_Print_invoke,
        .timeout_ms = 2000,
        .is_oneway = 1,
        .special = 0x1,
        .has_input = 1,
        .frame_bytes = sizeof(struct IPrinter_Print_arguments),
        .number = 3,
        .count = 2,
    },
    {
        .members = IPrinter_Notify_members,
        .invoke = IPrinter_Notify_invoke,
        .timeout_ms = 2000,
        .is_oneway = 1,
        .special = 0x1,
        .has_input = 1,
        .has_interfaces = 1,
        .frame_bytes = sizeof(struct IPrinter_Notify_arguments),
        .number = 4,
        .count = 1,
    },
    {
        .members = IPrinter_Count_members,
        .invoke = IPrinter_Count_invoke,
        .timeout_ms = 2000,
        .is_idempotent = 1,
        .special = 0x1,
        .has_output = 1,
        .has_pointers = 1,
        .frame_bytes = sizeof(struct IPrinter_Count_frame),
        .number = 5,
        .count = 1,
    },
    {
        .invoke = IPrinter_Wait_invoke,
        .timeout_ms = WIRE_METHOD_NO_TIMEOUT,
        .number = 6,
        .count = 0,
    },
};

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IPrinter_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    union {
        struct IPrinter_Print_arguments Print;
        struct IPrinter_Notify_arguments Notify;
        struct IPrinter_Count_frame Count;
    } frame;

    if (method < 3 || method >= 7)
        return RPC_E_INVALIDMETHOD;
    return rpc_table_serve(&IPrinter_methods[method - 3], object, call, &frame);
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
