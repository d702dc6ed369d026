/*
 * Nodes that start again: another start of a node of the same name is another node, and the later one is the
 * one that is meant. Compared are only those that say which start they are.
 */
#include "runtime.h"
#include <string.h>

/* ---- this node's own: IIncarnation of the node object ---- */

static struct rpc_node *impl_from_IIncarnation(IIncarnation *iface)
{
    assert(iface->vtbl == &rpc__incarnation_vtbl);
    return container_of(iface, struct rpc_node, IIncarnation_iface);
}

static HRESULT incarnation_QueryInterface(IIncarnation *iface, const IID *iid, void **out_object)
{
    return ILocalNode_QueryInterface(&impl_from_IIncarnation(iface)->ILocalNode_iface, iid, out_object);
}

static uint32_t incarnation_AddRef(IIncarnation *iface)
{
    return ILocalNode_AddRef(&impl_from_IIncarnation(iface)->ILocalNode_iface);
}

static uint32_t incarnation_Release(IIncarnation *iface)
{
    return ILocalNode_Release(&impl_from_IIncarnation(iface)->ILocalNode_iface);
}

static HRESULT incarnation_Set(IIncarnation *iface, uint64_t incarnation)
{
    struct rpc_node *node = impl_from_IIncarnation(iface);
    bool is_higher;

    port_mutex_lock(&node->lock);
    is_higher = incarnation > node->incarnation;
    if (is_higher)
        node->incarnation = incarnation;
    port_mutex_unlock(&node->lock);
    return is_higher ? S_OK : S_FALSE;
}

static uint64_t incarnation_Get(IIncarnation *iface)
{
    return rpc__node_incarnation(impl_from_IIncarnation(iface));
}

const struct IIncarnationVtbl rpc__incarnation_vtbl = {
    .QueryInterface = incarnation_QueryInterface,
    .AddRef = incarnation_AddRef,
    .Release = incarnation_Release,
    .Set = incarnation_Set,
    .Get = incarnation_Get,
};

uint64_t rpc__node_incarnation(struct rpc_node *node)
{
    uint64_t incarnation;

    port_mutex_lock(&node->lock);
    incarnation = node->incarnation;
    port_mutex_unlock(&node->lock);
    return incarnation;
}

/* ---- those of peers ---- */

int rpc__compare_starts(const struct rpc_peer *one, const struct rpc_peer *other)
{
    if (strcmp(one->name, other->name) != 0 || !one->name[0] || !one->incarnation || !other->incarnation ||
        memcmp(one->node_id, other->node_id, RPC_NODE_ID_BYTES) == 0)
        return 0;
    return one->incarnation < other->incarnation ? -1 : one->incarnation > other->incarnation;
}

/*
 * Compares a link with a greeting, and ends it if that is of a later start of the same node.
 * @retval true the greeting is of an earlier one
 */
static bool end_if_earlier(struct rpc_link *link, const struct rpc_peer *peer)
{
    int order = 0;

    port_mutex_lock(&link->lock);
    if (link->session.state == RPC_OPEN)
        order = rpc__compare_starts(&link->session.peer, peer);
    if (order < 0) {
        rpc__link_fail(link, RPC_E_DISCONNECTED, "its node has started again", true);
        rpc__link_end(link, RPC_E_DISCONNECTED, ""); /* it holds nothing any more, whatever it believes */
    }
    port_mutex_unlock(&link->lock);
    return order > 0;
}

void rpc__link_compare_incarnations(struct rpc_link *link)
{
    const struct rpc_peer *peer = &link->session.peer; /* does not change any more */
    struct rpc_link *links[PORT_MAX_LINKS];
    bool is_earlier = false;
    uint32_t i, count;

    if (!peer->name[0] || !peer->incarnation)
        return;
    port_mutex_unlock(&link->lock);
    rpc__leases_end(link->node, peer);
    count = rpc__node_take_links(link->node, links);
    for (i = 0; i < count; i++) {
        if (links[i] != link)
            is_earlier |= end_if_earlier(links[i], peer);
        rpc__link_release(links[i]);
    }
    port_mutex_lock(&link->lock);
    if (is_earlier)
        rpc__link_fail(link, RPC_E_DISCONNECTED, "a later start of this node is connected", true);
}
