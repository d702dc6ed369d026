/* How a node goes away in good order. */
#include "runtime.h"

/* Whether the peer has nothing to call here, and we wait for nothing: no order is needed. (lock held) */
static bool is_unused(const struct rpc_link *link)
{
    const struct rpc_session *session = &link->session;

    return !session->exports.live && !session->exports.entries[0].object && !session->calls.outstanding;
}

/* Tells the peer, unless there is none. */
static void leave(struct rpc_link *link)
{
    port_mutex_lock(&link->lock);
    if (link->session.state != RPC_OPEN || is_unused(link)) {
        rpc__link_fail(link, RPC_E_DISCONNECTED, "the node stops", true);
    } else {
        rpc_session_leave(&link->session);
        rpc__link_flush(link, port_now_ns() + RPC_SEND_NS);
        rpc__link_wake_waiters(link); /* there will be no credit any more */
        rpc__link_close_if_drained(link);
    }
    port_mutex_unlock(&link->lock);
}

/* @retval false it was not closed in time */
static bool await_end(struct rpc_link *link, int64_t deadline_ns)
{
    bool in_time = true;

    port_mutex_lock(&link->lock);
    while (!link->closed && in_time)
        in_time = port_condition_wait(&link->changed, &link->lock, deadline_ns);
    in_time = link->closed;
    port_mutex_unlock(&link->lock);
    return in_time;
}

HRESULT rpc_node_drain(ILocalNode *iface, int64_t deadline_ns)
{
    struct rpc_node *node = rpc__node_of(iface);
    struct rpc_link *links[PORT_MAX_LINKS];
    HRESULT hr = S_OK;
    uint32_t i, count;

    rpc__node_close_listeners(node);
    port_mutex_lock(&node->lock);
    node->closing = true; /* from here on the list only shrinks */
    port_mutex_unlock(&node->lock);
    count = rpc__node_take_links(node, links);
    for (i = 0; i < count; i++)
        leave(links[i]);
    for (i = 0; i < count; i++) {
        if (!await_end(links[i], deadline_ns))
            hr = RPC_E_TIMEOUT;
        rpc__link_release(links[i]);
    }
    return hr;
}
