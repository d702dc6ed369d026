/* Packets that no honest peer sends, on a connection. */
#include "udp_fixture.h"

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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
