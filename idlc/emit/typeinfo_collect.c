/* What a message has to name: the interfaces, structs and enums that an interface leads to. */
#include "typeinfo_internal.h"

#include <string.h>

#define TYPE_INFO_ENUMS_MAX 256u

uint32_t typeinfo_find(const struct typeinfo_table *table, const void *item)
{
    uint32_t i;

    for (i = 0; i < table->count && table->items[i] != item; i++)
        ;
    return i;
}

static void typeinfo_add(struct typeinfo *info, struct typeinfo_table *table, const void *item)
{
    if (typeinfo_find(table, item) < table->count)
        return;
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
        const void **grown = arena_alloc(info->arena, capacity * sizeof(*grown));

        if (table->count)
            memcpy(grown, table->items, table->count * sizeof(*grown));
        table->items = grown;
        table->capacity = capacity;
    }
    table->items[table->count++] = item;
}

bool typeinfo_is_unknown(const struct ir_interface *interface)
{
    return !interface->base && strcmp(interface->name, "IUnknown") == 0;
}

static void collect_type(struct typeinfo *info, const struct ir_type *type)
{
    uint32_t i;

    info->has_deep |= type->is_fixed;
    if (type->kind == IR_ENUM)
        typeinfo_add(info, &info->enums, type->enumeration);
    if (type->kind == IR_INTERFACE && !typeinfo_is_unknown(type->interface))
        typeinfo_add(info, &info->interfaces, type->interface);
    if (type->kind != IR_STRUCT || typeinfo_find(&info->entered, type->structure) < info->entered.count)
        return;
    typeinfo_add(info, &info->entered, type->structure);
    for (i = 0; i < type->structure->field_count; i++)
        collect_type(info, type->structure->fields[i].value);
    typeinfo_add(info, &info->structs, type->structure);
}

static bool collect_param(struct typeinfo *info, const struct ir_param *param)
{
    if (!param->value)
        return false; /* nobody asked for its interface */
    collect_type(info, param->value);
    return param->shape == WIRE_DEEP;
}

static void collect_methods(struct typeinfo *info, const struct ir_interface *interface)
{
    uint32_t i, p;

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        for (p = 0; method && p < method->param_count; p++)
            info->has_deep |= collect_param(info, &method->params[p]);
    }
}

void typeinfo_collect(struct typeinfo *info, const struct ir_interface *interface)
{
    const struct ir_interface *base;

    for (base = interface; base && !typeinfo_is_unknown(base); base = base->base)
        typeinfo_add(info, &info->interfaces, base);
    collect_methods(info, interface);
}

void typeinfo_collect_flags(struct typeinfo *info, const struct ir_file *file)
{
    struct typeinfo named = {.arena = info->arena};
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            collect_methods(&named, file->items[i].interface);
    for (i = 0; i < file->item_count; i++) {
        const struct ir_enum *enumeration = file->items[i].enumeration;

        if (file->items[i].kind == ITEM_ENUM && enumeration->name && !enumeration->is_opaque &&
            typeinfo_find(&named.enums, enumeration) == named.enums.count &&
            info->enums.count < TYPE_INFO_ENUMS_MAX)
            typeinfo_add(info, &info->enums, enumeration);
    }
}
