/* The interrupt controllers (8259) and the timer (8254) of the PC; the clock is the CPU's counter, measured
 * by it. */
#include <arch.h>
#include <port_io.h>

#define PIC1 0x20
#define PIC2 0xA0
#define PIC_EOI 0x20
#define PIC_READ_IN_SERVICE 0x0B
#define FIRST_VECTOR 32

#define PIT_HZ 1193182
#define PIT_CHANNEL0 0x40
#define PIT_CHANNEL2 0x42
#define PIT_COMMAND 0x43
#define PIT_ONE_SHOT0 0x30 /* channel 0, low and high byte, mode 0 */
#define PIT_ONE_SHOT2 0xB0
#define SPEAKER 0x61
#define CALIBRATION_TICKS 11932 /* 10 ms */
#define CALIBRATION_NS 10000000u
#define CALIBRATION_ERROR 200u /* good enough: one part of so many */
#define CALIBRATION_TRIES 5u

#define FRACTION_BITS 24

static bool pics_ready;
static uint16_t masked = 0xFFFF;
static uint64_t counter_at_boot;
static uint32_t ns_per_count; /* with FRACTION_BITS behind the point */

/* ---- interrupts ---- */

static void write_masks(void)
{
    out8(PIC1 + 1, (uint8_t)masked);
    out8(PIC2 + 1, (uint8_t)(masked >> 8));
}

static void init_pics(void)
{
    out8(PIC1, 0x11); /* initialise, with a fourth word */
    out8(PIC2, 0x11);
    out8(PIC1 + 1, FIRST_VECTOR);
    out8(PIC2 + 1, FIRST_VECTOR + 8);
    out8(PIC1 + 1, 4); /* the second hangs on line 2 */
    out8(PIC2 + 1, 2);
    out8(PIC1 + 1, 1);
    out8(PIC2 + 1, 1);
    masked = (uint16_t) ~(1u << 2);
    write_masks();
    pics_ready = true;
}

void board_irq_enable(uint32_t irq, bool on)
{
    if (!pics_ready)
        init_pics();
    if (on)
        masked &= (uint16_t) ~(1u << irq);
    else
        masked |= (uint16_t)(1u << irq);
    write_masks();
}

/* Lines 7 and 15 also fire when a request vanished: then they are not in service. */
static bool is_spurious(uint32_t irq)
{
    uint16_t pic = irq == 7 ? PIC1 : PIC2;

    if (irq != 7 && irq != 15)
        return false;
    out8(pic, PIC_READ_IN_SERVICE);
    if (in8(pic) & 0x80)
        return false;
    if (irq == 15)
        out8(PIC1, PIC_EOI); /* the first one did see it */
    return true;
}

bool board_irq_acknowledge(uint32_t irq)
{
    if (irq >= BOARD_IRQS || is_spurious(irq))
        return false;
    if (irq >= 8)
        out8(PIC2, PIC_EOI);
    out8(PIC1, PIC_EOI);
    return true;
}

/* ---- time ---- */

/*
 * The counts of 10 ms, and by how many they may be wrong: somewhere between two readings the timer began, and
 * between two others it ended.
 */
static uint64_t measure(uint64_t *out_error)
{
    uint64_t before_begin, begin, before_end, end;

    out8(SPEAKER, (uint8_t)((in8(SPEAKER) & ~0x02u) | 0x01u)); /* gate on, speaker off */
    out8(PIT_COMMAND, PIT_ONE_SHOT2);
    out8(PIT_CHANNEL2, (uint8_t)CALIBRATION_TICKS);
    before_begin = read_counter();
    out8(PIT_CHANNEL2, (uint8_t)(CALIBRATION_TICKS >> 8));
    begin = end = read_counter();
    do {
        before_end = end;
        end = read_counter();
    } while (!(in8(SPEAKER) & 0x20));
    end = read_counter();
    *out_error = begin - before_begin + (end - before_end);
    return end - begin;
}

/* A virtual machine may stand still between two readings, so the best of a few measurements counts. */
static void calibrate(void)
{
    uint64_t counts = 1, error = 0, best_error = UINT64_MAX;
    uint32_t tries = 0;

    counter_at_boot = read_counter();
    do {
        uint64_t measured = measure(&error);

        if (error < best_error) {
            best_error = error;
            counts = measured ? measured : 1;
        }
    } while (best_error > counts / CALIBRATION_ERROR && ++tries < CALIBRATION_TRIES);
    ns_per_count = (uint32_t)(((uint64_t)CALIBRATION_NS << FRACTION_BITS) / counts);
}

int64_t board_clock_ns(void)
{
    uint64_t count;

    if (!ns_per_count)
        calibrate();
    count = read_counter() - counter_at_boot;
    /* In two halves, so that it does not overflow for centuries. One more: a time is never 0. */
    return (int64_t)(((count >> 32) * ns_per_count << (32 - FRACTION_BITS)) +
                     ((count & 0xFFFFFFFF) * ns_per_count >> FRACTION_BITS) + 1);
}

void board_timer_arm(int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - board_clock_ns();
    uint32_t ticks = 0xFFFF; /* 55 ms: who waits longer arms it again */

    if (left_ns < 50000000)
        ticks = left_ns > 0 ? (uint32_t)left_ns / 1000 * (PIT_HZ / 1000) / 1000 + 1 : 1;
    out8(PIT_COMMAND, PIT_ONE_SHOT0);
    out8(PIT_CHANNEL0, (uint8_t)ticks);
    out8(PIT_CHANNEL0, (uint8_t)(ticks >> 8));
}
