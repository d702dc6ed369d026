#include "cmocka_all.h"
#include "fake_machine.h"
#include "fake_world.h"
#include <os/scheduler.idl.h>
#include <arch_elf.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    MEMORY_BYTES = 4 << 20,
    STACK_BYTES = 256 << 10,
    MARK_BYTES = 16, /* the lowest word of a stack is the thread component's mark */
    MS = 1000000
};

HRESULT heap_component_main(INamespace *ns, IUnknown **out_object);
HRESULT icu_component_main(INamespace *ns, IUnknown **out_object);
HRESULT timer_component_main(INamespace *ns, IUnknown **out_object);
HRESULT round_robin_component_main(INamespace *ns, IUnknown **out_object);
HRESULT threads_component_main(INamespace *ns, IUnknown **out_object);
HRESULT synchro_component_main(INamespace *ns, IUnknown **out_object);

struct fake_machine machine = {.now_ns = 1, .armed_ns = INT64_MAX, .command_line = ""};

uintptr_t kernel_interrupted_at;
const char *kernel_interrupt_owner;
const char *(*kernel_thread_name)(void);
void (*kernel_interrupt)(uint32_t irq);
void (*kernel_interrupt_leave)(void);

static uint8_t memory[MEMORY_BYTES] __attribute__((aligned(16)));

/* ---- panics ---- */

static struct {
    bool expected;
    jmp_buf back;
    char why[128];
    char detail[128];
} panic;

void kernel_panic(const char *why, const char *detail)
{
    if (!panic.expected) {
        print_error("panic: %s: %s\n", detail ? detail : "", why);
        abort();
    }
    snprintf(panic.why, sizeof(panic.why), "%s", why);
    snprintf(panic.detail, sizeof(panic.detail), "%s", detail ? detail : "");
    longjmp(panic.back, 1);
}

void kernel_thread_only(const char *function)
{
    if (kernel_interrupt_owner)
        kernel_panic("called inside an interrupt routine", function);
}

uint32_t kernel_enter(const char *function)
{
    kernel_thread_only(function);
    return arch_interrupts_off();
}

void fake_machine_expect_panic(void (*action)(void *argument), void *argument, const char *why,
                               const char *detail)
{
    bool interrupts_on = machine.interrupts_on;

    panic.expected = true;
    if (setjmp(panic.back) == 0) {
        action(argument);
        fail_msg("no panic: %s", why);
    }
    panic.expected = false;
    machine.interrupts_on = interrupts_on;
    assert_string_equal(panic.why, why);
    if (detail)
        assert_string_equal(panic.detail, detail);
}

/* ---- processor ---- */

uint32_t arch_interrupts_off(void)
{
    bool before = machine.interrupts_on;

    machine.interrupts_on = false;
    return before;
}

/* Interrupts that became due while they were off. */
static void take_interrupts(void)
{
    while (machine.interrupts_on && machine.armed_ns <= machine.now_ns) {
        machine.armed_ns = INT64_MAX;
        machine.interrupt_count++;
        fake_machine_interrupt(BOARD_TIMER_IRQ);
    }
}

void arch_interrupts_restore(uint32_t before)
{
    machine.interrupts_on = before;
    take_interrupts();
}

void arch_wait_for_interrupt(void)
{
    if (machine.armed_ns == INT64_MAX)
        fail_msg("every thread waits forever");
    if (machine.now_ns < machine.armed_ns)
        machine.now_ns = machine.armed_ns;
    machine.interrupts_on = true;
    take_interrupts();
    machine.interrupts_on = false;
}

void arch_code_written(void)
{
}

/* makecontext passes ints only, so the pointer comes in two halves. */
static void enter_context(uint32_t low, uint32_t high)
{
    struct arch_context *self = (struct arch_context *)((uintptr_t)high << 32 | low);

    machine.interrupts_on = true;
    self->main(self->argument);
    fail_msg("the first function of a thread returned");
}

void arch_context_init(struct arch_context *context, void *stack, size_t stack_bytes,
                       void (*main)(void *argument), void *argument)
{
    uintptr_t self = (uintptr_t)context;

    assert_int_equal(getcontext(&context->registers), 0);
    context->registers.uc_stack.ss_sp = (uint8_t *)stack + MARK_BYTES;
    context->registers.uc_stack.ss_size = stack_bytes - MARK_BYTES;
    context->main = main;
    context->argument = argument;
    makecontext(&context->registers, (void (*)(void))enter_context, 2, (uint32_t)self,
                (uint32_t)(self >> 32));
}

void arch_context_discard(struct arch_context *context)
{
    assert_false(machine.interrupts_on);
    memset(context, 0, sizeof(*context));
    machine.discard_count++;
}

static struct arch_context *running;

void arch_context_switch(struct arch_context *from, struct arch_context *to)
{
    running = to;
    assert_false(machine.interrupts_on);
    assert_int_equal(swapcontext(&from->registers, &to->registers), 0);
    assert_false(machine.interrupts_on);
}

/* ---- board ---- */

bool board_memory(uint32_t index, void **out_start, size_t *out_bytes)
{
    if (index)
        return false;
    *out_start = memory;
    *out_bytes = sizeof(memory);
    return true;
}

void board_console_write(const char *text, size_t length)
{
    assert_true(length <= sizeof(machine.written));
    memcpy(machine.written, text, length);
    machine.written_bytes = length;
}

const char *board_system_name(void)
{
    return "fake-machine";
}

const char *board_command_line(void)
{
    return machine.command_line;
}

bool board_boot_module(uint32_t index, const void **out_start, size_t *out_bytes)
{
    if (index >= BOARD_MODULES_MAX || !machine.modules[index].start)
        return false;
    *out_start = machine.modules[index].start;
    *out_bytes = machine.modules[index].bytes;
    return true;
}

int64_t board_clock_ns(void)
{
    return machine.now_ns;
}

void board_timer_arm(int64_t deadline_ns)
{
    machine.armed_ns = deadline_ns;
    machine.arm_count++;
}

void board_irq_enable(uint32_t irq, bool on)
{
    if (on)
        machine.lines_enabled |= 1u << irq;
    else
        machine.lines_enabled &= ~(1u << irq);
}

bool board_irq_acknowledge(uint32_t irq)
{
    return irq < BOARD_IRQS;
}

/* ---- for tests ---- */

static void *start_component(INamespace *ns, const char *name,
                             HRESULT (*main)(INamespace *ns, IUnknown **out_object))
{
    IUnknown *object = NULL;

    assert_int_equal(main(ns, &object), S_OK);
    fake_register(ns, name, object);
    return object; /* one reference for the life of the machine */
}

void fake_machine_start(void)
{
    INamespace *ns = fake_namespace_create();

    machine.heap = start_component(ns, "heap", heap_component_main);
    machine.icu = start_component(ns, "icu", icu_component_main);
    machine.timer = start_component(ns, "timer", timer_component_main);
    start_component(ns, "scheduler", round_robin_component_main);
    machine.threads = start_component(ns, "threads", threads_component_main);
    machine.synchro = start_component(ns, "synchro", synchro_component_main);
    INamespace_Release(ns);
}

uint32_t *fake_machine_stack(void)
{
    return (uint32_t *)((uint8_t *)running->registers.uc_stack.ss_sp - MARK_BYTES);
}

void fake_machine_interrupt(uint32_t irq)
{
    bool before = machine.interrupts_on;

    machine.interrupts_on = false;
    kernel_interrupted_at = machine.interrupted_at;
    kernel_interrupt(irq);
    kernel_interrupt_leave();
    kernel_interrupted_at = 0;
    machine.interrupts_on = before;
}

void fake_machine_thread(const char *name, void (*main)(void *argument), void *argument)
{
    assert_int_equal(IThreads_Start(machine.threads, name, main, argument, STACK_BYTES), S_OK);
}

struct run {
    void (*main)(void *argument);
    void *argument;
    bool ended;
};

static void run_and_note(void *argument)
{
    struct run *run = argument;

    run->main(run->argument);
    run->ended = true;
}

void fake_machine_run(void (*main)(void *argument), void *argument)
{
    struct run run = {.main = main, .argument = argument};

    machine.interrupts_on = false; /* the boot thread idles with interrupts off, but while it waits for one */
    fake_machine_thread("test", run_and_note, &run);
    while (!run.ended)
        arch_wait_for_interrupt();
}

void fake_machine_work(int64_t duration_ns)
{
    while (duration_ns > 0) {
        int64_t step_ns = duration_ns < MS ? duration_ns : MS;

        machine.now_ns += step_ns;
        duration_ns -= step_ns;
        take_interrupts();
    }
}
