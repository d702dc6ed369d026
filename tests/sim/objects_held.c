/* Every object, and everybody who holds it. */
#include "ledger_internal.h"
#include "oracle.h"
#include "world.h"
#include <stdlib.h>
#include <string.h>

struct object {
    uint32_t node;
    uint32_t start; /* of the node */
    void *identity;
    bool lives;
};

struct hold {
    uint32_t node;
    uint32_t object; /* 0: free */
    void *pointer;
};

static struct object *objects;
static uint32_t object_count;
static uint32_t object_capacity;
static struct hold *holds;
static uint32_t hold_count;
static uint32_t hold_capacity;
static uint32_t next_check;

void objects_reset(void)
{
    object_count = 1;
    hold_count = 1;
    next_check = 0;
}

uint32_t ledger_object_made(uint32_t node, void *identity)
{
    if (object_count >= object_capacity) {
        object_capacity = object_capacity ? 2 * object_capacity : 256;
        objects = (struct object *)realloc(objects, object_capacity * sizeof(*objects));
        if (!objects)
            port_panic("no memory for the ledger");
    }
    objects[object_count] = (struct object){node, world.nodes[node].starts, identity, true};
    ledger_counters.objects++;
    trace(TRACE_OBJECT_MADE, node, object_count, 0);
    return object_count++;
}

bool ledger_object_lives(uint32_t object)
{
    return object && object < object_count && objects[object].lives;
}

uint32_t ledger_object_node(uint32_t object)
{
    return objects[object].node;
}

static void check_hold(const struct hold *hold)
{
    uint32_t found;

    switch (oracle_walk(hold->node, hold->pointer, &found)) {
    case WALK_DEAD:
        break; /* whoever uses it will hear of it */
    case WALK_BROKEN:
        violate("I2", "n%u may trust that object %u, which it holds, is there, but it was given up",
                hold->node, hold->object);
    case WALK_FOUND:
        if (found != hold->object)
            violate("I2", "what n%u holds was object %u, and now is object %u", hold->node, hold->object,
                    found);
        if (!ledger_object_lives(found))
            violate("I2", "n%u holds object %u, which was destroyed", hold->node, found);
    }
}

void ledger_object_gone(uint32_t number)
{
    struct object *object = &objects[number];
    uint32_t i;

    trace(TRACE_OBJECT_GONE, object->node, number, 0);
    if (!object->lives)
        violate("I2", "object %u is destroyed twice", number);
    object->lives = false;
    for (i = 1; i < hold_count && ledger_strict; i++)
        if (holds[i].object == number)
            check_hold(&holds[i]);
}

static uint32_t free_hold(void)
{
    uint32_t i;

    for (i = 1; i < hold_count; i++)
        if (!holds[i].object)
            return i;
    if (hold_count >= hold_capacity) {
        hold_capacity = hold_capacity ? 2 * hold_capacity : 256;
        holds = (struct hold *)realloc(holds, hold_capacity * sizeof(*holds));
        if (!holds)
            port_panic("no memory for the ledger");
    }
    return hold_count++;
}

uint32_t ledger_hold(uint32_t node, void *pointer, uint32_t object)
{
    uint32_t number = free_hold();

    if (!object)
        object = UINT32_MAX; /* of peers that lie */
    holds[number] = (struct hold){node, object, pointer};
    trace(TRACE_HOLD, node, object, 0);
    if (ledger_strict)
        check_hold(&holds[number]);
    return number;
}

uint32_t ledger_held_object(uint32_t hold)
{
    return holds[hold].object;
}

void ledger_drop(uint32_t hold)
{
    if (ledger_strict)
        check_hold(&holds[hold]);
    trace(TRACE_DROP, holds[hold].node, holds[hold].object, 0);
    holds[hold].object = 0;
}

void ledger_node_crashed(uint32_t node)
{
    uint32_t i;

    calls_crashed(node);
    promises_crashed(node);
    for (i = 1; i < object_count; i++)
        if (objects[i].node == node)
            objects[i].lives = false;
    for (i = 1; i < hold_count; i++)
        if (holds[i].node == node)
            holds[i].object = 0;
}

/* ---- checks ---- */

/* A few at a time, so that a check costs little and all come to their turn soon. */
void objects_check(void)
{
    uint32_t i;

    for (i = 0; i < 8 && i < hold_count; i++) {
        next_check = next_check + 1 < hold_count ? next_check + 1 : 0;
        if (next_check && holds[next_check].object)
            check_hold(&holds[next_check]);
    }
}

/* Over datagrams it is not known where a connection leads: one that is not lost leads there. */
static bool is_held_by_udp(const struct hold *hold)
{
    return world.options.udp && !oracle_is_lost(hold->pointer);
}

/* Whether somebody holds an object so that it must stay. */
static bool is_held(uint32_t object)
{
    uint32_t i, found;

    for (i = 1; i < hold_count; i++)
        if (holds[i].object == object &&
            (oracle_walk(holds[i].node, holds[i].pointer, &found) == WALK_FOUND || is_held_by_udp(&holds[i])))
            return true;
    return false;
}

static void check_held(const char *when)
{
    uint32_t i;

    for (i = 1; i < object_count; i++)
        if (objects[i].lives && !is_held(i))
            violate("I3", "object %u of n%u still lives, but nobody holds it %s", i, objects[i].node, when);
}

void ledger_check_quiet(void)
{
    uint32_t i;

    if (!ledger_strict)
        return;
    for (i = 1; i < hold_count; i++)
        if (holds[i].object)
            check_hold(&holds[i]);
    check_held("long after all faults");
    calls_check_quiet();
    oracle_check_balance();
}

void ledger_check_empty(void)
{
    uint32_t i;

    for (i = 1; i < hold_count; i++)
        if (holds[i].object)
            violate("I6", "n%u still holds object %u in the end", holds[i].node, holds[i].object);
    if (ledger_strict)
        check_held("in the end");
    oracle_check_empty();
}
