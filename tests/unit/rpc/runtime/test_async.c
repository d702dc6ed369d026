/* Calls in two halves, in virtual time. */
#include "mailbox_nodes.h"
#include <rpc_cancellation.h>
#include <sim.h>

static AsyncIMailbox *make_call(struct mailbox_nodes *nodes)
{
    AsyncIMailbox *call;

    assert_int_equal(AsyncIMailbox_create(nodes->remote, &call), S_OK);
    return call;
}

MAILBOX_TEST(begin_returns_at_once_and_finish_has_the_results)
{
    AsyncIMailbox *call = make_call(nodes);
    int64_t begin_ns = port_now_ns();
    uint32_t done = 0;

    assert_int_equal(AsyncIMailbox_Begin_Work(call, 100), S_OK);
    assert_true(port_now_ns() < begin_ns + 10 * MS);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), S_OK);
    assert_true(port_now_ns() >= begin_ns + 100 * MS && port_now_ns() < begin_ns + 120 * MS);
    assert_int_equal(done, 1);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);
    assert_int_equal(AsyncIMailbox_Begin_Work(call, 1), S_OK); /* it can be used again */
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), S_OK);
    assert_int_equal(done, 2);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(many_calls_are_out_at_once_without_a_thread)
{
    AsyncIMailbox *calls[PORT_MAX_RUNNING];
    int64_t begin_ns = port_now_ns();
    uint32_t i, done;

    for (i = 0; i < PORT_MAX_RUNNING; i++) {
        calls[i] = make_call(nodes);
        assert_int_equal(AsyncIMailbox_Begin_Work(calls[i], 100), S_OK);
    }
    assert_true(port_now_ns() < begin_ns + 50 * MS); /* none has returned yet */
    for (i = PORT_MAX_RUNNING; i-- > 0;)             /* in any order */
        assert_int_equal(AsyncIMailbox_Finish_Work(calls[i], &done), S_OK);
    assert_true(port_now_ns() < begin_ns + PORT_MAX_RUNNING * 110 * MS); /* one worker runs them at least */
    for (i = 0; i < PORT_MAX_RUNNING; i++)
        AsyncIMailbox_Release(calls[i]);
}

MAILBOX_TEST(more_calls_than_credit_wait_in_begin)
{
    AsyncIMailbox *calls[2 * PORT_MAX_RUNNING];
    const uint32_t count = sizeof(calls) / sizeof(calls[0]);
    uint32_t i, done;

    for (i = 0; i < count; i++) {
        calls[i] = make_call(nodes);
        assert_int_equal(AsyncIMailbox_Begin_Work(calls[i], 20), S_OK);
    }
    for (i = 0; i < count; i++) {
        assert_int_equal(AsyncIMailbox_Finish_Work(calls[i], &done), S_OK);
        AsyncIMailbox_Release(calls[i]);
    }
}

MAILBOX_TEST(counts_and_objects_come_back_in_finish)
{
    static const uint8_t data[5] = {1, 2, 3, 4, 5};
    AsyncIMailbox *call = make_call(nodes);
    IMailbox *mailbox = NULL;
    uint8_t back[5] = {0};

    assert_int_equal(AsyncIMailbox_Begin_Turn(call, data, sizeof(data)), S_OK);
    assert_int_equal(AsyncIMailbox_Finish_Turn(call, back, &mailbox), S_OK);
    assert_int_equal(back[0], 5);
    assert_int_equal(back[4], 1);
    assert_ptr_equal(mailbox, nodes->remote); /* the same object, so the same proxy */
    IMailbox_Release(mailbox);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(results_nobody_wants_are_given_back)
{
    AsyncIMailbox *call = make_call(nodes);
    uint32_t i;

    for (i = 0; i < 20; i++) {
        assert_int_equal(AsyncIMailbox_Begin_Turn(call, NULL, 0), S_OK);
        if (i % 2)
            sim_sleep(10 * MS); /* the Return is in, or not yet */
        AsyncIMailbox_Release(call);
        call = make_call(nodes);
    }
    AsyncIMailbox_Release(call); /* that nothing is left is seen when the nodes end */
}

MAILBOX_TEST(releasing_the_call_object_cancels_the_call)
{
    AsyncIMailbox *call = make_call(nodes);
    int64_t begin_ns = port_now_ns();

    assert_int_equal(AsyncIMailbox_Begin_Work(call, 30000), S_OK);
    sim_sleep(10 * MS);
    AsyncIMailbox_Release(call);
    await_that(mailbox_nodes_cancelled(nodes) == 1);
    assert_true(port_now_ns() < begin_ns + 100 * MS);
}

MAILBOX_TEST(deadline_of_begin_holds_for_finish)
{
    AsyncIMailbox *call = make_call(nodes);
    int64_t begin_ns = port_now_ns(), before_ns = rpc_set_deadline(begin_ns + 50 * MS);
    uint32_t done;

    assert_int_equal(AsyncIMailbox_Begin_Work(call, 30000), S_OK);
    (void)rpc_set_deadline(before_ns);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), RPC_E_TIMEOUT);
    assert_int_not_equal(rpc_last_executed(), RPC_EXECUTED_NO); /* the method may say so itself, in time */
    assert_true(port_now_ns() >= begin_ns + 50 * MS && port_now_ns() < begin_ns + 60 * MS);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(halves_that_do_not_belong_together_are_refused)
{
    AsyncIMailbox *call = make_call(nodes);
    uint32_t done, count;

    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), E_UNEXPECTED);
    assert_int_equal(AsyncIMailbox_Begin_Work(call, 1), S_OK);
    assert_int_equal(AsyncIMailbox_Begin_Work(call, 1), E_UNEXPECTED);
    assert_int_equal(AsyncIMailbox_Finish_GetCancelled(call, &count), E_UNEXPECTED);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), S_OK);
    assert_int_equal(done, 1);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(local_object_has_no_call_objects)
{
    AsyncIMailbox *call;

    assert_int_equal(AsyncIMailbox_create(nodes->local, &call), E_NOTIMPL);
    assert_null(call);
    assert_string_equal(com_error_detail(), "the object is of this process: call it directly");
}

MAILBOX_TEST(wait_says_whether_finish_would_wait)
{
    AsyncIMailbox *call = make_call(nodes);
    uint32_t done;

    assert_int_equal(rpc_async_wait(nodes->remote, 0), E_NOINTERFACE);
    assert_int_equal(AsyncIMailbox_Begin_Work(call, 100), S_OK);
    assert_int_equal(rpc_async_wait(call, 0), S_FALSE);
    assert_int_equal(rpc_async_wait(call, port_now_ns() + 20 * MS), S_FALSE);
    assert_int_equal(rpc_async_wait(call, port_now_ns() + SECOND), S_OK);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), S_OK);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(oneway_method_has_two_halves_too)
{
    AsyncIMailbox *call = make_call(nodes);

    assert_int_equal(AsyncIMailbox_Begin_Post(call, 7), S_OK);
    assert_int_equal(AsyncIMailbox_Finish_Post(call), S_OK);
    await_that(mailbox_nodes_count(nodes) == 1);
    AsyncIMailbox_Release(call);
}

MAILBOX_TEST(lost_link_ends_calls_that_nobody_waits_for_yet)
{
    AsyncIMailbox *call = make_call(nodes);
    uint32_t done;

    assert_int_equal(AsyncIMailbox_Begin_Work(call, 30000), S_OK);
    sim_sleep(10 * MS);
    INamespace_Release(nodes->two.remote);
    test_node_close(&nodes->two.client);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_UNKNOWN);
    assert_int_equal(AsyncIMailbox_Begin_Work(call, 1), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    AsyncIMailbox_Release(call);

    test_node_open(&nodes->two.client, nodes->two.network, "client"); /* for who cleans up */
    assert_int_equal(ILocalNode_Connect(nodes->two.client.node, "loopback:server", port_now_ns() + SECOND,
                                        &nodes->two.remote),
                     S_OK);
}

MAILBOX_TEST(finish_can_be_cancelled)
{
    AsyncIMailbox *call = make_call(nodes);
    struct rpc_cancellation cancellation;
    uint32_t done;

    assert_int_equal(AsyncIMailbox_Begin_Work(call, 30000), S_OK);
    rpc_cancellation_begin(&cancellation);
    rpc_cancel(&cancellation);
    assert_int_equal(AsyncIMailbox_Finish_Work(call, &done), RPC_E_CALL_CANCELED);
    rpc_cancellation_end(&cancellation);
    await_that(mailbox_nodes_cancelled(nodes) == 1);
    AsyncIMailbox_Release(call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begin_returns_at_once_and_finish_has_the_results),
        cmocka_unit_test(many_calls_are_out_at_once_without_a_thread),
        cmocka_unit_test(more_calls_than_credit_wait_in_begin),
        cmocka_unit_test(counts_and_objects_come_back_in_finish),
        cmocka_unit_test(results_nobody_wants_are_given_back),
        cmocka_unit_test(releasing_the_call_object_cancels_the_call),
        cmocka_unit_test(deadline_of_begin_holds_for_finish),
        cmocka_unit_test(halves_that_do_not_belong_together_are_refused),
        cmocka_unit_test(local_object_has_no_call_objects),
        cmocka_unit_test(wait_says_whether_finish_would_wait),
        cmocka_unit_test(oneway_method_has_two_halves_too),
        cmocka_unit_test(lost_link_ends_calls_that_nobody_waits_for_yet),
        cmocka_unit_test(finish_can_be_cancelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
