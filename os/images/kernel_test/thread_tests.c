#include "kernel_test.h"
#include <os_limits.h>

enum { MANY = 16 };

static volatile uint32_t ended;
static volatile bool stop;

static void count_end(void)
{
    __atomic_add_fetch(&ended, 1, __ATOMIC_RELAXED);
}

static void end_at_once(void *argument)
{
    (void)argument;
    count_end();
}

static bool start(thread_main *main, void *argument)
{
    return SUCCEEDED(IThreads_Start(threads, "test", main, argument, 0));
}

static bool threads_start_and_end(void)
{
    uint32_t i, before = IThreads_GetCount(threads);

    ended = 0;
    for (i = 0; i < MANY; i++)
        CHECK(start(end_at_once, NULL));
    CHECK(reaches(&ended, MANY));
    sleep_ns(MS);
    CHECK(IThreads_GetCount(threads) == before);
    return true;
}

static bool memory_of_ended_threads_comes_back(void)
{
    size_t before, after, largest;
    uint32_t i;

    ended = 0;
    CHECK(start(end_at_once, NULL) && reaches(&ended, 1));
    com_ignore(IHeap_GetFree(heap, &before, &largest)); /* cannot fail */
    for (i = 0; i < MANY; i++) {
        ended = 0;
        CHECK(start(end_at_once, NULL) && reaches(&ended, 1));
    }
    com_ignore(IHeap_GetFree(heap, &after, &largest)); /* cannot fail */
    CHECK(after == before);
    return true;
}

static bool too_large_a_stack_is_refused(void)
{
    CHECK(IThreads_Start(threads, "huge", end_at_once, NULL, (size_t)1 << 30) == E_OUTOFMEMORY);
    CHECK(IThreads_Start(threads, "tiny", end_at_once, NULL, 16) == E_INVALIDARG);
    CHECK(FAILED(IThreads_Start(threads, NULL, end_at_once, NULL, 0)));
    CHECK(FAILED(IThreads_Start(threads, "none", NULL, NULL, 0)));
    return true;
}

static void spin(void *argument)
{
    volatile uint32_t *count = (volatile uint32_t *)argument;

    while (!stop)
        ++*count;
    count_end();
}

static bool busy_threads_share_the_processor(void)
{
    static volatile uint32_t counts[3];
    uint32_t i;

    stop = false;
    ended = 0;
    for (i = 0; i < 3; i++) {
        counts[i] = 0;
        CHECK(start(spin, (void *)&counts[i]));
    }
    sleep_ns(300 * MS);
    stop = true;
    CHECK(reaches(&ended, 3));
    for (i = 0; i < 3; i++)
        CHECK(counts[i] > 1000);
    return true;
}

struct sum {
    double step;
    double result;
    bool always_the_same;
};

static __attribute__((noinline)) double series(double step)
{
    double x = 0;
    uint32_t i;

    for (i = 0; i < 1000; i++)
        x = x * 0.999 + step;
    return x;
}

/* Again and again, for longer than some quanta. */
static void add_up(void *argument)
{
    struct sum *sum = (struct sum *)argument;
    int64_t end_ns = now_ns() + 100 * MS;

    sum->result = series(sum->step);
    sum->always_the_same = true;
    while (now_ns() < end_ns)
        if (series(sum->step) != sum->result)
            sum->always_the_same = false;
    count_end();
}

static bool floating_point_survives_preemption(void)
{
    static struct sum sums[3];
    uint32_t i;

    ended = 0;
    for (i = 0; i < 3; i++) {
        sums[i].step = 1.0 / (i + 3);
        CHECK(start(add_up, &sums[i]));
    }
    CHECK(reaches(&ended, 3));
    for (i = 0; i < 3; i++)
        CHECK(sums[i].always_the_same && sums[i].result == series(sums[i].step));
    return true;
}

static void look_at_slot(void *argument)
{
    const uint8_t *slot = (const uint8_t *)IThreads_GetSlot(threads);
    uint32_t i, sum = 0;

    for (i = 0; i < PORT_THREAD_SLOT_BYTES; i++)
        sum += slot[i];
    *(volatile uint32_t *)argument = sum ? 2 : 1;
}

static bool every_thread_has_its_own_zeroed_storage(void)
{
    static volatile uint32_t seen;
    uint8_t *own = (uint8_t *)IThreads_GetSlot(threads) + PORT_THREAD_SLOT_BYTES - 1;
    uint8_t before = *own;
    bool ok;

    *own = 7;
    seen = 0;
    ok = start(look_at_slot, (void *)&seen) && reaches(&seen, 1) && *own == 7;
    *own = before;
    return ok;
}

static volatile uint32_t order[3], arrived;

static void sleep_then_sign(void *argument)
{
    uint32_t index = (uint32_t)(uintptr_t)argument;

    sleep_ns((3 - index) * 60 * MS);
    order[arrived++] = index;
    count_end();
}

static bool sleepers_wake_in_the_order_of_their_deadlines(void)
{
    uintptr_t i;

    arrived = 0;
    ended = 0;
    for (i = 0; i < 3; i++)
        CHECK(start(sleep_then_sign, (void *)i));
    CHECK(reaches(&ended, 3));
    CHECK(order[0] == 2 && order[1] == 1 && order[2] == 0);
    return true;
}

static void yield_often(void *argument)
{
    uint32_t i;

    (void)argument;
    for (i = 0; i < 1000; i++)
        com_ignore(IThreads_Yield(threads)); /* cannot fail */
    count_end();
}

static bool yielding_threads_take_turns(void)
{
    ended = 0;
    CHECK(start(yield_often, NULL) && start(yield_often, NULL));
    yield_often(NULL);
    CHECK(reaches(&ended, 3));
    return true;
}

const struct kernel_test thread_tests[] = {
    {"threads start and end", threads_start_and_end},
    {"memory of ended threads comes back", memory_of_ended_threads_comes_back},
    {"too large a stack is refused", too_large_a_stack_is_refused},
    {"busy threads share the processor", busy_threads_share_the_processor},
    {"floating point survives pre-emption", floating_point_survives_preemption},
    {"every thread has its own zeroed storage", every_thread_has_its_own_zeroed_storage},
    {"sleepers wake in the order of their deadlines", sleepers_wake_in_the_order_of_their_deadlines},
    {"yielding threads take turns", yielding_threads_take_turns},
    {NULL, NULL},
};
