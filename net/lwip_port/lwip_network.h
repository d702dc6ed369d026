/*
 * TCP of lwIP as an INetwork. One per process or kernel, because lwIP's state is global.
 */
#ifndef LWIP_NETWORK_H
#define LWIP_NETWORK_H

#include <com_impl.h>
#include <net/interface.idl.h>
#include <net/socket.idl.h>

struct lwip_network_config {
    INetworkInterface *card; /* NULL: only the machine's own 127.0.0.1 */
    const char *address;     /* "10.0.2.15" */
    const char *netmask;
    const char *gateway;
};

/**
 * Starts lwIP and the network's thread, which is the only one that feeds it frames and timers.
 * @retval E_INVALIDARG an address is malformed; E_UNEXPECTED there is one already; E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT lwip_network_create(const struct lwip_network_config *config, INetwork **out_network);

#endif
