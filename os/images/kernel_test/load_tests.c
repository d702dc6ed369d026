/* Components that are loaded and go again, and one that leaves things behind. */
#include "kernel_test.h"
#include <com_names.h>
#include <misbehaving.idl.h>
#include <os/components.idl.h>
#include <os/config.idl.h>
#include <os/file.idl.h>
#include <string.h>

#define LINE 5u
#define IMAGE "/romfs/misbehaving.elf"

/* Twice a second the node looks; within two seconds memory is back. */
#define UNLOAD_NS (2000 * MS)

static IMisbehaving *bind(const char *name)
{
    IMisbehaving *object = NULL;
    HRESULT hr = com_bind(CurrentNamespace(), name, &IID_IMisbehaving, (void **)&object);

    if (FAILED(hr))
        os_print("# %s: %s %s\n", name, com_result_name(hr), com_error_detail());
    return object;
}

static size_t free_bytes(void)
{
    size_t bytes = 0, largest;

    com_ignore(IHeap_GetFree(heap, &bytes, &largest)); /* cannot fail */
    return bytes;
}

static IComponents *bind_components(void)
{
    IComponents *components = NULL;

    com_ignore(
        com_bind(CurrentNamespace(), "demand", &IID_IComponents, (void **)&components)); /* it is linked */
    return components;
}

static bool is_loaded(const char *name)
{
    COM_SCOPED(IComponents) components = bind_components();
    char names[256];
    uint32_t length = 0, i;

    com_ignore(IComponents_List(components, "", sizeof(names), names, &length)); /* none */
    for (i = 0; i < length; i += (uint32_t)strlen(names + i) + 1)
        if (strcmp(names + i, name) == 0)
            return true;
    return false;
}

/* In the two seconds that are promised, unless this machine stands still. */
static bool goes(const char *name)
{
    int64_t give_up_ns = now_ns() + PATIENCE_NS;

    while (is_loaded(name) && now_ns() < give_up_ns)
        sleep_ns(10 * MS);
    return !is_loaded(name);
}

static bool stays(const char *name)
{
    sleep_ns(UNLOAD_NS / 2 + 2 * LATE_NS); /* the node has looked twice */
    return is_loaded(name);
}

static bool name_that_nobody_registered_is_loaded_and_goes(void)
{
    IMisbehaving *object = bind("misbehaving"), *again = bind("/misbehaving");

    CHECK(object && object == again);
    CHECK(IMisbehaving_Count(object) == 1 && IMisbehaving_Count(again) == 2);
    IMisbehaving_Release(again);
    CHECK(stays("misbehaving"));
    IMisbehaving_Release(object);
    CHECK(goes("misbehaving"));
    return true;
}

/* Whether as much memory is free again as it was. */
static bool comes_back(size_t bytes)
{
    int64_t give_up_ns = now_ns() + PATIENCE_NS;

    while (free_bytes() != bytes && now_ns() < give_up_ns)
        sleep_ns(10 * MS);
    return free_bytes() == bytes;
}

static bool memory_comes_back(void)
{
    IMisbehaving *object;
    size_t before;

    sleep_ns(UNLOAD_NS); /* what was loaded before is gone, and who looked after it */
    before = free_bytes();
    object = bind("misbehaving");
    CHECK(object);
    CHECK(IMisbehaving_Count(object) == 1); /* another instance than before */
    CHECK(free_bytes() + 1000 < before);
    IMisbehaving_Release(object);
    CHECK(comes_back(before));
    return true;
}

static bool instances_of_one_image_have_data_of_their_own(void)
{
    COM_SCOPED(IComponents) components = bind_components();
    IMisbehaving *first, *second;

    CHECK(IComponents_Load(components, "first", IMAGE) == S_OK);
    CHECK(IComponents_Load(components, "second", IMAGE) == S_OK);
    first = bind("first");
    second = bind("second");
    CHECK(first && second && first != second);
    CHECK(IMisbehaving_Count(first) == 1 && IMisbehaving_Count(first) == 2);
    CHECK(IMisbehaving_Count(second) == 1);
    IMisbehaving_Release(first);
    IMisbehaving_Release(second);
    CHECK(IComponents_Unload(components, "first") == S_OK);
    CHECK(IComponents_Unload(components, "second") == S_OK);
    CHECK(goes("first") && goes("second"));
    return true;
}

static bool thread_that_is_left_keeps_its_code(void)
{
    IMisbehaving *object = bind("misbehaving");
    static uint32_t stop;

    CHECK(object);
    CHECK(IMisbehaving_LeaveThread(object, &stop) == S_OK);
    IMisbehaving_Release(object);
    CHECK(stays("misbehaving")); /* and the thread runs in it all the time */
    __atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
    CHECK(goes("misbehaving"));
    return true;
}

static bool interrupt_routine_that_is_left_keeps_its_code(void)
{
    IMisbehaving *object = bind("misbehaving");
    interrupt_routine *routine;

    CHECK(object);
    CHECK(IMisbehaving_LeaveRoutine(object, LINE, &routine) == S_OK);
    IMisbehaving_Release(object);
    CHECK(stays("misbehaving"));
    CHECK(IInterruptController_Disconnect(icu, LINE, routine, NULL) == S_OK);
    CHECK(goes("misbehaving"));
    return true;
}

static bool name_that_is_left_keeps_its_code(void)
{
    IMisbehaving *object = bind("misbehaving");

    CHECK(object);
    CHECK(IMisbehaving_LeaveName(object, "part") == S_OK);
    IMisbehaving_Release(object);
    CHECK(stays("misbehaving"));
    object = bind("part"); /* which works */
    CHECK(object);
    IMisbehaving_Release(object);
    object = bind("misbehaving"); /* the name is free: another instance */
    CHECK(object && IMisbehaving_Count(object) == 1);
    IMisbehaving_Release(object);
    CHECK(INamespace_Unregister(CurrentNamespace(), "part") == S_OK);
    CHECK(goes("misbehaving"));
    return true;
}

static bool constructor_that_makes_no_object_leaves_nothing(void)
{
    size_t before;
    void *object = &object;

    CHECK(com_bind(CurrentNamespace(), "fails", &IID_IMisbehaving, &object) == E_ACCESSDENIED);
    CHECK(strcmp(com_error_detail(), "the constructor's reason") == 0);
    CHECK(!object);
    CHECK(com_bind(CurrentNamespace(), "absent", &IID_IMisbehaving, &object) == OS_E_NOT_PRESENT);
    CHECK(com_bind(CurrentNamespace(), "nothing", &IID_IMisbehaving, &object) == NS_E_NOT_FOUND);
    sleep_ns(UNLOAD_NS); /* they are not remembered any more */
    before = free_bytes();
    CHECK(com_bind(CurrentNamespace(), "fails", &IID_IMisbehaving, &object) == E_ACCESSDENIED);
    CHECK(comes_back(before));
    return true;
}

/* The machine was given a module with a component and a text, whose names are on the command line. */
static bool boot_module_has_files_and_components(void)
{
    COM_SCOPED(IConfig) config = NULL;
    COM_SCOPED(IFile) file = NULL;
    COM_SCOPED(IMisbehaving) object = NULL;
    uint8_t text[16];
    uint32_t length;
    char name[64];

    CHECK(com_bind(CurrentNamespace(), "config", &IID_IConfig, (void **)&config) == S_OK);
    if (IConfig_Get(config, "module_file", name, sizeof(name)) == NS_E_NOT_FOUND)
        return true; /* it was given none */
    CHECK(com_bind(CurrentNamespace(), name, &IID_IFile, (void **)&file) == S_OK);
    CHECK(IFile_Read(file, 0, sizeof(text), text, &length) == S_OK);
    CHECK(length == 9 && memcmp(text, "in module", 9) == 0);
    CHECK(IConfig_Get(config, "module_component", name, sizeof(name)) == S_OK);
    object = bind(name);
    CHECK(object && IMisbehaving_Count(object) == 1);
    return true;
}

const struct kernel_test load_tests[] = {
    {"a name that nobody registered is loaded, and goes with its last reference",
     name_that_nobody_registered_is_loaded_and_goes},
    {"memory comes back", memory_comes_back},
    {"instances of one image have data of their own", instances_of_one_image_have_data_of_their_own},
    {"a thread that is left keeps its code", thread_that_is_left_keeps_its_code},
    {"an interrupt routine that is left keeps its code", interrupt_routine_that_is_left_keeps_its_code},
    {"a name that is left keeps its code", name_that_is_left_keeps_its_code},
    {"a constructor that makes no object leaves nothing", constructor_that_makes_no_object_leaves_nothing},
    {"a boot module has files and components", boot_module_has_files_and_components},
    {NULL, NULL},
};
