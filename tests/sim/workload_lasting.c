/* What outlives a connection: proxies that stand for a path, and those who want to know when a node is gone.
 */
#include "workload.h"
#include <com_names.h>
#include "oracle.h"
#include <string.h>

/* ---- a namespace that connects by itself, as /net does ---- */

struct dialling {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct world_node *node;   /* whose it is */
    struct world_node *target; /* whose root it shows */
};

static struct dialling *dialling_of(INamespace *iface)
{
    return container_of(iface, struct dialling, INamespace_iface);
}

static HRESULT dialling_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t dialling_AddRef(INamespace *iface)
{
    return com_refs_add(&dialling_of(iface)->refs);
}

static uint32_t dialling_Release(INamespace *iface)
{
    uint32_t left = com_refs_release(&dialling_of(iface)->refs);

    if (!left)
        com_free(dialling_of(iface));
    return left;
}

static HRESULT dialling_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT dialling_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT dialling_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct dialling *dialling = dialling_of(iface);
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr;

    *out_object = NULL;
    hr = ILocalNode_Connect(dialling->node->node, dialling->target->endpoint, rpc_get_deadline(), &root);
    return FAILED(hr) ? hr : INamespace_Bind(root, path, flags, out_object);
}

static HRESULT dialling_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                             uint32_t *out_length)
{
    (void)iface;
    (void)after;
    (void)capacity;
    (void)names;
    *out_length = 0;
    return S_OK;
}

static const struct INamespaceVtbl dialling_vtbl = {
    .QueryInterface = dialling_QueryInterface,
    .AddRef = dialling_AddRef,
    .Release = dialling_Release,
    .Register = dialling_Register,
    .Unregister = dialling_Unregister,
    .Bind = dialling_Bind,
    .List = dialling_List,
};

static INamespace *dialling_create(struct world_node *node, struct world_node *target)
{
    struct dialling *dialling = (struct dialling *)com_alloc(sizeof(*dialling));

    if (!dialling)
        return NULL;
    dialling->INamespace_iface.vtbl = &dialling_vtbl;
    com_refs_init(&dialling->refs);
    dialling->node = node;
    dialling->target = target;
    return &dialling->INamespace_iface;
}

/* ---- proxies that stand for a path ---- */

void drop_lasting(struct lasting *lasting)
{
    IActor *actor = lasting->actor;

    lasting->actor = NULL;
    if (actor)
        IActor_Release(actor);
}

static void bind_lasting(struct world_client *client, struct draw *draw, struct lasting *lasting)
{
    struct world_node *target = draw_target(client, draw);
    INamespace *names = dialling_create(client->node, target);
    uint32_t starts = target->starts;
    char name[4];
    HRESULT hr;

    if (!names || target == client->node) {
        if (names)
            INamespace_Release(names);
        return;
    }
    drop_lasting(lasting);
    actor_name(name, draw_below(draw, ACTORS));
    hr = rpc_bind_rebinding(client->node->node, names, name, &IID_IActor, (void **)&lasting->actor);
    INamespace_Release(names);
    lasting->node = target->index;
    if (FAILED(hr))
        lasting->actor = NULL;
    if (hr != NS_E_NOT_FOUND || (target->starts == starts && target->up))
        check_result("binding a path for long", target, hr);
}

/* Whatever start of the node it was, it was that node. */
static void check_executor(const struct lasting *lasting, uint32_t call, HRESULT hr)
{
    uint32_t object = ledger_executed_by(call);

    if (SUCCEEDED(hr) && !world.options.noise && ledger_object_node(object) != lasting->node)
        violate("names", "call %u of a name of n%u was executed in object %u of n%u", call, lasting->node,
                object, ledger_object_node(object));
}

static void call_lasting(struct world_client *client, struct context *context, struct draw *draw,
                         const struct lasting *lasting)
{
    uint32_t node = client->node->index, place = draw_below(draw, PLACES), result = 0, call;
    const struct held_thing *passed = draw_thing(client, context, draw);
    uint32_t kind = draw_below(draw, 6);
    struct held_thing got;
    IThing *thing = NULL;
    HRESULT hr;

    call = ledger_begin_call(node, lasting->actor, 0, kind == 0 ? object_of(passed) : 0);
    ledger_mark(call, kind < 4 ? LEDGER_LASTING : LEDGER_LASTING | LEDGER_REPEATS);
    if (kind == 0) {
        hr = IActor_Keep(lasting->actor, call, place, passed->thing, &result);
    } else if (kind == 1) {
        hr = IActor_Make(lasting->actor, call, &thing);
    } else if (kind < 4) {
        hr = IActor_Act(lasting->actor, call, false, &result);
    } else {
        hr = IActor_Ask(lasting->actor, call, &result);
    }
    check_executor(lasting, call, hr);
    if (kind == 1) {
        take_thing(node, call, hr, thing, &got);
        put_thing(context, draw, got);
    } else {
        (void)ledger_end_call(call, hr, &result);
    }
}

void operate_lasting(struct world_client *client, struct context *context, struct draw *draw)
{
    struct lasting *lasting = &context->lasting[draw_below(draw, LASTING)];
    uint32_t calls = draw_between(draw, 1, 4);

    if (!lasting->actor || draw_one_in(draw, 6))
        bind_lasting(client, draw, lasting);
    for (; calls && lasting->actor; calls--)
        call_lasting(client, context, draw, lasting);
}

/* ---- being told ---- */

struct death_sink {
    IDeathSink IDeathSink_iface;
    struct com_refs refs;
    uint32_t node;
    uint32_t told;
    void *reference; /* that is watched; NULL: the watch was released */
};

static struct death_sink *sink_of(IDeathSink *iface)
{
    return container_of(iface, struct death_sink, IDeathSink_iface);
}

static HRESULT sink_QueryInterface(IDeathSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDeathSink, iid, out_object);
}

static uint32_t sink_AddRef(IDeathSink *iface)
{
    return com_refs_add(&sink_of(iface)->refs);
}

static uint32_t sink_Release(IDeathSink *iface)
{
    uint32_t left = com_refs_release(&sink_of(iface)->refs);

    if (!left)
        com_free(sink_of(iface));
    return left;
}

static HRESULT sink_Gone(IDeathSink *iface, uint64_t key)
{
    struct death_sink *sink = sink_of(iface);

    trace(TRACE_GONE, sink->node, (uint32_t)key, 0);
    if (sink->told++)
        violate("watch", "n%u is told twice that the node of object %llu is gone", sink->node,
                (unsigned long long)key);
    if (sink->reference && !oracle_is_lost(sink->reference))
        violate("watch", "n%u is told that the node of object %llu is gone, but has a connection to it",
                sink->node, (unsigned long long)key);
    if (world.calm && world.phase < PHASE_STOP)
        violate("watch", "n%u is told that the node of object %llu is gone, although nothing is wrong",
                sink->node, (unsigned long long)key);
    return S_OK;
}

static const struct IDeathSinkVtbl sink_vtbl = {
    .QueryInterface = sink_QueryInterface,
    .AddRef = sink_AddRef,
    .Release = sink_Release,
    .Gone = sink_Gone,
};

static struct death_sink *sink_create(uint32_t node, void *reference)
{
    struct death_sink *sink = (struct death_sink *)com_alloc(sizeof(*sink));

    if (!sink)
        return NULL;
    sink->IDeathSink_iface.vtbl = &sink_vtbl;
    com_refs_init(&sink->refs);
    sink->node = node;
    sink->told = 0;
    sink->reference = reference;
    return sink;
}

/* A connection that is lost is told of soon after. */
static void check_told(const struct watch *watch)
{
    if (watch->sink->told || !oracle_is_lost(watch->actor.actor))
        return;
    sim_sleep(300 * PORT_NS_PER_MS);
    if (!watch->sink->told && !world.options.noise)
        violate("watch", "n%u is not told that the node of object %u is gone", watch->sink->node,
                ledger_held_object(watch->actor.hold));
}

void drop_watch(struct watch *watch)
{
    if (!watch->watch)
        return;
    check_told(watch);
    IUnknown_Release(watch->watch);
    watch->watch = NULL;
    watch->sink->reference = NULL; /* what is on its way may still come */
    IDeathSink_Release(&watch->sink->IDeathSink_iface);
    drop_actor(&watch->actor);
}

static void begin_to_watch(struct world_client *client, struct held_actor actor, struct watch *watch)
{
    uint32_t object = ledger_held_object(actor.hold);
    struct death_sink *sink = sink_create(client->node->index, actor.actor);
    HRESULT hr;

    if (!sink)
        return;
    hr = rpc_watch((IUnknown *)actor.actor, &sink->IDeathSink_iface, object, &watch->watch);
    if ((hr == S_FALSE) == oracle_is_proxy(actor.actor))
        violate("watch", "watching object %u of n%u ends with %08x", object, ledger_object_node(object),
                (unsigned)hr);
    if (FAILED(hr) && !(hr == RPC_E_DISCONNECTED && oracle_is_lost(actor.actor)))
        check_result("watching a node", client->node, hr);
    if (hr != S_OK) {
        watch->watch = NULL;
        IDeathSink_Release(&sink->IDeathSink_iface);
        return;
    }
    watch->sink = sink;
    IActor_AddRef(actor.actor);
    watch->actor = (struct held_actor){actor.actor, ledger_hold(client->node->index, actor.actor, object)};
}

void operate_watch(struct world_client *client, struct context *context, struct draw *draw, IActor *actor)
{
    struct watch *watch = &context->watches[draw_below(draw, WATCHES)];
    uint32_t i;

    if (watch->watch && draw_below(draw, 2))
        return;
    drop_watch(watch);
    for (i = 0; i < HELD_ACTORS; i++)
        if (context->actors[i].actor == actor)
            break;
    begin_to_watch(client, context->actors[i], watch);
}
