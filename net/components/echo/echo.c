/* A plain echo of TCP on the node's socket interface: what measurements of calls are compared with. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <net/socket.idl.h>
#include <os/config.idl.h>

/* More connections than these are closed at once: each keeps a buffer. */
#define CONNECTIONS_MAX 4
#define ECHO_BYTES 1460 /* what fits into a segment on Ethernet */

/* The component's object: the port is open as long as it lives. */
struct echo {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    IListener *listener; /* one reference */
};

/* Takes connections; the listener and every connection hold it. */
struct acceptor {
    IAcceptSink IAcceptSink_iface;
    struct com_refs refs;
    uint32_t connections; /* atomic */
};

/* One connection; lives while its socket is watched. Only the network's thread touches it. */
struct connection {
    INetworkSink INetworkSink_iface;
    struct com_refs refs;
    struct acceptor *acceptor; /* one reference */
    ISocket *socket;           /* one reference */
    uint8_t bytes[ECHO_BYTES];
};

static const struct INetworkSinkVtbl connection_vtbl;
static const struct IAcceptSinkVtbl acceptor_vtbl;
static const struct IUnknownVtbl echo_vtbl;

static struct connection *impl_from_INetworkSink(INetworkSink *iface)
{
    assert(iface->vtbl == &connection_vtbl);
    return container_of(iface, struct connection, INetworkSink_iface);
}

static struct acceptor *impl_from_IAcceptSink(IAcceptSink *iface)
{
    assert(iface->vtbl == &acceptor_vtbl);
    return container_of(iface, struct acceptor, IAcceptSink_iface);
}

static struct echo *impl_from_IUnknown(IUnknown *iface)
{
    assert(iface->vtbl == &echo_vtbl);
    return container_of(iface, struct echo, IUnknown_iface);
}

/* A connection */

static HRESULT connection_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t connection_AddRef(INetworkSink *iface)
{
    return com_refs_add(&impl_from_INetworkSink(iface)->refs);
}

static uint32_t connection_Release(INetworkSink *iface)
{
    struct connection *connection = impl_from_INetworkSink(iface);
    uint32_t left = com_refs_release(&connection->refs);

    if (left == 0) {
        (void)ISocket_Shutdown(connection->socket); /* nothing is left to be done if that fails */
        ISocket_Release(connection->socket);
        __atomic_sub_fetch(&connection->acceptor->connections, 1, __ATOMIC_RELAXED);
        IAcceptSink_Release(&connection->acceptor->IAcceptSink_iface);
        com_free(connection);
    }
    return left;
}

/*
 * Sends back all that is there and asks to be told of more. Whatever fails, also a peer that does not read
 * what it gets back, ends the connection: nobody watches it any more, so its last reference goes.
 */
static HRESULT connection_Ready(INetworkSink *iface)
{
    struct connection *connection = impl_from_INetworkSink(iface);
    uint32_t received = 0;
    HRESULT hr;

    for (;;) {
        struct net_part part = {.data = connection->bytes};

        hr = ISocket_Receive(connection->socket, connection->bytes, sizeof(connection->bytes), NET_NO_WAIT,
                             &received);
        if (hr == NET_E_TIMEOUT)
            return ISocket_Watch(connection->socket, iface);
        if (FAILED(hr))
            return hr;
        part.size_bytes = received;
        hr = ISocket_Send(connection->socket, &part, 1, NET_NO_WAIT);
        if (FAILED(hr))
            return hr;
    }
}

static const struct INetworkSinkVtbl connection_vtbl = {
    .QueryInterface = connection_QueryInterface,
    .AddRef = connection_AddRef,
    .Release = connection_Release,
    .Ready = connection_Ready,
};

/* The sink of the listener */

static HRESULT acceptor_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

static uint32_t acceptor_AddRef(IAcceptSink *iface)
{
    return com_refs_add(&impl_from_IAcceptSink(iface)->refs);
}

static uint32_t acceptor_Release(IAcceptSink *iface)
{
    struct acceptor *acceptor = impl_from_IAcceptSink(iface);
    uint32_t left = com_refs_release(&acceptor->refs);

    if (left == 0)
        com_free(acceptor);
    return left;
}

static HRESULT acceptor_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct acceptor *acceptor = impl_from_IAcceptSink(iface);
    struct connection *connection = NULL;
    HRESULT hr;

    if (__atomic_add_fetch(&acceptor->connections, 1, __ATOMIC_RELAXED) <= CONNECTIONS_MAX)
        connection = com_alloc(sizeof(*connection));
    if (!connection) {
        __atomic_sub_fetch(&acceptor->connections, 1, __ATOMIC_RELAXED);
        return ISocket_Shutdown(socket);
    }

    connection->INetworkSink_iface.vtbl = &connection_vtbl;
    com_refs_init(&connection->refs);
    connection->acceptor = acceptor;
    connection->socket = socket;
    IAcceptSink_AddRef(iface);
    ISocket_AddRef(socket);
    hr = ISocket_Watch(socket, &connection->INetworkSink_iface);
    INetworkSink_Release(&connection->INetworkSink_iface); /* being watched keeps it */
    return hr;
}

static const struct IAcceptSinkVtbl acceptor_vtbl = {
    .QueryInterface = acceptor_QueryInterface,
    .AddRef = acceptor_AddRef,
    .Release = acceptor_Release,
    .Accepted = acceptor_Accepted,
};

/* The component's object */

static HRESULT echo_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t echo_AddRef(IUnknown *iface)
{
    return com_refs_add(&impl_from_IUnknown(iface)->refs);
}

static uint32_t echo_Release(IUnknown *iface)
{
    struct echo *echo = impl_from_IUnknown(iface);
    uint32_t left = com_refs_release(&echo->refs);

    if (left == 0) {
        if (echo->listener)
            IListener_Release(echo->listener);
        com_free(echo);
    }
    return left;
}

static const struct IUnknownVtbl echo_vtbl = {
    .QueryInterface = echo_QueryInterface,
    .AddRef = echo_AddRef,
    .Release = echo_Release,
};

static HRESULT listen_at(INamespace *ns, const char *endpoint, IListener **out_listener)
{
    COM_SCOPED(INetwork) network = NULL;
    COM_SCOPED(IAcceptSink) sink = NULL;
    struct acceptor *acceptor;
    HRESULT hr;

    hr = com_bind(ns, "network", &IID_INetwork, (void **)&network);
    if (FAILED(hr))
        return hr;
    acceptor = com_alloc(sizeof(*acceptor));
    if (!acceptor)
        return E_OUTOFMEMORY;

    *acceptor = (struct acceptor){.IAcceptSink_iface = {.vtbl = &acceptor_vtbl}, .refs = COM_REFS_INIT};
    sink = &acceptor->IAcceptSink_iface;
    return INetwork_Listen(network, endpoint, sink, out_listener);
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    char endpoint[NET_ENDPOINT_MAX + 1];
    struct echo *echo;
    HRESULT hr;

    *out_object = NULL;
    hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (FAILED(hr))
        return hr;
    hr = IConfig_Get(config, "echo", endpoint, sizeof(endpoint));
    if (hr == NS_E_NOT_FOUND)
        return S_OK; /* nobody asked for an echo */
    if (FAILED(hr))
        return hr;

    echo = com_alloc(sizeof(*echo));
    if (!echo)
        return E_OUTOFMEMORY;
    *echo = (struct echo){.IUnknown_iface = {.vtbl = &echo_vtbl}, .refs = COM_REFS_INIT};
    object = &echo->IUnknown_iface;
    hr = listen_at(ns, endpoint, &echo->listener);
    if (FAILED(hr))
        return hr;

    *out_object = COM_TAKE(object);
    return S_OK;
}
