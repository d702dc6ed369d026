/* Stubs of sample/store.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/store.idl.h>
#include <string.h>

_Static_assert(sizeof(enum store_mode) == 4, "enums have 32 bits");

static const struct wire_array array_store_info_history = {
    .limit = 4,
    .size = 4,
    .bytes = sizeof(uint32_t),
    .kind = WIRE_KIND_UINT32,
};

static const struct wire_member record_store_info_members[] = {
    {
        .kind = WIRE_KIND_TEXT,
        .number = 1,
        .offset = offsetof(struct store_info, key),
        .limit = 64,
    },
    {
        .kind = WIRE_KIND_UINT64,
        .number = 2,
        .offset = offsetof(struct store_info, changed_ns),
    },
    {
        .kind = WIRE_KIND_ARRAY,
        .number = 3,
        .offset = offsetof(struct store_info, history),
        .size = 0,
        .array = &array_store_info_history,
    },
    {
        .kind = WIRE_KIND_ENUM,
        .number = 4,
        .offset = offsetof(struct store_info, mode),
    },
};

static const struct wire_record record_store_info = {
    .members = record_store_info_members,
    .size = sizeof(struct store_info),
    .bound = 154,
    .room = 154,
    .count = 4,
    .has_checks = true,
};

struct IStore_Put_arguments {
    union wire_slot slots[4];
    const char *key;
    const uint8_t *value;
    uint32_t length;
    enum store_mode mode;
};

static const struct wire_range range_0_1024 = {INT64_C(0), UINT64_C(1024)};

static const struct wire_member IStore_Put_members[] = {
    {
        .kind = WIRE_KIND_TEXT,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IStore_Put_arguments, key),
        .size = WIRE_CONSTANT,
        .length = WIRE_CONSTANT,
        .limit = 63,
    },
    {
        .kind = WIRE_KIND_BYTES,
        .flags = WIRE_IN,
        .number = 2,
        .offset = offsetof(struct IStore_Put_arguments, value),
        .size = 2,
        .length = 2,
        .limit = 67108864,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_IN | WIRE_UNSENT,
        .number = 3,
        .offset = offsetof(struct IStore_Put_arguments, length),
        .size = 1,
        .range = &range_0_1024,
    },
    {
        .kind = WIRE_KIND_ENUM,
        .flags = WIRE_IN,
        .number = 4,
        .offset = offsetof(struct IStore_Put_arguments, mode),
    },
};

static HRESULT IStore_Put_invoke(void *object, const void *arguments)
{
    const struct IStore_Put_arguments *given = arguments;

    return IStore_Put((IStore *)object, given->key, given->value, given->length, given->mode);
}

struct IStore_Get_arguments {
    union wire_slot slots[5];
    const char *key;
    uint32_t capacity;
    uint8_t *value;
    uint32_t *out_length;
    struct store_info *out_info;
};

struct IStore_Get_frame {
    struct IStore_Get_arguments arguments;
    uint32_t out_length;
    struct store_info out_info;
};

static const struct wire_member IStore_Get_members[] = {
    {
        .kind = WIRE_KIND_TEXT,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IStore_Get_arguments, key),
        .size = WIRE_CONSTANT,
        .length = WIRE_CONSTANT,
        .limit = 63,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_IN,
        .number = 2,
        .offset = offsetof(struct IStore_Get_arguments, capacity),
        .range = &range_0_1024,
    },
    {
        .kind = WIRE_KIND_BYTES,
        .flags = WIRE_OUT | WIRE_IN_PLACE,
        .number = 3,
        .offset = offsetof(struct IStore_Get_arguments, value),
        .size = 1,
        .length = 3,
        .limit = 67108864,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_OUT | WIRE_POINTER,
        .number = 4,
        .offset = offsetof(struct IStore_Get_arguments, out_length),
        .value = offsetof(struct IStore_Get_frame, out_length),
    },
    {
        .kind = WIRE_KIND_RECORD,
        .flags = WIRE_OUT | WIRE_POINTER,
        .number = 5,
        .offset = offsetof(struct IStore_Get_arguments, out_info),
        .value = offsetof(struct IStore_Get_frame, out_info),
        .record = &record_store_info,
    },
};

static HRESULT IStore_Get_invoke(void *object, const void *arguments)
{
    const struct IStore_Get_arguments *given = arguments;

    return IStore_Get((IStore *)object, given->key, given->capacity, given->value, given->out_length,
                      given->out_info);
}

struct IStore_Watch_arguments {
    union wire_slot slots[2];
    IStoreWatcher *watcher;
    IUnknown **out_registration;
};

struct IStore_Watch_frame {
    struct IStore_Watch_arguments arguments;
    IUnknown *out_registration;
};

static const struct wire_member IStore_Watch_members[] = {
    {
        .kind = WIRE_KIND_INTERFACE,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IStore_Watch_arguments, watcher),
        .iid = &IID_IStoreWatcher,
    },
    {
        .kind = WIRE_KIND_INTERFACE,
        .flags = WIRE_OUT | WIRE_POINTER,
        .number = 2,
        .offset = offsetof(struct IStore_Watch_arguments, out_registration),
        .value = offsetof(struct IStore_Watch_frame, out_registration),
        .iid = &IID_IUnknown,
    },
};

static HRESULT IStore_Watch_invoke(void *object, const void *arguments)
{
    const struct IStore_Watch_arguments *given = arguments;

    return IStore_Watch((IStore *)object, given->watcher, given->out_registration);
}

struct IStore_Count_arguments {
    union wire_slot slots[1];
    uint32_t *out_count;
};

struct IStore_Count_frame {
    struct IStore_Count_arguments arguments;
    uint32_t out_count;
};

static const struct wire_member IStore_Count_members[] = {
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_OUT | WIRE_POINTER,
        .number = 1,
        .offset = offsetof(struct IStore_Count_arguments, out_count),
        .value = offsetof(struct IStore_Count_frame, out_count),
    },
};

static HRESULT IStore_Count_invoke(void *object, const void *arguments)
{
    const struct IStore_Count_arguments *given = arguments;

    return IStore_Count((IStore *)object, given->out_count);
}

extern const struct wire_method IStore_methods[];

const struct wire_method IStore_methods[] = {
    {
        .members = IStore_Put_members,
        .invoke = IStore_Put_invoke,
        .timeout_ms = 2000,
        .special = 0x7,
        .has_input = 1,
        .has_unsent = 1,
        .frame_bytes = sizeof(struct IStore_Put_arguments),
        .number = 3,
        .count = 4,
    },
    {
        .members = IStore_Get_members,
        .invoke = IStore_Get_invoke,
        .timeout_ms = 2000,
        .special = 0x1F,
        .has_input = 1,
        .has_output = 1,
        .has_pointers = 1,
        .has_sized_output = 1,
        .has_in_place = 1,
        .frame_bytes = sizeof(struct IStore_Get_frame),
        .number = 4,
        .count = 5,
    },
    {
        .members = IStore_Watch_members,
        .invoke = IStore_Watch_invoke,
        .timeout_ms = 30000,
        .special = 0x3,
        .has_input = 1,
        .has_output = 1,
        .has_pointers = 1,
        .has_interfaces = 1,
        .frame_bytes = sizeof(struct IStore_Watch_frame),
        .number = 5,
        .count = 2,
    },
    {
        .members = IStore_Count_members,
        .invoke = IStore_Count_invoke,
        .timeout_ms = 2000,
        .special = 0x1,
        .has_output = 1,
        .has_pointers = 1,
        .frame_bytes = sizeof(struct IStore_Count_frame),
        .number = 6,
        .count = 1,
    },
};

struct IStoreWatcher_Changed_arguments {
    union wire_slot slots[2];
    const struct store_info *changes;
    uint32_t count;
};

static const struct wire_array IStoreWatcher_Changed_changes = {
    .limit = 409200,
    .bytes = sizeof(struct store_info),
    .kind = WIRE_KIND_RECORD,
    .record = &record_store_info,
};

static const struct wire_member IStoreWatcher_Changed_members[] = {
    {
        .kind = WIRE_KIND_ARRAY,
        .flags = WIRE_IN,
        .number = 1,
        .offset = offsetof(struct IStoreWatcher_Changed_arguments, changes),
        .size = 1,
        .length = 1,
        .array = &IStoreWatcher_Changed_changes,
    },
    {
        .kind = WIRE_KIND_UINT32,
        .flags = WIRE_IN | WIRE_UNSENT,
        .number = 2,
        .offset = offsetof(struct IStoreWatcher_Changed_arguments, count),
        .size = 0,
    },
};

static HRESULT IStoreWatcher_Changed_invoke(void *object, const void *arguments)
{
    const struct IStoreWatcher_Changed_arguments *given = arguments;

    return IStoreWatcher_Changed((IStoreWatcher *)object, given->changes, given->count);
}

extern const struct wire_method IStoreWatcher_methods[];

const struct wire_method IStoreWatcher_methods[] = {
    {
        .members = IStoreWatcher_Changed_members,
        .invoke = IStoreWatcher_Changed_invoke,
        .special = 0x3,
        .has_input = 1,
        .has_arrays = 1,
        .has_unsent = 1,
        .frame_bytes = sizeof(struct IStoreWatcher_Changed_arguments),
        .number = 3,
        .count = 2,
    },
};

HRESULT IStore_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IStore_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    union {
        struct IStore_Put_arguments Put;
        struct IStore_Get_frame Get;
        struct IStore_Watch_frame Watch;
        struct IStore_Count_frame Count;
    } frame;

    if (method < 3 || method >= 7)
        return RPC_E_INVALIDMETHOD;
    return rpc_table_serve(&IStore_methods[method - 3], object, call, &frame);
}

HRESULT IStoreWatcher_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IStoreWatcher_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    union {
        struct IStoreWatcher_Changed_arguments Changed;
    } frame;

    if (method < 3 || method >= 4)
        return RPC_E_INVALIDMETHOD;
    return rpc_table_serve(&IStoreWatcher_methods[method - 3], object, call, &frame);
}
