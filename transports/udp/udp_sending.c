/* Packets on their way: numbers, acknowledgements, what is lost and when to send it again. */
#include "udp_internal.h"

/* So many later ones have arrived: this one will not (RFC 9002). */
#define OVERTAKEN_BY 3
/* The peer is not gone before so many time-outs in a row, however late it is: this machine may have slept. */
#define GIVE_UP_TIMEOUTS 5
/* From here on nothing gets through: begin again with one packet. */
#define COLLAPSE_TIMEOUTS 3
/* Without a sample of the way, the patience is kept, but no more than this often doubled (Karn). */
#define KEPT_TIMEOUTS 3
#define AT_TIMEOUT 2

struct udp_packet *udp__new_unsent(struct udp_endpoint *endpoint, uint8_t flags)
{
    struct udp_packet *packet = endpoint->host.new_packet(endpoint->host.context);

    if (packet) {
        packet->flags = flags;
        packet->size_bytes = 0;
        packet->order = 0;
        packet->again = packet->lost = false;
    }
    return packet;
}

static void transmit(struct udp_endpoint *endpoint, struct udp_connection *connection,
                     struct udp_packet *packet)
{
    struct udp_header header;

    udp__describe(endpoint, connection, &header);
    header.seq = packet->seq;
    header.flags = packet->flags;
    udp_header_write(packet->bytes, &header);
    if (!packet->order || packet->lost)
        connection->in_flight++;
    packet->again = packet->order != 0;
    packet->lost = false;
    packet->order = ++connection->order;
    packet->sent_ns = endpoint->now_ns;
    connection->sent_ns = endpoint->now_ns;
    if (packet->again)
        endpoint->counters.sent_again++;
    udp__send(endpoint, &connection->peer, packet->bytes, UDP_FIXED_BYTES + packet->size_bytes);
}

/* @return when the next one that was overtaken is given up */
static int64_t find_losses(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    int64_t wait_ns = udp__reordering(connection), next_ns = UDP_FOREVER;
    struct udp_packet *packet;

    for (packet = connection->sent.first; packet; packet = packet->next) {
        if (packet->lost || packet->order >= connection->order_acked)
            continue;
        if (connection->order_acked - packet->order >= OVERTAKEN_BY ||
            packet->sent_ns + wait_ns <= endpoint->now_ns) {
            packet->lost = true;
            connection->in_flight--;
            udp__window_shrink(connection, packet->sent_ns, endpoint->now_ns);
        } else if (packet->sent_ns + wait_ns < next_ns) {
            next_ns = packet->sent_ns + wait_ns;
        }
    }
    return next_ns;
}

static bool may_send(const struct udp_connection *connection)
{
    return connection->in_flight < connection->window;
}

static void send_new(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    uint32_t before = connection->unsent.count;

    while (connection->unsent.first && may_send(connection) &&
           udp_before(connection->next_seq, connection->credit_end)) {
        struct udp_packet *packet = udp__take(&connection->unsent);

        if (!connection->sent.first)
            connection->progress_ns = endpoint->now_ns;
        packet->seq = connection->next_seq++;
        udp__append(&connection->sent, packet);
        transmit(endpoint, connection, packet);
    }
    if (connection->unsent.count < before && connection->state != UDP_CLOSING)
        endpoint->host.changed(endpoint->host.context, connection, UDP_WRITABLE);
}

/* The last packet says that it is, when there is memory for it. */
static void write_close(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    struct udp_packet *last = connection->unsent.last;

    if (!last || last->flags & UDP_URGENT) {
        last = udp__new_unsent(endpoint, UDP_NUMBERED);
        if (!last)
            return;
        udp__append(&connection->unsent, last);
    }
    last->flags |= UDP_CLOSE;
    connection->says_close = true;
}

void udp__pump(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    int64_t loss_ns = find_losses(endpoint, connection);
    struct udp_packet *packet;

    if (connection->state == UDP_CLOSING && !connection->says_close)
        write_close(endpoint, connection);
    for (packet = connection->sent.first; packet && may_send(connection); packet = packet->next)
        if (packet->lost)
            transmit(endpoint, connection, packet);
    send_new(endpoint, connection);
    connection->retransmit_ns = UDP_FOREVER;
    if (connection->sent.first || connection->unsent.first || connection->state == UDP_CLOSING)
        connection->retransmit_ns = connection->sent_ns + udp__patience(connection);
    if (loss_ns < connection->retransmit_ns)
        connection->retransmit_ns = loss_ns;
    udp__reschedule(endpoint, connection);
}

/* ---- acknowledgements ---- */

/* Whether it speaks of packets that were sent. */
static bool is_honest(const struct udp_connection *connection, const struct udp_header *header)
{
    uint32_t last = header->ack, bits;

    for (bits = header->ack_bits; bits; bits >>= 1)
        last++;
    if (header->ack_bits)
        last++; /* behind the one that the highest bit names */
    return !udp_before(connection->next_seq, last);
}

static bool is_acknowledged(const struct udp_header *header, uint32_t seq)
{
    uint32_t behind = seq - header->ack - 1;

    return udp_before(seq, header->ack) || (behind < 32 && header->ack_bits >> behind & 1);
}

/*
 * A packet that was sent twice may have arrived the first time, which says nothing about those that left
 * before the second.
 */
static bool is_ambiguous(const struct udp_endpoint *endpoint, const struct udp_connection *connection,
                         const struct udp_packet *packet)
{
    return packet->again && endpoint->now_ns - packet->sent_ns < connection->least_ns;
}

static void take_sample(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t sent_ns,
                        const struct udp_header *header)
{
    if (sent_ns) {
        udp__round_trip(connection, endpoint->now_ns - sent_ns,
                        (int64_t)header->ack_delay * UDP_ACK_DELAY_UNIT_NS);
        connection->timeouts = 0;
    } else if (connection->timeouts > KEPT_TIMEOUTS) {
        connection->timeouts = KEPT_TIMEOUTS;
    }
}

bool udp__acknowledged(struct udp_endpoint *endpoint, struct udp_connection *connection,
                       const struct udp_header *header)
{
    struct udp_packet *packet = connection->sent.first, *before = NULL;
    bool was_full = !may_send(connection);
    uint32_t newest = 0, count = 0, end = header->ack + header->window;
    int64_t sample_ns = 0;

    if (!is_honest(connection, header))
        return false;
    if (udp_before(connection->credit_end, end))
        connection->credit_end = end;
    while (packet) {
        struct udp_packet *next = packet->next;

        if (!is_acknowledged(header, packet->seq)) {
            before = packet;
        } else {
            if (packet->order > newest) {
                newest = packet->order;
                sample_ns = packet->again ? 0 : packet->sent_ns;
            }
            if (packet->order > connection->order_acked && !is_ambiguous(endpoint, connection, packet))
                connection->order_acked = packet->order;
            if (!packet->lost)
                connection->in_flight--;
            endpoint->host.free_packet(endpoint->host.context, udp__remove(&connection->sent, before));
            count++;
        }
        packet = next;
    }
    if (count) {
        connection->progress_ns = endpoint->now_ns;
        take_sample(endpoint, connection, sample_ns, header);
        udp__window_grow(connection, count, was_full);
    } else if (!connection->sent.first && connection->state != UDP_CLOSING) {
        connection->progress_ns = endpoint->now_ns; /* it waits for credit, and the peer is there */
    }
    return true;
}

/* ---- the timer ---- */

bool udp__retransmit(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    struct udp_packet *packet = connection->sent.first;
    uint32_t in_flight = connection->in_flight;
    int left = AT_TIMEOUT;

    (void)find_losses(endpoint, connection);
    if (connection->in_flight != in_flight) { /* it was that, and udp__pump goes on */
        udp__pump(endpoint, connection);
        return true;
    }
    if (connection->timeouts >= GIVE_UP_TIMEOUTS &&
        endpoint->now_ns - connection->progress_ns >= UDP_GIVE_UP_NS)
        return false;
    if (connection->timeouts < UINT8_MAX)
        connection->timeouts++;
    if (connection->timeouts == COLLAPSE_TIMEOUTS)
        connection->window = 1;
    if (!packet && connection->unsent.first) { /* no credit; the news of it may be lost */
        connection->sent_ns = endpoint->now_ns;
        udp__send_bare(endpoint, connection, UDP_PROBE);
    }
    for (; packet && left; packet = packet->next, left--)
        transmit(endpoint, connection, packet);
    udp__pump(endpoint, connection);
    return true;
}
