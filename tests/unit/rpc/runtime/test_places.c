/* The places that a node has for links: who has ended takes none, and no memory, however busy workers are. */
#include "two_nodes.h"
#include <rpc_frame.h>
#include <sim.h>

enum { BLOCKS_OF_A_LINK = 8 }; /* of memory, at most */

/* Keeps a worker from all else. */
struct long_job {
    IJob IJob_iface;
    struct com_refs refs;
};

static HRESULT long_job_QueryInterface(IJob *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IJob, iid, out_object);
}

static uint32_t long_job_AddRef(IJob *iface)
{
    return com_refs_add(&container_of(iface, struct long_job, IJob_iface)->refs);
}

static uint32_t long_job_Release(IJob *iface)
{
    return com_refs_release(&container_of(iface, struct long_job, IJob_iface)->refs);
}

static HRESULT long_job_Run(IJob *iface)
{
    (void)iface;
    sim_sleep(SECOND);
    return S_OK;
}

static const struct IJobVtbl long_job_vtbl = {
    .QueryInterface = long_job_QueryInterface,
    .AddRef = long_job_AddRef,
    .Release = long_job_Release,
    .Run = long_job_Run,
};

/* An object whose end takes a while, and a worker. */
struct slow_end {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    bool is_slow;
};

static HRESULT slow_end_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t slow_end_AddRef(IUnknown *iface)
{
    return com_refs_add(&container_of(iface, struct slow_end, IUnknown_iface)->refs);
}

static uint32_t slow_end_Release(IUnknown *iface)
{
    struct slow_end *object = container_of(iface, struct slow_end, IUnknown_iface);

    if (object->is_slow)
        sim_sleep(SECOND);
    return com_refs_release(&object->refs);
}

static const struct IUnknownVtbl slow_end_vtbl = {
    .QueryInterface = slow_end_QueryInterface,
    .AddRef = slow_end_AddRef,
    .Release = slow_end_Release,
};

/* Comes with a greeting that is none. @return whether it is told so, and not only sent away */
static bool come(struct two_nodes *nodes)
{
    uint8_t text[RPC_HEADER_BYTES] = {0};
    struct net_part part = {text, sizeof(text)};
    struct rpc_header header;
    struct rpc_buffer *frame;
    ILink *link;
    HRESULT hr;

    rpc_header_write(text, RPC_PING, 0, 0);
    assert_int_equal(
        ITransport_Connect(nodes->client.transport, "loopback:server", port_now_ns() + SECOND, &link), S_OK);
    assert_int_equal(ILink_Send(link, &part, 1, port_now_ns() + SECOND), S_OK);
    hr = ILink_Receive(link, port_now_ns() + SECOND, &frame);
    ILink_Release(link);
    if (FAILED(hr)) {
        assert_int_equal(hr, RPC_E_DISCONNECTED);
        return false;
    }
    assert_int_equal(rpc_header_read(frame->data, &header), S_OK);
    assert_int_equal(header.type, RPC_ABORT);
    rpc_buffer_free(frame);
    return true;
}

static void run_crowd(void *argument)
{
    struct long_job jobs[PORT_WORKERS];
    struct two_nodes nodes;
    uint32_t i, before;
    int64_t begin_ns;

    (void)argument;
    two_nodes_open(&nodes);
    for (i = 0; i < PORT_WORKERS; i++) {
        jobs[i] = (struct long_job){{&long_job_vtbl}, COM_REFS_INIT};
        assert_int_equal(ILocalNode_Schedule(nodes.server.node, &jobs[i].IJob_iface, port_now_ns()), S_OK);
    }
    sim_sleep(10 * MS);
    before = sim_allocated();
    begin_ns = port_now_ns();
    for (i = 0; i < 3 * PORT_MAX_LINKS; i++)
        assert_true(come(&nodes));
    assert_in_range(port_now_ns() - begin_ns, 0, SECOND - 20 * MS); /* nobody waited for a job */
    sim_sleep(10 * MS);
    assert_in_range(sim_allocated(), 0, before + PORT_MAX_LINKS); /* nor is left of them what waits for one */
    assert_int_equal(INamespace_Unregister(nodes.remote, "nothing"),
                     NS_E_NOT_FOUND); /* the good peer goes on */
    two_nodes_close(&nodes);
    for (i = 0; i < PORT_WORKERS; i++)
        assert_int_equal(jobs[i].refs.count, 1);
}

static void links_that_have_ended_keep_nobody_out_while_workers_are_busy(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_crowd, NULL);
}

/* One worker has a job, the other an object that ends. */
static void run_out_of_workers(void *argument)
{
    struct slow_end object = {.IUnknown_iface = {&slow_end_vtbl}, .refs = COM_REFS_INIT};
    struct long_job job = {{&long_job_vtbl}, COM_REFS_INIT};
    struct two_nodes nodes;
    IUnknown *remote;
    uint32_t told = 0, before;

    (void)argument;
    assert_int_equal(PORT_WORKERS, 2);
    two_nodes_open(&nodes);
    assert_int_equal(INamespace_Register(nodes.server.root, "slow", &object.IUnknown_iface, 0), S_OK);
    assert_int_equal(INamespace_Bind(nodes.remote, "slow", 0, &remote), S_OK);
    assert_int_equal(ILocalNode_Schedule(nodes.server.node, &job.IJob_iface, port_now_ns()), S_OK);
    sim_sleep(10 * MS); /* it begins first: jobs leave a worker to what is over */
    object.is_slow = true;
    IUnknown_Release(remote);
    assert_int_equal(INamespace_Unregister(nodes.remote, "nothing"),
                     NS_E_NOT_FOUND); /* takes the release along */
    sim_sleep(10 * MS);
    before = sim_allocated();
    while (told < 4 * PORT_MAX_LINKS && come(&nodes))
        told++;
    assert_in_range(told, PORT_MAX_LINKS,
                    2 * PORT_MAX_LINKS); /* then there is no place for what they leave */
    assert_in_range(sim_allocated(), 0, before + 2 * PORT_MAX_LINKS * BLOCKS_OF_A_LINK);
    sim_sleep(2 * SECOND);
    object.is_slow = false;
    assert_true(come(&nodes)); /* workers are free again */
    assert_int_equal(INamespace_Unregister(nodes.server.root, "slow"), S_OK);
    two_nodes_close(&nodes);
    assert_int_equal(object.refs.count, 1);
}

static void what_links_leave_is_bounded_also_without_a_free_worker(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_out_of_workers, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_that_have_ended_keep_nobody_out_while_workers_are_busy),
        cmocka_unit_test(what_links_leave_is_bounded_also_without_a_free_worker),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
