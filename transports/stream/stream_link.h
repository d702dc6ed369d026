/* Whole frames over a stream socket: what tcp, unix and loopback have in common. */
#ifndef STREAM_LINK_H
#define STREAM_LINK_H

#include <com_impl.h>
#include <net/socket.idl.h>
#include <rpc/transport.idl.h>

/** A link over `socket`, which it references from then on. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT stream_link_create(INetwork *network, ISocket *socket, ILink **out_link);

/**
 * An ITransport over the endpoints of `network` that start with `scheme` and a colon.
 *
 * @param alias  the host to dial where an endpoint says 127.0.0.1, for machines that see this one under
 * another address; NULL: none
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT stream_transport_create(INetwork *network, const char *scheme, const char *alias,
                                                ITransport **out_transport);

#endif
