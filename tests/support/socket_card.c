#include "socket_card.h"
#include <poll.h>
#include <port.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ADDRESS_BYTES = 6, PARTS_MAX = 16 };

static const uint8_t own_address[ADDRESS_BYTES] = {0x52, 0x54, 0, 0x4D, 0x4C, 15};

struct socket_card {
    INetworkInterface INetworkInterface_iface;
    struct com_refs refs;
    struct port_mutex lock;
    int socket; /* (lock) -1: not plugged in */
    int wake;   /* constant */
};

static struct socket_card card;

static HRESULT socket_card_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

static uint32_t socket_card_AddRef(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_add(&card.refs);
}

static uint32_t socket_card_Release(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_release(&card.refs);
}

static HRESULT socket_card_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    (void)iface;
    memcpy(address, own_address, ADDRESS_BYTES);
    return S_OK;
}

/* Far fewer than fit into the socket. */
static uint32_t socket_card_GetDepth(INetworkInterface *iface)
{
    (void)iface;
    return 16;
}

static HRESULT socket_card_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    struct iovec pieces[PARTS_MAX];
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = part_count};
    uint32_t i;

    (void)iface;
    if (part_count > PARTS_MAX)
        return E_INVALIDARG;
    for (i = 0; i < part_count; i++)
        pieces[i] = (struct iovec){(void *)(uintptr_t)parts[i].data, parts[i].size_bytes};
    port_mutex_lock(&card.lock);
    if (card.socket >= 0)
        (void)sendmsg(card.socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT); /* or it is lost, as on a wire */
    port_mutex_unlock(&card.lock);
    return S_OK;
}

static HRESULT socket_card_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    ssize_t length = -1;

    (void)iface;
    port_mutex_lock(&card.lock);
    if (card.socket >= 0)
        length = recv(card.socket, buffer, INTERFACE_FRAME_MAX, MSG_DONTWAIT);
    port_mutex_unlock(&card.lock);
    if (length < 0)
        return S_FALSE;
    *out_length = (uint32_t)length;
    return S_OK;
}

static HRESULT socket_card_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    struct pollfd polls[] = {{.fd = card.wake, .events = POLLIN}, {.events = POLLIN}};
    int64_t left_ms = deadline_ns == PORT_FOREVER ? 1000 : (deadline_ns - port_now_ns()) / PORT_NS_PER_MS + 1;
    uint64_t woken;

    (void)iface;
    port_mutex_lock(&card.lock);
    polls[1].fd = card.socket;
    port_mutex_unlock(&card.lock);
    if (left_ms > 1000)
        left_ms = 1000; /* who waits looks again */
    (void)poll(polls, 2, left_ms > 0 ? (int)left_ms : 0);
    if (polls[0].revents && read(card.wake, &woken, sizeof(woken)) < 0)
        port_panic("the card's event");
    return S_OK;
}

static HRESULT socket_card_Wake(INetworkInterface *iface)
{
    uint64_t one = 1;

    (void)iface;
    if (write(card.wake, &one, sizeof(one)) < 0)
        port_panic("the card's event");
    return S_OK;
}

INetworkInterface *socket_card(void)
{
    static const struct INetworkInterfaceVtbl vtbl = {
        .QueryInterface = socket_card_QueryInterface,
        .AddRef = socket_card_AddRef,
        .Release = socket_card_Release,
        .GetAddress = socket_card_GetAddress,
        .GetDepth = socket_card_GetDepth,
        .Send = socket_card_Send,
        .Receive = socket_card_Receive,
        .Wait = socket_card_Wait,
        .Wake = socket_card_Wake,
    };

    if (!card.INetworkInterface_iface.vtbl) {
        card.INetworkInterface_iface.vtbl = &vtbl;
        com_refs_init(&card.refs);
        card.socket = -1;
        card.wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (card.wake < 0 || !port_mutex_init(&card.lock))
            port_panic("no card");
    }
    return &card.INetworkInterface_iface;
}

static void set_path(struct sockaddr_un *address, const char *path)
{
    memset(address, 0, sizeof(*address));
    address->sun_family = AF_UNIX;
    snprintf(address->sun_path, sizeof(address->sun_path), "%s", path);
}

void socket_card_plug(const char *path, const char *port_path)
{
    struct sockaddr_un own, port;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    set_path(&own, path);
    set_path(&port, port_path);
    (void)unlink(path);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&own, sizeof(own)) != 0 ||
        connect(fd, (const struct sockaddr *)&port, sizeof(port)) != 0)
        port_panic("the card cannot be plugged in");
    port_mutex_lock(&card.lock);
    card.socket = fd;
    port_mutex_unlock(&card.lock);
    (void)socket_card_Wake(&card.INetworkInterface_iface);
}

void socket_card_unplug(void)
{
    port_mutex_lock(&card.lock);
    if (card.socket >= 0)
        close(card.socket);
    card.socket = -1;
    port_mutex_unlock(&card.lock);
    (void)socket_card_Wake(&card.INetworkInterface_iface);
}
