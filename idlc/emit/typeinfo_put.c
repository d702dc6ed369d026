/* The parts of a message of type information. */
#include "typeinfo_internal.h"

#include <string.h>

const uint8_t typeinfo_kinds[BASE_COUNT] = {
    [BASE_VOID] = 1,     [BASE_CHAR] = 2,   [BASE_WCHAR] = 22,   [BASE_INT8] = 3,   [BASE_UINT8] = 4,
    [BASE_INT16] = 5,    [BASE_UINT16] = 6, [BASE_INT32] = 7,    [BASE_UINT32] = 8, [BASE_INT64] = 9,
    [BASE_UINT64] = 10,  [BASE_SIZE] = 11,  [BASE_OFFSET] = 12,  [BASE_FLOAT] = 13, [BASE_DOUBLE] = 14,
    [BASE_BOOLEAN] = 15, [BASE_BOOL] = 16,  [BASE_HRESULT] = 17, [BASE_GUID] = 18,
};

void typeinfo_put_varint(struct text *out, uint64_t value)
{
    char bytes[10];
    size_t count = 0;

    do {
        bytes[count] = (char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
    } while (bytes[count++] & 0x80);
    text_add(out, bytes, count);
}

static void typeinfo_put_key(struct text *out, uint32_t field, uint32_t type)
{
    typeinfo_put_varint(out, field << 3 | type);
}

void typeinfo_put_number(struct text *out, uint32_t field, uint64_t value)
{
    if (!value)
        return;
    typeinfo_put_key(out, field, 0);
    typeinfo_put_varint(out, value);
}

uint64_t typeinfo_zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

void typeinfo_put_bytes(struct text *out, uint32_t field, const char *bytes, size_t length)
{
    typeinfo_put_key(out, field, 2);
    typeinfo_put_varint(out, length);
    text_add(out, bytes, length);
}

void typeinfo_put_string(struct text *out, uint32_t field, const char *string)
{
    if (string && *string)
        typeinfo_put_bytes(out, field, string, strlen(string));
}

void typeinfo_put_message(struct text *out, uint32_t field, const struct text *message)
{
    typeinfo_put_bytes(out, field, message->bytes, message->length);
}

void typeinfo_put_double(struct text *out, uint32_t field, double value)
{
    char bytes[8];
    uint64_t bits;
    uint32_t i;

    memcpy(&bits, &value, sizeof(bits));
    if (!bits)
        return;
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(bits >> (8 * i));
    typeinfo_put_key(out, field, 1);
    text_add(out, bytes, sizeof(bytes));
}

void typeinfo_put_doc(const struct typeinfo *info, struct text *out, const char *doc)
{
    if (info->with_docs)
        typeinfo_put_string(out, DOC, doc);
}
