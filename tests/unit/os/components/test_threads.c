/* Threads, synchronisation, timer, interrupts and the round-robin scheduler together, in virtual time. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <string.h>

#define MS INT64_C(1000000)
#define QUANTUM_NS (10 * MS)

enum { LINE = 5 };

static struct synchro_mutex mutex;
static struct synchro_condition condition;
static struct synchro_event event;
static char trace[128]; /* a letter for each thing that happened */

static void note(char letter)
{
    size_t length = strlen(trace);

    assert_true(length + 1 < sizeof(trace));
    trace[length] = letter;
    trace[length + 1] = '\0';
}

static int start_machine(void **state)
{
    (void)state;
    fake_machine_start();
    return 0;
}

static int clear(void **state)
{
    (void)state;
    memset(trace, 0, sizeof(trace));
    return 0;
}

static void lock(void)
{
    assert_int_equal(ISynchro_Lock(machine.synchro, &mutex), S_OK);
}

static void unlock(void)
{
    assert_int_equal(ISynchro_Unlock(machine.synchro, &mutex), S_OK);
}

static void sleep_until(int64_t deadline_ns)
{
    assert_int_equal(IThreads_SleepUntil(machine.threads, deadline_ns), S_OK);
}

/* ---- threads and time ---- */

static void sleep_and_note(void *argument)
{
    const char *letter = argument;

    sleep_until(machine.now_ns + (*letter - 'a') * MS);
    note(*letter);
}

static void start_sleepers(void *argument)
{
    int64_t begin_ns = machine.now_ns;

    (void)argument;
    fake_machine_thread("d", sleep_and_note, "d");
    fake_machine_thread("b", sleep_and_note, "b");
    fake_machine_thread("c", sleep_and_note, "c");
    fake_machine_thread("B", sleep_and_note, "b");
    sleep_until(begin_ns + 10 * MS);
    note('.');
    assert_int_equal(machine.now_ns, begin_ns + 10 * MS);
}

static void sleepers_wake_at_their_deadlines(void **state)
{
    uint32_t interrupts = machine.interrupt_count;

    (void)state;
    fake_machine_run(start_sleepers, NULL);
    assert_string_equal(trace, "bbcd.");
    /* One each for 1, 2, 3 and 10 ms, and one for the quantum that began when there was more than one thread.
     */
    assert_in_range(machine.interrupt_count - interrupts, 4, 6);
}

static void work_and_note(void *argument)
{
    const char *letter = argument;
    uint32_t i;

    for (i = 0; i < 3; i++) {
        note(*letter);
        fake_machine_work(QUANTUM_NS);
    }
}

static void start_workers(void *argument)
{
    (void)argument;
    fake_machine_thread("a", work_and_note, "a");
    fake_machine_thread("b", work_and_note, "b");
    sleep_until(machine.now_ns + 1000 * MS);
}

static void busy_threads_take_turns(void **state)
{
    (void)state;
    fake_machine_run(start_workers, NULL);
    assert_string_equal(trace, "ababab");
}

static void work_alone(void *argument)
{
    uint32_t interrupts;

    (void)argument;
    fake_machine_work(100 * MS); /* what was armed before goes off */
    interrupts = machine.interrupt_count;
    fake_machine_work(1000 * MS);
    assert_int_equal(machine.interrupt_count, interrupts);
}

static void a_thread_alone_is_not_interrupted(void **state)
{
    (void)state;
    fake_machine_run(work_alone, NULL);
}

static void sleep_often(void *argument)
{
    uint32_t i, armed;
    int64_t far_ns = machine.now_ns + 1000 * MS;

    (void)argument;
    sleep_until(machine.now_ns + MS);
    armed = machine.arm_count;
    lock();
    for (i = 1; i <= 100; i++) /* time-outs that are put off again and again */
        assert_int_equal(ITimer_SetAlarm(machine.timer, far_ns + i), S_OK);
    unlock();
    assert_int_equal(machine.arm_count, armed + 1);
}

static void a_later_alarm_does_not_program_the_hardware(void **state)
{
    (void)state;
    fake_machine_run(sleep_often, NULL);
}

static void end_at_once(void *argument)
{
    (void)argument;
}

static void start_many(void *argument)
{
    uint32_t i, before = IThreads_GetCount(machine.threads);

    (void)argument;
    for (i = 0; i < 1000; i++) { /* more than the heap has room for at once */
        fake_machine_thread("short", end_at_once, NULL);
        assert_int_equal(IThreads_Yield(machine.threads), S_OK);
    }
    assert_int_equal(IThreads_GetCount(machine.threads), before);
    assert_int_equal(IThreads_Start(machine.threads, "huge", end_at_once, NULL, SIZE_MAX / 4), E_OUTOFMEMORY);
    assert_int_equal(IThreads_Start(machine.threads, "huge", end_at_once, NULL, SIZE_MAX), E_INVALIDARG);
    assert_int_equal(IThreads_Start(machine.threads, "tiny", end_at_once, NULL, 100), E_INVALIDARG);
    assert_int_equal(IThreads_Start(machine.threads, NULL, end_at_once, NULL, 0), E_POINTER);
    assert_int_equal(IThreads_Start(machine.threads, "none", NULL, NULL, 0), E_POINTER);
}

static void ended_threads_give_their_memory_back(void **state)
{
    (void)state;
    fake_machine_run(start_many, NULL);
}

/* ---- mutexes and conditions ---- */

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
    fake_machine_expect_panic(unlock_mutex, NULL, "a mutex is unlocked by a thread that does not have it",
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

/* ---- interrupts ---- */

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
        cmocka_unit_test_setup(sleepers_wake_at_their_deadlines, clear),
        cmocka_unit_test_setup(busy_threads_take_turns, clear),
        cmocka_unit_test_setup(a_thread_alone_is_not_interrupted, clear),
        cmocka_unit_test_setup(a_later_alarm_does_not_program_the_hardware, clear),
        cmocka_unit_test_setup(ended_threads_give_their_memory_back, clear),
        cmocka_unit_test_setup(a_mutex_goes_to_the_longest_waiter, clear),
        cmocka_unit_test_setup(misuse_of_a_mutex_panics, clear),
        cmocka_unit_test_setup(conditions_wake_in_order_and_time_out, clear),
        cmocka_unit_test_setup(an_interrupt_sets_the_event_of_its_routine, clear),
        cmocka_unit_test_setup(an_interrupt_wakes_who_waits, clear),
        cmocka_unit_test_setup(blocking_inside_an_interrupt_panics, clear),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
