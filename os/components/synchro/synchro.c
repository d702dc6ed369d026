/* Mutexes, conditions and events over the thread component's queues. */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/interrupt.idl.h>
#include <os/synchro.idl.h>

static struct synchro {
    ISynchro ISynchro_iface;
    IThreads *threads;
} synchro;

static HRESULT synchro_QueryInterface(ISynchro *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISynchro, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t synchro_AddRef(ISynchro *iface)
{
    (void)iface;
    return 1;
}

/* The end of a method that may have made threads ready. */
static HRESULT leave(uint32_t interrupts)
{
    com_ignore(IThreads_Reschedule(synchro.threads)); /* cannot fail */
    arch_interrupts_restore(interrupts);
    return S_OK;
}

/* (interrupts off) */
static void lock(struct synchro_mutex *mutex)
{
    struct thread *self = IThreads_GetCurrent(synchro.threads);

    if (mutex->owner == self)
        kernel_panic("a mutex is locked twice by one thread", "ISynchro::Lock");
    if (!mutex->owner) {
        mutex->owner = self;
        return;
    }
    com_ignore(IThreads_Block(synchro.threads, &mutex->waiting, INT64_MAX)); /* Unlock hands it over */
}

/* The longest waiter is the owner from here on, so that nobody overtakes it. (interrupts off) */
static void unlock(struct synchro_mutex *mutex)
{
    if (mutex->owner != IThreads_GetCurrent(synchro.threads))
        kernel_panic("a mutex is unlocked by another thread", "ISynchro::Unlock");
    mutex->owner = mutex->waiting.first;
    if (mutex->owner)
        com_ignore(IThreads_WakeFirst(synchro.threads, &mutex->waiting)); /* there is one */
}

static HRESULT synchro_Lock(ISynchro *iface, struct synchro_mutex *mutex)
{
    uint32_t interrupts = kernel_enter("ISynchro::Lock");

    (void)iface;
    lock(mutex);
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT synchro_Unlock(ISynchro *iface, struct synchro_mutex *mutex)
{
    uint32_t interrupts = kernel_enter("ISynchro::Unlock");

    (void)iface;
    unlock(mutex);
    return leave(interrupts);
}

static HRESULT synchro_Wait(ISynchro *iface, struct synchro_condition *condition, struct synchro_mutex *mutex,
                            int64_t deadline_ns)
{
    uint32_t interrupts = kernel_enter("ISynchro::Wait");
    HRESULT hr;

    (void)iface;
    unlock(mutex);
    hr = IThreads_Block(synchro.threads, &condition->waiting, deadline_ns);
    lock(mutex);
    arch_interrupts_restore(interrupts);
    return hr;
}

static HRESULT synchro_WakeOne(ISynchro *iface, struct synchro_condition *condition)
{
    uint32_t interrupts = kernel_enter("ISynchro::WakeOne");

    (void)iface;
    com_ignore(IThreads_WakeFirst(synchro.threads, &condition->waiting)); /* nobody waits: nothing to do */
    return leave(interrupts);
}

static HRESULT synchro_WakeAll(ISynchro *iface, struct synchro_condition *condition)
{
    uint32_t interrupts = kernel_enter("ISynchro::WakeAll");

    (void)iface;
    while (IThreads_WakeFirst(synchro.threads, &condition->waiting) == S_OK)
        ;
    return leave(interrupts);
}

static HRESULT synchro_WaitEvent(ISynchro *iface, struct synchro_event *event, int64_t deadline_ns)
{
    uint32_t interrupts = kernel_enter("ISynchro::WaitEvent");
    HRESULT hr = S_OK;

    (void)iface;
    if (event->is_set)
        event->is_set = 0;
    else
        hr = IThreads_Block(synchro.threads, &event->waiting, deadline_ns);
    arch_interrupts_restore(interrupts);
    return hr;
}

/* (interrupts off) */
static void set_event(struct synchro_event *event)
{
    if (IThreads_WakeFirst(synchro.threads, &event->waiting) != S_OK)
        event->is_set = 1;
}

static HRESULT synchro_SetEvent(ISynchro *iface, struct synchro_event *event)
{
    uint32_t interrupts = kernel_enter("ISynchro::SetEvent");

    (void)iface;
    set_event(event);
    return leave(interrupts);
}

/* An interrupt routine said S_OK. */
static void on_interrupt_wake(void *context, struct synchro_event *event)
{
    (void)context;
    set_event(event);
}

static const struct ISynchroVtbl synchro_vtbl = {
    .QueryInterface = synchro_QueryInterface,
    .AddRef = synchro_AddRef,
    .Release = synchro_AddRef,
    .Lock = synchro_Lock,
    .Unlock = synchro_Unlock,
    .Wait = synchro_Wait,
    .WakeOne = synchro_WakeOne,
    .WakeAll = synchro_WakeAll,
    .WaitEvent = synchro_WaitEvent,
    .SetEvent = synchro_SetEvent,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    HRESULT hr;

    hr = com_bind(ns, "threads", &IID_IThreads, (void **)&synchro.threads);
    if (SUCCEEDED(hr))
        hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);
    if (SUCCEEDED(hr))
        hr = IInterruptController_SetWakeHook(icu, on_interrupt_wake, NULL);
    if (FAILED(hr))
        return hr;
    synchro.ISynchro_iface.vtbl = &synchro_vtbl;
    *out_object = (struct IUnknown *)&synchro.ISynchro_iface;
    return S_OK;
}
