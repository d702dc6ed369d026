/* The clock, and how often the hardware is programmed. */
#include "machine_fixture.h"

static void sleep_often(void *argument)
{
    uint32_t i, armed;
    int64_t far_ns = machine.now_ns + 1000 * MS;

    (void)argument;
    sleep_until(machine.now_ns + MS);
    armed = machine.arm_count;
    for (i = 1; i <= 100; i++) /* time-outs that are put off again and again */
        assert_int_equal(ITimer_SetAlarm(machine.timer, far_ns + i), S_OK);
    assert_int_equal(machine.arm_count, armed + 1);
}

static void a_later_alarm_does_not_program_the_hardware(void **state)
{
    (void)state;
    fake_machine_run(sleep_often, NULL);
}

static void see_time_pass(void *argument)
{
    int64_t begin_ns = ITimer_Now(machine.timer);

    (void)argument;
    assert_true(begin_ns > 0);
    fake_machine_work(7 * MS);
    assert_int_equal(ITimer_Now(machine.timer), begin_ns + 7 * MS);
}

static void the_clock_is_the_boards(void **state)
{
    (void)state;
    fake_machine_run(see_time_pass, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_later_alarm_does_not_program_the_hardware, clear),
        cmocka_unit_test_setup(the_clock_is_the_boards, clear),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
