/* Shared by the files of the core. */
#ifndef UDP_INTERNAL_H
#define UDP_INTERNAL_H

#include "udp_core.h"
#include <string.h>

/* ---- lists (udp_packets.c) ---- */

void udp__append(struct udp_list *list, struct udp_packet *packet);
/** Behind `before`; NULL: first. */
void udp__insert(struct udp_list *list, struct udp_packet *before, struct udp_packet *packet);
/** The first, which must be there. */
struct udp_packet *udp__take(struct udp_list *list);
/** The one behind `before`; NULL: the first. */
struct udp_packet *udp__remove(struct udp_list *list, struct udp_packet *before);
void udp__clear(struct udp_endpoint *endpoint, struct udp_list *list);

/* ---- udp_endpoint.c ---- */

/** The clock never goes back. */
int64_t udp__advance(struct udp_endpoint *endpoint, int64_t now_ns);
/** Has the endpoint's tick at `due_ns` at the latest. */
void udp__wake_at(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t due_ns);
void udp__send(struct udp_endpoint *endpoint, const struct net_address *to, uint8_t *packet,
               uint32_t size_bytes);
/** Takes it out of the table and gives it back. */
void udp__finish(struct udp_endpoint *endpoint, struct udp_connection *connection);
/** The end of a connection that somebody may hold; one that nobody does is gone after the call. */
void udp__die(struct udp_endpoint *endpoint, struct udp_connection *connection, enum udp_reason reason);

/* ---- udp_handshake.c ---- */

/** A packet without a connection. */
void udp__handshake_receive(struct udp_endpoint *endpoint, const struct net_address *from,
                            const uint8_t *bytes, uint32_t size_bytes);
/** A packet came for a connection that is not there. */
void udp__reset(struct udp_endpoint *endpoint, const struct net_address *to, const struct udp_header *header);
/** INITIATING, OPENING, ACCEPTING: what is due. */
void udp__handshake_tick(struct udp_endpoint *endpoint, struct udp_connection *connection);
/** A connection in the table, with an id; state and numbers are those of its beginning. */
struct udp_connection *udp__connection_new(struct udp_endpoint *endpoint, const struct net_address *peer);
void udp__established(struct udp_endpoint *endpoint, struct udp_connection *connection);

/* ---- udp_connection.c ---- */

/** A packet of this connection, from its address. May free it. */
void udp__connection_receive(struct udp_endpoint *endpoint, struct udp_connection *connection,
                             const struct udp_header *header, const uint8_t *payload, uint32_t size_bytes);
void udp__connection_tick(struct udp_endpoint *endpoint, struct udp_connection *connection);
/** Sends a packet without a number: an acknowledgement, a question. */
void udp__send_bare(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t flags);
/** Writes what all packets of the connection say, and that the acknowledgement has left. */
void udp__describe(struct udp_endpoint *endpoint, struct udp_connection *connection,
                   struct udp_header *out_header);
/** Sets due_ns by the timers. */
void udp__reschedule(struct udp_endpoint *endpoint, struct udp_connection *connection);

/* ---- udp_sending.c ---- */

/** A packet to be filled; NULL: no memory. */
struct udp_packet *udp__new_unsent(struct udp_endpoint *endpoint, uint8_t flags);
/** Sends what may be sent, and sets the timer. */
void udp__pump(struct udp_endpoint *endpoint, struct udp_connection *connection);
/** @retval false the peer acknowledged what was never sent */
bool udp__acknowledged(struct udp_endpoint *endpoint, struct udp_connection *connection,
                       const struct udp_header *header);
/** The timer of retransmissions. @retval false the peer is gone */
bool udp__retransmit(struct udp_endpoint *endpoint, struct udp_connection *connection);

/* ---- udp_congestion.c ---- */

void udp__congestion_init(struct udp_connection *connection);
/** A round trip took so long, of which the peer says that it waited `held_ns`. */
void udp__round_trip(struct udp_connection *connection, int64_t taken_ns, int64_t held_ns);
/** `count` packets have arrived while the window was full, or not. */
void udp__window_grow(struct udp_connection *connection, uint32_t count, bool was_full);
/** A packet sent at `sent_ns` is lost. */
void udp__window_shrink(struct udp_connection *connection, int64_t sent_ns, int64_t now_ns);
/** How long an acknowledgement may take. */
int64_t udp__patience(const struct udp_connection *connection);
/** How much later than another packet this one may arrive. */
int64_t udp__reordering(const struct udp_connection *connection);

#endif
