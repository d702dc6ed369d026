#include "oracle.h"
#include "ledger.h"
#include "network.h"
#include "world.h"
#include <runtime/runtime.h>
#include <string.h>

/* In seeds where nothing goes wrong, no connection is left unread for so long. */
#define UNREAD_NS (INT64_C(200) * PORT_NS_PER_MS)

static struct rpc_node *node_of(uint32_t node)
{
    return container_of(world.nodes[node].node, struct rpc_node, ILocalNode_iface);
}

bool oracle_is_proxy(void *pointer)
{
    return rpc__import_of(pointer) != NULL;
}

/* The peer's link behind a link; NULL: it has gone, or one of the two is dead. */
static struct rpc_link *peer_of(struct rpc_link *link, uint32_t *out_node)
{
    struct rpc_link *peer;
    ILink *channel;

    if (world.options.udp) /* which link leads where is not known */
        return NULL;
    if (link->session.state != RPC_OPEN || link->closed || network_was_corrupted(link->channel))
        return NULL;
    channel = network_peer_of(link->channel, out_node);
    if (!channel || !world.nodes[*out_node].node)
        return NULL;
    for (peer = node_of(*out_node)->all; peer; peer = peer->next_of_all)
        if (peer->channel == channel)
            break;
    return peer && peer->session.state == RPC_OPEN && !peer->closed ? peer : NULL;
}

static void check_count(uint32_t node, uint32_t peer, const struct rpc_export *export,
                        const struct rpc_import_entry *entry)
{
    if (export->count < entry->arrivals)
        violate("I5", "n%u counts %u references of id %x that n%u has; that knows of %u", peer, export->count,
                entry->id, node, entry->arrivals);
}

/*
 * The dead link at the other end, of which only exports are left, and perhaps the channel; NULL: nothing is
 * left.
 */
static struct rpc_link *remains_of(const struct rpc_link *link, uint32_t peer_node)
{
    uint64_t serial = network_peer_mark(link->channel);
    struct rpc_link *peer = node_of(peer_node)->all;

    while (peer && peer->serial != serial)
        peer = peer->next_of_all;
    return peer;
}

/* So that it is found when it has no channel any more. */
static void mark(uint32_t node, struct rpc_link *link)
{
    (void)node;
    if (link->channel && !world.options.udp)
        network_mark(link->channel, link->serial);
}

/* Whether a node may leave a lease unkept: it has ended, or its clock does not go as clocks do. */
static bool is_excused(const struct world_node *node)
{
    return !node->node || !node->up || node->leave ||
           (node->jumped_ns && sim_now_ns() - node->jumped_ns < RPC_FREE_NS + WORLD_SECOND);
}

/* Both sides said that they go away, and the other one saw all calls end: then it gives back everything. */
static bool ended_in_order(const struct rpc_link *link, uint32_t peer_node)
{
    const struct rpc_link *peer = link->session.leaving ? remains_of(link, peer_node) : NULL;

    return link->session.leaving && (!peer || (peer->session.leaving && peer->session.gone));
}

/*
 * By its own clock a node may trust that what it has over this link is there, whatever the other end does or
 * has heard.
 */
static bool is_trusted(uint32_t node, const struct rpc_link *link, uint32_t *out_peer_node)
{
    const struct rpc_session *session = &link->session;

    if (world.options.udp)
        return false;
    if (session->state != RPC_OPEN || link->closed || network_was_corrupted(link->channel))
        return false;
    return sim_machine_now_ns(world.nodes[node].machine) <
               rpc_lease_end_ns(&session->lease, session->calls.outstanding > 0) &&
           network_peer_host(link->channel, out_peer_node) && !is_excused(&world.nodes[*out_peer_node]) &&
           !ended_in_order(link, *out_peer_node);
}

enum walk oracle_walk(uint32_t node, void *pointer, uint32_t *out_object)
{
    struct rpc_import *import = rpc__import_of(pointer);
    struct rpc_export *export;
    struct rpc_link *peer;
    uint32_t peer_node;

    *out_object = 0;
    if (import && rpc__is_lasting(import))
        return WALK_DEAD; /* it leads to whatever has the name */
    if (!import) {
        *out_object = world.workload->object_number ? world.workload->object_number(pointer) : 0;
        return WALK_FOUND;
    }
    import = rpc__import_behind(
        import); /* of the reference that counts: that to the object's own node, if it has come */
    peer = peer_of(import->link, &peer_node);
    if (!peer && !is_trusted(node, import->link, &peer_node))
        return WALK_DEAD;
    if (!peer)
        peer = remains_of(import->link, peer_node);
    export = peer ? rpc_exports_find(&peer->session.exports, import->entry.id) : NULL;
    if (!export)
        return import->entry.id ? WALK_BROKEN : WALK_DEAD; /* the root is nobody's to keep */
    if (import->entry.id)
        check_count(node, peer_node, export, &import->entry);
    return oracle_walk(peer_node, export->object, out_object);
}

uint64_t oracle_link_to(void *pointer)
{
    struct rpc_import *import = rpc__import_of(pointer);
    struct rpc_export *export;
    struct rpc_link *peer;
    uint32_t peer_node;

    if (!import || rpc__is_lasting(import))
        return 0;
    import = rpc__import_behind(import);
    peer = peer_of(import->link, &peer_node);
    export = peer ? rpc_exports_find(&peer->session.exports, import->entry.id) : NULL;
    return export && !oracle_is_proxy(export->object) ? import->link->serial : 0;
}

bool oracle_is_lost(void *pointer)
{
    struct rpc_import *import = rpc__import_of(pointer);

    return import && !rpc__is_lasting(import) && rpc__import_behind(import)->link->closed;
}

/* ---- all links ---- */

static void for_all_links(void (*check)(uint32_t node, struct rpc_link *link))
{
    struct rpc_link *link;
    uint32_t i;

    for (i = 0; i < world.options.nodes; i++)
        for (link = world.nodes[i].node ? node_of(i)->all : NULL; link; link = link->next_of_all)
            check(i, link);
}

static void check_limits(uint32_t node, struct rpc_link *link)
{
    const struct rpc_session *session = &link->session;
    const struct rpc_incoming *call;
    uint32_t running = 0;

    for (call = link->running; call; call = call->next)
        running++;
    if (session->exports.live > PORT_MAX_EXPORTS || session->imports.live > PORT_MAX_IMPORTS ||
        session->calls.outstanding > PORT_MAX_CALLS ||
        running > 2 * PORT_MAX_RUNNING) /* as many again may be nested */
        violate("I9", "n%u is beyond a limit: %u exports, %u imports, %u calls out, %u calls in", node,
                session->exports.live, session->imports.live, session->calls.outstanding, running);
}

/* Whether one greeting is of a later start of the node of the other. */
static bool is_later(const struct rpc_peer *one, const struct rpc_peer *other)
{
    return strcmp(one->name, other->name) == 0 && memcmp(one->node_id, other->node_id, 16) != 0 &&
           other->incarnation && one->incarnation > other->incarnation;
}

/*
 * While a later start of a node calls, no link to an earlier one is open; and none is opened while a later
 * one is there. (One that was there may be open until what the later one said first has been looked at.)
 */
static void check_starts(uint32_t node, struct rpc_link *link)
{
    const struct rpc_link *other;

    if (link->session.state != RPC_OPEN || !link->running || !link->session.peer.incarnation)
        return;
    for (other = node_of(node)->all; other; other = other->next_of_all) {
        const struct rpc_peer *peer = &other->session.peer;

        if (other->session.state == RPC_OPEN &&
            (is_later(&link->session.peer, peer) ||
             (is_later(peer, &link->session.peer) && link->serial > other->serial)))
            violate("I8", "n%u runs a call of start %llu of %s, and has a link to start %llu", node,
                    (unsigned long long)link->session.peer.incarnation, link->session.peer.name,
                    (unsigned long long)peer->incarnation);
    }
}

/*
 * Somebody reads every open connection, or is about to: a thread that waits and has been woken for it, or the
 * network's thread, PORT_LINGER_NS after the last caller has left.
 */
static void check_reader(uint32_t node, struct rpc_link *link)
{
    int64_t idle_ns = sim_machine_now_ns(world.nodes[node].machine) - link->since_ns;

    if (link->session.state == RPC_OPEN && !link->closed && link->reader == RPC_NOBODY && !link->watched &&
        !link->waiters && !link->sending && idle_ns > UNREAD_NS) /* who sends may have been woken to read */
        violate("I10", "n%u has a connection that nobody has read for %lld ms", node,
                (long long)(idle_ns / PORT_NS_PER_MS));
}

void oracle_check_links(void)
{
    uint32_t i;

    for_all_links(mark);
    for_all_links(check_limits);
    for_all_links(check_starts);
    if (world.calm)
        for_all_links(check_reader);
    for (i = 0; i < world.options.nodes; i++)
        if (world.nodes[i].node && node_of(i)->link_count > PORT_MAX_LINKS)
            violate("I9", "n%u has %u connections", i, node_of(i)->link_count);
}

/* Nothing is going on between the two. */
static bool is_still(const struct rpc_link *link)
{
    const struct rpc_session *session = &link->session;

    return !session->calls.outstanding && !session->running && !session->imports.released &&
           !session->discard_count;
}

static void check_balance(uint32_t node, struct rpc_link *link)
{
    struct rpc_exports *exports = &link->session.exports;
    const struct rpc_import_entry *entry;
    struct rpc_link *peer;
    uint32_t peer_node, slot;

    peer = peer_of(link, &peer_node);
    if (!peer || !network_is_quiet(link->channel) || link->sending || peer->sending)
        return; /* such as a Ping that is about to leave */
    if (!is_still(link))
        violate("I6", "n%u: a connection does not come to rest: %u calls out, %u calls in", node,
                link->session.calls.outstanding, link->session.running);
    for (slot = 1; slot < exports->used; slot++) {
        const struct rpc_export *export = &exports->entries[slot];

        if (!export->object || (!export->count && !export->pins))
            continue;
        if (export->pins)
            violate("I5", "n%u: an export is pinned, although no call runs", node);
        entry = rpc_imports_find(&peer->session.imports, slot | (uint32_t) export->generation << 16);
        if (!entry || entry->arrivals != export->count)
            violate("I5", "n%u counts %u references that n%u has, but that knows of %u", node, export->count,
                    peer_node, entry ? entry->arrivals : 0);
    }
}

void oracle_check_balance(void)
{
    for_all_links(check_balance);
}

static void check_empty(uint32_t node, struct rpc_link *link)
{
    const struct rpc_session *session = &link->session;

    if (link->channel && !world.options.udp &&
        network_was_corrupted(link->channel)) /* a peer that lies may keep what it likes */
        return;
    if (session->exports.live || session->imports.live || session->calls.outstanding || session->running)
        violate("I6", "n%u: a connection still has %u exports, %u imports, %u calls out, %u calls in", node,
                session->exports.live, session->imports.live, session->calls.outstanding, session->running);
}

void oracle_check_empty(void)
{
    for_all_links(check_empty);
}

void oracle_check_drained(uint32_t node)
{
    struct rpc_link *link;

    for (link = node_of(node)->all; link; link = link->next_of_all)
        if (!link->closed)
            violate("drain", "n%u has gone away, and still has a connection", node);
}
