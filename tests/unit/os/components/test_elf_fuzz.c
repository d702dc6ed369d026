/*
 * Images for a kernel, damaged as no byte alone is: tables whose rows are exchanged, many bytes at once, cut
 * and damaged, tables that are gone through again and again. Each round has a seed; all of it takes bounded
 * time.
 */
#include <cmocka_all.h>
#include <arch_elf.h>
#include <elf.h>
#include <loader/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { IMAGE_BYTES_MAX = 1 << 20 };

/* As tests/SConscript names what is in os/arch/armv7m/relocate.c, beside the machine's own. */
extern const uint16_t armv7m_elf_machine;
extern const uint32_t armv7m_veneer_bytes;
HRESULT armv7m_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);
void armv7m_write_veneer(uint8_t *place, uint32_t value);

struct processor {
    uint32_t address; /* where its images go; on the armv7m out of reach of branches to what they import */
    const uint16_t *machine;
    const uint32_t *veneer_bytes;
    HRESULT (*relocate)(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);
    void (*write_veneer)(uint8_t *place, uint32_t value);
};

static const struct processor i386 = {0x00200000, &arch_elf_machine, &arch_veneer_bytes, arch_relocate,
                                      arch_write_veneer},
                              armv7m = {0x21000000, &armv7m_elf_machine, &armv7m_veneer_bytes,
                                        armv7m_relocate, armv7m_write_veneer};

static const struct source {
    const char *path;
    const struct processor *processor;
} sources[] = {
    {"build/kernel-i386/components/calculator.elf", &i386},
    {"build/kernel-armv7m/components/calculator.elf", &armv7m},
    {"build/kernel-i386/components/tally.elf", &i386},
    {"build/kernel-armv7m/tests/components/specimen.elf", &armv7m},
};

enum { SOURCES = sizeof(sources) / sizeof(sources[0]) };

static uint8_t image[IMAGE_BYTES_MAX], copy[IMAGE_BYTES_MAX];
static size_t image_bytes;
static const struct processor *processor; /* of the image */

static void read_image(uint32_t number)
{
    FILE *file = fopen(sources[number].path, "rb");

    assert_non_null(file);
    processor = sources[number].processor;
    image_bytes = fread(image, 1, sizeof(image), file);
    fclose(file);
    assert_in_range(image_bytes, 100, sizeof(image) - 1);
}

static bool resolve(void *context, const char *name, uint32_t *out_address)
{
    (void)context;
    *out_address = 0x00100000;
    return strcmp(name, "nobody has this") != 0;
}

/* Links a file of exactly these bytes, so that a read or a write beyond them is seen. */
static HRESULT link_bytes(const uint8_t *bytes, size_t size)
{
    struct elf_target target = {.address = processor->address,
                                .relocate = processor->relocate,
                                .write_veneer = processor->write_veneer,
                                .resolve = resolve};
    uint8_t *exact = malloc(size ? size : 1);
    struct elf_file file;
    uint32_t found;
    HRESULT hr;

    assert_non_null(exact);
    memcpy(exact, bytes, size);
    com_set_error_detail("");
    hr = elf_open(exact, size, *processor->machine, *processor->veneer_bytes, &file);
    if (SUCCEEDED(hr)) {
        target.memory = malloc(file.memory_bytes ? file.memory_bytes : 1);
        assert_non_null(target.memory);
        hr = elf_load(&file, &target);
        if (SUCCEEDED(hr))
            hr = elf_find(&file, target.address, "component_main", &found);
        free(target.memory);
    }
    free(exact);
    assert_true(hr == S_OK || hr == OS_E_BAD_IMAGE || hr == OS_E_UNRESOLVED);
    if (FAILED(hr))
        assert_true(*com_error_detail()); /* always with a reason */
    return hr;
}

static uint32_t random_state;

static uint32_t next_random(uint32_t below)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (uint32_t)((uint64_t)random_state * below >> 32);
}

/* A fresh copy, and its section table. */
static Elf32_Shdr *begin(uint32_t seed, uint32_t *out_count)
{
    Elf32_Ehdr header;

    random_state = seed;
    memcpy(copy, image, image_bytes);
    memcpy(&header, copy, sizeof(header));
    *out_count = header.e_shnum;
    assert_int_equal(header.e_shoff % 4, 0);
    return (Elf32_Shdr *)(void *)(copy + header.e_shoff);
}

static void exchange(void *one, void *other, size_t bytes)
{
    uint8_t row[sizeof(Elf32_Shdr)];

    memcpy(row, one, bytes);
    memmove(one, other, bytes);
    memcpy(other, row, bytes);
}

static void sections_in_another_order_do_no_harm(void **state)
{
    uint32_t seed, count, i, refused = 0;

    (void)state;
    for (seed = 1; seed <= 6000; seed++) {
        Elf32_Shdr *sections;

        if (seed % (6000 / SOURCES) == 1)
            read_image(seed / (6000 / SOURCES) % SOURCES);
        sections = begin(seed, &count);
        for (i = 0; i < 1 + next_random(4); i++) {
            uint32_t one = next_random(count), other = next_random(count);

            if (next_random(3))
                exchange(&sections[one], &sections[other], sizeof(*sections));
            else
                sections[one] = sections[other];
        }
        refused += FAILED(link_bytes(copy, image_bytes));
    }
    assert_in_range(refused, 1000, 6000);
}

/* Numbers of the tables replaced by those of other places, which fit better than random ones. */
static void numbers_of_other_sections_do_no_harm(void **state)
{
    uint32_t seed, count, i;

    (void)state;
    for (seed = 1; seed <= 10000; seed++) {
        Elf32_Shdr *sections;

        if (seed % (10000 / SOURCES) == 1)
            read_image(seed / (10000 / SOURCES) % SOURCES);
        sections = begin(seed, &count);

        for (i = 0; i < 1 + next_random(3); i++) {
            uint32_t *one = (uint32_t *)&sections[next_random(count)] + next_random(10);
            const uint32_t *other = (const uint32_t *)&sections[next_random(count)] + next_random(10);

            *one = next_random(2) ? *other : *other + next_random(64) - 32;
        }
        (void)link_bytes(copy, image_bytes);
    }
}

static void symbols_and_relocations_in_another_order_do_no_harm(void **state)
{
    uint32_t seed, count, i, k;

    (void)state;
    for (seed = 1; seed <= 6000; seed++) {
        Elf32_Shdr *sections;

        if (seed % (6000 / SOURCES) == 1)
            read_image(seed / (6000 / SOURCES) % SOURCES);
        sections = begin(seed, &count);

        for (k = 0; k < count; k++) {
            uint32_t bytes = sections[k].sh_entsize, rows = bytes ? sections[k].sh_size / bytes : 0;
            uint8_t *table = copy + sections[k].sh_offset;

            for (i = 0; rows && i < next_random(3); i++)
                exchange(table + next_random(rows) * bytes, table + next_random(rows) * bytes, bytes);
        }
        (void)link_bytes(copy, image_bytes);
    }
}

static void many_bytes_changed_and_the_rest_cut_do_no_harm(void **state)
{
    uint32_t seed, count, i;

    (void)state;
    for (seed = 1; seed <= 20000; seed++) {
        size_t size;

        if (seed % (20000 / SOURCES) == 1)
            read_image(seed / (20000 / SOURCES) % SOURCES);
        (void)begin(seed, &count);
        for (i = 0; i < 2 + next_random(30); i++) {
            uint32_t at = next_random((uint32_t)image_bytes);

            copy[at] =
                next_random(2) ? (uint8_t)next_random(256) : (uint8_t)(copy[at] ^ 1u << next_random(8));
        }
        size = next_random(4) ? image_bytes : next_random((uint32_t)image_bytes);
        (void)link_bytes(copy, size);
    }
}

/* The largest file there can be, in which every section is the same table: what is done for it is done once.
 */
static void tables_that_overlap_take_no_time(void **state)
{
    enum { SECTIONS = 64, TABLE_AT = 4096, TABLE_BYTES = IMAGE_BYTES_MAX - TABLE_AT };
    Elf32_Ehdr *header = (Elf32_Ehdr *)(void *)image;
    Elf32_Shdr *sections = (Elf32_Shdr *)(void *)(image + sizeof(*header));
    struct timespec begin_time, end_time;
    uint32_t i;

    (void)state;
    processor = &i386;
    memset(image, 0, sizeof(image));
    memcpy(header->e_ident, ELFMAG "\x01\x01\x01", 7);
    header->e_type = ET_REL;
    header->e_machine = EM_386;
    header->e_version = EV_CURRENT;
    header->e_shoff = sizeof(*header);
    header->e_shentsize = sizeof(*sections);
    header->e_shnum = SECTIONS;
    sections[1] =
        (Elf32_Shdr){.sh_type = SHT_SYMTAB, .sh_offset = 3000, .sh_size = 32, .sh_link = 2, .sh_entsize = 16};
    sections[2] = (Elf32_Shdr){.sh_type = SHT_STRTAB, .sh_offset = 3100, .sh_size = 2};
    sections[3] =
        (Elf32_Shdr){.sh_type = SHT_PROGBITS, .sh_flags = SHF_ALLOC, .sh_offset = 3200, .sh_size = 8};
    for (i = 4; i < SECTIONS; i++)
        sections[i] = (Elf32_Shdr){.sh_type = SHT_REL,
                                   .sh_offset = TABLE_AT,
                                   .sh_size = TABLE_BYTES,
                                   .sh_link = 1,
                                   .sh_info = 3,
                                   .sh_entsize = 8};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &begin_time);
    assert_int_equal(link_bytes(image, sizeof(image)), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "sections overlap");
    header->e_shnum = 5; /* and with one of them, that is as long as it can be */
    for (i = 0; i < TABLE_BYTES; i += 8)
        ((uint32_t *)(void *)(image + TABLE_AT + i))[1] = 1 << 8 | R_386_32;
    assert_int_equal(link_bytes(image, sizeof(image)), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the image does not define component_main");
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end_time);
    assert_in_range(end_time.tv_sec - begin_time.tv_sec, 0, 2); /* of the processor, with sanitizers */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_in_another_order_do_no_harm),
        cmocka_unit_test(numbers_of_other_sections_do_no_harm),
        cmocka_unit_test(symbols_and_relocations_in_another_order_do_no_harm),
        cmocka_unit_test(many_bytes_changed_and_the_rest_cut_do_no_harm),
        cmocka_unit_test(tables_that_overlap_take_no_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
