/* The root namespace of a node. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <com_names.h>
#include <stdio.h>
#include <string.h>
#include <fake_world.h>
#include <sim.h>

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);

static INamespace *create(void)
{
    COM_SCOPED(IUnknown) object = NULL;
    INamespace *ns;

    assert_int_equal(boot_namespace_component_main(NULL, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_INamespace, (void **)&ns), S_OK);
    return ns;
}

static HRESULT bind(INamespace *ns, const char *path, void *expected)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = INamespace_Bind(ns, path, 0, &object);

    assert_ptr_equal(object, SUCCEEDED(hr) ? expected : NULL);
    return hr;
}

static void registered_object_is_bound_until_it_is_unregistered(void **state)
{
    INamespace *ns = create();
    struct fake_inode object, other;

    (void)state;
    fake_inode_init(&object, S_OK);
    fake_inode_init(&other, S_OK);
    assert_int_equal(INamespace_Register(ns, "/led0", (IUnknown *)&object.INode_iface, 0), S_OK);
    assert_int_equal(INamespace_Register(ns, "led0", (IUnknown *)&other.INode_iface, 0), NS_E_EXISTS);
    assert_int_equal(other.refs.count, 1);
    assert_int_equal(bind(ns, "led0", &object), S_OK);
    assert_int_equal(bind(ns, "/led0", &object), S_OK);
    assert_int_equal(bind(ns, "", ns), S_OK);
    assert_int_equal(bind(ns, "/", ns), S_OK);
    assert_int_equal(bind(ns, "led", NULL), NS_E_NOT_FOUND);
    assert_int_equal(bind(ns, "led0/below", NULL), NS_E_NOT_NAMESPACE);
    assert_int_equal(bind(ns, "led/below", NULL), NS_E_NOT_FOUND);
    assert_int_equal(bind(ns, "led0/../led0", NULL), NS_E_BAD_PATH);
    assert_int_equal(object.refs.count, 2);

    assert_int_equal(INamespace_Unregister(ns, "led0"), S_OK);
    assert_int_equal(object.refs.count, 1);
    assert_int_equal(INamespace_Unregister(ns, "led0"), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Unregister(ns, ""), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Register(ns, "", (IUnknown *)&object.INode_iface, 0), NS_E_EXISTS);
    assert_int_equal(INamespace_Register(ns, "a//b", (IUnknown *)&object.INode_iface, 0), NS_E_BAD_PATH);
    assert_int_equal(INamespace_Register(ns, "x", NULL, 0), E_POINTER);
    INamespace_Release(ns);
    assert_int_equal(sim_allocated(), 0);
}

static void path_goes_on_in_the_namespace_of_its_first_element(void **state)
{
    INamespace *ns = create(), *inner = create(), *innermost = create();
    struct fake_inode object;

    (void)state;
    fake_inode_init(&object, S_OK);
    fake_register(ns, "drivers", inner);
    assert_int_equal(INamespace_Register(ns, "drivers/disk", (IUnknown *)innermost, 0), S_OK);
    assert_int_equal(INamespace_Register(ns, "drivers/disk/d0", (IUnknown *)&object.INode_iface, 0), S_OK);
    assert_int_equal(bind(ns, "drivers/disk/d0", &object), S_OK);
    assert_int_equal(bind(innermost, "d0", &object), S_OK);
    assert_int_equal(INamespace_Register(ns, "nothing/d0", (IUnknown *)&object.INode_iface, 0),
                     NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Register(ns, "drivers/disk/d0/x", (IUnknown *)&object.INode_iface, 0),
                     NS_E_NOT_NAMESPACE);
    assert_int_equal(INamespace_Unregister(ns, "drivers/disk/d0"), S_OK);
    assert_int_equal(object.refs.count, 1);
    INamespace_Release(ns);
    INamespace_Release(inner);
    INamespace_Release(innermost);
    assert_int_equal(sim_allocated(), 0);
}

/* Of `count` elements "self" and one more. */
static const char *circle(char path[NAMESPACE_PATH_MAX + 1], uint32_t count, const char *last)
{
    path[0] = '\0';
    while (count--)
        strcat(path, "self/");
    return strcat(path, last);
}

static void path_that_leads_in_a_circle_ends(void **state)
{
    char path[NAMESPACE_PATH_MAX + 1];
    INamespace *ns = create();
    struct fake_inode object;
    int i;

    (void)state;
    fake_inode_init(&object, S_OK);
    assert_int_equal(INamespace_Register(ns, "self", (IUnknown *)ns, 0), S_OK);
    assert_int_equal(INamespace_Register(ns, circle(path, COM_PATH_HANDOVERS_MAX, "led0"),
                                         (IUnknown *)&object.INode_iface, 0),
                     S_OK);
    for (i = 0; i < 2; i++) { /* what was refused counts no more */
        assert_int_equal(bind(ns, circle(path, COM_PATH_HANDOVERS_MAX, "led0"), &object), S_OK);
        assert_int_equal(bind(ns, circle(path, COM_PATH_HANDOVERS_MAX, "led1"), NULL), NS_E_NOT_FOUND);
        assert_int_equal(bind(ns, circle(path, COM_PATH_HANDOVERS_MAX + 1, "led0"), NULL), NS_E_TOO_DEEP);
        assert_string_equal(com_error_detail(), "16 namespaces in a row");
        assert_int_equal(INamespace_Register(ns, circle(path, COM_PATH_HANDOVERS_MAX + 1, "led1"),
                                             (IUnknown *)&object.INode_iface, 0),
                         NS_E_TOO_DEEP);
        assert_int_equal(INamespace_Unregister(ns, circle(path, 100, "led0")), NS_E_TOO_DEEP);
    }
    assert_int_equal(INamespace_Unregister(ns, circle(path, COM_PATH_HANDOVERS_MAX, "led0")), S_OK);
    assert_int_equal(INamespace_Unregister(ns, "self/self/self"), S_OK);
    assert_int_equal(object.refs.count, 1);
    INamespace_Release(ns);
}

static void list_is_sorted_marks_namespaces_and_goes_on(void **state)
{
    INamespace *ns = create(), *inner = create();
    struct fake_inode object;
    char names[32];
    uint32_t length;

    (void)state;
    fake_inode_init(&object, S_OK);
    assert_int_equal(INamespace_List(ns, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 0);
    fake_register(ns, "probe", &object.INode_iface);
    fake_register(ns, "drivers", inner);
    fake_register(ns, "led0", &object.INode_iface);
    assert_int_equal(INamespace_List(ns, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 20);
    assert_memory_equal(names, "drivers/\0led0\0probe", 20);
    assert_int_equal(INamespace_List(ns, "", 14, names, &length), S_FALSE);
    assert_int_equal(length, 14);
    assert_int_equal(INamespace_List(ns, "led0", 14, names, &length), S_OK);
    assert_int_equal(length, 6);
    assert_int_equal(INamespace_List(ns, "led", 4, names, &length), E_INVALIDARG);
    INamespace_Release(ns);
    INamespace_Release(inner);
    assert_int_equal(object.refs.count, 1);
    assert_int_equal(sim_allocated(), 0);
}

static void table_has_a_limit(void **state)
{
    INamespace *ns = create();
    struct fake_inode object;
    char name[16];
    int i;

    (void)state;
    fake_inode_init(&object, S_OK);
    for (i = 0; i < 256; i++) {
        snprintf(name, sizeof(name), "n%d", i * 37 % 256);
        assert_int_equal(INamespace_Register(ns, name, (IUnknown *)&object.INode_iface, 0), S_OK);
    }
    assert_int_equal(INamespace_Register(ns, "more", (IUnknown *)&object.INode_iface, 0),
                     RPC_E_OUT_OF_RESOURCES);
    for (i = 0; i < 256; i++) {
        snprintf(name, sizeof(name), "n%d", i);
        assert_int_equal(bind(ns, name, &object), S_OK);
    }
    assert_int_equal(INamespace_Unregister(ns, "n0"), S_OK);
    assert_int_equal(INamespace_Register(ns, "more", (IUnknown *)&object.INode_iface, 0), S_OK);
    INamespace_Release(ns);
    assert_int_equal(object.refs.count, 1);
    assert_int_equal(sim_allocated(), 0);
}

static void running_out_of_memory_changes_nothing(void **state)
{
    INamespace *ns = create();
    struct fake_inode object;
    HRESULT hr = E_OUTOFMEMORY;
    uint32_t nth;

    (void)state;
    fake_inode_init(&object, S_OK);
    for (nth = 1; FAILED(hr); nth++) {
        sim_fail_alloc(nth);
        hr = INamespace_Register(ns, "led0", (IUnknown *)&object.INode_iface, 0);
        sim_fail_alloc(0);
        assert_int_equal(object.refs.count, SUCCEEDED(hr) ? 2 : 1);
        assert_int_equal(hr, SUCCEEDED(hr) ? S_OK : E_OUTOFMEMORY);
    }
    assert_int_equal(nth, 3);
    INamespace_Release(ns);
    assert_int_equal(sim_allocated(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(registered_object_is_bound_until_it_is_unregistered),
        cmocka_unit_test(path_goes_on_in_the_namespace_of_its_first_element),
        cmocka_unit_test(path_that_leads_in_a_circle_ends),
        cmocka_unit_test(list_is_sorted_marks_namespaces_and_goes_on),
        cmocka_unit_test(table_has_a_limit),
        cmocka_unit_test(running_out_of_memory_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
