/* Shared by the files of this folder. */
#ifndef SIM_INTERNAL_H
#define SIM_INTERNAL_H

#include "coroutine.h"
#include "sim.h"

enum thread_state { READY, WAITING, BLOCKED };

struct sim_thread {
    struct coroutine *coroutine;
    struct sim_machine *machine;      /* constant; of outside too */
    struct sim_thread *next;          /* of the same machine */
    struct sim_thread *next_waiting;  /* on the same condition or mutex */
    struct port_condition *condition; /* that it waits for; NULL: it only sleeps */
    struct port_mutex *blocking;      /* BLOCKED: the mutex that it waits for */
    struct port_mutex *owned;         /* first of a list */
    int64_t wake_ns;                  /* WAITING: when it wakes by itself, on its machine's clock */
    uint32_t number;                  /* in the order in which they were started */
    uint32_t place;                   /* in sim.ready; NOT_READY */
    enum thread_state state;
    bool timed_out;
    void (*main)(void *argument);
    void *argument;
    uint64_t slot[PORT_THREAD_SLOT_BYTES / sizeof(uint64_t)];
};

#define NOT_READY UINT32_MAX

struct sim_block;

struct sim_machine {
    const char *name;
    struct sim_machine *next;
    struct sim_thread *threads;
    struct sim_block *blocks;
    uint32_t block_count;
    uint32_t thread_count;
    uint32_t fail_one_in;
    uint64_t random;
    bool paused;
    int64_t paused_since_ns;
    int64_t paused_ns;    /* of pauses that are over */
    int64_t clock_ns;     /* its clock ... */
    int64_t clock_set_ns; /* ... at this true time */
    int32_t rate_ppm;
};

struct sim_state {
    struct coroutine outside; /* who called sim_run */
    struct sim_thread *current;
    struct sim_thread *first; /* whose end is the end */
    struct sim_thread *ended; /* its stack can be used again as soon as another runs */
    struct sim_thread **ready;
    uint32_t ready_count;
    uint32_t ready_capacity;
    struct sim_event **events; /* a heap */
    uint32_t event_count;
    uint32_t event_capacity;
    uint64_t event_order;
    struct sim_machine *machines; /* the first is outside */
    int64_t now_ns;
    uint64_t random;
    bool shuffled;
    uint32_t preempt_one_in;
    uint32_t stall_one_in;
    int64_t stall_ns;
    uint32_t switches_now; /* since time passed last */
    uint32_t thread_number;
    uint32_t fail_countdown;
    uint32_t allocated;
    uint64_t digest;
};

extern struct sim_state sim;
extern struct sim_machine sim__outside;

/* xorshift64*: good enough to shuffle, the same everywhere. */
static inline uint64_t sim__random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* ---- sim.c ---- */

void sim__make_ready(struct sim_thread *thread);
void sim__unready(struct sim_thread *thread);

/** Takes a thread off the condition or mutex that it waits for, without making it ready. */
void sim__unlink(struct sim_thread *thread);

/** @retval NULL out of memory */
struct sim_thread *sim__add_thread(struct sim_machine *machine, void (*main)(void *argument), void *argument);

/** Gives its mutexes back and forgets it. Not the running one. */
void sim__drop_thread(struct sim_thread *thread);

/* ---- events.c ---- */

/** The first one whose time has come is run. @retval false there is none */
bool sim__run_event(void);

/** @retval PORT_FOREVER there is none */
int64_t sim__next_event_ns(void);

/* ---- machine.c ---- */

/** The machine that the running thread is of. */
static inline struct sim_machine *sim__here(void)
{
    return sim.current ? sim.current->machine : &sim__outside;
}

void sim__machine_left(const struct sim_machine *machine);
void sim__end_machines(void);

/** Its clock now. */
int64_t sim__local_ns(const struct sim_machine *machine);

/** When its clock will be there, at the latest now. */
int64_t sim__true_ns(const struct sim_machine *machine, int64_t local_ns);

/** Whether something that may lack memory does so now. */
bool sim__lacks_memory(void);

#endif
