/* Stubs of sample/owned.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <rpc_shape.h>
#include <wire_values.h>
#include <sample/owned.idl.h>
#include <string.h>

static uint8_t *store_frame(uint8_t *at, uint32_t field, const struct frame *value)
{
    struct wire_mark mark;

    at = wire_store_begin(at, field, 41, &mark);
    at = wire_store_double(at, 1, value->a);
    at = wire_store_double(at, 2, value->b);
    at = wire_store_enum(at, 3, (int32_t)value->corner);
    return wire_store_end(at, &mark);
}

static bool read_motto(struct wire_bytes bytes, struct motto *value)
{
    struct wire_reader message = wire_reader_of(bytes);
    uint32_t tag;

    memset(value, 0, sizeof(*value));
    while (wire_next(&message, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            value->text = (char *)wire_get_text(&message, 31);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            value->colour = wire_get_uint32(&message);
            break;
        default:
            wire_skip(&message, tag);
        }
    }
    return !message.failed;
}

/* Ends its texts where they lie, when the whole message was read. */
static void end_motto(const struct motto *value)
{
    wire_end_text(value->text);
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

static HRESULT IPress_Cut_stub(IPress *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct outline outline;
    struct frame out_frame;
    enum corner out_corner = (enum corner)0;
    struct wire_writer reply;
    size_t bound;
    uint32_t tag;
    HRESULT hr;

    memset(&outline, 0, sizeof(outline));
    memset(&out_frame, 0, sizeof(out_frame));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shape(call, &IPress_Cut_outline_shape, &outline, 1, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_finish_shape(call, &IPress_Cut_outline_shape, &outline, 1, 0);
    if (FAILED(hr))
        return hr;
    bound = WIRE_BYTES_BOUND(41);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_incoming_execute(call, bound);
    if (FAILED(hr))
        return hr;
    hr = IPress_Cut(self, &outline, &out_frame, &out_corner);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    if (wire_room(&reply, WIRE_BYTES_BOUND(41)))
        reply.at = store_frame(reply.at, 2, &out_frame);
    wire_put_enum(&reply, 3, (int32_t)out_corner);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IPress_Proof_stub(IPress *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t number = 0;
    struct page *out_page = NULL;
    RPC_SHAPE_OWNER out_page_owner = {.field = &IPress_Proof_out_page_shape};
    BSTR out_name = NULL;
    struct wire_wide out_name_text;
    uint32_t tag;
    HRESULT hr, ready;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            number = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    rpc_incoming_run(call);
    hr = IPress_Proof(self, number, &out_page, &out_name);
    if (FAILED(hr)) {
        SysFreeString(out_name);
        return hr;
    }
    out_name_text = wire_measure_units(out_name, SysStringLen(out_name));
    out_page_owner.value = &out_page;
    out_page_owner.count = 1;
    ready = rpc_incoming_results(call, WIRE_BYTES_BOUND(out_name_text.bytes));
    rpc_incoming_put_shape(call, &IPress_Proof_out_page_shape, &out_page, 1, 0);
    if (out_name)
        wire_put_wide(&call->reply, 3, out_name, out_name_text);
    SysFreeString(out_name);
    if (FAILED(ready))
        return ready;
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IPress_Bind_stub(IPress *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t count = 0;
    struct page *pages = NULL;
    struct wire_list weights_list = WIRE_LIST(3, WIRE_FIXED32);
    float *weights = NULL;
    struct page *out_pages = NULL;
    RPC_SHAPE_OWNER out_pages_owner = {.field = &IPress_Bind_out_pages_shape, .is_block = true};
    uint32_t out_count = 0;
    struct wire_list list;
    struct wire_reader piece;
    uint32_t tag, i;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            count = wire_get_uint32(&request);
            break;
        case WIRE_TAG(3, WIRE_BYTES):
        case WIRE_TAG(3, WIRE_FIXED32):
            wire_list_add(&weights_list, &request, tag);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || count > 1677721 || count > 7456540 || weights_list.count > 7456540 ||
        (weights_list.count != 0 && weights_list.count != count))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shapes(call, &IPress_Bind_pages_shape, count, count, (void **)&pages);
    if (FAILED(hr))
        return hr;
    if (weights_list.count != 0) {
        weights = rpc_incoming_scratch(call, weights_list.count * sizeof(*weights));
        if (!weights)
            return E_OUTOFMEMORY;
    }
    list = weights_list;
    i = 0;
    while (wire_next_piece(&list)) {
        piece = wire_reader_of(list.piece);
        for (; piece.at < piece.end && i < weights_list.count; i++)
            weights[i] = wire_get_float(&piece);
        wire_require(&request, wire_is_read(&piece));
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_finish_shape(call, &IPress_Bind_pages_shape, pages, count, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IPress_Bind(self, count, pages, weights, &out_pages, &out_count);
    if (FAILED(hr))
        return hr;
    if (out_count > 1677721 || (out_count != 0 && !out_pages)) {
        out_count = 0;
        call->reply.failed = true;
    }
    out_pages_owner.value = out_pages;
    out_pages_owner.count = out_count;
    rpc_incoming_put_shape(call, &IPress_Bind_out_pages_shape, out_pages, out_count, 0);
    wire_put_uint32(&call->reply, 5, out_count);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

HRESULT IPress_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IPress_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IPress *self = (IPress *)object;

    switch (method) {
    case 3:
        return IPress_Cut_stub(self, call);
    case 4:
        return IPress_Proof_stub(self, call);
    case 5:
        return IPress_Bind_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}

static HRESULT IBinder_Replace_stub(IBinder *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    char *inout_title = NULL;
    RPC_SHAPE_OWNER inout_title_owner = {.field = &IBinder_Replace_inout_title_shape};
    IPress *inout_press = NULL;
    RPC_SHAPE_OWNER inout_press_owner = {.field = &IBinder_Replace_inout_press_shape};
    struct page *inout_page = NULL;
    RPC_SHAPE_OWNER inout_page_owner = {.field = &IBinder_Replace_inout_page_shape};
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_take_shape(call, &IBinder_Replace_inout_title_shape, &inout_title, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_title_owner.value = &inout_title;
    inout_title_owner.count = 1;
    hr = rpc_incoming_take_shape(call, &IBinder_Replace_inout_press_shape, &inout_press, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_press_owner.value = &inout_press;
    inout_press_owner.count = 1;
    hr = rpc_incoming_take_shape(call, &IBinder_Replace_inout_page_shape, &inout_page, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_page_owner.value = &inout_page;
    inout_page_owner.count = 1;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IBinder_Replace(self, &inout_title, &inout_press, &inout_page);
    if (FAILED(hr))
        return hr;
    inout_title_owner.value = &inout_title;
    inout_title_owner.count = 1;
    inout_press_owner.value = &inout_press;
    inout_press_owner.count = 1;
    inout_page_owner.value = &inout_page;
    inout_page_owner.count = 1;
    rpc_incoming_put_shape(call, &IBinder_Replace_inout_title_shape, &inout_title, 1, 0);
    rpc_incoming_put_shape(call, &IBinder_Replace_inout_press_shape, &inout_press, 1, 0);
    rpc_incoming_put_shape(call, &IBinder_Replace_inout_page_shape, &inout_page, 1, 0);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IBinder_Mark_stub(IBinder *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct motto motto;
    struct wire_list weights_list = WIRE_LIST(2, WIRE_FIXED32);
    float *weights = NULL;
    uint32_t count = 0;
    uint8_t title_count = 0;
    uint32_t titles_count = 0;
    BSTR *titles = NULL;
    struct wire_list list;
    struct wire_reader piece;
    uint32_t tag, i;
    HRESULT hr;

    memset(&motto, 0, sizeof(motto));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_require(&request, read_motto(wire_get_bytes(&request), &motto));
            break;
        case WIRE_TAG(2, WIRE_BYTES):
        case WIRE_TAG(2, WIRE_FIXED32):
            wire_list_add(&weights_list, &request, tag);
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            count = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    titles_count = rpc_incoming_count_shapes(call, &IBinder_Mark_titles_shape);
    title_count = (uint8_t)titles_count;
    if (request.failed || titles_count > 255 || count > 7456540 || weights_list.count > 7456540 ||
        (weights_list.count != 0 && weights_list.count != count))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shapes(call, &IBinder_Mark_titles_shape, (uint32_t)title_count,
                                 (uint32_t)title_count, (void **)&titles);
    if (FAILED(hr))
        return hr;
    if (weights_list.count != 0) {
        weights = rpc_incoming_scratch(call, weights_list.count * sizeof(*weights));
        if (!weights)
            return E_OUTOFMEMORY;
    }
    list = weights_list;
    i = 0;
    while (wire_next_piece(&list)) {
        piece = wire_reader_of(list.piece);
        for (; piece.at < piece.end && i < weights_list.count; i++)
            weights[i] = wire_get_float(&piece);
        wire_require(&request, wire_is_read(&piece));
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    end_motto(&motto);
    hr = rpc_incoming_finish_shape(call, &IBinder_Mark_titles_shape, titles, (uint32_t)title_count, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IBinder_Mark(self, &motto, weights, count, title_count, titles);
    return hr;
}

HRESULT IBinder_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IBinder_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IBinder *self = (IBinder *)object;

    switch (method) {
    case 3:
        return IBinder_Replace_stub(self, call);
    case 4:
        return IBinder_Mark_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}
