/*
 * Sizes that generated code computes of a method's arguments: size_is(rows * columns). They are computed
 * alike on both sides, in 64 bits; what does not fit, or is divided by zero, stays WIRE_SIZE_BAD to the end,
 * and is then larger than any array.
 */
#ifndef WIRE_SIZE_H
#define WIRE_SIZE_H

#include <stdbool.h>
#include <stdint.h>

#define WIRE_SIZE_BAD INT64_MIN

/** The number of elements: UINT32_MAX, which no array has, if it is none. */
static inline uint32_t wire_size(int64_t size)
{
    return size >= 0 && size < UINT32_MAX ? (uint32_t)size : UINT32_MAX;
}

/** Of an argument of 64 bits without sign. */
static inline int64_t wire_size_of(uint64_t value)
{
    return value <= INT64_MAX ? (int64_t)value : WIRE_SIZE_BAD;
}

static inline bool wire_size_is_bad(int64_t left, int64_t right)
{
    return left == WIRE_SIZE_BAD || right == WIRE_SIZE_BAD;
}

static inline int64_t wire_size_add(int64_t left, int64_t right)
{
    int64_t result;

    return wire_size_is_bad(left, right) || __builtin_add_overflow(left, right, &result) ? WIRE_SIZE_BAD
                                                                                         : result;
}

static inline int64_t wire_size_subtract(int64_t left, int64_t right)
{
    int64_t result;

    return wire_size_is_bad(left, right) || __builtin_sub_overflow(left, right, &result) ? WIRE_SIZE_BAD
                                                                                         : result;
}

static inline int64_t wire_size_multiply(int64_t left, int64_t right)
{
    int64_t result;

    return wire_size_is_bad(left, right) || __builtin_mul_overflow(left, right, &result) ? WIRE_SIZE_BAD
                                                                                         : result;
}

/* The smallest number, which alone overflows when it is divided, is WIRE_SIZE_BAD. */
static inline int64_t wire_size_divide(int64_t left, int64_t right)
{
    return wire_size_is_bad(left, right) || right == 0 ? WIRE_SIZE_BAD : left / right;
}

static inline int64_t wire_size_remainder(int64_t left, int64_t right)
{
    return wire_size_is_bad(left, right) || right == 0 ? WIRE_SIZE_BAD : left % right;
}

/** By 0 to 62 bits, of numbers that are not negative. */
static inline int64_t wire_size_shift_left(int64_t left, int64_t right)
{
    return left < 0 || right < 0 || right > 62 ? WIRE_SIZE_BAD
                                               : wire_size_multiply(left, (int64_t)1 << right);
}

static inline int64_t wire_size_shift_right(int64_t left, int64_t right)
{
    return left < 0 || right < 0 || right > 62 ? WIRE_SIZE_BAD : left >> right;
}

static inline int64_t wire_size_and(int64_t left, int64_t right)
{
    return wire_size_is_bad(left, right) ? WIRE_SIZE_BAD : left & right;
}

static inline int64_t wire_size_or(int64_t left, int64_t right)
{
    return wire_size_is_bad(left, right) ? WIRE_SIZE_BAD : left | right;
}

static inline int64_t wire_size_xor(int64_t left, int64_t right)
{
    return wire_size_is_bad(left, right) ? WIRE_SIZE_BAD : left ^ right;
}

#endif
