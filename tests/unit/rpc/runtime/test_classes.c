/*
 * QueryInterface of proxies without a call: what a node tells of its objects is used by its peer, and never
 * more than it told. Frames are counted at the client.
 */
#include "two_nodes.h"
#include <rpc/view.idl.h>
#include <runtime/observe.h>
#include <sim.h>

/* An object that answers as the test says; nothing of it is called but IUnknown. */
struct thing {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    struct com_query_row rows[RPC_CLASS_IIDS_MAX + 1];
    size_t row_count;
    bool is_silent; /* it does not say what it has */
};

typedef void body(struct two_nodes *nodes, IObserve *client);

static struct thing *thing_of(IUnknown *iface)
{
    return container_of(iface, struct thing, IUnknown_iface);
}

static HRESULT thing_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    struct thing *thing = thing_of(iface);

    if (thing->is_silent)
        *out_object = NULL;
    return com_query_table(thing, thing->rows, thing->row_count, iid, out_object);
}

static uint32_t thing_AddRef(IUnknown *iface)
{
    return com_refs_add(&thing_of(iface)->refs);
}

static uint32_t thing_Release(IUnknown *iface)
{
    return com_refs_release(&thing_of(iface)->refs);
}

static const struct IUnknownVtbl thing_vtbl = {
    .QueryInterface = thing_QueryInterface,
    .AddRef = thing_AddRef,
    .Release = thing_Release,
};

/* Enters a thing with these interfaces into a node's root; the list ends with NULL. */
static void offer(struct thing *thing, struct test_node *node, const char *name, const IID *const *iids)
{
    memset(thing, 0, sizeof(*thing));
    thing->IUnknown_iface.vtbl = &thing_vtbl;
    com_refs_init(&thing->refs);
    for (; iids[thing->row_count]; thing->row_count++)
        thing->rows[thing->row_count] =
            (struct com_query_row){iids[thing->row_count], offsetof(struct thing, IUnknown_iface)};
    assert_int_equal(INamespace_Register(node->root, name, &thing->IUnknown_iface, 0), S_OK);
}

static void withdraw(struct thing *thing, struct test_node *node, const char *name)
{
    assert_int_equal(INamespace_Unregister(node->root, name), S_OK);
    wait_until(&thing->refs.count, 1);
}

static IObserve *observe(const struct test_node *node)
{
    IUnknown *object;
    IObserve *found;

    assert_int_equal(rpc_observe(node->node, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IObserve, (void **)&found), S_OK);
    IUnknown_Release(object);
    return found;
}

/* The client is not connected yet. */
static void run_body(void *argument)
{
    struct two_nodes nodes;
    IObserve *client;

    two_nodes_start(&nodes);
    client = observe(&nodes.client);
    ((body *)argument)(&nodes, client);
    IObserve_Release(client);
    two_nodes_close(&nodes);
}

#define TEST(name)                                                      \
    static void name##_body(struct two_nodes *nodes, IObserve *client); \
    static void name(void **state)                                      \
    {                                                                   \
        uint64_t seed;                                                  \
                                                                        \
        (void)state;                                                    \
        for (seed = 0; seed <= 30; seed++)                              \
            sim_run(seed, run_body, (void *)name##_body);               \
    }                                                                   \
    static void name##_body(struct two_nodes *nodes, IObserve *client)

/* Calls that the client made so far over its only connection. */
static uint64_t calls_of(IObserve *client)
{
    struct observe_connection found[2];
    uint32_t count;

    assert_int_equal(IObserve_ListConnections(client, 0, 2, found, &count), S_OK);
    assert_int_equal(count, 1);
    return found[0].made.calls;
}

static IUnknown *bind_at(INamespace *root, const char *name)
{
    IUnknown *object;

    assert_int_equal(INamespace_Bind(root, name, 0, &object), S_OK);
    return object;
}

/* What QueryInterface says, and how many calls it made. */
static HRESULT query(IObserve *client, IUnknown *object, const IID *iid, uint64_t *out_calls)
{
    uint64_t before = calls_of(client);
    void *found = &found;
    HRESULT hr = IUnknown_QueryInterface(object, iid, &found);

    *out_calls = calls_of(client) - before;
    if (SUCCEEDED(hr))
        IUnknown_Release((IUnknown *)found);
    else
        assert_null(found);
    return hr;
}

#define expect_query(object, iid, hr, wanted_calls)               \
    do {                                                          \
        uint64_t made;                                            \
                                                                  \
        assert_int_equal(query(client, object, &iid, &made), hr); \
        assert_int_equal(made, wanted_calls);                     \
    } while (0)

TEST(what_a_node_told_of_an_object_is_not_asked)
{
    IUnknown *object;
    IProbe *probe;

    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "probe");
    expect_query(object, IID_IProbe, S_OK, 0);
    expect_query(object, IID_INamespace, E_NOINTERFACE, 0);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Null(probe), S_OK);
    assert_int_equal(nodes->probe.calls, 1);
    IProbe_Release(probe);
    IUnknown_Release(object);

    object = bind_at(nodes->remote, "probe"); /* another reference to the same */
    expect_query(object, IID_INamespace, E_NOINTERFACE, 0);
    expect_query(object, IID_IProbe, S_OK, 0);
    IUnknown_Release(object);
}

TEST(binding_a_path_is_one_call)
{
    uint64_t before;

    two_nodes_connect(nodes);
    before = calls_of(client);
    IProbe_Release(two_nodes_bind(nodes));
    assert_int_equal(calls_of(client) - before, 1);
}

TEST(object_that_says_nothing_is_asked_once)
{
    static const IID *const iids[] = {&IID_IProbe, NULL};
    struct thing thing;
    IUnknown *object;

    offer(&thing, &nodes->server, "silent", iids);
    thing.is_silent = true;
    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "silent");
    expect_query(object, IID_IProbe, S_OK, 1);
    expect_query(object, IID_IProbe, S_OK, 0);
    expect_query(object, IID_INamespace, E_NOINTERFACE, 1);
    expect_query(object, IID_INamespace, E_NOINTERFACE, 0);
    IUnknown_Release(object);
    withdraw(&thing, &nodes->server, "silent");
}

TEST(list_that_may_not_be_all_says_yes_but_not_no)
{
    static const IID unknown = {1, 2, 3, {4, 5, 6, 7, 8, 9, 10, 11}};
    static const IID *const iids[] = {&IID_IProbe, &unknown, NULL};
    struct thing thing;
    IUnknown *object;

    offer(&thing, &nodes->server, "partly", iids);
    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "partly");
    expect_query(object, IID_IProbe, S_OK, 0);
    expect_query(object, unknown, E_NOINTERFACE, 0); /* the client could not call it */
    expect_query(object, IID_INamespace, E_NOINTERFACE, 1);
    expect_query(object, IID_INamespace, E_NOINTERFACE, 0);
    IUnknown_Release(object);
    withdraw(&thing, &nodes->server, "partly");
}

TEST(list_longer_than_a_class_is_not_all)
{
    const IID *iids[RPC_CLASS_IIDS_MAX + 2];
    struct thing thing;
    IUnknown *object;
    uint32_t i;

    for (i = 0; i < RPC_CLASS_IIDS_MAX; i++)
        iids[i] = &IID_IProbe;
    iids[i++] = &IID_INamespace;
    iids[i] = NULL;
    offer(&thing, &nodes->server, "long", iids);
    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "long");
    expect_query(object, IID_IProbe, S_OK, 0);
    expect_query(object, IID_INamespace, S_OK, 1);
    IUnknown_Release(object);
    withdraw(&thing, &nodes->server, "long");
}

TEST(objects_beyond_the_limit_of_classes_are_asked)
{
    /* Of as many classes, and one more. */
    static const IID *const lists[PORT_MAX_CLASSES + 1][4] = {{&IID_IProbe},
                                                              {&IID_INamespace},
                                                              {&IID_IProbe, &IID_INamespace},
                                                              {&IID_INamespace, &IID_IProbe},
                                                              {&IID_IProbe, &IID_IProbe}};
    struct thing things[PORT_MAX_CLASSES + 1];
    char name[] = "thing0";
    uint32_t i;

    for (i = 0; i <= PORT_MAX_CLASSES; i++) {
        name[5] = (char)('0' + i);
        offer(&things[i], &nodes->server, name, lists[i]);
    }
    two_nodes_connect(nodes);
    for (i = 0; i <= PORT_MAX_CLASSES; i++) {
        IUnknown *object;

        name[5] = (char)('0' + i);
        object = bind_at(nodes->remote, name);
        expect_query(object, IID_IProbe, i == 1 ? E_NOINTERFACE : S_OK, i == PORT_MAX_CLASSES);
        expect_query(object, IID_INamespace, i == 0 || i == 4 ? E_NOINTERFACE : S_OK, i == PORT_MAX_CLASSES);
        IUnknown_Release(object);
    }
    IProbe_Release(two_nodes_bind(nodes)); /* of the first class: that is known still */
    for (i = 0; i <= PORT_MAX_CLASSES; i++) {
        name[5] = (char)('0' + i);
        withdraw(&things[i], &nodes->server, name);
    }
}

TEST(interface_that_a_view_hides_is_not_there)
{
    static const IID *const iids[] = {&IID_IProbe, &IID_INamespace, NULL};
    struct view_mask masks[] = {{.iid = IID_IProbe, .denied = UINT64_MAX},
                                {.iid = IID_INamespace, .denied = 1u << 3}}; /* Register */
    struct thing thing, silent;
    IUnknown *object;
    IViews *views;

    offer(&thing, &nodes->server, "thing", iids);
    offer(&silent, &nodes->server, "silent", iids);
    silent.is_silent = true;
    assert_int_equal(ILocalNode_QueryInterface(nodes->server.node, &IID_IViews, (void **)&views), S_OK);
    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, masks, 2), S_OK);
    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "thing");
    expect_query(object, IID_IProbe, E_NOINTERFACE, 0);
    expect_query(object, IID_INamespace, S_OK, 0);
    IUnknown_Release(object);
    object = bind_at(nodes->remote, "silent");
    expect_query(object, IID_IProbe, E_NOINTERFACE, 1); /* who asks hears the same */
    expect_query(object, IID_INamespace, S_OK, 1);
    IUnknown_Release(object);

    masks[0].denied = ~(UINT64_C(1) << 3); /* one method may be called */
    assert_int_equal(IViews_SetView(views, "client", NULL, NULL, masks, 2), S_OK);
    assert_int_equal(INamespace_Bind(nodes->remote, "thing", 0, &object), RPC_E_DISCONNECTED);
    INamespace_Release(nodes->remote);
    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "thing");
    expect_query(object, IID_IProbe, S_OK, 0);
    IUnknown_Release(object);
    IViews_Release(views);
    withdraw(&thing, &nodes->server, "thing");
    withdraw(&silent, &nodes->server, "silent");
}

/* What the server has of another node, the client is told of as well. */
TEST(object_of_a_third_node_keeps_its_class_on_the_way)
{
    INamespace *from_server;
    struct test_node third;
    struct test_probe probe;
    IUnknown *object;
    IProbe *proxy;

    test_node_open(&third, nodes->network, "third");
    test_probe_init(&probe);
    assert_int_equal(INamespace_Register(third.root, "far", (IUnknown *)&probe.IProbe_iface, 0), S_OK);
    assert_int_equal(
        ILocalNode_Connect(nodes->server.node, "loopback:third", port_now_ns() + SECOND, &from_server), S_OK);
    assert_int_equal(com_bind(from_server, "far", &IID_IProbe, (void **)&proxy), S_OK);
    assert_int_equal(INamespace_Register(nodes->server.root, "far", (IUnknown *)proxy, 0), S_OK);
    IProbe_Release(proxy);
    INamespace_Release(from_server);

    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "far");
    expect_query(object, IID_IProbe, S_OK, 0);
    expect_query(object, IID_INamespace, E_NOINTERFACE, 0);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, (void **)&proxy), S_OK);
    assert_int_equal(IProbe_Null(proxy), S_OK);
    assert_int_equal(probe.calls, 1);
    IProbe_Release(proxy);
    IUnknown_Release(object);
    assert_int_equal(INamespace_Unregister(nodes->server.root, "far"), S_OK);
    test_node_close(&third);
    wait_until(&probe.refs.count, 1);
}

/* A class is no permission: what the object's node does not serve any more is refused there. */
TEST(interface_that_a_node_lost_is_refused_by_it)
{
    IUnknown *object;
    IProbe *probe;

    two_nodes_connect(nodes);
    object = bind_at(nodes->remote, "probe");
    assert_int_equal(ILocalNode_RemoveInterfaces(nodes->server.node, probe_component_interfaces), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, (void **)&probe), S_OK);
    assert_int_equal(IProbe_Null(probe), E_NOINTERFACE);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_int_equal(nodes->probe.calls, 0);
    IProbe_Release(probe);
    IUnknown_Release(object);

    wait_until(&nodes->probe.refs.count, 2);  /* the client has given it back */
    object = bind_at(nodes->remote, "probe"); /* given anew, it is told anew: there may be more */
    expect_query(object, IID_INamespace, E_NOINTERFACE, 1);
    IUnknown_Release(object);
    (void)client;
}

/* Whatever there is no memory for: the object is asked, or the bind fails. */
static void bind_without_memory(void *argument)
{
    uint32_t nth, failed = 0;
    struct two_nodes nodes;

    (void)argument;
    for (nth = 1; nth < 40; nth++) {
        IUnknown *object;
        HRESULT hr;

        two_nodes_open(&nodes);
        sim_fail_alloc(nth);
        hr = INamespace_Bind(nodes.remote, "probe", 0, &object);
        sim_fail_alloc(0);
        if (SUCCEEDED(hr)) {
            void *found;

            assert_int_equal(IUnknown_QueryInterface(object, &IID_INamespace, &found), E_NOINTERFACE);
            assert_int_equal(IUnknown_QueryInterface(object, &IID_IProbe, &found), S_OK);
            IUnknown_Release((IUnknown *)found);
            IUnknown_Release(object);
        } else {
            failed++;
        }
        two_nodes_close(&nodes);
    }
    assert_true(failed > 0 && failed < 39);
}

static void class_that_there_is_no_memory_for_is_asked_for(void **state)
{
    (void)state;
    sim_run(0, bind_without_memory, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_node_told_of_an_object_is_not_asked),
        cmocka_unit_test(binding_a_path_is_one_call),
        cmocka_unit_test(object_that_says_nothing_is_asked_once),
        cmocka_unit_test(list_that_may_not_be_all_says_yes_but_not_no),
        cmocka_unit_test(list_longer_than_a_class_is_not_all),
        cmocka_unit_test(objects_beyond_the_limit_of_classes_are_asked),
        cmocka_unit_test(interface_that_a_view_hides_is_not_there),
        cmocka_unit_test(object_of_a_third_node_keeps_its_class_on_the_way),
        cmocka_unit_test(interface_that_a_node_lost_is_refused_by_it),
        cmocka_unit_test(class_that_there_is_no_memory_for_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
