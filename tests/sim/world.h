/*
 * Machines with a node each, from their start to their end, and what befalls them. A workload says what nodes
 * offer and what clients do.
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include <com_impl.h>
#include <rpc.h>
#include <sim.h>
#include "draw.h"
#include "options.h"

enum world_phase {
    PHASE_FAULTS, /* clients do their operations */
    PHASE_STILL,  /* faults are over; clients wait, and hold what they hold */
    PHASE_LIVE,   /* every client must reach every node */
    PHASE_DROP,   /* clients let go of everything and end */
    PHASE_STOP,   /* nodes end */
};

struct world_node {
    uint32_t index;
    const char *name;
    char endpoint[24];
    struct sim_machine *machine;
    uint32_t starts;
    bool up;            /* it was started and has not been told to stop */
    bool leave;         /* it is to stop */
    bool running;       /* its first thread has not ended */
    uint32_t clients;   /* that have not ended */
    uint32_t busy;      /* that have operations left */
    uint32_t unreached; /* that have not reached all nodes yet */
    uint64_t boots;     /* what it says that its incarnation is; 0: nothing */
    uint64_t random;    /* seed of its port_random, and so its identity */
    int64_t jumped_ns;  /* true time at which its clock jumped; 0: it never did */
    uint32_t oom;       /* one in so many allocations fails, once it is up */

    /* In the machine's memory. */
    ILocalNode *node;
    INamespace *root;
    void *context; /* the workload's */
};

/* A thread of a node that calls others. */
struct world_client {
    struct world_node *node;
    uint32_t number;
    uint32_t start; /* of the node */
    uint32_t operation;
};

/* What a simulation is about. Everything is called in threads of the machine. */
struct world_workload {
    const struct com_interface *const *interfaces;

    /** A node was started: registers objects in its root. */
    HRESULT (*start)(struct world_node *node);

    /**
     * One operation of a client; `draw` is its own. @param context  the client's memory, zeroed at first
     */
    void (*operate)(struct world_client *client, void *context, struct draw *draw);

    /** After all faults: whether this node, once more, can be used from there. Called until it can. */
    HRESULT (*reach)(struct world_client *client, void *context, struct world_node *target);

    /** Lets go of all that the client holds; more than once. */
    void (*drop)(struct world_client *client, void *context);

    /** A node ends: takes back what start registered. */
    void (*stop)(struct world_node *node);

    /** Before and after a simulation, outside of all machines. May be NULL. */
    void (*begin)(void);
    void (*finish)(void);

    /** The ledger's number of an object, by any of its interfaces; 0: not one of ours. NULL: none is. */
    uint32_t (*object_number)(void *pointer);

    size_t context_bytes;
};

struct world {
    struct sim_options options;
    uint64_t seed;
    const struct world_workload *workload;
    enum world_phase phase;
    bool calm;    /* nothing goes wrong */
    bool orderly; /* nothing but nodes that end in good order, and let all calls end first */
    bool started; /* all nodes were up */
    int64_t healed_ns;
    struct world_node nodes[NODES_MAX];
};

extern struct world world;

#define WORLD_SECOND (1000 * PORT_NS_PER_MS)

/** Runs one simulation from its start to its end. @return its digest */
uint64_t world_run(uint64_t seed, const struct sim_options *options, const struct world_workload *workload);

#endif
