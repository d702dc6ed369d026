/* Stubs of sample/store.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/store.idl.h>
#include <string.h>

static uint8_t *store_store_info(uint8_t *at, uint32_t field, const struct store_info *value,
                                 struct wire_budget *budget)
{
    struct wire_mark mark, array;
    uint32_t i;

    at = wire_store_begin(at, field, 154, &mark);
    at = wire_store_text_in(at, 1, value->key, 64, budget);
    at = wire_store_uint64(at, 2, value->changed_ns);
    at = wire_store_begin(at, 3, 20, &array);
    for (i = 0; i < 4; i++)
        at = wire_store_element_uint32(at, value->history[i]);
    at = wire_store_end(at, &array);
    at = wire_store_enum(at, 4, (int32_t)value->mode);
    return wire_store_end(at, &mark);
}

static bool read_store_info(struct wire_bytes bytes, struct store_info *value)
{
    struct wire_reader message = wire_reader_of(bytes);
    uint32_t history_count = 0;
    struct wire_reader packed;
    uint32_t tag;

    memset(value, 0, sizeof(*value));
    while (wire_next(&message, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_get_text_into(&message, value->key, 64);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            value->changed_ns = wire_get_uint64(&message);
            break;
        case WIRE_TAG(3, WIRE_BYTES):
            packed = wire_reader_of(wire_get_bytes(&message));
            while (packed.at < packed.end && history_count < 4)
                value->history[history_count++] = wire_get_uint32(&packed);
            wire_require(&message, wire_is_read(&packed));
            break;
        case WIRE_TAG(3, WIRE_VARINT):
            if (history_count < 4)
                value->history[history_count++] = wire_get_uint32(&message);
            else
                message.failed = true;
            break;
        case WIRE_TAG(4, WIRE_VARINT):
            value->mode = (enum store_mode)wire_get_enum(&message);
            break;
        default:
            wire_skip(&message, tag);
        }
    }
    if (history_count % 4 != 0)
        return false;
    return !message.failed;
}

static HRESULT IStore_Put_stub(IStore *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes key_bytes = {request.end, 0};
    struct wire_bytes value_bytes = {request.end, 0};
    uint32_t length = 0;
    enum store_mode mode = (enum store_mode)0;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            key_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_BYTES):
            value_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(4, WIRE_VARINT):
            mode = (enum store_mode)wire_get_enum(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    length = value_bytes.size;
    if (request.failed || length > 1024 || key_bytes.size > 63 || !wire_is_text(key_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IStore_Put(self, wire_terminate(key_bytes), value_bytes.data, length, mode);
    return hr;
}

static HRESULT IStore_Get_stub(IStore *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_bytes key_bytes = {request.end, 0};
    uint32_t capacity = 0;
    uint8_t *value = NULL;
    uint32_t out_length = 0;
    struct store_info out_info;
    struct wire_budget out_info_budget;
    struct wire_writer reply;
    struct wire_mark mark;
    size_t bound;
    uint32_t tag;
    HRESULT hr;

    memset(&out_info, 0, sizeof(out_info));
    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            key_bytes = wire_get_bytes(&request);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            capacity = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed || capacity > 1024 || key_bytes.size > 63 || !wire_is_text(key_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(capacity);
    bound += WIRE_BYTES_BOUND(154);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_incoming_execute(call, bound);
    if (FAILED(hr))
        return hr;
    value = (uint8_t *)wire_open(&call->reply, 3, capacity, &mark);
    if (!value)
        return RPC_E_SERVER_CANTMARSHAL_DATA;
    hr = IStore_Get(self, wire_terminate(key_bytes), capacity, value, &out_length, &out_info);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    if (out_length > capacity) {
        out_length = 0;
        reply.failed = true;
    }
    wire_close_sized(&reply, &mark, out_length);
    wire_put_uint32(&reply, 4, out_length);
    wire_budget_init(&out_info_budget);
    if (wire_budget_room(&out_info_budget, &reply, WIRE_BYTES_BOUND(154))) {
        reply.at = store_store_info(reply.at, 5, &out_info, &out_info_budget);
        reply.failed = out_info_budget.failed;
    }
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IStore_Watch_stub(IStore *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    uint32_t watcher_index = 0;
    void *watcher = NULL;
    IUnknown *out_registration = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            watcher_index = wire_get_uint32(&request);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_interface(call, watcher_index, &IID_IStoreWatcher, &watcher);
    if (FAILED(hr))
        return hr;
    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IStore_Watch(self, (IStoreWatcher *)watcher, &out_registration);
    if (FAILED(hr))
        return hr;
    rpc_incoming_put_interface(call, 2, &IID_IUnknown, out_registration);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IStore_Count_stub(IStore *self, struct rpc_incoming *call)
{
    uint32_t out_count = 0;
    struct wire_writer reply;
    HRESULT hr;

    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IStore_Count(self, &out_count);
    if (FAILED(hr))
        return hr;
    reply = call->reply;
    wire_put_uint32(&reply, 1, out_count);
    call->reply = reply;
    return reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

HRESULT IStore_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IStore_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IStore *self = (IStore *)object;

    switch (method) {
    case 3:
        return IStore_Put_stub(self, call);
    case 4:
        return IStore_Get_stub(self, call);
    case 5:
        return IStore_Watch_stub(self, call);
    case 6:
        return IStore_Count_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}

static HRESULT IStoreWatcher_Changed_stub(IStoreWatcher *self, struct rpc_incoming *call)
{
    struct wire_reader request = call->request;
    struct wire_list changes_list = WIRE_LIST(1, WIRE_BYTES);
    struct store_info *changes = NULL;
    uint32_t count = 0;
    struct wire_list list;
    uint32_t tag, i;
    HRESULT hr;

    while (wire_next(&request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            wire_list_add(&changes_list, &request, tag);
            break;
        default:
            wire_skip(&request, tag);
        }
    }
    count = changes_list.count;
    if (request.failed || changes_list.count > 409200)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (changes_list.count != 0) {
        changes = rpc_incoming_scratch(call, changes_list.count * sizeof(*changes));
        if (!changes)
            return E_OUTOFMEMORY;
    }
    list = changes_list;
    for (i = 0; i < changes_list.count && wire_next_piece(&list); i++)
        wire_require(&request, read_store_info(list.piece, &changes[i]));
    if (request.failed)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IStoreWatcher_Changed(self, changes, count);
    return hr;
}

HRESULT IStoreWatcher_stub(void *object, uint32_t method, struct rpc_incoming *call);

HRESULT IStoreWatcher_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    IStoreWatcher *self = (IStoreWatcher *)object;

    switch (method) {
    case 3:
        return IStoreWatcher_Changed_stub(self, call);
    default:
        return RPC_E_INVALIDMETHOD;
    }
}
