/* Being told that the node behind a reference is gone: rpc_watch. */
#include "runtime.h"
#include <string.h>

static const struct IUnknownVtbl watch_vtbl;

static struct rpc_watch *impl_from_IUnknown(IUnknown *iface)
{
    assert(iface->vtbl == &watch_vtbl);
    return container_of(iface, struct rpc_watch, IUnknown_iface);
}

static HRESULT watch_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t watch_AddRef(IUnknown *iface)
{
    return com_refs_add(&impl_from_IUnknown(iface)->refs);
}

static void destroy(struct rpc_watch *watch)
{
    IDeathSink_Release(watch->sink);
    rpc__link_release(watch->link);
    port_free(watch);
}

/* (link->lock held) */
static void unlist(struct rpc_watch *watch)
{
    struct rpc_watch **at = &watch->link->watches;

    if (!watch->listed)
        return;
    while (*at != watch)
        at = &(*at)->next;
    *at = watch->next;
    watch->listed = false;
}

static uint32_t watch_Release(IUnknown *iface)
{
    struct rpc_watch *watch = impl_from_IUnknown(iface);
    uint32_t left = com_refs_release(&watch->refs);
    struct rpc_node *node = watch->node;
    struct rpc_link *link;
    bool telling;

    if (left)
        return left;
    port_mutex_lock(&node->lock); /* so that it stays with its link */
    link = watch->link;
    port_mutex_lock(&link->lock);
    unlist(watch);
    watch->ended = true;
    telling = watch->telling; /* then that is its end */
    port_mutex_unlock(&link->lock);
    port_mutex_unlock(&node->lock);
    if (!telling)
        destroy(watch);
    return 0;
}

static const struct IUnknownVtbl watch_vtbl = {
    .QueryInterface = watch_QueryInterface,
    .AddRef = watch_AddRef,
    .Release = watch_Release,
};

static void tell(struct rpc_watch *watch)
{
    struct rpc_link *link = watch->link;
    bool ended;

    com_ignore(IDeathSink_Gone(watch->sink, watch->key)); /* it is only told */
    port_mutex_lock(&link->lock);
    watch->telling = false;
    ended = watch->ended;
    port_mutex_unlock(&link->lock);
    if (ended)
        destroy(watch);
}

/* Enters a watch, unless it is too late. @retval S_FALSE the import was switched meanwhile */
static HRESULT enlist(struct rpc_link *link, const struct rpc_import *import, struct rpc_watch *watch)
{
    HRESULT hr = RPC_E_DISCONNECTED;

    port_mutex_lock(&link->lock);
    if (rpc__rebinding_of(import)) {
        hr = S_FALSE;
    } else if (!link->closed) {
        watch->next = link->watches;
        link->watches = watch;
        watch->listed = true;
        hr = S_OK;
    }
    port_mutex_unlock(&link->lock);
    return hr;
}

static HRESULT watch_import(const struct rpc_import *import, IDeathSink *sink, uint64_t key,
                            IUnknown **out_watch)
{
    struct rpc_link *link = import->link;
    struct rpc_watch *watch = (struct rpc_watch *)port_alloc(sizeof(*watch));
    HRESULT hr;

    if (!watch)
        return E_OUTOFMEMORY;
    memset(watch, 0, sizeof(*watch));
    watch->IUnknown_iface.vtbl = &watch_vtbl;
    com_refs_init(&watch->refs);
    watch->link = link;
    watch->node = link->node;
    watch->follows = import->shortcut ? import->shortcut->serial : 0;
    rpc__link_addref(link);
    watch->sink = sink;
    IDeathSink_AddRef(sink);
    watch->key = key;
    watch->tell = tell;
    hr = enlist(link, import, watch);
    if (hr != S_OK)
        destroy(watch);
    else
        *out_watch = &watch->IUnknown_iface;
    return hr;
}

HRESULT rpc_watch(IUnknown *reference, IDeathSink *sink, uint64_t key, IUnknown **out_watch)
{
    struct rpc_import *import;
    struct rpc_proxy *target;
    HRESULT hr;

    if (!reference || !sink || !out_watch)
        return E_POINTER;
    *out_watch = NULL;
    import = rpc__import_of(reference);
    if (!import)
        return S_FALSE;
    if (!rpc__rebinding_of(import)) {
        hr = watch_import(import, sink, key, out_watch);
        if (hr != S_FALSE)
            return hr;
    }
    hr = rpc__rebinding_of(import)->take_target(&import->identity, port_now_ns() + RPC_DEFAULT_TIMEOUT_NS,
                                                &target);
    if (FAILED(hr))
        return hr;
    hr = rpc_watch((IUnknown *)(void *)target, sink, key, out_watch);
    (void)rpc_proxy_Release(target);
    return hr;
}

/* Takes those that follow a shortcut off a link. (node->lock held) @return them */
static struct rpc_watch *take_followers(struct rpc_link *from, uint32_t shortcut)
{
    struct rpc_watch **at = &from->watches, *watch, *taken = NULL;

    port_mutex_lock(&from->lock);
    while ((watch = *at) != NULL) {
        if (watch->follows != shortcut) {
            at = &watch->next;
            continue;
        }
        *at = watch->next;
        watch->next = taken;
        taken = watch;
    }
    port_mutex_unlock(&from->lock);
    return taken;
}

void rpc__watches_move(struct rpc_link *from, struct rpc_link *to, uint32_t shortcut)
{
    struct rpc_watch *taken = take_followers(from, shortcut), *watch;

    if (!taken)
        return;
    port_mutex_lock(&to->lock);
    while ((watch = taken) != NULL) {
        taken = watch->next;
        watch->link = to;
        rpc__link_addref(to);
        watch->next = to->watches;
        to->watches = watch;
        rpc__link_release(from); /* not the last: the import has one, too */
    }
    if (to->closed) { /* the worker that tells who watches may have been there already */
        rpc__link_addref(to);
        if (!rpc__node_queue(to->node, &to->reap))
            rpc__link_release(to); /* nor this */
    }
    port_mutex_unlock(&to->lock);
}
