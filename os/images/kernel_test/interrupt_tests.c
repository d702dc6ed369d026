/* Interrupts come from the processor itself here, on a line that nothing else uses. */
#include "kernel_test.h"
#include <arch.h>

#define LINE 5u

static struct synchro_event event;
static HRESULT answer;
static volatile uint32_t calls, other_calls;

static HRESULT routine(void *context)
{
    ++*(volatile uint32_t *)context;
    return answer;
}

static HRESULT not_mine(void *context)
{
    ++*(volatile uint32_t *)context;
    return E_FAIL;
}

static bool a_routine_wakes_what_it_was_connected_with(void)
{
    calls = 0;
    answer = S_OK;
    CHECK(IInterruptController_Connect(icu, LINE, "test", routine, (void *)&calls, &event) == S_OK);
    arch_interrupt_raise(LINE);
    CHECK(calls == 1);
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + MS) == S_OK);
    answer = S_FALSE;
    arch_interrupt_raise(LINE);
    CHECK(calls == 2);
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + MS) == RPC_E_TIMEOUT);
    CHECK(IInterruptController_Disconnect(icu, LINE, routine, (void *)&calls) == S_OK);
    arch_interrupt_raise(LINE);
    CHECK(calls == 2);
    return true;
}

static bool routines_share_a_line(void)
{
    calls = other_calls = 0;
    answer = S_OK;
    CHECK(IInterruptController_Connect(icu, LINE, "first", routine, (void *)&calls, &event) == S_OK);
    CHECK(IInterruptController_Connect(icu, LINE, "second", not_mine, (void *)&other_calls, NULL) == S_OK);
    arch_interrupt_raise(LINE);
    CHECK(calls == 1 && other_calls == 1);
    CHECK(ISynchro_WaitEvent(synchro, &event, now_ns() + MS) == S_OK);
    CHECK(IInterruptController_Disconnect(icu, LINE, not_mine, (void *)&other_calls) == S_OK);
    arch_interrupt_raise(LINE);
    CHECK(calls == 2 && other_calls == 1);
    CHECK(IInterruptController_Disconnect(icu, LINE, routine, (void *)&calls) == S_OK);
    return true;
}

static bool wrong_connections_are_refused(void)
{
    CHECK(IInterruptController_Connect(icu, 99, "test", routine, NULL, NULL) == E_INVALIDARG);
    CHECK(IInterruptController_Connect(icu, LINE, "test", NULL, NULL, NULL) == E_INVALIDARG);
    CHECK(IInterruptController_Disconnect(icu, LINE, routine, (void *)&calls) == E_INVALIDARG);
    CHECK(IInterruptController_Disconnect(icu, 99, routine, NULL) == E_INVALIDARG);
    return true;
}

const struct kernel_test interrupt_tests[] = {
    {"a routine wakes what it was connected with", a_routine_wakes_what_it_was_connected_with},
    {"routines share a line", routines_share_a_line},
    {"wrong connections are refused", wrong_connections_are_refused},
    {NULL, NULL},
};
