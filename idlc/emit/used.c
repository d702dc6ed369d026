#include "used.h"

#include <string.h>

static void use_type(struct used *used, const struct ir_type *type, unsigned direction);

static void *grow(struct used *used, void *items, uint32_t count, size_t size)
{
    void *grown;

    if (count & (count - 1) || (count && count < 8))
        return items; /* room was made at the last power of two */
    grown = arena_alloc(used->arena, (count < 8 ? 8 : count * 2) * size);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}

static void use_enum(struct used *used, const struct ir_enum *enumeration, unsigned direction)
{
    uint32_t i;

    for (i = 0; i < used->enum_count && used->enums[i].enumeration != enumeration; i++)
        ;
    if (i == used->enum_count) {
        used->enums = grow(used, used->enums, used->enum_count, sizeof(*used->enums));
        used->enums[used->enum_count++] = (struct used_enum){enumeration, 0};
    }
    used->enums[i].directions |= direction;
}

/* Inner structs first; each is walked once in each direction. */
static void use_struct(struct used *used, const struct ir_struct *structure, unsigned direction)
{
    struct used_struct *known = NULL;
    uint32_t i;

    for (i = 0; i < used->struct_count; i++)
        if (used->structs[i].structure == structure)
            known = &used->structs[i];
    if (known && (known->directions & direction))
        return;
    if (known)
        known->directions |= direction;
    for (i = 0; i < structure->field_count; i++)
        use_type(used, structure->fields[i].value, direction);
    if (known)
        return;
    used->structs = grow(used, used->structs, used->struct_count, sizeof(*used->structs));
    used->structs[used->struct_count++] = (struct used_struct){structure, direction};
}

static void use_type(struct used *used, const struct ir_type *type, unsigned direction)
{
    if (type->kind == IR_STRUCT)
        use_struct(used, type->structure, direction);
    else if (type->kind == IR_ENUM)
        use_enum(used, type->enumeration, direction);
}

static void use_method(struct used *used, const struct ir_method *method, bool is_stub)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];

        if (param->shape == WIRE_DEEP)
            continue; /* it has tables */
        if (param->is_in)
            use_type(used, param->value, is_stub ? USED_READS : USED_WRITES);
        if (param->is_out)
            use_type(used, param->value, is_stub ? USED_WRITES : USED_READS);
    }
}

void used_by_methods(struct used *used, struct arena *arena, const struct ir_file *file, bool is_stub,
                     bool (*is_wanted)(const struct ir_method *method))
{
    uint32_t i, m;

    *used = (struct used){.arena = arena};
    for (i = 0; i < file->item_count; i++) {
        const struct ir_interface *interface = file->items[i].interface;

        if (file->items[i].kind != ITEM_INTERFACE || interface->is_local)
            continue;
        for (m = 0; m < interface->method_count; m++) {
            const struct ir_method *method = ir_travelling(&interface->methods[m]);

            if (!is_stub && method && method->is_remote_form && m < interface->inherited_count)
                continue; /* the proxy of the interface that has it makes the call */
            if (method && (!is_wanted || is_wanted(method)))
                use_method(used, method, is_stub);
        }
    }
}
