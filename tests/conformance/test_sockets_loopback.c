/* A network inside one process. */
#include "sockets.h"
#include <loopback/loopback.h>

int main(void)
{
    static const char *const bad[] = {"loopback:", "loop:a", "tcp:127.0.0.1:1", "", NULL};
    static const struct network_kind kind = {loopback_network_create, "loopback:here", "loopback:nowhere",
                                             bad, 50};

    return run_socket_suite(&kind);
}
