/*
 * What a peer held of a connection that this side ended: it stays until the peer must know. (Connections of
 * which nobody learns that they are lost are the simulator's: tests/sim.)
 */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <sim.h>

typedef void body(struct two_nodes *nodes);

static void run_body(void *argument)
{
    struct two_nodes nodes;

    two_nodes_open(&nodes);
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
        for (seed = 0; seed <= 50; seed++)                \
            sim_run(seed, run_body, (void *)name##_body); \
    }                                                     \
    static void name##_body(struct two_nodes *nodes)

/* The server ends its connections to the client, which may hold a probe. */
static void end_connection(struct two_nodes *nodes)
{
    IViews *views;

    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, NULL, 0), S_OK);
    IViews_Release(views);
}

static uint32_t references(const struct two_nodes *nodes)
{
    return __atomic_load_n(&nodes->probe.refs.count, __ATOMIC_RELAXED);
}

TEST(object_stays_as_long_as_a_peer_may_trust_in_it)
{
    IProbe *probe = two_nodes_bind(nodes);
    uint32_t held = references(nodes);

    end_connection(nodes);
    sim_sleep(15 * SECOND);
    assert_int_equal(references(nodes), held);
    wait_until(&nodes->probe.refs.count, held - 1);
    IProbe_Release(probe);
}

/* Of the network: those who use it, and its connections. */
static uint32_t users_of(INetwork *network)
{
    (void)INetwork_AddRef(network);
    return INetwork_Release(network);
}

TEST(channel_of_a_dead_connection_is_given_back_at_once)
{
    IProbe *probe = two_nodes_bind(nodes);
    uint32_t held = references(nodes), users = users_of(nodes->network);

    end_connection(nodes);
    sim_sleep(SECOND);
    assert_int_equal(users_of(nodes->network), users - 3); /* the connection, and a channel at each end */
    assert_int_equal(references(nodes), held);             /* what the peer may trust in stays */
    IProbe_Release(probe);
}

TEST(object_goes_at_once_when_the_peer_says_that_it_has_gone)
{
    IProbe *probe = two_nodes_bind(nodes);
    uint32_t held = references(nodes);
    int64_t start_ns = port_now_ns();

    rpc_node_stop(nodes->client.node);
    wait_until(&nodes->probe.refs.count, held - 1);
    assert_true(port_now_ns() < start_ns + SECOND);
    IProbe_Release(probe);
}

TEST(node_that_stops_waits_for_no_lease)
{
    IProbe *probe = two_nodes_bind(nodes);
    int64_t start_ns = port_now_ns();

    end_connection(nodes);
    rpc_node_stop(nodes->server.node);
    wait_until(&nodes->probe.refs.count, 2); /* the name's and the test's */
    assert_true(port_now_ns() < start_ns + SECOND);
    IProbe_Release(probe);
}

TEST(no_more_dead_connections_are_kept_than_there_may_be_living_ones)
{
    struct com_refs *refs = &nodes->probe.refs;
    IProbe *probe;
    uint32_t i;

    for (i = 0; i < PORT_MAX_LINKS + 3; i++) {
        probe = two_nodes_bind(nodes);
        end_connection(nodes);
        IProbe_Release(probe);
        INamespace_Release(nodes->remote);
        sim_sleep(100 * MS);
        two_nodes_connect(nodes); /* a living one always finds a place */
    }
    assert_int_equal(references(nodes), 2 + PORT_MAX_LINKS);
    wait_until(&refs->count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(object_stays_as_long_as_a_peer_may_trust_in_it),
        cmocka_unit_test(channel_of_a_dead_connection_is_given_back_at_once),
        cmocka_unit_test(object_goes_at_once_when_the_peer_says_that_it_has_gone),
        cmocka_unit_test(node_that_stops_waits_for_no_lease),
        cmocka_unit_test(no_more_dead_connections_are_kept_than_there_may_be_living_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
