#include "elf.h"
#include <com_impl.h>
#include <string.h>

#define HEADER_BYTES 52u
#define SECTION_BYTES 40u
#define SYMBOL_BYTES 16u
#define RELOCATION_BYTES 8u
#define PLACE_BYTES 4u /* that a relocation changes, of whatever type */
#define VENEER_ALIGNMENT 4u

enum { TYPE_RELOCATABLE = 1, VERSION = 1 };
enum { SECTION_SYMBOLS = 2, SECTION_STRINGS = 3, SECTION_RELA = 4, SECTION_NOBITS = 8, SECTION_REL = 9 };
enum { FLAG_ALLOC = 2 };
enum { INDEX_UNDEFINED = 0, INDEX_RESERVED = 0xFF00, INDEX_ABSOLUTE = 0xFFF1 };
enum { BIND_GLOBAL = 1, BIND_WEAK = 2 };

struct section {
    uint32_t type, flags, offset, size, link, info, alignment, entry_bytes;
};

struct symbol {
    uint32_t name, value;
    uint8_t bind;
    uint16_t section;
};

static HRESULT bad(const char *what)
{
    return com_fail(OS_E_BAD_IMAGE, what, NULL);
}

static uint32_t load16(const uint8_t *at)
{
    return (uint32_t)(at[0] | at[1] << 8);
}

static uint32_t load32(const uint8_t *at)
{
    return load16(at) | load16(at + 2) << 16;
}

/* ---- sections ---- */

static struct section section_at(const struct elf_file *file, uint32_t index)
{
    const uint8_t *at = file->bytes + file->sections + index * SECTION_BYTES;
    struct section section = {
        .type = load32(at + 4),
        .flags = load32(at + 8),
        .offset = load32(at + 16),
        .size = load32(at + 20),
        .link = load32(at + 24),
        .info = load32(at + 28),
        .alignment = load32(at + 32),
        .entry_bytes = load32(at + 36),
    };

    return section;
}

static bool is_in_memory(const struct section *section)
{
    return section->flags & FLAG_ALLOC && section->size;
}

/* Where the next section begins behind `at`. */
static uint32_t align_up(uint32_t at, uint32_t alignment)
{
    return alignment > 1 ? (at + alignment - 1) & ~(alignment - 1) : at;
}

/* Its place from the image's start; sections follow each other in the order of their table. */
static uint32_t offset_of(const struct elf_file *file, uint32_t index)
{
    uint32_t at = 0, i;

    for (i = 0;; i++) {
        struct section section = section_at(file, i);

        if (is_in_memory(&section) || i == index)
            at = align_up(at, section.alignment);
        if (i == index)
            return at;
        if (is_in_memory(&section))
            at += section.size;
    }
}

static HRESULT check_section(const struct elf_file *file, const struct section *section)
{
    if (section->type != SECTION_NOBITS &&
        (section->offset > file->size || section->size > file->size - section->offset))
        return bad("a section lies outside the file");
    if (section->alignment & (section->alignment - 1) || section->alignment > ELF_ALIGNMENT_MAX)
        return bad("a section's alignment is no power of two up to 4096");
    if (section->size > ELF_MEMORY_MAX)
        return bad("a section is larger than any image");
    if (section->type == SECTION_RELA)
        return bad("relocations with addends are not of this processor");
    return S_OK;
}

/* Checks all sections, finds the symbols and adds up the memory. */
static HRESULT check_sections(struct elf_file *file)
{
    uint32_t i, left = file->size;
    HRESULT hr;

    for (i = 0; i < file->section_count; i++) {
        struct section section = section_at(file, i);

        hr = check_section(file, &section);
        if (FAILED(hr))
            return hr;
        if (section.type != SECTION_NOBITS) { /* so that what is done for each byte is done once */
            if (section.size > left)
                return bad("sections overlap");
            left -= section.size;
        }
        if (section.type == SECTION_SYMBOLS) {
            if (file->symbols)
                return bad("there are two symbol tables");
            file->symbols = i;
            file->names = section.link;
        }
        if (!is_in_memory(&section))
            continue;
        file->memory_bytes = align_up(file->memory_bytes, section.alignment) + section.size;
        if (file->memory_bytes > ELF_MEMORY_MAX)
            return bad("the image takes more memory than any may");
        if (section.alignment > file->alignment)
            file->alignment = section.alignment;
    }
    return S_OK;
}

/* ---- symbols ---- */

static uint32_t symbol_count(const struct elf_file *file)
{
    return section_at(file, file->symbols).size / SYMBOL_BYTES;
}

static struct symbol symbol_at(const struct elf_file *file, uint32_t index)
{
    const uint8_t *at = file->bytes + section_at(file, file->symbols).offset + index * SYMBOL_BYTES;
    struct symbol symbol = {load32(at), load32(at + 4), (uint8_t)(at[12] >> 4), (uint16_t)load16(at + 14)};

    return symbol;
}

static const char *name_of(const struct elf_file *file, const struct symbol *symbol)
{
    return (const char *)file->bytes + section_at(file, file->names).offset + symbol->name;
}

/* Afterwards a symbol's name is text in the file, and its section is one. */
static HRESULT check_symbols(const struct elf_file *file)
{
    struct section symbols, names;
    uint32_t i;

    if (!file->symbols)
        return bad("there is no symbol table");
    symbols = section_at(file, file->symbols);
    if (symbols.entry_bytes != SYMBOL_BYTES || symbols.size % SYMBOL_BYTES)
        return bad("the symbol table's entries have another size");
    if (file->names >= file->section_count)
        return bad("the symbols' names are in no section");
    names = section_at(file, file->names);
    if (names.type != SECTION_STRINGS || !names.size || file->bytes[names.offset + names.size - 1])
        return bad("the symbols' names are no text");
    for (i = 0; i < symbol_count(file); i++) {
        struct symbol symbol = symbol_at(file, i);

        if (symbol.name >= names.size)
            return bad("a symbol's name lies outside the names");
        if (symbol.section < INDEX_RESERVED && symbol.section >= file->section_count)
            return com_fail(OS_E_BAD_IMAGE, "a symbol is in no section: ", name_of(file, &symbol), NULL);
        if (symbol.section >= INDEX_RESERVED && symbol.section != INDEX_ABSOLUTE)
            return com_fail(OS_E_BAD_IMAGE,
                            "a common symbol (compile with -fno-common): ", name_of(file, &symbol), NULL);
    }
    return S_OK;
}

/* Behind the sections. For imports only: what the image itself defines is near. */
static HRESULT add_veneers(struct elf_file *file)
{
    uint32_t i, count = 0;

    if (!file->veneer_bytes)
        return S_OK;
    for (i = 1; i < symbol_count(file); i++) { /* the first of all symbols is none */
        if (symbol_at(file, i).section != INDEX_UNDEFINED)
            continue;
        if (!count)
            file->first_import = i;
        count = i + 1 - file->first_import;
    }
    file->veneers = align_up(file->memory_bytes, VENEER_ALIGNMENT);
    file->memory_bytes = file->veneers + count * file->veneer_bytes;
    if (file->memory_bytes > ELF_MEMORY_MAX)
        return bad("the image takes more memory than any may");
    if (file->alignment < VENEER_ALIGNMENT)
        file->alignment = VENEER_ALIGNMENT;
    return S_OK;
}

/* What a symbol that the image defines is worth. */
static HRESULT defined_value(const struct elf_file *file, uint32_t address, const struct symbol *symbol,
                             uint32_t *out_value)
{
    struct section section;

    if (symbol->section == INDEX_ABSOLUTE) {
        *out_value = symbol->value;
        return S_OK;
    }
    section = section_at(file, symbol->section);
    if (!(section.flags & FLAG_ALLOC))
        return com_fail(OS_E_BAD_IMAGE,
                        "a symbol is in a section that is not loaded: ", name_of(file, symbol), NULL);
    if (symbol->value > section.size)
        return com_fail(OS_E_BAD_IMAGE, "a symbol lies behind its section: ", name_of(file, symbol), NULL);
    *out_value = address + offset_of(file, symbol->section) + symbol->value;
    return S_OK;
}

static HRESULT value_of(const struct elf_file *file, const struct elf_target *target,
                        const struct symbol *symbol, uint32_t *out_value)
{
    if (symbol->section != INDEX_UNDEFINED)
        return defined_value(file, target->address, symbol, out_value);
    if (target->resolve(target->context, name_of(file, symbol), out_value))
        return S_OK;
    if (symbol->bind == BIND_WEAK) {
        *out_value = 0;
        return S_OK;
    }
    return com_fail(OS_E_UNRESOLVED, "no such symbol: ", name_of(file, symbol), NULL);
}

/* ---- relocations ---- */

/* An import goes by its veneer where a branch does not reach it. */
static HRESULT relocate(const struct elf_file *file, const struct elf_target *target, uint32_t type,
                        uint32_t place, uint32_t index, uint32_t value)
{
    uint32_t veneer = file->veneers + (index - file->first_import) * file->veneer_bytes;
    HRESULT hr = target->relocate(type, target->memory + place, target->address + place, value);
    struct symbol symbol;

    if (hr != S_FALSE)
        return hr;
    symbol = symbol_at(file, index);
    if (file->veneer_bytes && index && symbol.section == INDEX_UNDEFINED) {
        target->write_veneer(target->memory + veneer, value);
        value = target->address + veneer;
        hr = target->relocate(type, target->memory + place, target->address + place, value);
    }
    if (hr == S_FALSE)
        return com_fail(OS_E_BAD_IMAGE, "a branch does not reach ", name_of(file, &symbol), NULL);
    return hr;
}

static HRESULT relocate_section(const struct elf_file *file, const struct elf_target *target,
                                const struct section *relocations)
{
    struct section patched = section_at(file, relocations->info);
    uint32_t base = offset_of(file, relocations->info), i;

    for (i = 0; i < relocations->size; i += RELOCATION_BYTES) {
        const uint8_t *at = file->bytes + relocations->offset + i;
        uint32_t place = load32(at), index = load32(at + 4) >> 8, value;
        struct symbol symbol;
        HRESULT hr;

        if (patched.size < PLACE_BYTES || place > patched.size - PLACE_BYTES)
            return bad("a relocation lies outside its section");
        if (index >= symbol_count(file))
            return bad("a relocation names no symbol");
        symbol = symbol_at(file, index);
        hr = value_of(file, target, &symbol, &value);
        if (SUCCEEDED(hr))
            hr = relocate(file, target, load32(at + 4) & 0xFF, base + place, index, value);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

/* A table of relocations for a section that is loaded. @retval S_FALSE it is for another, such as debug
 * information */
static HRESULT check_relocations(const struct elf_file *file, const struct section *relocations)
{
    struct section patched;

    if (relocations->info >= file->section_count)
        return bad("relocations are for no section");
    patched = section_at(file, relocations->info);
    if (!(patched.flags & FLAG_ALLOC))
        return S_FALSE;
    if (patched.type == SECTION_NOBITS)
        return bad("relocations are for a section without contents");
    if (relocations->link != file->symbols || relocations->entry_bytes != RELOCATION_BYTES ||
        relocations->size % RELOCATION_BYTES)
        return bad("a table of relocations is malformed");
    return S_OK;
}

/* ---- for the loader ---- */

HRESULT elf_open(const uint8_t *bytes, size_t size, uint16_t machine, uint32_t veneer_bytes,
                 struct elf_file *out_file)
{
    static const uint8_t identification[] = {0x7F,   'E', 'L', 'F', 1 /* 32 bits */, 1 /* little-endian */,
                                             VERSION};
    uint32_t section_bytes;
    HRESULT hr;

    memset(out_file, 0, sizeof(*out_file));
    if (size < HEADER_BYTES || memcmp(bytes, identification, sizeof(identification)) != 0)
        return bad("this is no 32-bit little-endian ELF file");
    if (size > ELF_MEMORY_MAX)
        return bad("the file is larger than any image");
    if (load16(bytes + 18) != machine)
        return bad("the image is for another processor");
    if (load16(bytes + 16) != TYPE_RELOCATABLE || load32(bytes + 20) != VERSION)
        return bad("the image is not relocatable");
    out_file->bytes = bytes;
    out_file->size = (uint32_t)size;
    out_file->veneer_bytes = veneer_bytes;
    out_file->sections = load32(bytes + 32);
    out_file->section_count = load16(bytes + 48);
    section_bytes = load16(bytes + 46);
    if (section_bytes != SECTION_BYTES || !out_file->section_count ||
        out_file->section_count > ELF_SECTIONS_MAX)
        return bad("the section table is malformed, or has more than 64 sections");
    if (out_file->sections > size || out_file->section_count * SECTION_BYTES > size - out_file->sections)
        return bad("the section table lies outside the file");
    hr = check_sections(out_file);
    if (SUCCEEDED(hr))
        hr = check_symbols(out_file);
    return SUCCEEDED(hr) ? add_veneers(out_file) : hr;
}

HRESULT elf_load(const struct elf_file *file, const struct elf_target *target)
{
    uint32_t i;
    HRESULT hr;

    memset(target->memory, 0, file->memory_bytes);
    for (i = 0; i < file->section_count; i++) {
        struct section section = section_at(file, i);

        if (is_in_memory(&section) && section.type != SECTION_NOBITS)
            memcpy(target->memory + offset_of(file, i), file->bytes + section.offset, section.size);
    }
    for (i = 0; i < file->section_count; i++) {
        struct section section = section_at(file, i);

        if (section.type != SECTION_REL)
            continue;
        hr = check_relocations(file, &section);
        if (hr == S_OK)
            hr = relocate_section(file, target, &section);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

HRESULT elf_find(const struct elf_file *file, uint32_t address, const char *name, uint32_t *out_address)
{
    uint32_t i;

    for (i = 0; i < symbol_count(file); i++) {
        struct symbol symbol = symbol_at(file, i);

        if (symbol.bind == BIND_GLOBAL && symbol.section != INDEX_UNDEFINED &&
            strcmp(name_of(file, &symbol), name) == 0)
            return defined_value(file, address, &symbol, out_address);
    }
    return com_fail(OS_E_BAD_IMAGE, "the image does not define ", name, NULL);
}
