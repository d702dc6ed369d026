/* The object under the name "types": what this node's interfaces look like, from the table of the runtime. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <rpc/type_info.idl.h>

struct type_info {
    ITypes ITypes_iface;
    struct com_refs refs;
    IInterfaceTable *table; /* constant, one reference */
};

static const struct ITypesVtbl type_info_vtbl;

static struct type_info *impl_from_ITypes(ITypes *iface)
{
    assert(iface->vtbl == &type_info_vtbl);
    return container_of(iface, struct type_info, ITypes_iface);
}

static HRESULT type_info_QueryInterface(ITypes *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITypes, iid, out_object);
}

static uint32_t type_info_AddRef(ITypes *iface)
{
    return com_refs_add(&impl_from_ITypes(iface)->refs);
}

static uint32_t type_info_Release(ITypes *iface)
{
    struct type_info *types = impl_from_ITypes(iface);
    uint32_t left = com_refs_release(&types->refs);

    if (!left) {
        IInterfaceTable_Release(types->table);
        com_free(types);
    }
    return left;
}

static HRESULT type_info_List(ITypes *iface, const GUID *after, uint32_t capacity,
                              struct type_info_entry *entries, uint32_t *out_count)
{
    IInterfaceTable *table = impl_from_ITypes(iface)->table;
    struct type_info_entry next;
    uint32_t count;
    HRESULT hr;

    if (!after || !entries || !out_count)
        return E_POINTER;
    for (count = 0; count < capacity; count++) {
        hr = IInterfaceTable_GetNext(table, count ? &entries[count - 1].iid : after, &entries[count]);
        if (FAILED(hr))
            return hr;
        if (hr == S_FALSE) {
            *out_count = count;
            return S_OK;
        }
    }
    hr = IInterfaceTable_GetNext(table, count ? &entries[count - 1].iid : after, &next);
    if (FAILED(hr))
        return hr;
    *out_count = count;
    return hr == S_OK ? S_FALSE : S_OK;
}

static HRESULT type_info_GetInterface(ITypes *iface, const GUID *iid, uint32_t offset, uint32_t capacity,
                                      uint8_t *bytes, uint32_t *out_length, uint32_t *out_total)
{
    return IInterfaceTable_GetTypeInfo(impl_from_ITypes(iface)->table, iid, offset, capacity, bytes,
                                       out_length, out_total);
}

static HRESULT type_info_GetInterfacesOf(ITypes *iface, IUnknown *object, const GUID *after,
                                         uint32_t capacity, GUID *iids, uint32_t *out_count)
{
    IInterfaceTable *table = impl_from_ITypes(iface)->table;
    struct type_info_entry entry;
    uint32_t count = 0;
    HRESULT hr;

    if (!object || !after || !iids || !out_count)
        return E_POINTER;
    entry.iid = *after;
    while (count < capacity) {
        IUnknown *pointer;

        hr = IInterfaceTable_GetNext(table, &entry.iid, &entry);
        if (FAILED(hr))
            return hr;
        if (hr == S_FALSE) {
            *out_count = count;
            return S_OK;
        }
        hr = IUnknown_QueryInterface(object, &entry.iid, (void **)&pointer);
        if (FAILED(hr) && hr != E_NOINTERFACE)
            return hr;
        if (FAILED(hr))
            continue;
        IUnknown_Release(pointer);
        iids[count++] = entry.iid;
    }
    *out_count = count;
    return S_FALSE;
}

static const struct ITypesVtbl type_info_vtbl = {
    .QueryInterface = type_info_QueryInterface,
    .AddRef = type_info_AddRef,
    .Release = type_info_Release,
    .List = type_info_List,
    .GetInterface = type_info_GetInterface,
    .GetInterfacesOf = type_info_GetInterfacesOf,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(IInterfaceTable) table = NULL;
    struct type_info *types;
    HRESULT hr;

    hr = com_bind(ns, "rpc", &IID_IInterfaceTable, (void **)&table);
    if (FAILED(hr))
        return hr;
    types = com_alloc(sizeof(*types));
    if (!types)
        return E_OUTOFMEMORY;
    *types = (struct type_info){
        .ITypes_iface = {&type_info_vtbl},
        .refs = COM_REFS_INIT,
        .table = COM_TAKE(table),
    };
    *out_object = (IUnknown *)&types->ITypes_iface;
    return S_OK;
}
