/* Stubs of sample/store.idl, made by idlc; do not edit. */
#include <sample/store.idl.h>
#include <rpc_marshal.h>
#include <wire_values.h>
#include <string.h>

static void write_store_info(struct wire_writer *writer, uint32_t field, const struct store_info *value)
{
    struct wire_mark mark, array;
    uint32_t i;

    (void)wire_open(writer, field, 154, &mark);
    wire_put_text_in(writer, 1, value->key, 64);
    wire_put_uint64(writer, 2, value->changed_ns);
    (void)wire_open(writer, 3, 20, &array);
    for (i = 0; i < 4; i++)
        wire_put_element_uint32(writer, value->history[i]);
    wire_close(writer, &array);
    wire_put_enum(writer, 4, (int32_t)value->mode);
    wire_close(writer, &mark);
}

static void read_store_info(struct wire_reader *reader, struct store_info *value)
{
    struct wire_reader message = wire_get_message(reader);
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
            packed = wire_get_message(&message);
            while (packed.at < packed.end && history_count < 4)
                value->history[history_count++] = wire_get_uint32(&packed);
            if (packed.failed || packed.at < packed.end)
                message.failed = true;
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
    if (message.failed || history_count % 4 != 0)
        reader->failed = true;
}

static HRESULT IStore_Put_stub(IStore *self, struct rpc_incoming *call)
{
    struct wire_bytes key_bytes = {call->request.end, 0};
    struct wire_bytes value_bytes = {call->request.end, 0};
    uint32_t length = 0;
    enum store_mode mode = (enum store_mode)0;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&call->request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            key_bytes = wire_get_bytes(&call->request);
            break;
        case WIRE_TAG(2, WIRE_BYTES):
            value_bytes = wire_get_bytes(&call->request);
            break;
        case WIRE_TAG(4, WIRE_VARINT):
            mode = (enum store_mode)wire_get_enum(&call->request);
            break;
        default:
            wire_skip(&call->request, tag);
        }
    }
    length = value_bytes.size;
    if (call->request.failed || length > 1024 || key_bytes.size > 63 || !wire_is_text(key_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, 0);
    if (FAILED(hr))
        return hr;
    hr = IStore_Put(self, wire_terminate(key_bytes), value_bytes.data, length, mode);
    return hr;
}

static HRESULT IStore_Get_stub(IStore *self, struct rpc_incoming *call)
{
    struct wire_bytes key_bytes = {call->request.end, 0};
    uint32_t capacity = 0;
    uint8_t *value = NULL;
    uint32_t out_length = 0;
    struct store_info out_info;
    struct wire_mark mark;
    uint32_t tag;
    HRESULT hr;

    memset(&out_info, 0, sizeof(out_info));
    while (wire_next(&call->request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_BYTES):
            key_bytes = wire_get_bytes(&call->request);
            break;
        case WIRE_TAG(2, WIRE_VARINT):
            capacity = wire_get_uint32(&call->request);
            break;
        default:
            wire_skip(&call->request, tag);
        }
    }
    if (call->request.failed || capacity > 1024 || key_bytes.size > 63 || !wire_is_text(key_bytes))
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    hr = rpc_incoming_execute(call, WIRE_BYTES_BOUND(capacity) + WIRE_BYTES_BOUND(154) + WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    value = (uint8_t *)wire_open(&call->reply, 3, capacity, &mark);
    if (!value)
        return RPC_E_SERVER_CANTMARSHAL_DATA;
    hr = IStore_Get(self, wire_terminate(key_bytes), capacity, value, &out_length, &out_info);
    if (FAILED(hr))
        return hr;
    if (out_length > capacity) {
        out_length = 0;
        call->reply.failed = true;
    }
    wire_close_sized(&call->reply, &mark, out_length);
    wire_put_uint32(&call->reply, 4, out_length);
    write_store_info(&call->reply, 5, &out_info);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
}

static HRESULT IStore_Watch_stub(IStore *self, struct rpc_incoming *call)
{
    uint32_t watcher_index = 0;
    void *watcher = NULL;
    IUnknown *out_registration = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&call->request, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            watcher_index = wire_get_uint32(&call->request);
            break;
        default:
            wire_skip(&call->request, tag);
        }
    }
    if (call->request.failed)
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
    HRESULT hr;

    hr = rpc_incoming_execute(call, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    hr = IStore_Count(self, &out_count);
    if (FAILED(hr))
        return hr;
    wire_put_uint32(&call->reply, 1, out_count);
    return call->reply.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : hr;
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
    struct wire_reader start = call->request, *element;
    struct wire_elements elements;
    uint32_t changes_count = 0;
    struct store_info *changes = NULL;
    uint32_t count = 0;
    uint32_t tag, i;
    HRESULT hr;

    while (wire_next(&call->request, &tag)) {
        switch (tag) {
        default:
            wire_skip(&call->request, tag);
        }
    }
    elements = wire_elements(start, 1, WIRE_BYTES);
    for (; (element = wire_next_element(&elements)) != NULL; changes_count++)
        (void)wire_get_bytes(element);
    if (wire_elements_failed(&elements))
        call->request.failed = true;
    count = changes_count;
    if (call->request.failed || changes_count > 409200)
        return RPC_E_SERVER_CANTUNMARSHAL_DATA;
    if (changes_count != 0) {
        changes = rpc_incoming_scratch(call, changes_count * sizeof(*changes));
        if (!changes)
            return E_OUTOFMEMORY;
        memset(changes, 0, changes_count * sizeof(*changes));
    }
    elements = wire_elements(start, 1, WIRE_BYTES);
    for (i = 0; i < changes_count && (element = wire_next_element(&elements)) != NULL; i++)
        read_store_info(element, &changes[i]);
    if (wire_elements_failed(&elements))
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
