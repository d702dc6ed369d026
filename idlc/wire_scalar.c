/* Types that have one value, and what a size counts. */
#include "wire_internal.h"

static const struct wire_scalar SCALARS[BASE_COUNT] = {
    [BASE_CHAR] = {"uint32", "char", "WIRE_VARINT", "uint32", 5},
    [BASE_INT8] = {"sint32", "sint8", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT8] = {"uint32", "uint8", "WIRE_VARINT", "uint32", 5},
    [BASE_INT16] = {"sint32", "sint16", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT16] = {"uint32", "uint16", "WIRE_VARINT", "uint32", 5},
    [BASE_WCHAR] = {"uint32", "uint16", "WIRE_VARINT", "uint32", 5},
    [BASE_INT32] = {"sint32", "sint32", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT32] = {"uint32", "uint32", "WIRE_VARINT", "uint32", 5},
    [BASE_INT64] = {"sint64", "sint64", "WIRE_VARINT", "sint64", 10},
    [BASE_UINT64] = {"uint64", "uint64", "WIRE_VARINT", "uint64", 10},
    [BASE_SIZE] = {"uint64", "size", "WIRE_VARINT", "uint64", 10},
    [BASE_OFFSET] = {"sint64", "offset", "WIRE_VARINT", "sint64", 10},
    [BASE_FLOAT] = {"float", "float", "WIRE_FIXED32", "float", 4},
    [BASE_DOUBLE] = {"double", "double", "WIRE_FIXED64", "double", 8},
    [BASE_BOOLEAN] = {"bool", "bool", "WIRE_VARINT", "bool", 1},
    [BASE_BOOL] = {"bool", "bool", "WIRE_VARINT", "bool", 1},
    [BASE_HRESULT] = {"sfixed32", "sfixed32", "WIRE_FIXED32", "sfixed32", 4},
};

static const struct wire_scalar ENUM_SCALAR = {"enum", "enum", "WIRE_VARINT", NULL, 10};

/* [fixed] */
static const struct wire_scalar FIXED_SCALARS[BASE_COUNT] = {
    [BASE_INT32] = {"sfixed32", "sfixed32", "WIRE_FIXED32", "sfixed32", 4},
    [BASE_UINT32] = {"sfixed32", "fixed32", "WIRE_FIXED32", "fixed32", 4},
    [BASE_INT64] = {"sfixed64", "sfixed64", "WIRE_FIXED64", "sfixed64", 8},
    [BASE_UINT64] = {"sfixed64", "fixed64", "WIRE_FIXED64", "fixed64", 8},
};

const struct wire_scalar *wire_scalar_of(const struct ir_type *type)
{
    if (type->kind == IR_BASE && type->is_fixed)
        return &FIXED_SCALARS[type->base];

    if (type->kind == IR_ENUM)
        return &ENUM_SCALAR;
    return type->kind == IR_BASE && SCALARS[type->base].put ? &SCALARS[type->base] : NULL;
}

bool wire_refuses_zero(const struct ir_type *type)
{
    uint32_t i;

    if (type->kind != IR_ENUM || !type->enumeration->is_closed)
        return false;
    for (i = 0; i < type->enumeration->enumerator_count; i++)
        if (type->enumeration->enumerators[i].value == 0)
            return false;
    return true;
}

bool wire_is_byte(const struct ir_type *type)
{
    return type->kind == IR_BASE && (type->base == BASE_CHAR || type->base == BASE_INT8 ||
                                     type->base == BASE_UINT8 || type->base == BASE_VOID);
}

bool wire_is_base(const struct ir_type *type, enum base_type base)
{
    return type->kind == IR_BASE && type->base == base;
}

bool wire_is_wide(const struct ir_type *type)
{
    return wire_is_base(type, BASE_WCHAR);
}

bool wire_is_character(const struct ir_type *type)
{
    return wire_is_base(type, BASE_CHAR) || wire_is_wide(type);
}

bool wire_counts(const struct ir_size *size, uint32_t index)
{
    return (size->kind == IR_SIZE_PARAM || size->kind == IR_SIZE_POINTED) && size->param == index;
}

bool wire_uses(const struct ir_size *size, uint32_t index)
{
    uint32_t i;

    for (i = 0; size->kind == IR_SIZE_COMPUTED && i < size->term_count; i++)
        if (size->terms[i].kind == TERM_PARAM && size->terms[i].value == index)
            return true;
    return wire_counts(size, index);
}

const struct ir_size *wire_length_of(const struct ir_param *param)
{
    return param->length.kind == IR_SIZE_NONE ? &param->size : &param->length;
}
