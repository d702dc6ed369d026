/*
 * Relocatable ELF images for 32-bit little-endian processors: checked, laid out, relocated. Portable and
 * I/O-free: the file is bytes, and addresses are numbers, so that images for a board are also checked on the
 * machine that builds them. The format: System V ABI, chapters 4 and 5; the relocations are the processor's
 * supplement's.
 */
#ifndef LOADER_ELF_H
#define LOADER_ELF_H

#include <com.h>

/* Limits of an image; what the build makes is far below. */
#define ELF_SECTIONS_MAX 64u
#define ELF_MEMORY_MAX (4u << 20)
#define ELF_ALIGNMENT_MAX 4096u

struct elf_section;
struct elf_symbol;

/* What elf_open found: it points into the file, which must stay until elf_load is done. */
struct elf_file {
    const uint8_t *bytes;
    uint32_t size;
    const struct elf_section *sections;
    uint32_t section_count;
    uint32_t symbol_section; /* index of the symbol table's section */
    const struct elf_symbol *symbols;
    uint32_t symbol_count;
    const char *names; /* of symbols */
    uint32_t
        place[ELF_SECTIONS_MAX]; /* of sections in memory, which lie in the order of their table: offsets */
    uint32_t first_import;       /* index of the first symbol that it does not define */
    uint32_t veneers;            /* offset of those for each symbol from the first import to the last */
    uint32_t veneer_bytes;       /* of each */
    uint32_t memory_bytes;       /* that the image takes */
    uint32_t alignment;          /* of its start */
};

/* Where an image goes, and what it is linked to. */
struct elf_target {
    uint8_t *memory;  /* elf_file.memory_bytes, zeroed by elf_load */
    uint32_t address; /* of `memory` as the image will see it; aligned as asked for */

    /** As arch_relocate and arch_write_veneer. */
    HRESULT (*relocate)(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);
    void (*write_veneer)(uint8_t *place, uint32_t value);

    /** @retval false there is no such symbol */
    bool (*resolve)(void *context, const char *name, uint32_t *out_address);
    void *context;
};

/**
 * Checks everything that does not depend on where the image goes.
 *
 * @param bytes         at a multiple of 4
 * @param machine       e_machine of the processor
 * @param veneer_bytes  of its veneers; 0: it has none
 * @retval OS_E_BAD_IMAGE with a detail that says what is wrong
 */
HRESULT elf_open(const uint8_t *bytes, size_t size, uint16_t machine, uint32_t veneer_bytes,
                 struct elf_file *out_file);

/**
 * Copies and relocates.
 *
 * @retval OS_E_UNRESOLVED the detail names the symbol
 * @retval OS_E_BAD_IMAGE a symbol or relocation is malformed; the detail says which
 */
HRESULT elf_load(const struct elf_file *file, const struct elf_target *target);

/** The address of a global symbol that the image defines. @retval OS_E_BAD_IMAGE it does not; the detail
 * names it */
HRESULT elf_find(const struct elf_file *file, uint32_t address, const char *name, uint32_t *out_address);

#endif
