/*
 * The conformance suite of INetwork, ISocket and IListener: what idl/net/socket.idl says, checked on a whole
 * network. A test_sockets_*.c names an implementation and runs it.
 */
#ifndef CONFORMANCE_SOCKETS_H
#define CONFORMANCE_SOCKETS_H

#include "connection.h"

extern const struct suite_case socket_bytes_cases[];
extern const struct suite_case socket_end_cases[];
extern const struct suite_case socket_watch_cases[];
extern const struct suite_case socket_listen_cases[];
extern const struct suite_case socket_timer_cases[];

/** @return how many cases failed */
int run_socket_suite(const struct network_kind *kind);

#endif
