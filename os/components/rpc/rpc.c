/*
 * The kernel's RPC runtime as ILocalNode under the name "rpc": links over the object "network", the
 * interfaces of all components of the image. The component "listen" opens it to peers when all that they may
 * call is there.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <rpc.h>
#include <string.h>
#include <tcp/tcp_transport.h>
#include <udp/udp_transport.h>

static HRESULT get_or_empty(IConfig *config, const char *key, char *value, uint32_t capacity)
{
    HRESULT hr = IConfig_Get(config, key, value, capacity);

    if (hr != NS_E_NOT_FOUND)
        return hr;
    value[0] = '\0';
    return S_OK;
}

static HRESULT add_interfaces(ILocalNode *node)
{
    const struct linked_component *component;
    HRESULT hr = S_OK;

    for (component = linked_components; SUCCEEDED(hr) && component->name; component++)
        if (component->interfaces[0])
            hr = ILocalNode_AddInterfaces(node, component->interfaces);
    return hr;
}

/* The transports of a kernel: TCP, UDP if the object "udp" is there, and one of them on the switch if it is
 * on one. */
struct kernel_transports {
    struct rpc_transport list[3];
    uint32_t count;
    INetwork *udp; /* NULL: there is none */
};

static void release_transports(struct kernel_transports *transports)
{
    while (transports->count)
        ITransport_Release(transports->list[--transports->count].transport);
    if (transports->udp)
        INetwork_Release(transports->udp);
}

/* @param loopback  the alias of 127.0.0.1; "": none */
static HRESULT add_udp(struct INamespace *ns, const char *loopback, struct kernel_transports *transports)
{
    struct rpc_transport *udp = &transports->list[transports->count];
    HRESULT hr = com_bind(ns, "udp", &IID_INetwork, (void **)&transports->udp);

    if (hr == NS_E_NOT_FOUND)
        return S_OK;
    if (SUCCEEDED(hr))
        hr = udp_transport_create(transports->udp, loopback[0] ? loopback : NULL, &udp->transport);
    if (FAILED(hr))
        return hr;
    memcpy(udp->scheme, "udp", sizeof("udp"));
    transports->count++;
    return S_OK;
}

/*
 * The node's endpoint on the switch begins with the name of the switch, which is the scheme there.
 * @param spoken  there: "udp", else TCP
 */
static HRESULT add_switch(INetwork *network, const char *endpoint, const char *spoken,
                          struct kernel_transports *transports)
{
    struct rpc_transport *added = &transports->list[transports->count];
    size_t length = strcspn(endpoint, ":");
    HRESULT hr;

    if (!endpoint[length] || length > RPC_SCHEME_MAX)
        return com_fail(NET_E_BAD_ENDPOINT, "not SWITCH:ADDRESS:PORT: ", endpoint, NULL);
    memcpy(added->scheme, endpoint, length);
    added->scheme[length] = '\0';
    if (strcmp(spoken, "udp") != 0)
        hr = tcp_transport_create_local(network, added->scheme, &added->transport);
    else if (transports->udp)
        hr = udp_transport_create_local(transports->udp, added->scheme, &added->transport);
    else
        hr = com_fail(NET_E_BAD_ENDPOINT, "transport=udp, but there is no udp in this image", NULL);
    if (SUCCEEDED(hr))
        transports->count++;
    return hr;
}

static HRESULT add_transports(struct INamespace *ns, IConfig *config, INetwork *network,
                              struct kernel_transports *transports)
{
    struct rpc_transport *tcp = &transports->list[0];
    char value[NET_ENDPOINT_MAX + 1], spoken[RPC_SCHEME_MAX + 1];
    HRESULT hr = get_or_empty(config, "loopback", value, sizeof(value));

    if (SUCCEEDED(hr))
        hr = tcp_transport_create(network, value[0] ? value : NULL, &tcp->transport);
    if (FAILED(hr))
        return hr;
    memcpy(tcp->scheme, "tcp", sizeof("tcp"));
    transports->count = 1;
    hr = add_udp(ns, value, transports);
    if (SUCCEEDED(hr))
        hr = get_or_empty(config, "transport", spoken, sizeof(spoken));
    if (SUCCEEDED(hr))
        hr = get_or_empty(config, "switch", value, sizeof(value));
    return SUCCEEDED(hr) && value[0] ? add_switch(network, value, spoken, transports) : hr;
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct kernel_transports transports = {.count = 0, .udp = NULL};
    char name[NODE_NAME_MAX + 1];
    COM_SCOPED(INetwork) network = NULL;
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr;

    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = get_or_empty(config, "node", name, sizeof(name));
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "network", &IID_INetwork, (void **)&network);
    if (SUCCEEDED(hr))
        hr = add_transports(ns, config, network, &transports);
    if (SUCCEEDED(hr)) {
        struct rpc_node_config node_config = {.name = name,
                                              .network = network,
                                              .transports = transports.list,
                                              .transport_count = transports.count,
                                              .world = ns};

        hr = rpc_node_create(&node_config, &node);
    }
    release_transports(&transports); /* the node has its own references */
    if (SUCCEEDED(hr))
        hr = add_interfaces(node);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)COM_TAKE(node);
    return S_OK;
}
