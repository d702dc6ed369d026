/* Images that mml packs, as the RomFS of a kernel reads them. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <com/namespace.idl.h>
#include <os/file.idl.h>
#include <os_romfs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "../../../../tools/mml/romfs_image.h"

#define LONGEST_NAME "a-name-of-47-letters-is-the-longest-that-is.txt"

HRESULT romfs_component_main(INamespace *ns, IUnknown **out_object);

const void *const linked_romfs; /* nothing: what is found comes from the module */

/* Packs the files, mounts the image as a boot module of exactly its size, and returns the namespace. */
static INamespace *mount(struct romfs_image_file *files, size_t count, uint8_t **out_image)
{
    size_t size_bytes = romfs_image_bytes(files, count);
    uint8_t *image =
        malloc(size_bytes); /* to the byte, so that ASan sees what is read or written behind it */
    IUnknown *object = NULL;

    assert_non_null(image);
    memset(image, 0xA5, size_bytes);
    romfs_image_pack(files, count, image);
    machine.modules[0].start = image;
    machine.modules[0].bytes = size_bytes;
    machine.written_bytes = 0;
    assert_int_equal(romfs_component_main(NULL, &object), S_OK);
    assert_int_equal(machine.written_bytes, 0); /* it would say that the module is none */
    *out_image = image;
    return (INamespace *)object;
}

static void unmount(uint8_t *image)
{
    machine.modules[0].start = NULL;
    free(image);
}

static void expect_file(INamespace *romfs, const char *name, const void *data, size_t size_bytes)
{
    uint8_t *got = malloc(size_bytes + 1);
    IFile *file;
    uint32_t length;
    uint64_t size;

    assert_non_null(got);
    assert_int_equal(INamespace_Bind(romfs, name, 0, (IUnknown **)&file), S_OK);
    assert_int_equal(IFile_GetSize(file, &size), S_OK);
    assert_int_equal(size, size_bytes);
    assert_int_equal(IFile_Read(file, 0, (uint32_t)size_bytes + 1, got, &length), S_OK);
    assert_int_equal(length, size_bytes);
    if (size_bytes)
        assert_memory_equal(got, data, size_bytes);
    IFile_Release(file);
    free(got);
}

static void what_is_packed_is_read(void **state)
{
    static const char names[] = "B\0_\0" LONGEST_NAME "\0a.txt\0empty\0pump.elf";
    static const uint8_t bytes[] = {0, 1, 2, 0xFF, 0xFE};
    struct romfs_image_file files[] = {
        {"pump.elf", bytes, sizeof(bytes)},
        {"empty", NULL, 0},
        {"a.txt", "text", 4},
        {LONGEST_NAME, "x", 1},
        {"_", "under", 5},
        {"B", bytes, 3},
    };
    char listed[256];
    uint32_t length;
    uint8_t *image;
    INamespace *romfs = mount(files, 6, &image);

    (void)state;
    expect_file(romfs, "pump.elf", bytes, sizeof(bytes));
    expect_file(romfs, "empty", NULL, 0);
    expect_file(romfs, "a.txt", "text", 4);
    expect_file(romfs, LONGEST_NAME, "x", 1);
    expect_file(romfs, "_", "under", 5);
    expect_file(romfs, "B", bytes, 3);
    assert_int_equal(INamespace_List(romfs, "", sizeof(listed), listed, &length), S_OK);
    assert_int_equal(length, sizeof(names));
    assert_memory_equal(listed, names, sizeof(names));
    unmount(image);
}

static void an_image_of_nothing_is_one(void **state)
{
    IUnknown *object;
    uint8_t *image;
    INamespace *romfs = mount(NULL, 0, &image);

    (void)state;
    assert_int_equal(romfs_image_bytes(NULL, 0), sizeof(struct romfs_header));
    assert_int_equal(INamespace_Bind(romfs, "a.txt", 0, &object), NS_E_NOT_FOUND);
    unmount(image);
}

/* Lengths around the padding, and so many files that the order matters: what sorts as text, not as numbers.
 */
static void many_files_of_many_lengths_are_found(void **state)
{
    enum { COUNT = 200 };
    static char names[COUNT][16];
    static uint8_t data[COUNT];
    struct romfs_image_file files[COUNT];
    INamespace *romfs;
    uint8_t *image;
    int i;

    (void)state;
    for (i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof(names[i]), "file-%d", i);
        data[i] = (uint8_t)(i * 7 + 1);
        files[i] = (struct romfs_image_file){names[i], data, (size_t)i};
    }
    romfs = mount(files, COUNT, &image);
    for (i = 0; i < COUNT; i++)
        expect_file(romfs, names[i], data, (size_t)i);
    unmount(image);
}

static void contents_are_aligned_to_words(void **state)
{
    struct romfs_image_file files[] = {{"a", "x", 1}, {"b", "word", 4}};
    const struct romfs_entry *entries;
    uint8_t *image;

    (void)state;
    (void)mount(files, 2, &image);
    entries = (const struct romfs_entry *)(const void *)(image + sizeof(struct romfs_header));
    assert_int_equal(entries[0].offset % 4, 0);
    assert_int_equal(entries[1].offset, entries[0].offset + 4);
    assert_memory_equal(image + entries[0].offset, "x\0\0\0word", 8);
    assert_int_equal(romfs_image_bytes(files, 2), entries[1].offset + 4);
    unmount(image);
}

static void names_are_those_that_the_reader_takes(void **state)
{
    (void)state;
    assert_true(romfs_image_name_is_valid("pump.elf"));
    assert_true(romfs_image_name_is_valid(LONGEST_NAME));
    assert_false(romfs_image_name_is_valid(LONGEST_NAME "s"));
    assert_false(romfs_image_name_is_valid(""));
    assert_false(romfs_image_name_is_valid(".."));
    assert_false(romfs_image_name_is_valid("a b"));
    assert_false(romfs_image_name_is_valid("folder/file"));
    assert_false(romfs_image_name_is_valid("na\xC3\xAFve"));
}

static void what_no_image_can_hold_is_told(void **state)
{
    struct romfs_image_file files[] = {{"a", "", UINT32_MAX}, {"b", "", 1}};

    (void)state;
    assert_int_equal(romfs_image_bytes(files, 2), SIZE_MAX);
    files[0].size_bytes = (size_t)UINT32_MAX + 1;
    assert_int_equal(romfs_image_bytes(files, 1), SIZE_MAX);
    files[0].size_bytes = UINT32_MAX / 2;
    assert_int_equal(romfs_image_bytes(files, 1),
                     sizeof(struct romfs_header) + sizeof(struct romfs_entry) + UINT32_MAX / 2 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_packed_is_read),
        cmocka_unit_test(an_image_of_nothing_is_one),
        cmocka_unit_test(many_files_of_many_lengths_are_found),
        cmocka_unit_test(contents_are_aligned_to_words),
        cmocka_unit_test(names_are_those_that_the_reader_takes),
        cmocka_unit_test(what_no_image_can_hold_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
