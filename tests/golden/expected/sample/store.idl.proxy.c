/* Proxies of sample/store.idl, made by idlc; do not edit. */
#include <rpc_marshal.h>
#include <wire_values.h>
#include <sample/store.idl.h>
#include <string.h>

/* The codes that the file defines. */
static const struct com_result_name result_names[] = {
    {STORE_E_NO_KEY, "STORE_E_NO_KEY"},
    {S_OK, NULL},
};

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

static HRESULT IStore_Put_proxy(IStore *self, const char *key, const uint8_t *value, uint32_t length,
                                enum store_mode mode)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t key_length;
    size_t bound;
    HRESULT hr;

    if (!key || (!value && length != 0))
        return E_POINTER;
    key_length = strlen(key);
    if (key_length > 63 || length > 1024)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(key_length);
    bound += WIRE_BYTES_BOUND(length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 3, 2000, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, key, key_length);
    wire_put_bytes(&request, 2, value, length);
    wire_put_enum(&request, 4, (int32_t)mode);
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

static HRESULT IStore_Get_results(struct rpc_call *call, uint32_t capacity, uint8_t *value,
                                  uint32_t *out_length, struct store_info *out_info)
{
    struct wire_reader reply = call->reply;
    struct wire_bytes value_bytes = {NULL, 0};
    uint32_t out_length_value = 0;
    struct store_info out_info_value;
    uint32_t tag;

    memset(&out_info_value, 0, sizeof(out_info_value));
    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(3, WIRE_BYTES):
            value_bytes = wire_get_bytes(&reply);
            break;
        case WIRE_TAG(4, WIRE_VARINT):
            out_length_value = wire_get_uint32(&reply);
            break;
        case WIRE_TAG(5, WIRE_BYTES):
            wire_require(&reply, read_store_info(wire_get_bytes(&reply), &out_info_value));
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed || value_bytes.size != out_length_value || value_bytes.size > capacity)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    wire_copy(value, value_bytes);
    *out_length = out_length_value;
    *out_info = out_info_value;
    return S_OK;
}

static HRESULT IStore_Get_proxy(IStore *self, const char *key, uint32_t capacity, uint8_t *value,
                                uint32_t *out_length, struct store_info *out_info)
{
    struct rpc_call call;
    struct wire_writer request;
    size_t key_length;
    size_t bound;
    HRESULT hr, decoded;

    if (!key || !out_length || !out_info || (!value && capacity != 0))
        return E_POINTER;
    key_length = strlen(key);
    if (key_length > 63 || capacity > 1024)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    bound = WIRE_BYTES_BOUND(key_length);
    bound += WIRE_SCALAR_BOUND;
    hr = rpc_call_begin(&call, self, 4, 2000, bound);
    if (FAILED(hr))
        return hr;
    request = call.request;
    wire_put_bytes(&request, 1, key, key_length);
    wire_put_uint32(&request, 2, capacity);
    call.request = request;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IStore_Get_results(&call, capacity, value, out_length, out_info);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IStore_Watch_results(struct rpc_call *call, IUnknown **out_registration)
{
    struct wire_reader reply = call->reply;
    uint32_t out_registration_index = 0;
    void *out_registration_object = NULL;
    uint32_t tag;
    HRESULT hr;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(2, WIRE_VARINT):
            out_registration_index = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    hr = rpc_call_take_interface(call, out_registration_index, &IID_IUnknown, &out_registration_object);
    if (FAILED(hr))
        return hr;
    *out_registration = (IUnknown *)out_registration_object;
    return S_OK;
}

static HRESULT IStore_Watch_proxy(IStore *self, IStoreWatcher *watcher, IUnknown **out_registration)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_registration)
        return E_POINTER;
    *out_registration = NULL;
    hr = rpc_call_begin(&call, self, 5, 30000, WIRE_SCALAR_BOUND);
    if (FAILED(hr))
        return hr;
    rpc_call_put_interface(&call, 1, &IID_IStoreWatcher, watcher);
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IStore_Watch_results(&call, out_registration);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

static HRESULT IStore_Count_results(struct rpc_call *call, uint32_t *out_count)
{
    struct wire_reader reply = call->reply;
    uint32_t out_count_value = 0;
    uint32_t tag;

    while (wire_next(&reply, &tag)) {
        switch (tag) {
        case WIRE_TAG(1, WIRE_VARINT):
            out_count_value = wire_get_uint32(&reply);
            break;
        default:
            wire_skip(&reply, tag);
        }
    }
    if (reply.failed)
        return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    *out_count = out_count_value;
    return S_OK;
}

static HRESULT IStore_Count_proxy(IStore *self, uint32_t *out_count)
{
    struct rpc_call call;
    HRESULT hr, decoded;

    if (!out_count)
        return E_POINTER;
    hr = rpc_call_begin(&call, self, 6, 2000, 0);
    if (FAILED(hr))
        return hr;
    hr = rpc_call_invoke(&call);
    if (SUCCEEDED(hr)) {
        decoded = IStore_Count_results(&call, out_count);
        if (FAILED(decoded))
            hr = decoded;
    }
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IStoreVtbl IStore_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IStore *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IStore *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IStore *))rpc_proxy_Release,
    .Put = IStore_Put_proxy,
    .Get = IStore_Get_proxy,
    .Watch = IStore_Watch_proxy,
    .Count = IStore_Count_proxy,
};

HRESULT IStore_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IStore_type_info COM_WEAK;

const struct com_interface IStore_interface = {
    .iid = &IID_IStore,
    .name = "IStore",
    .method_count = 7,
    .proxy_vtbl = &IStore_proxy_vtbl,
    .stub = IStore_stub,
    .results = result_names,
    .type_info = &IStore_type_info,
};

static HRESULT IStoreWatcher_Changed_proxy(IStoreWatcher *self, const struct store_info *changes,
                                           uint32_t count)
{
    struct rpc_call call;
    struct wire_writer request;
    struct wire_budget changes_budget;
    uint32_t i;
    HRESULT hr;

    if (!changes && count != 0)
        return E_POINTER;
    if (count > 409200)
        return RPC_E_CLIENT_CANTMARSHAL_DATA;
    wire_budget_init(&changes_budget);
    hr = rpc_call_begin(&call, self, 3, RPC_TIMEOUT_DEFAULT, count * WIRE_BYTES_BOUND(154));
    if (FAILED(hr))
        return hr;
    request = call.request;
    if (wire_budget_room(&changes_budget, &request, count * WIRE_BYTES_BOUND(154))) {
        for (i = 0; i < count; i++)
            request.at = store_store_info(request.at, 1, &changes[i], &changes_budget);
        request.failed = changes_budget.failed;
    }
    call.request = request;
    hr = rpc_call_invoke(&call);
    rpc_call_end(&call);
    return hr;
}

/* The first three are the runtime's: their addresses tell a proxy. */
static const struct IStoreWatcherVtbl IStoreWatcher_proxy_vtbl = {
    .QueryInterface = (HRESULT(*)(IStoreWatcher *, const IID *, void **))rpc_proxy_QueryInterface,
    .AddRef = (uint32_t(*)(IStoreWatcher *))rpc_proxy_AddRef,
    .Release = (uint32_t(*)(IStoreWatcher *))rpc_proxy_Release,
    .Changed = IStoreWatcher_Changed_proxy,
};

HRESULT IStoreWatcher_stub(void *object, uint32_t method, struct rpc_incoming *call);

extern const struct com_type_info IStoreWatcher_type_info COM_WEAK;

const struct com_interface IStoreWatcher_interface = {
    .iid = &IID_IStoreWatcher,
    .name = "IStoreWatcher",
    .method_count = 4,
    .proxy_vtbl = &IStoreWatcher_proxy_vtbl,
    .stub = IStoreWatcher_stub,
    .results = result_names,
    .type_info = &IStoreWatcher_type_info,
};
