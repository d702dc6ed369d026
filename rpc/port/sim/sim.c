#include "sim.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define STACK_BYTES (256 * 1024)

enum thread_state { READY, WAITING, ENDED };

struct sim_thread {
    ucontext_t context;
    struct sim_thread *next;          /* all threads */
    struct sim_thread *next_waiting;  /* on the same condition */
    struct port_condition *condition; /* that it waits for; NULL: it only sleeps */
    int64_t wake_ns;                  /* WAITING: when it wakes by itself */
    enum thread_state state;
    bool timed_out;
    void (*main)(void *argument);
    void *argument;
    void *stack;
    uint64_t slot[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];
};

static struct {
    ucontext_t outside;
    struct sim_thread *threads;
    struct sim_thread *current;
    struct sim_thread *first; /* whose end is the end */
    int64_t now_ns;
    uint64_t random;
    bool shuffled;
    uint32_t fail_countdown;
    uint32_t allocated;
} sim;

/* xorshift64*: good enough to shuffle, the same everywhere. */
static uint64_t next_random(void)
{
    sim.random ^= sim.random >> 12;
    sim.random ^= sim.random << 25;
    sim.random ^= sim.random >> 27;
    return sim.random * UINT64_C(2685821657736338717);
}

/* ---- scheduling ---- */

static uint32_t count_ready(void)
{
    struct sim_thread *thread;
    uint32_t count = 0;

    for (thread = sim.threads; thread; thread = thread->next)
        count += thread->state == READY;
    return count;
}

/* Takes a thread off the condition it waits for. */
static void stop_waiting(struct sim_thread *thread, bool timed_out)
{
    struct sim_thread **at;

    if (thread->condition) {
        for (at = &thread->condition->waiting; *at != thread; at = &(*at)->next_waiting)
            ;
        *at = thread->next_waiting;
    }
    thread->condition = NULL;
    thread->state = READY;
    thread->timed_out = timed_out;
}

/* Nobody can run: time passes until somebody wakes. */
static void pass_time(void)
{
    struct sim_thread *thread;
    int64_t wake_ns = PORT_FOREVER;

    for (thread = sim.threads; thread; thread = thread->next)
        if (thread->state == WAITING && thread->wake_ns < wake_ns)
            wake_ns = thread->wake_ns;
    if (wake_ns == PORT_FOREVER)
        port_panic("all threads sleep for ever: deadlock");
    if (wake_ns > sim.now_ns)
        sim.now_ns = wake_ns;
    for (thread = sim.threads; thread; thread = thread->next)
        if (thread->state == WAITING && thread->wake_ns <= sim.now_ns)
            stop_waiting(thread, true);
}

static struct sim_thread *choose(void)
{
    struct sim_thread *thread = sim.current ? sim.current->next : NULL;
    uint32_t ready, skip;

    while (!(ready = count_ready()))
        pass_time();
    skip = sim.shuffled ? (uint32_t)(next_random() % ready) : 0;
    for (;; thread = thread->next) {
        if (!thread)
            thread = sim.threads;
        if (thread->state == READY && !skip--)
            return thread;
    }
}

/* Goes on with another thread; returns when this one is chosen again. */
static void switch_away(void)
{
    struct sim_thread *self = sim.current, *chosen = choose();

    if (chosen == self)
        return;
    sim.current = chosen;
    swapcontext(&self->context, &chosen->context);
}

static void thread_entry(void)
{
    struct sim_thread *self = sim.current;

    self->main(self->argument);
    self->state = ENDED;
    if (self == sim.first)
        swapcontext(&self->context, &sim.outside);
    switch_away();
}

static struct sim_thread *add_thread(void (*main)(void *argument), void *argument)
{
    struct sim_thread *thread = calloc(1, sizeof(*thread));

    if (!thread)
        return NULL;
    thread->stack = malloc(STACK_BYTES);
    thread->main = main;
    thread->argument = argument;
    getcontext(&thread->context);
    thread->context.uc_stack.ss_sp = thread->stack;
    thread->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&thread->context, thread_entry, 0);
    thread->next = sim.threads;
    sim.threads = thread;
    return thread;
}

void sim_run(uint64_t seed, void (*main)(void *argument), void *argument)
{
    struct sim_thread *thread, *next;

    memset(&sim, 0, sizeof(sim));
    sim.now_ns = 1000 * PORT_NS_PER_MS;
    sim.random = seed ? seed : 1;
    sim.shuffled = seed != 0;
    sim.first = add_thread(main, argument);
    sim.current = sim.first;
    swapcontext(&sim.outside, &sim.first->context);
    for (thread = sim.threads; thread; thread = next) {
        next = thread->next;
        free(thread->stack);
        free(thread);
    }
    sim.threads = NULL;
    sim.current = NULL;
}

void sim_yield(void)
{
    switch_away();
}

void sim_sleep(int64_t duration_ns)
{
    sim.current->state = WAITING;
    sim.current->wake_ns = sim.now_ns + duration_ns;
    switch_away();
}

void sim_fail_alloc(uint32_t nth)
{
    sim.fail_countdown = nth;
}

uint32_t sim_allocated(void)
{
    return sim.allocated;
}

/* ---- port.h ---- */

int64_t port_now_ns(void)
{
    return sim.now_ns;
}

void port_random(void *bytes, size_t count)
{
    uint8_t *at = (uint8_t *)bytes;

    while (count--)
        *at++ = (uint8_t)(next_random() >> 32);
}

void *port_alloc(size_t size_bytes)
{
    void *memory;

    if (sim.fail_countdown && !--sim.fail_countdown)
        return NULL;
    memory = malloc(size_bytes);
    sim.allocated += memory != NULL;
    return memory;
}

void port_free(void *memory)
{
    sim.allocated -= memory != NULL;
    free(memory);
}

bool port_mutex_init(struct port_mutex *mutex)
{
    mutex->owner = NULL;
    return true;
}

void port_mutex_destroy(struct port_mutex *mutex)
{
    if (mutex->owner)
        port_panic("a taken mutex is destroyed");
}

/* Takes it as soon as it is free; if only this thread can run, its owner sleeps and time must pass. */
static void await_mutex(struct port_mutex *mutex)
{
    while (mutex->owner) {
        if (count_ready() == 1)
            pass_time();
        switch_away();
    }
    mutex->owner = sim.current;
}

void port_mutex_lock(struct port_mutex *mutex)
{
    if (mutex->owner == sim.current)
        port_panic("a mutex is taken twice by one thread");
    if (sim.shuffled)
        switch_away();
    await_mutex(mutex);
}

void port_mutex_unlock(struct port_mutex *mutex)
{
    if (mutex->owner != sim.current)
        port_panic("a mutex is given by a thread that does not have it");
    mutex->owner = NULL;
    if (sim.shuffled)
        switch_away();
}

bool port_condition_init(struct port_condition *condition)
{
    condition->waiting = NULL;
    return true;
}

void port_condition_destroy(struct port_condition *condition)
{
    if (condition->waiting)
        port_panic("a condition is destroyed while threads wait for it");
}

void port_condition_wake_one(struct port_condition *condition)
{
    if (condition->waiting)
        stop_waiting(condition->waiting, false);
}

void port_condition_wake_all(struct port_condition *condition)
{
    while (condition->waiting)
        stop_waiting(condition->waiting, false);
}

bool port_condition_wait(struct port_condition *condition, struct port_mutex *mutex, int64_t deadline_ns)
{
    struct sim_thread *self = sim.current, **at = &condition->waiting;

    if (mutex->owner != self)
        port_panic("a condition is waited for without its mutex");
    if (deadline_ns <= sim.now_ns)
        return false;
    while (*at)
        at = &(*at)->next_waiting;
    *at = self;
    self->next_waiting = NULL;
    self->condition = condition;
    self->wake_ns = deadline_ns;
    self->state = WAITING;
    mutex->owner = NULL;
    switch_away();
    await_mutex(mutex);
    return !self->timed_out;
}

bool port_thread_start(const char *name, void (*main)(void *argument), void *argument)
{
    (void)name;
    return add_thread(main, argument) != NULL;
}

void *port_thread_slot(void)
{
    static uint64_t outside[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];

    return sim.current ? (void *)sim.current->slot : (void *)outside;
}

void port_panic(const char *why)
{
    fprintf(stderr, "sim: panic at %lld ns: %s\n", (long long)sim.now_ns, why);
    abort();
}
