/* mml stat: what a node counts, once it was asked for it, and printed. */
#ifndef MML_STAT_H
#define MML_STAT_H

#include "mml.h"
#include <rpc/observe.idl.h>

/* Most that are shown of a node. */
enum { STAT_CONNECTIONS_MAX = 64, STAT_INTERFACES_MAX = 128 };

/* One node at one moment. */
struct stat_sample {
    char name[NODE_NAME_MAX + 1];
    struct observe_node node;
    struct observe_connection connections[STAT_CONNECTIONS_MAX];
    uint32_t connection_count;
    struct observe_interface interfaces[STAT_INTERFACES_MAX];
    uint32_t interface_count;
};

/** Which `share` (0 to 1) of the calls took no longer than the result; 0: there were none. */
double stat_quantile_ns(const struct observe_calls *calls, double share);

/**
 * Prints tables for people.
 * @param before  the sample before, for rates; NULL: none
 */
void stat_print(const struct stat_sample *sample, const struct stat_sample *before);

/** One line for each of several nodes. */
void stat_print_node(const struct stat_sample *sample, const struct stat_sample *before, bool is_first);

/** One JSON object, on one line. */
void stat_print_json(const struct stat_sample *sample);

#endif
