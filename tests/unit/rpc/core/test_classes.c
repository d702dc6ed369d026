/* What the two sides of a link tell each other of the interfaces of their objects, and what they may not say.
 */
#include "session_pair.h"

static const IID some_iids[] = {
    {0x01020304, 0x0506, 0x0708, {9, 10, 11, 12, 13, 14, 15, 16}},
    {0x11121314, 0x1516, 0x1718, {19, 20, 21, 22, 23, 24, 25, 26}},
    {0x21222324, 0x2526, 0x2728, {29, 30, 31, 32, 33, 34, 35, 36}},
};
static const struct rpc_class some_class = {some_iids, 2, true};

/* The dialler has a class more. */
static void enter(struct pair *pair, const struct rpc_class *ours)
{
    struct rpc_classes *classes = &pair->dialler.session.classes;

    assert_true(classes->our_count < classes->capacity);
    classes->ours[classes->our_count++] = ours;
}

/* The acceptor gets a Class frame. */
static void announce(struct pair *pair, uint32_t index, const struct rpc_class *content)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];

    side_receive(&pair->acceptor, frame, rpc_class_write(frame, index, content), pair->now_ns);
}

/* The acceptor gets a Call with one reference. */
static void call_with_class(struct pair *pair, uint16_t class_number)
{
    struct rpc_call_message call = {.method = 3, .causality = 7, .cap_count = 1};
    uint8_t frame[1024];

    call.caps[0] = (struct rpc_cap){.where = RPC_SENDER, .class_number = class_number, .id = 0x10001};
    side_receive(&pair->acceptor, frame, build_call(frame, 1, &call), pair->now_ns);
}

static void expect_refused(struct pair *pair, HRESULT hr)
{
    assert_int_equal(pair->acceptor.event.type, RPC_EVENT_DEAD);
    assert_int_equal(pair->acceptor.session.hr, hr);
    pair_close(pair);
}

static void class_arrives_as_it_was_told(void **state)
{
    static const struct rpc_class open_class = {some_iids + 2, 1, false};
    const struct rpc_class *got;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    assert_int_equal(pair.dialler.session.peer.limits.max_classes, 2);
    enter(&pair, &some_class);
    assert_true(rpc_session_has_output(&pair.dialler.session));
    assert_true(rpc_session_has_class(&pair.dialler.session));
    pair_settle(&pair);
    assert_false(rpc_session_has_class(&pair.dialler.session));
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CLASS);
    assert_int_equal(pair.acceptor.session.classes.their_count, 1);
    assert_null(pair.acceptor.session.classes.theirs[0]); /* its owner's to enter */
    got = &pair.acceptor.event.announced.content;
    assert_int_equal(got->iid_count, 2);
    assert_true(got->is_closed);
    assert_memory_equal(got->iids, some_iids, 2 * sizeof(IID));

    enter(&pair, &open_class);
    pair_settle(&pair);
    assert_int_equal(pair.acceptor.session.classes.their_count, 2);
    assert_int_equal(got->iid_count, 1);
    assert_false(got->is_closed);
    assert_memory_equal(got->iids, some_iids + 2, sizeof(IID));
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    pair_close(&pair);
}

static void class_leaves_before_all_that_may_name_it(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct rpc_import_entry *freed;
    struct pair pair;

    (void)state;
    pair_open(&pair);
    assert_true(rpc_session_refuse_call(&pair.dialler.session, 5, E_FAIL));
    rpc_session_ask(&pair.dialler.session);
    enter(&pair, &some_class);
    assert_true(rpc_session_poll(&pair.dialler.session, frame, pair.now_ns, &freed) > 0);
    assert_int_equal(frame[0], RPC_CLASS);
    assert_int_equal(frame[1], RPC_FLAG_OPTIONAL);
    assert_true(rpc_session_poll(&pair.dialler.session, frame, pair.now_ns, &freed) > 0);
    assert_int_equal(frame[0], RPC_RETURN);
    pair_close(&pair);
}

static void largest_class_fits_into_a_control_frame(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct rpc_class content = {NULL, RPC_CLASS_IIDS_MAX, true}, got;
    IID iids[RPC_CLASS_IIDS_MAX], got_iids[RPC_CLASS_IIDS_MAX];
    uint32_t i, index;
    size_t size;

    (void)state;
    for (i = 0; i < RPC_CLASS_IIDS_MAX; i++)
        iids[i] = some_iids[i % 3];
    content.iids = iids;
    size = rpc_class_write(frame, 254, &content);
    assert_in_range(size, RPC_HEADER_BYTES + RPC_CLASS_IIDS_MAX * 18, sizeof(frame));
    assert_int_equal(
        rpc_class_read(frame + RPC_HEADER_BYTES, size - RPC_HEADER_BYTES, &index, &got, got_iids), S_OK);
    assert_int_equal(index, 254);
    assert_int_equal(got.iid_count, RPC_CLASS_IIDS_MAX);
    assert_memory_equal(got.iids, iids, sizeof(iids));
}

static void reference_may_have_a_class_that_was_announced(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    announce(&pair, 0, &some_class);
    call_with_class(&pair, 1);
    assert_int_equal(pair.acceptor.event.type, RPC_EVENT_CALL);
    assert_int_equal(pair.acceptor.event.call.caps[0].class_number, 1);
    pair_close(&pair);
}

static void reference_of_an_undefined_class_ends_the_link(void **state)
{
    struct rpc_return_message reply = {.executed = 1, .cap_count = 1};
    uint8_t frame[1024];
    struct pair pair;
    uint32_t id;
    int owner;

    (void)state;
    pair_open(&pair);
    call_with_class(&pair, 1);
    expect_refused(&pair, RPC_E_INVALID_DATA);

    pair_open(&pair);
    announce(&pair, 0, &some_class);
    call_with_class(&pair, UINT16_MAX);
    expect_refused(&pair, RPC_E_INVALID_DATA);

    pair_open(&pair); /* with a Return, even one that nobody waits for */
    reply.caps[0] = (struct rpc_cap){.where = RPC_SENDER, .class_number = 1, .id = 0x10001};
    assert_int_equal(rpc_session_begin_call(&pair.acceptor.session, &owner, NULL, 0, pair.now_ns, &id), S_OK);
    assert_true(rpc_session_abandon_call(&pair.acceptor.session, id));
    side_receive(&pair.acceptor, frame, build_return(frame, id, &reply), pair.now_ns);
    expect_refused(&pair, RPC_E_INVALID_DATA);
}

static void class_that_is_not_the_next_ends_the_link(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    announce(&pair, 1, &some_class); /* one is left out */
    expect_refused(&pair, RPC_E_INVALID_DATA);

    pair_open(&pair);
    announce(&pair, 0, &some_class);
    announce(&pair, 0, &some_class); /* the same again */
    expect_refused(&pair, RPC_E_INVALID_DATA);
}

static void more_classes_than_the_limit_end_the_link(void **state)
{
    struct pair pair;

    (void)state;
    pair_open(&pair);
    announce(&pair, 0, &some_class);
    announce(&pair, 1, &some_class);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    announce(&pair, 2, &some_class);
    expect_refused(&pair, RPC_E_INVALID_DATA);
}

static void malformed_class_ends_the_link(void **state)
{
    static const uint8_t short_iid[] = {3 << 3 | 2, 15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    uint8_t body[(RPC_CLASS_IIDS_MAX + 1) * 18], frame[RPC_HEADER_BYTES + sizeof(body)];
    struct pair pair;
    size_t i;

    (void)state;
    pair_open(&pair);
    rpc_header_write(frame, RPC_CLASS, 0, sizeof(short_iid));
    memcpy(frame + RPC_HEADER_BYTES, short_iid, sizeof(short_iid));
    side_receive(&pair.acceptor, frame, RPC_HEADER_BYTES + sizeof(short_iid), pair.now_ns);
    expect_refused(&pair, RPC_E_INVALID_DATA);

    pair_open(&pair); /* one interface too many */
    memset(frame, 0, sizeof(frame));
    rpc_header_write(frame, RPC_CLASS, 0, sizeof(body));
    for (i = 0; i < sizeof(body); i += 18) {
        frame[RPC_HEADER_BYTES + i] = 3 << 3 | 2;
        frame[RPC_HEADER_BYTES + i + 1] = 16;
    }
    side_receive(&pair.acceptor, frame, sizeof(frame), pair.now_ns);
    expect_refused(&pair, RPC_E_INVALID_DATA);
}

static void without_the_feature_classes_are_skipped_and_references_have_none(void **state)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct pair pair;
    size_t size;

    (void)state;
    pair_open(&pair);
    pair.acceptor.session.features &= ~(uint32_t)RPC_FEATURE_CLASSES;
    announce(&pair, 7, &some_class);
    assert_int_equal(pair.acceptor.session.state, RPC_OPEN);
    assert_int_equal(pair.acceptor.session.classes.their_count, 0);
    call_with_class(&pair, 1);
    expect_refused(&pair, RPC_E_INVALID_DATA);

    pair_open(&pair);
    pair.acceptor.session.features &= ~(uint32_t)RPC_FEATURE_CLASSES;
    size = rpc_class_write(frame, 0, &some_class);
    frame[1] = 0;
    side_receive(&pair.acceptor, frame, size, pair.now_ns);
    expect_refused(&pair, RPC_E_INVALID_HEADER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(class_arrives_as_it_was_told),
        cmocka_unit_test(class_leaves_before_all_that_may_name_it),
        cmocka_unit_test(largest_class_fits_into_a_control_frame),
        cmocka_unit_test(reference_may_have_a_class_that_was_announced),
        cmocka_unit_test(reference_of_an_undefined_class_ends_the_link),
        cmocka_unit_test(class_that_is_not_the_next_ends_the_link),
        cmocka_unit_test(more_classes_than_the_limit_end_the_link),
        cmocka_unit_test(malformed_class_ends_the_link),
        cmocka_unit_test(without_the_feature_classes_are_skipped_and_references_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
