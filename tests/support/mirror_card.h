/*
 * A network card before a mirror, for a TCP/IP stack that is to talk to itself through its driver: ARP is
 * answered for every address but the asker's, and an IPv4 frame to another machine comes back as if from that
 * machine. (Exchanging the two addresses leaves the checksums of IPv4 and TCP as they are.)
 */
#ifndef MIRROR_CARD_H
#define MIRROR_CARD_H

#include <com_impl.h>
#include <net/interface.idl.h>

/**
 * The only one of the process, borrowed: lwIP keeps its card for ever.
 * @param lose_every  of so many frames one is lost; 0: none, but for those that find its ring full
 */
INetworkInterface *mirror_card(uint32_t lose_every);

/** Frames that were lost on purpose. */
uint32_t mirror_card_lost(void);

/** From now on the card takes no frame (OS_E_IO), or takes them again. */
void mirror_card_refuse(bool refuse);

#endif
