#include "tcp_transport.h"
#include <stream/stream_link.h>

HRESULT tcp_transport_create(INetwork *network, const char *loopback_alias, ITransport **out_transport)
{
    return stream_transport_create(network, "tcp", loopback_alias, out_transport);
}
