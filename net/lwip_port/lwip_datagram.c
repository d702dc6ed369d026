/* IDatagramSocket on a raw pcb of lwIP. */
#include "lwip_internal.h"
#include <lwip/udp.h>
#include "lwip_hooks.h"
#include <string.h>

/* Datagrams that wait to be received; more are lost. */
#define QUEUE_MAX 16u

struct lwip_datagram {
    struct pbuf *data;
    struct net_address from;
};

struct lwip_datagram_socket {
    IDatagramSocket IDatagramSocket_iface;
    struct com_refs refs;
    struct lwip_event ready;
    struct port_condition readable;        /* something came, or the end, or Interrupt */
    struct udp_pcb *pcb;                   /* (lock) NULL: Shutdown was called */
    struct lwip_datagram queue[QUEUE_MAX]; /* (lock) */
    uint32_t first, count;                 /* (lock) of the queue */
    INetworkSink *watcher;                 /* (lock) one reference */
    bool connected;                        /* constant */
    bool interrupted;                      /* (lock) */
    bool refused;                          /* (lock) the peer says that nobody is at its port */
};

static const struct IDatagramSocketVtbl lwip_datagram_vtbl;

static struct lwip_datagram_socket *impl_from_IDatagramSocket(IDatagramSocket *iface)
{
    assert(iface->vtbl == &lwip_datagram_vtbl);
    return container_of(iface, struct lwip_datagram_socket, IDatagramSocket_iface);
}

/* (lock held) */
static void wake_reader(struct lwip_datagram_socket *socket)
{
    port_condition_wake_all(&socket->readable);
    if (socket->watcher && !socket->ready.queued) {
        (void)com_refs_add(&socket->refs); /* the event's */
        lwip__post(&socket->ready);
    }
}

static void on_datagram(void *argument, struct udp_pcb *pcb, struct pbuf *data, const ip_addr_t *address,
                        u16_t port)
{
    struct lwip_datagram_socket *socket = (struct lwip_datagram_socket *)argument;
    struct lwip_datagram *last;

    (void)pcb;
    if (socket->count == QUEUE_MAX) {
        (void)pbuf_free(data);
        return;
    }
    last = &socket->queue[(socket->first + socket->count++) % QUEUE_MAX];
    last->data = data;
    last->from.host = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(address)));
    last->from.port = port;
    wake_reader(socket);
}

/* Where things are in the packet that says that nobody is at a port: IP, ICMP, and what it is about, without
 * options. */
enum {
    IP_PROTOCOL_AT = 9,
    IP_SOURCE_AT = 12,
    ICMP_AT = 20,
    ABOUT_AT = 28,
    PORTS_AT = 48,
    REFUSAL_BYTES = 52
};
enum { IP_PLAIN = 0x45, UNREACHABLE = 3, UNREACHABLE_PORT = 3 };

static bool is_refusal(const uint8_t *packet)
{
    return packet[0] == IP_PLAIN && packet[IP_PROTOCOL_AT] == IP_PROTO_ICMP &&
           packet[ICMP_AT] == UNREACHABLE && packet[ICMP_AT + 1] == UNREACHABLE_PORT &&
           packet[ABOUT_AT] == IP_PLAIN && packet[ABOUT_AT + IP_PROTOCOL_AT] == IP_PROTO_UDP;
}

/* lwIP keeps this from who sent the datagram. (lock held) */
int lwip_port_ip4_input(struct pbuf *data)
{
    uint8_t packet[REFUSAL_BYTES];
    struct udp_pcb *pcb;
    uint32_t source;
    uint16_t ports[2];

    lwip__give_way(data);
    if (pbuf_copy_partial(data, packet, sizeof(packet), 0) < sizeof(packet) || !is_refusal(packet))
        return 0;
    memcpy(&source, packet + IP_SOURCE_AT, sizeof(source));
    memcpy(ports, packet + PORTS_AT, sizeof(ports));
    for (pcb = udp_pcbs; pcb; pcb = pcb->next) {
        struct lwip_datagram_socket *socket = (struct lwip_datagram_socket *)pcb->recv_arg;

        if ((pcb->flags & UDP_FLAGS_CONNECTED) && ip4_addr_get_u32(ip_2_ip4(&pcb->remote_ip)) == source &&
            pcb->local_port == lwip_ntohs(ports[0]) && pcb->remote_port == lwip_ntohs(ports[1])) {
            socket->refused = true;
            wake_reader(socket);
        }
    }
    return 0; /* it goes on as before */
}

/* On the network's thread, without the lock. */
static void run_ready(struct lwip_event *event)
{
    struct lwip_datagram_socket *socket = container_of(event, struct lwip_datagram_socket, ready);
    INetworkSink *watcher;

    lwip__lock();
    watcher = socket->watcher;
    socket->watcher = NULL;
    lwip__unlock();
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    IDatagramSocket_Release(&socket->IDatagramSocket_iface);
}

/* ---- IDatagramSocket ---- */

static HRESULT lwip_datagram_QueryInterface(IDatagramSocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDatagramSocket, iid, out_object);
}

static uint32_t lwip_datagram_AddRef(IDatagramSocket *iface)
{
    return com_refs_add(&impl_from_IDatagramSocket(iface)->refs);
}

/* The oldest that waits. (lock held) */
static struct lwip_datagram take(struct lwip_datagram_socket *socket)
{
    struct lwip_datagram oldest = socket->queue[socket->first];

    socket->first = (socket->first + 1) % QUEUE_MAX;
    socket->count--;
    return oldest;
}

/* (lock held) */
static void close_pcb(struct lwip_datagram_socket *socket)
{
    if (socket->pcb)
        udp_remove(socket->pcb);
    socket->pcb = NULL;
    while (socket->count)
        (void)pbuf_free(take(socket).data);
}

static uint32_t lwip_datagram_Release(IDatagramSocket *iface)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    uint32_t left = com_refs_release(&socket->refs);

    if (left)
        return left;
    lwip__lock();
    close_pcb(socket);
    lwip__unlock();
    if (socket->watcher)
        INetworkSink_Release(socket->watcher);
    port_condition_destroy(&socket->readable);
    port_free(socket);
    return 0;
}

/* Copies the parts; NULL: no memory. (lock held) */
static struct pbuf *gather(const struct net_part *parts, uint32_t part_count)
{
    uint32_t length = 0, i;
    struct pbuf *data;

    for (i = 0; i < part_count; i++)
        length += parts[i].size_bytes;
    data = length <= UINT16_MAX ? pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM) : NULL;
    for (i = 0, length = 0; data && i < part_count; length += parts[i++].size_bytes)
        (void)pbuf_take_at(data, parts[i].data, (u16_t)parts[i].size_bytes, (u16_t)length);
    return data;
}

static HRESULT lwip_datagram_Send(IDatagramSocket *iface, const struct net_part *parts, uint32_t part_count,
                                  const struct net_address *to)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    HRESULT hr = NET_E_CLOSED;
    struct pbuf *data;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    lwip__lock();
    if (socket->pcb) {
        hr = S_OK;
        data = gather(parts, part_count);
        if (data && socket->connected) {
            (void)udp_send(socket->pcb, data); /* or it is lost */
        } else if (data) {
            ip_addr_t address = IPADDR4_INIT(lwip_htonl(to->host));

            (void)udp_sendto(socket->pcb, data, &address, (u16_t)to->port);
        }
        if (data)
            (void)pbuf_free(data);
        lwip__wake_if_needed();
    }
    lwip__unlock();
    return hr;
}

static bool has_something(const struct lwip_datagram_socket *socket)
{
    return socket->count || socket->refused || !socket->pcb;
}

static HRESULT lwip_datagram_Receive(IDatagramSocket *iface, void *buffer, uint32_t capacity,
                                     int64_t deadline_ns, struct net_address *out_from,
                                     uint32_t *out_received)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    struct lwip_datagram datagram = {.data = NULL};
    bool in_time = deadline_ns != NET_NO_WAIT;
    HRESULT hr = S_OK;

    lwip__lock();
    while (!has_something(socket) && in_time && !socket->interrupted)
        in_time = lwip__wait(&socket->readable, deadline_ns);
    socket->interrupted = false;
    if (!socket->pcb)
        hr = NET_E_CLOSED;
    else if (socket->count)
        datagram = take(socket);
    else
        hr = socket->refused ? NET_E_UNREACHABLE : NET_E_TIMEOUT;
    if (hr == NET_E_UNREACHABLE)
        socket->refused = false;
    if (datagram.data) {
        *out_from = datagram.from;
        *out_received = pbuf_copy_partial(datagram.data, buffer,
                                          (u16_t)(capacity < UINT16_MAX ? capacity : UINT16_MAX), 0);
        (void)pbuf_free(datagram.data);
    }
    lwip__unlock();
    return hr;
}

static HRESULT lwip_datagram_Watch(IDatagramSocket *iface, INetworkSink *sink)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    INetworkSink *before;

    if (sink)
        INetworkSink_AddRef(sink);
    lwip__lock();
    before = socket->watcher;
    socket->watcher = sink;
    if (sink && has_something(socket))
        wake_reader(socket);
    lwip__unlock();
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT lwip_datagram_Interrupt(IDatagramSocket *iface)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);

    lwip__lock();
    socket->interrupted = true;
    port_condition_wake_all(&socket->readable);
    if (lwip__network->asleep_until_ns)
        lwip__wake(); /* it may be the network's own thread that receives */
    lwip__unlock();
    return S_OK;
}

static HRESULT lwip_datagram_GetAddress(IDatagramSocket *iface, struct net_address *out_address)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    HRESULT hr = NET_E_CLOSED;

    lwip__lock();
    if (socket->pcb) {
        out_address->host = lwip_ntohl(ip4_addr_get_u32(ip_2_ip4(&socket->pcb->local_ip)));
        out_address->port = socket->pcb->local_port;
        hr = S_OK;
    }
    lwip__unlock();
    return hr;
}

static HRESULT lwip_datagram_Shutdown(IDatagramSocket *iface)
{
    struct lwip_datagram_socket *socket = impl_from_IDatagramSocket(iface);

    lwip__lock();
    close_pcb(socket);
    wake_reader(socket);
    lwip__unlock();
    return S_OK;
}

static const struct IDatagramSocketVtbl lwip_datagram_vtbl = {
    .QueryInterface = lwip_datagram_QueryInterface,
    .AddRef = lwip_datagram_AddRef,
    .Release = lwip_datagram_Release,
    .Send = lwip_datagram_Send,
    .Receive = lwip_datagram_Receive,
    .Watch = lwip_datagram_Watch,
    .Interrupt = lwip_datagram_Interrupt,
    .GetAddress = lwip_datagram_GetAddress,
    .Shutdown = lwip_datagram_Shutdown,
};

/* ---- opening ---- */

/* (lock held) */
static HRESULT open_pcb(struct lwip_datagram_socket *socket, const struct net_address *local,
                        const struct net_address *peer)
{
    ip_addr_t address = IPADDR4_INIT(lwip_htonl(local->host));
    struct udp_pcb *pcb = udp_new();
    err_t error;

    if (!pcb)
        return E_OUTOFMEMORY;
    error = udp_bind(pcb, &address, (u16_t)local->port);
    if (error == ERR_OK && peer) {
        address = (ip_addr_t)IPADDR4_INIT(lwip_htonl(peer->host));
        error = udp_connect(pcb, &address, (u16_t)peer->port);
    }
    if (error != ERR_OK) {
        udp_remove(pcb);
        return error == ERR_USE ? NET_E_ADDRESS_IN_USE : NET_E_BAD_ENDPOINT;
    }
    socket->pcb = pcb;
    udp_recv(pcb, on_datagram, socket);
    return S_OK;
}

HRESULT lwip__datagram_open(const struct net_address *local, const struct net_address *peer,
                            IDatagramSocket **out_socket)
{
    struct lwip_datagram_socket *socket;
    HRESULT hr;

    *out_socket = NULL;
    if (local->port > UINT16_MAX || (peer && peer->port > UINT16_MAX))
        return E_INVALIDARG;
    socket = (struct lwip_datagram_socket *)port_alloc(sizeof(*socket));
    if (!socket)
        return E_OUTOFMEMORY;
    memset(socket, 0, sizeof(*socket));
    if (!port_condition_init(&socket->readable)) {
        port_free(socket);
        return E_OUTOFMEMORY;
    }
    socket->IDatagramSocket_iface.vtbl = &lwip_datagram_vtbl;
    com_refs_init(&socket->refs);
    socket->ready.run = run_ready;
    socket->connected = peer != NULL;
    lwip__lock();
    hr = open_pcb(socket, local, peer);
    lwip__unlock();
    if (FAILED(hr)) {
        port_condition_destroy(&socket->readable);
        port_free(socket);
        return hr;
    }
    *out_socket = &socket->IDatagramSocket_iface;
    return S_OK;
}
