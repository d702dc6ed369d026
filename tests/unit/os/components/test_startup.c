/* The order in which a kernel starts, and what it says of components that do not. */
#include <cmocka_all.h>
#include <fake_machine.h>
#include <fake_world.h>
#include <port.h>
#include <setjmp.h>
#include <string.h>

/* The boot thread's end, which is to idle, comes back to the test; the first thread is run by it. */
static jmp_buf idle;
static void (*first_thread)(void *argument);
static void *first_argument;

static bool note_thread(const char *name, void (*main)(void *argument), void *argument)
{
    assert_string_equal(name, "startup");
    first_thread = main;
    first_argument = argument;
    return true;
}

#define port_thread_start note_thread
#define arch_wait_for_interrupt() longjmp(idle, 1)
#include <components/startup/startup.c> // NOLINT(bugprone-suspicious-include): what it calls is played here

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);

/* ---- the port ---- */

static bool is_ready;

void port_os_use_heap(struct IHeap *given)
{
    assert_non_null(given);
}

void port_os_use_components(INamespace *ns)
{
    IUnknown *threads = NULL;

    if (SUCCEEDED(INamespace_Bind(ns, "threads", 0, &threads))) {
        is_ready = true;
        IUnknown_Release(threads);
    }
}

bool port_os_is_ready(void)
{
    return is_ready;
}

/* ---- the image ---- */

static char order[16];

static IUnknown *an_object(void)
{
    return (IUnknown *)fake_namespace_create();
}

static HRESULT start_heap(INamespace *ns, IUnknown **out_object)
{
    assert_null(ns); /* there are no names yet */
    strcat(order, "h");
    *out_object = an_object();
    return S_OK;
}

static HRESULT start_threads(INamespace *ns, IUnknown **out_object)
{
    assert_non_null(ns);
    assert_null(first_thread);
    strcat(order, "t");
    *out_object = an_object();
    return S_OK;
}

static HRESULT start_absent(INamespace *ns, IUnknown **out_object)
{
    (void)ns;
    (void)out_object;
    strcat(order, "a");
    return OS_E_NOT_PRESENT;
}

static HRESULT start_broken(INamespace *ns, IUnknown **out_object)
{
    (void)ns;
    (void)out_object;
    strcat(order, "b");
    return com_fail(E_ACCESSDENIED, "the detail", NULL);
}

static HRESULT start_last(INamespace *ns, IUnknown **out_object)
{
    static const char *const expected = "startup: broken: 80070005: the detail\n";
    IUnknown *found;

    strcat(order, "l");
    assert_int_equal(machine.written_bytes, strlen(expected)); /* what it said before */
    assert_memory_equal(machine.written, expected, strlen(expected));
    assert_int_equal(INamespace_Bind(ns, "heap", 0, &found), S_OK);
    IUnknown_Release(found);
    assert_int_equal(INamespace_Bind(ns, "broken", 0, &found), NS_E_NOT_FOUND);
    assert_ptr_equal(CurrentNamespace(), ns); /* the thread's world */
    *out_object = NULL;                       /* nothing to bind to */
    return S_OK;
}

static const struct com_interface *const no_interfaces[] = {NULL};
const struct linked_component linked_components[] = {
    {"heap", start_heap, no_interfaces},
    {"boot_namespace", boot_namespace_component_main, no_interfaces},
    {"threads", start_threads, no_interfaces},
    {"absent", start_absent, no_interfaces},
    {"broken", start_broken, no_interfaces},
    {"last", start_last, no_interfaces},
    {NULL, NULL, NULL},
};

static void components_start_in_order_and_failures_stop_nobody(void **state)
{
    IUnknown *found;

    (void)state;
    if (setjmp(idle) == 0)
        kernel_main();
    assert_string_equal(order, "ht"); /* the boot thread goes no further than it must */
    assert_non_null(first_thread);
    first_thread(first_argument);
    assert_string_equal(order, "htabl");
    assert_int_equal(INamespace_Bind(names, "threads", 0, &found), S_OK);
    IUnknown_Release(found);
    assert_int_equal(INamespace_Bind(names, "absent", 0, &found), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Bind(names, "last", 0, &found), NS_E_NOT_FOUND);
    com_set_world(NULL, NULL);
    INamespace_Release(names);
    IUnknown_Release(heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(components_start_in_order_and_failures_stop_nobody),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
