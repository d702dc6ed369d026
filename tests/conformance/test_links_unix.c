/* Links over unix sockets. */
#include "links.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <unix/unix_transport.h>
#include <uv/uv_network.h>

int main(void)
{
    static char folder[] = "/tmp/mmlite-test-XXXXXX", here[64];
    static const struct transport_kind kind = {uv_network_create, unix_transport_create, here};
    int failed;

    if (!mkdtemp(folder))
        return 1;
    snprintf(here, sizeof(here), "unix:%s/here", folder);
    failed = run_link_suite(&kind);
    return rmdir(folder) == 0 ? failed : 1; /* nothing is left in it */
}
