/*
 * Datagrams between machines, for the transport udp: they get lost, come twice, too late or changed. A
 * machine has the address 10.0.0.(1 + its number).
 */
#include "network_internal.h"
#include <net/datagram.idl.h>
#include <stdlib.h>
#include <string.h>

enum { WAITING_MAX = 64, FIRST_FREE_PORT = 40000, ADDRESS = 0x0A000001 };

/* On its way, or waiting to be received; outside of all machines. */
struct datagram {
    struct sim_event event; /* its arrival */
    struct datagram *next;  /* in the socket */
    struct datagram *next_of_all;
    struct net_address from, to;
    uint32_t size_bytes;
    uint8_t data[];
};

struct datagram_socket {
    IDatagramSocket IDatagramSocket_iface;
    struct com_refs refs;
    struct task ready;                /* `sink` is told */
    struct datagram_socket *next;     /* of the host */
    struct network_host *network;     /* one reference */
    struct net_address address, peer; /* peer.port 0: none */
    struct datagram *arrived;
    struct datagram **arrived_end;
    uint32_t waiting;
    INetworkSink *sink; /* one reference; NULL: not watched */
    struct port_condition readable;
    bool interrupted, refused, ended;
};

static const struct IDatagramSocketVtbl socket_vtbl;

static struct datagram_socket *impl_from_IDatagramSocket(IDatagramSocket *iface)
{
    assert(iface->vtbl == &socket_vtbl);
    return container_of(iface, struct datagram_socket, IDatagramSocket_iface);
}

void network__forget_datagrams(void)
{
    struct datagram *datagram, *next;

    for (datagram = network_state.datagrams; datagram; datagram = next) {
        next = datagram->next_of_all;
        free(datagram);
    }
    network_state.datagrams = NULL;
}

/* ---- the way ---- */

static struct host *host_of(const struct net_address *address)
{
    uint32_t number = address->host - ADDRESS;

    return number < HOSTS_MAX && network_state.hosts[number].name ? &network_state.hosts[number] : NULL;
}

/* The socket that gets what comes from there. */
static struct datagram_socket *find_socket(const struct host *host, uint32_t port,
                                           const struct net_address *from)
{
    struct datagram_socket *socket = host && host->network ? host->sockets : NULL;

    while (socket &&
           (socket->address.port != port ||
            (socket->peer.port && (socket->peer.host != from->host || socket->peer.port != from->port))))
        socket = socket->next;
    return socket;
}

static bool has_something(const struct datagram_socket *socket)
{
    return socket->arrived || socket->refused || socket->ended;
}

static void notify(struct datagram_socket *socket)
{
    port_condition_wake_all(&socket->readable);
    if (!socket->sink || socket->ready.queued || !has_something(socket))
        return;
    (void)com_refs_add(&socket->refs); /* the task's */
    network__post(socket->network, &socket->ready);
}

/* Nobody has that port: whoever has his for that peer only may hear of it. */
static void refuse(const struct datagram *datagram)
{
    struct datagram_socket *socket =
        find_socket(host_of(&datagram->from), datagram->from.port, &datagram->to);

    if (!socket || !socket->peer.port || draw_one_in(&network_state.draw, 2))
        return;
    socket->refused = true;
    notify(socket);
}

static void arrive(struct sim_event *event)
{
    struct datagram *datagram = container_of(event, struct datagram, event);
    const struct host *to = host_of(&datagram->to);
    struct datagram_socket *socket = find_socket(to, datagram->to.port, &datagram->from);

    if (!to || !to->network)
        return; /* the machine is off */
    if (!socket) {
        refuse(datagram);
        return;
    }
    if (socket->waiting == WAITING_MAX || socket->ended)
        return;
    datagram->next = NULL;
    *socket->arrived_end = datagram;
    socket->arrived_end = &datagram->next;
    socket->waiting++;
    notify(socket);
}

static bool chance(uint32_t of_a_hundred)
{
    return draw_below(&network_state.draw, 100) < of_a_hundred;
}

static void launch(const struct datagram_socket *socket, const struct net_address *to,
                   const struct net_part *parts, uint32_t part_count)
{
    const struct network_options *options = &network_state.options;
    uint32_t size_bytes = 0, i;
    struct datagram *datagram;

    for (i = 0; i < part_count; i++)
        size_bytes += parts[i].size_bytes;
    datagram = (struct datagram *)malloc(sizeof(*datagram) + size_bytes);
    if (!datagram)
        port_panic("no memory for a datagram");
    memset(datagram, 0, sizeof(*datagram));
    for (i = 0; i < part_count; i++) {
        memcpy(datagram->data + datagram->size_bytes, parts[i].data, parts[i].size_bytes);
        datagram->size_bytes += parts[i].size_bytes;
    }
    datagram->from = socket->address;
    datagram->to = *to;
    datagram->event.at_ns = network__arrival_ns(socket->network->host, host_of(to));
    if (chance(options->reorder))
        datagram->event.at_ns += draw_ns(&network_state.draw, 4 * (options->delay_ns + options->jitter_ns));
    datagram->event.run = arrive;
    datagram->next_of_all = network_state.datagrams;
    network_state.datagrams = datagram;
    if (size_bytes && draw_one_in(&network_state.draw, options->corrupt_one_in)) {
        datagram->data[draw_below(&network_state.draw, size_bytes)] ^=
            (uint8_t)draw_between(&network_state.draw, 1, 255); /* the checksum finds it */
        network_counters.corrupted++;
    }
    sim_event_schedule(&datagram->event);
    sim_mix(size_bytes);
    network_counters.frames++;
}

/* Whether a machine does not hear another now: of datagrams nothing is kept until it does. */
static bool is_deaf(const struct host *from, const struct host *to)
{
    return to && to->held_until_ns[from - network_state.hosts] > sim_now_ns();
}

/* ---- IDatagramSocket ---- */

static HRESULT socket_QueryInterface(IDatagramSocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDatagramSocket, iid, out_object);
}

static uint32_t socket_AddRef(IDatagramSocket *iface)
{
    return com_refs_add(&impl_from_IDatagramSocket(iface)->refs);
}

static HRESULT socket_Shutdown(IDatagramSocket *iface)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);

    socket->ended = true;
    notify(socket);
    return S_OK;
}

static uint32_t socket_Release(IDatagramSocket *iface)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);
    struct datagram_socket **at = &socket->network->host->sockets;
    uint32_t left = com_refs_release(&socket->refs);

    if (left)
        return left;
    while (*at && *at != socket)
        at = &(*at)->next;
    if (*at)
        *at = socket->next;
    if (socket->sink)
        INetworkSink_Release(socket->sink);
    network__release(socket->network);
    port_free(socket);
    return 0;
}

static HRESULT socket_Send(IDatagramSocket *iface, const struct net_part *parts, uint32_t part_count,
                           const struct net_address *to)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);
    const struct network_options *options = &network_state.options;

    sim_yield();
    if (socket->ended)
        return NET_E_CLOSED;
    if (socket->peer.port)
        to = &socket->peer;
    if (chance(options->loss) || is_deaf(socket->network->host, host_of(to)))
        return S_OK;
    launch(socket, to, parts, part_count);
    if (chance(options->duplicate))
        launch(socket, to, parts, part_count);
    return S_OK;
}

static HRESULT socket_Receive(IDatagramSocket *iface, void *buffer, uint32_t capacity, int64_t deadline_ns,
                              struct net_address *out_from, uint32_t *out_received)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);
    bool in_time = deadline_ns != NET_NO_WAIT;
    struct datagram *datagram;

    sim_yield();
    while (!has_something(socket) && in_time && !socket->interrupted)
        in_time = sim_wait(&socket->readable, deadline_ns);
    socket->interrupted = false;
    if (socket->ended)
        return NET_E_CLOSED;
    datagram = socket->arrived;
    if (!datagram && socket->refused) {
        socket->refused = false;
        return NET_E_UNREACHABLE;
    }
    if (!datagram)
        return NET_E_TIMEOUT;
    socket->arrived = datagram->next;
    if (!socket->arrived)
        socket->arrived_end = &socket->arrived;
    socket->waiting--;
    *out_from = datagram->from;
    *out_received = datagram->size_bytes < capacity ? datagram->size_bytes : capacity;
    memcpy(buffer, datagram->data, *out_received);
    return S_OK;
}

static HRESULT socket_Watch(IDatagramSocket *iface, INetworkSink *sink)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);
    INetworkSink *before = socket->sink;

    if (sink)
        INetworkSink_AddRef(sink);
    socket->sink = sink;
    notify(socket);
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT socket_Interrupt(IDatagramSocket *iface)
{
    struct datagram_socket *socket = impl_from_IDatagramSocket(iface);

    socket->interrupted = true;
    port_condition_wake_all(&socket->readable);
    return S_OK;
}

static HRESULT socket_GetAddress(IDatagramSocket *iface, struct net_address *out_address)
{
    *out_address = impl_from_IDatagramSocket(iface)->address;
    return S_OK;
}

static const struct IDatagramSocketVtbl socket_vtbl = {
    .QueryInterface = socket_QueryInterface,
    .AddRef = socket_AddRef,
    .Release = socket_Release,
    .Send = socket_Send,
    .Receive = socket_Receive,
    .Watch = socket_Watch,
    .Interrupt = socket_Interrupt,
    .GetAddress = socket_GetAddress,
    .Shutdown = socket_Shutdown,
};

/* On the network's thread of the machine. */
static void run_ready(struct task *task)
{
    struct datagram_socket *socket = container_of(task, struct datagram_socket, ready);
    INetworkSink *sink = socket->sink;

    socket->sink = NULL; /* once */
    if (sink) {
        com_ignore(INetworkSink_Ready(sink)); /* by contract */
        INetworkSink_Release(sink);
    }
    socket_Release(&socket->IDatagramSocket_iface);
}

/* ---- IDatagramNetwork ---- */

static struct network_host *impl_from_IDatagramNetwork(IDatagramNetwork *iface)
{
    return container_of(iface, struct network_host, IDatagramNetwork_iface);
}

static HRESULT datagrams_QueryInterface(IDatagramNetwork *iface, const IID *iid, void **out_object)
{
    return INetwork_QueryInterface(&impl_from_IDatagramNetwork(iface)->INetwork_iface, iid, out_object);
}

static uint32_t datagrams_AddRef(IDatagramNetwork *iface)
{
    return INetwork_AddRef(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static uint32_t datagrams_Release(IDatagramNetwork *iface)
{
    return INetwork_Release(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static bool is_taken(const struct host *host, uint32_t port)
{
    const struct datagram_socket *socket = host->sockets;

    while (socket && socket->address.port != port)
        socket = socket->next;
    return socket != NULL;
}

static HRESULT datagrams_Open(IDatagramNetwork *iface, const struct net_address *local,
                              const struct net_address *peer, IDatagramSocket **out_socket)
{
    struct network_host *network = impl_from_IDatagramNetwork(iface);
    struct host *host = network->host;
    struct datagram_socket *socket;

    *out_socket = NULL;
    if (local->port && is_taken(host, local->port))
        return NET_E_ADDRESS_IN_USE;
    socket = (struct datagram_socket *)port_alloc(sizeof(*socket));
    if (!socket)
        return E_OUTOFMEMORY;
    memset(socket, 0, sizeof(*socket));
    socket->IDatagramSocket_iface.vtbl = &socket_vtbl;
    com_refs_init(&socket->refs);
    socket->ready.run = run_ready;
    socket->network = network;
    network__addref(network);
    socket->arrived_end = &socket->arrived;
    if (peer)
        socket->peer = *peer;
    socket->address = (struct net_address){ADDRESS + (uint32_t)(host - network_state.hosts), local->port};
    if (!local->port) /* never the same twice, so that what is late finds nobody */
        socket->address.port = FIRST_FREE_PORT + host->last_port++;
    socket->next = host->sockets;
    host->sockets = socket;
    *out_socket = &socket->IDatagramSocket_iface;
    return S_OK;
}

const struct IDatagramNetworkVtbl network__datagrams_vtbl = {
    .QueryInterface = datagrams_QueryInterface,
    .AddRef = datagrams_AddRef,
    .Release = datagrams_Release,
    .Open = datagrams_Open,
};
