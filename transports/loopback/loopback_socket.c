/* A connection: two sockets, and a pipe of bytes each way. */
#include "loopback_internal.h"
#include <string.h>

/* Both ends and their pipes; goes with the last of the two. */
struct loopback_connection {
    struct com_refs refs;
    struct loopback_network *network; /* constant, one reference */
    struct loopback_pipe pipes[2];    /* [i]: written by end i, read by the other */
    struct loopback_socket *ends[2];  /* (network->lock) NULL: gone */
};

struct loopback_socket {
    ISocket ISocket_iface;
    struct com_refs refs;
    struct loopback_event ready;
    struct port_condition readable;
    struct port_condition writable;
    struct loopback_connection *connection; /* constant, one reference */
    uint32_t index;                         /* which end; constant */
    INetworkSink *watcher;                  /* (lock) one reference */
    bool ended;                             /* (lock) Shutdown was called at this end */
};

static const struct ISocketVtbl loopback_socket_vtbl;

static struct loopback_socket *impl_from_ISocket(ISocket *iface)
{
    assert(iface->vtbl == &loopback_socket_vtbl);
    return container_of(iface, struct loopback_socket, ISocket_iface);
}

static struct port_mutex *lock_of(const struct loopback_socket *socket)
{
    return &socket->connection->network->lock;
}

static struct loopback_pipe *outgoing(const struct loopback_socket *socket)
{
    return &socket->connection->pipes[socket->index];
}

static struct loopback_pipe *incoming(const struct loopback_socket *socket)
{
    return &socket->connection->pipes[1 - socket->index];
}

static bool has_something(const struct loopback_socket *socket)
{
    return incoming(socket)->count || incoming(socket)->closed;
}

/* There is something to read at this end. (lock held) */
static void wake_reader(struct loopback_socket *socket)
{
    if (!socket)
        return;
    port_condition_wake_all(&socket->readable);
    if (socket->watcher && !socket->ready.queued) {
        (void)com_refs_add(&socket->refs); /* the event's */
        loopback__post(socket->connection->network, &socket->ready);
    }
}

static void run_ready(struct loopback_event *event)
{
    struct loopback_socket *socket = container_of(event, struct loopback_socket, ready);
    INetworkSink *watcher;

    port_mutex_lock(lock_of(socket));
    watcher = socket->watcher;
    socket->watcher = NULL;
    port_mutex_unlock(lock_of(socket));
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    ISocket_Release(&socket->ISocket_iface);
}

static HRESULT loopback_socket_QueryInterface(ISocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISocket, iid, out_object);
}

static uint32_t loopback_socket_AddRef(ISocket *iface)
{
    return com_refs_add(&impl_from_ISocket(iface)->refs);
}

static void release_connection(struct loopback_connection *connection)
{
    struct loopback_network *network = connection->network;

    if (com_refs_release(&connection->refs))
        return;
    port_free(connection);
    loopback__release(network);
}

/* Ends both directions and wakes who waits at either end. (lock held) */
static void close_both(struct loopback_connection *connection)
{
    uint32_t i;

    for (i = 0; i < 2; i++)
        connection->pipes[i].closed = true;
    for (i = 0; i < 2; i++) {
        if (!connection->ends[i])
            continue;
        port_condition_wake_all(&connection->ends[i]->writable);
        wake_reader(connection->ends[i]);
    }
}

static uint32_t loopback_socket_Release(ISocket *iface)
{
    struct loopback_socket *socket = impl_from_ISocket(iface);
    uint32_t left = com_refs_release(&socket->refs);

    if (left)
        return left;
    port_mutex_lock(lock_of(socket));
    socket->connection->ends[socket->index] = NULL;
    close_both(socket->connection);
    port_mutex_unlock(lock_of(socket));
    if (socket->watcher)
        INetworkSink_Release(socket->watcher);
    port_condition_destroy(&socket->readable);
    port_condition_destroy(&socket->writable);
    release_connection(socket->connection);
    port_free(socket);
    return 0;
}

static uint32_t put(struct loopback_pipe *pipe, const uint8_t *data, uint32_t size)
{
    uint32_t count = 0;

    for (; count < size && pipe->count < LOOPBACK_PIPE_BYTES; count++)
        pipe->bytes[(pipe->first + pipe->count++) % LOOPBACK_PIPE_BYTES] = data[count];
    return count;
}

static uint32_t get(struct loopback_pipe *pipe, uint8_t *data, uint32_t capacity)
{
    uint32_t count = 0;

    for (; count < capacity && pipe->count; count++, pipe->count--) {
        data[count] = pipe->bytes[pipe->first];
        pipe->first = (pipe->first + 1) % LOOPBACK_PIPE_BYTES;
    }
    return count;
}

/* (lock held) */
static HRESULT send_part(struct loopback_socket *socket, const struct net_part *part, int64_t deadline_ns)
{
    const uint8_t *data = (const uint8_t *)part->data;
    uint32_t left = part->size_bytes;

    while (left) {
        uint32_t count;

        if (outgoing(socket)->closed)
            return NET_E_CLOSED;
        count = put(outgoing(socket), data, left);
        data += count;
        left -= count;
        if (count)
            wake_reader(socket->connection->ends[1 - socket->index]);
        else if (!port_condition_wait(&socket->writable, lock_of(socket), deadline_ns))
            return NET_E_TIMEOUT;
    }
    return outgoing(socket)->closed ? NET_E_CLOSED : S_OK;
}

static HRESULT loopback_socket_Send(ISocket *iface, const struct net_part *parts, uint32_t part_count,
                                    int64_t deadline_ns)
{
    struct loopback_socket *socket = impl_from_ISocket(iface);
    HRESULT hr = S_OK;
    uint32_t i;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    port_mutex_lock(lock_of(socket));
    for (i = 0; SUCCEEDED(hr) && i < part_count; i++)
        hr = send_part(socket, &parts[i], deadline_ns);
    port_mutex_unlock(lock_of(socket));
    return hr;
}

static HRESULT loopback_socket_Receive(ISocket *iface, void *buffer, uint32_t capacity, int64_t deadline_ns,
                                       uint32_t *out_received)
{
    struct loopback_socket *socket = impl_from_ISocket(iface);
    struct loopback_socket *other;
    HRESULT hr = S_OK;

    if (!capacity)
        return E_INVALIDARG;
    port_mutex_lock(lock_of(socket));
    while (SUCCEEDED(hr) && !has_something(socket))
        if (deadline_ns == NET_NO_WAIT ||
            !port_condition_wait(&socket->readable, lock_of(socket), deadline_ns))
            hr = has_something(socket) ? S_OK : NET_E_TIMEOUT;
    if (SUCCEEDED(hr) && incoming(socket)->count && !socket->ended) {
        *out_received = get(incoming(socket), (uint8_t *)buffer, capacity);
        other = socket->connection->ends[1 - socket->index];
        if (other)
            port_condition_wake_all(&other->writable);
    } else if (SUCCEEDED(hr)) {
        hr = NET_E_CLOSED;
    }
    port_mutex_unlock(lock_of(socket));
    return hr;
}

static HRESULT loopback_socket_Watch(ISocket *iface, INetworkSink *sink)
{
    struct loopback_socket *socket = impl_from_ISocket(iface);
    INetworkSink *before;

    if (sink)
        INetworkSink_AddRef(sink);
    port_mutex_lock(lock_of(socket));
    before = socket->watcher;
    socket->watcher = sink;
    if (sink && has_something(socket))
        wake_reader(socket);
    port_mutex_unlock(lock_of(socket));
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT loopback_socket_Shutdown(ISocket *iface)
{
    struct loopback_socket *socket = impl_from_ISocket(iface);

    port_mutex_lock(lock_of(socket));
    socket->ended = true;
    close_both(socket->connection);
    port_mutex_unlock(lock_of(socket));
    return S_OK;
}

static const struct ISocketVtbl loopback_socket_vtbl = {
    .QueryInterface = loopback_socket_QueryInterface,
    .AddRef = loopback_socket_AddRef,
    .Release = loopback_socket_Release,
    .Send = loopback_socket_Send,
    .Receive = loopback_socket_Receive,
    .Watch = loopback_socket_Watch,
    .Shutdown = loopback_socket_Shutdown,
};

static struct loopback_socket *make_end(struct loopback_connection *connection, uint32_t index)
{
    struct loopback_socket *socket = (struct loopback_socket *)port_alloc(sizeof(*socket));

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
    socket->ISocket_iface.vtbl = &loopback_socket_vtbl;
    com_refs_init(&socket->refs);
    socket->ready.run = run_ready;
    socket->connection = connection;
    (void)com_refs_add(&connection->refs);
    socket->index = index;
    connection->ends[index] = socket;
    return socket;
}

HRESULT loopback__pair(struct loopback_network *network, ISocket **out_one, ISocket **out_other)
{
    struct loopback_connection *connection = (struct loopback_connection *)port_alloc(sizeof(*connection));
    struct loopback_socket *one, *other;

    if (!connection)
        return E_OUTOFMEMORY;
    memset(connection, 0, sizeof(*connection));
    com_refs_init(&connection->refs);
    connection->network = network;
    loopback__addref(network);
    one = make_end(connection, 0);
    other = one ? make_end(connection, 1) : NULL;
    release_connection(connection); /* the ends hold it, if there are any */
    if (!other) {
        if (one)
            ISocket_Release(&one->ISocket_iface);
        return E_OUTOFMEMORY;
    }
    *out_one = &one->ISocket_iface;
    *out_other = &other->ISocket_iface;
    return S_OK;
}
