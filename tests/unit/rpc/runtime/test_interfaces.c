/*
 * Tables of interfaces that come and go with the components that bring them: what RemoveInterfaces lets go is
 * freed at once here, so that the sanitizer sees every later use of it.
 */
#include "two_nodes.h"
#include <sim.h>
#include <stdlib.h>

typedef void body(struct two_nodes *nodes);

/* A table of IProbe, as a component of its own would bring it. */
struct table {
    struct com_interface probe;
    const struct com_interface *rows[2];
};

static struct table *add_table(ILocalNode *node)
{
    struct table *table = malloc(sizeof(*table));

    assert_non_null(table);
    table->probe = IProbe_interface;
    table->rows[0] = &table->probe;
    table->rows[1] = NULL;
    assert_int_equal(ILocalNode_AddInterfaces(node, table->rows), S_OK);
    return table;
}

/* @return whether it is gone */
static bool remove_table(ILocalNode *node, struct table *table)
{
    HRESULT hr = ILocalNode_RemoveInterfaces(node, table->rows);

    assert_true(hr == S_OK || hr == S_FALSE);
    if (hr == S_OK)
        free(table);
    return hr == S_OK;
}

/* Nodes that know IProbe only by what the test adds. */
static void run_body(void *argument)
{
    struct two_nodes nodes;

    two_nodes_open(&nodes);
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes.client.node, probe_component_interfaces), S_OK);
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes.server.node, probe_component_interfaces), S_OK);
    ((body *)argument)(&nodes);
    two_nodes_close(&nodes);
}

#define TEST(name)                                        \
    static void name##_body(struct two_nodes *nodes);     \
    static void name(void **state)                        \
    {                                                     \
        uint64_t seed;                                    \
                                                          \
        (void)state;                                      \
        for (seed = 0; seed <= 100; seed++)               \
            sim_run(seed, run_body, (void *)name##_body); \
    }                                                     \
    static void name##_body(struct two_nodes *nodes)

TEST(interface_is_unknown_without_its_table)
{
    struct table *table = add_table(nodes->server.node);
    IProbe *probe = (IProbe *)&probe;

    assert_int_equal(com_bind(nodes->remote, "probe", &IID_IProbe, (void **)&probe), E_NOINTERFACE);
    assert_null(probe);
    assert_true(remove_table(nodes->server.node, table));
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->server.node, probe_component_interfaces), S_FALSE);
}

TEST(table_stays_while_a_proxy_uses_it)
{
    struct table *server = add_table(nodes->server.node), *client = add_table(nodes->client.node);
    IProbe *probe = two_nodes_bind(nodes);

    assert_false(remove_table(nodes->client.node, client));
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
    assert_true(remove_table(nodes->client.node, client));
    assert_true(remove_table(nodes->server.node, server)); /* its export is there, but nobody calls */
}

TEST(table_stays_while_a_proxy_of_a_lost_connection_uses_it)
{
    struct table *server = add_table(nodes->server.node), *client = add_table(nodes->client.node);
    IProbe *probe = two_nodes_bind(nodes);
    struct rpc_statistics statistics = {.links = 1};

    rpc_node_stop(nodes->server.node);
    while (statistics.links) {
        sim_sleep(MS);
        rpc_node_statistics(nodes->client.node, &statistics);
    }
    sim_sleep(10 * MS); /* the node has forgotten the link */
    assert_false(remove_table(nodes->client.node, client));
    assert_true(FAILED(IProbe_Null(probe)));
    IProbe_Release(probe);
    assert_true(remove_table(nodes->client.node, client));
    assert_true(remove_table(nodes->server.node, server));
}

static void call_null(void *probe)
{
    assert_int_equal(IProbe_Null((IProbe *)probe), S_OK);
    IProbe_Release((IProbe *)probe);
}

static HRESULT sleep_a_second(struct test_probe *probe)
{
    (void)probe;
    sim_sleep(SECOND);
    return S_OK;
}

TEST(table_stays_while_a_call_runs_in_its_stub)
{
    struct table *first = add_table(nodes->server.node), *second = add_table(nodes->server.node);
    struct table *client = add_table(nodes->client.node);
    IProbe *probe = two_nodes_bind(nodes);

    assert_int_equal(IProbe_Null(probe), S_OK); /* the export remembers the first table's stub */
    nodes->probe.on_null = sleep_a_second;
    IProbe_AddRef(probe);
    assert_true(port_thread_start("caller", call_null, probe));
    wait_until(&nodes->probe.calls, 2);
    assert_false(remove_table(nodes->server.node, first));
    assert_true(remove_table(nodes->server.node, second));
    while (!remove_table(nodes->server.node, first))
        sim_sleep(10 * MS);
    assert_int_equal(IProbe_Null(probe), E_NOINTERFACE); /* not even by what was remembered */
    second = add_table(nodes->server.node);
    nodes->probe.on_null = NULL;
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
    while (!remove_table(nodes->client.node, client)) /* the caller may not have given up its reference */
        sim_sleep(MS);
    assert_true(remove_table(nodes->server.node, second));
}

static uint32_t callers_ended;

static void bind_and_call(void *argument)
{
    struct two_nodes *nodes = argument;
    uint32_t i;

    for (i = 0; i < 20; i++) {
        IProbe *probe;
        HRESULT hr = com_bind(nodes->remote, "probe", &IID_IProbe, (void **)&probe);

        assert_true(hr == S_OK || hr == E_NOINTERFACE);
        if (FAILED(hr))
            continue;
        hr = IProbe_Null(probe);
        assert_true(hr == S_OK || hr == E_NOINTERFACE);
        IProbe_Release(probe);
    }
    callers_ended++;
}

TEST(tables_come_and_go_under_callers)
{
    struct table *server = add_table(nodes->server.node), *client = add_table(nodes->client.node);
    uint32_t i;

    callers_ended = 0;
    for (i = 0; i < 3; i++)
        assert_true(port_thread_start("caller", bind_and_call, nodes));
    while (callers_ended < 3) {
        if (remove_table(nodes->client.node, client))
            client = add_table(nodes->client.node);
        if (remove_table(nodes->server.node, server))
            server = add_table(nodes->server.node);
        sim_sleep(MS / 10);
    }
    while (!remove_table(nodes->client.node, client) || !remove_table(nodes->server.node, server)) {
        client = add_table(nodes->client.node);
        sim_sleep(MS);
    }
}

TEST(name_of_a_result_outlives_its_interface)
{
    struct table *table = add_table(nodes->server.node);
    char text[] = "PUMP_E_EMPTY";
    const struct com_result_name results[] = {{(HRESULT)0x80040201, text}, {0, NULL}};
    const char *name;

    table->probe.results = results;
    name = rpc_result_name(nodes->server.node, (HRESULT)0x80040201);
    assert_true(remove_table(nodes->server.node, table));
    memset(text, 'x', sizeof(text) - 1);
    assert_string_equal(name, "PUMP_E_EMPTY");
    assert_null(rpc_result_name(nodes->server.node, (HRESULT)0x80040201));
    assert_string_equal(rpc_result_name(nodes->server.node, RPC_E_TIMEOUT), "RPC_E_TIMEOUT");
}

static HRESULT job_Run(IJob *iface)
{
    (void)iface;
    return S_OK;
}

static uint32_t job_AddRef(IJob *iface)
{
    (void)iface;
    return 2;
}

TEST(what_the_node_would_still_call_is_found)
{
    static const struct IJobVtbl job_vtbl = {.AddRef = job_AddRef, .Release = job_AddRef, .Run = job_Run};
    struct table *server = add_table(nodes->server.node), *client = add_table(nodes->client.node);
    IJob job = {&job_vtbl};
    IProbe *probe;

    assert_int_equal(ILocalNode_FindIn(nodes->server.node, &test_probe_vtbl, sizeof(test_probe_vtbl)),
                     S_FALSE);
    probe = two_nodes_bind(nodes);
    assert_int_equal(ILocalNode_FindIn(nodes->server.node, &test_probe_vtbl, sizeof(test_probe_vtbl)), S_OK);
    assert_string_equal(com_error_detail(), "a peer still holds an object of it");
    assert_int_equal(ILocalNode_FindIn(nodes->server.node, &test_probe_vtbl, 0), S_FALSE);
    assert_int_equal(ILocalNode_FindIn(nodes->client.node, &test_probe_vtbl, sizeof(test_probe_vtbl)),
                     S_FALSE);
    IProbe_Release(probe);
    while (ILocalNode_FindIn(nodes->server.node, &test_probe_vtbl, sizeof(test_probe_vtbl)) == S_OK)
        sim_sleep(MS);

    assert_int_equal(ILocalNode_Schedule(nodes->server.node, &job, port_now_ns() + SECOND), S_OK);
    assert_int_equal(ILocalNode_FindIn(nodes->server.node, &job_vtbl, sizeof(job_vtbl)), S_OK);
    assert_string_equal(com_error_detail(), "a job of it is still scheduled");
    sim_sleep(SECOND + 10 * MS);
    assert_int_equal(ILocalNode_FindIn(nodes->server.node, &job_vtbl, sizeof(job_vtbl)), S_FALSE);
    assert_true(remove_table(nodes->client.node, client));
    assert_true(remove_table(nodes->server.node, server));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(interface_is_unknown_without_its_table),
        cmocka_unit_test(table_stays_while_a_proxy_uses_it),
        cmocka_unit_test(table_stays_while_a_proxy_of_a_lost_connection_uses_it),
        cmocka_unit_test(table_stays_while_a_call_runs_in_its_stub),
        cmocka_unit_test(tables_come_and_go_under_callers),
        cmocka_unit_test(name_of_a_result_outlives_its_interface),
        cmocka_unit_test(what_the_node_would_still_call_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
