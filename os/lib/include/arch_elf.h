/* What the loader needs of a processor. Numbers only, so that the build machine can check images of another.
 */
#ifndef ARCH_ELF_H
#define ARCH_ELF_H

#include <com.h>

/* e_machine of its images. */
extern const uint16_t arch_elf_machine;

/**
 * Applies one relocation to the 4 bytes at `place`, which the image will see at `place_address`.
 * @param value  of the symbol; with bit 0 set where the processor marks functions so
 * @retval OS_E_BAD_IMAGE no such type, or the value does not fit
 */
HRESULT arch_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);

#endif
