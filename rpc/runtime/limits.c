/* ILimits: what peers take of this node, and the most that they may. Linked only with rpc_observe. */
#include <string.h>
#include "observation.h"
#include "view.h"

static struct rpc_observation *impl_from_ILimits(ILimits *iface)
{
    assert(iface->vtbl == &rpc__limits_vtbl);
    return container_of(iface, struct rpc_observation, ILimits_iface);
}

static HRESULT limits_QueryInterface(ILimits *iface, const IID *iid, void **out_object)
{
    return IObserve_QueryInterface(&impl_from_ILimits(iface)->IObserve_iface, iid, out_object);
}

static uint32_t limits_AddRef(ILimits *iface)
{
    return IObserve_AddRef(&impl_from_ILimits(iface)->IObserve_iface);
}

static uint32_t limits_Release(ILimits *iface)
{
    return IObserve_Release(&impl_from_ILimits(iface)->IObserve_iface);
}

/* What was taken in this second. */
static void describe_second(struct rpc_spent spent, int64_t now_ns, struct observe_limits *out_limits)
{
    rpc__view_renew(&spent, now_ns);
    out_limits->calls_in_second = spent.calls;
    out_limits->lookups_in_second = spent.lookups;
    out_limits->bytes_in_second = spent.bytes;
    out_limits->activations_in_second = spent.activations;
}

/* (node->lock held) */
static void describe(struct rpc_link *link, struct observe_limits *out_limits)
{
    const struct view_limits none = {0}, *view;

    memset(out_limits, 0, sizeof(*out_limits));
    port_mutex_lock(&link->lock);
    view = link->view ? &link->view->limits : &none;
    out_limits->id = link->serial;
    memcpy(out_limits->peer, link->session.peer.name, sizeof(link->session.peer.name));
    out_limits->exports = link->session.exports.live;
    out_limits->exports_max = rpc__view_lower(link->session.terms->limits.max_exports, view->exports);
    out_limits->calls = link->session.running;
    out_limits->calls_max = rpc__view_lower(link->session.terms->limits.max_calls, view->calls);
    out_limits->bytes = link->session.taken_bytes;
    out_limits->bytes_max = link->session.terms->limits.window_bytes;
    out_limits->message_bytes_max =
        rpc__view_lower(link->session.terms->limits.max_message_bytes, view->message_bytes);
    out_limits->activations = link->activations;
    out_limits->activations_max = rpc__view_lower(PORT_MAX_ACTIVATIONS, view->activations);
    describe_second(link->spent, port_now_ns(), out_limits);
    out_limits->calls_per_second = view->calls_per_second;
    out_limits->lookups_per_second = view->lookups_per_second;
    out_limits->bytes_per_second = view->bytes_per_second;
    out_limits->activations_per_second =
        rpc__view_lower(PORT_ACTIVATIONS_PER_SECOND, view->activations_per_second);
    port_mutex_unlock(&link->lock);
}

static bool is_open(struct rpc_link *link)
{
    bool is;

    port_mutex_lock(&link->lock);
    is = link->session.state == RPC_OPEN;
    port_mutex_unlock(&link->lock);
    return is;
}

/* The open link of the smallest serial above `after`. (node->lock held) */
static struct rpc_link *next_link(const struct rpc_node *node, uint64_t after)
{
    struct rpc_link *link, *found = NULL;

    for (link = node->links; link; link = link->next)
        if (link->serial > after && (!found || link->serial < found->serial) && is_open(link))
            found = link;
    return found;
}

static HRESULT limits_List(ILimits *iface, uint64_t after, uint32_t capacity, struct observe_limits *limits,
                           uint32_t *out_count)
{
    struct rpc_node *node = impl_from_ILimits(iface)->node;
    struct rpc_link *link;
    uint32_t count = 0;

    if (!limits || !out_count)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    for (link = next_link(node, after); link && count < capacity; link = next_link(node, link->serial))
        describe(link, &limits[count++]);
    port_mutex_unlock(&node->lock);
    *out_count = count;
    return link ? S_FALSE : S_OK;
}

const struct ILimitsVtbl rpc__limits_vtbl = {
    .QueryInterface = limits_QueryInterface,
    .AddRef = limits_AddRef,
    .Release = limits_Release,
    .List = limits_List,
};
