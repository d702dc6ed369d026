/* The interrupt control unit: which routines run for which line, and what they may do (wake a thread). */
#include <arch.h>
#include <com_impl.h>
#include <component.h>
#include <os/interrupt.idl.h>
#include <string.h>

struct connection {
    struct connection *next;
    const char *name;
    interrupt_routine *routine;
    void *context;
    struct synchro_event *wake;
};

static struct icu {
    IInterruptController IInterruptController_iface;
    struct connection *lines[BOARD_IRQS]; /* (interrupts off) */
    interrupt_wake_hook *wake;            /* (interrupts off) */
    void *wake_context;                   /* (interrupts off) */
    interrupt_leave_hook *leave;          /* (interrupts off) */
    void *leave_context;                  /* (interrupts off) */
} icu;

static HRESULT icu_QueryInterface(IInterruptController *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IInterruptController, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t icu_AddRef(IInterruptController *iface)
{
    (void)iface;
    return 1;
}

/* (interrupts off) */
static void handle_interrupt(uint32_t irq)
{
    struct connection *connection;

    for (connection = icu.lines[irq]; connection; connection = connection->next) {
        HRESULT hr;

        kernel_interrupt_owner = connection->name;
        hr = connection->routine(connection->context);
        kernel_interrupt_owner = NULL;
        if (hr == S_OK && connection->wake && icu.wake)
            icu.wake(icu.wake_context, connection->wake);
    }
}

/* (interrupts off) May switch to another thread. */
static void leave_interrupt(void)
{
    if (icu.leave)
        icu.leave(icu.leave_context);
}

static HRESULT icu_Connect(IInterruptController *iface, uint32_t irq, const char *name,
                           interrupt_routine *routine, void *context, struct synchro_event *wake)
{
    struct connection *connection;
    uint32_t interrupts;

    (void)iface;
    kernel_thread_only("IInterruptController::Connect");
    if (irq >= BOARD_IRQS || !name || !routine)
        return E_INVALIDARG;
    connection = (struct connection *)com_alloc(sizeof(*connection));
    if (!connection)
        return E_OUTOFMEMORY;
    connection->name = name;
    connection->routine = routine;
    connection->context = context;
    connection->wake = wake;
    interrupts = arch_interrupts_off();
    connection->next = icu.lines[irq];
    icu.lines[irq] = connection;
    board_irq_enable(irq, true);
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT icu_Disconnect(IInterruptController *iface, uint32_t irq, interrupt_routine *routine,
                              void *context)
{
    struct connection **at, *found;
    uint32_t interrupts;

    (void)iface;
    kernel_thread_only("IInterruptController::Disconnect");
    if (irq >= BOARD_IRQS)
        return E_INVALIDARG;
    interrupts = arch_interrupts_off();
    for (at = &icu.lines[irq]; *at && ((*at)->routine != routine || (*at)->context != context);
         at = &(*at)->next)
        ;
    found = *at;
    if (found)
        *at = found->next;
    if (!icu.lines[irq])
        board_irq_enable(irq, false);
    arch_interrupts_restore(interrupts);
    if (!found)
        return E_INVALIDARG;
    com_free(found);
    return S_OK;
}

static HRESULT icu_FindIn(IInterruptController *iface, const void *start, size_t size_bytes,
                          const char **out_name)
{
    const struct connection *connection = NULL;
    uint32_t irq, interrupts = arch_interrupts_off();

    (void)iface;
    for (irq = 0; irq < BOARD_IRQS && !connection; irq++) {
        connection = icu.lines[irq];
        while (connection && (uintptr_t)connection->routine - (uintptr_t)start >= size_bytes)
            connection = connection->next;
    }
    if (connection)
        *out_name = connection->name;
    arch_interrupts_restore(interrupts);
    return connection ? S_OK : S_FALSE;
}

static HRESULT icu_SetWakeHook(IInterruptController *iface, interrupt_wake_hook *hook, void *context)
{
    uint32_t interrupts = arch_interrupts_off();

    (void)iface;
    icu.wake = hook;
    icu.wake_context = context;
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static HRESULT icu_SetLeaveHook(IInterruptController *iface, interrupt_leave_hook *hook, void *context)
{
    uint32_t interrupts = arch_interrupts_off();

    (void)iface;
    icu.leave = hook;
    icu.leave_context = context;
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static const struct IInterruptControllerVtbl icu_vtbl = {
    .QueryInterface = icu_QueryInterface,
    .AddRef = icu_AddRef,
    .Release = icu_AddRef,
    .Connect = icu_Connect,
    .Disconnect = icu_Disconnect,
    .FindIn = icu_FindIn,
    .SetWakeHook = icu_SetWakeHook,
    .SetLeaveHook = icu_SetLeaveHook,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    icu.IInterruptController_iface.vtbl = &icu_vtbl;
    kernel_interrupt_leave = leave_interrupt; /* is called wherever the other is there */
    kernel_interrupt = handle_interrupt;
    *out_object = (struct IUnknown *)&icu.IInterruptController_iface;
    return S_OK;
}
