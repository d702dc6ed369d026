/* The loader as a component, with an image for the i386; what is in images is test_elf.c's. */
#include <cmocka_all.h>
#include <arch_elf.h>
#include <fake_machine.h>
#include <fake_world.h>
#include <os/loader.idl.h>
#include <os_exports.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

HRESULT loader_component_main(INamespace *ns, IUnknown **out_object);

#define IMAGE "build/kernel-i386/components/calculator.elf"

/* A few of the symbols that images want. */
const char os_export_names[] =
    "com_query_one\0rpc_proxy_AddRef\0rpc_proxy_QueryInterface\0rpc_proxy_Release\0rpc_table_call\0"
    "rpc_table_serve\0";
const void *const os_exports[] = {"1", "2", "3", "4", "5", "6"};

static uint8_t *image;
static size_t image_bytes;

static int read_image(void **state)
{
    FILE *file = fopen(IMAGE, "rb");

    (void)state;
    if (!file)
        return -1;
    image = malloc(1 << 16);
    image_bytes = image ? fread(image, 1, 1 << 16, file) : 0;
    fclose(file);
    return image_bytes ? 0 : -1;
}

static int free_image(void **state)
{
    (void)state;
    free(image);
    return 0;
}

static ILoader *create_loader(void)
{
    INamespace *ns = fake_namespace_create();
    ILoader *loader;

    fake_register(ns, "heap", machine.heap);
    fake_register(ns, "threads", machine.threads);
    fake_register(ns, "icu", machine.icu);
    assert_int_equal(loader_component_main(ns, (IUnknown **)&loader), S_OK);
    INamespace_Release(ns);
    return loader;
}

static void load_and_unload(void *argument)
{
    ILoader *loader = create_loader();
    size_t free_before, free_after, largest, bytes;
    void *start, *other;
    ILoadedImage *one, *two;

    (void)argument;
    assert_string_equal(ILoader_GetSuffix(loader), "elf");
    assert_int_equal(IHeap_GetFree(machine.heap, &free_before, &largest), S_OK);
    assert_int_equal(ILoader_Load(loader, image, (uint32_t)image_bytes, "one", &one), S_OK);
    assert_int_equal(ILoader_Load(loader, image, (uint32_t)image_bytes, "two", &two), S_OK);
    assert_int_equal(ILoadedImage_GetRange(one, &start, &bytes), S_OK);
    assert_int_equal(ILoadedImage_GetRange(two, &other, &bytes), S_OK);
    assert_ptr_not_equal(start, other); /* instances of their own */
    assert_in_range((uintptr_t)ILoadedImage_GetConstructor(two), (uintptr_t)other, (uintptr_t)other + bytes);
    assert_int_equal(ILoadedImage_IsInUse(one), S_FALSE);
    assert_int_equal(ILoadedImage_IsQuiet(one), S_OK);
    ILoadedImage_Release(one);
    ILoadedImage_Release(two);
    assert_int_equal(IHeap_GetFree(machine.heap, &free_after, &largest), S_OK);
    assert_int_equal(free_after, free_before);
}

static void instances_have_memory_of_their_own_and_give_it_back(void **state)
{
    (void)state;
    fake_machine_run(load_and_unload, NULL);
}

static void load_wrong_files(void *argument)
{
    ILoader *loader = create_loader();
    ILoadedImage *loaded = (ILoadedImage *)&loaded;
    size_t free_before, free_after, largest;

    (void)argument;
    assert_int_equal(IHeap_GetFree(machine.heap, &free_before, &largest), S_OK);
    assert_int_equal(ILoader_Load(loader, image, (uint32_t)image_bytes - 1, "cut", &loaded), OS_E_BAD_IMAGE);
    assert_null(loaded);
    assert_int_equal(ILoader_Load(loader, image, 0, "empty", &loaded), OS_E_BAD_IMAGE);
    assert_int_equal(IHeap_GetFree(machine.heap, &free_after, &largest), S_OK);
    assert_int_equal(free_after, free_before);
}

static void wrong_files_leave_nothing(void **state)
{
    (void)state;
    fake_machine_run(load_wrong_files, NULL);
}

static HRESULT routine(void *context)
{
    (void)context;
    return E_FAIL;
}

static void end_at_once(void *argument)
{
    (void)argument;
}

/* What still leads into an image is found: here with code of this program, that lies where the "image" is. */
static void look_for_uses(void *argument)
{
    const char *who = NULL;

    (void)argument;
    assert_int_equal(IInterruptController_FindIn(machine.icu, (void *)(uintptr_t)routine, 1, &who), S_FALSE);
    assert_int_equal(IInterruptController_Connect(machine.icu, 5, "device", routine, NULL, NULL), S_OK);
    assert_int_equal(IInterruptController_FindIn(machine.icu, (void *)(uintptr_t)routine, 1, &who), S_OK);
    assert_string_equal(who, "device");
    assert_int_equal(IInterruptController_Disconnect(machine.icu, 5, routine, NULL), S_OK);
    assert_int_equal(IInterruptController_FindIn(machine.icu, (void *)(uintptr_t)routine, 1, &who), S_FALSE);

    assert_int_equal(IThreads_FindIn(machine.threads, (void *)(uintptr_t)end_at_once, 1, &who), S_FALSE);
    fake_machine_thread("short", end_at_once, NULL);
    assert_int_equal(IThreads_FindIn(machine.threads, (void *)(uintptr_t)end_at_once, 1, &who), S_OK);
    assert_string_equal(who, "short");
    assert_int_equal(IThreads_Yield(machine.threads), S_OK);
    assert_int_equal(IThreads_FindIn(machine.threads, (void *)(uintptr_t)end_at_once, 1, &who), S_FALSE);
}

static void threads_and_routines_are_found(void **state)
{
    (void)state;
    fake_machine_run(look_for_uses, NULL);
}

static int start_machine(void **state)
{
    fake_machine_start();
    return read_image(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(instances_have_memory_of_their_own_and_give_it_back),
        cmocka_unit_test(wrong_files_leave_nothing),
        cmocka_unit_test(threads_and_routines_are_found),
    };

    return cmocka_run_group_tests(tests, start_machine, free_image);
}
