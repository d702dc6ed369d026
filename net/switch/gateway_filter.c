/* See gateway_filter.h. */
#include "gateway_filter.h"

#define ETHERNET_BYTES 14
#define TYPE_IP 0x0800
#define TYPE_ARP 0x0806

#define IP_BYTES 20
#define IP_VERSION_AND_WORDS 0x45 /* version 4, five words: without options */
#define IP_FRAGMENT_BITS 0x3FFF   /* more fragments, or an offset */
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

#define UDP_BYTES 8
/* Below are services that libslirp has itself. */
#define UDP_PORT_MIN 1024

#define TCP_BYTES 20
#define TCP_FLAGS_AT 13
#define TCP_SYN 0x02
#define TCP_ACK 0x10

static uint32_t read_16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static uint32_t read_32(const uint8_t *bytes)
{
    return read_16(bytes) << 16 | read_16(bytes + 2);
}

enum gateway_verdict gateway_filter(const uint8_t *frame, uint32_t length)
{
    const uint8_t *ip = frame + ETHERNET_BYTES;
    const uint8_t *tcp = ip + IP_BYTES;

    if (length < ETHERNET_BYTES)
        return GATEWAY_DROPS;
    if (read_16(frame + ETHERNET_BYTES - 2) == TYPE_ARP)
        return GATEWAY_RESOLVES;
    if (read_16(frame + ETHERNET_BYTES - 2) != TYPE_IP || length < ETHERNET_BYTES + IP_BYTES + UDP_BYTES)
        return GATEWAY_DROPS;
    if (ip[0] != IP_VERSION_AND_WORDS || (read_16(ip + 6) & IP_FRAGMENT_BITS) ||
        read_32(ip + 16) != GATEWAY_ADDRESS)
        return GATEWAY_DROPS;
    if (ip[9] == PROTOCOL_UDP)
        return read_16(ip + IP_BYTES + 2) >= UDP_PORT_MIN ? GATEWAY_OPENS : GATEWAY_DROPS;
    if (ip[9] != PROTOCOL_TCP || length < ETHERNET_BYTES + IP_BYTES + TCP_BYTES)
        return GATEWAY_DROPS;
    return (tcp[TCP_FLAGS_AT] & (TCP_SYN | TCP_ACK)) == TCP_SYN ? GATEWAY_OPENS : GATEWAY_PASSES;
}
