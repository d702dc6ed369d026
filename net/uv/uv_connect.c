/* Endpoints, connecting and listening. */
#include "uv_internal.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define BACKLOG 64

/* ---- endpoints ---- */

static HRESULT parse_tcp(const char *endpoint, struct uv_address *out_address)
{
    struct sockaddr_in *address = (struct sockaddr_in *)&out_address->storage;
    const char *host = endpoint + 4, *colon = strrchr(host, ':');
    char text[INET_ADDRSTRLEN];
    unsigned long port;
    char *end;

    if (!colon || (size_t)(colon - host) >= sizeof(text) || colon[1] < '0' || colon[1] > '9')
        return com_fail(NET_E_BAD_ENDPOINT, "not tcp:ADDRESS:PORT: ", endpoint, NULL);
    memcpy(text, host, (size_t)(colon - host));
    text[colon - host] = '\0';
    port = strtoul(colon + 1, &end, 10);
    address->sin_family = AF_INET;
    if (*end || port > UINT16_MAX || inet_pton(AF_INET, text, &address->sin_addr) != 1)
        return com_fail(NET_E_BAD_ENDPOINT, "not tcp:ADDRESS:PORT: ", endpoint, NULL);
    address->sin_port = htons((uint16_t)port);
    out_address->length = sizeof(*address);
    return S_OK;
}

static HRESULT parse_unix(const char *endpoint, struct uv_address *out_address)
{
    struct sockaddr_un *address = (struct sockaddr_un *)&out_address->storage;
    const char *path = endpoint + 5;

    if (!path[0] || strlen(path) >= sizeof(address->sun_path))
        return com_fail(NET_E_BAD_ENDPOINT, "not unix:PATH, or the path is too long: ", endpoint, NULL);
    address->sun_family = AF_UNIX;
    memcpy(address->sun_path, path, strlen(path) + 1);
    out_address->length = sizeof(*address);
    out_address->path = path;
    return S_OK;
}

HRESULT uv__parse_endpoint(const char *endpoint, struct uv_address *out_address)
{
    memset(out_address, 0, sizeof(*out_address));
    if (strncmp(endpoint, "tcp:", 4) == 0)
        return parse_tcp(endpoint, out_address);
    if (strncmp(endpoint, "unix:", 5) == 0)
        return parse_unix(endpoint, out_address);
    return com_fail(NET_E_BAD_ENDPOINT, "neither tcp: nor unix: ", endpoint, NULL);
}

/* ---- connecting ---- */

/* Waits for a connect that is under way. @return 0, or why it failed */
static int finish_connect(int fd, int64_t deadline_ns)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLOUT};
    socklen_t length = sizeof(int);
    int error = 0;

    for (;;) {
        int64_t left_ms = (deadline_ns - port_now_ns() + PORT_NS_PER_MS - 1) / PORT_NS_PER_MS;

        if (deadline_ns == NET_FOREVER || left_ms > 3600000)
            left_ms = 3600000;
        if (left_ms < 0)
            left_ms = 0;
        if (poll(&poll_fd, 1, (int)left_ms) > 0)
            break;
        if (!left_ms)
            return ETIMEDOUT;
    }
    return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length) ? errno : error;
}

/*
 * A unix socket's connect is never under way: while the queue of who listens is full it waits in the call, as
 * long as the descriptor's time-out says, or fails if it must not wait. @return 0, or why it failed
 */
static int wait_in_queue(int fd, const struct uv_address *address, int64_t deadline_ns)
{
    (void)fcntl(fd, F_SETFL, 0);
    for (;;) {
        int64_t left_us =
            deadline_ns == NET_FOREVER ? INT64_C(3600000000) : (deadline_ns - port_now_ns()) / 1000;
        struct timeval timeout;

        if (left_us <= 0)
            return ETIMEDOUT;
        timeout.tv_sec = left_us / 1000000;
        timeout.tv_usec = left_us % 1000000;
        if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof(timeout)))
            return errno;
        if (connect(fd, (const struct sockaddr *)&address->storage, address->length) == 0)
            return 0;
        if (errno != EAGAIN && errno != EINTR)
            return errno;
    }
}

HRESULT uv__connect(struct uv_network *network, const char *endpoint, int64_t deadline_ns,
                    ISocket **out_socket)
{
    struct uv_address address;
    HRESULT hr = uv__parse_endpoint(endpoint, &address);
    int fd, error = 0;

    *out_socket = NULL;
    if (FAILED(hr))
        return hr;
    fd = socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return com_fail(OS_E_IO, "no socket: ", strerror(errno), NULL);
    if (connect(fd, (struct sockaddr *)&address.storage, address.length))
        error = errno;
    if (error == EINPROGRESS)
        error = finish_connect(fd, deadline_ns);
    else if (error == EAGAIN && address.path)
        error = wait_in_queue(fd, &address, deadline_ns);
    if (error) {
        close(fd);
        return com_fail(NET_E_UNREACHABLE, endpoint, ": ", strerror(error), NULL);
    }
    (void)fcntl(fd, F_SETFL, 0); /* blocking from here on */
    *out_socket = uv__socket_wrap(network, fd, !address.path);
    return *out_socket ? S_OK : E_OUTOFMEMORY;
}

/* ---- listening ---- */

struct uv_listener {
    IListener IListener_iface;
    struct uv_source source;
    struct uv_network *network; /* constant, one reference */
    IAcceptSink *sink;          /* constant, one reference */
    struct port_mutex lock;
    struct port_condition idle; /* `accepting` ended */
    bool closed;                /* (lock) */
    bool accepting;             /* (lock) the loop's thread is in the sink */
    bool is_tcp;
    char endpoint[NET_ENDPOINT_MAX + 1];
};

static const struct IListenerVtbl uv_listener_vtbl;

static struct uv_listener *impl_from_IListener(IListener *iface)
{
    assert(iface->vtbl == &uv_listener_vtbl);
    return container_of(iface, struct uv_listener, IListener_iface);
}

static HRESULT uv_listener_QueryInterface(IListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IListener, iid, out_object);
}

static uint32_t uv_listener_AddRef(IListener *iface)
{
    return com_refs_add(&impl_from_IListener(iface)->source.refs);
}

static HRESULT uv_listener_Close(IListener *iface)
{
    struct uv_listener *listener = impl_from_IListener(iface);
    uv_thread_t self = uv_thread_self();
    bool first;

    port_mutex_lock(&listener->lock);
    first = !listener->closed;
    listener->closed = true;
    while (listener->accepting && !uv_thread_equal(&self, &listener->network->thread))
        (void)port_condition_wait(&listener->idle, &listener->lock, PORT_FOREVER);
    port_mutex_unlock(&listener->lock);
    if (first) {
        uv__source_remove(listener->network, &listener->source);
        close(listener->source.fd);
        if (!listener->is_tcp)
            (void)unlink(listener->endpoint + strlen("unix:")); /* somebody may have removed it before */
    }
    return S_OK;
}

static uint32_t uv_listener_Release(IListener *iface)
{
    struct uv_listener *listener = impl_from_IListener(iface);
    uint32_t left = com_refs_release(&listener->source.refs);

    if (left)
        return left;
    com_ignore(uv_listener_Close(iface)); /* cannot fail */
    IAcceptSink_Release(listener->sink);
    uv__network_release(listener->network);
    port_condition_destroy(&listener->idle);
    port_mutex_destroy(&listener->lock);
    port_free(listener);
    return 0;
}

static HRESULT uv_listener_GetEndpoint(IListener *iface, char *endpoint, uint32_t capacity)
{
    struct uv_listener *listener = impl_from_IListener(iface);
    size_t size = strlen(listener->endpoint) + 1;

    if (size > capacity)
        return E_INVALIDARG;
    memcpy(endpoint, listener->endpoint, size);
    return S_OK;
}

static const struct IListenerVtbl uv_listener_vtbl = {
    .QueryInterface = uv_listener_QueryInterface,
    .AddRef = uv_listener_AddRef,
    .Release = uv_listener_Release,
    .GetEndpoint = uv_listener_GetEndpoint,
    .Close = uv_listener_Close,
};

/*
 * Without a descriptor for it a connection would stay in the queue, and the set would tell of it for ever: it
 * is taken with the spare one, and ended. (loop's thread)
 */
static void turn_away(struct uv_listener *listener)
{
    struct uv_network *network = listener->network;

    close(network->spare_fd);
    network->spare_fd = accept4(listener->source.fd, NULL, NULL, SOCK_CLOEXEC);
    if (network->spare_fd >= 0)
        close(network->spare_fd);
    network->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

/* One connection an event: the set tells again while there are more. (loop's thread) */
static void listener_ready(struct uv_source *source)
{
    struct uv_listener *listener = container_of(source, struct uv_listener, source);
    bool open;
    int fd;

    port_mutex_lock(&listener->lock);
    open = !listener->closed;
    listener->accepting = open;
    port_mutex_unlock(&listener->lock);
    fd = open ? accept4(source->fd, NULL, NULL, SOCK_CLOEXEC) : -1;
    if (fd < 0 && open && (errno == EMFILE || errno == ENFILE))
        turn_away(listener);
    if (fd >= 0) {
        ISocket *socket = uv__socket_wrap(listener->network, fd, listener->is_tcp);

        if (socket) {
            com_ignore(IAcceptSink_Accepted(listener->sink, socket)); /* who wants it has added a reference */
            ISocket_Release(socket);
        }
    }
    port_mutex_lock(&listener->lock);
    listener->accepting = false;
    port_condition_wake_all(&listener->idle);
    port_mutex_unlock(&listener->lock);
    IListener_Release(&listener->IListener_iface);
}

/* A socket file that nobody answers on is left from a process that died. */
static void remove_stale_file(const struct uv_address *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return;
    if (connect(fd, (const struct sockaddr *)&address->storage, address->length) && errno == ECONNREFUSED)
        (void)unlink(address->path); /* bind says if that was not enough */
    close(fd);
}

/* @return a listening descriptor, or -1 with errno */
static int open_listening(struct uv_address *address)
{
    int fd = socket(address->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1,
        error;

    if (fd < 0)
        return -1;
    if (address->path)
        remove_stale_file(address);
    else
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)); /* bind says if it was needed */
    if (bind(fd, (struct sockaddr *)&address->storage, address->length) || listen(fd, BACKLOG)) {
        error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    address->length = sizeof(address->storage);
    (void)getsockname(fd, (struct sockaddr *)&address->storage, &address->length); /* of a bound socket */
    return fd;
}

static void name_endpoint(struct uv_listener *listener, const struct uv_address *address)
{
    const struct sockaddr_in *tcp = (const struct sockaddr_in *)&address->storage;
    char host[INET_ADDRSTRLEN] = "";

    if (address->path) {
        snprintf(listener->endpoint, sizeof(listener->endpoint), "unix:%s", address->path);
        return;
    }
    inet_ntop(AF_INET, &tcp->sin_addr, host, sizeof(host));
    snprintf(listener->endpoint, sizeof(listener->endpoint), "tcp:%s:%u", host, ntohs(tcp->sin_port));
}

HRESULT uv__listen(struct uv_network *network, const char *endpoint, IAcceptSink *sink,
                   IListener **out_listener)
{
    struct uv_listener *listener;
    struct uv_address address;
    HRESULT hr = uv__parse_endpoint(endpoint, &address);
    int fd;

    *out_listener = NULL;
    if (FAILED(hr))
        return hr;
    fd = open_listening(&address);
    if (fd < 0)
        return com_fail(errno == EADDRINUSE ? NET_E_ADDRESS_IN_USE : NET_E_BAD_ENDPOINT, endpoint, ": ",
                        strerror(errno), NULL);
    listener = (struct uv_listener *)port_alloc(sizeof(*listener));
    if (!listener) {
        close(fd);
        return E_OUTOFMEMORY;
    }
    memset(listener, 0, sizeof(*listener));
    if (!port_mutex_init(&listener->lock) || !port_condition_init(&listener->idle)) {
        close(fd);
        port_free(listener);
        return E_OUTOFMEMORY;
    }
    listener->IListener_iface.vtbl = &uv_listener_vtbl;
    com_refs_init(&listener->source.refs);
    listener->source.fd = fd;
    listener->source.ready = listener_ready;
    listener->network = network;
    uv__network_addref(network);
    listener->sink = sink;
    IAcceptSink_AddRef(sink);
    listener->is_tcp = !address.path;
    name_endpoint(listener, &address);
    uv__source_add(network, &listener->source);
    hr = uv__source_arm(network, &listener->source, EPOLLIN);
    if (FAILED(hr)) {
        IListener_Release(&listener->IListener_iface);
        return hr;
    }
    *out_listener = &listener->IListener_iface;
    return S_OK;
}
