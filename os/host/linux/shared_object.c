/* See shared_object.h. */
#include <elf.h>
#include <string.h>
#include <unistd.h>
#include "shared_object.h"

enum { NAME_BYTES_MAX = 255 };

/* The entries of the dynamic section that may be there, each once; the value of one that is not is 0. */
enum entry {
    HASH,
    STRINGS,
    STRINGS_BYTES,
    SYMBOLS,
    SYMBOL_BYTES,
    GOT,
    RELOCATIONS,
    RELOCATIONS_BYTES,
    RELOCATION_BYTES,
    RELATIVE_COUNT,
    PLT_RELOCATIONS,
    PLT_RELOCATIONS_BYTES,
    PLT_TYPE,
    FLAGS,
    FLAGS_1,
    ENTRIES
};

static const int64_t entry_tags[ENTRIES] = {
    [HASH] = DT_HASH,
    [STRINGS] = DT_STRTAB,
    [STRINGS_BYTES] = DT_STRSZ,
    [SYMBOLS] = DT_SYMTAB,
    [SYMBOL_BYTES] = DT_SYMENT,
    [GOT] = DT_PLTGOT,
    [RELOCATIONS] = DT_RELA,
    [RELOCATIONS_BYTES] = DT_RELASZ,
    [RELOCATION_BYTES] = DT_RELAENT,
    [RELATIVE_COUNT] = DT_RELACOUNT,
    [PLT_RELOCATIONS] = DT_JMPREL,
    [PLT_RELOCATIONS_BYTES] = DT_PLTRELSZ,
    [PLT_TYPE] = DT_PLTREL,
    [FLAGS] = DT_FLAGS,
    [FLAGS_1] = DT_FLAGS_1,
};

/* The relocations of a machine that write one address and nothing else. */
static const struct relocations {
    uint16_t machine;
    uint32_t relative, data, function, address;
} known_relocations[] = {
    {EM_X86_64, R_X86_64_RELATIVE, R_X86_64_GLOB_DAT, R_X86_64_JUMP_SLOT, R_X86_64_64},
    {EM_AARCH64, R_AARCH64_RELATIVE, R_AARCH64_GLOB_DAT, R_AARCH64_JUMP_SLOT, R_AARCH64_ABS64},
};

struct file {
    const uint8_t *bytes;
    size_t size;
    HRESULT (*import)(const char *name);
    const struct relocations *relocations; /* of this machine */
    uint64_t headers;                      /* offset of the table of segments */
    Elf64_Phdr segments[SHARED_OBJECT_SEGMENTS_MAX];
    uint32_t segment_count;
    const Elf64_Phdr *dynamic;
    uint64_t values[ENTRIES];
    uint32_t found; /* a bit for each entry */
    uint32_t symbol_count;
    const char *strings; /* in `bytes`; ends with a NUL */
};

/* This very program's header: the linker provides it. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static HRESULT bad(const char *what)
{
    return com_fail(OS_E_BAD_IMAGE, what, NULL);
}

static uint64_t page_bytes(void)
{
    return (uint64_t)sysconf(_SC_PAGESIZE);
}

/* ---- header and segments ---- */

static HRESULT check_header(struct file *file, Elf64_Ehdr *header)
{
    size_t i;

    if (file->size < sizeof(*header))
        return bad("this is no ELF file");
    memcpy(header, file->bytes, sizeof(*header));
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return bad("this is no ELF file");
    if (memcmp(header->e_ident, __ehdr_start.e_ident, EI_VERSION + 1) != 0 ||
        header->e_machine != __ehdr_start.e_machine)
        return bad("the image is for another processor");
    if (header->e_type != ET_DYN || header->e_version != EV_CURRENT)
        return bad("the image is no shared object");
    for (i = 0; i < sizeof(known_relocations) / sizeof(known_relocations[0]); i++)
        if (known_relocations[i].machine == header->e_machine)
            file->relocations = &known_relocations[i];
    if (!file->relocations)
        return bad("nothing is known of this processor's relocations");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || !header->e_phnum ||
        header->e_phnum > SHARED_OBJECT_SEGMENTS_MAX)
        return bad("the table of segments is malformed, or has more than 16");
    if (header->e_phoff > file->size || header->e_phnum * sizeof(Elf64_Phdr) > file->size - header->e_phoff)
        return bad("the table of segments lies outside the file");
    file->headers = header->e_phoff;
    file->segment_count = header->e_phnum;
    memcpy(file->segments, file->bytes + header->e_phoff, header->e_phnum * sizeof(Elf64_Phdr));
    return S_OK;
}

/* A segment that is mapped: behind all those before it, which end at `end`. */
static HRESULT check_load(const struct file *file, const Elf64_Phdr *segment, uint64_t end)
{
    uint64_t page = page_bytes();

    if (segment->p_offset > file->size || segment->p_filesz > file->size - segment->p_offset ||
        segment->p_filesz > segment->p_memsz)
        return bad("a segment lies outside the file");
    if (segment->p_align < page || segment->p_align > 16 * page ||
        segment->p_align & (segment->p_align - 1) ||
        (segment->p_vaddr ^ segment->p_offset) % segment->p_align)
        return bad("a segment's alignment is no power of two from a page to 16");
    if (!segment->p_memsz || segment->p_vaddr / page * page < end)
        return bad("segments are empty or overlap");
    if (segment->p_vaddr > SHARED_OBJECT_MEMORY_MAX ||
        segment->p_memsz > SHARED_OBJECT_MEMORY_MAX - segment->p_vaddr)
        return bad("the image takes more memory than any may");
    if (segment->p_flags & PF_W && segment->p_flags & PF_X)
        return bad("a segment is code that can be written");
    if (segment->p_memsz > segment->p_filesz && !(segment->p_flags & PF_W))
        return bad("a segment that cannot be written has variables");
    return S_OK;
}

/* The loaded segment that an area of memory lies in, with `in_file` in that part of it that comes from the
 * file; NULL: in none. */
static const Elf64_Phdr *find_load(const struct file *file, uint64_t address, uint64_t bytes, bool in_file)
{
    uint32_t i;

    for (i = 0; i < file->segment_count; i++) {
        const Elf64_Phdr *segment = &file->segments[i];
        uint64_t limit = in_file ? segment->p_filesz : segment->p_memsz;

        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address - segment->p_vaddr <= limit && bytes <= limit - (address - segment->p_vaddr))
            return segment;
    }
    return NULL;
}

static bool is_writable(const struct file *file, uint64_t address, uint64_t bytes)
{
    const Elf64_Phdr *segment = find_load(file, address, bytes, false);

    return segment && segment->p_flags & PF_W;
}

/* What the dynamic linker goes through must not change while it relocates. */
static bool is_constant(const struct file *file, uint64_t address, uint64_t bytes)
{
    const Elf64_Phdr *segment = find_load(file, address, bytes, true);

    return segment && !(segment->p_flags & PF_W);
}

/* Whether what becomes constant when it is relocated, page by page, is variable until then. */
static bool is_in_pages(const struct file *file, const Elf64_Phdr *relro)
{
    const Elf64_Phdr *segment = find_load(file, relro->p_vaddr, 0, false);
    uint64_t page = page_bytes(), end;

    if (!segment || !(segment->p_flags & PF_W))
        return false;
    end = (segment->p_vaddr + segment->p_memsz + page - 1) / page * page;
    return relro->p_memsz <= end - relro->p_vaddr;
}

/* The segments that say something about others. */
static HRESULT check_other(struct file *file, const Elf64_Phdr *segment)
{
    switch (segment->p_type) {
    case PT_DYNAMIC:
        if (file->dynamic)
            return bad("there are two dynamic sections");
        file->dynamic = segment;
        return S_OK;
    case PT_GNU_STACK:
        return segment->p_flags & PF_X ? bad("the image wants stacks that are code") : S_OK;
    case PT_GNU_RELRO:
        return is_in_pages(file, segment) ? S_OK : bad("what becomes constant lies outside the image");
    case PT_NULL:
    case PT_NOTE:
    case PT_GNU_EH_FRAME:
    case PT_GNU_PROPERTY:
        return bad("a segment that is not needed (link as os/host/linux/toolchain.py does)");
    case PT_TLS:
        return bad("the image has thread-local variables");
    default:
        return bad("a segment of an unknown type");
    }
}

static HRESULT check_segments(struct file *file, struct shared_object *object)
{
    uint64_t page = page_bytes(), end = 0;
    bool has_stack = false, has_load = false;
    uint32_t i;
    HRESULT hr;

    for (i = 0; i < file->segment_count; i++) {
        const Elf64_Phdr *segment = &file->segments[i];

        has_stack |= segment->p_type == PT_GNU_STACK;
        if (segment->p_type != PT_LOAD)
            continue;
        hr = check_load(file, segment, end);
        if (FAILED(hr))
            return hr;
        if (!has_load && (segment->p_offset || segment->p_flags & PF_W ||
                          segment->p_filesz < file->headers + file->segment_count * sizeof(*segment)))
            return bad("the first segment has not all headers");
        if (!has_load)
            object->first = segment->p_vaddr / page * page;
        has_load = true;
        end = (segment->p_vaddr + segment->p_memsz + page - 1) / page * page;
    }
    if (!has_load || !has_stack)
        return bad("there is nothing to load, or it is not said what stacks are for");
    object->bytes = end - object->first;
    for (i = 0; i < file->segment_count; i++) {
        if (file->segments[i].p_type == PT_LOAD)
            continue;
        hr = check_other(file, &file->segments[i]);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

/* ---- the dynamic section ---- */

/* Copies a table's entry out of the file, which lies where `address` will be. The table was checked. */
static void copy_from(const struct file *file, uint64_t address, void *to, size_t bytes)
{
    const Elf64_Phdr *segment = find_load(file, address, bytes, true);

    memcpy(to, file->bytes + segment->p_offset + (address - segment->p_vaddr), bytes);
}

static HRESULT take_entry(struct file *file, const Elf64_Dyn *entry)
{
    uint32_t i;

    for (i = 0; i < ENTRIES && entry_tags[i] != (int64_t)entry->d_tag; i++)
        ;
    if (entry->d_tag == DT_NEEDED)
        return bad("the image needs a library; a component calls what os/lib/exports.txt lists");
    if (entry->d_tag == DT_INIT || entry->d_tag == DT_FINI || entry->d_tag == DT_INIT_ARRAY ||
        entry->d_tag == DT_FINI_ARRAY)
        return bad("the image has code that runs when it is loaded or unloaded");
    if (i == ENTRIES)
        return bad("an entry of the dynamic section is not needed (link as os/host/linux/toolchain.py does)");
    if (file->found & 1u << i)
        return bad("the dynamic section has an entry twice");
    file->found |= 1u << i;
    file->values[i] = entry->d_un.d_val;
    return S_OK;
}

static HRESULT check_dynamic(struct file *file)
{
    const Elf64_Phdr *dynamic = file->dynamic;
    Elf64_Dyn entry;
    uint64_t at;
    HRESULT hr;

    if (!dynamic || !find_load(file, dynamic->p_vaddr, dynamic->p_memsz, true) ||
        !is_writable(file, dynamic->p_vaddr, dynamic->p_memsz))
        return bad("the dynamic section is missing or lies outside the image");
    for (at = 0; at + sizeof(entry) <= dynamic->p_memsz; at += sizeof(entry)) {
        copy_from(file, dynamic->p_vaddr + at, &entry, sizeof(entry));
        if (entry.d_tag == DT_NULL)
            return S_OK;
        hr = take_entry(file, &entry);
        if (FAILED(hr))
            return hr;
    }
    return bad("the dynamic section has no end");
}

static bool has_all(const struct file *file, uint32_t entries)
{
    return (file->found & entries) == entries;
}

/* A table of relocations: all of its entries are there, or none. */
static HRESULT check_entries(const struct file *file)
{
    const uint32_t symbols =
        1u << HASH | 1u << STRINGS | 1u << STRINGS_BYTES | 1u << SYMBOLS | 1u << SYMBOL_BYTES;
    const uint32_t plain = 1u << RELOCATIONS | 1u << RELOCATIONS_BYTES | 1u << RELOCATION_BYTES;
    const uint32_t plt = 1u << PLT_RELOCATIONS | 1u << PLT_RELOCATIONS_BYTES | 1u << PLT_TYPE;
    const uint64_t *values = file->values;

    if (!has_all(file, symbols))
        return bad("the symbols, their names or their hash table (--hash-style=sysv) are missing");
    if ((file->found & plain && !has_all(file, plain)) || (file->found & plt && !has_all(file, plt)) ||
        (values[RELATIVE_COUNT] && !(file->found & plain)))
        return bad("a table of relocations is incomplete");
    if (values[SYMBOL_BYTES] != sizeof(Elf64_Sym) ||
        (file->found & plain && values[RELOCATION_BYTES] != sizeof(Elf64_Rela)) ||
        (file->found & plt && values[PLT_TYPE] != DT_RELA))
        return bad("a table's entries have another size");
    if (values[FLAGS] & ~(uint64_t)(DF_BIND_NOW | DF_SYMBOLIC) || values[FLAGS_1] & ~(uint64_t)DF_1_NOW)
        return bad("the image asks for a treatment that is not given");
    if (file->found & 1u << GOT && !is_writable(file, values[GOT], sizeof(uintptr_t)))
        return bad("the table of addresses lies outside the image");
    return S_OK;
}

/* ---- symbols ---- */

static uint32_t load32(const struct file *file, uint64_t address)
{
    uint32_t value;

    copy_from(file, address, &value, sizeof(value));
    return value;
}

/* Afterwards looking a name up ends, within the table of symbols. */
static HRESULT check_hash(struct file *file)
{
    uint64_t table = file->values[HASH], buckets = table + 8, chains;
    uint32_t bucket_count, steps = 0, i, symbol;

    if (!is_constant(file, table, 8))
        return bad("the hash table lies outside the image");
    bucket_count = load32(file, table);
    file->symbol_count = load32(file, table + 4);
    if (!bucket_count || !is_constant(file, table, 8 + 4 * ((uint64_t)bucket_count + file->symbol_count)))
        return bad("the hash table lies outside the image");
    if (!file->symbol_count || file->symbol_count > SHARED_OBJECT_SYMBOLS_MAX)
        return bad("there are no symbols, or more than 1024");
    if (!is_constant(file, file->values[SYMBOLS], (uint64_t)file->symbol_count * sizeof(Elf64_Sym)))
        return bad("the symbols lie outside the image");
    chains = buckets + 4 * (uint64_t)bucket_count;
    for (i = 0; i < bucket_count; i++) {
        for (symbol = load32(file, buckets + 4 * (uint64_t)i); symbol != STN_UNDEF;
             symbol = load32(file, chains + 4 * (uint64_t)symbol)) {
            if (symbol >= file->symbol_count)
                return bad("the hash table leads to no symbol");
            if (++steps > file->symbol_count)
                return bad("the hash table goes in circles");
        }
    }
    return S_OK;
}

static HRESULT check_strings(struct file *file)
{
    uint64_t bytes = file->values[STRINGS_BYTES];
    const Elf64_Phdr *segment = find_load(file, file->values[STRINGS], bytes, true);

    if (!bytes || !is_constant(file, file->values[STRINGS], bytes))
        return bad("the symbols' names lie outside the image");
    file->strings =
        (const char *)file->bytes + segment->p_offset + (file->values[STRINGS] - segment->p_vaddr);
    return file->strings[bytes - 1] ? bad("the symbols' names are no text") : S_OK;
}

static Elf64_Sym symbol_at(const struct file *file, uint32_t index)
{
    Elf64_Sym symbol;

    copy_from(file, file->values[SYMBOLS] + (uint64_t)index * sizeof(symbol), &symbol, sizeof(symbol));
    return symbol;
}

static bool is_plain(const Elf64_Sym *symbol)
{
    uint32_t type = symbol->st_info & 0xF;

    return type == STT_NOTYPE || type == STT_OBJECT || type == STT_FUNC || type == STT_SECTION;
}

static HRESULT check_symbol(const struct file *file, const Elf64_Sym *symbol)
{
    uint32_t bind = symbol->st_info >> 4;
    const char *name;

    if (symbol->st_name >= file->values[STRINGS_BYTES])
        return bad("a symbol's name lies outside the names");
    name = file->strings + symbol->st_name;
    if (strnlen(name, NAME_BYTES_MAX + 1) > NAME_BYTES_MAX)
        return bad("a symbol's name is longer than 255 bytes");
    if (!is_plain(symbol) || bind > STB_WEAK)
        return com_fail(OS_E_BAD_IMAGE, "a symbol of a kind that is not known: ", name, NULL);
    if (symbol->st_shndx != SHN_UNDEF)
        return symbol->st_shndx != SHN_ABS && find_load(file, symbol->st_value, 0, false)
                   ? S_OK
                   : com_fail(OS_E_BAD_IMAGE, "a symbol lies outside the image: ", name, NULL);
    if (bind == STB_LOCAL || (symbol->st_other & 3) != STV_DEFAULT)
        return com_fail(OS_E_BAD_IMAGE, "a symbol that only the image could define: ", name, NULL);
    return file->import(name);
}

/* Whether it is the symbol of a name, in a segment with that flag. */
static bool is_entry(const struct file *file, const Elf64_Sym *symbol, const char *name, uint32_t flag)
{
    const Elf64_Phdr *segment = find_load(file, symbol->st_value, sizeof(uintptr_t), false);

    return symbol->st_shndx != SHN_UNDEF && symbol->st_info >> 4 == STB_GLOBAL && segment &&
           segment->p_flags & flag && strcmp(file->strings + symbol->st_name, name) == 0;
}

static HRESULT check_symbols(const struct file *file, struct shared_object *object)
{
    uint32_t i;

    object->constructor = object->interfaces = 0;
    for (i = 1; i < file->symbol_count; i++) { /* 0 is none */
        Elf64_Sym symbol = symbol_at(file, i);
        HRESULT hr = check_symbol(file, &symbol);

        if (FAILED(hr))
            return hr;
        if (is_entry(file, &symbol, "component_main", PF_X))
            object->constructor = symbol.st_value;
        else if (is_entry(file, &symbol, "component_interfaces", PF_R))
            object->interfaces = symbol.st_value;
    }
    if (!object->constructor)
        return bad("the image does not define component_main");
    return object->interfaces ? S_OK : bad("the image does not define component_interfaces");
}

/* ---- relocations ---- */

static HRESULT check_relocation(const struct file *file, const Elf64_Rela *relocation, bool is_relative)
{
    const struct relocations *known = file->relocations;
    uint32_t type = (uint32_t)(relocation->r_info & 0xFFFFFFFF),
             symbol = (uint32_t)(relocation->r_info >> 32);

    if (type == known->relative) {
        if (symbol || !find_load(file, (uint64_t)relocation->r_addend, 0, false))
            return bad("a relocation leads out of the image");
    } else if (is_relative || (type != known->data && type != known->function && type != known->address)) {
        return bad("a relocation of an unknown type");
    } else if (!symbol || symbol >= file->symbol_count) {
        return bad("a relocation names no symbol");
    }
    if (!is_writable(file, relocation->r_offset, sizeof(uintptr_t)))
        return bad("a relocation lies outside what can be written");
    if (relocation->r_offset + sizeof(uintptr_t) > file->dynamic->p_vaddr &&
        relocation->r_offset < file->dynamic->p_vaddr + file->dynamic->p_memsz)
        return bad("a relocation changes the dynamic section");
    return S_OK;
}

static HRESULT check_relocations(const struct file *file, enum entry table, enum entry table_bytes,
                                 uint64_t relative_count)
{
    uint64_t count = file->values[table_bytes] / sizeof(Elf64_Rela), i;
    Elf64_Rela relocation;
    HRESULT hr;

    if (file->values[table_bytes] % sizeof(Elf64_Rela) || relative_count > count ||
        !is_constant(file, file->values[table], file->values[table_bytes]))
        return bad("a table of relocations is malformed, or lies outside the image");
    for (i = 0; i < count; i++) {
        copy_from(file, file->values[table] + i * sizeof(relocation), &relocation, sizeof(relocation));
        hr = check_relocation(file, &relocation, i < relative_count);
        if (FAILED(hr))
            return hr;
    }
    return S_OK;
}

/* ---- for the loader ---- */

HRESULT shared_object_check(const uint8_t *bytes, size_t size, HRESULT (*import)(const char *name),
                            struct shared_object *out_object)
{
    struct file file = {.bytes = bytes, .size = size, .import = import};
    Elf64_Ehdr header;
    HRESULT hr = check_header(&file, &header);

    if (SUCCEEDED(hr))
        hr = check_segments(&file, out_object);
    if (SUCCEEDED(hr))
        hr = check_dynamic(&file);
    if (SUCCEEDED(hr))
        hr = check_entries(&file);
    if (SUCCEEDED(hr))
        hr = check_hash(&file);
    if (SUCCEEDED(hr))
        hr = check_strings(&file);
    if (SUCCEEDED(hr))
        hr = check_symbols(&file, out_object);
    if (SUCCEEDED(hr) && file.found & 1u << RELOCATIONS)
        hr = check_relocations(&file, RELOCATIONS, RELOCATIONS_BYTES, file.values[RELATIVE_COUNT]);
    if (SUCCEEDED(hr) && file.found & 1u << PLT_RELOCATIONS)
        hr = check_relocations(&file, PLT_RELOCATIONS, PLT_RELOCATIONS_BYTES, 0);
    return hr;
}
