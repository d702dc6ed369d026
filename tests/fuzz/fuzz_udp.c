/*
 * The core of the transport udp: two peers, and what the input makes of the time, of their users and of the
 * network between them. The first byte chooses the network: one that loses, doubles, reorders and damages,
 * where what is read must be exactly what was written; or one with somebody in it who knows ids and numbers
 * and writes packets of his own, where only limits hold.
 */
#include "../unit/transports/udp/udp_world.h"
#include <wire.h>

static const struct udp_limits limits = {.window = 4, .queue = 4, .peers = WORLD_PEERS, .half_open = 2};

enum { PACKETS_MOST = 2 * WORLD_PEERS * (4 + 4 + 4 + 4 + 1), STEPS_MAX = 2000 };

struct input {
    const uint8_t *at, *end;
};

struct play {
    struct world world;
    struct input input;
    bool hostile;
    uint64_t written[2], read[2]; /* by A, by B; from A, from B */
    uint32_t urgent_written[2], urgent_read[2];
};

static uint8_t take(struct input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

static void require(bool condition, const char *what)
{
    if (condition)
        return;
    fprintf(stderr, "%s\n", what);
    abort();
}

static uint8_t pattern(uint32_t from, uint64_t at)
{
    return (uint8_t)(at * 31 + (at >> 8) + from * 101);
}

/* ---- users ---- */

static void write_bytes(struct play *play, uint32_t from, uint32_t size)
{
    struct side *side = &play->world.sides[from];
    uint8_t bytes[255 * 16];
    uint32_t i;

    for (i = 0; i < size; i++)
        bytes[i] = pattern(from, play->written[from] + i);
    play->written[from] += udp_write(&side->endpoint, side->connection, bytes, size, play->world.now_ns);
    udp_flush(&side->endpoint, side->connection, play->world.now_ns);
}

static void write_urgent(struct play *play, uint32_t from)
{
    struct side *side = &play->world.sides[from];
    uint8_t *at = udp_write_urgent(&side->endpoint, side->connection, sizeof(uint32_t));

    if (at)
        wire_store_fixed32(at, play->urgent_written[from]++);
    udp_flush(&side->endpoint, side->connection, play->world.now_ns);
}

static void read_all(struct play *play, uint32_t from, uint32_t capacity)
{
    struct side *side = &play->world.sides[!from];
    uint8_t bytes[NET_URGENT_MAX];
    uint32_t count, i;

    while (udp_read_urgent(&side->endpoint, side->connection, bytes, sizeof(bytes), &count,
                           play->world.now_ns)) {
        if (play->hostile)
            continue;
        require(count == sizeof(uint32_t) && wire_load_fixed32(bytes) == play->urgent_read[from]++,
                "an urgent message that was not written");
    }
    count = udp_read(&side->endpoint, side->connection, bytes, capacity, play->world.now_ns);
    for (i = 0; i < count && !play->hostile; i++)
        require(bytes[i] == pattern(from, play->read[from]++), "a byte that was not written");
    require(play->hostile || play->read[from] <= play->written[from], "more than was written");
}

static void close_side(struct play *play, uint32_t from)
{
    struct side *side = &play->world.sides[from];
    struct udp_connection *connection = side->connection;

    side->connection = NULL;
    udp_close(&side->endpoint, connection, play->world.now_ns);
}

/* ---- the network ---- */

/* A packet of the input's; some are addressed and numbered so that they are looked at, and sealed. */
static void inject(struct play *play, uint32_t to)
{
    struct side *side = &play->world.sides[to], *other = &play->world.sides[!to];
    uint32_t kind = take(&play->input), size = take(&play->input), i;
    uint8_t packet[UDP_FIXED_BYTES + 255 + UDP_CHECK_BYTES] = {0};

    for (i = 0; i < UDP_FIXED_BYTES + size; i++)
        packet[i] = take(&play->input);
    if ((kind & 1) && side->connection) {
        wire_store_fixed32(packet, side->connection->own_id);
        wire_store_fixed32(packet + 4, side->connection->expected_seq + (packet[4] & 7));
        wire_store_fixed32(packet + 8, side->connection->next_seq - (packet[8] & 3));
    }
    if (kind & 2) {
        memset(packet, 0, 4);
        packet[4] &= 7;
        packet[5] = kind & 4 ? packet[5] : UDP_VERSION;
        if (side->connection)
            wire_store_fixed32(packet + 8, kind & 8 ? side->connection->own_id : side->connection->peer_id);
    }
    size = udp_seal(packet, UDP_FIXED_BYTES + size) - (kind & 16 ? 1 : 0);
    world_inject(&play->world, to, &other->address, packet, size, play->world.now_ns);
}

static void set_network(struct play *play)
{
    struct world_options *options = &play->world.options;

    options->loss = take(&play->input) * 2u;
    options->duplicate = take(&play->input);
    options->damage = take(&play->input);
    options->jitter_ns = take(&play->input) * MS / 4;
    options->packets_fail = take(&play->input) / 4;
}

static void pass_time(struct play *play, int64_t duration_ns)
{
    int64_t until_ns = play->world.now_ns + duration_ns;
    int steps = STEPS_MAX;

    while (steps-- && world_step(&play->world, until_ns))
        ;
}

static void act(struct play *play)
{
    uint8_t what = take(&play->input);
    uint32_t from = what & 1;
    struct side *side = &play->world.sides[from];

    switch (what >> 1 & 7) {
    case 0:
        if (side->connection)
            write_bytes(play, from, take(&play->input) * 16u);
        break;
    case 1:
        if (side->connection)
            write_urgent(play, from);
        break;
    case 2:
        if (play->world.sides[!from].connection)
            read_all(play, from, 1 + take(&play->input) * 4u);
        break;
    case 3:
        pass_time(play, (1 + take(&play->input)) * MS);
        break;
    case 4:
        if (play->hostile)
            inject(play, from);
        else
            pass_time(play, take(&play->input) * 100 * MS);
        break;
    case 5:
        set_network(play);
        break;
    case 6:
        if (side->connection && what >> 4 == 15)
            close_side(play, from);
        break;
    default:
        if (side->connection)
            udp_unreachable(&side->endpoint, side->connection, play->world.now_ns);
        break;
    }
    require(play->world.packets <= PACKETS_MOST, "too many packets");
    require(play->world.sides[0].connections <= WORLD_PEERS &&
                play->world.sides[1].connections <= WORLD_PEERS,
            "too many connections");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct world_options good = {.delay_ns = MS};
    struct play *play = calloc(1, sizeof(*play));
    int i;

    require(play != NULL, "out of memory");
    play->input = (struct input){data, data + size};
    play->hostile = take(&play->input) & 1;
    world_init(&play->world, take(&play->input), &good, &limits);
    play->world.wraps = true;
    (void)world_connect(&play->world);
    while (play->input.at < play->input.end)
        act(play);
    play->world.options = good;
    for (i = 0; i < 2; i++)
        if (play->world.sides[i].connection)
            close_side(play, (uint32_t)i);
    world_run(&play->world, 3 * UDP_GIVE_UP_NS);
    if (!play->hostile) /* who writes packets of his own may leave some that are accepted */
        require(!play->world.sides[0].connections && !play->world.sides[1].connections, "connections stay");
    world_end(&play->world);
    require(!play->world.packets, "packets stay");
    require(!play->world.failed, "a datagram is too long");
    free(play);
    return 0;
}
