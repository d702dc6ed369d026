#include "type_info.h"

static const struct {
    const char *name;
    bool is_integer;
    bool is_signed;
    uint8_t bits;
} KINDS[KIND_COUNT] = {
    [KIND_VOID] = {"void", false, false, 0},       [KIND_CHAR] = {"char", false, false, 8},
    [KIND_INT8] = {"int8_t", true, true, 8},       [KIND_UINT8] = {"uint8_t", true, false, 8},
    [KIND_INT16] = {"int16_t", true, true, 16},    [KIND_UINT16] = {"uint16_t", true, false, 16},
    [KIND_INT32] = {"int32_t", true, true, 32},    [KIND_UINT32] = {"uint32_t", true, false, 32},
    [KIND_INT64] = {"int64_t", true, true, 64},    [KIND_UINT64] = {"uint64_t", true, false, 64},
    [KIND_SIZE] = {"size_t", true, false, 64},     [KIND_OFFSET] = {"intptr_t", true, true, 64},
    [KIND_FLOAT] = {"float", false, true, 32},     [KIND_DOUBLE] = {"double", false, true, 64},
    [KIND_BOOLEAN] = {"boolean", false, false, 8}, [KIND_BOOL] = {"bool", false, false, 8},
    [KIND_HRESULT] = {"HRESULT", false, true, 32}, [KIND_GUID] = {"GUID", false, false, 0},
    [KIND_WCHAR] = {"wchar_t", true, false, 16},
};

const char *type_kind_name(enum type_kind kind)
{
    return KINDS[kind].name;
}

bool type_kind_is_integer(enum type_kind kind)
{
    return KINDS[kind].is_integer;
}

bool type_kind_is_signed(enum type_kind kind)
{
    return KINDS[kind].is_signed;
}

int64_t type_kind_min(enum type_kind kind)
{
    if (!KINDS[kind].is_signed)
        return 0;
    return KINDS[kind].bits == 64 ? INT64_MIN : -((int64_t)1 << (KINDS[kind].bits - 1));
}

uint64_t type_kind_max(enum type_kind kind)
{
    unsigned bits = KINDS[kind].bits - (KINDS[kind].is_signed ? 1u : 0u);

    return bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
}

size_t type_kind_bytes(enum type_kind kind)
{
    if (kind == KIND_GUID)
        return sizeof(GUID);
    if (kind == KIND_ENUM)
        return sizeof(int32_t);
    return KINDS[kind].bits ? KINDS[kind].bits / 8u : sizeof(uint64_t); /* a pointer of any host */
}

size_t type_text_length(const struct type_member *member, const char *text, size_t size_bytes)
{
    size_t i, units = 0;

    if (member->kind != KIND_WCHAR)
        return size_bytes;
    for (i = 0; i < size_bytes; i++) /* a character of four bytes is two of 16 bits */
        units += ((unsigned char)text[i] & 0xC0) != 0x80 ? 1u + ((unsigned char)text[i] >= 0xF0) : 0u;
    return units;
}

const char *type_enum_name(const struct type_enum *enumeration, int32_t value)
{
    uint32_t i;

    for (i = 0; i < enumeration->count; i++)
        if (enumeration->enumerators[i].value == value)
            return enumeration->enumerators[i].name;
    return NULL;
}

bool type_refuses_zero(const struct type_member *member)
{
    return member->kind == KIND_ENUM && member->enumeration->is_closed &&
           !type_enum_name(member->enumeration, 0);
}

const struct type_size *type_length_of(const struct type_member *member)
{
    return member->length.kind == SIZE_NONE ? &member->size : &member->length;
}

int32_t type_arm(const struct type_struct *structure, int64_t value)
{
    uint32_t i;

    for (i = 0; i < structure->case_count; i++)
        if (structure->cases[i].value == value)
            return structure->cases[i].arm;
    return structure->other;
}

bool type_is_pointer(const struct type_member *field)
{
    return field->is_indirect || ((type_is_list(field) || field->shape == SHAPE_BYTES) && !field->count);
}

bool type_is_ref(const struct type_member *field)
{
    return field->shape == SHAPE_VALUE && field->kind == KIND_STRUCT && field->is_indirect &&
           !field->is_unique;
}

bool type_is_list(const struct type_member *member)
{
    return member->shape == SHAPE_ARRAY || member->shape == SHAPE_TEXTS;
}
