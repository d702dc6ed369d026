/* The object "observe": what observe.c (counters) and trace.c (calls as they end) share. */
#ifndef RPC_RUNTIME_OBSERVATION_H
#define RPC_RUNTIME_OBSERVATION_H

#include "observe.h"

enum { RPC_TRACERS_MAX = 8 };

struct trace_slot;

struct rpc_observation {
    struct rpc_observer observer;
    IObserve IObserve_iface;
    ITracer ITracer_iface;
    ILimits ILimits_iface;
    struct rpc_node *node; /* it owns this; a reference to one is a reference to the other */
    int64_t begin_ns;
    struct rpc_counters ended; /* (node->lock) sums of links that are gone */

    struct port_mutex trace_lock; /* taken last */
    struct trace_slot *slots;     /* (trace_lock) the ring; NULL: nobody traces */
    uint32_t tracers;             /* (trace_lock) */
    uint64_t taken;               /* (trace_lock) places that were taken: never 0, never the same again */
    uint64_t ended_calls;         /* (trace_lock) traced calls that ended */
};

static inline struct rpc_observation *rpc__observation_of(const struct rpc_node *node)
{
    return container_of(node->observer, struct rpc_observation, observer);
}

/* ---- limits.c ---- */

extern const struct ILimitsVtbl rpc__limits_vtbl;

/* ---- trace.c ---- */

extern const struct ITracerVtbl rpc__tracer_vtbl;

/** Hooks of struct rpc_observer. (link->lock held) */
void rpc__trace_arrived(struct rpc_incoming *call, const struct rpc_call_message *message);
void rpc__trace_made(struct rpc_call *call, struct rpc_call_message *message, const uint8_t *params,
                     size_t params_bytes);
void rpc__trace_ended(struct rpc_observation *observation, const struct rpc_ended *ended);

#endif
