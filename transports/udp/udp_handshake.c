/*
 * How connections begin: INIT, COOKIE, OPEN, ACCEPT. Before a peer has shown that it gets what is sent to its
 * address the server keeps nothing and sends no more bytes than came.
 */
#include "udp_internal.h"
#include <wire.h>

#define SECOND_NS (1000 * UDP_NS_PER_MS)
#define COOKIE_LIFE_S 10

#define FIRST_TRY_NS (333 * UDP_NS_PER_MS)

/* Resets are answers to whatever anybody sends: a few at once, then so many in a second. */
#define RESETS_AT_ONCE 20
#define RESET_EVERY_NS (10 * UDP_NS_PER_MS)
#define RESET_SEQ_SPAN 64u

#define KIND_AT 4
#define ID_AT 8
#define WORD_AT 12 /* ACCEPT: the server's id; RESET: the number; VERSIONS: the lowest and the highest */
#define COOKIE_AT UDP_FIXED_BYTES
#define OPEN_TERMS_AT (UDP_FIXED_BYTES + UDP_COOKIE_BYTES)
#define ACCEPT_TERMS_AT UDP_FIXED_BYTES
#define TERMS_BYTES 8u

#define OPEN_BYTES (OPEN_TERMS_AT + TERMS_BYTES)
#define ACCEPT_BYTES (ACCEPT_TERMS_AT + TERMS_BYTES)

/* ---- writing ---- */

static void begin(uint8_t *packet, uint32_t size_bytes, enum udp_kind kind, uint32_t id, uint32_t word)
{
    memset(packet, 0, size_bytes);
    packet[KIND_AT] = (uint8_t)kind;
    packet[KIND_AT + 1] = UDP_VERSION;
    wire_store_fixed32(packet + ID_AT, id);
    wire_store_fixed32(packet + WORD_AT, word);
}

static void send_short(struct udp_endpoint *endpoint, const struct net_address *to, enum udp_kind kind,
                       uint32_t id, uint32_t word)
{
    uint8_t packet[UDP_SHORTEST];

    begin(packet, UDP_FIXED_BYTES, kind, id, word);
    udp__send(endpoint, to, packet, UDP_FIXED_BYTES);
}

/* What each side tells the other: where its numbers begin, how long packets may be, how many it takes. */
static void write_terms(const struct udp_endpoint *endpoint, struct udp_connection *connection, uint8_t *at)
{
    wire_store_fixed32(at, connection->next_seq);
    wire_store_fixed32(at + 4, UDP_DATAGRAM_MAX | (uint32_t)endpoint->limits.window << 16);
}

static bool read_terms(struct udp_connection *connection, const uint8_t *at)
{
    uint32_t terms = wire_load_fixed32(at + 4), longest = terms & UINT16_MAX;
    uint32_t window = terms >> 16 & UINT8_MAX;

    if (longest < UDP_DATAGRAM_MIN || !window || window > UDP_WINDOW_MAX)
        return false;
    if (longest > UDP_DATAGRAM_MAX)
        longest = UDP_DATAGRAM_MAX;
    connection->peer_payload_max = (uint16_t)(longest - UDP_SHORTEST);
    connection->credit_end = connection->next_seq + window;
    connection->expected_seq = wire_load_fixed32(at);
    return true;
}

static void send_init(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    uint8_t packet[UDP_INIT_BYTES];

    begin(packet, UDP_INIT_BYTES - UDP_CHECK_BYTES, UDP_INIT, connection->own_id, 0);
    udp__send(endpoint, &connection->peer, packet, UDP_INIT_BYTES - UDP_CHECK_BYTES);
}

static void send_open(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    uint8_t packet[OPEN_BYTES + UDP_CHECK_BYTES];

    begin(packet, OPEN_BYTES, UDP_OPEN, connection->own_id, 0);
    memcpy(packet + COOKIE_AT, connection->cookie, UDP_COOKIE_BYTES);
    write_terms(endpoint, connection, packet + OPEN_TERMS_AT);
    udp__send(endpoint, &connection->peer, packet, OPEN_BYTES);
}

static void send_accept(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    uint8_t packet[ACCEPT_BYTES + UDP_CHECK_BYTES];

    begin(packet, ACCEPT_BYTES, UDP_ACCEPT, connection->peer_id, connection->own_id);
    write_terms(endpoint, connection, packet + ACCEPT_TERMS_AT);
    connection->promised_end = connection->expected_seq + endpoint->limits.window;
    udp__send(endpoint, &connection->peer, packet, ACCEPT_BYTES);
}

void udp__reset(struct udp_endpoint *endpoint, const struct net_address *to, const struct udp_header *header)
{
    endpoint->counters.unknown++;
    if (endpoint->reset_ns - endpoint->now_ns > (RESETS_AT_ONCE - 1) * RESET_EVERY_NS)
        return;
    if (endpoint->reset_ns < endpoint->now_ns)
        endpoint->reset_ns = endpoint->now_ns;
    endpoint->reset_ns += RESET_EVERY_NS;
    endpoint->counters.resets++;
    send_short(endpoint, to, UDP_RESET, header->connection, header->seq);
}

/* ---- cookies ---- */

/* Good for this address and this id, for a while: nobody else can make or use it. */
static void bake(const struct udp_endpoint *endpoint, const struct net_address *from, uint32_t id,
                 uint32_t time_s, uint8_t cookie[UDP_COOKIE_BYTES])
{
    uint8_t said[16];
    uint64_t code;

    wire_store_fixed32(said, time_s);
    wire_store_fixed32(said + 4, from->host);
    wire_store_fixed32(said + 8, from->port);
    wire_store_fixed32(said + 12, id);
    code = udp_keyed_code(endpoint->secret, said, sizeof(said));
    wire_store_fixed32(cookie, time_s);
    wire_store_fixed32(cookie + 4, (uint32_t)code);
    wire_store_fixed32(cookie + 8, (uint32_t)(code >> 32));
}

static uint32_t seconds(const struct udp_endpoint *endpoint)
{
    return (uint32_t)(endpoint->now_ns / SECOND_NS);
}

static bool is_own_cookie(const struct udp_endpoint *endpoint, const struct net_address *from, uint32_t id,
                          const uint8_t *cookie)
{
    uint32_t time_s = wire_load_fixed32(cookie);
    uint8_t own[UDP_COOKIE_BYTES];

    bake(endpoint, from, id, time_s, own);
    return memcmp(own, cookie, sizeof(own)) == 0 && seconds(endpoint) - time_s <= COOKIE_LIFE_S;
}

/* ---- connections ---- */

static uint32_t find_place(const struct udp_endpoint *endpoint)
{
    uint32_t place;

    for (place = 0; place < endpoint->limits.peers && endpoint->table[place]; place++)
        ;
    return place;
}

struct udp_connection *udp__connection_new(struct udp_endpoint *endpoint, const struct net_address *peer)
{
    uint32_t place = find_place(endpoint), places = endpoint->limits.peers;
    struct udp_connection *connection;

    if (place == places)
        return NULL;
    connection = endpoint->host.new_connection(endpoint->host.context);
    if (!connection)
        return NULL;
    memset(connection, 0, sizeof(*connection));
    connection->peer = *peer;
    do /* the place is in it, the rest cannot be guessed */
        connection->own_id = endpoint->host.random(endpoint->host.context) / places * places + place;
    while (!connection->own_id || connection->own_id % places != place);
    connection->next_seq = endpoint->host.random(endpoint->host.context);
    connection->credit_end = connection->next_seq;
    connection->due_ns = connection->retransmit_ns = connection->acknowledge_ns = UDP_FOREVER;
    connection->recovery_ns = -1;
    connection->progress_ns = endpoint->now_ns;
    udp__congestion_init(connection);
    endpoint->table[place] = connection;
    endpoint->count++;
    return connection;
}

void udp__established(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    bool accepted = connection->state == UDP_ACCEPTING;

    if (accepted)
        endpoint->half_open--;
    if (!connection->timeouts) /* it was said once, so this is the answer to that */
        udp__round_trip(connection, endpoint->now_ns - connection->sent_ns, 0);
    connection->timeouts = 0;
    connection->state = UDP_RUNNING;
    connection->progress_ns = endpoint->now_ns;
    connection->retransmit_ns = UDP_FOREVER;
    endpoint->host.changed(endpoint->host.context, connection,
                           accepted ? UDP_ACCEPTED | UDP_ESTABLISHED : UDP_ESTABLISHED);
}

/* Says what the state says, and when it will be said again. */
static void say(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    int64_t wait_ns = FIRST_TRY_NS;
    uint32_t times;

    for (times = 0; times < connection->timeouts; times++)
        wait_ns += wait_ns / 2;
    connection->sent_ns = endpoint->now_ns;
    connection->retransmit_ns = endpoint->now_ns + wait_ns;
    if (connection->state == UDP_INITIATING)
        send_init(endpoint, connection);
    else if (connection->state == UDP_OPENING)
        send_open(endpoint, connection);
    else
        send_accept(endpoint, connection);
    udp__reschedule(endpoint, connection);
}

void udp__handshake_tick(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    if (endpoint->now_ns - connection->progress_ns >= UDP_HANDSHAKE_NS) {
        udp__die(endpoint, connection, UDP_NO_ANSWER);
        return;
    }
    connection->timeouts++;
    say(endpoint, connection);
}

struct udp_connection *udp_call(struct udp_endpoint *endpoint, const struct net_address *peer, int64_t now_ns)
{
    struct udp_connection *connection;

    (void)udp__advance(endpoint, now_ns);
    connection = udp__connection_new(endpoint, peer);
    if (connection)
        say(endpoint, connection);
    return connection;
}

/* ---- receiving ---- */

static struct udp_connection *find_own(const struct udp_endpoint *endpoint, uint32_t id)
{
    struct udp_connection *connection = endpoint->table[id % endpoint->limits.peers];

    return connection && connection->own_id == id ? connection : NULL;
}

/* A connection to this peer, by the peer's id of it. */
static struct udp_connection *find_peer(const struct udp_endpoint *endpoint, const struct net_address *from,
                                        uint32_t id)
{
    uint32_t place;

    for (place = 0; place < endpoint->limits.peers; place++) {
        struct udp_connection *connection = endpoint->table[place];

        if (connection && connection->peer_id == id && connection->state >= UDP_ACCEPTING &&
            udp_same_address(&connection->peer, from))
            return connection;
    }
    return NULL;
}

static void receive_init(struct udp_endpoint *endpoint, const struct net_address *from, const uint8_t *bytes,
                         uint32_t size_bytes)
{
    uint8_t packet[COOKIE_AT + UDP_COOKIE_BYTES + UDP_CHECK_BYTES];
    uint32_t id = wire_load_fixed32(bytes + ID_AT);

    if (size_bytes < UDP_INIT_BYTES || !id)
        return;
    if (!endpoint->listening) {
        endpoint->counters.refused++;
        send_short(endpoint, from, UDP_REFUSE, id, 0);
        return;
    }
    begin(packet, COOKIE_AT + UDP_COOKIE_BYTES, UDP_COOKIE, id, 0);
    bake(endpoint, from, id, seconds(endpoint), packet + COOKIE_AT);
    udp__send(endpoint, from, packet, COOKIE_AT + UDP_COOKIE_BYTES);
}

static void receive_cookie(struct udp_endpoint *endpoint, const struct net_address *from,
                           const uint8_t *bytes, uint32_t size_bytes)
{
    struct udp_connection *connection = find_own(endpoint, wire_load_fixed32(bytes + ID_AT));

    if (size_bytes < COOKIE_AT + UDP_COOKIE_BYTES + UDP_CHECK_BYTES || !connection ||
        connection->state != UDP_INITIATING || !udp_same_address(&connection->peer, from))
        return;
    memcpy(connection->cookie, bytes + COOKIE_AT, UDP_COOKIE_BYTES);
    if (!connection->timeouts)
        udp__round_trip(connection, endpoint->now_ns - connection->sent_ns, 0);
    connection->state = UDP_OPENING;
    connection->timeouts = 0;
    say(endpoint, connection);
}

static void receive_open(struct udp_endpoint *endpoint, const struct net_address *from, const uint8_t *bytes,
                         uint32_t size_bytes)
{
    uint32_t id = wire_load_fixed32(bytes + ID_AT);
    struct udp_connection *connection;

    if (size_bytes < OPEN_BYTES + UDP_CHECK_BYTES || !id)
        return;
    if (!is_own_cookie(endpoint, from, id, bytes + COOKIE_AT)) {
        endpoint->counters.unknown++;
        return;
    }
    connection = find_peer(endpoint, from, id);
    if (connection) { /* it comes again, because the answer was lost */
        if (connection->state == UDP_ACCEPTING)
            send_accept(endpoint, connection);
        return;
    }
    if (endpoint->half_open >= endpoint->limits.half_open && endpoint->listening)
        return; /* it will ask again */
    connection = endpoint->listening ? udp__connection_new(endpoint, from) : NULL;
    if (!connection || !read_terms(connection, bytes + OPEN_TERMS_AT)) {
        endpoint->counters.refused++;
        send_short(endpoint, from, UDP_REFUSE, id, 0);
        if (connection)
            udp__finish(endpoint, connection);
        return;
    }
    connection->peer_id = id;
    connection->state = UDP_ACCEPTING;
    endpoint->half_open++;
    say(endpoint, connection);
}

static void receive_accept(struct udp_endpoint *endpoint, const struct net_address *from,
                           const uint8_t *bytes, uint32_t size_bytes)
{
    struct udp_connection *connection = find_own(endpoint, wire_load_fixed32(bytes + ID_AT));
    uint32_t peer_id = wire_load_fixed32(bytes + WORD_AT);

    if (size_bytes < ACCEPT_BYTES + UDP_CHECK_BYTES || !connection || !peer_id ||
        !udp_same_address(&connection->peer, from))
        return;
    if (connection->state == UDP_OPENING) {
        if (!read_terms(connection, bytes + ACCEPT_TERMS_AT)) {
            udp__die(endpoint, connection, UDP_NONSENSE);
            return;
        }
        connection->peer_id = peer_id;
        connection->promised_end = connection->expected_seq + endpoint->limits.window;
        udp__established(endpoint, connection);
        udp__reschedule(endpoint, connection);
    } else if (connection->peer_id != peer_id || connection->state < UDP_RUNNING || udp_is_over(connection)) {
        return;
    }
    udp__send_bare(endpoint, connection, 0); /* shows that it hears */
}

static void receive_reset(struct udp_endpoint *endpoint, const struct net_address *from, const uint8_t *bytes)
{
    struct udp_connection *connection = find_peer(endpoint, from, wire_load_fixed32(bytes + ID_AT));

    if (!connection || connection->next_seq - wire_load_fixed32(bytes + WORD_AT) > RESET_SEQ_SPAN ||
        udp_is_over(connection))
        return;
    udp__die(endpoint, connection, UDP_FORGOTTEN);
}

static void receive_refusal(struct udp_endpoint *endpoint, const struct net_address *from,
                            const uint8_t *bytes, enum udp_reason reason)
{
    struct udp_connection *connection = find_own(endpoint, wire_load_fixed32(bytes + ID_AT));

    if (!connection || connection->state > UDP_OPENING || !udp_same_address(&connection->peer, from))
        return;
    udp__die(endpoint, connection, reason);
}

void udp__handshake_receive(struct udp_endpoint *endpoint, const struct net_address *from,
                            const uint8_t *bytes, uint32_t size_bytes)
{
    uint32_t id = wire_load_fixed32(bytes + ID_AT);

    if (bytes[KIND_AT + 1] != UDP_VERSION && bytes[KIND_AT] == UDP_INIT) {
        if (size_bytes >= UDP_INIT_BYTES && id)
            send_short(endpoint, from, UDP_VERSIONS, id, UDP_VERSION | UDP_VERSION << 8);
        return;
    }
    switch (bytes[KIND_AT]) {
    case UDP_INIT:
        receive_init(endpoint, from, bytes, size_bytes);
        break;
    case UDP_COOKIE:
        receive_cookie(endpoint, from, bytes, size_bytes);
        break;
    case UDP_OPEN:
        receive_open(endpoint, from, bytes, size_bytes);
        break;
    case UDP_ACCEPT:
        receive_accept(endpoint, from, bytes, size_bytes);
        break;
    case UDP_RESET:
        receive_reset(endpoint, from, bytes);
        break;
    case UDP_REFUSE:
        receive_refusal(endpoint, from, bytes, UDP_REFUSED);
        break;
    case UDP_VERSIONS:
        receive_refusal(endpoint, from, bytes, UDP_OTHER_VERSION);
        break;
    default: /* of a later version */
        endpoint->counters.unsound++;
        break;
    }
}
