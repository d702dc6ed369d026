/* lwIP behind a card: all goes through the card's frames, as in the kernel. */
#include "sockets.h"
#include <lwip_port/lwip_network.h>
#include <mirror_card.h>

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

int main(void)
{
    static const char *const bad[] = {
        "tcp:",
        "tcp:127.0.0.1",
        "tcp:127.0.0.1:",
        "tcp:localhost:1",
        "tcp:127.0.0.1:65536",
        "tcp:127.0.0.1:1x",
        "tcp:1.2.3.4.5:1",
        "unix:/x",
        "",
        NULL,
    };
    static const struct network_kind kind = {
        .create = create,
        .listen_at = "tcp:10.0.2.15:0",
        .dial_host = "10.0.2.2",
        .nobody = "tcp:10.0.2.2:1",
        .bad = bad,
        .connections_at_once = 6,
        .more_than_fits = 256 << 10,
    };

    return run_socket_suite(&kind);
}
