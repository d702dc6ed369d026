/* The reliable layer over datagrams of Linux, as sockets. */
#include "sockets.h"
#include "udp_kind.h"

int main(void)
{
    static const char *const bad[] = {
        "udp:",
        "udp:127.0.0.1",
        "udp:127.0.0.1:",
        "udp:localhost:1",
        "udp:127.0.0.1:65536",
        "udp:127.0.0.1:1x",
        "udp:1.2.3.4.5:1",
        "udp:1.2.3.256:1",
        "tcp:127.0.0.1:1",
        "",
        NULL,
    };
    static const struct network_kind kind = {
        .create = create_udp_network,
        .listen_at = "udp:127.0.0.1:0",
        .nobody = "udp:127.0.0.1:1",
        .bad = bad,
        .connections_at_once = 50,
        .more_than_fits = 1 << 20,
    };

    return run_socket_suite(&kind);
}
