/*
 * The reliable, ordered layer over datagrams, without sockets, threads, clock and heap: datagrams and the
 * time go in, datagrams come out through struct udp_host. Freestanding. docs/protocol.md says what travels.
 *
 * An endpoint is one port with the connections through it. The caller guards it and all its connections with
 * one lock, which is held in the calls that the core makes, too.
 *
 * What is delivered is exactly what was sent, in order, once; or the connection dies, for good.
 *
 * Memory: struct udp_connection for each peer, and packets: at most limits.window received ones,
 * limits.queue that wait, UDP_URGENT_MAX of those that do not, one that closes, and the peer's limits.window
 * sent ones. A peer that is idle and has been read from has none.
 */
#ifndef UDP_CORE_H
#define UDP_CORE_H

#include "udp_wire.h"

#define UDP_NS_PER_MS INT64_C(1000000)
#define UDP_FOREVER INT64_MAX

/* Urgent messages that wait to be sent. */
#define UDP_URGENT_MAX 4u

/* A client gives up if nobody answers for so long, a server forgets who does not come back. */
#define UDP_HANDSHAKE_NS (5000 * UDP_NS_PER_MS)
/* A peer that acknowledges nothing for so long is gone. */
#define UDP_GIVE_UP_NS (15000 * UDP_NS_PER_MS)
#define UDP_ACK_DELAY_NS (25 * UDP_NS_PER_MS)
#define UDP_ACK_DELAY_UNIT_NS INT64_C(64000) /* of udp_header.ack_delay */

struct udp_packet {
    struct udp_packet *next;
    int64_t sent_ns;     /* last */
    uint32_t seq;        /* once it was sent, or as received */
    uint32_t order;      /* of its last transmission among all */
    uint16_t size_bytes; /* of the payload */
    uint8_t flags;
    bool again; /* sent more than once */
    bool lost;  /* it is to be sent again */
    uint8_t bytes[UDP_DATAGRAM_MAX];
};

struct udp_list {
    struct udp_packet *first, *last;
    uint32_t count;
};

enum udp_state {
    UDP_INITIATING, /* client, INIT sent. COOKIE -> OPENING */
    UDP_OPENING,    /* client, OPEN sent. ACCEPT -> RUNNING */
    UDP_ACCEPTING,  /* server, ACCEPT sent. A packet of the connection -> RUNNING */
    UDP_RUNNING,    /* CLOSE received in order -> ENDED; udp_close -> CLOSING */
    UDP_CLOSING,    /* nobody holds it; what was sent still leaves, then it is freed */
    UDP_ENDED,      /* the peer has closed: what it sent can be read */
    UDP_DEAD,       /* reason says why; what came before can be read */
};

enum udp_reason {
    UDP_ALIVE,
    UDP_NO_ANSWER, /* for UDP_HANDSHAKE_NS, or UDP_GIVE_UP_NS */
    UDP_REFUSED,   /* nobody listens there, or it has no room */
    UDP_OTHER_VERSION,
    UDP_FORGOTTEN, /* the peer has reset it: it does not know it (any more) */
    UDP_LIAR,      /* the peer acknowledged what was never sent */
    UDP_OVERRUN,   /* the peer sent more than it may */
    UDP_NONSENSE,  /* the peer sent a packet that says two things */
    UDP_ABANDONED, /* by udp_endpoint_end */
};

struct udp_connection {
    struct net_address peer;
    uint32_t own_id, peer_id;
    uint8_t state, reason;
    uint8_t cookie[UDP_COOKIE_BYTES]; /* OPENING */
    int64_t due_ns;                   /* udp__connection_tick is wanted */

    /* sending */
    struct udp_list sent;   /* by number, not acknowledged */
    struct udp_list unsent; /* urgent ones first */
    uint32_t next_seq;      /* of the next packet that is new */
    uint32_t credit_end;    /* the peer takes packets before this */
    uint32_t order;         /* of the last transmission */
    uint32_t order_acked;   /* the highest that was acknowledged */
    uint32_t in_flight;     /* of `sent`: not lost */
    uint16_t peer_payload_max;
    uint8_t timeouts; /* in a row */
    uint8_t refusals; /* the network said that nobody is there */
    bool says_close;  /* CLOSING: the packet that says so is written; there may have been no memory for it */

    /* congestion and round-trip time */
    uint16_t window, threshold, grown; /* packets; `grown`: acknowledged since the window grew */
    int64_t recovery_ns;               /* losses of what was sent before are of the same congestion */
    int64_t smoothed_ns, variance_ns, latest_ns, least_ns; /* smoothed 0: not yet known */
    int64_t sent_ns;                                       /* the last packet that wants an answer */
    int64_t retransmit_ns;                                 /* the timer */
    int64_t progress_ns; /* something was acknowledged, or began to wait for it */

    /* receiving */
    struct udp_list ready;   /* in order, of the stream */
    struct udp_list urgent;  /* in order */
    struct udp_list early;   /* by number; some before them are missing */
    uint32_t expected_seq;   /* all before have come */
    uint32_t promised_end;   /* the peer was told that packets before this are taken */
    uint32_t offset;         /* of the first of `ready`: what was read of it */
    uint32_t unacknowledged; /* numbered packets that came since the last acknowledgement left */
    int64_t acknowledge_ns;  /* the timer */
    int64_t came_ns;         /* when the first of them came */
};

enum udp_change {
    UDP_READABLE = 1, /* bytes, an urgent message, or the end */
    UDP_WRITABLE = 2, /* room, or the end */
    UDP_ESTABLISHED = 4,
    UDP_ACCEPTED = 8, /* a peer has come: the host holds the connection until it calls udp_close */
    UDP_DIED = 16,
};

/* What the core asks of its host, in calls of the core only. */
struct udp_host {
    void *context;
    /** Sends a datagram; it may get lost. */
    void (*send)(void *context, const struct net_address *to, const uint8_t *bytes, uint32_t size_bytes);
    /** Memory for a connection, or a packet; NULL: none. */
    struct udp_connection *(*new_connection)(void *context);
    struct udp_packet *(*new_packet)(void *context);
    /** The core lets go of it. */
    void (*free_connection)(void *context, struct udp_connection *connection);
    void (*free_packet)(void *context, struct udp_packet *packet);
    /** `what` of enum udp_change has happened. Must not call the core. */
    void (*changed)(void *context, struct udp_connection *connection, uint32_t what);
    uint32_t (*random)(void *context);
};

struct udp_limits {
    uint8_t window;     /* packets received and not read; at most UDP_WINDOW_MAX */
    uint8_t queue;      /* packets that wait to be sent */
    uint16_t peers;     /* connections; at most 1,024 */
    uint16_t half_open; /* of them: that have not shown yet that they hear us */
};

struct udp_counters {
    uint64_t sent, received, sent_again, duplicates;
    uint64_t unsound;   /* damaged or no packets of ours */
    uint64_t strangers; /* from an address that is not the connection's */
    uint64_t unknown;   /* of connections that are not there, and cookies that are not ours */
    uint64_t resets, refused;
};

struct udp_endpoint {
    struct udp_host host;
    struct udp_limits limits;
    struct udp_connection **table; /* limits.peers places, by id */
    uint32_t count, half_open;
    uint64_t secret[2];
    bool listening;   /* whether new peers are let in; the host may change it */
    int64_t now_ns;   /* the latest that was said */
    int64_t due_ns;   /* udp_endpoint_tick is wanted */
    int64_t reset_ns; /* when as many resets are due as were sent */
    struct udp_counters counters;
};

/** @param table  limits->peers pointers, which it uses from then on */
void udp_endpoint_init(struct udp_endpoint *endpoint, const struct udp_host *host,
                       const struct udp_limits *limits, struct udp_connection **table);

/** Lets go of all connections, closed or not, without a word to the peers. */
void udp_endpoint_end(struct udp_endpoint *endpoint);

/** A datagram came. `bytes` is only read. */
void udp_endpoint_receive(struct udp_endpoint *endpoint, const struct net_address *from, const uint8_t *bytes,
                          uint32_t size_bytes, int64_t now_ns);

/** Does what is due. @return when it wants to be called next at the latest; other calls can make it earlier
 */
int64_t udp_endpoint_tick(struct udp_endpoint *endpoint, int64_t now_ns);

/** Calls a peer: ESTABLISHED or DIED tells how it ends. @retval NULL no memory, or as many as there may be */
struct udp_connection *udp_call(struct udp_endpoint *endpoint, const struct net_address *peer,
                                int64_t now_ns);

/** Whether bytes can be written, and read: then also at the end. */
bool udp_is_writable(const struct udp_endpoint *endpoint, const struct udp_connection *connection);
bool udp_is_readable(const struct udp_connection *connection);

/** Whether it is ENDED or DEAD: nothing is sent any more. */
bool udp_is_over(const struct udp_connection *connection);

/** Takes as many bytes as there is room for; they leave with udp_flush, full packets at once. @return how
 * many */
uint32_t udp_write(struct udp_endpoint *endpoint, struct udp_connection *connection, const uint8_t *bytes,
                   uint32_t size_bytes, int64_t now_ns);
void udp_flush(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns);

/**
 * Sends a message before all bytes that have not left.
 * @retval NULL too many wait; else where its `size_bytes`, at most NET_URGENT_MAX, are to be put before
 * udp_flush
 */
uint8_t *udp_write_urgent(struct udp_endpoint *endpoint, struct udp_connection *connection,
                          uint32_t size_bytes);

/** Takes bytes of the stream. @return how many; 0: none is there */
uint32_t udp_read(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t *bytes,
                  uint32_t capacity, int64_t now_ns);

/** Takes an urgent message of at most `capacity` bytes (more of it is lost). @retval false none is there */
bool udp_read_urgent(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t *bytes,
                     uint32_t capacity, uint32_t *out_bytes, int64_t now_ns);

/** Both ends are over; what was written still leaves. The connection is the core's alone from here on. */
void udp_close(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns);

/** The network says that nobody is at the peer's port: believed when it says so twice with nothing in
 * between. */
void udp_unreachable(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns);

#endif
