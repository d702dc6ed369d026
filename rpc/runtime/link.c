/* A link's life, its sending side and what the network's thread does for it. */
#include "caller.h"
#include "observe.h"
#include "view.h"
#include <string.h>

/* The session's tables are behind the link, in the same memory. */
#define SESSION_MEMORY_AT \
    ((sizeof(struct rpc_link) + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t))

/* What the network's own thread reads of one link before it looks after the others again. */
enum { FRAMES_AT_ONCE = 32 };

/* ---- life ---- */

static void free_released(struct rpc_import_entry *entry);

/* Those who watch a dead link are told, once. (lock held, let go of meanwhile) */
static void tell_watchers(struct rpc_link *link)
{
    struct rpc_watch *watch;

    while ((watch = link->watches) != NULL) {
        link->watches = watch->next;
        watch->listed = false;
        watch->telling = true;
        port_mutex_unlock(&link->lock);
        watch->tell(watch);
        port_mutex_lock(&link->lock);
    }
}

/*
 * What is left of a dead link may stay for long: not its channel. Who is still in that was woken. (lock held,
 * let go of meanwhile)
 */
static void give_back_channel(struct rpc_link *link)
{
    ILink *channel;

    while (link->sending || link->receiving)
        (void)port_condition_wait(&link->changed, &link->lock, PORT_FOREVER);
    channel = link->channel;
    link->channel = NULL;
    if (!channel)
        return;
    port_mutex_unlock(&link->lock);
    ILink_Release(channel);
    port_mutex_lock(&link->lock);
}

/* A worker's part of a link: objects end in a worker, never in a thread that happens to read. */
static void reap(struct rpc_work *work)
{
    struct rpc_link *link = container_of(work, struct rpc_link, reap);
    struct rpc_import_entry *released = NULL;
    bool dead;

    port_mutex_lock(&link->lock);
    for (;;) {
        IUnknown *object = (IUnknown *)rpc_exports_reap(&link->session.exports);

        if (!object)
            break;
        port_mutex_unlock(&link->lock);
        IUnknown_Release(object);
        port_mutex_lock(&link->lock);
    }
    dead = link->ended; /* else who ends it has the worker come again */
    if (dead) {
        rpc__answers_end(link);
        rpc__incoming_cancel_all(link);
        give_back_channel(link);
    }
    if (dead) { /* nobody is left to be told; each of them holds the link */
        released = link->session.imports.released;
        link->session.imports.released = NULL;
        link->reaped = true;
    }
    port_mutex_unlock(&link->lock);
    free_released(released);
    if (dead) {
        rpc__link_retire(link);
        port_mutex_lock(&link->lock);
        tell_watchers(link); /* last: whoever is told may dial again */
        port_mutex_unlock(&link->lock);
    }
    rpc__link_release(link);
}

void rpc__link_reap_soon(struct rpc_link *link)
{
    if (!rpc_exports_has_dying(&link->session.exports) && (!link->closed || link->reaped))
        return;
    rpc__link_addref(link);
    if (!rpc__node_queue(link->node, &link->reap))
        rpc__link_release(link); /* it waits already, with a reference of its own */
}

/* Whether it is a link whose peer came to us and has not shaken hands yet; since when. */
static bool is_stranger(struct rpc_link *link, int64_t *out_since_ns)
{
    bool is;

    port_mutex_lock(&link->lock);
    is = !link->closed && link->session.state == RPC_ACCEPTING;
    *out_since_ns = link->session.lease.started_ns;
    port_mutex_unlock(&link->lock);
    return is;
}

static bool has_ended(struct rpc_link *link)
{
    bool has;

    port_mutex_lock(&link->lock);
    has = link->ended;
    port_mutex_unlock(&link->lock);
    return has;
}

static bool end_stranger(struct rpc_link *link)
{
    bool is;

    port_mutex_lock(&link->lock);
    is = link->session.state == RPC_ACCEPTING; /* it may have said something meanwhile */
    if (is)
        rpc__link_fail(link, RPC_E_OUT_OF_RESOURCES, "others need the place of a silent peer", true);
    port_mutex_unlock(&link->lock);
    if (is)
        rpc__link_retire(link);
    return is;
}

/* How many links have ended and wait for a worker, in the node's list or not. */
static uint32_t count_unreaped(struct rpc_node *node)
{
    struct rpc_link *link;
    uint32_t count = 0;

    port_mutex_lock(&node->lock);
    for (link = node->all; link; link = link->next_of_all) {
        port_mutex_lock(&link->lock);
        count += link->ended && !link->reaped;
        port_mutex_unlock(&link->lock);
    }
    port_mutex_unlock(&node->lock);
    return count;
}

bool rpc__link_make_room(struct rpc_node *node)
{
    struct rpc_link *links[PORT_MAX_LINKS], *oldest = NULL;
    uint32_t count = rpc__node_take_links(node, links), i;
    int64_t oldest_ns = PORT_FOREVER, since_ns;
    bool made = false, may = count_unreaped(node) <= PORT_MAX_LINKS; /* else they would be without number */

    for (i = 0; may && i < count; i++) {
        if (has_ended(links[i])) {
            rpc__link_retire(links[i]); /* now, not when a worker comes to it */
            made = true;
        } else if (is_stranger(links[i], &since_ns) && since_ns < oldest_ns) {
            oldest = links[i];
            oldest_ns = since_ns;
        }
    }
    if (!made && oldest)
        made = end_stranger(oldest);
    for (i = 0; i < count; i++)
        rpc__link_release(links[i]);
    return made;
}

static struct rpc_link *impl_from_sink(INetworkSink *iface)
{
    return container_of(iface, struct rpc_link, sink_iface);
}

static HRESULT link_sink_QueryInterface(INetworkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INetworkSink, iid, out_object);
}

static uint32_t link_sink_AddRef(INetworkSink *iface)
{
    return com_refs_add(&impl_from_sink(iface)->refs);
}

static void destroy_link(struct rpc_link *link)
{
    struct rpc_node *node = link->node;
    struct rpc_link **at;

    port_mutex_lock(&node->lock);
    for (at = &node->all; *at && *at != link; at = &(*at)->next_of_all)
        ;
    if (*at)
        *at = link->next_of_all;
    if (link->counters)
        node->observer->detach(link);
    port_mutex_unlock(&node->lock);
    rpc__view_closed(link);
    if (link->channel) /* it never became one of the node's */
        ILink_Release(link->channel);
    port_condition_destroy(&link->changed);
    port_mutex_destroy(&link->lock);
    rpc__classes_free(link);
    port_free(link->offers);
    port_free(link->endpoint);
    port_free(link);
    rpc__node_release(node);
}

static uint32_t link_sink_Release(INetworkSink *iface)
{
    struct rpc_link *link = impl_from_sink(iface);
    uint32_t left = com_refs_release(&link->refs);

    if (!left)
        destroy_link(link);
    return left;
}

/* Something can be read and nobody did. Runs on the network's own thread. */
static HRESULT link_sink_Ready(INetworkSink *iface)
{
    struct rpc_link *link = impl_from_sink(iface);
    uint32_t frames = 0;

    port_mutex_lock(&link->lock);
    link->watched = false;
    if (rpc__reader_enter(link, RPC_NETWORK, NULL)) {
        while (frames < FRAMES_AT_ONCE && rpc__reader_step(link, NET_NO_WAIT) == S_OK)
            frames++;
        rpc__reader_leave(link); /* what is left makes it Ready again, behind the others */
    }
    port_mutex_unlock(&link->lock);
    return S_OK;
}

static const struct INetworkSinkVtbl link_sink_vtbl = {
    .QueryInterface = link_sink_QueryInterface,
    .AddRef = link_sink_AddRef,
    .Release = link_sink_Release,
    .Ready = link_sink_Ready,
};

void rpc__link_addref(struct rpc_link *link)
{
    (void)link_sink_AddRef(&link->sink_iface);
}

void rpc__link_release(struct rpc_link *link)
{
    (void)link_sink_Release(&link->sink_iface);
}

static bool init_locks(struct rpc_link *link)
{
    if (!port_mutex_init(&link->lock))
        return false;
    if (!port_condition_init(&link->changed)) {
        port_mutex_destroy(&link->lock);
        return false;
    }
    return true;
}

/* What the peer will see as export 0, with one reference; NULL: nothing. */
static INamespace *get_exported_root(struct rpc_node *node)
{
    INamespace *root;

    port_mutex_lock(&node->lock);
    root = node->exported_root;
    if (root)
        INamespace_AddRef(root);
    port_mutex_unlock(&node->lock);
    return root;
}

/* Enters the link into the node's list, which takes a reference, unless that is full. */
static HRESULT enlist(struct rpc_node *node, struct rpc_link *link)
{
    HRESULT hr = S_OK;

    port_mutex_lock(&node->lock);
    if (node->closing) {
        hr = RPC_E_DISCONNECTED;
    } else if (node->link_count == PORT_MAX_LINKS) {
        hr = RPC_E_OUT_OF_RESOURCES;
    } else {
        rpc__link_addref(link);
        link->serial = ++node->last_serial;
        link->listed = true;
        link->next = node->links;
        node->links = link;
        node->link_count++;
        link->next_of_all = node->all;
        node->all = link;
    }
    port_mutex_unlock(&node->lock);
    return hr;
}

HRESULT rpc__link_create(struct rpc_node *node, ILink *channel, bool dialled, struct rpc_link **out_link)
{
    struct rpc_session_config config = {
        .terms = &node->terms,
        .dialler = dialled,
        .incarnation = rpc__node_incarnation(node),
    };
    size_t bytes = SESSION_MEMORY_AT + rpc_session_bytes(&node->terms);
    uint8_t *memory = (uint8_t *)port_alloc(bytes);
    struct rpc_link *link = (struct rpc_link *)(void *)memory;
    INamespace *root;
    HRESULT hr;

    if (!memory)
        return E_OUTOFMEMORY;
    memset(memory, 0, bytes);
    if (!init_locks(link)) {
        port_free(link);
        return E_OUTOFMEMORY;
    }
    link->sink_iface.vtbl = &link_sink_vtbl;
    com_refs_init(&link->refs);
    link->reap.run = reap;
    link->node = node;
    rpc__node_addref(node);
    link->channel = channel;
    ILink_AddRef(channel);

    root = get_exported_root(node);
    config.root = root;
    rpc_session_init(&link->session, &config, memory + SESSION_MEMORY_AT, port_now_ns());
    if (node->observer)
        node->observer->attach(link);
    hr = enlist(node, link); /* last: from here on others see it */
    if (FAILED(hr)) {
        if (root)
            INamespace_Release(root);
        rpc__link_release(link);
        return hr;
    }
    *out_link = link;
    return S_OK;
}

void rpc__link_wake_waiters(struct rpc_link *link)
{
    struct rpc_call *call;

    for (call = link->waiters; call; call = call->next)
        if (call->wants_credit)
            port_condition_wake_one(call->wake);
}

void rpc__link_close_if_drained(struct rpc_link *link)
{
    if (link->session.leaving && !link->closed && !link->sending && !link->running &&
        rpc_session_is_drained(&link->session))
        rpc__link_end(link, RPC_E_DISCONNECTED, rpc_session_detail(&link->session));
}

/* Whoever waits for something of a dead link is told, once. (lock held) */
static void close_link(struct rpc_link *link)
{
    struct rpc_calls *calls = &link->session.calls;
    int64_t until_ns = port_now_ns() + RPC_NETWORK_SEND_NS;
    uint16_t i;

    if (link->closed)
        return;
    link->closed = true;
    for (i = 0; i < calls->used; i++) {
        struct rpc_call_slot *slot = &calls->slots[i];
        struct rpc_call *call = (struct rpc_call *)slot->owner;

        if (slot->state == RPC_CALL_FREE)
            continue;
        rpc_calls_end(calls, slot);
        if (call)
            rpc__call_disconnect(call, rpc_session_detail(&link->session));
    }
    rpc__link_wake_waiters(link);
    port_condition_wake_all(&link->changed);
    while (link->sending && rpc_session_has_output(&link->session) &&
           port_condition_wait(&link->changed, &link->lock, until_ns))
        ;                                      /* who is sending takes the Abort along */
    rpc__link_flush(link, until_ns);           /* the Abort, if it is due */
    com_ignore(ILink_Shutdown(link->channel)); /* wakes who reads; it cannot fail usefully */
    rpc__link_reap_soon(link);
    link->ended = true;
    port_condition_wake_all(&link->changed);
}

void rpc__link_await_end(struct rpc_link *link)
{
    while (!link->ended)
        (void)port_condition_wait(&link->changed, &link->lock, PORT_FOREVER);
}

void rpc__link_fail(struct rpc_link *link, HRESULT hr, const char *detail, bool send_abort)
{
    rpc_session_fail(&link->session, hr, detail, send_abort);
    close_link(link);
}

void rpc__link_end(struct rpc_link *link, HRESULT hr, const char *detail)
{
    rpc_session_fail(&link->session, hr, detail, false);
    rpc_session_forget(&link->session);
    close_link(link);
    rpc__link_reap_soon(link); /* if it was dead already */
}

/* ---- sending ---- */

static void free_released(struct rpc_import_entry *entry)
{
    struct rpc_import_entry *next;

    for (; entry; entry = next) {
        next = entry->next;
        rpc__import_free((struct rpc_import *)(void *)entry);
    }
}

/* (lock held and `sending` ours; lets go of the lock meanwhile) */
static HRESULT send_frame(struct rpc_link *link, const uint8_t *frame, size_t size, int64_t deadline_ns)
{
    struct net_part part = {frame, (uint32_t)size};
    HRESULT hr;

    port_mutex_unlock(&link->lock);
    hr = ILink_Send(link->channel, &part, 1, deadline_ns);
    port_mutex_lock(&link->lock);
    rpc__observe_frame_out(link, size);
    return hr;
}

/*
 * Control frames go out before `sending` is given up, so that none waits for the next caller. (as send_frame)
 */
static HRESULT send_output(struct rpc_link *link, int64_t deadline_ns)
{
    uint8_t frame[RPC_CONTROL_FRAME_MAX];
    struct rpc_import_entry *released;
    HRESULT hr = S_OK;

    while (SUCCEEDED(hr) && rpc_session_has_output(&link->session)) {
        size_t size = rpc_session_poll(&link->session, frame, port_now_ns(), &released);

        if (!size)
            break;
        if (frame[0] == RPC_CANCEL)
            rpc__link_wake_waiters(link); /* of a call that was kept, the credit is there again */
        hr = send_frame(link, frame, size, deadline_ns);
        if (released) {
            port_mutex_unlock(&link->lock);
            free_released(released);
            port_mutex_lock(&link->lock);
        }
    }
    return hr;
}

static void stop_sending(struct rpc_link *link, HRESULT hr, int64_t deadline_ns)
{
    link->sending = false;
    port_condition_wake_all(&link->changed);
    if (SUCCEEDED(hr))
        rpc__link_close_if_drained(link);
    else if (!link->closed && port_now_ns() < deadline_ns) /* not for want of time: the peer ended it */
        rpc__link_end(link, RPC_E_DISCONNECTED, "the connection was lost while sending");
    else
        rpc__link_fail(link, RPC_E_DISCONNECTED, "the connection was lost while sending", false);
}

HRESULT rpc__link_send(struct rpc_link *link, const uint8_t *frame, size_t size, int64_t deadline_ns)
{
    HRESULT hr;

    while (link->sending && !link->closed)
        if (!port_condition_wait(&link->changed, &link->lock, deadline_ns))
            return RPC_E_TIMEOUT;
    if (link->closed)
        return RPC_E_DISCONNECTED;

    link->sending = true;
    /* Before it leave the greeting, Cancels of earlier calls, and Classes that it names. */
    hr = send_output(link, deadline_ns);
    if (SUCCEEDED(hr))
        hr = send_frame(link, frame, size, deadline_ns);
    if (SUCCEEDED(hr))
        hr = send_output(link, deadline_ns);
    stop_sending(link, hr, deadline_ns);
    return link->closed ? RPC_E_DISCONNECTED : S_OK;
}

void rpc__link_flush(struct rpc_link *link, int64_t deadline_ns)
{
    if (link->sending || !link->channel || !rpc_session_has_output(&link->session))
        return;
    link->sending = true;
    stop_sending(link, send_output(link, deadline_ns), deadline_ns);
}

/* ---- the network's thread ---- */

int64_t rpc__link_service(struct rpc_link *link, int64_t now_ns)
{
    int64_t next_ns = PORT_FOREVER;

    port_mutex_lock(&link->lock);
    if (!link->closed) {
        next_ns = rpc_session_tick(&link->session, now_ns);
        if (link->session.state == RPC_DEAD)
            close_link(link);
        else
            rpc__link_flush(link, now_ns + RPC_NETWORK_SEND_NS);
    }
    if (!link->closed && link->executing && now_ns - link->since_ns >= PORT_LINGER_NS) {
        /* A call that takes longer must not keep others from being read. */
        link->executing = false;
        rpc__reader_leave(link);
    }
    if (!link->closed && link->reader == RPC_NOBODY && !link->watched) {
        if (now_ns - link->since_ns >= PORT_LINGER_NS)
            rpc__reader_watch(link);
        else
            next_ns = link->since_ns + PORT_LINGER_NS;
    } else if (!link->closed && link->executing && next_ns > link->since_ns + PORT_LINGER_NS) {
        next_ns = link->since_ns + PORT_LINGER_NS;
    }
    port_mutex_unlock(&link->lock);
    return next_ns;
}
