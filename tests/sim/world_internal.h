/* Shared by world.c (the course) and faults.c (what befalls machines). */
#ifndef SIM_WORLD_INTERNAL_H
#define SIM_WORLD_INTERNAL_H

#include "ledger.h"
#include "network.h"
#include "world.h"

enum { WORLD_CONTEXT_BYTES = 1024 };

extern struct port_condition world_changed; /* the phase, or what clients have done */

void world_start_node(struct world_node *node);

/** What the options say, one after the other, while clients are busy. */
void world_do_faults(void);

/** Everything works again from here on. */
void world_end_faults(void);

#endif
