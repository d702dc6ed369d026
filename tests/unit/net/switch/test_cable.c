/* What conditions do to frames: shares, independence, delays, the rate and its queue. */
#include <cmocka_all.h>
#include <string.h>
#include <switch/cable.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define FRAMES 100000
#define FRAME_BYTES 1000

static const uint64_t seeds[] = {1, 7, 8151, UINT64_MAX};

#define SEED_COUNT (sizeof(seeds) / sizeof(seeds[0]))

static struct cable make_cable(const struct switch_conditions *conditions, uint64_t seed)
{
    struct cable cable;

    memset(&cable, 0, sizeof(cable));
    assert_true(cable_conditions_are_valid(conditions));
    cable_set(&cable, conditions, seed, 0, 0);
    return cable;
}

/* Within one percent of all frames: more than six deviations at this number of frames. */
static void expect_share(uint64_t count, uint32_t share)
{
    int64_t wanted = (int64_t)FRAMES * share / SWITCH_SHARE_ALL;

    assert_in_range(count, wanted > FRAMES / 100 ? wanted - FRAMES / 100 : 0, wanted + FRAMES / 100);
}

static void shares_are_kept_for_every_seed(void **state)
{
    const struct switch_conditions conditions = {.loss = 300000, .duplicate = 10000, .reorder = 50000};
    size_t i;
    int frame;

    (void)state;
    for (i = 0; i < SEED_COUNT; i++) {
        struct cable cable = make_cable(&conditions, seeds[i]);
        uint32_t held = 0;

        for (frame = 0; frame < FRAMES; frame++)
            held += cable_decide(&cable).overtakers > 0;
        expect_share(cable.counters.lost, 300000);
        expect_share(cable.counters.duplicated, 7000); /* of those that are not lost */
        expect_share(held, 35000);
    }
}

static void none_and_all_are_exact(void **state)
{
    const struct switch_conditions none = {.delay_ns = 1}, all = {.loss = SWITCH_SHARE_ALL};
    const struct switch_conditions twice = {.duplicate = SWITCH_SHARE_ALL, .reorder = SWITCH_SHARE_ALL};
    struct cable cable = make_cable(&none, 1);
    int frame;

    (void)state;
    for (frame = 0; frame < FRAMES; frame++)
        assert_int_equal(cable_decide(&cable).copies, 1);
    cable = make_cable(&all, 1);
    for (frame = 0; frame < FRAMES; frame++)
        assert_int_equal(cable_decide(&cable).copies, 0);
    cable = make_cable(&twice, 1);
    for (frame = 0; frame < FRAMES; frame++) {
        struct cable_fate fate = cable_decide(&cable);

        assert_int_equal(fate.copies, 2);
        assert_in_range(fate.overtakers, 1, CABLE_OVERTAKERS_MAX);
    }
}

static void same_seed_decides_the_same_and_another_does_not(void **state)
{
    const struct switch_conditions conditions = {
        .loss = 300000, .duplicate = 200000, .reorder = 100000, .delay_ns = 9 * MS, .jitter_ns = 9 * MS};
    struct cable one = make_cable(&conditions, 8151), same = make_cable(&conditions, 8151);
    struct cable other = make_cable(&conditions, 8152), other_stream = make_cable(&conditions, 8151);
    int frame, differ = 0, streams_differ = 0;

    (void)state;
    cable_set(&other_stream, &conditions, 8151, 1, 0);
    for (frame = 0; frame < 1000; frame++) {
        struct cable_fate fate = cable_decide(&one), fate_of_same = cable_decide(&same);
        struct cable_fate fate_of_other = cable_decide(&other), fate_there = cable_decide(&other_stream);

        assert_int_equal(fate.copies, fate_of_same.copies);
        assert_int_equal(fate.overtakers, fate_of_same.overtakers);
        assert_int_equal(fate.jitter_ns, fate_of_same.jitter_ns);
        differ += fate.copies != fate_of_other.copies;
        streams_differ += fate.copies != fate_there.copies;
    }
    assert_true(differ > 300);
    assert_true(streams_differ > 300);
}

static void one_condition_does_not_change_what_another_does(void **state)
{
    const struct switch_conditions loss = {.loss = 300000};
    const struct switch_conditions more = {.loss = 300000,
                                           .duplicate = 500000,
                                           .reorder = 500000,
                                           .delay_ns = 5 * MS,
                                           .jitter_ns = 5 * MS,
                                           .rate = 1000000};
    struct cable plain = make_cable(&loss, 7), rich = make_cable(&more, 7);
    int frame;

    (void)state;
    for (frame = 0; frame < 1000; frame++)
        assert_int_equal(cable_decide(&plain).copies == 0, cable_decide(&rich).copies == 0);
}

static void jitter_stays_within_its_bounds_and_reaches_them(void **state)
{
    const struct switch_conditions conditions = {.delay_ns = 20 * MS, .jitter_ns = 5 * MS};
    struct cable cable = make_cable(&conditions, 7);
    int64_t lowest = INT64_MAX, highest = INT64_MIN, sum = 0;
    int frame;

    (void)state;
    for (frame = 0; frame < FRAMES; frame++) {
        int64_t jitter_ns = cable_decide(&cable).jitter_ns;

        assert_true(jitter_ns >= -5 * MS && jitter_ns <= 5 * MS);
        lowest = jitter_ns < lowest ? jitter_ns : lowest;
        highest = jitter_ns > highest ? jitter_ns : highest;
        sum += jitter_ns;
    }
    assert_true(lowest < -49 * MS / 10 && highest > 49 * MS / 10);
    assert_true(sum / FRAMES > -MS / 10 && sum / FRAMES < MS / 10);
}

static void delay_is_taken_and_order_is_kept(void **state)
{
    const struct switch_conditions conditions = {.delay_ns = 20 * MS, .jitter_ns = 20 * MS};
    struct cable cable = make_cable(&conditions, 7);
    int64_t due_ns, last_ns = 0;
    int frame;

    (void)state;
    for (frame = 0; frame < 1000; frame++) {
        int64_t now_ns = frame * MS;

        assert_true(cable_enter(&cable, FRAME_BYTES, cable_decide(&cable).jitter_ns, now_ns, &due_ns));
        assert_true(due_ns >= now_ns && due_ns <= now_ns + 40 * MS);
        assert_true(due_ns >= last_ns);
        last_ns = due_ns;
    }
}

static void rate_is_kept_exactly(void **state)
{
    const struct switch_conditions conditions = {.rate = 1000000, .queue_bytes = SWITCH_QUEUE_MAX};
    struct cable cable = make_cable(&conditions, 7);
    int64_t due_ns;
    int frame;

    (void)state;
    for (frame = 1; frame <= 1000; frame++) {
        assert_true(cable_enter(&cable, FRAME_BYTES, 0, 0, &due_ns));
        assert_int_equal(due_ns, frame * 8 * MS); /* 8,000 bits at 1 Mbit/s */
    }
    /* After a pause the cable is free at once: nothing was saved up. */
    assert_true(cable_enter(&cable, FRAME_BYTES, 0, 60 * SECOND, &due_ns));
    assert_int_equal(due_ns, 60 * SECOND + 8 * MS);
}

static void queue_of_a_rate_is_bounded(void **state)
{
    const struct switch_conditions conditions = {.rate = 1000000, .queue_bytes = 10 * FRAME_BYTES};
    struct cable cable = make_cable(&conditions, 7);
    int64_t due_ns;
    int frame, taken = 0;

    (void)state;
    for (frame = 0; frame < 100; frame++)
        taken += cable_enter(&cable, FRAME_BYTES, 0, 0, &due_ns);
    assert_int_equal(taken, 10);
    assert_int_equal(cable.counters.overflowed, 90);
    /* One has left after 8 ms: there is room for one. */
    assert_true(cable_enter(&cable, FRAME_BYTES, 0, 8 * MS, &due_ns));
    assert_false(cable_enter(&cable, FRAME_BYTES, 0, 8 * MS, &due_ns));
}

static void frame_that_is_longer_than_the_queue_passes_a_free_cable(void **state)
{
    const struct switch_conditions conditions = {.rate = 1000, .queue_bytes = 1};
    struct cable cable = make_cable(&conditions, 7);
    int64_t due_ns;

    (void)state;
    assert_true(cable_enter(&cable, FRAME_BYTES, 0, 0, &due_ns));
    assert_int_equal(due_ns, 8 * SECOND);
    assert_false(cable_enter(&cable, FRAME_BYTES, 0, 0, &due_ns));
}

static void new_conditions_forget_what_waited(void **state)
{
    const struct switch_conditions slow = {.rate = 1000, .delay_ns = 60 * SECOND}, fast = {.delay_ns = MS};
    struct cable cable = make_cable(&slow, 7);
    int64_t due_ns;

    (void)state;
    assert_true(cable_enter(&cable, FRAME_BYTES, 0, 0, &due_ns));
    assert_int_equal(due_ns, 68 * SECOND);
    cable_set(&cable, &fast, 7, 0, 1 * SECOND);
    assert_true(cable_enter(&cable, FRAME_BYTES, 0, 1 * SECOND, &due_ns));
    assert_int_equal(due_ns, 1 * SECOND + MS);
}

static void highest_rate_and_longest_queue_do_not_overflow(void **state)
{
    const struct switch_conditions slowest = {.rate = SWITCH_RATE_MIN, .queue_bytes = SWITCH_QUEUE_MAX};
    const struct switch_conditions fastest = {.rate = SWITCH_RATE_MAX, .queue_bytes = SWITCH_QUEUE_MAX};
    struct cable cable = make_cable(&slowest, 7);
    int64_t due_ns, last_ns = 0;
    uint64_t taken = 0;

    (void)state;
    while (cable_enter(&cable, 1518, 0, 0, &due_ns)) {
        assert_true(due_ns > last_ns);
        last_ns = due_ns;
        taken++;
    }
    assert_int_equal(taken, SWITCH_QUEUE_MAX / 1518);
    cable = make_cable(&fastest, 7);
    for (taken = 0; taken < FRAMES; taken++)
        if (!cable_enter(&cable, 1518, 0, 0, &due_ns))
            break;
    assert_in_range(taken, SWITCH_QUEUE_MAX / 1518,
                    SWITCH_QUEUE_MAX / 1518 + 60); /* a frame takes 121.44 ns */
}

static void conditions_beyond_their_limits_are_invalid(void **state)
{
    const struct switch_conditions bad[] = {
        {.loss = SWITCH_SHARE_ALL + 1},
        {.duplicate = SWITCH_SHARE_ALL + 1},
        {.reorder = UINT32_MAX},
        {.delay_ns = -1},
        {.delay_ns = SWITCH_DELAY_MAX_NS + 1},
        {.delay_ns = 5, .jitter_ns = 6},
        {.delay_ns = 5, .jitter_ns = -1},
        {.rate = SWITCH_RATE_MIN - 1},
        {.rate = SWITCH_RATE_MAX + 1},
        {.queue_bytes = SWITCH_QUEUE_MAX + 1},
    };
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_false(cable_conditions_are_valid(&bad[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_kept_for_every_seed),
        cmocka_unit_test(none_and_all_are_exact),
        cmocka_unit_test(same_seed_decides_the_same_and_another_does_not),
        cmocka_unit_test(one_condition_does_not_change_what_another_does),
        cmocka_unit_test(jitter_stays_within_its_bounds_and_reaches_them),
        cmocka_unit_test(delay_is_taken_and_order_is_kept),
        cmocka_unit_test(rate_is_kept_exactly),
        cmocka_unit_test(queue_of_a_rate_is_bounded),
        cmocka_unit_test(frame_that_is_longer_than_the_queue_passes_a_free_cable),
        cmocka_unit_test(new_conditions_forget_what_waited),
        cmocka_unit_test(highest_rate_and_longest_queue_do_not_overflow),
        cmocka_unit_test(conditions_beyond_their_limits_are_invalid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
