/* The driver on a card that is played. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <fake_ne2k.h>
#include <fake_world.h>
#include <net/interface.idl.h>
#include <string.h>

HRESULT ne2k_isa_component_main(INamespace *ns, IUnknown **out_object);

enum { LINE = 9 };

#define MS INT64_C(1000000)

static INetworkInterface *card;

static HRESULT start_driver(void)
{
    INamespace *ns = fake_namespace_create();
    HRESULT hr;

    fake_register(ns, "icu", machine.icu);
    fake_register(ns, "synchro", machine.synchro);
    hr = ne2k_isa_component_main(ns, (IUnknown **)&card);
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
    memset(&fake_ne2k, 0, sizeof(fake_ne2k));
    assert_int_equal(start_driver(), OS_E_NOT_PRESENT);
}

static void card_that_is_not_there_is_not_present(void **state)
{
    (void)state;
    in_a_thread(without_a_card);
}

static void with_a_card(void)
{
    static const uint8_t expected[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    uint8_t address[6];

    fake_ne2k_plug();
    assert_int_equal(start_driver(), S_OK);
    assert_int_equal(INetworkInterface_GetAddress(card, address), S_OK);
    assert_memory_equal(address, expected, 6);
    assert_memory_equal(fake_ne2k.address, expected, 6); /* what the card listens for */
    assert_int_equal(fake_ne2k.receive_config, 0x04);    /* broadcasts, too */
    assert_int_not_equal(machine.lines_enabled & 1u << LINE, 0);
    assert_false(fake_ne2k_interrupts());
}

static void card_is_set_up_with_its_address(void **state)
{
    (void)state;
    in_a_thread(with_a_card);
}

static void send_frames(void)
{
    static uint8_t large[INTERFACE_FRAME_MAX + 1];
    static const uint8_t zeroes[60];
    struct net_part parts[2] = {{"head", 4}, {"body", 4}}, whole = {large, INTERFACE_FRAME_MAX};
    uint32_t i;

    for (i = 0; i < sizeof(large); i++)
        large[i] = (uint8_t)(i * 7);
    assert_int_equal(INetworkInterface_Send(card, parts, 2), S_OK);
    assert_int_equal(fake_ne2k.sent_bytes, 60); /* the shortest that Ethernet has */
    assert_memory_equal(fake_ne2k.sent, "headbody", 8);
    assert_memory_equal(fake_ne2k.sent + 8, zeroes, 52);
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
    assert_int_equal(fake_ne2k.sent_bytes, INTERFACE_FRAME_MAX);
    assert_memory_equal(fake_ne2k.sent, large, INTERFACE_FRAME_MAX);
    whole.size_bytes++;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), E_INVALIDARG);
    assert_int_equal(INetworkInterface_Send(card, &whole, 0), E_INVALIDARG);
    parts[1].size_bytes = UINT32_MAX; /* the sum is 3 in 32 bits */
    assert_int_equal(INetworkInterface_Send(card, parts, 2), E_INVALIDARG);
    assert_int_equal(fake_ne2k.sent_count, 2);

    fake_ne2k.stuck = true;
    whole.size_bytes = 100;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK); /* it is on its way */
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), OS_E_IO);
    fake_ne2k.stuck = false;
    fake_ne2k.command &= (uint8_t)~0x04;
    assert_int_equal(INetworkInterface_Send(card, &whole, 1), S_OK);
}

static void frames_are_gathered_and_padded(void **state)
{
    (void)state;
    in_a_thread(send_frames);
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
    uint8_t frame[INTERFACE_FRAME_MAX], expected[INTERFACE_FRAME_MAX];
    uint32_t got = 0;

    make_frame(expected, length, number);
    assert_int_equal(INetworkInterface_Receive(card, frame, &got), S_OK);
    assert_int_equal(got, length);
    assert_memory_equal(frame, expected, length);
}

/* Lengths that end before, at and behind the ends of pages and of the ring. */
static void receive_around_the_ring(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t number, length;

    assert_int_equal(INetworkInterface_Receive(card, frame, &length), S_FALSE);
    for (number = 0; number < 1000; number++) {
        length = 60 + number * 37 % (INTERFACE_FRAME_MAX - 59);
        make_frame(frame, length, number);
        assert_true(fake_ne2k_receive(frame, length));
        expect_frame(length, number);
    }
    assert_int_equal(INetworkInterface_Receive(card, frame, &length), S_FALSE);
}

static void frames_are_received_all_around_the_ring(void **state)
{
    (void)state;
    in_a_thread(receive_around_the_ring);
}

static void receive_many(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t sent = 0, got, length;

    do {
        make_frame(frame, 1000, sent);
        sent++;
    } while (fake_ne2k_receive(frame, 1000));
    assert_in_range(sent, 25, 35); /* what the ring holds: the last did not fit */
    for (got = 0; got < sent - 1; got++)
        expect_frame(1000, got);
    assert_int_equal(INetworkInterface_Receive(card, frame, &length), S_FALSE);
    make_frame(frame, 100, 1);
    assert_true(fake_ne2k_receive(frame, 100)); /* and goes on after the overflow */
    expect_frame(100, 1);
}

static void fill_with_the_longest(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t kept = 0, got;

    make_frame(frame, sizeof(frame), 3);
    while (fake_ne2k_receive(frame, sizeof(frame)))
        kept++;
    assert_int_equal(INetworkInterface_GetDepth(card), kept);
    for (got = 0; got < kept; got++)
        expect_frame(sizeof(frame), 3);
}

static void depth_is_what_the_ring_keeps(void **state)
{
    (void)state;
    in_a_thread(fill_with_the_longest);
}

static void full_ring_loses_only_what_does_not_fit(void **state)
{
    (void)state;
    in_a_thread(receive_many);
}

static void damage_the_ring(void)
{
    uint8_t frame[INTERFACE_FRAME_MAX];
    uint32_t length, at = fake_ne2k.current * 256u;

    make_frame(frame, 100, 5);
    assert_true(fake_ne2k_receive(frame, 100));
    fake_ne2k.memory[at + 3] = 0xFF; /* a length that no frame has */
    assert_true(fake_ne2k_receive(frame, 100));
    assert_int_equal(INetworkInterface_Receive(card, frame, &length), S_FALSE);
    make_frame(frame, 200, 6);
    assert_true(fake_ne2k_receive(frame, 200));
    expect_frame(200, 6);
}

static void damaged_ring_is_emptied(void **state)
{
    (void)state;
    in_a_thread(damage_the_ring);
}

static void wait_for_frames(void)
{
    uint8_t frame[100] = {0};
    int64_t begin_ns;

    while (fake_ne2k_interrupts())
        fake_machine_interrupt(LINE); /* of what other tests received */
    assert_int_equal(INetworkInterface_Wait(card, 1), S_OK);
    begin_ns = machine.now_ns;
    assert_int_equal(INetworkInterface_Wait(card, begin_ns + 5 * MS), S_OK);
    assert_true(machine.now_ns >= begin_ns + 5 * MS); /* nothing came */

    assert_true(fake_ne2k_receive(frame, sizeof(frame)));
    assert_true(fake_ne2k_interrupts());
    fake_machine_interrupt(LINE);
    assert_false(fake_ne2k_interrupts());
    begin_ns = machine.now_ns;
    assert_int_equal(INetworkInterface_Wait(card, begin_ns + 1000 * MS), S_OK);
    assert_true(machine.now_ns < begin_ns + MS);

    assert_int_equal(INetworkInterface_Wake(card), S_OK); /* before the wait: it is not lost */
    assert_int_equal(INetworkInterface_Wait(card, begin_ns + 1000 * MS), S_OK);
    assert_true(machine.now_ns < begin_ns + MS);
}

static void interrupt_or_wake_ends_a_wait(void **state)
{
    (void)state;
    in_a_thread(wait_for_frames);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(card_that_is_not_there_is_not_present),
        cmocka_unit_test(card_is_set_up_with_its_address),
        cmocka_unit_test(frames_are_gathered_and_padded),
        cmocka_unit_test(frames_are_received_all_around_the_ring),
        cmocka_unit_test(depth_is_what_the_ring_keeps),
        cmocka_unit_test(full_ring_loses_only_what_does_not_fit),
        cmocka_unit_test(damaged_ring_is_emptied),
        cmocka_unit_test(interrupt_or_wake_ends_a_wait),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
