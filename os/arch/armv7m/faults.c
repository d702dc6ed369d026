/* Faults as panics that say what happened, and where. Armv7-M Architecture Reference Manual, B1.5.14 and
 * B3.2.15. */
#include "traps.h"
#include "semihosting.h"
#include <arch.h>
#include <os_format.h>
#include <register_io.h>

#define SCB_CFSR 0xE000ED28u
#define SCB_HFSR 0xE000ED2Cu
#define SCB_MMFAR 0xE000ED34u
#define SCB_BFAR 0xE000ED38u

#define HFSR_FORCED 0x40000000u
#define HFSR_DEBUG 0x80000000u

#define CFSR_FETCH_REFUSED 0x1u
#define CFSR_ACCESS_REFUSED 0x2u
#define CFSR_MEMORY_ADDRESS 0x80u
#define CFSR_BUS_ADDRESS 0x8000u
#define CFSR_NOT_THUMB 0x20000u
#define CFSR_STACKING 0x1818u /* the exception's own frame could not be pushed, or popped at its end */

#define EXCEPTION_HARD_FAULT 3u
#define CODE_END 0x20000000u
#define XPSR_PADDED 0x200u
#define NO_ADDRESS UINT32_MAX

/* What the processor pushes. */
struct trap_frame {
    uint32_t r0, r1, r2, r3, r12, lr, pc, xpsr;
};

_Static_assert(sizeof(struct trap_frame) == FRAME_BYTES && offsetof(struct trap_frame, pc) == FRAME_PC,
               "entries.S knows them as numbers");

void fault_dispatch(struct trap_frame *frame, uint32_t exception, const uint32_t *saved);

/* From EXCEPTION_HARD_FAULT on. */
static const char *const fault_names[] = {"hard fault", "memory fault", "bus fault", "usage fault"};

/* What bits of the status mean; the first that is set counts. */
static const struct {
    uint32_t bits;
    const char *reason;
} status_reasons[] = {
    {0x00000001, "data was called"},
    {0x00000002, "a forbidden address was used"},
    {0x00000700, "there is no memory or device"}, /* to be called, used, or written to earlier */
    {0x00010000, "undefined instruction"},
    {0x00020000, "an even address was called"},
    {0x00040000, "a return to nowhere"},
    {0x00080000, "no coprocessor"},
    {0x01000000, "unaligned access"},
    {0x02000000, "division error"},
};

static const char *name_of(uint32_t exception)
{
    uint32_t fault = exception - EXCEPTION_HARD_FAULT;

    return fault < sizeof(fault_names) / sizeof(fault_names[0]) ? fault_names[fault] : "exception";
}

/* The frame is not read where the processor could not reach it. */
static const char *reason_of(const struct trap_frame *frame, uint32_t exception, uint32_t status,
                             uint32_t address)
{
    size_t i;

    if (status & CFSR_STACKING)
        return "the stack pointer leads nowhere";
    if (status & (CFSR_NOT_THUMB | CFSR_FETCH_REFUSED) && frame->pc < NULL_PAGE_BYTES)
        return "a null pointer was called";
    if (status & CFSR_ACCESS_REFUSED && address < NULL_PAGE_BYTES)
        return "a null pointer was used";
    if (status & CFSR_ACCESS_REFUSED && address < CODE_END)
        return "code or a constant was written";
    for (i = 0; i < sizeof(status_reasons) / sizeof(status_reasons[0]); i++)
        if (status & status_reasons[i].bits)
            return status_reasons[i].reason;
    return name_of(exception);
}

static void print_registers(const struct trap_frame *frame, const uint32_t *saved)
{
    const uint32_t pushed[] = {frame->r0, frame->r1, frame->r2, frame->r3};
    uint32_t sp = (uint32_t)(uintptr_t)(frame + 1) + (frame->xpsr & XPSR_PADDED ? 4 : 0), i;

    for (i = 0; i < 12; i++)
        os_print("%sr%u %08x", i % 4 ? " " : "\n  ", i, i < 4 ? pushed[i] : saved[i - 4]);
    os_print("\n  r12 %08x sp %08x lr %08x xpsr %08x", frame->r12, sp, frame->lr, frame->xpsr);
}

/* A semihosting call that nobody takes is a hard fault without another reason: the call fails, and that is
 * all. */
static bool is_unheard_call(const struct trap_frame *frame, uint32_t exception, uint32_t status)
{
    return exception == EXCEPTION_HARD_FAULT && !status &&
           *(const uint16_t *)(uintptr_t)frame->pc == SEMIHOSTING_INSTRUCTION;
}

static uint32_t fault_address(uint32_t status)
{
    if (status & CFSR_MEMORY_ADDRESS)
        return read32(SCB_MMFAR);
    return status & CFSR_BUS_ADDRESS ? read32(SCB_BFAR) : NO_ADDRESS;
}

void fault_dispatch(struct trap_frame *frame, uint32_t exception, const uint32_t *saved)
{
    uint32_t status = read32(SCB_CFSR), address = fault_address(status);

    if (is_unheard_call(frame, exception, status)) {
        write32(SCB_HFSR, HFSR_DEBUG | HFSR_FORCED);
        semihosting_is_unheard = true;
        frame->r0 = UINT32_MAX;
        frame->pc += sizeof(uint16_t);
        return;
    }
    write32(SCB_CFSR, status); /* ones clear: the next fault says its own */
    os_print("\n%s, status %08x", name_of(exception), status);
    if (!(status & CFSR_STACKING))
        os_print(" at %08x", frame->pc);
    if (address != NO_ADDRESS)
        os_print(", fault address %08x", address);
    if (!(status & CFSR_STACKING))
        print_registers(frame, saved);
    os_print("\n");
    kernel_panic(reason_of(frame, exception, status, address), NULL);
}
