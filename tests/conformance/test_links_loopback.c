/* Links inside one process. */
#include "links.h"
#include <loopback/loopback.h>

int main(void)
{
    static const struct transport_kind kind = {loopback_network_create, loopback_transport_create,
                                               "loopback:here"};

    return run_link_suite(&kind);
}
