/*
 * How long the way takes and how much it carries: the estimator and the timer of QUIC (RFC 9002), NewReno
 * counted in packets.
 */
#include "udp_internal.h"

#define INITIAL_ROUND_TRIP_NS (333 * UDP_NS_PER_MS)
#define PATIENCE_MIN_NS (10 * UDP_NS_PER_MS)
#define PATIENCE_MAX_NS (5000 * UDP_NS_PER_MS)
#define GRANULARITY_NS UDP_NS_PER_MS
#define WINDOW_MAX 256u

/* As carefully as towards anybody, or as to a neighbour: this machine, or a cable. */
#define WINDOW_INITIAL 4u
#define WINDOW_INITIAL_NEAR 10u

#define LOOPBACK_NET UINT32_C(0x7F)
#define LINK_LOCAL_NET UINT32_C(0xA9FE)

static bool is_near(uint32_t host)
{
    return host >> 24 == LOOPBACK_NET || host >> 16 == LINK_LOCAL_NET;
}

void udp__congestion_init(struct udp_connection *connection)
{
    connection->window = is_near(connection->peer.host) ? WINDOW_INITIAL_NEAR : WINDOW_INITIAL;
    connection->threshold = WINDOW_MAX;
}

void udp__round_trip(struct udp_connection *connection, int64_t taken_ns, int64_t held_ns)
{
    int64_t difference;

    if (taken_ns <= 0)
        taken_ns = 1;
    if (!connection->smoothed_ns) {
        connection->smoothed_ns = connection->latest_ns = connection->least_ns = taken_ns;
        connection->variance_ns = taken_ns / 2;
        return;
    }
    if (taken_ns < connection->least_ns)
        connection->least_ns = taken_ns;
    if (held_ns > UDP_ACK_DELAY_NS)
        held_ns = UDP_ACK_DELAY_NS; /* it promised not to hold it longer */
    if (taken_ns - held_ns >= connection->least_ns)
        taken_ns -= held_ns;
    connection->latest_ns = taken_ns;
    difference = connection->smoothed_ns - taken_ns;
    if (difference < 0)
        difference = -difference;
    connection->variance_ns += (difference - connection->variance_ns) / 4;
    connection->smoothed_ns += (taken_ns - connection->smoothed_ns) / 8;
}

void udp__window_grow(struct udp_connection *connection, uint32_t count, bool was_full)
{
    if (!was_full || connection->window >= WINDOW_MAX)
        return;
    if (connection->window < connection->threshold) {
        connection->window = (uint16_t)(connection->window + count);
        return;
    }
    connection->grown = (uint16_t)(connection->grown + count);
    if (connection->grown >= connection->window) {
        connection->grown = (uint16_t)(connection->grown - connection->window);
        connection->window++;
    }
}

void udp__window_shrink(struct udp_connection *connection, int64_t sent_ns, int64_t now_ns)
{
    if (sent_ns <= connection->recovery_ns)
        return; /* of the congestion that it has answered already */
    connection->recovery_ns = now_ns;
    connection->window = (uint16_t)(connection->window / 2 ? connection->window / 2 : 1);
    connection->threshold = connection->window;
    connection->grown = 0;
}

int64_t udp__patience(const struct udp_connection *connection)
{
    int64_t patience_ns = 2 * INITIAL_ROUND_TRIP_NS, swing_ns = 4 * connection->variance_ns;
    uint32_t doubled;

    if (connection->smoothed_ns)
        patience_ns = connection->smoothed_ns + (swing_ns > GRANULARITY_NS ? swing_ns : GRANULARITY_NS) +
                      UDP_ACK_DELAY_NS;
    if (patience_ns < PATIENCE_MIN_NS)
        patience_ns = PATIENCE_MIN_NS;
    for (doubled = 0; doubled < connection->timeouts && patience_ns < PATIENCE_MAX_NS; doubled++)
        patience_ns *= 2;
    return patience_ns < PATIENCE_MAX_NS ? patience_ns : PATIENCE_MAX_NS;
}

int64_t udp__reordering(const struct udp_connection *connection)
{
    int64_t longest_ns =
        connection->latest_ns > connection->smoothed_ns ? connection->latest_ns : connection->smoothed_ns;
    int64_t reordering_ns = longest_ns + longest_ns / 8;

    return reordering_ns > GRANULARITY_NS ? reordering_ns : GRANULARITY_NS;
}
