/* A network inside one process, in virtual time. */
#include "simulated.h"
#include "sockets.h"
#include <loopback/loopback.h>
#include <sim.h>

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
        .run = run_simulated,
    };

    return run_socket_suite(&kind);
}
