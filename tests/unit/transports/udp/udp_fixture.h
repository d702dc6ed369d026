/* A connection, or what is before it, and one who writes packets by hand. */
#ifndef UDP_FIXTURE_H
#define UDP_FIXTURE_H

#include "udp_world.h"
#include <cmocka_all.h>
#include <wire.h>

static const struct udp_limits limits = {.window = 8, .queue = 8, .peers = WORLD_PEERS, .half_open = 2};
static const struct world_options good = {.delay_ns = MS};
static const struct net_address stranger = {.host = 0x0A0000FF, .port = 9};

struct fixture {
    struct world world;
    struct side *near, *far;
};

static inline void start(struct fixture *fixture)
{
    world_init(&fixture->world, 1, &good, &limits);
    fixture->near = &fixture->world.sides[0];
    fixture->far = &fixture->world.sides[1];
}

static inline void start_connected(struct fixture *fixture)
{
    start(fixture);
    assert_true(world_connect(&fixture->world));
    world_run(&fixture->world, 100 * MS);
}

static inline void end(struct fixture *fixture)
{
    world_end(&fixture->world);
    assert_int_equal(fixture->near->connections + fixture->far->connections, 0);
    assert_int_equal(fixture->world.packets, 0);
    assert_false(fixture->world.failed);
}

static inline void give(struct fixture *fixture, const struct net_address *from, const uint8_t *bytes,
                        uint32_t size)
{
    fixture->far->bytes_in += size;
    udp_endpoint_receive(&fixture->far->endpoint, from, bytes, size, fixture->world.now_ns);
}

/* What A would send to B next. */
static inline struct udp_header next_header(const struct fixture *fixture)
{
    const struct udp_connection *near = fixture->near->connection;

    return (struct udp_header){.connection = near->peer_id,
                               .seq = near->next_seq,
                               .ack = near->expected_seq,
                               .window = 8,
                               .flags = UDP_NUMBERED};
}

static inline uint32_t make(uint8_t packet[UDP_DATAGRAM_MAX], const struct udp_header *header,
                            const char *payload)
{
    udp_header_write(packet, header);
    memcpy(packet + UDP_FIXED_BYTES, payload, strlen(payload));
    return udp_seal(packet, UDP_FIXED_BYTES + (uint32_t)strlen(payload));
}

/* Gives B a packet as if it were A's. */
static inline void forge(struct fixture *fixture, const struct udp_header *header, const char *payload)
{
    uint8_t packet[UDP_DATAGRAM_MAX];
    uint32_t size = make(packet, header, payload);

    give(fixture, &fixture->near->address, packet, size);
}

static inline void expect_read(struct fixture *fixture, const char *text)
{
    uint8_t bytes[64] = "";
    uint32_t count = udp_read(&fixture->far->endpoint, fixture->far->connection, bytes, sizeof(bytes),
                              fixture->world.now_ns);

    assert_int_equal(count, strlen(text));
    assert_memory_equal(bytes, text, count);
}

static inline void say(struct side *side, const char *text)
{
    assert_int_equal(udp_write(&side->endpoint, side->connection, (const uint8_t *)text,
                               (uint32_t)strlen(text), side->world->now_ns),
                     strlen(text));
    udp_flush(&side->endpoint, side->connection, side->world->now_ns);
}

static inline void expect_dead(struct fixture *fixture, enum udp_reason reason)
{
    assert_int_equal(fixture->far->connection->state, UDP_DEAD);
    assert_int_equal(fixture->far->connection->reason, reason);
    assert_int_equal(fixture->world.packets, 0);
    world_run(&fixture->world, SECOND);
    end(fixture);
}

#endif
