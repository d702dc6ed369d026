/*
 * The cluster folder: all that is known of a cluster of this machine, so that any mml can look at it and end
 * it.
 *
 *     ${XDG_RUNTIME_DIR:-/tmp}/mmlite-UID/     only for its owner (0700)
 *         NAME/                                one cluster
 *             directory                        one line: the endpoint of the node that holds the directory;
 *                                              every client of the machine reads it
 *             lock                             held by the mml that changes something
 *             n1.node                          one node: key=value lines
 *             n1.log                           what it wrote: a kernel's serial port, a Linux node's output
 *             n1.romfs                         what was added to a kernel (mml cluster up --add)
 *             n2.components/                   what was added to a Linux node
 *             uploads/                         files that nodes are about to load (upload.h)
 *             switch.node, switch.log          the same of the switch that the machines are on
 *             switch.control                   where it is called (idl/net/switch.idl)
 *             n1.card, n1.port                 the two ends of a machine's cable: the machine's and the
 * switch's
 */
#ifndef FOLDER_H
#define FOLDER_H

#include "mml.h"
#include "process.h"

#define CLUSTER_PATH_MAX 4096
#define CLUSTER_NAME_MAX 31
#define CLUSTER_NODES_MAX 16
#define NODE_ARGUMENTS_MAX 256
#define CLUSTER_ROMFS_SUFFIX ".romfs"
#define CLUSTER_COMPONENTS_SUFFIX ".components"
#define CLUSTER_POLICY_SUFFIX ".policy"

/* The switch is a process of the cluster, and no node. */
#define SWITCH_NODE "switch"

struct cluster_node {
    char name[NODE_NAME_MAX + 1];
    char system[16];                     /* "linux", "kernel-i386", "kernel-armv7m" */
    char endpoint[NET_ENDPOINT_MAX + 1]; /* where it listens; "" until a Linux node said so */
    char echo[NET_ENDPOINT_MAX + 1];     /* where its echo service listens; "": it has none */
    bool has_added;                      /* it was given files: see the suffixes above */
    char address[32];                    /* of a machine, on the switch: "10.0.2.15" */
    struct process process;              /* pid 0: stopped on purpose */
    char *arguments[NODE_ARGUMENTS_MAX]; /* of a Linux node, beside its name and endpoints; owned */
    size_t argument_count;
};

struct cluster {
    char name[CLUSTER_NAME_MAX + 1];
    char path[CLUSTER_PATH_MAX];
    int lock;                                     /* an open file, locked; -1: not locked */
    struct cluster_node nodes[CLUSTER_NODES_MAX]; /* "host" first, then by name */
    size_t node_count;

    /* Without a name where no node is a machine. Its address is the scheme of endpoints that only its own
     * machines can dial: "switch-3f9a2c01". */
    struct cluster_node net_switch;
};

/** The folder that holds the clusters, made and checked. Says why not. */
bool clusters_folder(char *path, size_t capacity);

/**
 * Finds the cluster `name`, or the only one where it is NULL, and reads its nodes. Says why not.
 * The caller ends with cluster_close.
 */
bool cluster_open(const char *name, struct cluster *out_cluster);

/** Makes the folder of a new cluster, locked; takes over what is left of one whose nodes are all gone. */
bool cluster_create(const char *name, struct cluster *out_cluster);

/** Locks it and reads its nodes again, waiting for another mml. Says why not. */
bool cluster_lock(struct cluster *cluster);

/** Unlocks and frees; the folder stays. */
void cluster_close(struct cluster *cluster);

/** Removes the folder with all that is in it; the cluster must be locked and its nodes gone. */
bool cluster_remove(struct cluster *cluster);

/** Adds a node (NULL: the cluster is full). Nothing is written. */
struct cluster_node *cluster_add_node(struct cluster *cluster, const char *name, const char *system);

/** Also the switch, by its name. NULL if there is none of that name. */
struct cluster_node *cluster_find_node(struct cluster *cluster, const char *name);

/** Keeps a copy of a word for a Linux node's command line. @retval false no place */
bool cluster_node_add_argument(struct cluster_node *node, const char *argument);

/** Whether the node `host` serves a folder under that name (--dir NAME=...). */
bool cluster_serves(const struct cluster *cluster, const char *name);

/** Writes a node's record, whole or not at all. Says why not. */
bool cluster_write_node(const struct cluster *cluster, const struct cluster_node *node);

/** Writes to a node's log that it is started, or what else is done to it; no harm if it cannot. */
void cluster_log_line(const struct cluster *cluster, const struct cluster_node *node, const char *what);

/** Writes the endpoint that clients read. Says why not. */
bool cluster_write_directory(const struct cluster *cluster, const char *endpoint);

/** Writes a file of the cluster, whole or not at all; others can read the one before until then. Says why
 * not. */
bool cluster_write_file(const struct cluster *cluster, const char *path, const void *data, size_t size_bytes);

/** The path of a file of the cluster: `<node><suffix>`, such as ".log". */
void cluster_file_path(const struct cluster *cluster, const char *node, const char *suffix,
                       char path[CLUSTER_PATH_MAX]);

/** Calls `each` with every cluster's name; returns how many there are, -1 after saying why not. */
int cluster_list_names(void (*each)(void *context, const char *name), void *context);

/** Whether a list of endpoints, separated by spaces, has this one. */
bool cluster_has_endpoint(const char *endpoints, const char *endpoint);

/** Whether it can be a name: 1..31 of [a-z0-9_-]. */
bool cluster_name_is_valid(const char *name);

#endif
