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

static inline void wire_put_guid(struct wire_writer *writer, uint32_t field, const GUID *guid)
{
    uint8_t bytes[16];

    wire_store_fixed32(bytes, guid->data1);
    wire_store_fixed32(bytes + 4, guid->data2 | (uint32_t)guid->data3 << 16);
    memcpy(bytes + 8, guid->data4, 8);
    wire_put_bytes(writer, field, bytes, sizeof(bytes));
}

static inline void wire_get_guid(struct wire_reader *reader, GUID *out_guid)
{
    struct wire_bytes bytes = wire_get_bytes(reader);

    if (bytes.size != 16) {
        reader->failed = true;
        return;
    }
    out_guid->data1 = wire_load_fixed32(bytes.data);
    out_guid->data2 = (uint16_t)wire_load_fixed32(bytes.data + 4);
    out_guid->data3 = (uint16_t)(wire_load_fixed32(bytes.data + 4) >> 16);
    memcpy(out_guid->data4, bytes.data + 8, 8);
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

/* ---- elements of packed fields ---- */

static inline void wire_put_element_uint32(struct wire_writer *writer, uint32_t value)
{
    wire_put_element32(writer, value);
}

static inline void wire_put_element_sint32(struct wire_writer *writer, int32_t value)
{
    wire_put_element32(writer, wire_zigzag32(value));
}

static inline void wire_put_element_uint64(struct wire_writer *writer, uint64_t value)
{
    wire_put_element64(writer, value);
}

static inline void wire_put_element_sint64(struct wire_writer *writer, int64_t value)
{
    wire_put_element64(writer, wire_zigzag64(value));
}

static inline void wire_put_element_bool(struct wire_writer *writer, bool value)
{
    if (wire_room(writer, 1))
        *writer->at++ = value ? 1 : 0;
}

static inline void wire_put_element_enum(struct wire_writer *writer, int32_t value)
{
    wire_put_element64(writer, (uint64_t)(int64_t)value);
}

static inline void wire_put_element_sfixed32(struct wire_writer *writer, int32_t value)
{
    if (!wire_room(writer, 4))
        return;
    wire_store_fixed32(writer->at, (uint32_t)value);
    writer->at += 4;
}

static inline void wire_put_element_float(struct wire_writer *writer, float value)
{
    uint32_t bits;

    memcpy(&bits, &value, sizeof(bits));
    wire_put_element_sfixed32(writer, (int32_t)bits);
}

static inline void wire_put_element_double(struct wire_writer *writer, double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof(bits));
    if (!wire_room(writer, 8))
        return;
    wire_store_fixed64(writer->at, bits);
    writer->at += 8;
}

/*
 * Walks the elements of one repeated field, packed or not, spread over the message as they may be. Each step
 * gives the reader from which the element is to be read (for messages: with its length in front).
 */
struct wire_elements {
    struct wire_reader message;
    struct wire_reader packed;
    uint32_t packed_tag; /* 0: elements are never packed */
    uint32_t single_tag;
};

static inline struct wire_elements wire_elements(struct wire_reader message, uint32_t field,
                                                 enum wire_type type)
{
    struct wire_elements elements;

    elements.message = message;
    elements.packed.at = NULL;
    elements.packed.end = NULL;
    elements.packed.failed = false;
    elements.packed_tag = type == WIRE_BYTES ? 0 : WIRE_TAG(field, WIRE_BYTES);
    elements.single_tag = WIRE_TAG(field, type);
    return elements;
}

static inline bool wire_elements_failed(const struct wire_elements *elements)
{
    return elements->message.failed || elements->packed.failed;
}

/** The next element, or NULL at the end and after an error. */
static inline struct wire_reader *wire_next_element(struct wire_elements *elements)
{
    uint32_t tag;

    if (wire_elements_failed(elements))
        return NULL;
    while (elements->packed.at >= elements->packed.end) {
        if (!wire_next(&elements->message, &tag))
            return NULL;
        if (tag == elements->single_tag)
            return &elements->message;
        if (tag == elements->packed_tag)
            elements->packed = wire_get_message(&elements->message);
        else
            wire_skip(&elements->message, tag);
    }
    return &elements->packed;
}

#ifdef __cplusplus
}
#endif

#endif
