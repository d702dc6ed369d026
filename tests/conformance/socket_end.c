/* How streams end: by the peer, in order or not, and by Shutdown. */
#include "sockets.h"
#include <stdlib.h>

static void what_was_sent_before_the_end_is_received(const struct network_kind *kind)
{
    struct connection at;

    open_connection(&at, kind);
    assert_int_equal(send_bytes(at.near, "bye", 3), S_OK);
    ISocket_Release(at.near);
    at.near = NULL;
    expect_bytes(at.far, "bye");
    expect_end(at.far);
    close_connection(&at);
}

static void what_was_sent_before_shutdown_is_received(const struct network_kind *kind)
{
    struct connection at;

    open_connection(&at, kind);
    assert_int_equal(send_bytes(at.near, "bye", 3), S_OK);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    expect_bytes(at.far, "bye");
    expect_end(at.far);
    close_connection(&at);
}

static void sending_to_who_has_gone_fails(const struct network_kind *kind)
{
    int64_t give_up_ns = soon();
    struct connection at;
    HRESULT hr = S_OK;

    open_connection(&at, kind);
    ISocket_Release(at.near);
    at.near = NULL;
    while (hr == S_OK && port_now_ns() < give_up_ns) /* the first may leave before the end is known */
        hr = send_bytes(at.far, "?", 1);
    assert_int_equal(hr, NET_E_CLOSED);
    close_connection(&at);
}

/* What the peer did not read makes its end a hard one: what it had sent may be lost with it. */
static void peer_that_leaves_bytes_unread_ends_the_stream(const struct network_kind *kind)
{
    int64_t give_up_ns = soon();
    struct connection at;
    struct mailbox told;
    HRESULT hr = S_OK;

    open_connection(&at, kind);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.near, &told.INetworkSink_iface), S_OK);
    assert_int_equal(send_bytes(at.far, "unread", 6), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS)); /* it is there */
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    ISocket_Release(at.near);
    at.near = NULL;
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    expect_end(at.far);
    while (hr == S_OK && port_now_ns() < give_up_ns)
        hr = send_bytes(at.far, "?", 1);
    assert_int_equal(hr, NET_E_CLOSED);
    mailbox_end(&told);
    close_connection(&at);
}

static void shutdown_wakes_who_receives_and_who_sends(const struct network_kind *kind)
{
    struct transfer receiving = {0}, sending = {.bytes = calloc(1, LARGE_BYTES), .count = LARGE_BYTES};
    struct helper receiver, sender;
    struct connection at;

    assert_non_null(sending.bytes);
    open_connection(&at, kind);
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

static void end_of_the_peer_wakes_who_receives_and_who_sends(const struct network_kind *kind)
{
    struct transfer receiving = {0}, sending = {.bytes = calloc(1, LARGE_BYTES), .count = LARGE_BYTES};
    struct helper receiver, sender;
    struct connection at;

    assert_non_null(sending.bytes);
    open_connection(&at, kind);
    receiving.socket = sending.socket = at.far;
    helper_start(&receiver, &at.mailbox, receive_forever, &receiving);
    helper_start(&sender, &at.mailbox, send_forever, &sending);
    assert_false(mailbox_wait(&at.mailbox, &sender.ended, 1, 50 * MS));
    ISocket_Release(at.near); /* with much unread */
    at.near = NULL;
    helper_join(&receiver);
    helper_join(&sender);
    assert_int_equal(receiving.hr, NET_E_CLOSED);
    assert_int_equal(sending.hr, NET_E_CLOSED);
    close_connection(&at);
    free(sending.bytes);
}

static void after_shutdown_nothing_is_received(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(send_bytes(at.near, "late", 4), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS)); /* it is there */
    assert_int_equal(ISocket_Shutdown(at.far), S_OK);
    expect_end(at.far);
    mailbox_end(&told);
    close_connection(&at);
}

const struct suite_case socket_end_cases[] = {
    SUITE_CASE(what_was_sent_before_the_end_is_received),
    SUITE_CASE(what_was_sent_before_shutdown_is_received),
    SUITE_CASE(sending_to_who_has_gone_fails),
    SUITE_CASE(peer_that_leaves_bytes_unread_ends_the_stream),
    SUITE_CASE(shutdown_wakes_who_receives_and_who_sends),
    SUITE_CASE(end_of_the_peer_wakes_who_receives_and_who_sends),
    SUITE_CASE(after_shutdown_nothing_is_received),
    {NULL, NULL},
};
