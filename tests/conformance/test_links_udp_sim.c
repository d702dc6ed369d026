/* Links over UDP, over a network that loses, doubles and reorders datagrams, in virtual time. */
#include "links.h"
#include "simulated.h"
#include "udp_sim_kind.h"
#include <sim.h>
#include <udp/udp_transport.h>

static HRESULT create_transport(INetwork *network, ITransport **out_transport)
{
    return udp_transport_create(network, NULL, out_transport);
}

int main(void)
{
    static const struct network_kind kind = {
        .create = create_udp_over_loss,
        .create_transport = create_transport,
        .listen_at = "udp:127.0.0.1:0",
        .nobody = "udp:127.0.0.1:1",
        .more_than_fits = 64 << 10,
        .run = run_simulated,
    };

    return run_link_suite(&kind);
}
