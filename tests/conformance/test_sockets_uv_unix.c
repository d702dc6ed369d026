/* Sockets of Linux: unix. */
#include "sockets.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv/uv_network.h>

int main(void)
{
    static char folder[] = "/tmp/mmlite-test-XXXXXX", here[64], nowhere[64];
    static char too_long[120] = "unix:/";
    static const char *const bad[] = {"unix:", "udp:x", "", too_long, NULL};
    static const struct network_kind kind = {
        .create = uv_network_create,
        .listen_at = here,
        .nobody = nowhere,
        .bad = bad,
        .connections_at_once = 50,
        .more_than_fits = 8 << 20,
    };
    int failed;

    if (!mkdtemp(folder))
        return 1;
    snprintf(here, sizeof(here), "unix:%s/here", folder);
    snprintf(nowhere, sizeof(nowhere), "unix:%s/nowhere", folder);
    memset(too_long + 6, 'x', sizeof(too_long) - 7);
    failed = run_socket_suite(&kind);
    return rmdir(folder) == 0 ? failed : 1; /* nothing is left in it */
}
