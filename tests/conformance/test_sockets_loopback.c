/* A network inside one process. */
#include "sockets.h"
#include <loopback/loopback.h>

int main(void)
{
    static const char *const bad[] = {"loopback:", "loop:a", "tcp:127.0.0.1:1", "", NULL};
    static const struct network_kind kind = {
        .create = loopback_network_create,
        .listen_at = "loopback:here",
        .nobody = "loopback:nowhere",
        .bad = bad,
        .connections_at_once = 50,
        .more_than_fits = 64 << 10,
    };

    return run_socket_suite(&kind);
}
