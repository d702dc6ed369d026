/* Printing links, for people and as JSON. */
#ifndef CLUSTER_LINK_SHOW_H
#define CLUSTER_LINK_SHOW_H

#include "mml.h"
#include <net/switch.idl.h>

/* What the switch says of one direction of a link. */
struct link_direction {
    struct switch_conditions conditions;
    struct switch_counters counters;
    uint64_t seed;
};

struct link {
    char name[SWITCH_NAME_MAX + 1];
    boolean present;
    uint32_t group;
    struct link_direction from, to;
};

void link_show(const struct link *link);
void link_show_json(const struct link *link);

#endif
