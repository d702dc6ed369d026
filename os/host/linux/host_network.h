/* The network of a Linux node: libuv's loop thread and the transports above it. */
#ifndef HOST_NETWORK_H
#define HOST_NETWORK_H

#include <rpc.h>

struct host_network;

/** Starts the network's thread. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT host_network_create(struct host_network **out_network);

/** Fills in `network` and the transports; the node takes references. */
void host_network_describe(struct host_network *network, struct rpc_node_config *config);

/** Releases all of it; the thread ends with the last socket. NULL is allowed. */
void host_network_destroy(struct host_network *network);

#endif
