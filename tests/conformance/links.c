/*
 * The conformance suite of ITransport and ILink: what idl/rpc/transport.idl says. The other side is a socket
 * of the same network, so that any bytes can come.
 */
#include "links.h"
#include "connection.h"
#include <rpc_buffer.h>
#include <rpc_frame.h>
#include <stdlib.h>

enum { LINKS_MAX = 8 };

/* A link that was accepted, and the socket that talks to it. */
struct talk {
    ILinkSink ILinkSink_iface;
    INetwork *network;
    ITransport *transport;
    struct mailbox mailbox;
    IListener *listener;
    ILink *links[LINKS_MAX]; /* (mailbox.lock) accepted, each with a reference */
    ILink *link;             /* (mailbox.lock) the last of them */
    ISocket *peer;
    uint32_t linked;                 /* (mailbox.lock) */
    char dial[NET_ENDPOINT_MAX + 1]; /* reaches the listener */
};

static HRESULT talk_QueryInterface(ILinkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILinkSink, iid, out_object);
}

static uint32_t talk_AddRef(ILinkSink *iface)
{
    return com_refs_add(&container_of(iface, struct talk, ILinkSink_iface)->mailbox.refs);
}

static uint32_t talk_Release(ILinkSink *iface)
{
    return com_refs_release(&container_of(iface, struct talk, ILinkSink_iface)->mailbox.refs);
}

static HRESULT talk_Accepted(ILinkSink *iface, ILink *link)
{
    struct talk *talk = container_of(iface, struct talk, ILinkSink_iface);

    port_mutex_lock(&talk->mailbox.lock);
    if (talk->linked < LINKS_MAX) {
        ILink_AddRef(link);
        talk->link = link;
        talk->links[talk->linked++] = link;
    }
    port_condition_wake_all(&talk->mailbox.changed);
    port_mutex_unlock(&talk->mailbox.lock);
    return S_OK;
}

static void talk_open(struct talk *talk, const struct network_kind *kind)
{
    static const struct ILinkSinkVtbl vtbl = {
        .QueryInterface = talk_QueryInterface,
        .AddRef = talk_AddRef,
        .Release = talk_Release,
        .Accepted = talk_Accepted,
    };
    char endpoint[NET_ENDPOINT_MAX + 1];

    memset(talk, 0, sizeof(*talk));
    talk->ILinkSink_iface.vtbl = &vtbl;
    mailbox_init(&talk->mailbox);
    create_network(kind, &talk->network);
    assert_int_equal(kind->create_transport(talk->network, &talk->transport), S_OK);
    assert_int_equal(
        ITransport_Listen(talk->transport, kind->listen_at, &talk->ILinkSink_iface, &talk->listener), S_OK);
    assert_int_equal(IListener_GetEndpoint(talk->listener, endpoint, sizeof(endpoint)), S_OK);
    dial_endpoint(kind, endpoint, talk->dial);
    assert_int_equal(INetwork_Connect(talk->network, talk->dial, soon(), &talk->peer), S_OK);
    assert_true(mailbox_wait(&talk->mailbox, &talk->linked, 1, LIMIT_NS));
}

static void talk_close(struct talk *talk)
{
    if (talk->peer)
        ISocket_Release(talk->peer);
    IListener_Release(talk->listener);
    mailbox_end(&talk->mailbox);
    while (talk->linked)
        ILink_Release(talk->links[--talk->linked]);
    ITransport_Release(talk->transport);
    INetwork_Release(talk->network);
    rpc_buffer_trim();
}

/* Sends bytes to the link, as they are. */
static void say(struct talk *talk, const void *bytes, size_t count)
{
    struct net_part part = {bytes, (uint32_t)count};

    assert_int_equal(ISocket_Send(talk->peer, &part, 1, soon()), S_OK);
}

/* A frame whose body is `count` bytes of `fill`. @return its size */
static size_t make_frame(uint8_t *at, uint32_t call_id, uint8_t fill, uint32_t count)
{
    rpc_header_write(at, RPC_CALL, call_id, count);
    memset(at + RPC_HEADER_BYTES, fill, count);
    return RPC_HEADER_BYTES + count;
}

static void expect_frame(struct talk *talk, uint32_t call_id, uint8_t fill, uint32_t count)
{
    struct rpc_buffer *frame;
    struct rpc_header header;
    uint32_t i;

    assert_int_equal(ILink_Receive(talk->link, soon(), &frame), S_OK);
    assert_int_equal(frame->size_bytes, RPC_HEADER_BYTES + count);
    assert_int_equal(rpc_header_read(frame->data, &header), S_OK);
    assert_int_equal(header.call_id, call_id);
    for (i = 0; i < count; i++)
        assert_int_equal(frame->data[RPC_HEADER_BYTES + i], fill);
    rpc_buffer_free(frame);
}

/* ---- frames ---- */

static void frames_come_one_by_one_however_they_were_sent(const struct network_kind *kind)
{
    uint8_t bytes[3 * PORT_FRAME_BYTES];
    struct talk talk;
    size_t size, i;

    talk_open(&talk, kind);
    size = make_frame(bytes, 1, 'a', 10);
    size += make_frame(bytes + size, 2, 'b', 0);
    size += make_frame(bytes + size, 3, 'c', 100);
    say(&talk, bytes, size); /* at once */
    expect_frame(&talk, 1, 'a', 10);
    expect_frame(&talk, 2, 'b', 0);
    expect_frame(&talk, 3, 'c', 100);
    for (i = 0; i < size; i++) /* byte by byte */
        say(&talk, bytes + i, 1);
    expect_frame(&talk, 1, 'a', 10);
    expect_frame(&talk, 2, 'b', 0);
    expect_frame(&talk, 3, 'c', 100);
    talk_close(&talk);
}

static void part_of_a_frame_is_kept_until_the_rest_comes(const struct network_kind *kind)
{
    uint8_t bytes[64];
    struct rpc_buffer *frame = (struct rpc_buffer *)bytes;
    struct talk talk;
    size_t size, i;

    talk_open(&talk, kind);
    size = make_frame(bytes, 7, 'x', 20);
    for (i = 0; i < size; i++) {
        assert_int_equal(ILink_Receive(talk.link, NET_NO_WAIT, &frame), NET_E_TIMEOUT);
        assert_null(frame);
        say(&talk, bytes + i, 1);
    }
    expect_frame(&talk, 7, 'x', 20);
    talk_close(&talk);
}

static uint8_t large[RPC_HEADER_BYTES + PORT_MAX_MESSAGE_BYTES];

static void say_large(void *argument)
{
    say((struct talk *)argument, large, make_frame(large, 1, 'm', PORT_MAX_MESSAGE_BYTES));
}

static void largest_frame_passes_and_a_larger_one_is_refused(const struct network_kind *kind)
{
    uint8_t bytes[2 * RPC_HEADER_BYTES];
    struct rpc_buffer *frame;
    struct helper speaker;
    struct talk talk;

    talk_open(&talk, kind);
    say(&talk, bytes, make_frame(bytes, 0, 'h', 1)); /* in the place of a greeting */
    expect_frame(&talk, 0, 'h', 1);
    helper_start(&speaker, &talk.mailbox, say_large, &talk); /* no network holds all of it */
    expect_frame(&talk, 1, 'm', PORT_MAX_MESSAGE_BYTES);
    helper_join(&speaker);
    rpc_header_write(bytes, RPC_CALL, 2, PORT_MAX_MESSAGE_BYTES + 1);
    say(&talk, bytes, RPC_HEADER_BYTES);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_OUT_OF_RESOURCES);
    assert_null(frame);
    talk_close(&talk);
}

static void first_frame_is_no_larger_than_a_greeting(const struct network_kind *kind)
{
    uint8_t bytes[RPC_HEADER_BYTES + RPC_CONTROL_BODY_MAX];
    struct rpc_buffer *frame;
    struct talk talk;

    talk_open(&talk, kind);
    say(&talk, bytes, make_frame(bytes, 1, 'g', RPC_CONTROL_BODY_MAX));
    expect_frame(&talk, 1, 'g', RPC_CONTROL_BODY_MAX);
    talk_close(&talk);
    talk_open(&talk, kind);
    rpc_header_write(bytes, RPC_HELLO, 0, RPC_CONTROL_BODY_MAX + 1);
    say(&talk, bytes, RPC_HEADER_BYTES); /* its body never comes: the header is enough */
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_OUT_OF_RESOURCES);
    assert_null(frame);
    talk_close(&talk);
}

static void bytes_that_are_no_frame_are_refused(const struct network_kind *kind)
{
    struct rpc_buffer *frame;
    struct talk talk;

    talk_open(&talk, kind);
    say(&talk, "GET / HTTP/1.1\r\n", 16);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_INVALID_HEADER);
    assert_null(frame);
    talk_close(&talk);
}

static void sent_parts_are_one_stream_of_frames(const struct network_kind *kind)
{
    uint8_t bytes[64], got[64];
    struct net_part parts[2] = {{bytes, RPC_HEADER_BYTES}, {bytes + RPC_HEADER_BYTES, 20}};
    uint32_t received, count = 0;
    struct talk talk;
    size_t size;

    talk_open(&talk, kind);
    size = make_frame(bytes, 9, 's', 20);
    assert_int_equal(ILink_Send(talk.link, parts, 2, soon()), S_OK);
    while (count < size) {
        assert_int_equal(ISocket_Receive(talk.peer, got + count, sizeof(got) - count, soon(), &received),
                         S_OK);
        count += received;
    }
    assert_int_equal(count, size);
    assert_memory_equal(got, bytes, size);
    talk_close(&talk);
}

/* ---- watching ---- */

static void watched_link_tells_of_frames_that_are_here_already(const struct network_kind *kind)
{
    uint8_t bytes[64];
    struct mailbox told;
    struct talk talk;
    size_t size;

    talk_open(&talk, kind);
    mailbox_init(&told);
    assert_int_equal(ILink_Watch(talk.link, &told.INetworkSink_iface), S_OK);
    size = make_frame(bytes, 1, 'a', 5);
    size += make_frame(bytes + size, 2, 'b', 5);
    say(&talk, bytes, size);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    expect_frame(&talk, 1, 'a', 5);
    /* The second may have been read from the socket with the first. */
    assert_int_equal(ILink_Watch(talk.link, &told.INetworkSink_iface), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    expect_frame(&talk, 2, 'b', 5);
    mailbox_end(&told);
    talk_close(&talk);
}

/* ---- the end ---- */

static void end_of_the_peer_is_the_end_of_the_link(const struct network_kind *kind)
{
    struct rpc_buffer *frame;
    uint8_t bytes[64];
    struct talk talk;

    talk_open(&talk, kind);
    say(&talk, bytes, make_frame(bytes, 1, 'a', 20) - 1); /* in mid-frame */
    ISocket_Release(talk.peer);
    talk.peer = NULL;
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_DISCONNECTED);
    assert_null(frame);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_DISCONNECTED);
    talk_close(&talk);
}

struct receiving {
    ILink *link;
    HRESULT hr;
};

static void receive_link_forever(void *argument)
{
    struct receiving *receiving = argument;
    struct rpc_buffer *frame;

    receiving->hr = ILink_Receive(receiving->link, NET_FOREVER, &frame);
}

static void shutdown_wakes_the_receiver(const struct network_kind *kind)
{
    struct receiving receiving = {0};
    struct helper helper;
    struct net_part part = {"x", 1};
    struct talk talk;

    talk_open(&talk, kind);
    receiving.link = talk.link;
    helper_start(&helper, &talk.mailbox, receive_link_forever, &receiving);
    assert_false(mailbox_wait(&talk.mailbox, &helper.ended, 1, 20 * MS));
    assert_int_equal(ILink_Shutdown(talk.link), S_OK);
    helper_join(&helper);
    assert_int_equal(receiving.hr, RPC_E_DISCONNECTED);
    assert_int_equal(ILink_Shutdown(talk.link), S_OK);
    assert_int_equal(ILink_Send(talk.link, &part, 1, soon()), RPC_E_DISCONNECTED);
    talk_close(&talk);
}

static void dialled_link_reaches_the_accepted_one(const struct network_kind *kind)
{
    struct rpc_buffer *frame;
    uint8_t bytes[64];
    struct net_part part = {bytes, 0};
    struct talk talk;
    ILink *dialled;

    talk_open(&talk, kind);
    assert_int_equal(ITransport_Connect(talk.transport, talk.dial, soon(), &dialled), S_OK);
    assert_true(mailbox_wait(&talk.mailbox, &talk.linked, 2, LIMIT_NS));
    part.size_bytes = (uint32_t)make_frame(bytes, 4, 'd', 8);
    assert_int_equal(ILink_Send(dialled, &part, 1, soon()), S_OK);
    expect_frame(&talk, 4, 'd', 8);
    assert_int_equal(ILink_Send(talk.link, &part, 1, soon()), S_OK);
    assert_int_equal(ILink_Receive(dialled, soon(), &frame), S_OK);
    rpc_buffer_free(frame);
    ILink_Release(dialled);
    talk_close(&talk);
}

static void link_is_watched_until_it_tells_or_is_asked_no_more(const struct network_kind *kind)
{
    uint8_t bytes[64];
    struct mailbox told;
    struct talk talk;
    size_t size;

    talk_open(&talk, kind);
    mailbox_init(&told);
    size = make_frame(bytes, 1, 'a', 5);
    assert_int_equal(ILink_Watch(talk.link, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ILink_Watch(talk.link, NULL), S_OK);
    assert_int_equal(told.refs.count, 1);
    say(&talk, bytes, size);
    assert_false(mailbox_wait(&told, &told.ready, 1, 20 * MS));
    expect_frame(&talk, 1, 'a', 5);
    assert_int_equal(ILink_Watch(talk.link, &told.INetworkSink_iface), S_OK);
    ISocket_Release(talk.peer);
    talk.peer = NULL;
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS)); /* of the end */
    mailbox_end(&told);
    talk_close(&talk);
}

struct sending {
    ILink *link;
    uint8_t *bytes;
    uint32_t count;
    int64_t deadline_ns;
    HRESULT hr;
};

static void send_link_forever(void *argument)
{
    struct sending *sending = argument;
    struct net_part part = {sending->bytes, sending->count};

    do
        sending->hr = ILink_Send(sending->link, &part, 1, sending->deadline_ns);
    while (SUCCEEDED(sending->hr));
}

static void shutdown_wakes_the_sender(const struct network_kind *kind)
{
    struct sending sending = {
        .bytes = calloc(1, kind->more_than_fits), .count = kind->more_than_fits, .deadline_ns = NET_FOREVER};
    struct helper helper;
    struct talk talk;

    assert_non_null(sending.bytes);
    talk_open(&talk, kind);
    sending.link = talk.link;
    helper_start(&helper, &talk.mailbox, send_link_forever, &sending);
    assert_false(mailbox_wait(&talk.mailbox, &helper.ended, 1, 50 * MS));
    assert_int_equal(ILink_Shutdown(talk.link), S_OK);
    helper_join(&helper);
    assert_int_equal(sending.hr, RPC_E_DISCONNECTED);
    talk_close(&talk);
    free(sending.bytes);
}

/* What follows half a frame is no frame, so nothing may. */
static void deadline_in_mid_frame_ends_the_link(const struct network_kind *kind)
{
    struct sending sending = {.bytes = calloc(1, kind->more_than_fits), .count = kind->more_than_fits};
    struct net_part part = {"x", 1};
    struct rpc_buffer *frame;
    uint8_t drain[4096];
    uint32_t received;
    struct talk talk;
    HRESULT hr;

    assert_non_null(sending.bytes);
    talk_open(&talk, kind);
    sending.link = talk.link;
    sending.deadline_ns = port_now_ns() + 50 * MS;
    send_link_forever(&sending);
    assert_int_equal(sending.hr, RPC_E_DISCONNECTED);
    assert_true(port_now_ns() >= sending.deadline_ns);
    do
        hr = ISocket_Receive(talk.peer, drain, sizeof(drain), soon(), &received);
    while (SUCCEEDED(hr)); /* there is room again */
    assert_int_equal(hr, NET_E_CLOSED);
    assert_int_equal(ILink_Send(talk.link, &part, 1, soon()), RPC_E_DISCONNECTED);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_DISCONNECTED);
    talk_close(&talk);
    free(sending.bytes);
}

static void endpoints_of_others_and_taken_ones_are_refused(const struct network_kind *kind)
{
    static const char *const bad[] = {"", "carrier-pigeon:coop", "nothing"};
    char endpoint[NET_ENDPOINT_MAX + 1];
    IListener *listener;
    struct talk talk;
    ILink *link;
    size_t i;

    talk_open(&talk, kind);
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        listener = (IListener *)&listener;
        link = (ILink *)&link;
        assert_int_equal(ITransport_Connect(talk.transport, bad[i], soon(), &link), NET_E_BAD_ENDPOINT);
        assert_null(link);
        assert_int_equal(ITransport_Listen(talk.transport, bad[i], &talk.ILinkSink_iface, &listener),
                         NET_E_BAD_ENDPOINT);
        assert_null(listener);
    }
    listener = (IListener *)&listener;
    assert_int_equal(IListener_GetEndpoint(talk.listener, endpoint, sizeof(endpoint)), S_OK);
    assert_int_equal(ITransport_Listen(talk.transport, endpoint, &talk.ILinkSink_iface, &listener),
                     NET_E_ADDRESS_IN_USE);
    assert_null(listener);
    link = (ILink *)&link;
    assert_int_equal(ITransport_Connect(talk.transport, kind->nobody, soon(), &link), NET_E_UNREACHABLE);
    assert_null(link);
    assert_non_null(strstr(com_error_detail(), kind->nobody));
    talk_close(&talk);
}

int run_link_suite(const struct network_kind *kind)
{
    static const struct suite_case cases[] = {
        SUITE_CASE(frames_come_one_by_one_however_they_were_sent),
        SUITE_CASE(part_of_a_frame_is_kept_until_the_rest_comes),
        SUITE_CASE(largest_frame_passes_and_a_larger_one_is_refused),
        SUITE_CASE(first_frame_is_no_larger_than_a_greeting),
        SUITE_CASE(bytes_that_are_no_frame_are_refused),
        SUITE_CASE(sent_parts_are_one_stream_of_frames),
        SUITE_CASE(watched_link_tells_of_frames_that_are_here_already),
        SUITE_CASE(link_is_watched_until_it_tells_or_is_asked_no_more),
        SUITE_CASE(end_of_the_peer_is_the_end_of_the_link),
        SUITE_CASE(shutdown_wakes_the_receiver),
        SUITE_CASE(shutdown_wakes_the_sender),
        SUITE_CASE(deadline_in_mid_frame_ends_the_link),
        SUITE_CASE(dialled_link_reaches_the_accepted_one),
        SUITE_CASE(endpoints_of_others_and_taken_ones_are_refused),
        {NULL, NULL},
    };
    static const struct suite_case *const tables[] = {cases, link_promise_cases, NULL};

    return run_suite(kind, tables);
}
