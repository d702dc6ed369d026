/* The object under the name "net": the nodes of the cluster, each with the root that it exports. */
#include <component.h>
#include <string.h>
#include "net_namespace_internal.h"

static const struct INamespaceVtbl net_namespace_vtbl;

static struct net_namespace *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &net_namespace_vtbl);
    return container_of(iface, struct net_namespace, INamespace_iface);
}

HRESULT net_namespace_query(struct net_namespace *net, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_INamespace, offsetof(struct net_namespace, INamespace_iface)},
        {&IID_ICluster, offsetof(struct net_namespace, ICluster_iface)},
        {&IID_IJob, offsetof(struct net_namespace, IJob_iface)},
    };

    return com_query_table(net, rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

uint32_t net_namespace_add_reference(struct net_namespace *net)
{
    return com_refs_add(&net->refs);
}

uint32_t net_namespace_release_reference(struct net_namespace *net)
{
    uint32_t left = com_refs_release(&net->refs);

    if (left)
        return left;
    if (net->registration)
        IUnknown_Release(net->registration);
    if (net->directory)
        IDirectory_Release(net->directory);
    if (net->sink)
        IClusterSink_Release(net->sink);
    if (net->node)
        ILocalNode_Release(net->node);
    INamespace_Release(net->ns);
    com_free(net);
    return 0;
}

static HRESULT net_namespace_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return net_namespace_query(impl_from_INamespace(iface), iid, out_object);
}

static uint32_t net_namespace_AddRef(INamespace *iface)
{
    return net_namespace_add_reference(impl_from_INamespace(iface));
}

static uint32_t net_namespace_Release(INamespace *iface)
{
    return net_namespace_release_reference(impl_from_INamespace(iface));
}

/* Whether `name` means this node; not while another node has its name. */
static bool is_self(struct net_namespace *net, const char *name)
{
    bool refused;

    if (!net->name[0] || strcmp(name, net->name))
        return false;
    com_lock_take(&net->lock);
    refused = net->announced && net->result == NET_E_NAME_IN_USE;
    com_lock_give(&net->lock);
    return !refused;
}

/* Where a node is. Asks a directory that was lost meanwhile once more. */
static HRESULT look_up(struct net_namespace *net, const char *name, char endpoints[NODE_ENDPOINTS_MAX + 1])
{
    uint64_t incarnation;
    int attempt;
    HRESULT hr;

    if (strlen(name) > NODE_NAME_MAX)
        return com_fail(NS_E_NOT_FOUND, "no node ", name, " in this cluster", NULL);
    for (attempt = 0; attempt < 2; attempt++) {
        COM_SCOPED(IDirectory) directory = NULL;

        hr = net_namespace_get_directory(net, &directory);
        if (FAILED(hr))
            return hr;
        hr = IDirectory_Lookup(directory, name, endpoints, NODE_ENDPOINTS_MAX + 1, &incarnation);
        if (!net_namespace_is_lost(hr))
            return hr;
        net_namespace_forget_directory(net, directory);
    }
    return com_fail(NET_E_UNREACHABLE, "the directory at ", net->directory_endpoint, " is gone", NULL);
}

/* The root of a node, connecting to it if there is no connection. */
static HRESULT find_root(struct net_namespace *net, const char *name, INamespace **out_root)
{
    char endpoints[NODE_ENDPOINTS_MAX + 1];
    HRESULT hr;

    *out_root = NULL;
    if (is_self(net, name))
        return com_bind(net->ns, "export_view", &IID_INamespace, (void **)out_root);
    hr = look_up(net, name, endpoints);
    if (FAILED(hr))
        return hr;
    hr = ILocalNode_Connect(net->node, endpoints, net_namespace_connect_deadline(net), out_root);
    if (hr == NET_E_UNREACHABLE || hr == NET_E_TIMEOUT)
        return com_fail(NET_E_UNREACHABLE, "node ", name, " does not answer at ", endpoints, NULL);
    return hr;
}

/* One of the calls that are handed over to a node. */
struct request {
    HRESULT (*perform)(struct request *request, INamespace *root, const char *rest);
    IUnknown *object;
    uint32_t flags;
    IUnknown **out_object;
};

static HRESULT perform_bind(struct request *request, INamespace *root, const char *rest)
{
    return com_path_bind(root, rest, request->flags, request->out_object);
}

static HRESULT perform_register(struct request *request, INamespace *root, const char *rest)
{
    return com_path_register(root, rest, request->object, request->flags);
}

static HRESULT perform_unregister(struct request *request, INamespace *root, const char *rest)
{
    (void)request;
    return com_path_unregister(root, rest);
}

/*
 * Hands a request to node `name`. A connection that turns out to be lost is made anew once: the old one may
 * have died since its last use, and a lost call of a request whose repetition changes nothing is no reason to
 * fail.
 */
static HRESULT hand_over(struct net_namespace *net, const char *name, const char *rest,
                         struct request *request, int attempts)
{
    HRESULT hr;

    for (;;) {
        COM_SCOPED(INamespace) root = NULL;

        hr = find_root(net, name, &root);
        if (FAILED(hr))
            return hr;
        hr = request->perform(request, root, rest);
        /* The peer may also say "lost" of something of its own: then its connection still is there. */
        if (!net_namespace_is_lost(hr) || ILocalNode_IsConnected(net->node, (IUnknown *)root) == S_OK)
            return hr;
        if (!--attempts)
            return com_fail(NET_E_UNREACHABLE, "the connection to node ", name, " was lost", NULL);
    }
}

static HRESULT net_namespace_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    struct request request = {.perform = perform_register, .object = object, .flags = flags};
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    HRESULT hr;

    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!rest[0])
        return com_fail(NS_E_READ_ONLY, "nodes enter /net by announcing themselves", NULL);
    return hand_over(impl_from_INamespace(iface), name, rest, &request, 1);
}

static HRESULT net_namespace_Unregister(INamespace *iface, const char *path)
{
    struct request request = {.perform = perform_unregister};
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    HRESULT hr;

    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!rest[0])
        return com_fail(NS_E_READ_ONLY, "nodes leave /net by ending", NULL);
    return hand_over(impl_from_INamespace(iface), name, rest, &request, 1);
}

static HRESULT net_namespace_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct net_namespace *net = impl_from_INamespace(iface);
    struct request request = {.perform = perform_bind, .flags = flags, .out_object = out_object};
    COM_SCOPED(INamespace) root = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    HRESULT hr;

    *out_object = NULL;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    if (rest[0])
        return hand_over(net, name, rest, &request, 2);
    hr = find_root(net, name, &root);
    if (FAILED(hr))
        return hr;
    return INamespace_QueryInterface(root, &IID_IUnknown, (void **)out_object);
}

/* One answer of the directory. */
enum { LIST_PIECE_BYTES = 256 };

static HRESULT list_piece(struct net_namespace *net, const char *after, char piece[LIST_PIECE_BYTES],
                          uint32_t *out_length)
{
    int attempt;
    HRESULT hr;

    for (attempt = 0; attempt < 2; attempt++) {
        COM_SCOPED(IDirectory) directory = NULL;

        hr = net_namespace_get_directory(net, &directory);
        if (FAILED(hr))
            return hr;
        hr = IDirectory_List(directory, after, LIST_PIECE_BYTES, piece, out_length);
        if (!net_namespace_is_lost(hr))
            return hr;
        net_namespace_forget_directory(net, directory);
    }
    return com_fail(NET_E_UNREACHABLE, "the directory at ", net->directory_endpoint, " is gone", NULL);
}

/*
 * Adds the names of a piece that came from another node, all behind `last`, which moves on; false if it is no
 * list of names of nodes.
 */
static bool add_piece(struct com_name_list *list, const char *piece, uint32_t length,
                      char last[NODE_NAME_MAX + 1])
{
    uint32_t at = 0;

    while (at < length) {
        char name[NODE_NAME_MAX + 1];
        uint32_t size = 0;

        do {
            if (at == length || size == sizeof(name))
                return false; /* no end, or too long */
            name[size] = piece[at++];
        } while (name[size++]);
        if (strcmp(name, last) <= 0)
            return false; /* out of order: asking on behind it might never end */
        memcpy(last, name, size);
        com_name_list_add(list, last, true);
    }
    return true;
}

static HRESULT net_namespace_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                                  uint32_t *out_length)
{
    struct net_namespace *net = impl_from_INamespace(iface);
    char piece[LIST_PIECE_BYTES], last[NODE_NAME_MAX + 1] = "";
    struct com_name_list list;
    uint32_t length;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    if (!net->directory_endpoint[0]) { /* a cluster of one */
        com_name_list_add(&list, net->name, true);
        return com_name_list_end(&list, out_length);
    }
    if (strlen(after) <= NODE_NAME_MAX)
        memcpy(last, after, strlen(after) + 1);
    do {
        length = 0;
        hr = list_piece(net, last, piece, &length);
        if (FAILED(hr))
            return hr;
        if (length > sizeof(piece) || !add_piece(&list, piece, length, last))
            return RPC_E_CLIENT_CANTUNMARSHAL_DATA;
    } while (hr == S_FALSE && length && !list.left_out[0]);
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl net_namespace_vtbl = {
    .QueryInterface = net_namespace_QueryInterface,
    .AddRef = net_namespace_AddRef,
    .Release = net_namespace_Release,
    .Register = net_namespace_Register,
    .Unregister = net_namespace_Unregister,
    .Bind = net_namespace_Bind,
    .List = net_namespace_List,
};

/* The value of a key; "" if the node was started without it. */
static HRESULT get_optional(IConfig *config, const char *key, char *value, uint32_t capacity)
{
    HRESULT hr = IConfig_Get(config, key, value, capacity);

    if (hr != NS_E_NOT_FOUND)
        return hr;
    value[0] = '\0';
    return S_OK;
}

/* Where others find this node: on the switch that they share, if they are on it, else at its endpoint. */
static HRESULT get_endpoints(IConfig *config, struct net_namespace *net)
{
    char endpoint[NODE_ENDPOINTS_MAX + 1];
    size_t length;
    HRESULT hr = get_optional(config, "switch", net->endpoints, sizeof(net->endpoints));

    if (SUCCEEDED(hr))
        hr = get_optional(config, "endpoint", endpoint, sizeof(endpoint));
    if (FAILED(hr))
        return hr;
    length = strlen(net->endpoints);
    if (length + 1 + strlen(endpoint) > NODE_ENDPOINTS_MAX)
        return com_fail(E_INVALIDARG, "switch and endpoint are too long together: ", net->endpoints, " ",
                        endpoint, NULL);
    if (length && endpoint[0])
        net->endpoints[length++] = ' ';
    memcpy(net->endpoints + length, endpoint, strlen(endpoint) + 1);
    return S_OK;
}

static HRESULT configure(struct net_namespace *net)
{
    COM_SCOPED(IConfig) config = NULL;
    HRESULT hr;

    hr = com_bind(net->ns, "rpc", &IID_ILocalNode, (void **)&net->node);
    if (FAILED(hr))
        return hr;
    hr = com_bind(net->ns, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    hr = get_optional(config, "node", net->name, sizeof(net->name));
    if (FAILED(hr))
        return hr;
    hr = get_endpoints(config, net);
    if (FAILED(hr))
        return hr;
    return get_optional(config, "directory", net->directory_endpoint, sizeof(net->directory_endpoint));
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(INamespace) net_iface = NULL;
    struct net_namespace *net;
    HRESULT hr;

    *out_object = NULL;
    net = com_alloc(sizeof(*net));
    if (!net)
        return E_OUTOFMEMORY;
    INamespace_AddRef(ns);
    *net = (struct net_namespace){
        .INamespace_iface = {&net_namespace_vtbl},
        .ICluster_iface = {&net_namespace_cluster_vtbl},
        .IJob_iface = {&net_namespace_job_vtbl},
        .refs = COM_REFS_INIT,
        .ns = ns,
    };
    net_iface = &net->INamespace_iface;

    hr = configure(net);
    if (FAILED(hr))
        return hr;
    if (net->name[0] && net->endpoints[0] && net->directory_endpoint[0]) {
        hr = ILocalNode_Schedule(net->node, &net->IJob_iface, ILocalNode_Now(net->node));
        if (FAILED(hr))
            return hr;
    }
    *out_object = (IUnknown *)COM_TAKE(net_iface);
    return S_OK;
}
