/*
 * What the kernel's components need of a CPU and a board: each os/arch/<arch> with one os/boards/<board>
 * supplies all of it. Nothing here knows a policy. Host tests of components supply doubles.
 */
#ifndef ARCH_H
#define ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The saved state of a thread that does not run: size and layout are arch_context.h's. */
#include <arch_context.h>

/* BOARD_IRQS, how many interrupt lines there are, and BOARD_TIMER_IRQ, which of them is board_timer_arm's. */
#include <board_irqs.h>

/* ---- CPU ---- */

/** Interrupts off; returns what arch_interrupts_restore puts back. Nests. */
uint32_t arch_interrupts_off(void);
void arch_interrupts_restore(uint32_t before);

/** Called with interrupts off: sleeps until one is pending and lets it happen; off again on return. */
void arch_wait_for_interrupt(void);

/** Prepares a thread that will run `main(argument)` with interrupts on; `main` must not return. */
void arch_context_init(struct arch_context *context, void *stack, size_t stack_bytes,
                       void (*main)(void *argument), void *argument);

/** The context will not run again and its memory goes away. Interrupts are off. */
void arch_context_discard(struct arch_context *context);

/**
 * Saves the running thread, goes on with the other; returns when somebody goes on with this one. Interrupts
 * are off. Called by threads and by kernel_interrupt_leave, never by kernel_interrupt.
 */
void arch_context_switch(struct arch_context *from, struct arch_context *to);

/** Raises an interrupt as if the line's device had: for tests. With interrupts on it happens before the
 * return. */
void arch_interrupt_raise(uint32_t irq);

/* ---- board ---- */

/** Writes to the console, waiting for it if need be. */
void board_console_write(const char *text, size_t length);

/** Stops the machine. A QEMU ends with this code, or one made of it: the board's README says which. */
__attribute__((noreturn)) void board_shutdown(uint8_t code);

/** All memory that no image uses, in as many ranges as it has, from 0 on. @retval false there are no more */
bool board_memory(uint32_t index, void **out_start, size_t *out_bytes);

#define BOARD_MODULES_MAX 8u

/** What the boot loader put into memory beside the kernel, from 0 on. @retval false there are no more */
bool board_boot_module(uint32_t index, const void **out_start, size_t *out_bytes);

/** What this kernel runs on, as nodes tell each other: "kernel-i386". It is its variant of the build. */
const char *board_system_name(void);

/** The boot command line; "" if there is none. */
const char *board_command_line(void);

/** Nanoseconds since boot, monotonic, never 0. */
int64_t board_clock_ns(void);

/** One timer interrupt (BOARD_TIMER_IRQ) at `deadline_ns` or somewhat earlier if that is too far for the
 * hardware. */
void board_timer_arm(int64_t deadline_ns);

/** Lets an interrupt line through, or not. */
void board_irq_enable(uint32_t irq, bool on);

/**
 * Tells the hardware that the interrupt was taken. @retval false it was spurious: there is nothing to handle
 */
bool board_irq_acknowledge(uint32_t irq);

/* ---- what the kernel supplies to the CPU code ---- */

/** Called for each hardware interrupt, with interrupts off: runs the line's routines. NULL while there are
 * none. */
extern void (*kernel_interrupt)(uint32_t irq);

/**
 * Called after it, still with interrupts off, on the stack of the interrupted thread and in a state in which
 * arch_context_switch works: it may go on with other threads before it returns. NULL as long as the other is.
 */
extern void (*kernel_interrupt_leave)(void);

/** Called by boot code with interrupts off, on a stack of its own. */
void kernel_main(void);

/* From kernel_interrupt to the end of kernel_interrupt_leave: the instruction that was interrupted; else 0.
 */
extern uintptr_t kernel_interrupted_at;

/* What is being interrupted: the name of the irq's owner, or NULL in a thread. Guards what must not block. */
extern const char *kernel_interrupt_owner;

/** The running thread's name, for panics. */
extern const char *(*kernel_thread_name)(void);

/** Says why on the console and stops the machine with PANIC_EXIT. `what` and `detail` may be NULL. */
__attribute__((noreturn)) void kernel_panic(const char *why, const char *detail);

#define PANIC_EXIT 100u

/** For what blocks, allocates or wakes threads: panics and names `function` inside an interrupt routine. */
void kernel_thread_only(const char *function);

/** The same, with interrupts off afterwards. Returns what arch_interrupts_restore puts back. */
uint32_t kernel_enter(const char *function);

#endif
