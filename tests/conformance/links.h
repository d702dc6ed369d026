/*
 * The conformance suite of ITransport and ILink: what idl/rpc/transport.idl says. The other side is a socket
 * of the same network, so that any bytes can come.
 */
#ifndef CONFORMANCE_LINKS_H
#define CONFORMANCE_LINKS_H

#include "network.h"
#include <rpc/transport.idl.h>
#include <rpc_buffer.h>
#include <rpc_frame.h>

struct transport_kind {
    HRESULT (*create_network)(INetwork **out_network);
    HRESULT (*create)(INetwork *network, ITransport **out_transport);
    const char *listen_at;
};

/* A link that was accepted, and the socket that talks to it. */
struct talk {
    ILinkSink ILinkSink_iface;
    INetwork *network;
    ITransport *transport;
    struct mailbox mailbox;
    IListener *listener;
    ILink *link;
    ISocket *peer;
    uint32_t linked; /* (mailbox.lock) */
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
    ILink_AddRef(link);
    talk->link = link;
    talk->linked++;
    port_condition_wake_all(&talk->mailbox.changed);
    port_mutex_unlock(&talk->mailbox.lock);
    return S_OK;
}

static void talk_open(struct talk *talk, void **state)
{
    static const struct ILinkSinkVtbl vtbl = {talk_QueryInterface, talk_AddRef, talk_Release, talk_Accepted};
    const struct transport_kind *kind = *state;
    char endpoint[NET_ENDPOINT_MAX + 1];

    memset(talk, 0, sizeof(*talk));
    talk->ILinkSink_iface.vtbl = &vtbl;
    mailbox_init(&talk->mailbox);
    assert_int_equal(kind->create_network(&talk->network), S_OK);
    assert_int_equal(kind->create(talk->network, &talk->transport), S_OK);
    assert_int_equal(
        ITransport_Listen(talk->transport, kind->listen_at, &talk->ILinkSink_iface, &talk->listener), S_OK);
    assert_int_equal(IListener_GetEndpoint(talk->listener, endpoint, sizeof(endpoint)), S_OK);
    assert_int_equal(INetwork_Connect(talk->network, endpoint, soon(), &talk->peer), S_OK);
    assert_true(mailbox_wait(&talk->mailbox, &talk->linked, 1, LIMIT_NS));
}

static void talk_close(struct talk *talk)
{
    ILink_Release(talk->link);
    if (talk->peer)
        ISocket_Release(talk->peer);
    IListener_Release(talk->listener);
    mailbox_end(&talk->mailbox);
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

static void frames_come_one_by_one_however_they_were_sent(void **state)
{
    uint8_t bytes[3 * PORT_FRAME_BYTES];
    struct talk talk;
    size_t size, i;

    talk_open(&talk, state);
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

static void part_of_a_frame_is_kept_until_the_rest_comes(void **state)
{
    uint8_t bytes[64];
    struct rpc_buffer *frame = (struct rpc_buffer *)bytes;
    struct talk talk;
    size_t size, i;

    talk_open(&talk, state);
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

static void largest_frame_passes_and_a_larger_one_is_refused(void **state)
{
    uint8_t bytes[RPC_HEADER_BYTES];
    struct rpc_buffer *frame;
    struct helper speaker;
    struct talk talk;

    talk_open(&talk, state);
    helper_start(&speaker, &talk.mailbox, say_large, &talk); /* no network holds all of it */
    expect_frame(&talk, 1, 'm', PORT_MAX_MESSAGE_BYTES);
    helper_join(&speaker);
    rpc_header_write(bytes, RPC_CALL, 2, PORT_MAX_MESSAGE_BYTES + 1);
    say(&talk, bytes, RPC_HEADER_BYTES);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_OUT_OF_RESOURCES);
    assert_null(frame);
    talk_close(&talk);
}

static void bytes_that_are_no_frame_are_refused(void **state)
{
    struct rpc_buffer *frame;
    struct talk talk;

    talk_open(&talk, state);
    say(&talk, "GET / HTTP/1.1\r\n", 16);
    assert_int_equal(ILink_Receive(talk.link, soon(), &frame), RPC_E_INVALID_HEADER);
    assert_null(frame);
    talk_close(&talk);
}

static void sent_parts_are_one_stream_of_frames(void **state)
{
    uint8_t bytes[64], got[64];
    struct net_part parts[2] = {{bytes, RPC_HEADER_BYTES}, {bytes + RPC_HEADER_BYTES, 20}};
    uint32_t received, count = 0;
    struct talk talk;
    size_t size;

    talk_open(&talk, state);
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

static void watched_link_tells_of_frames_that_are_here_already(void **state)
{
    uint8_t bytes[64];
    struct mailbox told;
    struct talk talk;
    size_t size;

    talk_open(&talk, state);
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

static void end_of_the_peer_is_the_end_of_the_link(void **state)
{
    struct rpc_buffer *frame;
    uint8_t bytes[64];
    struct talk talk;

    talk_open(&talk, state);
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

static void receive_forever(void *argument)
{
    struct receiving *receiving = argument;
    struct rpc_buffer *frame;

    receiving->hr = ILink_Receive(receiving->link, NET_FOREVER, &frame);
}

static void shutdown_wakes_the_receiver(void **state)
{
    struct receiving receiving = {0};
    struct helper helper;
    struct net_part part = {"x", 1};
    struct talk talk;

    talk_open(&talk, state);
    receiving.link = talk.link;
    helper_start(&helper, &talk.mailbox, receive_forever, &receiving);
    assert_false(mailbox_wait(&talk.mailbox, &helper.ended, 1, 20 * MS));
    assert_int_equal(ILink_Shutdown(talk.link), S_OK);
    helper_join(&helper);
    assert_int_equal(receiving.hr, RPC_E_DISCONNECTED);
    assert_int_equal(ILink_Shutdown(talk.link), S_OK);
    assert_int_equal(ILink_Send(talk.link, &part, 1, soon()), RPC_E_DISCONNECTED);
    talk_close(&talk);
}

static void dialled_link_reaches_the_accepted_one(void **state)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    struct rpc_buffer *frame;
    uint8_t bytes[64];
    struct net_part part = {bytes, 0};
    struct talk talk;
    ILink *dialled, *first;

    talk_open(&talk, state);
    first = talk.link;
    assert_int_equal(IListener_GetEndpoint(talk.listener, endpoint, sizeof(endpoint)), S_OK);
    assert_int_equal(ITransport_Connect(talk.transport, endpoint, soon(), &dialled), S_OK);
    assert_true(mailbox_wait(&talk.mailbox, &talk.linked, 2, LIMIT_NS));
    part.size_bytes = (uint32_t)make_frame(bytes, 4, 'd', 8);
    assert_int_equal(ILink_Send(dialled, &part, 1, soon()), S_OK);
    expect_frame(&talk, 4, 'd', 8);
    assert_int_equal(ILink_Send(talk.link, &part, 1, soon()), S_OK);
    assert_int_equal(ILink_Receive(dialled, soon(), &frame), S_OK);
    rpc_buffer_free(frame);
    ILink_Release(dialled);
    ILink_Release(first);
    talk_close(&talk);
}

static int run_link_suite(const struct transport_kind *kind)
{
#define CASE(name) cmocka_unit_test_prestate(name, (void *)(uintptr_t)kind)
    const struct CMUnitTest tests[] = {
        CASE(frames_come_one_by_one_however_they_were_sent),
        CASE(part_of_a_frame_is_kept_until_the_rest_comes),
        CASE(largest_frame_passes_and_a_larger_one_is_refused),
        CASE(bytes_that_are_no_frame_are_refused),
        CASE(sent_parts_are_one_stream_of_frames),
        CASE(watched_link_tells_of_frames_that_are_here_already),
        CASE(end_of_the_peer_is_the_end_of_the_link),
        CASE(shutdown_wakes_the_receiver),
        CASE(dialled_link_reaches_the_accepted_one),
    };
#undef CASE

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
