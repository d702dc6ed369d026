/* The interrupt table, exceptions, and the CPU's part of threads. */
#include <arch.h>
#include <arch_elf.h>
#include <os_format.h>
#include <string.h>

#define EXCEPTIONS 32u
#define GATES 48u
#define GATE_INTERRUPT 0x8E00u
#define CODE_SEGMENT 0x08u
#define EFLAGS_IF 0x200u
#define EXCEPTION_NO_COPROCESSOR 7u
#define EXCEPTION_PAGE_FAULT 14u
#define FAULT_WRITE 0x2u
#define NULL_PAGE_BYTES 4096u

/* What fnsave makes of a processor that fninit set up: 80-bit precision, nothing unmasked, all registers
 * empty. */
#define X87_CONTROL 0x037Fu
#define X87_TAGS 0xFFFFu

/* As trap_entries pushes it. */
struct trap_frame {
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t number;
    uint32_t error_code;
    uint32_t eip, cs, eflags;
};

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t flags;
    uint16_t offset_high;
};

extern const uint32_t trap_entries[GATES];
void arch_thread_entry(void);
void trap_dispatch(struct trap_frame *frame);
void traps_init(void);

static struct gate gates[GATES];

/*
 * The x87's state is switched only when another thread uses it, which most never do (saving and restoring it
 * would be half of a switch).
 */
static struct arch_context boot_context;
struct arch_context *x87_running = &boot_context; /* of the running thread */
struct arch_context *x87_owner = &boot_context;   /* whose state the x87 holds; NULL: nobody's */
uint8_t x87_is_trapping;                          /* CR0.TS */

static const char *const exception_names[EXCEPTIONS] = {
    "division error",
    "debug",
    "non-maskable interrupt",
    "breakpoint",
    "overflow",
    "bound range",
    "invalid opcode",
    "no coprocessor",
    "double fault",
    "coprocessor overrun",
    "invalid TSS",
    "segment not present",
    "stack fault",
    "protection fault",
    "page fault",
    NULL,
    "x87 error",
    "alignment check",
    "machine check",
    "SIMD error",
};

void traps_init(void)
{
    struct __attribute__((packed)) {
        uint16_t limit;
        uint32_t base;
    } table = {sizeof(gates) - 1, (uint32_t)gates};
    uint32_t i;

    for (i = 0; i < GATES; i++) {
        gates[i].offset_low = (uint16_t)trap_entries[i];
        gates[i].selector = CODE_SEGMENT;
        gates[i].flags = GATE_INTERRUPT;
        gates[i].offset_high = (uint16_t)(trap_entries[i] >> 16);
    }
    __asm__ volatile("lidt %0" : : "m"(table));
}

static uint32_t read_fault_address(void)
{
    uint32_t address;

    __asm__ volatile("movl %%cr2, %0" : "=r"(address));
    return address;
}

static const char *reason_of(const struct trap_frame *frame, uint32_t fault_address)
{
    const char *name = exception_names[frame->number];

    if (frame->number == EXCEPTION_PAGE_FAULT && frame->eip < NULL_PAGE_BYTES)
        return "a null pointer was called";
    if (frame->number == EXCEPTION_PAGE_FAULT && fault_address < NULL_PAGE_BYTES)
        return "a null pointer was used";
    if (frame->number == EXCEPTION_PAGE_FAULT && frame->error_code & FAULT_WRITE)
        return "code or a constant was written";
    return name ? name : "reserved exception";
}

static void panic_for(const struct trap_frame *frame)
{
    uint32_t fault_address = read_fault_address();

    os_print("\nexception %u, code %x at %08x, fault address %08x\n", frame->number, frame->error_code,
             frame->eip, fault_address);
    os_print("  eax %08x ebx %08x ecx %08x edx %08x\n", frame->eax, frame->ebx, frame->ecx, frame->edx);
    os_print("  esi %08x edi %08x ebp %08x esp %08x\n", frame->esi, frame->edi, frame->ebp, frame->esp);
    kernel_panic(reason_of(frame, fault_address), NULL);
}

static void switch_x87(void)
{
    __asm__ volatile("clts");
    x87_is_trapping = 0;
    if (x87_owner)
        __asm__ volatile("fnsave %0" : "=m"(x87_owner->x87));
    x87_owner = x87_running;
    __asm__ volatile("frstor %0" : : "m"(x87_owner->x87));
}

void arch_context_discard(struct arch_context *context)
{
    if (x87_owner == context)
        x87_owner = NULL;
}

void trap_dispatch(struct trap_frame *frame)
{
    uint32_t irq = frame->number - EXCEPTIONS;

    if (frame->number == EXCEPTION_NO_COPROCESSOR) {
        switch_x87();
        return;
    }
    if (frame->number < EXCEPTIONS)
        panic_for(frame);
    if (!board_irq_acknowledge(irq) || !kernel_interrupt)
        return;
    kernel_interrupted_at = frame->eip;
    kernel_interrupt(irq);
    kernel_interrupt_leave();
    kernel_interrupted_at = 0;
}

/* As the processor enters a gate: flags, segment and address lie on the stack for iret. */
void arch_interrupt_raise(uint32_t irq)
{
    __asm__ volatile("pushfl; cli; pushl %%cs; call *%0"
                     :
                     : "r"(trap_entries[EXCEPTIONS + irq])
                     : "memory", "cc");
}

uint32_t arch_interrupts_off(void)
{
    uint32_t flags;

    __asm__ volatile("pushfl; popl %0; cli" : "=r"(flags) : : "memory");
    return flags & EFLAGS_IF;
}

void arch_interrupts_restore(uint32_t before)
{
    if (before & EFLAGS_IF)
        __asm__ volatile("sti" : : : "memory");
}

/* The processor looks itself. */
void arch_code_written(void)
{
}

void arch_wait_for_interrupt(void)
{
    /* sti takes effect after the next instruction: no interrupt can slip in before hlt. */
    __asm__ volatile("sti; hlt; cli" : : : "memory");
}

void arch_context_init(struct arch_context *context, void *stack, size_t stack_bytes,
                       void (*main)(void *argument), void *argument)
{
    uint32_t *top = (uint32_t *)(((uint32_t)stack + stack_bytes) & ~15u) - 8;

    memset(context, 0, sizeof(*context));
    context->x87[0] = X87_CONTROL;
    context->x87[2] = X87_TAGS;
    top[0] = 0;                           /* edi */
    top[1] = (uint32_t)argument;          /* esi */
    top[2] = (uint32_t)main;              /* ebx */
    top[3] = 0;                           /* ebp: the end of the chain of frames */
    top[4] = (uint32_t)arch_thread_entry; /* where the switch returns to */
    context->esp = (uint32_t)top;
}
