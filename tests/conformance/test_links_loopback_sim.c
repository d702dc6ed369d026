/* Links inside one process, in virtual time. */
#include "links.h"
#include "simulated.h"
#include <loopback/loopback.h>
#include <sim.h>

int main(void)
{
    static const struct network_kind kind = {
        .create = loopback_network_create,
        .create_transport = loopback_transport_create,
        .listen_at = "loopback:here",
        .nobody = "loopback:nowhere",
        .more_than_fits = 64 << 10,
        .run = run_simulated,
    };

    return run_link_suite(&kind);
}
