/*
 * Images for each processor, made by the build, checked and linked on this machine: whole ones, and the same
 * with every byte changed, every length cut, and what is wrong in ways that only a person thinks of. (Running
 * them is for a kernel.)
 */
#include <arch_elf.h>
#include <cmocka_all.h>
#include <com_impl.h>
#include <loader/elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wire.h>

enum { IMAGE_MAX = 1 << 16, SYMBOL_BYTES = 16, INDEX_ABSOLUTE = 0xFFF1 };

#define IMPORT 0x00100000u /* where all imports are */

/* As tests/SConscript names what is in os/arch/armv7m/relocate.c, beside the machine's own. */
extern const uint16_t armv7m_elf_machine;
extern const uint32_t armv7m_veneer_bytes;
HRESULT armv7m_relocate(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);
void armv7m_write_veneer(uint8_t *place, uint32_t value);

static struct processor {
    const char *path; /* of an image */
    uint32_t address; /* where it goes; on the armv7m out of reach of branches to what it imports */
    const uint16_t *machine;
    const uint32_t *veneer_bytes;
    HRESULT (*relocate)(uint32_t type, uint8_t *place, uint32_t place_address, uint32_t value);
    void (*write_veneer)(uint8_t *place, uint32_t value);
    uint8_t image[IMAGE_MAX];
    size_t size;
} i386 = {.path = "build/kernel-i386/components/calculator.elf",
          .address = 0x00200000,
          .machine = &arch_elf_machine,
          .veneer_bytes = &arch_veneer_bytes,
          .relocate = arch_relocate,
          .write_veneer = arch_write_veneer},
  armv7m = {.path = "build/kernel-armv7m/components/calculator.elf",
            .address = 0x21000000,
            .machine = &armv7m_elf_machine,
            .veneer_bytes = &armv7m_veneer_bytes,
            .relocate = armv7m_relocate,
            .write_veneer = armv7m_write_veneer};

static int read_image(struct processor *processor)
{
    FILE *file = fopen(processor->path, "rb");

    if (!file)
        return -1;
    processor->size = fread(processor->image, 1, sizeof(processor->image), file);
    fclose(file);
    return processor->size > 0 && processor->size < sizeof(processor->image) ? 0 : -1;
}

static int read_images(void **state)
{
    (void)state;
    return read_image(&i386) == 0 && read_image(&armv7m) == 0 ? 0 : -1;
}

/* Every symbol is at the same place, but one that nobody has. */
static bool resolve(void *context, const char *name, uint32_t *out_address)
{
    *out_address = IMPORT;
    return !context || strcmp(name, (const char *)context) != 0;
}

static struct elf_target target_of(const struct processor *processor, const char *missing)
{
    struct elf_target target = {.address = processor->address,
                                .relocate = processor->relocate,
                                .write_veneer = processor->write_veneer,
                                .resolve = resolve,
                                .context = (void *)(uintptr_t)missing};

    return target;
}

/* Opens and links a file of exactly these bytes. */
static HRESULT link_bytes(const struct processor *processor, const uint8_t *bytes, size_t size,
                          const char *missing)
{
    struct elf_target target = target_of(processor, missing);
    uint8_t *copy = malloc(size ? size : 1); /* a read beyond it is seen */
    struct elf_file file;
    uint32_t found;
    HRESULT hr;

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    com_set_error_detail("");
    hr = elf_open(copy, size, *processor->machine, *processor->veneer_bytes, &file);
    if (SUCCEEDED(hr)) {
        target.memory = malloc(file.memory_bytes ? file.memory_bytes : 1);
        assert_non_null(target.memory);
        hr = elf_load(&file, &target);
        if (SUCCEEDED(hr))
            hr = elf_find(&file, target.address, "component_main", &found);
        free(target.memory);
    }
    free(copy);
    assert_true(hr == S_OK || hr == OS_E_BAD_IMAGE || hr == OS_E_UNRESOLVED);
    if (FAILED(hr))
        assert_true(*com_error_detail()); /* always with a reason */
    return hr;
}

static uint8_t *copy_of(const struct processor *processor)
{
    uint8_t *copy = malloc(processor->size);

    assert_non_null(copy);
    memcpy(copy, processor->image, processor->size);
    return copy;
}

static void whole_image_is_linked(void **state)
{
    const struct processor *processor = *state;
    const uint32_t start = processor->address;
    struct elf_target target = target_of(processor, NULL);
    struct elf_file file;
    uint32_t constructor, interfaces;

    assert_int_equal(
        elf_open(processor->image, processor->size, *processor->machine, *processor->veneer_bytes, &file),
        S_OK);
    assert_in_range(file.memory_bytes, 500, 10000);
    target.memory = malloc(file.memory_bytes);
    assert_non_null(target.memory);
    assert_int_equal(elf_load(&file, &target), S_OK);
    assert_int_equal(elf_find(&file, start, "component_main", &constructor), S_OK);
    assert_int_equal(elf_find(&file, start, "component_interfaces", &interfaces), S_OK);
    assert_in_range(constructor, start, start + file.memory_bytes - 1);
    assert_in_range(interfaces, start, start + file.memory_bytes - 8);
    /* The table's first row points into the image, the last is NULL: relocated, and where it was looked for.
     */
    assert_in_range(wire_load_fixed32(target.memory + (interfaces - start)), start,
                    start + file.memory_bytes);
    assert_int_equal(wire_load_fixed32(target.memory + (interfaces - start) + 4), 0);
    assert_int_equal(elf_find(&file, start, "nothing", &interfaces), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the image does not define nothing");
    free(target.memory);
}

static void unknown_symbol_is_named(void **state)
{
    const struct processor *processor = *state;

    assert_int_equal(link_bytes(processor, processor->image, processor->size, "com_query_one"),
                     OS_E_UNRESOLVED);
    assert_string_equal(com_error_detail(), "no such symbol: com_query_one");
}

static void image_cut_at_any_byte_is_refused(void **state)
{
    const struct processor *processor = *state;
    size_t size;

    for (size = 0; size < processor->size; size++)
        assert_int_equal(link_bytes(processor, processor->image, size, NULL), OS_E_BAD_IMAGE);
}

static void image_with_any_byte_changed_does_no_harm(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    const struct processor *processor = *state;
    uint8_t *copy = copy_of(processor);
    size_t i, k;

    for (i = 0; i < processor->size; i++) {
        for (k = 0; k < sizeof(values); k++) {
            copy[i] = values[k];
            (void)link_bytes(processor, copy, processor->size, NULL); /* refused or not: within its bytes */
        }
        copy[i] = processor->image[i];
    }
    free(copy);
}

static void image_with_many_bytes_changed_does_no_harm(void **state)
{
    const struct processor *processor = *state;
    uint8_t *copy = copy_of(processor);
    uint32_t random = 1, round, i;

    for (round = 0; round < 20000; round++) {
        memcpy(copy, processor->image, processor->size);
        for (i = 0; i < 1 + round % 8; i++) {
            size_t at;

            random = random * 1664525u + 1013904223u;
            at = (random >> 8) % processor->size;
            if (round % 2) /* the tables at the end, mostly */
                at = processor->size - 1 - at % (processor->size / 2);
            copy[at] = (uint8_t)(random >> 24);
        }
        (void)link_bytes(processor, copy, processor->size, NULL);
    }
    free(copy);
}

/* What is wrong is said. */
static void reasons_are_given(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        const char *reason;
    } cases[] = {
        {0, 'X', "this is no 32-bit little-endian ELF file"},
        {4, 2, "this is no 32-bit little-endian ELF file"},
        {16, 2, "the image is not relocatable"},
        {18, 62, "the image is for another processor"},
        {35, 0xFF, "the section table is malformed, or too long"},
        {46, 64, "the section table is malformed, or too long"},
        {49, 0xFF, "the section table is malformed, or too long"},
    };
    const struct processor *processor = *state;
    uint8_t *copy = copy_of(processor);
    size_t i;

    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(copy, processor->image, processor->size);
        copy[cases[i].at] = cases[i].value;
        assert_int_equal(link_bytes(processor, copy, processor->size, NULL), OS_E_BAD_IMAGE);
        assert_string_equal(com_error_detail(), cases[i].reason);
    }
    free(copy);
}

static void image_of_another_processor_is_refused(void **state)
{
    (void)state;
    assert_int_equal(link_bytes(&i386, armv7m.image, armv7m.size, NULL), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the image is for another processor");
    assert_int_equal(link_bytes(&armv7m, i386.image, i386.size, NULL), OS_E_BAD_IMAGE);
}

/* ---- veneers: what only a processor whose branches do not reach everything has ---- */

/* Each import that is branched to has one behind the image, which goes on where the import is. */
static void far_imports_have_veneers(void **state)
{
    struct elf_target target = target_of(&armv7m, NULL);
    struct elf_file file;
    uint32_t at, written = 0;

    (void)state;
    assert_int_equal(elf_open(armv7m.image, armv7m.size, armv7m_elf_machine, armv7m_veneer_bytes, &file),
                     S_OK);
    assert_int_equal(file.veneers % 4, 0);
    target.memory = malloc(file.memory_bytes);
    assert_non_null(target.memory);
    assert_int_equal(elf_load(&file, &target), S_OK);
    for (at = file.veneers; at < file.memory_bytes; at += armv7m_veneer_bytes) {
        uint8_t expected[8];

        armv7m_write_veneer(expected, IMPORT);
        if (memcmp(target.memory + at, expected, sizeof(expected)) == 0)
            written++;
        else
            assert_int_equal(wire_load_fixed32(target.memory + at), 0); /* it is not branched to */
    }
    assert_in_range(written, 2, (file.memory_bytes - file.veneers) / armv7m_veneer_bytes);
    free(target.memory);

    target.address = IMPORT + 0x1000; /* near: nothing is needed */
    target.memory = malloc(file.memory_bytes);
    assert_non_null(target.memory);
    assert_int_equal(elf_load(&file, &target), S_OK);
    for (at = file.veneers; at < file.memory_bytes; at++)
        assert_int_equal(target.memory[at], 0);
    free(target.memory);
}

/* Has a symbol of that name, at `first` or behind it, in no section. */
static uint8_t *make_absolute(uint8_t *bytes, const struct elf_file *file, uint32_t first, const char *name)
{
    uint8_t *symbol = bytes + ((const uint8_t *)file->symbols - bytes) + first * SYMBOL_BYTES;

    while (strcmp(file->names + wire_load_fixed32(symbol), name) != 0)
        symbol += SYMBOL_BYTES;
    symbol[14] = (uint8_t)INDEX_ABSOLUTE;
    symbol[15] = INDEX_ABSOLUTE >> 8;
    return symbol;
}

/* Somebody's address is not the image's own. */
static void entry_outside_of_the_image_is_refused(void **state)
{
    const struct processor *processor = *state;
    uint8_t *copy = copy_of(processor);
    struct elf_file file;

    assert_int_equal(elf_open(copy, processor->size, *processor->machine, *processor->veneer_bytes, &file),
                     S_OK);
    (void)make_absolute(copy, &file, 0, "component_main");
    assert_int_equal(link_bytes(processor, copy, processor->size, NULL), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the image does not define component_main");
    free(copy);
}

/* What the image itself says is far away cannot be branched to: it has no veneer. */
static void far_symbol_of_the_image_is_refused(void **state)
{
    uint8_t *copy = copy_of(&armv7m);
    const uint8_t *symbol;
    struct elf_file file;

    (void)state;
    assert_int_equal(elf_open(copy, armv7m.size, armv7m_elf_machine, armv7m_veneer_bytes, &file), S_OK);
    symbol = make_absolute(copy, &file, file.first_import, "com_query_one");
    assert_int_equal(wire_load_fixed32(symbol + 4), 0);
    assert_int_equal(link_bytes(&armv7m, copy, armv7m.size, NULL), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "a branch does not reach com_query_one");
    free(copy);
}

/* A test of an image of each processor. */
#define TEST_OF(processor, function)                                      \
    {                                                                     \
#function " (" #processor ")", function, NULL, NULL, &(processor) \
    }
#define TEST_OF_EACH(function) TEST_OF(i386, function), TEST_OF(armv7m, function)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_OF_EACH(whole_image_is_linked),
        TEST_OF_EACH(unknown_symbol_is_named),
        TEST_OF_EACH(image_cut_at_any_byte_is_refused),
        TEST_OF_EACH(image_with_any_byte_changed_does_no_harm),
        TEST_OF_EACH(image_with_many_bytes_changed_does_no_harm),
        TEST_OF_EACH(reasons_are_given),
        TEST_OF_EACH(entry_outside_of_the_image_is_refused),
        cmocka_unit_test(image_of_another_processor_is_refused),
        cmocka_unit_test(far_imports_have_veneers),
        cmocka_unit_test(far_symbol_of_the_image_is_refused),
    };

    return cmocka_run_group_tests(tests, read_images, NULL);
}
