/*
 * What tests drive the simulated port with. One simulation at a time and process.
 *
 * Threads give up the processor where real ones might: when they take or give a mutex, wait, sleep or end.
 * With a seed the next one is drawn at random, so that many seeds explore many interleavings; a seed repeats
 * exactly.
 *
 * Threads and memory belong to the machine that made them. A test that makes no machines has one, which
 * never fails; what is called "outside" below is that one.
 */
#ifndef SIM_H
#define SIM_H

#include <port.h>

/**
 * Runs `main(argument)` as the first thread of a simulation, outside of all machines, and returns when it has
 * returned. Threads that are left by then are dropped where they stand, so a test ends its nodes first.
 *
 * @param seed  0: threads run in turn
 * Panics (abort) when all threads sleep for ever: a deadlock; or run for ever while no time passes.
 */
void sim_run(uint64_t seed, void (*main)(void *argument), void *argument);

/** The running thread sleeps for virtual time, on the clock of its machine. */
void sim_sleep(int64_t duration_ns);

/**
 * The running thread sleeps until `condition` is woken or its machine's clock says `deadline_ns`, as in
 * port_condition_wait but without a mutex: nothing else runs between the test of whatever it waits for and
 * this. May be called with a condition outside of all machines. @retval false the deadline has passed
 */
bool sim_wait(struct port_condition *condition, int64_t deadline_ns);

/** Lets every other thread that can run do so once. */
void sim_yield(void);

/** The n-th port_alloc from now on fails (1: the next), once; 0: none. */
void sim_fail_alloc(uint32_t nth);

/** Blocks of port_alloc that are not freed, of all machines. */
uint32_t sim_allocated(void);

/** With a seed: a thread may be pre-empted at one in `one_in` of the places where it can be (1 at first). */
void sim_set_preemption(uint32_t one_in);

/** And there it may lose it for a while, up to `most_ns` of true time, at one in `one_in` places; 0: never.
 */
void sim_set_stalls(uint32_t one_in, int64_t most_ns);

/** True time, which no machine knows; the clocks of machines differ. */
int64_t sim_now_ns(void);

/**
 * A digest of all that was scheduled so far: which thread ran when, and what sim_mix was told. Equal for
 * equal seeds, in every build.
 */
uint64_t sim_digest(void);
void sim_mix(uint64_t value);

/** Called with the reason before a panic ends the program. */
void sim_on_panic(void (*hook)(const char *why));

/* ---- events: what happens outside of all machines ---- */

/* Memory of whoever schedules it, until it has run. */
struct sim_event {
    int64_t at_ns;  /* true time */
    uint64_t order; /* among those at the same time */
    void (*run)(struct sim_event *event);
};

/**
 * Has `event->run` called at event->at_ns, in no thread: it must not wait. A simulation can hold many; they
 * are forgotten, not run, when it ends.
 */
void sim_event_schedule(struct sim_event *event);

/* ---- machines ---- */

struct sim_machine;

/**
 * A machine; gone when the simulation ends. @param name  constant
 * @param seed  of what port_random gives there
 */
struct sim_machine *sim_machine_create(const char *name, uint64_t seed);

/** Starts a thread there; those that it starts are of the same machine. @retval false out of memory */
bool sim_machine_start(struct sim_machine *machine, void (*main)(void *argument), void *argument);

/**
 * Power fails: its threads are gone where they stand, its memory is lost; nobody is told. It can be used
 * again. Not from one of its own threads. @param seed  as of sim_machine_create, from now on
 */
void sim_machine_crash(struct sim_machine *machine, uint64_t seed);

/** Its threads stand still while time passes, until that is over. */
void sim_machine_pause(struct sim_machine *machine, bool paused);

/**
 * How its clock goes from now on: `rate_ppm` millionths faster than true time, after one jump forward.
 * (A monotonic clock never goes back.)
 */
void sim_machine_set_clock(struct sim_machine *machine, int32_t rate_ppm, int64_t jump_ns);

/** Its clock now. */
int64_t sim_machine_now_ns(const struct sim_machine *machine);

/** One in `one_in` of its port_alloc, and of all else that may lack memory, fails; 0: none. */
void sim_machine_fail_alloc(struct sim_machine *machine, uint32_t one_in);

/**
 * Called, as if in the machine, whenever the processor goes from one machine to another: for what the program
 * keeps in static memory, which all machines share. Not for outside. NULL: nothing is called.
 */
void sim_on_machine_left(void (*hook)(void));

/** Blocks of memory, and threads that have not ended. */
uint32_t sim_machine_blocks(const struct sim_machine *machine);
uint32_t sim_machine_threads(const struct sim_machine *machine);

/** True time that it has been paused for. */
int64_t sim_machine_paused_ns(const struct sim_machine *machine);

/** Of the running thread; NULL: outside. */
struct sim_machine *sim_machine_current(void);
const char *sim_machine_name(const struct sim_machine *machine);

#endif
