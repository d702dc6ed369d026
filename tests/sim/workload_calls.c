/* Calls as the ledger sees them: begun, and ended with what the caller got. */
#include "workload.h"
#include <stdlib.h>
#include <string.h>

enum { ECHO_MAX = 8192 };

HRESULT call_act(uint32_t node, IActor *actor, bool fail)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0), result = 0;
    HRESULT hr = IActor_Act(actor, call, fail, &result);

    (void)ledger_end_call(call, hr, &result);
    if (!world.options.noise &&
        ((hr == SIM_E_ASKED_FOR && !fail && ledger_executed_by(call)) || (hr == S_OK && fail)))
        violate("I1", "call %u got the result %08x of another", call, (unsigned)hr);
    return hr;
}

HRESULT call_slow(uint32_t node, IActor *actor, uint32_t duration_ms)
{
    uint32_t call = ledger_begin_call(node, actor, SLOW_TIMEOUT_MS, 0), result = 0;
    HRESULT hr;

    ledger_allow_ms(call, duration_ms);
    hr = IActor_Slow(actor, call, duration_ms, &result);
    (void)ledger_end_call(call, hr, &result);
    return hr;
}

HRESULT call_echo(uint32_t node, IActor *actor, uint32_t length)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0), i;
    uint8_t data[ECHO_MAX], back[ECHO_MAX];
    HRESULT hr;

    memset(back, 0, length);
    for (i = 0; i < length; i++)
        data[i] = (uint8_t)(call + i * i);
    hr = IActor_Echo(actor, call, data, length, back);
    (void)ledger_end_call(call, hr, NULL);
    if (SUCCEEDED(hr) && memcmp(data, back, length) != 0 && !world.options.noise)
        violate("I1", "call %u got back other bytes than it sent", call);
    return hr;
}

HRESULT call_touch(uint32_t node, IThing *thing)
{
    uint32_t call = ledger_begin_call(node, thing, 0, 0), result = 0;
    HRESULT hr = IThing_Touch(thing, call, &result);

    (void)ledger_end_call(call, hr, &result);
    return hr;
}

/* A thing came with the answer of a call, if it succeeded. */
void take_thing(uint32_t node, uint32_t call, HRESULT hr, IThing *thing, struct held_thing *out_held)
{
    uint32_t object = ledger_end_call(call, hr, NULL);

    if (FAILED(hr) && thing)
        violate("I1", "call %u failed with %08x, and its out-interface is not NULL", call, (unsigned)hr);
    if (SUCCEEDED(hr) && !thing != !object && !world.options.noise)
        violate("I1", "call %u gave object %u, and its caller got %s", call, object, thing ? "one" : "none");
    *out_held = (struct held_thing){thing, thing ? ledger_hold(node, thing, object) : 0};
}

HRESULT call_make(uint32_t node, IActor *actor, struct held_thing *out_held)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0);
    IThing *thing = NULL;
    HRESULT hr = IActor_Make(actor, call, &thing);

    take_thing(node, call, hr, thing, out_held);
    return hr;
}

HRESULT call_pair(uint32_t node, IActor *actor, struct held_thing *out_held)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0);
    IThing *one = NULL, *other = NULL;
    HRESULT hr = IActor_Pair(actor, call, &one, &other);

    take_thing(node, call, hr, one, out_held);
    if (FAILED(hr) && other)
        violate("I1", "call %u failed with %08x, and its second out-interface is not NULL", call,
                (unsigned)hr);
    if (other)
        IThing_Release(other);
    return hr;
}

uint32_t object_of(const struct held_thing *held)
{
    return held->thing ? ledger_held_object(held->hold) : 0;
}

HRESULT call_keep(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing)
{
    uint32_t call = ledger_begin_call(node, actor, 0, object_of(thing)), result = 0;
    HRESULT hr = IActor_Keep(actor, call, place, thing->thing, &result);

    (void)ledger_end_call(call, hr, &result);
    return hr;
}

HRESULT call_give(uint32_t node, IActor *actor, uint32_t place, struct held_thing *out_held)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0);
    IThing *thing = NULL;
    HRESULT hr = IActor_Give(actor, call, place, &thing);

    take_thing(node, call, hr, thing, out_held);
    return hr;
}

HRESULT call_swap(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing,
                  struct held_thing *out_held)
{
    uint32_t call = ledger_begin_call(node, actor, 0, object_of(thing));
    IThing *before = NULL;
    HRESULT hr = IActor_Swap(actor, call, place, thing->thing, &before);

    take_thing(node, call, hr, before, out_held);
    return hr;
}

HRESULT call_play(uint32_t node, IActor *actor, uint32_t script, uint32_t levels, IActor *back,
                  const struct held_thing *thing)
{
    uint32_t call = ledger_begin_call(node, actor, 0, object_of(thing)), result = 0;
    HRESULT hr;

    ledger_allow_ms(call, 5000); /* what it calls takes time of its own */
    hr = IActor_Play(actor, call, script, levels, back, thing->thing, &result);
    (void)ledger_end_call(call, hr, &result);
    return hr;
}

HRESULT call_tell(uint32_t node, IActor *actor)
{
    uint32_t call = ledger_begin_call(node, actor, 0, 0);
    HRESULT hr;

    ledger_mark(call, LEDGER_ONEWAY);
    hr = IActor_Tell(actor, call);
    (void)ledger_end_call(call, hr, NULL);
    return hr;
}

HRESULT call_nudge(uint32_t node, IThing *thing)
{
    uint32_t call = ledger_begin_call(node, thing, 0, 0);
    HRESULT hr;

    ledger_mark(call, LEDGER_ONEWAY);
    hr = IThing_Nudge(thing, call);
    (void)ledger_end_call(call, hr, NULL);
    return hr;
}

HRESULT call_pass(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing)
{
    uint32_t call = ledger_begin_call(node, actor, 0, object_of(thing));
    HRESULT hr;

    ledger_mark(call, LEDGER_ONEWAY);
    hr = IActor_Pass(actor, call, place, thing->thing);
    (void)ledger_end_call(call, hr, NULL);
    return hr;
}

HRESULT call_wait(uint32_t node, IActor *actor, uint32_t duration_ms)
{
    uint32_t call = ledger_begin_call(node, actor, SLOW_TIMEOUT_MS, 0), result = 0;
    HRESULT hr;

    ledger_allow_ms(call, duration_ms);
    hr = IActor_Wait(actor, call, duration_ms, &result);
    (void)ledger_end_call(call, hr, &result);
    return hr;
}

void drop_thing(struct held_thing *held)
{
    IThing *thing = held->thing;

    if (!thing)
        return;
    ledger_drop(held->hold);
    held->thing = NULL;
    IThing_Release(thing);
}

void drop_actor(struct held_actor *held)
{
    IActor *actor = held->actor;

    if (!actor)
        return;
    ledger_drop(held->hold);
    held->actor = NULL;
    IActor_Release(actor);
}
