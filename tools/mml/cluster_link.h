/* mml cluster link, partition, heal, capture: what can be done to the network while it runs. */
#ifndef CLUSTER_LINK_H
#define CLUSTER_LINK_H

#include "mml.h"

enum mml_exit cluster_link(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit cluster_partition(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit cluster_heal(const struct mml *mml, int argument_count, char **arguments);
enum mml_exit cluster_capture(const struct mml *mml, int argument_count, char **arguments);

#endif
