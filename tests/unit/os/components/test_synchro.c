/* Mutexes, conditions and events between threads, in virtual time. */
#include "machine_fixture.h"

static struct synchro_mutex mutex;
static struct synchro_condition condition;

static void lock(void)
{
    assert_int_equal(ISynchro_Lock(machine.synchro, &mutex), S_OK);
}

static void unlock(void)
{
    assert_int_equal(ISynchro_Unlock(machine.synchro, &mutex), S_OK);
}

static void lock_and_note(void *argument)
{
    lock();
    note(*(const char *)argument);
    fake_machine_work(25 * MS); /* pre-empted in the middle */
    note(*(const char *)argument);
    unlock();
}

static void contend(void *argument)
{
    (void)argument;
    fake_machine_thread("a", lock_and_note, "a");
    fake_machine_thread("b", lock_and_note, "b");
    fake_machine_thread("c", lock_and_note, "c");
    sleep_until(machine.now_ns + 500 * MS);
    assert_null(mutex.owner);
}

static void a_mutex_goes_to_the_longest_waiter(void **state)
{
    (void)state;
    fake_machine_run(contend, NULL);
    assert_string_equal(trace, "aabbcc");
}

static void lock_mutex(void *argument)
{
    (void)argument;
    lock();
}

static void unlock_mutex(void *argument)
{
    (void)argument;
    unlock();
}

static void break_mutex_rules(void *argument)
{
    (void)argument;
    fake_machine_expect_panic(unlock_mutex, NULL, "a mutex is unlocked by another thread",
                              "ISynchro::Unlock");
    lock();
    fake_machine_expect_panic(lock_mutex, NULL, "a mutex is locked twice by one thread", "ISynchro::Lock");
    unlock();
}

static void misuse_of_a_mutex_panics(void **state)
{
    (void)state;
    fake_machine_run(break_mutex_rules, NULL);
}

static void wait_and_note(void *argument)
{
    const char *letter = argument;
    HRESULT hr;

    lock();
    hr = ISynchro_Wait(machine.synchro, &condition, &mutex,
                       *letter == 't' ? machine.now_ns + 5 * MS : INT64_MAX);
    note(*letter);
    assert_int_equal(hr, *letter == 't' ? RPC_E_TIMEOUT : S_OK);
    unlock();
}

static void wake_in_turn(void *argument)
{
    (void)argument;
    fake_machine_thread("a", wait_and_note, "a");
    fake_machine_thread("t", wait_and_note, "t");
    fake_machine_thread("b", wait_and_note, "b");
    fake_machine_thread("c", wait_and_note, "c");
    sleep_until(machine.now_ns + 10 * MS);
    assert_string_equal(trace, "t");
    assert_int_equal(ISynchro_WakeOne(machine.synchro, &condition), S_OK);
    sleep_until(machine.now_ns + MS);
    assert_string_equal(trace, "ta");
    assert_int_equal(ISynchro_WakeAll(machine.synchro, &condition), S_OK);
    sleep_until(machine.now_ns + MS);
    assert_string_equal(trace, "tabc");
    assert_int_equal(ISynchro_WakeAll(machine.synchro, &condition), S_OK);

    lock();
    assert_int_equal(ISynchro_Wait(machine.synchro, &condition, &mutex, 0), RPC_E_TIMEOUT);
    unlock();
}

static void conditions_wake_in_order_and_time_out(void **state)
{
    (void)state;
    fake_machine_run(wake_in_turn, NULL);
    assert_null(condition.waiting.first);
}

static struct synchro_event event;

static void wait_condition(void *argument)
{
    (void)argument;
    com_ignore(ISynchro_Wait(machine.synchro, &condition, &mutex, INT64_MAX)); /* it panics */
}

static void wake_one(void *argument)
{
    (void)argument;
    com_ignore(ISynchro_WakeOne(machine.synchro, &condition)); /* it panics */
}

static void wake_all(void *argument)
{
    (void)argument;
    com_ignore(ISynchro_WakeAll(machine.synchro, &condition)); /* it panics */
}

static void wait_event(void *argument)
{
    (void)argument;
    com_ignore(ISynchro_WaitEvent(machine.synchro, &event, INT64_MAX)); /* it panics */
}

static void set_event(void *argument)
{
    (void)argument;
    com_ignore(ISynchro_SetEvent(machine.synchro, &event)); /* it panics */
}

static void call_all_inside_an_interrupt(void *argument)
{
    static const struct {
        void (*call)(void *argument);
        const char *name;
    } calls[] = {
        {lock_mutex, "ISynchro::Lock"},     {unlock_mutex, "ISynchro::Unlock"},
        {wait_condition, "ISynchro::Wait"}, {wake_one, "ISynchro::WakeOne"},
        {wake_all, "ISynchro::WakeAll"},    {wait_event, "ISynchro::WaitEvent"},
        {set_event, "ISynchro::SetEvent"},
    };
    size_t i;

    (void)argument;
    lock();
    kernel_interrupt_owner = "device";
    for (i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
        fake_machine_expect_panic(calls[i].call, NULL, "called inside an interrupt routine", calls[i].name);
    kernel_interrupt_owner = NULL;
    unlock();
}

static void nothing_here_is_for_interrupt_routines(void **state)
{
    (void)state;
    fake_machine_run(call_all_inside_an_interrupt, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_mutex_goes_to_the_longest_waiter, clear),
        cmocka_unit_test_setup(misuse_of_a_mutex_panics, clear),
        cmocka_unit_test_setup(conditions_wake_in_order_and_time_out, clear),
        cmocka_unit_test_setup(nothing_here_is_for_interrupt_routines, clear),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
