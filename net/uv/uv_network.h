/* The network of a Linux process: tcp and unix sockets, with one libuv loop in a thread of its own. */
#ifndef UV_NETWORK_H
#define UV_NETWORK_H

#include <com_impl.h>
#include <net/socket.idl.h>

/** Starts the loop's thread; the last Release ends it. @retval E_OUTOFMEMORY, OS_E_IO (out of descriptors) */
COM_WARN_UNUSED HRESULT uv_network_create(INetwork **out_network);

#endif
