/*
 * Opens the node to peers: listens where the configuration says. In an image it comes when all that peers may
 * call is registered, and before "net" announces the node.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <os_format.h>
#include <rpc/node.idl.h>
#include <net/socket.idl.h>
#include <string.h>

/*
 * `listen`, or else the endpoint as others see it: its port at any of the machine's addresses, because others
 * may see it under another address (a forwarded port).
 */
static HRESULT choose_endpoint(IConfig *config, char *endpoint, uint32_t capacity)
{
    char seen[NET_ENDPOINT_MAX + 1];
    const char *port;
    HRESULT hr = IConfig_Get(config, "listen", endpoint, capacity);

    if (hr != NS_E_NOT_FOUND)
        return hr;
    hr = IConfig_Get(config, "endpoint", seen, sizeof(seen));
    if (FAILED(hr))
        return hr;
    port = strrchr(seen, ':');
    if (!port || (strncmp(seen, "tcp:", 4) != 0 && strncmp(seen, "udp:", 4) != 0))
        return com_fail(NET_E_BAD_ENDPOINT, "neither tcp:ADDRESS:PORT nor udp:ADDRESS:PORT: ", seen, NULL);
    os_format(endpoint, capacity, "%s:0.0.0.0%s", seen[0] == 'u' ? "udp" : "tcp", port);
    return S_OK;
}

/* A node that was given a policy opens with it, or not at all. */
static HRESULT check_policy(struct INamespace *ns, IConfig *config)
{
    COM_SCOPED(IUnknown) policy = NULL;
    char path[CONFIG_VALUE_MAX + 1];

    if (IConfig_Get(config, "policy", path, sizeof(path)) == NS_E_NOT_FOUND ||
        SUCCEEDED(INamespace_Bind(ns, "policy", 0, &policy)))
        return S_OK;
    return com_fail(RPC_E_ACCESS_DENIED, "the policy is not in force, so nobody may come", NULL);
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    COM_SCOPED(ILocalNode) node = NULL;
    COM_SCOPED(IConfig) config = NULL;
    HRESULT hr;

    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = choose_endpoint(config, endpoint, sizeof(endpoint));
    if (hr == NS_E_NOT_FOUND)
        return OS_E_NOT_PRESENT; /* a client only */
    if (SUCCEEDED(hr))
        hr = check_policy(ns, config);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    if (SUCCEEDED(hr))
        hr = ILocalNode_Listen(node, endpoint, NULL, 0);
    if (FAILED(hr))
        return hr;
    os_print("listening at %s\n", endpoint);
    *out_object = NULL; /* nothing to bind to */
    return S_OK;
}
