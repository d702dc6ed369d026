/* The caller's side of a call, for the other files of this folder; proxies use <rpc.h>. */
#ifndef RPC_CALLER_H
#define RPC_CALLER_H

#include "runtime.h"

static inline struct rpc_link *rpc__caller_link(const struct rpc_call *call)
{
    return call->proxy->import->link;
}

/* ---- caller.c ---- */

/**
 * What comes home with a message must be there when it is taken, even if the peer's Release, which may be the
 * next frame, is read before that: until rpc__unpin_homecoming it stays. Ids of none become those of none.
 * (lock held)
 */
void rpc__pin_homecoming(struct rpc_link *link, struct rpc_cap *caps, uint32_t count);
void rpc__unpin_homecoming(struct rpc_link *link, const struct rpc_cap *caps, uint32_t count);

/**
 * Sends a request. (no lock held)
 * @param owner            gets the reply; may be `call`
 * @param out_deadline_ns  of the call
 * @retval a failure: the call was not sent, or is [oneway] and may not have been; of others owner->hr says
 * more
 */
HRESULT rpc__call_send(struct rpc_call *call, struct rpc_call *owner, int64_t *out_deadline_ns);

/** Waits for the reply of what was sent, until the call's deadline; sets the thread's `executed`. (no lock
 * held) */
HRESULT rpc__call_await(struct rpc_call *owner, int64_t deadline_ns);

/** Waits for it without giving up. @retval false not until `deadline_ns` (no lock held) */
bool rpc__call_wait(struct rpc_call *owner, int64_t deadline_ns);

/** As rpc__call_wait, for who is not the one that waits for it. @retval S_OK it is done
 * @retval RPC_E_TIMEOUT, RPC_E_CALL_CANCELED not yet (no lock held) */
HRESULT rpc__call_follow(struct rpc_call *owner, int64_t deadline_ns);

/** With what a call failed, if that was because of the one that it is a call of a result of. (no lock held)
 */
HRESULT rpc__call_explain(const struct rpc_call *call, HRESULT hr);

/**
 * The ordinary proxy that the calls of any go to now. (no lock held)
 * @param out_target  with one reference; its import is entered: rpc__way_leave comes when they are over
 * @retval those of take_target
 */
HRESULT rpc__proxy_enter(struct rpc_proxy *proxy, int64_t deadline_ns, struct rpc_proxy **out_target);

/* ---- caller_wait.c ---- */

/** Waits until the call is done, or may be sent, or its deadline has passed. (lock held) */
void rpc__caller_wait(struct rpc_link *link, struct rpc_call *call, struct rpc_thread *thread,
                      int64_t deadline_ns);

/** A thread that keeps the reading role of another link gives it up before it blocks here. (no lock held) */
void rpc__caller_give_up_role(struct rpc_thread *thread, const struct rpc_link *link);

/** The Return of a call is in; takes over `frame`. (lock held) */
void rpc__call_complete(struct rpc_call *call, const struct rpc_return_message *reply,
                        struct rpc_buffer *frame);

/** Nobody will complete the call any more; it ends with `hr`, and may have been executed. (lock held) */
void rpc__call_fail(struct rpc_call *call, HRESULT hr);

/** The link died under a call. (lock held) */
void rpc__call_disconnect(struct rpc_call *call, const char *detail);

#endif
