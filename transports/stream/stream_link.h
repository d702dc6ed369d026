/* Whole frames over a stream socket: what tcp, unix and loopback have in common. */
#ifndef STREAM_LINK_H
#define STREAM_LINK_H

#include <com_impl.h>
#include <net/socket.idl.h>
#include <rpc/transport.idl.h>

/** A link over `socket`, which it references from then on. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT stream_link_create(INetwork *network, ISocket *socket, ILink **out_link);

/* How a transport's endpoints are those of its network. */
struct stream_names {
    const char *scheme;         /* what its endpoints begin with, before the colon */
    const char *network_scheme; /* what the network calls it; NULL: the same */
    const char *alias; /* the host to dial where an endpoint says 127.0.0.1, for machines that see this one
                          under another address; NULL: none */
};

/**
 * An ITransport over the endpoints of `network` that start with the scheme and a colon.
 * @param names  copied
 * @retval E_INVALIDARG one of them is longer than NET_ENDPOINT_MAX
 * @retval E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT stream_transport_create(INetwork *network, const struct stream_names *names,
                                                ITransport **out_transport);

#endif
