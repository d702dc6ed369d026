#ifndef UNIX_TRANSPORT_H
#define UNIX_TRANSPORT_H

#include <com_impl.h>
#include <rpc/transport.idl.h>

/** Links over sockets of this machine: endpoints "unix:PATH" of `network`. */
COM_WARN_UNUSED HRESULT unix_transport_create(INetwork *network, ITransport **out_transport);

#endif
