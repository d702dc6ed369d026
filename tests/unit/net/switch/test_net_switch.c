/* A whole switch with cards that the test plays: sockets, ISwitch, captures, and what badly behaved machines
 * do to it. */
#include "running_switch.h"
#include <fcntl.h>
#include <port.h>
#include <sys/stat.h>

/* A frame from one card to another, or to all (0xFF), with a number in it. */
static void make_frame(uint8_t frame[64], uint8_t from, uint8_t to, uint32_t number)
{
    const uint8_t head[] = {0x52, 0x54, 0, 0, 0, to, 0x52, 0x54, 0, 0, 0, from, 0x88, 0xB5};

    memset(frame, 0, 64);
    memcpy(frame, head, sizeof(head));
    if (to == 0xFF)
        memset(frame, 0xFF, 6);
    memcpy(frame + 14, &number, sizeof(number));
}

static void send_number(const struct raw_card *card, uint8_t from, uint8_t to, uint32_t number)
{
    uint8_t frame[64];
    int waited_ms;

    make_frame(frame, from, to, number);
    for (waited_ms = 0; !raw_card_send(card, frame, sizeof(frame)); waited_ms++) {
        assert_true(waited_ms < LIMIT_MS);
        sleep_ms(1); /* it is behind */
    }
}

/* The number in the next frame; frames of gateways, which ask for addresses, are passed over. */
static int64_t receive_number(const struct raw_card *card, int wait_ms)
{
    uint8_t frame[FRAME_MAX];
    uint32_t number;

    for (;;) {
        ssize_t length = raw_card_receive(card, frame, wait_ms);

        if (length < 0)
            return -1;
        if (length < 64 || frame[12] != 0x88)
            continue;
        memcpy(&number, frame + 14, sizeof(number));
        return number;
    }
}

struct two_cards {
    struct running_switch *at;
    struct raw_card one, other;
};

/* Two machines that know each other. */
static struct two_cards plug_two(void)
{
    struct two_cards two = {.at = running_switch_start()};

    two.one = raw_card_plug(two.at, "n1", "10.0.2.15");
    two.other = raw_card_plug(two.at, "n2", "10.0.2.16");
    wait_until_present(two.at, "n1", true);
    wait_until_present(two.at, "n2", true);
    send_number(&two.one, 1, 2, 0);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 0);
    send_number(&two.other, 2, 1, 0);
    assert_int_equal(receive_number(&two.one, LIMIT_MS), 0);
    return two;
}

static void pull_two(struct two_cards *two)
{
    raw_card_pull(&two->one);
    raw_card_pull(&two->other);
    running_switch_end(two->at);
}

static struct switch_counters counters(struct running_switch *at, const char *name, uint32_t direction)
{
    struct switch_conditions conditions;
    struct switch_counters found;
    uint64_t seed;

    assert_int_equal(ISwitch_GetLink(at->object, name, direction, &conditions, &found, &seed), S_OK);
    return found;
}

static void set_link(struct running_switch *at, const char *name, uint32_t directions,
                     const struct switch_conditions *conditions)
{
    uint64_t seed = 0;

    assert_int_equal(ISwitch_SetLink(at->object, name, directions, conditions, 7, &seed), S_OK);
    assert_int_equal(seed, 7);
}

/* Frames */

static void frames_pass_between_machines(void **state)
{
    struct two_cards two = plug_two();
    uint32_t number;

    (void)state;
    for (number = 1; number <= 1000; number++) {
        send_number(&two.one, 1, 2, number);
        assert_int_equal(receive_number(&two.other, LIMIT_MS), number);
    }
    assert_int_equal(counters(two.at, "n1", SWITCH_FROM_NODE).frames, 1001);
    pull_two(&two);
}

static void bursts_that_are_larger_than_a_sockets_queue_arrive_whole_and_soon(void **state)
{
    enum { BURSTS = 20, FRAMES = 100 }; /* max_dgram_qlen is often 10 */
    struct two_cards two = plug_two();
    int64_t begin_ns = port_now_ns();
    uint32_t burst, number;

    (void)state;
    for (burst = 0; burst < BURSTS; burst++) {
        for (number = 0; number < FRAMES; number++)
            send_number(&two.one, 1, 2, number);
        for (number = 0; number < FRAMES; number++)
            assert_int_equal(receive_number(&two.other, LIMIT_MS), number);
    }
    assert_int_equal(counters(two.at, "n2", SWITCH_TO_NODE).refused, 0);
    assert_true(port_now_ns() - begin_ns <
                5000 * PORT_NS_PER_MS); /* twice that if each queue waited for a timer */
    pull_two(&two);
}

static void conditions_hold_until_they_are_taken_back(void **state)
{
    const struct switch_conditions lost = {.loss = SWITCH_SHARE_ALL}, late = {.delay_ns = 50000000},
                                   none = {.loss = 0};
    struct two_cards two = plug_two();
    struct timespec begin, end;

    (void)state;
    set_link(two.at, "n1", SWITCH_FROM_NODE, &lost);
    send_number(&two.one, 1, 2, 1);
    assert_int_equal(receive_number(&two.other, 100), -1);
    send_number(&two.other, 2, 1, 2); /* the other direction is as it was */
    assert_int_equal(receive_number(&two.one, LIMIT_MS), 2);
    assert_int_equal(counters(two.at, "n1", SWITCH_FROM_NODE).lost, 1);

    set_link(two.at, "n1", SWITCH_BOTH, &late);
    clock_gettime(CLOCK_MONOTONIC, &begin);
    send_number(&two.one, 1, 2, 3);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 3);
    clock_gettime(CLOCK_MONOTONIC, &end);
    assert_true((end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000 >= 49);

    set_link(two.at, "n1", SWITCH_BOTH, &none);
    send_number(&two.one, 1, 2, 4);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 4);
    pull_two(&two);
}

static void partition_cuts_off_and_heals(void **state)
{
    struct two_cards two = plug_two();
    char name[SWITCH_NAME_MAX + 1];
    uint32_t group = 99;
    boolean present;

    (void)state;
    assert_int_equal(ISwitch_Partition(two.at->object, "n1"), S_OK);
    send_number(&two.one, 1, 2, 1);
    assert_int_equal(receive_number(&two.other, 100), -1);
    assert_int_equal(ISwitch_GetPort(two.at->object, 1, name, &present, &group), S_OK);
    assert_string_equal(name, "n1");
    assert_int_equal(group, 1);
    assert_int_equal(ISwitch_Partition(two.at->object, "n1 n2"), S_OK); /* together now */
    send_number(&two.one, 1, 2, 2);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 2);
    assert_int_equal(ISwitch_Heal(two.at->object, "n1"), S_OK);
    send_number(&two.one, 1, 2, 3);
    assert_int_equal(receive_number(&two.other, 100), -1);
    assert_int_equal(ISwitch_Heal(two.at->object, ""), S_OK);
    send_number(&two.one, 1, 2, 4);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 4);
    assert_int_equal(counters(two.at, "n1", SWITCH_FROM_NODE).partitioned, 2);
    pull_two(&two);
}

/* Machines that misbehave, come and go */

static void strange_frames_are_counted_and_harm_nothing(void **state)
{
    struct two_cards two = plug_two();
    uint8_t *huge = calloc(1, 60000);
    size_t length;

    (void)state;
    assert_non_null(huge);
    memset(huge, 0xFF, 6);
    for (length = 0; length < 14; length++)
        assert_true(raw_card_send(&two.one, huge, length));
    send_number(&two.one, 1, 2, 1);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 1);
    assert_true(raw_card_send(&two.one, huge, 1519));
    assert_true(raw_card_send(&two.one, huge, 60000));
    send_number(&two.one, 1, 2, 2);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 2);
    assert_int_equal(counters(two.at, "n1", SWITCH_FROM_NODE).malformed, 14 + 2);
    free(huge);
    pull_two(&two);
}

static void machine_that_takes_nothing_costs_bounded_memory_and_holds_up_nobody(void **state)
{
    enum { FRAMES = 1000, KEPT_MAX = 128 + 64 }; /* by the plug and by the card's socket */
    struct two_cards two = plug_two();
    struct raw_card third = raw_card_plug(two.at, "n3", "10.0.2.17");
    uint32_t number;

    (void)state;
    wait_until_present(two.at, "n3", true);
    for (number = 0; number < FRAMES; number++) {
        send_number(&two.one, 1, 0xFF, number); /* also to n2, which does not read */
        assert_int_equal(receive_number(&third, LIMIT_MS), number);
    }
    assert_int_equal(counters(two.at, "n3", SWITCH_TO_NODE).refused, 0);
    assert_true(counters(two.at, "n2", SWITCH_TO_NODE).refused >= FRAMES - KEPT_MAX);
    for (number = 0; receive_number(&two.other, 100) == number; number++)
        ; /* it reads at last, and gets the oldest */
    assert_in_range(number, 128, KEPT_MAX);
    send_number(&two.one, 1, 2, 77);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 77);
    raw_card_pull(&third);
    pull_two(&two);
}

static void card_that_comes_back_is_found_again(void **state)
{
    struct two_cards two = plug_two();
    uint64_t frames = counters(two.at, "n1", SWITCH_FROM_NODE).frames;

    (void)state;
    raw_card_pull(&two.other);
    send_number(&two.one, 1, 2, 1); /* into nothing */
    wait_until_present(two.at, "n2", false);
    send_number(&two.one, 1, 2, 2);
    two.other = raw_card_plug(two.at, "n2", "10.0.2.16");
    wait_until_present(two.at, "n2", true);
    send_number(&two.one, 1, 2, 3);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 3);
    assert_int_equal(counters(two.at, "n1", SWITCH_FROM_NODE).frames, frames + 3); /* they go on */
    pull_two(&two);
}

static void card_after_detach_is_taken_at_once(void **state)
{
    struct two_cards two = plug_two();
    struct sockaddr_un port;

    (void)state;
    raw_card_pull(&two.other);
    assert_int_equal(ISwitch_Detach(two.at->object, "n2"), S_OK);
    two.other.socket = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    raw_card_address("n2", "port", &port);
    assert_int_equal(connect(two.other.socket, (const struct sockaddr *)&port, sizeof(port)), 0);
    pull_two(&two);
}

static void card_that_sends_first_is_looked_for_at_once(void **state)
{
    struct running_switch *at = running_switch_start();
    struct raw_card one = raw_card_plug(at, "n1", "10.0.2.15"), other = raw_card_plug(at, "n2", "10.0.2.16");

    (void)state;
    send_number(&other, 2, 0xFF, 1);
    while (counters(at, "n2", SWITCH_FROM_NODE).frames < 1)
        sleep_ms(1);
    send_number(&one, 1, 2, 2);
    assert_int_equal(receive_number(&other, LIMIT_MS), 2);
    raw_card_pull(&one);
    raw_card_pull(&other);
    running_switch_end(at);
}

/* ISwitch */

static void who_names_no_port_is_told(void **state)
{
    struct running_switch *at = running_switch_start();
    const struct switch_conditions none = {.loss = 0};
    struct switch_conditions conditions;
    struct switch_counters found;
    uint64_t seed = 0;
    uint32_t port = 0;

    (void)state;
    assert_int_equal(ISwitch_Detach(at->object, "n1"), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_Forward(at->object, "n1", 7000, 0, &port), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_Forward(at->object, "gateway", 7000, 0, &port), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_SetLink(at->object, "n1", SWITCH_BOTH, &none, 1, &seed), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_GetLink(at->object, "n1", SWITCH_TO_NODE, &conditions, &found, &seed),
                     NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_Partition(at->object, "gateway n1"), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_Partition(at->object, ""), E_INVALIDARG);
    assert_int_equal(ISwitch_Heal(at->object, "n1"), NS_E_NOT_FOUND);
    assert_non_null(strstr(com_error_detail(), "n1"));
    assert_int_equal(ISwitch_StartCapture(at->object, "/dev/null", "n1"), NS_E_NOT_FOUND);
    running_switch_end(at);
}

static void machines_have_good_names_and_addresses(void **state)
{
    static const char *const bad[] = {"",          "10.0.2.2",  "10.0.2.3", "10.0.2.255",
                                      "10.0.3.15", "127.0.0.1", "n1"};
    struct running_switch *at = running_switch_start();
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_int_equal(ISwitch_Attach(at->object, "n1", bad[i]), E_INVALIDARG);
    assert_int_equal(ISwitch_Attach(at->object, "../n1", "10.0.2.15"), E_INVALIDARG);
    assert_int_equal(ISwitch_Attach(at->object, "gateway", "10.0.2.15"), E_INVALIDARG);
    assert_int_equal(mkdir("n1.port", 0700), 0);
    assert_int_equal(ISwitch_Attach(at->object, "n1", "10.0.2.15"), OS_E_IO);
    assert_non_null(strstr(com_error_detail(), "n1.port"));
    assert_int_equal(rmdir("n1.port"), 0);
    assert_int_equal(ISwitch_Attach(at->object, "n1", "10.0.2.15"), S_OK);
    running_switch_end(at);
}

static void conditions_and_seeds_are_told_back(void **state)
{
    const struct switch_conditions set = {.loss = 300000, .delay_ns = 20000000, .rate = 1000000};
    const struct switch_conditions bad = {.loss = SWITCH_SHARE_ALL + 1};
    struct running_switch *at = running_switch_start();
    struct switch_conditions conditions;
    struct switch_counters found;
    uint64_t seed = 0, told = 0;

    (void)state;
    assert_int_equal(ISwitch_SetLink(at->object, "gateway", SWITCH_TO_NODE, &set, 0, &seed), S_OK);
    assert_true(seed > 0);
    assert_int_equal(ISwitch_GetLink(at->object, "gateway", SWITCH_TO_NODE, &conditions, &found, &told),
                     S_OK);
    assert_int_equal(told, seed);
    assert_memory_equal(&conditions, &set, sizeof(set));
    assert_int_equal(ISwitch_GetLink(at->object, "gateway", SWITCH_FROM_NODE, &conditions, &found, &told),
                     S_OK);
    assert_int_equal(conditions.loss, 0);
    assert_int_equal(ISwitch_SetLink(at->object, "gateway", SWITCH_BOTH, &bad, 0, &seed), E_INVALIDARG);
    assert_int_equal(ISwitch_SetLink(at->object, "gateway", 4, &set, 0, &seed), E_INVALIDARG);
    assert_int_equal(ISwitch_GetLink(at->object, "gateway", 3, &conditions, &found, &told), E_INVALIDARG);
    running_switch_end(at);
}

/* Capture */

static size_t file_size(const char *path)
{
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    return (size_t)status.st_size;
}

static void capture_has_what_a_card_sees_or_what_all_send(void **state)
{
    const struct switch_conditions lost = {.loss = SWITCH_SHARE_ALL};
    struct two_cards two = plug_two();
    char path[64];
    uint64_t frames = 0;

    (void)state;
    snprintf(path, sizeof(path), "%s/a.pcap", two.at->folder);
    set_link(two.at, "n2", SWITCH_FROM_NODE, &lost);
    assert_int_equal(ISwitch_StopCapture(two.at->object, &frames), NS_E_NOT_FOUND);
    assert_int_equal(ISwitch_StartCapture(two.at->object, "a.pcap", ""), OS_E_IO); /* in whose folder? */
    assert_int_equal(ISwitch_StartCapture(two.at->object, path, "n1"), S_OK);
    assert_int_equal(ISwitch_StartCapture(two.at->object, path, "n2"), NS_E_EXISTS);
    send_number(&two.one, 1, 2, 1);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 1);
    send_number(&two.other, 2, 1, 2); /* lost before it came to n1 */
    assert_int_equal(receive_number(&two.one, 100), -1);
    assert_int_equal(ISwitch_StopCapture(two.at->object, &frames), S_OK);
    assert_int_equal(frames, 1);
    assert_int_equal(file_size(path), 24 + 16 + 64);

    assert_int_equal(ISwitch_StartCapture(two.at->object, path, "n2"),
                     S_OK); /* n2's card sent the lost one */
    send_number(&two.one, 1, 2, 3);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 3);
    send_number(&two.other, 2, 1, 4);
    assert_int_equal(receive_number(&two.one, 100), -1);
    assert_int_equal(ISwitch_StopCapture(two.at->object, &frames), S_OK);
    assert_int_equal(frames, 2);

    assert_int_equal(ISwitch_StartCapture(two.at->object, path, ""), S_OK);
    send_number(&two.one, 1, 2, 5);
    assert_int_equal(receive_number(&two.other, LIMIT_MS), 5);
    send_number(&two.other, 2, 1, 6);
    assert_int_equal(receive_number(&two.one, 100), -1);
    assert_int_equal(ISwitch_StopCapture(two.at->object, &frames), S_OK);
    assert_int_equal(frames, 1);
    assert_int_equal(unlink(path), 0);
    pull_two(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_pass_between_machines),
        cmocka_unit_test(bursts_that_are_larger_than_a_sockets_queue_arrive_whole_and_soon),
        cmocka_unit_test(conditions_hold_until_they_are_taken_back),
        cmocka_unit_test(partition_cuts_off_and_heals),
        cmocka_unit_test(strange_frames_are_counted_and_harm_nothing),
        cmocka_unit_test(machine_that_takes_nothing_costs_bounded_memory_and_holds_up_nobody),
        cmocka_unit_test(card_that_comes_back_is_found_again),
        cmocka_unit_test(card_after_detach_is_taken_at_once),
        cmocka_unit_test(card_that_sends_first_is_looked_for_at_once),
        cmocka_unit_test(who_names_no_port_is_told),
        cmocka_unit_test(machines_have_good_names_and_addresses),
        cmocka_unit_test(conditions_and_seeds_are_told_back),
        cmocka_unit_test(capture_has_what_a_card_sees_or_what_all_send),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
