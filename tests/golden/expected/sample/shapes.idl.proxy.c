/* Proxies of sample/shapes.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <rpc_shape.h>
#include <wire_values.h>
#include <sample/shapes.idl.h>
#include <string.h>

static const struct rpc_shape shape_entry;

static const struct wire_range shape_range_reading_box_part_width = {INT64_C(0), UINT64_C(100)};

static const struct rpc_shape_field shape_reading_box_part_fields[] = {
    {
        .kind = WIRE_KIND_UINT16,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(union reading, box.width) - offsetof(union reading, box),
        .bytes = sizeof(uint16_t),
        .range = &shape_range_reading_box_part_width,
    },
    {
        .kind = WIRE_KIND_UINT16,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .offset = offsetof(union reading, box.height) - offsetof(union reading, box),
        .bytes = sizeof(uint16_t),
    },
};

static const struct rpc_shape shape_reading_box_part = {
    .fields = shape_reading_box_part_fields,
    .field_count = 2,
};

static const struct rpc_shape_field shape_reading_fields[] = {
    {
        .kind = WIRE_KIND_INT64,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(union reading, number),
        .bytes = sizeof(int64_t),
    },
    {
        .kind = WIRE_KIND_TEXT,
        .form = RPC_SHAPE_ONE,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
        .number = 2,
        .offset = offsetof(union reading, text),
        .bytes = 67108864,
    },
    {
        .kind = WIRE_KIND_RECORD,
        .form = RPC_SHAPE_ONE,
        .number = 3,
        .offset = offsetof(union reading, box),
        .bytes = sizeof(((union reading *)0)->box),
        .record = &shape_reading_box_part,
    },
};

static const struct rpc_shape_case shape_reading_cases[] = {
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
        .arm = 2,
    },
};

static const struct rpc_shape shape_reading = {
    .fields = shape_reading_fields,
    .cases = shape_reading_cases,
    .case_count = 3,
    .others = RPC_SHAPE_EMPTY,
    .is_union = true,
    .field_count = 3,
};

_Static_assert(sizeof(enum reading_kind) == 4, "enums have 32 bits");

static const struct rpc_shape_field shape_entry_fields[] = {
    {
        .kind = WIRE_KIND_ENUM,
        .form = RPC_SHAPE_ONE,
        .number = 1,
        .offset = offsetof(struct entry, kind),
        .bytes = sizeof(enum reading_kind),
    },
    {
        .kind = WIRE_KIND_RECORD,
        .form = RPC_SHAPE_ONE,
        .number = 2,
        .about = 1,
        .offset = offsetof(struct entry, reading),
        .bytes = sizeof(union reading),
        .record = &shape_reading,
    },
    {
        .kind = WIRE_KIND_TEXT,
        .form = RPC_SHAPE_ONE,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
        .number = 3,
        .offset = offsetof(struct entry, name),
        .bytes = 31,
    },
    {
        .kind = WIRE_KIND_TEXT,
        .form = RPC_SHAPE_ONE,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL | RPC_SHAPE_WIDE,
        .number = 4,
        .offset = offsetof(struct entry, title),
        .bytes = 22369621,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .form = RPC_SHAPE_ONE,
        .number = 5,
        .offset = offsetof(struct entry, sample_count),
        .bytes = sizeof(uint32_t),
    },
    {
        .kind = WIRE_KIND_FLOAT,
        .form = RPC_SHAPE_SIZED,
        .number = 6,
        .size = 5,
        .offset = offsetof(struct entry, samples),
        .bytes = sizeof(float),
        .limit = 64,
    },
    {
        .kind = WIRE_KIND_INTERFACE,
        .form = RPC_SHAPE_ONE,
        .number = 7,
        .offset = offsetof(struct entry, source),
        .bytes = sizeof(void *),
        .iid = &IID_IUnknown,
    },
    {
        .kind = WIRE_KIND_RECORD,
        .form = RPC_SHAPE_ONE,
        .flags = RPC_SHAPE_POINTED | RPC_SHAPE_OPTIONAL,
        .number = 8,
        .offset = offsetof(struct entry, next),
        .bytes = sizeof(struct entry),
        .record = &shape_entry,
    },
};

static const struct rpc_shape shape_entry = {
    .fields = shape_entry_fields,
    .field_count = 8,
};

static const struct rpc_shape_field IJournal_Append_entry_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 1,
    .bytes = sizeof(struct entry),
    .record = &shape_entry,
};

static const struct rpc_shape_field IJournal_Append_before_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .flags = RPC_SHAPE_OPTIONAL,
    .number = 2,
    .bytes = sizeof(struct entry),
    .record = &shape_entry,
};

static const struct rpc_shape_field IJournal_Last_out_entry_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 1,
    .bytes = sizeof(struct entry),
    .record = &shape_entry,
};

static const struct rpc_shape_field IJournal_Change_inout_entry_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 1,
    .bytes = sizeof(struct entry),
    .record = &shape_entry,
};

static const struct rpc_shape_field IJournal_Read_reading_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 2,
    .bytes = sizeof(union reading),
    .record = &shape_reading,
};

static const struct rpc_shape_field IJournal_Read_out_reading_shape = {
    .kind = WIRE_KIND_RECORD,
    .form = RPC_SHAPE_ONE,
    .number = 4,
    .bytes = sizeof(union reading),
    .record = &shape_reading,
};

static const struct rpc_shape_field IJournal_Sources_out_sources_shape = {
    .kind = WIRE_KIND_INTERFACE,
    .form = RPC_SHAPE_SIZED,
    .number = 2,
    .bytes = sizeof(void *),
    .limit = 4473924,
    .iid = &IID_IUnknown,
};

static const struct rpc_shape_field IJournal_Sources_names_shape = {
    .kind = WIRE_KIND_TEXT,
    .form = RPC_SHAPE_SIZED,
    .flags = RPC_SHAPE_POINTED,
    .number = 5,
    .bytes = 67108864,
    .limit = 4473924,
};

COM_WEAK void com_free_entry(struct entry *value)
{
    static const struct rpc_shape_field one = {.kind = WIRE_KIND_RECORD, .record = &shape_entry};

    rpc_shape_free(&one, value, 1, 0);
}

static HRESULT IJournal_Append_proxy(IJournal *self, const struct entry *entry, const struct entry *before)
{
    struct rpc_call call;
    size_t shapes;
    HRESULT hr;

    if (!entry)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IJournal_Append_entry_shape, entry, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (before && !rpc_shape_measure(&IJournal_Append_before_shape, before, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, shapes);
    if (FAILED(hr))
        return hr;
    rpc_call_put_shape(&call, &IJournal_Append_entry_shape, entry, 1, 0);
    if (before)
        rpc_call_put_shape(&call, &IJournal_Append_before_shape, before, 1, 0);
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT IJournal_Last_results(struct rpc_call *call, struct entry *out_entry)
{
    struct wire_reader reply = call->reply;
    struct entry out_entry_value;
    RPC_SHAPE_OWNER out_entry_owner = {.field = &IJournal_Last_out_entry_shape};
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
    hr = rpc_call_get_shape(call, &IJournal_Last_out_entry_shape, &out_entry_value, 1, 0);
    if (FAILED(hr))
        return hr;
    out_entry_owner.value = &out_entry_value;
    out_entry_owner.count = 1;
    *out_entry = out_entry_value;
    out_entry_owner.value = NULL; /* the caller's now */
    return S_OK;
}

static HRESULT IJournal_Last_proxy(IJournal *self, struct entry *out_entry)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_entry)
        return E_POINTER;
    hr = rpc_call_begin(&call, self, 4, RPC_TIMEOUT_DEFAULT, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IJournal_Last_results(&call, out_entry);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IJournal_Change_results(struct rpc_call *call, struct entry *inout_entry)
{
    struct wire_reader reply = call->reply;
    struct entry inout_entry_value;
    RPC_SHAPE_OWNER inout_entry_owner = {.field = &IJournal_Change_inout_entry_shape};
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
    hr = rpc_call_get_shape(call, &IJournal_Change_inout_entry_shape, &inout_entry_value, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_entry_owner.value = &inout_entry_value;
    inout_entry_owner.count = 1;
    rpc_shape_free(&IJournal_Change_inout_entry_shape, inout_entry, 1, inout_entry_owner.about);
    *inout_entry = inout_entry_value;
    inout_entry_owner.value = NULL; /* the caller's now */
    return S_OK;
}

static HRESULT IJournal_Change_proxy(IJournal *self, struct entry *inout_entry)
{
    struct rpc_call call;
    size_t shapes;
    HRESULT hr, decoded;

    if (!inout_entry)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IJournal_Change_inout_entry_shape, inout_entry, 1, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    hr = rpc_call_begin(&call, self, 5, RPC_TIMEOUT_DEFAULT, shapes);
    if (FAILED(hr))
        return hr;
    rpc_call_put_shape(&call, &IJournal_Change_inout_entry_shape, inout_entry, 1, 0);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IJournal_Change_results(&call, inout_entry);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IJournal_Read_results(struct rpc_call *call, enum reading_kind *out_kind,
                                     union reading *out_reading)
{
    struct wire_reader reply = call->reply;
    enum reading_kind out_kind_value = (enum reading_kind)0;
    union reading out_reading_value;
    RPC_SHAPE_OWNER out_reading_owner = {.field = &IJournal_Read_out_reading_shape};
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_VARINT):
            out_kind_value = (enum reading_kind)wire_get_enum(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_get_shape(call, &IJournal_Read_out_reading_shape, &out_reading_value, 1,
                            (int64_t)out_kind_value);
    if (FAILED(hr))
        return hr;
    out_reading_owner.value = &out_reading_value;
    out_reading_owner.count = 1;
    out_reading_owner.about = (int64_t)out_kind_value;
    *out_kind = out_kind_value;
    *out_reading = out_reading_value;
    out_reading_owner.value = NULL; /* the caller's now */
    return S_OK;
}

static HRESULT IJournal_Read_proxy(IJournal *self, enum reading_kind kind, const union reading *reading,
                                   enum reading_kind *out_kind, union reading *out_reading)
{
    struct rpc_call call;
    size_t bound;
    size_t shapes;
    HRESULT hr, decoded;

    if (!reading || !out_kind || !out_reading)
        return E_POINTER;
    shapes = 0;
    if (!rpc_shape_measure(&IJournal_Read_reading_shape, reading, 1, (int64_t)kind, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = shapes;
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 6, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    wire_put_enum(&call.request, 1, (int32_t)kind);
    rpc_call_put_shape(&call, &IJournal_Read_reading_shape, reading, 1, (int64_t)kind);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IJournal_Read_results(&call, out_kind, out_reading);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IJournal_Sources_results(struct rpc_call *call, uint32_t room, IUnknown **out_sources,
                                        uint32_t *out_count)
{
    struct wire_reader reply = call->reply;
    void *out_sources_elements = NULL;
    RPC_SHAPE_OWNER out_sources_owner = {.field = &IJournal_Sources_out_sources_shape, .is_block = true};
    uint32_t out_count_value = 0;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_VARINT):
            out_count_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || out_count_value > room)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_get_shapes(call, &IJournal_Sources_out_sources_shape, out_count_value,
                             &out_sources_elements);
    if (FAILED(hr))
        return hr;
    out_sources_owner.value = out_sources_elements;
    out_sources_owner.count = out_count_value;
    if (out_sources_owner.count != 0)
        memcpy(out_sources, out_sources_elements, out_sources_owner.count * sizeof(*out_sources));
    out_sources_owner.count = 0; /* the caller's now */
    *out_count = out_count_value;
    return S_OK;
}

static HRESULT IJournal_Sources_proxy(IJournal *self, uint32_t room, IUnknown **out_sources,
                                      uint32_t *out_count, uint32_t count, const char *const *names)
{
    struct rpc_call call;
    size_t bound;
    size_t shapes;
    HRESULT hr, decoded;

    if (!out_count || (!out_sources && room != 0) || (!names && count != 0))
        return E_POINTER;
    if (room > 4473924 || count > 4473924)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    if (room != 0)
        memset(out_sources, 0, room * sizeof(*out_sources));
    shapes = 0;
    if (!rpc_shape_measure(&IJournal_Sources_names_shape, names, count, 0, &shapes))
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = shapes;
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 7, RPC_TIMEOUT_DEFAULT, bound);
    if (FAILED(hr))
        return hr;
    wire_put_uint32(&call.request, 1, room);
    rpc_call_put_shape(&call, &IJournal_Sources_names_shape, names, count, 0);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IJournal_Sources_results(&call, room, out_sources, out_count);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IJournalVtbl IJournal_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IJournal *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IJournal *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IJournal *))rpc_proxy_Release,
    .Append = IJournal_Append_proxy,
    .Last = IJournal_Last_proxy,
    .Change = IJournal_Change_proxy,
    .Read = IJournal_Read_proxy,
    .Sources = IJournal_Sources_proxy,
};

HRESULT IJournal_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IJournal_type_info COM_WEAK;

const struct com_interface IJournal_interface = {
    .iid = &IID_IJournal,
    .name = "IJournal",
    .method_count = 8,
    .proxy_vtbl = &IJournal_proxy_vtbl,
    .stub = IJournal_stub,
    .results = NULL,
    .type_info = &IJournal_type_info,
};
