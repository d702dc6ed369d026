/* The workload that tests the runtime: actors that call each other and pass things around (workload.idl). */
#ifndef SIM_WORKLOAD_H
#define SIM_WORKLOAD_H

#include <workload.idl.h>
#include "ledger.h"
#include "world.h"

enum { ACTORS = 2, PLACES = 4, SLOW_TIMEOUT_MS = 20000 };

extern const struct world_workload workload_of_actors;

/* The actors of a node; world_node::context. */
struct cast {
    struct actor *actors[ACTORS];
};

struct actor;

/** @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT actor_create(struct world_node *node, struct actor **out_actor);
IActor *actor_interface(struct actor *actor);
uint32_t actor_number(const struct actor *actor);

/** Lets go of what it keeps, and of the ledger. */
void actor_retire(struct actor *actor);

/** A thing of a node, with one reference, which the ledger does not know of yet. @retval E_OUTOFMEMORY */
COM_WARN_UNUSED HRESULT thing_create(uint32_t node, IThing **out_thing);

/** The ledger's number of an actor or thing, by any of its interfaces; 0: it is neither. */
uint32_t workload_object_number(void *pointer);

/* ---- what a client has ---- */

enum { HELD_ACTORS = 4, HELD_THINGS = 6, LASTING = 2, WATCHES = 3 };

/* Somebody's reference, and what the ledger calls it. */
struct held_actor {
    IActor *actor;
    uint32_t hold;
};

struct held_thing {
    IThing *thing;
    uint32_t hold;
};

/* A proxy that outlives connections. */
struct lasting {
    IActor *actor;
    uint32_t node; /* whose actor it stands for */
};

struct death_sink;

struct watch {
    IUnknown *watch;
    struct death_sink *sink; /* one reference */
    struct held_actor actor;
};

struct context {
    struct held_actor actors[HELD_ACTORS];
    struct held_thing things[HELD_THINGS];
    struct lasting lasting[LASTING];
    struct watch watches[WATCHES];
    bool name_unknown; /* whether the name is registered somewhere */
};

/* ---- operations of clients ---- */

struct world_node *draw_target(struct world_client *client, struct draw *draw);
IActor *draw_actor(struct context *context, struct draw *draw);

/** One to be passed: nothing, one that is held, or one of its own, which the client then holds. */
const struct held_thing *draw_thing(struct world_client *client, struct context *context, struct draw *draw);

/** Puts a thing into one of the client's places. */
void put_thing(struct context *context, struct draw *draw, struct held_thing thing);

/** The name of a node's actor. */
void actor_name(char name[4], uint32_t number);

/** What a connect, or a call of a namespace, may end with. */
void check_result(const char *what, struct world_node *target, HRESULT hr);

/** The root of a node: that of the client's own, or by a connect. */
HRESULT get_root(struct world_client *client, struct world_node *target, INamespace **out_root);

/** Calls without an answer. (workload_ways.c) */
void operate_oneway(struct world_client *client, struct context *context, struct draw *draw, IActor *actor);

/** A call that another thread cancels. */
void operate_cancel(struct world_client *client, struct context *context, struct draw *draw, IActor *actor);

/** Calls that are begun, and finished or forgotten later. */
void operate_halves(struct world_client *client, struct context *context, struct draw *draw, IActor *actor);

/** Calls of what other calls will return. (workload_promises.c) */
void operate_promises(struct world_client *client, struct context *context, struct draw *draw, IActor *actor);

/** Proxies that stand for a path. (workload_lasting.c) */
void operate_lasting(struct world_client *client, struct context *context, struct draw *draw);

/** Begins or ends to watch a node. */
void operate_watch(struct world_client *client, struct context *context, struct draw *draw, IActor *actor);

void drop_lasting(struct lasting *lasting);
void drop_watch(struct watch *watch);

/* ---- calls with an entry in the ledger (workload_calls.c), for clients and for actors that play ---- */

HRESULT call_act(uint32_t node, IActor *actor, bool fail);
HRESULT call_slow(uint32_t node, IActor *actor, uint32_t duration_ms);
HRESULT call_echo(uint32_t node, IActor *actor, uint32_t length);
HRESULT call_touch(uint32_t node, IThing *thing);
HRESULT call_make(uint32_t node, IActor *actor, struct held_thing *out_held);

/** Makes two things, and keeps one of them. */
HRESULT call_pair(uint32_t node, IActor *actor, struct held_thing *out_held);
HRESULT call_keep(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing);
HRESULT call_give(uint32_t node, IActor *actor, uint32_t place, struct held_thing *out_held);
HRESULT call_swap(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing,
                  struct held_thing *out_held);
HRESULT call_play(uint32_t node, IActor *actor, uint32_t script, uint32_t levels, IActor *back,
                  const struct held_thing *thing);

HRESULT call_tell(uint32_t node, IActor *actor);
HRESULT call_nudge(uint32_t node, IThing *thing);
HRESULT call_pass(uint32_t node, IActor *actor, uint32_t place, const struct held_thing *thing);
HRESULT call_wait(uint32_t node, IActor *actor, uint32_t duration_ms);

/** Ends a call that gives a thing out. */
void take_thing(uint32_t node, uint32_t call, HRESULT hr, IThing *thing, struct held_thing *out_held);

/** The object of a thing that is passed; 0: none. */
uint32_t object_of(const struct held_thing *held);

void drop_thing(struct held_thing *held);
void drop_actor(struct held_actor *held);

#endif
