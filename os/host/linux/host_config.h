/* What a Linux node was started with, as the object under the name "config". */
#ifndef HOST_CONFIG_H
#define HOST_CONFIG_H

#include <com.h>
#include <os/config.idl.h>

/** Without any key. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT host_config_create(IConfig **out_config);

/**
 * Gives a key its value, once.
 * @retval E_INVALIDARG the value is longer than CONFIG_VALUE_MAX, or the key is there already
 * @retval RPC_E_OUT_OF_RESOURCES too many keys
 */
COM_WARN_UNUSED HRESULT host_config_set(IConfig *config, const char *key, const char *value);

#endif
