/* ITransport over any network of stream sockets. */
#include "stream_link.h"
#include <port.h>
#include <string.h>

#define LOOPBACK_HOST "127.0.0.1"

struct stream_transport {
    ITransport ITransport_iface;
    struct com_refs refs;
    INetwork *network; /* constant, one reference */
    char scheme[NET_ENDPOINT_MAX + 1];
    char network_scheme[NET_ENDPOINT_MAX + 1];
    char alias[NET_ENDPOINT_MAX + 1];
};

/* An endpoint as the network knows it: any of the three names takes the place of a part of it. */
#define NETWORK_ENDPOINT_BYTES (3 * (NET_ENDPOINT_MAX + 1))

/* Makes links of accepted sockets. */
struct link_acceptor {
    IAcceptSink IAcceptSink_iface;
    struct com_refs refs;
    INetwork *network;
    ILinkSink *sink;
};

/* ---- accepting ---- */

static const struct IAcceptSinkVtbl link_acceptor_vtbl;

static struct link_acceptor *impl_from_IAcceptSink(IAcceptSink *iface)
{
    assert(iface->vtbl == &link_acceptor_vtbl);
    return container_of(iface, struct link_acceptor, IAcceptSink_iface);
}

static HRESULT link_acceptor_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
}

static uint32_t link_acceptor_AddRef(IAcceptSink *iface)
{
    return com_refs_add(&impl_from_IAcceptSink(iface)->refs);
}

static uint32_t link_acceptor_Release(IAcceptSink *iface)
{
    struct link_acceptor *acceptor = impl_from_IAcceptSink(iface);
    uint32_t left = com_refs_release(&acceptor->refs);

    if (left)
        return left;
    ILinkSink_Release(acceptor->sink);
    INetwork_Release(acceptor->network);
    port_free(acceptor);
    return 0;
}

static HRESULT link_acceptor_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct link_acceptor *acceptor = impl_from_IAcceptSink(iface);
    COM_SCOPED(ILink) link = NULL;
    HRESULT hr = stream_link_create(acceptor->network, socket, &link);

    return SUCCEEDED(hr) ? ILinkSink_Accepted(acceptor->sink, link) : hr;
}

static const struct IAcceptSinkVtbl link_acceptor_vtbl = {
    .QueryInterface = link_acceptor_QueryInterface,
    .AddRef = link_acceptor_AddRef,
    .Release = link_acceptor_Release,
    .Accepted = link_acceptor_Accepted,
};

/* ---- ITransport ---- */

static const struct ITransportVtbl stream_transport_vtbl;

static struct stream_transport *impl_from_ITransport(ITransport *iface)
{
    assert(iface->vtbl == &stream_transport_vtbl);
    return container_of(iface, struct stream_transport, ITransport_iface);
}

static HRESULT stream_transport_QueryInterface(ITransport *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITransport, iid, out_object);
}

static uint32_t stream_transport_AddRef(ITransport *iface)
{
    return com_refs_add(&impl_from_ITransport(iface)->refs);
}

static uint32_t stream_transport_Release(ITransport *iface)
{
    struct stream_transport *transport = impl_from_ITransport(iface);
    uint32_t left = com_refs_release(&transport->refs);

    if (left)
        return left;
    INetwork_Release(transport->network);
    port_free(transport);
    return 0;
}

/* Checks the scheme. */
static HRESULT check_endpoint(const struct stream_transport *transport, const char *endpoint)
{
    size_t length = strlen(transport->scheme);

    if (strncmp(endpoint, transport->scheme, length) != 0 || endpoint[length] != ':' ||
        strlen(endpoint) > NET_ENDPOINT_MAX)
        return com_fail(NET_E_BAD_ENDPOINT, "not an endpoint of ", transport->scheme, ": ", endpoint, NULL);
    return S_OK;
}

/* Appends to a text that has room for it. */
static void append(char *text, const char *part)
{
    memcpy(text + strlen(text), part, strlen(part) + 1);
}

/* The endpoint as the network knows it; to dial, not to listen, with the alias. */
static void translate(const struct stream_transport *transport, const char *endpoint, bool dials,
                      char out_endpoint[NETWORK_ENDPOINT_BYTES])
{
    const char *rest = strchr(endpoint, ':');
    size_t host_length = strlen(":" LOOPBACK_HOST);

    out_endpoint[0] = '\0';
    append(out_endpoint, transport->network_scheme);
    if (dials && transport->alias[0] && strncmp(rest, ":" LOOPBACK_HOST, host_length) == 0 &&
        rest[host_length] == ':') {
        append(out_endpoint, ":");
        append(out_endpoint, transport->alias);
        rest += host_length;
    }
    append(out_endpoint, rest);
}

static HRESULT stream_transport_Connect(ITransport *iface, const char *endpoint, int64_t deadline_ns,
                                        ILink **out_link)
{
    struct stream_transport *transport = impl_from_ITransport(iface);
    char dialled[NETWORK_ENDPOINT_BYTES];
    COM_SCOPED(ISocket) socket = NULL;
    HRESULT hr = check_endpoint(transport, endpoint);

    *out_link = NULL;
    if (FAILED(hr))
        return hr;
    translate(transport, endpoint, true, dialled);
    hr = INetwork_Connect(transport->network, dialled, deadline_ns, &socket);
    return SUCCEEDED(hr) ? stream_link_create(transport->network, socket, out_link) : hr;
}

static HRESULT stream_transport_Listen(ITransport *iface, const char *endpoint, ILinkSink *sink,
                                       IListener **out_listener)
{
    struct stream_transport *transport = impl_from_ITransport(iface);
    char listened[NETWORK_ENDPOINT_BYTES];
    struct link_acceptor *acceptor;
    HRESULT hr = check_endpoint(transport, endpoint);

    *out_listener = NULL;
    if (FAILED(hr))
        return hr;
    acceptor = (struct link_acceptor *)port_alloc(sizeof(*acceptor));
    if (!acceptor)
        return E_OUTOFMEMORY;
    acceptor->IAcceptSink_iface.vtbl = &link_acceptor_vtbl;
    com_refs_init(&acceptor->refs);
    acceptor->network = transport->network;
    INetwork_AddRef(acceptor->network);
    acceptor->sink = sink;
    ILinkSink_AddRef(sink);
    translate(transport, endpoint, false, listened);
    hr = INetwork_Listen(transport->network, listened, &acceptor->IAcceptSink_iface, out_listener);
    IAcceptSink_Release(&acceptor->IAcceptSink_iface);
    return hr;
}

static const struct ITransportVtbl stream_transport_vtbl = {
    .QueryInterface = stream_transport_QueryInterface,
    .AddRef = stream_transport_AddRef,
    .Release = stream_transport_Release,
    .Connect = stream_transport_Connect,
    .Listen = stream_transport_Listen,
};

static bool copy_name(const char *name, char copy[NET_ENDPOINT_MAX + 1])
{
    if (strlen(name) > NET_ENDPOINT_MAX)
        return false;
    memcpy(copy, name, strlen(name) + 1);
    return true;
}

static bool copy_names(struct stream_transport *transport, const struct stream_names *names)
{
    return copy_name(names->scheme, transport->scheme) &&
           copy_name(names->network_scheme ? names->network_scheme : names->scheme,
                     transport->network_scheme) &&
           copy_name(names->alias ? names->alias : "", transport->alias);
}

HRESULT stream_transport_create(INetwork *network, const struct stream_names *names,
                                ITransport **out_transport)
{
    struct stream_transport *transport;

    *out_transport = NULL;
    transport = (struct stream_transport *)port_alloc(sizeof(*transport));
    if (!transport)
        return E_OUTOFMEMORY;
    memset(transport, 0, sizeof(*transport));
    if (!copy_names(transport, names)) {
        port_free(transport);
        return E_INVALIDARG;
    }
    transport->ITransport_iface.vtbl = &stream_transport_vtbl;
    com_refs_init(&transport->refs);
    transport->network = network;
    INetwork_AddRef(network);
    *out_transport = &transport->ITransport_iface;
    return S_OK;
}
