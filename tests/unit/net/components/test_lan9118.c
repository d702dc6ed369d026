/* The driver on a card that is played. */
#include <cmocka_all.h>
#include <fake_lan9118.h>
#include <fake_machine.h>
#include <fake_world.h>
#include <net/interface.idl.h>
#include <string.h>

HRESULT lan9118_component_main(INamespace *ns, IUnknown **out_object);

enum { LINE = 13 };
enum { FRAME_BAD = 0x8000, FRAME_FILTERED = 0x40000000, FULL_DUPLEX = 0x00100000, RECEIVER_ERROR = 0x4000 };

#define MS INT64_C(1000000)

static INetworkInterface *card;

static HRESULT start_driver(void)
{
    INamespace *ns = fake_namespace_create();
    HRESULT hr;

    fake_register(ns, "icu", machine.icu);
    fake_register(ns, "synchro", machine.synchro);
    hr = lan9118_component_main(ns, (IUnknown **)&card);
    INamespace_Release(ns);
    return hr;
}

static int start_machine(void **state)
{
    (void)state;
    fake_machine_start();
    return 0;
}

static void (*body)(void);

static void call_body(void *argument)
{
    (void)argument;
    body();
}

/* What blocks runs in a thread. */
static void in_a_thread(void (*main)(void))
{
    body = main;
    fake_machine_run(call_body, NULL);
}

static void without_a_card(void)
{
    memset(&fake_lan9118, 0, sizeof(fake_lan9118));
    assert_int_equal(start_driver(), OS_E_NOT_PRESENT);
    fake_lan9118_plug();
    fake_lan9118.id = 0x12340001; /* something else lives there */
    assert_int_equal(start_driver(), OS_E_NOT_PRESENT);
}

static void card_that_is_not_there_is_not_present(void **state)
{
    (void)state;
    in_a_thread(without_a_card);
}

static void with_broken_cards(void)
{
    fake_lan9118_plug();
    fake_lan9118.unready = true;
    assert_int_equal(start_driver(), OS_E_IO);
    fake_lan9118_plug();
    fake_lan9118.mac_hangs = true;
    fake_lan9118.mac_data = fake_lan9118.mac_address[0]; /* what was read before looks like an address */
    assert_int_equal(start_driver(), OS_E_IO);
    fake_lan9118_plug();
    fake_lan9118.mac_address[0] = 0xFFFFFFFF; /* nobody gave it one */
    fake_lan9118.mac_address[1] = 0xFFFF;
    assert_int_equal(start_driver(), OS_E_IO);
    fake_lan9118_plug();
    fake_lan9118.mac_address[0] = fake_lan9118.mac_address[1] = 0;
    assert_int_equal(start_driver(), OS_E_IO);
    assert_int_equal(machine.lines_enabled & 1u << LINE, 0);
}

static void card_that_does_not_work_is_an_error(void **state)
{
    (void)state;
    in_a_thread(with_broken_cards);
}

static void with_a_card(void)
{
    static const uint8_t expected[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x57};
    uint8_t address[6];

    fake_lan9118_plug();
    assert_int_equal(start_driver(), S_OK);
    assert_int_equal(INetworkInterface_GetAddress(card, address), S_OK);
    assert_memory_equal(address, expected, 6);
    assert_int_equal(fake_lan9118.mac_control, FULL_DUPLEX | 0xC); /* nobody else's frames, but broadcasts */
    assert_int_not_equal(machine.lines_enabled & 1u << LINE, 0);
    assert_false(fake_lan9118_interrupts());
}

static void card_is_set_up_with_its_address(void **state)
{
    (void)state;
    in_a_thread(with_a_card);
}

static uint8_t pattern[INTERFACE_FRAME_MAX + 8];

static void fill_pattern(void)
{
    uint32_t i;

    for (i = 0; i < sizeof(pattern); i++)
        pattern[i] = (uint8_t)(i * 7 + i / 256);
}

static void send_frames(void)
{
    static const uint8_t zeroes[60];
    struct net_part parts[4] = {{"", 0}, {"head", 4}, {"", 0}, {"body", 4}},
                    whole = {pattern, INTERFACE_FRAME_MAX};
    uint32_t sent = fake_lan9118.sent_count;

    fill_pattern();
    assert_int_equal(INetworkInterface_Send(card, parts, 4), S_OK);
    assert_int_equal(fake_lan9118.sent_parts, 2); /* nothing is copied */
    assert_int_equal(fake_lan9118.sent_bytes, 60);
    assert_memory_equal(fake_lan9118.sent, "headbody", 8);
    assert_memory_equal(fake_lan9118.sent + 8, zeroes, 52);
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    assert_int_equal(fake_lan9118.sent_bytes, INTERFACE_FRAME_MAX);
    assert_memory_equal(fake_lan9118.sent, pattern, INTERFACE_FRAME_MAX);
    assert_int_equal(fake_lan9118.sent_count, sent + 2);
}

static void frames_are_sent_in_their_parts(void **state)
{
    (void)state;
    in_a_thread(send_frames);
}

static void send_bad_lengths(void)
{
    struct net_part parts[3] = {{pattern, INTERFACE_FRAME_MAX}, {pattern, 2}, {pattern, UINT32_MAX}};
    uint32_t sent = fake_lan9118.sent_count;

    assert_int_equal(INetworkInterface_Send(card, parts, 2), E_INVALIDARG);
    assert_int_equal(INetworkInterface_Send(card, parts + 1, 2),
                     E_INVALIDARG); /* their sum is 1 in 32 bits */
    assert_int_equal(INetworkInterface_Send(card, parts, 0), E_INVALIDARG);
    parts[0].size_bytes = 0;
    assert_int_equal(INetworkInterface_Send(card, parts, 1), E_INVALIDARG);
    assert_int_equal(fake_lan9118.sent_count, sent);
}

static void frames_that_ethernet_does_not_have_are_refused(void **state)
{
    (void)state;
    in_a_thread(send_bad_lengths);
}

/* Sends the pattern in three parts that begin at this alignment, in memory of exactly their size. */
static void send_scattered(uint32_t alignment, uint32_t first, uint32_t second, uint32_t third,
                           uint32_t expected_parts)
{
    uint32_t sizes[3] = {first, second, third}, at = 0, i;
    struct net_part parts[3];
    uint8_t *memory[3];

    for (i = 0; i < 3; i++) {
        memory[i] = test_malloc(alignment + sizes[i]);
        memcpy(memory[i] + alignment, pattern + at, sizes[i]);
        parts[i] = (struct net_part){memory[i] + alignment, sizes[i]};
        at += sizes[i];
    }
    assert_int_equal(INetworkInterface_Send(card, parts, 3), S_OK);
    assert_int_equal(fake_lan9118.sent_parts, expected_parts);
    assert_memory_equal(fake_lan9118.sent, pattern, at);
    for (i = 0; i < 3; i++)
        test_free(memory[i]);
}

static void send_at_every_alignment(void)
{
    uint32_t alignment, first, second, third;

    fill_pattern();
    for (alignment = 0; alignment < 4; alignment++)
        for (first = 1; first < 10; first++)
            for (second = 1; second < 10; second++)
                for (third = 1; third < 10; third++)
                    send_scattered(alignment, first, second, third, second < 4 ? 1 : 3);
}

static void parts_lie_at_any_address(void **state)
{
    (void)state;
    in_a_thread(send_at_every_alignment);
}

/* Parts of this size, each off by one from a word: they use most of two words where one would do. */
static void send_in_parts_of(uint32_t size, uint32_t expected_parts)
{
    static uint8_t memory[INTERFACE_FRAME_MAX][8] __attribute__((aligned(8)));
    static struct net_part parts[INTERFACE_FRAME_MAX];
    uint32_t count = INTERFACE_FRAME_MAX / size, i;

    assert_true(size <= 7);
    for (i = 0; i < count; i++) {
        memcpy(memory[i] + 1, pattern + i * size, size);
        parts[i] = (struct net_part){memory[i] + 1, size};
    }
    assert_int_equal(INetworkInterface_Send(card, parts, count), S_OK);
    assert_int_equal(fake_lan9118.sent_parts, expected_parts);
    assert_int_equal(fake_lan9118.sent_bytes, count * size);
    assert_memory_equal(fake_lan9118.sent, pattern, count * size);
}

static void send_very_scattered(void)
{
    fill_pattern();
    send_in_parts_of(7, INTERFACE_FRAME_MAX / 7); /* 216 parts of two words each */
    send_in_parts_of(4, 1);                       /* 378 would be more than the card gathers */
    send_in_parts_of(1, 1);
}

static void frame_in_too_many_parts_is_gathered(void **state)
{
    (void)state;
    in_a_thread(send_very_scattered);
}

static void send_while_it_is_stuck(void)
{
    struct net_part whole = {pattern, INTERFACE_FRAME_MAX};
    uint32_t sent = fake_lan9118.sent_count;
    int64_t begin_ns;

    fake_lan9118.stuck = true;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK); /* they are on their way */
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    begin_ns = machine.now_ns;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), OS_E_IO); /* full, and nothing leaves */
    assert_in_range(machine.now_ns - begin_ns, 100 * MS, 250 * MS);
    assert_int_equal(fake_lan9118.tx_used_bytes, 0);
    assert_int_equal(fake_lan9118.sent_count, sent);
    fake_lan9118.stuck = false;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK); /* it was restarted */
    assert_int_equal(fake_lan9118.sent_count, sent + 1);
    assert_memory_equal(fake_lan9118.sent, pattern, INTERFACE_FRAME_MAX);
}

static void full_transmitter_is_restarted(void **state)
{
    (void)state;
    in_a_thread(send_while_it_is_stuck);
}

static void send_into(uint32_t free_bytes, HRESULT expected)
{
    struct net_part parts[2] = {{pattern, 20}, {pattern + 20, 1001}};

    fake_lan9118.tx_used_bytes = FAKE_LAN9118_TX_BYTES - free_bytes;
    assert_int_equal(INetworkInterface_Send(card, parts, 2), expected);
}

/* Two parts, of 20 bytes and 1,004 with their last word, three words of commands. */
static void send_what_just_fits(void)
{
    send_into(20 + 1004 + 12, S_OK);
    send_into(20 + 1004 + 8, OS_E_IO);
    send_into(20 + 1004 + 12, S_OK);
}

static void frame_is_sent_when_it_just_fits(void **state)
{
    (void)state;
    in_a_thread(send_what_just_fits);
}

/* The wire becomes free while somebody waits for room. */
static void free_the_wire(void *argument)
{
    (void)argument;
    fake_lan9118_unstick();
}

static void send_more_than_fits(void)
{
    struct net_part whole = {pattern, INTERFACE_FRAME_MAX};
    uint32_t sent = fake_lan9118.sent_count, i;

    fake_lan9118.stuck = true;
    for (i = 0; i < 3; i++)
        assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    assert_int_equal(fake_lan9118.sent_count, sent);
    fake_machine_thread("wire", free_the_wire, NULL);
    fake_machine_work(20 * MS); /* it runs when this thread's time is over */
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    assert_true(fake_lan9118.sent_count > sent);
    for (i = 0; i < 1000; i++) /* more than there are statuses: nobody reads them */
        assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
}

static void frames_wait_for_room(void **state)
{
    (void)state;
    in_a_thread(send_more_than_fits);
}

/* A frame of this length with contents of its own. */
static void make_frame(uint8_t *frame, uint32_t length, uint32_t number)
{
    uint32_t i;

    for (i = 0; i < length; i++)
        frame[i] = (uint8_t)(number * 31 + i);
}

static void expect_frame(uint32_t length, uint32_t number)
{
    uint8_t *frame = test_malloc(INTERFACE_FRAME_MAX), expected[INTERFACE_FRAME_MAX];
    uint32_t got = 0;

    make_frame(expected, length, number);
    assert_int_equal(INetworkInterface_Receive(card, frame, &got), S_OK);
    assert_int_equal(got, length);
    assert_memory_equal(frame, expected, length);
    test_free(frame);
}

static void expect_nothing(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t length = 77;

    assert_int_equal(INetworkInterface_Receive(card, frame, &length), S_FALSE);
    assert_int_equal(length, 77);
}

static void receive_all_lengths(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t length;

    expect_nothing();
    for (length = 14; length <= INTERFACE_FRAME_MAX; length++) {
        make_frame(frame, length, length);
        assert_true(fake_lan9118_receive(frame, length, 0));
        expect_frame(length, length);
    }
    expect_nothing();
    assert_int_equal(fake_lan9118.rx_count, 0);
    assert_int_equal(fake_lan9118.underruns, 0);
}

static void frames_of_all_lengths_are_received(void **state)
{
    (void)state;
    in_a_thread(receive_all_lengths);
}

static void overrun_with(uint32_t length, uint32_t fit)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t sent = 0, got;

    do {
        make_frame(frame, length, sent);
        sent++;
    } while (fake_lan9118_receive(frame, length, 0));
    assert_int_equal(sent - 1, fit); /* what the card holds: the last did not fit */
    for (got = 0; got < fit; got++)
        expect_frame(length, got);
    expect_nothing();
    make_frame(frame, 100, 1);
    assert_true(fake_lan9118_receive(frame, 100, 0)); /* and goes on after the overrun */
    expect_frame(100, 1);
}

static void overrun_both_fifos(void)
{
    assert_int_equal(INetworkInterface_GetDepth(card), 6);
    overrun_with(1514, 6); /* data */
    overrun_with(50, 176); /* statuses */
    assert_int_equal(fake_lan9118.underruns, 0);
}

static void overrun_loses_only_what_does_not_fit(void **state)
{
    (void)state;
    in_a_thread(overrun_both_fifos);
}

static void receive_bad_frames(void)
{
    static uint8_t frame[2048];

    make_frame(frame, 300, 9);
    assert_true(fake_lan9118_receive(frame, 300, FRAME_BAD));
    assert_true(fake_lan9118_receive(frame, 300, FRAME_FILTERED));
    assert_true(fake_lan9118_receive(frame, 13, 0)); /* not even a header */
    assert_true(fake_lan9118_receive(frame, 1515, 0));
    assert_true(fake_lan9118_receive(frame, 2047, 0)); /* which an emulator lets through */
    assert_true(fake_lan9118_receive(frame, 300, 0));
    expect_frame(300, 9);
    expect_nothing();
    assert_int_equal(fake_lan9118.underruns, 0);
}

static void frames_with_errors_are_skipped(void **state)
{
    (void)state;
    in_a_thread(receive_bad_frames);
}

static void damage_the_fifos(void)
{
    uint8_t frame[200];

    make_frame(frame, 200, 6);
    assert_true(fake_lan9118_receive(frame, 100, 0));
    fake_lan9118.rx_statuses[fake_lan9118.rx_status_first] = 1000u << 16; /* more than is there */
    assert_true(fake_lan9118_receive(frame, 100, 0));
    expect_nothing(); /* it was restarted empty */
    assert_int_equal(fake_lan9118.rx_count, 0);
    assert_int_equal(fake_lan9118.rx_status_count, 0);
    assert_true(fake_lan9118_receive(frame, 200, 0));
    expect_frame(200, 6);

    assert_true(fake_lan9118_receive(frame, 200, 0));
    fake_lan9118.rx_count -= 2; /* an overrun that went wrong */
    fake_lan9118.interrupts |= RECEIVER_ERROR;
    assert_int_equal(INetworkInterface_Wake(card), S_OK);
    assert_int_equal(INetworkInterface_Wait(card, machine.now_ns + MS), S_OK);
    expect_nothing();
    assert_int_equal(fake_lan9118.interrupts & RECEIVER_ERROR, 0);
    assert_true(fake_lan9118_receive(frame, 200, 0));
    expect_frame(200, 6);
    assert_int_equal(fake_lan9118.underruns, 0);
}

static void damaged_receiver_is_restarted(void **state)
{
    (void)state;
    in_a_thread(damage_the_fifos);
}

static void expect_quick_wait(void)
{
    int64_t begin_ns = machine.now_ns;

    assert_int_equal(INetworkInterface_Wait(card, begin_ns + 1000 * MS), S_OK);
    assert_true(machine.now_ns < begin_ns + MS);
}

static void expect_long_wait(void)
{
    int64_t begin_ns = machine.now_ns;

    assert_int_equal(INetworkInterface_Wait(card, begin_ns + 5 * MS), S_OK);
    assert_true(machine.now_ns >= begin_ns + 5 * MS);
}

/* In the middle of a wait. */
static void receive_with_interrupt(void *argument)
{
    uint8_t frame[100];

    make_frame(frame, sizeof(frame), 3);
    assert_true(fake_lan9118_receive(frame, sizeof(frame), 0));
    assert_true(fake_lan9118_receive(frame, sizeof(frame), 0));
    assert_true(fake_lan9118_interrupts());
    fake_machine_interrupt(LINE);
    assert_false(fake_lan9118_interrupts()); /* silent, however many frames there are */
    fake_machine_interrupt(LINE);            /* another's on the same line */
    *(bool *)argument = true;
}

static void wait_for_frames(void)
{
    bool came = false;

    expect_long_wait();
    fake_machine_thread("wire", receive_with_interrupt, &came);
    expect_quick_wait();
    assert_true(came);
    expect_frame(100, 3);
    expect_quick_wait(); /* there is still one */
    expect_frame(100, 3);
    expect_nothing();
    expect_long_wait();
    assert_int_equal(INetworkInterface_Wake(card), S_OK); /* before the wait: it is not lost */
    expect_quick_wait();
    expect_long_wait();
}

static void interrupt_or_wake_ends_a_wait(void **state)
{
    (void)state;
    in_a_thread(wait_for_frames);
    fake_lan9118.edge = true;
    in_a_thread(wait_for_frames);
    fake_lan9118.edge = false;
}

/* Lets the driver see what the PHY said, as an interrupt does. */
static void look_at_the_phy(void)
{
    assert_true(fake_lan9118_interrupts());
    fake_machine_interrupt(LINE);
    expect_quick_wait();
    expect_long_wait();
    assert_false(fake_lan9118_interrupts());
}

static void change_the_link(void)
{
    static const struct {
        uint32_t partner;
        bool full;
    } links[] = {{0x0000, false}, {0x0080, false}, {0x0180, true},
                 {0x0020, false}, {0x0060, true},  {0x00E0, false}};
    uint32_t i;

    expect_long_wait();
    for (i = 0; i < sizeof(links) / sizeof(links[0]); i++) {
        fake_lan9118_link(links[i].partner);
        look_at_the_phy();
        assert_int_equal(fake_lan9118.mac_control, (links[i].full ? FULL_DUPLEX : 0) | 0xC);
    }
}

static void duplex_follows_the_link(void **state)
{
    (void)state;
    in_a_thread(change_the_link);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_that_is_not_there_is_not_present),
        cmocka_unit_test(card_that_does_not_work_is_an_error),
        cmocka_unit_test(card_is_set_up_with_its_address),
        cmocka_unit_test(frames_are_sent_in_their_parts),
        cmocka_unit_test(frames_that_ethernet_does_not_have_are_refused),
        cmocka_unit_test(parts_lie_at_any_address),
        cmocka_unit_test(frame_in_too_many_parts_is_gathered),
        cmocka_unit_test(full_transmitter_is_restarted),
        cmocka_unit_test(frame_is_sent_when_it_just_fits),
        cmocka_unit_test(frames_wait_for_room),
        cmocka_unit_test(frames_of_all_lengths_are_received),
        cmocka_unit_test(overrun_loses_only_what_does_not_fit),
        cmocka_unit_test(frames_with_errors_are_skipped),
        cmocka_unit_test(damaged_receiver_is_restarted),
        cmocka_unit_test(interrupt_or_wake_ends_a_wait),
        cmocka_unit_test(duplex_follows_the_link),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
