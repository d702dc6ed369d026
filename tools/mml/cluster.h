/*
 * What the parts of `mml cluster` share.
 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include "folder.h"

/* cluster_up.c */
enum mml_exit cluster_up(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit cluster_start(const struct mml *mml, int argument_count, char **arguments);

/* cluster_show.c */
enum mml_exit cluster_show(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit cluster_log(const struct mml *mml, int argument_count, char **arguments);

/** Prints the last lines of a node's log on stderr. */
void cluster_print_log_end(const struct cluster *cluster, const struct cluster_node *node);

/* cluster.c */
void cluster_print_help(void);

/** Ends all nodes; machines first, the node with the directory last. Says which one would not end. */
bool cluster_end_nodes(struct cluster *cluster);

/* The options of the commands that work on one cluster, and the words behind them. */
struct cluster_options {
    const char *name; /* NULL: the only one */
    bool by_force;
    bool help;
    int word_count;
    char **words;
};

/** Reads them; a `words_wanted` other than the number given is an error. Returns MML_OK or MML_USAGE. */
enum mml_exit cluster_read_options(const char *command, int argument_count, char **arguments,
                                   int words_wanted, struct cluster_options *out_options);

#endif
