/*
 * Three nodes in one simulated process: `home` has an object "probe", `middle` passes it on under the same
 * name, `user` is connected to `middle`. All of them introduce. The user's "net/home" connects to home, if a
 * test lets it.
 */
#ifndef THREE_NODES_H
#define THREE_NODES_H

#include "two_nodes.h"
#include <rpc/observe.idl.h>

/* The user's way to other nodes. */
struct directory {
    INamespace INamespace_iface;
    struct com_refs refs;
    ILocalNode *node;
    const char *endpoint; /* of every name; NULL: nobody is found */
    uint32_t asked;
};

struct three_nodes {
    INetwork *network;
    struct test_node home;
    struct test_node middle;
    struct test_node user;
    struct test_probe probe;    /* the object */
    struct directory directory; /* "net" of the user */
    INamespace *home_root;      /* as the middle sees it */
    INamespace *middle_root;    /* as the user sees it */
    IProbe *passed;             /* the probe, as the user has it from the middle */
    IObserve *seen;             /* what the middle sees of all this */
};

static HRESULT directory_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t directory_AddRef(INamespace *iface)
{
    return com_refs_add(&container_of(iface, struct directory, INamespace_iface)->refs);
}

static uint32_t directory_Release(INamespace *iface)
{
    return com_refs_release(&container_of(iface, struct directory, INamespace_iface)->refs);
}

static HRESULT directory_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT directory_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

static HRESULT directory_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct directory *directory = container_of(iface, struct directory, INamespace_iface);

    (void)path;
    (void)flags;
    *out_object = NULL;
    directory->asked++;
    if (!directory->endpoint)
        return NS_E_NOT_FOUND;
    return ILocalNode_Connect(directory->node, directory->endpoint, port_now_ns() + SECOND,
                              (INamespace **)out_object);
}

static HRESULT directory_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                              uint32_t *out_length)
{
    (void)iface;
    (void)after;
    (void)capacity;
    (void)names;
    *out_length = 0;
    return S_OK;
}

static const struct INamespaceVtbl directory_vtbl = {
    .QueryInterface = directory_QueryInterface,
    .AddRef = directory_AddRef,
    .Release = directory_Release,
    .Register = directory_Register,
    .Unregister = directory_Unregister,
    .Bind = directory_Bind,
    .List = directory_List,
};

/** What a node counts; before it has connections. */
static IObserve *three_nodes_observe(const struct test_node *node)
{
    IUnknown *object;
    IObserve *observe;

    assert_int_equal(rpc_observe(node->node, &object), S_OK);
    assert_int_equal(IUnknown_QueryInterface(object, &IID_IObserve, (void **)&observe), S_OK);
    IUnknown_Release(object);
    return observe;
}

/** All three, and nothing between them. */
static void three_nodes_start(struct three_nodes *nodes, bool home_introduces, bool middle_introduces)
{
    memset(nodes, 0, sizeof(*nodes));
    assert_int_equal(loopback_network_create(&nodes->network), S_OK);
    test_node_open(&nodes->home, nodes->network, "home");
    test_node_open(&nodes->middle, nodes->network, "middle");
    test_node_open(&nodes->user, nodes->network, "user");
    if (home_introduces)
        assert_int_equal(rpc_introduce(nodes->home.node), S_OK);
    if (middle_introduces)
        assert_int_equal(rpc_introduce(nodes->middle.node), S_OK);
    assert_int_equal(rpc_introduce(nodes->user.node), S_OK);
    nodes->seen = three_nodes_observe(&nodes->middle);
    test_probe_init(&nodes->probe);
    nodes->directory.INamespace_iface.vtbl = &directory_vtbl;
    com_refs_init(&nodes->directory.refs);
    nodes->directory.node = nodes->user.node;
    nodes->directory.endpoint = "loopback:home";
    assert_int_equal(
        INamespace_Register(nodes->home.root, "probe", (IUnknown *)&nodes->probe.IProbe_iface, 0), S_OK);
    assert_int_equal(
        INamespace_Register(nodes->user.root, "net", (IUnknown *)&nodes->directory.INamespace_iface, 0),
        S_OK);
}

static void three_nodes_connect(struct three_nodes *nodes)
{
    IUnknown *object;

    assert_int_equal(
        ILocalNode_Connect(nodes->middle.node, "loopback:home", port_now_ns() + SECOND, &nodes->home_root),
        S_OK);
    assert_int_equal(INamespace_Bind(nodes->home_root, "probe", 0, &object), S_OK);
    assert_int_equal(INamespace_Register(nodes->middle.root, "probe", object, 0), S_OK);
    IUnknown_Release(object);
    assert_int_equal(
        ILocalNode_Connect(nodes->user.node, "loopback:middle", port_now_ns() + SECOND, &nodes->middle_root),
        S_OK);
    assert_int_equal(com_bind(nodes->middle_root, "probe", &IID_IProbe, (void **)&nodes->passed), S_OK);
}

/** The middle ends; what it gave to others is lost. */
static void three_nodes_end_middle(struct three_nodes *nodes)
{
    INamespace_Release(nodes->home_root);
    nodes->home_root = NULL;
    IObserve_Release(nodes->seen);
    nodes->seen = NULL;
    test_node_close(&nodes->middle);
    nodes->middle.node = NULL;
}

static void three_nodes_end_home(struct three_nodes *nodes)
{
    test_node_close(&nodes->home);
    nodes->home.node = NULL;
}

static void three_nodes_close(struct three_nodes *nodes)
{
    if (nodes->passed)
        IProbe_Release(nodes->passed);
    INamespace_Release(nodes->middle_root);
    assert_int_equal(INamespace_Unregister(nodes->user.root, "net"), S_OK);
    test_node_close(&nodes->user);
    if (nodes->middle.node)
        three_nodes_end_middle(nodes);
    if (nodes->home.node)
        three_nodes_end_home(nodes);
    INetwork_Release(nodes->network);
    wait_until(&nodes->probe.refs.count, 1);
    assert_int_equal(nodes->directory.refs.count, 1);
    wait_until_freed();
}

/** What the middle has read from others so far. */
static inline uint64_t three_nodes_frames(struct three_nodes *nodes)
{
    struct observe_connection found[OBSERVE_LIST_MAX];
    uint64_t frames = 0;
    uint32_t count, i;

    assert_int_equal(IObserve_ListConnections(nodes->seen, 0, OBSERVE_LIST_MAX, found, &count), S_OK);
    for (i = 0; i < count; i++)
        frames += found[i].frames_in;
    return frames;
}

/** Calls of one interface that a node has served so far. */
static inline uint64_t served_by(IObserve *node, const IID *iid)
{
    struct observe_interface rows[OBSERVE_LIST_MAX];
    uint64_t calls = 0;
    uint32_t count, i;

    assert_int_equal(IObserve_ListInterfaces(node, 0, 0, OBSERVE_LIST_MAX, rows, &count), S_OK);
    for (i = 0; i < count; i++)
        if (com_guid_equal(&rows[i].iid, iid) && rows[i].is_served)
            calls += rows[i].calls.calls;
    return calls;
}

/** The middle. */
static inline uint64_t three_nodes_served(struct three_nodes *nodes, const IID *iid)
{
    return served_by(nodes->seen, iid);
}

/** What peers hold of the middle. */
static inline uint32_t three_nodes_held(struct three_nodes *nodes)
{
    struct rpc_statistics statistics;

    rpc_node_statistics(nodes->middle.node, &statistics);
    return statistics.exports;
}

/** Calls until one does not come through the middle, 20 s at most. */
static inline void three_nodes_shorten(struct three_nodes *nodes)
{
    uint64_t before, after;
    int32_t tries = 0;

    do {
        sim_sleep(20 * MS);
        before = three_nodes_served(nodes, &IID_IProbe);
        assert_int_equal(IProbe_Null(nodes->passed), S_OK);
        after = three_nodes_served(nodes, &IID_IProbe);
    } while (after != before && ++tries < 1000);
    assert_true(after == before);
}

#endif
