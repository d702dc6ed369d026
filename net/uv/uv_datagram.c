/* IDatagramSocket: one system call to send, one to receive. */
#include "uv_internal.h"
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

/* recvmsg sleeps at most this long: Interrupt and Shutdown are noticed then. */
#define SLICE_NS (INT64_C(20) * PORT_NS_PER_MS)

/* What the system keeps until it is received: all that several peers may have under way. */
#define BUFFER_BYTES (1 << 20)

struct uv_datagram_socket {
    IDatagramSocket IDatagramSocket_iface;
    struct uv_source source;
    struct uv_network *network; /* constant, one reference */
    struct com_lock lock;
    INetworkSink *watcher; /* (lock) one reference */
    int64_t slice_ns;      /* (the receiving thread) what SO_RCVTIMEO says */
    bool connected;        /* constant */
    bool interrupted;      /* (atomic) */
    bool ended;            /* (atomic) */
};

static const struct IDatagramSocketVtbl uv_datagram_vtbl;

static struct uv_datagram_socket *impl_from_IDatagramSocket(IDatagramSocket *iface)
{
    assert(iface->vtbl == &uv_datagram_vtbl);
    return container_of(iface, struct uv_datagram_socket, IDatagramSocket_iface);
}

static HRESULT uv_datagram_QueryInterface(IDatagramSocket *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDatagramSocket, iid, out_object);
}

static uint32_t uv_datagram_AddRef(IDatagramSocket *iface)
{
    return com_refs_add(&impl_from_IDatagramSocket(iface)->source.refs);
}

static uint32_t uv_datagram_Release(IDatagramSocket *iface)
{
    struct uv_datagram_socket *socket = impl_from_IDatagramSocket(iface);
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

static void to_system(const struct net_address *address, struct sockaddr_in *out_address)
{
    memset(out_address, 0, sizeof(*out_address));
    out_address->sin_family = AF_INET;
    out_address->sin_addr.s_addr = htonl(address->host);
    out_address->sin_port = htons((uint16_t)address->port);
}

static void from_system(const struct sockaddr_in *address, struct net_address *out_address)
{
    out_address->host = ntohl(address->sin_addr.s_addr);
    out_address->port = ntohs(address->sin_port);
}

static bool has_ended(const struct uv_datagram_socket *socket)
{
    return __atomic_load_n(&socket->ended, __ATOMIC_ACQUIRE);
}

static HRESULT uv_datagram_Send(IDatagramSocket *iface, const struct net_part *parts, uint32_t part_count,
                                const struct net_address *to)
{
    struct uv_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    struct iovec vector[NET_PARTS_MAX];
    struct msghdr message = {.msg_iov = vector, .msg_iovlen = part_count};
    struct sockaddr_in address;
    uint32_t i;

    if (part_count > NET_PARTS_MAX)
        return E_INVALIDARG;
    for (i = 0; i < part_count; i++) {
        vector[i].iov_base = (void *)(uintptr_t)parts[i].data; /* sendmsg only reads */
        vector[i].iov_len = parts[i].size_bytes;
    }
    if (!socket->connected) {
        to_system(to, &address);
        message.msg_name = &address;
        message.msg_namelen = sizeof(address);
    }
    if (has_ended(socket))
        return NET_E_CLOSED;
    if (sendmsg(socket->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == ECONNREFUSED)
        return NET_E_UNREACHABLE;
    return S_OK; /* or it is lost */
}

static HRESULT uv_datagram_Receive(IDatagramSocket *iface, void *buffer, uint32_t capacity,
                                   int64_t deadline_ns, struct net_address *out_from, uint32_t *out_received)
{
    struct uv_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    struct iovec vector = {.iov_base = buffer, .iov_len = capacity};
    struct sockaddr_in from;

    for (;;) {
        struct msghdr message = {
            .msg_name = &from, .msg_namelen = sizeof(from), .msg_iov = &vector, .msg_iovlen = 1};
        ssize_t received;
        int flags;
        HRESULT hr = uv__prepare_receive(socket->source.fd, &socket->slice_ns, SLICE_NS, deadline_ns, &flags);

        if (FAILED(hr))
            return hr;
        received = recvmsg(socket->source.fd, &message, flags);
        if (has_ended(socket))
            return NET_E_CLOSED;
        if (received >= 0 && message.msg_namelen == sizeof(from)) {
            from_system(&from, out_from);
            *out_received = (uint32_t)received;
            return S_OK;
        }
        if (received < 0 && errno == ECONNREFUSED)
            return NET_E_UNREACHABLE;
        if (received < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            return NET_E_CLOSED;
        if (__atomic_exchange_n(&socket->interrupted, false, __ATOMIC_ACQ_REL) || flags == MSG_DONTWAIT ||
            port_now_ns() >= deadline_ns)
            return NET_E_TIMEOUT;
    }
}

static HRESULT uv_datagram_Watch(IDatagramSocket *iface, INetworkSink *sink)
{
    struct uv_datagram_socket *socket = impl_from_IDatagramSocket(iface);
    INetworkSink *before;
    HRESULT hr;

    if (sink)
        INetworkSink_AddRef(sink);
    com_lock_take(&socket->lock);
    before = socket->watcher;
    socket->watcher = sink;
    hr = uv__source_arm(socket->network, &socket->source, sink ? EPOLLIN | EPOLLONESHOT : 0);
    com_lock_give(&socket->lock);
    if (before)
        INetworkSink_Release(before);
    return hr;
}

static void datagram_ready(struct uv_source *source)
{
    struct uv_datagram_socket *socket = container_of(source, struct uv_datagram_socket, source);
    INetworkSink *watcher;

    com_lock_take(&socket->lock);
    watcher = socket->watcher;
    socket->watcher = NULL;
    if (!watcher)
        com_ignore(uv__source_arm(socket->network, source, 0)); /* disarmed meanwhile */
    com_lock_give(&socket->lock);
    if (watcher) {
        com_ignore(INetworkSink_Ready(watcher)); /* by contract */
        INetworkSink_Release(watcher);
    }
    IDatagramSocket_Release(&socket->IDatagramSocket_iface);
}

static HRESULT uv_datagram_Interrupt(IDatagramSocket *iface)
{
    __atomic_store_n(&impl_from_IDatagramSocket(iface)->interrupted, true, __ATOMIC_RELEASE);
    return S_OK;
}

static HRESULT uv_datagram_GetAddress(IDatagramSocket *iface, struct net_address *out_address)
{
    struct sockaddr_in address;
    socklen_t length = sizeof(address);

    if (getsockname(impl_from_IDatagramSocket(iface)->source.fd, (struct sockaddr *)&address, &length))
        return OS_E_IO;
    from_system(&address, out_address);
    return S_OK;
}

static HRESULT uv_datagram_Shutdown(IDatagramSocket *iface)
{
    struct uv_datagram_socket *socket = impl_from_IDatagramSocket(iface);

    __atomic_store_n(&socket->ended, true, __ATOMIC_RELEASE);
    (void)shutdown(socket->source.fd, SHUT_RDWR); /* says that nobody is there, and wakes who receives */
    return S_OK;
}

static const struct IDatagramSocketVtbl uv_datagram_vtbl = {
    .QueryInterface = uv_datagram_QueryInterface,
    .AddRef = uv_datagram_AddRef,
    .Release = uv_datagram_Release,
    .Send = uv_datagram_Send,
    .Receive = uv_datagram_Receive,
    .Watch = uv_datagram_Watch,
    .Interrupt = uv_datagram_Interrupt,
    .GetAddress = uv_datagram_GetAddress,
    .Shutdown = uv_datagram_Shutdown,
};

/* ---- opening ---- */

/* @return a descriptor, or -1 with errno */
static int open_bound(const struct net_address *local, const struct net_address *peer)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), whole = IP_PMTUDISC_DO, bytes = BUFFER_BYTES,
        error;
    struct sockaddr_in address;

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &whole,
                     sizeof(whole));                                    /* no fragments; lost otherwise */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)); /* as much of it as there is */
    to_system(local, &address);
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0) {
        if (!peer)
            return fd;
        to_system(peer, &address);
        if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
            return fd;
    }
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

HRESULT uv__datagram_open(struct uv_network *network, const struct net_address *local,
                          const struct net_address *peer, IDatagramSocket **out_socket)
{
    struct uv_datagram_socket *socket;
    int fd;

    *out_socket = NULL;
    if (local->port > UINT16_MAX || (peer && peer->port > UINT16_MAX))
        return E_INVALIDARG;
    fd = open_bound(local, peer);
    if (fd < 0)
        return com_fail(errno == EADDRINUSE ? NET_E_ADDRESS_IN_USE : NET_E_BAD_ENDPOINT,
                        "no UDP port: ", strerror(errno), NULL);
    socket = (struct uv_datagram_socket *)port_alloc(sizeof(*socket));
    if (!socket) {
        close(fd);
        return E_OUTOFMEMORY;
    }
    memset(socket, 0, sizeof(*socket));
    socket->IDatagramSocket_iface.vtbl = &uv_datagram_vtbl;
    com_refs_init(&socket->source.refs);
    socket->source.fd = fd;
    socket->source.ready = datagram_ready;
    socket->connected = peer != NULL;
    socket->network = network;
    uv__network_addref(network);
    uv__source_add(network, &socket->source);
    *out_socket = &socket->IDatagramSocket_iface;
    return S_OK;
}
