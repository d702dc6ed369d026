#include "kernel_test.h"

static bool the_clock_never_goes_back(void)
{
    int64_t before = now_ns();
    uint32_t i;

    CHECK(before > 0);
    for (i = 0; i < 100000; i++) {
        int64_t now = now_ns();

        CHECK(now >= before);
        before = now;
    }
    return true;
}

/* Also beyond what the hardware's timer can count at once (55 ms). */
static bool sleeps_are_never_short_and_seldom_long(void)
{
    static const int64_t durations_ns[] = {MS / 10, MS, 5 * MS, 49 * MS, 51 * MS, 60 * MS, 200 * MS};
    size_t i;

    for (i = 0; i < sizeof(durations_ns) / sizeof(durations_ns[0]); i++) {
        bool on_time = false;
        uint32_t tries;

        for (tries = 0; tries < TRIES && !on_time; tries++) {
            int64_t deadline_ns = now_ns() + durations_ns[i];

            com_ignore(IThreads_SleepUntil(threads, deadline_ns)); /* cannot fail */
            CHECK(now_ns() >= deadline_ns);
            on_time = now_ns() < deadline_ns + LATE_NS;
        }
        CHECK(on_time);
    }
    return true;
}

static bool a_deadline_in_the_past_does_not_sleep(void)
{
    bool at_once = false;
    uint32_t tries;

    for (tries = 0; tries < TRIES && !at_once; tries++) {
        int64_t before = now_ns();

        com_ignore(IThreads_SleepUntil(threads, before - 1)); /* cannot fail */
        com_ignore(IThreads_SleepUntil(threads, 0));          /* cannot fail */
        at_once = now_ns() < before + LATE_NS;
    }
    CHECK(at_once);
    return true;
}

const struct kernel_test time_tests[] = {
    {"the clock never goes back", the_clock_never_goes_back},
    {"sleeps are never short and seldom long", sleeps_are_never_short_and_seldom_long},
    {"a deadline in the past does not sleep", a_deadline_in_the_past_does_not_sleep},
    {NULL, NULL},
};
