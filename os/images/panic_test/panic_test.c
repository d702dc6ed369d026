/*
 * Breaks a rule on purpose: the one that `case=` of the boot command line names. The kernel must panic and
 * say what was done and who did it; tests/system/test_kernel.py has the list of what it says.
 */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/config.idl.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>
#include <os/thread.idl.h>
#include <os_format.h>
#include <string.h>

enum { CASE_MAX = 31 };

static IHeap *heap;
static IThreads *threads;
static ISynchro *synchro;
static IInterruptController *icu;
static struct synchro_mutex mutex;
static struct synchro_condition condition;
static struct synchro_event event;

/* ---- inside an interrupt routine ---- */

static HRESULT alloc_routine(void *context)
{
    void *block;

    (void)context;
    return IHeap_Alloc(heap, 16, 0, &block);
}

static HRESULT lock_routine(void *context)
{
    (void)context;
    return ISynchro_Lock(synchro, &mutex);
}

static HRESULT wait_routine(void *context)
{
    (void)context;
    return ISynchro_Wait(synchro, &condition, &mutex, INT64_MAX);
}

static HRESULT wait_event_routine(void *context)
{
    (void)context;
    return ISynchro_WaitEvent(synchro, &event, INT64_MAX);
}

static HRESULT sleep_routine(void *context)
{
    (void)context;
    return IThreads_SleepUntil(threads, INT64_MAX);
}

static HRESULT yield_routine(void *context)
{
    (void)context;
    return IThreads_Yield(threads);
}

static HRESULT set_event_routine(void *context)
{
    (void)context;
    return ISynchro_SetEvent(synchro, &event);
}

static void in_interrupt(interrupt_routine *routine)
{
    HRESULT hr = IInterruptController_Connect(icu, BOARD_TIMER_IRQ, "the bad example", routine, NULL, NULL);

    if (SUCCEEDED(hr))
        arch_interrupt_raise(BOARD_TIMER_IRQ);
}

static void alloc_in_interrupt(void)
{
    in_interrupt(alloc_routine);
}

static void lock_in_interrupt(void)
{
    in_interrupt(lock_routine);
}

static void wait_in_interrupt(void)
{
    in_interrupt(wait_routine);
}

static void wait_event_in_interrupt(void)
{
    in_interrupt(wait_event_routine);
}

static void set_event_in_interrupt(void)
{
    in_interrupt(set_event_routine);
}

static void sleep_in_interrupt(void)
{
    in_interrupt(sleep_routine);
}

static void yield_in_interrupt(void)
{
    in_interrupt(yield_routine);
}

/* ---- in a thread ---- */

static void lock_twice(void)
{
    com_ignore(ISynchro_Lock(synchro, &mutex));
    com_ignore(ISynchro_Lock(synchro, &mutex));
}

static void unlock_foreign(void)
{
    com_ignore(ISynchro_Unlock(synchro, &mutex));
}

static void call_null(void)
{
    void (*volatile function)(void) = NULL;

    function();
}

static void read_null(void)
{
    const volatile uint32_t *volatile nowhere = NULL;

    (void)nowhere[1];
}

static void write_null(void)
{
    volatile uint32_t *volatile nowhere = NULL;

    nowhere[1023] = 1; /* the last of its page */
}

static void call_null_object(void)
{
    IUnknown *volatile object = NULL;

    IUnknown_AddRef(object);
}

static void write_constant(void)
{
    static const uint32_t constant = 7;
    volatile uint32_t *volatile place = (volatile uint32_t *)(uintptr_t)&constant;

    *place = 8;
}

static void write_code(void)
{
    volatile uint32_t *volatile place = (volatile uint32_t *)((uintptr_t)write_code & ~(uintptr_t)3);

    *place = 8;
}

static void divide_by_zero(void)
{
    volatile uint32_t zero = 0;

    zero = 7 / zero;
}

static void fail_assertion(void)
{
    volatile bool held = false;

    assert(held);
}

static uint32_t recurse(volatile uint32_t depth)
{
    volatile uint8_t frame[64];

    memset((void *)frame, (int)depth, sizeof(frame));
    com_ignore(IThreads_Yield(threads)); /* a switch finds it */
    return depth ? recurse(depth - 1) + frame[0] : 0;
}

static void overflow(void *argument)
{
    (void)argument;
    (void)recurse(100);
}

static void overflow_stack(void)
{
    com_ignore(IThreads_Start(threads, "deep", overflow, NULL, 2048));
    com_ignore(IThreads_SleepUntil(threads, INT64_MAX - 1));
}

static void panic_as_nobody(void *argument)
{
    (void)argument;
    kernel_panic("without a name", NULL);
}

/* Saying whose panic it is faults, too. */
static void panic_twice(void)
{
    com_ignore(IThreads_Start(threads, (const char *)16, panic_as_nobody, NULL, 0));
    com_ignore(IThreads_SleepUntil(threads, INT64_MAX - 1));
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"alloc_in_interrupt", alloc_in_interrupt},
    {"lock_in_interrupt", lock_in_interrupt},
    {"wait_in_interrupt", wait_in_interrupt},
    {"wait_event_in_interrupt", wait_event_in_interrupt},
    {"set_event_in_interrupt", set_event_in_interrupt},
    {"sleep_in_interrupt", sleep_in_interrupt},
    {"yield_in_interrupt", yield_in_interrupt},
    {"lock_twice", lock_twice},
    {"unlock_foreign", unlock_foreign},
    {"call_null", call_null},
    {"read_null", read_null},
    {"write_null", write_null},
    {"call_null_object", call_null_object},
    {"write_constant", write_constant},
    {"write_code", write_code},
    {"divide_by_zero", divide_by_zero},
    {"fail_assertion", fail_assertion},
    {"overflow_stack", overflow_stack},
    {"panic_twice", panic_twice},
};

static HRESULT bind_all(INamespace *ns)
{
    HRESULT hr = com_bind(ns, "heap", &IID_IHeap, (void **)&heap);

    if (SUCCEEDED(hr))
        hr = com_bind(ns, "threads", &IID_IThreads, (void **)&threads);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "synchro", &IID_ISynchro, (void **)&synchro);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    return hr;
}

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(IConfig) config = NULL;
    char name[CASE_MAX + 1];
    size_t i;
    HRESULT hr = bind_all(ns);

    (void)out_object;
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "config", &IID_IConfig, (void **)&config);
    if (SUCCEEDED(hr))
        hr = IConfig_Get(config, "case", name, sizeof(name));
    if (FAILED(hr))
        return hr;
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (strcmp(name, cases[i].name) == 0) {
            cases[i].run();
            return com_fail(E_UNEXPECTED, "no panic for ", name, NULL);
        }
    }
    return com_fail(E_INVALIDARG, "no such case: ", name, NULL);
}
