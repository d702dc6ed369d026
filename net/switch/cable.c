/* See cable.h. */
#include "cable.h"

#define NS_PER_S UINT64_C(1000000000)
#define BITS_PER_BYTE 8

/*
 * SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014): any seed is good,
 * and so is every seed's neighbour.
 */
static uint64_t next_random(uint64_t *state)
{
    uint64_t value = *state += UINT64_C(0x9E3779B97F4A7C15);

    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

/* 0 … below - 1, each as likely; `below` has at most 32 bits. */
static uint32_t random_below(uint64_t *state, uint32_t below)
{
    return (uint32_t)((next_random(state) >> 32) * below >> 32);
}

static bool happens(uint64_t *state, uint32_t share)
{
    return random_below(state, SWITCH_SHARE_ALL) < share;
}

bool cable_conditions_are_valid(const struct switch_conditions *conditions)
{
    return conditions->loss <= SWITCH_SHARE_ALL && conditions->duplicate <= SWITCH_SHARE_ALL &&
           conditions->reorder <= SWITCH_SHARE_ALL && conditions->queue_bytes <= SWITCH_QUEUE_MAX &&
           conditions->delay_ns >= 0 && conditions->delay_ns <= SWITCH_DELAY_MAX_NS &&
           conditions->jitter_ns >= 0 && conditions->jitter_ns <= conditions->delay_ns &&
           (conditions->rate == 0 ||
            (conditions->rate >= SWITCH_RATE_MIN && conditions->rate <= SWITCH_RATE_MAX));
}

void cable_set(struct cable *cable, const struct switch_conditions *conditions, uint64_t seed,
               uint64_t stream, int64_t now_ns)
{
    cable->conditions = *conditions;
    cable->seed = seed;
    cable->random = next_random(&seed) ^ stream;
    cable->free_ns = cable->last_due_ns = now_ns;
}

bool cable_is_plain(const struct cable *cable)
{
    const struct switch_conditions *conditions = &cable->conditions;

    return conditions->loss == 0 && conditions->duplicate == 0 && conditions->reorder == 0 &&
           conditions->delay_ns == 0 && conditions->rate == 0;
}

struct cable_fate cable_decide(struct cable *cable)
{
    const struct switch_conditions *conditions = &cable->conditions;
    bool lost = happens(&cable->random, conditions->loss);
    bool duplicated = happens(&cable->random, conditions->duplicate);
    bool reordered = happens(&cable->random, conditions->reorder);
    uint32_t overtakers = 1 + random_below(&cable->random, CABLE_OVERTAKERS_MAX);
    uint64_t drawn = next_random(&cable->random);
    struct cable_fate fate = {.copies = 1};

    if (lost) {
        cable->counters.lost++;
        fate.copies = 0;
        return fate;
    }
    if (duplicated) {
        cable->counters.duplicated++;
        fate.copies = 2;
    }
    if (reordered)
        fate.overtakers = overtakers; /* counted when it is held back: one is at a time */
    fate.jitter_ns = (int64_t)(drawn % (2 * (uint64_t)conditions->jitter_ns + 1)) - conditions->jitter_ns;
    return fate;
}

/* Sends it at the rate, behind what waits already. */
static bool pass_bottleneck(struct cable *cable, uint32_t length, int64_t now_ns)
{
    uint64_t rate = cable->conditions.rate;
    uint64_t room = cable->conditions.queue_bytes ? cable->conditions.queue_bytes : SWITCH_QUEUE_DEFAULT;
    uint64_t waiting;

    if (cable->free_ns < now_ns)
        cable->free_ns = now_ns;
    /* The longest queue at the highest rate: 16 MiB × 8 × 10⁹ has 57 bits. */
    waiting = (uint64_t)(cable->free_ns - now_ns) * rate / (NS_PER_S * BITS_PER_BYTE);
    if (waiting > 0 && waiting + length > room) { /* a cable that is free takes any frame */
        cable->counters.overflowed++;
        return false;
    }
    cable->free_ns += (int64_t)(length * BITS_PER_BYTE * NS_PER_S / rate);
    return true;
}

bool cable_enter(struct cable *cable, uint32_t length, int64_t jitter_ns, int64_t now_ns, int64_t *out_due_ns)
{
    int64_t due_ns = now_ns;

    if (cable->conditions.rate > 0) {
        if (!pass_bottleneck(cable, length, now_ns))
            return false;
        due_ns = cable->free_ns;
    }
    due_ns += cable->conditions.delay_ns + jitter_ns;
    if (due_ns < cable->last_due_ns)
        due_ns = cable->last_due_ns;
    cable->last_due_ns = due_ns;
    if (due_ns > now_ns)
        cable->counters.delayed++;
    *out_due_ns = due_ns;
    return true;
}
