/* Interrupts, and the processor's part of threads. Armv7-M Architecture Reference Manual, B1.5 and B3.2. */
#include "traps.h"
#include <arch.h>
#include <arch_elf.h>
#include <register_io.h>

#define SCB_VTOR 0xE000ED08u
#define SCB_CCR 0xE000ED14u
#define SCB_SHCSR 0xE000ED24u

#define CCR_DIVISION_TRAP 0x010u
#define CCR_ALIGNED_FRAMES 0x200u
#define SHCSR_FAULTS 0x70000u /* memory, bus and usage faults have exceptions of their own */

extern const uint32_t vectors[];
void arch_thread_entry(void);
void interrupt_dispatch(uint32_t irq, uintptr_t interrupted_at);
void interrupt_leave(void);
void traps_init(void);

void traps_init(void)
{
    (void)arch_interrupts_off();
    write32(SCB_VTOR, (uint32_t)vectors);
    write32(SCB_CCR, CCR_DIVISION_TRAP | CCR_ALIGNED_FRAMES);
    write32(SCB_SHCSR, SHCSR_FAULTS);
}

/* ---- interrupts ---- */

/* In handler mode. */
void interrupt_dispatch(uint32_t irq, uintptr_t interrupted_at)
{
    if (!board_irq_acknowledge(irq) || !kernel_interrupt)
        return;
    kernel_interrupted_at = interrupted_at;
    kernel_interrupt(irq);
}

/* In the interrupted thread, interrupts off. */
void interrupt_leave(void)
{
    if (kernel_interrupted_at)
        kernel_interrupt_leave();
    kernel_interrupted_at = 0;
}

void arch_code_written(void)
{
    __asm__ volatile("dsb; isb" : : : "memory");
}

/* ---- threads ---- */

void arch_context_init(struct arch_context *context, void *stack, size_t stack_bytes,
                       void (*main)(void *argument), void *argument)
{
    uint32_t *top = (uint32_t *)(((uint32_t)stack + stack_bytes) & ~7u) - 9;

    top[0] = (uint32_t)main;              /* r4 */
    top[1] = (uint32_t)argument;          /* r5 */
    top[8] = (uint32_t)arch_thread_entry; /* where the switch returns to */
    context->sp = (uint32_t)top;
}

void arch_context_discard(struct arch_context *context)
{
    (void)context; /* nothing of a thread stays in the processor */
}
