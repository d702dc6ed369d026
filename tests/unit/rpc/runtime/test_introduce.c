/* What nodes answer to those who want to be introduced: by the book, twice, too late, or in somebody else's
 * place. */
#include "three_nodes.h"
#include <rpc/view.idl.h>
#include <runtime/introduce.h>
#include <sim.h>

typedef void body(struct three_nodes *nodes, IIntroduction *at_home);

static struct rpc_import *import_of(void *object)
{
    return rpc__import_of(object);
}

/* By the way of `object`: who is asked is who gave it. */
static HRESULT introduce(void *object, struct introduction *out_introduction)
{
    struct rpc_proxy proxy;

    return IIntroduction_Introduce(rpc__introduction_init(&proxy, import_of(object)), out_introduction);
}

static HRESULT provide(void *object, const struct introduction_token *accepter,
                       struct introduction_token *out_nonce)
{
    struct rpc_proxy proxy;

    return IIntroduction_Provide(rpc__introduction_init(&proxy, import_of(object)), accepter, out_nonce);
}

/* The user's own id, as the middle has it of its greeting. */
static struct introduction_token id_of(const struct test_node *node)
{
    struct introduction_token id;

    memcpy(id.bytes, rpc__node_of(node->node)->terms.node_id, sizeof(id.bytes));
    return id;
}

/* The user never asks by itself: it does not find anybody. */
static void run_body(void *argument)
{
    INamespace *home_root;
    struct three_nodes nodes;
    struct rpc_proxy at_home;

    three_nodes_start(&nodes, true, true);
    nodes.directory.endpoint = NULL;
    three_nodes_connect(&nodes);
    import_of(nodes.passed)->shortcut->went_home = true; /* it stays as it is, whoever asks for what */
    assert_int_equal(ILocalNode_Connect(nodes.user.node, "loopback:home", port_now_ns() + SECOND, &home_root),
                     S_OK);
    ((body *)argument)(&nodes, rpc__introduction_init(&at_home, import_of(home_root)));
    INamespace_Release(home_root);
    three_nodes_close(&nodes);
}

#define TEST(name)                                                              \
    static void name##_body(struct three_nodes *nodes, IIntroduction *at_home); \
    static void name(void **state)                                              \
    {                                                                           \
        uint64_t seed;                                                          \
                                                                                \
        (void)state;                                                            \
        for (seed = 0; seed <= 20; seed++)                                      \
            sim_run(seed, run_body, (void *)name##_body);                       \
    }                                                                           \
    static void name##_body(struct three_nodes *nodes, IIntroduction *at_home)

TEST(introduction_says_where_the_object_is_at_home)
{
    struct introduction_token home = id_of(&nodes->home);
    struct introduction introduction;
    IUnknown *object;
    IProbe *probe;

    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    assert_memory_equal(&introduction.node, &home, sizeof(home));
    assert_string_equal(introduction.name, "home");
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, (void **)&probe), S_OK);
    IUnknown_Release(object);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(nodes->probe.calls, 1);
    assert_int_equal(three_nodes_served(nodes, &IID_IProbe), 0);
    IProbe_Release(probe);
}

TEST(nonce_is_good_once)
{
    struct introduction introduction;
    IUnknown *object;

    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), S_OK);
    IUnknown_Release(object);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), RPC_E_INVALID_OBJECT);
    assert_null(object);
    assert_true(strlen(com_error_detail()) > 0);
}

TEST(nonce_is_good_for_ten_seconds)
{
    struct introduction introduction;
    IUnknown *object;

    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    sim_sleep(9 * SECOND);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), S_OK);
    IUnknown_Release(object);
    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    sim_sleep(11 * SECOND);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), RPC_E_INVALID_OBJECT);
}

TEST(nonce_of_another_node_is_refused_and_stays_good_for_that_one)
{
    struct introduction introduction;
    INamespace *seen_by_other;
    struct rpc_proxy others;
    struct test_node other;
    IUnknown *object;

    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:home", port_now_ns() + SECOND, &seen_by_other),
                     S_OK);
    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    assert_int_equal(IIntroduction_Accept(rpc__introduction_init(&others, import_of(seen_by_other)),
                                          &introduction.nonce, &object),
                     RPC_E_INVALID_OBJECT);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), S_OK);
    IUnknown_Release(object);
    INamespace_Release(seen_by_other);
    test_node_close(&other);
}

TEST(nonce_that_was_never_given_is_refused)
{
    struct introduction introduction;
    IUnknown *object;
    uint32_t bit;

    memset(&introduction, 0, sizeof(introduction));
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), RPC_E_INVALID_OBJECT);
    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    for (bit = 0; bit < 128; bit += 7) {
        struct introduction_token forged = introduction.nonce;

        forged.bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
        assert_int_equal(IIntroduction_Accept(at_home, &forged, &object), RPC_E_INVALID_OBJECT);
    }
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), S_OK);
    IUnknown_Release(object);
}

TEST(object_that_was_given_back_is_provided_no_more)
{
    struct introduction introduction;
    IUnknown *object;

    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    IProbe_Release(nodes->passed);
    nodes->passed = NULL;
    assert_int_equal(INamespace_Unregister(nodes->middle.root, "probe"), S_OK);
    sim_sleep(SECOND);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), RPC_E_INVALID_OBJECT);
}

TEST(reference_that_was_revoked_is_provided_no_more)
{
    struct introduction introduction;
    IUnknown *object;
    IViews *views;
    uint32_t cut;

    assert_int_equal(introduce(nodes->passed, &introduction), S_OK);
    assert_int_equal(ILocalNode_QueryInterface(nodes->home.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_Revoke(views, (IUnknown *)&nodes->probe.IProbe_iface, "middle", &cut), S_OK);
    assert_int_equal(cut, 1);
    IViews_Release(views);
    assert_int_equal(IIntroduction_Accept(at_home, &introduction.nonce, &object), RPC_E_INVALID_OBJECT);
    assert_int_equal(introduce(nodes->passed, &introduction), CO_E_OBJNOTCONNECTED);
}

TEST(eight_wait_at_most_and_one_peer_keeps_no_other_out)
{
    struct introduction_token id = id_of(&nodes->user), nonce, others[8];
    IProbe *own, *of_middle;
    IUnknown *object;
    uint32_t i;

    sim_sleep(11 * SECOND); /* until what the user asked for by itself is over */
    assert_int_equal(com_bind(nodes->middle.root, "probe", &IID_IProbe, (void **)&of_middle), S_OK);
    for (i = 0; i < 8; i++)
        assert_int_equal(provide(of_middle, &id, &others[i]), S_OK);
    assert_int_equal(provide(of_middle, &id, &nonce), RPC_E_OUT_OF_RESOURCES);

    /* The user has some of its own, of what it has from home. */
    assert_int_equal(
        ILocalNode_Connect(nodes->user.node, "loopback:home", port_now_ns() + SECOND, (INamespace **)&object),
        S_OK);
    assert_int_equal(com_bind((INamespace *)object, "probe", &IID_IProbe, (void **)&own), S_OK);
    IUnknown_Release(object);
    assert_int_equal(provide(own, &id, &nonce), S_OK);
    IProbe_Release(own);

    assert_int_equal(IIntroduction_Accept(at_home, &others[3], &object), S_OK); /* makes room */
    IUnknown_Release(object);
    assert_int_equal(provide(of_middle, &id, &nonce), S_OK);
    assert_int_equal(provide(of_middle, &id, &nonce), RPC_E_OUT_OF_RESOURCES);
    sim_sleep(11 * SECOND); /* the others are over */
    assert_int_equal(provide(of_middle, &id, &nonce), S_OK);
    IProbe_Release(of_middle);
}

struct flood {
    IProbe *object;
    struct introduction_token accepter;
    uint32_t provided;
    uint32_t refused;
    uint32_t ended;
};

static void provide_often(void *argument)
{
    struct flood *flood = (struct flood *)argument;
    struct introduction_token nonce;
    uint32_t i;

    for (i = 0; i < 10; i++) {
        HRESULT hr = provide(flood->object, &flood->accepter, &nonce);

        assert_true(hr == S_OK || hr == RPC_E_OUT_OF_RESOURCES);
        if (hr == S_OK)
            flood->provided++;
        else
            flood->refused++;
    }
    flood->ended++;
}

/* Several workers run them, so they end in any order. */
TEST(flood_of_requests_is_answered_one_by_one_and_the_node_goes_on)
{
    struct flood flood = {.accepter = id_of(&nodes->user)};
    struct introduction_token nonce;
    IUnknown *object;
    uint32_t i;

    sim_sleep(11 * SECOND); /* until what the user asked for by itself is over */
    assert_int_equal(com_bind(nodes->middle.root, "probe", &IID_IProbe, (void **)&flood.object), S_OK);
    for (i = 0; i < 6; i++)
        assert_true(port_thread_start("flood", provide_often, &flood));
    for (i = 0; i < 60; i++) { /* meanwhile */
        memset(&nonce, (int)i, sizeof(nonce));
        assert_int_equal(IIntroduction_Accept(at_home, &nonce, &object), RPC_E_INVALID_OBJECT);
        assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    }
    wait_until(&flood.ended, 6);
    assert_int_equal(flood.provided, 8);
    assert_int_equal(flood.refused, 52);
    IProbe_Release(flood.object);
}

TEST(objects_of_who_is_asked_or_asks_have_no_third_party)
{
    struct introduction introduction;
    struct introduction_token id = id_of(&nodes->user), nonce;
    IProbe *of_middle;

    assert_int_equal(introduce(nodes->middle_root, &introduction), E_NOTIMPL);
    assert_int_equal(provide(nodes->passed, &id, &nonce), E_NOTIMPL); /* of the middle, it is home's */
    (void)at_home;
    assert_int_equal(com_bind(nodes->middle.root, "probe", &IID_IProbe, (void **)&of_middle), S_OK);
    assert_int_equal(introduce(of_middle, &introduction), E_NOTIMPL); /* of home */
    IProbe_Release(of_middle);
}

TEST(introduction_is_no_interface_of_the_object)
{
    struct rpc_proxy proxy;
    struct rpc_call call;
    IUnknown *object;

    (void)at_home;
    assert_int_equal(IProbe_QueryInterface(nodes->passed, &IID_IIntroduction, (void **)&object),
                     E_NOINTERFACE);
    (void)rpc__introduction_init(&proxy, import_of(nodes->passed));
    assert_int_equal(rpc_call_begin(&call, &proxy, IIntroduction_interface.method_count, 0, 0), S_OK);
    assert_int_equal(rpc_call_invoke(&call), RPC_E_INVALIDMETHOD);
    rpc_call_end(&call);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(introduction_says_where_the_object_is_at_home),
        cmocka_unit_test(nonce_is_good_once),
        cmocka_unit_test(nonce_is_good_for_ten_seconds),
        cmocka_unit_test(nonce_of_another_node_is_refused_and_stays_good_for_that_one),
        cmocka_unit_test(nonce_that_was_never_given_is_refused),
        cmocka_unit_test(object_that_was_given_back_is_provided_no_more),
        cmocka_unit_test(reference_that_was_revoked_is_provided_no_more),
        cmocka_unit_test(eight_wait_at_most_and_one_peer_keeps_no_other_out),
        cmocka_unit_test(flood_of_requests_is_answered_one_by_one_and_the_node_goes_on),
        cmocka_unit_test(objects_of_who_is_asked_or_asks_have_no_third_party),
        cmocka_unit_test(introduction_is_no_interface_of_the_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
