/* Sockets of Linux: TCP. */
#include "sockets.h"
#include <uv/uv_network.h>

int main(void)
{
    static const char *const bad[] = {"tcp:",
                                      "tcp:127.0.0.1",
                                      "tcp:127.0.0.1:",
                                      "tcp:localhost:1",
                                      "tcp:127.0.0.1:65536",
                                      "tcp:127.0.0.1:1x",
                                      "tcp:1.2.3.4.5:1",
                                      "udp:127.0.0.1:1",
                                      "",
                                      NULL};
    /* Port 1 (tcpmux) is nobody's; where it is somebody's the test says so. */
    static const struct network_kind kind = {uv_network_create, "tcp:127.0.0.1:0", "tcp:127.0.0.1:1", bad,
                                             50};

    return run_socket_suite(&kind);
}
