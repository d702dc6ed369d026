/* Bytes, and the deadlines of who sends and receives them. */
#include "sockets.h"
#include <stdlib.h>

static void bytes_go_both_ways(const struct network_kind *kind)
{
    struct connection at;

    open_connection(&at, kind);
    assert_int_equal(send_bytes(at.near, "there", 5), S_OK);
    expect_bytes(at.far, "there");
    assert_int_equal(send_bytes(at.far, "and back", 8), S_OK);
    expect_bytes(at.near, "and back");
    close_connection(&at);
}

static void parts_leave_in_their_order(const struct network_kind *kind)
{
    static const struct net_part parts[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}};
    struct connection at;

    open_connection(&at, kind);
    assert_int_equal(ISocket_Send(at.near, parts, 4, soon()), S_OK);
    expect_bytes(at.far, "one two three");
    close_connection(&at);
}

static void there_are_as_many_parts_as_promised_and_no_more(const struct network_kind *kind)
{
    struct net_part parts[NET_PARTS_MAX + 1];
    struct connection at;
    uint32_t i;

    for (i = 0; i <= NET_PARTS_MAX; i++)
        parts[i] = (struct net_part){&"0123456789abcdefg"[i], 1};
    open_connection(&at, kind);
    assert_int_equal(ISocket_Send(at.near, parts, NET_PARTS_MAX + 1, soon()), E_INVALIDARG);
    assert_int_equal(ISocket_Send(at.near, parts, 0, soon()), S_OK);
    assert_int_equal(ISocket_Send(at.near, parts, NET_PARTS_MAX, soon()), S_OK);
    expect_bytes(at.far, "0123456789abcdef"); /* of the others nothing came */
    close_connection(&at);
}

static void receive_takes_no_more_than_it_may_and_leaves_the_rest(const struct network_kind *kind)
{
    struct connection at;
    uint32_t received;
    char bytes[8];

    open_connection(&at, kind);
    assert_int_equal(send_bytes(at.near, "abcdef", 6), S_OK);
    expect_bytes(at.far, "ab");
    assert_int_equal(ISocket_Receive(at.far, bytes, 0, soon(), &received), E_INVALIDARG);
    memset(bytes, '-', sizeof(bytes));
    assert_int_equal(receive_bytes(at.far, bytes, 3), S_OK);
    assert_memory_equal(bytes, "cde-----", 8);
    assert_int_equal(ISocket_Receive(at.far, bytes, sizeof(bytes), soon(), &received), S_OK);
    assert_int_equal(received, 1); /* it does not wait for more */
    assert_int_equal(bytes[0], 'f');
    close_connection(&at);
}

static void megabyte_arrives_whole_while_the_other_way_is_used(const struct network_kind *kind)
{
    struct transfer transfer = {.bytes = malloc(LARGE_BYTES), .count = LARGE_BYTES};
    uint8_t *got = malloc(LARGE_BYTES), echo;
    struct connection at;
    struct helper sender;
    uint32_t i;

    assert_true(transfer.bytes && got);
    fill_with_pattern(transfer.bytes, LARGE_BYTES);
    open_connection(&at, kind);
    transfer.socket = at.near;
    helper_start(&sender, &at.mailbox, send_transfer, &transfer);
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

static void sender_waits_for_who_reads_late(const struct network_kind *kind)
{
    struct transfer transfer = {.bytes = malloc(kind->more_than_fits), .count = kind->more_than_fits};
    uint8_t *got = malloc(kind->more_than_fits);
    struct connection at;
    struct helper sender;

    assert_true(transfer.bytes && got);
    fill_with_pattern(transfer.bytes, kind->more_than_fits);
    open_connection(&at, kind);
    transfer.socket = at.near;
    helper_start(&sender, &at.mailbox, send_transfer, &transfer);
    assert_false(mailbox_wait(&at.mailbox, &sender.ended, 1, 50 * MS));
    assert_int_equal(receive_bytes(at.far, got, kind->more_than_fits), S_OK);
    helper_join(&sender);
    assert_int_equal(transfer.hr, S_OK);
    assert_memory_equal(got, transfer.bytes, kind->more_than_fits);
    close_connection(&at);
    free(transfer.bytes);
    free(got);
}

/* ---- deadlines ---- */

static void receive_ends_at_its_deadline(const struct network_kind *kind)
{
    struct connection at;
    uint32_t received;
    char byte;
    int32_t ms;

    open_connection(&at, kind);
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

/* What has come is received by whom has no time left, and room is used by who may not wait for it. */
static void what_needs_no_wait_is_done_after_the_deadline(const struct network_kind *kind)
{
    struct net_part part = {"x", 1};
    struct connection at;
    struct mailbox told;
    uint32_t received;
    char byte = 0;

    open_connection(&at, kind);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Send(at.near, &part, 1, NET_NO_WAIT), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS)); /* it is there */
    assert_int_equal(ISocket_Receive(at.far, &byte, 1, NET_NO_WAIT, &received), S_OK);
    assert_int_equal(byte, 'x');

    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Send(at.near, &part, 1, port_now_ns() - SECOND), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    assert_int_equal(ISocket_Receive(at.far, &byte, 1, port_now_ns() - SECOND, &received), S_OK);
    mailbox_end(&told);
    close_connection(&at);
}

static void send_that_must_not_wait_does_not(const struct network_kind *kind)
{
    uint8_t *bytes = calloc(1, kind->more_than_fits);
    struct net_part part = {bytes, kind->more_than_fits};
    struct connection at;

    assert_non_null(bytes);
    open_connection(&at, kind);
    assert_int_equal(ISocket_Send(at.near, &part, 1, NET_NO_WAIT), NET_E_TIMEOUT);
    close_connection(&at);
    free(bytes);
}

/* Reads until the stream ends. @return how much came */
static size_t receive_all(ISocket *socket, uint8_t *bytes, size_t capacity)
{
    size_t got = 0;
    HRESULT hr;

    do {
        uint32_t received = 0;

        hr = ISocket_Receive(socket, bytes + got, (uint32_t)(capacity - got), soon(), &received);
        got += received;
    } while (SUCCEEDED(hr) && got < capacity);
    assert_int_equal(hr, NET_E_CLOSED);
    return got;
}

static void send_that_timed_out_leaves_a_beginning_and_then_the_end(const struct network_kind *kind)
{
    uint8_t *bytes = malloc(kind->more_than_fits), *got = malloc(kind->more_than_fits);
    struct net_part part = {bytes, kind->more_than_fits};
    struct connection at;
    int64_t deadline_ns;
    size_t count;

    assert_true(bytes && got);
    fill_with_pattern(bytes, kind->more_than_fits);
    open_connection(&at, kind);
    deadline_ns = port_now_ns() + 100 * MS;
    assert_int_equal(ISocket_Send(at.near, &part, 1, deadline_ns), NET_E_TIMEOUT);
    assert_true(port_now_ns() >= deadline_ns);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    count = receive_all(at.far, got, kind->more_than_fits);
    assert_in_range(count, 1, kind->more_than_fits - 1);
    assert_memory_equal(got, bytes, count);
    close_connection(&at);
    free(bytes);
    free(got);
}

const struct suite_case socket_bytes_cases[] = {
    SUITE_CASE(bytes_go_both_ways),
    SUITE_CASE(parts_leave_in_their_order),
    SUITE_CASE(there_are_as_many_parts_as_promised_and_no_more),
    SUITE_CASE(receive_takes_no_more_than_it_may_and_leaves_the_rest),
    SUITE_CASE(megabyte_arrives_whole_while_the_other_way_is_used),
    SUITE_CASE(sender_waits_for_who_reads_late),
    SUITE_CASE(receive_ends_at_its_deadline),
    SUITE_CASE(what_needs_no_wait_is_done_after_the_deadline),
    SUITE_CASE(send_that_must_not_wait_does_not),
    SUITE_CASE(send_that_timed_out_leaves_a_beginning_and_then_the_end),
    {NULL, NULL},
};
