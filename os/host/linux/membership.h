/* Entering the cluster: waits for what net_namespace does on its own. */
#ifndef HOST_MEMBERSHIP_H
#define HOST_MEMBERSHIP_H

#include <com.h>
#include <com/namespace.idl.h>

/**
 * Waits until the node is entered into the directory; a node that announces nothing only has to reach it.
 *
 * @param announces  the node has a name and listens
 * @retval NET_E_NAME_IN_USE, NET_E_UNREACHABLE and what else Announce and Connect return; S_OK without a
 * directory
 */
COM_WARN_UNUSED HRESULT host_join_cluster(INamespace *root, bool announces);

#endif
