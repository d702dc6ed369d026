#include "layout.h"

#define LAYOUT_DEPTH_MAX 50

static bool measure(const struct ast_type *type, uint32_t depth, uint64_t *out_size, uint64_t *out_alignment);

static uint64_t round_up(uint64_t value, uint64_t alignment)
{
    return (value + alignment - 1) / alignment * alignment;
}

static bool measure_declaration(const struct ast_declaration *declaration, uint32_t depth, uint64_t *out_size,
                                uint64_t *out_alignment)
{
    const struct ast_member *field;
    uint64_t size = 0, alignment = 1;

    if (!declaration || !declaration->definition || declaration->definition->is_forward)
        return false;
    declaration = declaration->definition;
    for (field = declaration->fields; field; field = field->next) {
        uint64_t field_size, field_alignment;

        if (!field->type)
            continue;
        if (!measure(field->type, depth + 1, &field_size, &field_alignment))
            return false;
        if (declaration->kind == DECLARATION_UNION)
            size = field_size > size ? field_size : size;
        else
            size = round_up(size, field_alignment) + field_size;
        alignment = field_alignment > alignment ? field_alignment : alignment;
    }
    *out_size = round_up(size, alignment);
    *out_alignment = alignment;
    return true;
}

static bool measure(const struct ast_type *type, uint32_t depth, uint64_t *out_size, uint64_t *out_alignment)
{
    if (!type || depth > LAYOUT_DEPTH_MAX)
        return false;
    switch (type->kind) {
    case AST_TYPE_BASE:
        *out_size = base_types[type->base].size;
        *out_alignment = type->base == BASE_GUID ? 4 : *out_size;
        return *out_size > 0;
    case AST_TYPE_POINTER:
    case AST_TYPE_SAFEARRAY:
        *out_size = *out_alignment = 8;
        return true;
    case AST_TYPE_ARRAY:
        if (!measure(type->target, depth + 1, out_size, out_alignment) || *out_size > UINT32_MAX)
            return false;
        *out_size *= type->count;
        return true;
    case AST_TYPE_NAME:
        if (!type->declaration || type->declaration->kind != DECLARATION_TYPEDEF)
            return false;
        return measure(type->declaration->type, depth + 1, out_size, out_alignment);
    case AST_TYPE_TAGGED:
        if (type->tag == AST_TAG_ENUM) {
            *out_size = *out_alignment = 4;
            return true;
        }
        return measure_declaration(type->declaration, depth, out_size, out_alignment);
    case AST_TYPE_FUNCTION:
        break;
    }
    return false;
}

bool layout_of(const struct ast_type *type, uint64_t *out_size, uint64_t *out_alignment)
{
    return measure(type, 0, out_size, out_alignment);
}
