/* The AN385's clock and timer on hardware that is played. */
#include <arch.h>
#include <cmocka_all.h>
#include <nvic.h>
#include <register_io.h>
#include <string.h>

#define MS INT64_C(1000000)
#define SECOND INT64_C(1000000000)

void clock_init(void);

enum { NS_PER_TICK = 40, INTERRUPTS_ON = 1 };

static struct {
    int64_t now_ns;
    uint32_t seconds_offset, counter_offset; /* what the counters said when the hardware was switched on */
    uint32_t timer_control, timer_value, timer_reload;
    uint32_t timer_writes;
    bool timer_status;
    uint32_t interrupts;
    uint32_t enabled; /* a bit each */
} hardware;

uint32_t read32(uintptr_t address)
{
    /* A look without interrupts off would be torn by one that comes in between. */
    assert_int_equal(hardware.interrupts, 0);
    switch (address) {
    case 0x40028010:
        return hardware.seconds_offset + (uint32_t)(hardware.now_ns / SECOND);
    case 0x40028018:
        return hardware.counter_offset + (uint32_t)(hardware.now_ns / NS_PER_TICK);
    default:
        fail_msg("register %lx is read", (unsigned long)address);
        return 0;
    }
}

void write32(uintptr_t address, uint32_t value)
{
    switch (address) {
    case 0x40000000:
        hardware.timer_control = value;
        break;
    case 0x40000004:
        hardware.timer_value = value;
        hardware.timer_writes++;
        break;
    case 0x40000008:
        hardware.timer_reload = value;
        break;
    case 0x4000000C:
        if (value & 1)
            hardware.timer_status = false;
        break;
    case 0x40028010:
        hardware.seconds_offset = value - (uint32_t)(hardware.now_ns / SECOND);
        break;
    case 0x40028018:
        hardware.counter_offset = value - (uint32_t)(hardware.now_ns / NS_PER_TICK);
        break;
    case 0x4002801C:
        assert_int_equal(value, 0); /* every tick counts */
        break;
    default:
        fail_msg("register %lx is written", (unsigned long)address);
    }
}

uint32_t arch_interrupts_off(void)
{
    uint32_t before = hardware.interrupts;

    hardware.interrupts = 0;
    return before;
}

void arch_interrupts_restore(uint32_t before)
{
    hardware.interrupts = before;
}

void nvic_enable(uint32_t irq, bool on)
{
    hardware.enabled = (hardware.enabled & ~(1u << irq)) | (uint32_t)on << irq;
}

static int64_t clock_after(int64_t duration_ns)
{
    int64_t now_ns;

    hardware.now_ns += duration_ns;
    now_ns = board_clock_ns();
    assert_int_equal(hardware.interrupts, INTERRUPTS_ON);
    return now_ns;
}

/* One clock for the life of the program, as on the board. */
static int start(void **state)
{
    (void)state;
    hardware.interrupts = INTERRUPTS_ON;
    hardware.seconds_offset = 1234; /* of an earlier life */
    hardware.counter_offset = 0xFFFF0000;
    hardware.now_ns = 3 * SECOND / 2;
    clock_init();
    return 0;
}

static void it_begins_at_boot_and_is_never_0(void **state)
{
    int64_t before_ns = clock_after(0);

    (void)state;
    assert_in_range(before_ns, 1, NS_PER_TICK);
    assert_int_equal(clock_after(NS_PER_TICK), before_ns + NS_PER_TICK);
}

/* The counter begins again every 171.8 s: often looked at, seldom, and just about when it does. */
static void it_goes_on_when_the_counter_begins_again(void **state)
{
    static const int64_t durations_ns[] = {MS,           85 * SECOND,  86 * SECOND,  171 * SECOND,
                                           172 * SECOND, 171798691840, 171798691800, 257 * SECOND,
                                           258 * SECOND, 1000 * SECOND};
    size_t i, k;

    (void)state;
    for (i = 0; i < sizeof(durations_ns) / sizeof(durations_ns[0]); i++) {
        for (k = 0; k < 50; k++) {
            int64_t before_ns = clock_after(0);

            assert_int_equal(clock_after(durations_ns[i]), before_ns + durations_ns[i]);
        }
    }
}

/* Nobody looks for longer than the counter can say: a machine that sleeps, or that stood still. */
static void it_is_right_after_years(void **state)
{
    int64_t before_ns = clock_after(0), day_ns = 24 * 3600 * SECOND;

    (void)state;
    assert_int_equal(clock_after(day_ns), before_ns + day_ns);
    assert_int_equal(clock_after(3 * 365 * day_ns), before_ns + (1 + 3 * 365) * day_ns);
    before_ns = clock_after(0);
    assert_int_equal(clock_after(NS_PER_TICK), before_ns + NS_PER_TICK);
}

static int64_t armed_for(int64_t left_ns)
{
    board_timer_arm(board_clock_ns() + left_ns);
    return (int64_t)hardware.timer_value * NS_PER_TICK;
}

static void alarms_are_never_early_within_the_timers_reach(void **state)
{
    static const int64_t lefts_ns[] = {1, 39, 40, 41, 1000, MS, 999999937, 5 * SECOND, 34 * SECOND};
    size_t i;

    (void)state;
    assert_int_equal(hardware.timer_control, 9); /* it runs and interrupts */
    assert_int_equal(hardware.timer_reload, 0);  /* once */
    for (i = 0; i < sizeof(lefts_ns) / sizeof(lefts_ns[0]); i++)
        assert_in_range(armed_for(lefts_ns[i]), lefts_ns[i], lefts_ns[i] + NS_PER_TICK);
}

static void alarms_beyond_the_reach_come_early(void **state)
{
    (void)state;
    assert_in_range(armed_for(35 * SECOND), 30 * SECOND, 35 * SECOND);
    assert_in_range(armed_for(1000000 * SECOND), 30 * SECOND, 35 * SECOND);
    board_timer_arm(INT64_MAX);
    assert_in_range((int64_t)hardware.timer_value * NS_PER_TICK, 30 * SECOND, 35 * SECOND);
}

static void alarms_of_the_past_come_at_once(void **state)
{
    (void)state;
    assert_in_range(armed_for(0), 1, NS_PER_TICK);
    assert_in_range(armed_for(-5 * SECOND), 1, NS_PER_TICK); /* 0 would stop it */
    board_timer_arm(0);
    assert_int_equal(hardware.timer_value, 1);
}

static void lines_are_let_through_and_the_timers_is_lowered(void **state)
{
    (void)state;
    board_irq_enable(5, true);
    assert_int_equal(hardware.enabled, 1u << 5);
    board_irq_enable(5, false);
    assert_int_equal(hardware.enabled, 0);
    hardware.timer_status = true;
    assert_true(board_irq_acknowledge(5));
    assert_true(hardware.timer_status);
    assert_true(board_irq_acknowledge(BOARD_TIMER_IRQ));
    assert_false(hardware.timer_status);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_begins_at_boot_and_is_never_0),
        cmocka_unit_test(it_goes_on_when_the_counter_begins_again),
        cmocka_unit_test(it_is_right_after_years),
        cmocka_unit_test(alarms_are_never_early_within_the_timers_reach),
        cmocka_unit_test(alarms_beyond_the_reach_come_early),
        cmocka_unit_test(alarms_of_the_past_come_at_once),
        cmocka_unit_test(lines_are_let_through_and_the_timers_is_lowered),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
