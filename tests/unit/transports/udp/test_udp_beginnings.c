/* How connections begin, and how others try to. */
#include "udp_fixture.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flood_from_false_addresses_leaves_nothing_and_gets_no_more_than_it_sends),
        cmocka_unit_test(short_questions_get_no_answer),
        cmocka_unit_test(cookie_is_good_for_its_address_and_its_id_and_its_time),
        cmocka_unit_test(other_version_is_told_which_there_are),
        cmocka_unit_test(client_of_another_version_hears_why),
        cmocka_unit_test(who_does_not_listen_refuses_at_once),
        cmocka_unit_test(as_many_peers_as_there_may_be_and_no_more),
        cmocka_unit_test(recorded_session_cannot_be_played_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
