/* Links over UDP of Linux. */
#include "links.h"
#include "udp_kind.h"
#include <udp/udp_transport.h>

static HRESULT create_transport(INetwork *network, ITransport **out_transport)
{
    return udp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct network_kind kind = {
        .create = create_udp_network,
        .create_transport = create_transport,
        .listen_at = "udp:127.0.0.1:0",
        .nobody = "udp:127.0.0.1:1",
        .more_than_fits = 1 << 20,
    };

    return run_link_suite(&kind);
}
