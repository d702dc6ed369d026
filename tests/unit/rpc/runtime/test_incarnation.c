/* A node that starts again while its peers still have a link to its earlier start; in virtual time. */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <sim.h>

/* A client of the name "twin". */
struct twin {
    ILocalNode *node;
    ITransport *transport;
    INamespace *remote;
};

static HRESULT twin_open(struct twin *twin, struct two_nodes *nodes, const char *name, uint64_t incarnation)
{
    struct rpc_transport transport = {"loopback", NULL};
    struct rpc_node_config config = {
        .name = name, .network = nodes->network, .transport_count = 1, .incarnation = incarnation};

    assert_int_equal(loopback_transport_create(nodes->network, &twin->transport), S_OK);
    transport.transport = twin->transport;
    config.transports = &transport;
    assert_int_equal(rpc_node_create(&config, &twin->node), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(twin->node, probe_component_interfaces), S_OK);
    return ILocalNode_Connect(twin->node, "loopback:server", port_now_ns() + SECOND, &twin->remote);
}

static bool is_connected(const struct twin *twin)
{
    return ILocalNode_IsConnected(twin->node, (IUnknown *)twin->remote) == S_OK;
}

static void twin_close(struct twin *twin)
{
    if (twin->remote)
        INamespace_Release(twin->remote);
    rpc_node_stop(twin->node);
    ILocalNode_Release(twin->node);
    ITransport_Release(twin->transport);
}

/* Its link is lost, and it makes another. */
static void end_links_of(struct twin *twin, struct two_nodes *nodes)
{
    IViews *views;

    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "twin", NULL, NULL, NULL, 0), S_OK);
    IViews_Release(views);
    sim_sleep(10 * MS);
    INamespace_Release(twin->remote);
    assert_int_equal(ILocalNode_Connect(twin->node, "loopback:server", port_now_ns() + SECOND, &twin->remote),
                     S_OK);
}

static void run_later_start(void *argument)
{
    struct twin first, second, again;
    struct two_nodes nodes;
    struct test_probe mine;

    (void)argument;
    two_nodes_open(&nodes);
    test_probe_init(&mine);
    assert_int_equal(twin_open(&first, &nodes, "twin", 100), S_OK);
    assert_int_equal(INamespace_Register(first.remote, "mine", (IUnknown *)&mine.IProbe_iface, 0), S_OK);
    assert_int_equal(twin_open(&second, &nodes, "twin", 101), S_OK);
    sim_sleep(10 * MS);
    assert_false(is_connected(&first)); /* at once, not when silence has lasted long enough */
    assert_true(is_connected(&second));
    wait_until(&mine.refs.count, 1);

    /* The earlier one cannot come back. */
    again.remote = NULL;
    if (SUCCEEDED(twin_open(&again, &nodes, "twin", 100))) {
        sim_sleep(10 * MS);
        assert_false(is_connected(&again));
    }
    assert_true(is_connected(&second));
    twin_close(&again);
    twin_close(&second);
    twin_close(&first);
    two_nodes_close(&nodes);
}

static void run_others(void *argument)
{
    struct twin nameless[2], unknown, other, named;
    struct two_nodes nodes;

    (void)argument;
    two_nodes_open(&nodes);
    assert_int_equal(twin_open(&nameless[0], &nodes, "", 1), S_OK);
    assert_int_equal(twin_open(&nameless[1], &nodes, "", 2), S_OK);
    assert_int_equal(twin_open(&named, &nodes, "twin", 5), S_OK);
    assert_int_equal(twin_open(&unknown, &nodes, "twin", 0), S_OK);
    assert_int_equal(twin_open(&other, &nodes, "other", 9), S_OK);
    sim_sleep(10 * MS);
    assert_true(is_connected(&nameless[0]) && is_connected(&nameless[1]));
    assert_true(is_connected(&named) && is_connected(&unknown) && is_connected(&other));
    twin_close(&nameless[0]);
    twin_close(&nameless[1]);
    twin_close(&named);
    twin_close(&unknown);
    twin_close(&other);
    two_nodes_close(&nodes);
}

/* What the earlier start held over a link that was lost before. */
static void run_lost_before(void *argument)
{
    struct twin first, second;
    struct two_nodes nodes;
    IViews *views;
    IProbe *probe;
    uint32_t held;

    (void)argument;
    two_nodes_open(&nodes);
    assert_int_equal(twin_open(&first, &nodes, "twin", 1), S_OK);
    assert_int_equal(com_bind(first.remote, "probe", &IID_IProbe, (void **)&probe), S_OK);
    held = nodes.probe.refs.count;
    assert_int_equal(ILocalNode_QueryInterface(nodes.server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "twin", NULL, NULL, NULL, 0), S_OK); /* ends the link */
    IViews_Release(views);
    sim_sleep(5 * SECOND);
    assert_int_equal(nodes.probe.refs.count, held); /* it may trust that it is there, if it lives */
    assert_int_equal(twin_open(&second, &nodes, "twin", 2), S_OK);
    sim_sleep(10 * MS);
    assert_int_equal(nodes.probe.refs.count, held - 1);
    IProbe_Release(probe);
    twin_close(&second);
    twin_close(&first);
    two_nodes_close(&nodes);
}

/* A name that was given later, as the directory does it: greetings from then on say it. */
static void run_given_later(void *argument)
{
    struct twin twin, later;
    struct two_nodes nodes;
    IIncarnation *own;

    (void)argument;
    two_nodes_open(&nodes);
    assert_int_equal(twin_open(&twin, &nodes, "twin", 0), S_OK);
    assert_int_equal(ILocalNode_QueryInterface(twin.node, &IID_IIncarnation, (void **)&own), S_OK);
    assert_int_equal(IIncarnation_Get(own), 0);
    assert_int_equal(IIncarnation_Set(own, 7), S_OK);
    assert_int_equal(IIncarnation_Set(own, 6), S_FALSE);
    assert_int_equal(IIncarnation_Get(own), 7);
    IIncarnation_Release(own);

    end_links_of(&twin, &nodes); /* the next one says it */
    later.remote = NULL;
    if (SUCCEEDED(twin_open(&later, &nodes, "twin", 6))) {
        sim_sleep(10 * MS);
        assert_false(is_connected(&later));
    }
    assert_true(is_connected(&twin));
    twin_close(&later);
    twin_close(&twin);
    two_nodes_close(&nodes);
}

static void later_start_of_a_node_ends_links_to_earlier_ones(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 100; seed++)
        sim_run(seed, run_later_start, NULL);
}

static void only_nodes_of_one_name_that_say_their_incarnation_are_compared(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_others, NULL);
}

static void later_start_ends_what_an_earlier_one_may_trust_in(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 50; seed++)
        sim_run(seed, run_lost_before, NULL);
}

static void number_that_is_given_later_is_said_from_then_on(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_given_later, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(later_start_of_a_node_ends_links_to_earlier_ones),
        cmocka_unit_test(only_nodes_of_one_name_that_say_their_incarnation_are_compared),
        cmocka_unit_test(later_start_ends_what_an_earlier_one_may_trust_in),
        cmocka_unit_test(number_that_is_given_later_is_said_from_then_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
