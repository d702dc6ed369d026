#include "udp_transport.h"
#include <stream/stream_link.h>

HRESULT udp_transport_create(INetwork *network, const char *loopback_alias, ITransport **out_transport)
{
    const struct stream_names names = {.scheme = "udp", .alias = loopback_alias};

    return stream_transport_create(network, &names, out_transport);
}

HRESULT udp_transport_create_local(INetwork *network, const char *scheme, ITransport **out_transport)
{
    const struct stream_names names = {.scheme = scheme, .network_scheme = "udp"};

    return stream_transport_create(network, &names, out_transport);
}
