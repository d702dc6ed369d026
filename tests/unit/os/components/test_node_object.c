/* What a node says about itself. */
#include <cmocka_all.h>
#include <fake_world.h>
#include <string.h>

HRESULT node_object_component_main(INamespace *ns, IUnknown **out_object);

static HRESULT create(const char *name, const char *system, INode **out_node)
{
    IConfig *config =
        fake_config_create((const char *const[][2]){{"node", name}, {"system", system}, {NULL, NULL}});
    INamespace *ns = fake_namespace_create();
    HRESULT hr;

    fake_register(ns, "config", config);
    *out_node = NULL;
    hr = node_object_component_main(ns, (IUnknown **)out_node);
    INamespace_Release(ns);
    IConfig_Release(config);
    return hr;
}

static void node_tells_its_name_and_system(void **state)
{
    char name[32], system[32];
    INode *node;

    (void)state;
    assert_int_equal(create("n1", "kernel-i386", &node), S_OK);
    assert_int_equal(INode_Ping(node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), S_OK);
    assert_string_equal(name, "n1");
    assert_string_equal(system, "kernel-i386");
    INode_Release(node);
}

static void node_without_configuration_is_nameless(void **state)
{
    char name[32], system[32];
    INode *node;

    (void)state;
    assert_int_equal(create(NULL, NULL, &node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), S_OK);
    assert_string_equal(name, "");
    assert_string_equal(system, "unknown");
    INode_Release(node);
}

static void room_that_is_too_small_is_refused_and_untouched(void **state)
{
    char name[4] = "???", system[32] = "???";
    INode *node;

    (void)state;
    assert_int_equal(create("long", "linux", &node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), E_INVALIDARG);
    assert_string_equal(name, "???");
    assert_string_equal(system, "???");
    INode_Release(node);
    assert_int_equal(create("a-name-that-is-longer-than-the-31-bytes-of-one", "linux", &node), E_INVALIDARG);
    assert_null(node);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_tells_its_name_and_system),
        cmocka_unit_test(node_without_configuration_is_nameless),
        cmocka_unit_test(room_that_is_too_small_is_refused_and_untouched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
