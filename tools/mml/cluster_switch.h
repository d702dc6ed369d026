/* The switch of a cluster: a process that its machines are plugged into, called as ISwitch
 * (idl/net/switch.idl). */
#ifndef CLUSTER_SWITCH_H
#define CLUSTER_SWITCH_H

#include "folder.h"
#include <net/switch.idl.h>

/**
 * Gives the machines of a new cluster their addresses, and the cluster a switch if it has machines. Nothing
 * is started.
 */
void switch_plan(struct cluster *cluster);

/** Whether the program is there. Says what is missing. */
bool switch_can_start(void);

/** Starts the cluster's switch; it says "ready" in its log when it can be called. Says why not. */
bool switch_start(struct cluster *cluster);

/* A connection to a switch. */
struct switch_client {
    struct mmlite *mmlite;
    ISwitch *object; /* one reference */
};

/** Connects, or says why not; the caller ends with switch_disconnect if it returns true. */
bool switch_connect(const struct cluster *cluster, struct switch_client *out_client);
void switch_disconnect(struct switch_client *client);

/**
 * Plugs a machine in that is about to start, or is running while the switch is new: fills in its endpoints,
 * which are those of before if their ports are free. Says why not.
 */
bool switch_attach(const struct cluster *cluster, struct cluster_node *node);

/** A machine has ended: what it had open here is closed. No harm if the switch does not answer. */
void switch_detach(const struct cluster *cluster, const struct cluster_node *node);

#endif
