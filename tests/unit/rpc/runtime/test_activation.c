/*
 * Components that are loaded because a peer's call binds their names: the calls of a probe begin and end
 * activations as `demand` does.
 */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <sim.h>

enum { KEPT_MAX = 8 };

static IActivations *activations;
static IUnknown *kept[KEPT_MAX];
static uint32_t kept_count;

static HRESULT begin_and_keep(struct test_probe *probe)
{
    HRESULT hr = IActivations_Begin(activations, &kept[kept_count]);

    (void)probe;
    if (SUCCEEDED(hr))
        assert_non_null(kept[kept_count++]);
    else
        assert_null(kept[kept_count]);
    return hr;
}

static HRESULT begin_and_end(struct test_probe *probe)
{
    HRESULT hr = begin_and_keep(probe);

    if (SUCCEEDED(hr))
        IUnknown_Release(kept[--kept_count]);
    return hr;
}

static void release_kept(void)
{
    while (kept_count)
        IUnknown_Release(kept[--kept_count]);
}

typedef void body(struct two_nodes *nodes, IProbe *probe);

/* The client is connected, in a second of its own. */
static void run_body(void *argument)
{
    struct two_nodes nodes;
    IProbe *probe;

    two_nodes_start(&nodes);
    nodes.probe.on_null = begin_and_keep;
    assert_int_equal(ILocalNode_QueryInterface(nodes.server.node, &IID_IActivations, (void **)&activations),
                     S_OK);
    two_nodes_connect(&nodes);
    probe = two_nodes_bind(&nodes);
    ((body *)argument)(&nodes, probe);
    release_kept();
    IProbe_Release(probe);
    IActivations_Release(activations);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                   \
    static void name##_body(struct two_nodes *nodes, IProbe *probe); \
    static void name(void **state)                                   \
    {                                                                \
        uint64_t seed;                                               \
                                                                     \
        (void)state;                                                 \
        for (seed = 0; seed <= 50; seed++)                           \
            sim_run(seed, run_body, (void *)name##_body);            \
    }                                                                \
    static void name##_body(struct two_nodes *nodes, IProbe *probe)

/* Gives the client a view. @return the proxy of the next connection: the one that there was ends */
static IProbe *limit(struct two_nodes *nodes, IProbe *probe, const struct view_limits *limits)
{
    IViews *views;

    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, limits, NULL, 0), S_OK);
    IViews_Release(views);
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    INamespace_Release(nodes->remote);
    two_nodes_connect(nodes);
    return two_nodes_bind(nodes);
}

TEST(peer_has_as_many_at_once_as_the_node_allows)
{
    uint32_t i;

    (void)nodes;
    for (i = 0; i < PORT_MAX_ACTIVATIONS; i++)
        assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IProbe_Null(probe), NS_E_TOO_MANY_ACTIVATIONS);
    assert_non_null(strstr(com_error_detail(), "try again later"));
    sim_sleep(2 * SECOND);
    assert_int_equal(IProbe_Null(probe), NS_E_TOO_MANY_ACTIVATIONS); /* they have not ended */
    IUnknown_Release(kept[--kept_count]);
    assert_int_equal(IProbe_Null(probe), S_OK);
}

TEST(peer_has_as_many_in_a_second_as_the_node_allows)
{
    uint32_t i;

    nodes->probe.on_null = begin_and_end;
    for (i = 0; i < PORT_ACTIVATIONS_PER_SECOND; i++)
        assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(IProbe_Null(probe), NS_E_TOO_MANY_ACTIVATIONS);
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(probe), S_OK);
}

TEST(view_may_allow_less_but_not_more)
{
    struct view_limits limits = {.activations = 1};
    IProbe *again = limit(nodes, probe, &limits), *once_more;
    uint32_t i;

    assert_int_equal(IProbe_Null(again), S_OK);
    assert_int_equal(IProbe_Null(again), NS_E_TOO_MANY_ACTIVATIONS);
    release_kept();

    limits = (struct view_limits){.activations = 1000, .activations_per_second = 3};
    nodes->probe.on_null = begin_and_end;
    once_more = limit(nodes, again, &limits);
    for (i = 0; i < 3; i++)
        assert_int_equal(IProbe_Null(once_more), S_OK);
    assert_int_equal(IProbe_Null(once_more), NS_E_TOO_MANY_ACTIVATIONS);
    sim_sleep(SECOND);
    nodes->probe.on_null = begin_and_keep;
    for (i = 0; i < PORT_MAX_ACTIVATIONS; i++)
        assert_int_equal(IProbe_Null(once_more), S_OK);
    assert_int_equal(IProbe_Null(once_more), NS_E_TOO_MANY_ACTIVATIONS);
    IProbe_Release(once_more);
    IProbe_Release(again);
}

TEST(one_outlives_the_connection_and_other_peers_have_their_own)
{
    struct test_node other;
    INamespace *seen;
    IProbe *probe_of_other;
    uint32_t i;

    for (i = 0; i < PORT_MAX_ACTIVATIONS; i++)
        assert_int_equal(IProbe_Null(probe), S_OK);
    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:server", port_now_ns() + SECOND, &seen), S_OK);
    assert_int_equal(com_bind(seen, "probe", &IID_IProbe, (void **)&probe_of_other), S_OK);
    assert_int_equal(IProbe_Null(probe_of_other), S_OK);
    IProbe_Release(probe_of_other);
    INamespace_Release(seen);
    test_node_close(&other); /* the last of them is of a link that is dead by now */
    sim_sleep(20 * SECOND);
}

TEST(what_the_node_does_for_itself_is_not_counted)
{
    IUnknown *none = (IUnknown *)probe;
    uint32_t i;

    (void)nodes;
    for (i = 0; i <= PORT_ACTIVATIONS_PER_SECOND; i++) {
        assert_int_equal(IActivations_Begin(activations, &none), S_OK);
        assert_null(none);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(peer_has_as_many_at_once_as_the_node_allows),
        cmocka_unit_test(peer_has_as_many_in_a_second_as_the_node_allows),
        cmocka_unit_test(view_may_allow_less_but_not_more),
        cmocka_unit_test(one_outlives_the_connection_and_other_peers_have_their_own),
        cmocka_unit_test(what_the_node_does_for_itself_is_not_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
