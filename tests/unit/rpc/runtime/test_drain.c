/* Nodes that go away in good order; in virtual time. */
#include "mailbox_nodes.h"
#include <sim.h>

struct worker {
    IMailbox *mailbox;
    uint32_t duration_ms;
    HRESULT hr;
    enum rpc_executed executed;
    uint32_t ended;
};

static void work_remotely(void *argument)
{
    struct worker *worker = argument;
    uint32_t done;

    worker->hr = IMailbox_Work(worker->mailbox, worker->duration_ms, &done);
    worker->executed = rpc_last_executed();
    worker->ended = 1;
}

static void start(struct worker *worker, IMailbox *mailbox, uint32_t duration_ms)
{
    *worker = (struct worker){.mailbox = mailbox, .duration_ms = duration_ms};
    assert_true(port_thread_start("worker", work_remotely, worker));
    sim_sleep(5 * MS);
}

static HRESULT drain(ILocalNode *node, int64_t duration_ns)
{
    return rpc_node_drain(node, port_now_ns() + duration_ns);
}

MAILBOX_TEST(what_runs_ends_before_the_link_is_closed)
{
    int64_t begin_ns = port_now_ns();
    struct worker worker;

    start(&worker, nodes->remote, 300);
    assert_int_equal(drain(nodes->two.server.node, 2 * SECOND), S_OK);
    assert_true(port_now_ns() >= begin_ns + 300 * MS && port_now_ns() < begin_ns + 400 * MS);
    wait_until(&worker.ended, 1);
    assert_int_equal(worker.hr, S_OK);
    assert_int_equal(ILocalNode_IsConnected(nodes->two.client.node, (IUnknown *)nodes->remote), S_FALSE);
}

MAILBOX_TEST(calls_after_the_goaway_are_not_executed)
{
    struct worker worker;
    uint32_t done;
    HRESULT hr;

    start(&worker, nodes->remote, 300);
    assert_int_equal(drain(nodes->two.server.node, 50 * MS), RPC_E_TIMEOUT); /* it still works */
    hr = IMailbox_Work(nodes->remote, 1, &done);
    assert_int_equal(hr, RPC_E_SERVER_DIED_DNE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(IMailbox_Post(nodes->remote, 1), RPC_E_SERVER_DIED_DNE);
    wait_until(&worker.ended, 1);
    assert_int_equal(worker.hr, S_OK);
    assert_int_equal(mailbox_nodes_count(nodes), 0);
    sim_sleep(10 * MS);
    assert_int_equal(IMailbox_Work(nodes->remote, 1, &done),
                     RPC_E_DISCONNECTED); /* the link has gone since */
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
}

struct flood {
    IMailbox *mailbox;
    uint32_t succeeded;
    uint32_t ended;
};

static void work_until_it_goes(void *argument)
{
    struct flood *flood = argument;
    uint32_t done;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr)) {
        hr = IMailbox_Work(flood->mailbox, 1, &done);
        flood->succeeded += SUCCEEDED(hr);
    }
    assert_true(hr == RPC_E_SERVER_DIED_DNE || hr == RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO); /* nobody is left in doubt */
    flood->ended = 1;
}

MAILBOX_TEST(nobody_is_in_doubt_about_a_call_when_a_node_goes_away)
{
    struct flood floods[6];
    uint32_t i, succeeded = 0, done;

    for (i = 0; i < 6; i++) {
        floods[i] = (struct flood){.mailbox = nodes->remote};
        assert_true(port_thread_start("flood", work_until_it_goes, &floods[i]));
    }
    sim_sleep(20 * MS);
    assert_int_equal(drain(nodes->two.server.node, 2 * SECOND), S_OK);
    for (i = 0; i < 6; i++) {
        wait_until(&floods[i].ended, 1);
        succeeded += floods[i].succeeded;
    }
    assert_int_equal(IMailbox_Work(nodes->local, 1, &done), S_OK);
    assert_int_equal(done, succeeded + 1); /* each was executed once */
}

MAILBOX_TEST(client_that_goes_away_lets_its_own_calls_end)
{
    struct worker worker;

    start(&worker, nodes->remote, 300);
    assert_int_equal(drain(nodes->two.client.node, 2 * SECOND), S_OK);
    wait_until(&worker.ended, 1);
    assert_int_equal(worker.hr, S_OK);
}

MAILBOX_TEST(node_that_goes_away_is_not_connected_to_again_by_the_old_link)
{
    struct worker worker;
    INamespace *root;

    start(&worker, nodes->remote, 300);
    assert_int_equal(drain(nodes->two.server.node, 50 * MS), RPC_E_TIMEOUT);
    assert_int_equal(
        ILocalNode_Connect(nodes->two.client.node, "loopback:server", port_now_ns() + SECOND, &root),
        NET_E_UNREACHABLE); /* nobody listens there any more */
    wait_until(&worker.ended, 1);
}

/* A callback during a call must still get through. */
struct bouncer {
    struct test_probe mine;
    IProbe *other;
    ILocalNode *drained;
    HRESULT hr;
};

static HRESULT call_back(struct test_probe *probe)
{
    struct bouncer *bouncer = probe->context;

    com_ignore(drain(bouncer->drained, 10 * MS)); /* it waits for this very call */
    bouncer->hr = IProbe_Null(bouncer->other);
    return bouncer->hr;
}

MAILBOX_TEST(nested_calls_go_on_until_the_outermost_has_ended)
{
    struct bouncer at_server = {.drained = nodes->two.server.node};
    struct test_probe at_client;
    IProbe *probe = two_nodes_bind(&nodes->two);

    test_probe_init(&at_client);
    nodes->two.probe.on_null = call_back;
    nodes->two.probe.context = &at_server;
    assert_int_equal(INamespace_Register(nodes->two.remote, "back", (IUnknown *)&at_client.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(com_bind(nodes->two.server.root, "back", &IID_IProbe, (void **)&at_server.other), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(at_server.hr, S_OK);
    assert_int_equal(at_client.calls, 1);
    IProbe_Release(at_server.other);
    IProbe_Release(probe);
    assert_int_equal(INamespace_Unregister(nodes->two.server.root, "back"), S_OK);
    wait_until(&at_client.refs.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_runs_ends_before_the_link_is_closed),
        cmocka_unit_test(calls_after_the_goaway_are_not_executed),
        cmocka_unit_test(nobody_is_in_doubt_about_a_call_when_a_node_goes_away),
        cmocka_unit_test(client_that_goes_away_lets_its_own_calls_end),
        cmocka_unit_test(node_that_goes_away_is_not_connected_to_again_by_the_old_link),
        cmocka_unit_test(nested_calls_go_on_until_the_outermost_has_ended),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
