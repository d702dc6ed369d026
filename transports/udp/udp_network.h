/* Streams over datagrams, as a network. */
#ifndef UDP_NETWORK_H
#define UDP_NETWORK_H

#include <com_impl.h>
#include <net/socket.idl.h>

/**
 * An INetwork with endpoints "udp:ADDRESS:PORT"; its sockets are IUrgentSocket, too. Portable on port.h.
 *
 * The last Release waits, a second at most, until what was sent has arrived.
 * @param network  that carries datagrams (IDatagramNetwork), and whose timers and thread it uses
 * @retval E_NOINTERFACE it carries none; E_OUTOFMEMORY
 */
COM_WARN_UNUSED HRESULT udp_network_create(INetwork *network, INetwork **out_network);

#endif
