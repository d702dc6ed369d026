/*
 * What generated code needs of the wire beyond single fields: narrow integers, GUIDs, texts and arrays. As in
 * wire.h, all cursors are sticky: an error sets `failed` and one check at the end is enough.
 */
#ifndef WIRE_VALUES_H
#define WIRE_VALUES_H

#include <com.h>
#include <wire.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- integers narrower than the wire's: what does not fit is malformed ---- */

static inline uint8_t wire_get_uint8(struct wire_reader *reader)
{
    uint64_t value = wire_get_varint64(reader);

    if (value > UINT8_MAX)
        reader->failed = true;
    return (uint8_t)value;
}

static inline char wire_get_char(struct wire_reader *reader)
{
    return (char)wire_get_uint8(reader);
}

static inline uint16_t wire_get_uint16(struct wire_reader *reader)
{
    uint64_t value = wire_get_varint64(reader);

    if (value > UINT16_MAX)
        reader->failed = true;
    return (uint16_t)value;
}

static inline int8_t wire_get_sint8(struct wire_reader *reader)
{
    int32_t value = wire_get_sint32(reader);

    if (value < INT8_MIN || value > INT8_MAX)
        reader->failed = true;
    return (int8_t)value;
}

static inline int16_t wire_get_sint16(struct wire_reader *reader)
{
    int32_t value = wire_get_sint32(reader);

    if (value < INT16_MIN || value > INT16_MAX)
        reader->failed = true;
    return (int16_t)value;
}

static inline size_t wire_get_size(struct wire_reader *reader)
{
    uint64_t value = wire_get_varint64(reader);
    size_t size = (size_t)value;

    if ((uint64_t)size != value)
        reader->failed = true;
    return size;
}

static inline intptr_t wire_get_offset(struct wire_reader *reader)
{
    int64_t value = wire_get_sint64(reader);
    intptr_t offset = (intptr_t)value;

    if ((int64_t)offset != value)
        reader->failed = true;
    return offset;
}

/* ---- GUIDs: 16 bytes, the fields little-endian ---- */

static inline uint8_t *wire_store_guid(uint8_t *at, uint32_t field, const GUID *guid)
{
    at = wire_store_varint32(at, WIRE_TAG(field, WIRE_BYTES));
    *at++ = 16;
    wire_store_fixed32(at, guid->data1);
    wire_store_fixed32(at + 4, guid->data2 | (uint32_t)guid->data3 << 16);
    memcpy(at + 8, guid->data4, 8);
    return at + 16;
}

static inline void wire_put_guid(struct wire_writer *writer, uint32_t field, const GUID *guid)
{
    if (wire_room(writer, WIRE_BYTES_BOUND(16)))
        writer->at = wire_store_guid(writer->at, field, guid);
}

/** @retval false these are not 16 bytes */
static inline bool wire_load_guid(struct wire_bytes bytes, GUID *out_guid)
{
    if (bytes.size != 16)
        return false;
    out_guid->data1 = wire_load_fixed32(bytes.data);
    out_guid->data2 = (uint16_t)wire_load_fixed32(bytes.data + 4);
    out_guid->data3 = (uint16_t)(wire_load_fixed32(bytes.data + 4) >> 16);
    memcpy(out_guid->data4, bytes.data + 8, 8);
    return true;
}

static inline void wire_get_guid(struct wire_reader *reader, GUID *out_guid)
{
    wire_require(reader, wire_load_guid(wire_get_bytes(reader), out_guid));
}

/* ---- texts and blobs ---- */

/**
 * Ends a text with a NUL where it lies; the byte behind it must have been read already, or be spare.
 * @retval NULL the field was absent and is not required
 */
static inline char *wire_terminate(struct wire_bytes text)
{
    if (!text.data)
        return NULL;
    text.data[text.size] = '\0';
    return (char *)text.data;
}

/**
 * Reads a text field of at most `max` bytes. The text stays where it lies and is not ended yet: wire_end_text
 * does that when the whole message was read, because the byte behind it is the key of the next field.
 */
static inline const char *wire_get_text(struct wire_reader *reader, size_t max)
{
    struct wire_bytes text = wire_get_bytes(reader);

    if (text.size > max || !wire_is_text(text))
        reader->failed = true;
    return (const char *)text.data;
}

/** Ends a text of wire_get_text with its NUL; its length is in front of it. NULL is allowed. rpc/wire/text.c
 */
void wire_end_text(const char *text);

/* The caller made sure of the room. */
static inline void wire_copy(void *to, struct wire_bytes bytes)
{
    if (bytes.size)
        memcpy(to, bytes.data, bytes.size);
}

static inline void wire_copy_text(char *to, struct wire_bytes text)
{
    wire_copy(to, text);
    to[text.size] = '\0';
}

/* Reads a text field into an array of `capacity` characters. */
static inline void wire_get_text_into(struct wire_reader *reader, char *to, size_t capacity)
{
    struct wire_bytes text = wire_get_bytes(reader);

    if (reader->failed || text.size >= capacity || !wire_is_text(text))
        reader->failed = true;
    else
        wire_copy_text(to, text);
}

/* Reads a field of exactly `size` bytes. */
static inline void wire_get_bytes_into(struct wire_reader *reader, void *to, size_t size)
{
    struct wire_bytes bytes = wire_get_bytes(reader);

    if (reader->failed || bytes.size != size)
        reader->failed = true;
    else
        wire_copy(to, bytes);
}

/* Bytes before the NUL; SIZE_MAX if there is none among the first `capacity`. */
static inline size_t wire_text_length(const char *text, size_t capacity)
{
    size_t length;

    for (length = 0; length < capacity; length++)
        if (!text[length])
            return length;
    return SIZE_MAX;
}

/* Writes the text in an array of `capacity` characters. */
static inline void wire_put_text_in(struct wire_writer *writer, uint32_t field, const char *text,
                                    size_t capacity)
{
    size_t length = wire_text_length(text, capacity);

    if (length == SIZE_MAX)
        writer->failed = true;
    else
        wire_put_bytes(writer, field, text, length);
}

/* Ends a text that a method wrote where wire_open said. */
static inline void wire_close_text(struct wire_writer *writer, const struct wire_mark *mark, const char *text,
                                   size_t capacity)
{
    size_t length = wire_text_length(text, capacity);

    if (length == SIZE_MAX)
        writer->failed = true;
    else
        wire_close_sized(writer, mark, length);
}

/* ---- structs ---- */

/* How many texts of a struct are measured only once. */
#define WIRE_LENGTHS_MAX 8

/* The length of a text that is not there. */
#define WIRE_NO_TEXT SIZE_MAX

/*
 * What is known of a struct before it is stored. Its texts are measured before; should they be others when
 * they are stored, no more is taken of them than was measured.
 */
struct wire_budget {
    size_t texts;      /* bytes of all texts; of those behind the first, what is not stored yet */
    uint32_t room;     /* for all of it: what lengths get room for if the texts have no bounds */
    bool failed;       /* a value breaks its bound, or a text grew */
    uint32_t measured; /* texts */
    uint32_t stored;   /* texts */
    size_t lengths[WIRE_LENGTHS_MAX]; /* of the first that were measured */
};

static inline void wire_budget_init(struct wire_budget *budget)
{
    budget->texts = 0;
    budget->room = 0;
    budget->failed = false;
    budget->measured = 0;
    budget->stored = 0;
}

/* Measures a text that may be absent. */
static inline void wire_measure(struct wire_budget *budget, const char *text)
{
    size_t length = text ? strlen(text) : 0;

    budget->texts += length;
    if (budget->measured < WIRE_LENGTHS_MAX)
        budget->lengths[budget->measured++] = text ? length : WIRE_NO_TEXT;
}

/** Makes sure of the room for what was measured. @retval false writer->failed is set */
static inline bool wire_budget_room(struct wire_budget *budget, struct wire_writer *writer, size_t bound)
{
    budget->room = (uint32_t)bound;
    if (bound > UINT32_MAX / 2 || budget->failed)
        writer->failed = true;
    return wire_room(writer, bound);
}

/** The length of a text behind the first; WIRE_NO_TEXT for NULL, and if it grew. rpc/wire/text.c */
size_t wire_measure_again(struct wire_budget *budget, const char *text);

/** Stores a text of at most `max` bytes as a field; nothing for NULL. Texts are stored in the order they were
 * measured. */
static inline uint8_t *wire_store_text(uint8_t *at, uint32_t field, const char *text, uint32_t max,
                                       struct wire_budget *budget)
{
    size_t length;

    if (budget->stored < budget->measured)
        length = budget->lengths[budget->stored++];
    else
        length = wire_measure_again(budget, text);
    if (length <= max)
        return wire_store_bytes(at, field, text, (uint32_t)length);
    if (text)
        budget->failed = true;
    return at;
}

/** Stores the text in an array of `capacity` characters; it is wrong if it has no NUL. */
static inline uint8_t *wire_store_text_in(uint8_t *at, uint32_t field, const char *text, uint32_t capacity,
                                          struct wire_budget *budget)
{
    size_t length = wire_text_length(text, capacity);

    if (length < capacity)
        return wire_store_bytes(at, field, text, (uint32_t)length);
    budget->failed = true;
    return at;
}

/* ---- elements of packed fields; the caller made sure of the room ---- */

static inline uint8_t *wire_store_element_uint32(uint8_t *at, uint32_t value)
{
    return wire_store_varint32(at, value);
}

static inline uint8_t *wire_store_element_sint32(uint8_t *at, int32_t value)
{
    return wire_store_varint32(at, wire_zigzag32(value));
}

static inline uint8_t *wire_store_element_uint64(uint8_t *at, uint64_t value)
{
    return wire_store_varint64(at, value);
}

static inline uint8_t *wire_store_element_sint64(uint8_t *at, int64_t value)
{
    return wire_store_varint64(at, wire_zigzag64(value));
}

static inline uint8_t *wire_store_element_bool(uint8_t *at, bool value)
{
    *at = value ? 1 : 0;
    return at + 1;
}

static inline uint8_t *wire_store_element_enum(uint8_t *at, int32_t value)
{
    return wire_store_varint64(at, (uint64_t)(int64_t)value);
}

static inline uint8_t *wire_store_element_sfixed32(uint8_t *at, int32_t value)
{
    wire_store_fixed32(at, (uint32_t)value);
    return at + 4;
}

static inline uint8_t *wire_store_element_sfixed64(uint8_t *at, int64_t value)
{
    wire_store_fixed64(at, (uint64_t)value);
    return at + 8;
}

static inline uint8_t *wire_store_element_float(uint8_t *at, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    return wire_store_element_sfixed32(at, (int32_t)bits);
}

static inline uint8_t *wire_store_element_double(uint8_t *at, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    wire_store_fixed64(at, bits);
    return at + 8;
}

/* ---- arrays ---- */

/*
 * A repeated field, spread over the message as it may be: the walk over the message counts its elements and
 * notes where they are, then the array is filled in one go, piece by piece. A piece is one message or GUID,
 * or one or more numbers.
 */
struct wire_list {
    uint32_t packed_tag; /* of a piece; of numbers, of one that has several */
    uint32_t single_tag;
    uint32_t next_tag; /* of the piece at `at`; 0: a key lies there */
    uint32_t count;    /* of elements */
    uint8_t *at;       /* behind the key of the first piece that is still to be read; NULL: there is none */
    uint8_t *end;      /* behind the last piece */
    struct wire_bytes piece;
};

/* Elements are of this type: WIRE_VARINT, WIRE_FIXED32 or WIRE_FIXED64 numbers, or WIRE_BYTES. */
#define WIRE_LIST(field, type)                                                \
    {                                                                         \
        WIRE_TAG(field, WIRE_BYTES), WIRE_TAG(field, type), 0, 0, NULL, NULL, \
        {                                                                     \
            NULL, 0                                                           \
        }                                                                     \
    }

/** Counts and notes the piece at `at`, behind its key. @return the place behind it, NULL: malformed.
 * rpc/wire/list.c */
uint8_t *wire_list_note(struct wire_list *list, uint8_t *at, uint8_t *end, uint32_t tag);

/** Behind the walk: goes to the next piece, which is then in list->piece. @retval false there is none.
 * rpc/wire/list.c */
bool wire_next_piece(struct wire_list *list);

/* In the walk: a field of the list was found. */
static inline void wire_list_add(struct wire_list *list, struct wire_reader *reader, uint32_t tag)
{
    uint8_t *at = wire_list_note(list, reader->at, reader->end, tag);

    if (at)
        reader->at = at;
    else
        wire_fail(reader);
}

#ifdef __cplusplus
}
#endif

#endif
