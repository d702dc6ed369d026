/* What a node needs that loads components: folders as names, the loader, and the configuration of demand. */
#ifndef HOST_LOADING_H
#define HOST_LOADING_H

#include <com/namespace.idl.h>
#include <mmlite.h>
#include <os/config.idl.h>

/**
 * Registers "loader" and "components", and tells demand's keys, if the options name anything to load from.
 * @retval S_FALSE they do not: the node loads nothing
 * @retval as mmlite_open
 */
COM_WARN_UNUSED HRESULT host_loading_prepare(INamespace *root, IConfig *config,
                                             const struct mmlite_options *options);

/** Lets go of all that was loaded; without "demand" nothing is done. */
void host_loading_close(INamespace *root);

#endif
