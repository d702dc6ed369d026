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
 * @retval S_FALSE a branch does not reach the value, and nothing is changed: a veneer would
 * @retval OS_E_BAD_IMAGE no such type, another instruction, or the value does not fit
 */
HRESULT arch_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);

/*
 * How large a veneer is: code on a multiple of 4 bytes that goes on anywhere, to where a branch does not
 * reach. 0: all branches of this processor reach everything.
 */
extern const uint32_t arch_veneer_bytes;

/** Makes one that goes on at `value`. */
void arch_write_veneer(uint8_t *place, uint32_t value);

/** Instructions were written to memory: from here on the processor sees them. */
void arch_code_written(void);

#endif
