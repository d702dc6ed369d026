/* What a node knows of interfaces, for those who ask: the node object's IInterfaceTable. */
#include "runtime.h"
#include <core/message.h>
#include <string.h>

static struct rpc_node *impl_from_IInterfaceTable(IInterfaceTable *iface)
{
    assert(iface->vtbl == &rpc__interface_table_vtbl);
    return container_of(iface, struct rpc_node, IInterfaceTable_iface);
}

static HRESULT interface_table_QueryInterface(IInterfaceTable *iface, const IID *iid, void **out_object)
{
    return ILocalNode_QueryInterface(&impl_from_IInterfaceTable(iface)->ILocalNode_iface, iid, out_object);
}

static uint32_t interface_table_AddRef(IInterfaceTable *iface)
{
    return ILocalNode_AddRef(&impl_from_IInterfaceTable(iface)->ILocalNode_iface);
}

static uint32_t interface_table_Release(IInterfaceTable *iface)
{
    return ILocalNode_Release(&impl_from_IInterfaceTable(iface)->ILocalNode_iface);
}

/* In the order of the ids' bytes as they travel. */
static int compare(const IID *left, const IID *right)
{
    uint8_t left_bytes[sizeof(IID)], right_bytes[sizeof(IID)];

    rpc_iid_store(left_bytes, left);
    rpc_iid_store(right_bytes, right);
    return memcmp(left_bytes, right_bytes, sizeof(left_bytes));
}

/* Several images may have brought the same interface: one that says what it looks like is the better one. */
static bool is_better(const struct com_interface *interface, const struct com_interface *found)
{
    int order = found ? compare(interface->iid, found->iid) : -1;

    return order < 0 || (order == 0 && interface->type_info && !found->type_info);
}

/* The first interface behind `after`, or with `exactly` the one of that id. (node->lock held) */
static const struct com_interface *find(const struct rpc_node *node, const IID *after, bool exactly)
{
    const struct com_interface *found = NULL;
    uint32_t i;

    for (i = 0; i < node->table_count; i++) {
        const struct com_interface *const *row;

        for (row = node->tables[i]; *row; row++) {
            int order = compare((*row)->iid, after);

            if ((exactly ? order == 0 : order > 0) && is_better(*row, found))
                found = *row;
        }
    }
    return found;
}

static HRESULT interface_table_GetNext(IInterfaceTable *iface, const GUID *after,
                                       struct type_info_entry *out_entry)
{
    struct rpc_node *node = impl_from_IInterfaceTable(iface);
    const struct com_interface *found;

    if (!after || !out_entry)
        return E_POINTER;
    port_mutex_lock(&node->lock); /* until all is copied: an image may take its interfaces away */
    found = find(node, after, false);
    if (found) {
        memset(out_entry, 0, sizeof(*out_entry));
        out_entry->iid = *found->iid;
        out_entry->size_bytes = found->type_info ? found->type_info->size_bytes : 0;
        strncpy(out_entry->name, found->name, sizeof(out_entry->name) - 1);
    }
    port_mutex_unlock(&node->lock);
    return found ? S_OK : S_FALSE;
}

static HRESULT interface_table_GetTypeInfo(IInterfaceTable *iface, const GUID *iid, uint32_t offset,
                                           uint32_t capacity, uint8_t *bytes, uint32_t *out_length,
                                           uint32_t *out_total)
{
    struct rpc_node *node = impl_from_IInterfaceTable(iface);
    const struct com_interface *found;
    HRESULT hr = E_NOINTERFACE;

    if (!iid || !bytes || !out_length || !out_total)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    found = find(node, iid, true);
    if (found && !found->type_info)
        hr = TYPE_INFO_E_LEFT_OUT;
    else if (found) {
        const struct com_type_info *info = found->type_info;
        uint32_t left = offset < info->size_bytes ? info->size_bytes - offset : 0;

        *out_length = left < capacity ? left : capacity;
        *out_total = info->size_bytes;
        memcpy(bytes, info->bytes + (left ? offset : 0), *out_length);
        hr = S_OK;
    }
    port_mutex_unlock(&node->lock);
    return hr;
}

const struct IInterfaceTableVtbl rpc__interface_table_vtbl = {
    .QueryInterface = interface_table_QueryInterface,
    .AddRef = interface_table_AddRef,
    .Release = interface_table_Release,
    .GetNext = interface_table_GetNext,
    .GetTypeInfo = interface_table_GetTypeInfo,
};
