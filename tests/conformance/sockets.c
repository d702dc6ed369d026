#include "sockets.h"

int run_socket_suite(const struct network_kind *kind)
{
    static const struct suite_case *const tables[] = {
        socket_bytes_cases,  socket_end_cases,   socket_watch_cases,
        socket_listen_cases, socket_timer_cases, NULL,
    };

    return run_suite(kind, tables);
}
