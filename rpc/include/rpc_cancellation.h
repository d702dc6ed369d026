/*
 * Calls that somebody else can end. A thread begins a cancellation; from then on whatever it calls remotely,
 * and ILocalNode::Sleep, ends with RPC_E_CALL_CANCELED when another thread says rpc_cancel. The callee is
 * told, as it is when a deadline passes (rpc_is_cancelled, com.h).
 */
#ifndef RPC_CANCELLATION_H
#define RPC_CANCELLATION_H

#include <com_impl.h>

#ifdef __cplusplus
extern "C" {
#endif

struct rpc_link;
struct rpc_node;

/* The caller's memory, of any storage; all private. */
struct rpc_cancellation {
    struct rpc_cancellation *outer; /* what the thread had before; constant from rpc_cancellation_begin on */
    struct com_lock lock;
    bool is_cancelled;         /* (lock) to be set; read anywhere */
    uint32_t call_id;          /* (lock) of the call that the thread waits for; 0: it is not sent yet */
    struct rpc_link *link;     /* (lock) of that call; NULL: none is waited for */
    struct rpc_node *sleeping; /* (lock) where the thread sleeps, or NULL */
};

/** For all that the running thread calls until rpc_cancellation_end; they nest. */
void rpc_cancellation_begin(struct rpc_cancellation *cancellation);
void rpc_cancellation_end(struct rpc_cancellation *cancellation);

/**
 * Ends what the thread of `cancellation` waits for, and all that it begins to wait for later. Any thread, any
 * number of times, between rpc_cancellation_begin and rpc_cancellation_end. A call that was sent has ended
 * with `executed` unknown; its late results are dropped and their references given back.
 */
void rpc_cancel(struct rpc_cancellation *cancellation);

#ifdef __cplusplus
}
#endif

#endif
