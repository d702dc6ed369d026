/* Listening and connecting. */
#include "sockets.h"
#include <stdio.h>

static void endpoint_in_use_is_refused(const struct network_kind *kind)
{
    IListener *second = (IListener *)&second;
    struct connection at;

    open_network(&at, kind);
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &at.mailbox.IAcceptSink_iface, &second),
                     NET_E_ADDRESS_IN_USE);
    assert_null(second);
    assert_non_null(strstr(com_error_detail(), at.endpoint));
    close_connection(&at);
}

static void malformed_endpoints_are_refused(const struct network_kind *kind)
{
    struct connection at;
    const char *const *bad;

    open_network(&at, kind);
    for (bad = kind->bad; *bad; bad++) {
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

static void nobody_is_unreachable(const struct network_kind *kind)
{
    ISocket *socket = (ISocket *)&socket;
    struct connection at;

    open_network(&at, kind);
    assert_int_equal(INetwork_Connect(at.network, kind->nobody, soon(), &socket), NET_E_UNREACHABLE);
    assert_null(socket);
    assert_non_null(strstr(com_error_detail(), kind->nobody));
    close_connection(&at);
}

static void closed_listener_takes_nobody_and_its_connections_stay(const struct network_kind *kind)
{
    struct connection at;
    ISocket *socket;
    char small[4];

    open_connection(&at, kind);
    assert_int_equal(IListener_GetEndpoint(at.listener, small, sizeof(small)), E_INVALIDARG);
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.dial, soon(), &socket), NET_E_UNREACHABLE);
    assert_int_equal(send_bytes(at.near, "still", 5), S_OK);
    expect_bytes(at.far, "still");

    IListener_Release(at.listener); /* and its endpoint can be had again */
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &at.mailbox.IAcceptSink_iface, &at.listener),
                     S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.dial, soon(), &socket), S_OK);
    ISocket_Release(socket);
    close_connection(&at);
}

static HRESULT accept_QueryInterface(IAcceptSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IAcceptSink, iid, out_object);
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
    return com_refs_add(&container_of(iface, struct closer, IAcceptSink_iface)->mailbox->refs);
}

static uint32_t closer_Release(IAcceptSink *iface)
{
    return com_refs_release(&container_of(iface, struct closer, IAcceptSink_iface)->mailbox->refs);
}

static HRESULT closer_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct closer *closer = container_of(iface, struct closer, IAcceptSink_iface);

    (void)socket; /* nobody wants it */
    closer->hr = IListener_Close(closer->listener);
    mailbox_count(closer->mailbox, &closer->accepted);
    return S_OK;
}

static void sink_may_close_its_listener(const struct network_kind *kind)
{
    static const struct IAcceptSinkVtbl vtbl = {
        .QueryInterface = accept_QueryInterface,
        .AddRef = closer_AddRef,
        .Release = closer_Release,
        .Accepted = closer_Accepted,
    };
    struct closer closer = {.IAcceptSink_iface = {&vtbl}};
    struct connection at;
    uint32_t received;
    char byte;

    open_network(&at, kind);
    closer.mailbox = &at.mailbox;
    assert_int_equal(IListener_Close(at.listener), S_OK);
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &closer.IAcceptSink_iface, &closer.listener),
                     S_OK);
    assert_int_equal(INetwork_Connect(at.network, at.dial, soon(), &at.near), S_OK);
    assert_true(mailbox_wait(&at.mailbox, &closer.accepted, 1, LIMIT_NS));
    assert_int_equal(closer.hr, S_OK);
    assert_int_equal(ISocket_Receive(at.near, &byte, 1, soon(), &received), NET_E_CLOSED);
    IListener_Release(closer.listener);
    close_connection(&at);
}

static void many_connections_do_not_mix(const struct network_kind *kind)
{
    ISocket *sockets[MAILBOX_MAX];
    struct connection at;
    uint32_t i, count;

    open_network(&at, kind);
    count = kind->connections_at_once;
    for (i = 0; i < count; i++) {
        uint8_t number = (uint8_t)i;

        assert_int_equal(INetwork_Connect(at.network, at.dial, soon(), &sockets[i]), S_OK);
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

/* ---- closing while somebody comes ---- */

/* A sink that stays in Accepted until it is told to go on. */
struct gate {
    IAcceptSink IAcceptSink_iface;
    struct mailbox *mailbox;
    uint32_t entered; /* (mailbox->lock) */
    uint32_t opened;  /* (mailbox->lock) */
    uint32_t left;    /* (mailbox->lock) */
    IListener *listener;
};

static uint32_t gate_AddRef(IAcceptSink *iface)
{
    return com_refs_add(&container_of(iface, struct gate, IAcceptSink_iface)->mailbox->refs);
}

static uint32_t gate_Release(IAcceptSink *iface)
{
    return com_refs_release(&container_of(iface, struct gate, IAcceptSink_iface)->mailbox->refs);
}

static HRESULT gate_Accepted(IAcceptSink *iface, ISocket *socket)
{
    struct gate *gate = container_of(iface, struct gate, IAcceptSink_iface);

    (void)socket; /* nobody wants it */
    mailbox_count(gate->mailbox, &gate->entered);
    (void)mailbox_wait(gate->mailbox, &gate->opened, 1, LIMIT_NS);
    mailbox_count(gate->mailbox, &gate->left);
    return S_OK;
}

static void close_listener(void *argument)
{
    (void)IListener_Close(((struct gate *)argument)->listener);
}

static void close_waits_until_the_sink_has_returned(const struct network_kind *kind)
{
    static const struct IAcceptSinkVtbl vtbl = {
        .QueryInterface = accept_QueryInterface,
        .AddRef = gate_AddRef,
        .Release = gate_Release,
        .Accepted = gate_Accepted,
    };
    struct gate gate = {.IAcceptSink_iface = {&vtbl}};
    struct connection at;
    struct helper closing;

    open_network(&at, kind);
    gate.mailbox = &at.mailbox;
    IListener_Release(at.listener);
    assert_int_equal(INetwork_Listen(at.network, at.endpoint, &gate.IAcceptSink_iface, &at.listener), S_OK);
    gate.listener = at.listener;
    assert_int_equal(INetwork_Connect(at.network, at.dial, soon(), &at.near), S_OK);
    assert_true(mailbox_wait(&at.mailbox, &gate.entered, 1, LIMIT_NS));
    helper_start(&closing, &at.mailbox, close_listener, &gate);
    assert_false(mailbox_wait(&at.mailbox, &closing.ended, 1, 50 * MS));
    mailbox_count(&at.mailbox, &gate.opened);
    helper_join(&closing);
    assert_int_equal(gate.left, 1);
    close_connection(&at);
}

/* A helper that connects, and what came of it. */
struct dialling {
    INetwork *network;
    const char *dial;
    uint8_t number; /* that it sends, and wants back */
    uint8_t echo;
    HRESULT hr;
    ISocket *socket;
};

static void dial(void *argument)
{
    struct dialling *dialling = argument;

    dialling->hr = INetwork_Connect(dialling->network, dialling->dial, soon(), &dialling->socket);
}

/* Who came too late for the listener is refused, or finds the end when he speaks. */
static void closing_races_with_connecting(const struct network_kind *kind)
{
    struct connection at;
    uint32_t round;

    open_network(&at, kind);
    IListener_Release(at.listener);
    at.listener = NULL;
    for (round = 0; round < 40; round++) {
        struct dialling dialling = {.network = at.network, .dial = at.dial};
        uint32_t before = at.mailbox.accepted, accepted;
        struct helper helper;
        IListener *listener;

        assert_int_equal(INetwork_Listen(at.network, at.endpoint, &at.mailbox.IAcceptSink_iface, &listener),
                         S_OK);
        helper_start(&helper, &at.mailbox, dial, &dialling);
        (void)mailbox_wait(&at.mailbox, &helper.ended, 1, round % 10 * MS / 40); /* now or a moment later */
        assert_int_equal(IListener_Close(listener), S_OK);
        accepted = at.mailbox.accepted;
        helper_join(&helper);
        assert_int_equal(at.mailbox.accepted, accepted); /* none after Close returned */
        if (SUCCEEDED(dialling.hr)) {
            if (accepted == before) { /* TCP need not tell who only waits that nobody is there */
                (void)send_bytes(dialling.socket, "?", 1);
                expect_end(dialling.socket);
            }
            ISocket_Release(dialling.socket);
        } else {
            assert_int_equal(dialling.hr, NET_E_UNREACHABLE);
            assert_int_equal(accepted, before);
        }
        IListener_Release(listener);
        while (at.mailbox.accepted > before)
            ISocket_Release(at.mailbox.sockets[--at.mailbox.accepted]);
    }
    close_connection(&at);
}

static void dial_and_talk(void *argument)
{
    struct dialling *dialling = argument;

    dial(argument);
    if (SUCCEEDED(dialling->hr))
        dialling->hr = send_bytes(dialling->socket, &dialling->number, 1);
    if (SUCCEEDED(dialling->hr))
        dialling->hr = receive_bytes(dialling->socket, &dialling->echo, 1);
}

static void all_may_connect_at_once(const struct network_kind *kind)
{
    struct dialling diallings[MAILBOX_MAX];
    struct helper helpers[MAILBOX_MAX];
    struct connection at;
    uint32_t i, count = kind->connections_at_once;

    open_network(&at, kind);
    for (i = 0; i < count; i++) {
        diallings[i] = (struct dialling){.network = at.network, .dial = at.dial, .number = (uint8_t)(i + 1)};
        helper_start(&helpers[i], &at.mailbox, dial_and_talk, &diallings[i]);
    }
    assert_true(mailbox_wait(&at.mailbox, &at.mailbox.accepted, count, LIMIT_NS));
    for (i = 0; i < count; i++) {
        uint8_t number;

        assert_int_equal(receive_bytes(at.mailbox.sockets[i], &number, 1), S_OK);
        assert_int_equal(send_bytes(at.mailbox.sockets[i], &number, 1), S_OK);
    }
    for (i = 0; i < count; i++) {
        helper_join(&helpers[i]);
        assert_int_equal(diallings[i].hr, S_OK);
        assert_int_equal(diallings[i].echo, i + 1);
        ISocket_Release(diallings[i].socket);
    }
    close_connection(&at);
}

const struct suite_case socket_listen_cases[] = {
    SUITE_CASE(endpoint_in_use_is_refused),
    SUITE_CASE(malformed_endpoints_are_refused),
    SUITE_CASE(nobody_is_unreachable),
    SUITE_CASE(closed_listener_takes_nobody_and_its_connections_stay),
    SUITE_CASE(sink_may_close_its_listener),
    SUITE_CASE(close_waits_until_the_sink_has_returned),
    SUITE_CASE(closing_races_with_connecting),
    SUITE_CASE(many_connections_do_not_mix),
    SUITE_CASE(all_may_connect_at_once),
    {NULL, NULL},
};
