#ifndef UDP_TRANSPORT_H
#define UDP_TRANSPORT_H

#include <com_impl.h>
#include <rpc/transport.idl.h>

/**
 * Links over UDP: endpoints "udp:ADDRESS:PORT".
 * @param network         made by udp_network_create
 * @param loopback_alias  as that of tcp_transport_create
 */
COM_WARN_UNUSED HRESULT udp_transport_create(INetwork *network, const char *loopback_alias,
                                             ITransport **out_transport);

/** Links over UDP to nodes of one local network, as tcp_transport_create_local. */
COM_WARN_UNUSED HRESULT udp_transport_create_local(INetwork *network, const char *scheme,
                                                   ITransport **out_transport);

#endif
