/* What a machine may send to this one. */
#include <cmocka_all.h>
#include <string.h>
#include <switch/gateway_filter.h>

#define FRAME_BYTES 60

/* A segment of TCP from 10.0.2.15 to 10.0.2.2, with these flags. */
static void make_segment(uint8_t frame[FRAME_BYTES], uint8_t flags)
{
    static const uint8_t head[] = {
        0x52, 0x55, 10,   0,  2, 2, 0x52, 0x54, 0,  0x4D, 0x4C, 15, 0x08, 0x00, /* Ethernet */
        0x45, 0,    0,    40, 0, 1, 0x40, 0,    64, 6,    0,    0,  10,   0,    2, 15, 10, 0, 2, 2, /* IP */
        0x80, 1,    0x1B, 88, 0, 0, 0,    1,    0,  0,    0,    0,  0x50,                           /* TCP */
    };

    memset(frame, 0, FRAME_BYTES);
    memcpy(frame, head, sizeof(head));
    frame[sizeof(head)] = flags;
}

static void tcp_to_the_gateway_and_arp_pass(void **state)
{
    uint8_t frame[FRAME_BYTES];

    (void)state;
    make_segment(frame, 0x10);
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_PASSES);
    make_segment(frame, 0x02);
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_OPENS);
    make_segment(frame, 0x12); /* the answer to somebody else's */
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_PASSES);
    frame[13] = 0x06;
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_RESOLVES);
}

/* Changes one byte of a segment that passes. */
static void expect_drop(uint32_t at, uint8_t value)
{
    uint8_t frame[FRAME_BYTES];

    make_segment(frame, 0x02);
    frame[at] = value;
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_DROPS);
}

static void everything_else_is_dropped(void **state)
{
    (void)state;
    expect_drop(12, 0x86); /* another protocol */
    expect_drop(14, 0x46); /* options */
    expect_drop(14, 0x65); /* version 6 */
    expect_drop(20, 0x20); /* a fragment */
    expect_drop(21, 0x01); /* a later one */
    expect_drop(23, 1);    /* ICMP */
    expect_drop(33, 3);    /* the name server */
    expect_drop(33, 255);  /* everybody */
    expect_drop(30, 93);   /* the Internet */
    expect_drop(32, 0);    /* another network */
}

/* A datagram: the ports are where those of TCP are. */
static void udp_passes_but_not_to_what_libslirp_is_itself(void **state)
{
    uint8_t frame[FRAME_BYTES];
    uint32_t length;

    (void)state;
    make_segment(frame, 0);
    frame[23] = 17;
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_OPENS);
    for (length = 0; length < 42; length++)
        assert_int_equal(gateway_filter(frame, length), GATEWAY_DROPS);
    assert_int_equal(gateway_filter(frame, 42), GATEWAY_OPENS);
    frame[36] = 0x03; /* port 1023 */
    frame[37] = 0xFF;
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_DROPS);
    frame[36] = 0; /* the name server's */
    frame[37] = 53;
    assert_int_equal(gateway_filter(frame, FRAME_BYTES), GATEWAY_DROPS);
}

static void every_length_is_looked_at_safely(void **state)
{
    uint8_t frame[FRAME_BYTES];
    uint32_t length;

    (void)state;
    make_segment(frame, 0x02);
    for (length = 0; length < 54; length++) {
        uint8_t *copy = (uint8_t *)test_malloc(length + 1); /* its end is watched */

        memcpy(copy, frame, length);
        assert_int_equal(gateway_filter(copy, length), GATEWAY_DROPS);
        test_free(copy);
    }
    assert_int_equal(gateway_filter(frame, 54), GATEWAY_OPENS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tcp_to_the_gateway_and_arp_pass),
        cmocka_unit_test(everything_else_is_dropped),
        cmocka_unit_test(udp_passes_but_not_to_what_libslirp_is_itself),
        cmocka_unit_test(every_length_is_looked_at_safely),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
