/* Files in memory: images as the build packs them, whole and damaged. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <com/namespace.idl.h>
#include <os/file.idl.h>
#include <os_romfs.h>
#include <stdlib.h>
#include <string.h>

HRESULT romfs_component_main(INamespace *ns, IUnknown **out_object);

/* An image of three files. */
struct small_image {
    struct romfs_header header;
    struct romfs_entry entries[3];
    char data[20];
};

static const struct small_image whole = {
    {"MMROMFS1", sizeof(struct small_image), 3},
    {{"a.txt", sizeof(struct small_image) - 20, 5},
     {"b", sizeof(struct small_image) - 12, 0},
     {"c.elf", sizeof(struct small_image) - 12, 12}},
    "hello\0\0\0twelve bytes",
};

const void *const linked_romfs = &whole;

static INamespace *mount(void)
{
    IUnknown *object = NULL;

    assert_int_equal(romfs_component_main(NULL, &object), S_OK);
    return (INamespace *)object;
}

static void expect_file(INamespace *romfs, const char *name, const char *contents)
{
    char got[64];
    IFile *file;
    uint32_t length;
    uint64_t size;

    assert_int_equal(INamespace_Bind(romfs, name, 0, (IUnknown **)&file), S_OK);
    assert_int_equal(IFile_GetSize(file, &size), S_OK);
    assert_int_equal(size, strlen(contents));
    assert_int_equal(IFile_Read(file, 0, sizeof(got), (uint8_t *)got, &length), S_OK);
    assert_int_equal(length, strlen(contents));
    assert_memory_equal(got, contents, length);
    assert_int_equal(IFile_Read(file, 1, 2, (uint8_t *)got, &length), S_OK);
    assert_int_equal(length, strlen(contents) > 2 ? 2 : 0);
    assert_memory_equal(got, contents + 1, length);
    assert_int_equal(IFile_Read(file, UINT64_MAX, 2, (uint8_t *)got, &length), S_OK);
    assert_int_equal(length, 0);
    assert_int_equal(IFile_Write(file, 0, (const uint8_t *)"x", 1), E_ACCESSDENIED);
    IFile_Release(file);
}

static void files_are_read_by_name(void **state)
{
    INamespace *romfs = mount();
    IUnknown *object;

    (void)state;
    expect_file(romfs, "a.txt", "hello");
    expect_file(romfs, "b", "");
    expect_file(romfs, "/c.elf", "twelve bytes");
    assert_int_equal(INamespace_Bind(romfs, "d", 0, &object), NS_E_NOT_FOUND);
    assert_null(object);
    assert_int_equal(INamespace_Bind(romfs, "b/c", 0, &object), NS_E_NOT_NAMESPACE);
    assert_int_equal(INamespace_Bind(romfs, "", 0, &object), S_OK);
    assert_ptr_equal(object, romfs);
    assert_int_equal(INamespace_Register(romfs, "x", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(romfs, "b"), NS_E_READ_ONLY);
}

static void expect_names(INamespace *romfs, const char *expected, size_t size)
{
    char names[256];
    uint32_t length;

    assert_int_equal(INamespace_List(romfs, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, size);
    assert_memory_equal(names, expected, size);
}

static void names_are_listed_in_order(void **state)
{
    static const char expected[] = "a.txt\0b\0c.elf";
    char small[6];
    uint32_t length;
    INamespace *romfs = mount();

    (void)state;
    expect_names(romfs, expected, sizeof(expected));
    assert_int_equal(INamespace_List(romfs, "", sizeof(small), small, &length), S_FALSE);
    assert_string_equal(small, "a.txt");
    assert_int_equal(INamespace_List(romfs, "b", sizeof(small), small, &length), S_OK);
    assert_string_equal(small, "c.elf");
}

static void boot_modules_come_first(void **state)
{
    static const char expected[] = "a.txt\0b\0c.elf\0new";
    struct small_image module = whole;
    INamespace *romfs;

    (void)state;
    strcpy(module.entries[1].name, "b");
    strcpy(module.entries[2].name, "new");
    memcpy(module.data, "other", 5);
    machine.modules[0].start = &module;
    machine.modules[0].bytes = sizeof(module);
    romfs = mount();
    expect_file(romfs, "a.txt", "other");
    expect_file(romfs, "c.elf", "twelve bytes");
    expect_names(romfs, expected, sizeof(expected));
    machine.modules[0].start = NULL;
}

static void all_modules_are_mounted_and_others_named(void **state)
{
    static const char said[] = "romfs: boot module 3 is no image\n";
    struct small_image modules[BOARD_MODULES_MAX];
    char last[8] = "last0";
    INamespace *romfs;
    IUnknown *object;
    uint32_t i;

    (void)state;
    for (i = 0; i < BOARD_MODULES_MAX; i++) {
        modules[i] = whole;
        last[4] = (char)('0' + i);
        strcpy(modules[i].entries[2].name, last);
        machine.modules[i].start = &modules[i];
        machine.modules[i].bytes = sizeof(modules[i]);
    }
    modules[2].header.magic[0] = '?';
    romfs = mount();
    assert_int_equal(machine.written_bytes, strlen(said));
    assert_memory_equal(machine.written, said, strlen(said));
    for (i = 0; i < BOARD_MODULES_MAX; i++) {
        last[4] = (char)('0' + i);
        assert_int_equal(INamespace_Bind(romfs, last, 0, &object), i == 2 ? NS_E_NOT_FOUND : S_OK);
        if (object)
            IUnknown_Release(object);
        machine.modules[i].start = NULL;
    }
    expect_file(romfs, "c.elf", "twelve bytes"); /* the linked one is behind them all */
}

/* Every byte of the tables changed, every length cut: the image is taken or left out, and nothing is read
 * beyond it. */
static void damaged_modules_do_no_harm(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x2F, 0x7F, 0x80, 0xFF};
    size_t i, k, size;

    (void)state;
    for (size = 0; size <= sizeof(whole); size++) {
        for (i = 0; i < (size == sizeof(whole) ? sizeof(whole) - 20 : 1); i++) {
            for (k = 0; k < sizeof(values); k++) {
                uint8_t *module = malloc(size ? size : 1);
                char names[256];
                uint32_t length;
                INamespace *romfs;
                IUnknown *object;

                assert_non_null(module);
                memcpy(module, &whole, size);
                if (size == sizeof(whole))
                    module[i] = values[k];
                machine.modules[0].start = module;
                machine.modules[0].bytes = size;
                romfs = mount();
                assert_int_equal(INamespace_List(romfs, "", sizeof(names), names, &length), S_OK);
                assert_int_equal(INamespace_Bind(romfs, "a.txt", 0, &object),
                                 S_OK); /* the linked one is there */
                assert_int_equal(IFile_Read((IFile *)object, 0, sizeof(names), (uint8_t *)names, &length),
                                 S_OK);
                IUnknown_Release(object);
                free(module);
            }
        }
    }
    machine.modules[0].start = NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_read_by_name),
        cmocka_unit_test(names_are_listed_in_order),
        cmocka_unit_test(boot_modules_come_first),
        cmocka_unit_test(all_modules_are_mounted_and_others_named),
        cmocka_unit_test(damaged_modules_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
