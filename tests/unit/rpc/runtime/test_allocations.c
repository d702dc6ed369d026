/* How often calls between nodes take memory, over TCP in one process: never, on neither side. */
#include <cmocka_all.h>
#include <com_names.h>
#include <component.h>
#include <net/uv/uv_network.h>
#include <os/probe.idl.h>
#include <port.h>
#include <rpc.h>
#include <string.h>
#include <transports/tcp/tcp_transport.h>

/*
 * What is kept for the next call grows only when more is in use at once than ever before: so more callers at
 * once warm up than are counted.
 */
enum { WARM_UP_CALLERS = 6, WARM_UP_CALLS = 300, CALLS = 1000, ROUNDS_MAX = 5 };

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);
HRESULT probe_component_main(INamespace *ns, IUnknown **out_object);
extern const struct com_interface *const probe_component_interfaces[];

/* Of the sanitizers' runtime, which comes without a header for it. @return 0 too many are there */
int __sanitizer_install_malloc_and_free_hooks(void (*on_malloc)(const volatile void *block, size_t bytes),
                                              void (*on_free)(const volatile void *block));

static uint32_t taken; /* blocks, by all threads */

static void count_taken(const volatile void *block, size_t bytes)
{
    (void)block;
    (void)bytes;
    (void)__atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED);
}

static void ignore_freed(const volatile void *block)
{
    (void)block;
}

struct test_node {
    INetwork *network;
    INamespace *root;
    ITransport *transport;
    ILocalNode *node;
    char endpoint[NET_ENDPOINT_MAX + 1];
};

static void node_open(struct test_node *node, const char *name)
{
    struct rpc_node_config config = {.name = name, .transport_count = 1};
    struct rpc_transport transport = {"tcp", NULL};

    assert_int_equal(uv_network_create(&node->network), S_OK);
    assert_int_equal(tcp_transport_create(node->network, NULL, &node->transport), S_OK);
    assert_int_equal(boot_namespace_component_main(NULL, (IUnknown **)&node->root), S_OK);
    transport.transport = node->transport;
    config.network = node->network;
    config.transports = &transport;
    config.world = node->root;
    assert_int_equal(rpc_node_create(&config, &node->node), S_OK);
    assert_int_equal(ILocalNode_AddInterfaces(node->node, probe_component_interfaces), S_OK);
    assert_int_equal(ILocalNode_SetExportedRoot(node->node, node->root), S_OK);
    assert_int_equal(ILocalNode_Listen(node->node, "tcp:127.0.0.1:0", node->endpoint, sizeof(node->endpoint)),
                     S_OK);
}

static void node_close(struct test_node *node)
{
    rpc_node_stop(node->node);
    ILocalNode_Release(node->node);
    ITransport_Release(node->transport);
    INamespace_Release(node->root);
    INetwork_Release(node->network);
}

static void make_calls(IProbe *probe, uint32_t count)
{
    uint8_t data[100] = {1, 2, 3}, back[100];
    uint32_t i;

    for (i = 0; i < count; i++) {
        int32_t value = 0;

        assert_int_equal(IProbe_Null(probe), S_OK);
        assert_int_equal(IProbe_Increment(probe, (int32_t)i, &value), S_OK);
        assert_int_equal(value, i + 1);
        assert_int_equal(IProbe_Echo(probe, data, sizeof(data), back), S_OK);
    }
}

struct warm_up {
    IProbe *probe;
    uint32_t ended; /* callers */
};

static void warm_up(void *argument)
{
    struct warm_up *warm = (struct warm_up *)argument;

    make_calls(warm->probe, WARM_UP_CALLS);
    (void)__atomic_add_fetch(&warm->ended, 1, __ATOMIC_RELEASE);
}

static void warm_up_at_once(IProbe *probe)
{
    struct warm_up warm = {.probe = probe};
    uint32_t i;

    for (i = 0; i < WARM_UP_CALLERS; i++)
        assert_true(port_thread_start("caller", warm_up, &warm));
    while (__atomic_load_n(&warm.ended, __ATOMIC_ACQUIRE) < WARM_UP_CALLERS)
        make_calls(probe, 1);
    make_calls(probe, WARM_UP_CALLS);
}

/* Once, so that there is something that the count would show. */
static void the_count_counts(void)
{
    uint32_t before = __atomic_load_n(&taken, __ATOMIC_RELAXED);

    port_free(port_alloc(10));
    assert_int_equal(__atomic_load_n(&taken, __ATOMIC_RELAXED), before + 1);
}

static INamespace *connect(const struct test_node *from, const struct test_node *to)
{
    INamespace *root;

    assert_int_equal(
        ILocalNode_Connect(from->node, to->endpoint, port_now_ns() + 5000 * PORT_NS_PER_MS, &root), S_OK);
    return root;
}

/* An object of the node under the name "probe". */
static void add_probe(const struct test_node *node)
{
    IUnknown *object;

    assert_int_equal(INamespace_Register(node->root, "rpc", (IUnknown *)node->node, 0), S_OK);
    assert_int_equal(probe_component_main(node->root, &object), S_OK);
    assert_int_equal(INamespace_Register(node->root, "probe", object, 0), S_OK);
    IUnknown_Release(object);
}

static void remove_probe(const struct test_node *node)
{
    assert_int_equal(INamespace_Unregister(node->root, "probe"), S_OK);
    assert_int_equal(INamespace_Unregister(node->root, "rpc"), S_OK);
}

/* @return how many blocks so many calls took */
static uint32_t count_calls(IProbe *probe)
{
    uint32_t before = __atomic_load_n(&taken, __ATOMIC_RELAXED);

    make_calls(probe, CALLS);
    return __atomic_load_n(&taken, __ATOMIC_RELAXED) - before;
}

/* On a busy machine more may be in use at once than when it was warm, or a worker begin: seldom, and once. */
static void expect_no_memory_taken(IProbe *probe)
{
    uint32_t rounds = 1;

    warm_up_at_once(probe);
    while (count_calls(probe) && rounds < ROUNDS_MAX)
        rounds++;
    assert_in_range(rounds, 1, ROUNDS_MAX - 1);
}

static void calls_take_no_memory_on_either_side(void **state)
{
    struct test_node server, client;
    INamespace *remote;
    IProbe *probe;

    (void)state;
    node_open(&server, "server");
    node_open(&client, "client");
    add_probe(&server);
    remote = connect(&client, &server);
    assert_int_equal(com_bind(remote, "probe", &IID_IProbe, (void **)&probe), S_OK);
    expect_no_memory_taken(probe);
    IProbe_Release(probe);
    INamespace_Release(remote);
    node_close(&client);
    remove_probe(&server);
    node_close(&server);
}

/* Calls until nobody holds anything of the node that passed the object on: 20 s at most. */
static void shorten(IProbe *passed, const struct test_node *middle)
{
    int64_t until_ns = port_now_ns() + 20000 * PORT_NS_PER_MS;
    struct rpc_statistics statistics;

    do {
        assert_true(port_now_ns() < until_ns);
        make_calls(passed, 1);
        rpc_node_statistics(middle->node, &statistics);
    } while (statistics.exports);
}

static void calls_of_what_was_passed_on_take_none_once_they_go_straight(void **state)
{
    struct test_node home, middle, user;
    struct test_node *const nodes[] = {&home, &middle, &user};
    INamespace *home_root, *middle_root, *way;
    IUnknown *object;
    IProbe *passed;
    uint32_t i;

    (void)state;
    node_open(&home, "home");
    node_open(&middle, "middle");
    node_open(&user, "user");
    for (i = 0; i < 3; i++)
        assert_int_equal(rpc_introduce(nodes[i]->node), S_OK);
    add_probe(&home);
    home_root = connect(&middle, &home);
    assert_int_equal(INamespace_Bind(home_root, "probe", 0, &object), S_OK);
    assert_int_equal(INamespace_Register(middle.root, "probe", object, 0), S_OK);
    IUnknown_Release(object);
    way = connect(&user, &home);
    middle_root = connect(&user, &middle);
    assert_int_equal(com_bind(middle_root, "probe", &IID_IProbe, (void **)&passed), S_OK);
    shorten(passed, &middle);
    INamespace_Release(home_root);
    assert_int_equal(INamespace_Unregister(middle.root, "probe"), S_OK);
    INamespace_Release(middle_root);
    node_close(&middle);
    expect_no_memory_taken(passed);
    IProbe_Release(passed);
    INamespace_Release(way);
    node_close(&user);
    remove_probe(&home);
    node_close(&home);
}

/* Once for all tests: hooks cannot be taken back. */
static int count_from_here(void **state)
{
    (void)state;
    assert_true(__sanitizer_install_malloc_and_free_hooks(count_taken, ignore_freed) > 0);
    the_count_counts();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calls_take_no_memory_on_either_side),
        cmocka_unit_test(calls_of_what_was_passed_on_take_none_once_they_go_straight),
    };

    return cmocka_run_group_tests(tests, count_from_here, NULL);
}
