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

extern const struct wire_method IStore_methods[];

struct IStore_Put_arguments {
    union wire_slot slots[4];
    const char *key;
    const uint8_t *value;
    uint32_t length;
    enum store_mode mode;
};

static HRESULT IStore_Put_proxy(IStore *self, const char *key, const uint8_t *value, uint32_t length,
                                enum store_mode mode)
{
    struct IStore_Put_arguments arguments;

    arguments.key = key;
    arguments.value = value;
    arguments.length = length;
    arguments.mode = mode;
    return rpc_table_call(self, &IStore_methods[0], &arguments);
}

struct IStore_Get_arguments {
    union wire_slot slots[5];
    const char *key;
    uint32_t capacity;
    uint8_t *value;
    uint32_t *out_length;
    struct store_info *out_info;
};

static HRESULT IStore_Get_proxy(IStore *self, const char *key, uint32_t capacity, uint8_t *value,
                                uint32_t *out_length, struct store_info *out_info)
{
    struct IStore_Get_arguments arguments;

    arguments.key = key;
    arguments.capacity = capacity;
    arguments.value = value;
    arguments.out_length = out_length;
    arguments.out_info = out_info;
    return rpc_table_call(self, &IStore_methods[1], &arguments);
}

struct IStore_Watch_arguments {
    union wire_slot slots[2];
    IStoreWatcher *watcher;
    IUnknown **out_registration;
};

static HRESULT IStore_Watch_proxy(IStore *self, IStoreWatcher *watcher, IUnknown **out_registration)
{
    struct IStore_Watch_arguments arguments;

    arguments.watcher = watcher;
    arguments.out_registration = out_registration;
    return rpc_table_call(self, &IStore_methods[2], &arguments);
}

struct IStore_Count_arguments {
    union wire_slot slots[1];
    uint32_t *out_count;
};

static HRESULT IStore_Count_proxy(IStore *self, uint32_t *out_count)
{
    struct IStore_Count_arguments arguments;

    arguments.out_count = out_count;
    return rpc_table_call(self, &IStore_methods[3], &arguments);
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

extern const struct wire_method IStoreWatcher_methods[];

struct IStoreWatcher_Changed_arguments {
    union wire_slot slots[2];
    const struct store_info *changes;
    uint32_t count;
};

static HRESULT IStoreWatcher_Changed_proxy(IStoreWatcher *self, const struct store_info *changes,
                                           uint32_t count)
{
    struct IStoreWatcher_Changed_arguments arguments;

    arguments.changes = changes;
    arguments.count = count;
    return rpc_table_call(self, &IStoreWatcher_methods[0], &arguments);
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
