/* Links inside one process. */
#include "links.h"
#include <loopback/loopback.h>

int main(void)
{
    static const struct network_kind kind = {
        .create = loopback_network_create,
        .create_transport = loopback_transport_create,
        .listen_at = "loopback:here",
        .nobody = "loopback:nowhere",
        .more_than_fits = 64 << 10,
    };

    return run_link_suite(&kind);
}
