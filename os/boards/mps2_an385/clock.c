/*
 * Interrupts, clock and timer of the AN385.
 *
 * The clock is a counter of 32 bits, which begins again every 171 s; a second one that counts seconds says
 * how often it did, so that nobody need look at it in time.
 */
#include <arch.h>
#include <nvic.h>
#include <register_io.h>

#define TIMER_CONTROL 0x40000000u
#define TIMER_VALUE 0x40000004u
#define TIMER_RELOAD 0x40000008u
#define TIMER_STATUS 0x4000000Cu
#define CONTROL_RUN 0x1u
#define CONTROL_INTERRUPT 0x8u

#define SECONDS 0x40028010u
#define COUNTER 0x40028018u
#define PRESCALER 0x4002801Cu

#define NS_PER_TICK 40
#define TICKS_PER_SECOND 25000000u

#define REACH_NS (INT64_C(1) << 35) /* of one alarm: an eighth of it fits 32 bits */

void clock_init(void);

int64_t board_clock_ns(void)
{
    static uint64_t ticks;   /* (interrupts off) since boot, at the last look */
    static uint32_t seconds; /* (interrupts off) at the last look */
    uint32_t interrupts = arch_interrupts_off();
    uint32_t now_seconds = read32(SECONDS), passed = read32(COUNTER) - (uint32_t)ticks;
    uint64_t expected = (uint64_t)(now_seconds - seconds) * TICKS_PER_SECOND, now;

    ticks += passed;
    /* `expected` is wrong by a second at most, so the nearest number of turns is the right one. */
    if (expected > UINT32_MAX / 2)
        ticks += (expected - passed + UINT32_MAX / 2) >> 32 << 32;
    seconds = now_seconds;
    now = ticks;
    arch_interrupts_restore(interrupts);
    return (int64_t)(now * NS_PER_TICK) + 1;
}

void clock_init(void)
{
    write32(SECONDS, 0);
    write32(PRESCALER, 0);
    write32(COUNTER, 0);
    write32(TIMER_CONTROL, 0);
    write32(TIMER_RELOAD, 0); /* it counts down once, and stands still */
    write32(TIMER_VALUE, UINT32_MAX);
    write32(TIMER_CONTROL, CONTROL_RUN | CONTROL_INTERRUPT);
    write32(TIMER_STATUS, 1);
}

void board_timer_arm(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - board_clock_ns();
    uint32_t ticks = 1;

    if (left_ns >= REACH_NS)
        left_ns = REACH_NS - 1;
    if (left_ns > 0)
        ticks = (uint32_t)(left_ns >> 3) / (NS_PER_TICK >> 3) + 1;
    write32(TIMER_VALUE, ticks);
}

void board_irq_enable(uint32_t irq, bool on)
{
    nvic_enable(irq, on);
}

/* Lines are levels: a device's driver lowers its own. */
bool board_irq_acknowledge(uint32_t irq)
{
    if (irq == BOARD_TIMER_IRQ)
        write32(TIMER_STATUS, 1);
    return true;
}
