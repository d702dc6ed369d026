#include "stream_link.h"
#include <net/datagram.idl.h>
#include <rpc_frame.h>
#include <port.h>
#include <rpc_buffer.h>
#include <string.h>

/*
 * Receiving: one recv takes what has come, at best exactly one frame, into a buffer that is then handed out
 * whole. Bytes of the next frame move to a fresh buffer; for one call at a time there are none.
 */
struct stream_link {
    ILink ILink_iface;
    struct com_refs refs;
    ISocket *socket;            /* constant, one reference */
    INetwork *network;          /* constant, one reference */
    IUrgentSocket *urgent;      /* constant, one reference; NULL: the socket has one way only */
    struct rpc_buffer *filling; /* (the receiving thread) size_bytes of it have come */
    uint32_t body_max; /* (the receiving thread) of the next frame: a stranger is granted a greeting only */
};

static const struct ILinkVtbl stream_link_vtbl;

static struct stream_link *impl_from_ILink(ILink *iface)
{
    assert(iface->vtbl == &stream_link_vtbl);
    return container_of(iface, struct stream_link, ILink_iface);
}

static HRESULT stream_link_QueryInterface(ILink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILink, iid, out_object);
}

static uint32_t stream_link_AddRef(ILink *iface)
{
    return com_refs_add(&impl_from_ILink(iface)->refs);
}

static uint32_t stream_link_Release(ILink *iface)
{
    struct stream_link *link = impl_from_ILink(iface);
    uint32_t left = com_refs_release(&link->refs);

    if (left)
        return left;
    com_ignore(ISocket_Shutdown(link->socket)); /* it ends in any case */
    if (link->urgent)
        IUrgentSocket_Release(link->urgent);
    ISocket_Release(link->socket);
    INetwork_Release(link->network);
    rpc_buffer_free(link->filling);
    port_free(link);
    return 0;
}

/*
 * One frame that says how the link is, and nothing of what is done over it: it may pass others, which a large
 * one would hold up.
 */
static bool is_urgent(const struct net_part *parts, uint32_t part_count)
{
    struct rpc_header header;
    uint32_t size_bytes = 0, i;

    if (!part_count || parts[0].size_bytes < RPC_HEADER_BYTES ||
        FAILED(rpc_header_read((const uint8_t *)parts[0].data, &header)) ||
        (header.type != RPC_PING && header.type != RPC_PONG))
        return false;
    for (i = 0; i < part_count; i++)
        size_bytes += parts[i].size_bytes;
    return size_bytes == RPC_HEADER_BYTES + header.body_bytes;
}

static HRESULT stream_link_Send(ILink *iface, const struct net_part *parts, uint32_t part_count,
                                int64_t deadline_ns)
{
    struct stream_link *link = impl_from_ILink(iface);

    if (link->urgent && is_urgent(parts, part_count) &&
        IUrgentSocket_SendUrgent(link->urgent, parts, part_count) == S_OK)
        return S_OK;
    if (SUCCEEDED(ISocket_Send(link->socket, parts, part_count, deadline_ns)))
        return S_OK;
    com_ignore(ISocket_Shutdown(link->socket)); /* half a frame may have left: nothing can follow it */
    return RPC_E_DISCONNECTED;
}

/* Bytes of the first frame as far as its header has come; 0: not even that. */
static HRESULT frame_bytes(const struct stream_link *link, uint32_t *out_bytes)
{
    const struct rpc_buffer *buffer = link->filling;
    struct rpc_header header;
    HRESULT hr;

    *out_bytes = 0;
    if (buffer->size_bytes < RPC_HEADER_BYTES)
        return S_OK;
    hr = rpc_header_read(buffer->data, &header);
    if (FAILED(hr))
        return hr;
    if (header.body_bytes > link->body_max)
        return RPC_E_OUT_OF_RESOURCES;
    *out_bytes = RPC_HEADER_BYTES + header.body_bytes;
    return S_OK;
}

/* Moves what is there into a buffer that can take `bytes`. */
static HRESULT enlarge(struct stream_link *link, uint32_t bytes)
{
    struct rpc_buffer *larger = rpc_buffer_alloc(bytes);

    if (!larger)
        return E_OUTOFMEMORY;
    memcpy(larger->data, link->filling->data, link->filling->size_bytes);
    larger->size_bytes = link->filling->size_bytes;
    rpc_buffer_free(link->filling);
    link->filling = larger;
    return S_OK;
}

/* The first `bytes` are a frame: hands them out, keeps the rest. */
static HRESULT take_frame(struct stream_link *link, uint32_t bytes, struct rpc_buffer **out_frame)
{
    struct rpc_buffer *frame = link->filling, *rest = NULL;
    uint32_t rest_bytes = frame->size_bytes - bytes;

    if (rest_bytes) {
        rest = rpc_buffer_alloc(rest_bytes);
        if (!rest)
            return E_OUTOFMEMORY;
        memcpy(rest->data, frame->data + bytes, rest_bytes);
        rest->size_bytes = rest_bytes;
    }
    frame->size_bytes = bytes;
    link->filling = rest;
    link->body_max = PORT_MAX_MESSAGE_BYTES;
    *out_frame = frame;
    return S_OK;
}

/* Whether it is one frame and nothing else. */
static bool is_frame(const struct rpc_buffer *buffer)
{
    struct rpc_header header;

    return buffer->size_bytes >= RPC_HEADER_BYTES && SUCCEEDED(rpc_header_read(buffer->data, &header)) &&
           header.body_bytes == buffer->size_bytes - RPC_HEADER_BYTES;
}

/* One has come beside the stream. @retval S_FALSE it has been taken already */
static HRESULT receive_urgent(struct stream_link *link, struct rpc_buffer **out_frame)
{
    struct rpc_buffer *frame = rpc_buffer_alloc(NET_URGENT_MAX);
    HRESULT hr;

    if (!frame)
        return E_OUTOFMEMORY;
    hr = IUrgentSocket_ReceiveUrgent(link->urgent, frame->data, NET_URGENT_MAX, &frame->size_bytes);
    if (hr == S_OK && !is_frame(frame))
        hr = RPC_E_INVALID_HEADER;
    if (hr == S_OK)
        *out_frame = frame;
    else
        rpc_buffer_free(frame);
    return hr;
}

static HRESULT stream_link_Receive(ILink *iface, int64_t deadline_ns, struct rpc_buffer **out_frame)
{
    struct stream_link *link = impl_from_ILink(iface);
    uint32_t wanted, received;
    HRESULT hr;

    *out_frame = NULL;
    if (!link->filling)
        link->filling = rpc_buffer_alloc(PORT_FRAME_BYTES);
    if (!link->filling)
        return E_OUTOFMEMORY;
    for (;;) {
        hr = frame_bytes(link, &wanted);
        if (FAILED(hr))
            return hr;
        if (wanted && link->filling->size_bytes >= wanted)
            return take_frame(link, wanted, out_frame);
        if (wanted > link->filling->capacity_bytes) {
            hr = enlarge(link, wanted);
            if (FAILED(hr))
                return hr;
        }
        hr = ISocket_Receive(link->socket, link->filling->data + link->filling->size_bytes,
                             link->filling->capacity_bytes - link->filling->size_bytes, deadline_ns,
                             &received);
        if (FAILED(hr))
            return hr == NET_E_TIMEOUT ? hr : RPC_E_DISCONNECTED;
        if (hr == S_FALSE) {
            hr = receive_urgent(link, out_frame);
            if (hr != S_FALSE)
                return hr;
            continue;
        }
        link->filling->size_bytes += received;
    }
}

static HRESULT stream_link_Watch(ILink *iface, INetworkSink *sink)
{
    struct stream_link *link = impl_from_ILink(iface);
    uint32_t wanted;

    if (sink && link->filling &&
        (FAILED(frame_bytes(link, &wanted)) || (wanted && link->filling->size_bytes >= wanted)))
        return INetwork_SetTimer(link->network, sink,
                                 port_now_ns()); /* it is here; the socket would not say so */
    return ISocket_Watch(link->socket, sink);
}

static HRESULT stream_link_Shutdown(ILink *iface)
{
    return ISocket_Shutdown(impl_from_ILink(iface)->socket);
}

static const struct ILinkVtbl stream_link_vtbl = {
    .QueryInterface = stream_link_QueryInterface,
    .AddRef = stream_link_AddRef,
    .Release = stream_link_Release,
    .Send = stream_link_Send,
    .Receive = stream_link_Receive,
    .Watch = stream_link_Watch,
    .Shutdown = stream_link_Shutdown,
};

HRESULT stream_link_create(INetwork *network, ISocket *socket, ILink **out_link)
{
    struct stream_link *link = (struct stream_link *)port_alloc(sizeof(*link));

    *out_link = NULL;
    if (!link)
        return E_OUTOFMEMORY;
    link->ILink_iface.vtbl = &stream_link_vtbl;
    com_refs_init(&link->refs);
    link->socket = socket;
    ISocket_AddRef(socket);
    link->network = network;
    INetwork_AddRef(network);
    link->filling = NULL;
    link->body_max = RPC_CONTROL_BODY_MAX;
    if (FAILED(ISocket_QueryInterface(socket, &IID_IUrgentSocket, (void **)&link->urgent)))
        link->urgent = NULL;
    *out_link = &link->ILink_iface;
    return S_OK;
}
