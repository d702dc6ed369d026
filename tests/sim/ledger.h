/*
 * What really happened: every call, every object and who holds it, outside of all machines. It is told by
 * those who call and by the objects that are called, and compares.
 *
 * Whatever breaks a promise ends the simulation: violate() does not return.
 */
#ifndef SIM_LEDGER_H
#define SIM_LEDGER_H

#include <com.h>
#include <rpc.h>
#include <sim.h>

/** Once for each simulation. @param strict  false: peers lie, so that results mean nothing */
void ledger_reset(bool strict);
void ledger_end(void);

/* ---- the trace ---- */

/* X(name, format of node, a, b) */
#define TRACE_KINDS(X)                                                         \
    X(NODE_UP, "n%u is up, start %u")                                          \
    X(NODE_STOPPED, "n%u has stopped")                                         \
    X(CRASH, "n%u crashes; peers are told: %u, old identity: %u")              \
    X(FAULT_CUT, "  (n%u) a connection is cut: %u")                            \
    X(FAULT_HOLD, "n%u is not heard by n%u for %u ms")                         \
    X(FAULT_PAUSE, "n%u stands still: %u")                                     \
    X(FAULT_CLOCK, "n%u: the clock goes %d ppm faster, after a jump of %u ms") \
    X(FAULT_OOM, "n%u: one in %u allocations fails")                           \
    X(HEAL, "(n%u) faults are over")                                           \
    X(CALL, "n%u begins call %u to object %u")                                 \
    X(EXECUTE, "n%u executes call %u in object %u")                            \
    X(RETURN, "n%u ends call %u: %x")                                          \
    X(CONNECT, "n%u connects to n%u: %x")                                      \
    X(OBJECT_MADE, "n%u makes object %u")                                      \
    X(OBJECT_GONE, "n%u destroys object %u")                                   \
    X(HOLD, "n%u holds object %u")                                             \
    X(DROP, "n%u drops object %u")                                             \
    X(NAME, "n%u registers or unregisters %u: %x")                             \
    X(GONE, "n%u is told that the node of object %u is gone")                  \
    X(DRAIN, "n%u goes away, with %u ms for calls to end: %x")                 \
    X(PHASE, "(n%u) phase %u")

enum trace_kind {
#define X(name, format) TRACE_##name,
    TRACE_KINDS(X)
#undef X
};

void trace(enum trace_kind kind, uint32_t node, uint32_t a, uint32_t b);

/** Prints every event from now on, as it happens, and frames as well. */
void trace_aloud(bool on);

/** A frame leaves a host for another by a connection. Only printed: too many to keep. */
void trace_frame(const char *from, const char *to, uint32_t cable, const uint8_t *frame, uint32_t size_bytes);

/** The last events and the reason go where violations go. Does not return. */
__attribute__((noreturn, format(printf, 2, 3))) void violate(const char *invariant, const char *format, ...);

/** Who takes a violation: its text, of many lines. Must not return. */
void ledger_on_violation(void (*hook)(const char *invariant, const char *text));

/* ---- calls ---- */

/**
 * A call is about to be made by the running thread. @param target  the pointer that it goes to
 * @param timeout_ms  of the method; 0: default @return its number
 */
uint32_t ledger_begin_call(uint32_t node, void *target, uint32_t timeout_ms, uint32_t object_in);

/* What is particular about a call. */
enum {
    LEDGER_ONEWAY = 1,  /* it has no answer */
    LEDGER_REPEATS = 2, /* [idempotent]: it may be executed twice */
    LEDGER_LASTING = 4, /* made through a proxy that outlives connections, and fails like its Bind, too */
    LEDGER_HALVES = 8,  /* nobody waits for it until ledger_await_call */
    LEDGER_NEEDED = 16, /* calls of its result need it: it goes on when its caller has forgotten it */
};
void ledger_mark(uint32_t call, uint32_t marks);

/** The call was begun some time ago; from here on its caller waits for the answer. */
void ledger_await_call(uint32_t call);

/** The call was begun, and its caller has forgotten it. */
void ledger_forget_call(uint32_t call);

/** An object is being called: first of all in every method. @param busy_ms how long it will take at least */
void ledger_execute(uint32_t call, uint32_t object, uint32_t node);

/** The method gives this object out. */
void ledger_give(uint32_t call, uint32_t object);

/** The method fails, as its caller asked for. */
void ledger_fail(uint32_t call);

/** What the call's answer must be. */
uint32_t ledger_result(uint32_t call, uint32_t object);

/** The object that executed the call last; 0: none. */
uint32_t ledger_executed_by(uint32_t call);

/** The object that was passed in; 0: none. */
uint32_t ledger_passed(uint32_t call);

/**
 * The call has ended, by what the caller sees. Checks result, time and `executed`.
 * @param result  NULL: it has none
 * @return the object that it gave out
 */
uint32_t ledger_end_call(uint32_t call, HRESULT hr, const uint32_t *result);

/** The method may take this long, if nothing goes wrong. */
void ledger_allow_ms(uint32_t call, uint32_t duration_ms);

/* ---- calls of what others will return ---- */

/**
 * A pointer stands for what a call gives out, or for what a Bind will find: calls of it are executed in that,
 * or fail, unexecuted, like the call. @param call  0: of a Bind
 */
void ledger_promise(uint32_t node, void *pointer, uint32_t call);

/** It is about to be released. */
void ledger_promise_gone(void *pointer);

/* ---- objects and who holds them ---- */

uint32_t ledger_object_made(uint32_t node, void *identity);
void ledger_object_gone(uint32_t object);

/** Whether it exists. */
bool ledger_object_lives(uint32_t object);

/** Where it was made. */
uint32_t ledger_object_node(uint32_t object);

/** A holder has a reference that it may use. @return its number */
uint32_t ledger_hold(uint32_t node, void *pointer, uint32_t object);

/** It is about to be released. */
void ledger_drop(uint32_t hold);
uint32_t ledger_held_object(uint32_t hold);

/** A machine crashed: its calls will not end, its objects and holders are gone. */
void ledger_node_crashed(uint32_t node);

/* ---- checks ---- */

/** All that must hold at any moment. */
void ledger_check(void);

/** Calls that run. */
uint32_t ledger_running(void);

/** No call runs, nothing was sent for a while: what is counted and what is held must be the same. */
void ledger_check_quiet(void);

/** Nobody should hold anything any more. */
void ledger_check_empty(void);

struct ledger_counters {
    uint32_t calls;
    uint32_t succeeded;
    uint32_t executed_unknown;
    uint32_t objects;
    uint32_t checks;
};
extern struct ledger_counters ledger_counters;

#endif
