#include "uv_internal.h"
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_AT_ONCE 32

/* ---- the inner epoll set ---- */

void uv__source_add(struct uv_network *network, struct uv_source *source)
{
    port_mutex_lock(&network->lock);
    source->next = network->sources;
    network->sources = source;
    port_mutex_unlock(&network->lock);
}

void uv__source_remove(struct uv_network *network, struct uv_source *source)
{
    struct uv_source **at;

    port_mutex_lock(&network->lock);
    for (at = &network->sources; *at && *at != source; at = &(*at)->next)
        ;
    if (*at)
        *at = source->next;
    port_mutex_unlock(&network->lock);
    if (source->armed_before)
        (void)epoll_ctl(network->epoll_fd, EPOLL_CTL_DEL, source->fd,
                        NULL); /* closing the descriptor does it as well */
}

HRESULT uv__source_arm(struct uv_network *network, struct uv_source *source, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = source};

    if (!events) {
        /* Out of the set: a hang-up is reported whatever is asked for, again and again. */
        if (source->armed_before)
            (void)epoll_ctl(network->epoll_fd, EPOLL_CTL_DEL, source->fd, NULL); /* it is in the set */
        source->armed_before = false;
        return S_OK;
    }
    if (epoll_ctl(network->epoll_fd, source->armed_before ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, source->fd,
                  &event))
        return OS_E_IO;
    source->armed_before = true;
    return S_OK;
}

/* A reference to `wanted` if it is still there: its last Release may be under way in another thread. */
static bool hold_source(struct uv_network *network, const struct uv_source *wanted)
{
    struct uv_source *source;
    bool held = false;

    port_mutex_lock(&network->lock);
    for (source = network->sources; source && source != wanted; source = source->next)
        ;
    if (source) {
        uint32_t count = __atomic_load_n(&source->refs.count, __ATOMIC_RELAXED);

        while (count && !held)
            held = __atomic_compare_exchange_n(&source->refs.count, &count, count + 1, false,
                                               __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
    }
    port_mutex_unlock(&network->lock);
    return held;
}

static void on_poll(uv_poll_t *poll, int status, int uv_events)
{
    struct uv_network *network = (struct uv_network *)poll->data;
    struct epoll_event events[EVENTS_AT_ONCE];
    int i, count = epoll_wait(network->epoll_fd, events, EVENTS_AT_ONCE, 0);

    (void)status;
    (void)uv_events;
    for (i = 0; i < count; i++) {
        struct uv_source *source = (struct uv_source *)events[i].data.ptr;

        if (hold_source(network, source))
            source->ready(source);
    }
}

/* ---- timers ---- */

static void on_timer(uv_timer_t *timer);

/* Sets libuv's one timer to the earliest deadline. (loop's thread) */
static void restart_timer(struct uv_network *network)
{
    int64_t now_ns = port_now_ns(), left_ns = -1;

    port_mutex_lock(&network->lock);
    network->wake_ns = network->deadlines ? network->deadlines->deadline_ns : NET_FOREVER;
    if (network->deadlines)
        left_ns = network->wake_ns > now_ns ? network->wake_ns - now_ns : 0;
    port_mutex_unlock(&network->lock);
    if (left_ns < 0) {
        uv_timer_stop(&network->timer);
        return;
    }
    uv_update_time(&network->loop);
    uv_timer_start(&network->timer, on_timer, (uint64_t)((left_ns + PORT_NS_PER_MS - 1) / PORT_NS_PER_MS), 0);
}

/* Keeps one that passed for the next that is set. */
static void keep_spare(struct uv_network *network, struct uv_deadline *passed)
{
    struct uv_deadline *before;

    port_mutex_lock(&network->lock);
    before = network->spare_deadline;
    network->spare_deadline = passed;
    port_mutex_unlock(&network->lock);
    port_free(before);
}

/* (lock held) @retval NULL out of memory */
static struct uv_deadline *take_spare(struct uv_network *network)
{
    struct uv_deadline *spare = network->spare_deadline;

    network->spare_deadline = NULL;
    return spare ? spare : (struct uv_deadline *)port_alloc(sizeof(*spare));
}

static void on_timer(uv_timer_t *timer)
{
    struct uv_network *network = (struct uv_network *)timer->data;

    for (;;) {
        struct uv_deadline *due = NULL;

        port_mutex_lock(&network->lock);
        if (network->deadlines && network->deadlines->deadline_ns <= port_now_ns()) {
            due = network->deadlines;
            network->deadlines = due->next;
        }
        port_mutex_unlock(&network->lock);
        if (!due)
            break;
        com_ignore(INetworkSink_Ready(due->sink)); /* by contract */
        INetworkSink_Release(due->sink);
        keep_spare(network, due);
    }
    restart_timer(network);
}

static struct uv_deadline *take_deadline(struct uv_network *network, const INetworkSink *sink)
{
    struct uv_deadline **at = &network->deadlines, *found;

    while (*at && (*at)->sink != sink)
        at = &(*at)->next;
    found = *at;
    if (found)
        *at = found->next;
    return found;
}

static void insert_deadline(struct uv_network *network, struct uv_deadline *deadline)
{
    struct uv_deadline **at = &network->deadlines;

    while (*at && (*at)->deadline_ns <= deadline->deadline_ns)
        at = &(*at)->next;
    deadline->next = *at;
    *at = deadline;
}

static HRESULT uv_network_SetTimer(INetwork *iface, INetworkSink *sink, int64_t deadline_ns)
{
    struct uv_network *network = container_of(iface, struct uv_network, INetwork_iface);
    struct uv_deadline *deadline;
    bool earlier = false;
    HRESULT hr = S_OK;

    port_mutex_lock(&network->lock);
    deadline = take_deadline(network, sink);
    if (deadline_ns != NET_FOREVER) {
        if (!deadline) {
            deadline = take_spare(network);
            if (deadline) {
                INetworkSink_AddRef(sink);
                deadline->sink = sink;
            }
        }
        if (deadline) {
            deadline->deadline_ns = deadline_ns;
            insert_deadline(network, deadline);
            deadline = NULL;
            earlier = deadline_ns < network->wake_ns;
            if (earlier)
                network->wake_ns = deadline_ns; /* who else is no earlier need not wake it again */
        } else {
            hr = E_OUTOFMEMORY;
        }
    }
    port_mutex_unlock(&network->lock);
    if (deadline) { /* taken back */
        INetworkSink_Release(deadline->sink);
        port_free(deadline);
    }
    if (earlier)
        uv_async_send(&network->async);
    return hr;
}

static void on_async(uv_async_t *async)
{
    struct uv_network *network = (struct uv_network *)async->data;
    bool stopping;

    port_mutex_lock(&network->lock);
    stopping = network->stopping;
    port_mutex_unlock(&network->lock);
    if (stopping) {
        uv_close((uv_handle_t *)&network->async, NULL);
        uv_close((uv_handle_t *)&network->timer, NULL);
        uv_close((uv_handle_t *)&network->poll, NULL);
    } else {
        restart_timer(network);
    }
}

/* ---- INetwork ---- */

static const struct INetworkVtbl uv_network_vtbl;

static struct uv_network *impl_from_INetwork(INetwork *iface)
{
    assert(iface->vtbl == &uv_network_vtbl);
    return container_of(iface, struct uv_network, INetwork_iface);
}

static HRESULT uv_network_QueryInterface(INetwork *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_INetwork, offsetof(struct uv_network, INetwork_iface)},
        {&IID_IDatagramNetwork, offsetof(struct uv_network, IDatagramNetwork_iface)},
    };

    return com_query_table(impl_from_INetwork(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t uv_network_AddRef(INetwork *iface)
{
    return com_refs_add(&impl_from_INetwork(iface)->refs);
}

static void free_network(struct uv_network *network)
{
    struct uv_deadline *deadline, *next;

    uv_loop_close(&network->loop);
    for (deadline = network->deadlines; deadline; deadline = next) {
        next = deadline->next;
        INetworkSink_Release(deadline->sink);
        port_free(deadline);
    }
    close(network->epoll_fd);
    close(network->spare_fd);
    port_mutex_destroy(&network->lock);
    port_free(network->spare_deadline);
    port_free(network);
}

/* The last reference may be given back on the loop's own thread, which cannot wait for itself. */
static void free_on_own_thread(void *argument)
{
    struct uv_network *network = (struct uv_network *)argument;

    uv_thread_join(&network->thread);
    free_network(network);
}

static uint32_t uv_network_Release(INetwork *iface)
{
    struct uv_network *network = impl_from_INetwork(iface);
    uint32_t left = com_refs_release(&network->refs);
    uv_thread_t self = uv_thread_self();

    if (left)
        return left;
    port_mutex_lock(&network->lock);
    network->stopping = true;
    port_mutex_unlock(&network->lock);
    uv_async_send(&network->async);
    if (!uv_thread_equal(&self, &network->thread))
        free_on_own_thread(network);
    else if (!port_thread_start("uv-end", free_on_own_thread, network))
        port_panic("no thread to end the network");
    return 0;
}

void uv__network_addref(struct uv_network *network)
{
    (void)uv_network_AddRef(&network->INetwork_iface);
}

void uv__network_release(struct uv_network *network)
{
    (void)uv_network_Release(&network->INetwork_iface);
}

static HRESULT uv_network_Connect(INetwork *iface, const char *endpoint, int64_t deadline_ns,
                                  ISocket **out_socket)
{
    return uv__connect(impl_from_INetwork(iface), endpoint, deadline_ns, out_socket);
}

static HRESULT uv_network_Listen(INetwork *iface, const char *endpoint, IAcceptSink *sink,
                                 IListener **out_listener)
{
    return uv__listen(impl_from_INetwork(iface), endpoint, sink, out_listener);
}

static const struct INetworkVtbl uv_network_vtbl = {
    .QueryInterface = uv_network_QueryInterface,
    .AddRef = uv_network_AddRef,
    .Release = uv_network_Release,
    .Connect = uv_network_Connect,
    .Listen = uv_network_Listen,
    .SetTimer = uv_network_SetTimer,
};

/* ---- IDatagramNetwork ---- */

static const struct IDatagramNetworkVtbl uv_datagrams_vtbl;

static struct uv_network *impl_from_IDatagramNetwork(IDatagramNetwork *iface)
{
    assert(iface->vtbl == &uv_datagrams_vtbl);
    return container_of(iface, struct uv_network, IDatagramNetwork_iface);
}

static HRESULT uv_datagrams_QueryInterface(IDatagramNetwork *iface, const IID *iid, void **out_object)
{
    return uv_network_QueryInterface(&impl_from_IDatagramNetwork(iface)->INetwork_iface, iid, out_object);
}

static uint32_t uv_datagrams_AddRef(IDatagramNetwork *iface)
{
    return uv_network_AddRef(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static uint32_t uv_datagrams_Release(IDatagramNetwork *iface)
{
    return uv_network_Release(&impl_from_IDatagramNetwork(iface)->INetwork_iface);
}

static HRESULT uv_datagrams_Open(IDatagramNetwork *iface, const struct net_address *local,
                                 const struct net_address *peer, IDatagramSocket **out_socket)
{
    return uv__datagram_open(impl_from_IDatagramNetwork(iface), local, peer, out_socket);
}

static const struct IDatagramNetworkVtbl uv_datagrams_vtbl = {
    .QueryInterface = uv_datagrams_QueryInterface,
    .AddRef = uv_datagrams_AddRef,
    .Release = uv_datagrams_Release,
    .Open = uv_datagrams_Open,
};

/* ---- life ---- */

static void loop_main(void *argument)
{
    struct uv_network *network = (struct uv_network *)argument;

    pthread_setname_np(pthread_self(), "uv-loop");
    uv_run(&network->loop, UV_RUN_DEFAULT); /* until all handles are closed */
}

static bool init_handles(struct uv_network *network)
{
    network->async.data = network;
    network->timer.data = network;
    network->poll.data = network;
    return uv_async_init(&network->loop, &network->async, on_async) == 0 &&
           uv_timer_init(&network->loop, &network->timer) == 0 &&
           uv_poll_init(&network->loop, &network->poll, network->epoll_fd) == 0 &&
           uv_poll_start(&network->poll, UV_READABLE, on_poll) == 0;
}

HRESULT uv_network_create(INetwork **out_network)
{
    struct uv_network *network = (struct uv_network *)port_alloc(sizeof(*network));

    *out_network = NULL;
    if (!network)
        return E_OUTOFMEMORY;
    memset(network, 0, sizeof(*network));
    network->INetwork_iface.vtbl = &uv_network_vtbl;
    network->IDatagramNetwork_iface.vtbl = &uv_datagrams_vtbl;
    com_refs_init(&network->refs);
    network->wake_ns = NET_FOREVER;
    network->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    network->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (network->epoll_fd < 0 || network->spare_fd < 0 || !port_mutex_init(&network->lock) ||
        uv_loop_init(&network->loop)) {
        if (network->epoll_fd >= 0)
            close(network->epoll_fd);
        if (network->spare_fd >= 0)
            close(network->spare_fd);
        port_free(network);
        return OS_E_IO;
    }
    if (!init_handles(network) || uv_thread_create(&network->thread, loop_main, network)) {
        /* Nothing runs yet: the handles that exist are closed by a run of the loop here. */
        network->stopping = true;
        uv_walk(&network->loop, (uv_walk_cb)uv_close, NULL);
        uv_run(&network->loop, UV_RUN_DEFAULT);
        free_network(network);
        return OS_E_IO;
    }
    *out_network = &network->INetwork_iface;
    return S_OK;
}
