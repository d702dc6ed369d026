/* What happens outside of all machines: a 4-ary heap, sorted by time and order. */
#include "sim_internal.h"
#include <stdlib.h>

#define CHILDREN 4u

static bool is_before(const struct sim_event *a, const struct sim_event *b)
{
    return a->at_ns < b->at_ns || (a->at_ns == b->at_ns && a->order < b->order);
}

void sim_event_schedule(struct sim_event *event)
{
    uint32_t at = sim.event_count, parent;

    if (sim.event_count == sim.event_capacity) {
        uint32_t capacity = sim.event_capacity ? 2 * sim.event_capacity : 64;
        struct sim_event **larger =
            (struct sim_event **)realloc(sim.events, capacity * sizeof(struct sim_event *));

        if (!larger)
            port_panic("no memory for an event");
        sim.events = larger;
        sim.event_capacity = capacity;
    }
    event->order = ++sim.event_order;
    sim.event_count++;
    for (; at; at = parent) {
        parent = (at - 1) / CHILDREN;
        if (!is_before(event, sim.events[parent]))
            break;
        sim.events[at] = sim.events[parent];
    }
    sim.events[at] = event;
}

int64_t sim__next_event_ns(void)
{
    return sim.event_count ? sim.events[0]->at_ns : PORT_FOREVER;
}

/* Fills the gap at the top with the last one. */
static void sift_down(struct sim_event *last)
{
    uint32_t at = 0, child, i;

    for (;;) {
        uint32_t best = CHILDREN * at + 1;

        if (best >= sim.event_count)
            break;
        for (i = 1; i < CHILDREN; i++) {
            child = CHILDREN * at + 1 + i;
            if (child < sim.event_count && is_before(sim.events[child], sim.events[best]))
                best = child;
        }
        if (!is_before(sim.events[best], last))
            break;
        sim.events[at] = sim.events[best];
        at = best;
    }
    sim.events[at] = last;
}

bool sim__run_event(void)
{
    struct sim_event *event;

    if (sim__next_event_ns() > sim.now_ns)
        return false;
    event = sim.events[0];
    sim.event_count--;
    if (sim.event_count)
        sift_down(sim.events[sim.event_count]);
    event->run(event);
    return true;
}
