/*
 * A network card at a unix datagram socket, one frame each: how a machine is plugged into the switch, for a
 * TCP/IP stack of this process.
 */
#ifndef SOCKET_CARD_H
#define SOCKET_CARD_H

#include <com_impl.h>
#include <net/interface.idl.h>

/** The only one of the process, borrowed: lwIP keeps its card for ever. It is not plugged in. */
INetworkInterface *socket_card(void);

/** Makes the card's socket at `path` and sends to `port_path`, until it is pulled out. */
void socket_card_plug(const char *path, const char *port_path);
void socket_card_unplug(void);

#endif
