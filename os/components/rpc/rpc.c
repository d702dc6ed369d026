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

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    char name[NODE_NAME_MAX + 1], loopback[NET_ENDPOINT_MAX + 1];
    COM_SCOPED(ITransport) tcp = NULL;
    COM_SCOPED(INetwork) network = NULL;
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(ILocalNode) node = NULL;
    HRESULT hr;

    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = get_or_empty(config, "node", name, sizeof(name));
    if (SUCCEEDED(hr))
        hr = get_or_empty(config, "loopback", loopback, sizeof(loopback));
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "network", &IID_INetwork, (void **)&network);
    if (SUCCEEDED(hr))
        hr = tcp_transport_create(network, loopback[0] ? loopback : NULL, &tcp);
    if (SUCCEEDED(hr)) {
        struct rpc_transport transport = {"tcp", tcp};
        struct rpc_node_config node_config = {
            .name = name, .network = network, .transports = &transport, .transport_count = 1, .world = ns};

        hr = rpc_node_create(&node_config, &node);
    }
    if (SUCCEEDED(hr))
        hr = add_interfaces(node);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)COM_TAKE(node);
    return S_OK;
}
