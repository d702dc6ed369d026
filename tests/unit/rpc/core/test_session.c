#include "session_pair.h"
#include <pb_encode.h>
#include <rpc_frame.h>
#include <wire/rpc.pb.h>

static const struct rpc_call_message root_call = {
    .target = 0, .method = 3, .timeout_us = 1000, .causality = 7};
static const struct rpc_return_message plain_return = {.hr = S_OK, .executed = 1};

/* The dialler calls; returns the id. The call is delivered. */
static uint32_t call_with(struct pair *pair, void *owner, const struct rpc_call_message *message)
{
    uint8_t frame[1024];
    uint32_t id;

    assert_int_equal(rpc_session_begin_call(&pair->dialler.session, owner, message->caps, message->cap_count,
                                            pair->now_ns, &id),
                     S_OK);
    side_receive(&pair->acceptor, frame, build_call(frame, id, message), pair->now_ns);
    return id;
}

static void return_with(struct pair *pair, uint32_t id, const struct rpc_return_message *message)
{
    uint8_t frame[1024];

    side_receive(&pair->dialler, frame, build_return(frame, id, message), pair->now_ns);
}

static uint32_t export_object(struct rpc_session *session, void *object)
{
    bool is_new;
    uint32_t id;

    assert_int_equal(rpc_exports_add(&session->exports, object, NULL, &id, &is_new), S_OK);
    return id;
}

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

/* ---- credit ---- */

/* As call_with, with all that a caller does about credit. @param call_id 0: [oneway] */
static uint32_t send_with_credit(struct pair *pair, bool oneway, size_t *out_size)
{
    uint8_t frame[1024];
    uint32_t id = 0;
    size_t size;

    assert_int_equal(rpc_session_admit(&pair->dialler.session, false), S_OK);
    if (!oneway)
        assert_int_equal(rpc_session_begin_call(&pair->dialler.session, NULL, NULL, 0, pair->now_ns, &id),
                         S_OK);
    size = build_call(frame, id, &root_call);
    rpc_session_charge(&pair->dialler.session, id, (uint32_t)size);
    side_receive(&pair->acceptor, frame, size, pair->now_ns);
    assert_int_equal(pair->acceptor.event.type, RPC_EVENT_CALL);
    assert_int_equal(pair->acceptor.event.charge, size);
    if (out_size)
        *out_size = size;
    return id;
}

static void finish(struct side *side, uint32_t call_id, uint32_t charge)
{
    rpc_session_return_call(&side->session, call_id, charge);
    rpc_session_finish_call(&side->session, 0);
}

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

static void stale_reference_is_an_error_not_another_object(void **state)
{
    struct rpc_call_message call = root_call;
    struct pair pair;
    int first, second;
    uint32_t old_id, new_id;

    (void)state;
    pair_open(&pair);
    old_id = export_object(&pair.acceptor.session, &first);
    assert_int_equal(rpc_exports_release(&pair.acceptor.session.exports, old_id, 1), S_OK);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &first);
    new_id = export_object(&pair.acceptor.session, &second);
    assert_int_equal(old_id & 0xFFFF, new_id & 0xFFFF); /* the same slot */
    call.target = old_id;
    (void)call_with(&pair, NULL, &call);
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_INVALID_OBJECT);
    pair_close(&pair);
}

static void object_outlives_its_last_release_until_the_call_on_it_ends(void **state)
{
    struct rpc_call_message call = root_call;
    struct pair pair;
    int object;

    (void)state;
    pair_open(&pair);
    call.target = export_object(&pair.acceptor.session, &object);
    (void)call_with(&pair, NULL, &call);
    assert_int_equal(rpc_exports_release(&pair.acceptor.session.exports, call.target, 1), S_OK);
    assert_null(rpc_exports_reap(&pair.acceptor.session.exports));
    (void)call_with(&pair, NULL, &call); /* whoever gave it back cannot go on with it */
    assert_int_equal(pair.acceptor.event.refusal, RPC_E_INVALID_OBJECT);
    rpc_session_finish_call(&pair.acceptor.session, call.target);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    pair_close(&pair);
}

static void lent_references_come_back_with_the_return_unless_kept(void **state)
{
    struct rpc_call_message call = root_call;
    struct rpc_return_message reply = plain_return;
    struct pair pair;
    int lent, kept;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    call.cap_count = 2;
    call.caps[0] = (struct rpc_cap){.where = RPC_SENDER, .id = export_object(&pair.dialler.session, &lent)};
    call.caps[1] = (struct rpc_cap){.where = RPC_SENDER, .id = export_object(&pair.dialler.session, &kept)};
    id = call_with(&pair, NULL, &call);
    reply.kept = 1u << 1;
    return_with(&pair, id, &reply);
    assert_ptr_equal(rpc_exports_reap(&pair.dialler.session.exports), &lent);
    assert_null(rpc_exports_reap(&pair.dialler.session.exports));
    assert_non_null(rpc_exports_find(&pair.dialler.session.exports, call.caps[1].id));
    pair_close(&pair);
}

static void release_that_crosses_the_same_reference_leaves_it_alive(void **state)
{
    struct rpc_import_entry entry = {.arrivals = 1};
    struct pair pair;
    int object;

    (void)state;
    pair_open(&pair);
    entry.id = export_object(&pair.acceptor.session, &object);
    assert_int_equal(rpc_imports_insert(&pair.dialler.session.imports, &entry), S_OK);
    (void)export_object(&pair.acceptor.session, &object); /* on its way again ... */
    rpc_imports_release(&pair.dialler.session.imports, &entry);
    pair_settle(&pair); /* ... while the first is given back */
    assert_null(rpc_exports_reap(&pair.acceptor.session.exports));
    assert_non_null(rpc_exports_find(&pair.acceptor.session.exports, entry.id));
    pair_close(&pair);
}

static void releasing_more_than_was_given_ends_the_link(void **state)
{
    struct rpc_release_one one = {.count = 2};
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;
    int object;

    (void)state;
    pair_open(&pair);
    one.id = export_object(&pair.acceptor.session, &object);
    side_receive(&pair.acceptor, frame, rpc_release_write(frame, &one, 1), pair.now_ns);
    assert_int_equal(pair.acceptor.session.hr, RPC_E_INVALID_DATA);
    rpc_session_forget(&pair.acceptor.session);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object); /* nothing is lost */
    pair_close(&pair);
}

static void export_table_has_a_limit_and_recovers(void **state)
{
    struct pair pair;
    int objects[5];
    uint32_t ids[5], id;
    bool is_new;
    int i;

    (void)state;
    pair_open(&pair);
    for (i = 0; i < 4; i++)
        ids[i] = export_object(&pair.dialler.session, &objects[i]);
    assert_int_equal(rpc_exports_add(&pair.dialler.session.exports, &objects[4], NULL, &id, &is_new),
                     RPC_E_OUT_OF_RESOURCES);
    assert_int_equal(rpc_exports_release(&pair.dialler.session.exports, ids[2], 1), S_OK);
    assert_ptr_equal(rpc_exports_reap(&pair.dialler.session.exports), &objects[2]);
    assert_int_equal(rpc_exports_add(&pair.dialler.session.exports, &objects[4], NULL, &id, &is_new), S_OK);
    assert_true(is_new);
    pair_close(&pair);
}

static void root_keeps_its_id_and_is_not_counted(void **state)
{
    struct pair pair;
    bool is_new;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    assert_int_equal(rpc_exports_add(&pair.acceptor.session.exports, &pair.acceptor.root, NULL, &id, &is_new),
                     S_OK);
    assert_int_equal(id, 0);
    assert_false(is_new);
    assert_int_equal(rpc_exports_release(&pair.acceptor.session.exports, 0, 1), RPC_E_INVALID_DATA);
    pair_close(&pair);
}

static void late_return_gives_its_references_back(void **state)
{
    struct rpc_return_message reply = plain_return;
    struct pair pair;
    int object;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    id = call_with(&pair, NULL, &root_call);
    assert_true(rpc_session_abandon_call(&pair.dialler.session, id));
    assert_false(rpc_session_abandon_call(&pair.dialler.session, id));
    reply.cap_count = 1;
    reply.caps[0] =
        (struct rpc_cap){.where = RPC_SENDER, .id = export_object(&pair.acceptor.session, &object)};
    return_with(&pair, id, &reply);
    assert_int_equal(pair.dialler.event.type, RPC_EVENT_NONE);
    pair_settle(&pair);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    assert_int_equal(pair.dialler.session.calls.outstanding, 0);
    pair_close(&pair);
}

/* The caller has the object already: what the exporter counts for both is given back with the last of it. */
static void late_return_may_bring_what_is_held(void **state)
{
    struct rpc_return_message reply = plain_return;
    struct rpc_import_entry held = {.arrivals = 1};
    struct pair pair;
    int object;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    held.id = export_object(&pair.acceptor.session, &object);
    assert_int_equal(rpc_imports_insert(&pair.dialler.session.imports, &held), S_OK);
    id = call_with(&pair, NULL, &root_call);
    assert_true(rpc_session_abandon_call(&pair.dialler.session, id));
    reply.cap_count = 1;
    reply.caps[0] =
        (struct rpc_cap){.where = RPC_SENDER, .id = export_object(&pair.acceptor.session, &object)};
    assert_int_equal(reply.caps[0].id, held.id);
    return_with(&pair, id, &reply);
    pair_settle(&pair);
    assert_null(rpc_exports_reap(&pair.acceptor.session.exports)); /* it is still held */

    rpc_imports_release(&pair.dialler.session.imports, &held);
    pair_settle(&pair);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    pair_close(&pair);
}

static void dead_link_releases_what_the_peer_held(void **state)
{
    struct pair pair;
    int object;

    (void)state;
    pair_open(&pair);
    (void)export_object(&pair.acceptor.session, &object);
    rpc_session_fail(&pair.acceptor.session, RPC_E_DISCONNECTED, "gone", false);
    rpc_session_forget(&pair.acceptor.session);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &pair.acceptor.root);
    assert_null(rpc_exports_reap(&pair.acceptor.session.exports));
    pair_close(&pair);
}

static void root_outlives_the_peer_while_a_call_runs_on_it(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    (void)call_with(&pair, NULL, &root_call);
    rpc_session_fail(&pair.acceptor.session, RPC_E_DISCONNECTED, "gone", false);
    rpc_session_forget(&pair.acceptor.session);
    assert_false(rpc_exports_has_dying(&pair.acceptor.session.exports));
    rpc_session_finish_call(&pair.acceptor.session, 0);
    assert_true(rpc_exports_has_dying(&pair.acceptor.session.exports));
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &pair.acceptor.root);
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
        cmocka_unit_test(calls_wait_at_the_sender_until_a_return_gives_credit_back),
        cmocka_unit_test(bytes_are_credit_too_but_one_call_always_fits),
        cmocka_unit_test(more_calls_than_credit_end_the_link),
        cmocka_unit_test(nested_calls_take_no_credit_but_are_bounded),
        cmocka_unit_test(window_gives_credit_of_oneway_calls_back),
        cmocka_unit_test(last_credit_is_given_back_at_once),
        cmocka_unit_test(window_that_gives_back_too_much_ends_the_link),
        cmocka_unit_test(abandoned_call_is_cancelled_and_its_id_kept_until_the_return),
        cmocka_unit_test(return_that_crosses_the_cancel_makes_it_needless),
        cmocka_unit_test(link_is_drained_when_both_go_away_and_nothing_runs),
        cmocka_unit_test(call_that_crosses_the_goaway_was_not_executed),
        cmocka_unit_test(peer_that_knows_no_goaway_is_not_waited_for),
        cmocka_unit_test(refusals_leave_with_what_is_sent_next),
        cmocka_unit_test(call_table_has_a_limit),
        cmocka_unit_test(too_deep_nesting_is_rejected),
        cmocka_unit_test(stale_reference_is_an_error_not_another_object),
        cmocka_unit_test(object_outlives_its_last_release_until_the_call_on_it_ends),
        cmocka_unit_test(lent_references_come_back_with_the_return_unless_kept),
        cmocka_unit_test(release_that_crosses_the_same_reference_leaves_it_alive),
        cmocka_unit_test(releasing_more_than_was_given_ends_the_link),
        cmocka_unit_test(export_table_has_a_limit_and_recovers),
        cmocka_unit_test(root_keeps_its_id_and_is_not_counted),
        cmocka_unit_test(late_return_gives_its_references_back),
        cmocka_unit_test(late_return_may_bring_what_is_held),
        cmocka_unit_test(dead_link_releases_what_the_peer_held),
        cmocka_unit_test(root_outlives_the_peer_while_a_call_runs_on_it),
        cmocka_unit_test(unknown_frames_are_skipped_only_if_optional),
        cmocka_unit_test(call_before_the_greeting_is_refused),
        cmocka_unit_test(bodies_cut_at_any_byte_do_no_harm),
        cmocka_unit_test(oversized_and_lying_headers_end_the_link),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
