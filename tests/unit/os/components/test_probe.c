/* The probe and the node object, which every node has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include <os/probe.idl.h>
#include <sim.h>
#include <fake_world.h>

HRESULT probe_component_main(INamespace *ns, IUnknown **out_object);
HRESULT node_object_component_main(INamespace *ns, IUnknown **out_object);

static void probe_counts_echoes_and_sleeps(void **state)
{
    static const uint8_t data[] = {1, 2, 3};
    COM_SCOPED(IUnknown) object = NULL;
    IProbe *probe;
    INamespace *root = fake_namespace_create();
    struct fake_node node;
    uint8_t echoed[3] = {0};
    uint64_t count;
    int64_t began_ns;
    int32_t value;

    (void)state;
    fake_node_init(&node);
    fake_register(root, "rpc", &node.ILocalNode_iface);
    assert_int_equal(probe_component_main(root, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, (void **)&probe), S_OK);
    IUnknown_Release(object);
    object = NULL;

    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IProbe_Increment(probe, 41, &value), S_OK);
    assert_int_equal(value, 42);
    assert_int_equal(IProbe_Increment(probe, INT32_MAX, &value), S_OK);
    assert_int_equal(value, INT32_MIN);
    assert_int_equal(IProbe_GetCount(probe, &count), S_OK);
    assert_int_equal(count, 2);
    assert_int_equal(IProbe_Echo(probe, data, 3, echoed), S_OK);
    assert_memory_equal(echoed, data, 3);
    assert_int_equal(IProbe_Echo(probe, NULL, 0, NULL), S_OK);

    began_ns = node.now_ns;
    assert_int_equal(IProbe_Sleep(probe, 30000), S_OK);
    assert_int_equal(node.now_ns - began_ns, INT64_C(30000000000));
    assert_int_equal(IProbe_Sleep(probe, 30001), E_INVALIDARG);

    IProbe_Release(probe);
    INamespace_Release(root);
    fake_node_end(&node);
    assert_int_equal(sim_allocated(), 0);
}

/* Makes a node object from configuration values; NULL: the key is missing. */
static HRESULT make_node_object(const char *name, const char *system, INode **out_node)
{
    const char *const pairs[][2] = {{"node", name}, {"system", system}, {NULL, NULL}};
    COM_SCOPED(INamespace) root = fake_namespace_create();
    COM_SCOPED(IConfig) config = fake_config_create(pairs);
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr;

    fake_register(root, "config", config);
    hr = node_object_component_main(root, &object);
    if (SUCCEEDED(hr))
        hr = IUnknown_QueryInterface(object, &IID_INode, (void **)out_node);
    return hr;
}

static void node_object_says_who_it_is(void **state)
{
    char name[NODE_NAME_MAX + 1], system[64];
    INode *node;

    (void)state;
    assert_int_equal(make_node_object("n1", "kernel-i386", &node), S_OK);
    assert_int_equal(INode_Ping(node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), S_OK);
    assert_string_equal(name, "n1");
    assert_string_equal(system, "kernel-i386");
    assert_int_equal(INode_GetInfo(node, name, 2, system, sizeof(system)), E_INVALIDARG);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, 11), E_INVALIDARG);
    assert_int_equal(INode_GetInfo(node, name, 3, system, 12), S_OK);
    INode_Release(node);

    assert_int_equal(make_node_object(NULL, NULL, &node), S_OK);
    assert_int_equal(INode_GetInfo(node, name, sizeof(name), system, sizeof(system)), S_OK);
    assert_string_equal(name, "");
    assert_string_equal(system, "unknown");
    INode_Release(node);

    assert_int_equal(make_node_object("a-name-that-is-longer-than-31-bytes", NULL, &node), E_INVALIDARG);
    assert_int_equal(sim_allocated(), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(probe_counts_echoes_and_sleeps),
        cmocka_unit_test(node_object_says_who_it_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
