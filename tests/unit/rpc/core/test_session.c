#include "session_calls.h"
#include <pb_encode.h>
#include <rpc_frame.h>
#include <wire/rpc.pb.h>

static void greeting_opens_both_sides(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    assert_string_equal(pair.acceptor.session.peer.name, "dialler");
    assert_string_equal(pair.dialler.session.peer.name, "acceptor");
    assert_int_equal(pair.dialler.session.peer.limits.max_exports, 4);
    pair_close(&pair);
}

static void peer_that_takes_more_than_fits_is_taken_to_take_the_most_that_does(void **state)
{
    mmlite_wire_Hello hello = mmlite_wire_Hello_init_zero;
    const struct rpc_limits *limits;
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    pb_ostream_t body = pb_ostream_from_buffer(frame + RPC_HEADER_BYTES, sizeof(frame) - RPC_HEADER_BYTES);
    struct pair pair;

    (void)state;
    hello.magic = 0x314C4D4D;
    hello.version_min = hello.version_max = RPC_VERSION;
    hello.has_limits = true;
    hello.limits.max_calls = hello.limits.max_exports = 0x10002; /* not 2 */
    hello.limits.max_depth = hello.limits.max_classes = 0x102;
    hello.limits.window_bytes = UINT32_MAX;
    assert_true(pb_encode(&body, mmlite_wire_Hello_fields, &hello));
    rpc_header_write(frame, RPC_HELLO, 0, (uint32_t)body.bytes_written);
    pair_init(&pair);
    side_receive(&pair.acceptor, frame, RPC_HEADER_BYTES + body.bytes_written, pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_OPEN);
    limits = &pair.acceptor.session.peer.limits;
    assert_int_equal(limits->max_calls, UINT16_MAX);
    assert_int_equal(limits->max_exports, UINT16_MAX);
    assert_int_equal(limits->max_depth, UINT8_MAX);
    assert_int_equal(limits->max_classes, UINT8_MAX);
    assert_int_equal(limits->window_bytes, UINT32_MAX);
    pair_close(&pair);
}

static void silent_peer_ends_the_handshake_after_three_seconds(void **state)
{
    struct pair pair;

    (void)state;
    pair_init(&pair);
    assert_int_equal(rpc_session_tick(&pair.acceptor.session, pair.now_ns), pair.now_ns + 3 * SECOND);
    rpc_session_tick(&pair.acceptor.session, pair.now_ns + 3 * SECOND - 1);
    assert_int_equal(pair.acceptor.session.state, RPC_ACCEPTING);
    rpc_session_tick(&pair.acceptor.session, pair.now_ns + 3 * SECOND);
    assert_int_equal(pair.acceptor.session.state, RPC_DEAD);
    pair_close(&pair);
}

static void versions_without_overlap_are_refused(void **state)
{
    struct rpc_hello hello = {.version_min = 2, .version_max = 5};
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;

    (void)state;
    pair_init(&pair);
    side_receive(&pair.acceptor, frame, rpc_hello_write(frame, RPC_HELLO, &hello), pair.now_ns);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_DEAD);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_VERSION_MISMATCH);
    pair_settle(&pair);
    assert_int_equal(pair.dialler.session.hr, RPC_E_VERSION_MISMATCH); /* the Abort said why */
    assert_string_equal(rpc_session_detail(&pair.dialler.session),
                        "the peer speaks versions 2 to 5, this node 1");
    pair_close(&pair);
}

static void names_that_no_node_can_have_are_refused(void **state)
{
    static const char *const names[] = {"\xFF", "caf\xC3\xA9", "a b", "a/b", "UPPER", "\x1B[2J"};
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct rpc_hello hello = {.version_min = RPC_VERSION, .version_max = RPC_VERSION};

        pair_init(&pair);
        strcpy(hello.sender.name, names[i]);
        side_receive(&pair.acceptor, frame, rpc_hello_write(frame, RPC_HELLO, &hello), pair.now_ns);
        assert_int_equal(pair.acceptor.event.type, RPC_EVENT_DEAD);
        assert_int_equal(pair.acceptor.session.hr, RPC_E_INVALID_DATA);
        pair_close(&pair);
    }
}

static void call_reaches_the_root_and_returns(void **state)
{
    struct pair pair;
    uint32_t id;
    int owner;

    (void)state;
    pair_open(&pair);
    id = call_with(&pair, &owner, &root_call);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CALL);
    assert_int_equal(pair.acceptor.event.refusal, S_OK);
    assert_ptr_equal(pair.acceptor.event.entry->object, &pair.acceptor.root);
    assert_int_equal(pair.acceptor.event.call.method, 3);
    assert_int_equal(pair.acceptor.event.call.causality, 7);
    assert_memory_equal(pair.acceptor.event.call.params.data, "params", 6);
    rpc_session_finish_call(&pair.acceptor.session, 0);

    return_with(&pair, id, &plain_return);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_RETURN);
    assert_ptr_equal(pair.dialler.event.owner, &owner);
    assert_memory_equal(pair.dialler.event.reply.results.data, "results", 7);
    assert_int_equal(pair.dialler.session.calls.outstanding, 0);
    pair_close(&pair);
}

static void second_return_ends_the_link(void **state)
{
    struct pair pair;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    id = call_with(&pair, NULL, &root_call);
    return_with(&pair, id, &plain_return);
    return_with(&pair, id, &plain_return);
    assert_int_equal(pair.dialler.session.state, RPC_DEAD);
    pair_close(&pair);
}

/* A slot is used again as soon as its call has returned; the id is another one. */
static void return_of_an_earlier_call_is_not_taken_for_that_of_the_next(void **state)
{
    uint32_t earlier, next;
    struct pair pair;
    int owner;

    (void)state;
    pair_open(&pair);
    earlier = call_with(&pair, NULL, &root_call);
    rpc_session_finish_call(&pair.acceptor.session, 0);
    return_with(&pair, earlier, &plain_return);
    next = call_with(&pair, &owner, &root_call);
    assert_int_equal(next & 0xFFFF, earlier & 0xFFFF);
    assert_int_not_equal(next, earlier);

    return_with(&pair, earlier, &plain_return);
    assert_int_not_equal(pair.dialler.event.type, RPC_EVENT_RETURN);
    assert_int_equal(pair.dialler.session.state, RPC_DEAD);
    pair_close(&pair);
}

static void more_calls_than_allowed_are_sent_away_unexecuted(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    pair.acceptor.session.features = 0; /* the peer knows no credit */
    (void)call_with(&pair, NULL, &root_call);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.event.refusal, S_OK);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_SERVERCALL_RETRYLATER);
    rpc_session_return_call(&pair.acceptor.session, pair.acceptor.event.call_id, pair.acceptor.event.charge);
    assert_int_equal(pair.acceptor.session.running, 2);
    pair_close(&pair);
}

/* ---- cancel ---- */

static void abandoned_call_is_cancelled_and_its_id_kept_until_the_return(void **state)
{
    struct pair pair;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    id = send_with_credit(&pair, false, NULL);
    assert_true(rpc_session_abandon_call(&pair.dialler.session, id));
    pair_settle(&pair);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CANCEL);
    assert_int_equal(pair.acceptor.event.call_id, id);
    assert_int_equal(pair.dialler.session.calls.outstanding, 1);
    assert_int_equal(pair.dialler.session.sent_calls,
                     1); /* it still has its credit: the callee still works */
    return_with(&pair, id, &plain_return);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_NONE);
    assert_int_equal(pair.dialler.session.sent_calls, 0);
    pair_close(&pair);
}

static void return_that_crosses_the_cancel_makes_it_needless(void **state)
{
    struct pair pair;
    uint32_t ids[2];

    (void)state;
    pair_open(&pair);
    ids[0] = send_with_credit(&pair, false, NULL);
    ids[1] = send_with_credit(&pair, false, NULL);
    (void)rpc_session_abandon_call(&pair.dialler.session, ids[0]);
    (void)rpc_session_abandon_call(&pair.dialler.session, ids[1]);
    return_with(&pair, ids[0], &plain_return);
    pair.acceptor.event.call_id = 0;
    pair_settle(&pair); /* one Cancel, and not for a slot that is free */
    assert_int_equal(pair.acceptor.event.call_id, ids[1]);
    assert_false(rpc_session_has_output(&pair.dialler.session));
    pair_close(&pair);
}

/* ---- going away ---- */

static void link_is_drained_when_both_go_away_and_nothing_runs(void **state)
{
    struct pair pair;
    uint32_t id;
    size_t size;

    (void)state;
    pair_open(&pair);
    id = send_with_credit(&pair, false, &size);
    rpc_session_leave(&pair.acceptor.session);
    assert_false(rpc_session_is_drained(&pair.acceptor.session));
    pair_settle(&pair);
    assert_true(pair.dialler.session.leaving); /* it answers */
    assert_int_equal(rpc_session_admit(&pair.dialler.session, false), RPC_E_SERVER_DIED_DNE);
    assert_int_equal(rpc_session_admit(&pair.dialler.session, true), S_OK);
    assert_false(rpc_session_is_drained(&pair.dialler.session));
    assert_false(rpc_session_is_drained(&pair.acceptor.session));
    finish(&pair.acceptor, id, (uint32_t)size);
    assert_true(rpc_session_is_drained(&pair.acceptor.session));
    return_with(&pair, id, &plain_return);
    assert_true(rpc_session_is_drained(&pair.dialler.session));
    pair_close(&pair);
}

static void call_that_crosses_the_goaway_was_not_executed(void **state)
{
    struct rpc_call_message nested = root_call;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    rpc_session_leave(&pair.acceptor.session);
    (void)call_with(&pair, NULL, &root_call);
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_SERVER_DIED_DNE);
    nested.depth = 1;
    (void)call_with(&pair, NULL, &nested);
    assert_int_equal(pair.acceptor.event.refusal, S_OK); /* what runs can end */
    pair_close(&pair);
}

static void peer_that_knows_no_goaway_is_not_waited_for(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    pair.acceptor.session.features = 0;
    rpc_session_leave(&pair.acceptor.session);
    assert_false(rpc_session_has_output(&pair.acceptor.session));
    assert_true(rpc_session_is_drained(&pair.acceptor.session));
    pair_close(&pair);
}

static void refusals_leave_with_what_is_sent_next(void **state)
{
    uint32_t ids[RPC_REFUSALS_MAX], i;
    struct pair pair;
    int owner;

    (void)state;
    pair_open(&pair);
    for (i = 0; i < 2; i++)
        ids[i] = call_with(&pair, &owner, &root_call);
    for (i = 0; i < 2; i++)
        assert_true(rpc_session_refuse_call(&pair.acceptor.session, ids[i], RPC_E_SERVERCALL_RETRYLATER));
    assert_true(rpc_session_has_output(&pair.acceptor.session));
    pair_settle(&pair);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_RETURN);
    assert_int_equal(pair.dialler.event.reply.hr, RPC_E_SERVERCALL_RETRYLATER);
    assert_int_equal(pair.dialler.event.reply.executed, 0);
    assert_int_equal(pair.dialler.session.calls.outstanding, 0); /* each call has its Return */
    for (i = 0; i < RPC_REFUSALS_MAX; i++)
        assert_true(rpc_session_refuse_call(&pair.acceptor.session, i + 1, E_FAIL));
    assert_false(rpc_session_refuse_call(&pair.acceptor.session, 9, E_FAIL));
    pair_close(&pair);
}

static void call_table_has_a_limit(void **state)
{
    struct pair pair;
    uint32_t id;
    int i;

    (void)state;
    pair_open(&pair);
    for (i = 0; i < 3; i++)
        assert_int_equal(rpc_session_begin_call(&pair.dialler.session, NULL, NULL, 0, pair.now_ns, &id),
                         S_OK);
    assert_int_equal(rpc_session_begin_call(&pair.dialler.session, NULL, NULL, 0, pair.now_ns, &id),
                     RPC_E_OUT_OF_RESOURCES);
    pair_close(&pair);
}

static void too_deep_nesting_is_rejected(void **state)
{
    struct rpc_call_message deep = root_call;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    deep.depth = 4;
    (void)call_with(&pair, NULL, &deep);
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_SERVERCALL_REJECTED);
    pair_close(&pair);
}

static void unknown_frames_are_skipped_only_if_optional(void **state)
{
    uint8_t frame[RPC_HEADER_BYTES];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    rpc_header_write(frame, 99, 0, 0);
    frame[1] = RPC_FLAG_OPTIONAL;
    side_receive(&pair.acceptor, frame, sizeof(frame), pair.now_ns);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    frame[1] = 0;
    side_receive(&pair.acceptor, frame, sizeof(frame), pair.now_ns);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_INVALID_HEADER);
    pair_close(&pair);
}

static void call_before_the_greeting_is_refused(void **state)
{
    uint8_t frame[1024];
    struct pair pair;

    (void)state;
    pair_init(&pair);
    side_receive(&pair.acceptor, frame, build_call(frame, 1, &root_call), pair.now_ns);
    assert_int_equal(pair.acceptor.session.state, RPC_DEAD);
    pair_close(&pair);
}

/* A frame whose body was cut, at every length: no crash, and either an error or a shorter good message. */
static void bodies_cut_at_any_byte_do_no_harm(void **state)
{
    struct rpc_call_message call = root_call;
    uint8_t whole[1024];
    size_t size, cut;

    (void)state;
    call.cap_count = 2;
    call.caps[0] = (struct rpc_cap){.where = RPC_SENDER, .id = 0x20001};
    call.caps[1] = (struct rpc_cap){.where = RPC_RECEIVER, .id = 0};
    size = build_call(whole, 1, &call);
    for (cut = RPC_HEADER_BYTES; cut < size; cut++) {
        uint8_t *exact = malloc(cut); /* so that one byte too far is seen */
        struct rpc_event event;
        struct pair pair;

        pair_open(&pair);
        memcpy(exact, whole, cut);
        wire_store_fixed32(exact + 8, (uint32_t)(cut - RPC_HEADER_BYTES));
        rpc_session_receive(&pair.acceptor.session, exact, cut, pair.now_ns, &event);
        assert_true(pair.acceptor.session.state == RPC_OPEN ||
                    pair.acceptor.session.hr == RPC_E_INVALID_DATA);
        free(exact);
        pair_close(&pair);
    }
}

static void oversized_and_lying_headers_end_the_link(void **state)
{
    uint8_t frame[4096];
    struct pair pair;

    (void)state;
    pair_open(&pair);
    rpc_header_write(frame, RPC_CALL, 1, 2049);
    side_receive(&pair.acceptor, frame, RPC_HEADER_BYTES + 2049, pair.now_ns);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_OUT_OF_RESOURCES);
    pair_close(&pair);

    pair_open(&pair);
    rpc_header_write(frame, RPC_CALL, 1, 10);
    side_receive(&pair.acceptor, frame, RPC_HEADER_BYTES + 5, pair.now_ns);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_INVALID_HEADER);
    pair_close(&pair);
}
int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(greeting_opens_both_sides),
        cmocka_unit_test(peer_that_takes_more_than_fits_is_taken_to_take_the_most_that_does),
        cmocka_unit_test(silent_peer_ends_the_handshake_after_three_seconds),
        cmocka_unit_test(versions_without_overlap_are_refused),
        cmocka_unit_test(names_that_no_node_can_have_are_refused),
        cmocka_unit_test(call_reaches_the_root_and_returns),
        cmocka_unit_test(second_return_ends_the_link),
        cmocka_unit_test(return_of_an_earlier_call_is_not_taken_for_that_of_the_next),
        cmocka_unit_test(more_calls_than_allowed_are_sent_away_unexecuted),
        cmocka_unit_test(abandoned_call_is_cancelled_and_its_id_kept_until_the_return),
        cmocka_unit_test(return_that_crosses_the_cancel_makes_it_needless),
        cmocka_unit_test(link_is_drained_when_both_go_away_and_nothing_runs),
        cmocka_unit_test(call_that_crosses_the_goaway_was_not_executed),
        cmocka_unit_test(peer_that_knows_no_goaway_is_not_waited_for),
        cmocka_unit_test(refusals_leave_with_what_is_sent_next),
        cmocka_unit_test(call_table_has_a_limit),
        cmocka_unit_test(too_deep_nesting_is_rejected),
        cmocka_unit_test(unknown_frames_are_skipped_only_if_optional),
        cmocka_unit_test(call_before_the_greeting_is_refused),
        cmocka_unit_test(bodies_cut_at_any_byte_do_no_harm),
        cmocka_unit_test(oversized_and_lying_headers_end_the_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
