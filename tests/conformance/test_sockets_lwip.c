/* lwIP, talking to itself through its own 127.0.0.1. */
#include "sockets.h"
#include <lwip_port/lwip_network.h>

static HRESULT create(INetwork **out_network)
{
    static const struct lwip_network_config config = {.card = NULL};

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
        .listen_at = "tcp:127.0.0.1:0",
        .nobody = "tcp:127.0.0.1:1",
        .bad = bad,
        .connections_at_once = 6,
        .more_than_fits = 256 << 10,
    };

    return run_socket_suite(&kind);
}
