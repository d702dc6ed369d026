/* Numbers and members of tables. */
#include <wire_table.h>

/* How a number travels. */
enum { PLAIN, ZIGZAG, FIXED, TRUTH };

/* Bits of a row of NUMBERS. */
enum {
    LOG_BYTES = 3, /* in memory: 1, 2, 4 or 8 */
    SIGNED = 4,
    CUT = 8,      /* a longer varint is cut to 32 bits, as every protobuf reader does */
    ENCODING = 4, /* shift */
    LOG_POINTER = sizeof(void *) == 8 ? 3 : 2,
};

static const uint8_t NUMBERS[WIRE_KIND_NUMBERS] = {
    [WIRE_KIND_CHAR] = 0 | PLAIN << ENCODING,
    [WIRE_KIND_INT8] = 0 | SIGNED | CUT | ZIGZAG << ENCODING,
    [WIRE_KIND_UINT8] = 0 | PLAIN << ENCODING,
    [WIRE_KIND_INT16] = 1 | SIGNED | CUT | ZIGZAG << ENCODING,
    [WIRE_KIND_UINT16] = 1 | PLAIN << ENCODING,
    [WIRE_KIND_INT32] = 2 | SIGNED | CUT | ZIGZAG << ENCODING,
    [WIRE_KIND_UINT32] = 2 | CUT | PLAIN << ENCODING,
    [WIRE_KIND_INT64] = 3 | SIGNED | ZIGZAG << ENCODING,
    [WIRE_KIND_UINT64] = 3 | PLAIN << ENCODING,
    [WIRE_KIND_SIZE] = LOG_POINTER | PLAIN << ENCODING,
    [WIRE_KIND_OFFSET] = LOG_POINTER | SIGNED | ZIGZAG << ENCODING,
    [WIRE_KIND_FLOAT] = 2 | FIXED << ENCODING,
    [WIRE_KIND_DOUBLE] = 3 | FIXED << ENCODING,
    [WIRE_KIND_BOOLEAN] = 0 | TRUTH << ENCODING,
    [WIRE_KIND_BOOL] = 2 | TRUTH << ENCODING,
    [WIRE_KIND_HRESULT] = 2 | SIGNED | FIXED << ENCODING,
    [WIRE_KIND_ENUM] = 2 | SIGNED | CUT | PLAIN << ENCODING, /* sign-extended, not zigzag */
    [WIRE_KIND_CLOSED] = 2 | SIGNED | CUT | PLAIN << ENCODING,
};

static uint32_t log_bytes(uint32_t kind)
{
    return NUMBERS[kind] & LOG_BYTES;
}

static uint32_t encoding(uint32_t kind)
{
    return NUMBERS[kind] >> ENCODING;
}

uint32_t wire_table_bytes(uint32_t kind)
{
    return 1u << log_bytes(kind);
}

bool wire_table_is_signed(uint32_t kind)
{
    return (NUMBERS[kind] & SIGNED) != 0;
}

uint64_t wire_table_load(uint32_t kind, const void *at)
{
    bool is_signed = wire_table_is_signed(kind);
    uint64_t value;
    uint32_t word;
    uint16_t half;

    switch (log_bytes(kind)) {
    case 0:
        word = *(const uint8_t *)at;
        return is_signed ? (uint64_t)(int8_t)word : word;
    case 1:
        memcpy(&half, at, sizeof(half));
        return is_signed ? (uint64_t)(int16_t)half : half;
    case 2:
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

    switch (log_bytes(kind)) {
    case 0:
        *(uint8_t *)at = (uint8_t)value;
        break;
    case 1:
        memcpy(at, &half, sizeof(half));
        break;
    case 2:
        memcpy(at, &word, sizeof(word));
        break;
    default:
        memcpy(at, &value, sizeof(value));
    }
}

uint32_t wire_table_bound(uint32_t kind)
{
    switch (encoding(kind)) {
    case FIXED:
        return wire_table_bytes(kind);
    case TRUTH:
        return 1;
    default:
        return log_bytes(kind) == 3 || kind >= WIRE_KIND_SIZE ? WIRE_VARINT64_MAX : WIRE_VARINT32_MAX;
    }
}

enum wire_type wire_table_type(uint32_t kind)
{
    if (kind >= WIRE_KIND_NUMBERS)
        return kind == WIRE_KIND_INTERFACE ? WIRE_VARINT : WIRE_BYTES;
    if (encoding(kind) != FIXED)
        return WIRE_VARINT;
    return log_bytes(kind) == 3 ? WIRE_FIXED64 : WIRE_FIXED32;
}

bool wire_table_in_range(uint32_t kind, const struct wire_range *range, uint64_t value)
{
    if (!range)
        return true;
    if (wire_table_is_signed(kind))
        return (int64_t)value >= range->min && (int64_t)value <= (int64_t)range->max;
    return value <= range->max && (range->min <= 0 || value >= (uint64_t)range->min);
}

bool wire_table_is_listed(const int32_t *values, uint64_t value)
{
    int32_t i;

    for (i = 1; i <= values[0]; i++)
        if ((uint64_t)values[i] == value)
            return true;
    return false;
}

uint8_t *wire_table_put_number(uint8_t *at, uint32_t kind, uint64_t value)
{
    switch (encoding(kind)) {
    case PLAIN:
        return wire_store_varint64(at, value);
    case ZIGZAG:
        return wire_store_varint64(at, wire_zigzag64((int64_t)value));
    case TRUTH:
        *at = value != 0;
        return at + 1;
    default:
        wire_store_fixed32(at, (uint32_t)value);
        if (log_bytes(kind) == 3)
            wire_store_fixed32(at + 4, (uint32_t)(value >> 32));
        return at + wire_table_bytes(kind);
    }
}

/* As it is in memory, extended; what does not fit is not cut here. */
static uint64_t decode(struct wire_reader *reader, uint32_t kind)
{
    uint64_t value;

    if (encoding(kind) == FIXED) {
        value = log_bytes(kind) == 3 ? wire_get_fixed64(reader) : wire_get_fixed32(reader);
        return wire_table_is_signed(kind) ? (uint64_t)(int32_t)value : value;
    }
    value = wire_get_varint64(reader);
    if (encoding(kind) == TRUTH)
        return value != 0;
    if (NUMBERS[kind] & CUT)
        value = (uint32_t)value;
    if (encoding(kind) == ZIGZAG)
        return value >> 1 ^ (0 - (value & 1));
    return wire_table_is_signed(kind) ? (uint64_t)(int32_t)value : value; /* an enum */
}

void wire_table_get_number(struct wire_reader *reader, uint32_t kind, const int32_t *values, void *to)
{
    uint64_t value = decode(reader, kind);

    wire_table_store(kind, to, value);
    wire_require(reader, wire_table_load(kind, to) == value);
    if (kind == WIRE_KIND_CLOSED)
        wire_require(reader, wire_table_is_listed(values, value));
}

/* ---- members ---- */

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

bool wire_table_matches(const struct wire_member *member, uint32_t tag)
{
    uint32_t kind = member->kind;

    if (kind == WIRE_KIND_ARRAY) {
        if ((tag & 7) == WIRE_BYTES)
            return true;
        kind = member->array->kind;
    }
    return (tag & 7) == wire_table_type(kind);
}
