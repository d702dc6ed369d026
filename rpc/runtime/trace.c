/*
 * ITracer and ITrace: calls as they end, in a ring of fixed size that is there while somebody traces. A call
 * takes a place in it when it begins, because stubs write into the parameters that they read; whose place was
 * taken by another meanwhile is not kept. Linked only with rpc_observe.
 */
#include "observation.h"
#include <string.h>

/* Bytes of parameters and of results that are kept of a call. */
enum { KEPT_BYTES = PORT_INLINE_REQUEST_BYTES };

struct trace_slot {
    uint64_t taken;   /* the number that the call took when it began; 0: nobody had it yet */
    IUnknown *object; /* that is called; only compared */
    bool has_ended;
    struct trace_call call;
    uint8_t request[KEPT_BYTES];
    uint8_t reply[KEPT_BYTES];
};

#define RING_BYTES ((size_t)PORT_MAX_MESSAGE_BYTES * PORT_WORKERS)
#define SLOT_COUNT ((uint32_t)(RING_BYTES / sizeof(struct trace_slot)))

struct rpc_trace {
    ITrace ITrace_iface;
    struct com_refs refs;
    struct rpc_observation *observation; /* with a reference to the node */
    IUnknown *object;                    /* identity of what is traced, one reference; NULL: all */
    uint64_t seen;                       /* (trace_lock) number of the call that was read last */
};

/* ---- what happens ---- */

static void new_identity(void *bytes, size_t count)
{
    port_random(bytes, count);
    ((uint8_t *)bytes)[0] |= 1; /* none is all zero */
}

/* The tracer's own calls would be most of what it sees. */
static bool is_own(const IID *iid)
{
    return com_guid_equal(iid, &IID_ITrace);
}

static uint32_t keep(uint8_t *to, const uint8_t *from, uint32_t size)
{
    if (size > KEPT_BYTES)
        return 0;
    if (size)
        memcpy(to, from, size);
    return size;
}

/* A place for a call that begins. (trace_lock held) */
static struct trace_slot *take_slot(struct rpc_observation *observation, const struct rpc_link *link)
{
    struct trace_slot *slot;

    slot = &observation->slots[++observation->taken % SLOT_COUNT];
    memset(&slot->call, 0, sizeof(slot->call));
    slot->taken = observation->taken;
    slot->has_ended = false;
    slot->call.connection = link->serial;
    memcpy(slot->call.peer, link->session.peer.name, sizeof(link->session.peer.name));
    return slot;
}

void rpc__trace_arrived(struct rpc_incoming *call, const struct rpc_call_message *message)
{
    struct rpc_observation *observation = rpc__observation_of(call->link->node);
    uint64_t parent = call->has_trace ? call->trace.span : 0;
    struct trace_slot *slot;

    if (is_own(&call->iid))
        return;
    if (!call->has_trace)
        new_identity(call->trace.id, sizeof(call->trace.id));
    new_identity(&call->trace.span, sizeof(call->trace.span));
    call->has_trace = true;
    port_mutex_lock(&observation->trace_lock);
    if (observation->slots) {
        slot = take_slot(observation, call->link);
        slot->object = (IUnknown *)call->object;
        slot->call.is_served = true;
        slot->call.iid = call->iid;
        slot->call.method = call->method;
        slot->call.depth = call->depth;
        rpc_iid_load(call->trace.id, &slot->call.trace);
        slot->call.span = call->trace.span;
        slot->call.parent = parent;
        slot->call.request_bytes = message->params.size;
        slot->call.request_kept = keep(slot->request, message->params.data, message->params.size);
        call->traced = slot->taken;
    }
    port_mutex_unlock(&observation->trace_lock);
}

void rpc__trace_made(struct rpc_call *call, struct rpc_call_message *message, const uint8_t *params,
                     size_t params_bytes)
{
    struct rpc_link *link = call->proxy->import->link;
    struct rpc_observation *observation = rpc__observation_of(link->node);
    uint64_t parent = message->has_trace ? message->trace.span : 0;
    struct trace_slot *slot;

    if (is_own(call->iid))
        return;
    if (!message->has_trace)
        new_identity(message->trace.id, sizeof(message->trace.id));
    new_identity(&message->trace.span, sizeof(message->trace.span));
    message->has_trace = true;
    port_mutex_lock(&observation->trace_lock);
    if (observation->slots) {
        slot = take_slot(observation, link);
        slot->object = NULL;
        slot->call.iid = *call->iid;
        slot->call.method = message->method;
        slot->call.depth = message->depth;
        rpc_iid_load(message->trace.id, &slot->call.trace);
        slot->call.span = message->trace.span;
        slot->call.parent = parent;
        slot->call.request_bytes = (uint32_t)params_bytes;
        slot->call.request_kept = keep(slot->request, params, (uint32_t)params_bytes);
        call->traced = slot->taken;
    }
    port_mutex_unlock(&observation->trace_lock);
}

void rpc__trace_ended(struct rpc_observation *observation, const struct rpc_ended *ended)
{
    struct trace_slot *slot;

    port_mutex_lock(&observation->trace_lock);
    observation->ended_calls++;
    slot = observation->slots ? &observation->slots[ended->traced % SLOT_COUNT] : NULL;
    if (slot && slot->taken == ended->traced) {
        slot->has_ended = true;
        slot->call.number = observation->ended_calls;
        slot->call.ended_ns = port_now_ns(); /* Read makes an age of it */
        slot->call.duration_ns = ended->duration_ns;
        slot->call.result = ended->hr;
        slot->call.executed = ended->executed;
        slot->call.reply_bytes = ended->reply.size;
        slot->call.interfaces = ended->interfaces;
        slot->call.reply_kept = keep(slot->reply, ended->reply.data, ended->reply.size);
    }
    port_mutex_unlock(&observation->trace_lock);
}

/* ---- ITrace ---- */

static const struct ITraceVtbl trace_vtbl;

static struct rpc_trace *impl_from_ITrace(ITrace *iface)
{
    assert(iface->vtbl == &trace_vtbl);
    return container_of(iface, struct rpc_trace, ITrace_iface);
}

static HRESULT trace_QueryInterface(ITrace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITrace, iid, out_object);
}

static uint32_t trace_AddRef(ITrace *iface)
{
    return com_refs_add(&impl_from_ITrace(iface)->refs);
}

static uint32_t trace_Release(ITrace *iface)
{
    struct rpc_trace *trace = impl_from_ITrace(iface);
    struct rpc_observation *observation = trace->observation;
    struct trace_slot *unused = NULL;
    uint32_t left = com_refs_release(&trace->refs);

    if (left)
        return left;
    port_mutex_lock(&observation->trace_lock);
    if (!--observation->tracers) {
        __atomic_store_n(&observation->observer.is_tracing, false, __ATOMIC_RELAXED);
        unused = observation->slots;
        observation->slots = NULL;
    }
    port_mutex_unlock(&observation->trace_lock);
    port_free(unused);
    if (trace->object)
        IUnknown_Release(trace->object);
    IObserve_Release(&observation->IObserve_iface);
    port_free(trace);
    return 0;
}

/* The call that ended first behind the one that was read last. (trace_lock held) */
static const struct trace_slot *next_slot(const struct rpc_trace *trace)
{
    const struct trace_slot *slots = trace->observation->slots, *found = NULL;
    uint32_t i;

    for (i = 0; i < SLOT_COUNT; i++)
        if (slots[i].has_ended && slots[i].call.number > trace->seen &&
            (!found || slots[i].call.number < found->call.number))
            found = &slots[i];
    return found;
}

static HRESULT trace_Read(ITrace *iface, uint32_t capacity, struct trace_call *calls, uint32_t *out_count,
                          uint32_t byte_capacity, uint8_t *bytes, uint32_t *out_byte_count,
                          uint64_t *out_lost)
{
    struct rpc_trace *trace = impl_from_ITrace(iface);
    struct rpc_observation *observation = trace->observation;
    const struct trace_slot *slot;
    uint32_t count = 0, used = 0;
    int64_t now_ns = port_now_ns();
    uint64_t lost = 0;

    if (!calls || !out_count || !bytes || !out_byte_count || !out_lost)
        return E_POINTER;
    port_mutex_lock(&observation->trace_lock);
    while ((slot = next_slot(trace)) != NULL && count < capacity) {
        uint32_t kept = slot->call.request_kept + slot->call.reply_kept;
        bool is_wanted = !trace->object || trace->object == slot->object;

        if (is_wanted && used + kept > byte_capacity && count)
            break;
        lost += slot->call.number - trace->seen - 1;
        trace->seen = slot->call.number;
        if (!is_wanted)
            continue;
        calls[count] = slot->call;
        calls[count].ended_ns = now_ns - slot->call.ended_ns;
        if (used + kept > byte_capacity) {
            calls[count].request_kept = 0;
            calls[count].reply_kept = 0;
        } else {
            memcpy(bytes + used, slot->request, slot->call.request_kept);
            memcpy(bytes + used + slot->call.request_kept, slot->reply, slot->call.reply_kept);
            used += kept;
        }
        count++;
    }
    if (!slot && trace->seen < observation->ended_calls) { /* the last ones are not kept */
        lost += observation->ended_calls - trace->seen;
        trace->seen = observation->ended_calls;
    }
    port_mutex_unlock(&observation->trace_lock);
    *out_count = count;
    *out_byte_count = used;
    *out_lost = lost;
    return slot ? S_FALSE : S_OK;
}

static const struct ITraceVtbl trace_vtbl = {
    .QueryInterface = trace_QueryInterface,
    .AddRef = trace_AddRef,
    .Release = trace_Release,
    .Read = trace_Read,
};

/* ---- ITracer ---- */

static struct rpc_observation *impl_from_ITracer(ITracer *iface)
{
    assert(iface->vtbl == &rpc__tracer_vtbl);
    return container_of(iface, struct rpc_observation, ITracer_iface);
}

static HRESULT tracer_QueryInterface(ITracer *iface, const IID *iid, void **out_object)
{
    return IObserve_QueryInterface(&impl_from_ITracer(iface)->IObserve_iface, iid, out_object);
}

static uint32_t tracer_AddRef(ITracer *iface)
{
    return IObserve_AddRef(&impl_from_ITracer(iface)->IObserve_iface);
}

static uint32_t tracer_Release(ITracer *iface)
{
    return IObserve_Release(&impl_from_ITracer(iface)->IObserve_iface);
}

/* One more traces. The ring is made for the first. */
static HRESULT begin(struct rpc_observation *observation, uint64_t *out_seen)
{
    struct trace_slot *slots = (struct trace_slot *)port_alloc(SLOT_COUNT * sizeof(*slots));
    HRESULT hr = S_OK;

    if (!slots)
        return E_OUTOFMEMORY;
    memset(slots, 0, SLOT_COUNT * sizeof(*slots));
    port_mutex_lock(&observation->trace_lock);
    if (observation->tracers == RPC_TRACERS_MAX) {
        hr = com_fail(RPC_E_OUT_OF_RESOURCES, "too many trace this node already", NULL);
    } else {
        observation->tracers++;
        if (!observation->slots) {
            observation->slots = slots;
            slots = NULL;
        }
        *out_seen = observation->ended_calls;
        __atomic_store_n(&observation->observer.is_tracing, true, __ATOMIC_RELAXED);
    }
    port_mutex_unlock(&observation->trace_lock);
    port_free(slots);
    return hr;
}

static HRESULT tracer_Trace(ITracer *iface, IUnknown *object, ITrace **out_trace)
{
    struct rpc_observation *observation = impl_from_ITracer(iface);
    struct rpc_trace *trace;
    HRESULT hr = S_OK;

    if (!out_trace)
        return E_POINTER;
    *out_trace = NULL;
    trace = (struct rpc_trace *)port_alloc(sizeof(*trace));
    if (!trace)
        return E_OUTOFMEMORY;
    memset(trace, 0, sizeof(*trace));
    if (object)
        hr = IUnknown_QueryInterface(object, &IID_IUnknown, (void **)&trace->object);
    if (SUCCEEDED(hr))
        hr = begin(observation, &trace->seen);
    if (FAILED(hr)) {
        if (trace->object)
            IUnknown_Release(trace->object);
        port_free(trace);
        return hr;
    }
    trace->ITrace_iface.vtbl = &trace_vtbl;
    com_refs_init(&trace->refs);
    trace->observation = observation;
    IObserve_AddRef(&observation->IObserve_iface);
    *out_trace = &trace->ITrace_iface;
    return S_OK;
}

const struct ITracerVtbl rpc__tracer_vtbl = {
    .QueryInterface = tracer_QueryInterface,
    .AddRef = tracer_AddRef,
    .Release = tracer_Release,
    .Trace = tracer_Trace,
};
