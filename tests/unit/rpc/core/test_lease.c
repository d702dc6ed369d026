/* How long two ends of a link trust each other: by acknowledgements, and each by its own clock. */
#include "session_calls.h"

static uint32_t begin_call(struct pair *pair)
{
    uint32_t id;

    assert_int_equal(rpc_session_begin_call(&pair->dialler.session, NULL, NULL, 0, pair->now_ns, &id), S_OK);
    return id;
}

/* Time passes at one side. @return its state */
static enum rpc_session_state tick(struct side *side, int64_t now_ns)
{
    (void)rpc_session_tick(&side->session, now_ns); /* when to look again is another matter */
    return side->session.state;
}

/* A control frame leaves one side for the other, which hears it at `arrival_ns`. */
static void carry(struct side *from, struct side *to, int64_t now_ns, int64_t arrival_ns)
{
    struct rpc_import_entry *freed;
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    size_t size = rpc_session_poll(&from->session, frame, now_ns, &freed);

    assert_true(size > 0);
    side_receive(to, frame, size, arrival_ns);
}

static void busy_link_pings_after_one_second_and_ends_after_three(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    pair.now_ns += 3 * SECOND; /* idle until now */
    (void)begin_call(&pair);
    assert_int_equal(rpc_session_tick(&pair.dialler.session, pair.now_ns),
                     pair.now_ns - 3 * SECOND + RPC_IDLE_PING_NS);
    assert_int_equal(tick(&pair.dialler, pair.now_ns + SECOND - 1), RPC_OPEN);
    pair.dialler.session.ping_due = false;
    assert_int_equal(rpc_session_tick(&pair.dialler.session, pair.now_ns + SECOND), pair.now_ns + 3 * SECOND);
    assert_true(pair.dialler.session.ping_due);
    assert_int_equal(tick(&pair.dialler, pair.now_ns + 3 * SECOND - 1), RPC_OPEN);
    assert_int_equal(tick(&pair.dialler, pair.now_ns + 3 * SECOND), RPC_DEAD);
    assert_int_equal(pair.dialler.session.hr, RPC_E_DISCONNECTED);
    pair_close(&pair);
}

static void call_at_the_end_of_an_idle_lease_does_not_make_it_longer(void **state)
{
    struct pair pair;
    int64_t opened_ns;

    (void)state;
    pair_open(&pair);
    opened_ns = pair.now_ns;
    pair.now_ns += 9 * SECOND;
    (void)begin_call(&pair);
    assert_int_equal(tick(&pair.dialler, opened_ns + RPC_IDLE_HOLD_NS - 1), RPC_OPEN);
    assert_int_equal(tick(&pair.dialler, opened_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void answered_pings_keep_a_long_call_alive(void **state)
{
    struct pair pair;
    int i;

    (void)state;
    pair_open(&pair);
    (void)begin_call(&pair);
    for (i = 0; i < 300; i++) {
        pair.now_ns += SECOND / 10;
        assert_int_equal(tick(&pair.dialler, pair.now_ns), RPC_OPEN);
        assert_int_equal(tick(&pair.acceptor, pair.now_ns), RPC_OPEN);
        pair_settle(&pair);
    }
    pair_close(&pair);
}

static void idle_link_pings_three_times_in_a_lease(void **state)
{
    struct pair pair;
    int i;

    (void)state;
    pair_open(&pair);
    for (i = 1; i <= 3; i++) {
        int64_t ping_ns = pair.now_ns + i * RPC_IDLE_PING_NS;

        assert_int_equal(tick(&pair.acceptor, ping_ns - 1), RPC_OPEN);
        assert_false(rpc_session_has_output(&pair.acceptor.session));
        assert_int_equal(tick(&pair.acceptor, ping_ns), RPC_OPEN);
        assert_true(rpc_session_has_output(&pair.acceptor.session));
        carry(&pair.acceptor, &pair.dialler, ping_ns, ping_ns); /* no answer comes back */
    }
    assert_int_equal(tick(&pair.acceptor, pair.now_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void late_answer_renews_from_when_the_ping_was_sent(void **state)
{
    struct pair pair;
    int64_t sent_ns, late_ns;

    (void)state;
    pair_open(&pair);
    sent_ns = pair.now_ns + RPC_IDLE_PING_NS;
    late_ns = pair.now_ns + 9 * SECOND;
    (void)tick(&pair.dialler, sent_ns);
    carry(&pair.dialler, &pair.acceptor, sent_ns, sent_ns);
    carry(&pair.acceptor, &pair.dialler, sent_ns, late_ns);
    assert_int_equal(tick(&pair.dialler, sent_ns + RPC_IDLE_HOLD_NS - 1), RPC_OPEN);
    assert_int_equal(tick(&pair.dialler, sent_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void late_return_renews_from_when_the_call_was_sent(void **state)
{
    uint8_t frame[1024];
    struct pair pair;
    int64_t sent_ns;
    uint32_t id;

    (void)state;
    pair_open(&pair);
    sent_ns = pair.now_ns + SECOND;
    pair.now_ns = sent_ns;
    id = begin_call(&pair);
    side_receive(&pair.dialler, frame, build_return(frame, id, &plain_return), sent_ns + 2 * SECOND);
    assert_int_equal(tick(&pair.dialler, sent_ns + RPC_IDLE_HOLD_NS - 1), RPC_OPEN);
    assert_int_equal(tick(&pair.dialler, sent_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void what_is_heard_renews_nothing(void **state)
{
    uint8_t frame[1024];
    struct pair pair;
    int64_t opened_ns, at_ns;

    (void)state;
    pair_open(&pair);
    opened_ns = pair.now_ns;
    for (at_ns = opened_ns; at_ns < opened_ns + RPC_IDLE_HOLD_NS; at_ns += SECOND) {
        side_receive(&pair.acceptor, frame, rpc_ping_write(frame, RPC_PING, 1), at_ns);
        assert_int_equal(tick(&pair.acceptor, at_ns), RPC_OPEN);
    }
    assert_int_equal(tick(&pair.acceptor, opened_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void answer_to_no_ping_renews_nothing(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;
    int64_t opened_ns;

    (void)state;
    pair_open(&pair);
    opened_ns = pair.now_ns;
    side_receive(&pair.dialler, frame, rpc_ping_write(frame, RPC_PONG, UINT64_MAX), opened_ns + SECOND);
    side_receive(&pair.dialler, frame, rpc_ping_write(frame, RPC_PONG, 5 * SECOND), opened_ns + SECOND);
    side_receive(&pair.dialler, frame, rpc_ping_write(frame, RPC_PONG, 1), opened_ns + SECOND);
    assert_int_equal(pair.dialler.session.state, RPC_OPEN);
    assert_int_equal(tick(&pair.dialler, opened_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    pair_close(&pair);
}

static void what_a_lost_peer_held_stays_until_it_must_know(void **state)
{
    struct pair pair;
    int64_t heard_ns;
    int object;

    (void)state;
    pair_open(&pair);
    heard_ns = pair.now_ns;
    (void)export_object(&pair.acceptor.session, &object);
    assert_int_equal(tick(&pair.acceptor, heard_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    assert_false(rpc_exports_has_dying(&pair.acceptor.session.exports));
    assert_int_equal(rpc_session_tick(&pair.acceptor.session, heard_ns + RPC_FREE_NS - 1),
                     heard_ns + RPC_FREE_NS);
    assert_false(rpc_exports_has_dying(&pair.acceptor.session.exports));
    assert_int_equal(rpc_session_tick(&pair.acceptor.session, heard_ns + RPC_FREE_NS), RPC_NEVER);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &pair.acceptor.root);
    pair_close(&pair);
}

static void peer_that_says_so_holds_nothing_any_more(void **state)
{
    struct pair pair;
    int object;

    (void)state;
    pair_open(&pair);
    (void)export_object(&pair.acceptor.session, &object);
    rpc_session_fail(&pair.dialler.session, RPC_E_DISCONNECTED, "enough", true);
    pair_settle(&pair);
    assert_int_equal(pair.acceptor.session.state, RPC_DEAD);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &object);
    pair_close(&pair);
}

static void link_without_references_ends_at_once(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    assert_int_equal(tick(&pair.acceptor, pair.now_ns + RPC_IDLE_HOLD_NS), RPC_DEAD);
    assert_ptr_equal(rpc_exports_reap(&pair.acceptor.session.exports), &pair.acceptor.root);
    assert_int_equal(rpc_session_tick(&pair.acceptor.session, pair.now_ns + RPC_IDLE_HOLD_NS), RPC_NEVER);
    pair_close(&pair);
}

/*
 * The rule itself, with clocks that go apart: whatever arrives when, the holder's lease ends before the
 * exporter frees. Times are the true ones; a clock that is a tenth too slow or fast makes the worst of them.
 */
static void holder_gives_up_before_the_exporter_frees_with_clocks_a_tenth_apart(void **state)
{
    static const int64_t sent_after_s[] = {4, 5, 7, 9};
    size_t i;

    (void)state;
    for (i = 0; i < sizeof(sent_after_s) / sizeof(sent_after_s[0]); i++) {
        int64_t sent_ns = sent_after_s[i] * SECOND; /* true time; the clocks were equal at 0 */
        struct pair pair;
        int object;

        pair_open(&pair); /* the holder dials; its clock is slow, the exporter's is fast */
        (void)export_object(&pair.acceptor.session, &object);
        (void)tick(&pair.dialler, pair.now_ns + sent_ns * 9 / 10);
        carry(&pair.dialler, &pair.acceptor, pair.now_ns + sent_ns * 9 / 10, pair.now_ns + sent_ns * 11 / 10);
        carry(&pair.acceptor, &pair.dialler, 0, pair.now_ns + sent_ns * 9 / 10);
        rpc_session_fail(&pair.acceptor.session, RPC_E_DISCONNECTED, "lost", false);
        /* the last moment at which the holder trusts */
        assert_int_equal(tick(&pair.dialler, pair.now_ns + sent_ns * 9 / 10 + RPC_IDLE_HOLD_NS - 1),
                         RPC_OPEN);
        (void)tick(&pair.acceptor, pair.now_ns + (sent_ns + RPC_IDLE_HOLD_NS * 10 / 9) * 11 / 10);
        assert_false(rpc_exports_has_dying(&pair.acceptor.session.exports));
        pair_close(&pair);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(busy_link_pings_after_one_second_and_ends_after_three),
        cmocka_unit_test(call_at_the_end_of_an_idle_lease_does_not_make_it_longer),
        cmocka_unit_test(answered_pings_keep_a_long_call_alive),
        cmocka_unit_test(idle_link_pings_three_times_in_a_lease),
        cmocka_unit_test(late_answer_renews_from_when_the_ping_was_sent),
        cmocka_unit_test(late_return_renews_from_when_the_call_was_sent),
        cmocka_unit_test(what_is_heard_renews_nothing),
        cmocka_unit_test(answer_to_no_ping_renews_nothing),
        cmocka_unit_test(what_a_lost_peer_held_stays_until_it_must_know),
        cmocka_unit_test(peer_that_says_so_holds_nothing_any_more),
        cmocka_unit_test(link_without_references_ends_at_once),
        cmocka_unit_test(holder_gives_up_before_the_exporter_frees_with_clocks_a_tenth_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
