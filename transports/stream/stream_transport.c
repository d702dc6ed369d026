/* ITransport over any network of stream sockets. */
#include "stream_link.h"
#include <port.h>
#include <string.h>

#define LOOPBACK_HOST "127.0.0.1"

struct stream_transport {
    ITransport ITransport_iface;
    struct com_refs refs;
    INetwork *network; /* constant, one reference */
    const char *scheme;
    char alias[NET_ENDPOINT_MAX + 1];
};

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

/* The endpoint as this machine must dial it. */
static void apply_alias(const struct stream_transport *transport, const char *endpoint,
                        char out_endpoint[2 * NET_ENDPOINT_MAX + 2])
{
    const char *host = strchr(endpoint, ':') + 1;
    size_t prefix = (size_t)(host - endpoint), host_length = strlen(LOOPBACK_HOST);

    if (!transport->alias[0] || strncmp(host, LOOPBACK_HOST, host_length) != 0 || host[host_length] != ':') {
        memcpy(out_endpoint, endpoint, strlen(endpoint) + 1);
        return;
    }
    memcpy(out_endpoint, endpoint, prefix);
    memcpy(out_endpoint + prefix, transport->alias, strlen(transport->alias));
    memcpy(out_endpoint + prefix + strlen(transport->alias), host + host_length,
           strlen(host + host_length) + 1);
}

static HRESULT stream_transport_Connect(ITransport *iface, const char *endpoint, int64_t deadline_ns,
                                        ILink **out_link)
{
    struct stream_transport *transport = impl_from_ITransport(iface);
    char dialled[2 * NET_ENDPOINT_MAX + 2];
    COM_SCOPED(ISocket) socket = NULL;
    HRESULT hr = check_endpoint(transport, endpoint);

    *out_link = NULL;
    if (FAILED(hr))
        return hr;
    apply_alias(transport, endpoint, dialled);
    hr = INetwork_Connect(transport->network, dialled, deadline_ns, &socket);
    return SUCCEEDED(hr) ? stream_link_create(transport->network, socket, out_link) : hr;
}

static HRESULT stream_transport_Listen(ITransport *iface, const char *endpoint, ILinkSink *sink,
                                       IListener **out_listener)
{
    struct stream_transport *transport = impl_from_ITransport(iface);
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
    hr = INetwork_Listen(transport->network, endpoint, &acceptor->IAcceptSink_iface, out_listener);
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

HRESULT stream_transport_create(INetwork *network, const char *scheme, const char *alias,
                                ITransport **out_transport)
{
    struct stream_transport *transport;

    *out_transport = NULL;
    if (alias && strlen(alias) > NET_ENDPOINT_MAX)
        return E_INVALIDARG;
    transport = (struct stream_transport *)port_alloc(sizeof(*transport));
    if (!transport)
        return E_OUTOFMEMORY;
    memset(transport, 0, sizeof(*transport));
    transport->ITransport_iface.vtbl = &stream_transport_vtbl;
    com_refs_init(&transport->refs);
    transport->scheme = scheme;
    if (alias)
        memcpy(transport->alias, alias, strlen(alias));
    transport->network = network;
    INetwork_AddRef(network);
    *out_transport = &transport->ITransport_iface;
    return S_OK;
}
