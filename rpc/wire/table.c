/* Numbers and members of tables. */
#include <wire_table.h>

enum {
    ONE = 0 << WIRE_KIND_LOG,
    TWO = 1 << WIRE_KIND_LOG,
    FOUR = 2 << WIRE_KIND_LOG,
    EIGHT = 3 << WIRE_KIND_LOG,
    POINTER = sizeof(void *) == 8 ? EIGHT : FOUR | WIRE_KIND_NARROW,
};

const uint16_t wire_table_kinds[WIRE_KIND_COUNT] = {
    [WIRE_KIND_CHAR] = WIRE_VARINT | ONE | WIRE_KIND_NARROW,
    [WIRE_KIND_INT8] =
        WIRE_VARINT | ONE | WIRE_KIND_SIGNED | WIRE_KIND_CUT | WIRE_KIND_NARROW | WIRE_KIND_ZIGZAG,
    [WIRE_KIND_UINT8] = WIRE_VARINT | ONE | WIRE_KIND_NARROW,
    [WIRE_KIND_INT16] =
        WIRE_VARINT | TWO | WIRE_KIND_SIGNED | WIRE_KIND_CUT | WIRE_KIND_NARROW | WIRE_KIND_ZIGZAG,
    [WIRE_KIND_UINT16] = WIRE_VARINT | TWO | WIRE_KIND_NARROW,
    [WIRE_KIND_INT32] = WIRE_VARINT | FOUR | WIRE_KIND_SIGNED | WIRE_KIND_CUT | WIRE_KIND_ZIGZAG,
    [WIRE_KIND_UINT32] = WIRE_VARINT | FOUR | WIRE_KIND_CUT,
    [WIRE_KIND_INT64] = WIRE_VARINT | EIGHT | WIRE_KIND_SIGNED | WIRE_KIND_ZIGZAG,
    [WIRE_KIND_UINT64] = WIRE_VARINT | EIGHT,
    [WIRE_KIND_SIZE] = WIRE_VARINT | POINTER,
    [WIRE_KIND_OFFSET] = WIRE_VARINT | POINTER | WIRE_KIND_SIGNED | WIRE_KIND_ZIGZAG,
    [WIRE_KIND_FLOAT] = WIRE_FIXED32 | FOUR,
    [WIRE_KIND_DOUBLE] = WIRE_FIXED64 | EIGHT,
    [WIRE_KIND_BOOLEAN] = WIRE_VARINT | ONE | WIRE_KIND_TRUTH,
    [WIRE_KIND_BOOL] = WIRE_VARINT | ONE | WIRE_KIND_TRUTH,
    [WIRE_KIND_HRESULT] = WIRE_FIXED32 | FOUR | WIRE_KIND_SIGNED,
    [WIRE_KIND_ENUM] = WIRE_VARINT | FOUR | WIRE_KIND_SIGNED | WIRE_KIND_CUT, /* extended, not zigzag */
    [WIRE_KIND_CLOSED] = WIRE_VARINT | FOUR | WIRE_KIND_SIGNED | WIRE_KIND_CUT,
    [WIRE_KIND_GUID] = WIRE_BYTES,
    [WIRE_KIND_RECORD] = WIRE_BYTES,
    [WIRE_KIND_TEXT] = WIRE_BYTES,
    [WIRE_KIND_BYTES] = WIRE_BYTES,
    [WIRE_KIND_ARRAY] = WIRE_KIND_TYPE,
    [WIRE_KIND_INTERFACE] = WIRE_VARINT,
};

uint64_t wire_table_load(uint32_t kind, const void *at)
{
    bool is_signed = (wire_table_kinds[kind] & WIRE_KIND_SIGNED) != 0;
    uint64_t value;
    uint32_t word;
    uint16_t half;

    switch (wire_table_bytes(kind)) {
    case 1:
        word = *(const uint8_t *)at;
        return is_signed ? (uint64_t)(int8_t)word : word;
    case 2:
        memcpy(&half, at, sizeof(half));
        return is_signed ? (uint64_t)(int16_t)half : half;
    case 4:
        memcpy(&word, at, sizeof(word));
        return is_signed ? (uint64_t)(int32_t)word : word;
    default:
        memcpy(&value, at, sizeof(value));
        return value;
    }
}

void wire_table_store(uint32_t kind, void *at, uint64_t value)
{
    uint32_t word = (uint32_t)value;
    uint16_t half = (uint16_t)value;

    switch (wire_table_bytes(kind)) {
    case 1:
        *(uint8_t *)at = (uint8_t)value;
        break;
    case 2:
        memcpy(at, &half, sizeof(half));
        break;
    case 4:
        memcpy(at, &word, sizeof(word));
        break;
    default:
        memcpy(at, &value, sizeof(value));
    }
}

uint32_t wire_table_bound(uint32_t kind)
{
    if (wire_table_type(kind) != WIRE_VARINT)
        return wire_table_bytes(kind);
    if (wire_table_kinds[kind] & WIRE_KIND_TRUTH)
        return 1;
    return wire_table_bytes(kind) == 8 || kind >= WIRE_KIND_SIZE ? WIRE_VARINT64_MAX : WIRE_VARINT32_MAX;
}

bool wire_table_is_listed(const int32_t *values, uint64_t value)
{
    int32_t i;

    for (i = 1; i <= values[0]; i++)
        if ((uint64_t)values[i] == value)
            return true;
    return false;
}

bool wire_table_is_good(const struct wire_member *member, uint64_t value)
{
    const struct wire_range *range = member->range;

    if (member->kind >= WIRE_KIND_NUMBERS || !member->more)
        return true;
    if (member->kind == WIRE_KIND_CLOSED)
        return wire_table_is_listed(member->values, value);
    if (wire_table_kinds[member->kind] & WIRE_KIND_SIGNED)
        return (int64_t)value >= range->min && (int64_t)value <= (int64_t)range->max;
    return value >= (uint64_t)range->min && value <= range->max;
}

uint8_t *wire_table_put_number(uint8_t *at, uint32_t kind, uint64_t value)
{
    uint32_t bits = wire_table_kinds[kind];

    if ((bits & WIRE_KIND_TYPE) != WIRE_VARINT) {
        wire_store_fixed32(at, (uint32_t)value);
        if ((bits & WIRE_KIND_TYPE) == WIRE_FIXED64)
            wire_store_fixed32(at + 4, (uint32_t)(value >> 32));
        return at + wire_table_bytes(kind);
    }
    if (bits & WIRE_KIND_ZIGZAG)
        value = wire_zigzag64((int64_t)value);
    else if (bits & WIRE_KIND_TRUTH)
        value = value != 0;
    return wire_store_varint64(at, value);
}

uint8_t *wire_table_put_field(uint8_t *at, uint32_t field, uint32_t kind, const void *from)
{
    uint32_t word;

    at = wire_store_varint32(at, WIRE_TAG(field, wire_table_type(kind)));
    if (kind == WIRE_KIND_INT32 ||
        kind == WIRE_KIND_UINT32) { /* most, on machines for which 64 bits are many */
        memcpy(&word, from, sizeof(word));
        return wire_store_varint32(at, kind == WIRE_KIND_INT32 ? wire_zigzag32((int32_t)word) : word);
    }
    return wire_table_put_number(at, kind, wire_table_load(kind, from));
}

/* As it is in memory, extended; what does not fit is not cut here. */
static uint64_t decode(struct wire_reader *reader, uint32_t bits)
{
    uint64_t value;

    switch (bits & WIRE_KIND_TYPE) {
    case WIRE_FIXED32:
        value = wire_get_fixed32(reader);
        break;
    case WIRE_FIXED64:
        return wire_get_fixed64(reader);
    default:
        value = wire_get_varint64(reader);
        if (bits & WIRE_KIND_CUT)
            value = (uint32_t)value;
        if (bits & WIRE_KIND_ZIGZAG)
            return value >> 1 ^ (0 - (value & 1));
        if (bits & WIRE_KIND_TRUTH)
            return value != 0;
    }
    return bits & WIRE_KIND_SIGNED ? (uint64_t)(int32_t)value : value;
}

void wire_table_get_number(struct wire_reader *reader, uint32_t kind, const int32_t *values, void *to)
{
    uint64_t value;
    uint32_t word;

    if (kind == WIRE_KIND_INT32 || kind == WIRE_KIND_UINT32) {
        word = wire_get_uint32(reader);
        word = kind == WIRE_KIND_INT32 ? word >> 1 ^ (0 - (word & 1)) : word;
        memcpy(to, &word, sizeof(word));
        return;
    }
    value = decode(reader, wire_table_kinds[kind]);
    wire_table_store(kind, to, value);
    if (wire_table_kinds[kind] & WIRE_KIND_NARROW)
        wire_require(reader, wire_table_load(kind, to) == value);
    if (kind == WIRE_KIND_CLOSED)
        wire_require(reader, wire_table_is_listed(values, value));
}

const struct wire_member *wire_table_member(const struct wire_member *members, uint32_t count,
                                            uint32_t number)
{
    uint32_t i = number - 1;

    if (i < count && members[i].number == number) /* usually */
        return &members[i];
    for (i = 0; i < count; i++)
        if (members[i].number == number)
            return &members[i];
    return NULL;
}
