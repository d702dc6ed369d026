/* The PC's interrupt controllers, timer and clock on hardware that is played. */
#include <arch.h>
#include <cmocka_all.h>
#include <port_io.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MS INT64_C(1000000)

enum {
    PIC1 = 0x20,
    PIC2 = 0xA0,
    END_OF_INTERRUPT = 0x20,
    PIT_CHANNEL0 = 0x40,
    PIT_CHANNEL2 = 0x42,
    PIT_COMMAND = 0x43,
    SPEAKER = 0x61,
    GHZ = 3 /* of the processor's counter */
};

/* Every access takes a microsecond, and one of them longer if the machine is stopped there. */
static struct {
    int64_t now_ns;
    uint32_t accesses;
    uint32_t stall_at; /* the access after which the machine stands still; 0: none */
    int64_t stall_ns;
    int64_t channel2_end_ns;
    uint32_t latched[2]; /* what was written to channels 0 and 2: low, then high byte */
    bool has_low[2];
    uint8_t in_service[2];
    uint8_t mask[2];
    uint8_t ends[2]; /* of interrupts */
} hardware;

static void pass_time(void)
{
    hardware.now_ns += 1000;
    if (++hardware.accesses == hardware.stall_at)
        hardware.now_ns += hardware.stall_ns;
}

static void write_channel(uint32_t index, uint8_t value)
{
    if (!hardware.has_low[index]) {
        hardware.latched[index] = value;
    } else {
        hardware.latched[index] |= (uint32_t)value << 8;
        hardware.channel2_end_ns = hardware.now_ns + (int64_t)hardware.latched[1] * 1000000000 / 1193182;
    }
    hardware.has_low[index] = !hardware.has_low[index];
}

static void write_pic(uint32_t index, uint16_t offset, uint8_t value)
{
    if (offset == 1)
        hardware.mask[index] = value;
    else if (value == END_OF_INTERRUPT)
        hardware.ends[index]++;
}

void out8(uint16_t port, uint8_t value)
{
    if ((port & ~1) == PIC1 || (port & ~1) == PIC2)
        write_pic((port & ~1) == PIC2, port & 1, value);
    else if (port == PIT_CHANNEL0 || port == PIT_CHANNEL2)
        write_channel(port == PIT_CHANNEL2, value);
    else
        assert_true(port == PIT_COMMAND || port == SPEAKER);
    pass_time();
}

uint8_t in8(uint16_t port)
{
    uint8_t value = 0;

    if (port == SPEAKER)
        value = hardware.now_ns >= hardware.channel2_end_ns ? 0x20 : 0;
    else
        value = hardware.in_service[port == PIC2];
    pass_time();
    return value;
}

uint64_t read_counter(void)
{
    pass_time();
    return (uint64_t)hardware.now_ns * GHZ;
}

/* How wrong the clock of a machine is that was stopped while it measured, in parts of 1000. */
static int error_of_clock(uint32_t stall_at)
{
    pid_t child = fork(); /* it measures once in the life of a kernel */
    int status;

    assert_true(child >= 0);
    if (child == 0) {
        int64_t before_ns, error;

        hardware.stall_at = stall_at;
        hardware.stall_ns = 20 * MS;
        before_ns = board_clock_ns();
        hardware.now_ns += 1000 * MS;
        error = (board_clock_ns() - before_ns - 1000 * MS) / MS;
        _exit((int)(error < 0 ? -error : error) & 0x7F);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void clock_is_right_wherever_the_machine_was_stopped(void **state)
{
    uint32_t access;

    (void)state;
    assert_in_range(error_of_clock(0), 0, 4);
    for (access = 1; access < 12; access++) /* around the begin */
        assert_in_range(error_of_clock(access), 0, 4);
    for (access = 4980; access < 5030; access++) /* around the end: two accesses for each look */
        assert_in_range(error_of_clock(access), 0, 4);
}

static uint32_t ticks_for(int64_t from_now_ns)
{
    board_timer_arm(board_clock_ns() + from_now_ns);
    return hardware.latched[0];
}

static void timer_comes_in_time_or_as_late_as_it_can(void **state)
{
    (void)state;
    assert_int_equal(ticks_for(-5 * MS), 1);
    assert_in_range(ticks_for(1 * MS), 1180, 1194);
    assert_in_range(ticks_for(49 * MS), 58400, 58470);
    assert_int_equal(ticks_for(60 * MS), 0xFFFF);
    assert_int_equal(ticks_for(INT64_MAX / 2), 0xFFFF);
}

static void lines_are_masked_one_by_one(void **state)
{
    (void)state;
    board_irq_enable(5, true);
    board_irq_enable(9, true);
    assert_int_equal(hardware.mask[0], 0xFF & ~(1 << 5 | 1 << 2)); /* the second hangs on line 2 */
    assert_int_equal(hardware.mask[1], 0xFF & ~(1 << 1));
    board_irq_enable(5, false);
    assert_int_equal(hardware.mask[0], 0xFF & ~(1 << 2));
    assert_int_equal(hardware.mask[1], 0xFF & ~(1 << 1));
}

/* Whether it is to be handled, and how many ends each controller was told. */
static void acknowledge(uint32_t irq, bool real, uint8_t first, uint8_t second)
{
    memset(hardware.ends, 0, sizeof(hardware.ends));
    assert_int_equal(board_irq_acknowledge(irq), real);
    assert_int_equal(hardware.ends[0], first);
    assert_int_equal(hardware.ends[1], second);
}

static void spurious_interrupts_are_told_apart(void **state)
{
    (void)state;
    acknowledge(3, true, 1, 0);
    acknowledge(12, true, 1, 1);
    acknowledge(7, false, 0, 0);
    acknowledge(15, false, 1, 0); /* the first one did see it */
    hardware.in_service[0] = hardware.in_service[1] = 0x80;
    acknowledge(7, true, 1, 0);
    acknowledge(15, true, 1, 1);
    acknowledge(BOARD_IRQS, false, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_right_wherever_the_machine_was_stopped),
        cmocka_unit_test(timer_comes_in_time_or_as_late_as_it_can),
        cmocka_unit_test(lines_are_masked_one_by_one),
        cmocka_unit_test(spurious_interrupts_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
