#include "unix_transport.h"
#include <stream/stream_link.h>

HRESULT unix_transport_create(INetwork *network, ITransport **out_transport)
{
    return stream_transport_create(network, &(struct stream_names){.scheme = "unix"}, out_transport);
}
