/* The places that a node has for links: who has ended takes none, and no memory, however busy workers are. */
#include "two_nodes.h"
#include <rpc_frame.h>
#include <sim.h>

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

/* Comes with a greeting that is none, and is told so. */
static void come_and_be_refused(struct two_nodes *nodes)
{
    uint8_t text[RPC_HEADER_BYTES] = {0};
    struct net_part part = {text, sizeof(text)};
    struct rpc_header header;
    struct rpc_buffer *frame;
    ILink *link;

    rpc_header_write(text, RPC_PING, 0, 0);
    assert_int_equal(
        ITransport_Connect(nodes->client.transport, "loopback:server", port_now_ns() + SECOND, &link), S_OK);
    assert_int_equal(ILink_Send(link, &part, 1, port_now_ns() + SECOND), S_OK);
    assert_int_equal(ILink_Receive(link, port_now_ns() + SECOND, &frame), S_OK);
    assert_int_equal(rpc_header_read(frame->data, &header), S_OK);
    assert_int_equal(header.type, RPC_ABORT);
    rpc_buffer_free(frame);
    ILink_Release(link);
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
        come_and_be_refused(&nodes);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_that_have_ended_keep_nobody_out_while_workers_are_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
