/* Threads with the round-robin scheduler, in virtual time. */
#include "machine_fixture.h"

#define QUANTUM_NS (10 * MS)

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
    /*
     * One each for 1, 2, 3 and 10 ms, and one for the quantum that began when there was more than one thread.
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
    uint32_t interrupts = machine.interrupt_count;

    (void)state;
    fake_machine_run(start_workers, NULL);
    assert_string_equal(trace, "ababab");
    /* One at the end of each turn, one for the sleeper, one left over from before. */
    assert_in_range(machine.interrupt_count - interrupts, 6, 8);
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

enum { SOMEWHERE = 0x1234 };

static void look_for_interrupted(void *argument)
{
    const char *name;

    (void)argument;
    note(IThreads_FindIn(machine.threads, (void *)(uintptr_t)SOMEWHERE, 1, &name) == S_OK ? *name : '-');
}

static void wake_and_yield(void *argument)
{
    (void)argument;
    machine.interrupted_at = SOMEWHERE;
    sleep_until(machine.now_ns + MS); /* the interrupt finds the idle thread */
    fake_machine_thread("looks", look_for_interrupted, NULL);
    assert_int_equal(IThreads_Yield(machine.threads), S_OK);
    fake_machine_thread("looks", look_for_interrupted, NULL);
    fake_machine_work(2 * QUANTUM_NS); /* the interrupt finds this one */
    machine.interrupted_at = 0;
    fake_machine_thread("looks", look_for_interrupted, NULL);
    assert_int_equal(IThreads_Yield(machine.threads), S_OK);
}

static void who_was_interrupted_somewhere_is_found_there_until_it_goes_on(void **state)
{
    (void)state;
    fake_machine_run(wake_and_yield, NULL);
    assert_string_equal(trace, "-t-");
}

static void overflow(void *argument)
{
    *(uint32_t *)argument = 0;
    sleep_until(machine.now_ns + MS);
}

static void break_the_mark(void *argument)
{
    uint32_t *lowest = fake_machine_stack(), mark = *lowest;

    (void)argument;
    fake_machine_expect_panic(overflow, lowest, "stack overflow", "test");
    *lowest = mark;
}

static void an_overflowed_stack_panics_with_the_thread_s_name(void **state)
{
    (void)state;
    fake_machine_run(break_the_mark, NULL);
}

static void end_at_once(void *argument)
{
    (void)argument;
}

static void start_many(void *argument)
{
    uint32_t i, before = IThreads_GetCount(machine.threads), discarded = machine.discard_count;

    (void)argument;
    for (i = 0; i < 1000; i++) { /* more than the heap has room for at once */
        fake_machine_thread("short", end_at_once, NULL);
        assert_int_equal(IThreads_Yield(machine.threads), S_OK);
    }
    assert_int_equal(IThreads_GetCount(machine.threads), before);
    assert_in_range(machine.discard_count - discarded, 998,
                    1000); /* the last ones when the next is started */
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

static void start_pairs(void *argument)
{
    uint32_t discarded;

    (void)argument;
    fake_machine_thread("first", end_at_once, NULL); /* whoever ended before is forgotten now */
    discarded = machine.discard_count;
    fake_machine_thread("second", end_at_once, NULL);
    sleep_until(machine.now_ns + MS);
    fake_machine_thread("third", end_at_once, NULL);
    assert_int_equal(machine.discard_count, discarded + 2);
}

static void each_ended_thread_is_forgotten_by_the_processor(void **state)
{
    (void)state;
    fake_machine_run(start_pairs, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(sleepers_wake_at_their_deadlines, clear),
        cmocka_unit_test_setup(busy_threads_take_turns, clear),
        cmocka_unit_test_setup(a_thread_alone_is_not_interrupted, clear),
        cmocka_unit_test_setup(who_was_interrupted_somewhere_is_found_there_until_it_goes_on, clear),
        cmocka_unit_test_setup(an_overflowed_stack_panics_with_the_thread_s_name, clear),
        cmocka_unit_test_setup(ended_threads_give_their_memory_back, clear),
        cmocka_unit_test_setup(each_ended_thread_is_forgotten_by_the_processor, clear),
    };

    return cmocka_run_group_tests(tests, start_machine, NULL);
}
