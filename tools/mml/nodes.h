/* The nodes of the cluster, by name. */
#ifndef MML_NODES_H
#define MML_NODES_H

#include "mml.h"

/** Calls `visit` with the name of each node. Says why it fails. */
HRESULT mml_each_node(struct mmlite *mmlite, void (*visit)(void *context, const char *name), void *context);

#endif
