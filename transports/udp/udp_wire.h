/*
 * Packets as they travel; docs/protocol.md has the tables. Freestanding.
 *
 * A packet is a header of 16 bytes, 4 bytes that say what it is, the payload, and a checksum over all of it:
 * UDP's own misses one damaged packet of 65,536 and every exchange of 16-bit words, and what is delivered
 * here must be exactly what was sent.
 */
#ifndef UDP_WIRE_H
#define UDP_WIRE_H

#include <net/datagram.idl.h>
#include <stdbool.h>
#include <stdint.h>

#define UDP_VERSION 1

/* What every path carries without fragments: QUIC's choice, too. */
#define UDP_DATAGRAM_MAX 1200u
#define UDP_FIXED_BYTES 20u
#define UDP_CHECK_BYTES 4u
#define UDP_SHORTEST (UDP_FIXED_BYTES + UDP_CHECK_BYTES)
#define UDP_PAYLOAD_MAX (UDP_DATAGRAM_MAX - UDP_SHORTEST)
/* A peer that takes less than this is none. */
#define UDP_DATAGRAM_MIN 256u

/* Packets beyond the acknowledged one that can be under way: what ack_bits can name. */
#define UDP_WINDOW_MAX 32u

enum udp_flags {
    UDP_NUMBERED = 1, /* it has the number seq, is acknowledged and delivered once */
    UDP_URGENT = 2,   /* numbered: the payload is a message, not a part of the stream */
    UDP_CLOSE = 4,    /* numbered: nothing follows, and nothing is read any more */
    UDP_PROBE = 8,    /* the peer is asked to answer at once */
    UDP_FLAGS = 15,
};

struct udp_header {
    uint32_t connection; /* the receiver's id of it; 0: one of enum udp_kind */
    uint32_t seq;        /* of this packet; not numbered: of the next one that will be */
    uint32_t ack;        /* all before this one have come */
    uint32_t ack_bits;   /* bit n: ack + 1 + n has come */
    uint8_t flags;
    uint8_t window;     /* how many packets from `ack` on are taken */
    uint16_t ack_delay; /* how long the acknowledgement was held back, in units of 64 us */
};

/* Packets without a connection: the second word of the header is kind, version and two zeros. */
enum udp_kind {
    UDP_INIT = 1, /* client: may I? */
    UDP_COOKIE,   /* server, which remembers nothing: show this */
    UDP_OPEN,     /* client: here it is */
    UDP_ACCEPT,   /* server: yes */
    UDP_RESET,    /* there is no such connection */
    UDP_REFUSE,   /* nobody listens, or no room */
    UDP_VERSIONS, /* not this version */
};

#define UDP_INIT_BYTES 64u   /* the longest, so that no answer is longer than the question */
#define UDP_COOKIE_BYTES 12u /* a time and a code */

void udp_header_write(uint8_t at[UDP_FIXED_BYTES], const struct udp_header *header);
void udp_header_read(const uint8_t at[UDP_FIXED_BYTES], struct udp_header *out_header);

/** CRC-32C. */
uint32_t udp_checksum(const uint8_t *bytes, uint32_t size_bytes);

/** Writes the checksum behind `size_bytes`. @return the size with it */
uint32_t udp_seal(uint8_t *packet, uint32_t size_bytes);

/** Whether the length is one and the checksum right. */
bool udp_is_sound(const uint8_t *packet, uint32_t size_bytes);

/** SipHash-2-4 of `size_bytes` (below 256). */
uint64_t udp_keyed_code(const uint64_t key[2], const uint8_t *bytes, uint32_t size_bytes);

static inline bool udp_same_address(const struct net_address *a, const struct net_address *b)
{
    return a->host == b->host && a->port == b->port;
}

/** Whether packet `a` was numbered before `b`: numbers wrap around. */
static inline bool udp_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

#endif
