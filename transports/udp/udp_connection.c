/* One connection: what comes in, and what its user does. */
#include "udp_internal.h"

/* Packets older than this are none of this connection. */
#define OLDEST 65536u

/* ---- what every packet says ---- */

static uint32_t held(const struct udp_connection *connection)
{
    return connection->ready.count + connection->urgent.count;
}

/* The end of what can be taken now: never before what was promised. */
static uint32_t takes_until(const struct udp_endpoint *endpoint, const struct udp_connection *connection)
{
    uint32_t end = connection->expected_seq + endpoint->limits.window - held(connection);

    return udp_before(connection->promised_end, end) ? end : connection->promised_end;
}

static uint16_t delay_units(int64_t delay_ns)
{
    int64_t units = delay_ns / UDP_ACK_DELAY_UNIT_NS;

    return units < UINT16_MAX ? (uint16_t)units : UINT16_MAX;
}

void udp__describe(struct udp_endpoint *endpoint, struct udp_connection *connection,
                   struct udp_header *out_header)
{
    const struct udp_packet *packet;

    connection->promised_end = takes_until(endpoint, connection);
    out_header->connection = connection->peer_id;
    out_header->seq = connection->next_seq;
    out_header->ack = connection->expected_seq;
    out_header->ack_bits = 0;
    for (packet = connection->early.first; packet; packet = packet->next)
        out_header->ack_bits |= UINT32_C(1) << (packet->seq - connection->expected_seq - 1);
    out_header->flags = 0;
    out_header->window = (uint8_t)(connection->promised_end - connection->expected_seq);
    out_header->ack_delay =
        connection->unacknowledged ? delay_units(endpoint->now_ns - connection->came_ns) : 0;
    connection->unacknowledged = 0;
    connection->acknowledge_ns = UDP_FOREVER;
}

void udp__send_bare(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t flags)
{
    uint8_t packet[UDP_SHORTEST];
    struct udp_header header;

    udp__describe(endpoint, connection, &header);
    header.flags = flags;
    udp_header_write(packet, &header);
    udp__send(endpoint, &connection->peer, packet, UDP_FIXED_BYTES);
}

void udp__reschedule(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    int64_t due_ns = connection->retransmit_ns;

    if (connection->acknowledge_ns < due_ns)
        due_ns = connection->acknowledge_ns;
    udp__wake_at(endpoint, connection, due_ns);
}

void udp__connection_tick(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    if (connection->acknowledge_ns <= endpoint->now_ns)
        udp__send_bare(endpoint, connection, 0);
    if (connection->retransmit_ns > endpoint->now_ns)
        udp__reschedule(endpoint, connection);
    else if (!udp__retransmit(endpoint, connection))
        udp__die(endpoint, connection, UDP_NO_ANSWER);
}

/* ---- receiving ---- */

/* A packet for what came; NULL: there is no memory, and it is as if it were lost. */
static struct udp_packet *keep(struct udp_endpoint *endpoint, const struct udp_header *header,
                               const uint8_t *payload, uint32_t size_bytes)
{
    struct udp_packet *packet = endpoint->host.new_packet(endpoint->host.context);

    if (!packet)
        return NULL;
    packet->seq = header->seq;
    packet->flags = header->flags;
    packet->size_bytes = (uint16_t)size_bytes;
    memcpy(packet->bytes, payload, size_bytes);
    return packet;
}

/* The peer has closed: it wants nothing more, and what it sent before is here. */
static void peer_closed(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    connection->state = UDP_ENDED;
    udp__clear(endpoint, &connection->sent);
    udp__clear(endpoint, &connection->unsent);
    udp__clear(endpoint, &connection->early);
    connection->in_flight = 0;
    connection->retransmit_ns = UDP_FOREVER;
}

/*
 * The next one in order. What fits behind the one before is copied there: a peer that sends single bytes
 * would else fill the window with them.
 */
static bool deliver(struct udp_endpoint *endpoint, struct udp_connection *connection,
                    struct udp_packet *packet)
{
    struct udp_packet *last = connection->ready.last;
    bool closes = packet->flags & UDP_CLOSE, joins, is_urgent = packet->flags & UDP_URGENT;

    joins = !is_urgent && last && last->size_bytes + packet->size_bytes <= (int)UDP_PAYLOAD_MAX;
    if (joins) {
        memcpy(last->bytes + last->size_bytes, packet->bytes, packet->size_bytes);
        last->size_bytes = (uint16_t)(last->size_bytes + packet->size_bytes);
    }
    if (joins || (!is_urgent && !packet->size_bytes))
        endpoint->host.free_packet(endpoint->host.context, packet);
    else
        udp__append(is_urgent ? &connection->urgent : &connection->ready, packet);
    connection->expected_seq++;
    if (closes)
        peer_closed(endpoint, connection);
    return closes;
}

static void deliver_early(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    while (connection->early.first && connection->early.first->seq == connection->expected_seq)
        if (deliver(endpoint, connection, udp__take(&connection->early)))
            return;
}

/* Keeps what came too early. What is here already stays as it is, whatever the new one says. */
static void keep_early(struct udp_endpoint *endpoint, struct udp_connection *connection,
                       const struct udp_header *header, const uint8_t *payload, uint32_t size_bytes)
{
    struct udp_packet *before = NULL, *packet = connection->early.first;

    for (; packet && udp_before(packet->seq, header->seq); packet = packet->next)
        before = packet;
    if (packet && packet->seq == header->seq) {
        endpoint->counters.duplicates++;
        return;
    }
    packet = keep(endpoint, header, payload, size_bytes);
    if (packet)
        udp__insert(&connection->early, before, packet);
}

/* Nobody reads any more. @retval true the peer does not either: it is over */
static bool discard(struct udp_connection *connection, const struct udp_header *header)
{
    if (header->flags & UDP_CLOSE)
        connection->expected_seq = header->seq + 1; /* so it need not send this again */
    else if (header->seq == connection->expected_seq)
        connection->expected_seq++;
    return header->flags & UDP_CLOSE;
}

static void acknowledge(struct udp_endpoint *endpoint, struct udp_connection *connection, bool at_once)
{
    if (!connection->unacknowledged++) {
        connection->came_ns = endpoint->now_ns;
        connection->acknowledge_ns = endpoint->now_ns + UDP_ACK_DELAY_NS;
    }
    if (at_once || connection->unacknowledged >= 2)
        udp__send_bare(endpoint, connection, 0);
}

/* A numbered one that may be sent. @retval false the connection is no more */
static bool receive_new(struct udp_endpoint *endpoint, struct udp_connection *connection,
                        const struct udp_header *header, const uint8_t *payload, uint32_t size_bytes)
{
    bool in_order = header->seq == connection->expected_seq, is_whole = in_order && !connection->early.first;
    struct udp_packet *packet;

    if (connection->state == UDP_CLOSING) {
        if (discard(connection, header)) {
            udp__send_bare(endpoint, connection, 0);
            udp__finish(endpoint, connection);
            return false;
        }
    } else if (!in_order) {
        keep_early(endpoint, connection, header, payload, size_bytes);
    } else {
        packet = keep(endpoint, header, payload, size_bytes);
        if (!packet)
            return true;
        if (!deliver(endpoint, connection, packet))
            deliver_early(endpoint, connection);
        endpoint->host.changed(endpoint->host.context, connection,
                               connection->state == UDP_ENDED ? UDP_READABLE | UDP_WRITABLE : UDP_READABLE);
    }
    acknowledge(endpoint, connection, !is_whole || header->flags & (UDP_CLOSE | UDP_PROBE));
    return true;
}

/* @retval false the connection is no more, or dead */
static bool receive_numbered(struct udp_endpoint *endpoint, struct udp_connection *connection,
                             const struct udp_header *header, const uint8_t *payload, uint32_t size_bytes)
{
    if (udp_before(header->seq, connection->expected_seq) || connection->state == UDP_ENDED) {
        endpoint->counters.duplicates++;
        acknowledge(endpoint, connection, true); /* the first acknowledgement may be lost */
        return true;
    }
    if (!udp_before(header->seq, connection->promised_end)) {
        udp__die(endpoint, connection, UDP_OVERRUN);
        return false;
    }
    return receive_new(endpoint, connection, header, payload, size_bytes);
}

/* Whether flags and payload agree. */
static bool makes_sense(const struct udp_header *header, uint32_t size_bytes)
{
    if (header->window > UDP_WINDOW_MAX)
        return false;
    if (!(header->flags & UDP_NUMBERED))
        return !size_bytes && !(header->flags & (UDP_URGENT | UDP_CLOSE));
    if (header->flags & UDP_URGENT)
        return size_bytes && size_bytes <= NET_URGENT_MAX && !(header->flags & UDP_CLOSE);
    return size_bytes || header->flags & UDP_CLOSE;
}

void udp__connection_receive(struct udp_endpoint *endpoint, struct udp_connection *connection,
                             const struct udp_header *header, const uint8_t *payload, uint32_t size_bytes)
{
    if (header->seq - connection->expected_seq > UDP_WINDOW_MAX &&
        connection->expected_seq - header->seq > OLDEST) {
        endpoint->counters.strangers++; /* somebody guesses, or it is from another life */
        return;
    }
    if (header->flags & ~(uint32_t)UDP_FLAGS || !makes_sense(header, size_bytes)) {
        udp__die(endpoint, connection, UDP_NONSENSE);
        return;
    }
    if (!udp__acknowledged(endpoint, connection, header)) {
        udp__die(endpoint, connection, UDP_LIAR);
        return;
    }
    if (connection->state == UDP_ACCEPTING)
        udp__established(endpoint, connection);
    if (connection->state == UDP_CLOSING && connection->says_close && !connection->sent.first &&
        !connection->unsent.first) {
        udp__finish(endpoint, connection);
        return;
    }
    connection->refusals = 0;
    if (header->flags & UDP_NUMBERED) {
        if (!receive_numbered(endpoint, connection, header, payload, size_bytes))
            return;
    } else if (header->flags & UDP_PROBE) {
        udp__send_bare(endpoint, connection, 0);
    }
    udp__pump(endpoint, connection);
}

/* ---- what its user does ---- */

bool udp_is_over(const struct udp_connection *connection)
{
    return connection->state == UDP_ENDED || connection->state == UDP_DEAD;
}

static bool has_room(const struct udp_connection *connection)
{
    const struct udp_packet *last = connection->unsent.last;

    return last && !(last->flags & UDP_URGENT) && last->size_bytes < connection->peer_payload_max;
}

bool udp_is_writable(const struct udp_endpoint *endpoint, const struct udp_connection *connection)
{
    return udp_is_over(connection) || connection->unsent.count < endpoint->limits.queue ||
           has_room(connection);
}

bool udp_is_readable(const struct udp_connection *connection)
{
    return udp_is_over(connection) || held(connection);
}

uint32_t udp_write(struct udp_endpoint *endpoint, struct udp_connection *connection, const uint8_t *bytes,
                   uint32_t size_bytes, int64_t now_ns)
{
    uint32_t written = 0;

    (void)udp__advance(endpoint, now_ns);
    while (written < size_bytes && connection->state == UDP_RUNNING) {
        struct udp_packet *packet = connection->unsent.last;
        uint32_t count;

        if (!has_room(connection)) {
            if (packet)
                udp__pump(endpoint, connection);
            packet = connection->unsent.count < endpoint->limits.queue
                         ? udp__new_unsent(endpoint, UDP_NUMBERED)
                         : NULL;
            if (!packet)
                break;
            udp__append(&connection->unsent, packet);
        }
        count = connection->peer_payload_max - packet->size_bytes;
        if (count > size_bytes - written)
            count = size_bytes - written;
        memcpy(packet->bytes + UDP_FIXED_BYTES + packet->size_bytes, bytes + written, count);
        packet->size_bytes = (uint16_t)(packet->size_bytes + count);
        written += count;
    }
    return written;
}

void udp_flush(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns)
{
    (void)udp__advance(endpoint, now_ns);
    if (connection->state == UDP_RUNNING)
        udp__pump(endpoint, connection);
}

uint8_t *udp_write_urgent(struct udp_endpoint *endpoint, struct udp_connection *connection,
                          uint32_t size_bytes)
{
    struct udp_packet *before = NULL, *other = connection->unsent.first, *packet;
    uint32_t count = 0;

    for (; other && other->flags & UDP_URGENT; other = other->next) {
        before = other;
        count++;
    }
    if (connection->state != UDP_RUNNING || size_bytes > connection->peer_payload_max ||
        count >= UDP_URGENT_MAX || !(packet = udp__new_unsent(endpoint, UDP_NUMBERED | UDP_URGENT)))
        return NULL;
    packet->size_bytes = (uint16_t)size_bytes;
    udp__insert(&connection->unsent, before, packet);
    return packet->bytes + UDP_FIXED_BYTES;
}

/* Tells the peer of room if it waits for it, or if there is much more than it knows. */
static void offer_room(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    uint32_t more = takes_until(endpoint, connection) - connection->promised_end;

    if (connection->state != UDP_RUNNING || !more)
        return;
    if (connection->promised_end == connection->expected_seq || 2 * more >= endpoint->limits.window)
        udp__send_bare(endpoint, connection, 0);
}

uint32_t udp_read(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t *bytes,
                  uint32_t capacity, int64_t now_ns)
{
    uint32_t read = 0;

    (void)udp__advance(endpoint, now_ns);
    while (read < capacity && connection->ready.first) {
        struct udp_packet *packet = connection->ready.first;
        uint32_t count = packet->size_bytes - connection->offset;

        if (count > capacity - read)
            count = capacity - read;
        memcpy(bytes + read, packet->bytes + connection->offset, count);
        read += count;
        connection->offset += count;
        if (connection->offset == packet->size_bytes) {
            endpoint->host.free_packet(endpoint->host.context, udp__take(&connection->ready));
            connection->offset = 0;
        }
    }
    offer_room(endpoint, connection);
    return read;
}

bool udp_read_urgent(struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t *bytes,
                     uint32_t capacity, uint32_t *out_bytes, int64_t now_ns)
{
    struct udp_packet *packet;

    (void)udp__advance(endpoint, now_ns);
    if (!connection->urgent.first)
        return false;
    packet = udp__take(&connection->urgent);
    *out_bytes = packet->size_bytes < capacity ? packet->size_bytes : capacity;
    memcpy(bytes, packet->bytes, *out_bytes);
    endpoint->host.free_packet(endpoint->host.context, packet);
    offer_room(endpoint, connection);
    return true;
}

void udp_close(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns)
{
    (void)udp__advance(endpoint, now_ns);
    if (connection->state != UDP_RUNNING) {
        udp__finish(endpoint, connection);
        return;
    }
    connection->state = UDP_CLOSING;
    connection->progress_ns = endpoint->now_ns;
    udp__clear(endpoint, &connection->ready);
    udp__clear(endpoint, &connection->urgent);
    udp__clear(endpoint, &connection->early);
    udp__pump(endpoint, connection);
}

void udp_unreachable(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t now_ns)
{
    (void)udp__advance(endpoint, now_ns);
    if (udp_is_over(connection))
        return;
    if (connection->state == UDP_INITIATING || connection->state == UDP_OPENING)
        udp__die(endpoint, connection, UDP_REFUSED);
    else if (++connection->refusals >= 2)
        udp__die(endpoint, connection, UDP_FORGOTTEN);
}
