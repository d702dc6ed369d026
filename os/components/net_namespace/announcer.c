/*
 * Keeps this node in the directory: enters it, looks twice a second whether the entry's connection still is
 * there, enters it again when it is not.
 *
 *   not entered  Run: announce → entered, or wait (200 ms, doubled up to 2 s) and try again
 *   entered      Run: connection up → look again; lost → not entered, at once
 */
#include "net_namespace_internal.h"

#define NS_PER_MS INT64_C(1000000)
#define LOOK_NS (500 * NS_PER_MS)
#define BACKOFF_MIN_NS (200 * NS_PER_MS)
#define BACKOFF_MAX_NS (2000 * NS_PER_MS)

static struct net_namespace *impl_from_IJob(IJob *iface)
{
    assert(iface->vtbl == &net_namespace_job_vtbl);
    return container_of(iface, struct net_namespace, IJob_iface);
}

static HRESULT announce(struct net_namespace *net, uint64_t *out_incarnation)
{
    COM_SCOPED(IDirectory) directory = NULL;
    COM_SCOPED(INode) node = NULL;
    HRESULT hr;

    hr = com_bind(net->ns, "node", &IID_INode, (void **)&node);
    if (FAILED(hr))
        return hr;
    hr = net_namespace_get_directory(net, &directory);
    if (FAILED(hr))
        return hr;
    hr = IDirectory_Announce(directory, net->name, net->endpoints, node, out_incarnation, &net->registration);
    if (net_namespace_is_lost(hr))
        net_namespace_forget_directory(net, directory);
    return hr;
}

/* From now on peers can tell this start of the node from earlier ones: the name is certainly its own. */
static void take_incarnation(struct net_namespace *net, uint64_t incarnation)
{
    COM_SCOPED(IIncarnation) own = NULL;

    if (SUCCEEDED(ILocalNode_QueryInterface(net->node, &IID_IIncarnation, (void **)&own)))
        com_ignore(IIncarnation_Set(own, incarnation)); /* one that is higher stays */
}

static void leave(struct net_namespace *net)
{
    IUnknown_Release(net->registration);
    net->registration = NULL;
    net->backoff_ns = 0;
}

/* One attempt; returns after how long to run again. */
static int64_t try_to_announce(struct net_namespace *net)
{
    uint64_t incarnation = 0;
    HRESULT hr;

    com_set_error_detail("");
    hr = announce(net, &incarnation);
    if (SUCCEEDED(hr)) {
        net->backoff_ns = 0;
        take_incarnation(net, incarnation);
        net_namespace_report(net, S_OK, incarnation, "");
        return LOOK_NS;
    }
    net_namespace_report(net, hr, 0, com_error_detail());
    net->backoff_ns = net->backoff_ns ? net->backoff_ns * 2 : BACKOFF_MIN_NS;
    if (net->backoff_ns > BACKOFF_MAX_NS)
        net->backoff_ns = BACKOFF_MAX_NS;
    return net->backoff_ns;
}

static HRESULT job_QueryInterface(IJob *iface, const IID *iid, void **out_object)
{
    return net_namespace_query(impl_from_IJob(iface), iid, out_object);
}

static uint32_t job_AddRef(IJob *iface)
{
    return net_namespace_add_reference(impl_from_IJob(iface));
}

static uint32_t job_Release(IJob *iface)
{
    return net_namespace_release_reference(impl_from_IJob(iface));
}

static HRESULT job_Run(IJob *iface)
{
    struct net_namespace *net = impl_from_IJob(iface);
    int64_t pause_ns = LOOK_NS;

    if (net->registration && ILocalNode_IsConnected(net->node, net->registration) != S_OK)
        leave(net);
    if (!net->registration)
        pause_ns = try_to_announce(net);
    return ILocalNode_Schedule(net->node, iface, ILocalNode_Now(net->node) + pause_ns);
}

const struct IJobVtbl net_namespace_job_vtbl = {
    .QueryInterface = job_QueryInterface,
    .AddRef = job_AddRef,
    .Release = job_Release,
    .Run = job_Run,
};
