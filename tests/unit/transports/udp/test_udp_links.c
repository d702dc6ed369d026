/* Links over udp: what says how a link is passes what is large. */
#include <conformance/connection.h>
#include <conformance/udp_kind.h>
#include <net/datagram.idl.h>
#include <rpc_buffer.h>
#include <rpc_frame.h>
#include <stream/stream_link.h>

enum { BODY_BYTES = 60000 };

struct ends {
    struct connection at;
    ILink *near, *far;
};

static HRESULT send_frame(ILink *link, uint8_t type, uint32_t id, uint32_t body_bytes, int64_t deadline_ns)
{
    static uint8_t frame[RPC_HEADER_BYTES + BODY_BYTES];
    const struct net_part parts[2] = {{frame, RPC_HEADER_BYTES}, {frame + RPC_HEADER_BYTES, body_bytes}};

    rpc_header_write(frame, type, id, body_bytes);
    return ILink_Send(link, parts, body_bytes ? 2 : 1, deadline_ns);
}

static struct rpc_header receive_frame(ILink *link)
{
    struct rpc_header header;
    struct rpc_buffer *frame;

    assert_int_equal(ILink_Receive(link, soon(), &frame), S_OK);
    assert_int_equal(rpc_header_read(frame->data, &header), S_OK);
    assert_int_equal(frame->size_bytes, RPC_HEADER_BYTES + header.body_bytes);
    rpc_buffer_free(frame);
    return header;
}

static void open_ends(struct ends *ends)
{
    static const struct network_kind kind = {.create = create_udp_network, .listen_at = "udp:127.0.0.1:0"};

    open_connection(&ends->at, &kind);
    assert_int_equal(stream_link_create(ends->at.network, ends->at.near, &ends->near), S_OK);
    assert_int_equal(stream_link_create(ends->at.network, ends->at.far, &ends->far), S_OK);
    assert_int_equal(send_frame(ends->near, RPC_HELLO, 0, 0, soon()), S_OK); /* then large ones may come */
    assert_int_equal(receive_frame(ends->far).type, RPC_HELLO);
}

static void close_ends(struct ends *ends)
{
    ILink_Release(ends->near);
    ILink_Release(ends->far);
    close_connection(&ends->at);
    rpc_buffer_trim();
}

static void ping_passes_what_waits_to_be_sent_and_a_call_does_not(void **state)
{
    uint32_t pings = 0, calls = 0, calls_before_ping = 0;
    struct ends ends;

    (void)state;
    open_ends(&ends);
    assert_int_equal(send_frame(ends.near, RPC_CALL, 1, BODY_BYTES, soon()), S_OK); /* more than the window */
    assert_int_equal(send_frame(ends.near, RPC_CALL, 2, 0, soon()), S_OK);
    assert_int_equal(send_frame(ends.near, RPC_PING, 3, 0, soon()), S_OK);
    while (pings + calls < 3) {
        struct rpc_header header = receive_frame(ends.far);

        if (header.type == RPC_PING) {
            pings++;
            calls_before_ping = calls;
            assert_int_equal(header.call_id, 3);
        } else {
            assert_int_equal(header.call_id, ++calls); /* these keep their order */
        }
    }
    assert_int_equal(calls_before_ping, 0);
    close_ends(&ends);
}

static void ping_and_its_watcher_find_each_other(void **state)
{
    struct mailbox told;
    struct ends ends;

    (void)state;
    open_ends(&ends);
    mailbox_init(&told);
    assert_int_equal(ILink_Watch(ends.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(send_frame(ends.near, RPC_PING, 7, 12, soon()), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_int_equal(receive_frame(ends.far).call_id, 7);
    assert_int_equal(send_frame(ends.far, RPC_PONG, 7, 12, soon()), S_OK);
    assert_int_equal(receive_frame(ends.near).type, RPC_PONG);
    mailbox_end(&told);
    close_ends(&ends);
}

static void more_pings_than_wait_at_once_arrive_all(void **state)
{
    struct ends ends;
    uint32_t i;

    (void)state;
    open_ends(&ends);
    for (i = 0; i < 20; i++)
        assert_int_equal(send_frame(ends.near, RPC_PING, i, 0, soon()), S_OK);
    for (i = 0; i < 20; i++)
        assert_int_equal(receive_frame(ends.far).type, RPC_PING);
    close_ends(&ends);
}

static void urgent_bytes_that_are_no_frame_end_the_link(void **state)
{
    COM_SCOPED(IUrgentSocket) urgent = NULL;
    const struct net_part part = {"GET / HTTP/1.1\r\n", 16};
    struct rpc_buffer *frame;
    struct ends ends;

    (void)state;
    open_ends(&ends);
    assert_int_equal(ISocket_QueryInterface(ends.at.near, &IID_IUrgentSocket, (void **)&urgent), S_OK);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, &part, 1), S_OK);
    assert_int_equal(ILink_Receive(ends.far, soon(), &frame), RPC_E_INVALID_HEADER);
    assert_null(frame);
    IUrgentSocket_Release(urgent);
    urgent = NULL;
    close_ends(&ends);
}

static void urgent_messages_have_a_limit(void **state)
{
    static uint8_t bytes[NET_URGENT_MAX + 1];
    COM_SCOPED(IUrgentSocket) urgent = NULL;
    struct net_part parts[2] = {{bytes, NET_URGENT_MAX}, {bytes, 1}};
    struct ends ends;

    (void)state;
    open_ends(&ends);
    assert_int_equal(ISocket_QueryInterface(ends.at.near, &IID_IUrgentSocket, (void **)&urgent), S_OK);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, parts, 2), S_FALSE);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, parts, NET_PARTS_MAX + 1), E_INVALIDARG);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, parts, 0), S_FALSE);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, parts, 1), S_OK);
    assert_int_equal(ILink_Shutdown(ends.near), S_OK);
    assert_int_equal(IUrgentSocket_SendUrgent(urgent, parts, 1), NET_E_CLOSED);
    IUrgentSocket_Release(urgent);
    urgent = NULL;
    close_ends(&ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ping_passes_what_waits_to_be_sent_and_a_call_does_not),
        cmocka_unit_test(ping_and_its_watcher_find_each_other),
        cmocka_unit_test(more_pings_than_wait_at_once_arrive_all),
        cmocka_unit_test(urgent_bytes_that_are_no_frame_end_the_link),
        cmocka_unit_test(urgent_messages_have_a_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
