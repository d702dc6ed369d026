/*
 * IActivations: components that are loaded because a peer's call binds their names. Each takes a thread,
 * memory and a place among what is loaded, for as long as its constructor likes; so a peer has few at once,
 * and few in a second, however many calls it makes.
 */
#include "view.h"

/* One of a peer. */
struct activation {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    struct rpc_link *link; /* constant, one reference */
};

static const struct IUnknownVtbl activation_vtbl;

static struct activation *impl_from_IUnknown(IUnknown *iface)
{
    assert(iface->vtbl == &activation_vtbl);
    return container_of(iface, struct activation, IUnknown_iface);
}

static HRESULT activation_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t activation_AddRef(IUnknown *iface)
{
    return com_refs_add(&impl_from_IUnknown(iface)->refs);
}

static uint32_t activation_Release(IUnknown *iface)
{
    struct activation *activation = impl_from_IUnknown(iface);
    uint32_t left = com_refs_release(&activation->refs);
    struct rpc_link *link = activation->link;

    if (left)
        return left;
    port_mutex_lock(&link->lock);
    link->activations--;
    port_mutex_unlock(&link->lock);
    rpc__link_release(link);
    port_free(activation);
    return 0;
}

static const struct IUnknownVtbl activation_vtbl = {
    .QueryInterface = activation_QueryInterface,
    .AddRef = activation_AddRef,
    .Release = activation_Release,
};

/* ---- IActivations ---- */

static struct rpc_node *impl_from_IActivations(IActivations *iface)
{
    assert(iface->vtbl == &rpc__activations_vtbl);
    return container_of(iface, struct rpc_node, IActivations_iface);
}

static HRESULT activations_QueryInterface(IActivations *iface, const IID *iid, void **out_object)
{
    return ILocalNode_QueryInterface(&impl_from_IActivations(iface)->ILocalNode_iface, iid, out_object);
}

static uint32_t activations_AddRef(IActivations *iface)
{
    return ILocalNode_AddRef(&impl_from_IActivations(iface)->ILocalNode_iface);
}

static uint32_t activations_Release(IActivations *iface)
{
    return ILocalNode_Release(&impl_from_IActivations(iface)->ILocalNode_iface);
}

/* One more of the peer's. (link->lock held) @retval false it has as many as it may */
static bool take(struct rpc_link *link)
{
    const struct view_limits none = {0}, *limits = link->view ? &link->view->limits : &none;

    rpc__view_renew(&link->spent, port_now_ns());
    if (link->activations >= rpc__view_lower(PORT_MAX_ACTIVATIONS, limits->activations) ||
        !rpc__view_spend(&link->spent.activations, 1,
                         rpc__view_lower(PORT_ACTIVATIONS_PER_SECOND, limits->activations_per_second)))
        return false;
    link->activations++;
    return true;
}

static HRESULT activations_Begin(IActivations *iface, IUnknown **out_activation)
{
    struct rpc_link *link = rpc_thread_current()->serving;
    struct activation *activation;
    bool taken;

    (void)iface;
    if (!out_activation)
        return E_POINTER;
    *out_activation = NULL;
    if (!link)
        return S_OK;
    activation = (struct activation *)port_alloc(sizeof(*activation));
    if (!activation)
        return E_OUTOFMEMORY;
    port_mutex_lock(&link->lock);
    taken = take(link);
    port_mutex_unlock(&link->lock);
    if (!taken) {
        port_free(activation);
        return com_fail(NS_E_TOO_MANY_ACTIVATIONS, "too much is being loaded for this peer; try again later",
                        NULL);
    }
    activation->IUnknown_iface.vtbl = &activation_vtbl;
    com_refs_init(&activation->refs);
    activation->link = link;
    rpc__link_addref(link);
    *out_activation = &activation->IUnknown_iface;
    return S_OK;
}

const struct IActivationsVtbl rpc__activations_vtbl = {
    .QueryInterface = activations_QueryInterface,
    .AddRef = activations_AddRef,
    .Release = activations_Release,
    .Begin = activations_Begin,
};
