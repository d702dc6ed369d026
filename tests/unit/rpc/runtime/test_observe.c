/*
 * What a node counts: two nodes that do, in virtual time, so that durations are exact.
 */
#include "two_nodes.h"
#include <rpc/observe.idl.h>
#include <sim.h>
#include <runtime/observe.h>

typedef void body(struct two_nodes *nodes, IObserve *server, IObserve *client);

static IObserve *observe(const struct test_node *node)
{
    IUnknown *object;
    IObserve *found;

    assert_int_equal(rpc_observe(node->node, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IObserve, (void **)&found), S_OK);
    IUnknown_Release(object);
    return found;
}

/* As two_nodes_open, but both count before there is a connection. */
static void run_body(void *argument)
{
    IObserve *server, *client;
    struct two_nodes nodes;

    two_nodes_start(&nodes);
    server = observe(&nodes.server);
    client = observe(&nodes.client);
    two_nodes_connect(&nodes);
    ((body *)argument)(&nodes, server, client);
    IObserve_Release(server);
    IObserve_Release(client);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                                        \
    static void name##_body(struct two_nodes *nodes, IObserve *server, IObserve *client); \
    static void name(void **state)                                                        \
    {                                                                                     \
        uint64_t seed;                                                                    \
                                                                                          \
        (void)state;                                                                      \
        for (seed = 0; seed <= 50; seed++)                                                \
            sim_run(seed, run_body, (void *)name##_body);                                 \
    }                                                                                     \
    static void name##_body(struct two_nodes *nodes, IObserve *server, IObserve *client)

/* The row of IProbe. */
static struct observe_calls probe_calls(IObserve *node, uint64_t connection, bool is_served)
{
    struct observe_interface rows[OBSERVE_LIST_MAX];
    uint32_t count, i;

    assert_int_equal(IObserve_ListInterfaces(node, connection, 0, OBSERVE_LIST_MAX, rows, &count), S_OK);
    for (i = 0; i < count; i++)
        if (com_guid_equal(&rows[i].iid, &IID_IProbe) && rows[i].is_served == is_served) {
            assert_string_equal(rows[i].name, "IProbe");
            return rows[i].calls;
        }
    return (struct observe_calls){.calls = 0};
}

static struct observe_connection only_connection(IObserve *node)
{
    struct observe_connection found[2];
    uint32_t count;

    assert_int_equal(IObserve_ListConnections(node, 0, 2, found, &count), S_OK);
    assert_int_equal(count, 1);
    return found[0];
}

static HRESULT refuse(struct test_probe *probe)
{
    (void)probe;
    return E_ABORT;
}

TEST(calls_are_counted_on_both_sides_by_connection_and_interface)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct observe_connection at_server, at_client;
    struct observe_calls served, made;
    int32_t value;

    assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
    assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
    nodes->probe.on_null = refuse;
    assert_int_equal(IProbe_Null(probe), E_ABORT);

    at_server = only_connection(server);
    at_client = only_connection(client);
    assert_string_equal(at_server.peer, "client");
    assert_string_equal(at_server.endpoint, "");
    assert_string_equal(at_client.peer, "server");
    assert_string_equal(at_client.endpoint, "loopback:server");
    assert_int_equal(at_server.state, OBSERVE_OPEN);
    served = probe_calls(server, at_server.id, true);
    made = probe_calls(client, at_client.id, false);
    assert_int_equal(served.calls, 3);
    assert_int_equal(served.failed, 1);
    assert_int_equal(made.calls, 3);
    assert_int_equal(made.failed, 1);
    assert_int_equal(made.lost, 0);
    assert_true(served.bytes_in > 0 && served.bytes_out > 0);
    assert_int_equal(served.bytes_in, made.bytes_out);
    assert_int_equal(served.bytes_out, made.bytes_in);
    assert_int_equal(probe_calls(server, at_server.id, false).calls, 0);

    /* What passed the connection is all of these, the greetings, and what the probe is. */
    assert_int_equal(at_server.served.calls, at_client.made.calls);
    assert_true(at_client.made.calls > 3); /* Bind, and perhaps QueryInterface */
    assert_int_equal(at_server.bytes_in, at_client.bytes_out);
    assert_int_equal(at_client.frames_in, at_client.made.calls + 2);
    assert_true(at_client.bytes_in > at_client.made.bytes_in);
    assert_int_equal(at_server.exports, 1);
    assert_int_equal(at_client.imports, 2); /* the root as well */
    assert_int_equal(at_server.exports, only_connection(server).exports);
    IProbe_Release(probe);
}

TEST(durations_fall_into_their_buckets)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct observe_calls served, made;

    assert_int_equal(IProbe_Sleep(probe, 3), S_OK);
    assert_int_equal(IProbe_Sleep(probe, 3), S_OK);
    assert_int_equal(IProbe_Sleep(probe, 100), S_OK);
    served = probe_calls(server, 0, true);
    made = probe_calls(client, 0, false);
    assert_int_equal(served.durations[13], 2); /* 2.1 to 4.2 ms */
    assert_int_equal(served.durations[18], 1); /* 67 to 134 ms */
    assert_int_equal(made.durations[13], 2);
    assert_int_equal(made.durations[18], 1);
    assert_in_range(served.longest_ns, 100 * MS, 101 * MS);
    assert_in_range(made.total_ns, 106 * MS, 110 * MS);
    IProbe_Release(probe);
}

static HRESULT take_long(struct test_probe *probe)
{
    (void)probe;
    sim_sleep(500 * MS);
    return S_OK;
}

TEST(call_without_an_answer_is_lost)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct observe_calls made;

    nodes->probe.on_null = take_long;
    assert_int_equal(rpc_set_timeout(probe, 50), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
    made = probe_calls(client, 0, false);
    assert_int_equal(made.calls, 1);
    assert_int_equal(made.failed, 1);
    assert_int_equal(made.lost, 1);
    assert_in_range(made.longest_ns, 50 * MS, 52 * MS);
    sim_sleep(SECOND); /* its late Return changes nothing */
    made = probe_calls(client, 0, false);
    assert_int_equal(made.calls, 1);
    assert_int_equal(probe_calls(server, 0, true).calls, 1);
    IProbe_Release(probe);
}

TEST(connection_that_ended_stays_in_the_sum)
{
    struct observe_node before, after;
    struct observe_interface row;
    struct test_node guest;
    int64_t give_up_ns;
    INamespace *root;
    IUnknown *object;
    uint32_t count;

    (void)client;
    test_node_open(&guest, nodes->network, "guest");
    assert_int_equal(ILocalNode_Connect(guest.node, "loopback:server", port_now_ns() + SECOND, &root), S_OK);
    assert_int_equal(INamespace_Bind(root, "probe", 0, &object), S_OK);
    assert_int_equal(IObserve_GetNode(server, &before), S_OK);
    assert_int_equal(before.open, 2);
    assert_int_equal(before.connections, 2);
    assert_int_equal(before.exports, 1);
    assert_int_equal(IObserve_ListInterfaces(server, 2, 0, 1, &row, &count), S_OK);
    assert_int_equal(count, 1);
    IUnknown_Release(object);
    INamespace_Release(root);
    test_node_close(&guest);

    give_up_ns = port_now_ns() + 20 * SECOND;
    do {
        sim_sleep(MS);
        assert_int_equal(IObserve_GetNode(server, &after), S_OK);
        assert_int_equal(after.served.calls, before.served.calls);
        assert_int_equal(after.served.bytes_in, before.served.bytes_in);
    } while (after.open > 1 && port_now_ns() < give_up_ns);
    assert_int_equal(after.open, 1);
    assert_int_equal(after.connections, 2);
    sim_sleep(SECOND); /* until its link is gone, not only dead */
    assert_int_equal(IObserve_GetNode(server, &after), S_OK);
    assert_int_equal(after.served.calls, before.served.calls);
    assert_int_equal(IObserve_ListInterfaces(server, 2, 0, 1, &row, &count), NS_E_NOT_FOUND);
    assert_int_equal(only_connection(server).id, 1);
}

TEST(call_that_is_not_looked_at_is_refused)
{
    INamespace *none;
    IUnknown *object;

    struct observe_node all;
    struct test_node stranger;

    (void)client;
    assert_int_equal(ILocalNode_SetExportedRoot(nodes->server.node, NULL), S_OK); /* for later connections */
    test_node_open(&stranger, nodes->network, "stranger");
    assert_int_equal(ILocalNode_Connect(stranger.node, "loopback:server", port_now_ns() + SECOND, &none),
                     S_OK);
    assert_int_equal(INamespace_Bind(none, "probe", 0, &object), NS_E_NOT_FOUND);
    INamespace_Release(none);
    test_node_close(&stranger);
    assert_int_equal(IObserve_GetNode(server, &all), S_OK);
    assert_int_equal(all.refused, 1);
    assert_int_equal(all.served.calls, 0);
}

TEST(lists_go_on_where_they_ended)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct observe_interface rows[2], first;
    struct observe_connection connection;
    uint32_t count;

    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IObserve_ListInterfaces(client, 0, 0, 1, &first, &count), S_FALSE);
    assert_int_equal(count, 1);
    assert_true(SUCCEEDED(IObserve_ListInterfaces(client, 0, 1, 1, rows, &count)));
    assert_int_equal(count, 1);
    assert_false(com_guid_equal(&first.iid, &rows[0].iid));
    assert_int_equal(IObserve_ListInterfaces(client, 0, 1000, 1, rows, &count), S_OK);
    assert_int_equal(count, 0);
    assert_int_equal(IObserve_ListConnections(server, only_connection(server).id, 1, &connection, &count),
                     S_OK);
    assert_int_equal(count, 0);
    IProbe_Release(probe);
}

/* ---- rows ---- */

static void interfaces_beyond_the_limit_share_a_row(void **state)
{
    struct rpc_counters counters = {.rows = NULL};
    struct observe_calls sum;
    static const IID others;
    const struct rpc_row *row;
    uint32_t i, rows = 0;

    (void)state;
    for (i = 0; i < 100; i++) {
        IID iid = IID_IProbe;

        iid.data1 = i;
        rpc__counters_add(&counters, RPC_LINK_ROWS_MAX,
                          &(struct rpc_ended){.iid = &iid, .is_served = i % 2, .bytes_in = 1});
    }
    rpc__counters_add(&counters, RPC_LINK_ROWS_MAX, &(struct rpc_ended){.iid = NULL, .is_served = true});
    for (row = counters.rows; row; row = row->next) {
        rows++;
        if (com_guid_equal(&row->iid, &others))
            assert_int_equal(row->calls.calls, row->is_served ? 28 : 27);
    }
    assert_int_equal(rows, RPC_LINK_ROWS_MAX);
    rpc__counters_sum(&counters, true, &sum);
    assert_int_equal(sum.calls, 51);
    rpc__counters_sum(&counters, false, &sum);
    assert_int_equal(sum.calls, 50);
    assert_int_equal(sum.bytes_in, 50);
    rpc__counters_clear(&counters);
}

/* ---- memory that runs out ---- */

static void run_short_of_memory(void *argument)
{
    uint32_t nth = *(uint32_t *)argument;
    struct test_node server, client;
    IObserve *observation;
    struct observe_node all;
    INetwork *network;
    INamespace *remote;
    HRESULT hr = E_FAIL;

    assert_int_equal(loopback_network_create(&network), S_OK);
    test_node_open(&server, network, "server");
    test_node_open(&client, network, "client");
    observation = observe(&server);
    sim_fail_alloc(nth);
    if (SUCCEEDED(ILocalNode_Connect(client.node, "loopback:server", port_now_ns() + SECOND, &remote))) {
        char names[64];
        uint32_t length;

        hr = INamespace_List(remote, "", sizeof(names), names, &length);
        (void)IObserve_GetNode(observation, &all);
        INamespace_Release(remote);
    }
    sim_fail_alloc(0);
    assert_int_equal(IObserve_GetNode(observation, &all), S_OK);
    assert_true(all.served.calls <= 1 && (nth || (hr == S_OK && all.served.calls == 1)));
    IObserve_Release(observation);
    test_node_close(&client);
    test_node_close(&server);
    INetwork_Release(network);
    wait_until_freed();
}

static void any_allocation_may_fail(void **state)
{
    uint32_t nth;

    (void)state;
    for (nth = 0; nth < 40; nth++)
        sim_run(0, run_short_of_memory, &nth);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_are_counted_on_both_sides_by_connection_and_interface),
        cmocka_unit_test(durations_fall_into_their_buckets),
        cmocka_unit_test(call_without_an_answer_is_lost),
        cmocka_unit_test(connection_that_ended_stays_in_the_sum),
        cmocka_unit_test(call_that_is_not_looked_at_is_refused),
        cmocka_unit_test(lists_go_on_where_they_ended),
        cmocka_unit_test(interfaces_beyond_the_limit_share_a_row),
        cmocka_unit_test(any_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
