/* Packets that no honest peer sends, and a network that lies. */
#include "udp_world.h"
#include <cmocka_all.h>
#include <wire.h>

static const struct udp_limits limits = {.window = 8, .queue = 8, .peers = WORLD_PEERS, .half_open = 2};
static const struct world_options good = {.delay_ns = MS};
static const struct net_address stranger = {.host = 0x0A0000FF, .port = 9};

struct fixture {
    struct world world;
    struct side *near, *far;
};

static void start(struct fixture *fixture)
{
    world_init(&fixture->world, 1, &good, &limits);
    fixture->near = &fixture->world.sides[0];
    fixture->far = &fixture->world.sides[1];
}

static void start_connected(struct fixture *fixture)
{
    start(fixture);
    assert_true(world_connect(&fixture->world));
    world_run(&fixture->world, 100 * MS);
}

static void end(struct fixture *fixture)
{
    world_end(&fixture->world);
    assert_int_equal(fixture->near->connections + fixture->far->connections, 0);
    assert_int_equal(fixture->world.packets, 0);
    assert_false(fixture->world.failed);
}

static void give(struct fixture *fixture, const struct net_address *from, const uint8_t *bytes, uint32_t size)
{
    fixture->far->bytes_in += size;
    udp_endpoint_receive(&fixture->far->endpoint, from, bytes, size, fixture->world.now_ns);
}

/* What A would send to B next. */
static struct udp_header next_header(const struct fixture *fixture)
{
    const struct udp_connection *near = fixture->near->connection;

    return (struct udp_header){.connection = near->peer_id,
                               .seq = near->next_seq,
                               .ack = near->expected_seq,
                               .window = 8,
                               .flags = UDP_NUMBERED};
}

static uint32_t make(uint8_t packet[UDP_DATAGRAM_MAX], const struct udp_header *header, const char *payload)
{
    udp_header_write(packet, header);
    memcpy(packet + UDP_FIXED_BYTES, payload, strlen(payload));
    return udp_seal(packet, UDP_FIXED_BYTES + (uint32_t)strlen(payload));
}

/* Gives B a packet as if it were A's. */
static void forge(struct fixture *fixture, const struct udp_header *header, const char *payload)
{
    uint8_t packet[UDP_DATAGRAM_MAX];
    uint32_t size = make(packet, header, payload);

    give(fixture, &fixture->near->address, packet, size);
}

static void expect_read(struct fixture *fixture, const char *text)
{
    uint8_t bytes[64] = "";
    uint32_t count = udp_read(&fixture->far->endpoint, fixture->far->connection, bytes, sizeof(bytes),
                              fixture->world.now_ns);

    assert_int_equal(count, strlen(text));
    assert_memory_equal(bytes, text, count);
}

static void say(struct side *side, const char *text)
{
    assert_int_equal(udp_write(&side->endpoint, side->connection, (const uint8_t *)text,
                               (uint32_t)strlen(text), side->world->now_ns),
                     strlen(text));
    udp_flush(&side->endpoint, side->connection, side->world->now_ns);
}

static void expect_dead(struct fixture *fixture, enum udp_reason reason)
{
    assert_int_equal(fixture->far->connection->state, UDP_DEAD);
    assert_int_equal(fixture->far->connection->reason, reason);
    assert_int_equal(fixture->world.packets, 0);
    world_run(&fixture->world, SECOND);
    end(fixture);
}

/* ---- fragments ---- */

static void packet_that_is_known_is_not_looked_at_again(void **state)
{
    struct fixture fixture;
    struct udp_header header;

    (void)state;
    start_connected(&fixture);
    header = next_header(&fixture);
    header.seq += 1;
    forge(&fixture, &header, "two ");
    forge(&fixture, &header, "TWO, AND MORE "); /* early, and says something else */
    header.seq += 1;
    forge(&fixture, &header, "three");
    header.seq -= 2;
    forge(&fixture, &header, "one ");
    forge(&fixture, &header, "ONE ");
    header.seq += 1;
    forge(&fixture, &header, "2");
    expect_read(&fixture, "one two three");
    assert_int_equal(fixture.far->endpoint.counters.duplicates, 3);
    world_run(&fixture.world, SECOND); /* A hears acknowledgements of what it never sent */
    assert_int_equal(fixture.near->connection->state, UDP_DEAD);
    assert_int_equal(fixture.near->connection->reason, UDP_LIAR);
    end(&fixture);
}

static void packets_beyond_what_may_be_sent_end_the_connection(void **state)
{
    struct fixture fixture;
    struct udp_header header;

    (void)state;
    start_connected(&fixture);
    header = next_header(&fixture);
    header.seq += limits.window - 1;
    forge(&fixture, &header, "the last that may");
    assert_int_equal(fixture.far->connection->state, UDP_RUNNING);
    header.seq += 1;
    forge(&fixture, &header, "one too far");
    expect_dead(&fixture, UDP_OVERRUN);
}

static void beginning_without_an_end_costs_what_it_takes_and_ends_with_its_peer(void **state)
{
    struct fixture fixture;
    struct udp_header header;
    uint32_t i;

    (void)state;
    start_connected(&fixture);
    header = next_header(&fixture);
    for (i = 1; i < limits.window; i++) { /* all but the first */
        header.seq++;
        forge(&fixture, &header, "part");
    }
    assert_int_equal(fixture.world.packets, limits.window - 1);
    expect_read(&fixture, "");
    /* The peer is gone and comes back: its new connection is not the old one. */
    udp_endpoint_end(&fixture.near->endpoint);
    fixture.far->connection = NULL;
    fixture.near->established = fixture.far->accepted = fixture.near->died = 0;
    assert_true(world_connect(&fixture.world));
    say(fixture.near, "anew");
    world_run(&fixture.world, 100 * MS);
    expect_read(&fixture, "anew");
    end(&fixture);
}

static void packets_that_say_two_things_end_the_connection(void **state)
{
    static const struct {
        uint8_t flags, window;
        const char *payload;
    } bad[] = {
        {0, 8, "bytes without a number"},
        {UDP_CLOSE, 8, ""},
        {UDP_URGENT, 8, ""},
        {UDP_NUMBERED, 8, ""},
        {UDP_NUMBERED | UDP_URGENT, 8, ""},
        {UDP_NUMBERED | UDP_URGENT | UDP_CLOSE, 8, "x"},
        {UDP_NUMBERED | 0x40, 8, "x"},
        {UDP_NUMBERED, UDP_WINDOW_MAX + 1, "x"},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct fixture fixture;
        struct udp_header header;

        start_connected(&fixture);
        header = next_header(&fixture);
        header.flags = bad[i].flags;
        header.window = bad[i].window;
        forge(&fixture, &header, bad[i].payload);
        expect_dead(&fixture, UDP_NONSENSE);
    }
}

/* ---- acknowledgements ---- */

static void who_acknowledges_what_was_never_sent_is_cut_off(void **state)
{
    static const struct {
        uint32_t ack_more, ack_bits;
    } lies[] = {{1, 0}, {0, 1}, {0, 0x80000000}, {0x7FFFFFFF, 0}};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct fixture fixture;
        struct udp_header header;

        start_connected(&fixture);
        header = next_header(&fixture);
        header.flags = 0;
        header.ack += lies[i].ack_more;
        header.ack_bits = lies[i].ack_bits;
        forge(&fixture, &header, "");
        expect_dead(&fixture, UDP_LIAR);
    }
}

static void old_acknowledgements_change_nothing(void **state)
{
    struct fixture fixture;
    struct udp_header header;

    (void)state;
    start_connected(&fixture);
    say(fixture.far, "hello");
    world_run(&fixture.world, 100 * MS);
    header = next_header(&fixture);
    header.flags = 0;
    header.ack -= 1;
    forge(&fixture, &header, "");
    header.ack -= 100000;
    forge(&fixture, &header, "");
    assert_int_equal(fixture.far->connection->state, UDP_RUNNING);
    say(fixture.near, "fine");
    world_run(&fixture.world, 100 * MS);
    expect_read(&fixture, "fine");
    end(&fixture);
}

/* ---- strangers ---- */

static void address_must_be_the_connections(void **state)
{
    struct fixture fixture;
    struct udp_header header;
    uint8_t packet[UDP_DATAGRAM_MAX];
    uint64_t before;

    (void)state;
    start_connected(&fixture);
    before = fixture.far->bytes_out;
    header = next_header(&fixture);
    give(&fixture, &stranger, packet, make(packet, &header, "I am not A"));
    expect_read(&fixture, "");
    assert_int_equal(fixture.far->endpoint.counters.strangers, 1);
    assert_int_equal(fixture.far->bytes_out, before); /* and nobody hears of it */
    header.seq += 100000;                             /* the address is right, the number a guess */
    forge(&fixture, &header, "I am not either");
    assert_int_equal(fixture.far->endpoint.counters.strangers, 2);
    assert_int_equal(fixture.far->connection->state, UDP_RUNNING);
    end(&fixture);
}

static void guessed_connections_are_reset_but_not_too_often_and_with_no_more_bytes(void **state)
{
    struct fixture fixture;
    uint32_t i;

    (void)state;
    start_connected(&fixture);
    fixture.far->bytes_in = fixture.far->bytes_out = 0;
    for (i = 0; i < 10000; i++) {
        const struct udp_header header = {.connection = 1 + i * 7919, .seq = i};
        uint8_t packet[UDP_DATAGRAM_MAX];
        uint64_t before = fixture.far->bytes_out;

        if (header.connection == fixture.far->connection->own_id)
            continue;
        give(&fixture, &stranger, packet, make(packet, &header, ""));
        assert_true(fixture.far->bytes_out - before <= UDP_SHORTEST);
    }
    assert_in_range(fixture.far->endpoint.counters.resets, 1, 25);
    world_run(&fixture.world, SECOND);
    assert_int_equal(fixture.near->connection->state, UDP_RUNNING);
    end(&fixture);
}

static void forged_resets_are_ignored_and_true_ones_believed(void **state)
{
    struct fixture fixture;
    uint8_t reset[UDP_SHORTEST] = {0};
    struct udp_connection *far;

    (void)state;
    start_connected(&fixture);
    far = fixture.far->connection;
    reset[4] = UDP_RESET;
    reset[5] = UDP_VERSION;
    wire_store_fixed32(reset + 8, far->peer_id);
    wire_store_fixed32(reset + 12, far->next_seq + 1000); /* never used */
    give(&fixture, &fixture.near->address, reset, udp_seal(reset, UDP_FIXED_BYTES));
    wire_store_fixed32(reset + 12, far->next_seq);
    give(&fixture, &stranger, reset, udp_seal(reset, UDP_FIXED_BYTES));
    wire_store_fixed32(reset + 8, far->peer_id + 1);
    give(&fixture, &fixture.near->address, reset, udp_seal(reset, UDP_FIXED_BYTES));
    assert_int_equal(far->state, UDP_RUNNING);
    /* A restarts: it knows nothing. */
    udp_endpoint_end(&fixture.near->endpoint);
    say(fixture.far, "are you there?");
    world_run(&fixture.world, 100 * MS);
    expect_dead(&fixture, UDP_FORGOTTEN);
}

static void every_damaged_packet_is_dropped(void **state)
{
    struct fixture fixture;
    struct udp_header header;
    uint8_t packet[UDP_DATAGRAM_MAX];
    uint32_t size, i, dropped = 0;

    (void)state;
    start_connected(&fixture);
    header = next_header(&fixture);
    size = make(packet, &header, "some bytes");
    for (i = 0; i < size * 8; i++) {
        packet[i / 8] ^= (uint8_t)(1u << i % 8);
        give(&fixture, &fixture.near->address, packet, size);
        packet[i / 8] ^= (uint8_t)(1u << i % 8);
        dropped++;
    }
    for (i = 0; i < size; i++, dropped++) {
        uint8_t *copy = (uint8_t *)test_malloc(i + 1); /* its end is watched */

        memcpy(copy, packet, i);
        give(&fixture, &fixture.near->address, copy, i);
        test_free(copy);
    }
    assert_int_equal(fixture.far->endpoint.counters.unsound, dropped);
    give(&fixture, &fixture.near->address, packet, size);
    expect_read(&fixture, "some bytes");
    end(&fixture);
}

/* ---- beginnings ---- */

static uint32_t make_init(uint8_t packet[UDP_INIT_BYTES], uint32_t id, uint8_t version)
{
    memset(packet, 0, UDP_INIT_BYTES);
    packet[4] = UDP_INIT;
    packet[5] = version;
    wire_store_fixed32(packet + 8, id);
    return udp_seal(packet, UDP_INIT_BYTES - UDP_CHECK_BYTES);
}

static void flood_from_false_addresses_leaves_nothing_and_gets_no_more_than_it_sends(void **state)
{
    struct fixture fixture;
    uint8_t packet[UDP_INIT_BYTES];
    uint32_t i;

    (void)state;
    start(&fixture);
    for (i = 0; i < 100000; i++) {
        const struct net_address from = {.host = 0x0B000000 + i, .port = 1 + i % 60000};
        uint64_t before = fixture.far->bytes_out;

        give(&fixture, &from, packet, make_init(packet, i + 1, UDP_VERSION));
        assert_true(fixture.far->bytes_out - before <= UDP_INIT_BYTES);
    }
    assert_int_equal(fixture.far->connections, 0);
    assert_int_equal(fixture.world.packets_most, 0);
    assert_true(world_connect(&fixture.world)); /* and who is honest comes through */
    end(&fixture);
}

static void short_questions_get_no_answer(void **state)
{
    struct fixture fixture;
    uint8_t packet[UDP_INIT_BYTES];

    (void)state;
    start(&fixture);
    (void)make_init(packet, 1, UDP_VERSION);
    give(&fixture, &stranger, packet, udp_seal(packet, UDP_INIT_BYTES - UDP_CHECK_BYTES - 1));
    assert_int_equal(fixture.far->bytes_out, 0);
    end(&fixture);
}

struct cookie_thief {
    uint8_t open[UDP_DATAGRAM_MAX];
    uint32_t size;
};

/* Keeps A's OPEN, which does not arrive. */
static bool steal_open(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    struct cookie_thief *thief = (struct cookie_thief *)world->tap_context;

    if (from->number || wire_load_fixed32(bytes) || bytes[4] != UDP_OPEN)
        return true;
    memcpy(thief->open, bytes, *inout_size);
    thief->size = *inout_size;
    return false;
}

static void cookie_is_good_for_its_address_and_its_id_and_its_time(void **state)
{
    struct cookie_thief thief = {.size = 0};
    struct fixture fixture;
    uint8_t other[UDP_DATAGRAM_MAX];

    (void)state;
    start(&fixture);
    fixture.world.tap = steal_open;
    fixture.world.tap_context = &thief;
    assert_false(world_connect(&fixture.world));
    assert_true(thief.size);
    give(&fixture, &stranger, thief.open, thief.size); /* somebody else's */
    memcpy(other, thief.open, thief.size);
    other[8] ^= 1;
    give(&fixture, &fixture.near->address, other, udp_seal(other, thief.size - UDP_CHECK_BYTES));
    memcpy(other, thief.open, thief.size);
    other[24] ^= 1;
    give(&fixture, &fixture.near->address, other, udp_seal(other, thief.size - UDP_CHECK_BYTES));
    assert_int_equal(fixture.far->connections, 0);
    assert_int_equal(fixture.far->endpoint.counters.unknown, 3);
    world_run(&fixture.world, 11 * SECOND);
    give(&fixture, &fixture.near->address, thief.open, thief.size); /* too late */
    assert_int_equal(fixture.far->connections, 0);
    end(&fixture);
}

static void other_version_is_told_which_there_are(void **state)
{
    struct fixture fixture;
    uint8_t packet[UDP_INIT_BYTES];

    (void)state;
    start(&fixture);
    give(&fixture, &stranger, packet, make_init(packet, 77, UDP_VERSION + 1));
    assert_int_equal(fixture.far->bytes_out, UDP_SHORTEST);
    assert_int_equal(fixture.far->connections, 0);
    end(&fixture);
}

/* Makes A one that speaks a later version. */
static bool speak_later(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    (void)world;
    if (!from->number && !wire_load_fixed32(bytes) && bytes[4] == UDP_INIT) {
        bytes[5] = UDP_VERSION + 1;
        *inout_size = udp_seal(bytes, *inout_size - UDP_CHECK_BYTES);
    }
    return true;
}

static void client_of_another_version_hears_why(void **state)
{
    struct fixture fixture;

    (void)state;
    start(&fixture);
    fixture.world.tap = speak_later;
    assert_false(world_connect(&fixture.world));
    assert_int_equal(fixture.near->connection->reason, UDP_OTHER_VERSION);
    end(&fixture);
}

static void who_does_not_listen_refuses_at_once(void **state)
{
    struct fixture fixture;
    int64_t begin_ns;

    (void)state;
    start(&fixture);
    fixture.far->endpoint.listening = false;
    begin_ns = fixture.world.now_ns;
    assert_false(world_connect(&fixture.world));
    assert_int_equal(fixture.near->connection->reason, UDP_REFUSED);
    assert_true(fixture.world.now_ns - begin_ns < 100 * MS);
    end(&fixture);
}

static void as_many_peers_as_there_may_be_and_no_more(void **state)
{
    struct fixture fixture;
    uint32_t i;

    (void)state;
    start(&fixture);
    for (i = 0; i < WORLD_PEERS; i++) {
        fixture.near->established = fixture.far->accepted = 0;
        assert_true(world_connect(&fixture.world));
    }
    assert_null(udp_call(&fixture.near->endpoint, &fixture.far->address, fixture.world.now_ns));
    assert_int_equal(fixture.far->connections, WORLD_PEERS);
    end(&fixture);
}

/* ---- replay ---- */

enum { RECORDED_MAX = 200 };

struct recording {
    uint8_t bytes[RECORDED_MAX][UDP_DATAGRAM_MAX];
    uint32_t sizes[RECORDED_MAX];
    uint32_t count;
};

static bool record(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    struct recording *recording = (struct recording *)world->tap_context;

    if (!from->number && recording->count < RECORDED_MAX) {
        memcpy(recording->bytes[recording->count], bytes, *inout_size);
        recording->sizes[recording->count++] = *inout_size;
    }
    return true;
}

/* The cookie may still be good, but what B answers is for A alone: without it nothing fits. */
static void recorded_session_cannot_be_played_again(void **state)
{
    static struct recording recording;
    struct fixture fixture;
    uint32_t i, accepted;

    (void)state;
    recording.count = 0;
    start(&fixture);
    fixture.world.tap = record;
    fixture.world.tap_context = &recording;
    assert_true(world_connect(&fixture.world));
    for (i = 0; i < 20; i++) {
        say(fixture.near, "pay 100");
        world_run(&fixture.world, 30 * MS);
        expect_read(&fixture, "pay 100");
    }
    udp_close(&fixture.near->endpoint, fixture.near->connection, fixture.world.now_ns);
    world_run(&fixture.world, 100 * MS);
    udp_close(&fixture.far->endpoint, fixture.far->connection, fixture.world.now_ns);
    world_run(&fixture.world, 100 * MS);
    assert_int_equal(fixture.far->connections, 0);
    fixture.world.tap = NULL;
    accepted = fixture.far->accepted;
    for (i = 0; i < recording.count; i++) {
        give(&fixture, &fixture.near->address, recording.bytes[i], recording.sizes[i]);
        world_run(&fixture.world, MS);
    }
    assert_int_equal(fixture.far->accepted, accepted);
    world_run(&fixture.world, 2 * UDP_HANDSHAKE_NS);
    assert_int_equal(fixture.far->connections, 0);
    end(&fixture);
}

/* ---- clocks ---- */

static void clock_that_jumps_kills_nobody(void **state)
{
    static const int64_t jumps[] = {3600 * SECOND, -3600 * SECOND, (INT64_C(1) << 32) * MS};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(jumps) / sizeof(jumps[0]); i++) {
        struct fixture fixture;

        start_connected(&fixture);
        say(fixture.near, "before "); /* under way */
        fixture.world.now_ns += jumps[i] < 0 ? 0 : jumps[i];
        (void)udp_endpoint_tick(&fixture.near->endpoint, fixture.world.now_ns + jumps[i]);
        world_run(&fixture.world, SECOND);
        say(fixture.near, "after");
        world_run(&fixture.world, jumps[i] < 0 ? SECOND : 2 * jumps[i]);
        expect_read(&fixture, "before after");
        assert_int_equal(fixture.near->connection->state, UDP_RUNNING);
        end(&fixture);
    }
}

/* ---- what is promised about sending ---- */

struct order {
    uint32_t numbered; /* packets from A */
    uint32_t urgent_at, bare;
};

static bool watch_order(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    struct order *order = (struct order *)world->tap_context;
    struct udp_header header;

    (void)inout_size;
    udp_header_read(bytes, &header);
    if (!header.connection)
        return true;
    if (from->number)
        order->bare += !(header.flags & UDP_NUMBERED);
    else if (header.flags & UDP_NUMBERED)
        order->numbered++;
    if (header.flags & UDP_URGENT)
        order->urgent_at = order->numbered;
    return true;
}

static void urgent_message_leaves_before_bytes_that_have_not_left(void **state)
{
    struct order order = {0};
    struct fixture fixture;
    uint8_t *at, got[8];
    uint32_t count;
    static uint8_t bulk[40000];

    (void)state;
    start_connected(&fixture);
    fixture.world.tap = watch_order;
    fixture.world.tap_context = &order;
    assert_in_range(udp_write(&fixture.near->endpoint, fixture.near->connection, bulk, sizeof(bulk),
                              fixture.world.now_ns),
                    8 * 1000, sizeof(bulk) - 1); /* it waits for the window */
    assert_true(order.numbered >= 4 && order.numbered < 8);
    count = order.numbered;
    at = udp_write_urgent(&fixture.near->endpoint, fixture.near->connection, 4);
    assert_non_null(at);
    memcpy(at, "ping", 4);
    udp_flush(&fixture.near->endpoint, fixture.near->connection, fixture.world.now_ns);
    world_run(&fixture.world, 100 * MS);
    assert_int_equal(order.urgent_at, count + 1);
    assert_true(udp_read_urgent(&fixture.far->endpoint, fixture.far->connection, got, sizeof(got), &count,
                                fixture.world.now_ns));
    assert_int_equal(count, 4);
    assert_memory_equal(got, "ping", 4);
    end(&fixture);
}

static void acknowledgements_come_for_every_second_packet_or_soon(void **state)
{
    struct order order = {0};
    struct fixture fixture;
    int64_t begin_ns;

    (void)state;
    start_connected(&fixture);
    fixture.world.tap = watch_order;
    fixture.world.tap_context = &order;
    begin_ns = fixture.world.now_ns;
    say(fixture.near, "one");
    while (!order.bare)
        assert_true(world_step(&fixture.world, begin_ns + SECOND));
    assert_true(fixture.world.now_ns - begin_ns <= MS + UDP_ACK_DELAY_NS);
    assert_true(fixture.world.now_ns - begin_ns >= UDP_ACK_DELAY_NS);
    world_run(&fixture.world, SECOND);
    begin_ns = fixture.world.now_ns;
    order.bare = 0;
    say(fixture.near, "two");
    say(fixture.near, "three");
    while (!order.bare)
        assert_true(world_step(&fixture.world, begin_ns + SECOND));
    assert_int_equal(fixture.world.now_ns - begin_ns, MS); /* at once */
    world_run(&fixture.world, SECOND);
    order.bare = 0;
    say(fixture.near, "four"); /* an answer takes it along */
    world_run(&fixture.world, 2 * MS);
    say(fixture.far, "five");
    world_run(&fixture.world, 20 * MS);
    assert_int_equal(order.bare, 0);
    end(&fixture);
}

static void silent_connection_sends_nothing_and_wants_nothing(void **state)
{
    struct fixture fixture;
    uint64_t before;

    (void)state;
    start_connected(&fixture);
    say(fixture.near, "hello");
    world_run(&fixture.world, SECOND);
    expect_read(&fixture, "hello");
    before = fixture.near->bytes_out + fixture.far->bytes_out;
    assert_int_equal(fixture.world.packets, 0);
    assert_false(world_step(&fixture.world, fixture.world.now_ns + 3600 * SECOND)); /* no timer */
    assert_int_equal(fixture.near->bytes_out + fixture.far->bytes_out, before);
    end(&fixture);
}

static void code_and_checksum_are_the_published_ones(void **state)
{
    const uint64_t key[2] = {UINT64_C(0x0706050403020100), UINT64_C(0x0F0E0D0C0B0A0908)};
    uint8_t bytes[15];
    uint32_t i;

    (void)state;
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)i;
    assert_true(udp_keyed_code(key, bytes, sizeof(bytes)) == UINT64_C(0xA129CA6149BE45E5));
    assert_int_equal(udp_checksum((const uint8_t *)"123456789", 9), 0xE3069283);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packet_that_is_known_is_not_looked_at_again),
        cmocka_unit_test(packets_beyond_what_may_be_sent_end_the_connection),
        cmocka_unit_test(beginning_without_an_end_costs_what_it_takes_and_ends_with_its_peer),
        cmocka_unit_test(packets_that_say_two_things_end_the_connection),
        cmocka_unit_test(who_acknowledges_what_was_never_sent_is_cut_off),
        cmocka_unit_test(old_acknowledgements_change_nothing),
        cmocka_unit_test(address_must_be_the_connections),
        cmocka_unit_test(guessed_connections_are_reset_but_not_too_often_and_with_no_more_bytes),
        cmocka_unit_test(forged_resets_are_ignored_and_true_ones_believed),
        cmocka_unit_test(every_damaged_packet_is_dropped),
        cmocka_unit_test(flood_from_false_addresses_leaves_nothing_and_gets_no_more_than_it_sends),
        cmocka_unit_test(short_questions_get_no_answer),
        cmocka_unit_test(cookie_is_good_for_its_address_and_its_id_and_its_time),
        cmocka_unit_test(other_version_is_told_which_there_are),
        cmocka_unit_test(client_of_another_version_hears_why),
        cmocka_unit_test(who_does_not_listen_refuses_at_once),
        cmocka_unit_test(as_many_peers_as_there_may_be_and_no_more),
        cmocka_unit_test(recorded_session_cannot_be_played_again),
        cmocka_unit_test(clock_that_jumps_kills_nobody),
        cmocka_unit_test(urgent_message_leaves_before_bytes_that_have_not_left),
        cmocka_unit_test(acknowledgements_come_for_every_second_packet_or_soon),
        cmocka_unit_test(silent_connection_sends_nothing_and_wants_nothing),
        cmocka_unit_test(code_and_checksum_are_the_published_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
