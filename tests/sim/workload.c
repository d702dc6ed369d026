/* What clients do with actors. */
#include "workload.h"
#include <com_names.h>
#include "network.h"
#include "oracle.h"
#include <stdio.h>
#include <string.h>

/* ---- nodes ---- */

void actor_name(char name[4], uint32_t number)
{
    memcpy(name, "a0", 3);
    name[1] = (char)('0' + number);
}

static void client_name(char name[8], uint32_t node, uint32_t client)
{
    memcpy(name, "c0-0", 5);
    name[1] = (char)('0' + node);
    name[3] = (char)('0' + client);
}

static HRESULT start(struct world_node *node)
{
    struct cast *cast = (struct cast *)com_alloc(sizeof(*cast));
    uint32_t i;

    if (!cast)
        return E_OUTOFMEMORY;
    node->context = cast;
    for (i = 0; i < ACTORS; i++) {
        char name[4];
        HRESULT hr;

        hr = actor_create(node, &cast->actors[i]);
        if (FAILED(hr))
            return hr;
        actor_name(name, i);
        hr = INamespace_Register(node->root, name, (IUnknown *)actor_interface(cast->actors[i]), 0);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

static void stop(struct world_node *node)
{
    struct cast *cast = (struct cast *)node->context;
    char name[8];
    uint32_t i, j;

    for (i = 0; i < ACTORS; i++) {
        actor_name(name, i);
        com_ignore(INamespace_Unregister(node->root, name)); /* it is there */
        actor_retire(cast->actors[i]);
    }
    for (i = 0; i < NODES_MAX; i++) {
        for (j = 0; j < CLIENTS_MAX; j++) {
            client_name(name, i, j);
            com_ignore(INamespace_Unregister(node->root, name)); /* if its client could not */
        }
    }
    node->context = NULL;
    com_free(cast);
}

/* ---- finding actors ---- */

void check_result(const char *what, struct world_node *target, HRESULT hr)
{
    bool allowed = SUCCEEDED(hr) || hr == RPC_E_SERVERCALL_RETRYLATER || hr == RPC_E_OUT_OF_RESOURCES;

    if (!world.calm)
        allowed |= hr == RPC_E_DISCONNECTED || hr == RPC_E_TIMEOUT || hr == NET_E_UNREACHABLE;
    if (!world.calm && world.options.drain)
        allowed |= hr == RPC_E_SERVER_DIED_DNE;
    if (world.options.oom)
        allowed |= hr == E_OUTOFMEMORY;
    if (!allowed && !world.options.noise)
        violate(world.calm ? "I10" : "I4", "%s at %s ended with %08x (%s)", what, target->name, (unsigned)hr,
                com_result_name(hr) ? com_result_name(hr) : "no code of ours");
}

HRESULT get_root(struct world_client *client, struct world_node *target, INamespace **out_root)
{
    int64_t deadline_ns = port_now_ns() + 1500 * PORT_NS_PER_MS, late_ns;
    struct world_node *node = client->node;
    HRESULT hr;

    *out_root = NULL;
    if (target == node) {
        *out_root = node->root;
        INamespace_AddRef(*out_root);
        return S_OK;
    }
    hr = ILocalNode_Connect(node->node, target->endpoint, deadline_ns, out_root);
    trace(TRACE_CONNECT, node->index, target->index, (uint32_t)hr);
    late_ns = port_now_ns() - deadline_ns;
    if (late_ns > 100 * PORT_NS_PER_MS && !world.options.pause && !world.options.clock)
        violate("I4", "a connect of n%u ended %lld ms after its deadline", node->index,
                (long long)(late_ns / PORT_NS_PER_MS));
    check_result("a connect", target, hr);
    return hr;
}

/* An actor of the target by its name; the ledger holds it. */
static HRESULT find_actor(struct world_client *client, struct world_node *target, uint32_t number,
                          struct held_actor *out_held)
{
    COM_SCOPED(INamespace) root = NULL;
    uint32_t starts = target->starts, found;
    char name[4];
    HRESULT hr;

    out_held->actor = NULL;
    hr = get_root(client, target, &root);
    if (FAILED(hr))
        return hr;
    actor_name(name, number);
    hr = com_bind(root, name, &IID_IActor, (void **)&out_held->actor);
    if (hr == NS_E_NOT_FOUND && (target->starts != starts || !target->up))
        return hr; /* it is being started or stopped */
    check_result("a bind", target, hr);
    if (FAILED(hr))
        return hr;
    if (oracle_walk(client->node->index, out_held->actor, &found) == WALK_FOUND && target->context &&
        found != actor_number(((struct cast *)target->context)->actors[number]) && !world.options.noise)
        violate("names", "%s at %s is object %u", name, target->name, found);
    out_held->hold = ledger_hold(client->node->index, out_held->actor, found);
    return S_OK;
}

struct world_node *draw_target(struct world_client *client, struct draw *draw)
{
    uint32_t other = draw_below(draw, world.options.nodes);

    if (other == client->node->index && draw_below(draw, 4)) /* mostly others */
        other = (other + 1) % world.options.nodes;
    return &world.nodes[other];
}

static void find(struct world_client *client, struct context *context, struct draw *draw)
{
    struct world_node *target = draw_target(client, draw);
    uint32_t number = draw_below(draw, ACTORS);
    struct held_actor *held = &context->actors[draw_below(draw, HELD_ACTORS)], found;

    if (FAILED(find_actor(client, target, number, &found)))
        return;
    drop_actor(held);
    *held = found;
}

/* ---- operations ---- */

IActor *draw_actor(struct context *context, struct draw *draw)
{
    return context->actors[draw_below(draw, HELD_ACTORS)].actor;
}

void put_thing(struct context *context, struct draw *draw, struct held_thing thing)
{
    struct held_thing *held = &context->things[draw_below(draw, HELD_THINGS)];

    if (!thing.thing)
        return;
    drop_thing(held);
    *held = thing;
}

const struct held_thing *draw_thing(struct world_client *client, struct context *context, struct draw *draw)
{
    struct held_thing *held = &context->things[draw_below(draw, HELD_THINGS)];
    uint32_t node = client->node->index;

    if (draw_below(draw, 2) || (held->thing && draw_below(draw, 4)))
        return held;
    drop_thing(held);
    if (SUCCEEDED(thing_create(node, &held->thing)))
        held->hold = ledger_hold(node, held->thing, workload_object_number(held->thing));
    return held;
}

/* Asks an object for another interface, and for one that it does not have. */
static void query(struct world_client *client, IActor *actor)
{
    COM_SCOPED(IUnknown) one = NULL;
    COM_SCOPED(IUnknown) other = NULL;
    COM_SCOPED(IThing) thing = NULL;
    COM_SCOPED(INamespace) none = NULL;
    HRESULT hr;

    hr = IActor_QueryInterface(actor, &IID_IThing, (void **)&thing);
    check_result("QueryInterface", client->node, hr);
    if (SUCCEEDED(hr)) {
        (void)call_touch(client->node->index, thing);
        com_ignore(IActor_QueryInterface(actor, &IID_IUnknown, (void **)&one)); /* it is compared */
        com_ignore(IThing_QueryInterface(thing, &IID_IUnknown, (void **)&other));
        if (one != other)
            violate("identity", "two interfaces of an object have different IUnknowns");
    }
    hr = IActor_QueryInterface(actor, &IID_INamespace, (void **)&none);
    if ((SUCCEEDED(hr) || none) && !world.options.noise)
        violate("identity", "an object has an interface that it does not have");
}

/* A name that only this client uses: what it registered must be found there. */
static void use_name(struct world_client *client, struct context *context, struct draw *draw)
{
    struct world_node *target = draw_target(client, draw), *node = client->node;
    struct cast *cast = (struct cast *)node->context;
    COM_SCOPED(INamespace) root = NULL;
    COM_SCOPED(IUnknown) object = NULL;
    uint32_t starts = target->starts, number, found;
    bool certain;
    char name[8];
    HRESULT hr;

    client_name(name, node->index, client->number);
    number = actor_number(cast->actors[0]);
    context->name_unknown |=
        client->start > 1; /* what the node did before its end may still be about to happen */
    if (FAILED(get_root(client, target, &root)))
        return;
    hr = INamespace_Register(root, name, (IUnknown *)actor_interface(cast->actors[0]), 0);
    trace(TRACE_NAME, node->index, client->number, (uint32_t)hr);
    if (hr != NS_E_EXISTS || !context->name_unknown)
        check_result("Register", target, hr);
    if (FAILED(hr)) {
        context->name_unknown = true;
        return;
    }
    hr = INamespace_Bind(root, name, 0, &object);
    certain = !context->name_unknown && !world.options.noise;
    if (hr == NS_E_NOT_FOUND && certain && target->starts == starts && target->up && !target->leave)
        violate("names", "%s was registered at %s, and is not found there", name, target->name);
    if (SUCCEEDED(hr) && certain && oracle_walk(node->index, object, &found) == WALK_FOUND && found != number)
        violate("names", "%s at %s was object %u, and is object %u", name, target->name, number, found);
    hr = INamespace_Unregister(root, name);
    if (hr == NS_E_NOT_FOUND && certain && target->starts == starts && target->up && !target->leave)
        violate("names", "%s was registered at %s, and cannot be unregistered", name, target->name);
    trace(TRACE_NAME, node->index, client->number, (uint32_t)hr);
    context->name_unknown |= FAILED(hr);
}

static void drop_one(struct context *context, struct draw *draw)
{
    if (draw_below(draw, 2))
        drop_thing(&context->things[draw_below(draw, HELD_THINGS)]);
    else
        drop_actor(&context->actors[draw_below(draw, HELD_ACTORS)]);
}

static void play(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    struct cast *cast = (struct cast *)client->node->context;
    IActor *back = draw_below(draw, 2) ? actor_interface(cast->actors[0]) : draw_actor(context, draw);
    const struct held_thing *thing = &context->things[draw_below(draw, HELD_THINGS)];
    uint32_t script = (uint32_t)draw_next(draw), levels = draw_between(draw, 0, world.options.nested);

    /* Two chains may need more workers than there are, and then wait for each other until their deadlines. */
    if (world.calm && (client->node->index || client->number))
        return;
    if (world.calm && world.options.delay_us > 5000 && levels > 1)
        levels = 1; /* else it takes longer than its deadline */
    (void)call_play(client->node->index, actor, script, levels, back, thing);
}

static void operate_on(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    uint32_t node = client->node->index, place = draw_below(draw, PLACES), kind = draw_below(draw, 80);
    struct held_thing got = {NULL, 0};
    IThing *thing;

    if (kind < 10) {
        (void)call_act(node, actor, draw_one_in(draw, 4));
    } else if (kind < 16) {
        (void)call_slow(node, actor, draw_below(draw, world.calm ? 5 : draw_below(draw, 4) ? 100 : 4000));
    } else if (kind < 22) {
        (void)call_echo(node, actor, draw_below(draw, draw_below(draw, 3) ? 200 : 3900));
    } else if (kind < 28) {
        if (SUCCEEDED(call_make(node, actor, &got)))
            put_thing(context, draw, got);
    } else if (kind < 32) {
        if (SUCCEEDED(call_pair(node, actor, &got)))
            put_thing(context, draw, got);
    } else if (kind < 40) {
        thing = context->things[draw_below(draw, HELD_THINGS)].thing;
        if (thing)
            (void)call_touch(node, thing);
    } else if (kind < 50) {
        (void)call_keep(node, actor, place, draw_thing(client, context, draw));
    } else if (kind < 58) {
        if (SUCCEEDED(call_give(node, actor, place, &got)))
            put_thing(context, draw, got);
    } else if (kind < 64) {
        if (SUCCEEDED(call_swap(node, actor, place, draw_thing(client, context, draw), &got)))
            put_thing(context, draw, got);
    } else if (kind < 72) {
        play(client, context, draw, actor);
    } else if (kind < 75) {
        query(client, actor);
    } else if (kind < 77 && world.options.names) {
        use_name(client, context, draw);
    } else {
        drop_one(context, draw);
    }
}

/* One of the kinds of calls that the options name. @retval false this time none of them */
static bool operate_specially(struct world_client *client, struct context *context, struct draw *draw,
                              IActor *actor)
{
    uint32_t kind = draw_below(draw, 12);

    if (kind == 0 && world.options.oneway)
        operate_oneway(client, context, draw, actor);
    else if (kind == 1 && world.options.cancel)
        operate_cancel(client, context, draw, actor);
    else if (kind == 2 && world.options.halves)
        operate_halves(client, context, draw, actor);
    else if (kind == 3 && world.options.lasting)
        operate_lasting(client, context, draw);
    else if (kind == 4 && world.options.watch)
        operate_watch(client, context, draw, actor);
    else if (kind == 5 && world.options.promises)
        operate_promises(client, context, draw, actor);
    else
        return false;
    return true;
}

static void operate(struct world_client *client, void *memory, struct draw *draw)
{
    struct context *context = (struct context *)memory;
    IActor *actor = draw_actor(context, draw);
    uint32_t patience = draw_below(draw, 6), most_ms = draw_between(draw, 1, 300);

    if (!actor || draw_one_in(draw, 8)) {
        find(client, context, draw);
        return;
    }
    if (!patience && !world.calm)
        (void)rpc_set_deadline(port_now_ns() + most_ms * PORT_NS_PER_MS);
    if (!operate_specially(client, context, draw, actor))
        operate_on(client, context, draw, actor);
    (void)rpc_set_deadline(PORT_FOREVER);
}

static HRESULT reach(struct world_client *client, void *memory, struct world_node *target)
{
    struct held_actor held;
    HRESULT hr;

    (void)memory;
    hr = find_actor(client, target, 0, &held);
    if (FAILED(hr))
        return hr;
    hr = call_act(client->node->index, held.actor, false);
    drop_actor(&held);
    return hr;
}

static void drop(struct world_client *client, void *memory)
{
    struct context *context = (struct context *)memory;
    uint32_t i;

    (void)client;
    for (i = 0; i < HELD_ACTORS; i++)
        drop_actor(&context->actors[i]);
    for (i = 0; i < HELD_THINGS; i++)
        drop_thing(&context->things[i]);
    for (i = 0; i < LASTING; i++)
        drop_lasting(&context->lasting[i]);
    for (i = 0; i < WATCHES; i++)
        drop_watch(&context->watches[i]);
}

static const struct com_interface *const interfaces[] = {&IActor_interface, &IThing_interface, NULL};

const struct world_workload workload_of_actors = {
    .interfaces = interfaces,
    .start = start,
    .operate = operate,
    .reach = reach,
    .drop = drop,
    .stop = stop,
    .object_number = workload_object_number,
    .context_bytes = sizeof(struct context),
};
