/* See host_config.h. */
#include <com_impl.h>
#include <string.h>
#include "host_config.h"

enum { KEYS_MAX = 8 };

struct key {
    const char *name; /* a literal */
    char value[CONFIG_VALUE_MAX + 1];
};

struct host_config {
    IConfig IConfig_iface;
    struct com_refs refs;
    struct com_lock lock;
    uint32_t count;            /* (lock) */
    struct key keys[KEYS_MAX]; /* (lock) */
};

static const struct IConfigVtbl host_config_vtbl;

static struct host_config *impl_from_IConfig(IConfig *iface)
{
    assert(iface->vtbl == &host_config_vtbl);
    return container_of(iface, struct host_config, IConfig_iface);
}

static HRESULT host_config_QueryInterface(IConfig *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IConfig, iid, out_object);
}

static uint32_t host_config_AddRef(IConfig *iface)
{
    return com_refs_add(&impl_from_IConfig(iface)->refs);
}

static uint32_t host_config_Release(IConfig *iface)
{
    struct host_config *config = impl_from_IConfig(iface);
    uint32_t left = com_refs_release(&config->refs);

    if (!left)
        com_free(config);
    return left;
}

static struct key *find_key(struct host_config *config, const char *name)
{
    uint32_t i;

    for (i = 0; i < config->count; i++) {
        if (!strcmp(config->keys[i].name, name))
            return &config->keys[i];
    }
    return NULL;
}

static HRESULT host_config_Get(IConfig *iface, const char *name, char *value, uint32_t capacity)
{
    struct host_config *config = impl_from_IConfig(iface);
    const struct key *key;
    HRESULT hr = S_OK;

    com_lock_take(&config->lock);
    key = find_key(config, name);
    if (!key)
        hr = NS_E_NOT_FOUND;
    else if (strlen(key->value) >= capacity)
        hr = E_INVALIDARG;
    else
        memcpy(value, key->value, strlen(key->value) + 1);
    com_lock_give(&config->lock);
    return hr;
}

static const struct IConfigVtbl host_config_vtbl = {
    .QueryInterface = host_config_QueryInterface,
    .AddRef = host_config_AddRef,
    .Release = host_config_Release,
    .Get = host_config_Get,
};

HRESULT host_config_create(IConfig **out_config)
{
    struct host_config *config = com_alloc(sizeof(*config));

    if (!config)
        return E_OUTOFMEMORY;
    *config = (struct host_config){.IConfig_iface = {&host_config_vtbl}, .refs = COM_REFS_INIT};
    *out_config = &config->IConfig_iface;
    return S_OK;
}

HRESULT host_config_set(IConfig *iface, const char *name, const char *value)
{
    struct host_config *config = impl_from_IConfig(iface);
    HRESULT hr = S_OK;

    if (strlen(value) > CONFIG_VALUE_MAX)
        return com_fail(E_INVALIDARG, "the value of \"", name, "\" is longer than 255 bytes", NULL);
    com_lock_take(&config->lock);
    if (find_key(config, name)) {
        hr = E_INVALIDARG;
    } else if (config->count == KEYS_MAX) {
        hr = RPC_E_OUT_OF_RESOURCES;
    } else {
        struct key *key = &config->keys[config->count++];

        key->name = name;
        memcpy(key->value, value, strlen(value) + 1);
    }
    com_lock_give(&config->lock);
    return hr;
}
