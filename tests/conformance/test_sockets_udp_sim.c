/* The reliable layer as sockets, over a network that loses, doubles and reorders datagrams, in virtual time.
 */
#include "simulated.h"
#include "sockets.h"
#include "udp_sim_kind.h"
#include <sim.h>

int main(void)
{
    static const char *const bad[] = {"udp:", "udp:127.0.0.1", "loopback:a", "", NULL};
    static const struct network_kind kind = {
        .create = create_udp_over_loss,
        .listen_at = "udp:127.0.0.1:0",
        .nobody = "udp:127.0.0.1:1",
        .bad = bad,
        .connections_at_once = 12,
        .more_than_fits = 64 << 10,
        .run = run_simulated,
    };

    return run_socket_suite(&kind);
}
