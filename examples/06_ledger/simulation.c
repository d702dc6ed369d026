/*
 * The component, as it is, in the simulator: nodes with a ledger each call each other while connections break
 * and machines crash, and in the end each ledger must agree with what its callers were told.
 *
 * LEDGER_SIMULATION_FORGETS=N makes it wrong on purpose at every N-th call, to see what is printed then.
 */
#include <com_names.h>
#include <component.h>
#include <ledger.h>
#include <ledger.idl.h>
#include <simulate.h>
#include <stdlib.h>
#include <string.h>

HRESULT ledger_component_main(INamespace *ns, IUnknown **out_object);
extern const struct com_interface *const ledger_component_interfaces[];

/* What callers were told of the calls to one node, as long as it lives. Outside of all machines. */
struct book {
    uint32_t start; /* of the node */
    uint32_t count;
    uint8_t told[LEDGER_NUMBERS]; /* enum rpc_executed */
};

/* What a client holds. */
struct context {
    ILedger *ledger;
    uint32_t node;
    uint32_t start;
};

static struct book books[NODES_MAX];
static uint32_t forget_every;

static void begin(void)
{
    const char *forget = getenv("LEDGER_SIMULATION_FORGETS");

    memset(books, 0, sizeof(books));
    forget_every = forget ? (uint32_t)atoi(forget) : 0;
}

static HRESULT start(struct world_node *node)
{
    COM_SCOPED(IUnknown) ledger = NULL;
    HRESULT hr = ledger_component_main(node->root, &ledger);

    if (FAILED(hr))
        return hr;
    books[node->index].start = node->starts;
    books[node->index].count = 0;
    return INamespace_Register(node->root, "ledger", ledger, 0);
}

static HRESULT find(struct world_client *client, struct world_node *target, ILedger **out_ledger)
{
    COM_SCOPED(INamespace) root = NULL;
    HRESULT hr;

    *out_ledger = NULL;
    hr = ILocalNode_Connect(client->node->node, target->endpoint, port_now_ns() + 1000 * PORT_NS_PER_MS,
                            &root);
    return FAILED(hr) ? hr : com_bind(root, "ledger", &IID_ILedger, (void **)out_ledger);
}

static void drop(struct world_client *client, void *memory)
{
    struct context *context = (struct context *)memory;

    (void)client;
    if (context->ledger)
        ILedger_Release(context->ledger);
    context->ledger = NULL;
}

/* The call goes to the node that was found; if that has crashed meanwhile, its book is closed. */
static void enter(struct context *context)
{
    struct book *book = &books[context->node];
    uint32_t number;
    HRESULT hr;

    if (book->start != context->start || book->count == LEDGER_NUMBERS)
        return;
    number = book->count++;
    book->told[number] = RPC_EXECUTED_UNKNOWN;
    hr = ILedger_Enter(context->ledger, number);
    if (book->start != context->start)
        return;
    book->told[number] = (uint8_t)(SUCCEEDED(hr) ? RPC_EXECUTED_YES : rpc_last_executed());
    if (forget_every && number % forget_every == forget_every - 1)
        book->told[number] = RPC_EXECUTED_NO;
}

static void operate(struct world_client *client, void *memory, struct draw *draw)
{
    uint32_t other =
        (client->node->index + draw_between(draw, 1, world.options.nodes - 1)) % world.options.nodes;
    struct context *context = (struct context *)memory;

    if (!context->ledger || draw_one_in(draw, 5)) {
        struct world_node *target = &world.nodes[other];

        drop(client, memory);
        context->node = other;
        context->start = target->starts;
        com_ignore(find(client, target, &context->ledger)); /* next time, perhaps */
        if (context->start != target->starts)
            drop(client, memory);
        return;
    }
    if (draw_one_in(draw, 4))
        (void)rpc_set_deadline(port_now_ns() + draw_between(draw, 1, 100) * PORT_NS_PER_MS);
    enter(context);
    (void)rpc_set_deadline(PORT_FOREVER);
}

static HRESULT reach(struct world_client *client, void *memory, struct world_node *target)
{
    COM_SCOPED(ILedger) ledger = NULL;
    uint8_t count;
    uint32_t length;
    HRESULT hr;

    (void)memory;
    if (target == client->node)
        return S_OK;
    hr = find(client, target, &ledger);
    return FAILED(hr) ? hr : ILedger_Read(ledger, 0, 1, &count, &length);
}

/* Whether what the caller was told of a call is what happened. */
static bool agrees(enum rpc_executed told, uint8_t count)
{
    switch (told) {
    case RPC_EXECUTED_NO:
        return count == 0;
    case RPC_EXECUTED_YES:
        return count == 1;
    default:
        return count <= 1;
    }
}

static void compare(struct world_node *node, ILedger *ledger)
{
    const struct book *book = &books[node->index];
    uint8_t counts[LEDGER_NUMBERS];
    uint32_t length, i;

    if (FAILED(ILedger_Read(ledger, 0, LEDGER_NUMBERS, counts, &length)))
        violate("ledger", "the ledger of %s cannot be read", node->name);
    for (i = 0; i < book->count && i < length; i++)
        if (!agrees((enum rpc_executed)book->told[i], counts[i]))
            violate("ledger", "call %u to %s was executed %u times, its caller was told %u", i, node->name,
                    counts[i], book->told[i]);
}

/* At the very end nobody calls any more: that is the time to compare. */
static void stop(struct world_node *node)
{
    COM_SCOPED(ILedger) ledger = NULL;

    if (FAILED(com_bind(node->root, "ledger", &IID_ILedger, (void **)&ledger)))
        violate("ledger", "%s has lost its ledger", node->name);
    if (world.phase >= PHASE_DROP && !world.options.noise)
        compare(node, ledger);
    com_ignore(INamespace_Unregister(node->root, "ledger")); /* it is there */
}

static const struct world_workload workload = {
    .interfaces = ledger_component_interfaces,
    .begin = begin,
    .start = start,
    .operate = operate,
    .reach = reach,
    .drop = drop,
    .stop = stop,
    .context_bytes = sizeof(struct context),
};

int main(int argc, char **argv)
{
    return simulate(argc, argv, &workload);
}
