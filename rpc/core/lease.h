/*
 * How long the two ends of a link may trust each other. All times are of the owner's own clock; no clocks are
 * compared.
 *
 * A lease is renewed by an acknowledgement only, and counts from when the acknowledged message was SENT: then
 * the peer heard it at that time or later. So who holds references gives up, by its own clock, before the
 * peer, which counts from when it last heard it and waits half as long again, frees what they refer to.
 * Merely hearing the peer proves nothing: it may hear us no more.
 *
 *   holder    send ----------- RPC_IDLE_HOLD_NS ----------> gives up
 *   exporter       `-> hears --------------- RPC_FREE_NS ---------------> frees
 */
#ifndef RPC_CORE_LEASE_H
#define RPC_CORE_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#define RPC_BUSY_PING_NS \
    INT64_C(1000000000) /* without an acknowledgement before a Ping while calls are out */
#define RPC_BUSY_HOLD_NS INT64_C(3000000000) /* and before the link is dead */
#define RPC_IDLE_PING_NS INT64_C(3300000000)
#define RPC_IDLE_HOLD_NS INT64_C(10000000000)

/* 1.5 * RPC_IDLE_HOLD_NS, and a second: one clock may go a tenth too fast and the other as much too slowly.
 */
#define RPC_FREE_NS INT64_C(16000000000)
#define RPC_NEVER INT64_MAX

struct rpc_lease {
    int64_t started_ns;    /* of the link, before its greeting; tokens of Pings count from here */
    int64_t acked_ns;      /* when the latest of what the peer certainly got was sent */
    int64_t asked_ns;      /* when the last Ping was sent */
    int64_t heard_ns;      /* when the last frame came */
    int64_t busy_since_ns; /* when the first of the calls that are out was sent */
};

/** The greeting is over. @param sent_ns  of our part of it, or earlier */
void rpc_lease_open(struct rpc_lease *lease, int64_t sent_ns, int64_t now_ns);

/** The peer has something that was sent at `sent_ns`, or later. */
void rpc_lease_acked(struct rpc_lease *lease, int64_t sent_ns);

/** A Ping is being sent. @return its token: when that was */
uint64_t rpc_lease_ask(struct rpc_lease *lease, int64_t now_ns);

/** A Pong is in. A token that no Ping can have had says nothing. */
void rpc_lease_answered(struct rpc_lease *lease, uint64_t token);

/**
 * When this end gives up, unless something is acknowledged.
 * @param busy  calls are out
 */
int64_t rpc_lease_end_ns(const struct rpc_lease *lease, bool busy);

/** Asks for a Ping if it is time. @return when to call it again, at the latest at the lease's end */
int64_t rpc_lease_tick(const struct rpc_lease *lease, bool busy, int64_t now_ns, bool *inout_ping_due);

/** When the peer has certainly given up, if nothing is acknowledged to it any more. */
static inline int64_t rpc_lease_free_ns(const struct rpc_lease *lease)
{
    return lease->heard_ns + RPC_FREE_NS;
}

#endif
