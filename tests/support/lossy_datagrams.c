#include "lossy_datagrams.h"
#include <loopback/loopback.h>
#include <net/datagram.idl.h>
#include <port.h>
#include <string.h>

enum { QUEUE_MAX = 64, DATAGRAM_MAX = 1500, HUNDRED = 100 };

struct lossy_network {
    INetwork INetwork_iface;
    IDatagramNetwork IDatagramNetwork_iface;
    struct com_refs refs;
    struct lossy_options options;
    INetwork *timers;
    struct port_mutex lock;
    struct lossy_socket *sockets; /* (lock) that are open */
    uint32_t random;              /* (lock) */
    uint32_t next_port;           /* (lock) */
};

struct datagram {
    struct net_address from;
    uint32_t size_bytes;
    uint8_t bytes[DATAGRAM_MAX];
};

struct lossy_socket {
    IDatagramSocket IDatagramSocket_iface;
    INetworkSink INetworkSink_iface; /* tells the watcher on the network's thread */
    struct com_refs refs;
    struct lossy_network *network;    /* constant, one reference */
    struct lossy_socket *next;        /* (network->lock) */
    struct net_address address, peer; /* constant; peer port 0: none */
    struct port_condition readable;
    struct datagram *queue[QUEUE_MAX]; /* (network->lock) */
    uint32_t count;                    /* (network->lock) */
    INetworkSink *watcher;             /* (network->lock) one reference */
    bool interrupted, refused, ended;  /* (network->lock) */
};

/* ---- the way ---- */

static bool chance(struct lossy_network *network, uint32_t share)
{
    network->random = network->random * 1664525u + 1013904223u;
    return (network->random >> 16) % HUNDRED < share;
}

static bool has_something(const struct lossy_socket *socket)
{
    return socket->count || socket->refused || socket->ended;
}

/* (lock held) */
static void wake(struct lossy_socket *socket)
{
    port_condition_wake_all(&socket->readable);
    if (socket->watcher && has_something(socket))
        com_ignore(INetwork_SetTimer(socket->network->timers, &socket->INetworkSink_iface, port_now_ns()));
}

static struct lossy_socket *find(struct lossy_network *network, const struct net_address *to)
{
    struct lossy_socket *socket = network->sockets;

    while (socket && socket->address.port != to->port)
        socket = socket->next;
    return socket;
}

/* (lock held) */
static void deliver(struct lossy_socket *from, struct lossy_socket *to, const struct net_part *parts,
                    uint32_t part_count)
{
    struct datagram *datagram = to->count < QUEUE_MAX ? port_alloc(sizeof(*datagram)) : NULL;
    uint32_t i, at = to->count;

    if (!datagram)
        return;
    datagram->from = from->address;
    datagram->size_bytes = 0;
    for (i = 0; i < part_count; i++) {
        memcpy(datagram->bytes + datagram->size_bytes, parts[i].data, parts[i].size_bytes);
        datagram->size_bytes += parts[i].size_bytes;
    }
    if (at && chance(to->network, to->network->options.reorder)) {
        to->queue[at] = to->queue[at - 1];
        at--;
    }
    to->queue[at] = datagram;
    to->count++;
    wake(to);
}

/* ---- IDatagramSocket ---- */

static const struct IDatagramSocketVtbl lossy_socket_vtbl;

static struct lossy_socket *impl_from_IDatagramSocket(IDatagramSocket *iface)
{
    assert(iface->vtbl == &lossy_socket_vtbl);
    return container_of(iface, struct lossy_socket, IDatagramSocket_iface);
}

static HRESULT lossy_socket_QueryInterface(IDatagramSocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDatagramSocket, iid, out_object);
}

static uint32_t lossy_socket_AddRef(IDatagramSocket *iface)
{
    return com_refs_add(&impl_from_IDatagramSocket(iface)->refs);
}

/* (lock held) */
static void close_socket(struct lossy_socket *socket)
{
    struct lossy_socket **at = &socket->network->sockets;

    while (*at && *at != socket)
        at = &(*at)->next;
    if (*at)
        *at = socket->next;
    socket->ended = true;
    while (socket->count)
        port_free(socket->queue[--socket->count]);
}

static uint32_t lossy_socket_Release(IDatagramSocket *iface)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface);
    uint32_t left = com_refs_release(&socket->refs);

    if (left)
        return left;
    port_mutex_lock(&socket->network->lock);
    close_socket(socket);
    port_mutex_unlock(&socket->network->lock);
    if (socket->watcher)
        INetworkSink_Release(socket->watcher);
    INetwork_Release(&socket->network->INetwork_iface);
    port_condition_destroy(&socket->readable);
    port_free(socket);
    return 0;
}

static HRESULT lossy_socket_Send(IDatagramSocket *iface, const struct net_part *parts, uint32_t part_count,
                                 const struct net_address *to)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface), *other;
    struct lossy_network *network = socket->network;

    port_mutex_lock(&network->lock);
    other = find(network, socket->peer.port ? &socket->peer : to);
    if (!other) {
        socket->refused = socket->peer.port != 0;
        wake(socket);
    } else if (!chance(network, network->options.loss)) {
        deliver(socket, other, parts, part_count);
        if (chance(network, network->options.duplicate))
            deliver(socket, other, parts, part_count);
    }
    port_mutex_unlock(&network->lock);
    return S_OK;
}

/* The oldest that waits. (lock held) */
static struct datagram *take(struct lossy_socket *socket)
{
    struct datagram *oldest = socket->queue[0];

    memmove(socket->queue, socket->queue + 1, --socket->count * sizeof(socket->queue[0]));
    return oldest;
}

static HRESULT lossy_socket_Receive(IDatagramSocket *iface, void *buffer, uint32_t capacity,
                                    int64_t deadline_ns, struct net_address *out_from, uint32_t *out_received)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface);
    bool in_time = deadline_ns != NET_NO_WAIT;
    struct datagram *datagram = NULL;
    HRESULT hr = S_OK;

    port_mutex_lock(&socket->network->lock);
    while (!has_something(socket) && in_time && !socket->interrupted)
        in_time = port_condition_wait(&socket->readable, &socket->network->lock, deadline_ns);
    socket->interrupted = false;
    if (socket->ended)
        hr = NET_E_CLOSED;
    else if (socket->count)
        datagram = take(socket);
    else
        hr = socket->refused ? NET_E_UNREACHABLE : NET_E_TIMEOUT;
    if (hr == NET_E_UNREACHABLE)
        socket->refused = false;
    port_mutex_unlock(&socket->network->lock);
    if (datagram) {
        *out_from = datagram->from;
        *out_received = datagram->size_bytes < capacity ? datagram->size_bytes : capacity;
        memcpy(buffer, datagram->bytes, *out_received);
        port_free(datagram);
    }
    return hr;
}

static HRESULT lossy_socket_Watch(IDatagramSocket *iface, INetworkSink *sink)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface);
    INetworkSink *before;

    if (sink)
        INetworkSink_AddRef(sink);
    port_mutex_lock(&socket->network->lock);
    before = socket->watcher;
    socket->watcher = sink;
    wake(socket);
    port_mutex_unlock(&socket->network->lock);
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT lossy_socket_Interrupt(IDatagramSocket *iface)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface);

    port_mutex_lock(&socket->network->lock);
    socket->interrupted = true;
    port_condition_wake_all(&socket->readable);
    port_mutex_unlock(&socket->network->lock);
    return S_OK;
}

static HRESULT lossy_socket_GetAddress(IDatagramSocket *iface, struct net_address *out_address)
{
    *out_address = impl_from_IDatagramSocket(iface)->address;
    return S_OK;
}

static HRESULT lossy_socket_Shutdown(IDatagramSocket *iface)
{
    struct lossy_socket *socket = impl_from_IDatagramSocket(iface);

    port_mutex_lock(&socket->network->lock);
    close_socket(socket);
    wake(socket);
    port_mutex_unlock(&socket->network->lock);
    return S_OK;
}

static const struct IDatagramSocketVtbl lossy_socket_vtbl = {
    .QueryInterface = lossy_socket_QueryInterface,
    .AddRef = lossy_socket_AddRef,
    .Release = lossy_socket_Release,
    .Send = lossy_socket_Send,
    .Receive = lossy_socket_Receive,
    .Watch = lossy_socket_Watch,
    .Interrupt = lossy_socket_Interrupt,
    .GetAddress = lossy_socket_GetAddress,
    .Shutdown = lossy_socket_Shutdown,
};

/* ---- telling ---- */

static struct lossy_socket *impl_from_INetworkSink(INetworkSink *iface)
{
    return container_of(iface, struct lossy_socket, INetworkSink_iface);
}

static HRESULT teller_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t teller_AddRef(INetworkSink *iface)
{
    return lossy_socket_AddRef(&impl_from_INetworkSink(iface)->IDatagramSocket_iface);
}

static uint32_t teller_Release(INetworkSink *iface)
{
    return lossy_socket_Release(&impl_from_INetworkSink(iface)->IDatagramSocket_iface);
}

static HRESULT teller_Ready(INetworkSink *iface)
{
    struct lossy_socket *socket = impl_from_INetworkSink(iface);
    INetworkSink *watcher;

    port_mutex_lock(&socket->network->lock);
    watcher = socket->watcher;
    socket->watcher = NULL;
    port_mutex_unlock(&socket->network->lock);
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    return S_OK;
}

static const struct INetworkSinkVtbl teller_vtbl = {
    .QueryInterface = teller_QueryInterface,
    .AddRef = teller_AddRef,
    .Release = teller_Release,
    .Ready = teller_Ready,
};

/* ---- INetwork and IDatagramNetwork ---- */

static struct lossy_network *impl_from_INetwork(INetwork *iface)
{
    return container_of(iface, struct lossy_network, INetwork_iface);
}

static struct lossy_network *impl_from_IDatagramNetwork(IDatagramNetwork *iface)
{
    return container_of(iface, struct lossy_network, IDatagramNetwork_iface);
}

static HRESULT lossy_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_INetwork, offsetof(struct lossy_network, INetwork_iface)},
        {&IID_IDatagramNetwork, offsetof(struct lossy_network, IDatagramNetwork_iface)},
    };

    return com_query_table(impl_from_INetwork(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t lossy_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

static uint32_t lossy_Release(INetwork *iface)
{
    struct lossy_network *network = impl_from_INetwork(iface);
    uint32_t left = com_refs_release(&network->refs);

    if (left)
        return left;
    INetwork_Release(network->timers);
    port_mutex_destroy(&network->lock);
    port_free(network);
    return 0;
}

static HRESULT lossy_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns, ISocket **out_socket)
{
    (void)iface;
    (void)deadline_ns;
    *out_socket = NULL;
    return com_fail(NET_E_BAD_ENDPOINT, "only datagrams here: ", endpoint, NULL);
}

static HRESULT lossy_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                            IListener **out_listener)
{
    (void)iface;
    (void)sink;
    *out_listener = NULL;
    return com_fail(NET_E_BAD_ENDPOINT, "only datagrams here: ", endpoint, NULL);
}

static HRESULT lossy_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    return INetwork_SetTimer(impl_from_INetwork(iface)->timers, sink, deadline_ns);
}

static const struct INetworkVtbl lossy_network_vtbl = {
    .QueryInterface = lossy_QueryInterface,
    .AddRef = lossy_AddRef,
    .Release = lossy_Release,
    .Connect = lossy_Connect,
    .Listen = lossy_Listen,
    .SetTimer = lossy_SetTimer,
};

static HRESULT datagrams_QueryInterface(IDatagramNetwork *iface, const IID *iid, void **out_object)
{
    return lossy_QueryInterface(&impl_from_IDatagramNetwork(iface)->INetwork_iface, iid, out_object);
}

static uint32_t datagrams_AddRef(IDatagramNetwork *iface)
{
    return lossy_AddRef(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static uint32_t datagrams_Release(IDatagramNetwork *iface)
{
    return lossy_Release(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static HRESULT datagrams_Open(IDatagramNetwork *iface, const struct net_address *local,
                              const struct net_address *peer, IDatagramSocket **out_socket)
{
    struct lossy_network *network = impl_from_IDatagramNetwork(iface);
    struct lossy_socket *socket = port_alloc(sizeof(*socket));
    bool taken;

    *out_socket = NULL;
    if (!socket)
        return E_OUTOFMEMORY;
    memset(socket, 0, sizeof(*socket));
    if (!port_condition_init(&socket->readable)) {
        port_free(socket);
        return E_OUTOFMEMORY;
    }
    socket->IDatagramSocket_iface.vtbl = &lossy_socket_vtbl;
    socket->INetworkSink_iface.vtbl = &teller_vtbl;
    com_refs_init(&socket->refs);
    socket->network = network;
    if (peer)
        socket->peer = *peer;
    port_mutex_lock(&network->lock);
    socket->address = (struct net_address){.host = 0x7F000001, .port = local->port};
    if (!local->port)
        socket->address.port = network->next_port++;
    taken = find(network, &socket->address) != NULL;
    if (!taken) {
        socket->next = network->sockets;
        network->sockets = socket;
    }
    port_mutex_unlock(&network->lock);
    if (taken) {
        port_condition_destroy(&socket->readable);
        port_free(socket);
        return NET_E_ADDRESS_IN_USE;
    }
    INetwork_AddRef(&network->INetwork_iface);
    *out_socket = &socket->IDatagramSocket_iface;
    return S_OK;
}

static const struct IDatagramNetworkVtbl lossy_datagrams_vtbl = {
    .QueryInterface = datagrams_QueryInterface,
    .AddRef = datagrams_AddRef,
    .Release = datagrams_Release,
    .Open = datagrams_Open,
};

HRESULT lossy_datagrams_create(const struct lossy_options *options, INetwork **out_network)
{
    struct lossy_network *network = port_alloc(sizeof(*network));
    HRESULT hr;

    *out_network = NULL;
    if (!network)
        return E_OUTOFMEMORY;
    memset(network, 0, sizeof(*network));
    hr = loopback_network_create(&network->timers);
    if (FAILED(hr) || !port_mutex_init(&network->lock)) {
        port_free(network);
        return FAILED(hr) ? hr : E_OUTOFMEMORY;
    }
    network->INetwork_iface.vtbl = &lossy_network_vtbl;
    network->IDatagramNetwork_iface.vtbl = &lossy_datagrams_vtbl;
    com_refs_init(&network->refs);
    network->options = *options;
    network->random = options->seed;
    network->next_port = 40000;
    *out_network = &network->INetwork_iface;
    return S_OK;
}
