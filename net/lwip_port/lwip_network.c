#include "lwip_internal.h"
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>
#include <string.h>

/* Acknowledgements, mostly. */
#define SMALL_FRAME_BYTES 128u

struct lwip_network *lwip__network;
uint16_t lwip_port_window_bytes = TCP_WND_MAX_FRAMES * TCP_MSS;

/* ---- what lwIP asks of its host ---- */

uint32_t sys_now(void)
{
    return (uint32_t)(port_now_ns() / PORT_NS_PER_MS);
}

uint32_t lwip_port_random(void)
{
    uint32_t value;

    port_random(&value, sizeof(value));
    return value;
}

void lwip_port_assert(const char *message)
{
    port_panic(message);
}

/* ---- the card ---- */

static err_t send_to_card(struct netif *netif, struct pbuf *frame)
{
    struct lwip_network *network = (struct lwip_network *)netif->state;
    struct net_part parts[8];
    uint32_t count = 0;
    struct pbuf *part;

    for (part = frame; part; part = part->next) {
        if (count == 8)
            return ERR_BUF;
        parts[count].data = part->payload;
        parts[count++].size_bytes = part->len;
    }
    return SUCCEEDED(INetworkInterface_Send(network->card, parts, count)) ? ERR_OK : ERR_IF;
}

static err_t init_netif(struct netif *netif)
{
    struct lwip_network *network = (struct lwip_network *)netif->state;

    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->output = etharp_output;
    netif->linkoutput = send_to_card;
    netif->mtu = 1500;
    netif->hwaddr_len = 6;
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_LINK_UP;
    return SUCCEEDED(INetworkInterface_GetAddress(network->card, netif->hwaddr)) ? ERR_OK : ERR_IF;
}

/* Feeds lwIP what the card received. (lock held) */
static void receive_frames(struct lwip_network *network)
{
    uint32_t length;

    while (network->card && INetworkInterface_Receive(network->card, network->frame, &length) == S_OK) {
        struct pbuf *frame = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);

        if (!frame && length <= SMALL_FRAME_BYTES)
            frame = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_RAM); /* who waits for room waits for these */
        if (!frame)
            continue; /* lost, as on a wire: TCP sends it again */
        (void)pbuf_take(frame, network->frame, (u16_t)length);
        if (network->netif.input(frame, &network->netif) != ERR_OK)
            (void)pbuf_free(frame);
    }
}

/* ---- the network's thread ---- */

void lwip__wake(void)
{
    lwip__network->woken = true;
    if (lwip__network->card)
        com_ignore(INetworkInterface_Wake(lwip__network->card)); /* cannot fail */
    else
        port_condition_wake_one(&lwip__network->wake);
}

/* Until when the thread may sleep. (lock held) */
static int64_t next_deadline(const struct lwip_network *network)
{
    int64_t deadline_ns = PORT_FOREVER;
    uint32_t sleep_ms = sys_timeouts_sleeptime();

    if (sleep_ms != SYS_TIMEOUTS_SLEEPTIME_INFINITE)
        deadline_ns = port_now_ns() + sleep_ms * PORT_NS_PER_MS;
    if (network->timers && network->timers->deadline_ns < deadline_ns)
        deadline_ns = network->timers->deadline_ns;
    return deadline_ns;
}

static bool has_frames_to_itself(void)
{
    struct netif *netif;

    NETIF_FOREACH(netif)
    {
        if (netif->loop_first)
            return true;
    }
    return false;
}

void lwip__wake_if_needed(void)
{
    struct lwip_network *network = lwip__network;

    if (!network->asleep_until_ns || network->woken)
        return;
    /* A millisecond is what lwIP counts in. */
    if (has_frames_to_itself() || next_deadline(network) + PORT_NS_PER_MS < network->asleep_until_ns)
        lwip__wake();
}

void lwip__post(struct lwip_event *event)
{
    struct lwip_network *network = lwip__network;

    if (event->queued)
        return;
    event->queued = true;
    event->next = NULL;
    if (network->events_last)
        network->events_last->next = event;
    else
        network->events = event;
    network->events_last = event;
    lwip__wake();
}

static void run_events(struct lwip_network *network)
{
    struct lwip_event *event;

    while ((event = network->events) != NULL) {
        network->events = event->next;
        if (!network->events)
            network->events_last = NULL;
        event->queued = false;
        port_mutex_unlock(&network->lock);
        event->run(event);
        port_mutex_lock(&network->lock);
    }
}

static void run_timers(struct lwip_network *network)
{
    struct lwip_timer *timer;

    while ((timer = network->timers) != NULL && timer->deadline_ns <= port_now_ns()) {
        network->timers = timer->next;
        port_mutex_unlock(&network->lock);
        com_ignore(INetworkSink_Ready(timer->sink)); /* by contract */
        INetworkSink_Release(timer->sink);
        port_free(timer);
        port_mutex_lock(&network->lock);
    }
}

/* (lock held, let go of meanwhile) */
static void sleep_until(struct lwip_network *network, int64_t deadline_ns)
{
    network->asleep_until_ns = deadline_ns;
    if (network->card) {
        port_mutex_unlock(&network->lock);
        com_ignore(INetworkInterface_Wait(network->card, deadline_ns)); /* whatever woke it, it looks */
        port_mutex_lock(&network->lock);
    } else {
        (void)port_condition_wait(&network->wake, &network->lock, deadline_ns);
    }
    network->asleep_until_ns = 0;
}

/* What came in from the card, from this machine itself, and with time. (lock held) */
static void hear(struct lwip_network *network)
{
    receive_frames(network);
    netif_poll_all();
    sys_check_timeouts();
}

bool lwip__wait(struct port_condition *condition, int64_t deadline_ns)
{
    struct lwip_network *network = lwip__network;
    bool was_woken = network->woken;
    int64_t wake_ns;

    if (network->thread != port_thread_slot())
        return port_condition_wait(condition, &network->lock, deadline_ns);
    network->woken = false; /* who believes that this thread is awake would not wake it */
    if (!has_frames_to_itself()) {
        wake_ns = next_deadline(network);
        sleep_until(network, wake_ns < deadline_ns ? wake_ns : deadline_ns);
    }
    hear(network);
    network->woken |= was_woken; /* network_main has not seen what for */
    return port_now_ns() < deadline_ns;
}

static void sleep_until_work(struct lwip_network *network)
{
    if (!network->woken && !network->events && !has_frames_to_itself())
        sleep_until(network, next_deadline(network));
}

/* Nobody waits for them any more. (lock held, let go of meanwhile) */
static void drop_timers(struct lwip_network *network)
{
    struct lwip_timer *timer;

    while ((timer = network->timers) != NULL) {
        network->timers = timer->next;
        port_mutex_unlock(&network->lock);
        INetworkSink_Release(timer->sink);
        port_free(timer);
        port_mutex_lock(&network->lock);
    }
}

static void network_main(void *argument)
{
    struct lwip_network *network = (struct lwip_network *)argument;

    port_mutex_lock(&network->lock);
    network->thread = port_thread_slot();
    while (!network->stopping) {
        network->woken = false;
        hear(network);
        run_events(network);
        run_timers(network);
        sleep_until_work(network);
    }
    drop_timers(network);
    network->stopped = true;
    port_condition_wake_all(&network->wake);
    port_mutex_unlock(&network->lock);
}

/* ---- INetwork ---- */

static const struct INetworkVtbl lwip_network_vtbl;

static struct lwip_network *impl_from_INetwork(INetwork *iface)
{
    assert(iface->vtbl == &lwip_network_vtbl);
    return container_of(iface, struct lwip_network, INetwork_iface);
}

static HRESULT lwip_network_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_INetwork, offsetof(struct lwip_network, INetwork_iface)},
        {&IID_IDatagramNetwork, offsetof(struct lwip_network, IDatagramNetwork_iface)},
    };

    return com_query_table(impl_from_INetwork(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t lwip_network_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

/*
 * Ends the thread; lwIP itself cannot be ended, so what it needs stays for the next network. The last
 * reference may be one that this thread itself gives back, of a sink that it has told: then it ends after
 * that.
 */
static uint32_t lwip_network_Release(INetwork *iface)
{
    struct lwip_network *network = impl_from_INetwork(iface);
    uint32_t left = com_refs_release(&network->refs);

    if (left)
        return left;
    port_mutex_lock(&network->lock);
    network->stopping = true;
    lwip__wake();
    while (!network->stopped && network->thread != port_thread_slot())
        (void)port_condition_wait(&network->wake, &network->lock, PORT_FOREVER);
    port_mutex_unlock(&network->lock);
    return 0;
}

static HRESULT lwip_network_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns,
                                    ISocket **out_socket)
{
    (void)iface;
    return lwip__connect(endpoint, deadline_ns, out_socket);
}

static HRESULT lwip_network_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                                   IListener **out_listener)
{
    (void)iface;
    return lwip__listen(endpoint, sink, out_listener);
}

static struct lwip_timer *take_timer(struct lwip_network *network, const INetworkSink *sink)
{
    struct lwip_timer **at = &network->timers, *found;

    while (*at && (*at)->sink != sink)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

static void insert_timer(struct lwip_network *network, struct lwip_timer *timer)
{
    struct lwip_timer **at = &network->timers;

    while (*at && (*at)->deadline_ns <= timer->deadline_ns)
        at = &(*at)->next;
    timer->next = *at;
    *at = timer;
    if (timer->deadline_ns < network->asleep_until_ns)
        lwip__wake();
}

static HRESULT lwip_network_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    struct lwip_network *network = impl_from_INetwork(iface);
    struct lwip_timer *timer;
    HRESULT hr = S_OK;

    port_mutex_lock(&network->lock);
    timer = take_timer(network, sink);
    if (deadline_ns != NET_FOREVER) {
        if (!timer) {
            timer = (struct lwip_timer *)port_alloc(sizeof(*timer));
            if (timer) {
                INetworkSink_AddRef(sink);
                timer->sink = sink;
            }
        }
        if (timer) {
            timer->deadline_ns = deadline_ns;
            insert_timer(network, timer);
            timer = NULL;
        } else {
            hr = E_OUTOFMEMORY;
        }
    }
    port_mutex_unlock(&network->lock);
    if (timer) {
        INetworkSink_Release(timer->sink);
        port_free(timer);
    }
    return hr;
}

static const struct INetworkVtbl lwip_network_vtbl = {
    .QueryInterface = lwip_network_QueryInterface,
    .AddRef = lwip_network_AddRef,
    .Release = lwip_network_Release,
    .Connect = lwip_network_Connect,
    .Listen = lwip_network_Listen,
    .SetTimer = lwip_network_SetTimer,
};

/* ---- IDatagramNetwork ---- */

static const struct IDatagramNetworkVtbl lwip_datagrams_vtbl;

static INetwork *network_of(IDatagramNetwork *iface)
{
    assert(iface->vtbl == &lwip_datagrams_vtbl);
    return &container_of(iface, struct lwip_network, IDatagramNetwork_iface)->INetwork_iface;
}

static HRESULT lwip_datagrams_QueryInterface(IDatagramNetwork *iface, const IID *iid, void **out_object)
{
    return lwip_network_QueryInterface(network_of(iface), iid, out_object);
}

static uint32_t lwip_datagrams_AddRef(IDatagramNetwork *iface)
{
    return lwip_network_AddRef(network_of(iface));
}

static uint32_t lwip_datagrams_Release(IDatagramNetwork *iface)
{
    return lwip_network_Release(network_of(iface));
}

static HRESULT lwip_datagrams_Open(IDatagramNetwork *iface, const struct net_address *local,
                                   const struct net_address *peer, IDatagramSocket **out_socket)
{
    (void)iface;
    return lwip__datagram_open(local, peer, out_socket);
}

static const struct IDatagramNetworkVtbl lwip_datagrams_vtbl = {
    .QueryInterface = lwip_datagrams_QueryInterface,
    .AddRef = lwip_datagrams_AddRef,
    .Release = lwip_datagrams_Release,
    .Open = lwip_datagrams_Open,
};

/* ---- life ---- */

/* See lwipopts.h. */
static void fit_window(uint32_t depth)
{
    uint32_t frames = (depth * 3 + 4) / 5;

    if (frames < TCP_WND_MAX_FRAMES)
        lwip_port_window_bytes = (uint16_t)(frames * TCP_MSS);
}

static HRESULT add_card(struct lwip_network *network, const struct lwip_network_config *config)
{
    ip4_addr_t address, netmask, gateway;

    if (!ip4addr_aton(config->address, &address) || !ip4addr_aton(config->netmask, &netmask) ||
        !ip4addr_aton(config->gateway, &gateway))
        return E_INVALIDARG;
    network->card = config->card;
    INetworkInterface_AddRef(network->card);
    if (!netif_add(&network->netif, &address, &netmask, &gateway, network, init_netif, ethernet_input))
        return OS_E_IO;
    fit_window(INetworkInterface_GetDepth(network->card));
    netif_set_default(&network->netif);
    netif_set_up(&network->netif);
    return S_OK;
}

HRESULT lwip_network_create(const struct lwip_network_config *config, INetwork **out_network)
{
    struct lwip_network *network = lwip__network;
    HRESULT hr = S_OK;

    *out_network = NULL;
    if (network && !network->stopped)
        return E_UNEXPECTED;
    if (!network) {
        network = (struct lwip_network *)port_alloc(sizeof(*network));
        if (!network)
            return E_OUTOFMEMORY;
        memset(network, 0, sizeof(*network));
        if (!port_mutex_init(&network->lock) || !port_condition_init(&network->wake)) {
            port_free(network);
            return E_OUTOFMEMORY;
        }
        network->INetwork_iface.vtbl = &lwip_network_vtbl;
        network->IDatagramNetwork_iface.vtbl = &lwip_datagrams_vtbl;
        lwip__network = network;
        lwip_init();
    }
    com_refs_init(&network->refs);
    network->stopping = false;
    network->stopped = false;
    network->thread = NULL; /* it says which one it is */
    if (config->card && !network->card)
        hr = add_card(network, config);
    if (SUCCEEDED(hr) && !port_thread_start("network", network_main, network))
        hr = E_OUTOFMEMORY;
    if (FAILED(hr)) {
        network->stopped = true;
        return hr;
    }
    *out_network = &network->INetwork_iface;
    return S_OK;
}
