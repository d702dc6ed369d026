/*
 * Which structs, unions and enums that are defined within another one the header writes before that: those
 * that others name. To C it is the same; C++ knows what stays within by the name of the outer one only.
 */
#include "ir_internal.h"

#include <string.h>

struct apart {
    const struct ir_file *file;
    const struct ir_struct *outermost; /* whose fields are looked at now; NULL: none */
};

static void see_type(const struct apart *apart, const struct ir_type *type);

static void see_fields(const struct apart *apart, const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++)
        see_type(apart, structure->fields[i].type);
}

/* Whether a struct has the definition of such a type in it, however deep. */
static bool has_within(const struct ir_struct *structure, const struct ir_type *type)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *inner = ir_defined_in(&structure->fields[i]);

        if (inner && inner->kind == type->kind && inner->structure == type->structure &&
            inner->enumeration == type->enumeration)
            return true;
        if (inner && inner->kind == IR_STRUCT && has_within(inner->structure, type))
            return true;
    }
    return false;
}

static void see_name(const struct apart *apart, const struct ir_type *type)
{
    if (type->kind != IR_STRUCT && type->kind != IR_ENUM)
        return;
    if (apart->outermost && has_within(apart->outermost, type))
        return; /* C++ finds it there */
    if (type->kind == IR_STRUCT && type->structure->is_nested && type->structure->name &&
        strcmp(type->structure->file, apart->file->path) == 0)
        type->structure->is_apart = true;
    if (type->kind == IR_ENUM && type->enumeration->is_nested && type->enumeration->name &&
        strcmp(type->enumeration->file, apart->file->path) == 0)
        ((struct ir_enum *)(uintptr_t)type->enumeration)->is_apart = true; /* of the tables' own memory */
}

static void see_type(const struct apart *apart, const struct ir_type *type)
{
    uint32_t i;

    for (; type; type = type->target) {
        for (i = 0; i < type->param_count; i++)
            see_type(apart, type->params[i].type);
        if (type->defines && type->kind == IR_STRUCT)
            see_fields(apart, type->structure);
        else if (!type->defines)
            see_name(apart, type);
    }
}

static void see_method(const struct apart *apart, const struct ir_method *method)
{
    uint32_t i;

    see_type(apart, method->result);
    for (i = 0; i < method->param_count; i++)
        see_type(apart, method->params[i].type);
    if (method->remote)
        see_method(apart, method->remote);
}

static void see_item(struct apart *apart, const struct ir_item *item)
{
    uint32_t i;

    apart->outermost = item->kind == ITEM_STRUCT ? item->structure : NULL;
    switch (item->kind) {
    case ITEM_STRUCT:
        see_fields(apart, item->structure);
        break;
    case ITEM_TYPEDEF:
        see_type(apart, item->alias->type);
        break;
    case ITEM_INTERFACE:
        for (i = item->interface->inherited_count; i < item->interface->method_count; i++)
            see_method(apart, &item->interface->methods[i]);
        break;
    case ITEM_VARIABLE:
        see_type(apart, item->variable->type);
        break;
    default:
        break;
    }
}

void ir_mark_apart(const struct ir_file *file)
{
    struct apart apart = {.file = file};
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        see_item(&apart, &file->items[i]);
}
