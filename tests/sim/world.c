/* Starting, healing and ending: the course of one simulation. */
#include "world_internal.h"
#include "oracle.h"
#include <os/components.idl.h>
#include <rpc_buffer.h>
#include <stdio.h>
#include <string.h>
#include <udp/udp_network.h>
#include <udp/udp_transport.h>

/*
 * After this long nothing of the faults may be left: who is not heard any more gives up after 10 s, what the
 * peer held, which he heard all the while, goes 16 s later; and his clock may be a tenth too slow.
 */
#define STILL_NS (INT64_C(30) * WORLD_SECOND)
#define SETTLE_NS (INT64_C(200) * PORT_NS_PER_MS)

/* Every client must reach every node by then. */
#define REACH_NS (INT64_C(40) * WORLD_SECOND)
#define RUN_NS (INT64_C(300) * WORLD_SECOND)
#define END_NS (INT64_C(30) * WORLD_SECOND)

HRESULT boot_namespace_component_main(INamespace *ns, IUnknown **out_object);

static const char *const names[NODES_MAX] = {"n0", "n1", "n2", "n3", "n4"};

struct world world;
struct port_condition world_changed;

static void set_phase(enum world_phase phase)
{
    world.phase = phase;
    trace(TRACE_PHASE, 0, phase, 0);
    port_condition_wake_all(&world_changed);
}

/* ---- clients ---- */

struct client_start {
    struct world_node *node;
    uint32_t number;
};

static bool should_go_on(const struct world_client *client)
{
    return world.phase == PHASE_FAULTS && !client->node->leave;
}

static void do_operations(struct world_client *client, void *context)
{
    uint64_t who = client->node->index * CLIENTS_MAX + client->number;
    uint64_t mask = world.options.operation_mask[client->node->index][client->number];

    for (; client->operation < world.options.operations && should_go_on(client); client->operation++) {
        struct draw draw =
            draw_stream(world.seed, 'c' + who, (uint64_t)client->start << 32 | client->operation);
        int64_t pause_ns = draw_ns(&draw, 2 * world.options.pause_us * INT64_C(1000) + 1);

        if (mask >> client->operation & 1)
            world.workload->operate(client, context, &draw);
        sim_sleep(pause_ns);
    }
}

static void reach_all(struct world_client *client, void *context)
{
    HRESULT hr = S_OK;
    uint32_t i;

    for (i = 0; i < world.options.nodes && !client->node->leave; i++) {
        for (;;) {
            hr = world.workload->reach(client, context, &world.nodes[i]);
            if (SUCCEEDED(hr))
                break;
            if (sim_now_ns() - world.healed_ns > STILL_NS + REACH_NS)
                violate("liveness", "%s cannot use %s %d s after the last fault: %08x (%s)",
                        client->node->name, world.nodes[i].name, (int)((STILL_NS + REACH_NS) / WORLD_SECOND),
                        (unsigned)hr, com_result_name(hr) ? com_result_name(hr) : "no code of ours");
            sim_sleep(100 * PORT_NS_PER_MS);
        }
    }
}

static void wait_for_phase(const struct world_client *client, enum world_phase phase)
{
    while (world.phase < phase && !client->node->leave)
        (void)sim_wait(&world_changed, PORT_FOREVER);
}

static void client_main(void *argument)
{
    struct client_start *started = (struct client_start *)argument;
    struct world_client client = {
        .node = started->node, .number = started->number, .start = started->node->starts};
    uint64_t context[WORLD_CONTEXT_BYTES / sizeof(uint64_t)] = {0};

    port_free(started);
    while (!world.started)
        (void)sim_wait(&world_changed, PORT_FOREVER);
    do_operations(&client, context);
    client.node->busy--;
    wait_for_phase(&client, PHASE_LIVE);
    world.workload->drop(&client, context); /* tables that are full of them are no reason to reach nobody */
    reach_all(&client, context);
    client.node->unreached--;
    wait_for_phase(&client, PHASE_DROP);
    world.workload->drop(&client, context);
    client.node->clients--;
    port_condition_wake_all(&world_changed);
}

/* ---- nodes ---- */

#define MUST(expression)                                                                             \
    do {                                                                                             \
        HRESULT hr_ = (expression);                                                                  \
                                                                                                     \
        if (FAILED(hr_))                                                                             \
            violate("start", "a node cannot be started: %s gives %08x", #expression, (unsigned)hr_); \
    } while (0)

static void start_clients(struct world_node *node)
{
    uint32_t i;

    node->clients = world.options.clients;
    node->busy = node->clients;
    node->unreached = node->clients;
    for (i = 0; i < world.options.clients; i++) {
        struct client_start *start = (struct client_start *)port_alloc(sizeof(*start));

        *start = (struct client_start){node, i};
        if (!port_thread_start("client", client_main, start))
            violate("start", "a client cannot be started");
    }
}

/* Ends when all that the machine had is given back. */
static void check_memory(struct world_node *node)
{
    int64_t give_up_ns = sim_now_ns() + END_NS;

    for (;;) {
        rpc_buffer_trim();
        if (!sim_machine_blocks(node->machine) && sim_machine_threads(node->machine) == 1)
            return;
        if (sim_now_ns() > give_up_ns)
            violate("I6", "n%u has ended, and %u blocks of memory and %u threads are left", node->index,
                    sim_machine_blocks(node->machine), sim_machine_threads(node->machine) - 1);
        sim_sleep(10 * PORT_NS_PER_MS);
    }
}

/* Lets calls end before the node does. Mostly there is time for all of them. */
static void drain(struct world_node *node)
{
    struct draw draw = draw_stream(world.seed, 'd' + node->index, node->starts);
    int64_t patience_ns =
        draw_one_in(&draw, 4) && node->leave ? draw_ns(&draw, 200 * PORT_NS_PER_MS) : 25 * WORLD_SECOND;
    int64_t deadline_ns = port_now_ns() + patience_ns, late_ns;
    HRESULT hr = rpc_node_drain(node->node, deadline_ns);

    trace(TRACE_DRAIN, node->index, (uint32_t)(patience_ns / PORT_NS_PER_MS), (uint32_t)hr);
    late_ns = port_now_ns() - deadline_ns;
    if (hr != S_OK && hr != RPC_E_TIMEOUT)
        violate("drain", "%s could not go away: %08x", node->name, (unsigned)hr);
    if (late_ns > 100 * PORT_NS_PER_MS && options_have_room(&world.options) && !world.options.pause &&
        !world.options.clock)
        violate("drain", "%s has gone away %lld ms after its deadline", node->name,
                (long long)(late_ns / PORT_NS_PER_MS));
    if (hr == S_OK)
        oracle_check_drained(node->index);
    else if (!node->leave && !world.options.noise)
        violate("drain", "%s could not go away in good order, although nothing goes on", node->name);
    else
        world.orderly = false;
}

static void node_main(void *argument)
{
    struct world_node *node = (struct world_node *)argument;
    struct rpc_transport transport = {"sim", NULL};
    INetwork *streams = NULL;
    struct rpc_node_config config = {
        .name = node->name, .transport_count = 1, .transports = &transport, .incarnation = node->boots};
    ITransport *links;
    INetwork *network;

    MUST(network_create(node->index, &network, &links));
    MUST(boot_namespace_component_main(NULL, (IUnknown **)&node->root));
    if (world.options.udp) {
        ITransport_Release(links);
        strcpy(transport.scheme, "udp");
        MUST(udp_network_create(network, &streams));
        MUST(udp_transport_create(streams, NULL, &links));
    }
    transport.transport = links;
    config.network = network;
    config.world = node->root;
    MUST(rpc_node_create(&config, &node->node));
    if (world.options.introduce >> node->index & 1)
        MUST(rpc_introduce(node->node));
    MUST(ILocalNode_AddInterfaces(node->node, world.workload->interfaces));
    MUST(ILocalNode_SetExportedRoot(node->node, node->root));
    MUST(world.workload->start(node));
    MUST(ILocalNode_Listen(node->node, node->endpoint, NULL, 0));
    node->up = true;
    trace(TRACE_NODE_UP, node->index, node->starts, 0);
    start_clients(node);
    sim_machine_fail_alloc(node->machine, node->oom);

    while (world.phase < PHASE_DROP && !node->leave)
        (void)sim_wait(&world_changed, PORT_FOREVER);
    if (node->leave && world.options.drain)
        drain(node);
    while (node->clients)
        (void)sim_wait(&world_changed, PORT_FOREVER);
    sim_machine_fail_alloc(node->machine, 0);
    world.workload->stop(node);
    while (world.phase < PHASE_STOP && !node->leave)
        (void)sim_wait(&world_changed, PORT_FOREVER);
    if (!node->leave && world.options.drain)
        drain(node);
    node->up = false;
    rpc_node_stop(node->node);
    ILocalNode_Release(node->node);
    node->node = NULL;
    ITransport_Release(links);
    if (streams)
        INetwork_Release(streams);
    INamespace_Release(node->root);
    node->root = NULL;
    network_stop(network);
    INetwork_Release(network);
    check_memory(node);
    trace(TRACE_NODE_STOPPED, node->index, 0, 0);
    node->running = false;
}

void world_start_node(struct world_node *node)
{
    node->starts++;
    node->leave = false;
    node->running = true;
    if (!sim_machine_start(node->machine, node_main, node))
        violate("start", "a machine cannot be started");
}

static void add_node(uint32_t index)
{
    struct world_node *node = &world.nodes[index];

    memset(node, 0, sizeof(*node));
    node->index = index;
    node->name = names[index];
    (void)snprintf(node->endpoint, sizeof(node->endpoint), world.options.udp ? "udp:10.0.0.%u:7" : "sim:n%u",
                   world.options.udp ? index + 1 : index);
    node->random = draw_mix(world.seed * NODES_MAX + index) | 1;
    node->boots = world.options.boots ? 5 : 0; /* not the first, so that a counter can be set back */
    node->machine = sim_machine_create(node->name, node->random);
    network_add_host(index, node->name, node->machine);
    world_start_node(node);
}

/* ---- the course ---- */

static bool all_up(void)
{
    uint32_t i;

    for (i = 0; i < world.options.nodes; i++)
        if (!world.nodes[i].up)
            return false;
    return true;
}

static uint32_t count_busy(void)
{
    uint32_t i, count = 0;

    for (i = 0; i < world.options.nodes; i++)
        count += world.nodes[i].busy;
    return count;
}

static uint32_t count_unreached(void)
{
    uint32_t i, count = 0;

    for (i = 0; i < world.options.nodes; i++)
        count += world.nodes[i].unreached;
    return count;
}

static uint32_t count_clients(void)
{
    uint32_t i, count = 0;

    for (i = 0; i < world.options.nodes; i++)
        count += world.nodes[i].clients;
    return count;
}

static uint32_t count_running(void)
{
    uint32_t i, count = 0;

    for (i = 0; i < world.options.nodes; i++)
        count += world.nodes[i].running;
    return count;
}

static uint32_t count_down(void)
{
    return !all_up();
}

/* Until nothing is left to wait for. */
static void await_none(uint32_t (*count)(void), int64_t limit_ns, const char *what)
{
    int64_t give_up_ns = sim_now_ns() + limit_ns;

    while (count()) {
        if (sim_now_ns() > give_up_ns)
            violate("liveness", "%s after %lld s", what, (long long)(limit_ns / WORLD_SECOND));
        sim_sleep(PORT_NS_PER_MS);
        ledger_check();
    }
}

/* Until the last reference of a chain over all nodes has been given back. */
static int64_t settle_ns(void)
{
    return SETTLE_NS + world.options.udp * WORLD_SECOND +
           4 * NODES_MAX * (world.options.delay_us + world.options.jitter_us) * INT64_C(1000);
}

static void world_main(void *argument)
{
    uint32_t i;

    (void)argument;
    sim_set_preemption(world.options.preempt);
    sim_set_stalls(world.options.stall, world.options.stall_us * INT64_C(1000));
    for (i = 0; i < world.options.nodes; i++)
        add_node(i);
    await_none(count_down, WORLD_SECOND, "nodes are not up");
    world.started = true;
    port_condition_wake_all(&world_changed);
    world_do_faults();
    await_none(count_busy, RUN_NS, "clients are still busy");
    world_end_faults();
    world.healed_ns = sim_now_ns();
    await_none(count_down, 40 * WORLD_SECOND, "nodes are not up");
    await_none(count_busy, RUN_NS, "clients are still busy");

    set_phase(PHASE_STILL);
    sim_sleep(world.calm ? settle_ns() : STILL_NS);
    ledger_check_quiet();
    set_phase(PHASE_LIVE);
    await_none(count_unreached, 2 * REACH_NS, "clients have not reached all nodes");
    set_phase(PHASE_DROP);
    await_none(count_clients, WORLD_SECOND, "clients have not ended");
    sim_sleep(settle_ns());
    ledger_check_empty();
    set_phase(PHASE_STOP);
    await_none(count_running, END_NS + 10 * WORLD_SECOND, "nodes have not ended");
}

uint64_t world_run(uint64_t seed, const struct sim_options *options, const struct world_workload *workload)
{
    struct network_options network = {
        .delay_ns = options->delay_us * INT64_C(1000),
        .jitter_ns = options->jitter_us * INT64_C(1000),
        .capacity_bytes = options->window,
        .bytes_per_ms = options->bandwidth,
        .refuse_one_in = options->refuse,
        .silent_one_in = options->silent,
        .corrupt_one_in = options->noise ? options->noise : options->corrupt,
        .corrupt_bodies = options->noise != 0,
        .loss = options->loss,
        .duplicate = options->duplicate,
        .reorder = options->reorder,
    };

    memset(&world, 0, sizeof(world));
    memset(&world_changed, 0, sizeof(world_changed));
    world.options = *options;
    world.seed = seed;
    world.workload = workload;
    world.calm = options_are_calm(options);
    world.orderly = options_are_orderly(options);
    ledger_reset(!options->noise);
    network_reset(&network, seed);
    sim_on_machine_left(rpc_buffer_trim);
    if (workload->begin)
        workload->begin();
    sim_run(draw_mix(seed) | 1, world_main, NULL);
    if (workload->finish)
        workload->finish();
    return sim_digest();
}
