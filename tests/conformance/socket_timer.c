/* The timers of a network. */
#include "sockets.h"

static void timer_fires_once_at_its_time(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told;
    int64_t when_ns;

    open_network(&at, kind);
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

static void timer_is_replaced_and_taken_back(const struct network_kind *kind)
{
    struct connection at;
    struct mailbox told, other;

    open_network(&at, kind);
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

/* ---- several ---- */

enum { BELLS = 5 };

/* A sink that notes when in the order it rang, and may ask for its timer again. */
struct bell {
    INetworkSink INetworkSink_iface;
    struct mailbox *mailbox;
    INetwork *network;
    uint32_t *last;  /* (mailbox->lock) of all bells */
    uint32_t place;  /* (mailbox->lock) the first is 1 */
    uint32_t rung;   /* (mailbox->lock) */
    uint32_t wanted; /* asks again until it rang that often */
};

static HRESULT bell_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t bell_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct bell, INetworkSink_iface)->mailbox->refs);
}

static uint32_t bell_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct bell, INetworkSink_iface)->mailbox->refs);
}

static HRESULT bell_Ready(INetworkSink *iface)
{
    struct bell *bell = container_of(iface, struct bell, INetworkSink_iface);
    HRESULT hr = S_OK;

    if (bell->rung + 1 < bell->wanted)
        hr = INetwork_SetTimer(bell->network, iface, port_now_ns() + MS);
    port_mutex_lock(&bell->mailbox->lock);
    bell->place = ++*bell->last;
    port_mutex_unlock(&bell->mailbox->lock);
    mailbox_count(bell->mailbox, &bell->rung);
    return hr;
}

static const struct INetworkSinkVtbl bell_vtbl = {
    .QueryInterface = bell_QueryInterface,
    .AddRef = bell_AddRef,
    .Release = bell_Release,
    .Ready = bell_Ready,
};

static void timers_fire_in_the_order_of_their_deadlines(const struct network_kind *kind)
{
    static const uint32_t places[BELLS] = {3, 1, 5, 2, 4};
    struct bell bells[BELLS];
    struct connection at;
    uint32_t i, last = 0;
    int64_t begin_ns;

    open_network(&at, kind);
    begin_ns = port_now_ns() + 10 * MS;
    for (i = 0; i < BELLS; i++) {
        bells[i] = (struct bell){
            .INetworkSink_iface = {&bell_vtbl}, .mailbox = &at.mailbox, .network = at.network, .last = &last};
        assert_int_equal(
            INetwork_SetTimer(at.network, &bells[i].INetworkSink_iface, begin_ns + places[i] * 5 * MS), S_OK);
    }
    for (i = 0; i < BELLS; i++)
        assert_true(mailbox_wait(&at.mailbox, &bells[i].rung, 1, LIMIT_NS));
    for (i = 0; i < BELLS; i++)
        assert_int_equal(bells[i].place, places[i]);
    close_connection(&at);
}

static void sink_may_set_its_timer_again(const struct network_kind *kind)
{
    uint32_t last = 0;
    struct bell bell = {.INetworkSink_iface = {&bell_vtbl}, .last = &last, .wanted = 5};
    struct connection at;
    int64_t begin_ns;

    open_network(&at, kind);
    bell.mailbox = &at.mailbox;
    bell.network = at.network;
    begin_ns = port_now_ns();
    assert_int_equal(INetwork_SetTimer(at.network, &bell.INetworkSink_iface, begin_ns + MS), S_OK);
    assert_true(mailbox_wait(&at.mailbox, &bell.rung, 5, LIMIT_NS));
    assert_true(port_now_ns() >= begin_ns + 5 * MS);
    assert_false(mailbox_wait(&at.mailbox, &bell.rung, 6, 20 * MS));
    close_connection(&at);
}

/* ---- what sinks do ---- */

/* A sink that holds the network. */
struct holder {
    INetworkSink INetworkSink_iface;
    struct com_refs refs;
    struct mailbox *mailbox;
    INetwork *network;
    uint32_t gone; /* (mailbox->lock) */
};

static HRESULT holder_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t holder_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct holder, INetworkSink_iface)->refs);
}

static uint32_t holder_Release(INetworkSink *iface)
{
    struct holder *holder = container_of(iface, struct holder, INetworkSink_iface);
    uint32_t left = com_refs_release(&holder->refs);

    if (!left) {
        INetwork_Release(holder->network);
        mailbox_count(holder->mailbox, &holder->gone);
    }
    return left;
}

static HRESULT holder_Ready(INetworkSink *iface)
{
    (void)iface;
    return S_OK;
}

/* Then the network's own thread is the one that ends it. */
static void sink_may_have_the_last_reference_to_the_network(const struct network_kind *kind)
{
    static const struct INetworkSinkVtbl vtbl = {
        .QueryInterface = holder_QueryInterface,
        .AddRef = holder_AddRef,
        .Release = holder_Release,
        .Ready = holder_Ready,
    };
    struct holder holder = {.INetworkSink_iface = {&vtbl}, .refs = COM_REFS_INIT};
    struct mailbox told;
    INetwork *next;

    mailbox_init(&told);
    holder.mailbox = &told;
    create_network(kind, &holder.network);
    assert_int_equal(INetwork_SetTimer(holder.network, &holder.INetworkSink_iface, port_now_ns() + 20 * MS),
                     S_OK);
    INetworkSink_Release(&holder.INetworkSink_iface);
    assert_true(mailbox_wait(&told, &holder.gone, 1, LIMIT_NS));
    create_network(kind, &next); /* it is gone */
    INetwork_Release(next);
    mailbox_end(&told);
}

enum { PIECES = 100, PIECE_BYTES = 1000 };

/* A sink that sends more than any network holds. */
struct talker {
    INetworkSink INetworkSink_iface;
    struct mailbox *mailbox;
    ISocket *socket;
    HRESULT hr;
    uint32_t ended; /* (mailbox->lock) */
};

static HRESULT talker_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t talker_AddRef(INetworkSink *iface)
{
    return com_refs_add(&container_of(iface, struct talker, INetworkSink_iface)->mailbox->refs);
}

static uint32_t talker_Release(INetworkSink *iface)
{
    return com_refs_release(&container_of(iface, struct talker, INetworkSink_iface)->mailbox->refs);
}

static HRESULT talker_Ready(INetworkSink *iface)
{
    struct talker *talker = container_of(iface, struct talker, INetworkSink_iface);
    uint8_t piece[PIECE_BYTES];
    uint32_t i;

    talker->hr = S_OK;
    for (i = 0; i < PIECES && SUCCEEDED(talker->hr); i++) {
        memset(piece, (int)(i % 251), sizeof(piece));
        talker->hr = send_bytes(talker->socket, piece, sizeof(piece));
    }
    mailbox_count(talker->mailbox, &talker->ended);
    return S_OK;
}

/* Only the network's thread hears that the peer took something, and here it is the one that waits for that.
 */
static void sink_may_send_while_the_peer_reads(const struct network_kind *kind)
{
    static const struct INetworkSinkVtbl vtbl = {
        .QueryInterface = talker_QueryInterface,
        .AddRef = talker_AddRef,
        .Release = talker_Release,
        .Ready = talker_Ready,
    };
    struct talker talker = {.INetworkSink_iface = {&vtbl}};
    uint8_t piece[PIECE_BYTES];
    struct connection at;
    uint32_t i, j;

    open_connection(&at, kind);
    talker.mailbox = &at.mailbox;
    talker.socket = at.far;
    assert_int_equal(INetwork_SetTimer(at.network, &talker.INetworkSink_iface, port_now_ns()), S_OK);
    for (i = 0; i < PIECES; i++) {
        assert_int_equal(receive_bytes(at.near, piece, sizeof(piece)), S_OK);
        for (j = 0; j < sizeof(piece); j++)
            assert_int_equal(piece[j], i % 251);
    }
    assert_true(mailbox_wait(&at.mailbox, &talker.ended, 1, LIMIT_NS));
    assert_int_equal(talker.hr, S_OK);
    close_connection(&at);
}

const struct suite_case socket_timer_cases[] = {
    SUITE_CASE(timer_fires_once_at_its_time),
    SUITE_CASE(timer_is_replaced_and_taken_back),
    SUITE_CASE(timers_fire_in_the_order_of_their_deadlines),
    SUITE_CASE(sink_may_set_its_timer_again),
    SUITE_CASE(sink_may_send_while_the_peer_reads),
    SUITE_CASE(sink_may_have_the_last_reference_to_the_network),
    {NULL, NULL},
};
