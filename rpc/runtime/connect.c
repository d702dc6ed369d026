/* Opening links: dialling, listening, and one link per peer. */
#include "runtime.h"
#include <string.h>

/* ---- dialling ---- */

static struct rpc_transport *find_transport(struct rpc_node *node, const char *endpoint)
{
    const char *colon = strchr(endpoint, ':');
    size_t i;

    for (i = 0; colon && i < node->transport_count; i++) {
        const char *scheme = node->transports[i].scheme;
        size_t length = (size_t)(colon - endpoint);

        if (strlen(scheme) == length && memcmp(scheme, endpoint, length) == 0)
            return &node->transports[i];
    }
    return NULL;
}

/*
 * An open link with one more reference: the one that leads to `endpoint`, or another to the same node. (lock
 * held)
 */
static struct rpc_link *find_link(struct rpc_node *node, const char *endpoint,
                                  const struct rpc_link *same_node_as)
{
    struct rpc_link *link;

    for (link = node->links; link; link = link->next) {
        bool found;

        if (link == same_node_as)
            continue;
        port_mutex_lock(&link->lock);
        found = link->session.state == RPC_OPEN && !link->session.leaving;
        if (endpoint)
            found = found && link->endpoint && strcmp(link->endpoint, endpoint) == 0;
        if (same_node_as)
            found = found && memcmp(link->session.peer.node_id, same_node_as->session.peer.node_id,
                                    RPC_NODE_ID_BYTES) == 0;
        if (found)
            rpc__link_addref(link);
        port_mutex_unlock(&link->lock);
        if (found)
            break;
    }
    return link;
}

/* The dialler reads until the peer has answered the greeting. */
static HRESULT await_open(struct rpc_link *link, int64_t deadline_ns)
{
    struct rpc_thread *thread = rpc_thread_current();
    HRESULT hr;

    port_mutex_lock(&link->lock);
    (void)rpc__reader_enter(link, RPC_CALLER, thread);
    while (link->session.state == RPC_CONNECTING) {
        int64_t now_ns = port_now_ns();
        int64_t until_ns = rpc_session_tick(&link->session, now_ns);

        if (now_ns >= deadline_ns)
            rpc__link_fail(link, RPC_E_DISCONNECTED, "no answer to the greeting by the deadline", true);
        if (link->session.state != RPC_CONNECTING)
            break;
        rpc__link_flush(link, now_ns + RPC_SEND_NS);
        (void)rpc__reader_step(link, until_ns < deadline_ns ? until_ns : deadline_ns); /* the state says it */
    }
    hr = link->session.state == RPC_OPEN ? S_OK : link->session.hr;
    if (FAILED(hr)) {
        const char *detail = rpc_session_detail(&link->session);

        rpc_thread_set_detail(thread, detail, strlen(detail));
        rpc__thread_make_text(thread);
        rpc__link_fail(link, hr, "", false);
    }
    if (link->reader_thread == thread)
        rpc__reader_leave(link);
    port_mutex_unlock(&link->lock);
    return hr == RPC_E_VERSION_MISMATCH || SUCCEEDED(hr) ? hr : NET_E_UNREACHABLE;
}

/*
 * Whether the link that was just dialled stays although `existing` leads to the same node. When both nodes
 * dial at once, the link that the lower node id dialled stays; of two that this node dialled, the older one.
 */
static bool keep_dialled(const struct rpc_node *node, const struct rpc_link *dialled,
                         const struct rpc_link *existing)
{
    if (existing->session.dialler)
        return existing->serial > dialled->serial;
    return memcmp(node->terms.node_id, dialled->session.peer.node_id, RPC_NODE_ID_BYTES) < 0;
}

/* From now on Connect finds the link under this endpoint; without memory it dials again, and then finds it.
 */
static void name_link(struct rpc_link *link, const char *endpoint)
{
    size_t bytes = strlen(endpoint) + 1;
    char *copy = (char *)port_alloc(bytes), *unused = copy;

    if (!copy)
        return;
    memcpy(copy, endpoint, bytes);
    port_mutex_lock(&link->lock);
    if (!link->endpoint) {
        link->endpoint = copy;
        unused = NULL;
    }
    port_mutex_unlock(&link->lock);
    port_free(unused);
}

/*
 * Two nodes have one link, so that an object has one proxy and a reference finds home. Only the one that
 * stays, be it one that the peer dialled, gets a name: others must not find one that is about to end.
 */
static struct rpc_link *prefer_existing(struct rpc_node *node, struct rpc_link *dialled, const char *endpoint)
{
    struct rpc_link *existing;

    port_mutex_lock(&node->lock);
    existing = find_link(node, NULL, dialled);
    port_mutex_unlock(&node->lock);
    if (!existing || keep_dialled(node, dialled, existing)) {
        if (existing)
            rpc__link_release(existing);
        name_link(dialled, endpoint);
        return dialled;
    }
    name_link(existing, endpoint);
    port_mutex_lock(&dialled->lock);
    rpc__link_fail(dialled, RPC_E_DISCONNECTED, "another connection to this node exists", true);
    port_mutex_unlock(&dialled->lock);
    rpc__link_release(dialled);
    return existing;
}

/* A link in the node's list, where there may have to be room for it first. */
static HRESULT create_link(struct rpc_node *node, ILink *channel, bool dialled, struct rpc_link **out_link)
{
    HRESULT hr = rpc__link_create(node, channel, dialled, out_link);

    if (hr == RPC_E_OUT_OF_RESOURCES && rpc__link_make_room(node))
        hr = rpc__link_create(node, channel, dialled, out_link);
    return hr;
}

static HRESULT dial_new(struct rpc_node *node, struct rpc_transport *transport, const char *endpoint,
                        int64_t deadline_ns, struct rpc_link **out_link)
{
    COM_SCOPED(ILink) channel = NULL;
    struct rpc_link *link;
    HRESULT hr;

    hr = ITransport_Connect(transport->transport, endpoint, deadline_ns, &channel);
    if (FAILED(hr))
        return hr;
    hr = create_link(node, channel, true, &link);
    if (FAILED(hr)) {
        com_ignore(ILink_Shutdown(channel)); /* nobody uses it */
        return hr;
    }
    hr = await_open(link, deadline_ns);
    if (FAILED(hr)) {
        rpc__link_release(link);
        return hr;
    }
    *out_link = prefer_existing(node, link, endpoint);
    return S_OK;
}

static bool is_dialling(const struct rpc_node *node, const char *endpoint)
{
    const struct rpc_dial *dial;

    for (dial = node->dials; dial; dial = dial->next)
        if (strcmp(dial->endpoint, endpoint) == 0)
            return true;
    return false;
}

/*
 * Finds the link to own->endpoint, or makes the caller the one thread that dials there.
 * @retval S_FALSE the caller dials, and calls end_dial
 */
static HRESULT begin_dial(struct rpc_node *node, struct rpc_dial *own, int64_t deadline_ns,
                          struct rpc_link **out_link)
{
    bool in_time = true;

    port_mutex_lock(&node->lock);
    for (;;) {
        *out_link = find_link(node, own->endpoint, NULL);
        if (*out_link || !in_time || !is_dialling(node, own->endpoint))
            break;
        in_time = port_condition_wait(&node->dial_ended, &node->lock, deadline_ns);
    }
    if (!*out_link && in_time) {
        own->next = node->dials;
        node->dials = own;
    }
    port_mutex_unlock(&node->lock);
    if (*out_link)
        return S_OK;
    return in_time ? S_FALSE : NET_E_UNREACHABLE;
}

static void end_dial(struct rpc_node *node, const struct rpc_dial *own)
{
    struct rpc_dial **at;

    port_mutex_lock(&node->lock);
    for (at = &node->dials; *at != own; at = &(*at)->next)
        ;
    *at = own->next;
    port_condition_wake_all(&node->dial_ended);
    port_mutex_unlock(&node->lock);
}

static HRESULT dial(struct rpc_node *node, const char *endpoint, int64_t deadline_ns,
                    struct rpc_link **out_link)
{
    struct rpc_transport *transport = find_transport(node, endpoint);
    struct rpc_dial own = {.endpoint = endpoint};
    HRESULT hr;

    if (!transport)
        return com_fail(NET_E_BAD_ENDPOINT, "no transport for endpoint ", endpoint, NULL);
    hr = begin_dial(node, &own, deadline_ns, out_link);
    if (hr != S_FALSE)
        return hr;
    hr = dial_new(node, transport, endpoint, deadline_ns, out_link);
    end_dial(node, &own);
    return hr;
}

/* Copies the next word of `*text`. @retval false there is none, or it is too long */
static bool next_word(const char **text, char *word, size_t capacity)
{
    const char *at = *text;
    size_t length;

    while (*at == ' ')
        at++;
    length = strcspn(at, " ");
    if (!length || length >= capacity)
        return false;
    memcpy(word, at, length);
    word[length] = '\0';
    *text = at + length;
    return true;
}

HRESULT rpc__node_connect(struct rpc_node *node, const char *endpoints, int64_t deadline_ns,
                          INamespace **out_root)
{
    char endpoint[NET_ENDPOINT_MAX + 1];
    HRESULT hr = NET_E_BAD_ENDPOINT;
    struct rpc_link *link = NULL;

    if (!endpoints || !out_root)
        return E_POINTER;
    *out_root = NULL;
    while (next_word(&endpoints, endpoint, sizeof(endpoint))) {
        HRESULT dialled = dial(node, endpoint, deadline_ns, &link);

        /* One that this node cannot dial is meant for others, and says nothing about those that it can. */
        if (dialled != NET_E_BAD_ENDPOINT || hr == NET_E_BAD_ENDPOINT)
            hr = dialled;
        if (SUCCEEDED(dialled))
            break;
    }
    if (FAILED(hr)) {
        rpc_thread_current()->executed = RPC_EXECUTED_NO; /* whoever called through this has not called */
        return hr;
    }
    hr = rpc__import_root(link, out_root);
    rpc__link_release(link);
    return hr == RPC_E_DISCONNECTED ? NET_E_UNREACHABLE : hr;
}

/* ---- listening ---- */

static struct rpc_node *impl_from_accept(ILinkSink *iface)
{
    return container_of(iface, struct rpc_node, accept_iface);
}

static HRESULT accept_QueryInterface(ILinkSink *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILinkSink, iid, out_object);
}

static uint32_t accept_AddRef(ILinkSink *iface)
{
    return com_refs_add(&impl_from_accept(iface)->refs);
}

static uint32_t accept_Release(ILinkSink *iface)
{
    struct rpc_node *node = impl_from_accept(iface);
    uint32_t before = __atomic_load_n(&node->refs.count, __ATOMIC_RELAXED);

    rpc__node_release(node);
    return before - 1;
}

/* A peer dialled us: from here on the network's thread reads what it says. */
static HRESULT accept_Accepted(ILinkSink *iface, ILink *channel)
{
    struct rpc_node *node = impl_from_accept(iface);
    struct rpc_link *link;
    HRESULT hr = create_link(node, channel, false, &link);

    if (FAILED(hr)) {
        com_ignore(ILink_Shutdown(channel)); /* the limit is reached; the peer sees the end of the stream */
        return hr;
    }
    port_mutex_lock(&link->lock);
    rpc__reader_watch(link);
    port_mutex_unlock(&link->lock);
    rpc__node_service_by(node, port_now_ns() + RPC_HANDSHAKE_NS);
    rpc__link_release(link);
    return S_OK;
}

const struct ILinkSinkVtbl rpc__accept_vtbl = {
    .QueryInterface = accept_QueryInterface,
    .AddRef = accept_AddRef,
    .Release = accept_Release,
    .Accepted = accept_Accepted,
};

HRESULT rpc__node_listen(struct rpc_node *node, const char *endpoint, char *out_endpoint, uint32_t capacity)
{
    struct rpc_transport *transport;
    COM_SCOPED(IListener) listener = NULL;
    struct rpc_listener *entry;
    HRESULT hr;

    if (!endpoint)
        return E_POINTER;
    transport = find_transport(node, endpoint);
    if (!transport)
        return com_fail(NET_E_BAD_ENDPOINT, "no transport for endpoint ", endpoint, NULL);
    hr = ITransport_Listen(transport->transport, endpoint, &node->accept_iface, &listener);
    if (SUCCEEDED(hr) && out_endpoint)
        hr = IListener_GetEndpoint(listener, out_endpoint, capacity);
    if (FAILED(hr))
        return hr;
    entry = (struct rpc_listener *)port_alloc(sizeof(*entry));
    if (!entry) {
        com_ignore(IListener_Close(listener)); /* it ends with its last reference anyway */
        return E_OUTOFMEMORY;
    }
    entry->listener = COM_TAKE(listener);
    port_mutex_lock(&node->lock);
    entry->next = node->listeners;
    node->listeners = entry;
    port_mutex_unlock(&node->lock);
    return S_OK;
}

void rpc__node_close_listeners(struct rpc_node *node)
{
    struct rpc_listener *entry, *next;

    port_mutex_lock(&node->lock);
    entry = node->listeners;
    node->listeners = NULL;
    port_mutex_unlock(&node->lock);
    for (; entry; entry = next) {
        next = entry->next;
        com_ignore(IListener_Close(entry->listener)); /* it ends with its last reference anyway */
        IListener_Release(entry->listener);
        port_free(entry);
    }
}
