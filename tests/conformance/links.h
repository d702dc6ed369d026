/* The suite of ITransport and ILink. A test_links_*.c names a transport over a network and runs it. */
#ifndef CONFORMANCE_LINKS_H
#define CONFORMANCE_LINKS_H

#include "network.h"

extern const struct suite_case link_promise_cases[];

/** @return how many cases failed */
int run_link_suite(const struct network_kind *kind);

#endif
