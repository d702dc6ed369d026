/* Calls that nobody waits for, that wait for credit, that are given up; in virtual time. */
#include "mailbox_nodes.h"
#include <rpc_cancellation.h>
#include <sim.h>

/* ---- [oneway] ---- */

MAILBOX_TEST(oneway_call_returns_before_it_is_executed_and_is_executed_once)
{
    uint64_t sum;
    uint32_t count;

    assert_int_equal(IMailbox_Post(nodes->remote, 40), S_OK);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    assert_int_equal(IMailbox_Post(nodes->remote, 2), S_OK);
    await_that(mailbox_nodes_count(nodes) == 2);
    assert_int_equal(IMailbox_GetSum(nodes->remote, &count, &sum), S_OK);
    assert_int_equal(sum, 42);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
}

MAILBOX_TEST(oneway_calls_take_no_place_among_those_that_are_out)
{
    struct rpc_statistics statistics;

    assert_int_equal(IMailbox_Post(nodes->remote, 1), S_OK);
    rpc_node_statistics(nodes->two.client.node, &statistics);
    assert_int_equal(statistics.outstanding_calls, 0);
}

MAILBOX_TEST(reference_in_a_oneway_call_is_given)
{
    struct test_probe mine;

    test_probe_init(&mine);
    IMailbox_Keep(nodes->remote, (IUnknown *)&mine.IProbe_iface);
    await_that(mine.refs.count > 1);
    sim_sleep(SECOND);
    assert_true(mine.refs.count > 1); /* it keeps it: nothing gave it back */
    IMailbox_Keep(nodes->remote, NULL);
    wait_until(&mine.refs.count, 1);
}

MAILBOX_TEST(reference_in_a_oneway_call_that_is_refused_comes_back)
{
    struct test_probe mine;

    test_probe_init(&mine);
    assert_int_equal(INamespace_Unregister(nodes->two.server.root, "mailbox"), S_OK);
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->two.server.node, mailbox_component_interfaces), S_OK);
    IMailbox_Keep(nodes->remote, (IUnknown *)&mine.IProbe_iface); /* nobody there knows the interface */
    wait_until(&mine.refs.count, 1);
}

struct poster {
    struct mailbox_nodes *nodes;
    uint32_t posts;
    uint32_t *ended;
};

static void post_many(void *argument)
{
    struct poster *poster = argument;
    uint32_t i;

    for (i = 0; i < poster->posts; i++)
        assert_int_equal(IMailbox_Post(poster->nodes->remote, 1), S_OK);
    (*poster->ended)++;
}

MAILBOX_TEST(flood_of_oneway_calls_waits_for_credit_and_none_is_lost)
{
    struct poster posters[3];
    uint32_t ended = 0, i;

    for (i = 0; i < 3; i++) {
        posters[i] = (struct poster){nodes, 50, &ended};
        assert_true(port_thread_start("poster", post_many, &posters[i]));
    }
    wait_until(&ended, 3);
    await_that(mailbox_nodes_count(nodes) == 150); /* within their credit nothing is shed */
}

/* Nobody waits for an answer there, so that workers run them, and nothing else is sent back. */
MAILBOX_TEST(credit_of_oneway_calls_comes_back_at_once)
{
    int64_t begin_ns;
    uint32_t i;

    sim_sleep(20 * MS);
    begin_ns = port_now_ns();
    for (i = 0; i < 3 * PORT_MAX_RUNNING; i++)
        assert_int_equal(IMailbox_Post(nodes->remote, 1), S_OK);
    assert_in_range(port_now_ns() - begin_ns, 0, 100 * MS);
    await_that(mailbox_nodes_count(nodes) == 3 * PORT_MAX_RUNNING);
}

static HRESULT block(struct test_probe *probe)
{
    (void)probe;
    sim_sleep(SECOND);
    return S_OK;
}

static void call_null(void *argument)
{
    com_ignore(IProbe_Null((IProbe *)argument)); /* it may come too late */
}

MAILBOX_TEST(oneway_call_without_credit_fails_by_its_deadline_and_was_not_sent)
{
    IProbe *probe = two_nodes_bind(&nodes->two);
    int64_t before_ns, begin_ns;
    uint32_t i;

    nodes->two.probe.on_null = block;
    for (i = 0; i < PORT_MAX_RUNNING; i++)
        assert_true(port_thread_start("caller", call_null, probe));
    sim_sleep(10 * MS);
    begin_ns = port_now_ns();
    before_ns = rpc_set_deadline(begin_ns + 100 * MS);
    assert_int_equal(IMailbox_Post(nodes->remote, 1), RPC_E_TIMEOUT);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_true(port_now_ns() >= begin_ns + 100 * MS && port_now_ns() < begin_ns + 120 * MS);
    (void)rpc_set_deadline(before_ns);
    assert_int_equal(IMailbox_Post(nodes->remote, 1), S_OK); /* waits until the others have returned */
    await_that(mailbox_nodes_count(nodes) == 1);
    sim_sleep(10 * SECOND);
    assert_int_equal(mailbox_nodes_count(nodes), 1);
    IProbe_Release(probe);
}

/* ---- credit ---- */

struct worker {
    IMailbox *mailbox;
    HRESULT hr;
    enum rpc_executed executed;
    uint32_t *ended;
    struct rpc_cancellation *cancellation; /* or NULL */
    uint32_t began;
    uint32_t duration_ms;
};

static void work_remotely(void *argument)
{
    struct worker *worker = argument;
    uint32_t done;

    if (worker->cancellation)
        rpc_cancellation_begin(worker->cancellation);
    worker->began = 1;
    worker->hr = IMailbox_Work(worker->mailbox, worker->duration_ms, &done);
    worker->executed = rpc_last_executed();
    (*worker->ended)++;
    if (worker->cancellation)
        rpc_cancellation_end(worker->cancellation);
}

/* The call before keeps the worker, so that the reference is given back before this one begins. */
MAILBOX_TEST(object_that_comes_home_in_a_oneway_call_may_be_released_at_once)
{
    IProbe *probe = two_nodes_bind(&nodes->two);
    struct com_refs *refs = &nodes->two.probe.refs;
    struct worker worker = {.mailbox = nodes->remote, .duration_ms = 200};
    uint32_t ended = 0;

    worker.ended = &ended;
    assert_true(port_thread_start("worker", work_remotely, &worker));
    sim_sleep(20 * MS);
    IMailbox_Keep(nodes->remote, (IUnknown *)probe);
    IProbe_Release(probe);
    wait_until(&ended, 1);
    sim_sleep(50 * MS);
    assert_int_equal(refs->count, 3); /* the test's, the name's, and the mailbox's */
    IMailbox_Keep(nodes->remote, NULL);
    wait_until(&refs->count, 2);
}

MAILBOX_TEST(callers_wait_for_credit_instead_of_being_refused)
{
    struct worker workers[3 * PORT_MAX_RUNNING];
    const uint32_t count = sizeof(workers) / sizeof(workers[0]);
    uint32_t ended = 0, i;

    for (i = 0; i < count; i++) {
        workers[i] = (struct worker){.mailbox = nodes->remote, .ended = &ended, .duration_ms = 20};
        assert_true(port_thread_start("worker", work_remotely, &workers[i]));
    }
    wait_until(&ended, count);
    for (i = 0; i < count; i++)
        assert_int_equal(workers[i].hr, S_OK);
}

/* ---- cancel ---- */

MAILBOX_TEST(deadline_cancels_the_call_at_the_callee)
{
    int64_t before_ns = rpc_set_deadline(port_now_ns() + 50 * MS);
    struct rpc_statistics statistics;
    uint32_t done;

    assert_int_equal(IMailbox_Work(nodes->remote, 10000, &done), RPC_E_TIMEOUT);
    (void)rpc_set_deadline(before_ns);
    sim_sleep(10 * MS);
    assert_int_equal(mailbox_nodes_cancelled(nodes), 1); /* not ten seconds later */
    rpc_node_statistics(nodes->two.client.node, &statistics);
    assert_int_equal(statistics.outstanding_calls, 0); /* the tombstone went with the late Return */
}

MAILBOX_TEST(another_thread_ends_a_call)
{
    struct rpc_cancellation cancellation;
    uint32_t ended = 0;
    struct worker worker = {
        .mailbox = nodes->remote, .ended = &ended, .duration_ms = 50000, .cancellation = &cancellation};
    int64_t begin_ns;

    assert_true(port_thread_start("worker", work_remotely, &worker));
    wait_until(&worker.began, 1);
    sim_sleep(20 * MS);
    begin_ns = port_now_ns();
    rpc_cancel(&cancellation);
    wait_until(&ended, 1);
    assert_true(port_now_ns() < begin_ns + 10 * MS);
    assert_int_equal(worker.hr, RPC_E_CALL_CANCELED);
    assert_int_equal(worker.executed, RPC_EXECUTED_UNKNOWN);
    await_that(mailbox_nodes_cancelled(nodes) == 1);
    assert_true(port_now_ns() < begin_ns + 100 * MS);
}

MAILBOX_TEST(cancelled_thread_makes_no_more_calls_until_it_ends_the_cancellation)
{
    struct rpc_cancellation outer, inner;
    uint32_t done;

    rpc_cancellation_begin(&outer);
    rpc_cancellation_begin(&inner);
    assert_false(rpc_is_cancelled());
    rpc_cancel(&outer);
    assert_true(rpc_is_cancelled());
    assert_int_equal(IMailbox_Work(nodes->remote, 10, &done), RPC_E_CALL_CANCELED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(ILocalNode_Sleep(nodes->two.client.node, port_now_ns() + SECOND), RPC_E_CALL_CANCELED);
    rpc_cancellation_end(&inner);
    rpc_cancellation_end(&outer);
    assert_false(rpc_is_cancelled());
    assert_int_equal(IMailbox_Work(nodes->remote, 10, &done), S_OK);
    assert_int_equal(done, 1); /* the first was never sent */
}

MAILBOX_TEST(queued_call_that_is_cancelled_is_not_executed)
{
    IProbe *probe = two_nodes_bind(&nodes->two);
    int64_t before_ns;
    uint32_t i, done;

    nodes->two.probe.on_null = block;
    for (i = 0; i < PORT_WORKERS; i++)
        assert_true(port_thread_start("caller", call_null, probe));
    sim_sleep(10 * MS);
    before_ns = rpc_set_deadline(port_now_ns() + 50 * MS);
    assert_int_equal(IMailbox_Work(nodes->remote, 10, &done), RPC_E_TIMEOUT); /* no worker is free */
    (void)rpc_set_deadline(before_ns);
    sim_sleep(5 * SECOND);
    assert_int_equal(IMailbox_Work(nodes->remote, 10, &done), S_OK);
    assert_int_equal(done, 1);
    IProbe_Release(probe);
}

/* Called by the server during a call of the client: works at the client. */
struct middle {
    struct test_probe mine;
    IMailbox *mailbox;
    HRESULT hr;
    uint32_t ended;
};

static HRESULT work_for_another(struct test_probe *probe)
{
    struct middle *middle = probe->context;
    uint32_t done;

    middle->hr = IMailbox_Work(middle->mailbox, 50000, &done);
    middle->ended = 1;
    return middle->hr;
}

MAILBOX_TEST(cancel_reaches_what_the_callee_calls_in_turn)
{
    struct test_node third;
    INamespace *remote;
    IProbe *probe;
    struct middle middle = {.mailbox = nodes->remote};
    int64_t begin_ns = port_now_ns(), before_ns;

    /* third → client → server */
    test_probe_init(&middle.mine);
    middle.mine.on_null = work_for_another;
    middle.mine.context = &middle;
    assert_int_equal(
        INamespace_Register(nodes->two.client.root, "middle", (IUnknown *)&middle.mine.IProbe_iface, 0),
        S_OK);
    test_node_open(&third, nodes->two.network, "third");
    assert_int_equal(ILocalNode_Connect(third.node, "loopback:client", port_now_ns() + SECOND, &remote),
                     S_OK);
    assert_int_equal(com_bind(remote, "middle", &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(rpc_set_timeout(probe, 50), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
    wait_until(&middle.ended, 1);
    assert_true(middle.hr == RPC_E_TIMEOUT || middle.hr == RPC_E_CALL_CANCELED); /* its budget ends as well */
    await_that(mailbox_nodes_cancelled(nodes) == 1);

    /* Without a deadline, only the cancel can end them. */
    middle.ended = 0;
    before_ns = rpc_set_deadline(port_now_ns() + 30 * SECOND);
    {
        struct rpc_cancellation cancellation;

        rpc_cancellation_begin(&cancellation);
        rpc_cancel(&cancellation);
        assert_int_equal(IProbe_Null(probe), RPC_E_CALL_CANCELED);
        rpc_cancellation_end(&cancellation);
    }
    (void)rpc_set_deadline(before_ns);
    assert_true(port_now_ns() < begin_ns + SECOND);
    IProbe_Release(probe);
    INamespace_Release(remote);
    test_node_close(&third);
    assert_int_equal(INamespace_Unregister(nodes->two.client.root, "middle"), S_OK);
    wait_until(&middle.mine.refs.count, 1);
}

struct forever {
    IProbe *probe;
    struct rpc_cancellation cancellation;
    HRESULT hr;
    uint32_t ended;
};

static void call_null_cancellably(void *argument)
{
    struct forever *forever = argument;

    rpc_cancellation_begin(&forever->cancellation);
    forever->hr = IProbe_Null(forever->probe);
    rpc_cancellation_end(&forever->cancellation);
    forever->ended = 1;
}

static HRESULT work_forever_for_another(struct test_probe *probe)
{
    struct middle *middle = probe->context;

    middle->hr = IMailbox_WorkForever(middle->mailbox);
    middle->ended = 1;
    return middle->hr;
}

MAILBOX_TEST(cancel_without_any_deadline_passes_through_a_node)
{
    struct test_node third;
    INamespace *remote;
    struct forever forever = {.ended = 0};
    struct middle middle = {.mailbox = nodes->remote};
    int64_t begin_ns;

    test_probe_init(&middle.mine);
    middle.mine.on_null = work_forever_for_another;
    middle.mine.context = &middle;
    assert_int_equal(
        INamespace_Register(nodes->two.client.root, "middle", (IUnknown *)&middle.mine.IProbe_iface, 0),
        S_OK);
    test_node_open(&third, nodes->two.network, "third");
    assert_int_equal(ILocalNode_Connect(third.node, "loopback:client", port_now_ns() + SECOND, &remote),
                     S_OK);
    assert_int_equal(com_bind(remote, "middle", &IID_IProbe, (void **)&forever.probe), S_OK);
    assert_int_equal(rpc_set_timeout(forever.probe, UINT32_MAX), S_OK);
    assert_true(port_thread_start("forever", call_null_cancellably, &forever));
    sim_sleep(15 * SECOND); /* longer than any default */
    assert_int_equal(forever.ended, 0);
    begin_ns = port_now_ns();
    rpc_cancel(&forever.cancellation);
    wait_until(&forever.ended, 1);
    assert_int_equal(forever.hr, RPC_E_CALL_CANCELED);
    wait_until(&middle.ended, 1);
    assert_int_equal(middle.hr, RPC_E_CALL_CANCELED);
    await_that(mailbox_nodes_cancelled(nodes) == 1);
    assert_true(port_now_ns() < begin_ns + SECOND);
    IProbe_Release(forever.probe);
    INamespace_Release(remote);
    test_node_close(&third);
    assert_int_equal(INamespace_Unregister(nodes->two.client.root, "middle"), S_OK);
    wait_until(&middle.mine.refs.count, 1);
}

MAILBOX_TEST(end_of_the_link_cancels_what_runs_for_it)
{
    uint32_t ended = 0;
    struct worker worker = {.mailbox = nodes->remote, .ended = &ended, .duration_ms = 50000};
    int64_t begin_ns;

    assert_true(port_thread_start("worker", work_remotely, &worker));
    wait_until(&worker.began, 1);
    sim_sleep(20 * MS);
    begin_ns = port_now_ns();
    INamespace_Release(nodes->two.remote);
    test_node_close(&nodes->two.client);
    wait_until(&ended, 1);
    assert_int_equal(worker.hr, RPC_E_DISCONNECTED);
    await_that(mailbox_nodes_cancelled(nodes) == 1);
    assert_true(port_now_ns() < begin_ns + 100 * MS);

    test_node_open(&nodes->two.client, nodes->two.network, "client"); /* for who cleans up */
    assert_int_equal(ILocalNode_Connect(nodes->two.client.node, "loopback:server", port_now_ns() + SECOND,
                                        &nodes->two.remote),
                     S_OK);
}

/* ---- deadlines ---- */

MAILBOX_TEST(no_deadline_is_only_what_the_interface_says)
{
    int64_t begin_ns = port_now_ns(), before_ns;

    before_ns = rpc_set_deadline(begin_ns + 8 * SECOND);
    assert_int_equal(IMailbox_WorkForever(nodes->remote), RPC_E_TIMEOUT);
    assert_true(port_now_ns() >= begin_ns + 8 * SECOND); /* not the default */
    (void)rpc_set_deadline(before_ns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(oneway_call_returns_before_it_is_executed_and_is_executed_once),
        cmocka_unit_test(oneway_calls_take_no_place_among_those_that_are_out),
        cmocka_unit_test(reference_in_a_oneway_call_is_given),
        cmocka_unit_test(reference_in_a_oneway_call_that_is_refused_comes_back),
        cmocka_unit_test(flood_of_oneway_calls_waits_for_credit_and_none_is_lost),
        cmocka_unit_test(credit_of_oneway_calls_comes_back_at_once),
        cmocka_unit_test(object_that_comes_home_in_a_oneway_call_may_be_released_at_once),
        cmocka_unit_test(oneway_call_without_credit_fails_by_its_deadline_and_was_not_sent),
        cmocka_unit_test(callers_wait_for_credit_instead_of_being_refused),
        cmocka_unit_test(deadline_cancels_the_call_at_the_callee),
        cmocka_unit_test(another_thread_ends_a_call),
        cmocka_unit_test(cancelled_thread_makes_no_more_calls_until_it_ends_the_cancellation),
        cmocka_unit_test(queued_call_that_is_cancelled_is_not_executed),
        cmocka_unit_test(cancel_reaches_what_the_callee_calls_in_turn),
        cmocka_unit_test(cancel_without_any_deadline_passes_through_a_node),
        cmocka_unit_test(end_of_the_link_cancels_what_runs_for_it),
        cmocka_unit_test(no_deadline_is_only_what_the_interface_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
