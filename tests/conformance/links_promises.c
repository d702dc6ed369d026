/*
 * Two nodes with a transport between them: calls of what other calls will return leave together, whatever
 * carries them. The callee's namespace does not answer before it has as many calls as that takes.
 */
#include "connection.h"
#include "links.h"
#include <rpc.h>
#include <rpc_buffer.h>
#include <runtime/runtime.h>

/* A namespace that has itself under the name "gate", and nothing else. */
struct gate {
    INamespace INamespace_iface;
    struct com_refs refs;
    ILocalNode *node;  /* whose it is */
    uint32_t expected; /* calls of the peer that the next Bind waits for */
    uint32_t came;     /* that it has seen */
};

static struct gate *impl_from_INamespace(INamespace *iface)
{
    return container_of(iface, struct gate, INamespace_iface);
}

static HRESULT gate_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t gate_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static uint32_t gate_Release(INamespace *iface)
{
    return com_refs_release(&impl_from_INamespace(iface)->refs);
}

static HRESULT gate_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    (void)iface;
    (void)path;
    (void)object;
    (void)flags;
    return NS_E_READ_ONLY;
}

static HRESULT gate_Unregister(INamespace *iface, const char *path)
{
    (void)iface;
    (void)path;
    return NS_E_READ_ONLY;
}

/* Calls of the only peer that have not returned. */
static uint32_t count_running(struct gate *gate)
{
    struct rpc_node *node = rpc__node_of(gate->node);
    uint32_t count;

    port_mutex_lock(&node->lock);
    port_mutex_lock(&node->links->lock);
    count = node->links->session.running;
    port_mutex_unlock(&node->links->lock);
    port_mutex_unlock(&node->lock);
    return count;
}

static HRESULT gate_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct gate *gate = impl_from_INamespace(iface);
    uint32_t expected = gate->expected;

    (void)flags;
    gate->expected = 0;
    *out_object = NULL;
    while (expected && (gate->came = count_running(gate)) < expected)
        if (FAILED(ILocalNode_Sleep(gate->node, port_now_ns() + MS)))
            return RPC_E_TIMEOUT; /* nobody waits any more: they did not come */
    if (strcmp(path, "gate") != 0)
        return NS_E_NOT_FOUND;
    INamespace_AddRef(iface);
    *out_object = (IUnknown *)iface;
    return S_OK;
}

static HRESULT gate_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                         uint32_t *out_length)
{
    static const char all[] = "gate";

    (void)iface;
    (void)after;
    if (capacity < sizeof(all))
        return RPC_E_OUT_OF_RESOURCES;
    memcpy(names, all, sizeof(all));
    *out_length = sizeof(all);
    return S_OK;
}

static const struct INamespaceVtbl gate_vtbl = {
    .QueryInterface = gate_QueryInterface,
    .AddRef = gate_AddRef,
    .Release = gate_Release,
    .Register = gate_Register,
    .Unregister = gate_Unregister,
    .Bind = gate_Bind,
    .List = gate_List,
};

struct nodes {
    INetwork *network;
    ITransport *transport;
    ILocalNode *callee;
    ILocalNode *caller;
    struct gate gate; /* export 0 of the callee */
    INamespace *root; /* it, as the caller sees it */
};

static ILocalNode *make_node(const struct nodes *nodes, const struct network_kind *kind, const char *name)
{
    struct rpc_transport transport = {.transport = nodes->transport};
    struct rpc_node_config config = {
        .name = name, .network = nodes->network, .transports = &transport, .transport_count = 1};
    ILocalNode *node;

    memcpy(transport.scheme, kind->listen_at, strcspn(kind->listen_at, ":"));
    assert_int_equal(rpc_node_create(&config, &node), S_OK);
    return node;
}

static void nodes_open(struct nodes *nodes, const struct network_kind *kind)
{
    char endpoint[NET_ENDPOINT_MAX + 1], dial[NET_ENDPOINT_MAX + 1];

    memset(nodes, 0, sizeof(*nodes));
    create_network(kind, &nodes->network);
    assert_int_equal(kind->create_transport(nodes->network, &nodes->transport), S_OK);
    nodes->callee = make_node(nodes, kind, "callee");
    nodes->caller = make_node(nodes, kind, "caller");
    nodes->gate.INamespace_iface.vtbl = &gate_vtbl;
    com_refs_init(&nodes->gate.refs);
    nodes->gate.node = nodes->callee;
    assert_int_equal(ILocalNode_SetExportedRoot(nodes->callee, &nodes->gate.INamespace_iface), S_OK);
    assert_int_equal(ILocalNode_Listen(nodes->callee, kind->listen_at, endpoint, sizeof(endpoint)), S_OK);
    dial_endpoint(kind, endpoint, dial);
    assert_int_equal(ILocalNode_Connect(nodes->caller, dial, soon(), &nodes->root), S_OK);
}

static void nodes_close(struct nodes *nodes)
{
    INamespace_Release(nodes->root);
    rpc_node_stop(nodes->caller);
    ILocalNode_Release(nodes->caller);
    rpc_node_stop(nodes->callee);
    ILocalNode_Release(nodes->callee);
    ITransport_Release(nodes->transport);
    INetwork_Release(nodes->network);
    rpc_buffer_trim();
}

static HRESULT list(INamespace *ns, char names[16])
{
    uint32_t length;

    return INamespace_List(ns, "", 16, names, &length);
}

static void a_bind_and_a_call_take_one_round_trip(const struct network_kind *kind)
{
    INamespace *promise;
    struct nodes nodes;
    char names[16];

    nodes_open(&nodes, kind);
    nodes.gate.expected = 2;
    assert_int_equal(rpc_bind_pipelined(nodes.root, "gate", &IID_INamespace, (void **)&promise), S_OK);
    assert_int_equal(list(promise, names), S_OK);
    assert_string_equal(names, "gate");
    assert_int_equal(nodes.gate.came, 2);
    assert_int_equal(list(promise, names), S_OK); /* it goes to the object from now on */
    INamespace_Release(promise);
    nodes_close(&nodes);
}

static void a_chain_of_calls_takes_one_round_trip(const struct network_kind *kind)
{
    INamespace *first, *second;
    struct nodes nodes;
    char names[16];

    nodes_open(&nodes, kind);
    nodes.gate.expected = 3;
    assert_int_equal(rpc_bind_pipelined(nodes.root, "gate", &IID_INamespace, (void **)&first), S_OK);
    assert_int_equal(rpc_bind_pipelined(first, "gate", &IID_INamespace, (void **)&second), S_OK);
    assert_int_equal(list(second, names), S_OK);
    assert_string_equal(names, "gate");
    assert_int_equal(nodes.gate.came, 3);
    INamespace_Release(second);
    INamespace_Release(first);
    nodes_close(&nodes);
}

static void a_chain_fails_like_its_first_call(const struct network_kind *kind)
{
    INamespace *first, *second;
    struct nodes nodes;
    char names[16] = "";

    nodes_open(&nodes, kind);
    nodes.gate.expected = 3;
    assert_int_equal(rpc_bind_pipelined(nodes.root, "nothing", &IID_INamespace, (void **)&first), S_OK);
    assert_int_equal(rpc_bind_pipelined(first, "gate", &IID_INamespace, (void **)&second), S_OK);
    assert_int_equal(list(second, names), NS_E_NOT_FOUND);
    assert_int_equal(rpc_last_executed(), RPC_EXECUTED_NO);
    assert_string_equal(names, "");
    assert_int_equal(nodes.gate.came, 3);
    INamespace_Release(second);
    INamespace_Release(first);
    nodes_close(&nodes);
}

const struct suite_case link_promise_cases[] = {
    SUITE_CASE(a_bind_and_a_call_take_one_round_trip),
    SUITE_CASE(a_chain_of_calls_takes_one_round_trip),
    SUITE_CASE(a_chain_fails_like_its_first_call),
    {NULL, NULL},
};
