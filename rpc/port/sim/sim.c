/* The scheduler, and port.h but for memory. */
#include "sim_internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* No program takes as many turns in one moment, unless it turns in circles. */
#define SWITCHES_NOW_MAX 5000000u

struct sim_state sim;
static void (*panic_hook)(const char *why);

/* ---- threads that can run ---- */

void sim__make_ready(struct sim_thread *thread)
{
    thread->state = READY;
    if (thread->machine->paused || thread->place != NOT_READY)
        return;
    if (sim.ready_count == sim.ready_capacity) {
        uint32_t capacity = sim.ready_capacity ? 2 * sim.ready_capacity : 64;
        struct sim_thread **larger =
            (struct sim_thread **)realloc(sim.ready, capacity * sizeof(struct sim_thread *));

        if (!larger)
            port_panic("no memory for a list of threads");
        sim.ready = larger;
        sim.ready_capacity = capacity;
    }
    thread->place = sim.ready_count;
    sim.ready[sim.ready_count++] = thread;
}

void sim__unready(struct sim_thread *thread)
{
    uint32_t at = thread->place;

    if (at == NOT_READY)
        return;
    for (sim.ready_count--; at < sim.ready_count;
         at++) { /* the order stays: without a seed they run in turn */
        sim.ready[at] = sim.ready[at + 1];
        sim.ready[at]->place = at;
    }
    thread->place = NOT_READY;
}

void sim__unlink(struct sim_thread *thread)
{
    struct sim_thread **at;

    if (!thread->condition && !thread->blocking)
        return;
    at = thread->condition ? &thread->condition->waiting : &thread->blocking->waiting;
    while (*at != thread)
        at = &(*at)->next_waiting;
    *at = thread->next_waiting;
    thread->condition = NULL;
    thread->blocking = NULL;
}

static void stop_waiting(struct sim_thread *thread, bool timed_out)
{
    sim__unlink(thread);
    thread->timed_out = timed_out;
    sim__make_ready(thread);
}

/* ---- time ---- */

static int64_t next_wake_ns(void)
{
    const struct sim_machine *machine;
    const struct sim_thread *thread;
    int64_t wake_ns = sim__next_event_ns();

    for (machine = &sim__outside; machine; machine = machine->next) {
        for (thread = machine->paused ? NULL : machine->threads; thread; thread = thread->next) {
            int64_t at_ns;

            if (thread->state != WAITING || thread->wake_ns == PORT_FOREVER)
                continue;
            at_ns = sim__true_ns(machine, thread->wake_ns);
            if (at_ns < wake_ns)
                wake_ns = at_ns;
        }
    }
    return wake_ns;
}

static void wake_those_due(void)
{
    struct sim_machine *machine;
    struct sim_thread *thread;

    for (machine = &sim__outside; machine; machine = machine->next) {
        int64_t local_ns = sim__local_ns(machine);

        for (thread = machine->paused ? NULL : machine->threads; thread; thread = thread->next)
            if (thread->state == WAITING && thread->wake_ns <= local_ns)
                stop_waiting(thread, true);
    }
}

/* Nobody can run: time passes until somebody wakes. */
static void pass_time(void)
{
    int64_t wake_ns = next_wake_ns();

    if (wake_ns == PORT_FOREVER)
        port_panic("all threads sleep for ever: deadlock");
    if (wake_ns > sim.now_ns) {
        sim.now_ns = wake_ns;
        sim.switches_now = 0;
        sim_mix((uint64_t)wake_ns);
    }
    if (!sim__run_event())
        wake_those_due();
}

/* ---- scheduling ---- */

static struct sim_thread *choose(void)
{
    struct sim_thread *chosen;

    while (!sim.ready_count)
        pass_time();
    if (++sim.switches_now > SWITCHES_NOW_MAX)
        port_panic("threads run for ever while no time passes");
    chosen = sim.ready[sim.shuffled ? (uint32_t)(sim__random(&sim.random) % sim.ready_count) : 0];
    if (!sim.shuffled) { /* the last of those that wait for their turn */
        sim__unready(chosen);
        sim__make_ready(chosen);
    }
    return chosen;
}

static void free_ended(void)
{
    struct sim_thread *ended = sim.ended;

    sim.ended = NULL;
    if (!ended)
        return;
    coroutine_free(ended->coroutine);
    free(ended);
}

/* Goes on with another thread; returns when this one is chosen again. */
static void switch_away(void)
{
    struct sim_thread *self = sim.current, *chosen = choose();

    if (chosen == self)
        return;
    sim_mix(chosen->number);
    if (self->machine != chosen->machine)
        sim__machine_left(self->machine);
    sim.current = chosen;
    coroutine_switch(self->coroutine, chosen->coroutine);
    free_ended();
}

/* Where another thread might run instead. */
static void may_switch(void)
{
    if (sim.stall_one_in && sim__random(&sim.random) % sim.stall_one_in == 0)
        sim_sleep(1 + (int64_t)(sim__random(&sim.random) % (uint64_t)sim.stall_ns));
    if (sim.shuffled && (sim.preempt_one_in == 1 || sim__random(&sim.random) % sim.preempt_one_in == 0))
        switch_away();
}

static void forget_thread(struct sim_thread *thread)
{
    struct sim_thread **at;

    sim__unready(thread);
    for (at = &thread->machine->threads; *at != thread; at = &(*at)->next)
        ;
    *at = thread->next;
    thread->machine->thread_count--;
}

static void thread_entry(void)
{
    struct sim_thread *self = sim.current;

    free_ended();
    coroutine_started(&sim.outside);
    self->main(self->argument);
    if (self->owned)
        port_panic("a thread ends and keeps a mutex");
    forget_thread(self);
    sim.ended = self;
    if (self == sim.first)
        coroutine_switch(self->coroutine, &sim.outside);
    switch_away();
}

struct sim_thread *sim__add_thread(struct sim_machine *machine, void (*main)(void *argument), void *argument)
{
    struct sim_thread *thread = (struct sim_thread *)calloc(1, sizeof(*thread));

    if (!thread)
        return NULL;
    thread->coroutine = coroutine_create(thread_entry);
    if (!thread->coroutine) {
        free(thread);
        return NULL;
    }
    thread->machine = machine;
    thread->main = main;
    thread->argument = argument;
    thread->number = ++sim.thread_number;
    thread->place = NOT_READY;
    thread->next = machine->threads;
    machine->threads = thread;
    machine->thread_count++;
    sim__make_ready(thread);
    return thread;
}

void sim__drop_thread(struct sim_thread *thread)
{
    sim__unlink(thread);
    while (thread->owned) {
        struct port_mutex *mutex = thread->owned;

        thread->owned = mutex->next_owned;
        mutex->owner = NULL;
        while (mutex->waiting)
            stop_waiting(mutex->waiting, false);
    }
    forget_thread(thread);
    coroutine_free(thread->coroutine);
    free(thread);
}

void sim_run(uint64_t seed, void (*main)(void *argument), void *argument)
{
    memset(&sim, 0, sizeof(sim));
    sim.now_ns = 1000 * PORT_NS_PER_MS;
    sim.random = seed ? seed : 1;
    sim.shuffled = seed != 0;
    sim.preempt_one_in = 1;
    sim.machines = &sim__outside;
    sim__outside.random = sim.random;
    sim__outside.clock_ns = sim.now_ns;
    sim__outside.clock_set_ns = sim.now_ns;
    sim.first = sim__add_thread(&sim__outside, main, argument);
    if (!sim.first)
        port_panic("no memory for the first thread");
    sim.current = sim.first;
    coroutine_switch(&sim.outside, sim.first->coroutine);
    sim.current = NULL;
    free_ended();
    sim__end_machines();
    free(sim.ready);
    free(sim.events);
    sim.ready = NULL;
    sim.events = NULL;
    sim.ready_count = 0;
    sim.ready_capacity = 0;
    sim.event_count = 0;
    sim.event_capacity = 0;
}

void sim_set_preemption(uint32_t one_in)
{
    sim.preempt_one_in = one_in;
}

void sim_set_stalls(uint32_t one_in, int64_t most_ns)
{
    sim.stall_one_in = one_in;
    sim.stall_ns = most_ns;
}

void sim_yield(void)
{
    switch_away();
}

void sim_sleep(int64_t duration_ns)
{
    sim__unready(sim.current);
    sim.current->state = WAITING;
    sim.current->wake_ns = port_now_ns() + duration_ns;
    switch_away();
}

/* The running thread waits, last of all, until somebody wakes it. */
static void enter_wait(struct port_condition *condition, int64_t deadline_ns)
{
    struct sim_thread *self = sim.current, **at = &condition->waiting;

    while (*at)
        at = &(*at)->next_waiting;
    *at = self;
    self->next_waiting = NULL;
    self->condition = condition;
    self->wake_ns = deadline_ns;
    self->state = WAITING;
    sim__unready(self);
}

bool sim_wait(struct port_condition *condition, int64_t deadline_ns)
{
    if (deadline_ns <= port_now_ns())
        return false;
    enter_wait(condition, deadline_ns);
    switch_away();
    return !sim.current->timed_out;
}

void sim_fail_alloc(uint32_t nth)
{
    sim.fail_countdown = nth;
}

int64_t sim_now_ns(void)
{
    return sim.now_ns;
}

void sim_mix(uint64_t value)
{
    sim.digest = (sim.digest ^ value) * UINT64_C(0x9E3779B97F4A7C15);
    sim.digest ^= sim.digest >> 29;
}

uint64_t sim_digest(void)
{
    return sim.digest;
}

void sim_on_panic(void (*hook)(const char *why))
{
    panic_hook = hook;
}

/* ---- port.h ---- */

int64_t port_now_ns(void)
{
    return sim__local_ns(sim__here());
}

bool port_mutex_init(struct port_mutex *mutex)
{
    memset(mutex, 0, sizeof(*mutex));
    return !sim__lacks_memory();
}

void port_mutex_destroy(struct port_mutex *mutex)
{
    if (mutex->owner || mutex->waiting)
        port_panic("a taken mutex is destroyed");
}

/* Takes it as soon as it is free: whoever comes first. */
static void await_mutex(struct port_mutex *mutex)
{
    struct sim_thread *self = sim.current;

    while (mutex->owner) {
        self->next_waiting = mutex->waiting;
        mutex->waiting = self;
        self->blocking = mutex;
        self->state = BLOCKED;
        sim__unready(self);
        switch_away();
    }
    mutex->owner = self;
    mutex->next_owned = self->owned;
    self->owned = mutex;
}

static void give(struct port_mutex *mutex)
{
    struct port_mutex **at = &mutex->owner->owned;

    while (*at != mutex)
        at = &(*at)->next_owned;
    *at = mutex->next_owned;
    mutex->owner = NULL;
    while (mutex->waiting)
        stop_waiting(mutex->waiting, false);
}

void port_mutex_lock(struct port_mutex *mutex)
{
    if (mutex->owner == sim.current)
        port_panic("a mutex is taken twice by one thread");
    may_switch();
    await_mutex(mutex);
}

void port_mutex_unlock(struct port_mutex *mutex)
{
    if (mutex->owner != sim.current)
        port_panic("a mutex is given by a thread that does not have it");
    give(mutex);
    may_switch();
}

bool port_condition_init(struct port_condition *condition)
{
    condition->waiting = NULL;
    return !sim__lacks_memory();
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
    bool timed_out;

    if (mutex->owner != sim.current)
        port_panic("a condition is waited for without its mutex");
    if (deadline_ns <= port_now_ns())
        return false;
    enter_wait(condition, deadline_ns);
    give(mutex);
    switch_away();
    timed_out = sim.current->timed_out;
    await_mutex(mutex);
    return !timed_out;
}

bool port_thread_start(const char *name, void (*main)(void *argument), void *argument)
{
    (void)name;
    return !sim__lacks_memory() && sim__add_thread(sim__here(), main, argument) != NULL;
}

void *port_thread_slot(void)
{
    static uint64_t outside[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];

    return sim.current ? (void *)sim.current->slot : (void *)outside;
}

void port_panic(const char *why)
{
    void (*hook)(const char *) = panic_hook;

    panic_hook = NULL;
    if (hook)
        hook(why);
    fprintf(stderr, "sim: panic at %lld ns: %s\n", (long long)sim.now_ns, why);
    abort();
}
