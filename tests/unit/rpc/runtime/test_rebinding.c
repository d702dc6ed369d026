/* Proxies that stand for a path: what becomes of them when the connection or the node behind it is lost. */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <rpc_dynamic.h>
#include <sim.h>

enum { NULL_SLOT = 3 };

/* A namespace of the client that connects by itself, as "net" does; its names are those of the server's root.
 */
struct connecting {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct two_nodes *nodes;
    bool leaves;         /* the client goes away once it has bound again */
    uint32_t dawdles_ms; /* a Bind takes so long, if whoever binds has the time */
};

typedef void body(struct two_nodes *nodes, struct connecting *names);

static HRESULT connecting_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t connecting_AddRef(INamespace *iface)
{
    return com_refs_add(&container_of(iface, struct connecting, INamespace_iface)->refs);
}

static uint32_t connecting_Release(INamespace *iface)
{
    return com_refs_release(&container_of(iface, struct connecting, INamespace_iface)->refs);
}

static HRESULT connecting_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT connecting_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT dawdle(INamespace *root, uint32_t duration_ms)
{
    COM_SCOPED(IProbe) probe = NULL;
    HRESULT hr = com_bind(root, "probe", &IID_IProbe, (void **)&probe);

    return FAILED(hr) ? hr : IProbe_Sleep(probe, duration_ms);
}

static HRESULT connecting_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    const struct connecting *names = container_of(iface, struct connecting, INamespace_iface);
    struct two_nodes *nodes = names->nodes;
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr;

    hr = ILocalNode_Connect(nodes->client.node, "loopback:server", port_now_ns() + SECOND, &root);
    if (SUCCEEDED(hr) && names->dawdles_ms)
        hr = dawdle(root, names->dawdles_ms);
    if (SUCCEEDED(hr))
        hr = INamespace_Bind(root, path, flags, out_object);
    if (SUCCEEDED(hr) && names->leaves)
        com_ignore(rpc_node_drain(nodes->client.node, port_now_ns())); /* whether it is in time or not */
    return hr;
}

static HRESULT connecting_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                               uint32_t *out_length)
{
    (void)iface;
    (void)after;
    (void)capacity;
    (void)names;
    *out_length = 0;
    return S_OK;
}

static const struct INamespaceVtbl connecting_vtbl = {
    .QueryInterface = connecting_QueryInterface,
    .AddRef = connecting_AddRef,
    .Release = connecting_Release,
    .Register = connecting_Register,
    .Unregister = connecting_Unregister,
    .Bind = connecting_Bind,
    .List = connecting_List,
};

static void run_body(void *argument)
{
    struct connecting names = {.INamespace_iface = {&connecting_vtbl}};
    struct two_nodes nodes;

    com_refs_init(&names.refs);
    names.nodes = &nodes;
    two_nodes_open(&nodes);
    ((body *)argument)(&nodes, &names);
    assert_int_equal(names.refs.count, 1);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                              \
    static void name##_body(struct two_nodes *nodes, struct connecting *names); \
    static void name(void **state)                                              \
    {                                                                           \
        uint64_t seed;                                                          \
                                                                                \
        (void)state;                                                            \
        for (seed = 0; seed <= 50; seed++)                                      \
            sim_run(seed, run_body, (void *)name##_body);                       \
    }                                                                           \
    static void name##_body(struct two_nodes *nodes, struct connecting *names)

static IProbe *bind_rebinding(struct two_nodes *nodes, struct connecting *names)
{
    IProbe *probe;

    assert_int_equal(rpc_bind_rebinding(nodes->client.node, &names->INamespace_iface, "probe", &IID_IProbe,
                                        (void **)&probe),
                     S_OK);
    return probe;
}

/* The server ends, and the client learns it: else a call may still be sent. */
static void close_server(struct two_nodes *nodes)
{
    test_node_close(&nodes->server);
    wait_until(&nodes->probe.refs.count, 1);
    sim_sleep(100 * MS);
}

/* The server ends and starts again with a new probe; the old one must be gone by then. */
static void restart_server(struct two_nodes *nodes, int64_t off_ns)
{
    close_server(nodes);
    sim_sleep(off_ns);
    test_node_open(&nodes->server, nodes->network, "server");
    test_probe_init(&nodes->probe);
    assert_int_equal(
        INamespace_Register(nodes->server.root, "probe", (IUnknown *)&nodes->probe.IProbe_iface, 0), S_OK);
}

/* Ends the connection under the call that runs it, the first time. */
static HRESULT end_connection_once(struct test_probe *probe)
{
    struct two_nodes *nodes = (struct two_nodes *)probe->context;
    IViews *views;

    if (probe->calls > 1)
        return S_OK;
    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, NULL, 0), S_OK);
    IViews_Release(views);
    return S_OK;
}

static HRESULT call_idempotent(IProbe *probe)
{
    struct rpc_dynamic_call call = {.object = (IUnknown *)probe, .iid = &IID_IProbe, .method = NULL_SLOT};
    struct rpc_dynamic_reply reply;
    HRESULT hr;

    call.is_idempotent = true;
    hr = rpc_dynamic_invoke(&call, &reply);
    if (SUCCEEDED(hr))
        rpc_dynamic_free(&reply);
    return hr;
}

TEST(proxy_finds_its_object_again_when_its_node_has_started_again)
{
    IProbe *probe = bind_rebinding(nodes, names);
    int32_t value = 0;
    int i;

    for (i = 1; i < 4; i++) {
        assert_int_equal(IProbe_Increment(probe, i, &value), S_OK);
        assert_int_equal(value, i + 1);
        assert_int_equal(nodes->probe.calls, 1);
        restart_server(nodes, i * 100 * MS);
    }
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
}

TEST(call_that_was_under_way_is_not_repeated)
{
    IProbe *probe = bind_rebinding(nodes, names);

    nodes->probe.context = nodes;
    nodes->probe.on_null = end_connection_once;
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    sim_sleep(100 * MS);
    assert_int_equal(nodes->probe.calls, 1);
    assert_int_equal(IProbe_Null(probe), S_OK); /* the next one finds it again */
    assert_int_equal(nodes->probe.calls, 2);
    IProbe_Release(probe);
}

TEST(idempotent_call_that_was_under_way_is_repeated_once)
{
    IProbe *probe = bind_rebinding(nodes, names);

    nodes->probe.context = nodes;
    nodes->probe.on_null = end_connection_once;
    assert_int_equal(call_idempotent(probe), S_OK);
    assert_int_equal(nodes->probe.calls, 2);
    IProbe_Release(probe);
}

static HRESULT end_connection_late(struct test_probe *probe)
{
    sim_sleep(3 * SECOND);
    return end_connection_once(probe);
}

TEST(repetition_has_what_is_left_of_the_time_of_the_call)
{
    IProbe *probe = bind_rebinding(nodes, names);
    int64_t begin_ns = port_now_ns();

    nodes->probe.context = nodes;
    nodes->probe.on_null = end_connection_late;
    names->dawdles_ms = 4000;
    assert_true(FAILED(call_idempotent(probe)));
    assert_in_range(port_now_ns() - begin_ns, 4900 * MS, 5100 * MS); /* and not 7 s */
    names->dawdles_ms = 0;
    sim_sleep(5 * SECOND); /* until nothing runs there any more */
    IProbe_Release(probe);
}

TEST(what_is_not_executed_the_second_time_may_have_been_the_first_time)
{
    IProbe *probe = bind_rebinding(nodes, names);
    HRESULT hr;

    nodes->probe.context = nodes;
    nodes->probe.on_null = end_connection_once;
    names->leaves = true;
    hr = call_idempotent(probe);
    assert_true(hr == RPC_E_SERVER_DIED_DNE || hr == RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    assert_int_equal(nodes->probe.calls, 1);
    IProbe_Release(probe);
}

TEST(idempotent_call_by_an_ordinary_proxy_is_not_repeated)
{
    IProbe *probe = two_nodes_bind(nodes);

    nodes->probe.context = nodes;
    nodes->probe.on_null = end_connection_once;
    assert_int_equal(call_idempotent(probe), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    sim_sleep(100 * MS);
    assert_int_equal(nodes->probe.calls, 1);
    IProbe_Release(probe);
}

TEST(node_that_is_not_there_is_an_error_until_it_is)
{
    IProbe *probe = bind_rebinding(nodes, names);
    int64_t start_ns;

    close_server(nodes);
    start_ns = port_now_ns();
    assert_int_equal(IProbe_Null(probe), NET_E_UNREACHABLE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_true(port_now_ns() < start_ns + SECOND);
    assert_int_equal(ILocalNode_IsConnected(nodes->client.node, (IUnknown *)probe), S_OK); /* not for good */
    test_node_open(&nodes->server, nodes->network, "server");
    assert_int_equal(IProbe_Null(probe), NS_E_NOT_FOUND);
    assert_int_equal(
        INamespace_Register(nodes->server.root, "probe", (IUnknown *)&nodes->probe.IProbe_iface, 0), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
}

TEST(revoked_object_is_bound_again)
{
    IProbe *probe = bind_rebinding(nodes, names);
    IViews *views;
    uint32_t cut;

    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_Revoke(views, (IUnknown *)&nodes->probe.IProbe_iface, NULL, &cut), S_OK);
    IViews_Release(views);
    assert_int_equal(cut, 1);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(nodes->probe.calls, 2);
    IProbe_Release(probe);
}

TEST(it_is_an_object_of_its_own_and_passed_on_as_what_it_stands_for)
{
    IProbe *probe = bind_rebinding(nodes, names);
    COM_SCOPED(IUnknown) one = NULL;
    COM_SCOPED(IUnknown) other = NULL;
    COM_SCOPED(INamespace) none = NULL;
    COM_SCOPED(IUnknown) home = NULL;

    assert_int_equal(IProbe_QueryInterface(probe, &IID_IUnknown, (void **)&one), S_OK);
    assert_int_equal(IUnknown_QueryInterface(one, &IID_IUnknown, (void **)&other), S_OK);
    assert_ptr_equal(one, other);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_INamespace, (void **)&none), E_NOINTERFACE);
    assert_int_equal(INamespace_Register(nodes->remote, "again", (IUnknown *)probe, 0), S_OK);
    assert_int_equal(INamespace_Bind(nodes->server.root, "again", 0, &home), S_OK);
    assert_ptr_equal(home, &nodes->probe.IProbe_iface);
    assert_int_equal(INamespace_Unregister(nodes->remote, "again"), S_OK);
    IProbe_Release(probe);
}

TEST(object_of_this_process_is_given_as_it_is)
{
    IProbe *probe;

    (void)names;
    assert_int_equal(
        rpc_bind_rebinding(nodes->server.node, nodes->server.root, "probe", &IID_IProbe, (void **)&probe),
        S_OK);
    assert_ptr_equal(probe, &nodes->probe.IProbe_iface);
    IProbe_Release(probe);
    assert_int_equal(
        rpc_bind_rebinding(nodes->server.node, nodes->server.root, "nothing", &IID_IProbe, (void **)&probe),
        NS_E_NOT_FOUND);
    assert_null(probe);
}

TEST(interfaces_stay_while_a_rebinding_proxy_of_them_is_there)
{
    IProbe *probe = bind_rebinding(nodes, names);

    close_server(nodes);
    assert_int_equal(IProbe_Null(probe), NET_E_UNREACHABLE); /* it has no other proxy of its own any more */
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->client.node, probe_component_interfaces), S_FALSE);
    IProbe_Release(probe);
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->client.node, probe_component_interfaces), S_OK);
    test_node_open(&nodes->server, nodes->network, "server");
}

/* What a path leads to is asked for on behalf of a call that is not made then. */
TEST(call_is_not_executed_whose_parameter_leads_nowhere)
{
    IProbe *probe = bind_rebinding(nodes, names);

    restart_server(nodes, 100 * MS);
    INamespace_Release(nodes->remote);
    two_nodes_connect(nodes);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "probe"), S_OK);
    assert_int_equal(INamespace_Register(nodes->remote, "copy", (IUnknown *)probe, 0), NS_E_NOT_FOUND);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    IProbe_Release(probe);
}

TEST(what_fails_before_a_call_is_sent_was_not_executed)
{
    IProbe *probe = two_nodes_bind(nodes);
    INamespace *object;

    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    assert_int_equal(
        ILocalNode_Connect(nodes->client.node, "loopback:nobody", port_now_ns() + SECOND, &object),
        NET_E_UNREACHABLE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(IProbe_Null(probe), S_OK);
    restart_server(nodes, 100 * MS);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_INamespace, (void **)&object), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    IProbe_Release(probe);
    (void)names;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proxy_finds_its_object_again_when_its_node_has_started_again),
        cmocka_unit_test(call_that_was_under_way_is_not_repeated),
        cmocka_unit_test(idempotent_call_that_was_under_way_is_repeated_once),
        cmocka_unit_test(repetition_has_what_is_left_of_the_time_of_the_call),
        cmocka_unit_test(what_is_not_executed_the_second_time_may_have_been_the_first_time),
        cmocka_unit_test(idempotent_call_by_an_ordinary_proxy_is_not_repeated),
        cmocka_unit_test(node_that_is_not_there_is_an_error_until_it_is),
        cmocka_unit_test(revoked_object_is_bound_again),
        cmocka_unit_test(it_is_an_object_of_its_own_and_passed_on_as_what_it_stands_for),
        cmocka_unit_test(object_of_this_process_is_given_as_it_is),
        cmocka_unit_test(what_fails_before_a_call_is_sent_was_not_executed),
        cmocka_unit_test(call_is_not_executed_whose_parameter_leads_nowhere),
        cmocka_unit_test(interfaces_stay_while_a_rebinding_proxy_of_them_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
