/* IViews: views of peers, and what they allow. */
#include "view.h"
#include <string.h>

static struct rpc_node *impl_from_IViews(IViews *iface)
{
    assert(iface->vtbl == &rpc__views_vtbl);
    return container_of(iface, struct rpc_node, IViews_iface);
}

static HRESULT views_QueryInterface(IViews *iface, const IID *iid, void **out_object)
{
    return ILocalNode_QueryInterface(&impl_from_IViews(iface)->ILocalNode_iface, iid, out_object);
}

static uint32_t views_AddRef(IViews *iface)
{
    return ILocalNode_AddRef(&impl_from_IViews(iface)->ILocalNode_iface);
}

static uint32_t views_Release(IViews *iface)
{
    return ILocalNode_Release(&impl_from_IViews(iface)->ILocalNode_iface);
}

/* ---- views ---- */

static void release_view(struct rpc_node *node, struct rpc_view *view)
{
    bool is_last;

    if (!view)
        return;
    port_mutex_lock(&node->view_lock);
    is_last = !--view->refs;
    port_mutex_unlock(&node->view_lock);
    if (!is_last)
        return;
    if (view->root)
        INamespace_Release(view->root);
    port_free(view);
}

/* (view_lock held) */
static struct rpc_view **find_view(struct rpc_node *node, const char *peer)
{
    struct rpc_view **at = &node->views;

    while (*at && strcmp((*at)->peer, peer) != 0)
        at = &(*at)->next;
    return at;
}

void rpc__view_opened(struct rpc_link *link)
{
    struct rpc_export *root = &link->session.exports.entries[0];
    struct rpc_node *node = link->node;
    struct rpc_view *view;

    port_mutex_lock(&node->view_lock);
    view = *find_view(node, link->session.peer.name);
    if (!view)
        view = *find_view(node, "*");
    if (view)
        view->refs++;
    port_mutex_unlock(&node->view_lock);
    link->view = view;
    if (!view || !view->root)
        return;
    INamespace_AddRef(view->root);
    link->replaced_root = (INamespace *)root->object; /* no call of it can have come yet */
    root->object = view->root;
}

void rpc__view_closed(struct rpc_link *link)
{
    if (link->replaced_root)
        INamespace_Release(link->replaced_root);
    link->replaced_root = NULL;
    release_view(link->node, link->view);
    link->view = NULL;
}

void rpc__view_destroy(struct rpc_node *node)
{
    struct rpc_view *view;

    while ((view = node->views) != NULL) {
        node->views = view->next;
        release_view(node, view);
    }
    port_mutex_destroy(&node->view_lock);
}

/* Whether a view of `peer` is what the link has, or would have. */
static bool is_concerned(struct rpc_node *node, const struct rpc_link *link, const char *peer)
{
    const char *name = link->session.peer.name;
    bool has_own;

    if (strcmp(peer, "*") != 0)
        return strcmp(peer, name) == 0;
    port_mutex_lock(&node->view_lock);
    has_own = *find_view(node, name) != NULL;
    port_mutex_unlock(&node->view_lock);
    return !has_own;
}

/* Ends the links whose view is another one now. */
static void end_links(struct rpc_node *node, const char *peer)
{
    struct rpc_link *links[PORT_MAX_LINKS];
    uint32_t count = rpc__node_take_links(node, links), i;

    for (i = 0; i < count; i++) {
        port_mutex_lock(&links[i]->lock);
        if (links[i]->session.state == RPC_OPEN && is_concerned(node, links[i], peer))
            rpc__link_fail(links[i], RPC_E_DISCONNECTED, "what this peer may see has changed", true);
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
}

/* Puts a view in the place of the one that the peer has; NULL: none. @return the one before */
static HRESULT exchange(struct rpc_node *node, const char *peer, struct rpc_view *view,
                        struct rpc_view **out_before)
{
    struct rpc_view **at, *other;
    uint32_t count = 0;
    HRESULT hr = S_OK;

    port_mutex_lock(&node->view_lock);
    at = find_view(node, peer);
    for (other = node->views; other; other = other->next)
        count++;
    *out_before = *at;
    if (*at)
        *at = (*at)->next;
    else if (view && count >= VIEW_PEERS_MAX)
        hr = RPC_E_OUT_OF_RESOURCES;
    if (view && SUCCEEDED(hr)) {
        view->next = node->views;
        node->views = view;
    }
    port_mutex_unlock(&node->view_lock);
    return hr;
}

static HRESULT views_SetView(IViews *iface, const char *peer, INamespace *root,
                             const struct view_limits *limits, const struct view_mask *masks,
                             uint32_t mask_count)
{
    struct rpc_node *node = impl_from_IViews(iface);
    struct rpc_view *view, *before;
    HRESULT hr;

    if (!peer || (mask_count && !masks))
        return E_POINTER;
    if (strlen(peer) > NODE_NAME_MAX)
        return com_fail(E_INVALIDARG, "the name of a node has 31 characters at most: ", peer, NULL);
    view = (struct rpc_view *)port_alloc(sizeof(*view) + mask_count * sizeof(*masks));
    if (!view)
        return E_OUTOFMEMORY;
    memset(view, 0, sizeof(*view));
    view->refs = 1;
    view->root = root;
    if (root)
        INamespace_AddRef(root);
    strncpy(view->peer, peer, sizeof(view->peer) - 1);
    if (limits)
        view->limits = *limits;
    view->mask_count = mask_count;
    if (mask_count)
        memcpy(view->masks, masks, mask_count * sizeof(*masks));
    hr = exchange(node, peer, view, &before);
    if (FAILED(hr)) {
        release_view(node, view);
        return com_fail(hr, "too many peers have views of their own", NULL);
    }
    end_links(node, peer);
    release_view(node, before);
    return S_OK;
}

static HRESULT views_RemoveView(IViews *iface, const char *peer)
{
    struct rpc_node *node = impl_from_IViews(iface);
    struct rpc_view *before;

    if (!peer)
        return E_POINTER;
    (void)exchange(node, peer, NULL, &before); /* taking away cannot fail */
    if (!before)
        return S_FALSE;
    end_links(node, peer);
    release_view(node, before);
    return S_OK;
}

/* ---- revocation ---- */

/* (link->lock held) @return how many */
static uint32_t revoke(struct rpc_exports *exports, const IUnknown *object)
{
    uint32_t cut = 0;
    uint16_t slot;

    for (slot = 1; slot < exports->used; slot++) {
        struct rpc_export *entry = &exports->entries[slot];

        if (!entry->object || entry->is_revoked || (object && entry->object != object))
            continue;
        entry->is_revoked = true;
        cut += entry->count > 0;
    }
    return cut;
}

static HRESULT views_Revoke(IViews *iface, IUnknown *object, const char *peer, uint32_t *out_cut)
{
    struct rpc_node *node = impl_from_IViews(iface);
    struct rpc_link *links[PORT_MAX_LINKS];
    COM_SCOPED(IUnknown) identity = NULL;
    uint32_t count, i, cut = 0;
    HRESULT hr;

    if (!out_cut)
        return E_POINTER;
    if (object) {
        hr = IUnknown_QueryInterface(object, &IID_IUnknown, (void **)&identity);
        if (FAILED(hr))
            return hr;
    }
    count = rpc__node_take_links(node, links);
    for (i = 0; i < count; i++) {
        port_mutex_lock(&links[i]->lock);
        if (!peer || strcmp(peer, links[i]->session.peer.name) == 0)
            cut += revoke(&links[i]->session.exports, identity);
        port_mutex_unlock(&links[i]->lock);
        rpc__link_release(links[i]);
    }
    *out_cut = cut;
    return S_OK;
}

/* ---- limits and masks ---- */

void rpc__view_renew(struct rpc_spent *spent, int64_t now_ns)
{
    if (now_ns - spent->since_ns < RPC_WINDOW_NS)
        return;
    memset(spent, 0, sizeof(*spent));
    spent->since_ns = now_ns;
}

bool rpc__view_spend(uint32_t *spent, uint32_t more, uint32_t limit)
{
    if (!limit)
        return true;
    if (*spent && (uint64_t)*spent + more > limit)
        return false;
    *spent += more;
    return true;
}

enum { BIND_SLOT = 5 }; /* of INamespace: QueryInterface, AddRef, Release, Register, Unregister, Bind */

HRESULT rpc__view_admit(struct rpc_link *link, const struct rpc_event *event, uint32_t frame_bytes,
                        int64_t now_ns)
{
    const struct view_limits *limits = link->view ? &link->view->limits : NULL;
    struct rpc_spent *spent = &link->spent;

    if (!limits)
        return S_OK;
    if (limits->message_bytes && frame_bytes > limits->message_bytes)
        return RPC_E_OUT_OF_RESOURCES;
    if (limits->calls && link->session.running > limits->calls)
        return RPC_E_SERVERCALL_RETRYLATER;
    rpc__view_renew(spent, now_ns);
    if (event->call.method == BIND_SLOT && com_guid_equal(&event->call.iid, &IID_INamespace) &&
        !rpc__view_spend(&spent->lookups, 1, limits->lookups_per_second))
        return RPC_E_SERVERCALL_RETRYLATER;
    if (!rpc__view_spend(&spent->calls, 1, limits->calls_per_second) ||
        !rpc__view_spend(&spent->bytes, frame_bytes, limits->bytes_per_second))
        return RPC_E_SERVERCALL_RETRYLATER;
    return S_OK;
}

static bool is_denied(const struct view_mask *mask, uint32_t method)
{
    return method < 64 ? (mask->denied >> method & 1) != 0 : mask->denies_others;
}

HRESULT rpc__view_allows(const struct rpc_link *link, const IID *iid, uint32_t method)
{
    const struct rpc_view *view = link->view; /* constant while a call runs */
    uint32_t i;

    for (i = 0; view && i < view->mask_count; i++) {
        const struct view_mask *mask = &view->masks[i];

        if (!com_guid_equal(&mask->iid, iid))
            continue;
        if (is_denied(mask, method))
            return com_fail(RPC_E_ACCESS_DENIED, "this node does not let the peer call the method", NULL);
    }
    return S_OK;
}

static bool denies_all(const struct view_mask *mask, uint32_t method_count)
{
    uint32_t method = 3; /* those before are IUnknown's */

    while (method < method_count && is_denied(mask, method))
        method++;
    return method == method_count && method_count > 3;
}

bool rpc__view_hides(const struct rpc_link *link, const struct com_interface *interface)
{
    const struct rpc_view *view = link->view; /* constant from when the link is open */
    bool hides = false;
    uint32_t i;

    for (i = 0; view && i < view->mask_count; i++)
        hides |= com_guid_equal(&view->masks[i].iid, interface->iid) &&
                 denies_all(&view->masks[i], interface->method_count);
    return hides;
}

const struct IViewsVtbl rpc__views_vtbl = {
    .QueryInterface = views_QueryInterface,
    .AddRef = views_AddRef,
    .Release = views_Release,
    .SetView = views_SetView,
    .RemoveView = views_RemoveView,
    .Revoke = views_Revoke,
};
