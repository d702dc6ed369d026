#include "loopback_internal.h"
#include <string.h>
#include <transports/stream/stream_link.h>

void loopback__post(struct loopback_network *network, struct loopback_event *event)
{
    if (event->queued)
        return;
    event->queued = true;
    event->next = NULL;
    *network->events_end = event;
    network->events_end = &event->next;
    port_condition_wake_one(&network->work);
}

/* ---- the thread (lock held, let go of while a sink runs) ---- */

static bool run_event(struct loopback_network *network)
{
    struct loopback_event *event = network->events;

    if (!event)
        return false;
    network->events = event->next;
    if (!network->events)
        network->events_end = &network->events;
    event->queued = false;
    port_mutex_unlock(&network->lock);
    event->run(event);
    port_mutex_lock(&network->lock);
    return true;
}

static bool run_timer(struct loopback_network *network)
{
    struct loopback_timer *timer = network->timers;

    if (!timer || timer->deadline_ns > port_now_ns())
        return false;
    network->timers = timer->next;
    port_mutex_unlock(&network->lock);
    com_ignore(INetworkSink_Ready(timer->sink)); /* by contract */
    INetworkSink_Release(timer->sink);
    port_free(timer);
    port_mutex_lock(&network->lock);
    return true;
}

static void destroy_network(struct loopback_network *network)
{
    struct loopback_timer *timer, *next;

    for (timer = network->timers; timer; timer = next) {
        next = timer->next;
        INetworkSink_Release(timer->sink);
        port_free(timer);
    }
    port_condition_destroy(&network->work);
    port_condition_destroy(&network->ended);
    port_mutex_destroy(&network->lock);
    port_free(network);
}

static void network_main(void *argument)
{
    struct loopback_network *network = (struct loopback_network *)argument;
    bool orphaned;

    port_mutex_lock(&network->lock);
    network->thread = port_thread_slot();
    while (!network->stopping)
        if (!run_event(network) && !run_timer(network))
            (void)port_condition_wait(&network->work, &network->lock,
                                      network->timers ? network->timers->deadline_ns : PORT_FOREVER);
    network->stopped = true;
    orphaned = network->orphaned;
    port_condition_wake_all(&network->ended);
    port_mutex_unlock(&network->lock);
    if (orphaned)
        destroy_network(network);
}

/* ---- INetwork ---- */

static const struct INetworkVtbl loopback_network_vtbl;

static struct loopback_network *impl_from_INetwork(INetwork *iface)
{
    assert(iface->vtbl == &loopback_network_vtbl);
    return container_of(iface, struct loopback_network, INetwork_iface);
}

static HRESULT loopback_network_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetwork, iid, out_object);
}

static uint32_t loopback_network_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

/*
 * The network's thread ends before the memory goes. It cannot wait for itself: when a connection that it was
 * busy with was the last to hold the network, it frees the memory as it ends.
 */
static uint32_t loopback_network_Release(INetwork *iface)
{
    struct loopback_network *network = impl_from_INetwork(iface);
    uint32_t left = com_refs_release(&network->refs);

    if (left)
        return left;
    port_mutex_lock(&network->lock);
    network->stopping = true;
    network->orphaned = network->thread == port_thread_slot();
    if (network->orphaned) {
        port_mutex_unlock(&network->lock);
        return 0;
    }
    port_condition_wake_all(&network->work);
    while (!network->stopped)
        (void)port_condition_wait(&network->ended, &network->lock, PORT_FOREVER);
    port_mutex_unlock(&network->lock);
    destroy_network(network);
    return 0;
}

void loopback__addref(struct loopback_network *network)
{
    (void)loopback_network_AddRef(&network->INetwork_iface);
}

void loopback__release(struct loopback_network *network)
{
    (void)loopback_network_Release(&network->INetwork_iface);
}

static HRESULT loopback_network_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns,
                                        ISocket **out_socket)
{
    (void)deadline_ns; /* it takes no time */
    return loopback__connect(impl_from_INetwork(iface), endpoint, out_socket);
}

static HRESULT loopback_network_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                                       IListener **out_listener)
{
    return loopback__listen(impl_from_INetwork(iface), endpoint, sink, out_listener);
}

static struct loopback_timer *take_timer(struct loopback_network *network, const INetworkSink *sink)
{
    struct loopback_timer **at = &network->timers, *found;

    while (*at && (*at)->sink != sink)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

static void insert_timer(struct loopback_network *network, struct loopback_timer *timer)
{
    struct loopback_timer **at = &network->timers;

    while (*at && (*at)->deadline_ns <= timer->deadline_ns)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
    if (network->timers == timer)
        port_condition_wake_one(&network->work);
}

static HRESULT loopback_network_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    struct loopback_network *network = impl_from_INetwork(iface);
    struct loopback_timer *timer = (struct loopback_timer *)port_alloc(sizeof(*timer)), *before;

    if (!timer && deadline_ns != NET_FOREVER)
        return E_OUTOFMEMORY;
    if (timer) {
        timer->sink = sink;
        timer->deadline_ns = deadline_ns;
    }
    port_mutex_lock(&network->lock);
    before = take_timer(network, sink);
    if (deadline_ns != NET_FOREVER) {
        INetworkSink_AddRef(sink);
        insert_timer(network, timer);
        timer = NULL;
    }
    port_mutex_unlock(&network->lock);
    if (before)
        INetworkSink_Release(before->sink);
    port_free(before);
    port_free(timer);
    return S_OK;
}

static const struct INetworkVtbl loopback_network_vtbl = {
    .QueryInterface = loopback_network_QueryInterface,
    .AddRef = loopback_network_AddRef,
    .Release = loopback_network_Release,
    .Connect = loopback_network_Connect,
    .Listen = loopback_network_Listen,
    .SetTimer = loopback_network_SetTimer,
};

HRESULT loopback_network_create(INetwork **out_network)
{
    struct loopback_network *network = (struct loopback_network *)port_alloc(sizeof(*network));

    *out_network = NULL;
    if (!network)
        return E_OUTOFMEMORY;
    memset(network, 0, sizeof(*network));
    network->INetwork_iface.vtbl = &loopback_network_vtbl;
    com_refs_init(&network->refs);
    network->events_end = &network->events;
    if (!port_mutex_init(&network->lock) || !port_condition_init(&network->work) ||
        !port_condition_init(&network->ended) || !port_thread_start("loopback", network_main, network)) {
        port_free(network);
        return E_OUTOFMEMORY;
    }
    *out_network = &network->INetwork_iface;
    return S_OK;
}

HRESULT loopback_transport_create(INetwork *network, ITransport **out_transport)
{
    return stream_transport_create(network, &(struct stream_names){.scheme = "loopback"}, out_transport);
}
