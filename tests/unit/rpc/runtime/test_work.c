/* Timed jobs of a node, in virtual time. */
#include "two_nodes.h"
#include <sim.h>

struct test_job {
    IJob IJob_iface;
    struct com_refs refs;
    struct two_nodes *nodes;
    uint32_t runs;
    uint32_t running; /* at this moment */
    uint32_t again;   /* how often it schedules itself, a second later */
    bool short_of_memory;
    int64_t takes_ns;
    int64_t last_ns; /* when it began the last time */
};

static struct test_job *impl_from_IJob(IJob *iface)
{
    return container_of(iface, struct test_job, IJob_iface);
}

static HRESULT test_job_QueryInterface(IJob *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IJob, iid, out_object);
}

static uint32_t test_job_AddRef(IJob *iface)
{
    return com_refs_add(&impl_from_IJob(iface)->refs);
}

static uint32_t test_job_Release(IJob *iface)
{
    return com_refs_release(&impl_from_IJob(iface)->refs);
}

static HRESULT schedule(struct test_job *job, int64_t from_now_ns)
{
    return ILocalNode_Schedule(job->nodes->client.node, &job->IJob_iface, port_now_ns() + from_now_ns);
}

static HRESULT test_job_Run(IJob *iface)
{
    struct test_job *job = impl_from_IJob(iface);

    job->last_ns = port_now_ns();
    assert_int_equal(++job->running, 1);
    if (job->again) {
        job->again--;
        if (job->short_of_memory)
            sim_fail_alloc(1);
        assert_int_equal(schedule(job, SECOND), S_OK);
        sim_fail_alloc(0);
    }
    if (job->takes_ns)
        sim_sleep(job->takes_ns);
    job->running--;
    job->runs++;
    return S_OK;
}

static const struct IJobVtbl test_job_vtbl = {
    .QueryInterface = test_job_QueryInterface,
    .AddRef = test_job_AddRef,
    .Release = test_job_Release,
    .Run = test_job_Run,
};

static struct test_job make_job(struct two_nodes *nodes)
{
    struct test_job job = {.IJob_iface = {&test_job_vtbl}, .refs = COM_REFS_INIT, .nodes = nodes};

    return job;
}

static void run_in_turn(void *argument)
{
    struct two_nodes nodes;
    struct test_job early, late;
    int64_t begin_ns;

    (void)argument;
    two_nodes_open(&nodes);
    early = make_job(&nodes);
    late = make_job(&nodes);
    begin_ns = port_now_ns();
    assert_int_equal(schedule(&late, 1 * SECOND), S_OK);
    assert_int_equal(schedule(&early, 9 * SECOND), S_OK);
    assert_int_equal(schedule(&early, 500 * MS), S_OK); /* replaces the time */
    assert_int_equal(schedule(&late, 2 * SECOND), S_OK);
    sim_sleep(20 * SECOND);
    assert_int_equal(early.runs, 1);
    assert_int_equal(late.runs, 1);
    assert_in_range(early.last_ns - begin_ns, 500 * MS, 501 * MS);
    assert_in_range(late.last_ns - begin_ns, 2 * SECOND, 2 * SECOND + MS);
    assert_int_equal(early.refs.count, 1);
    assert_int_equal(late.refs.count, 1);
    two_nodes_close(&nodes);
}

static void jobs_run_once_at_the_last_time_that_was_said(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_in_turn, NULL);
}

static void run_short_of_memory(void *argument)
{
    struct two_nodes nodes;
    struct test_job job;

    (void)argument;
    two_nodes_open(&nodes);
    job = make_job(&nodes);
    job.again = 5;
    job.short_of_memory = true;
    sim_fail_alloc(1);
    assert_int_equal(schedule(&job, 0), E_OUTOFMEMORY); /* the first time it does need some */
    assert_int_equal(schedule(&job, 0), S_OK);
    wait_until(&job.runs, 6);
    sim_sleep(5 * SECOND);
    assert_int_equal(job.runs, 6);
    assert_int_equal(job.refs.count, 1);
    two_nodes_close(&nodes);
}

static void a_job_that_schedules_itself_outlives_a_full_heap(void **state)
{
    (void)state;
    sim_run(0, run_short_of_memory, NULL);
}

static void run_long(void *argument)
{
    struct two_nodes nodes;
    struct test_job job;

    (void)argument;
    two_nodes_open(&nodes);
    job = make_job(&nodes);
    job.takes_ns = 3 * SECOND;
    assert_int_equal(schedule(&job, 0), S_OK);
    wait_until(&job.running, 1);
    assert_int_equal(schedule(&job, 9 * SECOND), S_OK);
    assert_int_equal(schedule(&job, 0), S_OK); /* other workers have nothing to do, and yet */
    wait_until(&job.runs, 2);
    sim_sleep(20 * SECOND);
    assert_int_equal(job.runs, 2);
    assert_int_equal(job.refs.count, 1);
    two_nodes_close(&nodes);
}

static void a_job_runs_in_one_worker_at_a_time(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_long, NULL);
}

static void stop_early(void *argument)
{
    struct two_nodes nodes;
    struct test_job waits, runs;

    (void)argument;
    two_nodes_open(&nodes);
    waits = make_job(&nodes);
    runs = make_job(&nodes);
    runs.takes_ns = SECOND;
    runs.again = 1;
    assert_int_equal(schedule(&waits, 9 * SECOND), S_OK);
    assert_int_equal(schedule(&runs, 0), S_OK);
    wait_until(&runs.running, 1);
    rpc_node_stop(nodes.client.node);
    assert_int_equal(schedule(&waits, 0), RPC_E_DISCONNECTED);
    assert_int_equal(waits.runs, 0);
    assert_int_equal(runs.runs, 1);
    assert_int_equal(waits.refs.count, 1);
    assert_int_equal(runs.refs.count, 1);
    two_nodes_close(&nodes);
}

static void a_node_that_stops_drops_its_jobs(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, stop_early, NULL);
}

static void run_too_many(void *argument)
{
    struct test_job jobs[PORT_MAX_JOBS + 1];
    struct two_nodes nodes;
    uint32_t i;

    (void)argument;
    two_nodes_open(&nodes);
    for (i = 0; i <= PORT_MAX_JOBS; i++)
        jobs[i] = make_job(&nodes);
    for (i = 0; i < PORT_MAX_JOBS; i++)
        assert_int_equal(schedule(&jobs[i], SECOND), S_OK);
    assert_int_equal(schedule(&jobs[PORT_MAX_JOBS], SECOND), RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(schedule(&jobs[0], 2 * SECOND), S_OK); /* it waits already */
    sim_sleep(1500 * MS);
    assert_int_equal(schedule(&jobs[PORT_MAX_JOBS], SECOND), S_OK); /* the others are done */
    sim_sleep(2 * SECOND);
    for (i = 0; i <= PORT_MAX_JOBS; i++) {
        assert_int_equal(jobs[i].runs, 1);
        assert_int_equal(jobs[i].refs.count, 1);
    }
    two_nodes_close(&nodes);
}

static void a_node_has_no_more_jobs_than_it_may(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 0; seed <= 20; seed++)
        sim_run(seed, run_too_many, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_node_has_no_more_jobs_than_it_may),
        cmocka_unit_test(jobs_run_once_at_the_last_time_that_was_said),
        cmocka_unit_test(a_job_that_schedules_itself_outlives_a_full_heap),
        cmocka_unit_test(a_job_runs_in_one_worker_at_a_time),
        cmocka_unit_test(a_node_that_stops_drops_its_jobs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
