/* See gateway.h. */
#include "gateway.h"
#include "gateway_filter.h"
#include <arpa/inet.h>
#include <com_impl.h>
#include <errno.h>
#include <netinet/in.h>
#include <slirp/libslirp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define NS_PER_MS INT64_C(1000000)
#define PORT_ATTEMPTS 16

/*
 * libslirp's TCP counts in half seconds, so what is lost on its way to a machine is sent again after one to
 * two; Linux, which the other half of the connection is, takes a fifth of a second. So libslirp's clock runs
 * faster.
 */
#define CLOCK_SPEED 5

/* New connections wait when so many are left (libslirp keeps each for two seconds after its end): one round
 * of the loop can add a few before it is looked at again. */
#define SOCKETS_RESERVED 8

/* A descriptor of libslirp's. */
struct watched {
    uv_poll_t poll;
    int fd;
    int wanted;  /* SLIRP_POLL_*: what libslirp asked for */
    int armed;   /* UV_*: what the loop watches */
    int revents; /* SLIRP_POLL_*: what happened */
    bool listens;
};

struct gateway {
    struct gateway_config config;
    struct in_addr address;
    Slirp *slirp;
    struct watched *sockets[GATEWAY_SOCKETS_MAX]; /* NULL: free */
    int place_end;                                /* behind the last place in use */
    uint32_t socket_count;
    bool changed; /* libslirp may wait for something else than it did */
    bool ready;   /* something happened that it waits for */
    int64_t due_ns;
};

/* Watching descriptors */

static void on_ready(uv_poll_t *poll, int status, int events)
{
    struct watched *watched = poll->data;

    if (status <
        0) { /* an error of the socket, which reading or writing will tell; libuv has stopped watching */
        watched->armed = 0;
        watched->revents = SLIRP_POLL_IN | SLIRP_POLL_OUT | SLIRP_POLL_ERR | SLIRP_POLL_HUP;
        return;
    }
    if (events & UV_READABLE)
        watched->revents |= SLIRP_POLL_IN;
    if (events & UV_WRITABLE)
        watched->revents |= SLIRP_POLL_OUT;
}

static void free_watched(uv_handle_t *handle)
{
    free(handle->data);
}

static bool is_listening(int fd)
{
    int listens = 0;
    socklen_t size = sizeof(listens);

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens;
}

/* The place of a descriptor, made if it is new; -1: the gateway is full. */
static int find_place(struct gateway *gateway, int fd)
{
    struct watched *watched;
    int place, first_free = -1;

    for (place = 0; place < gateway->place_end; place++) {
        if (gateway->sockets[place] && gateway->sockets[place]->fd == fd)
            return place;
        if (!gateway->sockets[place] && first_free < 0)
            first_free = place;
    }
    if (first_free < 0 && gateway->place_end < GATEWAY_SOCKETS_MAX)
        first_free = gateway->place_end;
    watched = first_free >= 0 ? calloc(1, sizeof(*watched)) : NULL;
    if (!watched || uv_poll_init(gateway->config.loop, &watched->poll, fd) != 0) {
        free(watched);
        return -1;
    }
    watched->poll.data = watched;
    watched->fd = fd;
    watched->listens = is_listening(fd);
    gateway->sockets[first_free] = watched;
    if (first_free == gateway->place_end)
        gateway->place_end++;
    gateway->socket_count++;
    return first_free;
}

static void register_socket(int fd, void *opaque)
{
    (void)find_place(opaque, fd); /* a full gateway opens none: is_full */
}

static void unregister_socket(int fd, void *opaque)
{
    struct gateway *gateway = opaque;
    int place;

    for (place = 0; place < gateway->place_end; place++) {
        if (gateway->sockets[place] && gateway->sockets[place]->fd == fd) {
            uv_close((uv_handle_t *)&gateway->sockets[place]->poll, free_watched);
            gateway->sockets[place] = NULL;
            gateway->socket_count--;
        }
    }
    while (gateway->place_end && !gateway->sockets[gateway->place_end - 1])
        gateway->place_end--;
}

static bool is_full(const struct gateway *gateway)
{
    return gateway->socket_count + SOCKETS_RESERVED > GATEWAY_SOCKETS_MAX;
}

static int add_wanted(int fd, int events, void *opaque)
{
    struct gateway *gateway = opaque;
    int place = find_place(gateway, fd);

    if (place >= 0 && !(gateway->sockets[place]->listens && is_full(gateway)))
        gateway->sockets[place]->wanted = events;
    return place;
}

static int get_revents(int place, void *opaque)
{
    struct gateway *gateway = opaque;

    return gateway->sockets[place] ? gateway->sockets[place]->revents : 0;
}

static void arm(struct watched *watched)
{
    int events = (watched->wanted & SLIRP_POLL_IN ? UV_READABLE : 0) |
                 (watched->wanted & SLIRP_POLL_OUT ? UV_WRITABLE : 0);

    if (events == watched->armed)
        return;
    if (events)
        (void)uv_poll_start(&watched->poll, events, on_ready); /* of a handle that is open it cannot fail */
    else
        (void)uv_poll_stop(&watched->poll);
    watched->armed = events;
}

int64_t gateway_prepare(struct gateway *gateway, int64_t now_ns)
{
    uint32_t timeout_ms = UINT32_MAX;
    int place;

    if (!gateway->changed)
        return gateway->due_ns;
    gateway->changed = false;
    for (place = 0; place < gateway->place_end; place++)
        if (gateway->sockets[place])
            gateway->sockets[place]->wanted = 0;
    slirp_pollfds_fill(gateway->slirp, &timeout_ms, add_wanted, gateway);
    for (place = 0; place < gateway->place_end; place++)
        if (gateway->sockets[place])
            arm(gateway->sockets[place]);
    gateway->due_ns = now_ns + timeout_ms * NS_PER_MS / CLOCK_SPEED;
    return gateway->due_ns;
}

void gateway_check(struct gateway *gateway, int64_t now_ns)
{
    bool ready = now_ns >= gateway->due_ns;
    int place;

    for (place = 0; place < gateway->place_end; place++)
        ready = ready || (gateway->sockets[place] && gateway->sockets[place]->revents);
    if (!ready)
        return;
    slirp_pollfds_poll(gateway->slirp, 0, get_revents, gateway);
    for (place = 0; place < gateway->place_end; place++)
        if (gateway->sockets[place])
            gateway->sockets[place]->revents = 0;
    gateway->changed = true;
}

/* What else libslirp asks of its host */

static ssize_t send_frame(const void *frame, size_t length, void *opaque)
{
    struct gateway *gateway = opaque;

    gateway->config.send(gateway->config.context, frame, (uint32_t)length);
    return (ssize_t)length;
}

/* Packets that make no sense are the machine's own affair: a line for each would let it fill the log. */
static void ignore_error(const char *message, void *opaque)
{
    (void)message;
    (void)opaque;
}

static int64_t get_time(void *opaque)
{
    (void)opaque;
    return (int64_t)uv_hrtime() * CLOCK_SPEED;
}

/* Only IPv6 has timers of this kind, and it is off. */
static void *make_no_timer(SlirpTimerCb callback, void *callback_opaque, void *opaque)
{
    (void)callback;
    (void)callback_opaque;
    (void)opaque;
    return NULL;
}

static void free_no_timer(void *timer, void *opaque)
{
    (void)timer;
    (void)opaque;
}

static void set_no_timer(void *timer, int64_t expire_ms, void *opaque)
{
    (void)timer;
    (void)expire_ms;
    (void)opaque;
}

static void note_change(void *opaque)
{
    struct gateway *gateway = opaque;

    gateway->changed = true;
}

static const SlirpCb callbacks = {
    .send_packet = send_frame,
    .guest_error = ignore_error,
    .clock_get_ns = get_time,
    .timer_new = make_no_timer,
    .timer_free = free_no_timer,
    .timer_mod = set_no_timer,
    .register_poll_fd = register_socket,
    .unregister_poll_fd = unregister_socket,
    .notify = note_change,
};

/* Life */

static bool parse_address(const char *text, struct in_addr *out_address)
{
    uint32_t address;

    if (inet_pton(AF_INET, text, out_address) != 1)
        return false;
    address = ntohl(out_address->s_addr);
    return (address & GATEWAY_NETMASK) == GATEWAY_NETWORK && (address & 0xFF) > 3 && (address & 0xFF) < 0xFF;
}

HRESULT gateway_create(const struct gateway_config *config, struct gateway **out_gateway)
{
    const SlirpConfig settings = {
        .version = 4,
        .in_enabled = true,
        .vnetwork.s_addr = htonl(GATEWAY_NETWORK),
        .vnetmask.s_addr = htonl(GATEWAY_NETMASK),
        .vhost.s_addr = htonl(GATEWAY_ADDRESS),
        .vnameserver.s_addr = htonl(GATEWAY_ADDRESS + 1), /* it must have one; nothing gets there */
        .vdhcp_start.s_addr = htonl(GATEWAY_ADDRESS + 2),
        .disable_dns = true,
        .disable_dhcp = true,
    };
    struct gateway *gateway = calloc(1, sizeof(*gateway));

    if (!gateway)
        return E_OUTOFMEMORY;
    gateway->config = *config;
    gateway->changed = true;
    if (!parse_address(config->address, &gateway->address)) {
        free(gateway);
        return com_fail(E_INVALIDARG, "not an address of 10.0.2.4 to 10.0.2.254: ", config->address, NULL);
    }
    gateway->slirp = slirp_new(&settings, &callbacks, gateway);
    if (!gateway->slirp) {
        free(gateway);
        return E_OUTOFMEMORY;
    }
    *out_gateway = gateway;
    return S_OK;
}

void gateway_destroy(struct gateway *gateway)
{
    if (!gateway)
        return;
    slirp_cleanup(gateway->slirp); /* closes every socket, and says so */
    free(gateway);
}

void gateway_input(struct gateway *gateway, const uint8_t *frame, uint32_t length)
{
    enum gateway_verdict verdict = gateway_filter(frame, length);

    if (verdict == GATEWAY_DROPS || (verdict == GATEWAY_OPENS && is_full(gateway)))
        return;
    slirp_input(gateway->slirp, frame, (int)length);
    if (verdict == GATEWAY_RESOLVES) /* what waited for the address is only sent when libslirp polls */
        slirp_pollfds_poll(gateway->slirp, 0, get_revents, gateway);
    gateway->changed = true;
}

/* A descriptor that has the port of 127.0.0.1; -1: it is taken. */
static int take_port(int type, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    int one = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    /* As libslirp does: connections of the machine before may still be waiting for their end. */
    if (fd >= 0 &&
        (type != SOCK_STREAM || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0) &&
        bind(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
        (type != SOCK_STREAM || listen(fd, 1) == 0))
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

/* A port of 127.0.0.1 that is free at this moment, for TCP and for UDP: `wanted`, or any if that is 0.
 * Returns 0 if there is none.
 */
static uint16_t find_port(uint16_t wanted)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    int tcp = take_port(SOCK_STREAM, wanted), udp;
    uint16_t port = 0;

    if (tcp < 0)
        return 0;
    if (getsockname(tcp, (struct sockaddr *)&address, &size) == 0)
        port = ntohs(address.sin_port);
    udp = port ? take_port(SOCK_DGRAM, port) : -1;
    close(tcp);
    if (udp < 0)
        return 0;
    close(udp);
    return port;
}

/* Both or none. */
static bool forward_both(struct gateway *gateway, uint16_t port, uint16_t machine_port)
{
    struct in_addr host = {.s_addr = htonl(INADDR_LOOPBACK)};

    if (slirp_add_hostfwd(gateway->slirp, 0, host, port, gateway->address, machine_port) != 0)
        return false;
    if (slirp_add_hostfwd(gateway->slirp, 1, host, port, gateway->address, machine_port) == 0)
        return true;
    (void)slirp_remove_hostfwd(gateway->slirp, 0, host, port); /* it is there */
    return false;
}

HRESULT gateway_forward(struct gateway *gateway, uint16_t machine_port, uint16_t wanted_port,
                        uint16_t *out_port)
{
    uint16_t port = wanted_port ? find_port(wanted_port) : 0;
    int attempt;

    if (is_full(gateway))
        return com_fail(RPC_E_OUT_OF_RESOURCES, "too many ports are forwarded", NULL);
    /* libslirp cannot say which port it took, so it is given one; somebody else may be quicker. */
    for (attempt = 0; attempt < PORT_ATTEMPTS; attempt++) {
        if (!port)
            port = find_port(0);
        if (port && forward_both(gateway, port, machine_port)) {
            gateway->changed = true;
            *out_port = port;
            return S_OK;
        }
        port = 0;
    }
    return com_fail(NET_E_ADDRESS_IN_USE, "no free port on 127.0.0.1: ", strerror(errno), NULL);
}
