/* Links over TCP of lwIP, behind a card. */
#include "links.h"
#include <lwip_port/lwip_network.h>
#include <mirror_card.h>
#include <tcp/tcp_transport.h>

static HRESULT create(INetwork **out_network)
{
    const struct lwip_network_config config = {
        .card = mirror_card(0),
        .address = "10.0.2.15",
        .netmask = "255.255.255.0",
        .gateway = "10.0.2.2",
    };

    return lwip_network_create(&config, out_network);
}

static HRESULT create_transport(INetwork *network, ITransport **out_transport)
{
    return tcp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct network_kind kind = {
        .create = create,
        .create_transport = create_transport,
        .listen_at = "tcp:10.0.2.15:0",
        .dial_host = "10.0.2.2",
        .nobody = "tcp:10.0.2.2:1",
        .more_than_fits = 256 << 10,
    };

    return run_link_suite(&kind);
}
