/* What comes out of a switch, in virtual time. */
#include <cmocka_all.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <switch/engine.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define DELIVERIES_MAX 20000
#define FRAME_BYTES 64

/* One frame that arrived: frames carry a number. */
struct delivery {
    uint32_t port;
    uint32_t from;
    uint32_t number;
    uint32_t length;
    int64_t time_ns;
};

struct fixture {
    struct engine *engine;
    int64_t now_ns;
    uint32_t count, observed;
    bool refuses;
    struct delivery deliveries[DELIVERIES_MAX];
};

static bool deliver(void *context, uint32_t port, uint32_t from, const uint8_t *frame, uint32_t length)
{
    struct fixture *at = context;
    struct delivery *delivery = &at->deliveries[at->count];

    if (at->refuses)
        return false;
    assert_true(at->count < DELIVERIES_MAX);
    at->count++;
    *delivery = (struct delivery){.port = port, .from = from, .length = length, .time_ns = at->now_ns};
    if (length >= 18)
        memcpy(&delivery->number, frame + 14, sizeof(delivery->number));
    return true;
}

static void observe(void *context, uint32_t from, const uint8_t *frame, uint32_t length)
{
    struct fixture *at = context;

    (void)from;
    (void)frame;
    (void)length;
    at->observed++;
}

/* A switch with the ports n0, n1, n2, n3. */
static struct fixture *make_switch(void)
{
    struct fixture *at = calloc(1, sizeof(*at));
    const struct engine_config config = {.context = at, .deliver = deliver, .observe = observe};
    char name[3] = "n0";
    uint32_t port;

    assert_non_null(at);
    at->engine = engine_create(&config);
    assert_non_null(at->engine);
    for (; name[1] <= '3'; name[1]++) {
        assert_int_equal(engine_add_port(at->engine, name, &port), S_OK);
        assert_int_equal(port, name[1] - '0');
    }
    return at;
}

static void destroy_switch(struct fixture *at)
{
    engine_destroy(at->engine);
    free(at);
}

/* Sends a frame from a port to the card of another; `to` 0xFF: to everybody. */
static void send_number(struct fixture *at, uint32_t from, uint32_t to, uint32_t number)
{
    uint8_t frame[FRAME_BYTES] = {0x52, 0x54, 0, 0, 0, (uint8_t)to, 0x52, 0x54, 0, 0, 0, (uint8_t)from};

    if (to == 0xFF)
        memset(frame, 0xFF, 6);
    memcpy(frame + 14, &number, sizeof(number));
    engine_receive(at->engine, from, frame, sizeof(frame), at->now_ns);
}

/* Lets time pass until nothing is due any more, or until `end_ns`. */
static void run_until(struct fixture *at, int64_t end_ns)
{
    int64_t next_ns;

    while ((next_ns = engine_next(at->engine)) <= end_ns) {
        if (next_ns > at->now_ns)
            at->now_ns = next_ns;
        engine_run(at->engine, at->now_ns);
    }
    if (end_ns != INT64_MAX - 1)
        at->now_ns = end_ns;
}

static void run_out(struct fixture *at)
{
    run_until(at, INT64_MAX - 1);
}

/* All ports have sent something, so the switch knows who is where. */
static void introduce_all(struct fixture *at)
{
    uint32_t port;

    for (port = 0; port < 4; port++)
        send_number(at, port, port, 0); /* to itself: nobody else gets it */
    at->count = 0;
}

static void set(struct fixture *at, uint32_t port, uint32_t direction,
                const struct switch_conditions *conditions)
{
    assert_true(cable_conditions_are_valid(conditions));
    engine_set_cable(at->engine, port, direction, conditions, 8151, at->now_ns);
}

static const struct switch_counters *counters(struct fixture *at, uint32_t port, uint32_t direction)
{
    return &engine_cable(at->engine, port, direction)->counters;
}

/* Forwarding */

static void frame_to_an_unknown_address_goes_to_all_others(void **state)
{
    struct fixture *at = make_switch();

    (void)state;
    send_number(at, 1, 2, 5);
    assert_int_equal(at->count, 3);
    assert_int_equal(at->deliveries[0].port, 0);
    assert_int_equal(at->deliveries[1].port, 2);
    assert_int_equal(at->deliveries[2].port, 3);
    assert_int_equal(at->deliveries[2].from, 1);
    assert_int_equal(at->deliveries[2].number, 5);
    assert_int_equal(at->deliveries[2].length, FRAME_BYTES);
    assert_int_equal(at->observed, 1);
    destroy_switch(at);
}

static void frame_to_a_known_address_goes_there_alone(void **state)
{
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    send_number(at, 1, 2, 5);
    assert_int_equal(at->count, 1);
    assert_int_equal(at->deliveries[0].port, 2);
    send_number(at, 1, 1, 6); /* the address is its own */
    assert_int_equal(at->count, 1);
    send_number(at, 1, 0xFF, 7);
    assert_int_equal(at->count, 4);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->frames, 3 + 1); /* with the introduction */
    assert_int_equal(counters(at, 2, ENGINE_TO_NODE)->frames, 2);
    assert_int_equal(counters(at, 2, ENGINE_TO_NODE)->bytes, 2 * FRAME_BYTES);
    destroy_switch(at);
}

static void frames_of_wrong_length_are_dropped_and_counted(void **state)
{
    struct fixture *at = make_switch();
    uint8_t *huge = calloc(1, ENGINE_FRAME_MAX + 1);
    uint32_t length;

    (void)state;
    assert_non_null(huge);
    memset(huge, 0xFF, 6);
    for (length = 0; length < ENGINE_FRAME_MIN; length++) {
        uint8_t *short_frame = malloc(length + 1); /* its end is watched */

        memset(short_frame, 0xFF, length + 1);
        engine_receive(at->engine, 1, short_frame, length, 0);
        free(short_frame);
    }
    engine_receive(at->engine, 1, huge, ENGINE_FRAME_MAX + 1, 0);
    engine_receive(at->engine, 1, huge, UINT32_MAX, 0);
    assert_int_equal(at->count, 0);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->malformed, ENGINE_FRAME_MIN + 2);
    engine_receive(at->engine, 1, huge, ENGINE_FRAME_MIN, 0);
    engine_receive(at->engine, 1, huge, ENGINE_FRAME_MAX, 0);
    assert_int_equal(at->count, 6);
    free(huge);
    destroy_switch(at);
}

static void port_that_takes_nothing_is_counted(void **state)
{
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    at->refuses = true;
    send_number(at, 1, 2, 5);
    assert_int_equal(counters(at, 2, ENGINE_TO_NODE)->refused, 1);
    destroy_switch(at);
}

static void ports_have_names_and_a_limit(void **state)
{
    static const char *const bad[] = {"", "N1", "a b", "../x", "a.b", "a-name-that-is-longer-than-31-bytes"};
    struct fixture *at = make_switch();
    char name[8];
    uint32_t port, number;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(engine_add_port(at->engine, bad[i], &port), E_INVALIDARG);
    assert_int_equal(engine_add_port(at->engine, "n2", &port), S_OK);
    assert_int_equal(port, 2); /* it is there */
    for (number = 4; number < ENGINE_PORTS_MAX; number++) {
        snprintf(name, sizeof(name), "n%u", (unsigned)number);
        assert_int_equal(engine_add_port(at->engine, name, &port), S_OK);
    }
    assert_int_equal(engine_add_port(at->engine, "more", &port), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(engine_port_count(at->engine), ENGINE_PORTS_MAX);
    assert_true(engine_find_port(at->engine, "n31", &port));
    assert_string_equal(engine_port_name(at->engine, port), "n31");
    assert_false(engine_find_port(at->engine, "n32", &port));
    destroy_switch(at);
}

/* Partitions */

static void partition_keeps_groups_apart_and_heals(void **state)
{
    struct fixture *at = make_switch();
    uint32_t group = engine_new_group(at->engine);

    (void)state;
    introduce_all(at);
    engine_set_group(at->engine, 1, group);
    engine_set_group(at->engine, 2, group);
    assert_int_not_equal(engine_new_group(at->engine), group);
    send_number(at, 1, 2, 1); /* in one group */
    send_number(at, 0, 3, 2); /* both outside */
    assert_int_equal(at->count, 2);
    send_number(at, 1, 3, 3);
    send_number(at, 3, 2, 4);
    assert_int_equal(at->count, 2);
    send_number(at, 0, 0xFF, 5); /* to n3 only */
    assert_int_equal(at->count, 3);
    assert_int_equal(at->deliveries[2].port, 3);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->partitioned, 1);
    assert_int_equal(counters(at, 3, ENGINE_TO_NODE)->partitioned, 1);
    assert_int_equal(counters(at, 2, ENGINE_TO_NODE)->partitioned, 2); /* from n3, and of what n0 told all */
    engine_set_group(at->engine, 1, 0);
    engine_set_group(at->engine, 2, 0);
    assert_int_equal(engine_new_group(at->engine), group);
    send_number(at, 1, 3, 6);
    assert_int_equal(at->count, 4);
    destroy_switch(at);
}

/* Conditions */

static void delay_of_both_cables_adds_up(void **state)
{
    const struct switch_conditions from = {.delay_ns = 20 * MS}, to = {.delay_ns = 5 * MS};
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &from);
    set(at, 2, ENGINE_TO_NODE, &to);
    at->now_ns = 1 * SECOND;
    send_number(at, 1, 2, 5);
    assert_int_equal(at->count, 0);
    assert_int_equal(engine_next(at->engine), 1 * SECOND + 20 * MS);
    run_until(at, 1 * SECOND + 25 * MS - 1);
    assert_int_equal(at->count, 0);
    run_until(at, 1 * SECOND + 25 * MS);
    assert_int_equal(at->count, 1);
    assert_int_equal(engine_next(at->engine), INT64_MAX);
    send_number(at, 2, 1, 6); /* the other way nothing was set */
    assert_int_equal(at->count, 2);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->delayed, 1);
    destroy_switch(at);
}

static void duplicates_arrive_twice(void **state)
{
    const struct switch_conditions conditions = {.duplicate = SWITCH_SHARE_ALL};
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    set(at, 2, ENGINE_TO_NODE, &conditions);
    send_number(at, 1, 2, 5);
    send_number(at, 1, 2, 6);
    assert_int_equal(at->count, 4);
    assert_int_equal(at->deliveries[1].number, 5);
    assert_int_equal(at->deliveries[2].number, 6);
    assert_int_equal(counters(at, 2, ENGINE_TO_NODE)->duplicated, 2);
    destroy_switch(at);
}

static void reordered_frames_are_overtaken_by_one_to_three_and_none_is_lost(void **state)
{
    enum { SENT = 2000 };
    const struct switch_conditions conditions = {.reorder = 200000};
    struct fixture *at = make_switch();
    uint32_t number, overtaken = 0;
    uint8_t seen[SENT] = {0};

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &conditions);
    for (number = 0; number < SENT; number++) {
        at->now_ns += MS;
        send_number(at, 1, 2, number);
    }
    run_out(at);
    assert_int_equal(at->count, SENT);
    for (number = 0; number < SENT; number++) {
        int64_t late = (int64_t)number - at->deliveries[number].number;

        assert_int_equal(seen[at->deliveries[number].number]++, 0);
        assert_true(late >= -1 && late <= CABLE_OVERTAKERS_MAX);
        overtaken += late > 0;
    }
    assert_in_range(overtaken, SENT / 10, SENT / 4);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->reordered, overtaken);
    destroy_switch(at);
}

static void frame_that_nothing_overtakes_leaves_by_itself(void **state)
{
    const struct switch_conditions conditions = {.reorder = SWITCH_SHARE_ALL};
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &conditions);
    send_number(at, 1, 2, 5);
    run_until(at, CABLE_HOLD_NS - 1);
    assert_int_equal(at->count, 0);
    run_until(at, CABLE_HOLD_NS);
    assert_int_equal(at->count, 1);
    destroy_switch(at);
}

static void rate_spreads_a_burst_and_drops_what_does_not_fit(void **state)
{
    const struct switch_conditions conditions = {.rate = 8 * FRAME_BYTES * 100,
                                                 .queue_bytes = 50 * FRAME_BYTES};
    struct fixture *at = make_switch();
    uint32_t number;

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &conditions); /* 100 frames in a second */
    for (number = 0; number < 80; number++)
        send_number(at, 1, 2, number);
    run_out(at);
    assert_int_equal(at->count, 50);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->overflowed, 30);
    for (number = 0; number < 50; number++) {
        assert_int_equal(at->deliveries[number].number, number);
        assert_int_equal(at->deliveries[number].time_ns, (number + 1) * 10 * MS);
    }
    destroy_switch(at);
}

static void new_conditions_let_go_of_the_held_frame_and_keep_the_time_of_others(void **state)
{
    const struct switch_conditions slow = {.delay_ns = 100 * MS}, hold = {.reorder = SWITCH_SHARE_ALL};
    const struct switch_conditions none = {.loss = 0};
    struct fixture *at = make_switch();

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &slow);
    send_number(at, 1, 2, 1);
    set(at, 1, ENGINE_FROM_NODE, &hold);
    send_number(at, 1, 2, 2);
    assert_int_equal(at->count, 0);
    set(at, 1, ENGINE_FROM_NODE, &none);
    assert_int_equal(at->count, 1);
    send_number(at, 1, 2, 3);
    run_out(at);
    assert_int_equal(at->count, 3);
    assert_int_equal(at->deliveries[0].number, 2);
    assert_int_equal(at->deliveries[1].number, 3);
    assert_int_equal(at->deliveries[2].number, 1);
    assert_int_equal(at->deliveries[2].time_ns, 100 * MS);
    destroy_switch(at);
}

/* Memory */

static void flood_is_bounded_and_what_is_left_is_freed(void **state)
{
    const struct switch_conditions conditions = {.delay_ns = 60 * SECOND};
    struct fixture *at = make_switch();
    uint32_t number;

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &conditions);
    for (number = 0; number < 100000; number++)
        send_number(at, 1, 2, number);
    assert_int_equal(counters(at, 1, ENGINE_FROM_NODE)->overflowed, 100000 - ENGINE_CABLE_FRAMES_MAX);
    run_out(at);
    assert_int_equal(at->count, ENGINE_CABLE_FRAMES_MAX);
    assert_int_equal(at->deliveries[at->count - 1].number, ENGINE_CABLE_FRAMES_MAX - 1);
    for (number = 0; number < 100; number++)
        send_number(at, 1, 2, number); /* they are under way when the switch ends */
    destroy_switch(at);
}

static void all_cables_together_are_bounded(void **state)
{
    const struct switch_conditions conditions = {.delay_ns = 60 * SECOND};
    struct fixture *at = make_switch();
    uint64_t under_way = 0, overflowed = 0;
    uint32_t number, port;

    (void)state;
    introduce_all(at);
    for (port = 0; port < 4; port++) {
        set(at, port, ENGINE_FROM_NODE, &conditions);
        set(at, port, ENGINE_TO_NODE, &conditions);
    }
    for (number = 0; number < 4000; number++)
        for (port = 0; port < 4; port++)
            send_number(at, port, 0xFF, number);
    run_until(at, 90 * SECOND); /* each is under way to three ports now */
    for (port = 0; port < 4; port++)
        overflowed +=
            counters(at, port, ENGINE_FROM_NODE)->overflowed + counters(at, port, ENGINE_TO_NODE)->overflowed;
    assert_int_equal(at->count, 0);
    run_out(at);
    under_way = at->count; /* all that was, 90 s after the first was sent */
    assert_in_range(under_way, ENGINE_FRAMES_MAX / 2, ENGINE_FRAMES_MAX);
    assert_int_equal(overflowed,
                     4 * (4000 - ENGINE_CABLE_FRAMES_MAX) + 3 * 4 * ENGINE_CABLE_FRAMES_MAX - under_way);
    destroy_switch(at);
}

/* The same again */

static const struct switch_conditions everything = {.loss = 100000,
                                                    .duplicate = 100000,
                                                    .reorder = 100000,
                                                    .delay_ns = 7 * MS,
                                                    .jitter_ns = 3 * MS,
                                                    .rate = 2000000};

/* Some seconds of frames to and fro; the clock is looked at every `step_ns`. */
static struct fixture *play(uint64_t seed, int64_t step_ns)
{
    struct fixture *at = make_switch();
    uint32_t number, place;

    introduce_all(at);
    for (place = 0; place < ENGINE_DIRECTIONS; place++) {
        engine_set_cable(at->engine, 1, place, &everything, seed, 0);
        engine_set_cable(at->engine, 2, place, &everything, seed, 0);
    }
    for (number = 0; number < 3000; number++) {
        int64_t send_ns = number * 700000 + (number & 7) * 100000;

        while (at->now_ns + step_ns < send_ns) {
            at->now_ns += step_ns;
            engine_run(at->engine, at->now_ns);
        }
        at->now_ns = send_ns;
        if (number % 3 == 2)
            send_number(at, 3, 2, number); /* over a cable that takes no time, beside what is under way */
        else
            send_number(at, 1 + number % 2, 2 - number % 2, number);
    }
    run_out(at);
    return at;
}

static bool is_same(const struct fixture *one, const struct fixture *other)
{
    uint32_t i;

    if (one->count != other->count)
        return false;
    for (i = 0; i < one->count; i++)
        if (one->deliveries[i].number != other->deliveries[i].number)
            return false;
    return true;
}

static void same_seed_delivers_the_same_and_another_does_not(void **state)
{
    struct fixture *one = play(8151, MS), *again = play(8151, MS), *other = play(8152, MS);

    (void)state;
    assert_in_range(one->count, 2000, 4000);
    assert_true(is_same(one, again));
    assert_memory_equal(one->deliveries, again->deliveries, sizeof(one->deliveries));
    assert_false(is_same(one, other));
    destroy_switch(one);
    destroy_switch(again);
    destroy_switch(other);
}

static void clock_that_is_looked_at_late_changes_nothing_but_when(void **state)
{
    struct fixture *often = play(8151, MS / 10), *seldom = play(8151, 100 * MS);

    (void)state;
    assert_true(is_same(often, seldom));
    destroy_switch(often);
    destroy_switch(seldom);
}

static void nodes_do_not_share_their_luck(void **state)
{
    const struct switch_conditions conditions = {.loss = 500000};
    struct fixture *at = make_switch();
    uint32_t number, differ = 0;

    (void)state;
    introduce_all(at);
    set(at, 1, ENGINE_FROM_NODE, &conditions);
    set(at, 2, ENGINE_FROM_NODE, &conditions); /* with the same seed */
    for (number = 0; number < 1000; number++) {
        uint64_t lost = counters(at, 1, ENGINE_FROM_NODE)->lost + counters(at, 2, ENGINE_FROM_NODE)->lost;

        send_number(at, 1, 3, number);
        send_number(at, 2, 3, number);
        differ +=
            counters(at, 1, ENGINE_FROM_NODE)->lost + counters(at, 2, ENGINE_FROM_NODE)->lost == lost + 1;
    }
    assert_in_range(differ, 400, 600);
    destroy_switch(at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frame_to_an_unknown_address_goes_to_all_others),
        cmocka_unit_test(frame_to_a_known_address_goes_there_alone),
        cmocka_unit_test(frames_of_wrong_length_are_dropped_and_counted),
        cmocka_unit_test(port_that_takes_nothing_is_counted),
        cmocka_unit_test(ports_have_names_and_a_limit),
        cmocka_unit_test(partition_keeps_groups_apart_and_heals),
        cmocka_unit_test(delay_of_both_cables_adds_up),
        cmocka_unit_test(duplicates_arrive_twice),
        cmocka_unit_test(reordered_frames_are_overtaken_by_one_to_three_and_none_is_lost),
        cmocka_unit_test(frame_that_nothing_overtakes_leaves_by_itself),
        cmocka_unit_test(rate_spreads_a_burst_and_drops_what_does_not_fit),
        cmocka_unit_test(new_conditions_let_go_of_the_held_frame_and_keep_the_time_of_others),
        cmocka_unit_test(flood_is_bounded_and_what_is_left_is_freed),
        cmocka_unit_test(all_cables_together_are_bounded),
        cmocka_unit_test(same_seed_delivers_the_same_and_another_does_not),
        cmocka_unit_test(clock_that_is_looked_at_late_changes_nothing_but_when),
        cmocka_unit_test(nodes_do_not_share_their_luck),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
