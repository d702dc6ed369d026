/* What simulations found, as small as it can be told with two or three nodes. */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <rpc_cancellation.h>
#include <runtime/runtime.h>
#include <sim.h>

/* Threads stand still where they like, so that what is read late is read late. */
#define STALL_ONE_IN 4
#define STALL_NS (2 * MS)

typedef void body(struct two_nodes *nodes);

static void run_body(void *argument)
{
    struct two_nodes nodes;

    two_nodes_open(&nodes);
    ((body *)argument)(&nodes);
    two_nodes_close(&nodes);
}

static void run(body *run_it)
{
    uint64_t seed;

    for (seed = 1; seed <= 300; seed++)
        sim_run(seed * 7919, run_body, (void *)run_it);
}

#define TEST(name)                                    \
    static void name##_body(struct two_nodes *nodes); \
    static void name(void **state)                    \
    {                                                 \
        (void)state;                                  \
        run(name##_body);                             \
    }                                                 \
    static void name##_body(struct two_nodes *nodes)

static void register_at_server(struct two_nodes *nodes, struct test_probe *probe)
{
    test_probe_init(probe);
    assert_int_equal(INamespace_Register(nodes->remote, "mine", (IUnknown *)&probe->IProbe_iface, 0), S_OK);
}

/* ---- executed ---- */

TEST(node_in_the_middle_does_not_say_that_it_executed_what_it_could_not_pass_on)
{
    struct test_node third, owner;
    INamespace *through, *remote;
    struct test_probe far;
    IProbe *probe;

    test_node_open(&third, nodes->network, "third");
    test_node_open(&owner, nodes->network, "owner");
    test_probe_init(&far);
    assert_int_equal(ILocalNode_Connect(owner.node, "loopback:server", port_now_ns() + SECOND, &remote),
                     S_OK);
    assert_int_equal(INamespace_Register(remote, "far", (IUnknown *)&far.IProbe_iface, 0), S_OK);
    assert_int_equal(ILocalNode_Connect(third.node, "loopback:server", port_now_ns() + SECOND, &through),
                     S_OK);
    assert_int_equal(com_bind(through, "far", &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_YES);

    INamespace_Release(remote);
    test_node_close(&owner);
    sim_sleep(20 * SECOND); /* the server has noticed */
    assert_int_equal(IProbe_Null(probe), RPC_E_DISCONNECTED);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(far.calls, 1);

    IProbe_Release(probe);
    INamespace_Release(through);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "far"), S_OK);
    test_node_close(&third);
    wait_until(&far.refs.count, 1);
}

/* ---- greetings ---- */

static uint32_t connected;

static void count_starts(ILocalNode *node)
{
    IIncarnation *incarnation;

    assert_int_equal(ILocalNode_QueryInterface(node, &IID_IIncarnation, (void **)&incarnation), S_OK);
    assert_int_equal(IIncarnation_Set(incarnation, 1), S_OK);
    IIncarnation_Release(incarnation);
}

static void connect_back(void *argument)
{
    struct two_nodes *nodes = (struct two_nodes *)argument;
    INamespace *remote;

    assert_int_equal(
        ILocalNode_Connect(nodes->server.node, "loopback:client", port_now_ns() + SECOND, &remote), S_OK);
    INamespace_Release(remote);
    connected = 1;
}

/* One of the two connections stays, and its acceptor may call before it has answered the greeting. */
static void connect_both_ways(void *argument)
{
    struct two_nodes nodes;
    IProbe *probe;

    (void)argument;
    two_nodes_start(&nodes);
    count_starts(nodes.server.node); /* to compare them takes a while, in which others can call */
    count_starts(nodes.client.node);
    connected = 0;
    sim_set_stalls(STALL_ONE_IN, STALL_NS);
    assert_true(port_thread_start("back", connect_back, &nodes));
    two_nodes_connect(&nodes);
    probe = two_nodes_bind(&nodes);
    assert_int_equal(IProbe_Null(probe), S_OK);
    IProbe_Release(probe);
    sim_set_stalls(0, 0);
    wait_until(&connected, 1);
    two_nodes_close(&nodes);
}

static void nodes_that_connect_to_each_other_at_once_both_succeed(void **state)
{
    uint64_t seed;

    (void)state;
    for (seed = 1; seed <= 1000; seed++)
        sim_run(seed * 7919, connect_both_ways, NULL);
}

/* ---- who runs what ---- */

static void *blocked_thread;
static uint32_t entered;

static HRESULT call_back(struct test_probe *probe)
{
    HRESULT hr;

    if (entered++) { /* somebody else's call */
        assert_ptr_not_equal(port_thread_slot(), blocked_thread);
        return S_OK;
    }
    blocked_thread = port_thread_slot();
    hr = IProbe_Sleep((IProbe *)probe->context, 50);
    blocked_thread = NULL; /* now it may run whatever it likes */
    return hr;
}

/* The worker that ran the first call lingers for the second, and reads and runs it without a hop. */
static void call_null(void *argument)
{
    int32_t value;

    assert_int_equal(IProbe_Increment((IProbe *)argument, 1, &value), S_OK);
    assert_int_equal(IProbe_Null((IProbe *)argument), S_OK);
    entered++;
}

TEST(worker_that_waits_in_a_nested_call_runs_no_call_of_another_causality)
{
    IProbe *probe = two_nodes_bind(nodes), *own;
    struct test_probe mine;

    register_at_server(nodes, &mine);
    assert_int_equal(com_bind(nodes->server.root, "mine", &IID_IProbe, (void **)&own), S_OK);
    nodes->probe.on_null = call_back;
    nodes->probe.context = own;
    entered = 0;
    assert_true(port_thread_start("one", call_null, probe));
    sim_sleep(10 * MS);
    assert_true(port_thread_start("other", call_null, probe));
    wait_until(&entered, 4);
    IProbe_Release(own);
    assert_int_equal(INamespace_Unregister(nodes->remote, "mine"), S_OK);
    wait_until(&mine.refs.count, 1);
    IProbe_Release(probe);
}

static uint64_t given_up; /* the causality of calls whose caller has gone on */

static HRESULT sleep_at_server(struct test_probe *probe)
{
    return IProbe_Sleep((IProbe *)probe->context, 50);
}

/* As a method that still runs: nested in a call of that causality. */
static void call_as_a_remainder(void *argument)
{
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr;

    thread->causality = given_up;
    thread->depth = 1;
    hr = IProbe_Null((IProbe *)argument);
    assert_true(hr == S_OK || hr == RPC_E_SERVERCALL_RETRYLATER); /* there may be no worker for it */
    entered++;
}

/* They belong to the thread that waits, but not to what it waits for: its stack need not bear them all. */
TEST(what_is_left_of_calls_that_were_given_up_does_not_nest_in_later_ones)
{
    IProbe *probe = two_nodes_bind(nodes), *own;
    struct test_probe mine;
    uint32_t i;

    register_at_server(nodes, &mine);
    mine.on_null = sleep_at_server;
    mine.context = probe;
    assert_int_equal(com_bind(nodes->server.root, "mine", &IID_IProbe, (void **)&own), S_OK);
    entered = 0;
    given_up = rpc_thread_causality(rpc_thread_current());
    for (i = 0; i <= PORT_MAX_DEPTH; i++)
        assert_true(port_thread_start("remainder", call_as_a_remainder, own));
    assert_int_equal(IProbe_Sleep(probe, 1000), S_OK);
    assert_int_equal(entered, PORT_MAX_DEPTH + 1);
    IProbe_Release(own);
    assert_int_equal(INamespace_Unregister(nodes->remote, "mine"), S_OK);
    wait_until(&mine.refs.count, 1);
    IProbe_Release(probe);
}

/* ---- what runs after what ---- */

static void occupy_worker(void *argument)
{
    assert_int_equal(IProbe_Sleep((IProbe *)argument, 300), S_OK);
    entered++;
}

static void cancel_soon(void *argument)
{
    sim_sleep(30 * MS);
    rpc_cancel((struct rpc_cancellation *)argument);
    entered++;
}

static HRESULT must_not_run(struct test_probe *probe)
{
    (void)probe;
    fail_msg("a call that was given up while it waited was executed");
    return S_OK;
}

/* A call that its caller gives up while it waits at the callee, and one that he makes after that. */
static void give_up_and_call_again(struct two_nodes *nodes, bool cancelled)
{
    struct rpc_cancellation cancellation;
    IProbe *probe = two_nodes_bind(nodes);
    int64_t before_ns;
    int32_t value = 0;

    nodes->probe.on_null = must_not_run;
    entered = 0;
    assert_true(port_thread_start("occupy", occupy_worker, probe)); /* a link has one for itself */
    sim_sleep(20 * MS);
    sim_set_stalls(STALL_ONE_IN, STALL_NS);
    if (cancelled) {
        rpc_cancellation_begin(&cancellation);
        assert_true(port_thread_start("cancel", cancel_soon, &cancellation));
        assert_int_equal(IProbe_Null(probe), RPC_E_CALL_CANCELED);
        wait_until(&entered, 1);
        rpc_cancellation_end(&cancellation);
    } else {
        before_ns = rpc_set_deadline(port_now_ns() + 50 * MS);
        assert_int_equal(IProbe_Null(probe), RPC_E_TIMEOUT);
        (void)rpc_set_deadline(before_ns);
        entered++;
    }
    assert_int_equal(nodes->probe.calls, 1); /* the one that takes so long */
    assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
    assert_int_equal(value, 2);
    sim_set_stalls(0, 0);
    wait_until(&entered, 2);
    sim_sleep(SECOND); /* whatever was left there would run now */
    assert_int_equal(nodes->probe.calls, 2);
    IProbe_Release(probe);
}

TEST(call_that_timed_out_while_it_waited_does_not_run_after_the_next)
{
    give_up_and_call_again(nodes, false);
}

TEST(call_that_was_cancelled_while_it_waited_does_not_run_after_the_next)
{
    give_up_and_call_again(nodes, true);
}

static bool is_slow;

static HRESULT slow_QueryInterface(IProbe *iface, const IID *iid, void **out_object)
{
    if (com_guid_equal(iid, &IID_IProbe) && is_slow) {
        is_slow = false;
        sim_sleep(100 * MS);
    }
    return test_probe_QueryInterface(iface, iid, out_object);
}

/* The callee has begun with it, but its method has not. */
TEST(call_that_is_cancelled_while_its_interface_is_looked_for_does_not_run)
{
    struct rpc_cancellation cancellation;
    struct IProbeVtbl slow = *nodes->probe.IProbe_iface.vtbl;
    IProbe *probe = two_nodes_bind(nodes);
    int32_t value = 0;

    slow.QueryInterface = slow_QueryInterface;
    nodes->probe.IProbe_iface.vtbl = &slow;
    nodes->probe.on_null = must_not_run;
    is_slow = true;
    entered = 0;
    rpc_cancellation_begin(&cancellation);
    assert_true(port_thread_start("cancel", cancel_soon, &cancellation));
    assert_int_equal(IProbe_Null(probe), RPC_E_CALL_CANCELED);
    wait_until(&entered, 1);
    rpc_cancellation_end(&cancellation);
    assert_false(is_slow); /* the callee was looking */
    assert_int_equal(IProbe_Increment(probe, 1, &value), S_OK);
    assert_int_equal(nodes->probe.calls, 1);
    nodes->probe.IProbe_iface.vtbl = &test_probe_vtbl;
    IProbe_Release(probe);
}

/* ---- who wakes whom ---- */

static void call_long(void *argument)
{
    assert_int_equal(IProbe_Sleep((IProbe *)argument, 4000), S_OK);
    entered++;
}

TEST(answer_does_not_wait_for_that_of_who_reads)
{
    IProbe *probe = two_nodes_bind(nodes), *cut;
    struct test_probe revoked;
    int64_t begin_ns;
    IViews *views;
    uint32_t from;

    test_probe_init(&revoked);
    assert_int_equal(INamespace_Register(nodes->server.root, "cut", (IUnknown *)&revoked.IProbe_iface, 0),
                     S_OK);
    assert_int_equal(com_bind(nodes->remote, "cut", &IID_IProbe, (void **)&cut), S_OK);
    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_Revoke(views, (IUnknown *)&revoked.IProbe_iface, NULL, &from), S_OK);
    IViews_Release(views);
    entered = 0;
    assert_true(port_thread_start("long", call_long, probe));
    sim_sleep(10 * MS); /* it reads */
    begin_ns = port_now_ns();
    assert_int_equal(IProbe_Null(cut), CO_E_OBJNOTCONNECTED); /* no worker is needed to say so */
    assert_in_range(port_now_ns() - begin_ns, 0, 100 * MS);
    wait_until(&entered, 1);
    IProbe_Release(cut);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "cut"), S_OK);
    wait_until(&revoked.refs.count, 1);
    IProbe_Release(probe);
}

/* ---- references ---- */

static uint32_t unregistered;
static int64_t unregister_after_ns;

static void unregister(void *argument)
{
    sim_sleep(unregister_after_ns);
    assert_int_equal(INamespace_Unregister((INamespace *)argument, "mine"), S_OK);
    unregistered = 1;
}

static uint32_t readers;
static bool go_on;

/* Calls all the while, and reads also what others wait for. */
static void call_and_read(void *argument)
{
    for (; go_on; sim_sleep(MS / 10))
        assert_int_equal(IProbe_Null((IProbe *)argument), S_OK);
    readers--;
}

/* @param with_reader  somebody else reads the Return, and goes on reading before it is taken */
static void fetch_what_is_unregistered(struct two_nodes *nodes, bool with_reader)
{
    IProbe *probe = two_nodes_bind(nodes);
    struct test_probe mine;
    IUnknown *found;
    HRESULT hr;

    register_at_server(nodes, &mine);
    unregistered = 0;
    unregister_after_ns = (unregister_after_ns + MS) % (60 * MS);
    go_on = true;
    readers = with_reader;
    if (with_reader)
        assert_true(port_thread_start("reader", call_and_read, probe));
    sim_set_stalls(STALL_ONE_IN, 5 * STALL_NS);
    assert_true(port_thread_start("unregister", unregister, nodes->server.root));
    hr = INamespace_Bind(nodes->remote, "mine", 0, &found);
    assert_true(hr == S_OK || hr == NS_E_NOT_FOUND);
    if (SUCCEEDED(hr)) {
        assert_ptr_equal(found, &mine.IProbe_iface);
        IUnknown_Release(found);
    }
    sim_set_stalls(0, 0);
    wait_until(&unregistered, 1);
    wait_until(&mine.refs.count, 1);
    go_on = false;
    wait_until(&readers, 0);
    IProbe_Release(probe);
}

TEST(reference_that_comes_home_is_there_even_if_the_peer_lets_go_of_it_at_once)
{
    fetch_what_is_unregistered(nodes, false);
}

TEST(reference_that_comes_home_to_who_does_not_read_is_there_as_well)
{
    fetch_what_is_unregistered(nodes, true);
}

/* ---- the network's thread ---- */

static uint32_t ended;

static void call_sleep(void *argument)
{
    com_ignore(IProbe_Sleep((IProbe *)argument, 3000)); /* the connection ends under it */
    ended = 1;
}

TEST(connection_that_dies_while_a_call_of_it_runs_keeps_nobody_busy)
{
    struct test_node other;
    INamespace *remote;
    IProbe *probe;

    test_node_open(&other, nodes->network, "other");
    assert_int_equal(ILocalNode_Connect(other.node, "loopback:server", port_now_ns() + SECOND, &remote),
                     S_OK);
    assert_int_equal(com_bind(remote, "probe", &IID_IProbe, (void **)&probe), S_OK);
    ended = 0;
    assert_true(port_thread_start("sleep", call_sleep, probe));
    wait_until(&nodes->probe.calls, 1);
    rpc_node_stop(other.node); /* the simulator ends what turns in circles */
    wait_until(&ended, 1);
    sim_sleep(5 * SECOND);
    IProbe_Release(probe);
    INamespace_Release(remote);
    ILocalNode_Release(other.node);
    ITransport_Release(other.transport);
    INamespace_Release(other.root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(node_in_the_middle_does_not_say_that_it_executed_what_it_could_not_pass_on),
        cmocka_unit_test(nodes_that_connect_to_each_other_at_once_both_succeed),
        cmocka_unit_test(worker_that_waits_in_a_nested_call_runs_no_call_of_another_causality),
        cmocka_unit_test(what_is_left_of_calls_that_were_given_up_does_not_nest_in_later_ones),
        cmocka_unit_test(call_that_timed_out_while_it_waited_does_not_run_after_the_next),
        cmocka_unit_test(call_that_was_cancelled_while_it_waited_does_not_run_after_the_next),
        cmocka_unit_test(call_that_is_cancelled_while_its_interface_is_looked_for_does_not_run),
        cmocka_unit_test(answer_does_not_wait_for_that_of_who_reads),
        cmocka_unit_test(reference_that_comes_home_is_there_even_if_the_peer_lets_go_of_it_at_once),
        cmocka_unit_test(reference_that_comes_home_to_who_does_not_read_is_there_as_well),
        cmocka_unit_test(connection_that_dies_while_a_call_of_it_runs_keeps_nobody_busy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
