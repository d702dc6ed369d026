/*
 * Two endpoints of the core and a bad network between them, in virtual time: everything follows from a seed.
 * What flows is checked byte by byte as it is read.
 */
#ifndef UDP_WORLD_H
#define UDP_WORLD_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <udp/udp_core.h>

#define MS UDP_NS_PER_MS
#define SECOND (1000 * MS)

enum { WORLD_PEERS = 8, FLYING_MAX = 4096, SHARE_ALL = 1000 };

/* Of a thousand datagrams, and times. */
struct world_options {
    uint32_t loss, duplicate, damage, late;
    int64_t delay_ns, jitter_ns, late_ns;
    int64_t cut_from_ns, cut_until_ns; /* nothing passes in the directions of cut_sides: 1 from A, 2 from B */
    uint32_t cut_sides;
    int64_t pause_from_ns, pause_until_ns; /* B does not run */
    int64_t rate_ns;                       /* between two datagrams in one direction */
    uint32_t packets_fail;                 /* allocations of packets that fail */
};

struct flying {
    int64_t due_ns;
    uint64_t number; /* ties go by it */
    uint32_t to;     /* endpoint */
    struct net_address from;
    uint32_t size_bytes;
    uint8_t bytes[UDP_DATAGRAM_MAX];
};

struct side {
    struct world *world;
    uint32_t number;
    struct udp_endpoint endpoint;
    struct udp_connection *table[WORLD_PEERS];
    struct udp_connection *connection; /* the one that is looked at; NULL: none, or the core's alone */
    struct net_address address;
    uint32_t connections; /* that live */
    uint32_t accepted, established, died;
    uint64_t bytes_out, bytes_in; /* of datagrams, as sent and as arrived */
    int64_t free_ns;              /* when the way out is free again */
};

struct world {
    struct world_options options;
    uint64_t random;
    int64_t now_ns;
    struct side sides[2];
    struct flying *flying[FLYING_MAX]; /* a heap */
    uint32_t flying_count;
    uint64_t flown;
    uint32_t packets, packets_most;
    bool failed;
    bool wraps; /* numbers begin just before they wrap around */
    /** Looks at, and may change, what is sent. NULL: nobody does. @retval false it vanishes */
    bool (*tap)(struct world *world, struct side *from, uint8_t *bytes, uint32_t *inout_size);
    void *tap_context;
};

static inline uint32_t world_random(struct world *world)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (uint32_t)(world->random >> 32);
}

static inline bool world_chance(struct world *world, uint32_t share)
{
    return world_random(world) % SHARE_ALL < share;
}

/* ---- the network ---- */

static inline bool flies_before(const struct flying *a, const struct flying *b)
{
    return a->due_ns < b->due_ns || (a->due_ns == b->due_ns && a->number < b->number);
}

static inline void world_push(struct world *world, struct flying *flying)
{
    uint32_t at = world->flying_count++;

    for (; at && flies_before(flying, world->flying[(at - 1) / 2]); at = (at - 1) / 2)
        world->flying[at] = world->flying[(at - 1) / 2];
    world->flying[at] = flying;
}

static inline struct flying *world_pop(struct world *world)
{
    struct flying *first = world->flying[0], *last = world->flying[--world->flying_count];
    uint32_t at = 0, child;

    for (; (child = 2 * at + 1) < world->flying_count; at = child) {
        if (child + 1 < world->flying_count && flies_before(world->flying[child + 1], world->flying[child]))
            child++;
        if (!flies_before(world->flying[child], last))
            break;
        world->flying[at] = world->flying[child];
    }
    world->flying[at] = last;
    return first;
}

/* Puts a datagram on its way, whatever the options say. */
static inline void world_inject(struct world *world, uint32_t to, const struct net_address *from,
                                const uint8_t *bytes, uint32_t size_bytes, int64_t due_ns)
{
    struct flying *flying = world->flying_count < FLYING_MAX ? malloc(sizeof(*flying)) : NULL;

    if (!flying)
        return;
    flying->due_ns = due_ns;
    flying->number = world->flown++;
    flying->to = to;
    flying->from = *from;
    flying->size_bytes = size_bytes;
    memcpy(flying->bytes, bytes, size_bytes);
    world_push(world, flying);
}

static inline void world_fly(struct world *world, struct side *from, const uint8_t *bytes,
                             uint32_t size_bytes)
{
    const struct world_options *options = &world->options;
    uint8_t damaged[UDP_DATAGRAM_MAX];
    int64_t due_ns;

    if (world_chance(world, options->loss) ||
        (options->cut_sides >> from->number & 1 && world->now_ns >= options->cut_from_ns &&
         world->now_ns < options->cut_until_ns))
        return;
    if (from->free_ns < world->now_ns)
        from->free_ns = world->now_ns;
    from->free_ns += options->rate_ns;
    due_ns = from->free_ns + options->delay_ns;
    if (options->jitter_ns)
        due_ns += world_random(world) % options->jitter_ns;
    if (world_chance(world, options->late))
        due_ns += options->late_ns;
    memcpy(damaged, bytes, size_bytes);
    if (world_chance(world, options->damage)) {
        uint32_t times = 1 + world_random(world) % 4;

        if (world_random(world) % 8 == 0)
            size_bytes = world_random(world) % (size_bytes + 1);
        while (times-- && size_bytes)
            damaged[world_random(world) % size_bytes] ^= (uint8_t)(1u << world_random(world) % 8);
    }
    world_inject(world, !from->number, &from->address, damaged, size_bytes, due_ns);
}

/* ---- the host of the core ---- */

static inline void host_send(void *context, const struct net_address *to, const uint8_t *bytes,
                             uint32_t size_bytes)
{
    struct side *side = context;
    struct world *world = side->world;
    uint8_t packet[UDP_DATAGRAM_MAX];

    (void)to;
    if (size_bytes > UDP_DATAGRAM_MAX)
        world->failed = true;
    side->bytes_out += size_bytes;
    memcpy(packet, bytes, size_bytes);
    if (world->tap && !world->tap(world, side, packet, &size_bytes))
        return;
    if (udp_same_address(to, &world->sides[!side->number].address))
        world_fly(world, side, packet, size_bytes);
    if (world->options.duplicate && world_chance(world, world->options.duplicate))
        world_fly(world, side, packet, size_bytes);
}

static inline struct udp_connection *host_new_connection(void *context)
{
    ((struct side *)context)->connections++;
    return malloc(sizeof(struct udp_connection));
}

static inline void host_free_connection(void *context, struct udp_connection *connection)
{
    struct side *side = context;

    side->connections--;
    if (side->connection == connection)
        side->connection = NULL;
    free(connection);
}

static inline struct udp_packet *host_new_packet(void *context)
{
    struct world *world = ((struct side *)context)->world;

    if (world->options.packets_fail && world_chance(world, world->options.packets_fail))
        return NULL;
    if (++world->packets > world->packets_most)
        world->packets_most = world->packets;
    return malloc(sizeof(struct udp_packet));
}

static inline void host_free_packet(void *context, struct udp_packet *packet)
{
    ((struct side *)context)->world->packets--;
    free(packet);
}

static inline void host_changed(void *context, struct udp_connection *connection, uint32_t what)
{
    struct side *side = context;

    if (what & UDP_ACCEPTED) {
        side->accepted++;
        if (!side->connection)
            side->connection = connection;
    }
    side->established += !!(what & UDP_ESTABLISHED);
    side->died += !!(what & UDP_DIED);
}

static inline uint32_t host_random(void *context)
{
    struct world *world = ((struct side *)context)->world;
    uint32_t value = world_random(world);

    return world->wraps ? value | 0xFFFFFFC0 : value;
}

/* ---- the world ---- */

static inline void world_init(struct world *world, uint64_t seed, const struct world_options *options,
                              const struct udp_limits *limits)
{
    uint32_t i;

    memset(world, 0, sizeof(*world));
    world->options = *options;
    world->random = (seed + 1) * UINT64_C(0x9E3779B97F4A7C15) | 1;
    for (i = 0; i < 8; i++)
        (void)world_random(world);
    world->now_ns = SECOND;
    for (i = 0; i < 2; i++) {
        struct side *side = &world->sides[i];
        const struct udp_host host = {
            .context = side,
            .send = host_send,
            .new_connection = host_new_connection,
            .new_packet = host_new_packet,
            .free_connection = host_free_connection,
            .free_packet = host_free_packet,
            .changed = host_changed,
            .random = host_random,
        };

        side->world = world;
        side->number = i;
        side->address = (struct net_address){.host = 0x0A000001 + i, .port = 1000 + i};
        udp_endpoint_init(&side->endpoint, &host, limits, side->table);
    }
    world->sides[1].endpoint.listening = true;
}

static inline bool world_is_paused(const struct world *world, uint32_t side)
{
    return side == 1 && world->now_ns >= world->options.pause_from_ns &&
           world->now_ns < world->options.pause_until_ns;
}

/* Goes on to the next thing that happens, at most to `until_ns`. @retval false nothing happens until then */
static inline bool world_step(struct world *world, int64_t until_ns)
{
    int64_t next_ns = until_ns + 1;
    uint32_t i;

    if (world->flying_count)
        next_ns = world->flying[0]->due_ns;
    for (i = 0; i < 2; i++) {
        int64_t due_ns = world->sides[i].endpoint.due_ns;

        if (world_is_paused(world, i) && due_ns < world->options.pause_until_ns)
            due_ns = world->options.pause_until_ns;
        if (due_ns < next_ns)
            next_ns = due_ns;
    }
    if (next_ns > until_ns) {
        world->now_ns = until_ns;
        return false;
    }
    if (next_ns > world->now_ns)
        world->now_ns = next_ns;
    while (world->flying_count && world->flying[0]->due_ns <= world->now_ns) {
        struct flying *flying = world_pop(world);
        struct side *side = &world->sides[flying->to];

        if (world_is_paused(world, flying->to)) { /* its port keeps some */
            if (world->flying_count < FLYING_MAX / 2) {
                flying->due_ns = world->options.pause_until_ns;
                world_push(world, flying);
                continue;
            }
        } else {
            side->bytes_in += flying->size_bytes;
            udp_endpoint_receive(&side->endpoint, &flying->from, flying->bytes, flying->size_bytes,
                                 world->now_ns);
        }
        free(flying);
    }
    for (i = 0; i < 2; i++)
        if (!world_is_paused(world, i))
            (void)udp_endpoint_tick(&world->sides[i].endpoint, world->now_ns);
    return true;
}

static inline void world_run(struct world *world, int64_t for_ns)
{
    int64_t until_ns = world->now_ns + for_ns;

    while (world_step(world, until_ns))
        ;
}

/** A calls B. @retval false it did not work */
static inline bool world_connect(struct world *world)
{
    struct side *near = &world->sides[0], *far = &world->sides[1];
    int64_t until_ns = world->now_ns + 3 * UDP_HANDSHAKE_NS;

    near->connection = udp_call(&near->endpoint, &far->address, world->now_ns);
    while (near->connection && !(near->established && far->accepted) && !near->died &&
           world_step(world, until_ns))
        ;
    return near->established && far->accepted && near->connection->state == UDP_RUNNING;
}

static inline void world_end(struct world *world)
{
    uint32_t i;

    for (i = 0; i < 2; i++)
        udp_endpoint_end(&world->sides[i].endpoint);
    while (world->flying_count)
        free(world_pop(world));
}

#endif
