/*
 * Memory protection without address spaces: the processor's own map with two exceptions. A null pointer stops
 * the machine instead of reading the reset vector, and code and constants cannot be written. Armv7-M
 * Architecture Reference Manual, B3.5.
 */
#include "traps.h"
#include <register_io.h>

#define MPU_CONTROL 0xE000ED94u
#define MPU_NUMBER 0xE000ED98u
#define MPU_BASE 0xE000ED9Cu
#define MPU_ATTRIBUTES 0xE000EDA0u

#define CONTROL_ON_WITH_MAP 0x5u /* what no region has is as the map says; all is off in hard faults */

#define REGION_ON 0x1u
#define REGION_BYTES(log2) (((log2)-1u) << 1)
#define REGION_MEMORY 0x00020000u /* cached, written through */
#define REGION_READ_ONLY 0x06000000u
#define REGION_NOBODYS 0x10000000u /* not even to be run */

#define CODE_BYTES_LOG2 29u /* all that the processor's map has for code */
#define NULL_PAGE_BYTES_LOG2 12u

_Static_assert(1u << NULL_PAGE_BYTES_LOG2 == NULL_PAGE_BYTES, "faults.c looks there for null pointers");

void mpu_init(void);

static void set_region(uint32_t number, uint32_t base, uint32_t attributes)
{
    write32(MPU_NUMBER, number);
    write32(MPU_BASE, base);
    write32(MPU_ATTRIBUTES, attributes | REGION_ON);
}

/* Where regions overlap, the higher number counts. */
void mpu_init(void)
{
    set_region(0, 0, REGION_READ_ONLY | REGION_MEMORY | REGION_BYTES(CODE_BYTES_LOG2));
    set_region(1, 0, REGION_NOBODYS | REGION_BYTES(NULL_PAGE_BYTES_LOG2));
    write32(MPU_CONTROL, CONTROL_ON_WITH_MAP);
    __asm__ volatile("dsb; isb" : : : "memory");
}
