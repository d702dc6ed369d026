/*
 * Datagrams inside one process, over a network that loses, doubles and reorders them: an INetwork for what is
 * made of datagrams. Portable on port.h; timers and thread are those of a loopback network.
 */
#ifndef LOSSY_DATAGRAMS_H
#define LOSSY_DATAGRAMS_H

#include <com_impl.h>
#include <net/socket.idl.h>

struct lossy_options {
    uint32_t seed;
    uint32_t loss, duplicate, reorder; /* of a hundred */
};

/** The object is IDatagramNetwork, too; it neither connects nor listens. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT lossy_datagrams_create(const struct lossy_options *options, INetwork **out_network);

#endif
