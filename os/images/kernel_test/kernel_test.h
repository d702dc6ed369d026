/* The self test of a kernel: what its parts share. A test is a function that ends with true if all held. */
#ifndef KERNEL_TEST_H
#define KERNEL_TEST_H

#include <com_impl.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <os/thread.idl.h>
#include <os/timer.idl.h>
#include <os_format.h>

#define MS INT64_C(1000000)

/* How much later than asked a thread may run: the build machine has other things to do as well. */
#define LATE_NS (100 * MS)
#define TRIES 20u /* in one of which the host has time for the machine */

/* The machine may get a small part of a processor for a while; who needs the time ends the test anyway. */
#define PATIENCE_NS (30000 * MS)

struct kernel_test {
    const char *name;
    bool (*run)(void);
};

/* What the tests use, bound by name before the first one. */
extern IHeap *heap;
extern IThreads *threads;
extern ISynchro *synchro;
extern ITimer *timer;
extern IInterruptController *icu;

/* The parts; each ends with a NULL name. */
extern const struct kernel_test thread_tests[];
extern const struct kernel_test synchro_tests[];
extern const struct kernel_test time_tests[];
extern const struct kernel_test heap_tests[];
extern const struct kernel_test interrupt_tests[];
extern const struct kernel_test load_tests[];

/* Says where a condition did not hold. */
#define CHECK(condition)                                                    \
    do {                                                                    \
        if (!(condition)) {                                                 \
            os_print("# %s:%d: %s\n", __FILE_NAME__, __LINE__, #condition); \
            return false;                                                   \
        }                                                                   \
    } while (0)

static inline int64_t now_ns(void)
{
    return ITimer_Now(timer);
}

static inline void sleep_ns(int64_t duration_ns)
{
    com_ignore(IThreads_SleepUntil(threads, now_ns() + duration_ns)); /* cannot fail */
}

/* Whether `*value` got to `expected` in time. */
bool reaches(const volatile uint32_t *value, uint32_t expected);

#endif
