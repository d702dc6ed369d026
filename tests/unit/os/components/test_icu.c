/* Interrupt routines, and the events that they set. */
#include "machine_fixture.h"

enum { LINE = 5 };

static struct synchro_mutex mutex;
static struct synchro_event event;

static HRESULT routine_result;

static HRESULT routine(void *context)
{
    note(*(const char *)context);
    return routine_result;
}

static HRESULT not_mine(void *context)
{
    note(*(const char *)context);
    return E_FAIL;
}

static HRESULT wait_event(int64_t timeout_ns)
{
    return ISynchro_WaitEvent(machine.synchro, &event, machine.now_ns + timeout_ns);
}

static void interrupt(uint32_t irq)
{
    fake_machine_interrupt(irq);
}

static void connect_and_raise(void *argument)
{
    (void)argument;
    assert_int_equal(machine.lines_enabled & 1u << LINE, 0);
    assert_int_equal(IInterruptController_Connect(machine.icu, LINE, "x", routine, "x", &event), S_OK);
    assert_int_equal(IInterruptController_Connect(machine.icu, LINE, "y", not_mine, "y", NULL), S_OK);
    assert_int_not_equal(machine.lines_enabled & 1u << LINE, 0);

    routine_result = S_OK;
    interrupt(LINE);
    assert_string_equal(trace, "yx");
    assert_int_equal(wait_event(MS), S_OK);
    routine_result = S_FALSE;
    interrupt(LINE);
    assert_int_equal(wait_event(MS), RPC_E_TIMEOUT);

    assert_int_equal(IInterruptController_Disconnect(machine.icu, LINE, routine, "x"), S_OK);
    assert_int_equal(IInterruptController_Disconnect(machine.icu, LINE, routine, "x"), E_INVALIDARG);
    interrupt(LINE);
    assert_string_equal(trace, "yxyxy");
    assert_int_equal(IInterruptController_Disconnect(machine.icu, LINE, not_mine, "y"), S_OK);
    assert_int_equal(machine.lines_enabled & 1u << LINE, 0);
    interrupt(LINE);
    assert_string_equal(trace, "yxyxy");
    assert_int_equal(IInterruptController_Connect(machine.icu, BOARD_IRQS, "z", routine, "z", NULL),
                     E_INVALIDARG);
    assert_int_equal(IInterruptController_Disconnect(machine.icu, BOARD_IRQS, routine, "z"), E_INVALIDARG);
}

static void an_interrupt_sets_the_event_of_its_routine(void **state)
{
    (void)state;
    fake_machine_run(connect_and_raise, NULL);
}

static void wait_for_device(void *argument)
{
    (void)argument;
    assert_int_equal(wait_event(1000 * MS), S_OK);
    note('w');
}

static void raise_while_somebody_waits(void *argument)
{
    (void)argument;
    routine_result = S_OK;
    assert_int_equal(IInterruptController_Connect(machine.icu, LINE, "x", routine, "x", &event), S_OK);
    fake_machine_thread("waits", wait_for_device, NULL);
    assert_int_equal(IThreads_Yield(machine.threads), S_OK);
    interrupt(LINE);
    interrupt(LINE); /* nobody waits any more: the event stays set */
    sleep_until(machine.now_ns + MS);
    assert_string_equal(trace, "xxw");
    assert_int_equal(wait_event(0), S_OK);
    assert_int_equal(IInterruptController_Disconnect(machine.icu, LINE, routine, "x"), S_OK);
}

static void an_interrupt_wakes_who_waits(void **state)
{
    (void)state;
    fake_machine_run(raise_while_somebody_waits, NULL);
}

static void lock_mutex(void *argument)
{
    (void)argument;
    assert_int_equal(ISynchro_Lock(machine.synchro, &mutex), S_OK);
}

static void block_forever(void *argument)
{
    (void)argument;
    sleep_until(INT64_MAX);
}

static void break_interrupt_rules(void *argument)
{
    (void)argument;
    kernel_interrupt_owner = "device";
    fake_machine_expect_panic(lock_mutex, NULL, "called inside an interrupt routine", "ISynchro::Lock");
    fake_machine_expect_panic(block_forever, NULL, "called inside an interrupt routine",
                              "IThreads::SleepUntil");
    kernel_interrupt_owner = NULL;
}

static void blocking_inside_an_interrupt_panics(void **state)
{
    (void)state;
    fake_machine_run(break_interrupt_rules, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_interrupt_sets_the_event_of_its_routine, clear),
        cmocka_unit_test_setup(an_interrupt_wakes_who_waits, clear),
        cmocka_unit_test_setup(blocking_inside_an_interrupt_panics, clear),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
