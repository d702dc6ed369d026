/* Random numbers that depend on nothing but what they were made of, so that a seed repeats. */
#ifndef SIM_DRAW_H
#define SIM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

struct draw {
    uint64_t state;
};

/* splitmix64's last steps: every bit of the input changes half of those of the output. */
static inline uint64_t draw_mix(uint64_t value)
{
    value = (value ^ value >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    value = (value ^ value >> 27) * UINT64_C(0x94D049BB133111EB);
    return value ^ value >> 31;
}

/** A stream of its own for each (seed, purpose, number). */
static inline struct draw draw_stream(uint64_t seed, uint64_t purpose, uint64_t number)
{
    struct draw draw = {draw_mix(draw_mix(draw_mix(seed + 1) + purpose) + number)};

    return draw;
}

static inline uint64_t draw_next(struct draw *draw)
{
    draw->state += UINT64_C(0x9E3779B97F4A7C15);
    return draw_mix(draw->state);
}

/** 0 .. count - 1 */
static inline uint32_t draw_below(struct draw *draw, uint32_t count)
{
    return (uint32_t)((draw_next(draw) >> 32) * count >> 32);
}

/** low .. high */
static inline uint32_t draw_between(struct draw *draw, uint32_t low, uint32_t high)
{
    return low + draw_below(draw, high - low + 1);
}

static inline int64_t draw_ns(struct draw *draw, int64_t below_ns)
{
    return below_ns > 0 ? (int64_t)(draw_next(draw) % (uint64_t)below_ns) : 0;
}

/** One time in `count`; never for 0. */
static inline bool draw_one_in(struct draw *draw, uint32_t count)
{
    return count && draw_below(draw, count) == 0;
}

#endif
