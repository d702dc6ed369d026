/*
 * Sends back what it receives, straight on the socket interface: the floor that calls are measured against.
 * Listens where the configuration's `echo` says; without it there is no such object.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/socket.idl.h>
#include <os/config.idl.h>
#include <os/thread.idl.h>

#define BUFFER_BYTES 1024

static struct echo {
    IAcceptSink IAcceptSink_iface;
    IThreads *threads;
    IListener *listener;
} echo;

static HRESULT echo_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t echo_AddRef(IAcceptSink *iface)
{
    (void)iface;
    return 1;
}

static void serve(void *argument)
{
    ISocket *socket = (ISocket *)argument;
    uint8_t buffer[BUFFER_BYTES];
    uint32_t received;

    while (SUCCEEDED(ISocket_Receive(socket, buffer, sizeof(buffer), NET_FOREVER, &received))) {
        struct net_part part = {buffer, received};

        if (FAILED(ISocket_Send(socket, &part, 1, NET_FOREVER)))
            break;
    }
    ISocket_Release(socket);
}

static HRESULT echo_Accepted(IAcceptSink *iface, ISocket *socket)
{
    HRESULT hr;

    (void)iface;
    ISocket_AddRef(socket);
    hr = IThreads_Start(echo.threads, "echo", serve, socket, 0);
    if (FAILED(hr))
        ISocket_Release(socket);
    return hr;
}

static const struct IAcceptSinkVtbl echo_vtbl = {
    .QueryInterface = echo_QueryInterface,
    .AddRef = echo_AddRef,
    .Release = echo_AddRef,
    .Accepted = echo_Accepted,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    COM_SCOPED(INetwork) network = NULL;
    COM_SCOPED(IConfig) config = NULL;
    HRESULT hr;

    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    hr = IConfig_Get(config, "echo", endpoint, sizeof(endpoint));
    if (hr == NS_E_NOT_FOUND)
        return OS_E_NOT_PRESENT;
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "network", &IID_INetwork, (void **)&network);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "threads", &IID_IThreads, (void **)&echo.threads);
    echo.IAcceptSink_iface.vtbl = &echo_vtbl;
    if (SUCCEEDED(hr))
        hr = INetwork_Listen(network, endpoint, &echo.IAcceptSink_iface, &echo.listener);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)&echo.IAcceptSink_iface;
    return S_OK;
}
