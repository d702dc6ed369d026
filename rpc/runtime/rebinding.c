/*
 * Proxies that outlive connections: they stand for what a path leads to. A call goes to an ordinary proxy,
 * which is bound anew when its connection is gone (caller.c decides which calls are repeated). Only who binds
 * so has this in its program.
 */
#include "runtime.h"
#include <com_names.h>
#include <string.h>

static struct rpc_lasting *lasting_of(struct rpc_import *import)
{
    return container_of(import, struct rpc_lasting, base.import);
}

/* Whether calls can still be made over the connection of a proxy. (no lock held) */
static bool is_usable(const struct rpc_proxy *target)
{
    struct rpc_link *link = rpc__import_behind(target->import)->link;
    bool usable;

    port_mutex_lock(&link->lock);
    usable = !link->closed && !link->session.leaving;
    port_mutex_unlock(&link->lock);
    return usable;
}

/* @return the one before, whose reference is the caller's */
static struct rpc_proxy *exchange_target(struct rpc_lasting *lasting, struct rpc_proxy *target)
{
    struct rpc_proxy *before;

    port_mutex_lock(&lasting->base.node->lock);
    before = lasting->target;
    lasting->target = target;
    port_mutex_unlock(&lasting->base.node->lock);
    return before;
}

/* What the path led to last, with one reference; NULL: it must be bound again. */
static struct rpc_proxy *known_target(struct rpc_lasting *lasting)
{
    struct rpc_proxy *target;

    port_mutex_lock(&lasting->base.node->lock);
    target = lasting->target;
    if (target)
        (void)rpc_proxy_AddRef(target);
    port_mutex_unlock(&lasting->base.node->lock);
    if (!target || is_usable(target))
        return target;
    (void)rpc_proxy_Release(target);
    return NULL;
}

/* Binds the path, no longer than until the deadline. */
static HRESULT bind_path(struct rpc_lasting *lasting, int64_t deadline_ns, IUnknown **out_object)
{
    int64_t before_ns = rpc_get_deadline();
    HRESULT hr;

    (void)rpc_set_deadline(before_ns < deadline_ns ? before_ns : deadline_ns);
    hr = com_bind(lasting->ns, lasting->path, &IID_IUnknown, (void **)out_object);
    (void)rpc_set_deadline(before_ns);
    return hr;
}

static HRESULT bind_again(struct rpc_lasting *lasting, int64_t deadline_ns, struct rpc_proxy **out_target)
{
    struct rpc_import *import;
    struct rpc_proxy *before;
    IUnknown *object;
    HRESULT hr = bind_path(lasting, deadline_ns, &object);

    if (FAILED(hr))
        return hr;
    import = rpc__import_of(object);
    if (!import || rpc__is_lasting(import)) { /* a proxy cannot become an object, and one that stands for
                                           another may turn in a circle */
        (void)IUnknown_Release(object);
        return com_fail(CO_E_OBJNOTCONNECTED,
                        "the path does not lead to an object of a peer any more: ", lasting->path, NULL);
    }
    (void)rpc_proxy_AddRef(&import->identity);
    before =
        exchange_target(lasting, &import->identity); /* of two threads that do this, the later one's stays */
    if (before)
        (void)rpc_proxy_Release(before);
    *out_target = &import->identity;
    return S_OK;
}

static HRESULT lasting_take_target(struct rpc_proxy *self, int64_t deadline_ns, struct rpc_proxy **out_target)
{
    struct rpc_lasting *lasting = lasting_of(self->import);
    struct rpc_proxy *target = known_target(lasting);
    HRESULT hr = S_OK;

    if (!target)
        hr = bind_again(lasting, deadline_ns, &target);
    if (FAILED(hr))
        return hr;
    *out_target = target;
    if (!self->interface)
        return S_OK;
    hr = rpc_proxy_QueryInterface(target, self->interface->iid, (void **)out_target); /* mostly known */
    (void)rpc_proxy_Release(target);
    return hr;
}

static void lasting_forget(struct rpc_proxy *self, const struct rpc_proxy *target)
{
    struct rpc_lasting *lasting = lasting_of(self->import);
    struct rpc_proxy *before = NULL;

    port_mutex_lock(&lasting->base.node->lock);
    if (lasting->target && rpc__import_behind(lasting->target->import) == target->import) {
        before = lasting->target;
        lasting->target = NULL;
    }
    port_mutex_unlock(&lasting->base.node->lock);
    if (before)
        (void)rpc_proxy_Release(before);
}

static HRESULT lasting_query(struct rpc_proxy *self, const IID *iid, void **out_object)
{
    struct rpc_lasting *lasting = lasting_of(self->import);
    struct rpc_proxy *target;
    IUnknown *pointer;
    HRESULT hr;

    if (com_guid_equal(iid, &IID_IUnknown))
        return rpc__stand_in_proxy(&lasting->base, iid, out_object);
    hr = lasting_take_target(&lasting->base.import.identity, port_now_ns() + RPC_DEFAULT_TIMEOUT_NS, &target);
    if (FAILED(hr))
        return hr;
    hr = rpc_proxy_QueryInterface(target, iid, (void **)&pointer);
    (void)rpc_proxy_Release(target);
    if (FAILED(hr))
        return hr;
    (void)IUnknown_Release(pointer);
    return rpc__stand_in_proxy(&lasting->base, iid, out_object);
}

static void lasting_destroy(struct rpc_import *import)
{
    struct rpc_lasting *lasting = lasting_of(import);

    if (lasting->target)
        (void)rpc_proxy_Release(lasting->target);
    INamespace_Release(lasting->ns);
    rpc__stand_in_end(&lasting->base);
    port_free(lasting);
}

static HRESULT lasting_create(struct rpc_node *node, INamespace *ns, const char *path,
                              const struct rpc_proxy *identity, struct rpc_lasting **out_lasting)
{
    size_t path_bytes = strlen(path) + 1;
    struct rpc_lasting *lasting = (struct rpc_lasting *)port_alloc(sizeof(*lasting) + path_bytes);

    if (!lasting)
        return E_OUTOFMEMORY;
    memset(lasting, 0, sizeof(*lasting));
    memcpy(lasting->path, path, path_bytes);
    lasting->rebinding = (struct rpc_rebinding){.take_target = lasting_take_target,
                                                .forget = lasting_forget,
                                                .query = lasting_query,
                                                .destroy = lasting_destroy};
    lasting->ns = ns;
    INamespace_AddRef(ns);
    rpc__stand_in_init(&lasting->base, node, &lasting->rebinding, identity->vtbl);
    *out_lasting = lasting;
    return S_OK;
}

HRESULT rpc_bind_rebinding(ILocalNode *node, INamespace *ns, const char *path, const IID *iid,
                           void **out_object)
{
    struct rpc_lasting *lasting;
    struct rpc_import *import;
    IUnknown *object;
    HRESULT hr;

    if (!node || !ns || !path || !iid || !out_object)
        return E_POINTER;
    *out_object = NULL;
    hr = com_bind(ns, path, iid, (void **)&object);
    if (FAILED(hr))
        return hr;
    import = rpc__import_of(object);
    if (!import || rpc__is_lasting(import)) {
        *out_object = object;
        return S_OK;
    }
    hr = lasting_create(rpc__node_of(node), ns, path, &import->identity, &lasting);
    if (SUCCEEDED(hr)) {
        (void)rpc_proxy_AddRef(&import->identity);
        (void)exchange_target(lasting, &import->identity); /* the first */
        hr = rpc__stand_in_proxy(&lasting->base, iid, out_object);
        (void)rpc_proxy_Release(&lasting->base.import.identity);
    }
    (void)IUnknown_Release(object);
    return hr;
}
