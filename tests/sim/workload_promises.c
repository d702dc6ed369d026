/*
 * Calls of what other calls will return: a bind and calls in one round trip, and chains of calls that leave
 * together, whatever becomes of the first of them and whoever gives it up. The ledger knows of each promise
 * which call it is of.
 */
#include "workload.h"
#include "oracle.h"

/* What is promised, by its place in workload.idl. */
enum { LEAD_ACTOR = 4, MAKE_THING = 2, GIVE_THING = 3 };

enum { STEPS_MAX = 4 };

/* A call that was begun, and the promise of what it gives. */
struct step {
    AsyncIActor *call; /* NULL: of a Bind, or it was finished or forgotten */
    uint32_t number;   /* in the ledger */
    IActor *actor;     /* the promise */
};

struct chain {
    struct step steps[STEPS_MAX];
    uint32_t count;
    uint32_t duration_ms; /* of all its calls */
    bool fails; /* it leads nowhere, as one of its calls was asked to fail, or nothing has the name */
};

/* ---- making a chain ---- */

static void bind_first(struct world_client *client, struct draw *draw, struct chain *chain)
{
    struct world_node *target = draw_target(client, draw);
    COM_SCOPED(INamespace) root = NULL;
    struct step *step = &chain->steps[0];
    uint32_t starts = target->starts;
    bool fails = draw_one_in(draw, 6);
    char name[4] = "a9"; /* nobody's */
    HRESULT hr;

    if (!fails)
        actor_name(name, draw_below(draw, ACTORS));
    if (target == client->node || FAILED(get_root(client, target, &root)))
        return;
    hr = rpc_bind_pipelined(root, name, &IID_IActor, (void **)&step->actor);
    check_result("binding a promise", target, hr);
    if (FAILED(hr))
        return;
    ledger_promise(client->node->index, step->actor, 0);
    chain->count = 1;
    chain->fails = fails;
    hr = call_act(client->node->index, step->actor, false);
    if (fails && SUCCEEDED(hr) && !world.options.noise)
        violate("names", "a call of a name that %s does not have succeeds", target->name);
    if (!fails && hr == NS_E_NOT_FOUND && !world.options.noise && target->starts == starts && target->up)
        violate("names", "%s is not found at %s by a call of its promise", name, target->name);
}

/* @retval a failure: there is no call object, and no promise: they are NULL */
static HRESULT promise(IActor *from, uint32_t number, const IID *iid, AsyncIActor **out_call,
                       void **out_promise)
{
    HRESULT hr = AsyncIActor_create(from, out_call);

    if (FAILED(hr))
        return hr;
    hr = rpc_async_promise(*out_call, number, iid, out_promise);
    if (FAILED(hr)) {
        AsyncIActor_Release(*out_call);
        *out_call = NULL;
    }
    return hr;
}

static void check_promise(struct world_client *client, const struct chain *chain, IActor *from, HRESULT hr)
{
    if (FAILED(hr) && !chain->fails && (hr != E_NOTIMPL || oracle_is_proxy(from)))
        check_result("promising a result", client->node, hr);
}

/* One call more, of the last one's result. @retval false it could not be begun */
static bool lead(struct world_client *client, struct draw *draw, struct chain *chain, IActor *from)
{
    struct step *step = &chain->steps[chain->count];
    bool fails = draw_one_in(draw, 8), hurries = draw_one_in(draw, 4) && !world.calm;
    uint32_t node = client->node->index, most_ms = draw_between(draw, 1, 100);
    uint32_t duration_ms = draw_below(draw, world.calm ? 20 : draw_below(draw, 3) ? 60 : 600);
    int64_t before_ns = rpc_get_deadline(), hurry_ns = port_now_ns() + most_ms * PORT_NS_PER_MS;
    HRESULT hr = promise(from, LEAD_ACTOR, &IID_IActor, &step->call, (void **)&step->actor);

    check_promise(client, chain, from, hr);
    if (FAILED(hr))
        return false;
    if (hurries && hurry_ns < before_ns)
        (void)rpc_set_deadline(hurry_ns);
    step->number = ledger_begin_call(node, from, SLOW_TIMEOUT_MS, 0);
    chain->duration_ms += duration_ms;
    ledger_allow_ms(step->number, chain->duration_ms);
    hr = AsyncIActor_Begin_Lead(step->call, step->number, duration_ms, fails);
    (void)rpc_set_deadline(before_ns);
    if (FAILED(hr)) {
        (void)ledger_end_call(step->number, hr, NULL);
        IActor_Release(step->actor);
        AsyncIActor_Release(step->call);
        *step = (struct step){NULL, 0, NULL};
        return false;
    }
    ledger_mark(step->number, LEDGER_HALVES | LEDGER_NEEDED);
    ledger_promise(node, step->actor, step->number);
    chain->fails |= fails;
    chain->count++;
    return true;
}

/* ---- using it ---- */

/* A thing that an actor is asked for is touched before it has come, and after. */
static void use_thing(struct world_client *client, struct context *context, struct draw *draw,
                      const struct chain *chain, IActor *actor)
{
    uint32_t node = client->node->index, place = draw_below(draw, PLACES), number;
    bool makes = draw_below(draw, 2), forgets = draw_one_in(draw, 3), has_begun;
    struct held_thing got = {NULL, 0};
    IThing *promised = NULL, *thing = NULL;
    AsyncIActor *call = NULL;
    HRESULT hr = promise(actor, makes ? MAKE_THING : GIVE_THING, &IID_IThing, &call, (void **)&promised);

    check_promise(client, chain, actor, hr);
    if (FAILED(hr))
        return;
    number = ledger_begin_call(node, actor, 0, 0);
    ledger_allow_ms(number, chain->duration_ms);
    hr = makes ? AsyncIActor_Begin_Make(call, number) : AsyncIActor_Begin_Give(call, number, place);
    has_begun = SUCCEEDED(hr);
    if (!has_begun) {
        (void)ledger_end_call(number, hr, NULL);
    } else {
        ledger_mark(number, LEDGER_HALVES | LEDGER_NEEDED);
        ledger_promise(node, promised, number);
        (void)call_touch(node, promised);
        if (!forgets) {
            ledger_await_call(number);
            hr = makes ? AsyncIActor_Finish_Make(call, &thing) : AsyncIActor_Finish_Give(call, &thing);
            take_thing(node, number, hr, thing, &got);
        }
    }
    AsyncIActor_Release(call);
    if (has_begun) {
        if (forgets)
            ledger_forget_call(number);
        (void)call_touch(node, promised); /* it holds the thing by itself */
        ledger_promise_gone(promised);
    }
    IThing_Release(promised);
    put_thing(context, draw, got);
}

static void use(struct world_client *client, struct context *context, struct draw *draw,
                const struct chain *chain, IActor *actor)
{
    uint32_t node = client->node->index, place = draw_below(draw, PLACES), kind = draw_below(draw, 8);
    struct held_thing got = {NULL, 0};

    if (kind < 2) {
        use_thing(client, context, draw, chain, actor);
    } else if (kind < 3) {
        (void)call_make(node, actor, &got);
        put_thing(context, draw, got);
    } else if (kind < 4) {
        (void)call_keep(node, actor, place, draw_thing(client, context, draw));
    } else if (kind < 5) {
        operate_cancel(client, context, draw, actor);
    } else if (kind < 6 && !chain->fails) { /* of those that fail, the ledger could not tell */
        operate_oneway(client, context, draw, actor);
    } else if (kind < 7 && !chain->fails && chain->steps[0].number) {
        operate_halves(client, context, draw, actor);
    } else {
        (void)call_act(node, actor, draw_one_in(draw, 4));
    }
}

/* Another thread, which calls the promise while its owner does what he likes. On the stack of that. */
struct follower {
    uint32_t node;
    IActor *actor;
    int64_t after_ns;
    struct port_condition changed;
    bool ended;
};

static void follow(void *argument)
{
    struct follower *follower = (struct follower *)argument;

    sim_sleep(follower->after_ns);
    (void)call_act(follower->node, follower->actor, false);
    follower->ended = true;
    port_condition_wake_all(&follower->changed);
}

static void drop_promise(struct step *step)
{
    IActor *actor = step->actor;

    step->actor = NULL;
    if (!actor)
        return;
    ledger_promise_gone(actor);
    IActor_Release(actor);
}

/* Calls without an answer, also of a thing that nobody else knows; then nothing is kept. */
static void leave(struct world_client *client, struct draw *draw, struct chain *chain)
{
    uint32_t node = client->node->index, number = 0, i;
    IActor *actor = chain->steps[chain->count - 1].actor;
    IThing *thing = NULL;
    AsyncIActor *call = NULL;

    (void)call_tell(node, actor);
    if (SUCCEEDED(promise(actor, MAKE_THING, &IID_IThing, &call, (void **)&thing))) {
        number = ledger_begin_call(node, actor, 0, 0);
        ledger_mark(number, LEDGER_HALVES | LEDGER_NEEDED);
        if (SUCCEEDED(AsyncIActor_Begin_Make(call, number))) {
            ledger_promise(node, thing, number);
            (void)call_nudge(node, thing);
        }
    }
    for (i = 0; i < chain->count; i++) {
        struct step *step = &chain->steps[i];

        if (draw_below(draw, 2))
            drop_promise(step);
        if (step->call) {
            AsyncIActor_Release(step->call);
            ledger_forget_call(step->number);
        }
        step->call = NULL;
        drop_promise(step);
    }
    if (!call)
        return;
    ledger_forget_call(number);
    AsyncIActor_Release(call);
    ledger_promise_gone(thing);
    IThing_Release(thing);
}

/* ---- its end ---- */

/* The result itself, which is the same object as its promise. */
static void compare(const struct step *step, IActor *got)
{
    COM_SCOPED(IUnknown) one = NULL;
    COM_SCOPED(IUnknown) other = NULL;

    if (FAILED(IActor_QueryInterface(step->actor, &IID_IUnknown, (void **)&one)) ||
        FAILED(IActor_QueryInterface(got, &IID_IUnknown, (void **)&other)))
        return;
    if (one != other && !world.options.noise)
        violate("identity", "what call %u returned and its promise have different IUnknowns", step->number);
}

static void finish(uint32_t node, struct step *step)
{
    struct held_actor got = {NULL, 0};
    uint32_t object;
    HRESULT hr;

    ledger_await_call(step->number);
    hr = AsyncIActor_Finish_Lead(step->call, &got.actor);
    object = ledger_end_call(step->number, hr, NULL);
    if (FAILED(hr) != !got.actor && !world.options.noise)
        violate("I1", "call %u ended with %08x, and its out-interface is %sNULL", step->number, (unsigned)hr,
                got.actor ? "not " : "");
    if (got.actor) {
        got.hold = ledger_hold(node, got.actor, object);
        compare(step, got.actor);
        drop_actor(&got);
    }
}

static void end_call(uint32_t node, struct draw *draw, struct step *step)
{
    bool forgets = draw_one_in(draw, 3);

    if (!step->call)
        return;
    if (!forgets && step->actor)
        finish(node, step);
    AsyncIActor_Release(step->call);
    step->call = NULL;
    if (forgets || !step->actor)
        ledger_forget_call(step->number);
}

/* Calls and promises go in any order. */
static void end_chain(struct world_client *client, struct context *context, struct draw *draw,
                      struct chain *chain)
{
    uint32_t first = draw_below(draw, STEPS_MAX), i;

    for (i = 0; i < STEPS_MAX; i++) {
        struct step *step = &chain->steps[(first + i) % STEPS_MAX];

        if (draw_one_in(draw, 3))
            drop_promise(step);
        else if (step->actor && draw_one_in(draw, 3))
            use(client, context, draw, chain, step->actor);
        end_call(client->node->index, draw, step);
    }
    for (i = 0; i < STEPS_MAX; i++)
        drop_promise(&chain->steps[i]);
}

void operate_promises(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    struct chain chain = {.count = 0};
    uint32_t wanted = draw_between(draw, 1, STEPS_MAX), uses = draw_below(draw, 3);
    struct follower follower = {.node = client->node->index, .after_ns = draw_ns(draw, 20 * PORT_NS_PER_MS)};
    bool follows = draw_one_in(draw, 3), waits = draw_below(draw, 2), keeps = draw_below(draw, 2);
    bool leaves = draw_one_in(draw, 3);
    uint32_t i;

    if (draw_below(draw, 2))
        bind_first(client, draw, &chain);
    if (chain.count)
        actor = chain.steps[0].actor;
    while (chain.count < wanted && lead(client, draw, &chain, actor))
        actor = chain.steps[chain.count - 1].actor;
    if (!chain.count)
        return;
    if (leaves && !chain.fails && world.options.oneway) {
        leave(client, draw, &chain);
        return;
    }
    follower.actor = actor;
    follower.ended = !follows || !port_thread_start("follower", follow, &follower);
    for (; uses; uses--)
        use(client, context, draw, &chain, actor);
    if (waits)
        sim_sleep(draw_ns(draw, 50 * PORT_NS_PER_MS));
    for (i = 0; i + 1 < chain.count && !keeps; i++) /* the promise stays, and the calls that it is of go */
        end_call(client->node->index, draw, &chain.steps[i]);
    while (!follower.ended)
        (void)sim_wait(&follower.changed, PORT_FOREVER);
    end_chain(client, context, draw, &chain);
}
