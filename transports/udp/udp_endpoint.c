/* One port: whose a datagram is, and when something is due. */
#include "udp_internal.h"
#include <wire.h>

void udp_endpoint_init(struct udp_endpoint *endpoint, const struct udp_host *host,
                       const struct udp_limits *limits, struct udp_connection **table)
{
    uint32_t i;

    memset(endpoint, 0, sizeof(*endpoint));
    endpoint->host = *host;
    endpoint->limits = *limits;
    endpoint->table = table;
    memset(table, 0, limits->peers * sizeof(*table));
    for (i = 0; i < 2; i++)
        endpoint->secret[i] = (uint64_t)host->random(host->context) << 32 | host->random(host->context);
    endpoint->due_ns = UDP_FOREVER;
}

int64_t udp__advance(struct udp_endpoint *endpoint, int64_t now_ns)
{
    if (now_ns > endpoint->now_ns)
        endpoint->now_ns = now_ns;
    return endpoint->now_ns;
}

void udp__wake_at(struct udp_endpoint *endpoint, struct udp_connection *connection, int64_t due_ns)
{
    connection->due_ns = due_ns;
    if (due_ns < endpoint->due_ns)
        endpoint->due_ns = due_ns;
}

void udp__send(struct udp_endpoint *endpoint, const struct net_address *to, uint8_t *packet,
               uint32_t size_bytes)
{
    endpoint->counters.sent++;
    endpoint->host.send(endpoint->host.context, to, packet, udp_seal(packet, size_bytes));
}

static void clear_all(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    udp__clear(endpoint, &connection->sent);
    udp__clear(endpoint, &connection->unsent);
    udp__clear(endpoint, &connection->early);
    connection->in_flight = 0;
    connection->due_ns = connection->retransmit_ns = connection->acknowledge_ns = UDP_FOREVER;
}

void udp__finish(struct udp_endpoint *endpoint, struct udp_connection *connection)
{
    if (connection->state == UDP_ACCEPTING)
        endpoint->half_open--;
    clear_all(endpoint, connection);
    udp__clear(endpoint, &connection->ready);
    udp__clear(endpoint, &connection->urgent);
    endpoint->table[connection->own_id % endpoint->limits.peers] = NULL;
    endpoint->count--;
    endpoint->host.free_connection(endpoint->host.context, connection);
}

void udp__die(struct udp_endpoint *endpoint, struct udp_connection *connection, enum udp_reason reason)
{
    if (connection->state == UDP_ACCEPTING || connection->state == UDP_CLOSING) {
        udp__finish(endpoint, connection); /* nobody holds it */
        return;
    }
    connection->state = UDP_DEAD;
    connection->reason = (uint8_t)reason;
    clear_all(endpoint, connection);
    endpoint->host.changed(endpoint->host.context, connection, UDP_READABLE | UDP_WRITABLE | UDP_DIED);
}

void udp_endpoint_end(struct udp_endpoint *endpoint)
{
    uint32_t place;

    for (place = 0; place < endpoint->limits.peers; place++) {
        struct udp_connection *connection = endpoint->table[place];

        if (!connection)
            continue;
        if (connection->state != UDP_CLOSING && connection->state != UDP_ACCEPTING)
            udp__die(endpoint, connection, UDP_ABANDONED);
        udp__finish(endpoint, connection);
    }
}

void udp_endpoint_receive(struct udp_endpoint *endpoint, const struct net_address *from, const uint8_t *bytes,
                          uint32_t size_bytes, int64_t now_ns)
{
    struct udp_connection *connection;
    struct udp_header header;

    (void)udp__advance(endpoint, now_ns);
    endpoint->counters.received++;
    if (!udp_is_sound(bytes, size_bytes)) {
        endpoint->counters.unsound++;
        return;
    }
    udp_header_read(bytes, &header);
    if (!header.connection) {
        udp__handshake_receive(endpoint, from, bytes, size_bytes);
        return;
    }
    connection = endpoint->table[header.connection % endpoint->limits.peers];
    if (!connection || connection->own_id != header.connection || connection->state == UDP_DEAD) {
        udp__reset(endpoint, from, &header);
        return;
    }
    if (!udp_same_address(&connection->peer, from)) {
        endpoint->counters.strangers++;
        return;
    }
    if (connection->state == UDP_INITIATING || connection->state == UDP_OPENING)
        return; /* nobody knows its id yet */
    udp__connection_receive(endpoint, connection, &header, bytes + UDP_FIXED_BYTES,
                            size_bytes - UDP_SHORTEST);
}

int64_t udp_endpoint_tick(struct udp_endpoint *endpoint, int64_t now_ns)
{
    int64_t due_ns = UDP_FOREVER;
    uint32_t place;

    (void)udp__advance(endpoint, now_ns);
    if (endpoint->due_ns > endpoint->now_ns)
        return endpoint->due_ns;
    for (place = 0; place < endpoint->limits.peers; place++) {
        struct udp_connection *connection = endpoint->table[place];

        if (connection && connection->due_ns <= endpoint->now_ns) {
            if (connection->state <= UDP_ACCEPTING)
                udp__handshake_tick(endpoint, connection);
            else
                udp__connection_tick(endpoint, connection);
            connection = endpoint->table[place];
        }
        if (connection && connection->due_ns < due_ns)
            due_ns = connection->due_ns;
    }
    endpoint->due_ns = due_ns;
    return due_ns;
}
