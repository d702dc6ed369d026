/* Leaves things behind that lead into its code. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <misbehaving.idl.h>
#include <os/thread.idl.h>
#include <os/timer.idl.h>

#define MS INT64_C(1000000)

static struct com_refs refs;
static uint32_t count;
static INamespace *root;
static IThreads *threads;
static ITimer *timer;
static IInterruptController *icu;

static HRESULT misbehaving_QueryInterface(IMisbehaving *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IMisbehaving, iid, out_object);
}

static uint32_t misbehaving_AddRef(IMisbehaving *iface)
{
    (void)iface;
    return com_refs_add(&refs);
}

static uint32_t misbehaving_Release(IMisbehaving *iface)
{
    (void)iface;
    return com_refs_release(&refs);
}

static uint32_t misbehaving_Count(IMisbehaving *iface)
{
    (void)iface;
    return ++count;
}

static void loiter(void *argument)
{
    const volatile uint32_t *stop = (const volatile uint32_t *)argument;

    while (!*stop)
        com_ignore(IThreads_SleepUntil(threads, ITimer_Now(timer) + 10 * MS)); /* cannot fail */
}

static HRESULT misbehaving_LeaveThread(IMisbehaving *iface, const uint32_t *stop)
{
    (void)iface;
    return IThreads_Start(threads, "loiterer", loiter, (void *)(uintptr_t)stop, 0);
}

static HRESULT routine(void *context)
{
    (void)context;
    return E_FAIL;
}

static HRESULT misbehaving_LeaveRoutine(IMisbehaving *iface, uint32_t irq, interrupt_routine **out_routine)
{
    (void)iface;
    *out_routine = routine;
    return IInterruptController_Connect(icu, irq, "forgotten", routine, NULL, NULL);
}

static HRESULT misbehaving_LeaveName(IMisbehaving *iface, const char *name);

static const struct IMisbehavingVtbl misbehaving_vtbl = {
    .QueryInterface = misbehaving_QueryInterface,
    .AddRef = misbehaving_AddRef,
    .Release = misbehaving_Release,
    .Count = misbehaving_Count,
    .LeaveThread = misbehaving_LeaveThread,
    .LeaveRoutine = misbehaving_LeaveRoutine,
    .LeaveName = misbehaving_LeaveName,
};

static IMisbehaving misbehaving = {.vtbl = &misbehaving_vtbl};

/* Another object, which does not hold the first, as it should. */
static uint32_t part_AddRef(IMisbehaving *iface)
{
    (void)iface;
    return 2;
}

static const struct IMisbehavingVtbl part_vtbl = {
    .QueryInterface = misbehaving_QueryInterface,
    .AddRef = part_AddRef,
    .Release = part_AddRef,
};

static IMisbehaving part = {.vtbl = &part_vtbl};

static HRESULT misbehaving_LeaveName(IMisbehaving *iface, const char *name)
{
    (void)iface;
    return INamespace_Register(root, name, (IUnknown *)&part, 0);
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    HRESULT hr = com_bind(ns, "threads", &IID_IThreads, (void **)&threads);

    if (SUCCEEDED(hr))
        hr = com_bind(ns, "timer", &IID_ITimer, (void **)&timer);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (FAILED(hr))
        return hr;
    root = ns; /* the kernel's objects stay as long as it runs: none of these references is given back */
    com_refs_init(&refs);
    *out_object = (IUnknown *)&misbehaving;
    return S_OK;
}
