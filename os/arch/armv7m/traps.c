/* Faults as panics, interrupts, and the processor's part of threads. Armv7-M Architecture Reference Manual,
 * B1.5 and B3.2. */
#include "traps.h"
#include "semihosting.h"
#include <arch.h>
#include <arch_elf.h>
#include <os_format.h>
#include <register_io.h>

#define SCB_VTOR 0xE000ED08u
#define SCB_CCR 0xE000ED14u
#define SCB_SHCSR 0xE000ED24u
#define SCB_CFSR 0xE000ED28u
#define SCB_HFSR 0xE000ED2Cu
#define SCB_MMFAR 0xE000ED34u
#define SCB_BFAR 0xE000ED38u

#define CCR_DIVISION_TRAP 0x010u
#define CCR_ALIGNED_FRAMES 0x200u
#define SHCSR_FAULTS 0x70000u /* memory, bus and usage faults have exceptions of their own */
#define HFSR_FORCED 0x40000000u
#define HFSR_DEBUG 0x80000000u

#define CFSR_FETCH_REFUSED 0x1u
#define CFSR_ACCESS_REFUSED 0x2u
#define CFSR_MEMORY_ADDRESS 0x80u
#define CFSR_BUS_ADDRESS 0x8000u
#define CFSR_NOT_THUMB 0x20000u
#define CFSR_STACKING 0x1010u /* the exception's own frame could not be pushed */

#define EXCEPTION_HARD_FAULT 3u
#define CODE_END 0x20000000u
#define XPSR_THUMB 0x01000000u
#define XPSR_PADDED 0x200u

/* What the processor pushes. */
struct trap_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES && offsetof(struct trap_frame, pc) == FRAME_PC,
               "entries.S knows them as numbers");

extern const uint32_t vectors[];
extern char boot_stack[];
void arch_thread_entry(void);
void interrupt_dispatch(uint32_t irq, uintptr_t interrupted_at);
void interrupt_leave(void);
void fault_dispatch(struct trap_frame *frame, uint32_t exception, const uint32_t *saved);

static const char *const exception_names[EXCEPTION_INTERRUPT] = {
    NULL,
    NULL,
    "non-maskable interrupt",
    "hard fault",
    "memory fault",
    "bus fault",
    "usage fault",
    NULL,
    NULL,
    NULL,
    NULL,
    "supervisor call",
    "debug monitor",
    NULL,
    "PendSV",
    "SysTick",
};

/* What a bit of the status means; the first that is set counts. */
static const struct {
    uint32_t bit;
    const char *reason;
} status_reasons[] = {
    {0x00000001, "instructions were fetched where there are none to be run"},
    {0x00000002, "a forbidden address was used"},
    {0x00000100, "instructions were fetched where there is no memory"},
    {0x00000200, "no memory or device at the address"},
    {0x00000400, "no memory or device at an address written to before"},
    {0x00010000, "undefined instruction"},
    {0x00020000, "a jump to an even address, or one that is no code"},
    {0x00040000, "a return to nowhere"},
    {0x00080000, "no coprocessor"},
    {0x01000000, "unaligned access"},
    {0x02000000, "division error"},
};

bool semihosting_is_unheard;

void traps_init(void)
{
    __asm__ volatile("msr basepri, %0" : : "r"(PRIORITY_INTERRUPT) : "memory");
    write32(SCB_VTOR, (uint32_t)vectors);
    write32(SCB_CCR, CCR_DIVISION_TRAP | CCR_ALIGNED_FRAMES);
    write32(SCB_SHCSR, SHCSR_FAULTS);
}

/* ---- faults ---- */

static const char *reason_of(const struct trap_frame *frame, uint32_t exception, uint32_t status,
                             uint32_t address)
{
    size_t i;

    if (status & CFSR_STACKING || address - (uint32_t)boot_stack < BOOT_GUARD_BYTES)
        return "stack overflow";
    if (status & (CFSR_NOT_THUMB | CFSR_FETCH_REFUSED) && frame->pc < NULL_PAGE_BYTES)
        return "a null pointer was called";
    if (status & CFSR_ACCESS_REFUSED && address < NULL_PAGE_BYTES)
        return "a null pointer was used";
    if (status & CFSR_ACCESS_REFUSED && address < CODE_END)
        return "code or a constant was written";
    for (i = 0; i < sizeof(status_reasons) / sizeof(status_reasons[0]); i++)
        if (status & status_reasons[i].bit)
            return status_reasons[i].reason;
    return exception_names[exception] ? exception_names[exception] : "reserved exception";
}

static void print_registers(const struct trap_frame *frame, const uint32_t *saved)
{
    uint32_t sp = (uint32_t)(frame + 1) + (frame->xpsr & XPSR_PADDED ? 4 : 0);

    os_print("  r0 %08x r1 %08x r2 %08x r3 %08x\n", frame->r0, frame->r1, frame->r2, frame->r3);
    os_print("  r4 %08x r5 %08x r6 %08x r7 %08x\n", saved[0], saved[1], saved[2], saved[3]);
    os_print("  r8 %08x r9 %08x r10 %08x r11 %08x\n", saved[4], saved[5], saved[6], saved[7]);
    os_print("  r12 %08x sp %08x lr %08x xpsr %08x\n", frame->r12, sp, frame->lr, frame->xpsr);
}

/* A semihosting call that nobody takes is a hard fault without another reason: the call fails, and that is
 * all. */
static bool is_unheard_call(const struct trap_frame *frame, uint32_t exception, uint32_t status)
{
    return exception == EXCEPTION_HARD_FAULT && !status &&
           *(const uint16_t *)frame->pc == SEMIHOSTING_INSTRUCTION;
}

void fault_dispatch(struct trap_frame *frame, uint32_t exception, const uint32_t *saved)
{
    uint32_t status = read32(SCB_CFSR), address = UINT32_MAX;
    const char *name = exception_names[exception];

    if (is_unheard_call(frame, exception, status)) {
        write32(SCB_HFSR, HFSR_DEBUG | HFSR_FORCED);
        semihosting_is_unheard = true;
        frame->r0 = UINT32_MAX;
        frame->pc += sizeof(uint16_t);
        return;
    }
    if (status & CFSR_MEMORY_ADDRESS)
        address = read32(SCB_MMFAR);
    else if (status & CFSR_BUS_ADDRESS)
        address = read32(SCB_BFAR);
    write32(SCB_CFSR, status); /* ones clear: the next fault says its own */
    os_print("\n%s, status %08x", name ? name : "exception", status);
    if (!(status & CFSR_STACKING))
        os_print(" at %08x", frame->pc);
    if (address != UINT32_MAX)
        os_print(", fault address %08x", address);
    os_print("\n");
    if (!(status & CFSR_STACKING))
        print_registers(frame, saved);
    kernel_panic(reason_of(frame, exception, status, address), NULL);
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
