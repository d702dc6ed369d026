#ifndef TCP_TRANSPORT_H
#define TCP_TRANSPORT_H

#include <com_impl.h>
#include <rpc/transport.idl.h>

/**
 * Links over TCP: endpoints "tcp:ADDRESS:PORT" of `network`.
 * @param loopback_alias  address to dial where an endpoint says 127.0.0.1 ("10.0.2.2" in a QEMU machine);
 * NULL: none
 */
COM_WARN_UNUSED HRESULT tcp_transport_create(INetwork *network, const char *loopback_alias,
                                             ITransport **out_transport);

/**
 * Links over TCP to nodes of one local network, whose addresses mean nothing elsewhere: endpoints
 * "SCHEME:ADDRESS:PORT". Only nodes on that network have the transport; others pass over such an endpoint.
 * @param scheme  the name of the network, which no other has
 * @retval E_INVALIDARG it is too long; E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT tcp_transport_create_local(INetwork *network, const char *scheme,
                                                   ITransport **out_transport);

#endif
