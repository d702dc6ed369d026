/* Being told that the node behind a reference is gone. */
#include "two_nodes.h"
#include <sim.h>

struct sink {
    IDeathSink IDeathSink_iface;
    struct com_refs refs;
    uint32_t told;
    uint64_t key;
    IUnknown *watch; /* released when it is told */
};

typedef void body(struct two_nodes *nodes, struct sink *sink);

static struct sink *impl_from_IDeathSink(IDeathSink *iface)
{
    return container_of(iface, struct sink, IDeathSink_iface);
}

static HRESULT sink_QueryInterface(IDeathSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDeathSink, iid, out_object);
}

static uint32_t sink_AddRef(IDeathSink *iface)
{
    return com_refs_add(&impl_from_IDeathSink(iface)->refs);
}

static uint32_t sink_Release(IDeathSink *iface)
{
    return com_refs_release(&impl_from_IDeathSink(iface)->refs);
}

static HRESULT sink_Gone(IDeathSink *iface, uint64_t key)
{
    struct sink *sink = impl_from_IDeathSink(iface);

    sim_yield(); /* a lock that is held would be missed by somebody */
    if (sink->watch)
        IUnknown_Release(sink->watch);
    sink->key = key;
    sink->told++;
    return S_OK;
}

static const struct IDeathSinkVtbl sink_vtbl = {
    .QueryInterface = sink_QueryInterface,
    .AddRef = sink_AddRef,
    .Release = sink_Release,
    .Gone = sink_Gone,
};

static void run_body(void *argument)
{
    struct sink sink = {.IDeathSink_iface = {&sink_vtbl}};
    struct two_nodes nodes;

    com_refs_init(&sink.refs);
    two_nodes_open(&nodes);
    ((body *)argument)(&nodes, &sink);
    two_nodes_close(&nodes);
    assert_int_equal(sink.refs.count, 1);
}

#define TEST(name)                                                       \
    static void name##_body(struct two_nodes *nodes, struct sink *sink); \
    static void name(void **state)                                       \
    {                                                                    \
        uint64_t seed;                                                   \
                                                                         \
        (void)state;                                                     \
        for (seed = 0; seed <= 50; seed++)                               \
            sim_run(seed, run_body, (void *)name##_body);                \
    }                                                                    \
    static void name##_body(struct two_nodes *nodes, struct sink *sink)

static HRESULT watch(void *reference, struct sink *sink, uint64_t key, IUnknown **out_watch)
{
    return rpc_watch((IUnknown *)reference, &sink->IDeathSink_iface, key, out_watch);
}

TEST(end_of_a_node_is_told_once)
{
    IProbe *probe = two_nodes_bind(nodes);
    IUnknown *one;

    assert_int_equal(watch(probe, sink, 7, &one), S_OK);
    IProbe_Release(probe); /* it keeps the watch, not the reference */
    sim_sleep(15 * SECOND);
    assert_int_equal(sink->told, 0);
    rpc_node_stop(nodes->server.node);
    wait_until(&sink->told, 1);
    assert_int_equal(sink->key, 7);
    sim_sleep(SECOND);
    assert_int_equal(sink->told, 1);
    IUnknown_Release(one);
    assert_int_equal(sink->refs.count, 1);
}

TEST(each_watch_is_told)
{
    IUnknown *watches[3];
    uint32_t i;

    for (i = 0; i < 3; i++)
        assert_int_equal(watch(nodes->remote, sink, i, &watches[i]), S_OK);
    IUnknown_Release(watches[1]);
    rpc_node_stop(nodes->server.node);
    wait_until(&sink->told, 2);
    sim_sleep(SECOND);
    assert_int_equal(sink->told, 2);
    IUnknown_Release(watches[0]);
    IUnknown_Release(watches[2]);
}

TEST(watch_that_is_released_while_it_is_told_ends)
{
    assert_int_equal(watch(nodes->remote, sink, 1, &sink->watch), S_OK);
    rpc_node_stop(nodes->server.node);
    wait_until(&sink->told, 1);
    wait_until(&sink->refs.count, 1);
}

TEST(watch_that_was_released_is_silent)
{
    IUnknown *one;

    assert_int_equal(watch(nodes->remote, sink, 1, &one), S_OK);
    IUnknown_Release(one);
    assert_int_equal(sink->refs.count, 1);
    rpc_node_stop(nodes->server.node);
    sim_sleep(SECOND);
    assert_int_equal(sink->told, 0);
}

TEST(what_is_gone_or_of_this_process_is_not_watched)
{
    IUnknown *one = (IUnknown *)sink;

    assert_int_equal(watch(nodes->client.root, sink, 1, &one), S_FALSE);
    assert_null(one);
    rpc_node_stop(nodes->server.node);
    sim_sleep(100 * MS);
    assert_int_equal(watch(nodes->remote, sink, 1, &one), RPC_E_DISCONNECTED);
    assert_null(one);
    assert_int_equal(sink->told, 0);
    assert_int_equal(watch(NULL, sink, 1, &one), E_POINTER);
}

TEST(node_that_stops_itself_tells_as_well)
{
    IUnknown *one;

    assert_int_equal(watch(nodes->remote, sink, 1, &one), S_OK);
    rpc_node_stop(nodes->client.node);
    assert_int_equal(sink->told, 1); /* its workers have ended */
    IUnknown_Release(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(end_of_a_node_is_told_once),
        cmocka_unit_test(each_watch_is_told),
        cmocka_unit_test(watch_that_is_released_while_it_is_told_ends),
        cmocka_unit_test(watch_that_was_released_is_silent),
        cmocka_unit_test(what_is_gone_or_of_this_process_is_not_watched),
        cmocka_unit_test(node_that_stops_itself_tells_as_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
