/*
 * What a machine may send to this one: TCP and UDP to the gateway's own address, which stands for 127.0.0.1,
 * and ARP. Everything else that libslirp could do for it (other hosts, name service, boot service, fragments)
 * never gets there.
 */
#ifndef GATEWAY_FILTER_H
#define GATEWAY_FILTER_H

#include <stdint.h>

/* 10.0.2.0/24; the gateway is 10.0.2.2. */
#define GATEWAY_NETWORK UINT32_C(0x0A000200)
#define GATEWAY_NETMASK UINT32_C(0xFFFFFF00)
#define GATEWAY_ADDRESS UINT32_C(0x0A000202)

enum gateway_verdict {
    GATEWAY_DROPS,
    GATEWAY_RESOLVES, /* passes; it says where an address is */
    GATEWAY_PASSES,
    GATEWAY_OPENS, /* passes; the first frame of a new connection, or of UDP, which may be that */
};

/** @param frame  of Ethernet */
enum gateway_verdict gateway_filter(const uint8_t *frame, uint32_t length);

#endif
