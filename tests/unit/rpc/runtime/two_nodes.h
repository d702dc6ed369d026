/*
 * Two nodes in one simulated process, over the loopback network: `server` exports a namespace with an object
 * "probe", `client` is connected to it. All in virtual time; a test body runs as the first simulated thread.
 */
#ifndef TWO_NODES_H
#define TWO_NODES_H

#include <cmocka_all.h>
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/probe.idl.h>
#include <rpc.h>
#include <rpc_buffer.h>
#include <sim.h>
#include <string.h>
#include <transports/loopback/loopback.h>

#define MS PORT_NS_PER_MS
#define SECOND (1000 * MS)

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);
extern const struct com_interface *const probe_component_interfaces[];

/* An IProbe that a test can look into and steer. */
struct test_probe {
    IProbe IProbe_iface;
    struct com_refs refs;
    uint32_t calls;
    uint32_t destroyed;
    HRESULT (*on_null)(struct test_probe *probe);
    void *context;
};

struct test_node {
    ILocalNode *node;
    INamespace *root;
    ITransport *transport;
};

struct two_nodes {
    INetwork *network;
    struct test_node server;
    struct test_node client;
    struct test_probe probe; /* registered in the server's root as "probe" */
    INamespace *remote;      /* the server's root, as the client sees it */
};

/* ---- the test's own object ---- */

static struct test_probe *impl_from_IProbe(IProbe *iface)
{
    return container_of(iface, struct test_probe, IProbe_iface);
}

static HRESULT test_probe_QueryInterface(IProbe *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IProbe, iid, out_object);
}

static uint32_t test_probe_AddRef(IProbe *iface)
{
    return com_refs_add(&impl_from_IProbe(iface)->refs);
}

static uint32_t test_probe_Release(IProbe *iface)
{
    uint32_t left = com_refs_release(&impl_from_IProbe(iface)->refs);

    if (!left)
        impl_from_IProbe(iface)->destroyed++;
    return left;
}

static HRESULT test_probe_Null(IProbe *iface)
{
    struct test_probe *probe = impl_from_IProbe(iface);

    probe->calls++;
    return probe->on_null ? probe->on_null(probe) : S_OK;
}

static HRESULT test_probe_Increment(IProbe *iface, int32_t value, int32_t *out_value)
{
    impl_from_IProbe(iface)->calls++;
    *out_value = value + 1;
    return S_OK;
}

static HRESULT test_probe_Sleep(IProbe *iface, uint32_t duration_ms)
{
    impl_from_IProbe(iface)->calls++;
    sim_sleep(duration_ms * MS);
    return S_OK;
}

static HRESULT test_probe_Echo(IProbe *iface, const uint8_t *data, uint32_t length, uint8_t *out_data)
{
    impl_from_IProbe(iface)->calls++;
    memcpy(out_data, data, length);
    return S_OK;
}

static HRESULT test_probe_GetCount(IProbe *iface, uint64_t *out_count)
{
    *out_count = impl_from_IProbe(iface)->calls;
    return S_OK;
}

static HRESULT test_probe_GetFreeBytes(IProbe *iface, uint64_t *out_free_bytes)
{
    (void)iface;
    *out_free_bytes = 0;
    return S_OK;
}

static const struct IProbeVtbl test_probe_vtbl = {
    .QueryInterface = test_probe_QueryInterface,
    .AddRef = test_probe_AddRef,
    .Release = test_probe_Release,
    .Null = test_probe_Null,
    .Increment = test_probe_Increment,
    .Sleep = test_probe_Sleep,
    .Echo = test_probe_Echo,
    .GetCount = test_probe_GetCount,
    .GetFreeBytes = test_probe_GetFreeBytes,
};

static void test_probe_init(struct test_probe *probe)
{
    memset(probe, 0, sizeof(*probe));
    probe->IProbe_iface.vtbl = &test_probe_vtbl;
    com_refs_init(&probe->refs);
}

/* ---- nodes ---- */

/** A started node that listens at "loopback:<name>" and exports a namespace of its own. */
static void test_node_open(struct test_node *node, INetwork *network, const char *name)
{
    struct rpc_node_config config = {.name = name, .network = network, .transport_count = 1};
    char endpoint[NET_ENDPOINT_MAX + 1] = "loopback:";
    struct rpc_transport transport = {"loopback", NULL};

    strcat(endpoint, name);
    assert_int_equal(boot_namespace_component_main(NULL, (IUnknown **)&node->root), S_OK);
    assert_int_equal(loopback_transport_create(network, &node->transport), S_OK);
    transport.transport = node->transport;
    config.transports = &transport;
    config.world = node->root;
    assert_int_equal(rpc_node_create(&config, &node->node), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(node->node, probe_component_interfaces), S_OK);
    assert_int_equal(ILocalNode_SetExportedRoot(node->node, node->root), S_OK);
    assert_int_equal(ILocalNode_Listen(node->node, endpoint, NULL, 0), S_OK);
}

static void test_node_close(struct test_node *node)
{
    rpc_node_stop(node->node);
    ILocalNode_Release(node->node);
    ITransport_Release(node->transport);
    INamespace_Release(node->root);
}

/** Both, without a connection. */
static inline void two_nodes_start(struct two_nodes *nodes)
{
    memset(nodes, 0, sizeof(*nodes));
    assert_int_equal(loopback_network_create(&nodes->network), S_OK);
    test_node_open(&nodes->server, nodes->network, "server");
    test_node_open(&nodes->client, nodes->network, "client");
    test_probe_init(&nodes->probe);
    assert_int_equal(
        INamespace_Register(nodes->server.root, "probe", (IUnknown *)&nodes->probe.IProbe_iface, 0), S_OK);
}

static inline void two_nodes_connect(struct two_nodes *nodes)
{
    assert_int_equal(
        ILocalNode_Connect(nodes->client.node, "loopback:server", port_now_ns() + SECOND, &nodes->remote),
        S_OK);
}

static inline void two_nodes_open(struct two_nodes *nodes)
{
    two_nodes_start(nodes);
    two_nodes_connect(nodes);
}

/** Waits in virtual time until `*value` is `wanted`, at most 20 s. */
#define wait_until(value, wanted) wait_until_at(value, wanted, __FILE__, __LINE__)

static void wait_until_at(const uint32_t *value, uint32_t wanted, const char *file, int line)
{
    int64_t give_up_ns = port_now_ns() + 20 * SECOND;

    while (*value != wanted && port_now_ns() < give_up_ns)
        sim_sleep(MS);
    _assert_int_equal(*value, wanted, file, line);
}

static inline void wait_until_at_least(const uint32_t *value, uint32_t wanted)
{
    int64_t give_up_ns = port_now_ns() + 20 * SECOND;

    while (*value < wanted && port_now_ns() < give_up_ns)
        sim_sleep(MS);
    assert_true(*value >= wanted);
}

/** The network's thread may be about to let go of the last connection. */
static void wait_until_freed(void)
{
    uint32_t allocated = 1;
    int32_t tries;

    for (tries = 0; allocated && tries < 1000; tries++) {
        rpc_buffer_trim();
        allocated = sim_allocated();
        sim_sleep(MS);
    }
    assert_int_equal(allocated, 0);
}

/** Ends both; every block of memory must be free then. */
static inline void two_nodes_close(struct two_nodes *nodes)
{
    INamespace_Release(nodes->remote);
    test_node_close(&nodes->client);
    test_node_close(&nodes->server);
    INetwork_Release(nodes->network);
    wait_until(&nodes->probe.refs.count, 1);
    wait_until_freed();
}

/** The server's probe, as the client sees it, with one reference. */
static inline IProbe *two_nodes_bind(struct two_nodes *nodes)
{
    IProbe *probe;

    assert_int_equal(com_bind(nodes->remote, "probe", &IID_IProbe, (void **)&probe), S_OK);
    return probe;
}

#endif
