/* Links over unix sockets. */
#include "links.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <unix/unix_transport.h>
#include <uv/uv_network.h>

int main(void)
{
    static char folder[] = "/tmp/mmlite-test-XXXXXX", here[64], nowhere[64];
    static const struct network_kind kind = {
        .create = uv_network_create,
        .create_transport = unix_transport_create,
        .listen_at = here,
        .nobody = nowhere,
        .more_than_fits = 8 << 20,
    };
    int failed;

    if (!mkdtemp(folder))
        return 1;
    snprintf(here, sizeof(here), "unix:%s/here", folder);
    snprintf(nowhere, sizeof(nowhere), "unix:%s/nowhere", folder);
    failed = run_link_suite(&kind);
    return rmdir(folder) == 0 ? failed : 1; /* nothing is left in it */
}
