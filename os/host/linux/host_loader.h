/* The loader of shared objects, as the object under the name "loader". */
#ifndef HOST_LOADER_H
#define HOST_LOADER_H

#include <com.h>
#include <os/loader.idl.h>

/** @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT host_loader_create(ILoader **out_loader);

#endif
