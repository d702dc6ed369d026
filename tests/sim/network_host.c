/* A machine's part of the network: its thread and timers, listening and connecting. */
#include "network_internal.h"
#include <string.h>

#define PREFIX "sim:"
/* Sockets for datagrams are closed soon after the last who used them is gone; until then the thread is there.
 */
#define SOCKETS_END_NS (5 * INT64_C(1000) * PORT_NS_PER_MS)

/* ---- the thread ---- */

void network__post(struct network_host *network, struct task *task)
{
    if (task->queued)
        return;
    task->queued = true;
    task->next = NULL;
    *network->tasks_end = task;
    network->tasks_end = &task->next;
    port_condition_wake_one(&network->work);
}

static bool run_task(struct network_host *network)
{
    struct task *task = network->tasks;

    if (!task)
        return false;
    network->tasks = task->next;
    if (!network->tasks)
        network->tasks_end = &network->tasks;
    task->queued = false;
    task->run(task);
    return true;
}

static struct timer *first_timer(struct network_host *network)
{
    struct timer *first = NULL;
    uint32_t i;

    for (i = 0; i < network->timer_count; i++)
        if (network->timers[i].sink && (!first || network->timers[i].deadline_ns < first->deadline_ns))
            first = &network->timers[i];
    return first;
}

static bool run_timer(struct network_host *network)
{
    struct timer *timer = first_timer(network);
    INetworkSink *sink;

    if (!timer || timer->deadline_ns > port_now_ns())
        return false;
    sink = timer->sink;
    timer->sink = NULL;
    com_ignore(INetworkSink_Ready(sink)); /* by contract */
    INetworkSink_Release(sink);
    return true;
}

static void network_main(void *argument)
{
    struct network_host *network = (struct network_host *)argument;

    while (!network->stopping || network->tasks) {
        const struct timer *first;

        if (run_task(network) || run_timer(network))
            continue;
        first = first_timer(network);
        (void)sim_wait(&network->work, first ? first->deadline_ns : PORT_FOREVER);
    }
    network->stopped = true;
    port_condition_wake_all(&network->ended);
}

/* ---- INetwork ---- */

static const struct INetworkVtbl network_vtbl;

static struct network_host *impl_from_INetwork(INetwork *iface)
{
    assert(iface->vtbl == &network_vtbl);
    return container_of(iface, struct network_host, INetwork_iface);
}

static HRESULT network_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_INetwork, offsetof(struct network_host, INetwork_iface)},
        {&IID_IDatagramNetwork, offsetof(struct network_host, IDatagramNetwork_iface)},
    };

    return com_query_table(impl_from_INetwork(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

void network__addref(struct network_host *network)
{
    (void)com_refs_add(&network->refs);
}

void network__release(struct network_host *network)
{
    if (com_refs_release(&network->refs))
        return;
    if (network->host->network == network)
        network->host->network = NULL;
    port_free(network);
}

static uint32_t network_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

static uint32_t network_Release(INetwork *iface)
{
    struct network_host *network = impl_from_INetwork(iface);
    uint32_t before = network->refs.count;

    network__release(network);
    return before - 1;
}

static HRESULT network_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns,
                               ISocket **out_socket)
{
    (void)iface;
    (void)deadline_ns;
    *out_socket = NULL;
    return com_fail(NET_E_BAD_ENDPOINT, "this network has links, but no sockets: ", endpoint, NULL);
}

static HRESULT network_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                              IListener **out_listener)
{
    (void)iface;
    (void)sink;
    *out_listener = NULL;
    return com_fail(NET_E_BAD_ENDPOINT, "this network has links, but no sockets: ", endpoint, NULL);
}

static HRESULT network_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    struct network_host *network = impl_from_INetwork(iface);
    struct timer *timer = NULL;
    uint32_t i;

    for (i = 0; i < TIMERS_MAX; i++)
        if (network->timers[i].sink == sink)
            timer = &network->timers[i];
    if (timer && deadline_ns != NET_FOREVER) {
        timer->deadline_ns = deadline_ns;
    } else if (timer) {
        timer->sink = NULL;
        INetworkSink_Release(sink);
    } else if (deadline_ns != NET_FOREVER) {
        for (timer = network->timers; timer->sink; timer++)
            if (timer == &network->timers[TIMERS_MAX - 1])
                return E_OUTOFMEMORY;
        INetworkSink_AddRef(sink);
        timer->sink = sink;
        timer->deadline_ns = deadline_ns;
        if (timer >= network->timers + network->timer_count)
            network->timer_count = (uint32_t)(timer - network->timers) + 1;
    }
    port_condition_wake_one(&network->work);
    return S_OK;
}

static const struct INetworkVtbl network_vtbl = {
    .QueryInterface = network_QueryInterface,
    .AddRef = network_AddRef,
    .Release = network_Release,
    .Connect = network_Connect,
    .Listen = network_Listen,
    .SetTimer = network_SetTimer,
};

/* ---- listening ---- */

static const struct IListenerVtbl listener_vtbl;

static struct listener *impl_from_IListener(IListener *iface)
{
    assert(iface->vtbl == &listener_vtbl);
    return container_of(iface, struct listener, IListener_iface);
}

static HRESULT listener_QueryInterface(IListener *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IListener, iid, out_object);
}

static uint32_t listener_AddRef(IListener *iface)
{
    return com_refs_add(&impl_from_IListener(iface)->refs);
}

static HRESULT listener_Close(IListener *iface)
{
    struct listener *listener = impl_from_IListener(iface);

    if (listener->network->listener == listener)
        listener->network->listener = NULL;
    return S_OK;
}

static uint32_t listener_Release(IListener *iface)
{
    struct listener *listener = impl_from_IListener(iface);
    uint32_t left = com_refs_release(&listener->refs);

    if (left)
        return left;
    com_ignore(listener_Close(iface)); /* cannot fail */
    ILinkSink_Release(listener->sink);
    network__release(listener->network);
    port_free(listener);
    return 0;
}

static HRESULT listener_GetEndpoint(IListener *iface, char *endpoint, uint32_t capacity)
{
    struct listener *listener = impl_from_IListener(iface);
    size_t size = strlen(listener->endpoint) + 1;

    if (size > capacity)
        return E_INVALIDARG;
    memcpy(endpoint, listener->endpoint, size);
    return S_OK;
}

static const struct IListenerVtbl listener_vtbl = {
    .QueryInterface = listener_QueryInterface,
    .AddRef = listener_AddRef,
    .Release = listener_Release,
    .GetEndpoint = listener_GetEndpoint,
    .Close = listener_Close,
};

/* A connection arrives: the thread tells who listens. */
struct accepted {
    struct task task;
    struct network_host *network;
    struct network_link *link;
};

static void run_accepted(struct task *task)
{
    struct accepted *accepted = container_of(task, struct accepted, task);
    struct listener *listener = accepted->network->listener;

    if (listener) {
        (void)listener_AddRef(&listener->IListener_iface);
        com_ignore(
            ILinkSink_Accepted(listener->sink, &accepted->link->ILink_iface)); /* who wants it has it */
        listener_Release(&listener->IListener_iface);
    }
    ILink_Release(&accepted->link->ILink_iface);
    port_free(accepted);
}

/* ---- connecting ---- */

static struct host *find_host(const char *endpoint)
{
    uint32_t i;

    for (i = 0; i < HOSTS_MAX; i++)
        if (network_state.hosts[i].name &&
            strcmp(network_state.hosts[i].name, endpoint + strlen(PREFIX)) == 0)
            return &network_state.hosts[i];
    return NULL;
}

/* The acceptor's part, in a thread of its machine. */
static void accept_main(void *argument)
{
    struct cable *cable = (struct cable *)argument;
    struct network_host *network = cable->side[1].host->network;
    struct accepted *accepted;

    if (!network || !network->listener || network->stopping) {
        network__send_end(cable, 0);
        return;
    }
    accepted = (struct accepted *)port_alloc(sizeof(*accepted));
    if (accepted)
        accepted->link = network__link_create(network, cable, 1);
    if (!accepted || !accepted->link) {
        port_free(accepted);
        network__send_end(cable, 0);
        return;
    }
    accepted->task.run = run_accepted;
    accepted->task.queued = false;
    accepted->network = network;
    network__post(network, &accepted->task);
}

/* Waits as a connect would. */
static void sleep_until(int64_t true_ns, int64_t deadline_ns)
{
    int64_t left_ns = deadline_ns - port_now_ns(), wait_ns = true_ns - sim_now_ns();

    if (left_ns < wait_ns)
        wait_ns = left_ns;
    if (wait_ns > 0)
        sim_sleep(wait_ns);
}

static HRESULT transport_Connect(ITransport *iface, const char *endpoint, int64_t deadline_ns,
                                 ILink **out_link)
{
    struct network_host *network = container_of(iface, struct network_host, ITransport_iface);
    struct draw *draw = &network_state.draw;
    struct network_link *link;
    struct cable *cable;
    struct host *to;
    bool silent;

    *out_link = NULL;
    if (strncmp(endpoint, PREFIX, strlen(PREFIX)) != 0)
        return com_fail(NET_E_BAD_ENDPOINT, "not sim:NAME: ", endpoint, NULL);
    to = find_host(endpoint);
    silent = draw_one_in(draw, network_state.options.silent_one_in);
    if (!to || (!silent && draw_one_in(draw, network_state.options.refuse_one_in))) {
        network_counters.refused++;
        return com_fail(NET_E_UNREACHABLE, "nobody listens at ", endpoint, NULL);
    }
    sleep_until(network__arrival_ns(network->host, to), deadline_ns);
    sleep_until(network__arrival_ns(to, network->host), deadline_ns);
    if (port_now_ns() >= deadline_ns || (!silent && (!to->network || !to->network->listener)))
        return com_fail(NET_E_UNREACHABLE, "no answer from ", endpoint, NULL);
    cable = network__add_cable(network->host, silent ? NULL : to);
    link = network__link_create(network, cable, 0);
    if (!link)
        return E_OUTOFMEMORY;
    if (!silent && !sim_machine_start(to->machine, accept_main, cable)) {
        ILink_Release(&link->ILink_iface);
        return E_OUTOFMEMORY;
    }
    *out_link = &link->ILink_iface;
    return S_OK;
}

static HRESULT transport_Listen(ITransport *iface, const char *endpoint, ILinkSink *sink,
                                IListener **out_listener)
{
    struct network_host *network = container_of(iface, struct network_host, ITransport_iface);
    struct listener *listener = (struct listener *)port_alloc(sizeof(*listener));

    *out_listener = NULL;
    if (!listener)
        return E_OUTOFMEMORY;
    memset(listener, 0, sizeof(*listener));
    strncpy(listener->endpoint, endpoint, sizeof(listener->endpoint) - 1);
    listener->IListener_iface.vtbl = &listener_vtbl;
    com_refs_init(&listener->refs);
    listener->network = network;
    network__addref(network);
    listener->sink = sink;
    ILinkSink_AddRef(sink);
    network->listener = listener;
    *out_listener = &listener->IListener_iface;
    return S_OK;
}

static HRESULT transport_QueryInterface(ITransport *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ITransport, iid, out_object);
}

static uint32_t transport_AddRef(ITransport *iface)
{
    return com_refs_add(&container_of(iface, struct network_host, ITransport_iface)->refs);
}

static uint32_t transport_Release(ITransport *iface)
{
    return network_Release(&container_of(iface, struct network_host, ITransport_iface)->INetwork_iface);
}

static const struct ITransportVtbl transport_vtbl = {
    .QueryInterface = transport_QueryInterface,
    .AddRef = transport_AddRef,
    .Release = transport_Release,
    .Connect = transport_Connect,
    .Listen = transport_Listen,
};

HRESULT network_create(uint32_t host, INetwork **out_network, ITransport **out_transport)
{
    struct network_host *network = (struct network_host *)port_alloc(sizeof(*network));

    if (!network)
        return E_OUTOFMEMORY;
    memset(network, 0, sizeof(*network));
    network->INetwork_iface.vtbl = &network_vtbl;
    network->IDatagramNetwork_iface.vtbl = &network__datagrams_vtbl;
    network->ITransport_iface.vtbl = &transport_vtbl;
    com_refs_init(&network->refs);
    network->host = &network_state.hosts[host];
    network->tasks_end = &network->tasks;
    if (!port_thread_start("network", network_main, network)) {
        port_free(network);
        return E_OUTOFMEMORY;
    }
    network->host->network = network;
    (void)com_refs_add(&network->refs);
    *out_network = &network->INetwork_iface;
    *out_transport = &network->ITransport_iface;
    return S_OK;
}

void network_stop(INetwork *iface)
{
    struct network_host *network = impl_from_INetwork(iface);
    int64_t give_up_ns = sim_now_ns() + SOCKETS_END_NS;
    struct cable *cable;
    uint32_t i;

    while (network->host->sockets && sim_now_ns() < give_up_ns)
        sim_sleep(PORT_NS_PER_MS);
    for (cable = network_state.cables; cable; cable = cable->next)
        for (i = 0; i < 2; i++)
            cable->side[i].gone |= cable->side[i].host == network->host;
    network->stopping = true;
    port_condition_wake_all(&network->work);
    while (!network->stopped)
        (void)sim_wait(&network->ended, PORT_FOREVER);
    for (i = 0; i < TIMERS_MAX; i++) {
        INetworkSink *sink = network->timers[i].sink;

        network->timers[i].sink = NULL;
        if (sink)
            INetworkSink_Release(sink);
    }
}
