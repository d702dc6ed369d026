/* Round robin: first come first served, a quantum each. A policy only; it switches nothing itself. */
#include <com_impl.h>
#include <component.h>
#include <os/scheduler.idl.h>

#define QUANTUM_NS INT64_C(10000000)

static struct round_robin {
    IScheduler IScheduler_iface;
    struct scheduler_entity *first; /* (interrupts off) */
    struct scheduler_entity *last;  /* (interrupts off) */
} round_robin;

static HRESULT round_robin_QueryInterface(IScheduler *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IScheduler, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t round_robin_AddRef(IScheduler *iface)
{
    (void)iface;
    return 1;
}

static HRESULT round_robin_Ready(IScheduler *iface, struct scheduler_entity *entity)
{
    (void)iface;
    entity->next = NULL;
    if (round_robin.last)
        round_robin.last->next = entity;
    else
        round_robin.first = entity;
    round_robin.last = entity;
    return S_OK;
}

static HRESULT round_robin_TakeNext(IScheduler *iface, struct scheduler_entity **out_entity)
{
    struct scheduler_entity *entity = round_robin.first;

    (void)iface;
    *out_entity = entity;
    if (!entity)
        return S_FALSE;
    round_robin.first = entity->next;
    if (!round_robin.first)
        round_robin.last = NULL;
    entity->next = NULL;
    return S_OK;
}

static HRESULT round_robin_GetQuantum(IScheduler *iface, int64_t *out_quantum_ns)
{
    (void)iface;
    *out_quantum_ns = QUANTUM_NS;
    return S_OK;
}

static HRESULT round_robin_HasReady(IScheduler *iface)
{
    (void)iface;
    return round_robin.first ? S_OK : S_FALSE;
}

static const struct ISchedulerVtbl round_robin_vtbl = {
    .QueryInterface = round_robin_QueryInterface,
    .AddRef = round_robin_AddRef,
    .Release = round_robin_AddRef,
    .Ready = round_robin_Ready,
    .TakeNext = round_robin_TakeNext,
    .GetQuantum = round_robin_GetQuantum,
    .HasReady = round_robin_HasReady,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    round_robin.IScheduler_iface.vtbl = &round_robin_vtbl;
    *out_object = (struct IUnknown *)&round_robin.IScheduler_iface;
    return S_OK;
}
