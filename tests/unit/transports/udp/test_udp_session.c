/*
 * Sessions over a bad network, one for each seed: what is read is exactly what was written, or the connection
 * dies; urgent messages come once and in order; memory stays within its limits.
 */
#include "udp_world.h"
#include <cmocka_all.h>

/* MMLITE_UDP_SEEDS and _FIRST_SEED: more of them, or one again. */
#define SEEDS 4000

static const struct udp_limits small_limits = {.window = 4, .queue = 4, .peers = WORLD_PEERS, .half_open = 2};
static const struct udp_limits large_limits = {
    .window = 32, .queue = 32, .peers = WORLD_PEERS, .half_open = 4};

/* One direction. */
struct flow {
    uint64_t total, written, read;
    uint32_t urgent_total, urgent_written, urgent_read;
    bool ended; /* the end came, where it belongs */
};

struct session {
    struct world world;
    struct flow flows[2]; /* from A, from B */
    uint32_t closer;
    bool closed;
    uint32_t laziness; /* of a thousand looks, a reader passes over so many */
};

static uint64_t failing_seed; /* that runs */

static uint8_t pattern(uint32_t flow, uint64_t at)
{
    return (uint8_t)((at * UINT64_C(0x9E3779B97F4A7C15) >> 40) + flow * 91 + at);
}

static struct world_options draw_options(struct world *dice)
{
    struct world_options options = {.delay_ns = (1 + world_random(dice) % 100) * MS / 4};

    options.loss = world_random(dice) % 3 ? world_random(dice) % 401 : 0;
    options.duplicate = world_random(dice) % 2 ? world_random(dice) % 300 : 0;
    options.damage = world_random(dice) % 2 ? world_random(dice) % 150 : 0;
    options.jitter_ns = world_random(dice) % 2 ? world_random(dice) % 30 * MS : 0;
    options.late = world_random(dice) % 3 ? 0 : world_random(dice) % 100;
    options.late_ns = (1 + world_random(dice) % 3000) * MS;
    options.rate_ns = world_random(dice) % 3 ? 0 : world_random(dice) % 2000 * 1000;
    options.packets_fail = world_random(dice) % 5 ? 0 : world_random(dice) % 100;
    if (world_random(dice) % 4 == 0) {
        options.cut_sides = 1 + world_random(dice) % 3;
        options.cut_from_ns = SECOND + world_random(dice) % 2000 * MS;
        options.cut_until_ns = options.cut_from_ns + world_random(dice) % 30000 * MS;
    }
    if (world_random(dice) % 6 == 0) {
        options.pause_from_ns = SECOND + world_random(dice) % 2000 * MS;
        options.pause_until_ns = options.pause_from_ns + world_random(dice) % 20000 * MS;
    }
    return options;
}

/* @retval false there is no room, or no more to write */
static bool write_some(struct session *session, uint32_t from)
{
    struct world *world = &session->world;
    struct side *side = &world->sides[from];
    struct flow *flow = &session->flows[from];
    uint8_t bytes[3000];
    uint32_t size = 1 + world_random(world) % (world_random(world) % 4 ? sizeof(bytes) : 40), i;

    if (world_random(world) % 8 == 0 && flow->urgent_written < flow->urgent_total) {
        uint8_t *at = udp_write_urgent(&side->endpoint, side->connection, 4 + flow->urgent_written % 50);

        if (at) {
            memset(at, (int)(flow->urgent_written & 0xFF), 4 + flow->urgent_written % 50);
            memcpy(at, &flow->urgent_written, 4);
            flow->urgent_written++;
        }
    }
    if (size > flow->total - flow->written)
        size = (uint32_t)(flow->total - flow->written);
    for (i = 0; i < size; i++)
        bytes[i] = pattern(from, flow->written + i);
    flow->written += udp_write(&side->endpoint, side->connection, bytes, size, world->now_ns);
    udp_flush(&side->endpoint, side->connection, world->now_ns);
    return flow->written < flow->total && udp_is_writable(&side->endpoint, side->connection);
}

static void read_some(struct session *session, uint32_t from)
{
    struct world *world = &session->world;
    struct side *side = &world->sides[!from];
    struct flow *flow = &session->flows[from];
    uint8_t bytes[3000];
    uint32_t count, i, number;

    while (udp_read_urgent(&side->endpoint, side->connection, bytes, sizeof(bytes), &count, world->now_ns)) {
        assert_true(count >= 4);
        memcpy(&number, bytes, 4);
        assert_int_equal(number, flow->urgent_read);
        assert_int_equal(count, 4 + number % 50);
        for (i = 4; i < count; i++)
            assert_int_equal(bytes[i], number & 0xFF);
        flow->urgent_read++;
    }
    do {
        count = udp_read(&side->endpoint, side->connection, bytes, 1 + world_random(world) % sizeof(bytes),
                         world->now_ns);
        for (i = 0; i < count; i++)
            if (bytes[i] != pattern(from, flow->read + i))
                fail_msg("byte %llu is wrong", (unsigned long long)(flow->read + i));
        flow->read += count;
    } while (count && world_random(world) % 4);
    assert_true(flow->read <= flow->written);
    assert_true(flow->urgent_read <= flow->urgent_written);
    if (!count && side->connection->state == UDP_ENDED && !side->connection->ready.first)
        flow->ended = true;
}

static bool is_written(const struct flow *flow)
{
    return flow->written == flow->total && flow->urgent_written == flow->urgent_total;
}

static bool is_alive(const struct side *side)
{
    return side->connection && !udp_is_over(side->connection);
}

static void act(struct session *session)
{
    struct world *world = &session->world;
    uint32_t i;

    for (i = 0; i < 2; i++) {
        if (world_is_paused(world, i) || !world->sides[i].connection)
            continue;
        while (is_alive(&world->sides[i]) && write_some(session, i))
            ;
        if (!world_chance(world, session->laziness))
            read_some(session, !i);
    }
    /* The other one's bytes must be in: who closes reads no more. */
    if (is_alive(&world->sides[session->closer]) && is_written(&session->flows[session->closer]) &&
        session->flows[!session->closer].read == session->flows[!session->closer].total &&
        session->flows[!session->closer].urgent_read == session->flows[!session->closer].urgent_total) {
        struct side *side = &world->sides[session->closer];
        struct udp_connection *connection = side->connection;

        side->connection = NULL;
        session->closed = true;
        udp_close(&side->endpoint, connection, world->now_ns);
    }
}

/* It waits for nothing: that its peer is no more it will hear when it speaks. */
static bool is_silent(const struct side *side)
{
    return is_alive(side) && side->connection->due_ns == UDP_FOREVER;
}

static bool is_over(const struct session *session)
{
    const struct side *sides = session->world.sides, *closer = &sides[session->closer];
    const struct side *other = &sides[!session->closer];

    if (session->flows[session->closer].ended)
        return true;
    if (!session->world.flying_count &&
        ((is_silent(other) && !is_alive(closer) && !(session->closed && closer->connections)) ||
         (is_silent(closer) && !is_alive(other))))
        return true;
    if (session->closed)
        return !other->connection || other->connection->state == UDP_DEAD;
    return !is_alive(closer) && !is_alive(other);
}

static void describe(const struct session *session)
{
    const struct world_options *options = &session->world.options;
    uint32_t i;

    print_message("loss %u duplicate %u damage %u late %u delay %lld jitter %lld cut %u rate %lld lazy %u\n",
                  options->loss, options->duplicate, options->damage, options->late,
                  (long long)(options->delay_ns / MS), (long long)(options->jitter_ns / MS),
                  options->cut_sides, (long long)options->rate_ns, session->laziness);
    for (i = 0; i < 2; i++) {
        const struct flow *flow = &session->flows[i];
        const struct udp_connection *connection = session->world.sides[i].connection;

        print_message("flow %u: %llu of %llu written, %llu read; urgent %u of %u, %u read\n", i,
                      (unsigned long long)flow->written, (unsigned long long)flow->total,
                      (unsigned long long)flow->read, flow->urgent_written, flow->urgent_total,
                      flow->urgent_read);
        if (connection)
            print_message("side %u (%u accepted): state %u reason %u early %u ready %u sent %u unsent %u in "
                          "flight %u window %u "
                          "timeouts %u\n",
                          i, session->world.sides[i].accepted, connection->state, connection->reason,
                          connection->early.count, connection->ready.count, connection->sent.count,
                          connection->unsent.count, connection->in_flight, connection->window,
                          connection->timeouts);
    }
}

struct tally {
    uint32_t completed, died, unconnected;
    uint32_t died_early; /* although the network was not that bad */
    uint64_t bytes;
};

static uint32_t most_packets(const struct udp_limits *limits)
{
    return 2u * (limits->window + limits->queue + UDP_URGENT_MAX + 1 + limits->window);
}

static void run_seed(uint64_t seed, struct tally *tally)
{
    struct session *session = calloc(1, sizeof(*session));
    struct world *world = &session->world, dice = {.random = (seed + 1) * UINT64_C(0xD1342543DE82EF95) | 1};
    struct world_options options = draw_options(&dice);
    const struct udp_limits *limits = seed % 3 ? &large_limits : &small_limits;
    bool is_bad =
        options.cut_sides || options.loss + options.damage > 250 || options.pause_until_ns || options.late;
    int64_t give_up_ns;
    uint32_t i;

    assert_non_null(session);
    world_init(world, seed, &options, limits);
    world->wraps = seed % 2;
    for (i = 0; i < 2; i++) {
        session->flows[i].total = world_random(&dice) % (world_random(&dice) % 4 ? 20000 : 120000);
        session->flows[i].urgent_total = world_random(&dice) % 20;
    }
    session->closer = world_random(&dice) % 2;
    session->laziness = world_random(&dice) % 2 ? 0 : world_random(&dice) % 990;
    give_up_ns = world->now_ns + 1000 * SECOND;
    if (!world_connect(world)) {
        tally->unconnected++;
        tally->died_early += !is_bad;
    } else {
        while (!is_over(session) && world->now_ns < give_up_ns) {
            act(session);
            (void)world_step(world, world->now_ns + 20 * MS);
            assert_true(world->packets <= most_packets(limits));
        }
        if (world->now_ns >= give_up_ns)
            describe(session);
        assert_true(world->now_ns < give_up_ns); /* one or the other, and soon */
        if (session->flows[session->closer].ended) {
            tally->completed++;
            for (i = 0; i < 2; i++) {
                assert_int_equal(session->flows[i].read, session->flows[i].total);
                assert_int_equal(session->flows[i].urgent_read, session->flows[i].urgent_total);
            }
        } else {
            tally->died++;
            tally->died_early += !is_bad;
            if (!is_bad)
                describe(session);
        }
    }
    for (i = 0; i < 2; i++) {
        tally->bytes += session->flows[i].read;
        if (world->sides[i].connection)
            udp_close(&world->sides[i].endpoint, world->sides[i].connection, world->now_ns);
        world->sides[i].connection = NULL;
    }
    world->options = (struct world_options){.delay_ns = MS};
    world_run(world, 2 * UDP_GIVE_UP_NS);
    for (i = 0; i < 2; i++)
        assert_int_equal(world->sides[i].connections, 0); /* all ends by itself */
    assert_int_equal(world->packets, 0);
    assert_false(world->failed);
    world_end(world);
    free(session);
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);

    return text ? strtoull(text, NULL, 10) : otherwise;
}

static void what_is_read_is_what_was_written_or_the_connection_dies(void **state)
{
    uint64_t first = number_of("MMLITE_UDP_FIRST_SEED", 0), seed,
             seeds = number_of("MMLITE_UDP_SEEDS", SEEDS);
    struct tally tally = {0};

    (void)state;
    for (seed = first; seed < first + seeds; seed++) {
        uint32_t early = tally.died_early;

        failing_seed = seed;
        run_seed(seed, &tally);
        if (tally.died_early != early)
            print_message("seed %llu: died without need\n", (unsigned long long)seed);
    }
    print_message("%llu seeds: %u completed, %u died, %u did not connect, %llu bytes\n",
                  (unsigned long long)seeds, tally.completed, tally.died, tally.unconnected,
                  (unsigned long long)tally.bytes);
    assert_int_equal(tally.died_early, 0);
    if (seeds >= SEEDS)
        assert_true(tally.completed > seeds * 7 / 10);
}

/* ---- numbers ---- */

static int64_t time_for(uint32_t kilobytes, const struct world_options *options,
                        const struct udp_limits *limits, uint64_t seed)
{
    struct session *session = calloc(1, sizeof(*session));
    struct world *world = &session->world;
    int64_t begin_ns, taken_ns;

    assert_non_null(session);
    world_init(world, seed, options, limits);
    session->flows[0].total = kilobytes * 1024;
    session->flows[1].total = 1;
    assert_true(world_connect(world));
    begin_ns = world->now_ns;
    while (!session->flows[0].ended && world->now_ns < begin_ns + 1000 * SECOND) {
        act(session);
        (void)world_step(world, world->now_ns + 20 * MS);
    }
    taken_ns = world->now_ns - begin_ns;
    assert_true(session->flows[0].ended);
    world_end(world);
    free(session);
    return taken_ns;
}

static void good_network_is_filled_and_a_bad_one_is_used(void **state)
{
    static const struct {
        const char *name;
        struct world_options options;
        int64_t most_ns; /* for a megabyte */
    } ways[] = {
        {"1 ms", {.delay_ns = MS}, SECOND / 4},
        {"1 ms, 1 % lost", {.delay_ns = MS, .loss = 10}, 2 * SECOND},
        {"1 ms, 10 % lost", {.delay_ns = MS, .loss = 100}, 15 * SECOND},
        {"1 ms, 5 ms of jitter", {.delay_ns = MS, .jitter_ns = 5 * MS}, 4 * SECOND},
        {"50 ms", {.delay_ns = 50 * MS}, 10 * SECOND},
        {"10 Mbit/s", {.delay_ns = MS, .rate_ns = 960000}, 3 * SECOND / 2},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        int64_t ns = time_for(1024, &ways[i].options, &large_limits, 7);

        print_message("1 MB over %s: %lld ms\n", ways[i].name, (long long)(ns / MS));
        assert_true(ns <= ways[i].most_ns);
    }
}

static void idle_peer_costs_little(void **state)
{
    print_message("a connection: %zu bytes; a packet: %zu\n", sizeof(struct udp_connection),
                  sizeof(struct udp_packet));
    (void)state;
    assert_true(sizeof(struct udp_connection) <= 400);
}

static int say_seed(void **state)
{
    (void)state;
    print_message("the last seed: MMLITE_UDP_FIRST_SEED=%llu MMLITE_UDP_SEEDS=1\n",
                  (unsigned long long)failing_seed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(what_is_read_is_what_was_written_or_the_connection_dies, say_seed),
        cmocka_unit_test(good_network_is_filled_and_a_bad_one_is_used),
        cmocka_unit_test(idle_peer_costs_little),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
