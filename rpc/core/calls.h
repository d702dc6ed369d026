/*
 * The calls that this side made and whose Return is not in: the call table of a link. Guarded by the owner's
 * lock. A call_id is slot | generation << 16, never 0.
 *
 * A slot's life:
 *   FREE
 *   WAITING     the caller waits for the Return
 *   ABANDONED   the caller has gone (its deadline passed, or it was cancelled): a tombstone until the Return
 *               is in; in the list of cancels until the peer was told
 *   RETURNED    the Return of a call that the peer keeps is in; in the list of cancels until the peer was
 * told
 */
#ifndef RPC_CORE_CALLS_H
#define RPC_CORE_CALLS_H

#include <com.h>
#include <rpc_types.h>

enum rpc_call_state { RPC_CALL_FREE, RPC_CALL_WAITING, RPC_CALL_ABANDONED, RPC_CALL_RETURNED };

struct rpc_call_slot {
    int64_t sent_ns; /* no later than its Call was: its Return says that the peer heard us then */
    void *owner;     /* the caller's record; NULL unless WAITING, or if nobody wants the results */
    uint16_t generation;
    uint8_t state;
    uint8_t lent_count;
    bool keeps;                  /* the peer keeps its results until it gets a Cancel */
    uint16_t next;               /* in the list of free ones, or of cancels; 1 + slot, 0 ends it */
    uint32_t charged;            /* of the peer's credit, in bytes; 0: none */
    uint32_t lent[RPC_CAPS_MAX]; /* ids of our exports in Call.caps, 0 for what is none: each counts one for
                                    the peer */
};

struct rpc_calls {
    struct rpc_call_slot *slots;
    uint16_t capacity;
    uint16_t used;
    uint16_t free;        /* list */
    uint16_t cancels;     /* list of those that the peer is to be told of */
    uint16_t outstanding; /* all that are not FREE */
};

size_t rpc_calls_bytes(uint16_t capacity);
void rpc_calls_init(struct rpc_calls *calls, uint16_t capacity, void *memory);

/** @retval 0 the table is full (RPC_E_OUT_OF_RESOURCES) */
uint32_t rpc_calls_begin(struct rpc_calls *calls, void *owner, const struct rpc_cap *caps, uint32_t cap_count,
                         int64_t now_ns);

/** @retval NULL no call with this id is out */
struct rpc_call_slot *rpc_calls_find(struct rpc_calls *calls, uint32_t call_id);

/** Nobody waits for a WAITING call any more: it is ABANDONED, and the peer is to be told. */
void rpc_calls_abandon(struct rpc_calls *calls, struct rpc_call_slot *slot);

/** The Return of a call that the peer keeps is in: it is RETURNED, and the peer is to be told. */
void rpc_calls_return(struct rpc_calls *calls, struct rpc_call_slot *slot);

/** The next call that the peer is to be told of, taken from the list; one must be there. */
struct rpc_call_slot *rpc_calls_take_cancel(struct rpc_calls *calls);

uint32_t rpc_calls_id(const struct rpc_calls *calls, const struct rpc_call_slot *slot);

/** The Return is in, or will never come. */
void rpc_calls_end(struct rpc_calls *calls, struct rpc_call_slot *slot);

#endif
