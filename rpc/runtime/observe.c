/* IObserve: what a node counts, for those who ask. Linked only with rpc_observe. */
#include "observation.h"
#include <string.h>

/* ---- the hooks ---- */

/* A link without memory for its counters is one that is not counted. */
static void attach(struct rpc_link *link)
{
    link->counters = (struct rpc_counters *)port_alloc(sizeof(*link->counters));
    if (link->counters)
        memset(link->counters, 0, sizeof(*link->counters));
}

static void detach(struct rpc_link *link)
{
    rpc__counters_merge(&rpc__observation_of(link->node)->ended, RPC_NODE_ROWS_MAX, link->counters);
    rpc__counters_clear(link->counters);
    port_free(link->counters);
    link->counters = NULL;
}

static void call_ended(struct rpc_link *link, const struct rpc_ended *call)
{
    rpc__counters_add(link->counters, RPC_LINK_ROWS_MAX, call);
    if (call->traced)
        rpc__trace_ended(rpc__observation_of(link->node), call);
}

static void destroy(struct rpc_observer *observer)
{
    struct rpc_observation *observation = container_of(observer, struct rpc_observation, observer);

    rpc__counters_clear(&observation->ended);
    port_mutex_destroy(&observation->trace_lock);
    port_free(observation);
}

/* ---- IObserve ---- */

static const struct IObserveVtbl observe_vtbl;

static struct rpc_observation *impl_from_IObserve(IObserve *iface)
{
    assert(iface->vtbl == &observe_vtbl);
    return container_of(iface, struct rpc_observation, IObserve_iface);
}

static HRESULT observe_QueryInterface(IObserve *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_IObserve, offsetof(struct rpc_observation, IObserve_iface)},
        {&IID_ITracer, offsetof(struct rpc_observation, ITracer_iface)},
        {&IID_ILimits, offsetof(struct rpc_observation, ILimits_iface)},
    };

    return com_query_table(impl_from_IObserve(iface), rows, sizeof(rows) / sizeof(rows[0]), iid, out_object);
}

static uint32_t observe_AddRef(IObserve *iface)
{
    return ILocalNode_AddRef(&impl_from_IObserve(iface)->node->ILocalNode_iface);
}

static uint32_t observe_Release(IObserve *iface)
{
    return ILocalNode_Release(&impl_from_IObserve(iface)->node->ILocalNode_iface);
}

/*
 * What there was and is, also of dead links that somebody still holds; freed by rpc__counters_clear. Rows
 * that find no memory are missing. (node->lock held)
 */
static void sum_of_node(struct rpc_observation *observation, struct rpc_counters *out_sum)
{
    struct rpc_link *link;

    memset(out_sum, 0, sizeof(*out_sum));
    rpc__counters_merge(out_sum, RPC_NODE_ROWS_MAX, &observation->ended);
    for (link = observation->node->all; link; link = link->next_of_all) {
        port_mutex_lock(&link->lock);
        if (link->counters)
            rpc__counters_merge(out_sum, RPC_NODE_ROWS_MAX, link->counters);
        port_mutex_unlock(&link->lock);
    }
}

static HRESULT observe_GetNode(IObserve *iface, struct observe_node *out_node)
{
    struct rpc_observation *observation = impl_from_IObserve(iface);
    struct rpc_node *node = observation->node;
    struct rpc_counters sum;
    struct rpc_link *link;

    if (!out_node)
        return E_POINTER;
    memset(out_node, 0, sizeof(*out_node));
    out_node->age_ns = port_now_ns() - observation->begin_ns;
    port_mutex_lock(&node->lock);
    sum_of_node(observation, &sum);
    out_node->connections = node->last_serial;
    for (link = node->links; link; link = link->next) {
        port_mutex_lock(&link->lock);
        out_node->open += link->session.state == RPC_OPEN;
        out_node->exports += link->session.exports.live;
        out_node->imports += link->session.imports.live;
        out_node->running += link->session.running;
        out_node->outstanding += link->session.calls.outstanding;
        port_mutex_unlock(&link->lock);
    }
    port_mutex_unlock(&node->lock);
    out_node->refused = sum.refused;
    rpc__counters_sum(&sum, true, &out_node->served);
    rpc__counters_sum(&sum, false, &out_node->made);
    rpc__counters_clear(&sum);
    return S_OK;
}

static enum observe_state state_of(const struct rpc_link *link)
{
    if (link->session.state == RPC_DEAD)
        return OBSERVE_DEAD;
    return link->session.state == RPC_OPEN ? OBSERVE_OPEN : OBSERVE_CONNECTING;
}

/* (node->lock held) */
static void describe(struct rpc_link *link, struct observe_connection *out_connection)
{
    int64_t now_ns = port_now_ns();

    memset(out_connection, 0, sizeof(*out_connection));
    port_mutex_lock(&link->lock);
    out_connection->id = link->serial;
    memcpy(out_connection->peer, link->session.peer.name, sizeof(link->session.peer.name));
    if (link->endpoint)
        memcpy(out_connection->endpoint, link->endpoint, strlen(link->endpoint) + 1);
    out_connection->state = state_of(link);
    out_connection->age_ns = now_ns - link->session.lease.started_ns;
    out_connection->silence_ns = now_ns - link->session.lease.heard_ns;
    out_connection->exports = link->session.exports.live;
    out_connection->imports = link->session.imports.live;
    out_connection->running = link->session.running;
    out_connection->outstanding = link->session.calls.outstanding;
    if (link->counters) {
        out_connection->frames_in = link->counters->frames_in;
        out_connection->frames_out = link->counters->frames_out;
        out_connection->bytes_in = link->counters->bytes_in;
        out_connection->bytes_out = link->counters->bytes_out;
        out_connection->refused = link->counters->refused;
        rpc__counters_sum(link->counters, true, &out_connection->served);
        rpc__counters_sum(link->counters, false, &out_connection->made);
    }
    port_mutex_unlock(&link->lock);
}

_Static_assert(sizeof(((struct observe_connection *)0)->peer) > RPC_NODE_NAME_MAX, "a name fits");
_Static_assert(sizeof(((struct observe_connection *)0)->endpoint) > NET_ENDPOINT_MAX, "an endpoint fits");

/* The link of the smallest serial above `after`. (node->lock held) */
static struct rpc_link *next_link(const struct rpc_node *node, uint64_t after)
{
    struct rpc_link *link, *found = NULL;

    for (link = node->links; link; link = link->next)
        if (link->serial > after && (!found || link->serial < found->serial))
            found = link;
    return found;
}

static HRESULT observe_ListConnections(IObserve *iface, uint64_t after, uint32_t capacity,
                                       struct observe_connection *connections, uint32_t *out_count)
{
    struct rpc_node *node = impl_from_IObserve(iface)->node;
    struct rpc_link *link;
    uint32_t count = 0;

    if (!connections || !out_count)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    for (link = next_link(node, after); link && count < capacity; link = next_link(node, link->serial))
        describe(link, &connections[count++]);
    port_mutex_unlock(&node->lock);
    *out_count = count;
    return link ? S_FALSE : S_OK;
}

/* (node->lock held) */
static void copy_row(struct rpc_node *node, const struct rpc_row *row,
                     struct observe_interface *out_interface)
{
    const struct com_interface *interface = rpc__node_interface(node, &row->iid);

    memset(out_interface, 0, sizeof(*out_interface));
    out_interface->iid = row->iid;
    out_interface->is_served = row->is_served;
    out_interface->calls = row->calls;
    if (interface)
        strncpy(out_interface->name, interface->name, sizeof(out_interface->name) - 1);
    else if (com_guid_equal(&row->iid, &IID_IUnknown)) /* calls of its QueryInterface */
        strncpy(out_interface->name, "IUnknown", sizeof(out_interface->name) - 1);
}

/* (node->lock held) */
static HRESULT copy_rows(struct rpc_node *node, const struct rpc_row *row, uint32_t first, uint32_t capacity,
                         struct observe_interface *interfaces, uint32_t *out_count)
{
    uint32_t count = 0;

    for (; row && first; row = row->next)
        first--;
    for (; row && count < capacity; row = row->next)
        copy_row(node, row, &interfaces[count++]);
    *out_count = count;
    return row ? S_FALSE : S_OK;
}

/* (node->lock held) */
static HRESULT list_of_link(struct rpc_node *node, uint64_t serial, uint32_t first, uint32_t capacity,
                            struct observe_interface *interfaces, uint32_t *out_count)
{
    struct rpc_link *link = node->links;
    HRESULT hr = S_OK;

    while (link && link->serial != serial)
        link = link->next;
    if (!link)
        return com_fail(NS_E_NOT_FOUND, "there is no such connection any more", NULL);
    *out_count = 0;
    port_mutex_lock(&link->lock);
    if (link->counters)
        hr = copy_rows(node, link->counters->rows, first, capacity, interfaces, out_count);
    port_mutex_unlock(&link->lock);
    return hr;
}

static HRESULT observe_ListInterfaces(IObserve *iface, uint64_t connection, uint32_t first, uint32_t capacity,
                                      struct observe_interface *interfaces, uint32_t *out_count)
{
    struct rpc_observation *observation = impl_from_IObserve(iface);
    struct rpc_node *node = observation->node;
    struct rpc_counters sum;
    HRESULT hr;

    if (!interfaces || !out_count)
        return E_POINTER;
    port_mutex_lock(&node->lock);
    if (connection) {
        hr = list_of_link(node, connection, first, capacity, interfaces, out_count);
    } else {
        sum_of_node(observation, &sum);
        hr = copy_rows(node, sum.rows, first, capacity, interfaces, out_count);
        rpc__counters_clear(&sum);
    }
    port_mutex_unlock(&node->lock);
    return hr;
}

static const struct IObserveVtbl observe_vtbl = {
    .QueryInterface = observe_QueryInterface,
    .AddRef = observe_AddRef,
    .Release = observe_Release,
    .GetNode = observe_GetNode,
    .ListConnections = observe_ListConnections,
    .ListInterfaces = observe_ListInterfaces,
};

/* ---- life ---- */

HRESULT rpc_observe(ILocalNode *iface, IUnknown **out_observe)
{
    struct rpc_node *node = rpc__node_of(iface);
    struct rpc_observation *observation;

    *out_observe = NULL;
    if (!node->observer) {
        observation = (struct rpc_observation *)port_alloc(sizeof(*observation));
        if (!observation)
            return E_OUTOFMEMORY;
        memset(observation, 0, sizeof(*observation));
        if (!port_mutex_init(&observation->trace_lock)) {
            port_free(observation);
            return E_OUTOFMEMORY;
        }
        observation->observer = (struct rpc_observer){
            .attach = attach,
            .detach = detach,
            .call_ended = call_ended,
            .call_arrived = rpc__trace_arrived,
            .call_made = rpc__trace_made,
            .destroy = destroy,
        };
        observation->IObserve_iface.vtbl = &observe_vtbl;
        observation->ITracer_iface.vtbl = &rpc__tracer_vtbl;
        observation->ILimits_iface.vtbl = &rpc__limits_vtbl;
        observation->node = node;
        observation->begin_ns = port_now_ns();
        node->observer = &observation->observer;
    }
    IObserve_AddRef(&rpc__observation_of(node)->IObserve_iface);
    *out_observe = (IUnknown *)&rpc__observation_of(node)->IObserve_iface;
    return S_OK;
}
