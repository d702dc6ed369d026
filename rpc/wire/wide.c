/* UTF-16 (RFC 2781) to UTF-8 and back. */
#include <wire_wide.h>

/*
 * The character at `text`, of which `units` are there, and how many of them it takes; 0: it is a half of a
 * pair without the other, or NUL.
 */
static uint32_t load_character(const uint16_t *text, size_t units, uint32_t *out_character)
{
    uint32_t first = text[0];

    *out_character = first;
    if (first < 0xD800 || first > 0xDFFF)
        return first != 0;
    if (first > 0xDBFF || units < 2 || text[1] < 0xDC00 || text[1] > 0xDFFF)
        return 0;
    *out_character = 0x10000 + ((first - 0xD800) << 10 | (text[1] - 0xDC00u));
    return 2;
}

static uint32_t character_bytes(uint32_t character)
{
    return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
}

struct wire_wide wire_measure_units(const uint16_t *text, size_t units)
{
    struct wire_wide measured = {units, 0, false};
    size_t i;

    for (i = 0; i < units && !measured.failed;) {
        uint32_t character, taken = load_character(text + i, units - i, &character);

        measured.failed = !taken;
        measured.bytes += character_bytes(character);
        i += taken;
    }
    return measured;
}

struct wire_wide wire_measure_wide(const uint16_t *text)
{
    size_t units = 0;

    while (text && text[units])
        units++;
    return wire_measure_units(text, units);
}

struct wire_wide wire_measure_wide_in(const uint16_t *text, size_t capacity)
{
    struct wire_wide measured;
    size_t units = 0;

    while (units < capacity && text[units])
        units++;
    measured = wire_measure_units(text, units);
    measured.failed |= units == capacity;
    return measured;
}

static uint8_t *store_character(uint8_t *at, uint32_t character)
{
    static const uint8_t LEADS[] = {0, 0, 0xC0, 0xE0, 0xF0};
    uint32_t bytes = character_bytes(character), i;

    for (i = bytes; i > 1; i--, character >>= 6)
        at[i - 1] = (uint8_t)(0x80 | (character & 0x3F));
    at[0] = (uint8_t)(LEADS[bytes] | character);
    return at + bytes;
}

uint8_t *wire_store_wide(uint8_t *at, uint32_t field, const uint16_t *text, struct wire_wide measured)
{
    uint8_t *end;
    size_t i;

    at = wire_store_varint32(at, WIRE_TAG(field, WIRE_BYTES));
    at = wire_store_varint32(at, (uint32_t)measured.bytes);
    end = at + measured.bytes;
    for (i = 0; i < measured.units;) {
        uint32_t character, taken = load_character(text + i, measured.units - i, &character);

        if (!taken || character_bytes(character) > (size_t)(end - at))
            return NULL;
        at = store_character(at, character);
        i += taken;
    }
    return at == end ? at : NULL;
}

uint32_t wire_units(struct wire_bytes text)
{
    uint32_t i, units = 0;

    for (i = 0; i < text.size; i++)
        units += ((text.data[i] & 0xC0) != 0x80) + (text.data[i] >= 0xF0);
    return units;
}

void wire_copy_wide(uint16_t *to, struct wire_bytes text)
{
    const uint8_t *at = text.data, *end = text.size ? text.data + text.size : at;

    while (at < end) {
        uint32_t character = *at++, bytes = character < 0xE0 ? 2 : character < 0xF0 ? 3 : 4;

        if (character >= 0x80)
            for (character &= 0xFFu >> (bytes + 1); bytes > 1; bytes--)
                character = character << 6 | (*at++ & 0x3F);
        if (character >= 0x10000) {
            *to++ = (uint16_t)(0xD800 + ((character - 0x10000) >> 10));
            character = 0xDC00 + (character & 0x3FF);
        }
        *to++ = (uint16_t)character;
    }
    *to = 0;
}
