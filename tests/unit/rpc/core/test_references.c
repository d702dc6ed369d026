/* What a session exports and imports: counts, limits, and references that cross each other or come late. */
#include "session_calls.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
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
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
