/*
 * Threads: making, blocking and switching them. Which one runs next is the scheduler's affair.
 *
 * All state is guarded by switching interrupts off, for a few instructions each time. The thread that booted
 * becomes the idle thread: it runs when the scheduler has nobody else, and halts the CPU.
 */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/heap.idl.h>
#include <os/interrupt.idl.h>
#include <os/scheduler.idl.h>
#include <os/thread.idl.h>
#include <os/timer.idl.h>
#include <os_limits.h>
#include <string.h>

#define STACK_BYTES 8192u
#define STACK_MIN_BYTES 1024u
#define STACK_ALIGNMENT 16u
#define CANARY 0x57A6C0DEu
#define FOREVER INT64_MAX

enum thread_state { THREAD_READY, THREAD_RUNNING, THREAD_BLOCKED, THREAD_ENDED };

struct thread {
    struct arch_context context;
    struct scheduler_entity entity;
    enum thread_state state;
    struct thread *next;          /* of all that have not ended */
    uintptr_t interrupted_at;     /* READY: where an interrupt took the processor from it; 0: it gave it up */
    struct thread *next_waiting;  /* in the queue it waits in */
    struct thread_queue *queue;   /* that it waits in; NULL: none */
    struct thread *next_sleeping; /* sorted by wake_ns */
    int64_t wake_ns;              /* FOREVER: it does not sleep */
    bool timed_out;
    const char *name;
    thread_main *main;
    void *argument;
    uint32_t *stack; /* its lowest word is CANARY; this structure lies above it. NULL: the boot stack */
    uint64_t slot[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];
};

static struct threads {
    IThreads IThreads_iface;
    IHeap *heap;
    IScheduler *scheduler;
    ITimer *timer;
    struct thread *current;
    struct thread *ended;    /* to be freed by the next that starts or ends; by next_waiting */
    struct thread *sleeping; /* sorted */
    struct thread *all;
    int64_t quantum_end_ns;
    uint32_t count;
    bool must_reschedule; /* the quantum is over, or its thread gave it up */
    struct thread idle;
} threads;

static HRESULT threads_QueryInterface(IThreads *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IThreads, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t threads_AddRef(IThreads *iface)
{
    (void)iface;
    return 1;
}

static const char *current_name(void)
{
    return threads.current->name;
}

/* ---- time (interrupts off) ---- */

/* The alarm is for whoever sleeps shortest, and for the end of the quantum while others are ready. */
static void set_alarm(void)
{
    int64_t alarm_ns = threads.sleeping ? threads.sleeping->wake_ns : FOREVER;

    if (IScheduler_HasReady(threads.scheduler) == S_OK && threads.current != &threads.idle &&
        threads.quantum_end_ns < alarm_ns)
        alarm_ns = threads.quantum_end_ns;
    com_ignore(ITimer_SetAlarm(threads.timer, alarm_ns)); /* cannot fail */
}

static void sleep_until(struct thread *thread, int64_t wake_ns)
{
    struct thread **at = &threads.sleeping;

    thread->wake_ns = wake_ns;
    if (wake_ns == FOREVER)
        return;
    while (*at && (*at)->wake_ns <= wake_ns)
        at = &(*at)->next_sleeping;
    thread->next_sleeping = *at;
    *at = thread;
}

static void stop_sleeping(struct thread *thread)
{
    struct thread **at = &threads.sleeping;

    if (thread->wake_ns == FOREVER)
        return;
    while (*at != thread)
        at = &(*at)->next_sleeping;
    *at = thread->next_sleeping;
    thread->wake_ns = FOREVER;
}

static void leave_queue(struct thread *thread)
{
    struct thread_queue *queue = thread->queue;
    struct thread **at, *before = NULL;

    if (!queue)
        return;
    for (at = &queue->first; *at != thread; at = &(*at)->next_waiting)
        before = *at;
    *at = thread->next_waiting;
    if (queue->last == thread)
        queue->last = before;
    thread->queue = NULL;
}

static void make_ready(struct thread *thread, bool timed_out)
{
    leave_queue(thread);
    stop_sleeping(thread);
    thread->timed_out = timed_out;
    thread->state = THREAD_READY;
    com_ignore(IScheduler_Ready(threads.scheduler, &thread->entity)); /* cannot fail */
}

/* The alarm went off, inside the timer's interrupt. If somebody else goes on as it ends, the switch sets the
 * next. */
static void on_alarm(void *context)
{
    int64_t now_ns = ITimer_Now(threads.timer);

    (void)context;
    while (threads.sleeping && threads.sleeping->wake_ns <= now_ns)
        make_ready(threads.sleeping, true);
    if (now_ns >= threads.quantum_end_ns)
        threads.must_reschedule = true;
    if (!threads.must_reschedule || IScheduler_HasReady(threads.scheduler) != S_OK)
        set_alarm();
}

/* Threads cannot free themselves: they stand on their stacks. Interrupts are on, the heap may block. */
static void free_ended(void)
{
    uint32_t interrupts = arch_interrupts_off();
    struct thread *ended = threads.ended, *thread, *next;

    threads.ended = NULL;
    for (thread = ended; thread; thread = thread->next_waiting)
        arch_context_discard(&thread->context);
    arch_interrupts_restore(interrupts);
    for (; ended; ended = next) {
        next = ended->next_waiting;
        com_ignore(IHeap_Free(threads.heap, ended->stack)); /* it is ours */
    }
}

/* ---- switching (interrupts off) ---- */

static void check_stack(const struct thread *thread)
{
    if (thread->stack && thread->stack[0] != CANARY)
        kernel_panic("stack overflow", thread->name);
}

static struct thread *choose(void)
{
    struct scheduler_entity *entity;

    if (IScheduler_TakeNext(threads.scheduler, &entity) != S_OK)
        return &threads.idle;
    return container_of(entity, struct thread, entity);
}

/* Goes on with whoever the scheduler chooses; returns when this thread is chosen again. */
static void switch_away(void)
{
    struct thread *from = threads.current, *to;
    int64_t quantum_ns = 0;

    check_stack(from);
    to = choose();
    threads.must_reschedule = false;
    com_ignore(IScheduler_GetQuantum(threads.scheduler, &quantum_ns)); /* 0: none */
    threads.quantum_end_ns = quantum_ns ? ITimer_Now(threads.timer) + quantum_ns : FOREVER;
    to->state = THREAD_RUNNING;
    threads.current = to;
    set_alarm();
    if (to == from)
        return;
    arch_context_switch(&from->context, &to->context);
}

static HRESULT threads_Reschedule(IThreads *iface)
{
    struct thread *current = threads.current;

    (void)iface;
    if (IScheduler_HasReady(threads.scheduler) != S_OK) {
        threads.must_reschedule = false;
        return S_OK;
    }
    if (current != &threads.idle) {
        if (!threads.must_reschedule) {
            set_alarm(); /* somebody became ready: from now on the quantum ends */
            return S_OK;
        }
        current->state = THREAD_READY;
        com_ignore(IScheduler_Ready(threads.scheduler, &current->entity)); /* cannot fail */
    }
    current->interrupted_at = kernel_interrupted_at;
    kernel_interrupted_at = 0; /* whoever goes on may give the processor up by itself */
    switch_away();
    current->interrupted_at = 0;
    return S_OK;
}

/* The outermost interrupt ends. */
static void on_interrupt_leave(void *context)
{
    (void)context;
    check_stack(threads.current);
    com_ignore(threads_Reschedule(&threads.IThreads_iface)); /* cannot fail */
}

/* ---- IThreads ---- */

static void forget(const struct thread *thread)
{
    struct thread **at = &threads.all;

    while (*at != thread)
        at = &(*at)->next;
    *at = thread->next;
}

static void thread_entry(void *argument)
{
    struct thread *self = (struct thread *)argument;

    self->main(self->argument);
    free_ended();
    (void)arch_interrupts_off(); /* for good: it never comes back */
    self->state = THREAD_ENDED;
    self->next_waiting = threads.ended;
    threads.ended = self;
    threads.count--;
    forget(self);
    switch_away();
    kernel_panic("a thread that ended runs", self->name);
}

static HRESULT threads_Start(IThreads *iface, const char *name, thread_main *main, void *argument,
                             size_t stack_bytes)
{
    struct thread *thread;
    void *stack;
    uint32_t interrupts;
    HRESULT hr;

    (void)iface;
    kernel_thread_only("IThreads::Start");
    if (!name || !main)
        return E_POINTER;
    if (!stack_bytes)
        stack_bytes = STACK_BYTES;
    if (stack_bytes < STACK_MIN_BYTES || stack_bytes > SIZE_MAX / 2)
        return E_INVALIDARG;
    free_ended();
    stack_bytes = (stack_bytes + STACK_ALIGNMENT - 1) & ~(size_t)(STACK_ALIGNMENT - 1);
    hr = IHeap_Alloc(threads.heap, stack_bytes + sizeof(*thread), STACK_ALIGNMENT, &stack);
    if (FAILED(hr))
        return hr;
    thread = (struct thread *)(void *)((uint8_t *)stack + stack_bytes);
    memset(thread, 0, sizeof(*thread));
    thread->name = name;
    thread->main = main;
    thread->argument = argument;
    thread->wake_ns = FOREVER;
    thread->stack = (uint32_t *)stack;
    thread->stack[0] = CANARY;
    arch_context_init(&thread->context, stack, stack_bytes, thread_entry, thread);

    interrupts = arch_interrupts_off();
    threads.count++;
    thread->next = threads.all;
    threads.all = thread;
    make_ready(thread, false);
    com_ignore(threads_Reschedule(iface)); /* cannot fail */
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT threads_Yield(IThreads *iface)
{
    uint32_t interrupts = kernel_enter("IThreads::Yield");

    threads.must_reschedule = true;
    com_ignore(threads_Reschedule(iface)); /* cannot fail */
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT threads_Block(IThreads *iface, struct thread_queue *queue, int64_t deadline_ns)
{
    struct thread *self = threads.current;

    (void)iface;
    kernel_thread_only("IThreads::Block");
    if (self == &threads.idle)
        kernel_panic("the idle thread must not block", "IThreads::Block");
    if (deadline_ns <= ITimer_Now(threads.timer))
        return RPC_E_TIMEOUT;
    if (queue) {
        self->queue = queue;
        self->next_waiting = NULL;
        if (queue->first)
            queue->last->next_waiting = self;
        else
            queue->first = self;
        queue->last = self;
    }
    self->state = THREAD_BLOCKED;
    sleep_until(self, deadline_ns);
    switch_away();
    return self->timed_out ? RPC_E_TIMEOUT : S_OK;
}

static HRESULT threads_SleepUntil(IThreads *iface, int64_t deadline_ns)
{
    uint32_t interrupts = kernel_enter("IThreads::SleepUntil");

    com_ignore(threads_Block(iface, NULL, deadline_ns)); /* nobody wakes it earlier */
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT threads_WakeFirst(IThreads *iface, struct thread_queue *queue)
{
    (void)iface;
    if (!queue->first)
        return S_FALSE;
    make_ready(queue->first, false);
    return S_OK;
}

static struct thread *threads_GetCurrent(IThreads *iface)
{
    (void)iface;
    return threads.current;
}

static void *threads_GetSlot(IThreads *iface)
{
    (void)iface;
    return threads.current->slot;
}

static uint32_t threads_GetCount(IThreads *iface)
{
    (void)iface;
    return threads.count;
}

static HRESULT threads_FindIn(IThreads *iface, const void *start, size_t size_bytes, const char **out_name)
{
    uint32_t interrupts = arch_interrupts_off();
    const struct thread *thread = threads.all;

    (void)iface;
    while (thread && (uintptr_t)thread->main - (uintptr_t)start >= size_bytes &&
           thread->interrupted_at - (uintptr_t)start >= size_bytes)
        thread = thread->next;
    if (thread)
        *out_name = thread->name;
    arch_interrupts_restore(interrupts);
    return thread ? S_OK : S_FALSE;
}

static const struct IThreadsVtbl threads_vtbl = {
    .QueryInterface = threads_QueryInterface,
    .AddRef = threads_AddRef,
    .Release = threads_AddRef,
    .Start = threads_Start,
    .Yield = threads_Yield,
    .SleepUntil = threads_SleepUntil,
    .Block = threads_Block,
    .WakeFirst = threads_WakeFirst,
    .Reschedule = threads_Reschedule,
    .GetCurrent = threads_GetCurrent,
    .GetSlot = threads_GetSlot,
    .GetCount = threads_GetCount,
    .FindIn = threads_FindIn,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    HRESULT hr;

    hr = com_bind(ns, "heap", &IID_IHeap, (void **)&threads.heap);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "scheduler", &IID_IScheduler, (void **)&threads.scheduler);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "timer", &IID_ITimer, (void **)&threads.timer);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (FAILED(hr))
        return hr;
    threads.IThreads_iface.vtbl = &threads_vtbl;
    threads.idle.name = "idle";
    threads.idle.state = THREAD_RUNNING;
    threads.idle.wake_ns = FOREVER;
    threads.current = &threads.idle;
    threads.count = 1;
    threads.quantum_end_ns = FOREVER;
    kernel_thread_name = current_name;
    hr = IInterruptController_SetLeaveHook(icu, on_interrupt_leave, NULL);
    if (SUCCEEDED(hr))
        hr = ITimer_SetRoutine(threads.timer, on_alarm, NULL);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)&threads.IThreads_iface;
    return S_OK;
}
