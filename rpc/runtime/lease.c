/*
 * Links that are dead here although their peers may not know it: an object must not go while somebody trusts
 * that it is there (core/lease.h). They are no links any more: nobody finds, reads or counts them. All that
 * is left of them is what their peers held; their channels are given back.
 */
#include "runtime.h"

/* Takes a link out of the list. (node->lock held) */
static void unlist(struct rpc_node *node, struct rpc_link **at)
{
    *at = (*at)->next;
    node->lingering_count--;
}

/* Lets go of what the peer held. (node->lock held; the reference is the caller's) */
static void forget(struct rpc_link *link)
{
    port_mutex_lock(&link->lock);
    rpc_session_forget(&link->session);
    rpc__link_reap_soon(link);
    port_mutex_unlock(&link->lock);
}

static void release_all(struct rpc_link *link)
{
    struct rpc_link *next;

    for (; link; link = next) {
        next = link->next;
        rpc__link_release(link);
    }
}

/*
 * If as many linger as there may be links, the one that would go first goes now. (node->lock held)
 * @return it, with its reference; or NULL
 */
static struct rpc_link *make_room(struct rpc_node *node)
{
    struct rpc_link **at, **first = &node->lingering, *link;

    if (node->lingering_count < PORT_MAX_LINKS)
        return NULL;
    for (at = &node->lingering; *at; at = &(*at)->next)
        if (rpc_lease_free_ns(&(*at)->session.lease) < rpc_lease_free_ns(&(*first)->session.lease))
            first = at;
    link = *first;
    unlist(node, first);
    link->next = NULL;
    forget(link);
    return link;
}

/* Whether the peer may still trust in what it held. (node->lock held) */
static bool must_linger(struct rpc_link *link)
{
    bool must;

    port_mutex_lock(&link->lock);
    must = !link->session.exports.ended;
    port_mutex_unlock(&link->lock);
    return must;
}

/* Takes it out of the list of links. (node->lock held) @retval false it was not there */
static bool unlist_link(struct rpc_node *node, struct rpc_link *link)
{
    struct rpc_link **at;

    if (!link->listed)
        return false;
    for (at = &node->links; *at != link; at = &(*at)->next)
        ;
    *at = link->next;
    link->next = NULL;
    link->listed = false;
    node->link_count--;
    return true;
}

void rpc__link_retire(struct rpc_link *link)
{
    struct rpc_node *node = link->node;
    struct rpc_link *over = NULL;
    bool lingers = false;

    port_mutex_lock(&node->lock);
    if (unlist_link(node, link)) {
        lingers = must_linger(link);
        over = lingers ? make_room(node) : link;
    }
    if (lingers) {
        link->next = node->lingering;
        node->lingering = link;
        node->lingering_count++;
    }
    port_mutex_unlock(&node->lock);
    if (lingers)
        rpc__node_service_by(node, rpc_lease_free_ns(&link->session.lease)); /* nothing changes it any more */
    release_all(over);
}

int64_t rpc__leases_service(struct rpc_node *node, int64_t now_ns)
{
    struct rpc_link **at, *link, *over = NULL;
    int64_t next_ns = PORT_FOREVER, free_ns;

    port_mutex_lock(&node->lock);
    for (at = &node->lingering; (link = *at) != NULL;) {
        port_mutex_lock(&link->lock);
        free_ns = rpc_session_tick(&link->session, now_ns);
        rpc__link_reap_soon(link);
        port_mutex_unlock(&link->lock);
        if (free_ns == RPC_NEVER) {
            unlist(node, at);
            link->next = over;
            over = link;
            continue;
        }
        if (free_ns < next_ns)
            next_ns = free_ns;
        at = &link->next;
    }
    port_mutex_unlock(&node->lock);
    release_all(over);
    return next_ns;
}

void rpc__leases_end(struct rpc_node *node, const struct rpc_peer *peer)
{
    struct rpc_link **at, *link, *over = NULL;

    port_mutex_lock(&node->lock);
    for (at = &node->lingering; (link = *at) != NULL;) {
        if (peer &&
            rpc__compare_starts(&link->session.peer, peer) >= 0) { /* what it said does not change any more */
            at = &link->next;
            continue;
        }
        unlist(node, at);
        forget(link);
        link->next = over;
        over = link;
    }
    port_mutex_unlock(&node->lock);
    release_all(over);
}
