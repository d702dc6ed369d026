/*
 * Images for the i386, made by the build, checked and linked on this machine: whole ones, and the same with
 * every byte changed, every length cut, and what is wrong in ways that only a person thinks of. (Running them
 * is for a kernel.)
 */
#include <cmocka_all.h>
#include <arch_elf.h>
#include <fake_machine.h>
#include <fake_world.h>
#include <loader/elf.h>
#include <os/file.idl.h>
#include <os/loader.idl.h>
#include <os_exports.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wire.h>

HRESULT loader_component_main(INamespace *ns, IUnknown **out_object);

#define IMAGE "build/kernel-i386/components/calculator.elf"
#define ADDRESS 0x00200000u

/* A few of the symbols that images want, in their order. */
const struct os_export os_exports[] = {
    {"com_query_one", "x"},
    {"rpc_call_begin", "x"},
    {"rpc_call_end", "x"},
    {"rpc_call_invoke", "x"},
    {"rpc_incoming_execute", "x"},
    {"rpc_proxy_AddRef", "x"},
    {"rpc_proxy_QueryInterface", "x"},
    {"rpc_proxy_Release", "x"},
};
const uint32_t os_export_count = sizeof(os_exports) / sizeof(os_exports[0]);

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

/* Every symbol is at the same place, but one that nobody has. */
static bool resolve(void *context, const char *name, uint32_t *out_address)
{
    *out_address = 0x00100000;
    return !context || strcmp(name, (const char *)context) != 0;
}

/* Opens and links a file of exactly these bytes. */
static HRESULT link_bytes(const uint8_t *bytes, size_t size, const char *missing)
{
    struct elf_target target = {.address = ADDRESS, .relocate = arch_relocate, .resolve = resolve};
    uint8_t *copy = malloc(size ? size : 1); /* a read beyond it is seen */
    struct elf_file file;
    uint32_t found;
    HRESULT hr;

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    target.context = (void *)(uintptr_t)missing;
    com_set_error_detail("");
    hr = elf_open(copy, size, arch_elf_machine, &file);
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

static void whole_image_is_linked(void **state)
{
    struct elf_target target = {.address = ADDRESS, .relocate = arch_relocate, .resolve = resolve};
    struct elf_file file;
    uint32_t constructor, interfaces;

    (void)state;
    assert_int_equal(elf_open(image, image_bytes, arch_elf_machine, &file), S_OK);
    assert_in_range(file.memory_bytes, 1000, 10000);
    target.memory = malloc(file.memory_bytes);
    assert_non_null(target.memory);
    assert_int_equal(elf_load(&file, &target), S_OK);
    assert_int_equal(elf_find(&file, ADDRESS, "component_main", &constructor), S_OK);
    assert_int_equal(elf_find(&file, ADDRESS, "component_interfaces", &interfaces), S_OK);
    assert_in_range(constructor, ADDRESS, ADDRESS + file.memory_bytes - 1);
    assert_in_range(interfaces, ADDRESS, ADDRESS + file.memory_bytes - 8);
    /* The table's first row points into the image, the last is NULL: relocated, and where it was looked for.
     */
    assert_in_range(wire_load_fixed32(target.memory + (interfaces - ADDRESS)), ADDRESS,
                    ADDRESS + file.memory_bytes);
    assert_int_equal(wire_load_fixed32(target.memory + (interfaces - ADDRESS) + 4), 0);
    assert_int_equal(elf_find(&file, ADDRESS, "nothing", &interfaces), OS_E_BAD_IMAGE);
    assert_string_equal(com_error_detail(), "the image does not define nothing");
    free(target.memory);
}

static void unknown_symbol_is_named(void **state)
{
    (void)state;
    assert_int_equal(link_bytes(image, image_bytes, "com_query_one"), OS_E_UNRESOLVED);
    assert_string_equal(com_error_detail(), "no such symbol: com_query_one");
}

static void image_cut_at_any_byte_is_refused(void **state)
{
    size_t size;

    (void)state;
    for (size = 0; size < image_bytes; size++)
        assert_int_equal(link_bytes(image, size, NULL), OS_E_BAD_IMAGE);
}

static void image_with_any_byte_changed_does_no_harm(void **state)
{
    static const uint8_t values[] = {0x00, 0x01, 0x7F, 0x80, 0xFF};
    uint8_t *copy = malloc(image_bytes);
    size_t i, k;

    (void)state;
    assert_non_null(copy);
    memcpy(copy, image, image_bytes);
    for (i = 0; i < image_bytes; i++) {
        for (k = 0; k < sizeof(values); k++) {
            copy[i] = values[k];
            (void)link_bytes(copy, image_bytes, NULL); /* refused or not: within its bytes */
        }
        copy[i] = image[i];
    }
    free(copy);
}

static void image_with_many_bytes_changed_does_no_harm(void **state)
{
    uint8_t *copy = malloc(image_bytes);
    uint32_t random = 1, round, i;

    (void)state;
    assert_non_null(copy);
    for (round = 0; round < 20000; round++) {
        memcpy(copy, image, image_bytes);
        for (i = 0; i < 1 + round % 8; i++) {
            size_t at;

            random = random * 1664525u + 1013904223u;
            at = (random >> 8) % image_bytes;
            if (round % 2) /* the tables at the end, mostly */
                at = image_bytes - 1 - at % (image_bytes / 2);
            copy[at] = (uint8_t)(random >> 24);
        }
        (void)link_bytes(copy, image_bytes, NULL);
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
        {18, 40, "the image is for another processor"},
        {35, 0xFF, "the section table lies outside the file"},
        {46, 64, "the section table is malformed, or has more than 64 sections"},
        {49, 0xFF, "the section table is malformed, or has more than 64 sections"},
    };
    uint8_t *copy = malloc(image_bytes);
    size_t i;

    (void)state;
    assert_non_null(copy);
    for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        memcpy(copy, image, image_bytes);
        copy[cases[i].at] = cases[i].value;
        assert_int_equal(link_bytes(copy, image_bytes, NULL), OS_E_BAD_IMAGE);
        assert_string_equal(com_error_detail(), cases[i].reason);
    }
    free(copy);
}

/* ---- the component ---- */

/* A file of the image's bytes. */
struct image_file {
    IFile IFile_iface;
    uint64_t claimed_bytes; /* what GetSize says */
    HRESULT hr;
};

static HRESULT file_QueryInterface(IFile *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IFile, iid, out_object);
}

static uint32_t file_AddRef(IFile *iface)
{
    (void)iface;
    return 1;
}

static HRESULT file_Read(IFile *iface, uint64_t offset, uint32_t capacity, uint8_t *data,
                         uint32_t *out_length)
{
    uint64_t left = offset < image_bytes ? image_bytes - offset : 0;

    (void)iface;
    if (capacity > 1000)
        capacity = 1000; /* less than asked for */
    *out_length = left < capacity ? (uint32_t)left : capacity;
    memcpy(data, image + offset, *out_length);
    return S_OK;
}

static HRESULT file_GetSize(IFile *iface, uint64_t *out_size_bytes)
{
    struct image_file *file = container_of(iface, struct image_file, IFile_iface);

    *out_size_bytes = file->claimed_bytes;
    return file->hr;
}

static const struct IFileVtbl file_vtbl = {
    .QueryInterface = file_QueryInterface,
    .AddRef = file_AddRef,
    .Release = file_AddRef,
    .Read = file_Read,
    .GetSize = file_GetSize,
};

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
    struct image_file file = {{&file_vtbl}, image_bytes, S_OK};
    ILoader *loader = create_loader();
    size_t free_before, free_after, largest, bytes;
    void *start, *other;
    ILoadedImage *one, *two;

    (void)argument;
    assert_int_equal(IHeap_GetFree(machine.heap, &free_before, &largest), S_OK);
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "one", &one), S_OK);
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "two", &two), S_OK);
    assert_int_equal(ILoadedImage_GetRange(one, &start, &bytes), S_OK);
    assert_int_equal(ILoadedImage_GetRange(two, &other, &bytes), S_OK);
    assert_ptr_not_equal(start, other); /* instances of their own */
    assert_in_range((uintptr_t)ILoadedImage_GetConstructor(two), (uintptr_t)other, (uintptr_t)other + bytes);
    assert_int_equal(ILoadedImage_IsInUse(one, NULL), S_FALSE);
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
    struct image_file file = {{&file_vtbl}, image_bytes + 1, S_OK};
    ILoader *loader = create_loader();
    ILoadedImage *loaded = (ILoadedImage *)&loaded;
    size_t free_before, free_after, largest;

    (void)argument;
    assert_int_equal(IHeap_GetFree(machine.heap, &free_before, &largest), S_OK);
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "short", &loaded), OS_E_IO);
    assert_null(loaded);
    file.claimed_bytes = 0;
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "empty", &loaded), OS_E_BAD_IMAGE);
    file.claimed_bytes = UINT64_MAX;
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "huge", &loaded), OS_E_BAD_IMAGE);
    file.claimed_bytes = image_bytes - 1;
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "cut", &loaded), OS_E_BAD_IMAGE);
    file.hr = RPC_E_DISCONNECTED;
    assert_int_equal(ILoader_Load(loader, &file.IFile_iface, "gone", &loaded), RPC_E_DISCONNECTED);
    assert_null(loaded);
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
        cmocka_unit_test(whole_image_is_linked),
        cmocka_unit_test(unknown_symbol_is_named),
        cmocka_unit_test(image_cut_at_any_byte_is_refused),
        cmocka_unit_test(image_with_any_byte_changed_does_no_harm),
        cmocka_unit_test(image_with_many_bytes_changed_does_no_harm),
        cmocka_unit_test(reasons_are_given),
        cmocka_unit_test(instances_have_memory_of_their_own_and_give_it_back),
        cmocka_unit_test(wrong_files_leave_nothing),
        cmocka_unit_test(threads_and_routines_are_found),
    };

    return cmocka_run_group_tests(tests, start_machine, free_image);
}
