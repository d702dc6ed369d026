/* A port: the core, the socket below it, and whose thread does the work. */
#include "udp_port.h"
#include <string.h>

/* Packets for the next ones; more are given back. */
#define SPARE_MAX 8
/* Datagrams that are taken in one go: others want the network's thread, too. */
#define AT_ONCE 64
/* So long nobody need look at a port that was left by who received: he comes back in no time, usually. */
#define UNWATCHED_NS (5 * PORT_NS_PER_MS)
/* What is due is seen to by who receives if the network's thread has not done it by then. */
#define LATE_NS (25 * PORT_NS_PER_MS)

/* ---- the host of the core (lock held) ---- */

static struct udp_socket *socket_of(struct udp_connection *connection)
{
    return container_of(connection, struct udp_socket, connection);
}

static void host_send(void *context, const struct net_address *to, const uint8_t *bytes, uint32_t size_bytes)
{
    struct udp_port *port = (struct udp_port *)context;
    struct net_part part = {bytes, size_bytes};

    if (port->datagrams && IDatagramSocket_Send(port->datagrams, &part, 1, to) == NET_E_UNREACHABLE)
        port->refused = true; /* whatever else comes of it is as if it were lost */
}

static struct udp_connection *host_new_connection(void *context)
{
    struct udp_socket *socket = udp__socket_new((struct udp_port *)context);

    return socket ? &socket->connection : NULL;
}

static void host_free_connection(void *context, struct udp_connection *connection)
{
    struct udp_port *port = (struct udp_port *)context;
    struct udp_socket *socket = socket_of(connection);

    socket->in_core = false;
    if (!socket->held || socket->released) {
        socket->next = port->dead;
        port->dead = socket;
    }
}

static struct udp_packet *host_new_packet(void *context)
{
    struct udp_port *port = (struct udp_port *)context;
    struct udp_packet *packet = port->spare;

    if (!packet)
        return (struct udp_packet *)port_alloc(sizeof(*packet));
    port->spare = packet->next;
    port->spare_count--;
    return packet;
}

static void host_free_packet(void *context, struct udp_packet *packet)
{
    struct udp_port *port = (struct udp_port *)context;

    if (port->spare_count == SPARE_MAX) {
        port_free(packet);
        return;
    }
    packet->next = port->spare;
    port->spare = packet;
    port->spare_count++;
}

static void host_changed(void *context, struct udp_connection *connection, uint32_t what)
{
    struct udp_port *port = (struct udp_port *)context;
    struct udp_socket *socket = socket_of(connection), **at;

    if (what & UDP_ACCEPTED) {
        socket->held = true;
        for (at = &port->accepted; *at; at = &(*at)->next)
            ;
        socket->next = NULL;
        *at = socket;
        return;
    }
    udp__socket_changed(socket);
}

static uint32_t host_random(void *context)
{
    uint32_t value;

    (void)context;
    port_random(&value, sizeof(value));
    return value;
}

/* ---- life ---- */

static const struct INetworkSinkVtbl udp_port_vtbl;

static struct udp_port *impl_from_INetworkSink(INetworkSink *iface)
{
    assert(iface->vtbl == &udp_port_vtbl);
    return container_of(iface, struct udp_port, INetworkSink_iface);
}

static HRESULT udp_port_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t udp_port_AddRef(INetworkSink *iface)
{
    return com_refs_add(&impl_from_INetworkSink(iface)->refs);
}

static uint32_t udp_port_Release(INetworkSink *iface)
{
    struct udp_port *port = impl_from_INetworkSink(iface);
    uint32_t left = com_refs_release(&port->refs);
    struct udp_packet *packet;

    if (left)
        return left;
    while ((packet = port->spare) != NULL) {
        port->spare = packet->next;
        port_free(packet);
    }
    port_mutex_destroy(&port->lock);
    port_free(port);
    return 0;
}

void udp__port_release(struct udp_port *port)
{
    (void)udp_port_Release(&port->INetworkSink_iface);
}

/* Nobody needs it any more: lets go of the network below. (once, without the lock) */
static void retire(struct udp_port *port)
{
    struct udp_network *network = port->network;
    IDatagramSocket *datagrams = port->datagrams;
    struct udp_port **at;

    com_ignore(IDatagramSocket_Watch(datagrams, NULL));
    com_ignore(IDatagramSocket_Shutdown(datagrams));
    port_mutex_lock(&port->lock);
    port->datagrams = NULL;
    port_mutex_unlock(&port->lock);
    IDatagramSocket_Release(datagrams);
    port_mutex_lock(&network->lock);
    for (at = &network->ports; *at != port; at = &(*at)->next)
        ;
    *at = port->next;
    network->closed_at = port->address;
    port_condition_wake_all(&network->changed);
    port_mutex_unlock(&network->lock); /* the network may be gone from here on */
    udp__port_release(port);
}

/* ---- the lock, and what is due when it is given ---- */

void udp__port_lock(struct udp_port *port)
{
    port_mutex_lock(&port->lock);
}

/* Nobody is at the other port, says the network. (lock held) */
static void unreachable(struct udp_port *port)
{
    uint32_t place;

    port->refused = false;
    for (place = 0; port->dialled && place < port->endpoint.limits.peers; place++)
        if (port->table[place])
            udp_unreachable(&port->endpoint, port->table[place], port_now_ns());
}

/* When the network's thread must come for what arrives and for what the core has due. (lock held) */
static int64_t next_look(struct udp_port *port)
{
    int64_t wanted_ns = port->endpoint.due_ns, look_ns;

    if (port->wants_watch && !port->pumping && !port->watched)
        port->watched = SUCCEEDED(IDatagramSocket_Watch(port->datagrams, &port->INetworkSink_iface));
    port->wants_watch = false;
    if (port->pumping || port->watched)
        return wanted_ns;
    look_ns = port_now_ns() + UNWATCHED_NS;
    return look_ns < wanted_ns ? look_ns : wanted_ns;
}

/*
 * Has the network's thread come when it must. Nothing is due on a port that has retired, but who watches one
 * of its sockets, or begins to, is still told that it has ended. (lock held)
 */
static void see_to_watching(struct udp_port *port)
{
    int64_t wanted_ns = port->retired ? NET_FOREVER : next_look(port);

    if (port->accepted || port->told)
        wanted_ns = port_now_ns();
    if (wanted_ns < port->timer_ns &&
        SUCCEEDED(INetwork_SetTimer(port->network->base, &port->INetworkSink_iface, wanted_ns)))
        port->timer_ns = wanted_ns;
}

void udp__port_unlock(struct udp_port *port)
{
    struct udp_socket *dead, *next;
    bool is_last;

    if (port->refused)
        unreachable(port);
    if (port->waiting && !port->pumping)
        port_condition_wake_all(&port->waiting->changed); /* the role is free */
    dead = port->dead;
    port->dead = NULL;
    is_last = !port->retired && !port->pumping && !port->listener && !port->endpoint.count && !port->accepted;
    if (is_last) {
        port->retired = true;
        (void)com_refs_add(&port->refs);
        /* Before anybody is told: that may want the timer again. It cannot fail. */
        com_ignore(INetwork_SetTimer(port->network->base, &port->INetworkSink_iface, NET_FOREVER));
        port->timer_ns = NET_FOREVER;
    }
    see_to_watching(port);
    port_mutex_unlock(&port->lock);
    for (; dead; dead = next) {
        next = dead->next;
        udp__socket_free(dead);
    }
    if (is_last) {
        retire(port);
        udp__port_release(port);
    }
}

/* ---- receiving ---- */

static void take(struct udp_port *port, HRESULT hr, const struct net_address *from, uint32_t size_bytes)
{
    if (SUCCEEDED(hr))
        udp_endpoint_receive(&port->endpoint, from, port->buffer, size_bytes, port_now_ns());
    else if (hr == NET_E_UNREACHABLE)
        unreachable(port);
}

void udp__port_drain(struct udp_port *port)
{
    uint32_t left = AT_ONCE;
    HRESULT hr = S_OK;

    while (left-- && (SUCCEEDED(hr) || hr == NET_E_UNREACHABLE) && !port->pumping && !port->retired) {
        struct net_address from;
        uint32_t size_bytes = 0;

        hr = IDatagramSocket_Receive(port->datagrams, port->buffer, sizeof(port->buffer), NET_NO_WAIT, &from,
                                     &size_bytes);
        take(port, hr, &from, size_bytes);
    }
    if (SUCCEEDED(hr))
        port->wants_watch = true; /* there is more */
}

/*
 * Until when who receives may sleep. What is due is the network's thread's, unless that is the one who
 * sleeps, or has been held up.
 */
static int64_t pump_until(const struct udp_port *port, int64_t deadline_ns)
{
    int64_t due_ns = port->endpoint.due_ns;

    if (due_ns != UDP_FOREVER &&
        __atomic_load_n(&port->network->thread, __ATOMIC_RELAXED) != port_thread_slot()) {
        int64_t late_ns = port_now_ns() + LATE_NS;

        due_ns = due_ns < late_ns ? late_ns : due_ns + LATE_NS;
    }
    return due_ns < deadline_ns ? due_ns : deadline_ns;
}

/* Receives for all. (lock held) */
static void pump(struct udp_port *port, struct udp_socket *socket, int64_t deadline_ns)
{
    int64_t until_ns = pump_until(port, deadline_ns);
    struct net_address from;
    uint32_t size_bytes = 0;
    HRESULT hr;

    port->pumping = true;
    if (port->watched) {
        com_ignore(IDatagramSocket_Watch(port->datagrams, NULL)); /* cannot fail */
        port->watched = false;
    }
    port->receiving = socket;
    udp__port_unlock(port); /* a timer may be wanted */
    hr = IDatagramSocket_Receive(port->datagrams, port->buffer, sizeof(port->buffer), until_ns, &from,
                                 &size_bytes);
    udp__port_lock(port);
    port->receiving = NULL;
    take(port, hr, &from, size_bytes);
    if (hr == NET_E_TIMEOUT)
        (void)udp_endpoint_tick(&port->endpoint, port_now_ns());
    port->pumping = false;
}

void udp__port_wait(struct udp_port *port, struct udp_socket *socket, int64_t deadline_ns)
{
    struct udp_socket **at;

    if (!port->pumping && !port->retired) {
        pump(port, socket, deadline_ns);
        return;
    }
    if (!socket->waiting++) {
        socket->next_waiting = port->waiting;
        port->waiting = socket;
    }
    see_to_watching(port);
    (void)port_condition_wait(&socket->changed, &port->lock, deadline_ns); /* the caller looks */
    if (--socket->waiting)
        return;
    for (at = &port->waiting; *at != socket; at = &(*at)->next_waiting)
        ;
    *at = socket->next_waiting;
}

/* ---- the network's thread ---- */

static HRESULT udp_port_Ready(INetworkSink *iface)
{
    struct udp_port *port = impl_from_INetworkSink(iface);
    struct udp_socket *accepted, *told;

    (void)udp_port_AddRef(iface);
    udp__port_lock(port);
    port->timer_ns = NET_FOREVER;
    if (!port->retired) {
        __atomic_store_n(&port->network->thread, port_thread_slot(), __ATOMIC_RELAXED);
        port->watched = false;
        port->wants_watch = true;
        udp__port_drain(port);
        (void)udp_endpoint_tick(&port->endpoint, port_now_ns());
    }
    accepted = port->accepted;
    port->accepted = NULL;
    told = port->told;
    port->told = NULL;
    udp__port_unlock(port);
    udp__accept(port, accepted);
    while (told) {
        struct udp_socket *socket = told;

        told = socket->next;
        udp__socket_ready(socket);
    }
    udp__port_release(port);
    return S_OK;
}

static const struct INetworkSinkVtbl udp_port_vtbl = {
    .QueryInterface = udp_port_QueryInterface,
    .AddRef = udp_port_AddRef,
    .Release = udp_port_Release,
    .Ready = udp_port_Ready,
};

/* ---- making and ending ---- */

void udp__port_abandon(struct udp_port *port)
{
    udp__port_lock(port);
    udp_endpoint_end(&port->endpoint);
    udp__port_unlock(port);
}

HRESULT udp__port_open(struct udp_network *network, const struct net_address *local,
                       const struct net_address *peer, struct udp_port **out_port)
{
    const struct udp_limits limits = {.window = PORT_UDP_WINDOW,
                                      .queue = PORT_UDP_QUEUE,
                                      .peers = peer ? 1 : PORT_UDP_PEERS,
                                      .half_open = PORT_UDP_PEERS / 4};
    struct udp_port *port =
        (struct udp_port *)port_alloc(sizeof(*port) + limits.peers * sizeof(struct udp_connection *));
    const struct udp_host host = {
        .context = port,
        .send = host_send,
        .new_connection = host_new_connection,
        .new_packet = host_new_packet,
        .free_connection = host_free_connection,
        .free_packet = host_free_packet,
        .changed = host_changed,
        .random = host_random,
    };
    HRESULT hr;

    if (!port)
        return E_OUTOFMEMORY;
    memset(port, 0, sizeof(*port));
    if (!port_mutex_init(&port->lock)) {
        port_free(port);
        return E_OUTOFMEMORY;
    }
    hr = IDatagramNetwork_Open(network->datagrams, local, peer, &port->datagrams);
    if (SUCCEEDED(hr))
        hr = IDatagramSocket_GetAddress(port->datagrams, &port->address);
    if (FAILED(hr)) {
        if (port->datagrams)
            IDatagramSocket_Release(port->datagrams);
        port_mutex_destroy(&port->lock);
        port_free(port);
        return hr;
    }
    port->INetworkSink_iface.vtbl = &udp_port_vtbl;
    com_refs_init(&port->refs);
    (void)com_refs_add(&port->refs); /* the list's */
    port->network = network;
    port->dialled = peer != NULL;
    port->timer_ns = NET_FOREVER;
    udp_endpoint_init(&port->endpoint, &host, &limits, port->table);
    port_mutex_lock(&network->lock);
    port->next = network->ports;
    network->ports = port;
    port_mutex_unlock(&network->lock);
    *out_port = port;
    return S_OK;
}
