/* Cables: what is on its way between machines, and what can happen to it. */
#include "network_internal.h"
#include "ledger.h"
#include <rpc_frame.h>
#include <stdlib.h>
#include <string.h>

struct network_state network_state;
struct network_counters network_counters;

void network_reset(const struct network_options *options, uint64_t seed)
{
    struct cable *cable, *next_cable;
    struct frame *frame, *next_frame;

    for (cable = network_state.cables; cable; cable = next_cable) {
        next_cable = cable->next;
        free(cable);
    }
    for (frame = network_state.frames; frame; frame = next_frame) {
        next_frame = frame->next_of_all;
        free(frame);
    }
    network__forget_datagrams();
    memset(&network_state, 0, sizeof(network_state));
    memset(&network_counters, 0, sizeof(network_counters));
    network_state.options = *options;
    network_state.draw = draw_stream(seed, 'n', 0);
}

static void cut_side(struct cable *cable, uint8_t which, bool learns);

void network_heal(void)
{
    struct cable *cable;
    uint32_t i;

    for (cable = network_state.cables; cable && network_state.options.corrupt_bodies; cable = cable->next) {
        if (!cable->corrupted || cable->cut)
            continue;
        cable->cut = true; /* who lied is gone */
        cut_side(cable, 0, true);
        cut_side(cable, 1, true);
    }
    network_state.options.refuse_one_in = 0;
    network_state.options.silent_one_in = 0;
    network_state.options.corrupt_one_in = 0;
    network_state.options.bytes_per_ms = 0;
    network_state.options.loss = 0;
    network_state.options.duplicate = 0;
    network_state.options.reorder = 0;
    for (i = 0; i < HOSTS_MAX; i++)
        memset(network_state.hosts[i].held_until_ns, 0, sizeof(network_state.hosts[i].held_until_ns));
}

void network_add_host(uint32_t host, const char *name, struct sim_machine *machine)
{
    network_state.hosts[host].name = name;
    network_state.hosts[host].machine = machine;
}

struct cable *network__add_cable(struct host *from, struct host *to)
{
    struct cable *cable = (struct cable *)calloc(1, sizeof(*cable));
    uint32_t i;

    if (!cable)
        port_panic("no memory for a cable");
    for (i = 0; i < 2; i++)
        cable->side[i].arrived_end = &cable->side[i].arrived;
    cable->side[0].host = from;
    cable->side[1].host = to;
    cable->side[1].black = !to;
    cable->number = ++network_counters.cables;
    cable->next = network_state.cables;
    network_state.cables = cable;
    return cable;
}

/* ---- frames ---- */

int64_t network__arrival_ns(const struct host *from, const struct host *to)
{
    int64_t now_ns = sim_now_ns(), held_ns = now_ns;

    if (from && to && to->held_until_ns[from - network_state.hosts] > now_ns)
        held_ns = to->held_until_ns[from - network_state.hosts];
    return held_ns + network_state.options.delay_ns +
           draw_ns(&network_state.draw, network_state.options.jitter_ns);
}

static void arrive(struct sim_event *event)
{
    struct frame *frame = container_of(event, struct frame, event);
    struct side *side = &frame->cable->side[frame->direction];

    side->on_the_way--;
    if (frame->lost || side->black || side->ended)
        return;
    if (frame->is_end) {
        side->ended = true;
        port_condition_wake_all(&frame->cable->side[!frame->direction].writable);
    } else {
        frame->next = NULL;
        *side->arrived_end = frame;
        side->arrived_end = &frame->next;
    }
    port_condition_wake_all(&side->readable);
    if (side->link)
        network__link_notify(side->link);
}

static struct frame *launch(struct cable *cable, uint8_t to, uint32_t size_bytes)
{
    struct side *side = &cable->side[to];
    struct frame *frame = (struct frame *)malloc(sizeof(*frame) + size_bytes);
    int64_t at_ns = network__arrival_ns(cable->side[!to].host, side->host);

    if (!frame)
        port_panic("no memory for a frame");
    memset(frame, 0, sizeof(*frame));
    if (network_state.options.bytes_per_ms)
        at_ns += (int64_t)size_bytes * PORT_NS_PER_MS / network_state.options.bytes_per_ms;
    if (at_ns < side->last_ns)
        at_ns = side->last_ns; /* order stays */
    side->last_ns = at_ns;
    side->on_the_way++;
    frame->cable = cable;
    frame->direction = to;
    frame->size_bytes = size_bytes;
    frame->event.at_ns = at_ns;
    frame->event.run = arrive;
    frame->next_of_all = network_state.frames;
    network_state.frames = frame;
    sim_event_schedule(&frame->event);
    return frame;
}

/* A decoder must refuse a changed header. In a body anything may change, and may have another meaning. */
static void corrupt(struct frame *frame)
{
    struct draw *draw = &network_state.draw;
    uint32_t at, times = draw_between(draw, 1, 4);

    frame->cable->corrupted = true;
    network_counters.corrupted++;
    if (network_state.options.corrupt_bodies) {
        while (times--)
            frame->data[draw_below(draw, frame->size_bytes)] ^= (uint8_t)draw_between(draw, 1, 255);
        return;
    }
    at = draw_below(draw, 3);
    if (at == 0) {
        frame->data[0] = (uint8_t)draw_between(draw, 17, 255); /* a type that does not exist */
        frame->data[1] = 0;                                    /* and that must not be skipped */
    } else if (at == 1) {
        frame->data[draw_between(draw, 1, 3)] |= (uint8_t)(2u << draw_below(draw, 7)); /* reserved bits */
    } else {
        frame->data[draw_between(draw, 8, 11)] ^= (uint8_t)draw_between(draw, 1, 255); /* its length */
    }
}

void network__send(struct cable *cable, uint8_t to, const uint8_t *data, uint32_t size_bytes)
{
    struct frame *frame = launch(cable, to, size_bytes);

    memcpy(frame->data, data, size_bytes);
    trace_frame(cable->side[!to].host->name, cable->side[to].host ? cable->side[to].host->name : "nowhere",
                cable->number, data, size_bytes);
    network_counters.frames++;
    cable->side[to].bytes += size_bytes;
    if (draw_one_in(&network_state.draw, network_state.options.corrupt_one_in))
        corrupt(frame);
    sim_mix(size_bytes);
}

void network__send_end(struct cable *cable, uint8_t to)
{
    launch(cable, to, 0)->is_end = true;
}

/* ---- faults ---- */

void network_hold(uint32_t from, uint32_t to, int64_t until_ns)
{
    network_state.hosts[to].held_until_ns[from] = until_ns;
}

/* What is on its way to a side never arrives; the side learns that, or does not. */
static void cut_side(struct cable *cable, uint8_t which, bool learns)
{
    struct side *side = &cable->side[which];
    struct frame *frame;

    for (frame = network_state.frames; frame; frame = frame->next_of_all)
        if (frame->cable == cable && frame->direction == which && !frame->is_end)
            frame->lost = frame->event.at_ns > sim_now_ns();
    if (learns)
        network__send_end(cable, which);
    else
        side->black = true;
}

static bool is_alive(const struct cable *cable)
{
    return !cable->cut && cable->side[0].link && cable->side[1].link && !cable->side[0].closed &&
           !cable->side[1].closed && !cable->side[0].ended && !cable->side[1].ended;
}

bool network_cut(enum cable_cut how)
{
    struct draw *draw = &network_state.draw;
    uint32_t alive = 0, skip;
    struct cable *cable;
    uint8_t one;

    for (cable = network_state.cables; cable; cable = cable->next)
        alive += is_alive(cable);
    if (!alive)
        return false;
    skip = draw_below(draw, alive);
    for (cable = network_state.cables; !is_alive(cable) || skip--; cable = cable->next)
        ;
    one = (uint8_t)draw_below(draw, 2);
    cable->cut = true;
    network_counters.cuts++;
    cut_side(cable, one, how == CUT_BOTH_LEARN || how == CUT_ONE_LEARNS);
    if (how != CUT_ONE_WAY)
        cut_side(cable, !one, how == CUT_BOTH_LEARN);
    return true;
}

void network_host_crashed(uint32_t number, bool told)
{
    struct host *host = &network_state.hosts[number];
    struct cable *cable;
    uint8_t i;

    host->network = NULL;
    host->sockets = NULL;
    for (cable = network_state.cables; cable; cable = cable->next) {
        for (i = 0; i < 2; i++) {
            struct side *side = &cable->side[i], *other = &cable->side[!i];

            if (side->host != host || !side->link)
                continue;
            side->link = NULL;
            side->black = true;
            side->gone = true;
            cable->cut = true;
            if (!other->link)
                continue;
            if (told)
                network__send_end(cable, !i);
            else
                other->black = true;
        }
    }
}

/* ---- for the oracle ---- */

static struct network_link *link_of(ILink *link)
{
    return container_of(link, struct network_link, ILink_iface);
}

ILink *network_peer_of(ILink *iface, uint32_t *out_host)
{
    struct network_link *link = link_of(iface);
    struct side *peer = &link->cable->side[!link->which];

    if (!peer->link)
        return NULL;
    *out_host = (uint32_t)(peer->host - network_state.hosts);
    return &peer->link->ILink_iface;
}

void network_mark(ILink *iface, uint64_t mark)
{
    struct network_link *link = link_of(iface);

    link->cable->side[link->which].mark = mark;
}

uint64_t network_peer_mark(ILink *iface)
{
    struct network_link *link = link_of(iface);

    return link->cable->side[!link->which].mark;
}

bool network_peer_host(ILink *iface, uint32_t *out_host)
{
    struct network_link *link = link_of(iface);
    const struct side *peer = &link->cable->side[!link->which];

    if (!peer->host)
        return false;
    *out_host = (uint32_t)(peer->host - network_state.hosts);
    return !peer->ended && !peer->gone;
}

bool network_is_quiet(ILink *iface)
{
    const struct cable *cable = link_of(iface)->cable;
    uint32_t i;

    for (i = 0; i < 2; i++)
        if (cable->side[i].arrived || cable->side[i].on_the_way)
            return false;
    return !cable->cut;
}

bool network_was_corrupted(ILink *iface)
{
    return link_of(iface)->cable->corrupted;
}
