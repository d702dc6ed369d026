/* ISocket and IUrgentSocket on a connection of the core. */
#include "udp_port.h"
#include <string.h>

/* How long who finds no memory for a packet waits for some to be given back. */
#define NO_MEMORY_NS (10 * PORT_NS_PER_MS)

static const struct ISocketVtbl udp_socket_vtbl;
static const struct IUrgentSocketVtbl udp_urgent_vtbl;

static struct udp_socket *impl_from_ISocket(ISocket *iface)
{
    assert(iface->vtbl == &udp_socket_vtbl);
    return container_of(iface, struct udp_socket, ISocket_iface);
}

static struct udp_socket *impl_from_IUrgentSocket(IUrgentSocket *iface)
{
    assert(iface->vtbl == &udp_urgent_vtbl);
    return container_of(iface, struct udp_socket, IUrgentSocket_iface);
}

/* ---- IUnknown ---- */

static HRESULT udp_socket_QueryInterface(ISocket *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_ISocket, offsetof(struct udp_socket, ISocket_iface)},
        {&IID_IUrgentSocket, offsetof(struct udp_socket, IUrgentSocket_iface)},
    };
    struct udp_socket *socket = impl_from_ISocket(iface);

    if (out_object && com_guid_equal(iid, &IID_IUrgentSocket)) {
        udp__port_lock(socket->port);
        socket->wants_urgent = true;
        udp__port_unlock(socket->port);
    }
    return com_query_table(socket, rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t udp_socket_AddRef(ISocket *iface)
{
    return com_refs_add(&impl_from_ISocket(iface)->refs);
}

void udp__socket_free(struct udp_socket *socket)
{
    port_condition_destroy(&socket->changed);
    udp__port_release(socket->port);
    port_free(socket);
}

static uint32_t udp_socket_Release(ISocket *iface)
{
    struct udp_socket *socket = impl_from_ISocket(iface);
    uint32_t left = com_refs_release(&socket->refs);
    struct udp_network *network = socket->network;
    struct udp_port *port = socket->port;
    INetworkSink *watcher;

    if (left)
        return left;
    (void)com_refs_add(&port->refs); /* it may be the last that holds the port */
    udp__port_lock(port);
    watcher = socket->watcher;
    socket->watcher = NULL;
    socket->released = true;
    if (!socket->in_core) {
        socket->next = port->dead;
        port->dead = socket;
    } else if (!socket->ended) {
        udp_close(&port->endpoint, &socket->connection, port_now_ns());
    }
    udp__port_unlock(port);
    udp__port_release(port);
    if (watcher)
        INetworkSink_Release(watcher);
    if (network)
        INetwork_Release(&network->INetwork_iface);
    return 0;
}

static HRESULT udp_urgent_QueryInterface(IUrgentSocket *iface, const IID *iid, void **out_object)
{
    return udp_socket_QueryInterface(&impl_from_IUrgentSocket(iface)->ISocket_iface, iid, out_object);
}

static uint32_t udp_urgent_AddRef(IUrgentSocket *iface)
{
    return com_refs_add(&impl_from_IUrgentSocket(iface)->refs);
}

static uint32_t udp_urgent_Release(IUrgentSocket *iface)
{
    return udp_socket_Release(&impl_from_IUrgentSocket(iface)->ISocket_iface);
}

/* ---- sending ---- */

/* @retval S_FALSE there was no room for all */
static HRESULT write_some(struct udp_socket *socket, const struct net_part *part, uint32_t *inout_done)
{
    const uint8_t *bytes = (const uint8_t *)part->data;

    if (socket->ended || udp_is_over(&socket->connection))
        return NET_E_CLOSED;
    *inout_done += udp_write(&socket->port->endpoint, &socket->connection, bytes + *inout_done,
                             part->size_bytes - *inout_done, port_now_ns());
    return *inout_done == part->size_bytes ? S_OK : S_FALSE;
}

static HRESULT send_part(struct udp_socket *socket, const struct net_part *part, int64_t deadline_ns)
{
    struct udp_port *port = socket->port;
    uint32_t done = 0;
    HRESULT hr;

    while ((hr = write_some(socket, part, &done)) == S_FALSE) {
        int64_t now_ns = port_now_ns(), until_ns = deadline_ns;

        udp_flush(&port->endpoint, &socket->connection, now_ns);
        if (now_ns >= deadline_ns)
            return NET_E_TIMEOUT;
        if (udp_is_writable(&port->endpoint, &socket->connection) && now_ns + NO_MEMORY_NS < until_ns)
            until_ns = now_ns + NO_MEMORY_NS;
        udp__port_wait(port, socket, until_ns);
    }
    return hr;
}

static HRESULT udp_socket_Send(ISocket *iface, const struct net_part *parts, uint32_t part_count,
                               int64_t deadline_ns)
{
    struct udp_socket *socket = impl_from_ISocket(iface);
    HRESULT hr = S_OK;
    uint32_t i;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    udp__port_lock(socket->port);
    for (i = 0; SUCCEEDED(hr) && i < part_count; i++)
        hr = send_part(socket, &parts[i], deadline_ns);
    if (!socket->ended)
        udp_flush(&socket->port->endpoint, &socket->connection, port_now_ns());
    udp__port_unlock(socket->port);
    return hr;
}

static HRESULT udp_socket_SendUrgent(IUrgentSocket *iface, const struct net_part *parts, uint32_t part_count)
{
    struct udp_socket *socket = impl_from_IUrgentSocket(iface);
    struct udp_port *port = socket->port;
    uint32_t size_bytes = 0, i;
    HRESULT hr = NET_E_CLOSED;
    uint8_t *at;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    for (i = 0; i < part_count; i++) {
        if (parts[i].size_bytes > NET_URGENT_MAX - size_bytes)
            return S_FALSE;
        size_bytes += parts[i].size_bytes;
    }
    udp__port_lock(port);
    if (!socket->ended && !udp_is_over(&socket->connection)) {
        at = size_bytes ? udp_write_urgent(&port->endpoint, &socket->connection, size_bytes) : NULL;
        hr = at ? S_OK : S_FALSE;
        for (i = 0; at && i < part_count; i++) {
            memcpy(at, parts[i].data, parts[i].size_bytes);
            at += parts[i].size_bytes;
        }
        udp_flush(&port->endpoint, &socket->connection, port_now_ns());
    }
    udp__port_unlock(port);
    return hr;
}

/* ---- receiving ---- */

/* @retval S_FALSE nothing is there */
static HRESULT read_some(struct udp_socket *socket, void *buffer, uint32_t capacity, uint32_t *out_received)
{
    struct udp_connection *connection = &socket->connection;

    if (socket->ended)
        return NET_E_CLOSED;
    *out_received = udp_read(&socket->port->endpoint, connection, (uint8_t *)buffer, capacity, port_now_ns());
    if (*out_received)
        return S_OK;
    return udp_is_over(connection) ? NET_E_CLOSED : S_FALSE;
}

static bool has_urgent(const struct udp_socket *socket)
{
    return socket->wants_urgent && !socket->ended && socket->connection.urgent.first;
}

static HRESULT udp_socket_Receive(ISocket *iface, void *buffer, uint32_t capacity, int64_t deadline_ns,
                                  uint32_t *out_received)
{
    struct udp_socket *socket = impl_from_ISocket(iface);
    struct udp_port *port = socket->port;
    bool drained = false;
    HRESULT hr;

    if (!capacity)
        return E_INVALIDARG;
    udp__port_lock(port);
    while (!has_urgent(socket) && (hr = read_some(socket, buffer, capacity, out_received)) == S_FALSE) {
        if (deadline_ns != NET_NO_WAIT && port_now_ns() < deadline_ns) {
            udp__port_wait(port, socket, deadline_ns);
        } else if (!drained) {
            udp__port_drain(port);
            drained = true;
        } else {
            hr = NET_E_TIMEOUT;
            break;
        }
    }
    if (has_urgent(socket)) {
        *out_received = 0;
        hr = S_FALSE;
    }
    udp__port_unlock(port);
    return hr;
}

static HRESULT udp_socket_ReceiveUrgent(IUrgentSocket *iface, void *buffer, uint32_t capacity,
                                        uint32_t *out_received)
{
    struct udp_socket *socket = impl_from_IUrgentSocket(iface);
    bool received = false;

    udp__port_lock(socket->port);
    if (!socket->ended)
        received = udp_read_urgent(&socket->port->endpoint, &socket->connection, (uint8_t *)buffer, capacity,
                                   out_received, port_now_ns());
    udp__port_unlock(socket->port);
    return received ? S_OK : S_FALSE;
}

/* ---- watching and the end ---- */

static bool has_something(const struct udp_socket *socket)
{
    return socket->ended || udp_is_over(&socket->connection) || socket->connection.ready.first ||
           has_urgent(socket);
}

void udp__socket_tell(struct udp_socket *socket)
{
    struct udp_socket **at;

    if (!socket->watcher || socket->told)
        return;
    socket->told = true;
    (void)com_refs_add(&socket->refs); /* the list's */
    for (at = &socket->port->told; *at; at = &(*at)->next)
        ;
    socket->next = NULL;
    *at = socket;
}

void udp__socket_changed(struct udp_socket *socket)
{
    if (socket->waiting)
        port_condition_wake_all(&socket->changed);
    if (socket->port->receiving == socket)
        com_ignore(IDatagramSocket_Interrupt(socket->port->datagrams)); /* cannot fail */
    if (has_something(socket))
        udp__socket_tell(socket);
}

void udp__socket_ready(struct udp_socket *socket)
{
    INetworkSink *watcher;

    udp__port_lock(socket->port);
    watcher = socket->watcher;
    socket->watcher = NULL;
    socket->told = false;
    udp__port_unlock(socket->port);
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    ISocket_Release(&socket->ISocket_iface);
}

static HRESULT udp_socket_Watch(ISocket *iface, INetworkSink *sink)
{
    struct udp_socket *socket = impl_from_ISocket(iface);
    INetworkSink *before;

    if (sink)
        INetworkSink_AddRef(sink);
    udp__port_lock(socket->port);
    before = socket->watcher;
    socket->watcher = sink;
    if (sink && has_something(socket))
        udp__socket_tell(socket);
    socket->port->wants_watch = socket->port->wants_watch || sink;
    udp__port_unlock(socket->port);
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT udp_socket_Shutdown(ISocket *iface)
{
    struct udp_socket *socket = impl_from_ISocket(iface);
    struct udp_port *port = socket->port;

    udp__port_lock(port);
    if (!socket->ended) {
        socket->ended = true;
        if (socket->in_core)
            udp_close(&port->endpoint, &socket->connection, port_now_ns());
        if (port->pumping)
            com_ignore(
                IDatagramSocket_Interrupt(port->datagrams)); /* it may be the one that waits for this */
        udp__socket_changed(socket);
    }
    udp__port_unlock(port);
    return S_OK;
}

static const struct ISocketVtbl udp_socket_vtbl = {
    .QueryInterface = udp_socket_QueryInterface,
    .AddRef = udp_socket_AddRef,
    .Release = udp_socket_Release,
    .Send = udp_socket_Send,
    .Receive = udp_socket_Receive,
    .Watch = udp_socket_Watch,
    .Shutdown = udp_socket_Shutdown,
};

static const struct IUrgentSocketVtbl udp_urgent_vtbl = {
    .QueryInterface = udp_urgent_QueryInterface,
    .AddRef = udp_urgent_AddRef,
    .Release = udp_urgent_Release,
    .SendUrgent = udp_socket_SendUrgent,
    .ReceiveUrgent = udp_socket_ReceiveUrgent,
};

/* ---- making them ---- */

struct udp_socket *udp__socket_new(struct udp_port *port)
{
    struct udp_socket *socket = (struct udp_socket *)port_alloc(sizeof(*socket));

    if (!socket)
        return NULL;
    memset(socket, 0, sizeof(*socket));
    if (!port_condition_init(&socket->changed)) {
        port_free(socket);
        return NULL;
    }
    socket->ISocket_iface.vtbl = &udp_socket_vtbl;
    socket->IUrgentSocket_iface.vtbl = &udp_urgent_vtbl;
    com_refs_init(&socket->refs);
    socket->port = port;
    (void)com_refs_add(&port->refs);
    socket->in_core = true;
    return socket;
}

void udp__socket_give(struct udp_socket *socket)
{
    socket->network = socket->port->network;
    INetwork_AddRef(&socket->network->INetwork_iface);
}
