/* See membership.h. */
#include <com_impl.h>
#include <com_names.h>
#include <os/config.idl.h>
#include <port.h>
#include <rpc/node.idl.h>
#include <string.h>
#include "membership.h"

/* The first attempt connects (3 s) and calls (5 s). */
#define JOIN_NS (INT64_C(10000) * PORT_NS_PER_MS)

/* Waits for the end of the first attempt to announce the node. */
struct waiter {
    IClusterSink IClusterSink_iface;
    struct com_refs refs; /* a call may be on its way when nobody waits any more */
    struct port_mutex lock;
    struct port_condition announced;
    bool is_announced;               /* (lock) */
    HRESULT result;                  /* (lock) */
    char detail[COM_DETAIL_MAX + 1]; /* (lock) */
};

static const struct IClusterSinkVtbl waiter_vtbl;

static struct waiter *impl_from_IClusterSink(IClusterSink *iface)
{
    assert(iface->vtbl == &waiter_vtbl);
    return container_of(iface, struct waiter, IClusterSink_iface);
}

static HRESULT waiter_QueryInterface(IClusterSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IClusterSink, iid, out_object);
}

static uint32_t waiter_AddRef(IClusterSink *iface)
{
    return com_refs_add(&impl_from_IClusterSink(iface)->refs);
}

static uint32_t waiter_Release(IClusterSink *iface)
{
    struct waiter *waiter = impl_from_IClusterSink(iface);
    uint32_t left = com_refs_release(&waiter->refs);

    if (!left) {
        port_condition_destroy(&waiter->announced);
        port_mutex_destroy(&waiter->lock);
        com_free(waiter);
    }
    return left;
}

static HRESULT waiter_Announced(IClusterSink *iface, HRESULT result, uint64_t incarnation, const char *detail)
{
    struct waiter *waiter = impl_from_IClusterSink(iface);
    size_t length = strlen(detail);

    (void)incarnation;
    if (length > COM_DETAIL_MAX)
        length = COM_DETAIL_MAX;
    port_mutex_lock(&waiter->lock);
    if (!waiter->is_announced) { /* later attempts are not waited for */
        waiter->is_announced = true;
        waiter->result = result;
        memcpy(waiter->detail, detail, length);
        waiter->detail[length] = '\0';
    }
    port_condition_wake_all(&waiter->announced);
    port_mutex_unlock(&waiter->lock);
    return S_OK;
}

static const struct IClusterSinkVtbl waiter_vtbl = {
    .QueryInterface = waiter_QueryInterface,
    .AddRef = waiter_AddRef,
    .Release = waiter_Release,
    .Announced = waiter_Announced,
};

static struct waiter *create_waiter(void)
{
    struct waiter *waiter = com_alloc(sizeof(*waiter));

    if (!waiter)
        return NULL;
    memset(waiter, 0, sizeof(*waiter));
    waiter->IClusterSink_iface.vtbl = &waiter_vtbl;
    com_refs_init(&waiter->refs);
    if (!port_mutex_init(&waiter->lock)) {
        com_free(waiter);
        return NULL;
    }
    if (!port_condition_init(&waiter->announced)) {
        port_mutex_destroy(&waiter->lock);
        com_free(waiter);
        return NULL;
    }
    return waiter;
}

static HRESULT await_result(struct waiter *waiter)
{
    int64_t deadline_ns = port_now_ns() + JOIN_NS;
    HRESULT hr = NET_E_UNREACHABLE;

    port_mutex_lock(&waiter->lock);
    while (!waiter->is_announced && port_condition_wait(&waiter->announced, &waiter->lock, deadline_ns))
        ;
    if (waiter->is_announced) {
        hr = waiter->result;
        com_set_error_detail(waiter->detail);
    } else {
        com_set_error_detail("the directory does not answer");
    }
    port_mutex_unlock(&waiter->lock);
    return hr;
}

static HRESULT await_announcement(ICluster *cluster)
{
    COM_SCOPED(IClusterSink) sink = NULL;
    struct waiter *waiter = create_waiter();
    HRESULT hr;

    if (!waiter)
        return E_OUTOFMEMORY;
    sink = &waiter->IClusterSink_iface;
    hr = ICluster_Watch(cluster, sink);
    if (FAILED(hr))
        return hr;
    hr = await_result(waiter);
    com_ignore(ICluster_Watch(cluster, NULL)); /* taking it back cannot fail */
    return hr;
}

HRESULT host_join_cluster(INamespace *root, bool announces)
{
    COM_SCOPED(ICluster) cluster = NULL;
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IDirectory) directory = NULL;
    char value[CONFIG_VALUE_MAX + 1];
    HRESULT hr;

    hr = com_bind(root, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    if (IConfig_Get(config, "directory", value, sizeof(value)) == NS_E_NOT_FOUND)
        return S_OK;
    hr = com_bind(root, "net", &IID_ICluster, (void **)&cluster);
    if (FAILED(hr))
        return hr;
    return announces ? await_announcement(cluster) : ICluster_GetDirectory(cluster, &directory);
}
