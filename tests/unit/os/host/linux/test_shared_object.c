/*
 * Shared objects as the build makes them, whole and damaged: what the check lets pass is given to the dynamic
 * linker, which must take it or say no.
 */
#include <cmocka_all.h>
#include <com.h>
#include <dlfcn.h>
#include <elf.h>
#include <os/host/linux/shared_object.h>
#include <os_exports.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define FOLDER "build/linux/components/"
#define IMAGE FOLDER "calculator.so"

enum { IMAGE_BYTES_MAX = 1 << 16 };

struct image {
    uint8_t *bytes;
    size_t size;
};

static struct image image;

static struct image read_image(const char *path)
{
    struct image read = {malloc(IMAGE_BYTES_MAX), 0};
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    assert_non_null(read.bytes);
    read.size = fread(read.bytes, 1, IMAGE_BYTES_MAX, file);
    fclose(file);
    return read;
}

static int open_image(void **state)
{
    (void)state;
    image = read_image(IMAGE);
    return image.size ? 0 : -1;
}

static int close_image(void **state)
{
    (void)state;
    free(image.bytes);
    return 0;
}

/* As the loader, but that a symbol can be missing. */
static const char *missing;

static HRESULT import(const char *name)
{
    if (os_find_export(name) && (!missing || strcmp(name, missing) != 0))
        return S_OK;
    return com_fail(OS_E_UNRESOLVED, "no such symbol: ", name, NULL);
}

/* A file of exactly these bytes, so that a read beyond them is seen. */
static HRESULT check(const uint8_t *bytes, size_t size, struct shared_object *object)
{
    uint8_t *copy = malloc(size ? size : 1);
    HRESULT hr;

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    com_set_error_detail("");
    hr = shared_object_check(copy, size, import, object);
    free(copy);
    assert_true(hr == S_OK || hr == OS_E_BAD_IMAGE || hr == OS_E_UNRESOLVED);
    if (FAILED(hr))
        assert_true(*com_error_detail()); /* always with a reason */
    assert_true(strlen(com_error_detail()) < COM_DETAIL_MAX);
    return hr;
}

/* Has the dynamic linker load and unload it, if it may; no code of it runs. @return whether it did */
static bool link_bytes(const uint8_t *bytes, size_t size)
{
    struct shared_object object;
    char path[64];
    void *handle;
    int file;

    if (check(bytes, size, &object) != S_OK)
        return false;
    file = memfd_create("damaged", MFD_CLOEXEC);
    assert_true(file >= 0);
    assert_int_equal(write(file, bytes, size), (ssize_t)size);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", file);
    handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (handle) {
        (void)dlsym(handle, "component_main"); /* there or not, the tables are gone through */
        (void)dlsym(handle, "nothing");
        assert_int_equal(dlclose(handle), 0);
    }
    close(file);
    return handle != NULL;
}

static void what_the_build_makes_is_linked(void **state)
{
    static const char *const names[] = {FOLDER "calculator.so",
                                        FOLDER "digest.so",
                                        FOLDER "ticker.so",
                                        FOLDER "relay.so",
                                        FOLDER "tally.so",
                                        FOLDER "ledger.so",
                                        "build/linux/tests/components/specimen.so"};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct image other = read_image(names[i]);
        struct shared_object object;

        assert_int_equal(check(other.bytes, other.size, &object), S_OK);
        assert_int_equal(object.first, 0);
        assert_int_equal(object.bytes % 4096, 0);
        assert_in_range(object.bytes, 4096, 65536);
        assert_in_range(object.constructor, 1, object.bytes - 8);
        assert_in_range(object.interfaces, 1, object.bytes - 8);
        assert_true(link_bytes(other.bytes, other.size));
        free(other.bytes);
    }
}

static void unknown_symbol_is_named(void **state)
{
    struct shared_object object;

    (void)state;
    missing = "com_query_one";
    assert_int_equal(check(image.bytes, image.size, &object), OS_E_UNRESOLVED);
    assert_string_equal(com_error_detail(), "no such symbol: com_query_one");
    missing = NULL;
}

static void object_cut_at_any_byte_is_refused_or_whole(void **state)
{
    bool was_linked = false;
    size_t size;

    (void)state;
    for (size = 0; size <= image.size; size++) {
        bool linked = link_bytes(image.bytes, size);

        assert_true(linked || !was_linked); /* what is behind its segments is for debuggers */
        was_linked = linked;
    }
    assert_true(was_linked);
}

/* What the dynamic linker looks at: headers, tables and what they point to; code is not looked at. */
enum { TABLES_BYTES = 0x900 };

static void object_with_any_byte_changed_does_no_harm(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    const Elf64_Phdr *data = (const Elf64_Phdr *)(const void *)(image.bytes + sizeof(Elf64_Ehdr)) + 1;
    size_t data_start = data->p_offset, data_end = data_start + data->p_filesz, i, k;
    uint32_t linked = 0, refused = 0;

    (void)state;
    for (i = 0; i < image.size; i++) {
        uint8_t before = image.bytes[i];

        if (i >= TABLES_BYTES && (i < data_start || i >= data_end))
            continue;
        for (k = 0; k < sizeof(values); k++) {
            image.bytes[i] = values[k];
            if (link_bytes(image.bytes, image.size))
                linked++;
            else
                refused++;
        }
        image.bytes[i] = before;
    }
    assert_true(linked > 1000 && refused > 1000); /* both were tried */
}

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * below >> 32);
}

static void object_with_many_bytes_changed_does_no_harm(void **state)
{
    uint8_t *copy = malloc(image.size);
    uint32_t seed, i;

    (void)state;
    assert_non_null(copy);
    for (seed = 1; seed <= 20000; seed++) {
        random_state = seed;
        memcpy(copy, image.bytes, image.size);
        for (i = 0; i < 2 + seed % 8; i++) {
            uint32_t at = next_random(seed % 3 ? TABLES_BYTES : (uint32_t)image.size);

            copy[at] = seed % 2 ? (uint8_t)next_random(256) : (uint8_t)(copy[at] ^ 1u << next_random(8));
        }
        (void)link_bytes(copy, image.size);
    }
    free(copy);
}

/* Exchanges whole rows of a table, and copies some over others. */
static void shuffle(uint8_t *table, size_t row_bytes, uint32_t count)
{
    uint8_t row[sizeof(Elf64_Phdr)];
    uint32_t i;

    for (i = 0; i < 1 + next_random(4); i++) {
        uint8_t *one = table + next_random(count) * row_bytes,
                *other = table + next_random(count) * row_bytes;

        memcpy(row, one, row_bytes);
        memmove(one, other, row_bytes);
        if (next_random(2))
            memcpy(other, row, row_bytes);
    }
}

/* Finds a table by an entry of the dynamic section. */
static uint64_t dynamic_value(const uint8_t *bytes, int64_t tag, Elf64_Dyn **out_first, uint32_t *out_count)
{
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)(const void *)bytes;
    const Elf64_Phdr *segments = (const Elf64_Phdr *)(const void *)(bytes + header->e_phoff);
    Elf64_Dyn *entry;
    uint32_t i;

    for (i = 0; segments[i].p_type != PT_DYNAMIC; i++)
        ;
    *out_first = (Elf64_Dyn *)(void *)(uintptr_t)(bytes + segments[i].p_offset);
    *out_count = (uint32_t)(segments[i].p_filesz / sizeof(Elf64_Dyn));
    for (entry = *out_first; entry->d_tag != tag; entry++)
        assert_true(entry->d_tag != DT_NULL);
    return entry->d_un.d_val;
}

static void object_with_shuffled_tables_does_no_harm(void **state)
{
    uint8_t *copy = aligned_alloc(16, IMAGE_BYTES_MAX);
    uint32_t seed, count;

    (void)state;
    assert_non_null(copy);
    for (seed = 1; seed <= 8000; seed++) {
        Elf64_Ehdr *header = (Elf64_Ehdr *)(void *)copy;
        Elf64_Dyn *dynamic;
        uint64_t relocations, symbols;

        random_state = seed;
        memcpy(copy, image.bytes, image.size);
        symbols = dynamic_value(copy, DT_SYMTAB, &dynamic, &count);
        relocations = dynamic_value(copy, DT_RELA, &dynamic, &count);
        switch (seed % 4) {
        case 0:
            shuffle(copy + header->e_phoff, sizeof(Elf64_Phdr), header->e_phnum);
            break;
        case 1:
            shuffle((uint8_t *)dynamic, sizeof(Elf64_Dyn), count);
            break;
        case 2:
            shuffle(copy + symbols, sizeof(Elf64_Sym), 10);
            break;
        default:
            shuffle(copy + relocations, sizeof(Elf64_Rela), 25);
        }
        (void)link_bytes(copy, image.size);
    }
    free(copy);
}

/* A test's view of the image, to break it in one place. */
struct parts {
    Elf64_Ehdr *header;
    Elf64_Phdr *segments; /* code, data, dynamic section, stack, what becomes constant */
    Elf64_Dyn *dynamic;
};

static struct parts parts_of(uint8_t *bytes)
{
    struct parts parts = {.header = (Elf64_Ehdr *)(void *)bytes};
    uint32_t count;

    parts.segments = (Elf64_Phdr *)(void *)(bytes + parts.header->e_phoff);
    (void)dynamic_value(bytes, DT_HASH, &parts.dynamic, &count);
    return parts;
}

static Elf64_Dyn *entry_of(struct parts *parts, int64_t tag)
{
    Elf64_Dyn *entry = parts->dynamic;

    while (entry->d_tag != tag)
        entry++;
    return entry;
}

static void *at_entry(struct parts *parts, int64_t tag)
{
    return (uint8_t *)parts->header + entry_of(parts, tag)->d_un.d_val; /* it begins at address 0 */
}

static void is_text(struct parts *parts)
{
    parts->header->e_ident[0] = 't';
}

static void is_of_another_machine(struct parts *parts)
{
    parts->header->e_machine = EM_RISCV;
}

static void is_a_program(struct parts *parts)
{
    parts->header->e_type = ET_EXEC;
}

static void has_headers_outside(struct parts *parts)
{
    parts->header->e_phoff = UINT64_MAX - 8;
}

static void has_a_segment_outside(struct parts *parts)
{
    parts->segments[0].p_filesz = parts->segments[0].p_memsz = 1 << 20;
}

static void has_segments_that_overlap(struct parts *parts)
{
    parts->segments[1].p_vaddr -= 0x1000;
}

static void is_huge(struct parts *parts)
{
    parts->segments[1].p_memsz = UINT64_C(1) << 40;
}

static void has_writable_code(struct parts *parts)
{
    parts->segments[1].p_flags |= PF_X;
}

static void wants_stacks_with_code(struct parts *parts)
{
    parts->segments[3].p_flags |= PF_X;
}

static void has_no_stack(struct parts *parts)
{
    parts->segments[3] = parts->segments[4];
}

static void has_thread_variables(struct parts *parts)
{
    parts->segments[3].p_type = PT_TLS;
    parts->segments[4].p_type = PT_GNU_STACK;
}

static void makes_code_constant(struct parts *parts)
{
    parts->segments[4].p_vaddr = 0;
}

static void needs_a_library(struct parts *parts)
{
    entry_of(parts, DT_FLAGS)->d_tag = DT_NEEDED;
}

static void runs_code_when_it_is_loaded(struct parts *parts)
{
    entry_of(parts, DT_FLAGS)->d_tag = DT_INIT;
}

static void stays_when_it_is_unloaded(struct parts *parts)
{
    entry_of(parts, DT_FLAGS_1)->d_un.d_val |= DF_1_NODELETE;
}

static void has_versions(struct parts *parts)
{
    entry_of(parts, DT_FLAGS)->d_tag = DT_VERNEED;
}

static void has_a_table_twice(struct parts *parts)
{
    entry_of(parts, DT_FLAGS)->d_tag = DT_HASH;
}

static void has_no_end(struct parts *parts)
{
    parts->segments[2].p_memsz = 2 * sizeof(Elf64_Dyn);
}

static void has_a_circle(struct parts *parts)
{
    uint32_t *hash = at_entry(parts, DT_HASH), i;

    for (i = 0; i < hash[1]; i++)
        hash[2 + hash[0] + i] = i; /* each symbol is followed by itself */
}

static void has_an_endless_hash_table(struct parts *parts)
{
    ((uint32_t *)at_entry(parts, DT_HASH))[1] = UINT32_MAX;
}

static void has_names_that_are_no_text(struct parts *parts)
{
    char *names = at_entry(parts, DT_STRTAB);

    names[entry_of(parts, DT_STRSZ)->d_un.d_val - 1] = 'x';
}

static void has_an_indirect_function(struct parts *parts)
{
    Elf64_Sym *symbols = at_entry(parts, DT_SYMTAB);

    symbols[1].st_info = ELF64_ST_INFO(STB_GLOBAL, STT_GNU_IFUNC);
}

static void has_no_constructor(struct parts *parts)
{
    char *names = at_entry(parts, DT_STRTAB);
    size_t i;

    for (i = 0; strcmp(names + i, "component_main") != 0; i++)
        ;
    names[i] = 'k';
}

static void has_a_constructor_among_its_data(struct parts *parts)
{
    Elf64_Sym *symbol = at_entry(parts, DT_SYMTAB);
    const char *names = at_entry(parts, DT_STRTAB);

    while (strcmp(names + symbol->st_name, "component_main") != 0)
        symbol++;
    symbol->st_value = parts->segments[1].p_vaddr;
}

static void copies_from_outside(struct parts *parts)
{
    ((Elf64_Rela *)at_entry(parts, DT_JMPREL))->r_info = ELF64_R_INFO(1, R_X86_64_COPY);
}

static void relocates_its_code(struct parts *parts)
{
    ((Elf64_Rela *)at_entry(parts, DT_JMPREL))->r_offset = 0;
}

static void relocates_its_dynamic_section(struct parts *parts)
{
    ((Elf64_Rela *)at_entry(parts, DT_JMPREL))->r_offset = parts->segments[2].p_vaddr - 4;
}

static void relocates_out_of_itself(struct parts *parts)
{
    ((Elf64_Rela *)at_entry(parts, DT_RELA))->r_addend = -8;
}

static void names_no_symbol(struct parts *parts)
{
    ((Elf64_Rela *)at_entry(parts, DT_JMPREL))->r_info = ELF64_R_INFO(9999, R_X86_64_JUMP_SLOT);
}

static void reasons_are_given(void **state)
{
    static const struct {
        void (*spoil)(struct parts *parts);
        const char *reason;
    } cases[] = {
        {is_text, "this is no ELF file"},
        {is_of_another_machine, "the image is for another processor"},
        {is_a_program, "the image is no shared object"},
        {has_headers_outside, "the table of segments lies outside the file"},
        {has_a_segment_outside, "a segment lies outside the file"},
        {has_segments_that_overlap, "segments are empty or overlap"},
        {is_huge, "the image takes more memory than any may"},
        {has_writable_code, "a segment is code that can be written"},
        {wants_stacks_with_code, "the image wants stacks that are code"},
        {has_no_stack, "there is nothing to load, or it is not said what stacks are for"},
        {has_thread_variables, "the image has thread-local variables"},
        {makes_code_constant, "what becomes constant lies outside the image"},
        {needs_a_library, "the image needs a library; a component calls what os/lib/exports.txt lists"},
        {runs_code_when_it_is_loaded, "the image has code that runs when it is loaded or unloaded"},
        {stays_when_it_is_unloaded, "the image asks for a treatment that is not given"},
        {has_versions,
         "an entry of the dynamic section is not needed (link as os/host/linux/toolchain.py does)"},
        {has_a_table_twice, "the dynamic section has an entry twice"},
        {has_no_end, "the dynamic section has no end"},
        {has_a_circle, "the hash table goes in circles"},
        {has_an_endless_hash_table, "the hash table lies outside the image"},
        {has_names_that_are_no_text, "the symbols' names are no text"},
        {has_an_indirect_function, "a symbol of a kind that is not known: "},
        {has_no_constructor, "the image does not define component_main"},
        {has_a_constructor_among_its_data, "the image does not define component_main"},
        {copies_from_outside, "a relocation of an unknown type"},
        {relocates_its_code, "a relocation lies outside what can be written"},
        {relocates_its_dynamic_section, "a relocation changes the dynamic section"},
        {relocates_out_of_itself, "a relocation leads out of the image"},
        {names_no_symbol, "a relocation names no symbol"},
    };
    struct image copy = {aligned_alloc(16, IMAGE_BYTES_MAX), image.size};
    struct shared_object object;
    size_t i;

    (void)state;
    assert_non_null(copy.bytes);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct parts parts;

        memcpy(copy.bytes, image.bytes, image.size);
        parts = parts_of(copy.bytes);
        cases[i].spoil(&parts);
        assert_int_equal(check(copy.bytes, copy.size, &object), OS_E_BAD_IMAGE);
        assert_memory_equal(com_error_detail(), cases[i].reason, strlen(cases[i].reason));
    }
    free(copy.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_build_makes_is_linked),
        cmocka_unit_test(unknown_symbol_is_named),
        cmocka_unit_test(object_cut_at_any_byte_is_refused_or_whole),
        cmocka_unit_test(object_with_any_byte_changed_does_no_harm),
        cmocka_unit_test(object_with_many_bytes_changed_does_no_harm),
        cmocka_unit_test(object_with_shuffled_tables_does_no_harm),
        cmocka_unit_test(reasons_are_given),
    };

    return cmocka_run_group_tests(tests, open_image, close_image);
}
