/* Watching: one Ready for each time it was asked for. */
#include "sockets.h"

static void watched_socket_tells_once(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
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

static void watched_socket_tells_of_the_end(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    ISocket_Release(at.near);
    at.near = NULL;
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    mailbox_end(&told);
    close_connection(&at);
}

static void question_that_is_taken_back_is_not_answered(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
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

static void new_question_replaces_the_old_one(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox first, second;

    open_connection(&at, kind);
    mailbox_init(&first);
    mailbox_init(&second);
    assert_int_equal(ISocket_Watch(at.far, &first.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Watch(at.far, &second.INetworkSink_iface), S_OK);
    assert_int_equal(first.refs.count, 1);
    assert_int_equal(send_bytes(at.near, "a", 1), S_OK);
    assert_true(mailbox_wait(&second, &second.ready, 1, LIMIT_NS));
    assert_int_equal(first.ready, 0);
    mailbox_end(&first);
    mailbox_end(&second);
    close_connection(&at);
}

static void shutdown_is_told_to_who_watches(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
    mailbox_init(&told);
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Shutdown(at.far), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_int_equal(ISocket_Watch(at.far, &told.INetworkSink_iface), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    mailbox_end(&told);
    close_connection(&at);
}

/* Nothing happens there any more, and nothing below is needed: who watched before or watches now is told. */
static void end_of_both_sides_is_told_to_who_watches(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;

    open_connection(&at, kind);
    mailbox_init(&told);
    ISocket_Release(at.far);
    at.mailbox.accepted = 0;
    expect_end(at.near);
    assert_int_equal(ISocket_Watch(at.near, &told.INetworkSink_iface), S_OK);
    assert_int_equal(ISocket_Shutdown(at.near), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 1, LIMIT_NS));
    assert_int_equal(ISocket_Watch(at.near, &told.INetworkSink_iface), S_OK);
    assert_true(mailbox_wait(&told, &told.ready, 2, LIMIT_NS));
    mailbox_end(&told);
    close_connection(&at);
}

/* ---- from within Ready ---- */

enum { NUMBERS = 200 };

/* A sink that does what the runtime does: reads all there is and watches again; at the end lets go. */
struct reader {
    INetworkSink INetworkSink_iface;
    struct mailbox *mailbox;
    ISocket *socket;  /* (network's thread) one reference */
    uint32_t numbers; /* (mailbox->lock) that came in order */
    uint32_t ended;   /* (mailbox->lock) */
};

static uint32_t reader_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct reader, INetworkSink_iface)->mailbox->refs);
}

static uint32_t reader_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct reader, INetworkSink_iface)->mailbox->refs);
}

static HRESULT reader_Ready(INetworkSink *iface)
{
    struct reader *reader = container_of(iface, struct reader, INetworkSink_iface);
    uint32_t received;
    uint8_t number;
    HRESULT hr;

    while ((hr = ISocket_Receive(reader->socket, &number, 1, NET_NO_WAIT, &received)) == S_OK)
        if (number == (uint8_t)reader->numbers)
            mailbox_count(reader->mailbox, &reader->numbers);
    if (hr == NET_E_TIMEOUT)
        return ISocket_Watch(reader->socket, iface);
    ISocket_Release(reader->socket); /* the last reference, on the network's own thread */
    mailbox_count(reader->mailbox, &reader->ended);
    return S_OK;
}

static HRESULT reader_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static void sink_may_read_and_watch_again_and_let_the_socket_go(const struct network_kind *kind)
{
    static const struct INetworkSinkVtbl vtbl = {
        .QueryInterface = reader_QueryInterface,
        .AddRef = reader_AddRef,
        .Release = reader_Release,
        .Ready = reader_Ready,
    };
    struct reader reader = {.INetworkSink_iface = {&vtbl}};
    struct connection at;
    uint32_t i;

    open_connection(&at, kind);
    reader.mailbox = &at.mailbox;
    reader.socket = at.far;
    at.mailbox.accepted = 0; /* the reader has the reference now */
    assert_int_equal(ISocket_Watch(at.far, &reader.INetworkSink_iface), S_OK);
    for (i = 0; i < NUMBERS; i++) {
        uint8_t number = (uint8_t)i;

        assert_int_equal(send_bytes(at.near, &number, 1), S_OK);
        if (i % 2) /* some meet a sink that waits for them, some one that is busy */
            assert_true(mailbox_wait(&at.mailbox, &reader.numbers, i + 1, LIMIT_NS));
    }
    assert_true(mailbox_wait(&at.mailbox, &reader.numbers, NUMBERS, LIMIT_NS));
    ISocket_Release(at.near);
    at.near = NULL;
    assert_true(mailbox_wait(&at.mailbox, &reader.ended, 1, LIMIT_NS));
    close_connection(&at);
}

const struct suite_case socket_watch_cases[] = {
    SUITE_CASE(watched_socket_tells_once),
    SUITE_CASE(watched_socket_tells_of_the_end),
    SUITE_CASE(question_that_is_taken_back_is_not_answered),
    SUITE_CASE(new_question_replaces_the_old_one),
    SUITE_CASE(shutdown_is_told_to_who_watches),
    SUITE_CASE(end_of_both_sides_is_told_to_who_watches),
    SUITE_CASE(sink_may_read_and_watch_again_and_let_the_socket_go),
    {NULL, NULL},
};
