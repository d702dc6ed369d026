/* Call objects, as calls in two halves (async.c) and promises of their results (promise.c) share them. */
#ifndef RPC_RUNTIME_ASYNC_H
#define RPC_RUNTIME_ASYNC_H

#include "runtime.h"

struct rpc_promise;

struct rpc_async {
    const void *vtbl; /* of AsyncIX; first: this is an interface pointer */
    struct com_refs refs;
    const IID *iid;           /* of AsyncIX */
    struct rpc_proxy *target; /* constant, one reference */
    bool is_out;              /* Begin_ was called, Finish_ not yet */
    uint32_t method;
    int64_t deadline_ns;
    uint32_t kept[RPC_ASYNC_KEPT_MAX]; /* counts of Begin_ that Finish_ needs */
    struct rpc_call call;              /* while it is out, the one that the link knows */

    /* Of those that were asked for results that are still to come. */
    struct rpc_promise *promises; /* (link->lock) that do not know yet what they are */
    void (*settle)(
        struct rpc_async *async); /* tells them that it is done; NULL: there never were any (lock held) */
    bool has_begun;               /* (link->lock) the call that the promises are for */
    bool is_kept;                 /* (link->lock) the peer knows about them */
    bool is_called;               /* (link->lock) and has calls of them */
};

/** The link that the calls go over. */
static inline struct rpc_link *rpc__async_link(const struct rpc_async *async)
{
    return async->target->import->link;
}

/** As rpc_async_create; the caller sets `vtbl`. */
HRESULT rpc__async_create(void *object, const IID *iid, struct rpc_async **out_async);

/** The call object behind an interface pointer; NULL: it is something else. */
struct rpc_async *rpc__async_of(void *call);

#endif
