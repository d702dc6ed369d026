/*
 * Texts of 16-bit characters: UTF-16 with a NUL in memory, UTF-8 on the wire. Text that is ill-formed on
 * either side (a surrogate without its other half) is refused, never repaired. As in wire.h, cursors are
 * sticky. uint16_t is what C makes of char16_t.
 */
#ifndef WIRE_WIDE_H
#define WIRE_WIDE_H

#include <wire_values.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Most bytes that one 16-bit character becomes; two that belong together become four. */
#define WIRE_WIDE_BYTES_MAX 3u

/* What is known of a text before it is written. */
struct wire_wide {
    size_t units; /* 16-bit characters before the NUL */
    size_t bytes; /* of the same text as UTF-8 */
    bool failed;  /* it is no UTF-16, or has no NUL where there should be one */
};

/** Measures `units` characters; a NUL among them is wrong. rpc/wire/wide.c */
struct wire_wide wire_measure_units(const uint16_t *text, size_t units);

/** Measures a text that may be absent (NULL: all zero). rpc/wire/wide.c */
struct wire_wide wire_measure_wide(const uint16_t *text);

/** Measures the text in an array of `capacity` characters. rpc/wire/wide.c */
struct wire_wide wire_measure_wide_in(const uint16_t *text, size_t capacity);

/**
 * Stores a text as a field, in the room for the bytes that were measured.
 * @retval NULL it is another text than was measured; nothing behind that room was written
 * rpc/wire/wide.c
 */
uint8_t *wire_store_wide(uint8_t *at, uint32_t field, const uint16_t *text, struct wire_wide measured);

static inline void wire_put_wide(struct wire_writer *writer, uint32_t field, const uint16_t *text,
                                 struct wire_wide measured)
{
    uint8_t *at;

    if (measured.failed || measured.bytes > UINT32_MAX / 2 ||
        !wire_room(writer, WIRE_BYTES_BOUND(measured.bytes))) {
        writer->failed = true;
        return;
    }
    at = wire_store_wide(writer->at, field, text, measured);
    if (at)
        writer->at = at;
    else
        writer->failed = true;
}

/* Writes the text in an array of `capacity` characters. */
static inline void wire_put_wide_in(struct wire_writer *writer, uint32_t field, const uint16_t *text,
                                    size_t capacity)
{
    wire_put_wide(writer, field, text, wire_measure_wide_in(text, capacity));
}

/** How many characters of 16 bits a text becomes. What is no UTF-8 has some number too. rpc/wire/wide.c */
uint32_t wire_units(struct wire_bytes text);

/**
 * Stores UTF-8 (wire_is_text said so) as 16-bit characters with a NUL, in room for wire_units of them and
 * that. rpc/wire/wide.c
 */
void wire_copy_wide(uint16_t *to, struct wire_bytes text);

/** As wire_store_text_in. */
static inline uint8_t *wire_store_wide_in(uint8_t *at, uint32_t field, const uint16_t *text,
                                          uint32_t capacity, struct wire_budget *budget)
{
    struct wire_wide measured = wire_measure_wide_in(text, capacity);
    uint8_t *stored = measured.failed ? NULL : wire_store_wide(at, field, text, measured);

    if (stored)
        return stored;
    budget->failed = true;
    return at;
}

/* Reads a text field into an array of `capacity` characters. */
static inline void wire_get_wide_into(struct wire_reader *reader, uint16_t *to, size_t capacity)
{
    struct wire_bytes text = wire_get_bytes(reader);

    if (reader->failed || wire_units(text) >= capacity || !wire_is_text(text))
        reader->failed = true;
    else
        wire_copy_wide(to, text);
}

#ifdef __cplusplus
}
#endif

#endif
