/* The kernel's runtime made of what is in its namespace. */
#include <cmocka_all.h>
#include <fake_world.h>
#include <loopback/loopback.h>
#include <rpc.h>
#include <string.h>

HRESULT rpc_component_main(INamespace *ns, IUnknown **out_object);
extern const struct com_interface *const node_object_component_interfaces[];

/* The image that it is part of. */
static const struct com_interface *const no_interfaces[] = {NULL};
const struct linked_component linked_components[] = {
    {"node", NULL, node_object_component_interfaces},
    {"silent", NULL, no_interfaces},
    {NULL, NULL, NULL},
};

static HRESULT create_on_switch(const char *name, bool with_network, const char *on_switch,
                                ILocalNode **out_node)
{
    IConfig *config =
        fake_config_create((const char *const[][2]){{"node", name}, {"switch", on_switch}, {NULL, NULL}});
    INamespace *ns = fake_namespace_create();
    INetwork *network = NULL;
    HRESULT hr;

    fake_register(ns, "config", config);
    if (with_network) {
        assert_int_equal(loopback_network_create(&network), S_OK);
        fake_register(ns, "network", network);
    }
    *out_node = NULL;
    hr = rpc_component_main(ns, (IUnknown **)out_node);
    if (*out_node)
        rpc_node_stop(*out_node); /* its workers hold the namespace */
    INamespace_Release(ns);
    IConfig_Release(config);
    if (*out_node) {
        assert_string_equal(ILocalNode_GetName(*out_node), name ? name : "");
        ILocalNode_Release(*out_node);
    }
    if (network)
        INetwork_Release(network);
    return hr;
}

static HRESULT create(const char *name, bool with_network, ILocalNode **out_node)
{
    return create_on_switch(name, with_network, NULL, out_node);
}

static void node_has_the_configured_name(void **state)
{
    ILocalNode *node;

    (void)state;
    assert_int_equal(create("n1", true, &node), S_OK);
    assert_int_equal(create(NULL, true, &node), S_OK);
}

static void node_needs_a_network(void **state)
{
    ILocalNode *node;

    (void)state;
    assert_int_equal(create("n1", false, &node), NS_E_NOT_FOUND);
    assert_null(node);
}

static void name_that_is_too_long_is_refused(void **state)
{
    ILocalNode *node;

    (void)state;
    assert_int_equal(create("a-name-that-is-longer-than-the-31-bytes-of-one", true, &node), E_INVALIDARG);
    assert_null(node);
}

static void endpoint_on_a_switch_begins_with_its_name(void **state)
{
    ILocalNode *node;

    (void)state;
    assert_int_equal(create_on_switch("n1", true, "switch-3f9a2c01:10.0.2.15:7000", &node), S_OK);
    assert_int_equal(create_on_switch("n1", true, "10.0.2.15", &node), NET_E_BAD_ENDPOINT);
    assert_null(node);
    assert_int_equal(
        create_on_switch("n1", true, "a-switch-with-a-name-of-more-than-31-bytes:10.0.2.15:7000", &node),
        NET_E_BAD_ENDPOINT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_has_the_configured_name),
        cmocka_unit_test(node_needs_a_network),
        cmocka_unit_test(name_that_is_too_long_is_refused),
        cmocka_unit_test(endpoint_on_a_switch_begins_with_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
