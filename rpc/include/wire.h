/*
 * Protobuf bytes straight from and to parameters: the small cursor that generated code and the frames CALL
 * and RETURN use. Freestanding, no allocation, no tables. The format is protobuf's (the oracles of the tests
 * are protoc and nanopb); https://protobuf.dev/programming-guides/encoding/ describes it.
 *
 * Both cursors are sticky: after the first error `failed` stays set, a writer does nothing any more, a reader
 * finds nothing or what does not matter, and one check at the end is enough. A reader never looks behind
 * `end`, a writer never writes there. A cursor that is a local variable stays in registers: what is not
 * inline takes no pointer to it.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* The key in front of a field. */
#define WIRE_TAG(field, type) ((uint32_t)(field) << 3 | (uint32_t)(type))

/* Most bytes of a key, and of a value behind it: what size bounds are added up from. */
#define WIRE_TAG_MAX 5
#define WIRE_VARINT32_MAX 5
#define WIRE_VARINT64_MAX 10
#define WIRE_BYTES_BOUND(length) (WIRE_TAG_MAX + WIRE_VARINT32_MAX + (size_t)(length))
#define WIRE_SCALAR_BOUND (WIRE_TAG_MAX + WIRE_VARINT64_MAX)

struct wire_writer {
    uint8_t *at;
    uint8_t *end;
    bool failed; /* something did not fit */
};

struct wire_reader {
    uint8_t *at;
    uint8_t *end;
    bool failed; /* the bytes are malformed */
};

/* A string or byte field as it lies in the message. */
struct wire_bytes {
    uint8_t *data;
    uint32_t size;
};

/* A field whose length is written behind its content. */
struct wire_mark {
    uint8_t *length_at;
    uint32_t length_bytes;
};

static inline void wire_writer_init(struct wire_writer *writer, void *buffer, size_t size_bytes)
{
    writer->at = (uint8_t *)buffer;
    writer->end = (uint8_t *)buffer + size_bytes;
    writer->failed = false;
}

static inline void wire_reader_init(struct wire_reader *reader, void *message, size_t size_bytes)
{
    reader->at = (uint8_t *)message;
    reader->end = (uint8_t *)message + size_bytes;
    reader->failed = false;
}

/* ---- storing: the caller made sure of the room; each returns the place behind what it stored ---- */

static inline uint32_t wire_zigzag32(int32_t value)
{
    return (uint32_t)value << 1 ^ (uint32_t) - (int32_t)((uint32_t)value >> 31);
}

static inline uint64_t wire_zigzag64(int64_t value)
{
    return (uint64_t)value << 1 ^ (uint64_t) - (int64_t)((uint64_t)value >> 63);
}

static inline uint8_t *wire_store_varint32(uint8_t *at, uint32_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline uint8_t *wire_store_varint64(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline size_t wire_varint32_bytes(uint32_t value)
{
    return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

static inline void wire_store_fixed32(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
}

static inline void wire_store_fixed64(uint8_t *at, uint64_t value)
{
    wire_store_fixed32(at, (uint32_t)value);
    wire_store_fixed32(at + 4, (uint32_t)(value >> 32));
}

static inline uint8_t *wire_store_uint32(uint8_t *at, uint32_t field, uint32_t value)
{
    return wire_store_varint32(wire_store_varint32(at, WIRE_TAG(field, WIRE_VARINT)), value);
}

static inline uint8_t *wire_store_uint64(uint8_t *at, uint32_t field, uint64_t value)
{
    return wire_store_varint64(wire_store_varint32(at, WIRE_TAG(field, WIRE_VARINT)), value);
}

static inline uint8_t *wire_store_sint32(uint8_t *at, uint32_t field, int32_t value)
{
    return wire_store_uint32(at, field, wire_zigzag32(value));
}

static inline uint8_t *wire_store_sint64(uint8_t *at, uint32_t field, int64_t value)
{
    return wire_store_uint64(at, field, wire_zigzag64(value));
}

/* proto3 `bool`. */
static inline uint8_t *wire_store_bool(uint8_t *at, uint32_t field, bool value)
{
    return wire_store_uint32(at, field, value ? 1 : 0);
}

/* proto3 enums are int32: a negative one is sign-extended to ten bytes. */
static inline uint8_t *wire_store_enum(uint8_t *at, uint32_t field, int32_t value)
{
    return wire_store_uint64(at, field, (uint64_t)(int64_t)value);
}

/* proto3 `sfixed32`: how an HRESULT travels. */
static inline uint8_t *wire_store_sfixed32(uint8_t *at, uint32_t field, int32_t value)
{
    at = wire_store_varint32(at, WIRE_TAG(field, WIRE_FIXED32));
    wire_store_fixed32(at, (uint32_t)value);
    return at + 4;
}

static inline uint8_t *wire_store_sfixed64(uint8_t *at, uint32_t field, int64_t value)
{
    at = wire_store_varint32(at, WIRE_TAG(field, WIRE_FIXED64));
    wire_store_fixed64(at, (uint64_t)value);
    return at + 8;
}

static inline uint8_t *wire_store_float(uint8_t *at, uint32_t field, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return wire_store_sfixed32(at, field, (int32_t)bits);
}

static inline uint8_t *wire_store_double(uint8_t *at, uint32_t field, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    at = wire_store_varint32(at, WIRE_TAG(field, WIRE_FIXED64));
    wire_store_fixed64(at, bits);
    return at + 8;
}

static inline uint8_t *wire_store_bytes(uint8_t *at, uint32_t field, const void *data, uint32_t size)
{
    at = wire_store_varint32(wire_store_varint32(at, WIRE_TAG(field, WIRE_BYTES)), size);
    if (size)
        memcpy(at, data, size);
    return at + size;
}

/**
 * Begins a field whose length is stored later, by wire_store_end: it gets the bytes that the length
 * `capacity` needs, which every protobuf reader accepts.
 */
static inline uint8_t *wire_store_begin(uint8_t *at, uint32_t field, uint32_t capacity,
                                        struct wire_mark *out_mark)
{
    out_mark->length_at = wire_store_varint32(at, WIRE_TAG(field, WIRE_BYTES));
    out_mark->length_bytes = (uint32_t)wire_varint32_bytes(capacity);
    return out_mark->length_at + out_mark->length_bytes;
}

/* `at` is the place behind the content, which is not longer than its capacity. */
static inline uint8_t *wire_store_end(uint8_t *at, const struct wire_mark *mark)
{
    uint32_t length = (uint32_t)(at - (mark->length_at + mark->length_bytes)), i;

    for (i = 0; i + 1 < mark->length_bytes; i++, length >>= 7)
        mark->length_at[i] = (uint8_t)(length | 0x80);
    mark->length_at[i] = (uint8_t)length;
    return at;
}

/* ---- writing ---- */

static inline bool wire_room(struct wire_writer *writer, size_t size_bytes)
{
    if ((size_t)(writer->end - writer->at) < size_bytes)
        writer->failed = true;
    return !writer->failed;
}

static inline void wire_put_uint32(struct wire_writer *writer, uint32_t field, uint32_t value)
{
    if (wire_room(writer, WIRE_TAG_MAX + WIRE_VARINT32_MAX))
        writer->at = wire_store_uint32(writer->at, field, value);
}

static inline void wire_put_uint64(struct wire_writer *writer, uint32_t field, uint64_t value)
{
    if (wire_room(writer, WIRE_SCALAR_BOUND))
        writer->at = wire_store_uint64(writer->at, field, value);
}

static inline void wire_put_sint32(struct wire_writer *writer, uint32_t field, int32_t value)
{
    wire_put_uint32(writer, field, wire_zigzag32(value));
}

static inline void wire_put_sint64(struct wire_writer *writer, uint32_t field, int64_t value)
{
    wire_put_uint64(writer, field, wire_zigzag64(value));
}

static inline void wire_put_bool(struct wire_writer *writer, uint32_t field, bool value)
{
    wire_put_uint32(writer, field, value ? 1 : 0);
}

static inline void wire_put_enum(struct wire_writer *writer, uint32_t field, int32_t value)
{
    wire_put_uint64(writer, field, (uint64_t)(int64_t)value);
}

static inline void wire_put_fixed32(struct wire_writer *writer, uint32_t field, uint32_t value)
{
    if (wire_room(writer, WIRE_TAG_MAX + 4))
        writer->at = wire_store_sfixed32(writer->at, field, (int32_t)value);
}

static inline void wire_put_fixed64(struct wire_writer *writer, uint32_t field, uint64_t value)
{
    if (!wire_room(writer, WIRE_TAG_MAX + 8))
        return;
    writer->at = wire_store_varint32(writer->at, WIRE_TAG(field, WIRE_FIXED64));
    wire_store_fixed64(writer->at, value);
    writer->at += 8;
}

static inline void wire_put_sfixed64(struct wire_writer *writer, uint32_t field, int64_t value)
{
    wire_put_fixed64(writer, field, (uint64_t)value);
}

static inline void wire_put_sfixed32(struct wire_writer *writer, uint32_t field, int32_t value)
{
    wire_put_fixed32(writer, field, (uint32_t)value);
}

static inline void wire_put_float(struct wire_writer *writer, uint32_t field, float value)
{
    if (wire_room(writer, WIRE_TAG_MAX + 4))
        writer->at = wire_store_float(writer->at, field, value);
}

static inline void wire_put_double(struct wire_writer *writer, uint32_t field, double value)
{
    if (wire_room(writer, WIRE_TAG_MAX + 8))
        writer->at = wire_store_double(writer->at, field, value);
}

static inline void wire_put_bytes(struct wire_writer *writer, uint32_t field, const void *data, size_t size)
{
    if (size > UINT32_MAX / 2 || !wire_room(writer, WIRE_BYTES_BOUND(size))) {
        writer->failed = true;
        return;
    }
    writer->at = wire_store_bytes(writer->at, field, data, (uint32_t)size);
}

/**
 * Opens a field of unknown length, at most `capacity` bytes: the content is stored from the returned place on
 * (by wire_store_..., or by a method that is handed that pointer), then wire_close fills in the length.
 * @retval NULL does not fit (writer->failed is set)
 */
static inline uint8_t *wire_open(struct wire_writer *writer, uint32_t field, size_t capacity,
                                 struct wire_mark *out_mark)
{
    out_mark->length_at = NULL;
    out_mark->length_bytes = 0;
    if (capacity > UINT32_MAX / 2 || !wire_room(writer, WIRE_BYTES_BOUND(capacity))) {
        writer->failed = true;
        return NULL;
    }
    writer->at = wire_store_begin(writer->at, field, (uint32_t)capacity, out_mark);
    return writer->at;
}

/* Ends what wire_open opened; everything from there up to writer->at is the content. */
static inline void wire_close(struct wire_writer *writer, const struct wire_mark *mark)
{
    uint32_t length;

    if (writer->failed || !mark->length_at)
        return;
    length = (uint32_t)(writer->at - (mark->length_at + mark->length_bytes));
    if (wire_varint32_bytes(length) > mark->length_bytes)
        writer->failed = true;
    else
        (void)wire_store_end(writer->at, mark);
}

/* As wire_close for content that was stored up to `at`, from where wire_open said; NULL if that failed. */
static inline void wire_close_at(struct wire_writer *writer, const struct wire_mark *mark, uint8_t *at)
{
    if (at)
        writer->at = wire_store_end(at, mark);
}

/* As wire_close for content of `size` bytes that a method wrote where wire_open said. */
static inline void wire_close_sized(struct wire_writer *writer, const struct wire_mark *mark, size_t size)
{
    if (writer->failed || !mark->length_at)
        return;
    if (size > (size_t)(writer->end - writer->at)) {
        writer->failed = true;
        return;
    }
    writer->at += size;
    wire_close(writer, mark);
}

/* ---- reading ---- */

/* What a varint says, and the place behind it; NULL: malformed. */
struct wire_varint {
    uint64_t value;
    uint8_t *at;
};

/** Reads a varint of any length. rpc/wire/varint.c */
struct wire_varint wire_load_varint(uint8_t *at, const uint8_t *end);

/** The place behind the value of a field with this key, or NULL: malformed. rpc/wire/varint.c */
uint8_t *wire_load_nothing(uint8_t *at, uint8_t *end, uint32_t tag);

static inline uint32_t wire_load_fixed32(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static inline uint64_t wire_load_fixed64(const uint8_t *at)
{
    return (uint64_t)wire_load_fixed32(at) | (uint64_t)wire_load_fixed32(at + 4) << 32;
}

/* Nothing more is read: later operations find the end. */
static inline void wire_fail(struct wire_reader *reader)
{
    reader->failed = true;
    reader->at = reader->end;
}

/* What was read is malformed if it does not hold. */
static inline void wire_require(struct wire_reader *reader, bool condition)
{
    if (!condition)
        reader->failed = true;
}

/* Whether all was read, and was good. */
static inline bool wire_is_read(const struct wire_reader *reader)
{
    return !reader->failed && reader->at >= reader->end;
}

static inline uint64_t wire_get_varint64(struct wire_reader *reader)
{
    struct wire_varint varint;

    if (reader->at < reader->end && *reader->at < 0x80)
        return *reader->at++;
    varint = wire_load_varint(reader->at, reader->end);
    if (varint.at)
        reader->at = varint.at;
    else
        wire_fail(reader);
    return varint.value;
}

/* A 64-bit varint is cut to 32 bits, as every protobuf reader does. */
static inline uint32_t wire_get_uint32(struct wire_reader *reader)
{
    return (uint32_t)wire_get_varint64(reader);
}

static inline uint64_t wire_get_uint64(struct wire_reader *reader)
{
    return wire_get_varint64(reader);
}

static inline int32_t wire_get_sint32(struct wire_reader *reader)
{
    uint32_t value = wire_get_uint32(reader);

    return (int32_t)(value >> 1 ^ (uint32_t) - (int32_t)(value & 1));
}

static inline int64_t wire_get_sint64(struct wire_reader *reader)
{
    uint64_t value = wire_get_varint64(reader);

    return (int64_t)(value >> 1 ^ (uint64_t) - (int64_t)(value & 1));
}

static inline bool wire_get_bool(struct wire_reader *reader)
{
    return wire_get_varint64(reader) != 0;
}

static inline int32_t wire_get_enum(struct wire_reader *reader)
{
    return (int32_t)(uint32_t)wire_get_varint64(reader);
}

static inline uint32_t wire_get_fixed32(struct wire_reader *reader)
{
    if (reader->end - reader->at < 4) {
        wire_fail(reader);
        return 0;
    }
    reader->at += 4;
    return wire_load_fixed32(reader->at - 4);
}

static inline uint64_t wire_get_fixed64(struct wire_reader *reader)
{
    if (reader->end - reader->at < 8) {
        wire_fail(reader);
        return 0;
    }
    reader->at += 8;
    return wire_load_fixed64(reader->at - 8);
}

static inline int32_t wire_get_sfixed32(struct wire_reader *reader)
{
    return (int32_t)wire_get_fixed32(reader);
}

static inline int64_t wire_get_sfixed64(struct wire_reader *reader)
{
    return (int64_t)wire_get_fixed64(reader);
}

static inline float wire_get_float(struct wire_reader *reader)
{
    uint32_t bits = wire_get_fixed32(reader);
    float value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline double wire_get_double(struct wire_reader *reader)
{
    uint64_t bits = wire_get_fixed64(reader);
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

static inline struct wire_bytes wire_get_bytes(struct wire_reader *reader)
{
    struct wire_bytes bytes = {NULL, 0};
    uint64_t size = wire_get_varint64(reader);

    if (reader->failed || size > (uint64_t)(reader->end - reader->at)) {
        wire_fail(reader);
        return bytes;
    }
    bytes.data = reader->at;
    bytes.size = (uint32_t)size;
    reader->at += size;
    return bytes;
}

/* What lies in a field as a reader of its own. */
static inline struct wire_reader wire_reader_of(struct wire_bytes bytes)
{
    struct wire_reader reader;

    reader.at = bytes.data;
    reader.end = bytes.data ? bytes.data + bytes.size : NULL;
    reader.failed = false;
    return reader;
}

/* A nested message as a reader of its own. */
static inline struct wire_reader wire_get_message(struct wire_reader *reader)
{
    struct wire_reader nested = wire_reader_of(wire_get_bytes(reader));

    nested.failed = reader->failed;
    return nested;
}

/**
 * Goes to the next field. Keys that no field can have are wire_skip's to find.
 * @param out_tag  its key, to compare with WIRE_TAG(field, type)
 * @retval false at the end of the message, or malformed (then reader->failed is set)
 */
static inline bool wire_next(struct wire_reader *reader, uint32_t *out_tag)
{
    struct wire_varint varint;

    if (reader->at >= reader->end)
        return false;
    if (*reader->at < 0x80) {
        *out_tag = *reader->at++;
        return true;
    }
    varint = wire_load_varint(reader->at, reader->end);
    if (!varint.at || varint.value > UINT32_MAX) {
        wire_fail(reader);
        return false;
    }
    reader->at = varint.at;
    *out_tag = (uint32_t)varint.value;
    return true;
}

/* Skips the value of a field that is not known; field 0 and groups are malformed (proto3 has none). */
static inline void wire_skip(struct wire_reader *reader, uint32_t tag)
{
    uint8_t *at = wire_load_nothing(reader->at, reader->end, tag);

    if (at)
        reader->at = at;
    else
        wire_fail(reader);
}

/**
 * Whether a string field is UTF-8 without a NUL inside (RFC 3629: no overlong forms, no surrogates).
 * rpc/wire/utf8.c
 */
bool wire_is_text(struct wire_bytes text);

#ifdef __cplusplus
}
#endif

#endif
