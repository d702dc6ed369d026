#include "owned.h"

/* Deep enough for any struct that people write; those that are deeper have a pointer before. */
#define DEPTH_MAX 32

static bool holds_memory(const struct ir_struct *structure, uint32_t depth)
{
    uint32_t i;

    for (i = 0; i < structure->field_count && depth < DEPTH_MAX; i++) {
        const struct ir_type *type = structure->fields[i].type;

        while (type->kind == IR_ARRAY)
            type = type->target;
        if (type->kind == IR_POINTER || (type->kind == IR_STRUCT && holds_memory(type->structure, depth + 1)))
            return true;
    }
    return false;
}

static void add(struct owned *owned, const struct ir_param *param, uint32_t limit)
{
    const struct ir_type *type = param->type;
    uint32_t i;

    while (type->kind == IR_POINTER || type->kind == IR_ARRAY)
        type = type->target;
    if (!param->is_out || type->kind != IR_STRUCT || !type->structure->name || type->structure->is_union ||
        type->structure->is_opaque || !holds_memory(type->structure, 0))
        return;
    for (i = 0; i < owned->count; i++)
        if (owned->structs[i] == type->structure)
            return;
    if (owned->count < limit)
        owned->structs[owned->count++] = type->structure;
}

static bool is_remote(const struct ir_interface *interface, const struct ir_method *method)
{
    return !interface->is_local && interface->has_uuid && !interface->is_dispinterface && !method->is_local;
}

struct owned owned_structs(struct arena *arena, const struct ir_file *file)
{
    struct owned owned = {NULL, 0};
    uint32_t i, m, p, limit = 0;
    bool counts;

    /* Once to count how many there may be. */
    for (counts = true;; counts = false) {
        for (i = 0; i < file->item_count; i++) {
            const struct ir_interface *interface = file->items[i].interface;

            if (file->items[i].kind != ITEM_INTERFACE)
                continue;
            for (m = interface->inherited_count; m < interface->method_count; m++)
                for (p = 0;
                     p < interface->methods[m].param_count && is_remote(interface, &interface->methods[m]);
                     p++)
                    if (counts)
                        limit++;
                    else
                        add(&owned, &interface->methods[m].params[p], limit);
        }
        if (!counts)
            return owned;
        owned.structs = arena_alloc(arena, (limit + 1) * sizeof(*owned.structs));
    }
}
