/*
 * One direction of a cable: what its conditions do to each frame. Only numbers: frames and time are the
 * engine's.
 *
 * Every frame goes through this, in this order: it is lost, or it is duplicated, it may be held back until
 * others have overtaken it, it waits for the rate, it takes its delay.
 */
#ifndef CABLE_H
#define CABLE_H

#include <net/switch.idl.h>
#include <stdbool.h>

/* A frame that is held back leaves after so long even if nothing overtakes it, and after at most so many
 * others. */
#define CABLE_HOLD_NS INT64_C(20000000)
#define CABLE_OVERTAKERS_MAX 3

struct cable {
    struct switch_conditions conditions;
    struct switch_counters counters;
    uint64_t seed;
    uint64_t random;     /* the state of the generator */
    int64_t free_ns;     /* when the last bit of what was taken has left, at the rate */
    int64_t last_due_ns; /* nothing arrives before what entered before it */
};

/* What was decided about a frame when it entered. */
struct cable_fate {
    uint32_t copies;     /* 0: it is lost */
    uint32_t overtakers; /* it is held back until so many others have passed; 0: it is not */
    int64_t jitter_ns;   /* -jitter … jitter */
};

/**
 * Whether conditions can be set.
 * @retval false a value is beyond the limits of ISwitch, or the jitter is greater than the delay
 */
bool cable_conditions_are_valid(const struct switch_conditions *conditions);

/**
 * Sets the conditions and starts the random numbers anew. What enters from now on may overtake what is under
 * way.
 * @param stream  which of the sequences of this seed
 */
void cable_set(struct cable *cable, const struct switch_conditions *conditions, uint64_t seed,
               uint64_t stream, int64_t now_ns);

/** Whether frames pass at once. */
bool cable_is_plain(const struct cable *cable);

/**
 * Decides about a frame and counts it. Takes as many random numbers for every frame, whatever the conditions
 * are: to set one of them does not change what another one does to which frame.
 */
struct cable_fate cable_decide(struct cable *cable);

/**
 * When a frame that enters now arrives.
 * @retval false too many bytes wait for the rate: it is dropped, and counted
 */
bool cable_enter(struct cable *cable, uint32_t length, int64_t jitter_ns, int64_t now_ns,
                 int64_t *out_due_ns);

#endif
