/* ISocket on a raw pcb of lwIP: callbacks collect, callers sleep on conditions. */
#include "lwip_internal.h"
#include <string.h>

/* A buffer of the pool with its head, as lwIP lays it out. */
#define PBUF_BLOCK_BYTES (LWIP_MEM_ALIGN_SIZE(sizeof(struct pbuf)) + LWIP_MEM_ALIGN_SIZE(PBUF_POOL_BUFSIZE))

struct lwip_socket {
    ISocket ISocket_iface;
    struct com_refs refs;
    struct lwip_event ready;
    struct port_condition readable; /* data came, or the end */
    struct port_condition writable; /* room to send, connected, or the end */
    struct tcp_pcb *pcb;            /* (lock) NULL: closed or reset */
    struct pbuf *received;          /* (lock) not yet taken by Receive */
    uint32_t offset;                /* (lock) into its first pbuf */
    INetworkSink *watcher;          /* (lock) one reference */
    bool connected;                 /* (lock) */
    bool ended;                     /* (lock) the peer sends no more */
};

static const struct ISocketVtbl lwip_socket_vtbl;

static struct lwip_socket *impl_from_ISocket(ISocket *iface)
{
    assert(iface->vtbl == &lwip_socket_vtbl);
    return container_of(iface, struct lwip_socket, ISocket_iface);
}

static bool has_something(const struct lwip_socket *socket)
{
    return socket->received || socket->ended || !socket->pcb;
}

/* ---- what lwIP tells (lock held) ---- */

static void wake_reader(struct lwip_socket *socket)
{
    port_condition_wake_all(&socket->readable);
    if (socket->watcher && !socket->ready.queued) {
        (void)com_refs_add(&socket->refs); /* the event's */
        lwip__post(&socket->ready);
    }
}

/*
 * Keeps data for Receive. What fits behind the last piece is copied there: a peer that sends single bytes to
 * somebody who does not read would else take a whole buffer of the pool for each, from all connections.
 */
static void append_received(struct lwip_socket *socket, struct pbuf *data)
{
    struct pbuf *last = socket->received;
    uint32_t room, length = data->tot_len;

    if (!last) {
        socket->received = data;
        return;
    }
    while (last->next)
        last = last->next;
    room = (uint32_t)((uint8_t *)last + PBUF_BLOCK_BYTES - (uint8_t *)last->payload) - last->len;
    if (pbuf_get_allocsrc(last) != PBUF_TYPE_ALLOC_SRC_MASK_STD_MEMP_PBUF_POOL || last->ref != 1 ||
        length > room) {
        pbuf_cat(socket->received, data);
        return;
    }
    (void)pbuf_copy_partial(data, (uint8_t *)last->payload + last->len, (u16_t)length, 0);
    for (last = socket->received; last->next; last = last->next)
        last->tot_len = (u16_t)(last->tot_len + length);
    last->len = (u16_t)(last->len + length);
    last->tot_len = last->len;
    (void)pbuf_free(data);
}

static err_t on_received(void *argument, struct tcp_pcb *pcb, struct pbuf *data, err_t error)
{
    struct lwip_socket *socket = (struct lwip_socket *)argument;

    (void)pcb;
    (void)error;
    if (!data)
        socket->ended = true;
    else
        append_received(socket, data);
    wake_reader(socket);
    return ERR_OK;
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t length)
{
    struct lwip_socket *socket = (struct lwip_socket *)argument;

    (void)pcb;
    (void)length;
    port_condition_wake_all(&socket->writable);
    return ERR_OK;
}

static err_t on_connected(void *argument, struct tcp_pcb *pcb, err_t error)
{
    struct lwip_socket *socket = (struct lwip_socket *)argument;

    (void)pcb;
    (void)error;
    socket->connected = true;
    port_condition_wake_all(&socket->writable);
    return ERR_OK;
}

/* The connection was reset or given up; lwIP has freed the pcb. */
static void on_error(void *argument, err_t error)
{
    struct lwip_socket *socket = (struct lwip_socket *)argument;

    (void)error;
    socket->pcb = NULL;
    port_condition_wake_all(&socket->writable);
    wake_reader(socket);
}

/* On the network's thread, without the lock. */
static void run_ready(struct lwip_event *event)
{
    struct lwip_socket *socket = container_of(event, struct lwip_socket, ready);
    INetworkSink *watcher;

    lwip__lock();
    watcher = socket->watcher;
    socket->watcher = NULL;
    lwip__unlock();
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    ISocket_Release(&socket->ISocket_iface);
}

/* ---- ISocket ---- */

static HRESULT lwip_socket_QueryInterface(ISocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISocket, iid, out_object);
}

static uint32_t lwip_socket_AddRef(ISocket *iface)
{
    return com_refs_add(&impl_from_ISocket(iface)->refs);
}

/* Ends the stream in both directions; what was sent before still leaves. (lock held) */
static void close_pcb(struct lwip_socket *socket)
{
    struct tcp_pcb *pcb = socket->pcb;

    if (!pcb)
        return;
    socket->pcb = NULL;
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
    if (tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

static uint32_t lwip_socket_Release(ISocket *iface)
{
    struct lwip_socket *socket = impl_from_ISocket(iface);
    uint32_t left = com_refs_release(&socket->refs);

    if (left)
        return left;
    lwip__lock();
    close_pcb(socket);
    if (socket->received)
        (void)pbuf_free(socket->received);
    lwip__wake_if_needed();
    lwip__unlock();
    if (socket->watcher)
        INetworkSink_Release(socket->watcher);
    port_condition_destroy(&socket->readable);
    port_condition_destroy(&socket->writable);
    port_free(socket);
    return 0;
}

/* Hands bytes to lwIP as far as there is room. (lock held) @return how many */
static uint32_t write_some(struct tcp_pcb *pcb, const uint8_t *data, uint32_t size, bool more)
{
    uint32_t room = tcp_sndbuf(pcb);
    uint32_t count = size < room ? size : room;

    if (!count ||
        tcp_write(pcb, data, (u16_t)count, TCP_WRITE_FLAG_COPY | (more ? TCP_WRITE_FLAG_MORE : 0)) != ERR_OK)
        return 0;
    return count;
}

/* What cannot leave now, for want of a buffer or because the card is busy, leaves with lwIP's next timer. */
static void put_out(struct tcp_pcb *pcb)
{
    (void)tcp_output(pcb);
}

static HRESULT send_part(struct lwip_socket *socket, const struct net_part *part, bool more,
                         int64_t deadline_ns)
{
    const uint8_t *data = (const uint8_t *)part->data;
    uint32_t left = part->size_bytes;

    while (left) {
        uint32_t count;

        if (!socket->pcb || socket->ended)
            return NET_E_CLOSED;
        count = write_some(socket->pcb, data, left, more);
        data += count;
        left -= count;
        if (!left)
            return S_OK;
        put_out(socket->pcb);
        if (!count && !lwip__wait(&socket->writable, deadline_ns))
            return NET_E_TIMEOUT;
    }
    return S_OK;
}

static HRESULT lwip_socket_Send(ISocket *iface, const struct net_part *parts, uint32_t part_count,
                                int64_t deadline_ns)
{
    struct lwip_socket *socket = impl_from_ISocket(iface);
    HRESULT hr = S_OK;
    uint32_t i;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    lwip__lock();
    for (i = 0; SUCCEEDED(hr) && i < part_count; i++)
        hr = send_part(socket, &parts[i], i + 1 < part_count, deadline_ns);
    if (SUCCEEDED(hr))
        hr = socket->pcb ? S_OK : NET_E_CLOSED;
    if (SUCCEEDED(hr))
        put_out(socket->pcb);
    lwip__wake_if_needed();
    lwip__unlock();
    return hr;
}

/* Copies what was received. (lock held) */
static uint32_t take_received(struct lwip_socket *socket, uint8_t *buffer, uint32_t capacity)
{
    uint32_t total = 0;

    while (socket->received && total < capacity) {
        struct pbuf *first = socket->received;
        uint32_t count = first->len - socket->offset;

        if (count > capacity - total)
            count = capacity - total;
        memcpy(buffer + total, (uint8_t *)first->payload + socket->offset, count);
        total += count;
        socket->offset += count;
        if (socket->offset == first->len) {
            socket->received = first->next;
            if (first->next)
                pbuf_ref(first->next); /* pbuf_free gives the chain's reference back */
            (void)pbuf_free(first);
            socket->offset = 0;
        }
    }
    if (socket->pcb)
        tcp_recved(socket->pcb, (u16_t)total); /* may send the peer a larger window */
    return total;
}

static HRESULT lwip_socket_Receive(ISocket *iface, void *buffer, uint32_t capacity, int64_t deadline_ns,
                                   uint32_t *out_received)
{
    struct lwip_socket *socket = impl_from_ISocket(iface);
    HRESULT hr = S_OK;

    if (!capacity)
        return E_INVALIDARG;
    if (capacity > TCP_WND)
        capacity = TCP_WND; /* more never waits here */
    lwip__lock();
    while (SUCCEEDED(hr) && !has_something(socket))
        if (deadline_ns == NET_NO_WAIT ||
            !port_condition_wait(&socket->readable, &lwip__network->lock, deadline_ns))
            hr = has_something(socket) ? S_OK : NET_E_TIMEOUT;
    if (SUCCEEDED(hr) && socket->received)
        *out_received = take_received(socket, (uint8_t *)buffer, capacity);
    else if (SUCCEEDED(hr))
        hr = NET_E_CLOSED;
    lwip__wake_if_needed(); /* a larger window may be news for a peer on this machine */
    lwip__unlock();
    return hr;
}

static HRESULT lwip_socket_Watch(ISocket *iface, INetworkSink *sink)
{
    struct lwip_socket *socket = impl_from_ISocket(iface);
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

static HRESULT lwip_socket_Shutdown(ISocket *iface)
{
    struct lwip_socket *socket = impl_from_ISocket(iface);

    lwip__lock();
    socket->ended = true;
    close_pcb(socket);
    if (socket->received) {
        (void)pbuf_free(socket->received);
        socket->received = NULL;
        socket->offset = 0;
    }
    port_condition_wake_all(&socket->writable);
    wake_reader(socket);
    lwip__wake_if_needed();
    lwip__unlock();
    return S_OK;
}

static const struct ISocketVtbl lwip_socket_vtbl = {
    .QueryInterface = lwip_socket_QueryInterface,
    .AddRef = lwip_socket_AddRef,
    .Release = lwip_socket_Release,
    .Send = lwip_socket_Send,
    .Receive = lwip_socket_Receive,
    .Watch = lwip_socket_Watch,
    .Shutdown = lwip_socket_Shutdown,
};

/* ---- making them ---- */

/* (lock held) */
static struct lwip_socket *make_socket(struct tcp_pcb *pcb)
{
    struct lwip_socket *socket = (struct lwip_socket *)port_alloc(sizeof(*socket));

    if (!socket)
        return NULL;
    memset(socket, 0, sizeof(*socket));
    if (!port_condition_init(&socket->readable)) {
        port_free(socket);
        return NULL;
    }
    if (!port_condition_init(&socket->writable)) {
        port_condition_destroy(&socket->readable);
        port_free(socket);
        return NULL;
    }
    socket->ISocket_iface.vtbl = &lwip_socket_vtbl;
    com_refs_init(&socket->refs);
    socket->ready.run = run_ready;
    socket->pcb = pcb;
    tcp_arg(pcb, socket);
    tcp_recv(pcb, on_received);
    tcp_sent(pcb, on_sent);
    tcp_err(pcb, on_error);
    tcp_nagle_disable(pcb);
    return socket;
}

ISocket *lwip__socket_wrap(struct tcp_pcb *pcb)
{
    struct lwip_socket *socket = make_socket(pcb);

    if (!socket)
        return NULL;
    socket->connected = true;
    return &socket->ISocket_iface;
}

HRESULT lwip__connect(const char *endpoint, int64_t deadline_ns, ISocket **out_socket)
{
    struct lwip_socket *socket = NULL;
    struct tcp_pcb *pcb;
    ip_addr_t address;
    uint16_t port;
    HRESULT hr = lwip__parse_endpoint(endpoint, &address, &port);

    *out_socket = NULL;
    if (FAILED(hr))
        return hr;
    lwip__lock();
    pcb = tcp_new();
    if (pcb) {
        socket = make_socket(pcb);
        if (!socket)
            tcp_abort(pcb);
    }
    if (socket) {
        hr = tcp_connect(pcb, &address, port, on_connected) == ERR_OK ? S_OK : NET_E_UNREACHABLE;
        lwip__wake_if_needed();
        while (SUCCEEDED(hr) && !socket->connected && socket->pcb)
            if (!port_condition_wait(&socket->writable, &lwip__network->lock, deadline_ns))
                break;
        if (SUCCEEDED(hr) && (!socket->connected || !socket->pcb))
            hr = NET_E_UNREACHABLE;
    }
    if (socket && FAILED(hr) && socket->pcb) {
        struct tcp_pcb *unused = socket->pcb;

        socket->pcb = NULL;
        tcp_arg(unused, NULL);
        tcp_err(unused, NULL);
        tcp_abort(unused); /* no SYN goes out any more */
        lwip__wake_if_needed();
    }
    lwip__unlock();
    if (!socket)
        return E_OUTOFMEMORY;
    if (FAILED(hr)) {
        ISocket_Release(&socket->ISocket_iface);
        return com_fail(hr, "nobody answers at ", endpoint, NULL);
    }
    *out_socket = &socket->ISocket_iface;
    return S_OK;
}
