/* Credit: how many calls and bytes a peer takes, and how it gives them back. */
#include "session_calls.h"

static void calls_wait_at_the_sender_until_a_return_gives_credit_back(void **state)
{
    struct pair pair;
    uint32_t id;
    size_t size;

    (void)state;
    pair_open(&pair);
    id = send_with_credit(&pair, false, &size);
    (void)send_with_credit(&pair, false, NULL);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), S_FALSE);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, true), S_OK); /* a nested one never waits */
    finish(&pair.acceptor, id, (uint32_t)size);
    return_with(&pair, id, &plain_return);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), S_OK);
    (void)send_with_credit(&pair, false, NULL);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    pair_close(&pair);
}

static void bytes_are_credit_too_but_one_call_always_fits(void **state)
{
    struct pair pair;
    size_t size;

    (void)state;
    pair_open(&pair);
    pair.dialler.session.peer.limits.window_bytes = pair.acceptor.terms.limits.window_bytes = 1;
    (void)send_with_credit(&pair, false, &size);
    assert_true(size > 1);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), S_FALSE);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_OUT_OF_RESOURCES); /* who does not wait loses the link */
    pair_close(&pair);
}

static void more_calls_than_credit_end_the_link(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    (void)call_with(&pair, NULL, &root_call);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_OUT_OF_RESOURCES);
    pair_settle(&pair);
    assert_string_equal(rpc_session_detail(&pair.dialler.session),
                        "more Calls than this node gave credit for");
    pair_close(&pair);
}

static void nested_calls_take_no_credit_but_are_bounded(void **state)
{
    struct rpc_call_message nested = root_call;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    (void)send_with_credit(&pair, false, NULL);
    (void)send_with_credit(&pair, false, NULL);
    nested.depth = 1;
    pair.dialler.session.calls.capacity = 8;
    pair.dialler.session.calls.slots = calloc(8, sizeof(*pair.dialler.session.calls.slots));
    (void)call_with(&pair, NULL, &nested);
    assert_int_equal(pair.acceptor.event.charge, 0);
    (void)call_with(&pair, NULL, &nested);
    assert_int_equal(pair.acceptor.event.refusal, S_OK);
    (void)call_with(&pair, NULL, &nested);
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_SERVERCALL_RETRYLATER);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    free(pair.dialler.session.calls.slots);
    pair_close(&pair);
}

static void window_gives_credit_of_oneway_calls_back(void **state)
{
    struct pair pair;
    size_t size;

    (void)state;
    pair_open(&pair);
    pair.dialler.session.peer.limits.max_calls = pair.acceptor.terms.limits.max_calls = 4;
    assert_int_equal(send_with_credit(&pair, true, &size), 0);
    assert_int_equal(pair.acceptor.event.call_id, 0);
    assert_int_equal(pair.dialler.session.calls.outstanding, 0); /* it has no place in the table */
    finish(&pair.acceptor, 0, (uint32_t)size);
    pair_settle(&pair);
    assert_int_equal(pair.dialler.session.sent_calls, 1); /* one of four is not worth a frame */
    (void)send_with_credit(&pair, true, NULL);
    finish(&pair.acceptor, 0, (uint32_t)size);
    pair_settle(&pair);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_CREDIT);
    assert_int_equal(pair.dialler.session.sent_calls, 0);
    assert_int_equal(pair.dialler.session.sent_bytes, 0);
    assert_int_equal(pair.acceptor.session.taken_calls, 0);
    assert_int_equal(pair.acceptor.session.taken_bytes, 0);
    pair_close(&pair);
}

static void last_credit_is_given_back_at_once(void **state)
{
    struct pair pair;
    size_t size;
    int i;

    (void)state;
    pair_open(&pair);
    pair.dialler.session.peer.limits.max_calls = pair.acceptor.terms.limits.max_calls = 8;
    pair.dialler.session.peer.limits.window_bytes = pair.acceptor.terms.limits.window_bytes = 100000;
    for (i = 0; i < 6; i++)
        (void)send_with_credit(&pair, true, &size); /* run for long */
    finish(&pair.acceptor, 0, (uint32_t)size);
    assert_false(rpc_session_has_output(&pair.acceptor.session));
    (void)send_with_credit(&pair, true, NULL);
    (void)send_with_credit(&pair, true, NULL);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), S_FALSE);
    pair_settle(&pair);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), S_OK);
    pair_close(&pair);
}

static void window_that_gives_back_too_much_ends_the_link(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    (void)send_with_credit(&pair, true, NULL);
    side_receive(&pair.dialler, frame, rpc_window_write(frame, 1, 1), pair.now_ns);
    assert_int_equal(pair.dialler.session.state, RPC_OPEN);
    side_receive(&pair.dialler, frame, rpc_window_write(frame, 1, 1), pair.now_ns);
    assert_int_equal(pair.dialler.session.hr, RPC_E_INVALID_DATA);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_wait_at_the_sender_until_a_return_gives_credit_back),
        cmocka_unit_test(bytes_are_credit_too_but_one_call_always_fits),
        cmocka_unit_test(more_calls_than_credit_end_the_link),
        cmocka_unit_test(nested_calls_take_no_credit_but_are_bounded),
        cmocka_unit_test(window_gives_credit_of_oneway_calls_back),
        cmocka_unit_test(last_credit_is_given_back_at_once),
        cmocka_unit_test(window_that_gives_back_too_much_ends_the_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
