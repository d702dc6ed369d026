/* Links over UDP of lwIP behind a card that loses every tenth frame. */
#include "links.h"
#include <lwip_port/lwip_network.h>
#include <mirror_card.h>
#include <udp/udp_network.h>
#include <udp/udp_transport.h>

static HRESULT create(INetwork **out_network)
{
    const struct lwip_network_config config = {
        .card = mirror_card(10),
        .address = "10.0.2.15",
        .netmask = "255.255.255.0",
        .gateway = "10.0.2.2",
    };
    INetwork *base;
    HRESULT hr = lwip_network_create(&config, &base);

    if (FAILED(hr))
        return hr;
    hr = udp_network_create(base, out_network);
    INetwork_Release(base);
    return hr;
}

static HRESULT create_transport(INetwork *network, ITransport **out_transport)
{
    return udp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct network_kind kind = {
        .create = create,
        .create_transport = create_transport,
        .listen_at = "udp:10.0.2.15:0",
        .dial_host = "10.0.2.2",
        .nobody = "udp:10.0.2.2:1",
        .more_than_fits = 1 << 20,
    };

    return run_link_suite(&kind);
}
