/* Two whole nodes in virtual time: what callers, callees and holders of references see. */
#include "two_nodes.h"
#include <sim.h>

typedef void body(struct two_nodes *nodes);

static void run_body(void *argument)
{
    struct two_nodes nodes;

    two_nodes_open(&nodes);
    ((body *)argument)(&nodes);
    two_nodes_close(&nodes);
}

/* Every body runs in turn and in a hundred random interleavings. */
static void run(body *run_it)
{
    uint64_t seed;

    for (seed = 0; seed <= 100; seed++)
        sim_run(seed, run_body, (void *)run_it);
}

#define TEST(name)                                    \
    static void name##_body(struct two_nodes *nodes); \
    static void name(void **state)                    \
    {                                                 \
        (void)state;                                  \
        run(name##_body);                             \
    }                                                 \
    static void name##_body(struct two_nodes *nodes)

/* ---- calls ---- */

TEST(call_returns_what_the_object_said)
{
    IProbe *probe = two_nodes_bind(nodes);
    uint8_t data[300], back[300];
    int32_t value = 0;
    uint32_t i;

    assert_int_equal(IProbe_Increment(probe, -8, &value), S_OK);
    assert_int_equal(value, -7);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    for (i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    assert_int_equal(IProbe_Echo(probe, data, sizeof(data), back), S_OK);
    assert_memory_equal(data, back, sizeof(data));
    IProbe_Release(probe);
}

static HRESULT fail_with_detail(struct test_probe *probe)
{
    (void)probe;
    com_set_error_detail("the detail");
    return E_ACCESSDENIED;
}

TEST(failure_arrives_with_its_detail)
{
    IProbe *probe = two_nodes_bind(nodes);

    nodes->probe.on_null = fail_with_detail;
    assert_int_equal(IProbe_Null(probe), E_ACCESSDENIED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    assert_string_equal(com_error_detail(), "the detail");
    IProbe_Release(probe);
}

TEST(request_beyond_the_peers_limit_is_not_sent)
{
    static uint8_t large[PORT_MAX_MESSAGE_BYTES + 1], back[sizeof(large)];
    IProbe *probe = two_nodes_bind(nodes);

    assert_int_equal(IProbe_Echo(probe, large, sizeof(large), back), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(IProbe_Null(probe), S_OK); /* and nothing is broken */
    IProbe_Release(probe);
}

TEST(deadline_ends_a_call_and_its_late_return_does_no_harm)
{
    IProbe *probe = two_nodes_bind(nodes);
    int64_t begin_ns = port_now_ns(), before_ns = rpc_set_deadline(begin_ns + 50 * MS);

    assert_int_equal(IProbe_Sleep(probe, 200), RPC_E_TIMEOUT);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    assert_true(port_now_ns() >= begin_ns + 50 * MS);
    assert_true(port_now_ns() < begin_ns + 60 * MS);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT); /* the thread's deadline has passed: not even sent */
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    (void)rpc_set_deadline(before_ns);
    sim_sleep(300 * MS);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
}

static HRESULT sleep_six_seconds(struct test_probe *probe)
{
    (void)probe;
    sim_sleep(6 * SECOND);
    return S_OK;
}

TEST(call_without_a_deadline_of_its_own_ends_after_five_seconds)
{
    IProbe *probe = two_nodes_bind(nodes);
    int64_t begin_ns = port_now_ns();

    nodes->probe.on_null = sleep_six_seconds;
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
    assert_true(port_now_ns() >= begin_ns + 5 * SECOND);
    assert_true(port_now_ns() < begin_ns + 5 * SECOND + 100 * MS);

    begin_ns = port_now_ns();
    assert_int_equal(rpc_set_timeout(probe, 100), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
    assert_true(port_now_ns() < begin_ns + 200 * MS);
    sim_sleep(20 * SECOND);
    IProbe_Release(probe);
}

TEST(long_call_outlives_silence_because_pings_are_answered)
{
    IProbe *probe = two_nodes_bind(nodes);

    assert_int_equal(IProbe_Sleep(probe, 20000),
                     S_OK); /* its own time-out is 30 s; the link's patience 3 s */
    IProbe_Release(probe);
}

/* ---- many at once ---- */

struct caller {
    IProbe *probe;
    int32_t first;
    uint32_t *ended;
    uint32_t refused;
};

static void call_many(void *argument)
{
    struct caller *caller = argument;
    int32_t i;

    for (i = caller->first; i < caller->first + 20; i++) {
        int32_t value = 0;
        HRESULT hr = IProbe_Increment(caller->probe, i, &value);

        if (hr == RPC_E_SERVERCALL_RETRYLATER) {
            assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
            caller->refused++;
            continue;
        }
        assert_int_equal(hr, S_OK);
        assert_int_equal(value, i + 1);
    }
    (*caller->ended)++;
}

TEST(callers_share_a_link_and_each_gets_its_own_return)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct caller callers[5];
    uint32_t ended = 0, refused = 0, i;

    for (i = 0; i < 5; i++) {
        callers[i] = (struct caller){probe, (int32_t)(1000 * i), &ended, 0};
        assert_true(port_thread_start("caller", call_many, &callers[i]));
    }
    wait_until(&ended, 5);
    for (i = 0; i < 5; i++)
        refused += callers[i].refused;
    assert_int_equal(nodes->probe.calls + refused,
                     100); /* refused calls were not executed, others exactly once */
    IProbe_Release(probe);
}

enum { SLEEPERS = PORT_MAX_RUNNING };

static void sleep_for_long(void *argument)
{
    struct caller *caller = argument;

    caller->refused += IProbe_Sleep(caller->probe, 4000) == RPC_E_SERVERCALL_RETRYLATER;
    (*caller->ended)++;
}

TEST(peer_whose_calls_take_long_keeps_no_other_out)
{
    IProbe *probe = two_nodes_bind(nodes), *of_other;
    struct caller callers[SLEEPERS];
    INamespace *remote;
    struct test_node other;
    uint32_t ended = 0, i;
    int64_t begin_ns;

    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:server", port_now_ns() + SECOND, &remote),
                     S_OK);
    for (i = 0; i < SLEEPERS; i++) {
        callers[i] = (struct caller){probe, 0, &ended, 0};
        assert_true(port_thread_start("sleeper", sleep_for_long, &callers[i]));
    }
    wait_until_at_least(&nodes->probe.calls, 1);
    sim_sleep(100 * MS);
    begin_ns = port_now_ns();
    assert_int_equal(com_bind(remote, "probe", &IID_IProbe, (void **)&of_other), S_OK);
    for (i = 0; i < 3 * PORT_MAX_RUNNING; i++)
        assert_int_equal(IProbe_Null(of_other), S_OK);
    assert_true(port_now_ns() < begin_ns + 500 * MS);
    assert_int_equal(ended, 0);
    IProbe_Release(of_other);
    INamespace_Release(remote);
    test_node_close(&other);
    wait_until(&ended, SLEEPERS);
    for (i = 0; i < SLEEPERS; i++)
        assert_int_equal(callers[i].refused, 0); /* alone it has all that it was promised */
    IProbe_Release(probe);
}

/* ---- references ---- */

TEST(interfaces_of_an_object_are_one_object)
{
    IProbe *probe = two_nodes_bind(nodes), *again = two_nodes_bind(nodes);
    IUnknown *unknown, *other;
    INamespace *no_namespace;

    assert_ptr_equal(probe, again);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_IUnknown, (void **)&unknown), S_OK);
    assert_int_equal(INamespace_Bind(nodes->remote, "probe", 0, &other), S_OK);
    assert_ptr_equal(unknown, other);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_INamespace, (void **)&no_namespace), E_NOINTERFACE);
    assert_null(no_namespace);
    IUnknown_Release(unknown);
    IUnknown_Release(other);
    IProbe_Release(probe);
    IProbe_Release(again);
}

TEST(root_bound_by_its_own_path_is_the_same_object)
{
    INamespace *root;

    assert_int_equal(com_bind(nodes->remote, "/", &IID_INamespace, (void **)&root), S_OK);
    assert_ptr_equal(root, nodes->remote);
    INamespace_Release(root);
}

TEST(reference_that_comes_home_is_the_object_itself)
{
    struct test_probe mine;
    IProbe *back;

    test_probe_init(&mine);
    assert_int_equal(INamespace_Register(nodes->remote, "mine", (IUnknown *)&mine.IProbe_iface, 0), S_OK);
    assert_true(mine.refs.count > 1); /* the server keeps it */
    assert_int_equal(com_bind(nodes->remote, "mine", &IID_IProbe, (void **)&back), S_OK);
    assert_ptr_equal(back, &mine.IProbe_iface);
    IProbe_Release(back);
    assert_int_equal(INamespace_Unregister(nodes->remote, "mine"), S_OK);
    wait_until(&mine.refs.count, 1);
}

TEST(lent_reference_that_is_not_kept_comes_back_with_the_call)
{
    struct test_probe mine;

    test_probe_init(&mine);
    assert_int_equal(INamespace_Register(nodes->remote, "probe", (IUnknown *)&mine.IProbe_iface, 0),
                     NS_E_EXISTS);
    wait_until(&mine.refs.count, 1);
}

TEST(last_release_reaches_the_object)
{
    IProbe *probe = two_nodes_bind(nodes);

    assert_int_equal(INamespace_Unregister(nodes->server.root, "probe"), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK); /* the reference keeps it */
    assert_int_equal(nodes->probe.refs.count, 2);
    IProbe_Release(probe);
    wait_until(&nodes->probe.refs.count, 1);
}

TEST(object_of_a_third_node_is_reached_through_the_second)
{
    struct test_node third;
    INamespace *remote;
    IProbe *probe;

    test_node_open(&third, nodes->network, "third");
    assert_int_equal(ILocalNode_Connect(third.node, "loopback:client", port_now_ns() + SECOND, &remote),
                     S_OK);
    probe = two_nodes_bind(nodes);
    assert_int_equal(INamespace_Register(nodes->client.root, "passed", (IUnknown *)probe, 0), S_OK);
    IProbe_Release(probe);
    assert_int_equal(com_bind(remote, "passed", &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(nodes->probe.calls, 1);
    IProbe_Release(probe);
    INamespace_Release(remote);
    test_node_close(&third);
    assert_int_equal(INamespace_Unregister(nodes->client.root, "passed"), S_OK);
}

/* ---- nesting ---- */

/* Calls the probe at the other side back, `depth` levels deep. */
struct bouncer {
    struct test_probe mine;
    IProbe *other;
    uint32_t left;
    HRESULT innermost;
};

static HRESULT bounce(struct test_probe *probe)
{
    struct bouncer *bouncer = probe->context;

    if (!bouncer->left)
        return S_OK;
    bouncer->left--;
    bouncer->innermost = IProbe_Null(bouncer->other);
    return bouncer->innermost;
}

/* The server's object calls the client's during the client's call, and so on. */
static HRESULT bounce_many(struct two_nodes *nodes, uint32_t times)
{
    struct bouncer at_client = {.left = times}, at_server = {.left = times};
    HRESULT hr;

    test_probe_init(&at_client.mine);
    at_client.mine.on_null = bounce;
    at_client.mine.context = &at_client;
    nodes->probe.on_null = bounce;
    nodes->probe.context = &at_server;
    at_client.other = two_nodes_bind(nodes);
    assert_int_equal(INamespace_Register(nodes->remote, "back", (IUnknown *)&at_client.mine.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(com_bind(nodes->server.root, "back", &IID_IProbe, (void **)&at_server.other), S_OK);
    hr = IProbe_Null(at_client.other);
    IProbe_Release(at_server.other);
    IProbe_Release(at_client.other);
    assert_int_equal(INamespace_Unregister(nodes->remote, "back"), S_OK);
    wait_until(&at_client.mine.refs.count, 1);
    return hr;
}

TEST(callback_during_a_call)
{
    assert_int_equal(bounce_many(nodes, 1), S_OK);
    assert_int_equal(nodes->probe.calls, 2);
}

TEST(nesting_ends_at_the_depth_limit)
{
    assert_int_equal(bounce_many(nodes, 100), RPC_E_SERVERCALL_REJECTED);
    assert_true(nodes->probe.calls <= PORT_MAX_DEPTH);
}

/* ---- the end of a link ---- */

struct sleeper {
    IProbe *probe;
    HRESULT hr;
    enum rpc_executed executed;
    uint32_t ended;
};

static void sleep_remotely(void *argument)
{
    struct sleeper *sleeper = argument;

    sleeper->hr = IProbe_Sleep(sleeper->probe, 10000);
    sleeper->executed = rpc_last_executed();
    sleeper->ended = 1;
}

TEST(link_that_ends_fails_its_calls_and_releases_what_the_peer_held)
{
    struct sleeper sleeper = {.probe = two_nodes_bind(nodes)};
    struct test_probe mine;

    test_probe_init(&mine);
    assert_int_equal(INamespace_Register(nodes->remote, "mine", (IUnknown *)&mine.IProbe_iface, 0), S_OK);
    assert_true(port_thread_start("sleeper", sleep_remotely, &sleeper));
    wait_until(&nodes->probe.calls, 1);
    test_node_close(&nodes->server); /* waits for the call that sleeps there */
    wait_until(&sleeper.ended, 1);
    assert_int_equal(sleeper.hr, RPC_E_DISCONNECTED);
    assert_int_equal(sleeper.executed, RPC_EXECUTED_UNKNOWN);
    assert_int_equal(IProbe_Null(sleeper.probe), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(ILocalNode_IsConnected(nodes->client.node, (IUnknown *)sleeper.probe), S_FALSE);
    wait_until(&mine.refs.count, 1);
    IProbe_Release(sleeper.probe);

    /* A new node under the same endpoint is reached by connecting again; the old proxies stay dead. */
    test_node_open(&nodes->server, nodes->network, "server");
    assert_int_equal(
        INamespace_Register(nodes->server.root, "probe", (IUnknown *)&nodes->probe.IProbe_iface, 0), S_OK);
    INamespace_Release(nodes->remote);
    assert_int_equal(
        ILocalNode_Connect(nodes->client.node, "loopback:server", port_now_ns() + SECOND, &nodes->remote),
        S_OK);
    sleeper.probe = two_nodes_bind(nodes);
    assert_int_equal(IProbe_Null(sleeper.probe), S_OK);
    IProbe_Release(sleeper.probe);
}

/* Uses the server in every way until it is gone. */
struct user {
    struct two_nodes *nodes;
    struct test_probe mine;
    char name[2];
    uint32_t *ended;
};

static bool is_expected(HRESULT hr)
{
    return hr == S_OK || hr == RPC_E_DISCONNECTED || hr == RPC_E_SERVERCALL_RETRYLATER;
}

static void use_until_it_ends(void *argument)
{
    struct user *user = argument;
    HRESULT hr = S_OK;

    while (hr != RPC_E_DISCONNECTED) {
        IProbe *probe = NULL;

        sim_sleep(MS / 10); /* time passes only when everybody sleeps */
        hr = com_bind(user->nodes->remote, "probe", &IID_IProbe, (void **)&probe);
        assert_true(is_expected(hr));
        if (FAILED(hr))
            continue;
        hr = INamespace_Register(user->nodes->remote, user->name, (IUnknown *)&user->mine.IProbe_iface, 0);
        assert_true(is_expected(hr) || hr == NS_E_EXISTS);
        hr = IProbe_Null(probe);
        assert_true(is_expected(hr));
        IProbe_Release(probe);
        hr = INamespace_Unregister(user->nodes->remote, user->name);
        assert_true(is_expected(hr) || hr == NS_E_NOT_FOUND);
    }
    (*user->ended)++;
}

TEST(node_stops_while_it_is_used)
{
    struct user users[3];
    uint32_t ended = 0, i;

    for (i = 0; i < 3; i++) {
        users[i] = (struct user){.nodes = nodes, .name = {(char)('a' + i)}, .ended = &ended};
        test_probe_init(&users[i].mine);
        assert_true(port_thread_start("user", use_until_it_ends, &users[i]));
    }
    wait_until_at_least(&nodes->probe.calls, 10);
    test_node_close(&nodes->server);
    wait_until(&ended, 3);
    for (i = 0; i < 3; i++)
        wait_until(&users[i].mine.refs.count, 1);
    test_node_open(&nodes->server, nodes->network, "server");
}

TEST(node_that_nobody_listens_for_is_unreachable)
{
    INamespace *root;

    assert_int_equal(ILocalNode_Connect(nodes->client.node, "loopback:nobody", port_now_ns() + SECOND, &root),
                     NET_E_UNREACHABLE);
    assert_null(root);
    assert_int_equal(ILocalNode_Connect(nodes->client.node, "pigeon:nobody", port_now_ns() + SECOND, &root),
                     NET_E_BAD_ENDPOINT);
}

TEST(endpoints_that_are_meant_for_others_are_passed_over)
{
    INamespace *root;

    assert_int_equal(ILocalNode_Connect(nodes->client.node, "pigeon:server loopback:server bottle:server",
                                        port_now_ns() + SECOND, &root),
                     S_OK);
    INamespace_Release(root);
    assert_int_equal(ILocalNode_Connect(nodes->client.node, "pigeon:nobody loopback:nobody bottle:nobody",
                                        port_now_ns() + SECOND, &root),
                     NET_E_UNREACHABLE);
    assert_null(root);
}

TEST(two_connections_to_one_node_become_one_link)
{
    struct rpc_statistics statistics;
    INamespace *root;

    assert_int_equal(ILocalNode_Connect(nodes->client.node, "loopback:server", port_now_ns() + SECOND, &root),
                     S_OK);
    assert_ptr_equal(root, nodes->remote);
    INamespace_Release(root);
    rpc_node_statistics(nodes->client.node, &statistics);
    assert_int_equal(statistics.links, 1);
}

struct dialler {
    ILocalNode *node;
    const char *endpoint;
    INamespace *root;
    HRESULT hr;
    uint32_t *ended;
};

static void dial(void *argument)
{
    struct dialler *dialler = argument;

    dialler->hr =
        ILocalNode_Connect(dialler->node, dialler->endpoint, port_now_ns() + SECOND, &dialler->root);
    (*dialler->ended)++;
}

TEST(nodes_that_dial_each_other_at_once_both_succeed)
{
    struct test_node one, other;
    uint32_t ended = 0, i;
    struct dialler diallers[2];
    struct rpc_statistics statistics;

    test_node_open(&one, nodes->network, "one");
    test_node_open(&other, nodes->network, "other");
    diallers[0] = (struct dialler){one.node, "loopback:other", NULL, S_OK, &ended};
    diallers[1] = (struct dialler){other.node, "loopback:one", NULL, S_OK, &ended};
    for (i = 0; i < 2; i++)
        assert_true(port_thread_start("dialler", dial, &diallers[i]));
    wait_until(&ended, 2);
    for (i = 0; i < 2; i++) {
        char names[64];
        uint32_t length;

        assert_int_equal(diallers[i].hr, S_OK);
        assert_int_equal(INamespace_List(diallers[i].root, "", sizeof(names), names, &length), S_OK);
        rpc_node_statistics(diallers[i].node, &statistics);
        assert_in_range(statistics.links, 1, 2);
        INamespace_Release(diallers[i].root);
    }
    test_node_close(&one);
    test_node_close(&other);
}

/* ---- memory that runs out ---- */

static void run_short_of_memory(void *argument)
{
    uint32_t nth = *(uint32_t *)argument;
    struct two_nodes nodes;
    struct test_probe mine;
    IProbe *probe = NULL;
    uint32_t i;

    two_nodes_open(&nodes);
    test_probe_init(&mine);
    rpc_buffer_trim();
    sim_fail_alloc(nth);
    for (i = 0; i < 3; i++) {
        (void)INamespace_Register(nodes.remote, "mine", (IUnknown *)&mine.IProbe_iface, 0);
        if (SUCCEEDED(com_bind(nodes.remote, "probe", &IID_IProbe, (void **)&probe))) {
            (void)IProbe_Null(probe);
            IProbe_Release(probe);
        }
        (void)INamespace_Unregister(nodes.remote, "mine");
    }
    sim_fail_alloc(0);
    (void)INamespace_Unregister(nodes.server.root, "mine"); /* if its answer was lost */
    INamespace_Release(nodes.remote);
    assert_int_equal(
        ILocalNode_Connect(nodes.client.node, "loopback:server", port_now_ns() + SECOND, &nodes.remote),
        S_OK);
    probe = two_nodes_bind(&nodes); /* all works again */
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
    wait_until(&mine.refs.count, 1);
    two_nodes_close(&nodes);
}

/* The next block that anybody takes is one that there is not: who needs none does not notice. */
TEST(calls_take_no_memory_on_either_side)
{
    IProbe *probe = two_nodes_bind(nodes);
    uint8_t data[40] = {1, 2, 3}, back[40];
    int32_t value;
    uint32_t i;

    for (i = 0; i < 20; i++) {
        if (i == 10)
            sim_fail_alloc(1);
        assert_int_equal(IProbe_Null(probe), S_OK);
        assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
        assert_int_equal(IProbe_Echo(probe, data, sizeof(data), back), S_OK);
    }
    assert_null(port_alloc(1)); /* it is still to come */
    IProbe_Release(probe);
}

static void any_allocation_may_fail(void **state)
{
    uint32_t nth;

    (void)state;
    for (nth = 1; nth < 60; nth++)
        sim_run(0, run_short_of_memory, &nth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(call_returns_what_the_object_said),
        cmocka_unit_test(failure_arrives_with_its_detail),
        cmocka_unit_test(request_beyond_the_peers_limit_is_not_sent),
        cmocka_unit_test(deadline_ends_a_call_and_its_late_return_does_no_harm),
        cmocka_unit_test(call_without_a_deadline_of_its_own_ends_after_five_seconds),
        cmocka_unit_test(long_call_outlives_silence_because_pings_are_answered),
        cmocka_unit_test(callers_share_a_link_and_each_gets_its_own_return),
        cmocka_unit_test(peer_whose_calls_take_long_keeps_no_other_out),
        cmocka_unit_test(interfaces_of_an_object_are_one_object),
        cmocka_unit_test(root_bound_by_its_own_path_is_the_same_object),
        cmocka_unit_test(reference_that_comes_home_is_the_object_itself),
        cmocka_unit_test(lent_reference_that_is_not_kept_comes_back_with_the_call),
        cmocka_unit_test(last_release_reaches_the_object),
        cmocka_unit_test(object_of_a_third_node_is_reached_through_the_second),
        cmocka_unit_test(callback_during_a_call),
        cmocka_unit_test(nesting_ends_at_the_depth_limit),
        cmocka_unit_test(link_that_ends_fails_its_calls_and_releases_what_the_peer_held),
        cmocka_unit_test(node_stops_while_it_is_used),
        cmocka_unit_test(node_that_nobody_listens_for_is_unreachable),
        cmocka_unit_test(endpoints_that_are_meant_for_others_are_passed_over),
        cmocka_unit_test(two_connections_to_one_node_become_one_link),
        cmocka_unit_test(nodes_that_dial_each_other_at_once_both_succeed),
        cmocka_unit_test(calls_take_no_memory_on_either_side),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
