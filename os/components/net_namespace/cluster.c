/* Where the directory is: ICluster. */
#include <string.h>
#include "net_namespace_internal.h"

static struct net_namespace *impl_from_ICluster(ICluster *iface)
{
    assert(iface->vtbl == &net_namespace_cluster_vtbl);
    return container_of(iface, struct net_namespace, ICluster_iface);
}

bool net_namespace_is_lost(HRESULT hr)
{
    return hr == RPC_E_DISCONNECTED || hr == RPC_E_INVALID_OBJECT || hr == RPC_E_SERVER_DIED_DNE;
}

int64_t net_namespace_connect_deadline(struct net_namespace *net)
{
    int64_t limit = ILocalNode_Now(net->node) + NET_CONNECT_NS;
    int64_t own = rpc_get_deadline();

    return own < limit ? own : limit;
}

/* Binds "directory" here or in the root of the node that holds it. */
static HRESULT find_directory(struct net_namespace *net, IDirectory **out_directory)
{
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr;

    if (!net->directory_endpoint[0])
        return com_fail(NS_E_NOT_FOUND, "this node was started without a directory", NULL);
    if (!strcmp(net->directory_endpoint, "self"))
        return com_bind(net->ns, "directory", &IID_IDirectory, (void **)out_directory);

    hr = ILocalNode_Connect(net->node, net->directory_endpoint, net_namespace_connect_deadline(net), &root);
    if (hr == NET_E_UNREACHABLE || hr == NET_E_TIMEOUT)
        return com_fail(NET_E_UNREACHABLE, "no directory answers at ", net->directory_endpoint, NULL);
    if (FAILED(hr))
        return hr;
    hr = com_bind(root, "directory", &IID_IDirectory, (void **)out_directory);
    if (hr == NS_E_NOT_FOUND)
        return com_fail(NET_E_UNREACHABLE, "the node at ", net->directory_endpoint, " holds no directory",
                        NULL);
    return hr;
}

HRESULT net_namespace_get_directory(struct net_namespace *net, IDirectory **out_directory)
{
    COM_SCOPED(IDirectory) directory = NULL;
    IDirectory *before;
    HRESULT hr;

    *out_directory = NULL;
    com_lock_take(&net->lock);
    directory = net->directory;
    if (directory)
        IDirectory_AddRef(directory);
    com_lock_give(&net->lock);
    if (directory && ILocalNode_IsConnected(net->node, (IUnknown *)directory) == S_OK) {
        *out_directory = COM_TAKE(directory);
        return S_OK;
    }
    if (directory) {
        net_namespace_forget_directory(net, directory);
        IDirectory_Release(directory);
        directory = NULL;
    }

    hr = find_directory(net, &directory);
    if (FAILED(hr))
        return hr;
    IDirectory_AddRef(directory);
    com_lock_take(&net->lock);
    before = net->directory; /* another thread may have been as quick */
    net->directory = directory;
    com_lock_give(&net->lock);
    if (before)
        IDirectory_Release(before);
    *out_directory = COM_TAKE(directory);
    return S_OK;
}

void net_namespace_forget_directory(struct net_namespace *net, IDirectory *directory)
{
    IDirectory *forgotten = NULL;

    com_lock_take(&net->lock);
    if (net->directory == directory) {
        forgotten = directory;
        net->directory = NULL;
    }
    com_lock_give(&net->lock);
    if (forgotten)
        IDirectory_Release(forgotten);
}

static HRESULT cluster_QueryInterface(ICluster *iface, const IID *iid, void **out_object)
{
    return net_namespace_query(impl_from_ICluster(iface), iid, out_object);
}

static uint32_t cluster_AddRef(ICluster *iface)
{
    return net_namespace_add_reference(impl_from_ICluster(iface));
}

static uint32_t cluster_Release(ICluster *iface)
{
    return net_namespace_release_reference(impl_from_ICluster(iface));
}

static HRESULT cluster_GetDirectory(ICluster *iface, IDirectory **out_directory)
{
    return net_namespace_get_directory(impl_from_ICluster(iface), out_directory);
}

static HRESULT cluster_Watch(ICluster *iface, IClusterSink *sink)
{
    struct net_namespace *net = impl_from_ICluster(iface);
    char detail[COM_DETAIL_MAX + 1];
    IClusterSink *before;
    uint64_t incarnation;
    bool announced;
    HRESULT result;

    if (sink)
        IClusterSink_AddRef(sink);
    com_lock_take(&net->lock);
    before = net->sink;
    net->sink = sink;
    announced = net->announced;
    result = net->result;
    incarnation = net->incarnation;
    memcpy(detail, net->detail, sizeof(detail));
    com_lock_give(&net->lock);
    if (before)
        IClusterSink_Release(before);
    if (sink && announced)
        com_ignore(IClusterSink_Announced(sink, result, incarnation, detail)); /* it is only told */
    return S_OK;
}

const struct IClusterVtbl net_namespace_cluster_vtbl = {
    .QueryInterface = cluster_QueryInterface,
    .AddRef = cluster_AddRef,
    .Release = cluster_Release,
    .GetDirectory = cluster_GetDirectory,
    .Watch = cluster_Watch,
};
