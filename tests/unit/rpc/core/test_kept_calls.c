/* Calls whose results others may refer to: when they are over, and with them their credit and their id. */
#include "session_pair.h"

static const struct rpc_call_message root_call = {.method = 3, .keeps = true};
static const struct rpc_return_message reply = {.executed = RPC_EXECUTED_YES};

static int owner;

/* The dialler makes a call that is kept, and the acceptor has it. */
static uint32_t make_kept(struct pair *pair)
{
    struct rpc_session *session = &pair->dialler.session;
    uint8_t frame[4096];
    uint32_t id;
    size_t size;

    assert_int_equal(rpc_session_admit(session, false), S_OK);
    assert_int_equal(rpc_session_begin_call(session, &owner, NULL, 0, pair->now_ns, &id), S_OK);
    rpc_calls_find(&session->calls, id)->keeps = true;
    size = build_call(frame, id, &root_call);
    rpc_session_charge(session, id, (uint32_t)size);
    side_receive(&pair->acceptor, frame, size, pair->now_ns);
    assert_int_equal(pair->acceptor.event.type, RPC_EVENT_CALL);
    assert_true(pair->acceptor.event.call.keeps);
    return id;
}

/* The acceptor answers it, which is not its end. */
static void answer(struct pair *pair, uint32_t id)
{
    uint8_t frame[4096];
    size_t size = build_return(frame, id, &reply);

    rpc_session_finish_call(&pair->acceptor.session, 0);
    side_receive(&pair->dialler, frame, size, pair->now_ns);
}

/* The next frame of the dialler is a Cancel of this call, and the acceptor gets it. */
static void expect_cancel(struct pair *pair, uint32_t id)
{
    struct rpc_import_entry *freed;
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    size_t size = rpc_session_poll(&pair->dialler.session, frame, pair->now_ns, &freed);

    assert_int_equal(size, RPC_HEADER_BYTES);
    side_receive(&pair->acceptor, frame, size, pair->now_ns);
    assert_int_equal(pair->acceptor.event.type, RPC_EVENT_CANCEL);
    assert_int_equal(pair->acceptor.event.call_id, id);
}

static void a_kept_call_is_over_with_its_cancel(void **state)
{
    struct rpc_session *caller;
    uint32_t id, bytes;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    caller = &pair.dialler.session;
    id = make_kept(&pair);
    bytes = caller->sent_bytes;
    assert_false(rpc_session_has_output(caller));
    answer(&pair, id);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_RETURN);
    assert_ptr_equal(pair.dialler.event.owner, &owner);
    assert_int_equal(caller->sent_calls, 1); /* the callee still counts it */
    assert_int_equal(caller->sent_bytes, bytes);
    assert_int_equal(caller->calls.outstanding, 1);
    assert_non_null(rpc_calls_find(&caller->calls, id)); /* its id is not free */
    expect_cancel(&pair, id);
    assert_int_equal(caller->sent_calls, 0);
    assert_int_equal(caller->sent_bytes, 0);
    assert_int_equal(caller->calls.outstanding, 0);
    assert_null(rpc_calls_find(&caller->calls, id));
    assert_false(rpc_session_has_output(caller));
    assert_int_equal(pair.acceptor.session.running, 1);
    rpc_session_return_call(&pair.acceptor.session, id, pair.acceptor.session.taken_bytes);
    assert_int_equal(pair.acceptor.session.running, 0);
    assert_int_equal(pair.acceptor.session.taken_calls, 0);
    pair_close(&pair);
}

static void a_kept_call_is_cancelled_once(void **state)
{
    uint32_t told, untold;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    told = make_kept(&pair);
    assert_true(rpc_session_abandon_call(&pair.dialler.session, told));
    expect_cancel(&pair, told);
    answer(&pair, told); /* nobody waits for it, and the peer need not be told again */
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_NONE);
    assert_false(rpc_session_has_output(&pair.dialler.session));
    assert_null(rpc_calls_find(&pair.dialler.session.calls, told));

    untold = make_kept(&pair);
    assert_true(rpc_session_abandon_call(&pair.dialler.session, untold));
    answer(&pair, untold); /* before the peer was told */
    expect_cancel(&pair, untold);
    assert_false(rpc_session_has_output(&pair.dialler.session));
    assert_null(rpc_calls_find(&pair.dialler.session.calls, untold));
    assert_int_equal(pair.dialler.session.sent_calls, 0);
    pair_close(&pair);
}

static void a_second_return_of_a_kept_call_ends_the_link(void **state)
{
    struct pair pair;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    id = make_kept(&pair);
    answer(&pair, id);
    answer(&pair, id);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_DEAD);
    assert_int_equal(pair.dialler.session.hr, RPC_E_INVALID_DATA);
    pair_close(&pair);
}

static void a_kept_call_whose_results_nobody_wants_is_told_with_its_return(void **state)
{
    struct pair pair;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    id = make_kept(&pair);
    rpc_calls_find(&pair.dialler.session.calls, id)->owner = NULL;
    assert_false(rpc_session_has_output(&pair.dialler.session)); /* others need that it runs */
    answer(&pair, id);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_NONE);
    expect_cancel(&pair, id);
    pair_close(&pair);
}

static void what_a_promise_is_for_is_found_by_the_owner(void **state)
{
    static const struct rpc_call_message message = {.target = 3, .promise = 17, .method = 3};
    uint8_t frame[4096];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    side_receive(&pair.acceptor, frame, build_call(frame, 5, &message), pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CALL);
    assert_int_equal(pair.acceptor.event.refusal, S_OK);
    assert_null(pair.acceptor.event.entry);
    assert_int_equal(pair.acceptor.event.call.promise, 17);
    assert_int_equal(pair.acceptor.event.call.target, 3);
    assert_int_equal(pair.acceptor.session.running, 1);
    pair_close(&pair);
}

static void without_the_feature_nothing_is_kept_and_a_promise_ends_the_link(void **state)
{
    static const struct rpc_call_message message = {.target = 3, .promise = 17, .method = 3};
    uint8_t frame[4096];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    pair.acceptor.session.features &= ~(uint32_t)RPC_FEATURE_PIPELINE;
    side_receive(&pair.acceptor, frame, build_call(frame, 4, &root_call), pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CALL);
    assert_false(pair.acceptor.event.call.keeps);
    side_receive(&pair.acceptor, frame, build_call(frame, 5, &message), pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_DEAD);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_INVALID_DATA);
    pair_close(&pair);
}

static void a_oneway_call_is_not_kept(void **state)
{
    uint8_t frame[4096];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    side_receive(&pair.acceptor, frame, build_call(frame, 0, &root_call), pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CALL);
    assert_false(pair.acceptor.event.call.keeps);
    pair_close(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_call_is_over_with_its_cancel),
        cmocka_unit_test(a_kept_call_is_cancelled_once),
        cmocka_unit_test(a_second_return_of_a_kept_call_ends_the_link),
        cmocka_unit_test(a_kept_call_whose_results_nobody_wants_is_told_with_its_return),
        cmocka_unit_test(what_a_promise_is_for_is_found_by_the_owner),
        cmocka_unit_test(without_the_feature_nothing_is_kept_and_a_promise_ends_the_link),
        cmocka_unit_test(a_oneway_call_is_not_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
