#include "nvic.h"
#include "traps.h"
#include <arch.h>
#include <register_io.h>

#define NVIC_SET_ENABLE 0xE000E100u
#define NVIC_CLEAR_ENABLE 0xE000E180u
#define NVIC_SET_PENDING 0xE000E200u
#define NVIC_CLEAR_PENDING 0xE000E280u
#define NVIC_PRIORITY 0xE000E400u

/* All registers with a bit for each line. */
static void write_bit(uint32_t registers, uint32_t irq)
{
    write32(registers + irq / 32 * 4, 1u << irq % 32);
}

static bool is_enabled(uint32_t irq)
{
    return read32(NVIC_SET_ENABLE + irq / 32 * 4) >> irq % 32 & 1;
}

void nvic_init(void)
{
    uint32_t irq;

    for (irq = 0; irq < BOARD_IRQS; irq += 4)
        write32(NVIC_PRIORITY + irq, PRIORITY_INTERRUPT * 0x01010101u);
}

/* What came while nobody wanted it is forgotten; a line that is still raised pends again by itself. */
void nvic_enable(uint32_t irq, bool on)
{
    if (on && !is_enabled(irq))
        write_bit(NVIC_CLEAR_PENDING, irq);
    write_bit(on ? NVIC_SET_ENABLE : NVIC_CLEAR_ENABLE, irq);
    __asm__ volatile("dsb; isb" : : : "memory"); /* off: from here on it does not happen any more */
}

void arch_interrupt_raise(uint32_t irq)
{
    write_bit(NVIC_SET_PENDING, irq);
    __asm__ volatile("dsb; isb" : : : "memory");
}
