/*
 * Finding the cluster of this machine. Its run-time folder, which `mml cluster` writes:
 *
 *     ${XDG_RUNTIME_DIR:-/tmp}/mmlite-UID/<cluster>/directory    one line: the endpoint of the directory
 */
#ifndef HOST_CLUSTER_H
#define HOST_CLUSTER_H

#include <com.h>

/**
 * The endpoint of the directory: $MML_NODE, else that of the only cluster in the run-time folder.
 *
 * @retval NS_E_NOT_FOUND there is no cluster, or more than one: the detail lists them
 * @retval E_ACCESSDENIED the run-time folder belongs to somebody else, or others may write there
 * @retval OS_E_IO a file cannot be read, or holds no endpoint
 */
COM_WARN_UNUSED HRESULT host_cluster_find(char *endpoint, size_t capacity);

#endif
