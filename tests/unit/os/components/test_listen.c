/* Where a node listens. */
#include <cmocka_all.h>
#include <fake_world.h>
#include <string.h>

HRESULT listen_component_main(INamespace *ns, IUnknown **out_object);

/* The endpoint at which a node with these settings listens, or the name of the failure. */
static const char *start(const char *listen, const char *endpoint, HRESULT listen_hr)
{
    static char at[NET_ENDPOINT_MAX + 1];
    IConfig *config = fake_config_create(
        (const char *const[][2]){{"listen", listen}, {"endpoint", endpoint}, {NULL, NULL}});
    INamespace *ns = fake_namespace_create();
    IUnknown *object = (IUnknown *)&object;
    struct fake_node node;
    HRESULT hr;

    fake_node_init(&node);
    node.listen_hr = listen_hr;
    fake_register(ns, "config", config);
    fake_register(ns, "rpc", &node.ILocalNode_iface);
    hr = listen_component_main(ns, &object);
    if (SUCCEEDED(hr))
        assert_null(object); /* there is nothing to bind to */
    strcpy(at, node.listens_at);
    INamespace_Release(ns);
    IConfig_Release(config);
    fake_node_end(&node);
    return FAILED(hr) ? com_result_name(hr) : at;
}

static void node_listens_where_it_is_told(void **state)
{
    (void)state;
    assert_string_equal(start("tcp:1.2.3.4:5", "tcp:127.0.0.1:6", S_OK), "tcp:1.2.3.4:5");
    assert_string_equal(start(NULL, "tcp:127.0.0.1:6", S_OK),
                        "tcp:0.0.0.0:6");                             /* others see it under another */
    assert_string_equal(start(NULL, NULL, S_OK), "OS_E_NOT_PRESENT"); /* a client only */
}

static void wrong_endpoints_are_refused(void **state)
{
    (void)state;
    assert_string_equal(start(NULL, "unix:/x", S_OK), "NET_E_BAD_ENDPOINT");
    assert_string_equal(com_error_detail(), "neither tcp:ADDRESS:PORT nor udp:ADDRESS:PORT: unix:/x");
    assert_string_equal(start("tcp:1.2.3.4:5", NULL, NET_E_ADDRESS_IN_USE), "NET_E_ADDRESS_IN_USE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_listens_where_it_is_told),
        cmocka_unit_test(wrong_endpoints_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
