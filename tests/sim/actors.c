/* The objects of the workload: each method tells the ledger first. */
#include "workload.h"
#include <string.h>

struct thing {
    IThing IThing_iface;
    struct com_refs refs;
    uint32_t number;
    uint32_t node;
};

struct actor {
    IActor IActor_iface;
    IThing IThing_iface;
    struct com_refs refs;
    uint32_t number;
    uint32_t hold; /* the node's own */
    struct world_node *node;
    struct com_lock lock;
    struct held_thing places[PLACES]; /* (lock) */
};

/* ---- things ---- */

static struct thing *thing_of(IThing *iface)
{
    return container_of(iface, struct thing, IThing_iface);
}

static HRESULT thing_QueryInterface(IThing *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IThing, iid, out_object);
}

static uint32_t thing_AddRef(IThing *iface)
{
    return com_refs_add(&thing_of(iface)->refs);
}

static uint32_t thing_Release(IThing *iface)
{
    struct thing *thing = thing_of(iface);
    uint32_t left = com_refs_release(&thing->refs);

    if (left)
        return left;
    ledger_object_gone(thing->number);
    com_free(thing);
    return 0;
}

static HRESULT thing_Touch(IThing *iface, uint32_t call, uint32_t *out_result)
{
    struct thing *thing = thing_of(iface);

    ledger_execute(call, thing->number, thing->node);
    *out_result = ledger_result(call, thing->number);
    return S_OK;
}

static HRESULT thing_Nudge(IThing *iface, uint32_t call)
{
    uint32_t result;

    return thing_Touch(iface, call, &result);
}

static const struct IThingVtbl thing_vtbl = {
    .QueryInterface = thing_QueryInterface,
    .AddRef = thing_AddRef,
    .Release = thing_Release,
    .Touch = thing_Touch,
    .Nudge = thing_Nudge,
};

HRESULT thing_create(uint32_t node, IThing **out_thing)
{
    struct thing *thing = (struct thing *)com_alloc(sizeof(*thing));

    *out_thing = NULL;
    if (!thing)
        return E_OUTOFMEMORY;
    thing->IThing_iface.vtbl = &thing_vtbl;
    com_refs_init(&thing->refs);
    thing->node = node;
    thing->number = ledger_object_made(node, thing);
    *out_thing = &thing->IThing_iface;
    return S_OK;
}

/* ---- actors ---- */

static const struct IActorVtbl actor_vtbl;

static struct actor *actor_of(IActor *iface)
{
    return container_of(iface, struct actor, IActor_iface);
}

static struct actor *actor_of_thing(IThing *iface)
{
    return container_of(iface, struct actor, IThing_iface);
}

static HRESULT query(struct actor *actor, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_IActor, offsetof(struct actor, IActor_iface)},
        {&IID_IThing, offsetof(struct actor, IThing_iface)},
    };

    return com_query_table(actor, rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static void drop_places(struct actor *actor)
{
    uint32_t i;

    for (i = 0; i < PLACES; i++) {
        struct held_thing kept = actor->places[i];

        actor->places[i].thing = NULL;
        drop_thing(&kept);
    }
}

static uint32_t release(struct actor *actor)
{
    uint32_t left = com_refs_release(&actor->refs);

    if (left)
        return left;
    drop_places(actor); /* a call may have come when it had retired */
    ledger_object_gone(actor->number);
    com_free(actor);
    return 0;
}

static HRESULT actor_QueryInterface(IActor *iface, const IID *iid, void **out_object)
{
    return query(actor_of(iface), iid, out_object);
}

static uint32_t actor_AddRef(IActor *iface)
{
    return com_refs_add(&actor_of(iface)->refs);
}

static uint32_t actor_Release(IActor *iface)
{
    return release(actor_of(iface));
}

static HRESULT actor_thing_QueryInterface(IThing *iface, const IID *iid, void **out_object)
{
    return query(actor_of_thing(iface), iid, out_object);
}

static uint32_t actor_thing_AddRef(IThing *iface)
{
    return com_refs_add(&actor_of_thing(iface)->refs);
}

static uint32_t actor_thing_Release(IThing *iface)
{
    return release(actor_of_thing(iface));
}

static void execute(struct actor *actor, uint32_t call)
{
    ledger_execute(call, actor->number, actor->node->index);
}

static HRESULT actor_thing_Touch(IThing *iface, uint32_t call, uint32_t *out_result)
{
    struct actor *actor = actor_of_thing(iface);

    execute(actor, call);
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_thing_Nudge(IThing *iface, uint32_t call)
{
    uint32_t result;

    return actor_thing_Touch(iface, call, &result);
}

static HRESULT actor_Act(IActor *iface, uint32_t call, boolean fail, uint32_t *out_result)
{
    struct actor *actor = actor_of(iface);

    execute(actor, call);
    if (fail)
        return SIM_E_ASKED_FOR;
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_Slow(IActor *iface, uint32_t call, uint32_t duration_ms, uint32_t *out_result)
{
    struct actor *actor = actor_of(iface);

    execute(actor, call);
    sim_sleep(duration_ms % 30000 * PORT_NS_PER_MS);
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_Echo(IActor *iface, uint32_t call, const uint8_t *data, uint32_t length,
                          uint8_t *out_data)
{
    execute(actor_of(iface), call);
    memcpy(out_data, data, length);
    return S_OK;
}

static HRESULT actor_Make(IActor *iface, uint32_t call, IThing **out_thing)
{
    struct actor *actor = actor_of(iface);
    HRESULT hr;

    execute(actor, call);
    hr = thing_create(actor->node->index, out_thing);
    if (SUCCEEDED(hr))
        ledger_give(call, workload_object_number(*out_thing));
    return hr;
}

/* The one may find room in the table of references when the other does not. */
static HRESULT actor_Pair(IActor *iface, uint32_t call, IThing **out_one, IThing **out_other)
{
    struct actor *actor = actor_of(iface);
    IThing *one, *other;
    HRESULT hr;

    execute(actor, call);
    hr = thing_create(actor->node->index, &one);
    if (FAILED(hr))
        return hr;
    hr = thing_create(actor->node->index, &other);
    if (FAILED(hr)) {
        IThing_Release(one);
        return hr;
    }
    ledger_give(call, workload_object_number(one));
    *out_one = one;
    *out_other = other;
    return S_OK;
}

/* What was passed in, as a reference of the actor's own; what was there before is the caller's. */
static void exchange(struct actor *actor, uint32_t call, uint32_t place, IThing *thing,
                     struct held_thing *out_before)
{
    struct held_thing kept = {NULL, 0};

    if (thing) {
        IThing_AddRef(thing);
        kept = (struct held_thing){thing, ledger_hold(actor->node->index, thing, ledger_passed(call))};
    }
    com_lock_take(&actor->lock);
    *out_before = actor->places[place];
    actor->places[place] = kept;
    com_lock_give(&actor->lock);
}

static HRESULT actor_Keep(IActor *iface, uint32_t call, uint32_t place, IThing *thing, uint32_t *out_result)
{
    struct actor *actor = actor_of(iface);
    struct held_thing before;

    execute(actor, call);
    exchange(actor, call, place, thing, &before);
    drop_thing(&before);
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_Give(IActor *iface, uint32_t call, uint32_t place, IThing **out_thing)
{
    struct actor *actor = actor_of(iface);

    execute(actor, call);
    com_lock_take(&actor->lock);
    *out_thing = actor->places[place].thing;
    if (*out_thing) {
        IThing_AddRef(*out_thing);
        ledger_give(call, ledger_held_object(actor->places[place].hold));
    }
    com_lock_give(&actor->lock);
    return S_OK;
}

static HRESULT actor_Swap(IActor *iface, uint32_t call, uint32_t place, IThing *thing, IThing **out_before)
{
    struct actor *actor = actor_of(iface);
    struct held_thing before;

    execute(actor, call);
    exchange(actor, call, place, thing, &before);
    *out_before = before.thing; /* with our reference */
    if (before.thing) {
        ledger_give(call, ledger_held_object(before.hold));
        ledger_drop(before.hold);
    }
    return S_OK;
}

static HRESULT actor_Play(IActor *iface, uint32_t call, uint32_t script, uint32_t levels, IActor *back,
                          IThing *thing, uint32_t *out_result)
{
    struct actor *actor = actor_of(iface);
    struct draw draw = draw_stream(script, 'p', levels);
    uint32_t node = actor->node->index, steps = draw_between(&draw, 1, 3);
    const struct held_thing none = {NULL, 0};
    struct held_thing made;

    execute(actor, call);
    for (; steps; steps--) {
        switch (draw_below(&draw, 5)) {
        case 0:
            if (thing)
                (void)call_touch(node, thing);
            break;
        case 1:
            if (back)
                (void)call_act(node, back, draw_below(&draw, 2));
            break;
        case 2:
            if (back && SUCCEEDED(call_make(node, back, &made)))
                drop_thing(&made);
            break;
        default:
            if (back && levels)
                (void)call_play(node, back, (uint32_t)draw_next(&draw), levels - 1, iface, &none);
        }
    }
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_Tell(IActor *iface, uint32_t call)
{
    execute(actor_of(iface), call);
    return S_OK;
}

static HRESULT actor_Pass(IActor *iface, uint32_t call, uint32_t place, IThing *thing)
{
    uint32_t result;

    return actor_Keep(iface, call, place, thing, &result);
}

static HRESULT actor_Ask(IActor *iface, uint32_t call, uint32_t *out_result)
{
    return actor_Act(iface, call, false, out_result);
}

/* As long as somebody waits for it. */
static HRESULT sleep_for_caller(uint32_t duration_ms)
{
    int64_t end_ns = port_now_ns() + duration_ms % 30000 * PORT_NS_PER_MS;

    while (port_now_ns() < end_ns && !rpc_is_cancelled())
        sim_sleep(5 * PORT_NS_PER_MS);
    if (port_now_ns() >= end_ns)
        return S_OK;
    return port_now_ns() < rpc_get_deadline() ? RPC_E_CALL_CANCELED : RPC_E_TIMEOUT;
}

static HRESULT actor_Wait(IActor *iface, uint32_t call, uint32_t duration_ms, uint32_t *out_result)
{
    struct actor *actor = actor_of(iface);
    HRESULT hr;

    execute(actor, call);
    hr = sleep_for_caller(duration_ms);
    if (FAILED(hr))
        return hr;
    *out_result = ledger_result(call, actor->number);
    return S_OK;
}

static HRESULT actor_Lead(IActor *iface, uint32_t call, uint32_t duration_ms, boolean fail,
                          IActor **out_actor)
{
    struct actor *actor = actor_of(iface);
    HRESULT hr;

    execute(actor, call);
    hr = sleep_for_caller(duration_ms);
    if (FAILED(hr))
        return hr;
    if (fail) {
        ledger_fail(call);
        return SIM_E_ASKED_FOR;
    }
    ledger_give(call, actor->number);
    IActor_AddRef(iface);
    *out_actor = iface;
    return S_OK;
}

static const struct IActorVtbl actor_vtbl = {
    .QueryInterface = actor_QueryInterface,
    .AddRef = actor_AddRef,
    .Release = actor_Release,
    .Act = actor_Act,
    .Slow = actor_Slow,
    .Echo = actor_Echo,
    .Make = actor_Make,
    .Pair = actor_Pair,
    .Keep = actor_Keep,
    .Give = actor_Give,
    .Swap = actor_Swap,
    .Play = actor_Play,
    .Tell = actor_Tell,
    .Pass = actor_Pass,
    .Ask = actor_Ask,
    .Wait = actor_Wait,
    .Lead = actor_Lead,
};

static const struct IThingVtbl actor_thing_vtbl = {
    .QueryInterface = actor_thing_QueryInterface,
    .AddRef = actor_thing_AddRef,
    .Release = actor_thing_Release,
    .Touch = actor_thing_Touch,
    .Nudge = actor_thing_Nudge,
};

HRESULT actor_create(struct world_node *node, struct actor **out_actor)
{
    struct actor *actor = (struct actor *)com_alloc(sizeof(*actor));

    *out_actor = NULL;
    if (!actor)
        return E_OUTOFMEMORY;
    memset(actor, 0, sizeof(*actor));
    actor->IActor_iface.vtbl = &actor_vtbl;
    actor->IThing_iface.vtbl = &actor_thing_vtbl;
    com_refs_init(&actor->refs);
    actor->node = node;
    actor->number = ledger_object_made(node->index, actor);
    actor->hold = ledger_hold(node->index, &actor->IActor_iface, actor->number);
    *out_actor = actor;
    return S_OK;
}

IActor *actor_interface(struct actor *actor)
{
    return &actor->IActor_iface;
}

uint32_t actor_number(const struct actor *actor)
{
    return actor->number;
}

void actor_retire(struct actor *actor)
{
    drop_places(actor);
    ledger_drop(actor->hold);
    IActor_Release(&actor->IActor_iface);
}

uint32_t workload_object_number(void *pointer)
{
    const void *vtbl = ((IUnknown *)pointer)->vtbl;

    if (vtbl == (const void *)&thing_vtbl)
        return thing_of((IThing *)pointer)->number;
    if (vtbl == (const void *)&actor_vtbl)
        return actor_of((IActor *)pointer)->number;
    if (vtbl == (const void *)&actor_thing_vtbl)
        return actor_of_thing((IThing *)pointer)->number;
    return 0;
}
