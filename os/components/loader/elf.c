#include "elf.h"
#include <com_impl.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "tables are read as they lie in the file");

#define PLACE_BYTES 4u /* that a relocation changes, of whatever type */
#define VENEER_ALIGNMENT 4u

enum { CLASS_32 = 1, LITTLE_ENDIAN_DATA = 1, VERSION = 1, TYPE_RELOCATABLE = 1 };
enum { SECTION_SYMBOLS = 2, SECTION_STRINGS = 3, SECTION_RELA = 4, SECTION_NOBITS = 8, SECTION_REL = 9 };
enum { FLAG_ALLOC = 2 };
enum { INDEX_UNDEFINED = 0, INDEX_RESERVED = 0xFF00, INDEX_ABSOLUTE = 0xFFF1 };
enum { BIND_GLOBAL = 1, BIND_WEAK = 2 };

struct elf_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version, entry, segments, sections, flags;
    uint16_t header_bytes, segment_bytes, segment_count, section_bytes, section_count, section_names;
};

struct elf_section {
    uint32_t name, type, flags, address, offset, size, link, info, alignment, entry_bytes;
};

struct elf_symbol {
    uint32_t name, value, size;
    uint8_t type : 4, bind : 4, visibility;
    uint16_t section;
};

struct elf_relocation {
    uint32_t place;
    uint32_t type : 8, symbol : 24;
};

static const char too_large[] = "the image is too large";
static const char no_names[] = "the symbols' names are no text";
static const char bad_sections[] = "the section table is malformed, or too long";
static const char bad_symbols[] = "no symbol table, or a malformed one";
static const char bad_relocations[] = "a table of relocations is malformed";

static HRESULT bad(const char *what)
{
    return com_fail(OS_E_BAD_IMAGE, what, NULL);
}

/* ---- sections ---- */

static const void *contents(const struct elf_file *file, const struct elf_section *section)
{
    return file->bytes + section->offset;
}

/* Whether a section is a table of such rows that can be read where it lies. */
static bool is_table(const struct elf_section *section, size_t row_bytes)
{
    return section->entry_bytes == row_bytes && section->size % row_bytes == 0 &&
           section->offset % sizeof(uint32_t) == 0;
}

/* `*left` is what of the file is not yet in a section: so that what is done for each byte is done once. */
static HRESULT check_section(const struct elf_file *file, const struct elf_section *section, uint32_t *left)
{
    if (section->type != SECTION_NOBITS) {
        if (section->offset > file->size || section->size > file->size - section->offset)
            return bad("a section lies outside the file");
        if (section->size > *left)
            return bad("sections overlap");
        *left -= section->size;
    }
    if (section->alignment & (section->alignment - 1) || section->alignment > ELF_ALIGNMENT_MAX)
        return bad("a section has a bad alignment");
    if (section->size > ELF_MEMORY_MAX)
        return bad(too_large);
    if (section->type == SECTION_RELA)
        return bad("relocations have addends");
    return S_OK;
}

/* Adds memory to the image. */
static HRESULT add_memory(struct elf_file *file, uint32_t alignment, uint32_t bytes, uint32_t *out_place)
{
    if (alignment > file->alignment)
        file->alignment = alignment;
    *out_place = (file->memory_bytes + alignment - 1) & ~(alignment - 1);
    file->memory_bytes = *out_place + bytes;
    return file->memory_bytes > ELF_MEMORY_MAX ? bad(too_large) : S_OK;
}

/* Checks all sections, finds the symbols and adds up the memory. */
static HRESULT check_sections(struct elf_file *file)
{
    uint32_t i, left = file->size;
    HRESULT hr = S_OK;

    for (i = 0; i < file->section_count && SUCCEEDED(hr); i++) {
        const struct elf_section *section = &file->sections[i];

        hr = check_section(file, section, &left);
        if (SUCCEEDED(hr) && section->flags & FLAG_ALLOC)
            hr =
                add_memory(file, section->alignment ? section->alignment : 1, section->size, &file->place[i]);
        if (section->type != SECTION_SYMBOLS)
            continue;
        if (file->symbol_section)
            return bad(bad_symbols);
        file->symbol_section = i;
    }
    return hr;
}

/* ---- symbols ---- */

static const char *name_of(const struct elf_file *file, const struct elf_symbol *symbol)
{
    return file->names + symbol->name;
}

/* Fails because of a symbol. */
static HRESULT blame(const struct elf_file *file, const struct elf_symbol *symbol, const char *what)
{
    return com_fail(OS_E_BAD_IMAGE, what, name_of(file, symbol), NULL);
}

/* Afterwards a symbol's name is text in the file, and its section is one. */
static HRESULT check_symbols(struct elf_file *file)
{
    const struct elf_section *symbols = &file->sections[file->symbol_section], *names;
    uint32_t i;

    if (!file->symbol_section)
        return bad(bad_symbols);
    if (!is_table(symbols, sizeof(struct elf_symbol)))
        return bad(bad_symbols);
    if (symbols->link >= file->section_count)
        return bad(no_names);
    names = &file->sections[symbols->link];
    file->symbols = (const struct elf_symbol *)contents(file, symbols);
    file->symbol_count = symbols->size / sizeof(struct elf_symbol);
    file->names = (const char *)contents(file, names);
    if (names->type != SECTION_STRINGS || !names->size || file->names[names->size - 1])
        return bad(no_names);
    for (i = 0; i < file->symbol_count; i++) {
        const struct elf_symbol *symbol = &file->symbols[i];

        if (symbol->name >= names->size)
            return bad(no_names);
        if (symbol->section < INDEX_RESERVED && symbol->section >= file->section_count)
            return blame(file, symbol, "a symbol is in no section: ");
        if (symbol->section >= INDEX_RESERVED && symbol->section != INDEX_ABSOLUTE)
            return blame(file, symbol, "a common symbol: ");
    }
    return S_OK;
}

static bool is_import(const struct elf_file *file, uint32_t symbol)
{
    return symbol && file->symbols[symbol].section == INDEX_UNDEFINED; /* the first of all symbols is none */
}

/* Behind the sections. For imports only: what the image itself defines is near. */
static HRESULT add_veneers(struct elf_file *file)
{
    uint32_t i, count = 0;

    for (i = 0; i < file->symbol_count; i++) {
        if (!is_import(file, i))
            continue;
        if (!count)
            file->first_import = i;
        count = i + 1 - file->first_import;
    }
    return file->veneer_bytes ? add_memory(file, VENEER_ALIGNMENT, count * file->veneer_bytes, &file->veneers)
                              : S_OK;
}

/* What a symbol that the image defines is worth. */
static HRESULT defined_value(const struct elf_file *file, uint32_t address, const struct elf_symbol *symbol,
                             uint32_t *out_value)
{
    const struct elf_section *section;

    if (symbol->section == INDEX_ABSOLUTE) {
        *out_value = symbol->value;
        return S_OK;
    }
    section = &file->sections[symbol->section];
    if (!(section->flags & FLAG_ALLOC) || symbol->value > section->size)
        return blame(file, symbol, "a symbol is not in memory: ");
    *out_value = address + file->place[symbol->section] + symbol->value;
    return S_OK;
}

static HRESULT value_of(const struct elf_file *file, const struct elf_target *target,
                        const struct elf_symbol *symbol, uint32_t *out_value)
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
static HRESULT relocate_to(const struct elf_file *file, const struct elf_target *target, uint32_t at,
                           const struct elf_relocation *relocation, uint32_t value)
{
    uint32_t veneer = file->veneers + (relocation->symbol - file->first_import) * file->veneer_bytes;
    HRESULT hr = target->relocate(relocation->type, target->memory + at, target->address + at, value);

    if (hr == S_FALSE && file->veneer_bytes && is_import(file, relocation->symbol)) {
        target->write_veneer(target->memory + veneer, value);
        hr = target->relocate(relocation->type, target->memory + at, target->address + at,
                              target->address + veneer);
    }
    return hr == S_FALSE ? blame(file, &file->symbols[relocation->symbol], "a branch does not reach ") : hr;
}

static HRESULT relocate(const struct elf_file *file, const struct elf_target *target, uint32_t section,
                        const struct elf_relocation *relocation)
{
    uint32_t size = file->sections[section].size, value;
    HRESULT hr;

    if (size < PLACE_BYTES || relocation->place > size - PLACE_BYTES)
        return bad("a relocation lies outside its section");
    if (relocation->symbol >= file->symbol_count)
        return bad("a relocation names no symbol");
    hr = value_of(file, target, &file->symbols[relocation->symbol], &value);
    return FAILED(hr)
               ? hr
               : relocate_to(file, target, file->place[section] + relocation->place, relocation, value);
}

/* A table of relocations; those of sections that are not loaded, such as debug information, are passed over.
 */
static HRESULT relocate_section(const struct elf_file *file, const struct elf_target *target,
                                const struct elf_section *table)
{
    const struct elf_relocation *relocation = (const struct elf_relocation *)contents(file, table);
    const struct elf_section *patched;
    HRESULT hr = S_OK;
    uint32_t count;

    if (table->info >= file->section_count)
        return bad(bad_relocations);
    patched = &file->sections[table->info];
    if (!(patched->flags & FLAG_ALLOC))
        return S_OK;
    if (patched->type == SECTION_NOBITS)
        return bad(bad_relocations);
    if (table->link != file->symbol_section || !is_table(table, sizeof(*relocation)))
        return bad(bad_relocations);
    for (count = table->size / sizeof(*relocation); count && SUCCEEDED(hr); count--)
        hr = relocate(file, target, table->info, relocation++);
    return hr;
}

/* ---- for the loader ---- */

HRESULT elf_open(const uint8_t *bytes, size_t size, uint16_t machine, uint32_t veneer_bytes,
                 struct elf_file *out_file)
{
    static const uint8_t identification[] = {0x7F, 'E', 'L', 'F', CLASS_32, LITTLE_ENDIAN_DATA, VERSION};
    const struct elf_header *header = (const struct elf_header *)(const void *)bytes;
    HRESULT hr;

    memset(out_file, 0, sizeof(*out_file));
    if (size < sizeof(*header) || memcmp(bytes, identification, sizeof(identification)) != 0)
        return bad("this is no 32-bit little-endian ELF file");
    if (size > ELF_MEMORY_MAX)
        return bad(too_large);
    if (header->machine != machine)
        return bad("the image is for another processor");
    if (header->type != TYPE_RELOCATABLE || header->version != VERSION)
        return bad("the image is not relocatable");
    if (header->section_bytes != sizeof(struct elf_section) || !header->section_count ||
        header->section_count > ELF_SECTIONS_MAX || header->sections % sizeof(uint32_t))
        return bad(bad_sections);
    if (header->sections > size ||
        header->section_count * sizeof(struct elf_section) > size - header->sections)
        return bad(bad_sections);
    out_file->bytes = bytes;
    out_file->size = (uint32_t)size;
    out_file->veneer_bytes = veneer_bytes;
    out_file->sections = (const struct elf_section *)(const void *)(bytes + header->sections);
    out_file->section_count = header->section_count;
    hr = check_sections(out_file);
    if (SUCCEEDED(hr))
        hr = check_symbols(out_file);
    return SUCCEEDED(hr) ? add_veneers(out_file) : hr;
}

HRESULT elf_load(const struct elf_file *file, const struct elf_target *target)
{
    const struct elf_section *section;
    HRESULT hr = S_OK;
    uint32_t i;

    memset(target->memory, 0, file->memory_bytes);
    for (i = 0; i < file->section_count; i++) {
        section = &file->sections[i];
        if (section->flags & FLAG_ALLOC && section->type != SECTION_NOBITS)
            memcpy(target->memory + file->place[i], contents(file, section), section->size);
    }
    for (i = 0; i < file->section_count && SUCCEEDED(hr); i++)
        if (file->sections[i].type == SECTION_REL)
            hr = relocate_section(file, target, &file->sections[i]);
    return hr;
}

HRESULT elf_find(const struct elf_file *file, uint32_t address, const char *name, uint32_t *out_address)
{
    const struct elf_symbol *symbol;
    uint32_t i;

    for (i = 0; i < file->symbol_count; i++) {
        symbol = &file->symbols[i];
        if (symbol->bind == BIND_GLOBAL && symbol->section != INDEX_UNDEFINED &&
            symbol->section != INDEX_ABSOLUTE && strcmp(name_of(file, symbol), name) == 0)
            return defined_value(file, address, symbol, out_address);
    }
    return com_fail(OS_E_BAD_IMAGE, "the image does not define ", name, NULL);
}
