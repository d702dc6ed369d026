/* Proxies of sample/owned.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <rpc_shape.h>
#include <wire_values.h>
#include <sample/owned.idl.h>
#include <string.h>

static bool read_frame(struct wire_bytes bytes, struct frame *value)
{
    struct wire_reader message = wire_reader_of(bytes);
    uint32_t tag;

    memset(value, 0, sizeof(*value));
    while (wire_next(&message, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_FIXED64):
            value->a = wire_get_double(&message);
            break;
        case WIRE_TAG(2, WIRE_FIXED64):
            value->b = wire_get_double(&message);
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            value->corner = (enum corner)wire_get_enum(&message);
            break;
        default:
            wire_skip(&message, tag);
        }
    }
    return !message.failed;
}

/* Its texts, in the order they are stored. */
static void measure_motto(struct wire_budget *budget, const struct motto *value)
{
    wire_measure(budget, value->text);
}

static uint8_t *store_motto(uint8_t *at, uint32_t field, const struct motto *value,
                            struct wire_budget *budget)
{
    struct wire_mark mark;

    at = wire_store_begin(at, field, 41, &mark);
    at = wire_store_text(at, 1, value->text, 31, budget);
    at = wire_store_uint32(at, 2, value->colour);
    return wire_store_end(at, &mark);
}

_Static_assert(sizeof(enum corner) == 4, "enums have 32 bits");

static const struct rpc_shape_field shape_frame_fields[] = {
    {
        .kind = WIRE_KIND_DOUBLE,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(struct frame, a),
        .bytes = sizeof(double),
    },
    {
        .kind = WIRE_KIND_DOUBLE,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .offset = offsetof(struct frame, b),
        .bytes = sizeof(double),
    },
    {
        .kind = WIRE_KIND_ENUM,
        .form = RPC_SHAPE_ONE,
        .number = 3,
        .offset = offsetof(struct frame, corner),
        .bytes = sizeof(enum corner),
    },
};

static const struct rpc_shape shape_frame = {
    .fields = shape_frame_fields,
    .field_count = 3,
};

static const struct rpc_shape_field shape_outline_value_arm_fields[] = {
    {
        .kind = WIRE_KIND_DOUBLE,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(struct outline, value.radius) - offsetof(struct outline, value),
        .bytes = sizeof(double),
    },
    {
        .kind = WIRE_KIND_RECORD,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .offset = offsetof(struct outline, value.frame) - offsetof(struct outline, value),
        .bytes = sizeof(struct frame),
        .record = &shape_frame,
    },
};

static const struct rpc_shape_case shape_outline_value_arm_cases[] = {
    {
        .value = INT64_C(1),
        .arm = 0,
    },
    {
        .value = INT64_C(2),
        .arm = 1,
    },
    {
        .value = INT64_C(3),
        .arm = 1,
    },
};

static const struct rpc_shape shape_outline_value_arm = {
    .fields = shape_outline_value_arm_fields,
    .cases = shape_outline_value_arm_cases,
    .case_count = 3,
    .others = RPC_SHAPE_EMPTY,
    .is_union = true,
    .field_count = 2,
};

static const struct rpc_shape_field shape_outline_fields[] = {
    {
        .kind = WIRE_KIND_UINT32,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(struct outline, kind),
        .bytes = sizeof(uint32_t),
    },
    {
        .kind = WIRE_KIND_RECORD,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .about = 1,
        .offset = offsetof(struct outline, value),
        .bytes = sizeof(((struct outline *)0)->value),
        .record = &shape_outline_value_arm,
    },
};

static const struct rpc_shape shape_outline = {
    .fields = shape_outline_fields,
    .field_count = 2,
};

static const struct rpc_shape_field IPress_Cut_outline_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 1,
    .bytes = sizeof(struct outline),
    .record = &shape_outline,
};

static const struct rpc_shape_field shape_page_fields[] = {
    {
        .kind = WIRE_KIND_TEXT,
        .form = RPC_SHAPE_ONE,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL | RPC_SHAPE_WIDE | RPC_SHAPE_BSTR,
        .number = 1,
        .offset = offsetof(struct page, title),
        .bytes = 22369621,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .offset = offsetof(struct page, line_count),
        .bytes = sizeof(uint32_t),
    },
    {
        .kind = WIRE_KIND_TEXT,
        .form = RPC_SHAPE_SIZED,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_WIDE | RPC_SHAPE_BSTR,
        .number = 3,
        .size = 2,
        .offset = offsetof(struct page, lines),
        .bytes = 22369621,
        .limit = 4473924,
    },
    {
        .kind = WIRE_KIND_UINT16,
        .form = RPC_SHAPE_ONE,
        .number = 4,
        .offset = offsetof(struct page, bullet),
        .bytes = sizeof(char16_t),
    },
    {
        .kind = WIRE_KIND_UINT16,
        .form = RPC_SHAPE_SIZED,
        .flags = RPC_SHAPE_OPTIONAL,
        .number = 5,
        .size = 2,
        .offset = offsetof(struct page, marks),
        .bytes = sizeof(char16_t),
        .limit = 6710886,
    },
};

static const struct rpc_shape shape_page = {
    .fields = shape_page_fields,
    .field_count = 5,
};

static const struct rpc_shape_field IPress_Proof_out_page_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
    .number = 2,
    .bytes = sizeof(struct page),
    .record = &shape_page,
};

static const struct rpc_shape_field IPress_Bind_pages_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_SIZED,
    .number = 2,
    .bytes = sizeof(struct page),
    .limit = 1677721,
    .record = &shape_page,
};

static const struct rpc_shape_field IPress_Bind_out_pages_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_SIZED,
    .number = 4,
    .bytes = sizeof(struct page),
    .limit = 1677721,
    .record = &shape_page,
};

static const struct rpc_shape_field IBinder_Replace_inout_title_shape = {
    .kind = WIRE_KIND_TEXT,
    .form = RPC_SHAPE_ONE,
    .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
    .number = 1,
    .bytes = 67108864,
};

static const struct rpc_shape_field IBinder_Replace_inout_press_shape = {
    .kind = WIRE_KIND_INTERFACE,
    .form = RPC_SHAPE_ONE,
    .number = 2,
    .bytes = sizeof(void *),
    .iid = &IID_IPress,
};

static const struct rpc_shape_field IBinder_Replace_inout_page_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
    .number = 3,
    .bytes = sizeof(struct page),
    .record = &shape_page,
};

static const struct rpc_shape_field IBinder_Mark_titles_shape = {
    .kind = WIRE_KIND_TEXT,
    .form = RPC_SHAPE_SIZED,
    .flags = RPC_SHAPE_POINTED | RPC_SHAPE_WIDE | RPC_SHAPE_BSTR,
    .number = 5,
    .bytes = 22369621,
    .limit = 4473924,
};

COM_WEAK void com_free_page(struct page *value)
{
    static const struct rpc_shape_field one = {.kind = WIRE_KIND_RECORD, .record = &shape_page};

    rpc_shape_free(&one, value, 1, 0);
}

static HRESULT IPress_Cut_results(struct rpc_call *call, struct frame *out_frame, enum corner *out_corner)
{
    struct wire_reader reply = call->reply;
    struct frame out_frame_value;
    enum corner out_corner_value = (enum corner)0;
    uint32_t tag;

    memset(&out_frame_value, 0, sizeof(out_frame_value));
    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(2, WIRE_BYTES):
            wire_require(&reply, read_frame(wire_get_bytes(&reply), &out_frame_value));
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            out_corner_value = (enum corner)wire_get_enum(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    *out_frame = out_frame_value;
    *out_corner = out_corner_value;
    return S_OK;
}

static HRESULT IPress_Cut_proxy(IPress *self, const struct outline *outline, struct frame *out_frame,
                                enum corner *out_corner)
{
    struct rpc_call call;
    size_t shapes;
    HRESULT hr, decoded;

    if (!outline || !out_frame || !out_corner)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IPress_Cut_outline_shape, outline, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, shapes);
    if (FAILED(hr))
        return hr;
    rpc_call_put_shape(&call, &IPress_Cut_outline_shape, outline, 1, 0);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Cut_results(&call, out_frame, out_corner);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPress_Proof_results(struct rpc_call *call, struct page **out_page, BSTR *out_name)
{
    struct wire_reader reply = call->reply;
    struct page *out_page_value;
    RPC_SHAPE_OWNER out_page_owner = {.field = &IPress_Proof_out_page_shape};
    struct wire_bytes out_name_bytes = {NULL, 0};
    BSTR out_name_result;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_BYTES):
            out_name_bytes = wire_get_bytes(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || !wire_is_text(out_name_bytes))
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    out_name_result = rpc_result_bstr(out_name_bytes);
    if ((out_name_bytes.data && !out_name_result)) {
        SysFreeString(out_name_result);
        return E_OUTOFMEMORY;
    }
    hr = rpc_call_get_shape(call, &IPress_Proof_out_page_shape, &out_page_value, 1, 0);
    if (FAILED(hr)) {
        SysFreeString(out_name_result);
        return hr;
    }
    out_page_owner.value = &out_page_value;
    out_page_owner.count = 1;
    *out_page = out_page_value;
    out_page_owner.value = NULL; /* the caller's now */
    *out_name = out_name_result;
    return S_OK;
}

static HRESULT IPress_Proof_proxy(IPress *self, uint32_t number, struct page **out_page, BSTR *out_name)
{
    struct rpc_call call;
    struct wire_writer request;
    HRESULT hr, decoded;

    if (!out_page || !out_name)
        return E_POINTER;
    *out_page = NULL;
    *out_name = NULL;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_uint32(&request, 1, number);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Proof_results(&call, out_page, out_name);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IPress_Bind_results(struct rpc_call *call, struct page **out_pages, uint32_t *out_count)
{
    struct wire_reader reply = call->reply;
    void *out_pages_elements = NULL;
    RPC_SHAPE_OWNER out_pages_owner = {.field = &IPress_Bind_out_pages_shape, .is_block = true};
    uint32_t out_count_value = 0;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(5, WIRE_VARINT):
            out_count_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_get_shapes(call, &IPress_Bind_out_pages_shape, out_count_value, &out_pages_elements);
    if (FAILED(hr))
        return hr;
    out_pages_owner.value = out_pages_elements;
    out_pages_owner.count = out_count_value;
    *out_pages = out_pages_elements;
    out_pages_owner.value = NULL; /* the caller's now */
    *out_count = out_count_value;
    return S_OK;
}

static HRESULT IPress_Bind_proxy(IPress *self, uint32_t count, const struct page *pages, const float *weights,
                                 struct page **out_pages, uint32_t *out_count)
{
    struct rpc_call call;
    uint32_t weights_count;
    size_t bound;
    size_t shapes;
    struct wire_mark mark;
    uint8_t *at;
    uint32_t i;
    HRESULT hr, decoded;

    if (!out_pages || !out_count)
        return E_POINTER;
    *out_pages = NULL;
    if (!pages && count != 0)
        return E_POINTER;
    weights_count = weights ? count : 0;
    if (count > 1677721 || count > 7456540)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    shapes = 0;
    if (!rpc_shape_measure(&IPress_Bind_pages_shape, pages, count, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(weights_count * 4u);
    bound += shapes;
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 5, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    wire_put_uint32(&call.request, 1, count);
    rpc_call_put_shape(&call, &IPress_Bind_pages_shape, pages, count, 0);
    at = wire_open(&call.request, 3, weights_count * 4u, &mark);
    for (i = 0; at && i < weights_count; i++)
        at = wire_store_element_float(at, weights[i]);
    wire_close_at(&call.request, &mark, at);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Bind_results(&call, out_pages, out_count);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IPressVtbl IPress_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IPress *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IPress *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IPress *))rpc_proxy_Release,
    .Cut = IPress_Cut_proxy,
    .Proof = IPress_Proof_proxy,
    .Bind = IPress_Bind_proxy,
};

HRESULT IPress_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IPress_type_info COM_WEAK;

const struct com_interface IPress_interface = {
    .iid = &IID_IPress,
    .name = "IPress",
    .method_count = 6,
    .proxy_vtbl = &IPress_proxy_vtbl,
    .stub = IPress_stub,
    .results = NULL,
    .type_info = &IPress_type_info,
};

static HRESULT IBinder_Replace_results(struct rpc_call *call, char **inout_title, IPress **inout_press,
                                       struct page **inout_page)
{
    struct wire_reader reply = call->reply;
    char *inout_title_value;
    RPC_SHAPE_OWNER inout_title_owner = {.field = &IBinder_Replace_inout_title_shape};
    IPress *inout_press_value;
    RPC_SHAPE_OWNER inout_press_owner = {.field = &IBinder_Replace_inout_press_shape};
    struct page *inout_page_value;
    RPC_SHAPE_OWNER inout_page_owner = {.field = &IBinder_Replace_inout_page_shape};
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_get_shape(call, &IBinder_Replace_inout_title_shape, &inout_title_value, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_title_owner.value = &inout_title_value;
    inout_title_owner.count = 1;
    hr = rpc_call_get_shape(call, &IBinder_Replace_inout_press_shape, &inout_press_value, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_press_owner.value = &inout_press_value;
    inout_press_owner.count = 1;
    hr = rpc_call_get_shape(call, &IBinder_Replace_inout_page_shape, &inout_page_value, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_page_owner.value = &inout_page_value;
    inout_page_owner.count = 1;
    rpc_shape_free(&IBinder_Replace_inout_title_shape, inout_title, 1, inout_title_owner.about);
    *inout_title = inout_title_value;
    inout_title_owner.value = NULL; /* the caller's now */
    rpc_shape_free(&IBinder_Replace_inout_press_shape, inout_press, 1, inout_press_owner.about);
    *inout_press = inout_press_value;
    inout_press_owner.value = NULL; /* the caller's now */
    rpc_shape_free(&IBinder_Replace_inout_page_shape, inout_page, 1, inout_page_owner.about);
    *inout_page = inout_page_value;
    inout_page_owner.value = NULL; /* the caller's now */
    return S_OK;
}

static HRESULT IBinder_Replace_proxy(IBinder *self, char **inout_title, IPress **inout_press,
                                     struct page **inout_page)
{
    struct rpc_call call;
    size_t shapes;
    HRESULT hr, decoded;

    if (!inout_title || !inout_press || !inout_page)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IBinder_Replace_inout_title_shape, inout_title, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (!rpc_shape_measure(&IBinder_Replace_inout_press_shape, inout_press, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (!rpc_shape_measure(&IBinder_Replace_inout_page_shape, inout_page, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, shapes);
    if (FAILED(hr))
        return hr;
    rpc_call_put_shape(&call, &IBinder_Replace_inout_title_shape, inout_title, 1, 0);
    rpc_call_put_shape(&call, &IBinder_Replace_inout_press_shape, inout_press, 1, 0);
    rpc_call_put_shape(&call, &IBinder_Replace_inout_page_shape, inout_page, 1, 0);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IBinder_Replace_results(&call, inout_title, inout_press, inout_page);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IBinder_Mark_proxy(IBinder *self, const struct motto *motto, const float *weights,
                                  uint32_t count, uint8_t title_count, const BSTR *titles)
{
    struct rpc_call call;
    struct wire_budget motto_budget;
    uint32_t weights_count;
    size_t bound;
    size_t shapes;
    struct wire_mark mark;
    uint8_t *at;
    uint32_t i;
    HRESULT hr;

    if (!motto || (!titles && title_count != 0))
        return E_POINTER;
    weights_count = weights ? count : 0;
    if (count > 7456540)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    wire_budget_init(&motto_budget);
    measure_motto(&motto_budget, motto);
    shapes = 0;
    if (!rpc_shape_measure(&IBinder_Mark_titles_shape, titles, (uint32_t)title_count, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(10) + motto_budget.texts;
    bound += WIRE_BYTES_BOUND(weights_count * 4u);
    bound += shapes;
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    if (wire_budget_room(&motto_budget, &call.request, WIRE_BYTES_BOUND(10) + motto_budget.texts)) {
        call.request.at = store_motto(call.request.at, 1, motto, &motto_budget);
        call.request.failed = motto_budget.failed;
    }
    at = wire_open(&call.request, 2, weights_count * 4u, &mark);
    for (i = 0; at && i < weights_count; i++)
        at = wire_store_element_float(at, weights[i]);
    wire_close_at(&call.request, &mark, at);
    wire_put_uint32(&call.request, 3, count);
    rpc_call_put_shape(&call, &IBinder_Mark_titles_shape, titles, (uint32_t)title_count, 0);
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IBinderVtbl IBinder_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IBinder *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IBinder *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IBinder *))rpc_proxy_Release,
    .Replace = IBinder_Replace_proxy,
    .Mark = IBinder_Mark_proxy,
};

HRESULT IBinder_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IBinder_type_info COM_WEAK;

const struct com_interface IBinder_interface = {
    .iid = &IID_IBinder,
    .name = "IBinder",
    .method_count = 5,
    .proxy_vtbl = &IBinder_proxy_vtbl,
    .stub = IBinder_stub,
    .results = NULL,
    .type_info = &IBinder_type_info,
};

static HRESULT AsyncIPress_Begin_Cut_call(AsyncIPress *self, const struct outline *outline)
{
    struct rpc_call call;
    size_t shapes;
    HRESULT hr;

    if (!outline)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IPress_Cut_outline_shape, outline, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, rpc_async_target(self), 3, RPC_TIMEOUT_DEFAULT, shapes);
    if (FAILED(hr))
        return hr;
    rpc_call_put_shape(&call, &IPress_Cut_outline_shape, outline, 1, 0);
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPress_Finish_Cut_call(AsyncIPress *self, struct frame *out_frame,
                                           enum corner *out_corner)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_frame || !out_corner)
        return E_POINTER;
    hr = rpc_async_finish(self, 3, &call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Cut_results(&call, out_frame, out_corner);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPress_Begin_Proof_call(AsyncIPress *self, uint32_t number)
{
    struct rpc_call call;
    struct wire_writer request;
    HRESULT hr;

    hr = rpc_call_begin(&call, rpc_async_target(self), 4, RPC_TIMEOUT_DEFAULT, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_uint32(&request, 1, number);
    call.request = request;
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPress_Finish_Proof_call(AsyncIPress *self, struct page **out_page, BSTR *out_name)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_page || !out_name)
        return E_POINTER;
    *out_page = NULL;
    *out_name = NULL;
    hr = rpc_async_finish(self, 4, &call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Proof_results(&call, out_page, out_name);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPress_Begin_Bind_call(AsyncIPress *self, uint32_t count, const struct page *pages,
                                           const float *weights)
{
    struct rpc_call call;
    uint32_t weights_count;
    size_t bound;
    size_t shapes;
    struct wire_mark mark;
    uint8_t *at;
    uint32_t i;
    HRESULT hr;

    if (!pages && count != 0)
        return E_POINTER;
    weights_count = weights ? count : 0;
    if (count > 1677721 || count > 7456540)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    shapes = 0;
    if (!rpc_shape_measure(&IPress_Bind_pages_shape, pages, count, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(weights_count * 4u);
    bound += shapes;
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, rpc_async_target(self), 5, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    wire_put_uint32(&call.request, 1, count);
    rpc_call_put_shape(&call, &IPress_Bind_pages_shape, pages, count, 0);
    at = wire_open(&call.request, 3, weights_count * 4u, &mark);
    for (i = 0; at && i < weights_count; i++)
        at = wire_store_element_float(at, weights[i]);
    wire_close_at(&call.request, &mark, at);
    hr = rpc_async_begin(self, &call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT AsyncIPress_Finish_Bind_call(AsyncIPress *self, struct page **out_pages, uint32_t *out_count)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_pages || !out_count)
        return E_POINTER;
    *out_pages = NULL;
    hr = rpc_async_finish(self, 5, &call);
    if (SUCCEEDED(hr)) {
        decoded = IPress_Bind_results(&call, out_pages, out_count);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a call object. */
static const struct AsyncIPressVtbl AsyncIPress_call_vtbl = {
    .QueryInterface = (HRESULT(*)(AsyncIPress *, const IID *, void **))rpc_async_QueryInterface,
    .AddRef = (uint32_t(*)(AsyncIPress *))rpc_async_AddRef,
    .Release = (uint32_t(*)(AsyncIPress *))rpc_async_Release,
    .Begin_Cut = AsyncIPress_Begin_Cut_call,
    .Finish_Cut = AsyncIPress_Finish_Cut_call,
    .Begin_Proof = AsyncIPress_Begin_Proof_call,
    .Finish_Proof = AsyncIPress_Finish_Proof_call,
    .Begin_Bind = AsyncIPress_Begin_Bind_call,
    .Finish_Bind = AsyncIPress_Finish_Bind_call,
};

HRESULT AsyncIPress_create(IPress *object, AsyncIPress **out_call)
{
    return rpc_async_create(object, &IID_AsyncIPress, &AsyncIPress_call_vtbl, (void **)out_call);
}
