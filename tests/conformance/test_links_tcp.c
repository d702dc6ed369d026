/* Links over TCP. */
#include "links.h"
#include <tcp/tcp_transport.h>
#include <uv/uv_network.h>

static HRESULT create(INetwork *network, ITransport **out_transport)
{
    return tcp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct transport_kind kind = {uv_network_create, create, "tcp:127.0.0.1:0"};

    return run_link_suite(&kind);
}
