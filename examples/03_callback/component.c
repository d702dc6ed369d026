/*
 * A ticker: calls an object that its client handed over, during the call and afterwards. The listener may be
 * in this node or in another one; the lines are the same.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <ticker.idl.h>
#include <rpc/node.idl.h>

#define NS_PER_MS INT64_C(1000000)

/* The ticks that are left of one Start. A job of the node; lives while it is scheduled or runs. */
struct later_ticks {
    IJob IJob_iface;
    struct com_refs refs;
    ITickListener *listener; /* one reference, given back with the object */
    uint32_t number;         /* of the tick before; only the worker that runs the job touches it */
    uint32_t last;
    int64_t interval_ns;
};

/* The ticker's own references; each job holds one, so that their code stays as long as they do. */
static struct com_refs refs;

/* Where ticks get their threads: bound once, kept as long as the ticker lives. */
static ILocalNode *node;

/* Starts whose later ticks are still to come. A client costs the node memory that lasts longer than its call:
 * that needs a limit. */
static uint32_t start_count;

static ITicker ticker;

static const struct IJobVtbl later_ticks_vtbl;

static struct later_ticks *impl_from_IJob(IJob *iface)
{
    assert(iface->vtbl == &later_ticks_vtbl);
    return container_of(iface, struct later_ticks, IJob_iface);
}

static HRESULT later_ticks_QueryInterface(IJob *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IJob, iid, out_object);
}

static uint32_t later_ticks_AddRef(IJob *iface)
{
    return com_refs_add(&impl_from_IJob(iface)->refs);
}

static uint32_t later_ticks_Release(IJob *iface)
{
    struct later_ticks *ticks = impl_from_IJob(iface);
    uint32_t left = com_refs_release(&ticks->refs);

    if (left == 0) {
        ITickListener_Release(ticks->listener);
        com_free(ticks);
        (void)__atomic_sub_fetch(&start_count, 1, __ATOMIC_RELAXED);
        ITicker_Release(&ticker);
    }
    return left;
}

/* One tick. A listener that fails, or whose node is gone, gets no more: the job is not scheduled again, and
 * the node's release of it gives the listener back. */
static HRESULT later_ticks_Run(IJob *iface)
{
    struct later_ticks *ticks = impl_from_IJob(iface);
    HRESULT hr = ITickListener_Tick(ticks->listener, ++ticks->number, false);

    if (FAILED(hr) || ticks->number == ticks->last)
        return hr;

    return ILocalNode_Schedule(node, iface, ILocalNode_Now(node) + ticks->interval_ns);
}

static const struct IJobVtbl later_ticks_vtbl = {
    .QueryInterface = later_ticks_QueryInterface,
    .AddRef = later_ticks_AddRef,
    .Release = later_ticks_Release,
    .Run = later_ticks_Run,
};

static HRESULT ticker_QueryInterface(ITicker *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITicker, iid, out_object);
}

static uint32_t ticker_AddRef(ITicker *iface)
{
    (void)iface; /* one object for everybody, part of the code */
    return com_refs_add(&refs);
}

/* A component that was loaded goes when nobody holds it. */
static uint32_t ticker_Release(ITicker *iface)
{
    uint32_t left = com_refs_release(&refs);

    (void)iface;
    if (left == 0)
        ILocalNode_Release(COM_TAKE(node));
    return left;
}

/* Ticks number + 1 .. last, from the node's workers. */
static HRESULT tick_later(ITickListener *listener, uint32_t number, uint32_t last, uint32_t interval_ms)
{
    struct later_ticks *ticks = NULL;
    bool fits = __atomic_fetch_add(&start_count, 1, __ATOMIC_RELAXED) < TICKER_STARTS_MAX;
    HRESULT hr;

    if (fits)
        ticks = com_alloc(sizeof(*ticks));
    if (!ticks) {
        (void)__atomic_sub_fetch(&start_count, 1, __ATOMIC_RELAXED);
        return fits ? E_OUTOFMEMORY : RPC_E_OUT_OF_RESOURCES;
    }

    *ticks = (struct later_ticks){
        .IJob_iface = {.vtbl = &later_ticks_vtbl},
        .refs = COM_REFS_INIT,
        .listener = listener,
        .number = number,
        .last = last,
        .interval_ns = interval_ms * NS_PER_MS,
    };
    ITicker_AddRef(&ticker);
    ITickListener_AddRef(listener); /* an in-parameter is borrowed: who keeps it takes a reference */
    hr = ILocalNode_Schedule(node, &ticks->IJob_iface, ILocalNode_Now(node) + ticks->interval_ns);
    IJob_Release(&ticks->IJob_iface); /* the schedule holds it from here on, or it ends now */
    return hr;
}

static HRESULT ticker_Start(ITicker *iface, ITickListener *listener, uint32_t during, uint32_t after,
                            uint32_t interval_ms)
{
    uint32_t number;
    HRESULT hr;

    (void)iface;
    if (!listener)
        return E_POINTER;

    for (number = 1; number <= during; number++) {
        hr = ITickListener_Tick(listener, number, true);
        if (FAILED(hr))
            return hr;
    }
    return after == 0 ? S_OK : tick_later(listener, during, during + after, interval_ms);
}

static const struct ITickerVtbl ticker_vtbl = {
    .QueryInterface = ticker_QueryInterface,
    .AddRef = ticker_AddRef,
    .Release = ticker_Release,
    .Start = ticker_Start,
};

static ITicker ticker = {.vtbl = &ticker_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    HRESULT hr;

    *out_object = NULL;
    hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);
    if (FAILED(hr))
        return hr;

    com_refs_init(&refs);
    *out_object = (IUnknown *)&ticker;
    return S_OK;
}
