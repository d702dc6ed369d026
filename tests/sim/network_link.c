/* An end of a cable, as its machine sees it: ILink. */
#include "network_internal.h"
#include <rpc_buffer.h>
#include <rpc_frame.h>
#include <string.h>

static const struct ILinkVtbl link_vtbl;

static struct network_link *impl_from_ILink(ILink *iface)
{
    assert(iface->vtbl == &link_vtbl);
    return container_of(iface, struct network_link, ILink_iface);
}

static struct side *own_side(struct network_link *link)
{
    return &link->cable->side[link->which];
}

static struct side *other_side(struct network_link *link)
{
    return &link->cable->side[!link->which];
}

static HRESULT link_QueryInterface(ILink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILink, iid, out_object);
}

static uint32_t link_AddRef(ILink *iface)
{
    return com_refs_add(&impl_from_ILink(iface)->refs);
}

static HRESULT link_Watch(ILink *iface, INetworkSink *sink)
{
    struct network_link *link = impl_from_ILink(iface);
    INetworkSink *before = link->sink;

    if (sink)
        INetworkSink_AddRef(sink);
    link->sink = sink;
    if (sink && (own_side(link)->arrived || own_side(link)->ended || own_side(link)->closed))
        network__link_notify(link);
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT link_Shutdown(ILink *iface)
{
    struct network_link *link = impl_from_ILink(iface);
    struct side *own = own_side(link);

    if (own->closed)
        return S_OK;
    own->closed = true;
    port_condition_wake_all(&own->readable);
    port_condition_wake_all(&other_side(link)->writable);
    network__send_end(link->cable, !link->which);
    network__link_notify(link);
    return S_OK;
}

static uint32_t link_Release(ILink *iface)
{
    struct network_link *link = impl_from_ILink(iface);
    uint32_t left = com_refs_release(&link->refs);

    if (left)
        return left;
    com_ignore(link_Shutdown(iface)); /* cannot fail */
    own_side(link)->link = NULL;
    if (link->sink)
        INetworkSink_Release(link->sink);
    network__release(link->network);
    port_free(link);
    return 0;
}

/* ---- sending ---- */

static bool cannot_send(struct network_link *link)
{
    return own_side(link)->closed || own_side(link)->ended;
}

/* Whether it may leave: one frame always may, whatever its size. */
static bool has_room(const struct side *other, uint32_t size_bytes)
{
    return !other->bytes || other->bytes + size_bytes <= network_state.options.capacity_bytes;
}

static HRESULT send_frame(struct network_link *link, const uint8_t *frame, uint32_t size_bytes,
                          int64_t deadline_ns)
{
    struct side *other = other_side(link);

    while (!cannot_send(link) && !has_room(other, size_bytes)) {
        if (sim_wait(&other->writable, deadline_ns))
            continue;
        com_ignore(link_Shutdown(&link->ILink_iface)); /* half a frame may have left: nothing can follow it */
    }
    if (cannot_send(link))
        return RPC_E_DISCONNECTED;
    network__send(link->cable, !link->which, frame, size_bytes);
    return S_OK;
}

static HRESULT link_Send(ILink *iface, const struct net_part *parts, uint32_t part_count, int64_t deadline_ns)
{
    struct network_link *link = impl_from_ILink(iface);
    uint8_t *gathered = NULL;
    const uint8_t *at;
    uint32_t size_bytes = 0, filled = 0, i;
    HRESULT hr = S_OK;

    sim_yield();
    for (i = 0; i < part_count; i++)
        size_bytes += parts[i].size_bytes;
    if (part_count > 1) { /* a network that copies: on its own stack, it cannot fail */
        gathered = (uint8_t *)__builtin_alloca(size_bytes);
        for (i = 0; i < part_count; i++) {
            memcpy(gathered + filled, parts[i].data, parts[i].size_bytes);
            filled += parts[i].size_bytes;
        }
    }
    at = gathered ? gathered : (const uint8_t *)parts[0].data;
    while (SUCCEEDED(hr) && size_bytes) { /* one or more whole frames */
        uint32_t frame_bytes = RPC_HEADER_BYTES + wire_load_fixed32(at + 8);

        assert(frame_bytes <= size_bytes);
        hr = send_frame(link, at, frame_bytes, deadline_ns);
        at += frame_bytes;
        size_bytes -= frame_bytes;
    }
    return hr;
}

/* ---- receiving ---- */

static void take_first(struct network_link *link)
{
    struct side *own = own_side(link);
    struct frame *frame = own->arrived;

    own->arrived = frame->next;
    if (!own->arrived)
        own->arrived_end = &own->arrived;
    own->bytes -= frame->size_bytes;
    port_condition_wake_all(&own->writable);
}

/* The first frame, in a buffer of the machine. What its header says is checked as a stream's would be. */
static HRESULT receive_first(struct network_link *link, struct rpc_buffer **out_frame)
{
    struct frame *frame = own_side(link)->arrived;
    struct rpc_buffer *buffer;
    struct rpc_header header;
    HRESULT hr;

    hr = rpc_header_read(frame->data, &header);
    if (FAILED(hr))
        return hr;
    if (header.body_bytes > PORT_MAX_MESSAGE_BYTES)
        return RPC_E_OUT_OF_RESOURCES;
    buffer = rpc_buffer_alloc(frame->size_bytes);
    if (!buffer)
        return E_OUTOFMEMORY;
    memcpy(buffer->data, frame->data, frame->size_bytes);
    buffer->size_bytes = frame->size_bytes;
    take_first(link);
    *out_frame = buffer;
    return S_OK;
}

static HRESULT link_Receive(ILink *iface, int64_t deadline_ns, struct rpc_buffer **out_frame)
{
    struct network_link *link = impl_from_ILink(iface);
    struct side *own = own_side(link);

    *out_frame = NULL;
    sim_yield();
    for (;;) {
        if (own->closed)
            return RPC_E_DISCONNECTED;
        if (own->arrived)
            return receive_first(link, out_frame);
        if (own->ended)
            return RPC_E_DISCONNECTED;
        if (!sim_wait(&own->readable, deadline_ns))
            return NET_E_TIMEOUT;
    }
}

static const struct ILinkVtbl link_vtbl = {
    .QueryInterface = link_QueryInterface,
    .AddRef = link_AddRef,
    .Release = link_Release,
    .Send = link_Send,
    .Receive = link_Receive,
    .Watch = link_Watch,
    .Shutdown = link_Shutdown,
};

/* ---- being watched ---- */

/* On the network's thread of the machine. */
static void run_ready(struct task *task)
{
    struct network_link *link = container_of(task, struct network_link, ready);
    INetworkSink *sink = link->sink;

    link->sink = NULL; /* once */
    if (sink) {
        com_ignore(INetworkSink_Ready(sink)); /* by contract */
        INetworkSink_Release(sink);
    }
    link_Release(&link->ILink_iface);
}

void network__link_notify(struct network_link *link)
{
    if (!link->sink || link->ready.queued)
        return;
    (void)com_refs_add(&link->refs); /* the task's */
    network__post(link->network, &link->ready);
}

struct network_link *network__link_create(struct network_host *network, struct cable *cable, uint8_t which)
{
    struct network_link *link = (struct network_link *)port_alloc(sizeof(*link));

    if (!link)
        return NULL;
    memset(link, 0, sizeof(*link));
    link->ILink_iface.vtbl = &link_vtbl;
    com_refs_init(&link->refs);
    link->ready.run = run_ready;
    link->cable = cable;
    link->which = which;
    link->network = network;
    network__addref(network);
    cable->side[which].link = link;
    return link;
}
