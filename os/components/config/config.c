/* The words `key=value` of the boot command line. */
#include <arch.h>
#include <com_impl.h>
#include <component.h>
#include <os/config.idl.h>
#include <string.h>

static HRESULT config_QueryInterface(IConfig *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IConfig, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t config_AddRef(IConfig *iface)
{
    (void)iface;
    return 1;
}

/* The value of the first such word; it ends after `out_length` bytes, not with a NUL. */
static const char *find_value(const char *key, size_t *out_length)
{
    const char *at = board_command_line();
    size_t key_length = strlen(key);

    while (*at) {
        size_t length = strcspn(at, " ");

        if (length > key_length && at[key_length] == '=' && strncmp(at, key, key_length) == 0) {
            *out_length = length - key_length - 1;
            return at + key_length + 1;
        }
        at += length;
        at += strspn(at, " ");
    }
    return NULL;
}

static HRESULT config_Get(IConfig *iface, const char *key, char *value, uint32_t capacity)
{
    size_t length;
    const char *found = find_value(key, &length);

    (void)iface;
    if (!found && strcmp(key, "system") == 0) { /* the board knows what this node is, unless told otherwise */
        found = board_system_name();
        length = strlen(found);
    }
    if (!found)
        return NS_E_NOT_FOUND;
    if (length >= capacity)
        return E_INVALIDARG;
    memcpy(value, found, length);
    value[length] = '\0';
    return S_OK;
}

static const struct IConfigVtbl config_vtbl = {
    .QueryInterface = config_QueryInterface,
    .AddRef = config_AddRef,
    .Release = config_AddRef,
    .Get = config_Get,
};

static IConfig config = {&config_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    *out_object = (struct IUnknown *)&config;
    return S_OK;
}
