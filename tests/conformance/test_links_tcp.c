/* Links over TCP of Linux. */
#include "links.h"
#include <tcp/tcp_transport.h>
#include <uv/uv_network.h>

static HRESULT create_transport(INetwork *network, ITransport **out_transport)
{
    return tcp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct network_kind kind = {
        .create = uv_network_create,
        .create_transport = create_transport,
        .listen_at = "tcp:127.0.0.1:0",
        .nobody = "tcp:127.0.0.1:1",
        .more_than_fits = 8 << 20,
    };

    return run_link_suite(&kind);
}
