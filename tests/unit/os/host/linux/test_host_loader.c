/* Components as shared objects: instances with data of their own, that go without a trace. */
#include <cmocka_all.h>
#include <fake_world.h>
#include <os/host/linux/host_loader.h>
#include <own_process.h>
#include <pthread.h>
#include <specimen.idl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SPECIMEN "build/linux/tests/components/specimen.so"

enum { FILE_BYTES_MAX = 1 << 16 };

static uint8_t bytes[FILE_BYTES_MAX];
static uint32_t size;
static ILoader *loader;

static void read_file(const char *path)
{
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    size = (uint32_t)fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    assert_in_range(size, 1, sizeof(bytes) - 1);
}

static int set_up(void **state)
{
    (void)state;
    read_file(SPECIMEN);
    return host_loader_create(&loader) == S_OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return (int)ILoader_Release(loader);
}

static ISpecimen *construct(ILoadedImage *image, INamespace *root)
{
    ISpecimen *specimen = NULL;

    assert_int_equal(ILoadedImage_GetConstructor(image)(root, (IUnknown **)&specimen), S_OK);
    assert_non_null(specimen);
    return specimen;
}

static ILoadedImage *load(const char *name)
{
    ILoadedImage *image;
    HRESULT hr = ILoader_Load(loader, bytes, size, name, &image);

    if (FAILED(hr))
        print_message("%s\n", com_error_detail());
    assert_int_equal(hr, S_OK);
    return image;
}

/* Changes the first text of the file to another of the same length. */
static void replace(const char *text, const char *other)
{
    size_t length = strlen(text);
    uint8_t *at = memmem(bytes, size, text, length);

    assert_non_null(at);
    assert_int_equal(strlen(other), length);
    memcpy(at, other, length);
}

static void instances_have_data_of_their_own(void **state)
{
    INamespace *root = fake_namespace_create();
    ILoadedImage *one = load("one"), *two = load("two");
    ISpecimen *first = construct(one, root), *second = construct(two, root);
    uint32_t count;

    (void)state;
    assert_ptr_not_equal(first->vtbl, second->vtbl);
    assert_int_equal(ISpecimen_Count(first, &count), S_OK);
    assert_int_equal(ISpecimen_Count(first, &count), S_OK);
    assert_int_equal(count, 2);
    assert_int_equal(ISpecimen_Count(second, &count), S_OK);
    assert_int_equal(count, 1);
    ISpecimen_Release(first);
    ISpecimen_Release(second);
    ILoadedImage_Release(one);
    assert_int_equal(own_process_mappings("one"), 0);
    assert_in_range(own_process_mappings("two"), 1, 8);
    ILoadedImage_Release(two);
    assert_int_equal(INamespace_Release(root), 0);
}

static void changed_file_is_another_version(void **state)
{
    INamespace *root = fake_namespace_create();
    ILoadedImage *old = load("old"), *fresh;
    ISpecimen *first = construct(old, root), *second;
    uint32_t version;

    (void)state;
    replace("specimen version 1", "specimen version 2");
    fresh = load("fresh");
    second = construct(fresh, root);
    assert_int_equal(ISpecimen_GetVersion(first, &version), S_OK);
    assert_int_equal(version, 1);
    assert_int_equal(ISpecimen_GetVersion(second, &version), S_OK);
    assert_int_equal(version, 2);
    ISpecimen_Release(first);
    ISpecimen_Release(second);
    ILoadedImage_Release(old);
    ILoadedImage_Release(fresh);
    assert_int_equal(INamespace_Release(root), 0);
}

static void all_of_an_image_lies_in_its_range(void **state)
{
    INamespace *root = fake_namespace_create();
    ILoadedImage *image = load("whole");
    ISpecimen *specimen = construct(image, root);
    const struct com_interface *const *rows = ILoadedImage_GetInterfaces(image);
    uintptr_t start;
    size_t length;

    (void)state;
    assert_string_equal(ILoader_GetSuffix(loader), "so");
    assert_int_equal(ILoadedImage_GetRange(image, (void **)&start, &length), S_OK);
    assert_in_range((uintptr_t)ILoadedImage_GetConstructor(image), start, start + length - 1);
    assert_in_range((uintptr_t)specimen->vtbl, start, start + length - 1);
    assert_in_range((uintptr_t)rows[0], start, start + length - 1);
    assert_string_equal(rows[0]->name, "ISpecimen");
    assert_null(rows[1]);
    assert_int_equal(ILoadedImage_IsInUse(image), S_FALSE);
    ISpecimen_Release(specimen);
    assert_int_equal(ILoadedImage_IsQuiet(image), S_OK);
    ILoadedImage_Release(image);
    assert_int_equal(INamespace_Release(root), 0);
}

static void image_that_goes_leaves_nothing(void **state)
{
    uint32_t descriptors = own_process_descriptors(), i;

    (void)state;
    for (i = 0; i < 100; i++) {
        ILoadedImage *image = load("brief");

        assert_in_range(own_process_mappings("brief"), 1, 8);
        ILoadedImage_Release(image);
        assert_int_equal(own_process_mappings("brief"), 0);
    }
    assert_int_equal(own_process_descriptors(), descriptors);
}

static void refuse(HRESULT hr, const char *reason)
{
    ILoadedImage *image = (ILoadedImage *)&image;
    uint32_t descriptors = own_process_descriptors();

    assert_int_equal(ILoader_Load(loader, bytes, size, "wrong", &image), hr);
    assert_null(image);
    assert_string_equal(com_error_detail(), reason);
    assert_int_equal(own_process_descriptors(), descriptors);
    assert_int_equal(own_process_mappings("wrong"), 0);
}

static void unknown_symbol_is_named(void **state)
{
    (void)state;
    replace("com_query_one", "com_query_two");
    refuse(OS_E_UNRESOLVED, "no such symbol: com_query_two");
}

static void symbol_that_only_the_c_library_has_is_unknown(void **state)
{
    (void)state;
    replace("strncpy", "sprintf");
    refuse(OS_E_UNRESOLVED, "no such symbol: sprintf");
}

static void wrong_files_are_refused(void **state)
{
    (void)state;
    size -= 6000;
    refuse(OS_E_BAD_IMAGE, "a segment lies outside the file");
    size = 0;
    refuse(OS_E_BAD_IMAGE, "this is no ELF file");
    read_file("build/kernel-i386/tests/components/specimen.elf");
    refuse(OS_E_BAD_IMAGE, "the image is for another processor");
    read_file("README.md");
    refuse(OS_E_BAD_IMAGE, "this is no ELF file");
}

/* ---- threads ---- */

static uint32_t spins; /* atomic */

static void *spin(void *argument)
{
    while (__atomic_load_n(&spins, __ATOMIC_RELAXED))
        ;
    return argument;
}

static void image_is_quiet_when_threads_have_been_elsewhere(void **state)
{
    const struct timespec pause = {0, 10000000};
    ILoadedImage *image = load("quiet");
    pthread_t thread;
    uint32_t asked;

    (void)state;
    __atomic_store_n(&spins, 1, __ATOMIC_RELAXED);
    assert_int_equal(pthread_create(&thread, NULL, spin, NULL), 0);
    assert_int_equal(ILoadedImage_IsQuiet(image), S_FALSE); /* it may be there */
    for (asked = 0; ILoadedImage_IsQuiet(image) == S_FALSE && asked < 1000; asked++)
        nanosleep(&pause, NULL);
    assert_in_range(asked, 1, 999); /* it has run on since, though it never slept */
    __atomic_store_n(&spins, 0, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    ILoadedImage_Release(image);
}

/* @param argument  the end of a pipe: sleeps until the other is closed */
static void *sleep_long(void *argument)
{
    char byte;

    while (read(*(int *)argument, &byte, 1) > 0)
        ;
    return NULL;
}

static void sleeping_threads_are_elsewhere(void **state)
{
    const struct timespec pause = {0, 10000000};
    ILoadedImage *image = load("quiet");
    pthread_t thread;
    uint32_t asked;
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(pthread_create(&thread, NULL, sleep_long, &ends[0]), 0);
    for (asked = 0; ILoadedImage_IsQuiet(image) == S_FALSE && asked < 1000; asked++)
        nanosleep(&pause, NULL); /* until it sleeps; it does not run on, which would be quiet, too */
    assert_in_range(asked, 0, 999);
    close(ends[1]);
    pthread_join(thread, NULL);
    close(ends[0]);
    ILoadedImage_Release(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(instances_have_data_of_their_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(changed_file_is_another_version, set_up, tear_down),
        cmocka_unit_test_setup_teardown(all_of_an_image_lies_in_its_range, set_up, tear_down),
        cmocka_unit_test_setup_teardown(image_that_goes_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_symbol_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(symbol_that_only_the_c_library_has_is_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(wrong_files_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(image_is_quiet_when_threads_have_been_elsewhere, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sleeping_threads_are_elsewhere, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
