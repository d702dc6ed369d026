/* What befalls machines and connections, in the order of time; drawn from the seed, each independent of the
 * others. */
#include "world_internal.h"
#include <string.h>

enum kind { CUT, HOLD, PARTITION, CRASH, STOP, PAUSE, CLOCK, OOM };

struct fault {
    int64_t at_ns; /* since the start */
    enum kind kind;
    uint32_t number; /* in the mask */
    struct draw draw;
};

/* Something ends later. */
struct later {
    struct sim_event event;
    void (*end)(struct world_node *node);
    struct world_node *node;
    uint32_t starts;
};

static struct later laters[2 * FAULTS_MAX];
static uint32_t later_count;

static void end_later(struct sim_event *event)
{
    struct later *later = container_of(event, struct later, event);

    if (later->node->starts == later->starts && world.phase == PHASE_FAULTS && !world.healed_ns)
        later->end(later->node);
}

static void schedule(struct world_node *node, int64_t after_ns, void (*end)(struct world_node *node))
{
    struct later *later = &laters[later_count++ % (2 * FAULTS_MAX)];

    memset(later, 0, sizeof(*later));
    later->event.at_ns = sim_now_ns() + after_ns;
    later->event.run = end_later;
    later->end = end;
    later->node = node;
    later->starts = node->starts;
    sim_event_schedule(&later->event);
}

/* Mostly short, sometimes longer than any patience. */
static int64_t draw_duration_ns(struct draw *draw)
{
    static const int64_t most_ms[] = {20, 200, 2000, 8000, 14000};

    return PORT_NS_PER_MS + draw_ns(draw, most_ms[draw_below(draw, 5)] * PORT_NS_PER_MS);
}

static struct world_node *draw_node(struct draw *draw)
{
    return &world.nodes[draw_below(draw, world.options.nodes)];
}

/* What was stopped in good order starts again. */
static void restart_stopped(void)
{
    uint32_t i;

    for (i = 0; i < world.options.nodes; i++) {
        struct world_node *node = &world.nodes[i];

        if (node->leave && !node->running) {
            node->random = draw_mix(node->random) | 1;
            node->boots += node->boots > 0;
            sim_machine_crash(node->machine, node->random); /* nothing is left of it: this is a new seed */
            world_start_node(node);
        }
    }
}

static void sleep_until(int64_t at_ns)
{
    while (sim_now_ns() < at_ns) {
        int64_t left_ns = at_ns - sim_now_ns();

        sim_sleep(left_ns < PORT_NS_PER_MS ? left_ns : PORT_NS_PER_MS);
        restart_stopped();
        ledger_check();
    }
}

static void cut(struct draw *draw)
{
    enum cable_cut how = (enum cable_cut)draw_below(draw, 4);

    if (network_cut(how))
        trace(TRACE_FAULT_CUT, 0, how, 0);
}

static void hold(struct draw *draw)
{
    uint32_t from = draw_node(draw)->index;
    uint32_t to = (from + draw_between(draw, 1, world.options.nodes - 1)) % world.options.nodes;
    int64_t duration_ns = draw_duration_ns(draw);

    network_hold(from, to, sim_now_ns() + duration_ns);
    trace(TRACE_FAULT_HOLD, from, to, (uint32_t)(duration_ns / PORT_NS_PER_MS));
    if (draw_below(draw, 2))
        return;
    network_hold(to, from, sim_now_ns() + duration_ns);
    trace(TRACE_FAULT_HOLD, to, from, (uint32_t)(duration_ns / PORT_NS_PER_MS));
}

static bool is_busy(void)
{
    uint32_t i, busy = 0;

    for (i = 0; i < world.options.nodes; i++)
        busy += world.nodes[i].busy;
    return busy > 0;
}

/* One machine does not hear another for a while, beginning after `wait_ns`. */
static void deafen(uint32_t from, uint32_t to, int64_t wait_ns, int64_t duration_ns)
{
    sleep_until(sim_now_ns() + wait_ns);
    network_hold(from, to, sim_now_ns() + duration_ns);
    trace(TRACE_FAULT_HOLD, from, to, (uint32_t)(duration_ns / PORT_NS_PER_MS));
}

/*
 * What tells a lease from mere hearing: `from` still hears `to`, or hears late what was said long ago, while
 * it is heard no more; and of what `to` makes of that it hears nothing. Longer than any lease, and sometimes
 * when nobody calls any more, since calls end a connection sooner.
 */
static void part(struct draw *draw)
{
    uint32_t from = draw_node(draw)->index;
    uint32_t to = (from + draw_between(draw, 1, world.options.nodes - 1)) % world.options.nodes;
    int64_t late_ns = draw_below(draw, 2) ? 5 * WORLD_SECOND + draw_ns(draw, 5 * WORLD_SECOND) : 0;
    int64_t deaf_ns = draw_ns(draw, 3 * WORLD_SECOND);
    int64_t silent_ns = late_ns ? late_ns - deaf_ns + draw_ns(draw, WORLD_SECOND)
                                : 5 * WORLD_SECOND + draw_ns(draw, 5 * WORLD_SECOND);
    bool waits = draw_below(draw, 4) > 0;

    while (waits && is_busy())
        sleep_until(sim_now_ns() + 100 * PORT_NS_PER_MS);
    if (late_ns)
        deafen(to, from, 0, late_ns);
    deafen(from, to, deaf_ns, 30 * WORLD_SECOND);
    deafen(to, from, silent_ns, 25 * WORLD_SECOND);
    sleep_until(sim_now_ns() + 20 * WORLD_SECOND);
}

static void crash(struct draw *draw)
{
    struct world_node *node = draw_node(draw);
    bool told = draw_below(draw, 2), old = world.options.old_id && draw_below(draw, 2);
    int64_t off_ns = draw_duration_ns(draw);

    if (!node->up)
        return;
    trace(TRACE_CRASH, node->index, told, old);
    node->up = false;
    node->running = false;
    node->node = NULL;
    node->root = NULL;
    node->context = NULL;
    node->clients = 0;
    node->busy = 0;
    node->unreached = 0;
    ledger_node_crashed(node->index);
    network_host_crashed(node->index, told);
    if (!old)
        node->random = draw_next(draw) | 1;
    if (node->boots && !old)
        node->boots += draw_below(draw, 8) ? 1 : -1; /* sometimes the counter is an older one */
    sim_machine_crash(node->machine, node->random);
    schedule(node, off_ns, world_start_node);
}

/* In good order; when it has ended it starts again. */
static void stop(struct draw *draw)
{
    struct world_node *node = draw_node(draw);

    if (!node->up)
        return;
    node->leave = true;
    port_condition_wake_all(&world_changed);
}

static void go_on(struct world_node *node)
{
    trace(TRACE_FAULT_PAUSE, node->index, 0, 0);
    sim_machine_pause(node->machine, false);
}

static void pause_machine(struct draw *draw)
{
    struct world_node *node = draw_node(draw);
    int64_t duration_ns = draw_duration_ns(draw);

    if (!node->up)
        return;
    trace(TRACE_FAULT_PAUSE, node->index, 1, 0);
    sim_machine_pause(node->machine, true);
    schedule(node, duration_ns, go_on);
}

static void set_clock(struct draw *draw)
{
    struct world_node *node = draw_node(draw);
    int32_t rate_ppm = (int32_t)draw_below(draw, 200001) - 100000;
    uint32_t jump_ms = draw_below(draw, 2) ? draw_below(draw, 20000) : 0;

    if (jump_ms)
        node->jumped_ns = sim_now_ns();
    trace(TRACE_FAULT_CLOCK, node->index, (uint32_t)rate_ppm, jump_ms);
    sim_machine_set_clock(node->machine, rate_ppm, jump_ms * PORT_NS_PER_MS);
}

static void end_shortage(struct world_node *node)
{
    trace(TRACE_FAULT_OOM, node->index, 0, 0);
    node->oom = 0;
    sim_machine_fail_alloc(node->machine, 0);
}

static void run_short(struct draw *draw)
{
    struct world_node *node = draw_node(draw);
    uint32_t one_in = draw_between(draw, 1, 30);
    int64_t duration_ns = draw_duration_ns(draw);

    if (!node->up)
        return;
    trace(TRACE_FAULT_OOM, node->index, one_in, 0);
    node->oom = one_in;
    sim_machine_fail_alloc(node->machine, one_in);
    schedule(node, duration_ns, end_shortage);
}

static void (*const doers[])(struct draw *draw) = {
    [CUT] = cut,   [HOLD] = hold,           [PARTITION] = part,  [CRASH] = crash,
    [STOP] = stop, [PAUSE] = pause_machine, [CLOCK] = set_clock, [OOM] = run_short,
};

/* A kind, as often as its option says. */
static enum kind draw_kind(struct draw *draw)
{
    const struct sim_options *options = &world.options;
    uint32_t weights[] = {options->cut,  options->hold,  options->partition, options->crash,
                          options->stop, options->pause, options->clock,     options->oom};
    enum { KINDS = sizeof(weights) / sizeof(weights[0]) };
    uint32_t all = 0, at, i;

    for (i = 0; i < KINDS; i++)
        all += weights[i];
    at = draw_below(draw, all);
    for (i = 0; at >= weights[i]; i++)
        at -= weights[i];
    return (enum kind)i;
}

void world_do_faults(void)
{
    const struct sim_options *options = &world.options;
    int64_t start_ns = sim_now_ns(), span_ns;
    struct fault faults[FAULTS_MAX], swap;
    uint32_t i, j;

    later_count = 0;
    if (!options->faults)
        return;
    /* about as long as clients need, and always so long that delays matter */
    span_ns = options->operations * (options->pause_us + 4 * (options->delay_us + options->jitter_us / 2)) *
                  INT64_C(1300) +
              5 * PORT_NS_PER_MS;
    for (i = 0; i < options->faults; i++) {
        faults[i].draw = draw_stream(world.seed, 'f', i);
        faults[i].number = i;
        faults[i].at_ns = draw_ns(&faults[i].draw, span_ns);
        faults[i].kind = draw_kind(&faults[i].draw);
        for (j = i; j && faults[j].at_ns < faults[j - 1].at_ns; j--) {
            swap = faults[j];
            faults[j] = faults[j - 1];
            faults[j - 1] = swap;
        }
    }
    for (i = 0; i < options->faults; i++) {
        if (!(options->fault_mask >> faults[i].number & 1))
            continue;
        sleep_until(start_ns + faults[i].at_ns);
        doers[faults[i].kind](&faults[i].draw);
        ledger_check();
    }
    sleep_until(start_ns + span_ns);
}

void world_end_faults(void)
{
    uint32_t i;

    trace(TRACE_HEAL, 0, 0, 0);
    world.healed_ns = sim_now_ns();
    network_heal();
    for (i = 0; i < world.options.nodes; i++) {
        struct world_node *node = &world.nodes[i];

        node->oom = 0;
        sim_machine_fail_alloc(node->machine, 0);
        sim_machine_pause(node->machine, false);
        if (!node->running && !node->leave)
            world_start_node(node);
    }
    while (true) { /* those that are about to stop */
        bool leaving = false;

        restart_stopped();
        for (i = 0; i < world.options.nodes; i++)
            leaving |= world.nodes[i].leave;
        if (!leaving)
            break;
        sim_sleep(PORT_NS_PER_MS);
    }
}
