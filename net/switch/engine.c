/* See engine.h. */
#include "engine.h"
#include "frames.h"
#include "mac_table.h"
#include <string.h>

/* A frame that waits until others have overtaken it. */
struct held {
    struct frame *frame; /* one reference; NULL: none is held */
    struct cable_fate fate;
    uint32_t from;
    int64_t until_ns;
};

struct direction {
    struct cable cable;
    struct held held;
    uint32_t under_way; /* frames of it in the queue */
};

struct port {
    char name[SWITCH_NAME_MAX + 1];
    uint32_t group;
    struct direction directions[ENGINE_DIRECTIONS];
};

struct engine {
    struct engine_config config;
    struct port ports[ENGINE_PORTS_MAX];
    uint32_t port_count;
    uint32_t held_count;
    struct mac_table addresses;
    struct frame_queue queue;
};

/* A frame on its way; `kept` is its copy that outlives the call, made when the first cable needs it. */
struct passing {
    const uint8_t *bytes;
    uint32_t length;
    uint32_t from;
    struct frame *kept;
};

static void enter(struct engine *engine, struct passing *passing, uint32_t port, uint32_t place,
                  const struct cable_fate *fate, int64_t now_ns);

/* Ports */

struct engine *engine_create(const struct engine_config *config)
{
    struct engine *engine = com_alloc(sizeof(*engine));

    if (!engine)
        return NULL;
    memset(engine, 0, sizeof(*engine));
    engine->config = *config;
    if (!frame_queue_init(&engine->queue, ENGINE_FRAMES_MAX)) {
        com_free(engine);
        return NULL;
    }
    return engine;
}

void engine_destroy(struct engine *engine)
{
    uint32_t port, place;

    if (!engine)
        return;
    for (port = 0; port < engine->port_count; port++)
        for (place = 0; place < ENGINE_DIRECTIONS; place++)
            frame_release(engine->ports[port].directions[place].held.frame);
    frame_queue_destroy(&engine->queue);
    com_free(engine);
}

bool engine_find_port(const struct engine *engine, const char *name, uint32_t *out_port)
{
    uint32_t port;

    for (port = 0; port < engine->port_count; port++) {
        if (strcmp(engine->ports[port].name, name) == 0) {
            *out_port = port;
            return true;
        }
    }
    return false;
}

HRESULT engine_add_port(struct engine *engine, const char *name, uint32_t *out_port)
{
    size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-");

    if (length < 1 || length > SWITCH_NAME_MAX || name[length])
        return E_INVALIDARG;
    if (engine_find_port(engine, name, out_port))
        return S_OK;
    if (engine->port_count == ENGINE_PORTS_MAX)
        return RPC_E_OUT_OF_RESOURCES;
    memcpy(engine->ports[engine->port_count].name, name, length + 1);
    *out_port = engine->port_count++;
    return S_OK;
}

uint32_t engine_port_count(const struct engine *engine)
{
    return engine->port_count;
}

const char *engine_port_name(const struct engine *engine, uint32_t port)
{
    return engine->ports[port].name;
}

uint32_t engine_port_group(const struct engine *engine, uint32_t port)
{
    return engine->ports[port].group;
}

const struct cable *engine_cable(const struct engine *engine, uint32_t port, uint32_t direction)
{
    return &engine->ports[port].directions[direction].cable;
}

void engine_set_group(struct engine *engine, uint32_t port, uint32_t group)
{
    engine->ports[port].group = group;
}

static bool is_empty(const struct engine *engine, uint32_t group)
{
    uint32_t port;

    for (port = 0; port < engine->port_count; port++)
        if (engine->ports[port].group == group)
            return false;
    return true;
}

uint32_t engine_new_group(const struct engine *engine)
{
    uint32_t group = 1;

    while (!is_empty(engine, group))
        group++;
    return group;
}

/* Arriving */

/* Brings a frame to a port, unless a partition lies between. */
static void forward(struct engine *engine, struct passing *passing, uint32_t to, int64_t now_ns)
{
    struct port *source = &engine->ports[passing->from];
    struct port *target = &engine->ports[to];
    struct cable *cable = &target->directions[ENGINE_TO_NODE].cable;
    struct cable_fate fate = {.copies = 1};

    if (source->group != target->group) {
        source->directions[ENGINE_FROM_NODE].cable.counters.partitioned++;
        cable->counters.partitioned++;
        return;
    }
    cable->counters.frames++;
    cable->counters.bytes += passing->length;
    if (!cable_is_plain(cable))
        fate = cable_decide(cable);
    enter(engine, passing, to, ENGINE_TO_NODE, &fate, now_ns);
}

/* A frame came out of its sender's cable. */
static void relay(struct engine *engine, struct passing *passing, int64_t now_ns)
{
    const uint8_t *target = passing->bytes;
    const uint8_t *source = passing->bytes + MAC_BYTES;
    uint32_t port;

    if (engine->config.observe)
        engine->config.observe(engine->config.context, passing->from, passing->bytes, passing->length);
    mac_table_learn(&engine->addresses, source, passing->from, now_ns);
    if (!mac_is_group(target) && mac_table_find(&engine->addresses, target, now_ns, &port)) {
        if (port != passing->from)
            forward(engine, passing, port, now_ns);
        return;
    }
    for (port = 0; port < engine->port_count; port++)
        if (port != passing->from)
            forward(engine, passing, port, now_ns);
}

static void arrive(struct engine *engine, struct passing *passing, uint32_t port, uint32_t place,
                   int64_t now_ns)
{
    if (place == ENGINE_FROM_NODE)
        relay(engine, passing, now_ns);
    else if (!engine->config.deliver(engine->config.context, port, passing->from, passing->bytes,
                                     passing->length))
        engine->ports[port].directions[place].cable.counters.refused++;
}

/* Entering a cable */

static bool keep(struct passing *passing)
{
    if (!passing->kept)
        passing->kept = frame_create(passing->bytes, passing->length);
    return passing->kept != NULL;
}

/* Sends one copy; what arrives at once is never copied. */
static void send_copy(struct engine *engine, struct passing *passing, uint32_t port, uint32_t place,
                      const struct cable_fate *fate, int64_t now_ns)
{
    struct direction *direction = &engine->ports[port].directions[place];
    struct under_way entry = {.port = port, .from = passing->from, .direction = place};

    if (cable_is_plain(&direction->cable)) {
        arrive(engine, passing, port, place, now_ns);
        return;
    }
    if (!cable_enter(&direction->cable, passing->length, fate->jitter_ns, now_ns, &entry.due_ns))
        return;
    if (entry.due_ns <= now_ns) {
        arrive(engine, passing, port, place, now_ns);
        return;
    }
    entry.frame = direction->under_way < ENGINE_CABLE_FRAMES_MAX && keep(passing) ? passing->kept : NULL;
    if (entry.frame && frame_queue_push(&engine->queue, &entry))
        direction->under_way++;
    else
        direction->cable.counters.overflowed++;
}

static void send_copies(struct engine *engine, struct passing *passing, uint32_t port, uint32_t place,
                        const struct cable_fate *fate, int64_t now_ns)
{
    uint32_t copy;

    for (copy = 0; copy < fate->copies; copy++)
        send_copy(engine, passing, port, place, fate, now_ns);
}

/* Lets go of the frame that is held in one direction, if there is one. */
static void send_held(struct engine *engine, uint32_t port, uint32_t place, int64_t now_ns)
{
    struct held held = engine->ports[port].directions[place].held;
    struct passing passing;

    if (!held.frame)
        return;
    engine->ports[port].directions[place].held.frame = NULL;
    engine->held_count--;
    passing = (struct passing){held.frame->bytes, held.frame->length, held.from, held.frame};
    send_copies(engine, &passing, port, place, &held.fate, now_ns);
    frame_release(held.frame);
}

/* A frame enters a cable whose conditions have decided about it. */
static void enter(struct engine *engine, struct passing *passing, uint32_t port, uint32_t place,
                  const struct cable_fate *fate, int64_t now_ns)
{
    struct direction *direction = &engine->ports[port].directions[place];
    struct held *held = &direction->held;

    if (fate->copies > 0 && fate->overtakers > 0 && !held->frame && keep(passing)) {
        direction->cable.counters.reordered++;
        passing->kept->refs++;
        *held = (struct held){passing->kept, *fate, passing->from, now_ns + CABLE_HOLD_NS};
        engine->held_count++;
        return;
    }
    send_copies(engine, passing, port, place, fate, now_ns);
    if (fate->copies > 0 && held->frame && --held->fate.overtakers == 0)
        send_held(engine, port, place, now_ns);
}

/* The cables differ also where the seeds are the same (FNV-1a of the name and the direction). */
static uint64_t stream_of(const struct port *port, uint32_t place)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325) ^ place;
    const char *name;

    for (name = port->name; *name; name++)
        hash = (hash ^ (uint8_t)*name) * UINT64_C(0x100000001B3);
    return hash;
}

void engine_set_cable(struct engine *engine, uint32_t port, uint32_t direction,
                      const struct switch_conditions *conditions, uint64_t seed, int64_t now_ns)
{
    engine_run(engine, now_ns);
    cable_set(&engine->ports[port].directions[direction].cable, conditions, seed,
              stream_of(&engine->ports[port], direction), now_ns);
    send_held(engine, port, direction, now_ns);
}

/* Frames and time */

void engine_receive(struct engine *engine, uint32_t port, const uint8_t *frame, uint32_t length,
                    int64_t now_ns)
{
    struct cable *cable = &engine->ports[port].directions[ENGINE_FROM_NODE].cable;
    struct passing passing = {.bytes = frame, .length = length, .from = port};
    struct cable_fate fate = {.copies = 1};

    engine_run(engine, now_ns);
    cable->counters.frames++;
    cable->counters.bytes += length;
    if (length < ENGINE_FRAME_MIN || length > ENGINE_FRAME_MAX) {
        cable->counters.malformed++;
        return;
    }
    if (!cable_is_plain(cable))
        fate = cable_decide(cable);
    enter(engine, &passing, port, ENGINE_FROM_NODE, &fate, now_ns);
    frame_release(passing.kept);
}

/* The direction whose held frame has to leave first; NULL: none is held. */
static const struct held *find_held(const struct engine *engine, uint32_t *out_port, uint32_t *out_place)
{
    const struct held *found = NULL;
    uint32_t port, place;

    for (port = 0; engine->held_count > 0 && port < engine->port_count; port++) {
        for (place = 0; place < ENGINE_DIRECTIONS; place++) {
            const struct held *held = &engine->ports[port].directions[place].held;

            if (held->frame && (!found || held->until_ns < found->until_ns)) {
                found = held;
                *out_port = port;
                *out_place = place;
            }
        }
    }
    return found;
}

/*
 * All in the order of the times at which they are due, and as if it were then: a clock that is looked at late
 * neither adds to delays nor changes what happens.
 */
void engine_run(struct engine *engine, int64_t now_ns)
{
    struct under_way entry;

    for (;;) {
        uint32_t port, place;
        const struct held *held = find_held(engine, &port, &place);

        if (held && held->until_ns <= now_ns && held->until_ns <= frame_queue_next(&engine->queue)) {
            send_held(engine, port, place, held->until_ns);
        } else if (frame_queue_pop(&engine->queue, now_ns, &entry)) {
            struct passing passing = {entry.frame->bytes, entry.frame->length, entry.from, entry.frame};

            engine->ports[entry.port].directions[entry.direction].under_way--;
            arrive(engine, &passing, entry.port, entry.direction, entry.due_ns);
            frame_release(entry.frame);
        } else {
            return;
        }
    }
}

int64_t engine_next(const struct engine *engine)
{
    int64_t next_ns = frame_queue_next(&engine->queue);
    uint32_t port, place;
    const struct held *held = find_held(engine, &port, &place);

    return held && held->until_ns < next_ns ? held->until_ns : next_ns;
}
