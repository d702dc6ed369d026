/* What `mml cluster up` and `mml cluster start` share: nodes that are started and have to join. */
#ifndef CLUSTER_JOIN_H
#define CLUSTER_JOIN_H

#include "cluster.h"

/* Waiting for nodes to join. */
struct joining {
    const struct mml *mml;
    struct cluster *cluster;
    struct mmlite *mmlite; /* a client of the cluster, once its directory answers */
    int64_t start_ns;
    int64_t deadline_ns;
    double joined_s[CLUSTER_NODES_MAX]; /* by place in cluster->nodes; 0: not yet */
};

/** From here on Ctrl-C ends the waiting, and what was started is ended with it. */
void joining_handle_interrupts(void);

/** Since the start. */
double joining_seconds(const struct joining *joining);

/* Each of these says on stderr why it returns false. */

/** Starts a machine, a Linux node or the switch, and writes down what it started. */
bool joining_start_node(struct joining *joining, struct cluster_node *node);

/** Waits until a Linux node or the switch listens; its endpoint is known then. */
bool joining_wait_until_ready(struct joining *joining, struct cluster_node *node);

/** Waits until all nodes have joined that have not (joined_s is 0). */
bool joining_wait_until_joined(struct joining *joining);

#endif
