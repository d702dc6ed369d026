/* Relocations of i386 images. System V ABI, Intel386 supplement, 4.4. */
#include <arch_elf.h>
#include <com_impl.h>

enum { R_386_NONE = 0, R_386_32 = 1, R_386_PC32 = 2, R_386_PLT32 = 4 };

const uint16_t arch_elf_machine = 3; /* EM_386 */
const uint32_t arch_veneer_bytes = 0;

static uint32_t load(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static void store(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

/* The addend is what stands at the place. */
HRESULT arch_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value)
{
    switch (type) {
    case R_386_NONE:
        return S_OK;
    case R_386_32:
        store(place, load(place) + value);
        return S_OK;
    case R_386_PC32:
    case R_386_PLT32: /* there is no table: the function itself is meant */
        store(place, load(place) + value - place_address);
        return S_OK;
    default:
        return com_fail(OS_E_BAD_IMAGE, "no such type of relocation", NULL);
    }
}

void arch_write_veneer(uint8_t *place, uint32_t value)
{
    (void)place; /* there is none */
    (void)value;
}
