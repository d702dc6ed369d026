/* A connection that arrives while its node ends, in virtual time. */
#include "two_nodes.h"
#include <runtime/runtime.h>
#include <sim.h>

/* A connection on which nothing ever arrives. */
struct silent_link {
    ILink ILink_iface;
    struct com_refs refs;
    INetworkSink *sink; /* one reference */
    bool ended;
};

static struct silent_link *impl_from_ILink(ILink *iface)
{
    return container_of(iface, struct silent_link, ILink_iface);
}

static HRESULT silent_QueryInterface(ILink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILink, iid, out_object);
}

static uint32_t silent_AddRef(ILink *iface)
{
    return com_refs_add(&impl_from_ILink(iface)->refs);
}

static uint32_t silent_Release(ILink *iface)
{
    return com_refs_release(&impl_from_ILink(iface)->refs);
}

static HRESULT silent_Send(ILink *iface, const struct net_part *parts, uint32_t part_count,
                           int64_t deadline_ns)
{
    (void)parts;
    (void)part_count;
    (void)deadline_ns;
    return impl_from_ILink(iface)->ended ? NET_E_CLOSED : S_OK;
}

static HRESULT silent_Receive(ILink *iface, int64_t deadline_ns, struct rpc_buffer **out_frame)
{
    (void)deadline_ns;
    *out_frame = NULL;
    return impl_from_ILink(iface)->ended ? NET_E_CLOSED : NET_E_TIMEOUT;
}

/* The network has no thread any more that would tell who watches what has ended. */
static HRESULT silent_Watch(ILink *iface, INetworkSink *sink)
{
    struct silent_link *link = impl_from_ILink(iface);
    INetworkSink *before = link->sink;

    assert_false(sink && link->ended);
    if (sink)
        INetworkSink_AddRef(sink);
    link->sink = sink;
    if (before)
        INetworkSink_Release(before);
    return S_OK;
}

static HRESULT silent_Shutdown(ILink *iface)
{
    impl_from_ILink(iface)->ended = true;
    return silent_Watch(iface, NULL);
}

static const struct ILinkVtbl silent_vtbl = {
    .QueryInterface = silent_QueryInterface,
    .AddRef = silent_AddRef,
    .Release = silent_Release,
    .Send = silent_Send,
    .Receive = silent_Receive,
    .Watch = silent_Watch,
    .Shutdown = silent_Shutdown,
};

static uint32_t stopped;

static void stop(void *argument)
{
    rpc_node_stop((ILocalNode *)argument);
    stopped++;
}

static void accept_while_the_node_ends(void *argument)
{
    struct silent_link link = {.ILink_iface = {&silent_vtbl}};
    struct two_nodes nodes;
    ILinkSink *acceptor;

    (void)argument;
    com_refs_init(&link.refs);
    two_nodes_open(&nodes);
    acceptor = &container_of(nodes.server.node, struct rpc_node, ILocalNode_iface)->accept_iface;
    stopped = 0;
    sim_set_stalls(4, MS);
    assert_true(port_thread_start("stop", stop, nodes.server.node));
    com_ignore(ILinkSink_Accepted(acceptor, &link.ILink_iface)); /* or refused: the node has ended */
    sim_set_stalls(0, 0);
    wait_until(&stopped, 1);
    wait_until(&link.refs.count, 1);
    assert_true(link.ended);
    assert_null(link.sink);
    two_nodes_close(&nodes);
}

static void connection_that_its_node_has_ended_already_is_not_watched(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 500; seed++)
        sim_run(seed * 7919, accept_while_the_node_ends, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connection_that_its_node_has_ended_already_is_not_watched),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
