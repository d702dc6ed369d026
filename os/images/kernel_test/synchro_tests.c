#include "kernel_test.h"

enum { CONTENDERS = 4, ROUNDS = 2000 };

static struct synchro_mutex mutex;
static struct synchro_condition condition;
static struct synchro_event event;
static struct com_lock small_lock;
static volatile uint32_t counter, ended, waiting, woken;

static void lock(void)
{
    com_ignore(ISynchro_Lock(synchro, &mutex)); /* cannot fail */
}

static void unlock(void)
{
    com_ignore(ISynchro_Unlock(synchro, &mutex)); /* cannot fail */
}

static void end(void)
{
    __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

static bool start(thread_main *main)
{
    return SUCCEEDED(IThreads_Start(threads, "test", main, NULL, 0));
}

/* An increment with a switch in the middle: only mutual exclusion makes it whole. */
static void slow_increment(void)
{
    uint32_t value = counter;

    com_ignore(IThreads_Yield(threads)); /* cannot fail */
    counter = value + 1;
}

static void count_under_mutex(void *argument)
{
    uint32_t i;

    (void)argument;
    for (i = 0; i < ROUNDS; i++) {
        lock();
        slow_increment();
        unlock();
    }
    end();
}

static void count_under_lock(void *argument)
{
    uint32_t i;

    (void)argument;
    for (i = 0; i < ROUNDS; i++) {
        com_lock_take(&small_lock);
        slow_increment();
        com_lock_give(&small_lock);
    }
    end();
}

static bool all_increments_count(thread_main *main)
{
    uint32_t i;

    counter = 0;
    ended = 0;
    for (i = 0; i < CONTENDERS; i++)
        CHECK(start(main));
    CHECK(reaches(&ended, CONTENDERS));
    CHECK(counter == CONTENDERS * ROUNDS);
    return true;
}

static bool a_contended_mutex_excludes(void)
{
    return all_increments_count(count_under_mutex);
}

static bool a_contended_com_lock_excludes(void)
{
    return all_increments_count(count_under_lock);
}

static bool a_wait_times_out_and_has_the_mutex_again(void)
{
    int64_t deadline_ns;

    lock();
    deadline_ns = now_ns() + 20 * MS;
    CHECK(ISynchro_Wait(synchro, &condition, &mutex, deadline_ns) == RPC_E_TIMEOUT);
    CHECK(now_ns() >= deadline_ns);
    CHECK(ISynchro_Wait(synchro, &condition, &mutex, deadline_ns) == RPC_E_TIMEOUT); /* it has passed */
    unlock();
    return true;
}

static void wait_for_condition(void *argument)
{
    (void)argument;
    lock();
    waiting++;
    if (SUCCEEDED(ISynchro_Wait(synchro, &condition, &mutex, INT64_MAX)))
        woken++;
    unlock();
    end();
}

static bool wake_one_wakes_one_and_wake_all_the_rest(void)
{
    uint32_t i;

    waiting = woken = ended = 0;
    for (i = 0; i < CONTENDERS; i++)
        CHECK(start(wait_for_condition));
    CHECK(reaches(&waiting, CONTENDERS));
    sleep_ns(MS);
    com_ignore(ISynchro_WakeOne(synchro, &condition)); /* cannot fail */
    CHECK(reaches(&ended, 1));
    sleep_ns(20 * MS);
    CHECK(woken == 1);
    com_ignore(ISynchro_WakeAll(synchro, &condition)); /* cannot fail */
    CHECK(reaches(&ended, CONTENDERS));
    CHECK(woken == CONTENDERS && !condition.waiting.first && !mutex.owner);
    return true;
}

static void wait_shortly(void *argument)
{
    (void)argument;
    lock();
    waiting++;
    if (ISynchro_Wait(synchro, &condition, &mutex, now_ns() + 10 * MS) == RPC_E_TIMEOUT)
        woken++;
    unlock();
    end();
}

/* One in the middle of the queue leaves it by time-out; the others must still be found. */
static bool a_time_out_leaves_the_queue_whole(void)
{
    waiting = woken = ended = 0;
    CHECK(start(wait_for_condition) && reaches(&waiting, 1));
    CHECK(start(wait_shortly) && reaches(&waiting, 2));
    CHECK(start(wait_for_condition) && reaches(&waiting, 3));
    CHECK(reaches(&ended, 1));
    com_ignore(ISynchro_WakeAll(synchro, &condition)); /* cannot fail */
    CHECK(reaches(&ended, 3));
    CHECK(woken == 3);
    return true;
}

static void set_later(void *argument)
{
    (void)argument;
    sleep_ns(5 * MS);
    com_ignore(ISynchro_SetEvent(synchro, &event)); /* cannot fail */
    end();
}

static bool an_event_set_before_the_wait_is_not_lost(void)
{
    com_ignore(ISynchro_SetEvent(synchro, &event)); /* cannot fail */
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + MS) == S_OK);
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + MS) == RPC_E_TIMEOUT); /* it lets one through */
    ended = 0;
    CHECK(start(set_later));
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + 2000 * MS) == S_OK);
    CHECK(reaches(&ended, 1));
    return true;
}

const struct kernel_test synchro_tests[] = {
    {"a contended mutex excludes", a_contended_mutex_excludes},
    {"a contended com_lock excludes", a_contended_com_lock_excludes},
    {"a wait times out and has the mutex again", a_wait_times_out_and_has_the_mutex_again},
    {"wake one wakes one, wake all the rest", wake_one_wakes_one_and_wake_all_the_rest},
    {"a time-out leaves the queue whole", a_time_out_leaves_the_queue_whole},
    {"an event set before the wait is not lost", an_event_set_before_the_wait_is_not_lost},
    {NULL, NULL},
};
