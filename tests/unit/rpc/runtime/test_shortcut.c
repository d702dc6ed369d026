/* References that a node passed on: how who gets them comes by one of its own, and when not. */
#include "three_nodes.h"
#include <rpc/view.idl.h>
#include <runtime/introduce.h>
#include <sim.h>

typedef void body(struct three_nodes *nodes);

static void run_body(void *argument)
{
    struct three_nodes nodes;

    three_nodes_start(&nodes, true, true);
    three_nodes_connect(&nodes);
    ((body *)argument)(&nodes);
    three_nodes_close(&nodes);
}

/* A test that connects the nodes itself. */
static void run_apart(void *argument)
{
    struct three_nodes nodes;

    three_nodes_start(&nodes, true, true);
    ((body *)argument)(&nodes);
    three_nodes_close(&nodes);
}

#define TEST_AS(runner, name)                           \
    static void name##_body(struct three_nodes *nodes); \
    static void name(void **state)                      \
    {                                                   \
        uint64_t seed;                                  \
                                                        \
        (void)state;                                    \
        for (seed = 0; seed <= 50; seed++)              \
            sim_run(seed, runner, (void *)name##_body); \
    }                                                   \
    static void name##_body(struct three_nodes *nodes)

#define TEST(name) TEST_AS(run_body, name)
#define TEST_APART(name) TEST_AS(run_apart, name)

/* Calls, a second apart, that all come through the middle. */
static void expect_detour(struct three_nodes *nodes, uint32_t calls)
{
    uint64_t served = three_nodes_served(nodes, &IID_IProbe);
    uint32_t i;

    for (i = 0; i < calls; i++) {
        assert_int_equal(IProbe_Null(nodes->passed), S_OK);
        sim_sleep(SECOND);
    }
    assert_true(three_nodes_served(nodes, &IID_IProbe) == served + calls);
}

TEST(calls_go_straight_after_the_first)
{
    uint64_t frames;
    int32_t i, value = 0;

    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    assert_int_equal(nodes->probe.calls, 1);
    three_nodes_shorten(nodes);
    sim_sleep(100 * MS); /* what was given back has arrived */
    nodes->probe.calls = 0;
    frames = three_nodes_frames(nodes);
    for (i = 0; i < 100; i++)
        assert_int_equal(IProbe_Increment(nodes->passed, i, &value), S_OK);
    assert_int_equal(value, 100);
    assert_int_equal(nodes->probe.calls, 100);
    assert_true(three_nodes_frames(nodes) == frames);
    assert_int_equal(nodes->directory.asked, 1);
}

TEST(what_passed_it_on_is_needed_no_more)
{
    int32_t value;

    three_nodes_shorten(nodes);
    sim_sleep(100 * MS);
    assert_int_equal(three_nodes_held(nodes), 0); /* the user has given its reference back */
    three_nodes_end_middle(nodes);
    sim_sleep(20 * SECOND); /* all leases that the middle had are over */
    assert_int_equal(IProbe_Increment(nodes->passed, 1, &value), S_OK);
    assert_int_equal(ILocalNode_IsConnected(nodes->user.node, (IUnknown *)nodes->passed), S_OK);
    assert_int_equal(INamespace_Unregister(nodes->home.root, "probe"), S_OK);
    assert_int_equal(nodes->probe.refs.count, 2); /* the user's */
    IProbe_Release(nodes->passed);
    nodes->passed = NULL;
    wait_until(&nodes->probe.refs.count, 1);
}

TEST(end_of_the_object_s_node_is_seen)
{
    three_nodes_shorten(nodes);
    three_nodes_end_home(nodes);
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(nodes->passed), RPC_E_DISCONNECTED);
    assert_int_equal(ILocalNode_IsConnected(nodes->user.node, (IUnknown *)nodes->passed), S_FALSE);
}

TEST(proxy_stays_what_it_is)
{
    IUnknown *before, *after;
    IProbe *again;

    assert_int_equal(IProbe_QueryInterface(nodes->passed, &IID_IUnknown, (void **)&before), S_OK);
    three_nodes_shorten(nodes);
    assert_int_equal(IProbe_QueryInterface(nodes->passed, &IID_IUnknown, (void **)&after), S_OK);
    assert_ptr_equal(after, before);
    assert_int_equal(IUnknown_QueryInterface(after, &IID_IProbe, (void **)&again), S_OK);
    assert_ptr_equal(again, nodes->passed);
    assert_int_equal(IUnknown_QueryInterface(after, &IID_INamespace, (void **)&again), E_NOINTERFACE);
    IProbe_Release(nodes->passed);
    IUnknown_Release(before);
    IUnknown_Release(after);
}

static HRESULT call_and_give_back(struct three_nodes *nodes)
{
    IProbe *passed;
    HRESULT hr;

    assert_int_equal(com_bind(nodes->middle_root, "probe", &IID_IProbe, (void **)&passed), S_OK);
    hr = IProbe_Null(passed);
    IProbe_Release(passed);
    return hr;
}

TEST(references_that_come_and_go_are_counted)
{
    int32_t i;

    for (i = 0; i < 30; i++) {
        assert_int_equal(call_and_give_back(nodes), S_OK);
        sim_sleep((i % 7) * MS);
    }
    three_nodes_shorten(nodes);
    assert_int_equal(call_and_give_back(nodes), S_OK); /* it comes again after it was switched */
    sim_sleep(SECOND);
    assert_int_equal(three_nodes_held(nodes), 0);
    assert_int_equal(INamespace_Unregister(nodes->middle.root, "probe"), S_OK);
    assert_int_equal(INamespace_Unregister(nodes->home.root, "probe"), S_OK);
    wait_until(&nodes->probe.refs.count, 2);
}

/* ---- order ---- */

static void sleep_over(void *argument)
{
    struct three_nodes *nodes = (struct three_nodes *)argument;

    assert_int_equal(IProbe_Sleep(nodes->passed, 3000), S_OK);
    nodes->directory.asked += 100; /* it has ended */
}

/* A node of these runs one call of a peer after the other: over another connection it would be overtaken. */
TEST(call_is_not_overtaken_by_the_short_way)
{
    int64_t begun_ns;

    assert_true(port_thread_start("sleeper", sleep_over, nodes));
    wait_until(&nodes->probe.calls, 1);
    begun_ns = port_now_ns();
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    assert_true(port_now_ns() >= begun_ns + 2900 * MS);
    wait_until_at_least(&nodes->directory.asked, 100);
    three_nodes_shorten(nodes);
}

TEST(call_that_is_out_keeps_all_others_on_its_way)
{
    struct rpc_import *import = rpc__import_of(nodes->passed);
    uint64_t served;

    assert_true(rpc__way_enter(import)); /* as a call does that takes long */
    expect_detour(nodes, 10);
    assert_int_equal(nodes->directory.asked, 1); /* it was introduced, and waits */
    assert_true(three_nodes_held(nodes) > 0);
    rpc__way_leave(import);
    served = three_nodes_served(nodes, &IID_IProbe);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    sim_sleep(MS);
    assert_true(three_nodes_served(nodes, &IID_IProbe) == served);
}

struct counting {
    struct three_nodes *nodes;
    uint32_t ended;
    uint32_t made;
};

static void call_often(void *argument)
{
    struct counting *counting = (struct counting *)argument;
    int32_t i, value;

    for (i = 0; i < 40; i++) {
        assert_int_equal(IProbe_Increment(counting->nodes->passed, i, &value), S_OK);
        assert_int_equal(value, i + 1);
        counting->made++;
        sim_sleep(i % 3 * MS);
    }
    counting->ended++;
}

TEST(no_call_is_lost_or_made_twice_by_the_switch)
{
    struct counting counting = {.nodes = nodes};

    assert_true(port_thread_start("one", call_often, &counting));
    assert_true(port_thread_start("two", call_often, &counting));
    assert_true(port_thread_start("three", call_often, &counting));
    wait_until(&counting.ended, 3);
    assert_int_equal(counting.made, 120);
    assert_int_equal(nodes->probe.calls, 120);
    three_nodes_shorten(nodes);
}

/* ---- loans and ways home ---- */

TEST(reference_that_was_lent_and_kept_is_shortened)
{
    INamespace *user_root;
    IProbe *kept;
    uint64_t served;

    IProbe_Release(nodes->passed);
    nodes->passed = NULL;
    assert_int_equal(
        ILocalNode_Connect(nodes->middle.node, "loopback:user", port_now_ns() + SECOND, &user_root), S_OK);
    assert_int_equal(com_bind(nodes->home_root, "probe", &IID_IProbe, (void **)&kept), S_OK);
    assert_int_equal(INamespace_Register(user_root, "kept", (IUnknown *)kept, 0), S_OK);
    IProbe_Release(kept);
    INamespace_Release(user_root);

    assert_int_equal(com_bind(nodes->user.root, "kept", &IID_IProbe, (void **)&nodes->passed), S_OK);
    three_nodes_shorten(nodes);
    sim_sleep(100 * MS);
    assert_int_equal(three_nodes_held(nodes), 0);
    served = three_nodes_served(nodes, &IID_IProbe);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    assert_true(three_nodes_served(nodes, &IID_IProbe) == served);
    assert_int_equal(INamespace_Unregister(nodes->user.root, "kept"), S_OK);
}

TEST_APART(object_that_went_back_comes_home_to_who_passed_it_on)
{
    IProbe *own, *back;

    nodes->directory.endpoint = NULL;
    three_nodes_connect(nodes);
    assert_int_equal(INamespace_Register(nodes->middle_root, "back", (IUnknown *)nodes->passed, 0), S_OK);
    assert_int_equal(com_bind(nodes->middle.root, "probe", &IID_IProbe, (void **)&own), S_OK);
    assert_int_equal(com_bind(nodes->middle.root, "back", &IID_IProbe, (void **)&back), S_OK);
    assert_ptr_equal(back, own);
    IProbe_Release(own);
    IProbe_Release(back);
    nodes->directory.endpoint = "loopback:home";
    sim_sleep(SECOND);
    expect_detour(nodes, 5); /* it stays that way */
    assert_true(nodes->directory.asked > 0);
    assert_int_equal(INamespace_Unregister(nodes->middle.root, "back"), S_OK);
}

TEST(object_comes_home_to_its_node_by_the_short_way)
{
    INamespace *home_root;
    IProbe *back;

    three_nodes_shorten(nodes);
    assert_int_equal(
        ILocalNode_Connect(nodes->user.node, "loopback:home", port_now_ns() + SECOND, &home_root), S_OK);
    assert_int_equal(INamespace_Register(home_root, "back", (IUnknown *)nodes->passed, 0), S_OK);
    assert_int_equal(com_bind(nodes->home.root, "back", &IID_IProbe, (void **)&back), S_OK);
    assert_ptr_equal(back, &nodes->probe.IProbe_iface);
    IProbe_Release(back);
    INamespace_Release(home_root);
    assert_int_equal(INamespace_Unregister(nodes->home.root, "back"), S_OK);
}

TEST(object_passed_on_by_the_short_way_is_used_by_its_first_giver)
{
    IProbe *back;

    three_nodes_shorten(nodes);
    assert_int_equal(INamespace_Register(nodes->middle_root, "back", (IUnknown *)nodes->passed, 0), S_OK);
    assert_int_equal(com_bind(nodes->middle.root, "back", &IID_IProbe, (void **)&back), S_OK);
    assert_int_equal(IProbe_Null(back), S_OK);
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(back), S_OK); /* this was shortened as well: the user is needed no more */
    IProbe_Release(back);
    assert_int_equal(INamespace_Unregister(nodes->middle.root, "back"), S_OK);
}

/* ---- notices of death ---- */

struct sink {
    IDeathSink IDeathSink_iface;
    struct com_refs refs;
    uint32_t told;
};

static HRESULT sink_QueryInterface(IDeathSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IDeathSink, iid, out_object);
}

static uint32_t sink_AddRef(IDeathSink *iface)
{
    return com_refs_add(&container_of(iface, struct sink, IDeathSink_iface)->refs);
}

static uint32_t sink_Release(IDeathSink *iface)
{
    return com_refs_release(&container_of(iface, struct sink, IDeathSink_iface)->refs);
}

static HRESULT sink_Gone(IDeathSink *iface, uint64_t key)
{
    (void)key;
    container_of(iface, struct sink, IDeathSink_iface)->told++;
    return S_OK;
}

static const struct IDeathSinkVtbl sink_vtbl = {
    .QueryInterface = sink_QueryInterface,
    .AddRef = sink_AddRef,
    .Release = sink_Release,
    .Gone = sink_Gone,
};

TEST(who_watches_is_told_of_the_node_that_counts)
{
    struct sink early = {.IDeathSink_iface = {&sink_vtbl}}, late = {.IDeathSink_iface = {&sink_vtbl}};
    IUnknown *first, *second, *unused;

    com_refs_init(&early.refs);
    com_refs_init(&late.refs);
    assert_int_equal(rpc_watch((IUnknown *)nodes->passed, &early.IDeathSink_iface, 1, &first), S_OK);
    assert_int_equal(rpc_watch((IUnknown *)nodes->passed, &early.IDeathSink_iface, 1, &unused), S_OK);
    three_nodes_shorten(nodes);
    assert_int_equal(rpc_watch((IUnknown *)nodes->passed, &late.IDeathSink_iface, 2, &second), S_OK);
    IUnknown_Release(unused);
    three_nodes_end_middle(nodes);
    sim_sleep(20 * SECOND);
    assert_int_equal(early.told + late.told, 0);
    three_nodes_end_home(nodes);
    wait_until(&early.told, 1);
    wait_until(&late.told, 1);
    IUnknown_Release(first);
    IUnknown_Release(second);
    assert_int_equal(early.refs.count, 1);
    assert_int_equal(late.refs.count, 1);
}

TEST(who_watches_the_detour_is_told_of_its_end)
{
    struct sink sink = {.IDeathSink_iface = {&sink_vtbl}};
    IUnknown *watch;

    com_refs_init(&sink.refs);
    assert_int_equal(rpc_watch((IUnknown *)nodes->passed, &sink.IDeathSink_iface, 1, &watch), S_OK);
    three_nodes_end_middle(nodes);
    wait_until(&sink.told, 1);
    IUnknown_Release(watch);
    assert_int_equal(sink.refs.count, 1);
}

/* ---- where there is no short way ---- */

/* An hour of calls, a second apart. */
static void call_for_an_hour(struct three_nodes *nodes)
{
    int32_t i;

    for (i = 0; i < 3600; i++) {
        assert_int_equal(IProbe_Null(nodes->passed), S_OK);
        sim_sleep(SECOND);
    }
    assert_int_equal(nodes->probe.calls, 3600);
    assert_int_equal(three_nodes_served(nodes, &IID_IProbe), 3600);
}

static void unreachable_home_is_reached_by_the_detour_and_asked_for_five_times_body(void *argument)
{
    struct three_nodes nodes;

    (void)argument;
    three_nodes_start(&nodes, true, true);
    nodes.directory.endpoint = NULL;
    three_nodes_connect(&nodes);
    call_for_an_hour(&nodes);
    assert_int_equal(nodes.directory.asked, 5);
    three_nodes_close(&nodes);
}

static void unreachable_home_is_reached_by_the_detour_and_asked_for_five_times(void **state)
{
    (void)state;
    sim_run(0, unreachable_home_is_reached_by_the_detour_and_asked_for_five_times_body, NULL);
}

static void run_with_old_node(bool home_introduces, bool middle_introduces)
{
    struct three_nodes nodes;

    three_nodes_start(&nodes, home_introduces, middle_introduces);
    three_nodes_connect(&nodes);
    call_for_an_hour(&nodes);
    assert_int_equal(nodes.directory.asked, 0);
    three_nodes_close(&nodes);
}

static void run_with_old_home(void *argument)
{
    (void)argument;
    run_with_old_node(false, true);
}

static void run_with_old_middle(void *argument)
{
    (void)argument;
    run_with_old_node(true, false);
}

static void nodes_that_do_not_introduce_are_no_obstacle(void **state)
{
    (void)state;
    sim_run(0, run_with_old_home, NULL);
    sim_run(0, run_with_old_middle, NULL);
}

/* Another node has its name now: what is for the one that is meant must not be told it. */
TEST_APART(node_of_another_start_is_not_taken_for_the_one_that_is_meant)
{
    struct test_node other;
    IObserve *others;

    test_node_open(&other, nodes->network, "home-again");
    strcpy(rpc__node_of(other.node)->name, "home");
    assert_int_equal(rpc_introduce(other.node), S_OK);
    others = three_nodes_observe(&other);
    nodes->directory.endpoint = "loopback:home-again";
    three_nodes_connect(nodes);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    wait_until(&nodes->directory.asked, 1);
    sim_sleep(SECOND / 2);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    sim_sleep(MS);
    assert_int_equal(three_nodes_served(nodes, &IID_IProbe), 2);
    assert_int_equal(served_by(others, &IID_IIntroduction), 0);
    nodes->directory.endpoint = "loopback:home"; /* the directory learns better */
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    three_nodes_shorten(nodes);
    IObserve_Release(others);
    test_node_close(&other);
}

static IViews *views_of(const struct test_node *node)
{
    IViews *views;

    assert_int_equal(ILocalNode_QueryInterface(node->node, &IID_IViews, (void **)&views), S_OK);
    return views;
}

TEST_APART(who_has_a_view_is_not_introduced)
{
    struct view_mask mask = {.iid = IID_IProbe, .denied = UINT64_C(1) << 4}; /* Increment */
    IViews *views = views_of(&nodes->middle);
    int32_t value;

    assert_int_equal(IViews_SetView(views, "user", NULL, NULL, &mask, 1), S_OK);
    three_nodes_connect(nodes);
    expect_detour(nodes, 10);
    assert_int_equal(IProbe_Increment(nodes->passed, 1, &value), RPC_E_ACCESS_DENIED);
    assert_int_equal(nodes->directory.asked, 0);
    IViews_Release(views);
}

TEST_APART(who_has_a_view_of_the_object_s_node_goes_by_the_detour)
{
    struct view_mask mask = {.iid = IID_IProbe, .denied = UINT64_C(1) << 3}; /* Null */
    IViews *views = views_of(&nodes->home);

    assert_int_equal(IViews_SetView(views, "user", NULL, NULL, &mask, 1), S_OK);
    three_nodes_connect(nodes);
    expect_detour(nodes, 10);
    assert_true(nodes->directory.asked > 0);
    IViews_Release(views);
}

TEST(object_s_node_takes_back_from_each_what_it_gave_to_that_one)
{
    IViews *home = views_of(&nodes->home), *middle = views_of(&nodes->middle);
    IProbe *of_middle;
    uint32_t cut;

    three_nodes_shorten(nodes);
    sim_sleep(100 * MS);
    assert_int_equal(IViews_Revoke(middle, NULL, "user", &cut), S_OK); /* it has given that back */
    assert_int_equal(cut, 0);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    assert_int_equal(IViews_Revoke(home, NULL, "middle", &cut), S_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(com_bind(nodes->middle.root, "probe", &IID_IProbe, (void **)&of_middle), S_OK);
    assert_int_equal(IProbe_Null(of_middle), CO_E_OBJNOTCONNECTED);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    assert_int_equal(IViews_Revoke(home, NULL, "user", &cut), S_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(IProbe_Null(nodes->passed), CO_E_OBJNOTCONNECTED);
    IProbe_Release(of_middle);
    IViews_Release(home);
    IViews_Release(middle);
}

TEST(revocation_before_the_first_call_ends_the_way_there_as_well)
{
    IViews *middle = views_of(&nodes->middle);
    uint32_t cut;

    assert_int_equal(IViews_Revoke(middle, NULL, "user", &cut), S_OK);
    assert_int_equal(cut, 1);
    assert_int_equal(IProbe_Null(nodes->passed), CO_E_OBJNOTCONNECTED);
    sim_sleep(5 * SECOND);
    assert_int_equal(IProbe_Null(nodes->passed), CO_E_OBJNOTCONNECTED);
    assert_int_equal(nodes->directory.asked, 0);
    assert_int_equal(nodes->probe.calls, 0);
    IViews_Release(middle);
}

/* An object of the middle's own in front of one of another node: it hides what it hides. */
TEST(object_that_wraps_another_is_not_got_round)
{
    struct test_probe wrapper;
    IProbe *wrapped;

    assert_int_equal(IProbe_Null(nodes->passed), S_OK); /* which is not wrapped */
    wait_until(&nodes->directory.asked, 1);
    test_probe_init(&wrapper);
    assert_int_equal(INamespace_Register(nodes->middle.root, "wrapper", (IUnknown *)&wrapper.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(com_bind(nodes->middle_root, "wrapper", &IID_IProbe, (void **)&wrapped), S_OK);
    assert_int_equal(IProbe_Null(wrapped), S_OK);
    sim_sleep(SECOND);
    assert_int_equal(IProbe_Null(wrapped), S_OK);
    assert_int_equal(wrapper.calls, 2);
    assert_int_equal(nodes->directory.asked, 1);
    IProbe_Release(wrapped);
    assert_int_equal(INamespace_Unregister(nodes->middle.root, "wrapper"), S_OK);
    wait_until(&wrapper.refs.count, 1);
}

/* ---- chains, and what is there already ---- */

TEST_APART(connection_that_is_there_is_used)
{
    INamespace *home_root;
    IProbe *own;

    assert_int_equal(
        ILocalNode_Connect(nodes->user.node, "loopback:home", port_now_ns() + SECOND, &home_root), S_OK);
    assert_int_equal(com_bind(home_root, "probe", &IID_IProbe, (void **)&own), S_OK);
    three_nodes_connect(nodes);
    three_nodes_shorten(nodes);
    assert_int_equal(nodes->directory.asked, 0);
    assert_ptr_not_equal(own, nodes->passed); /* each way that it came by is an identity of its own */
    assert_int_equal(IProbe_Null(own), S_OK);
    IProbe_Release(own);
    assert_int_equal(IProbe_Null(nodes->passed), S_OK);
    INamespace_Release(home_root);
}

TEST(chain_of_four_nodes_becomes_one_step)
{
    INamespace *user_root, *home_root;
    struct test_node last;
    IProbe *far;
    int32_t i;

    test_node_open(&last, nodes->network, "last");
    assert_int_equal(rpc_introduce(last.node), S_OK);
    assert_int_equal(INamespace_Register(nodes->user.root, "probe", (IUnknown *)nodes->passed, 0), S_OK);
    assert_int_equal(ILocalNode_Connect(last.node, "loopback:user", port_now_ns() + SECOND, &user_root),
                     S_OK);
    assert_int_equal(ILocalNode_Connect(last.node, "loopback:home", port_now_ns() + SECOND, &home_root),
                     S_OK);
    assert_int_equal(com_bind(user_root, "probe", &IID_IProbe, (void **)&far), S_OK);
    for (i = 0; i < 10;
         i++) { /* the user is introduced first, because it calls, and introduces the last one then */
        assert_int_equal(IProbe_Null(far), S_OK);
        sim_sleep(SECOND);
    }
    assert_int_equal(INamespace_Unregister(nodes->user.root, "probe"), S_OK);
    INamespace_Release(user_root);
    INamespace_Release(home_root);
    three_nodes_end_middle(nodes);
    assert_int_equal(IProbe_Null(far), S_OK);
    assert_int_equal(nodes->probe.calls, 11);
    IProbe_Release(far);
    test_node_close(&last);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_go_straight_after_the_first),
        cmocka_unit_test(what_passed_it_on_is_needed_no_more),
        cmocka_unit_test(end_of_the_object_s_node_is_seen),
        cmocka_unit_test(proxy_stays_what_it_is),
        cmocka_unit_test(references_that_come_and_go_are_counted),
        cmocka_unit_test(call_is_not_overtaken_by_the_short_way),
        cmocka_unit_test(call_that_is_out_keeps_all_others_on_its_way),
        cmocka_unit_test(no_call_is_lost_or_made_twice_by_the_switch),
        cmocka_unit_test(reference_that_was_lent_and_kept_is_shortened),
        cmocka_unit_test(object_that_went_back_comes_home_to_who_passed_it_on),
        cmocka_unit_test(object_comes_home_to_its_node_by_the_short_way),
        cmocka_unit_test(object_passed_on_by_the_short_way_is_used_by_its_first_giver),
        cmocka_unit_test(who_watches_is_told_of_the_node_that_counts),
        cmocka_unit_test(who_watches_the_detour_is_told_of_its_end),
        cmocka_unit_test(unreachable_home_is_reached_by_the_detour_and_asked_for_five_times),
        cmocka_unit_test(nodes_that_do_not_introduce_are_no_obstacle),
        cmocka_unit_test(node_of_another_start_is_not_taken_for_the_one_that_is_meant),
        cmocka_unit_test(who_has_a_view_is_not_introduced),
        cmocka_unit_test(who_has_a_view_of_the_object_s_node_goes_by_the_detour),
        cmocka_unit_test(object_s_node_takes_back_from_each_what_it_gave_to_that_one),
        cmocka_unit_test(revocation_before_the_first_call_ends_the_way_there_as_well),
        cmocka_unit_test(object_that_wraps_another_is_not_got_round),
        cmocka_unit_test(connection_that_is_there_is_used),
        cmocka_unit_test(chain_of_four_nodes_becomes_one_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
