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
    uint64_t traced; /* its place among traced calls; 0: none */
    uint32_t executed;
    uint32_t interfaces;     /* that came with the results */
    struct wire_bytes reply; /* the results */
};

/* Set once, and then constant while the node lives, except is_tracing. */
struct rpc_observer {
    bool is_tracing; /* atomic; somebody wants to see calls: those that begin are told */
    void (*attach)(struct rpc_link *link); /* a link that nobody else sees yet */
    void (*detach)(struct rpc_link *link); /* a link that nobody uses any more (node->lock held) */
    void (*call_ended)(struct rpc_link *link, const struct rpc_ended *call); /* (link->lock held) */
    /* A call of the peer was read, and one is about to be sent: each may get another trace context, which
     * goes on to what is called on behalf of it. (link->lock held) */
    void (*call_arrived)(struct rpc_incoming *call, const struct rpc_call_message *message);
    void (*call_made)(struct rpc_call *call, struct rpc_call_message *message, const uint8_t *params,
                      size_t params_bytes);
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

static inline bool rpc__observe_is_tracing(const struct rpc_link *link)
{
    return link->counters && __atomic_load_n(&link->node->observer->is_tracing, __ATOMIC_RELAXED);
}

/** A call of the peer was read: its trace context goes on to what is called on behalf of it. (lock held) */
static inline void rpc__observe_arrived(struct rpc_incoming *call, const struct rpc_call_message *message)
{
    call->has_trace = message->has_trace;
    call->trace = message->trace;
    if (rpc__observe_is_tracing(call->link))
        call->link->node->observer->call_arrived(call, message);
}

/** A call is about to be sent: completes its message with the trace context. (lock held) */
static inline void rpc__observe_sending(struct rpc_call *call, const struct rpc_thread *thread,
                                        struct rpc_call_message *message, const uint8_t *params)
{
    struct rpc_link *link = call->proxy->import->link;

    message->has_trace = thread->trace != NULL;
    if (thread->trace)
        message->trace = *thread->trace;
    if (rpc__observe_is_tracing(link))
        link->node->observer->call_made(call, message, params, (size_t)(call->request.at - params));
}

/** A call of the peer ends with this answer, whose frame has `reply_bytes`. (lock held) */
static inline void rpc__observe_served(const struct rpc_incoming *call,
                                       const struct rpc_return_message *message, struct wire_bytes results,
                                       size_t reply_bytes, int64_t now_ns)
{
    struct rpc_link *link = call->link;
    struct rpc_ended ended;

    if (!link->counters)
        return;
    ended.iid = call->interface ? call->interface->iid : call->method ? NULL : &IID_IUnknown;
    ended.is_served = true;
    ended.is_lost = false;
    ended.hr = message->hr;
    ended.bytes_in = call->request_buffer->size_bytes;
    ended.bytes_out = (uint32_t)reply_bytes;
    ended.duration_ns = now_ns - call->begin_ns;
    ended.traced = call->traced;
    ended.executed = message->executed;
    ended.interfaces = message->cap_count;
    ended.reply = results;
    link->node->observer->call_ended(link, &ended);
}

/** A call that was sent ends; `reply` NULL: without an answer, as a [oneway] call does. (lock held) */
static inline void rpc__observe_made(const struct rpc_call *call, HRESULT hr,
                                     const struct rpc_return_message *reply, uint32_t reply_bytes)
{
    struct rpc_link *link = call->proxy->import->link;
    struct rpc_ended ended;

    if (!link->counters || !call->begin_ns)
        return;
    ended.iid = call->iid;
    ended.is_served = false;
    ended.is_lost = !reply && !(call->method & RPC_ONEWAY);
    ended.hr = hr;
    ended.bytes_in = reply_bytes;
    ended.bytes_out = call->sent_bytes;
    ended.duration_ns = (reply ? link->session.lease.heard_ns : port_now_ns()) - call->begin_ns;
    ended.traced = call->traced;
    ended.executed = reply ? reply->executed : (uint32_t)RPC_EXECUTED_UNKNOWN;
    ended.interfaces = reply ? reply->cap_count : 0;
    ended.reply = reply ? reply->results : (struct wire_bytes){NULL, 0};
    link->node->observer->call_ended(link, &ended);
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
