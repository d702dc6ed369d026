#include "mirror_card.h"
#include <port.h>
#include <string.h>

enum {
    RING_FRAMES = 64,
    ADDRESS_BYTES = 6,
    TYPE_AT = 12, /* in an Ethernet frame */
    TYPE_IPV4 = 0x0800,
    TYPE_ARP = 0x0806,
    ARP_OPERATION_AT = 20, /* its low byte is at 21: 1 asks, 2 answers */
    ARP_SENDER_AT = 22,    /* hardware address, then IPv4 address */
    ARP_TARGET_AT = 32,
    IPV4_SOURCE_AT = 26,
    IPV4_TARGET_AT = 30,
    IPV4_HEADERS = 34,
    ARP_FRAME = 42,
};

static const uint8_t own_address[ADDRESS_BYTES] = {0x52, 0x54, 0, 0, 0, 1};
static const uint8_t their_address[ADDRESS_BYTES] = {0x52, 0x54, 0, 0, 0, 2};

struct frame {
    uint32_t length;
    uint8_t bytes[INTERFACE_FRAME_MAX];
};

struct mirror_card {
    INetworkInterface INetworkInterface_iface;
    struct com_refs refs;
    struct port_mutex lock;
    struct port_condition changed;
    struct frame ring[RING_FRAMES]; /* (lock) */
    uint32_t first;                 /* (lock) */
    uint32_t count;                 /* (lock) */
    bool woken;                     /* (lock) */
    bool refuses;                   /* (lock) */
    uint32_t lose_every;            /* constant */
    uint32_t sent;                  /* (lock) */
    uint32_t lost;                  /* (lock) */
};

static struct mirror_card card;

static HRESULT mirror_card_QueryInterface(INetworkInterface *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkInterface, iid, out_object);
}

static uint32_t mirror_card_AddRef(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_add(&card.refs);
}

static uint32_t mirror_card_Release(INetworkInterface *iface)
{
    (void)iface;
    return com_refs_release(&card.refs);
}

static HRESULT mirror_card_GetAddress(INetworkInterface *iface, uint8_t *address)
{
    (void)iface;
    memcpy(address, own_address, ADDRESS_BYTES);
    return S_OK;
}

static uint32_t mirror_card_GetDepth(INetworkInterface *iface)
{
    (void)iface;
    return RING_FRAMES;
}

static void exchange(uint8_t *one, uint8_t *other, size_t count)
{
    uint8_t kept;

    for (; count; count--, one++, other++) {
        kept = *one;
        *one = *other;
        *other = kept;
    }
}

/* Turns a sent frame into the one that comes back. @return false: none does */
static bool mirror(struct frame *frame)
{
    uint8_t *bytes = frame->bytes;
    unsigned type = (unsigned)(bytes[TYPE_AT] << 8 | bytes[TYPE_AT + 1]);

    memcpy(bytes, own_address, ADDRESS_BYTES);
    memcpy(bytes + ADDRESS_BYTES, their_address, ADDRESS_BYTES);
    if (type == TYPE_IPV4 && frame->length >= IPV4_HEADERS) {
        exchange(bytes + IPV4_SOURCE_AT, bytes + IPV4_TARGET_AT, 4);
        return true;
    }
    if (type != TYPE_ARP || frame->length < ARP_FRAME || bytes[ARP_OPERATION_AT + 1] != 1 ||
        memcmp(bytes + ARP_SENDER_AT + ADDRESS_BYTES, bytes + ARP_TARGET_AT + ADDRESS_BYTES, 4) == 0)
        return false;
    bytes[ARP_OPERATION_AT + 1] = 2;
    exchange(bytes + ARP_SENDER_AT, bytes + ARP_TARGET_AT, ADDRESS_BYTES + 4);
    memcpy(bytes + ARP_SENDER_AT, their_address, ADDRESS_BYTES);
    return true;
}

static HRESULT mirror_card_Send(INetworkInterface *iface, const struct net_part *parts, uint32_t part_count)
{
    struct frame frame = {0};
    bool refuses;
    uint32_t i;

    (void)iface;
    port_mutex_lock(&card.lock);
    refuses = card.refuses;
    port_mutex_unlock(&card.lock);
    if (refuses)
        return OS_E_IO;
    for (i = 0; i < part_count; i++) {
        if (parts[i].size_bytes > sizeof(frame.bytes) - frame.length)
            return E_INVALIDARG;
        memcpy(frame.bytes + frame.length, parts[i].data, parts[i].size_bytes);
        frame.length += parts[i].size_bytes;
    }
    if (!mirror(&frame))
        return S_OK;
    port_mutex_lock(&card.lock);
    if (card.lose_every && ++card.sent % card.lose_every == 0)
        card.lost++;
    else if (card.count < RING_FRAMES)
        card.ring[(card.first + card.count++) % RING_FRAMES] = frame;
    port_condition_wake_all(&card.changed);
    port_mutex_unlock(&card.lock);
    return S_OK;
}

static HRESULT mirror_card_Receive(INetworkInterface *iface, void *buffer, uint32_t *out_length)
{
    HRESULT hr = S_FALSE;

    (void)iface;
    port_mutex_lock(&card.lock);
    if (card.count) {
        *out_length = card.ring[card.first].length;
        memcpy(buffer, card.ring[card.first].bytes, *out_length);
        card.first = (card.first + 1) % RING_FRAMES;
        card.count--;
        hr = S_OK;
    }
    port_mutex_unlock(&card.lock);
    return hr;
}

static HRESULT mirror_card_Wait(INetworkInterface *iface, int64_t deadline_ns)
{
    (void)iface;
    port_mutex_lock(&card.lock);
    while (!card.count && !card.woken && port_condition_wait(&card.changed, &card.lock, deadline_ns))
        ;
    card.woken = false;
    port_mutex_unlock(&card.lock);
    return S_OK;
}

static HRESULT mirror_card_Wake(INetworkInterface *iface)
{
    (void)iface;
    port_mutex_lock(&card.lock);
    card.woken = true;
    port_condition_wake_all(&card.changed);
    port_mutex_unlock(&card.lock);
    return S_OK;
}

INetworkInterface *mirror_card(uint32_t lose_every)
{
    static const struct INetworkInterfaceVtbl vtbl = {
        .QueryInterface = mirror_card_QueryInterface,
        .AddRef = mirror_card_AddRef,
        .Release = mirror_card_Release,
        .GetAddress = mirror_card_GetAddress,
        .GetDepth = mirror_card_GetDepth,
        .Send = mirror_card_Send,
        .Receive = mirror_card_Receive,
        .Wait = mirror_card_Wait,
        .Wake = mirror_card_Wake,
    };

    if (!card.INetworkInterface_iface.vtbl) {
        card.INetworkInterface_iface.vtbl = &vtbl;
        com_refs_init(&card.refs);
        card.lose_every = lose_every;
        if (!port_mutex_init(&card.lock) || !port_condition_init(&card.changed))
            port_panic("no card");
    }
    return &card.INetworkInterface_iface;
}

void mirror_card_refuse(bool refuse)
{
    port_mutex_lock(&card.lock);
    card.refuses = refuse;
    port_mutex_unlock(&card.lock);
}

uint32_t mirror_card_lost(void)
{
    uint32_t lost;

    port_mutex_lock(&card.lock);
    lost = card.lost;
    port_mutex_unlock(&card.lock);
    return lost;
}
