/* Calls of results that are still to come, in virtual time. */
#include "slow_nodes.h"
#include <sim.h>

/* ---- one round trip ---- */

MAILBOX_TEST(a_bind_and_a_call_leave_together)
{
    struct slow_nodes at;
    struct caller caller;
    int32_t value;
    IProbe *probe;

    slow_open(&at, nodes, 100);
    probe = bind_slow(&at); /* comes back before the namespace has said anything */
    start_caller(&caller, probe);
    sim_sleep(50 * MS);
    assert_int_equal(outstanding(&at), 2); /* the Bind and the call: nobody waited for a Return in between */
    assert_int_equal(at.slow.binds, 1);
    assert_int_equal(at.two->probe.calls, 0); /* and the call waits for the Bind, there */
    wait_until(&caller.is_done, 1);
    assert_int_equal(caller.hr, S_OK);
    assert_int_equal(caller.executed, RPC_EXECUTED_YES);
    assert_int_equal(IProbe_Increment(probe, 41, &value), S_OK); /* straight to the object from now on */
    assert_int_equal(value, 42);
    assert_int_equal(at.slow.binds, 1);
    assert_int_equal(outstanding(&at), 0);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(a_plain_bind_and_a_call_take_two_round_trips)
{
    struct slow_nodes at;
    int64_t begin_ns = port_now_ns();
    IProbe *probe;

    slow_open(&at, nodes, 100);
    assert_int_equal(com_bind(at.remote, "any", &IID_IProbe, (void **)&probe), S_OK);
    assert_true(port_now_ns() >= begin_ns + 100 * MS); /* that is: the test above would see it */
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(a_path_through_namespaces_of_this_node_is_followed_to_the_peer)
{
    struct slow_nodes at;
    IProbe *probe, *own;

    slow_open(&at, nodes, 20);
    assert_int_equal(INamespace_Register(at.two->client.root, "far", (IUnknown *)at.remote, 0), S_OK);
    assert_int_equal(rpc_bind_pipelined(at.two->client.root, "/far/any", &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(at.slow.binds, 1);
    IProbe_Release(probe);
    assert_int_equal(rpc_bind_pipelined(at.two->server.root, "probe", &IID_IProbe, (void **)&own), S_OK);
    assert_ptr_equal(own, &at.two->probe.IProbe_iface); /* there is nothing to wait for */
    IProbe_Release(own);
    assert_int_equal(rpc_bind_pipelined(at.two->server.root, "none", &IID_IProbe, (void **)&own),
                     NS_E_NOT_FOUND);
    assert_int_equal(INamespace_Unregister(at.two->client.root, "far"), S_OK);
    slow_close(&at);
}

/* ---- what can become of it ---- */

MAILBOX_TEST(a_name_that_is_not_there_is_known_by_the_calls)
{
    int32_t value = 7;
    IProbe *probe;
    uint32_t i;

    assert_int_equal(rpc_bind_pipelined(nodes->two.remote, "none", &IID_IProbe, (void **)&probe), S_OK);
    for (i = 0; i < 3; i++) {
        assert_int_equal(IProbe_Increment(probe, 1, &value), NS_E_NOT_FOUND);
        assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
        assert_int_equal(value, 7);
    }
    IProbe_Release(probe);
}

MAILBOX_TEST(the_failure_comes_with_its_text)
{
    struct slow_nodes at;
    IUnknown *other;
    IProbe *probe;
    uint32_t i;

    slow_open(&at, nodes, 10);
    at.slow.hr = E_ACCESSDENIED;
    probe = bind_slow(&at);
    for (i = 0; i < 2; i++) { /* the one that was on the way, and one that does not leave */
        assert_int_equal(IProbe_Null(probe), E_ACCESSDENIED);
        assert_string_equal(com_error_detail(), "the slow one says no");
    }
    assert_int_equal(IProbe_QueryInterface(probe, &IID_IUnknown, (void **)&other), E_ACCESSDENIED);
    assert_null(other);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(an_object_without_the_interface_says_so)
{
    IMailbox *mailbox;
    uint32_t count;
    uint64_t sum;

    assert_int_equal(rpc_bind_pipelined(nodes->two.remote, "probe", &IID_IMailbox, (void **)&mailbox), S_OK);
    assert_int_equal(IMailbox_GetSum(mailbox, &count, &sum), E_NOINTERFACE);
    assert_int_equal(IMailbox_GetSum(mailbox, &count, &sum), E_NOINTERFACE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    IMailbox_Release(mailbox);
}

MAILBOX_TEST(null_is_no_object)
{
    struct slow_nodes at;
    IProbe *probe;

    slow_open(&at, nodes, 10);
    at.slow.object = NULL;
    probe = bind_slow(&at);
    assert_int_equal(IProbe_Null(probe), RPC_E_INVALID_OBJECT);
    assert_int_equal(IProbe_Null(probe), RPC_E_INVALID_OBJECT);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(an_object_of_the_callers_own_is_asked_for)
{
    struct test_probe own;
    struct slow_nodes at;
    IProbe *probe, *back;

    test_probe_init(&own);
    slow_open(&at, nodes, 10);
    at.slow.object = NULL;
    assert_int_equal(INamespace_Register(at.remote, "own", (IUnknown *)&own.IProbe_iface, 0), S_OK);
    probe = bind_slow(&at);
    assert_int_equal(IProbe_Null(probe), CO_E_OBJNOTCONNECTED); /* on the way, and known */
    assert_int_equal(IProbe_Null(probe), CO_E_OBJNOTCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_IProbe, (void **)&back), S_OK);
    assert_ptr_equal(back, probe);
    IProbe_Release(back);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_IUnknown, (void **)&back), S_OK);
    assert_ptr_equal(back, &own.IProbe_iface);
    IProbe_Release(back);
    IProbe_Release(probe);
    IUnknown_Release(at.slow.object);
    slow_close(&at);
    wait_until(&own.refs.count, 1);
}

MAILBOX_TEST(it_is_one_more_interface_of_what_it_stands_for)
{
    struct slow_nodes at;
    IUnknown *first, *second;
    IProbe *probe, *real;

    slow_open(&at, nodes, 10);
    probe = bind_slow(&at);
    assert_int_equal(IProbe_QueryInterface(probe, &IID_IUnknown, (void **)&first), S_OK);
    real = two_nodes_bind(at.two);
    assert_int_equal(IProbe_QueryInterface(real, &IID_IUnknown, (void **)&second), S_OK);
    assert_ptr_equal(first, second);
    IUnknown_Release(second);
    assert_int_equal(IUnknown_QueryInterface(first, &IID_IProbe, (void **)&second), S_OK);
    assert_ptr_equal(second, real);
    IUnknown_Release(second);
    IUnknown_Release(first);
    IProbe_Release(real);
    assert_int_equal(IProbe_Null(probe), S_OK); /* it holds the object by itself */
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(as_a_parameter_it_is_what_it_stands_for)
{
    struct slow_nodes at;
    IProbe *probe;

    slow_open(&at, nodes, 10);
    probe = bind_slow(&at);
    assert_int_equal(INamespace_Register(at.two->remote, "again", (IUnknown *)probe, 0), S_OK);
    IProbe_Release(probe);
    assert_int_equal(com_bind(at.two->server.root, "again", &IID_IProbe, (void **)&probe), S_OK);
    assert_ptr_equal(probe, &at.two->probe.IProbe_iface);
    IProbe_Release(probe);
    assert_int_equal(INamespace_Unregister(at.two->server.root, "again"), S_OK);
    slow_close(&at);
}

/* ---- what ends it before its time ---- */

MAILBOX_TEST(a_call_that_waits_ends_by_its_own_deadline)
{
    struct slow_nodes at;
    IProbe *probe;

    slow_open(&at, nodes, 300);
    probe = bind_slow(&at);
    assert_int_equal(rpc_set_timeout(probe, 50), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    sim_sleep(400 * MS);
    assert_int_equal(at.two->probe.calls, 0); /* it was told */
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(at.two->probe.calls, 1);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(a_call_that_waits_can_be_cancelled)
{
    struct slow_nodes at;
    struct caller caller;
    IProbe *probe;

    slow_open(&at, nodes, 300);
    probe = bind_slow(&at);
    start_caller(&caller, probe);
    sim_sleep(50 * MS);
    rpc_cancel(&caller.cancellation);
    wait_until(&caller.is_done, 1);
    assert_int_equal(caller.hr, RPC_E_CALL_CANCELED);
    sim_sleep(400 * MS);
    assert_int_equal(at.two->probe.calls, 0);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(a_lost_connection_ends_it)
{
    struct slow_nodes at;
    struct caller caller;
    IProbe *probe;

    slow_open(&at, nodes, 300);
    probe = bind_slow(&at);
    start_caller(&caller, probe);
    sim_sleep(50 * MS);
    port_mutex_lock(&link_of(at.remote)->lock);
    rpc__link_fail(link_of(at.remote), RPC_E_DISCONNECTED, "the test", true);
    port_mutex_unlock(&link_of(at.remote)->lock);
    wait_until(&caller.is_done, 1);
    assert_int_equal(caller.hr, RPC_E_DISCONNECTED);
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    sim_sleep(400 * MS);
    assert_int_equal(at.two->probe.calls, 0);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(nobody_wants_it_so_it_is_cancelled)
{
    struct slow_nodes at;
    IProbe *probe;

    slow_open(&at, nodes, 100);
    probe = bind_slow(&at);
    IProbe_Release(probe);
    assert_int_equal(outstanding(&at), 1); /* until its Return is in */
    sim_sleep(200 * MS);
    assert_int_equal(outstanding(&at), 0);
    slow_close(&at);
}

/* ---- call objects ---- */

static AsyncIMailbox *make_call(IMailbox *mailbox)
{
    AsyncIMailbox *call;

    assert_int_equal(AsyncIMailbox_create(mailbox, &call), S_OK);
    return call;
}

enum { TURN_MAILBOX = 4 };

static IMailbox *promise_mailbox(AsyncIMailbox *call)
{
    IMailbox *promise;

    assert_int_equal(rpc_async_promise(call, TURN_MAILBOX, &IID_IMailbox, (void **)&promise), S_OK);
    return promise;
}

static const uint8_t one_byte[1] = {7};

MAILBOX_TEST(results_of_results_leave_at_once)
{
    enum { LENGTH = 5 };
    IMailbox *mailboxes[LENGTH + 1] = {nodes->remote};
    AsyncIMailbox *calls[LENGTH];
    uint32_t i, count;
    uint64_t sum;

    for (i = 0; i < LENGTH; i++) {
        calls[i] = make_call(mailboxes[i]);
        mailboxes[i + 1] = promise_mailbox(calls[i]);
        assert_int_equal(AsyncIMailbox_Begin_Turn(calls[i], one_byte, 1), S_OK);
    }
    assert_int_equal(IMailbox_Post(mailboxes[LENGTH], 3), S_OK);
    assert_int_equal(IMailbox_GetSum(mailboxes[LENGTH], &count, &sum), S_OK);
    for (i = 0; i < LENGTH; i++) {
        AsyncIMailbox_Release(calls[i]);
        IMailbox_Release(mailboxes[i + 1]);
    }
    await_that(mailbox_nodes_count(nodes) == 1);
}

MAILBOX_TEST(a_chain_breaks_at_its_first_link)
{
    IMailbox *first, *second;
    AsyncIMailbox *call;
    uint32_t count;
    uint64_t sum;

    assert_int_equal(rpc_bind_pipelined(nodes->two.remote, "none", &IID_IMailbox, (void **)&first), S_OK);
    call = make_call(first);
    second = promise_mailbox(call);
    assert_int_equal(AsyncIMailbox_Begin_Turn(call, one_byte, 1), S_OK);
    assert_int_equal(IMailbox_GetSum(second, &count, &sum), NS_E_NOT_FOUND);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    AsyncIMailbox_Release(call);
    IMailbox_Release(second);
    IMailbox_Release(first);
}

MAILBOX_TEST(a_chain_fails_like_its_first_call_whatever_the_others_were_told)
{
    enum { LENGTH = 3 };
    IMailbox *mailboxes[LENGTH + 1] = {nodes->remote};
    AsyncIMailbox *calls[LENGTH];
    struct rpc_link *callee = rpc__node_of(nodes->two.server.node)->links;
    uint32_t i, count;
    uint64_t sum;

    callee->answer_count = 2 * PORT_MAX_RUNNING; /* nothing more is kept */
    for (i = 0; i < LENGTH; i++) {
        calls[i] = make_call(mailboxes[i]);
        mailboxes[i + 1] = promise_mailbox(calls[i]);
        assert_int_equal(AsyncIMailbox_Begin_Turn(calls[i], one_byte, 1), S_OK);
    }
    assert_int_equal(IMailbox_GetSum(mailboxes[LENGTH], &count, &sum), RPC_E_SERVERCALL_RETRYLATER);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    callee->answer_count = 0;
    for (i = 0; i < LENGTH; i++) {
        AsyncIMailbox_Release(calls[i]);
        IMailbox_Release(mailboxes[i + 1]);
    }
}

MAILBOX_TEST(finish_has_the_object_as_ever)
{
    AsyncIMailbox *call = make_call(nodes->remote);
    IMailbox *promise = promise_mailbox(call), *real;
    uint8_t back[1] = {0};
    uint32_t count;
    uint64_t sum;

    assert_int_equal(AsyncIMailbox_Begin_Turn(call, one_byte, 1), S_OK);
    assert_int_equal(AsyncIMailbox_Finish_Turn(call, back, &real), S_OK);
    assert_int_equal(back[0], 7);
    assert_ptr_equal(real, nodes->remote);
    IMailbox_Release(real);
    assert_int_equal(IMailbox_GetSum(promise, &count, &sum), S_OK);
    /* The call object is free for the next, which has nothing to do with the promise. */
    assert_int_equal(AsyncIMailbox_Begin_Turn(call, one_byte, 1), S_OK);
    assert_int_equal(IMailbox_GetSum(promise, &count, &sum), S_OK);
    assert_int_equal(AsyncIMailbox_Finish_Turn(call, back, &real), S_OK);
    IMailbox_Release(real);
    AsyncIMailbox_Release(call);
    IMailbox_Release(promise);
}

MAILBOX_TEST(a_promise_of_a_call_that_is_out_waits_here)
{
    AsyncIMailbox *call = make_call(nodes->remote);
    IMailbox *promise;
    uint32_t count;
    uint64_t sum;

    assert_int_equal(AsyncIMailbox_Begin_Turn(call, one_byte, 1), S_OK);
    promise = promise_mailbox(call);
    AsyncIMailbox_Release(call);
    assert_int_equal(IMailbox_GetSum(promise, &count, &sum), S_OK);
    IMailbox_Release(promise);
}

MAILBOX_TEST(a_promise_of_no_call_cannot_be_called)
{
    AsyncIMailbox *call = make_call(nodes->remote);
    IMailbox *promise = promise_mailbox(call), *none;
    IUnknown *identity;
    uint32_t count;
    uint64_t sum;

    assert_int_equal(IMailbox_GetSum(promise, &count, &sum), E_UNEXPECTED);
    assert_int_equal(IMailbox_QueryInterface(promise, &IID_IUnknown, (void **)&identity), E_UNEXPECTED);
    assert_int_equal(rpc_async_promise(call, 0, &IID_IMailbox, (void **)&none), E_INVALIDARG);
    assert_int_equal(rpc_async_promise(nodes->remote, 4, &IID_IMailbox, (void **)&none), E_NOINTERFACE);
    assert_int_equal(rpc_async_promise(call, 4, &IID_IDeathSink, (void **)&none), E_NOINTERFACE);
    AsyncIMailbox_Release(call);
    assert_int_equal(IMailbox_GetSum(promise, &count, &sum), E_UNEXPECTED);
    IMailbox_Release(promise);
}

MAILBOX_TEST(a_result_that_the_method_does_not_have_is_no_object)
{
    AsyncIMailbox *call = make_call(nodes->remote);
    uint32_t count, number;
    uint64_t sum;

    for (number = 1; number < 8; number += 2) {
        IMailbox *promise;

        assert_int_equal(rpc_async_promise(call, number, &IID_IMailbox, (void **)&promise), S_OK);
        assert_int_equal(AsyncIMailbox_Begin_Turn(call, one_byte, 1), S_OK);
        assert_int_equal(IMailbox_GetSum(promise, &count, &sum), RPC_E_INVALID_OBJECT);
        IMailbox_Release(promise);
        AsyncIMailbox_Release(call);
        call = make_call(nodes->remote);
    }
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(what_was_called_runs_although_the_promise_was_released)
{
    IMailbox *mailbox;

    assert_int_equal(rpc_bind_pipelined(nodes->two.remote, "mailbox", &IID_IMailbox, (void **)&mailbox),
                     S_OK);
    assert_int_equal(IMailbox_Post(mailbox, 5), S_OK);
    IMailbox_Release(mailbox);
    await_that(mailbox_nodes_count(nodes) == 1);
}

MAILBOX_TEST(what_was_called_runs_although_the_promise_went_before_its_call_returned)
{
    struct slow_nodes at;
    IUnknown *object;
    IMailbox *mailbox;

    slow_open(&at, nodes, 100);
    assert_int_equal(INamespace_Bind(nodes->two.server.root, "mailbox", 0, &object), S_OK);
    at.slow.object = object;
    assert_int_equal(rpc_bind_pipelined(at.remote, "any", &IID_IMailbox, (void **)&mailbox), S_OK);
    assert_int_equal(IMailbox_Post(mailbox, 5), S_OK);
    IMailbox_Release(mailbox); /* the Bind runs, and the Post needs that it ends */
    await_that(mailbox_nodes_count(nodes) == 1);
    await_that(outstanding(&at) == 0);
    IUnknown_Release(object);
    slow_close(&at);
}

static HRESULT stay_a_while(struct test_probe *probe)
{
    sim_sleep(400 * MS);
    assert_int_equal(probe->destroyed, 0);
    return S_OK;
}

MAILBOX_TEST(what_a_call_of_a_promise_runs_in_stays_although_nobody_holds_it_any_more)
{
    struct test_probe own;
    struct slow_nodes at;
    IProbe *probe;

    test_probe_init(&own);
    own.on_null = stay_a_while;
    slow_open(&at, nodes, 100);
    at.slow.object = (IUnknown *)&own.IProbe_iface;
    probe = bind_slow(&at);
    assert_int_equal(rpc_set_timeout(probe, 200), S_OK);
    assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT); /* it runs, and the Bind has returned */
    assert_int_equal(own.calls, 1);
    IProbe_Release(probe);
    IProbe_Release(&own.IProbe_iface); /* from here on only the export has one */
    assert_int_equal(INamespace_Unregister(at.two->remote, "nothing"),
                     NS_E_NOT_FOUND); /* the release is there */
    sim_sleep(SECOND);
    assert_int_equal(own.destroyed, 1);
    at.slow.object = NULL;
    slow_close(&at);
}

/* ---- bounds ---- */

MAILBOX_TEST(more_promises_than_credit_wait_for_it)
{
    enum { COUNT = 3 * PORT_MAX_RUNNING };
    IProbe *probes[COUNT];
    struct slow_nodes at;
    uint32_t i;

    slow_open(&at, nodes, 1);
    for (i = 0; i < COUNT; i++)
        probes[i] = bind_slow(&at);
    for (i = 0; i < COUNT; i++) {
        assert_int_equal(IProbe_Null(probes[i]), S_OK);
        IProbe_Release(probes[i]);
    }
    assert_int_equal(at.two->probe.calls, COUNT);
    await_that(outstanding(&at) == 0);
    await_that(!link_of(at.remote)->session.sent_calls && !link_of(at.remote)->session.sent_bytes);
    slow_close(&at);
}

/* The server's end of the only connection. */
static struct rpc_link *server_link(struct slow_nodes *at)
{
    return rpc__node_of(at->two->server.node)->links;
}

MAILBOX_TEST(what_a_call_names_is_kept_until_it_has_left)
{
    struct caller callers[4];
    struct slow_nodes at;
    uint32_t i, round;
    IProbe *probe;

    slow_open(&at, nodes, 0);
    for (round = 0; round < 5; round++) {
        probe = bind_slow(&at); /* its Return is on the way while they send */
        for (i = 0; i < 4; i++) {
            memset(&callers[i], 0, sizeof(callers[i]));
            callers[i].probe = probe;
            assert_true(port_thread_start("caller", call_null, &callers[i]));
        }
        for (i = 0; i < 4; i++) {
            wait_until(&callers[i].is_done, 1);
            assert_int_equal(callers[i].hr, S_OK);
        }
        IProbe_Release(probe);
    }
    slow_close(&at);
}

MAILBOX_TEST(with_a_peer_that_does_not_know_promises_the_calls_wait_here)
{
    struct slow_nodes at;
    struct caller caller;
    int32_t value;
    IProbe *probe;

    slow_open(&at, nodes, 20);
    link_of(at.remote)->session.features &= ~(uint32_t)RPC_FEATURE_PIPELINE;
    server_link(&at)->session.features &= ~(uint32_t)RPC_FEATURE_PIPELINE;
    probe = bind_slow(&at);
    start_caller(&caller, probe);
    assert_int_equal(outstanding(&at), 1); /* the Bind */
    wait_until(&caller.is_done, 1);
    assert_int_equal(caller.hr, S_OK);
    assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
    assert_int_equal(value, 2);
    assert_int_equal(at.slow.binds, 1);
    IProbe_Release(probe);
    at.slow.hr = NS_E_NOT_FOUND;
    probe = bind_slow(&at);
    assert_int_equal(IProbe_Null(probe), NS_E_NOT_FOUND);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    IProbe_Release(probe);
    slow_close(&at);
}

MAILBOX_TEST(the_callee_keeps_nothing_of_a_call_that_has_ended)
{
    struct slow_nodes at;
    IProbe *probe;

    slow_open(&at, nodes, 0);
    probe = bind_slow(&at);
    assert_int_equal(IProbe_Null(probe), S_OK);
    await_that(!server_link(&at)->answers && !server_link(&at)->session.running);
    IProbe_Release(probe);
    slow_close(&at);
}

static void run_with_failures(void *argument)
{
    uint32_t nth;
    bool failed = true;

    (void)argument;
    for (nth = 1; failed && nth < 200; nth++) {
        struct mailbox_nodes nodes;
        IMailbox *mailbox = NULL;
        uint32_t count;
        uint64_t sum;
        HRESULT hr;

        mailbox_nodes_open(&nodes);
        sim_fail_alloc(nth);
        hr = rpc_bind_pipelined(nodes.two.remote, "mailbox", &IID_IMailbox, (void **)&mailbox);
        if (SUCCEEDED(hr)) {
            hr = IMailbox_GetSum(mailbox, &count, &sum);
            IMailbox_Release(mailbox);
        }
        failed = FAILED(hr);
        sim_fail_alloc(0);
        mailbox_nodes_close(&nodes);
    }
    assert_false(failed);
    assert_true(nth > 3);
}

static void without_memory_it_fails_and_leaves_nothing_behind(void **state)
{
    (void)state;
    sim_run(0, run_with_failures, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bind_and_a_call_leave_together),
        cmocka_unit_test(a_plain_bind_and_a_call_take_two_round_trips),
        cmocka_unit_test(a_path_through_namespaces_of_this_node_is_followed_to_the_peer),
        cmocka_unit_test(a_name_that_is_not_there_is_known_by_the_calls),
        cmocka_unit_test(the_failure_comes_with_its_text),
        cmocka_unit_test(an_object_without_the_interface_says_so),
        cmocka_unit_test(null_is_no_object),
        cmocka_unit_test(an_object_of_the_callers_own_is_asked_for),
        cmocka_unit_test(it_is_one_more_interface_of_what_it_stands_for),
        cmocka_unit_test(as_a_parameter_it_is_what_it_stands_for),
        cmocka_unit_test(a_call_that_waits_ends_by_its_own_deadline),
        cmocka_unit_test(a_call_that_waits_can_be_cancelled),
        cmocka_unit_test(a_lost_connection_ends_it),
        cmocka_unit_test(nobody_wants_it_so_it_is_cancelled),
        cmocka_unit_test(results_of_results_leave_at_once),
        cmocka_unit_test(a_chain_breaks_at_its_first_link),
        cmocka_unit_test(a_chain_fails_like_its_first_call_whatever_the_others_were_told),
        cmocka_unit_test(finish_has_the_object_as_ever),
        cmocka_unit_test(a_promise_of_a_call_that_is_out_waits_here),
        cmocka_unit_test(a_promise_of_no_call_cannot_be_called),
        cmocka_unit_test(a_result_that_the_method_does_not_have_is_no_object),
        cmocka_unit_test(what_was_called_runs_although_the_promise_was_released),
        cmocka_unit_test(what_was_called_runs_although_the_promise_went_before_its_call_returned),
        cmocka_unit_test(what_a_call_of_a_promise_runs_in_stays_although_nobody_holds_it_any_more),
        cmocka_unit_test(more_promises_than_credit_wait_for_it),
        cmocka_unit_test(what_a_call_names_is_kept_until_it_has_left),
        cmocka_unit_test(with_a_peer_that_does_not_know_promises_the_calls_wait_here),
        cmocka_unit_test(the_callee_keeps_nothing_of_a_call_that_has_ended),
        cmocka_unit_test(without_memory_it_fails_and_leaves_nothing_behind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
