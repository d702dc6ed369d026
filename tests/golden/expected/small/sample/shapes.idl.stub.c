/* Stubs of sample/shapes.idl, made by idlc; do not edit. */
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

static HRESULT IJournal_Append_stub(IJournal *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct entry entry;
    bool before_present = false;
    struct entry before;
    uint32_t tag;
    HRESULT hr;

    memset(&entry, 0, sizeof(entry));
    memset(&before, 0, sizeof(before));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shape(call, &IJournal_Append_entry_shape, &entry, 1, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_get_shape(call, &IJournal_Append_before_shape, &before, 1, 0);
    if (FAILED(hr))
        return hr;
    before_present = hr == S_OK;
    hr = rpc_incoming_finish_shape(call, &IJournal_Append_entry_shape, &entry, 1, 0);
    if (FAILED(hr))
        return hr;
    if (before_present)
        hr = rpc_incoming_finish_shape(call, &IJournal_Append_before_shape, &before, 1, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IJournal_Append(self, &entry, before_present ? &before : NULL);
    return hr;
}

static HRESULT IJournal_Last_stub(IJournal *self, struct rpc_incoming *call)
{
    struct entry out_entry;
    RPC_SHAPE_OWNER out_entry_owner = {.field = &IJournal_Last_out_entry_shape};
    HRESULT hr;

    memset(&out_entry, 0, sizeof(out_entry));
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IJournal_Last(self, &out_entry);
    if (FAILED(hr))
        return hr;
    out_entry_owner.value = &out_entry;
    out_entry_owner.count = 1;
    rpc_incoming_put_shape(call, &IJournal_Last_out_entry_shape, &out_entry, 1, 0);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IJournal_Change_stub(IJournal *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct entry inout_entry;
    RPC_SHAPE_OWNER inout_entry_owner = {.field = &IJournal_Change_inout_entry_shape};
    uint32_t tag;
    HRESULT hr;

    memset(&inout_entry, 0, sizeof(inout_entry));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_take_shape(call, &IJournal_Change_inout_entry_shape, &inout_entry, 1, 0);
    if (FAILED(hr))
        return hr;
    inout_entry_owner.value = &inout_entry;
    inout_entry_owner.count = 1;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IJournal_Change(self, &inout_entry);
    if (FAILED(hr))
        return hr;
    inout_entry_owner.value = &inout_entry;
    inout_entry_owner.count = 1;
    rpc_incoming_put_shape(call, &IJournal_Change_inout_entry_shape, &inout_entry, 1, 0);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IJournal_Read_stub(IJournal *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    enum reading_kind kind = (enum reading_kind)0;
    union reading reading;
    enum reading_kind out_kind = (enum reading_kind)0;
    union reading out_reading;
    RPC_SHAPE_OWNER out_reading_owner = {.field = &IJournal_Read_out_reading_shape};
    uint32_t tag;
    HRESULT hr;

    memset(&reading, 0, sizeof(reading));
    memset(&out_reading, 0, sizeof(out_reading));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            kind = (enum reading_kind)wire_get_enum(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shape(call, &IJournal_Read_reading_shape, &reading, 1, (int64_t)kind);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_finish_shape(call, &IJournal_Read_reading_shape, &reading, 1, (int64_t)kind);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IJournal_Read(self, kind, &reading, &out_kind, &out_reading);
    if (FAILED(hr))
        return hr;
    out_reading_owner.value = &out_reading;
    out_reading_owner.count = 1;
    out_reading_owner.about = (int64_t)out_kind;
    wire_put_enum(&call->reply, 3, (int32_t)out_kind);
    rpc_incoming_put_shape(call, &IJournal_Read_out_reading_shape, &out_reading, 1, (int64_t)out_kind);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IJournal_Sources_stub(IJournal *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t room = 0;
    IUnknown **out_sources = NULL;
    RPC_SHAPE_OWNER out_sources_owner = {.field = &IJournal_Sources_out_sources_shape};
    uint32_t out_count = 0;
    uint32_t count = 0;
    uint32_t names_count = 0;
    const char **names = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            room = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    names_count = rpc_incoming_count_shapes(call, &IJournal_Sources_names_shape);
    count = names_count;
    if (request.failed || room > 4473924)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_get_shapes(call, &IJournal_Sources_names_shape, count, count, (void **)&names);
    if (FAILED(hr))
        return hr;
    if (room != 0) {
        out_sources = rpc_incoming_scratch(call, room * sizeof(*out_sources));
        if (!out_sources)
            return E_OUTOFMEMORY;
        memset(out_sources, 0, room * sizeof(*out_sources));
    }
    hr = rpc_incoming_finish_shape(call, &IJournal_Sources_names_shape, names, count, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IJournal_Sources(self, room, out_sources, &out_count, count, names);
    if (FAILED(hr))
        return hr;
    if (out_count > room) {
        out_count = 0;
        call->reply.failed = true;
    }
    out_sources_owner.value = out_sources;
    out_sources_owner.count = out_count;
    rpc_incoming_put_shape(call, &IJournal_Sources_out_sources_shape, out_sources, out_count, 0);
    wire_put_uint32(&call->reply, 3, out_count);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

HRESULT IJournal_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IJournal_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IJournal *self = (IJournal *)object;

    switch (method) {
    case 3:
        return IJournal_Append_stub(self, call);
    case 4:
        return IJournal_Last_stub(self, call);
    case 5:
        return IJournal_Change_stub(self, call);
    case 6:
        return IJournal_Read_stub(self, call);
    case 7:
        return IJournal_Sources_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}
