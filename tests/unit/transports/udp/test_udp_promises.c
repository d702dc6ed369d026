/* Clocks that jump, and what is promised about when what is sent. */
#include "udp_fixture.h"

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

/* ---- giving up, and what is learnt about the way ---- */

static bool lose_all_of_a(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    (void)world;
    (void)bytes;
    (void)inout_size;
    return from->number != 0;
}

static void peer_that_acknowledges_nothing_is_given_up_and_not_before(void **state)
{
    struct fixture fixture;
    int64_t begin_ns;

    (void)state;
    start_connected(&fixture);
    fixture.world.tap = lose_all_of_a;
    begin_ns = fixture.world.now_ns;
    say(fixture.near, "into the void");
    while (fixture.near->connection->state == UDP_RUNNING)
        assert_true(world_step(&fixture.world, begin_ns + 60 * SECOND));
    assert_int_equal(fixture.near->connection->reason, UDP_NO_ANSWER);
    assert_in_range(fixture.world.now_ns - begin_ns, UDP_GIVE_UP_NS, UDP_GIVE_UP_NS + 6 * SECOND);
    end(&fixture);
}

static bool lose_one_of_a(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size)
{
    (void)bytes;
    (void)inout_size;
    if (from->number)
        return true;
    world->tap = NULL;
    return false;
}

/* Whether the first or the second was acknowledged nobody knows. */
static void no_round_trip_is_measured_by_what_was_sent_twice(void **state)
{
    struct fixture fixture;
    int64_t smoothed_ns;

    (void)state;
    start_connected(&fixture);
    smoothed_ns = fixture.near->connection->smoothed_ns;
    assert_int_equal(smoothed_ns, 2 * MS); /* the handshake's */
    fixture.world.tap = lose_one_of_a;
    say(fixture.near, "twice");
    world_run(&fixture.world, SECOND);
    expect_read(&fixture, "twice");
    assert_int_equal(fixture.near->endpoint.counters.sent_again, 1);
    assert_int_equal(fixture.near->connection->smoothed_ns, smoothed_ns);
    say(fixture.near, "once");
    world_run(&fixture.world, SECOND);
    expect_read(&fixture, "once");
    assert_true(fixture.near->connection->variance_ns < MS); /* that was one: 2 ms again */
    end(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_that_jumps_kills_nobody),
        cmocka_unit_test(urgent_message_leaves_before_bytes_that_have_not_left),
        cmocka_unit_test(acknowledgements_come_for_every_second_packet_or_soon),
        cmocka_unit_test(silent_connection_sends_nothing_and_wants_nothing),
        cmocka_unit_test(peer_that_acknowledges_nothing_is_given_up_and_not_before),
        cmocka_unit_test(no_round_trip_is_measured_by_what_was_sent_twice),
        cmocka_unit_test(code_and_checksum_are_the_published_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
