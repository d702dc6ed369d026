/* Sockets of Linux: TCP. */
#include "sockets.h"
#include <uv/uv_network.h>

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
        "udp:127.0.0.1:1",
        "",
        NULL,
    };
    static const struct network_kind kind = {
        .create = uv_network_create,
        .listen_at = "tcp:127.0.0.1:0",
        .nobody = "tcp:127.0.0.1:1", /* tcpmux, which nobody offers; where somebody does the test says so */
        .bad = bad,
        .connections_at_once = 50,
        .more_than_fits = 8 << 20,
    };

    return run_socket_suite(&kind);
}
