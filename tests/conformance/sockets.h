/*
 * The conformance suite of INetwork, ISocket and IListener: what idl/net/socket.idl says, checked on a whole
 * network. A test_sockets_*.c names an implementation and runs it.
 */
#ifndef CONFORMANCE_SOCKETS_H
#define CONFORMANCE_SOCKETS_H

#include "network.h"
#include <stdio.h>
#include <stdlib.h>

/* A listener and one connection through it. */
struct connection {
    const struct network_kind *kind;
    INetwork *network;
    struct mailbox mailbox;
    IListener *listener;
    char endpoint[NET_ENDPOINT_MAX + 1];
    ISocket *near; /* that connected */
    ISocket *far;  /* that was accepted */
};

static void open_network(struct connection *at, void **state)
{
    memset(at, 0, sizeof(*at));
    at->kind = *state;
    mailbox_init(&at->mailbox);
    assert_int_equal(at->kind->create(&at->network), S_OK);
    assert_int_equal(
        INetwork_Listen(at->network, at->kind->listen_at, &at->mailbox.IAcceptSink_iface, &at->listener),
        S_OK);
    assert_int_equal(IListener_GetEndpoint(at->listener, at->endpoint, sizeof(at->endpoint)), S_OK);
}

static void open_connection(struct connection *at, void **state)
{
    open_network(at, state);
    assert_int_equal(INetwork_Connect(at->network, at->endpoint, soon(), &at->near), S_OK);
    assert_true(mailbox_wait(&at->mailbox, &at->mailbox.accepted, 1, LIMIT_NS));
    at->far = at->mailbox.sockets[0];
}

static void close_connection(struct connection *at)
{
    if (at->near)
        ISocket_Release(at->near);
    if (at->listener)
        IListener_Release(at->listener);
    mailbox_end(&at->mailbox);
    INetwork_Release(at->network);
}

static HRESULT send_bytes(ISocket *socket, const void *bytes, size_t count)
{
    struct net_part part = {bytes, (uint32_t)count};

    return ISocket_Send(socket, &part, 1, soon());
}

/* Receives exactly `count` bytes. */
static HRESULT receive_bytes(ISocket *socket, void *bytes, size_t count)
{
    HRESULT hr = S_OK;
    size_t got = 0;

    while (SUCCEEDED(hr) && got < count) {
        uint32_t received = 0;

        hr = ISocket_Receive(socket, (uint8_t *)bytes + got, (uint32_t)(count - got), soon(), &received);
        if (SUCCEEDED(hr))
            assert_in_range(received, 1, count - got);
        got += received;
    }
    return hr;
}

static void expect_bytes(ISocket *socket, const char *text)
{
    char got[64] = "";

    assert_int_equal(receive_bytes(socket, got, strlen(text)), S_OK);
    assert_string_equal(got, text);
}

/* ---- bytes ---- */

static void bytes_go_both_ways(void **state)
{
    struct connection at;

    open_connection(&at, state);
    assert_int_equal(send_bytes(at.near, "there", 5), S_OK);
    expect_bytes(at.far, "there");
    assert_int_equal(send_bytes(at.far, "and back", 8), S_OK);
    expect_bytes(at.near, "and back");
    close_connection(&at);
}

static void parts_leave_in_their_order(void **state)
{
    static const struct net_part parts[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}};
    struct connection at;

    open_connection(&at, state);
    assert_int_equal(ISocket_Send(at.near, parts, 4, soon()), S_OK);
    expect_bytes(at.far, "one two three");
    close_connection(&at);
}

enum { LARGE_BYTES = 1 << 20 };

struct transfer {
    ISocket *socket;
    uint8_t *bytes;
    HRESULT hr;
};

static void send_large(void *argument)
{
    struct transfer *transfer = argument;

    transfer->hr = send_bytes(transfer->socket, transfer->bytes, LARGE_BYTES);
}

static void megabyte_arrives_whole_while_the_other_way_is_used(void **state)
{
    struct transfer transfer = {.bytes = malloc(LARGE_BYTES)};
    uint8_t *got = malloc(LARGE_BYTES), echo;
    struct connection at;
    struct helper sender;
    uint32_t i, random = 1;

    assert_true(transfer.bytes && got);
    for (i = 0; i < LARGE_BYTES; i++)
        transfer.bytes[i] = (uint8_t)((random = random * 1664525u + 1013904223u) >> 24);
    open_connection(&at, state);
    transfer.socket = at.near;
    helper_start(&sender, &at.mailbox, send_large, &transfer);
    for (i = 0; i < LARGE_BYTES; i += LARGE_BYTES / 16) {
        assert_int_equal(receive_bytes(at.far, got + i, LARGE_BYTES / 16), S_OK);
        assert_int_equal(send_bytes(at.far, &got[i], 1), S_OK);
        assert_int_equal(receive_bytes(at.near, &echo, 1), S_OK);
        assert_int_equal(echo, got[i]);
    }
    helper_join(&sender);
    assert_int_equal(transfer.hr, S_OK);
    assert_memory_equal(got, transfer.bytes, LARGE_BYTES);
    close_connection(&at);
    free(transfer.bytes);
    free(got);
}

/* ---- deadlines ---- */

static void receive_ends_at_its_deadline(void **state)
{
    struct connection at;
    uint32_t received;
    char byte;
    int32_t ms;

    open_connection(&at, state);
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, NET_NO_WAIT, &received), NET_E_TIMEOUT);
    for (ms = 1; ms <= 125; ms *= 5) { /* an implementation may wait in different ways */
        int64_t deadline_ns = port_now_ns() + ms * MS;

        assert_int_equal(ISocket_Receive(at.near, &byte, 1, deadline_ns, &received), NET_E_TIMEOUT);
        assert_true(port_now_ns() >= deadline_ns);
    }
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, port_now_ns() - SECOND, &received), NET_E_TIMEOUT);
    assert_int_equal(send_bytes(at.far, "x", 1), S_OK); /* and nothing is broken */
    expect_bytes(at.near, "x");
    close_connection(&at);
}

static void send_ends_at_its_deadline_when_nobody_reads(void **state)
{
    uint8_t *bytes = calloc(1, 8 * LARGE_BYTES);
    struct net_part part = {bytes, 8 * LARGE_BYTES};
    struct connection at;
    int64_t deadline_ns;

    assert_non_null(bytes);
    open_connection(&at, state);
    deadline_ns = port_now_ns() + 100 * MS;
    assert_int_equal(ISocket_Send(at.near, &part, 1, deadline_ns), NET_E_TIMEOUT);
    assert_true(port_now_ns() >= deadline_ns);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    close_connection(&at);
    free(bytes);
}

/* ---- the end of a stream ---- */

static void what_was_sent_before_the_end_is_received(void **state)
{
    struct connection at;
    uint32_t received;
    char byte;

    open_connection(&at, state);
    assert_int_equal(send_bytes(at.near, "bye", 3), S_OK);
    ISocket_Release(at.near);
    at.near = NULL;
    expect_bytes(at.far, "bye");
    assert_int_equal(ISocket_Receive(at.far, &byte, 1, soon(), &received), NET_E_CLOSED);
    assert_int_equal(ISocket_Receive(at.far, &byte, 1, NET_NO_WAIT, &received), NET_E_CLOSED);
    close_connection(&at);
}

static void sending_to_who_has_gone_fails(void **state)
{
    int64_t give_up_ns = soon();
    struct connection at;
    HRESULT hr = S_OK;

    open_connection(&at, state);
    ISocket_Release(at.near);
    at.near = NULL;
    while (hr == S_OK && port_now_ns() < give_up_ns) /* the first may leave before the end is known */
        hr = send_bytes(at.far, "?", 1);
    assert_int_equal(hr, NET_E_CLOSED);
    close_connection(&at);
}

static void receive_forever(void *argument)
{
    struct transfer *transfer = argument;
    uint32_t received;
    char byte;

    transfer->hr = ISocket_Receive(transfer->socket, &byte, 1, NET_FOREVER, &received);
}

static void send_forever(void *argument)
{
    struct transfer *transfer = argument;
    struct net_part part = {transfer->bytes, LARGE_BYTES};

    do
        transfer->hr = ISocket_Send(transfer->socket, &part, 1, NET_FOREVER);
    while (SUCCEEDED(transfer->hr));
}

static void shutdown_wakes_who_receives_and_who_sends(void **state)
{
    struct transfer receiving = {0}, sending = {.bytes = calloc(1, LARGE_BYTES)};
    struct helper receiver, sender;
    struct connection at;

    assert_non_null(sending.bytes);
    open_connection(&at, state);
    receiving.socket = sending.socket = at.near;
    helper_start(&receiver, &at.mailbox, receive_forever, &receiving);
    helper_start(&sender, &at.mailbox, send_forever, &sending);
    assert_false(mailbox_wait(&at.mailbox, &receiver.ended, 1, 50 * MS)); /* both are stuck */
    assert_false(mailbox_wait(&at.mailbox, &sender.ended, 1, 50 * MS));
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    helper_join(&receiver);
    helper_join(&sender);
    assert_int_equal(receiving.hr, NET_E_CLOSED);
    assert_int_equal(sending.hr, NET_E_CLOSED);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    assert_int_equal(send_bytes(at.near, "?", 1), NET_E_CLOSED);
    close_connection(&at);
    free(sending.bytes);
}

/* ---- watching ---- */

static void watched_socket_tells_once(void **state)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, state);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_false(mailbox_wait(&told, &told.ready, 1, 20 * MS));
    assert_int_equal(send_bytes(at.near, "a", 1), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_int_equal(send_bytes(at.near, "b", 1), S_OK);
    assert_false(mailbox_wait(&told, &told.ready, 2, 20 * MS)); /* silent until asked again */

    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK); /* something is there already */
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    expect_bytes(at.far, "ab");
    mailbox_end(&told);
    close_connection(&at);
}

static void watched_socket_tells_of_the_end(void **state)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, state);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    ISocket_Release(at.near);
    at.near = NULL;
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    mailbox_end(&told);
    close_connection(&at);
}

static void question_that_is_taken_back_is_not_answered(void **state)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, state);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Watch(at.far, NULL), S_OK);
    assert_int_equal(told.refs.count, 1);
    assert_int_equal(send_bytes(at.near, "a", 1), S_OK);
    assert_false(mailbox_wait(&told, &told.ready, 1, 20 * MS));
    expect_bytes(at.far, "a");

    assert_int_equal(ISocket_Watch(at.near, &told.INetworkSink_iface), S_OK); /* its socket goes */
    ISocket_Release(at.near);
    at.near = NULL;
    mailbox_end(&told);
    close_connection(&at);
}

/* ---- listening and connecting ---- */

static void endpoint_in_use_is_refused(void **state)
{
    IListener *second = (IListener *)&second;
    struct connection at;

    open_network(&at, state);
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &at.mailbox.IAcceptSink_iface, &second),
                     NET_E_ADDRESS_IN_USE);
    assert_null(second);
    assert_non_null(strstr(com_error_detail(), at.endpoint));
    close_connection(&at);
}

static void malformed_endpoints_are_refused(void **state)
{
    struct connection at;
    const char *const *bad;

    open_network(&at, state);
    for (bad = at.kind->bad; *bad; bad++) {
        IListener *listener = (IListener *)&listener;
        ISocket *socket = (ISocket *)&socket;
        char beginning[32];

        assert_int_equal(INetwork_Connect(at.network, *bad, soon(), &socket), NET_E_BAD_ENDPOINT);
        assert_null(socket);
        snprintf(beginning, sizeof(beginning), "%s", *bad); /* a detail has an end */
        assert_non_null(strstr(com_error_detail(), beginning));
        assert_int_equal(INetwork_Listen(at.network, *bad, &at.mailbox.IAcceptSink_iface, &listener),
                         NET_E_BAD_ENDPOINT);
        assert_null(listener);
    }
    close_connection(&at);
}

static void nobody_is_unreachable(void **state)
{
    ISocket *socket = (ISocket *)&socket;
    struct connection at;

    open_network(&at, state);
    assert_int_equal(INetwork_Connect(at.network, at.kind->nobody, soon(), &socket), NET_E_UNREACHABLE);
    assert_null(socket);
    assert_non_null(strstr(com_error_detail(), at.kind->nobody));
    close_connection(&at);
}

static void closed_listener_takes_nobody_and_its_connections_stay(void **state)
{
    struct connection at;
    ISocket *socket;
    char small[4];

    open_connection(&at, state);
    assert_int_equal(IListener_GetEndpoint(at.listener, small, sizeof(small)), E_INVALIDARG);
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &socket), NET_E_UNREACHABLE);
    assert_int_equal(send_bytes(at.near, "still", 5), S_OK);
    expect_bytes(at.far, "still");

    IListener_Release(at.listener); /* and its endpoint can be had again */
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &at.mailbox.IAcceptSink_iface, &at.listener),
                     S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &socket), S_OK);
    ISocket_Release(socket);
    close_connection(&at);
}

/* A sink that closes its listener. */
struct closer {
    IAcceptSink IAcceptSink_iface;
    struct mailbox *mailbox;
    IListener *listener;
    HRESULT hr;
    uint32_t accepted; /* (mailbox->lock) */
};

static uint32_t closer_AddRef(IAcceptSink *iface)
{
    return ready_AddRef(&container_of(iface, struct closer, IAcceptSink_iface)->mailbox->INetworkSink_iface);
}

static uint32_t closer_Release(IAcceptSink *iface)
{
    return ready_Release(&container_of(iface, struct closer, IAcceptSink_iface)->mailbox->INetworkSink_iface);
}

static HRESULT closer_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct closer *closer = container_of(iface, struct closer, IAcceptSink_iface);

    (void)socket; /* nobody wants it */
    closer->hr = IListener_Close(closer->listener);
    port_mutex_lock(&closer->mailbox->lock);
    closer->accepted++;
    port_condition_wake_all(&closer->mailbox->changed);
    port_mutex_unlock(&closer->mailbox->lock);
    return S_OK;
}

static void sink_may_close_its_listener(void **state)
{
    static const struct IAcceptSinkVtbl vtbl = {accept_QueryInterface, closer_AddRef, closer_Release,
                                                closer_Accepted};
    struct closer closer = {.IAcceptSink_iface = {&vtbl}};
    struct connection at;
    uint32_t received;
    char byte;

    open_network(&at, state);
    closer.mailbox = &at.mailbox;
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &closer.IAcceptSink_iface, &closer.listener),
                     S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &at.near), S_OK);
    assert_true(mailbox_wait(&at.mailbox, &closer.accepted, 1, LIMIT_NS));
    assert_int_equal(closer.hr, S_OK);
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, soon(), &received), NET_E_CLOSED);
    IListener_Release(closer.listener);
    close_connection(&at);
}

static void many_connections_do_not_mix(void **state)
{
    ISocket *sockets[MAILBOX_MAX];
    struct connection at;
    uint32_t i, count;

    open_network(&at, state);
    count = at.kind->connections_at_once;
    for (i = 0; i < count; i++) {
        uint8_t number = (uint8_t)i;

        assert_int_equal(INetwork_Connect(at.network, at.endpoint, soon(), &sockets[i]), S_OK);
        assert_int_equal(send_bytes(sockets[i], &number, 1), S_OK);
    }
    assert_true(mailbox_wait(&at.mailbox, &at.mailbox.accepted, count, LIMIT_NS));
    for (i = 0; i < count; i++) { /* each is answered with its own number */
        uint8_t number;

        assert_int_equal(receive_bytes(at.mailbox.sockets[i], &number, 1), S_OK);
        assert_int_equal(send_bytes(at.mailbox.sockets[i], &number, 1), S_OK);
    }
    for (i = 0; i < count; i++) {
        uint8_t number;

        assert_int_equal(receive_bytes(sockets[i], &number, 1), S_OK);
        assert_int_equal(number, i);
        ISocket_Release(sockets[i]);
    }
    close_connection(&at);
}

/* ---- timers ---- */

static void timer_fires_once_at_its_time(void **state)
{
    struct connection at;
    struct mailbox told;
    int64_t when_ns;

    open_network(&at, state);
    mailbox_init(&told);
    when_ns = port_now_ns() + 30 * MS;
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, when_ns), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_true(port_now_ns() >= when_ns);
    assert_false(mailbox_wait(&told, &told.ready, 2, 20 * MS));
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, port_now_ns() - SECOND), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    mailbox_end(&told);
    close_connection(&at);
}

static void timer_is_replaced_and_taken_back(void **state)
{
    struct connection at;
    struct mailbox told, other;

    open_network(&at, state);
    mailbox_init(&told);
    mailbox_init(&other);
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, port_now_ns() + 3600 * SECOND),
                     S_OK);
    assert_int_equal(INetwork_SetTimer(at.network, &other.INetworkSink_iface, port_now_ns() + 20 * MS), S_OK);
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, port_now_ns() + 10 * MS), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_true(mailbox_wait(&other, &other.ready, 1, LIMIT_NS));
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, port_now_ns() + 20 * MS), S_OK);
    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, NET_FOREVER), S_OK);
    assert_int_equal(told.refs.count, 1);
    assert_false(mailbox_wait(&told, &told.ready, 2, 40 * MS));

    assert_int_equal(INetwork_SetTimer(at.network, &told.INetworkSink_iface, port_now_ns() + 3600 * SECOND),
                     S_OK);
    close_connection(&at); /* a timer that still runs goes with the network */
    mailbox_end(&told);
    mailbox_end(&other);
}

static int run_socket_suite(const struct network_kind *kind)
{
#define CASE(name) cmocka_unit_test_prestate(name, (void *)(uintptr_t)kind)
    const struct CMUnitTest tests[] = {
        CASE(bytes_go_both_ways),
        CASE(parts_leave_in_their_order),
        CASE(megabyte_arrives_whole_while_the_other_way_is_used),
        CASE(receive_ends_at_its_deadline),
        CASE(send_ends_at_its_deadline_when_nobody_reads),
        CASE(what_was_sent_before_the_end_is_received),
        CASE(sending_to_who_has_gone_fails),
        CASE(shutdown_wakes_who_receives_and_who_sends),
        CASE(watched_socket_tells_once),
        CASE(watched_socket_tells_of_the_end),
        CASE(question_that_is_taken_back_is_not_answered),
        CASE(endpoint_in_use_is_refused),
        CASE(malformed_endpoints_are_refused),
        CASE(nobody_is_unreachable),
        CASE(closed_listener_takes_nobody_and_its_connections_stay),
        CASE(sink_may_close_its_listener),
        CASE(many_connections_do_not_mix),
        CASE(timer_fires_once_at_its_time),
        CASE(timer_is_replaced_and_taken_back),
    };
#undef CASE

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
