/*
 * A network inside one process: for nodes that live together, and for tests. Portable on port.h.
 */
#ifndef LOOPBACK_H
#define LOOPBACK_H

#include <com_impl.h>
#include <net/socket.idl.h>
#include <rpc/transport.idl.h>

/** A network of its own, with endpoints "loopback:NAME". @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT loopback_network_create(INetwork **out_network);

/** Links over it. */
COM_WARN_UNUSED HRESULT loopback_transport_create(INetwork *network, ITransport **out_transport);

#endif
