/* Every call: who made it, how often it ran, what came of it. */
#include "ledger_internal.h"
#include "draw.h"
#include "oracle.h"
#include "world.h"
#include <runtime/thread.h>
#include <stdlib.h>
#include <string.h>

/* What a call may take beyond its deadline: its clock may be a tenth too slow. */
#define LATE_NS (INT64_C(150) * PORT_NS_PER_MS)

/*
 * A frame that stands at the door of a connection that takes nothing is waited for, whatever its deadline:
 * until the connection is given up.
 */
#define CLOGGED_NS (INT64_C(3200) * PORT_NS_PER_MS)

/* Where nothing goes wrong, no call takes longer than this, beside what the method itself takes. */
#define CALM_NS (INT64_C(700) * PORT_NS_PER_MS)

enum { DEFAULT_TIMEOUT_MS = 5000 };

struct call {
    uint32_t node;
    uint32_t start;       /* of the node */
    uint32_t target;      /* the object that is meant; 0: not known */
    uint32_t executed_by; /* object */
    uint32_t executions;
    uint32_t passed;
    uint32_t given;
    uint32_t of; /* the call that gives out what this one is for; 0: none, or a Bind */
    uint32_t marks;
    uint64_t link;       /* to the node of the object; 0: another way */
    uint32_t gone_after; /* the last call that was begun when the caller gave this one up; 0: he did not */
    bool promised;       /* it is for what another one gives out */
    bool failed;         /* as its caller asked for */
    uint8_t depth;       /* calls that it is nested in */
    bool remote;
    bool cancellable; /* who calls may be told to stop */
    bool waits;       /* for its end */
    bool ended;
    bool lost;  /* its machine crashed */
    bool never; /* its caller was told that it was not executed */
    bool sent;  /* of [oneway]: its caller was told so */
    int64_t started_ns;
    int64_t paused_ns;   /* of its machine until then */
    int64_t deadline_ns; /* on its machine's clock */
    int64_t granted_ns;  /* until then, when it was made */
    int64_t budget_ns;   /* and when its caller began to wait */
    int64_t allowed_ms;
};

struct ledger_counters ledger_counters;
bool ledger_strict;
static struct call *calls;
static uint32_t call_count;
static uint32_t call_capacity;
static uint32_t first_running; /* none before it runs */

void ledger_reset(bool strict)
{
    call_count = 1; /* none is 0 */
    first_running = 1;
    ledger_strict = strict;
    memset(&ledger_counters, 0, sizeof(ledger_counters));
    trace_reset();
    objects_reset();
    promises_reset();
}

static struct call *find_call(uint32_t number)
{
    if (!number || number >= call_count) {
        if (ledger_strict)
            violate("I1", "an object was called with a number that no call has: %u", number);
        return NULL;
    }
    return &calls[number];
}

static struct call *add_call(void)
{
    if (call_count >= call_capacity) {
        uint32_t capacity = call_capacity ? 2 * call_capacity : 1024;

        calls = (struct call *)realloc(calls, capacity * sizeof(*calls));
        if (!calls)
            port_panic("no memory for the ledger");
        call_capacity = capacity;
    }
    memset(&calls[call_count], 0, sizeof(*calls));
    ledger_counters.calls++;
    return &calls[call_count++];
}

static void begin_to_wait(struct call *call)
{
    call->waits = true;
    call->started_ns = sim_now_ns();
    call->paused_ns = sim_machine_paused_ns(world.nodes[call->node].machine);
}

uint32_t ledger_begin_call(uint32_t node, void *target, uint32_t timeout_ms, uint32_t object_in)
{
    int64_t deadline_ns = rpc_get_deadline();
    struct call *call = add_call();
    uint32_t number = call_count - 1;

    call->node = node;
    call->start = world.nodes[node].starts;
    call->passed = object_in;
    call->promised = promises_find(target, &call->of);
    call->remote = oracle_is_proxy(target);
    if (oracle_walk(node, target, &call->target) != WALK_FOUND)
        call->target = 0;
    call->link = call->target ? oracle_link_to(target) : 0;
    call->depth = rpc_thread_current()->depth;
    call->cancellable = rpc_thread_current()->cancellation != NULL;
    call->budget_ns = (timeout_ms ? timeout_ms : DEFAULT_TIMEOUT_MS) * PORT_NS_PER_MS;
    if (deadline_ns != PORT_FOREVER && deadline_ns - port_now_ns() < call->budget_ns)
        call->budget_ns = deadline_ns - port_now_ns();
    call->granted_ns = call->budget_ns;
    call->deadline_ns = port_now_ns() + call->budget_ns;
    begin_to_wait(call);
    trace(TRACE_CALL, node, number, call->target);
    return number;
}

void ledger_mark(uint32_t number, uint32_t marks)
{
    struct call *call = find_call(number);

    call->marks = marks;
    if (marks & LEDGER_HALVES)
        call->waits = false;
}

void ledger_await_call(uint32_t number)
{
    struct call *call = find_call(number);

    call->budget_ns = call->deadline_ns - port_now_ns();
    begin_to_wait(call);
}

/* None is begun before it that does not come after it. */
static void give_up(struct call *call)
{
    call->gone_after = call_count - 1;
}

static void end(struct call *call)
{
    call->ended = true;
    while (first_running < call_count && calls[first_running].ended)
        first_running++;
}

void ledger_forget_call(uint32_t number)
{
    struct call *call = find_call(number);

    trace(TRACE_RETURN, call->node, number, (uint32_t)RPC_E_CALL_CANCELED);
    if (!(call->marks & LEDGER_NEEDED))
        give_up(call);
    end(call);
}

/*
 * A call that its caller has given up comes before those that he made after that over the same connection,
 * or never.
 */
static void check_order(uint32_t number, const struct call *call)
{
    uint32_t i;

    if (!call->link || !call->gone_after)
        return;
    for (i = call->gone_after + 1; i < call_count; i++) {
        const struct call *later = &calls[i];

        if (later->link == call->link && later->node == call->node && later->start == call->start &&
            later->target == call->target && later->executions)
            violate("I7", "call %u, which was given up, is executed after call %u, which was made later",
                    number, i);
    }
}

/* A call of a promise comes after the call that gives out what it is for, which that is then. */
static void check_promise(uint32_t number, const struct call *call, uint32_t object)
{
    const struct call *of = &calls[call->of];

    if (!call->of)
        return;
    if (!of->executions || of->failed)
        violate("promise", "call %u is executed, although call %u, of whose result it is, %s", number,
                call->of, of->failed ? "failed" : "was not executed");
    if (of->given != object)
        violate("promise", "call %u of what call %u returned, object %u, is executed in object %u", number,
                call->of, of->given, object);
}

void ledger_execute(uint32_t number, uint32_t object, uint32_t node)
{
    struct call *call = find_call(number);
    int64_t left_ns;

    trace(TRACE_EXECUTE, node, number, object);
    if (!call || !ledger_strict)
        return;
    call->executions++;
    call->executed_by = object;
    if (call->executions > (call->marks & LEDGER_REPEATS ? 2u : 1u))
        violate("I1", "call %u is executed %u times", number, call->executions);
    if (call->never)
        violate("I1", "call %u is executed, although its caller was told that it was not", number);
    if (!ledger_object_lives(object))
        violate("I2", "call %u is executed in object %u, which is gone", number, object);
    if (call->target && call->target != object)
        violate("I8", "call %u to object %u is executed in object %u", number, call->target, object);
    left_ns = rpc_get_deadline() == PORT_FOREVER ? PORT_FOREVER : rpc_get_deadline() - port_now_ns();
    if (call->remote && left_ns > call->granted_ns + 1000 && /* at least a microsecond is told */
        !(call->marks & LEDGER_ONEWAY))
        violate("I4", "call %u has %lld us left where it is executed, but had only %lld when it was made",
                number, (long long)(left_ns / 1000), (long long)(call->granted_ns / 1000));
    check_order(number, call);
    check_promise(number, call, object);
    ledger_check();
}

void ledger_give(uint32_t number, uint32_t object)
{
    struct call *call = find_call(number);

    if (call)
        call->given = object;
}

void ledger_fail(uint32_t number)
{
    struct call *call = find_call(number);

    if (call)
        call->failed = true;
}

uint32_t ledger_result(uint32_t call, uint32_t object)
{
    return (uint32_t)draw_mix((uint64_t)call << 32 | object);
}

uint32_t ledger_executed_by(uint32_t number)
{
    struct call *call = find_call(number);

    return call ? call->executed_by : 0;
}

uint32_t ledger_passed(uint32_t number)
{
    struct call *call = find_call(number);

    return call ? call->passed : 0;
}

void ledger_allow_ms(uint32_t number, uint32_t duration_ms)
{
    struct call *call = find_call(number);

    if (call)
        call->allowed_ms += duration_ms;
}

/* ---- how calls may end ---- */

/* What a call of an actor or a thing can end with, by the table of failures. */
static bool is_defined(const struct call *call, HRESULT hr)
{
    switch (hr) {
    case RPC_E_DISCONNECTED:
    case RPC_E_TIMEOUT:
        return !world.calm;
    case RPC_E_SERVER_DIED_DNE:
        return world.options.drain && !world.calm;
    case RPC_E_CALL_CANCELED:
        return call->cancellable;
    case NET_E_UNREACHABLE:
    case NS_E_NOT_FOUND:
        return (call->marks & LEDGER_LASTING) && !world.calm;
    case E_OUTOFMEMORY:
        return world.options.oom;
    case RPC_E_SERVERCALL_REJECTED: /* on another way there are more calls around it */
        return call->depth >= PORT_MAX_DEPTH || !call->link;
    default:
        return hr == RPC_E_SERVERCALL_RETRYLATER || hr == RPC_E_OUT_OF_RESOURCES;
    }
}

/* Whether one of the calls that it is of failed, as its caller asked for. */
static bool has_failed_before(const struct call *call)
{
    while (call->of) {
        call = &calls[call->of];
        if (call->failed)
            return true;
    }
    return false;
}

/* What a call of a promise can end with because of the call that this is of. */
static bool is_broken_promise(const struct call *call, HRESULT hr)
{
    const struct call *of = &calls[call->of];

    if (!call->promised || call->executions)
        return false;
    switch (hr) {
    case NS_E_NOT_FOUND: /* of a Bind, or of what was a promise of one */
        while (call->of)
            call = &calls[call->of];
        return call->promised;
    case (HRESULT)0x80042F01:
        return has_failed_before(call);
    case RPC_E_INVALID_OBJECT:
        return call->of && of->executions && !of->failed && !of->given;
    case CO_E_OBJNOTCONNECTED: /* it came home, be it the caller's own object or a reference that he gave */
        return of->given != 0;
    case RPC_E_CALL_CANCELED: /* who gave it up need not be who waits */
        return !world.calm;
    default:
        return false;
    }
}

static int64_t elapsed_ns(const struct call *call)
{
    return sim_now_ns() - call->started_ns -
           (sim_machine_paused_ns(world.nodes[call->node].machine) - call->paused_ns);
}

static void check_time(uint32_t number, const struct call *call)
{
    int64_t took_ns = elapsed_ns(call), most_ns = options_have_room(&world.options) ? LATE_NS : CLOGGED_NS;

    if (call->budget_ns > 0) /* the clock may have jumped over the deadline */
        most_ns += call->budget_ns + call->budget_ns / 8;
    if (call->remote && took_ns > most_ns)
        violate("I4", "call %u has taken %lld ms, its deadline was after %lld ms", number,
                (long long)(took_ns / PORT_NS_PER_MS), (long long)(call->budget_ns / PORT_NS_PER_MS));
    if (world.calm && took_ns > CALM_NS + call->allowed_ms * PORT_NS_PER_MS)
        violate("I10", "call %u has taken %lld ms, although nothing is wrong", number,
                (long long)(took_ns / PORT_NS_PER_MS));
}

static bool was_executed(const struct call *call)
{
    return call->executions == 1 || (call->executions && call->marks & LEDGER_REPEATS);
}

static void check_executed(uint32_t number, struct call *call, HRESULT hr)
{
    enum rpc_executed executed = rpc_last_executed();

    if (executed == RPC_EXECUTED_UNKNOWN)
        ledger_counters.executed_unknown++;
    if (hr == RPC_E_SERVER_DIED_DNE && executed != RPC_EXECUTED_NO)
        violate("I1", "call %u was refused by a node that goes away, and may have been executed", number);
    if (hr == RPC_E_DISCONNECTED && executed == RPC_EXECUTED_UNKNOWN && world.orderly)
        violate("drain", "call %u may have been executed, although nodes only end in good order", number);
    if (executed == RPC_EXECUTED_NO) {
        call->never = true;
        if (call->executions)
            violate("I1", "call %u ended with %08x and executed=no, but it was executed", number,
                    (unsigned)hr);
    }
    if (executed == RPC_EXECUTED_YES && !was_executed(call))
        violate("I1", "call %u ended with %08x and executed=yes, but it was executed %u times", number,
                (unsigned)hr, call->executions);
}

uint32_t ledger_end_call(uint32_t number, HRESULT hr, const uint32_t *result)
{
    struct call *call = find_call(number);

    trace(TRACE_RETURN, call->node, number, (uint32_t)hr);
    end(call);
    if (hr == RPC_E_TIMEOUT || hr == RPC_E_CALL_CANCELED)
        give_up(call);
    check_time(number, call);
    if (!ledger_strict)
        return SUCCEEDED(hr) ? call->given : 0;
    if (call->remote)
        check_executed(number, call, hr);
    if (is_broken_promise(call, hr)) {
        if (rpc_last_executed() != RPC_EXECUTED_NO && hr != RPC_E_CALL_CANCELED)
            violate("promise", "call %u failed like the one that it is of, and may have been executed",
                    number);
    } else if (SUCCEEDED(hr) || hr == (HRESULT)0x80042F01) {
        ledger_counters.succeeded++;
        call->sent = true;
        if (!was_executed(call) && !(call->marks & LEDGER_ONEWAY && call->remote))
            violate("I1", "call %u succeeded, but was executed %u times", number, call->executions);
        if (result && SUCCEEDED(hr) && *result != ledger_result(number, call->executed_by))
            violate("I1", "call %u got the answer of another", number);
    } else if (hr == RPC_E_INVALID_OBJECT) {
        if (call->target || call->promised)
            violate("I2", "call %u found no object %u, which its caller holds", number, call->target);
    } else if (call->remote && !is_defined(call, hr)) {
        violate("I4", "call %u ended with %08x (%s), which is no outcome of it", number, (unsigned)hr,
                com_result_name(hr) ? com_result_name(hr) : "no code of ours");
    }
    ledger_check();
    return SUCCEEDED(hr) ? call->given : 0;
}

uint32_t ledger_running(void)
{
    uint32_t i, count = 0;

    for (i = first_running; i < call_count; i++)
        count += !calls[i].ended;
    return count;
}

void calls_crashed(uint32_t node)
{
    uint32_t i;

    for (i = first_running; i < call_count; i++) {
        if (calls[i].node != node || calls[i].ended)
            continue;
        calls[i].lost = true;
        calls[i].ended = true;
    }
}

/* ---- checks ---- */

void ledger_check(void)
{
    uint32_t i;

    ledger_counters.checks++;
    for (i = first_running; i < call_count; i++)
        if (!calls[i].ended && calls[i].waits)
            check_time(i, &calls[i]);
    if (!ledger_strict)
        return;
    objects_check();
    oracle_check_links();
}

void calls_check_quiet(void)
{
    uint32_t i;

    for (i = 1; i < call_count && world.calm && world.options.nodes == 2; i++) /* more keep each other busy */
        if (calls[i].marks & LEDGER_ONEWAY && calls[i].sent && calls[i].executions != 1)
            violate("I1", "call %u, which has no answer, was sent and never executed", i);
}
