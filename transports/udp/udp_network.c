/* INetwork of streams over datagrams. */
#include "udp_port.h"
#include <string.h>

/* How long the last Release waits for what was sent. */
#define LINGER_NS (1000 * PORT_NS_PER_MS)

static const struct INetworkVtbl udp_network_vtbl;

static struct udp_network *impl_from_INetwork(INetwork *iface)
{
    assert(iface->vtbl == &udp_network_vtbl);
    return container_of(iface, struct udp_network, INetwork_iface);
}

static HRESULT udp_network_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetwork, iid, out_object);
}

static uint32_t udp_network_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

/* Waits for the ports to go by themselves, then makes them. */
static void end_ports(struct udp_network *network)
{
    int64_t give_up_ns = port_now_ns() + LINGER_NS;

    port_mutex_lock(&network->lock);
    while (network->ports && port_condition_wait(&network->changed, &network->lock, give_up_ns))
        ;
    while (network->ports) {
        struct udp_port *port = network->ports;

        (void)com_refs_add(&port->refs);
        port_mutex_unlock(&network->lock);
        udp__port_abandon(port);
        udp__port_release(port);
        port_mutex_lock(&network->lock);
        if (network->ports == port) /* somebody else takes it out */
            (void)port_condition_wait(&network->changed, &network->lock, port_now_ns() + PORT_NS_PER_MS);
    }
    port_mutex_unlock(&network->lock);
}

static void free_network(void *argument)
{
    struct udp_network *network = (struct udp_network *)argument;

    end_ports(network);
    port_condition_destroy(&network->changed);
    port_mutex_destroy(&network->lock);
    IDatagramNetwork_Release(network->datagrams);
    INetwork_Release(network->base);
    port_free(network);
}

static uint32_t udp_network_Release(INetwork *iface)
{
    struct udp_network *network = impl_from_INetwork(iface);
    uint32_t left = com_refs_release(&network->refs);

    if (left)
        return left;
    /* The network's own thread is needed for what it would wait for. */
    if (__atomic_load_n(&network->thread, __ATOMIC_RELAXED) != port_thread_slot())
        free_network(network);
    else if (!port_thread_start("udp-end", free_network, network))
        port_panic("no thread to end the network");
    return 0;
}

/* ---- connecting ---- */

static const char *explain(const struct udp_socket *socket)
{
    switch (socket->connection.reason) {
    case UDP_REFUSED:
        return "nobody listens there, or he has no room";
    case UDP_OTHER_VERSION:
        return "he speaks another version";
    case UDP_NONSENSE:
        return "what answers makes no sense";
    default:
        return "no answer";
    }
}

/* Waits for the peer. (port->lock held) */
static HRESULT await(struct udp_port *port, struct udp_socket *socket, int64_t deadline_ns)
{
    while (socket->connection.state < UDP_RUNNING && port_now_ns() < deadline_ns)
        udp__port_wait(port, socket, deadline_ns);
    return socket->connection.state >= UDP_RUNNING && socket->connection.state != UDP_DEAD
               ? S_OK
               : NET_E_UNREACHABLE;
}

/* @retval NULL out of memory */
static struct udp_socket *call(struct udp_port *port, const struct net_address *peer)
{
    struct udp_connection *connection = udp_call(&port->endpoint, peer, port_now_ns());
    struct udp_socket *socket = connection ? container_of(connection, struct udp_socket, connection) : NULL;

    if (socket) {
        socket->held = true;
        udp__socket_give(socket);
    }
    return socket;
}

static HRESULT udp_network_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns,
                                   ISocket **out_socket)
{
    static const struct net_address anywhere = {0, 0};
    struct udp_network *network = impl_from_INetwork(iface);
    struct udp_socket *socket;
    struct net_address peer;
    struct udp_port *port;
    const char *why = "";
    HRESULT hr = udp__parse(endpoint, &peer);

    *out_socket = NULL;
    if (FAILED(hr))
        return hr;
    hr = udp__port_open(network, &anywhere, &peer, &port);
    if (FAILED(hr))
        return hr == E_OUTOFMEMORY ? hr : com_fail(NET_E_UNREACHABLE, endpoint, NULL);
    udp__port_lock(port);
    socket = call(port, &peer);
    hr = socket ? await(port, socket, deadline_ns) : E_OUTOFMEMORY;
    if (hr == NET_E_UNREACHABLE)
        why = explain(socket);
    udp__port_unlock(port);
    udp__port_release(port);
    if (FAILED(hr)) {
        if (socket)
            ISocket_Release(&socket->ISocket_iface);
        return com_fail(hr, endpoint, ": ", why, NULL);
    }
    *out_socket = &socket->ISocket_iface;
    return S_OK;
}

static HRESULT udp_network_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                                  IListener **out_listener)
{
    return udp__listen(impl_from_INetwork(iface), endpoint, sink, out_listener);
}

static HRESULT udp_network_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    return INetwork_SetTimer(impl_from_INetwork(iface)->base, sink, deadline_ns);
}

static const struct INetworkVtbl udp_network_vtbl = {
    .QueryInterface = udp_network_QueryInterface,
    .AddRef = udp_network_AddRef,
    .Release = udp_network_Release,
    .Connect = udp_network_Connect,
    .Listen = udp_network_Listen,
    .SetTimer = udp_network_SetTimer,
};

HRESULT udp_network_create(INetwork *network, INetwork **out_network)
{
    IDatagramNetwork *datagrams;
    struct udp_network *created;
    HRESULT hr = INetwork_QueryInterface(network, &IID_IDatagramNetwork, (void **)&datagrams);

    *out_network = NULL;
    if (FAILED(hr))
        return hr;
    created = (struct udp_network *)port_alloc(sizeof(*created));
    if (created)
        memset(created, 0, sizeof(*created));
    if (!created || !port_mutex_init(&created->lock) || !port_condition_init(&created->changed)) {
        port_free(created);
        IDatagramNetwork_Release(datagrams);
        return E_OUTOFMEMORY;
    }
    created->INetwork_iface.vtbl = &udp_network_vtbl;
    com_refs_init(&created->refs);
    created->base = network;
    INetwork_AddRef(network);
    created->datagrams = datagrams;
    *out_network = &created->INetwork_iface;
    return S_OK;
}
