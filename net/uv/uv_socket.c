/* ISocket on a blocking descriptor: one system call to send, one to receive. */
#include "uv_internal.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

/*
 * recv sleeps at most this long in the system, then looks at the deadline. The option is set once and again
 * only if a thread with other needs reads: one that lingers for a millisecond, or one that waits for its
 * reply.
 */
#define LONG_SLICE_NS (INT64_C(100) * PORT_NS_PER_MS)
#define SHORT_SLICE_NS (INT64_C(1) * PORT_NS_PER_MS)

struct uv_socket {
    ISocket ISocket_iface;
    struct uv_source source;
    struct uv_network *network; /* constant, one reference */
    struct com_lock lock;
    INetworkSink *watcher; /* (lock) one reference */
    int64_t slice_ns;      /* (the receiving thread) what SO_RCVTIMEO says */
    bool ended;            /* (atomic) Shutdown was called */
};

static const struct ISocketVtbl uv_socket_vtbl;

static struct uv_socket *impl_from_ISocket(ISocket *iface)
{
    assert(iface->vtbl == &uv_socket_vtbl);
    return container_of(iface, struct uv_socket, ISocket_iface);
}

static HRESULT uv_socket_QueryInterface(ISocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISocket, iid, out_object);
}

static uint32_t uv_socket_AddRef(ISocket *iface)
{
    return com_refs_add(&impl_from_ISocket(iface)->source.refs);
}

static uint32_t uv_socket_Release(ISocket *iface)
{
    struct uv_socket *socket = impl_from_ISocket(iface);
    uint32_t left = com_refs_release(&socket->source.refs);

    if (left)
        return left;
    uv__source_remove(socket->network, &socket->source);
    close(socket->source.fd);
    if (socket->watcher)
        INetworkSink_Release(socket->watcher);
    uv__network_release(socket->network);
    port_free(socket);
    return 0;
}

/* Waits for `events`. @retval false the deadline has passed */
static bool wait_for(int fd, short events, int64_t deadline_ns)
{
    struct pollfd poll = {.fd = fd, .events = events};
    int64_t left_ns;

    do {
        struct timespec timeout;

        left_ns = deadline_ns == NET_FOREVER ? INT64_C(3600000000000) : deadline_ns - port_now_ns();
        if (left_ns < 0)
            left_ns = 0;
        timeout.tv_sec = left_ns / 1000000000;
        timeout.tv_nsec = left_ns % 1000000000;
        if (ppoll(&poll, 1, &timeout, NULL) > 0)
            return true;
    } while (left_ns);
    return false;
}

/* Drops what was sent from the front of the vector. */
static void advance(struct msghdr *message, size_t sent)
{
    while (message->msg_iovlen && sent >= message->msg_iov->iov_len) {
        sent -= message->msg_iov->iov_len;
        message->msg_iov++;
        message->msg_iovlen--;
    }
    if (message->msg_iovlen) {
        message->msg_iov->iov_base = (uint8_t *)message->msg_iov->iov_base + sent;
        message->msg_iov->iov_len -= sent;
    }
}

static HRESULT uv_socket_Send(ISocket *iface, const struct net_part *parts, uint32_t part_count,
                              int64_t deadline_ns)
{
    struct uv_socket *socket = impl_from_ISocket(iface);
    struct iovec vector[NET_PARTS_MAX];
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = part_count};
    uint32_t i;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    for (i = 0; i < part_count; i++) {
        vector[i].iov_base = (void *)(uintptr_t)parts[i].data; /* sendmsg only reads */
        vector[i].iov_len = parts[i].size_bytes;
    }
    while (message.msg_iovlen) {
        ssize_t sent = sendmsg(socket->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (sent >= 0) {
            advance(&message, (size_t)sent);
        } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
            if (!wait_for(socket->source.fd, POLLOUT, deadline_ns))
                return NET_E_TIMEOUT;
        } else if (errno != EINTR) {
            return NET_E_CLOSED;
        }
    }
    return S_OK;
}

HRESULT uv__prepare_receive(int fd, int64_t *inout_slice_ns, int64_t long_slice_ns, int64_t deadline_ns,
                            int *out_flags)
{
    int64_t left_ns, slice_ns = long_slice_ns;
    struct timeval timeout;

    *out_flags = MSG_DONTWAIT;
    if (deadline_ns == NET_NO_WAIT)
        return S_OK;
    left_ns = deadline_ns == NET_FOREVER ? NET_FOREVER : deadline_ns - port_now_ns();
    if (left_ns <= 0)
        return S_OK;
    if (left_ns <= SHORT_SLICE_NS)
        slice_ns = SHORT_SLICE_NS;
    else if (left_ns < long_slice_ns)
        return wait_for(fd, POLLIN, deadline_ns) ? S_OK : NET_E_TIMEOUT;
    if (slice_ns != *inout_slice_ns) {
        timeout.tv_sec = 0;
        timeout.tv_usec = (suseconds_t)(slice_ns / 1000);
        if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout)))
            return NET_E_CLOSED;
        *inout_slice_ns = slice_ns;
    }
    *out_flags = 0;
    return S_OK;
}

static HRESULT uv_socket_Receive(ISocket *iface, void *buffer, uint32_t capacity, int64_t deadline_ns,
                                 uint32_t *out_received)
{
    struct uv_socket *socket = impl_from_ISocket(iface);

    if (!capacity)
        return E_INVALIDARG;
    for (;;) {
        ssize_t received;
        int flags;
        HRESULT hr =
            uv__prepare_receive(socket->source.fd, &socket->slice_ns, LONG_SLICE_NS, deadline_ns, &flags);

        if (FAILED(hr))
            return hr;
        if (__atomic_load_n(&socket->ended, __ATOMIC_RELAXED))
            return NET_E_CLOSED; /* recv would still give what is there */
        received = recv(socket->source.fd, buffer, capacity, flags);
        if (received > 0) {
            *out_received = (uint32_t)received;
            return S_OK;
        }
        if (received == 0)
            return NET_E_CLOSED;
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return NET_E_CLOSED;
        if (errno != EINTR && (flags == MSG_DONTWAIT || port_now_ns() >= deadline_ns))
            return NET_E_TIMEOUT;
    }
}

static HRESULT uv_socket_Watch(ISocket *iface, INetworkSink *sink)
{
    struct uv_socket *socket = impl_from_ISocket(iface);
    INetworkSink *before;
    HRESULT hr;

    if (sink)
        INetworkSink_AddRef(sink);
    com_lock_take(&socket->lock);
    before = socket->watcher;
    socket->watcher = sink;
    hr = uv__source_arm(socket->network, &socket->source, sink ? EPOLLIN | EPOLLRDHUP | EPOLLONESHOT : 0);
    com_lock_give(&socket->lock);
    if (before)
        INetworkSink_Release(before);
    return hr;
}

static void socket_ready(struct uv_source *source)
{
    struct uv_socket *socket = container_of(source, struct uv_socket, source);
    INetworkSink *watcher;

    com_lock_take(&socket->lock);
    watcher = socket->watcher;
    socket->watcher = NULL;
    if (!watcher)
        com_ignore(
            uv__source_arm(socket->network, source, 0)); /* disarmed meanwhile; a hang-up cannot be masked */
    com_lock_give(&socket->lock);
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    ISocket_Release(&socket->ISocket_iface);
}

static HRESULT uv_socket_Shutdown(ISocket *iface)
{
    struct uv_socket *socket = impl_from_ISocket(iface);

    __atomic_store_n(&socket->ended, true, __ATOMIC_RELAXED);
    (void)shutdown(socket->source.fd, SHUT_RDWR); /* already closed by the peer: the same */
    return S_OK;
}

static const struct ISocketVtbl uv_socket_vtbl = {
    .QueryInterface = uv_socket_QueryInterface,
    .AddRef = uv_socket_AddRef,
    .Release = uv_socket_Release,
    .Send = uv_socket_Send,
    .Receive = uv_socket_Receive,
    .Watch = uv_socket_Watch,
    .Shutdown = uv_socket_Shutdown,
};

ISocket *uv__socket_wrap(struct uv_network *network, int fd, bool is_tcp)
{
    struct uv_socket *socket = (struct uv_socket *)port_alloc(sizeof(*socket));
    int one = 1;

    if (!socket) {
        close(fd);
        return NULL;
    }
    memset(socket, 0, sizeof(*socket));
    socket->ISocket_iface.vtbl = &uv_socket_vtbl;
    com_refs_init(&socket->source.refs);
    socket->source.fd = fd;
    socket->source.ready = socket_ready;
    socket->network = network;
    uv__network_addref(network);
    if (is_tcp)
        (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* slower, not wrong, without */
    uv__source_add(network, &socket->source);
    return &socket->ISocket_iface;
}
