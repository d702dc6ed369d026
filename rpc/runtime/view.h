/* What a peer sees of this node and may do: hooks of the other files. */
#ifndef RPC_RUNTIME_VIEW_H
#define RPC_RUNTIME_VIEW_H

#include "runtime.h"
#include <rpc/view.idl.h>

/* Of a peer, by its name. Constant but for `next` and `refs`. */
struct rpc_view {
    struct rpc_view *next; /* (node->view_lock) */
    uint32_t refs;         /* (node->view_lock) */
    INamespace *root;      /* one reference; NULL: the exported root */
    char peer[NODE_NAME_MAX + 1];
    struct view_limits limits;
    uint32_t mask_count;
    struct view_mask masks[];
};

extern const struct IViewsVtbl rpc__views_vtbl; /* of node->IViews_iface */

/** The peer has said its name: the link gets its view. (lock held) */
void rpc__view_opened(struct rpc_link *link);

/** The link is gone. (no lock held) */
void rpc__view_closed(struct rpc_link *link);

/** Frees what the node has. */
void rpc__view_destroy(struct rpc_node *node);

/**
 * Whether a call may be looked at now.
 * @retval RPC_E_SERVERCALL_RETRYLATER, RPC_E_OUT_OF_RESOURCES the peer takes too much (lock held)
 */
HRESULT rpc__view_admit(struct rpc_link *link, const struct rpc_event *event, uint32_t frame_bytes,
                        int64_t now_ns);

/** @retval RPC_E_ACCESS_DENIED (no lock held) */
HRESULT rpc__view_allows(const struct rpc_link *link, const IID *iid, uint32_t method);

/* What is limited by the second. */
#define RPC_WINDOW_NS (1000 * PORT_NS_PER_MS)

/** The node's own limit, or what a view allows of it; 0: no less. */
static inline uint32_t rpc__view_lower(uint32_t own, uint32_t of_view)
{
    return of_view && of_view < own ? of_view : own;
}

/** Begins another second if that of `spent` is over. (lock held) */
void rpc__view_renew(struct rpc_spent *spent, int64_t now_ns);

/** Takes more of what is limited, in this second; 0: it is not. @retval false there were enough (lock held)
 */
bool rpc__view_spend(uint32_t *spent, uint32_t more, uint32_t limit);

/** Whether the peer may call none of an interface's methods: for it, no object has that interface. */
bool rpc__view_hides(const struct rpc_link *link, const struct com_interface *interface);

/** Whether the peer may hold one more reference than `live`. (lock held) */
static inline bool rpc__view_has_room(const struct rpc_link *link, uint32_t live)
{
    return !link->view || !link->view->limits.exports || live <= link->view->limits.exports;
}

#endif
