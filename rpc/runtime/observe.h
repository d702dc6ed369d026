/*
 * What a node counts of its calls and connections: the hooks that the other files call where a call ends or a
 * frame passes. They do nothing until rpc_observe was called for the node, and what they do then (counters.c)
 * is linked only with it.
 */
#ifndef RPC_RUNTIME_OBSERVE_H
#define RPC_RUNTIME_OBSERVE_H

#include "runtime.h"
#include <rpc/observe.idl.h>

/* Interfaces that are told apart on a link and in the sum of all, in both directions; the others share a row.
 */
enum { RPC_LINK_ROWS_MAX = 48, RPC_NODE_ROWS_MAX = 96 };

/* The calls of one interface in one direction. */
struct rpc_row {
    struct rpc_row *next;
    IID iid; /* zeros: of interfaces that the node does not know, or of all that found no place */
    bool is_served;
    struct observe_calls calls;
};

/* Of a link, made with it and freed with it (link->lock); and of all links that have ended (node->lock). */
struct rpc_counters {
    uint64_t frames_in;
    uint64_t frames_out;
    uint64_t bytes_in;
    uint64_t bytes_out;
    uint64_t refused;
    struct rpc_row *rows;   /* in the order in which they were made */
    struct rpc_row *recent; /* the one that was used last: mostly the next one too */
    uint32_t row_count;
};

/* A call that ended. */
struct rpc_ended {
    const IID *iid; /* NULL: of no interface that the node knows */
    bool is_served;
    bool is_lost;
    HRESULT hr;
    uint32_t bytes_in;
    uint32_t bytes_out;
    int64_t duration_ns;
};

/* Set once, and then constant while the node lives. */
struct rpc_observer {
    void (*attach)(struct rpc_link *link); /* a link that nobody else sees yet */
    void (*detach)(struct rpc_link *link); /* a link that nobody uses any more (node->lock held) */
    void (*call_ended)(struct rpc_link *link, const struct rpc_ended *call); /* (link->lock held) */
    void (*destroy)(struct rpc_observer *observer);
};

static inline void rpc__observe_frame_in(struct rpc_link *link, uint32_t bytes)
{
    if (!link->counters)
        return;
    link->counters->frames_in++;
    link->counters->bytes_in += bytes;
}

static inline void rpc__observe_frame_out(struct rpc_link *link, size_t bytes)
{
    if (!link->counters)
        return;
    link->counters->frames_out++;
    link->counters->bytes_out += bytes;
}

static inline void rpc__observe_refused(struct rpc_link *link)
{
    if (link->counters)
        link->counters->refused++;
}

/** A call of the peer ends with this answer. (lock held) */
static inline void rpc__observe_served(const struct rpc_incoming *call, HRESULT hr, size_t reply_bytes,
                                       int64_t now_ns)
{
    struct rpc_link *link = call->link;

    if (!link->counters)
        return;
    link->node->observer->call_ended(link, &(struct rpc_ended){
                                               .iid = call->interface ? call->interface->iid
                                                      : call->method  ? NULL
                                                                      : &IID_IUnknown,
                                               .is_served = true,
                                               .hr = hr,
                                               .bytes_in = call->request_buffer->size_bytes,
                                               .bytes_out = (uint32_t)reply_bytes,
                                               .duration_ns = now_ns - call->begin_ns,
                                           });
}

/** A call that was sent ends; `reply_bytes` 0: without an answer, as a [oneway] call does. (lock held) */
static inline void rpc__observe_made(const struct rpc_call *call, HRESULT hr, uint32_t reply_bytes)
{
    struct rpc_link *link = call->proxy->import->link;

    if (!link->counters || !call->begin_ns)
        return;
    link->node->observer->call_ended(
        link, &(struct rpc_ended){
                  .iid = call->iid,
                  .is_lost = !reply_bytes && !(call->method & RPC_ONEWAY),
                  .hr = hr,
                  .bytes_in = reply_bytes,
                  .bytes_out = call->sent_bytes,
                  .duration_ns = (reply_bytes ? link->session.heard_ns : port_now_ns()) - call->begin_ns,
              });
}

/* ---- counters.c ---- */

/** Adds what ended to the row of its interface. (what guards the counters is held) */
void rpc__counters_add(struct rpc_counters *counters, uint32_t rows_max, const struct rpc_ended *call);

/** Adds all of `from`. (what guards both is held) */
void rpc__counters_merge(struct rpc_counters *counters, uint32_t rows_max, const struct rpc_counters *from);

/** The sum of all rows of a direction. */
void rpc__counters_sum(const struct rpc_counters *counters, bool is_served, struct observe_calls *out_calls);

void rpc__counters_clear(struct rpc_counters *counters);

#endif
