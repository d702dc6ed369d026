/*
 * What a peer sees and may do: views by the name of the peer, masks of methods, limits, revocation.
 */
#include "two_nodes.h"
#include <mailbox.idl.h>
#include <rpc/view.idl.h>
#include <rpc_marshal.h>
#include <sim.h>

typedef void body(struct two_nodes *nodes, IViews *views);

static IViews *views_of(const struct test_node *node)
{
    IViews *views;

    assert_int_equal(ILocalNode_QueryInterface(node->node, &IID_IViews, (void **)&views), S_OK);
    return views;
}

/* The client is not connected yet. */
static void run_body(void *argument)
{
    struct two_nodes nodes;
    IViews *views;

    two_nodes_start(&nodes);
    views = views_of(&nodes.server);
    ((body *)argument)(&nodes, views);
    IViews_Release(views);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                   \
    static void name##_body(struct two_nodes *nodes, IViews *views); \
    static void name(void **state)                                   \
    {                                                                \
        uint64_t seed;                                               \
                                                                     \
        (void)state;                                                 \
        for (seed = 0; seed <= 50; seed++)                           \
            sim_run(seed, run_body, (void *)name##_body);            \
    }                                                                \
    static void name##_body(struct two_nodes *nodes, IViews *views)

static HRESULT bind_probe(INamespace *root)
{
    IUnknown *object;
    HRESULT hr = INamespace_Bind(root, "probe", 0, &object);

    if (SUCCEEDED(hr))
        IUnknown_Release(object);
    return hr;
}

TEST(root_is_chosen_by_the_name_of_the_peer)
{
    struct test_node other;
    INamespace *empty, *seen;

    assert_int_equal(boot_namespace_component_main(NULL, (IUnknown **)&empty), S_OK);
    assert_int_equal(IViews_SetView(views, "*", empty, NULL, NULL, 0), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, NULL, 0), S_OK);
    INamespace_Release(empty);
    two_nodes_connect(nodes);
    assert_int_equal(bind_probe(nodes->remote), S_OK);

    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:server", port_now_ns() + SECOND, &seen), S_OK);
    assert_int_equal(bind_probe(seen), NS_E_NOT_FOUND);
    INamespace_Release(seen);
    test_node_close(&other);
}

TEST(masked_method_is_refused_and_not_executed)
{
    struct view_mask mask = {.iid = IID_IProbe, .denied = UINT64_C(1) << 4}; /* Increment */
    IProbe *probe;
    int32_t value = 7;

    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, &mask, 1), S_OK);
    two_nodes_connect(nodes);
    probe = two_nodes_bind(nodes);
    assert_int_equal(IProbe_Increment(probe, 1, &value), RPC_E_ACCESS_DENIED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_true(strlen(com_error_detail()) > 0);
    assert_int_equal(value, 7);
    assert_int_equal(nodes->probe.calls, 0);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
}

TEST(view_that_changes_ends_the_connection_and_the_next_finds_the_new_one)
{
    struct view_mask mask = {.iid = IID_IProbe, .denied = UINT64_C(1) << 3};
    IProbe *probe;

    two_nodes_connect(nodes);
    probe = two_nodes_bind(nodes);
    assert_int_equal(IViews_SetView(views, "stranger", NULL, NULL, &mask, 1), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK); /* it is no concern of this peer's */
    assert_int_equal(IViews_SetView(views, "*", NULL, NULL, &mask, 1), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    IProbe_Release(probe);
    INamespace_Release(nodes->remote);
    two_nodes_connect(nodes);
    probe = two_nodes_bind(nodes);
    assert_int_equal(IProbe_Null(probe), RPC_E_ACCESS_DENIED);
    assert_int_equal(IViews_RemoveView(views, "*"), S_OK);
    assert_int_equal(IViews_RemoveView(views, "*"), S_FALSE);
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    IProbe_Release(probe);
    INamespace_Release(nodes->remote);
    two_nodes_connect(nodes);
    probe = two_nodes_bind(nodes);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
}

TEST(revoked_reference_is_dead_and_can_be_given_again)
{
    IProbe *probe, *again;
    uint32_t cut;

    two_nodes_connect(nodes);
    probe = two_nodes_bind(nodes);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IViews_Revoke(views, (IUnknown *)&nodes->probe.IProbe_iface, "stranger", &cut), S_OK);
    assert_int_equal(cut, 0);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IViews_Revoke(views, (IUnknown *)&nodes->probe.IProbe_iface, NULL, &cut), S_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(IProbe_Null(probe), CO_E_OBJNOTCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(nodes->probe.calls, 2);

    /* It is not taken as a parameter either: nobody makes an object of it. */
    assert_int_equal(INamespace_Register(nodes->remote, "stolen", (IUnknown *)probe, 0),
                     CO_E_OBJNOTCONNECTED);

    again = two_nodes_bind(nodes);
    assert_ptr_not_equal(again, probe);
    assert_int_equal(IProbe_Null(again), S_OK);
    assert_int_equal(IProbe_Null(probe), CO_E_OBJNOTCONNECTED);
    IProbe_Release(probe);
    assert_int_equal(IProbe_Null(again), S_OK);
    assert_int_equal(IViews_Revoke(views, NULL, "client", &cut), S_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(IProbe_Null(again), CO_E_OBJNOTCONNECTED);
    assert_int_equal(bind_probe(nodes->remote), S_OK); /* the root stays */
    IProbe_Release(again);
}

TEST(limit_of_references_is_the_peers_own)
{
    struct view_limits limits = {.exports = 1};
    struct test_node other;
    struct test_probe second;
    IUnknown *first, *none;
    INamespace *seen;

    test_probe_init(&second);
    assert_int_equal(INamespace_Register(nodes->server.root, "second", (IUnknown *)&second.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, &limits, NULL, 0), S_OK);
    two_nodes_connect(nodes);
    assert_int_equal(INamespace_Bind(nodes->remote, "probe", 0, &first), S_OK);
    assert_int_equal(INamespace_Bind(nodes->remote, "second", 0, &none), RPC_E_OUT_OF_RESOURCES);
    assert_null(none);
    assert_int_equal(bind_probe(nodes->remote), S_OK); /* the same object: no more than it has */
    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:server", port_now_ns() + SECOND, &seen), S_OK);
    assert_int_equal(INamespace_Bind(seen, "second", 0, &none), S_OK);
    IUnknown_Release(none);
    assert_int_equal(INamespace_Bind(seen, "probe", 0, &none), S_OK);
    IUnknown_Release(none);
    IUnknown_Release(first);
    sim_sleep(SECOND); /* until the Release is there */
    assert_int_equal(INamespace_Bind(nodes->remote, "second", 0, &none), S_OK);
    IUnknown_Release(none);
    INamespace_Release(seen);
    test_node_close(&other);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "second"), S_OK);
    wait_until(&second.refs.count, 1);
}

/* An object whose method (GetCancelled, to the client) has two references among its results. */
static struct test_probe results[2];

static HRESULT pair_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IMailbox, iid, out_object);
}

static uint32_t pair_count(IUnknown *iface)
{
    (void)iface;
    return 1; /* it is static */
}

static HRESULT pair_stub(void *object, uint32_t method, struct rpc_incoming *call)
{
    HRESULT hr = rpc_incoming_execute(call, 2 * WIRE_SCALAR_BOUND);
    uint32_t i;

    (void)object;
    (void)method;
    for (i = 0; SUCCEEDED(hr) && i < 2; i++) {
        IProbe_AddRef(&results[i].IProbe_iface);
        rpc_incoming_put_interface(call, i + 1, &IID_IProbe, &results[i].IProbe_iface);
    }
    return hr;
}

extern const struct com_interface *const mailbox_component_interfaces[];

TEST(answer_with_one_reference_too_many_leaves_none_behind)
{
    static const struct IUnknownVtbl vtbl = {
        .QueryInterface = pair_QueryInterface, .AddRef = pair_count, .Release = pair_count};
    static const struct com_interface interface = {
        .iid = &IID_IMailbox, .name = "IMailbox", .method_count = 32, .stub = pair_stub};
    static const struct com_interface *const interfaces[] = {&interface, NULL};
    static IUnknown pair = {&vtbl};
    struct view_limits limits = {.exports = 2};
    IMailbox *mailbox;
    uint32_t i, count;

    for (i = 0; i < 2; i++)
        test_probe_init(&results[i]);
    assert_int_equal(ILocalNode_AddInterfaces(nodes->server.node, interfaces), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(nodes->client.node, mailbox_component_interfaces), S_OK);
    assert_int_equal(INamespace_Register(nodes->server.root, "pair", &pair, 0), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, &limits, NULL, 0), S_OK);
    two_nodes_connect(nodes);
    assert_int_equal(com_bind(nodes->remote, "pair", &IID_IMailbox, (void **)&mailbox), S_OK);
    for (i = 0; i < 3; i++) { /* the room of the first is there again */
        assert_int_equal(IMailbox_GetCancelled(mailbox, &count), RPC_E_OUT_OF_RESOURCES);
        assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
        wait_until(&results[0].refs.count, 1);
        wait_until(&results[1].refs.count, 1);
    }
    IMailbox_Release(mailbox);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "pair"), S_OK);
}

TEST(what_a_second_allows_is_refused_beyond_and_allowed_in_the_next)
{
    struct view_limits limits = {.lookups_per_second = 3, .calls_per_second = 10, .message_bytes = 300};
    uint8_t data[400] = {0}, back[400];
    IProbe *probe;
    uint32_t i;

    assert_int_equal(IViews_SetView(views, "client", NULL, &limits, NULL, 0), S_OK);
    two_nodes_connect(nodes);
    sim_sleep(2 * SECOND);
    probe = two_nodes_bind(nodes); /* 1 lookup */
    assert_int_equal(bind_probe(nodes->remote), S_OK);
    assert_int_equal(bind_probe(nodes->remote), S_OK);
    assert_int_equal(bind_probe(nodes->remote), RPC_E_SERVERCALL_RETRYLATER);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(IProbe_Echo(probe, data, 400, back), RPC_E_OUT_OF_RESOURCES);
    for (i = 0; i < 10; i++)
        if (IProbe_Null(probe) == RPC_E_SERVERCALL_RETRYLATER)
            break;
    assert_in_range(i, 5, 9); /* some calls were made to bind */
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(bind_probe(nodes->remote), S_OK);
    IProbe_Release(probe);
}

static void set_many(struct two_nodes *nodes, IViews *views)
{
    char peer[8];
    uint32_t i;

    for (i = 0; i < VIEW_PEERS_MAX; i++) {
        peer[0] = 'p';
        peer[1] = (char)('0' + i / 10);
        peer[2] = (char)('0' + i % 10);
        peer[3] = '\0';
        assert_int_equal(IViews_SetView(views, peer, NULL, NULL, NULL, 0), S_OK);
    }
    assert_int_equal(IViews_SetView(views, "onemore", NULL, NULL, NULL, 0), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(IViews_SetView(views, "p00", NULL, NULL, NULL, 0), S_OK); /* another in its place */
    assert_int_equal(IViews_SetView(views, "a name of more than thirty-one characters", NULL, NULL, NULL, 0),
                     E_INVALIDARG);
    two_nodes_connect(nodes);
}

static void views_are_bounded(void **state)
{
    (void)state;
    sim_run(0, run_body, (void *)set_many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(root_is_chosen_by_the_name_of_the_peer),
        cmocka_unit_test(masked_method_is_refused_and_not_executed),
        cmocka_unit_test(view_that_changes_ends_the_connection_and_the_next_finds_the_new_one),
        cmocka_unit_test(revoked_reference_is_dead_and_can_be_given_again),
        cmocka_unit_test(limit_of_references_is_the_peers_own),
        cmocka_unit_test(answer_with_one_reference_too_many_leaves_none_behind),
        cmocka_unit_test(what_a_second_allows_is_refused_beyond_and_allowed_in_the_next),
        cmocka_unit_test(views_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
