/*
 * What a switch does with a frame, without sockets, clocks and threads: frames and the time go in, frames
 * come out. The same frames at the same times with the same seeds come out the same.
 *
 *     node ── cable from it ──→ partition, hardware addresses ──→ cable to another node ── node
 *
 * Each direction of a cable has conditions (cable.h). Memory is bounded: ENGINE_FRAMES_MAX frames are under
 * way at most, ENGINE_CABLE_FRAMES_MAX in one direction of one cable.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "cable.h"
#include <com.h>

#define ENGINE_PORTS_MAX 32
#define ENGINE_FRAMES_MAX 8192
#define ENGINE_CABLE_FRAMES_MAX 2048

/* Of Ethernet, without checksum: the header alone, and a full frame with a VLAN tag. */
#define ENGINE_FRAME_MIN 14
#define ENGINE_FRAME_MAX 1518

/* Places of the two directions; 1 << place is that of ISwitch. */
enum { ENGINE_FROM_NODE, ENGINE_TO_NODE, ENGINE_DIRECTIONS };

struct engine; /* opaque */

struct engine_config {
    void *context;

    /**
     * A frame arrives at a port. Must not call the engine.
     * @param from  the port it came from
     * @retval false the port does not take it: it is counted and gone
     */
    bool (*deliver)(void *context, uint32_t port, uint32_t from, const uint8_t *frame, uint32_t length);

    /** A frame came out of its sender's cable. May be NULL; must not call the engine. */
    void (*observe)(void *context, uint32_t from, const uint8_t *frame, uint32_t length);
};

/** NULL: out of memory. */
struct engine *engine_create(const struct engine_config *config);
void engine_destroy(struct engine *engine);

/**
 * The port of that name, made if there is none.
 * @retval E_INVALIDARG the name is no name of a node
 * @retval RPC_E_OUT_OF_RESOURCES there are ENGINE_PORTS_MAX ports
 */
COM_WARN_UNUSED HRESULT engine_add_port(struct engine *engine, const char *name, uint32_t *out_port);

/** @retval false there is none of that name */
bool engine_find_port(const struct engine *engine, const char *name, uint32_t *out_port);

uint32_t engine_port_count(const struct engine *engine);
const char *engine_port_name(const struct engine *engine, uint32_t port);
uint32_t engine_port_group(const struct engine *engine, uint32_t port);

/** Conditions, counters and seed of one direction; constant but for the counters. */
const struct cable *engine_cable(const struct engine *engine, uint32_t port, uint32_t direction);

/** Sets the conditions, which must be valid; frames that are under way keep their time. */
void engine_set_cable(struct engine *engine, uint32_t port, uint32_t direction,
                      const struct switch_conditions *conditions, uint64_t seed, int64_t now_ns);

/** Puts a port into a group: only ports of one group reach each other. All begin in 0. */
void engine_set_group(struct engine *engine, uint32_t port, uint32_t group);

/** A group that no port is in. */
uint32_t engine_new_group(const struct engine *engine);

/** A node sent a frame; of one that is longer than ENGINE_FRAME_MAX only the length is looked at. */
void engine_receive(struct engine *engine, uint32_t port, const uint8_t *frame, uint32_t length,
                    int64_t now_ns);

/** Moves on all frames that are due. */
void engine_run(struct engine *engine, int64_t now_ns);

/** When engine_run has something to do; INT64_MAX: not before another frame comes. */
int64_t engine_next(const struct engine *engine);

#endif
