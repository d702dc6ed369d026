/* The exported view: the root without what leads back to other nodes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sim.h>
#include <fake_world.h>

HRESULT export_view_component_main(INamespace *ns, IUnknown **out_object);

struct fixture {
    INamespace *root;
    INamespace *view;
    struct fake_node node;
    struct fake_inode inode;
};

static void begin(struct fixture *f)
{
    COM_SCOPED(IUnknown) object = NULL;

    assert_int_equal(sim_allocated(), 0);
    fake_node_init(&f->node);
    fake_inode_init(&f->inode, S_OK);
    f->root = fake_namespace_create();
    fake_register(f->root, "rpc", &f->node.ILocalNode_iface);
    assert_int_equal(export_view_component_main(f->root, &object), S_OK);
    fake_register(f->root, "export_view", object);
    fake_register(f->root, "net", &f->inode.INode_iface);
    fake_register(f->root, "network", &f->inode.INode_iface);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_INamespace, (void **)&f->view), S_OK);
}

static void end(struct fixture *f)
{
    INamespace_Release(f->view);
    assert_int_equal(INamespace_Unregister(f->root, "export_view"), S_OK);
    assert_int_equal(ILocalNode_SetExportedRoot(&f->node.ILocalNode_iface, NULL), S_OK);
    INamespace_Release(f->root);
    fake_node_end(&f->node);
    assert_int_equal(f->inode.refs.count, 1);
    assert_int_equal(sim_allocated(), 0);
}

static HRESULT bind(struct fixture *f, const char *path)
{
    COM_SCOPED(IUnknown) object = NULL;

    return INamespace_Bind(f->view, path, 0, &object);
}

static void view_becomes_the_exported_root(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    assert_ptr_equal(f.node.exported_root, f.view);
    end(&f);
}

static void hidden_names_cannot_be_bound_in_any_spelling(void **state)
{
    static const char *const paths[] = {"net",         "/net",        "net/n2",
                                        "/net/n2/net", "export_view", "export_view/rpc"};
    COM_SCOPED(IUnknown) object = NULL;
    struct fixture f;
    size_t i;

    (void)state;
    begin(&f);
    for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        assert_int_equal(bind(&f, paths[i]), NS_E_NOT_FOUND);
    assert_int_equal(bind(&f, "./net"), NS_E_BAD_PATH);
    assert_int_equal(bind(&f, "//net"), NS_E_BAD_PATH);
    assert_int_equal(bind(&f, "network"), S_OK);
    assert_int_equal(bind(&f, "rpc"), S_OK);
    assert_int_equal(INamespace_Bind(f.view, "/", 0, &object), S_OK);
    assert_ptr_equal(object, f.view); /* not the namespace behind it */
    IUnknown_Release(object);
    object = NULL;
    end(&f);
}

static void hidden_names_cannot_be_taken_or_freed(void **state)
{
    IUnknown *object;
    struct fixture f;

    (void)state;
    begin(&f);
    object = (IUnknown *)&f.inode.INode_iface;
    assert_int_equal(INamespace_Register(f.view, "net", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Register(f.view, "net/n3", object, 0), NS_E_READ_ONLY);
    assert_int_equal(INamespace_Unregister(f.view, "net"), NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Register(f.view, "led0", object, 0), S_OK);
    assert_int_equal(bind(&f, "led0"), S_OK);
    assert_int_equal(INamespace_Unregister(f.view, "led0"), S_OK);
    assert_int_equal(bind(&f, "led0"), NS_E_NOT_FOUND);
    end(&f);
}

static void list_leaves_hidden_names_out_and_goes_on_behind_them(void **state)
{
    char names[64], name[48];
    uint32_t length;
    struct fixture f;
    int i;

    (void)state;
    begin(&f);
    assert_int_equal(INamespace_List(f.view, "", sizeof(names), names, &length), S_OK);
    assert_int_equal(length, 12);
    assert_memory_equal(names, "network\0rpc", 12);
    assert_int_equal(INamespace_List(f.view, "", 9, names, &length), S_FALSE);
    assert_int_equal(length, 8);
    assert_int_equal(INamespace_List(f.view, "network", 4, names, &length), S_OK);
    assert_memory_equal(names, "rpc", 4);

    /* More names in front than one piece of the inner list holds. */
    for (i = 0; i < 60; i++) {
        snprintf(name, sizeof(name), "a-name-to-fill-the-piece-%02d", i);
        fake_register(f.root, name, &f.inode.INode_iface);
    }
    assert_int_equal(INamespace_List(f.view, "a-name-to-fill-the-piece-58", sizeof(names), names, &length),
                     S_OK);
    assert_int_equal(length, 40);
    assert_memory_equal(names, "a-name-to-fill-the-piece-59\0network\0rpc", 40);
    {
        char all[NAMESPACE_LIST_MAX];

        assert_int_equal(INamespace_List(f.view, "", sizeof(all), all, &length), S_OK);
        assert_int_equal(length, 60 * 28 + 12);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(view_becomes_the_exported_root),
        cmocka_unit_test(hidden_names_cannot_be_bound_in_any_spelling),
        cmocka_unit_test(hidden_names_cannot_be_taken_or_freed),
        cmocka_unit_test(list_leaves_hidden_names_out_and_goes_on_behind_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
