/* What the tests of the threads' components share: the machine, and a trace of what happened. */
#ifndef MACHINE_FIXTURE_H
#define MACHINE_FIXTURE_H

#include <cmocka_all.h>
#include <fake_machine.h>
#include <string.h>

#define MS INT64_C(1000000)

static char trace[128]; /* a letter for each thing that happened */

static inline void note(char letter)
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

static inline void sleep_until(int64_t deadline_ns)
{
    assert_int_equal(IThreads_SleepUntil(machine.threads, deadline_ns), S_OK);
}

#endif
