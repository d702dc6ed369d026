/* The object under the name "probe": what tests and measurements call. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/heap.idl.h>
#include <os/probe.idl.h>
#include <rpc/node.idl.h>
#include <string.h>

enum { SLEEP_MAX_MS = 30000 };

struct probe {
    IProbe IProbe_iface;
    struct com_refs refs;
    ILocalNode *node; /* constant, one reference */
    struct com_lock lock;
    uint64_t count; /* (lock) calls of Increment */
};

static const struct IProbeVtbl probe_vtbl;

static struct probe *impl_from_IProbe(IProbe *iface)
{
    assert(iface->vtbl == &probe_vtbl);
    return container_of(iface, struct probe, IProbe_iface);
}

static HRESULT probe_QueryInterface(IProbe *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IProbe, iid, out_object);
}

static uint32_t probe_AddRef(IProbe *iface)
{
    return com_refs_add(&impl_from_IProbe(iface)->refs);
}

static uint32_t probe_Release(IProbe *iface)
{
    struct probe *probe = impl_from_IProbe(iface);
    uint32_t left = com_refs_release(&probe->refs);

    if (!left) {
        ILocalNode_Release(probe->node);
        com_free(probe);
    }
    return left;
}

static HRESULT probe_Null(IProbe *iface)
{
    (void)iface;
    return S_OK;
}

static HRESULT probe_Increment(IProbe *iface, int32_t value, int32_t *out_value)
{
    struct probe *probe = impl_from_IProbe(iface);

    com_lock_take(&probe->lock);
    probe->count++;
    com_lock_give(&probe->lock);
    *out_value = (int32_t)((uint32_t)value + 1); /* wraps: signed overflow would be undefined */
    return S_OK;
}

static HRESULT probe_Sleep(IProbe *iface, uint32_t duration_ms)
{
    struct probe *probe = impl_from_IProbe(iface);

    if (duration_ms > SLEEP_MAX_MS)
        return com_fail(E_INVALIDARG, "a probe sleeps 30000 ms at most", NULL);
    return ILocalNode_Sleep(probe->node, ILocalNode_Now(probe->node) + duration_ms * INT64_C(1000000));
}

static HRESULT probe_Echo(IProbe *iface, const uint8_t *data, uint32_t length, uint8_t *out_data)
{
    (void)iface;
    if (length)
        memcpy(out_data, data, length);
    return S_OK;
}

static HRESULT probe_GetCount(IProbe *iface, uint64_t *out_count)
{
    struct probe *probe = impl_from_IProbe(iface);

    com_lock_take(&probe->lock);
    *out_count = probe->count;
    com_lock_give(&probe->lock);
    return S_OK;
}

static HRESULT probe_GetFreeBytes(IProbe *iface, uint64_t *out_free_bytes)
{
    COM_SCOPED(IHeap) heap = NULL;
    size_t free_bytes, largest_bytes;
    HRESULT hr = com_bind(CurrentNamespace(), "heap", &IID_IHeap, (void **)&heap);

    (void)iface;
    if (hr == NS_E_NOT_FOUND)
        return com_fail(OS_E_NOT_PRESENT, "this node has no heap of its own", NULL);
    if (SUCCEEDED(hr))
        hr = IHeap_GetFree(heap, &free_bytes, &largest_bytes);
    if (SUCCEEDED(hr))
        *out_free_bytes = free_bytes;
    return hr;
}

static const struct IProbeVtbl probe_vtbl = {
    .QueryInterface = probe_QueryInterface,
    .AddRef = probe_AddRef,
    .Release = probe_Release,
    .Null = probe_Null,
    .Increment = probe_Increment,
    .Sleep = probe_Sleep,
    .Echo = probe_Echo,
    .GetCount = probe_GetCount,
    .GetFreeBytes = probe_GetFreeBytes,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    struct probe *probe;
    HRESULT hr;

    hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    if (FAILED(hr))
        return hr;
    probe = com_alloc(sizeof(*probe));
    if (!probe)
        return E_OUTOFMEMORY;
    *probe = (struct probe){
        .IProbe_iface = {&probe_vtbl},
        .refs = COM_REFS_INIT,
        .node = COM_TAKE(node),
    };
    *out_object = (IUnknown *)&probe->IProbe_iface;
    return S_OK;
}
