/* The workload that tests the runtime: actors that call each other and pass things around (workload.idl). */
#ifndef SIM_WORKLOAD_H
#define SIM_WORKLOAD_H

#include <workload.idl.h>
#include "ledger.h"
#include "world.h"

enum { ACTORS = 2, PLACES = 4 };

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

/* ---- calls with an entry in the ledger (workload_calls.c), for clients and for actors that play ---- */

/* Somebody's reference, and what the ledger calls it. */
struct held_actor {
    IActor *actor;
    uint32_t hold;
};

struct held_thing {
    IThing *thing;
    uint32_t hold;
};

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

void drop_thing(struct held_thing *held);
void drop_actor(struct held_actor *held);

#endif
