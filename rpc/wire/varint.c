/* What is too long to be inline: varints of more than one byte, and fields that nobody knows. */
#include <wire.h>

/* What is behind the first `shift` bits, which are `value`. */
static struct wire_varint load_rest(uint8_t *at, const uint8_t *end, uint64_t value, uint32_t shift)
{
    struct wire_varint varint = {0, NULL};

    for (; at < end && shift < 64; shift += 7) {
        uint8_t byte = *at++;

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte >= 0x80)
            continue;
        if (shift == 63 && byte > 1)
            break;
        varint.value = value;
        varint.at = at;
        break;
    }
    return varint;
}

/* Most of those that are not inline have two or three bytes. */
struct wire_varint wire_load_varint(uint8_t *at, const uint8_t *end)
{
    struct wire_varint varint;
    uint32_t value;

    if (end - at < 3 || at[0] < 0x80)
        return load_rest(at, end, 0, 0);
    value = (at[0] & 0x7fu) | (at[1] & 0x7fu) << 7;
    if (at[1] >= 0x80) {
        value |= (at[2] & 0x7fu) << 14;
        if (at[2] >= 0x80)
            return load_rest(at + 3, end, value, 21);
        at++;
    }
    varint.value = value;
    varint.at = at + 2;
    return varint;
}

uint8_t *wire_load_nothing(uint8_t *at, uint8_t *end, uint32_t tag)
{
    uint32_t size = (tag & 7) == WIRE_FIXED64 ? 8 : 4;
    struct wire_varint varint;

    if (tag < WIRE_TAG(1, 0))
        return NULL;
    switch (tag & 7) {
    case WIRE_VARINT:
        return wire_load_varint(at, end).at;
    case WIRE_BYTES:
        varint = wire_load_varint(at, end);
        return varint.at && varint.value <= (uint64_t)(end - varint.at) ? varint.at + varint.value : NULL;
    case WIRE_FIXED32:
    case WIRE_FIXED64:
        return (size_t)(end - at) >= size ? at + size : NULL;
    default:
        return NULL;
    }
}
