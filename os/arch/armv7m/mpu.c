/*
 * Memory protection without address spaces: the processor's own map with three exceptions. A null pointer
 * stops the machine instead of reading the reset vector, code and constants cannot be written, and the boot
 * stack ends somewhere. Armv7-M Architecture Reference Manual, B3.5.
 */
#include "traps.h"
#include <arch.h>
#include <register_io.h>

#define MPU_CONTROL 0xE000ED94u
#define MPU_NUMBER 0xE000ED98u
#define MPU_BASE 0xE000ED9Cu
#define MPU_ATTRIBUTES 0xE000EDA0u

#define CONTROL_ON_WITH_MAP \
    0x5u /* what is in no region is as the processor's map has it; off in hard faults */

#define ATTRIBUTES_ON 0x1u
#define ATTRIBUTES_SIZE(log2) (((log2)-1u) << 1)
#define ATTRIBUTES_CACHED 0x00020000u /* normal memory, written through */
#define ATTRIBUTES_READ_ONLY 0x06000000u
#define ATTRIBUTES_NO_ACCESS 0x10000000u /* nor fetch */

extern char boot_stack[];
void mpu_init(void);

static void set_region(uint32_t number, uint32_t base, uint32_t attributes)
{
    write32(MPU_NUMBER, number);
    write32(MPU_BASE, base);
    write32(MPU_ATTRIBUTES, attributes | ATTRIBUTES_ON);
}

/* Where regions overlap, the higher number counts. */
void mpu_init(void)
{
    set_region(0, 0,
               ATTRIBUTES_READ_ONLY | ATTRIBUTES_CACHED |
                   ATTRIBUTES_SIZE(29)); /* all that the map has for code */
    set_region(1, 0, ATTRIBUTES_NO_ACCESS | ATTRIBUTES_SIZE(12));
    set_region(2, (uint32_t)boot_stack, ATTRIBUTES_NO_ACCESS | ATTRIBUTES_SIZE(5));
    write32(MPU_CONTROL, CONTROL_ON_WITH_MAP);
    __asm__ volatile("dsb; isb" : : : "memory");
}
