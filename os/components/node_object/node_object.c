/* The object under the name "node": what a node says about itself, and that it lives. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <rpc/node.idl.h>
#include <string.h>

enum { SYSTEM_MAX = 63 };

struct node_object {
    INode INode_iface;
    struct com_refs refs;
    char name[NODE_NAME_MAX + 1]; /* constant, as all below */
    char system[SYSTEM_MAX + 1];
};

static const struct INodeVtbl node_object_vtbl;

static struct node_object *impl_from_INode(INode *iface)
{
    assert(iface->vtbl == &node_object_vtbl);
    return container_of(iface, struct node_object, INode_iface);
}

static HRESULT node_object_QueryInterface(INode *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INode, iid, out_object);
}

static uint32_t node_object_AddRef(INode *iface)
{
    return com_refs_add(&impl_from_INode(iface)->refs);
}

static uint32_t node_object_Release(INode *iface)
{
    struct node_object *object = impl_from_INode(iface);
    uint32_t left = com_refs_release(&object->refs);

    if (!left)
        com_free(object);
    return left;
}

static HRESULT node_object_Ping(INode *iface)
{
    (void)iface;
    return S_OK;
}

static HRESULT node_object_GetInfo(INode *iface, char *name, uint32_t name_capacity, char *system,
                                   uint32_t system_capacity)
{
    struct node_object *object = impl_from_INode(iface);
    size_t name_size = strlen(object->name) + 1;
    size_t system_size = strlen(object->system) + 1;

    if (name_size > name_capacity || system_size > system_capacity)
        return E_INVALIDARG;
    memcpy(name, object->name, name_size);
    memcpy(system, object->system, system_size);
    return S_OK;
}

static const struct INodeVtbl node_object_vtbl = {
    .QueryInterface = node_object_QueryInterface,
    .AddRef = node_object_AddRef,
    .Release = node_object_Release,
    .Ping = node_object_Ping,
    .GetInfo = node_object_GetInfo,
};

/* The value of a key, or `otherwise` if the node was started without it. */
static HRESULT get_or(IConfig *config, const char *key, const char *otherwise, char *value, uint32_t capacity)
{
    HRESULT hr = IConfig_Get(config, key, value, capacity);

    if (hr != NS_E_NOT_FOUND)
        return hr;
    memcpy(value, otherwise, strlen(otherwise) + 1);
    return S_OK;
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(INode) node = NULL;
    struct node_object *object;
    HRESULT hr;

    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    object = com_alloc(sizeof(*object));
    if (!object)
        return E_OUTOFMEMORY;
    *object = (struct node_object){.INode_iface = {&node_object_vtbl}, .refs = COM_REFS_INIT};
    node = &object->INode_iface;

    hr = get_or(config, "node", "", object->name, sizeof(object->name));
    if (SUCCEEDED(hr))
        hr = get_or(config, "system", "unknown", object->system, sizeof(object->system));
    if (FAILED(hr))
        return hr;
    *out_object = (IUnknown *)COM_TAKE(node);
    return S_OK;
}
