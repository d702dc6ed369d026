/* The ways in which clients call: without an answer, with somebody who cancels, in two halves. */
#include "workload.h"
#include "oracle.h"
#include <rpc_cancellation.h>

/* A cancelled call ends so soon: a thread that waits looks up every 100 ms. */
#define CANCELLED_NS (INT64_C(400) * PORT_NS_PER_MS)

/* A frame that stands at the door of a connection that takes nothing is waited for. */
#define CLOGGED_NS (INT64_C(3500) * PORT_NS_PER_MS)

/* ---- without an answer ---- */

void operate_oneway(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    uint32_t node = client->node->index, count = draw_between(draw, 1, 6);

    for (; count; count--) {
        uint32_t place = draw_below(draw, PLACES);

        if (draw_below(draw, 2))
            (void)call_tell(node, actor);
        else
            (void)call_pass(node, actor, place, draw_thing(client, context, draw));
    }
}

/* ---- cancelled ---- */

/* On the stack of who is cancelled, until the thread has ended. */
struct canceller {
    struct rpc_cancellation cancellation;
    int64_t after_ns;
    int64_t cancelled_ns; /* true time; 0: not yet */
    int64_t paused_ns;    /* of the machine until then */
    struct sim_machine *machine;
    struct port_condition changed;
    bool ended;
};

static void cancel(void *argument)
{
    struct canceller *canceller = (struct canceller *)argument;

    sim_sleep(canceller->after_ns);
    rpc_cancel(&canceller->cancellation);
    canceller->cancelled_ns = sim_now_ns();
    canceller->paused_ns = sim_machine_paused_ns(canceller->machine);
    canceller->ended = true;
    port_condition_wake_all(&canceller->changed);
}

/* Calls of all kinds, since each leaves something else behind when its Return comes too late. */
static void call_any(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    uint32_t node = client->node->index, place = draw_below(draw, PLACES);
    struct held_thing got = {NULL, 0};
    const struct held_thing none = {NULL, 0};

    switch (draw_below(draw, 6)) {
    case 0:
        (void)call_make(node, actor, &got);
        break;
    case 1:
        (void)call_keep(node, actor, place, draw_thing(client, context, draw));
        break;
    case 2:
        (void)call_swap(node, actor, place, draw_thing(client, context, draw), &got);
        break;
    case 3:
        (void)call_play(node, actor, (uint32_t)draw_next(draw), world.calm ? 0 : 2, NULL, &none);
        break;
    default:
        (void)call_wait(node, actor, 2000);
    }
    if (got.thing)
        put_thing(context, draw, got);
}

void operate_cancel(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    struct canceller canceller = {.after_ns = draw_ns(draw, 20 * PORT_NS_PER_MS)};
    int64_t start_ns = sim_now_ns(), from_ns, took_ns;
    struct sim_machine *machine = client->node->machine;
    int64_t paused_ns;

    canceller.machine = machine;
    if (!port_thread_start("canceller", cancel, &canceller))
        return; /* out of memory */
    rpc_cancellation_begin(&canceller.cancellation);
    call_any(client, context, draw, actor);
    from_ns = canceller.cancelled_ns > start_ns ? canceller.cancelled_ns : start_ns;
    paused_ns = sim_machine_paused_ns(machine) - canceller.paused_ns;
    took_ns = sim_now_ns() - from_ns - paused_ns;
    if (canceller.ended && oracle_is_proxy(actor) &&
        took_ns > CANCELLED_NS + (options_have_room(&world.options) ? 0 : CLOGGED_NS))
        violate("I4", "a call of n%u went on for %lld ms after it was cancelled", client->node->index,
                (long long)(took_ns / PORT_NS_PER_MS));
    while (!canceller.ended)
        (void)sim_wait(&canceller.changed, PORT_FOREVER);
    rpc_cancellation_end(&canceller.cancellation);
}

/* ---- in two halves ---- */

enum half_kind { HALF_ACT, HALF_MAKE, HALF_KEEP, HALF_WAIT, HALF_KINDS };

struct half {
    AsyncIActor *call; /* NULL: not begun */
    enum half_kind kind;
    uint32_t number; /* in the ledger */
};

enum { HALVES = 3 };

static HRESULT begin_half(const struct half *half, struct draw *draw, const struct held_thing *thing)
{
    uint32_t duration_ms = draw_below(draw, world.calm ? 20 : 300), place = draw_below(draw, PLACES);

    switch (half->kind) {
    case HALF_ACT:
        return AsyncIActor_Begin_Act(half->call, half->number, false);
    case HALF_MAKE:
        return AsyncIActor_Begin_Make(half->call, half->number);
    case HALF_KEEP:
        return AsyncIActor_Begin_Keep(half->call, half->number, place, thing->thing);
    default:
        ledger_allow_ms(half->number, duration_ms);
        return AsyncIActor_Begin_Wait(half->call, half->number, duration_ms);
    }
}

static void begin(struct world_client *client, struct context *context, struct draw *draw, IActor *actor,
                  struct half *half)
{
    const struct held_thing *thing = draw_thing(client, context, draw);
    uint32_t node = client->node->index;
    HRESULT hr;

    half->kind = (enum half_kind)draw_below(draw, HALF_KINDS);
    hr = AsyncIActor_create(actor, &half->call);
    if (FAILED(hr)) {
        half->call = NULL;
        if (hr != E_NOTIMPL || oracle_is_proxy(actor))
            check_result("making a call object", client->node, hr);
        return;
    }
    half->number = ledger_begin_call(node, actor, half->kind == HALF_WAIT ? SLOW_TIMEOUT_MS : 0,
                                     half->kind == HALF_KEEP ? object_of(thing) : 0);
    hr = begin_half(half, draw, thing);
    if (SUCCEEDED(hr)) {
        ledger_mark(half->number, LEDGER_HALVES);
        return;
    }
    (void)ledger_end_call(half->number, hr, NULL);
    AsyncIActor_Release(half->call);
    half->call = NULL;
}

static void finish(struct world_client *client, struct context *context, struct draw *draw, struct half *half)
{
    struct held_thing got = {NULL, 0};
    IThing *thing = NULL;
    uint32_t result = 0;
    HRESULT hr;

    ledger_await_call(half->number);
    switch (half->kind) {
    case HALF_ACT:
        hr = AsyncIActor_Finish_Act(half->call, &result);
        break;
    case HALF_MAKE:
        hr = AsyncIActor_Finish_Make(half->call, &thing);
        take_thing(client->node->index, half->number, hr, thing, &got);
        put_thing(context, draw, got);
        return;
    case HALF_KEEP:
        hr = AsyncIActor_Finish_Keep(half->call, &result);
        break;
    default:
        hr = AsyncIActor_Finish_Wait(half->call, &result);
    }
    (void)ledger_end_call(half->number, hr, &result);
}

void operate_halves(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    struct half halves[HALVES] = {0};
    uint32_t count = draw_between(draw, 1, HALVES), i, first = draw_below(draw, HALVES);

    for (i = 0; i < count; i++)
        begin(client, context, draw, actor, &halves[i]);
    if (draw_below(draw, 2))
        (void)call_act(client->node->index, actor, false);
    if (draw_below(draw, 2))
        sim_sleep(draw_ns(draw, 50 * PORT_NS_PER_MS));
    for (i = 0; i < HALVES; i++) { /* in another order */
        struct half *half = &halves[(first + i) % HALVES];
        bool forgotten = draw_one_in(draw, 4);
        HRESULT hr;

        if (!half->call)
            continue;
        if (draw_below(draw, 2)) {
            hr = rpc_async_wait(half->call, port_now_ns() + draw_ns(draw, 20 * PORT_NS_PER_MS));
            if (FAILED(hr))
                violate("I4", "waiting for call %u ended with %08x", half->number, (unsigned)hr);
        }
        if (!forgotten)
            finish(client, context, draw, half);
        AsyncIActor_Release(half->call);
        if (forgotten)
            ledger_forget_call(half->number);
    }
}
