/* Time and the one alarm, over the board's counter and timer. Tickless: nothing happens while no alarm is
 * set. */
#include <arch.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/interrupt.idl.h>
#include <os/timer.idl.h>

static struct timer {
    ITimer ITimer_iface;
    timer_routine *routine;
    void *context;
    int64_t alarm_ns; /* (interrupts off) INT64_MAX: none */
    int64_t armed_ns; /* (interrupts off) when the hardware will interrupt; INT64_MAX: not at all */
} timer;

static HRESULT timer_QueryInterface(ITimer *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITimer, iid, out_object);
}

/* One object for the life of the machine. */
static uint32_t timer_AddRef(ITimer *iface)
{
    (void)iface;
    return 1;
}

static int64_t timer_Now(ITimer *iface)
{
    (void)iface;
    return board_clock_ns();
}

static HRESULT timer_SetRoutine(ITimer *iface, timer_routine *routine, void *context)
{
    uint32_t interrupts = arch_interrupts_off();

    (void)iface;
    timer.routine = routine;
    timer.context = context;
    arch_interrupts_restore(interrupts);
    return S_OK;
}

static void arm(int64_t deadline_ns)
{
    timer.armed_ns = deadline_ns;
    board_timer_arm(deadline_ns);
}

/*
 * Alarms are set at every switch, mostly for later than the one before, and writing to the hardware is slow:
 * it is left alone unless it would come too late. An interrupt that comes too early winds it up again.
 */
static HRESULT timer_SetAlarm(ITimer *iface, int64_t deadline_ns)
{
    (void)iface;
    timer.alarm_ns = deadline_ns;
    if (deadline_ns < timer.armed_ns)
        arm(deadline_ns);
    return S_OK;
}

/* The hardware's reach may be shorter than the alarm: then it is only wound up again. */
static HRESULT on_interrupt(void *context)
{
    (void)context;
    timer.armed_ns = INT64_MAX;
    if (timer.alarm_ns == INT64_MAX)
        return S_FALSE;
    if (board_clock_ns() < timer.alarm_ns) {
        arm(timer.alarm_ns);
        return S_FALSE;
    }
    timer.alarm_ns = INT64_MAX;
    if (timer.routine)
        timer.routine(timer.context);
    return S_FALSE;
}

static const struct ITimerVtbl timer_vtbl = {
    .QueryInterface = timer_QueryInterface,
    .AddRef = timer_AddRef,
    .Release = timer_AddRef,
    .Now = timer_Now,
    .SetRoutine = timer_SetRoutine,
    .SetAlarm = timer_SetAlarm,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    COM_SCOPED(IInterruptController) icu = NULL;
    HRESULT hr = com_bind(ns, "icu", &IID_IInterruptController, (void **)&icu);

    if (FAILED(hr))
        return hr;
    timer.ITimer_iface.vtbl = &timer_vtbl;
    timer.alarm_ns = INT64_MAX;
    timer.armed_ns = INT64_MAX;
    (void)board_clock_ns(); /* measures the counter */
    hr = IInterruptController_Connect(icu, BOARD_TIMER_IRQ, "timer", on_interrupt, NULL, NULL);
    if (FAILED(hr))
        return hr;
    *out_object = (struct IUnknown *)&timer.ITimer_iface;
    return S_OK;
}
