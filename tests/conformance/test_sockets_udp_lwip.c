/* The reliable layer over datagrams of lwIP behind a card, as sockets: all goes through the card's frames. */
#include "sockets.h"
#include <lwip_port/lwip_network.h>
#include <mirror_card.h>
#include <udp/udp_network.h>

static HRESULT create(INetwork **out_network)
{
    const struct lwip_network_config config = {
        .card = mirror_card(0),
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

int main(void)
{
    static const char *const bad[] = {"udp:", "udp:10.0.2.15", "udp:10.0.2.15:65536", "tcp:10.0.2.15:1", "",
                                      NULL};
    static const struct network_kind kind = {
        .create = create,
        .listen_at = "udp:10.0.2.15:0",
        .dial_host = "10.0.2.2",
        .nobody = "udp:10.0.2.2:1",
        .bad = bad,
        .connections_at_once = 6,
        .more_than_fits = 1 << 20,
    };

    return run_socket_suite(&kind);
}
