#include "owned.h"

/* Structs that were looked into: each is once, however often others have it. */
struct seen {
    const struct ir_struct *structure;
    struct seen *next;
};

/* @return false also of one that was seen before: had that memory, nobody would ask any more */
static bool holds_memory(struct arena *arena, struct seen **first, const struct ir_struct *structure)
{
    struct seen *seen;
    uint32_t i;

    for (seen = *first; seen; seen = seen->next)
        if (seen->structure == structure)
            return false;
    seen = arena_alloc(arena, sizeof(*seen));
    *seen = (struct seen){.structure = structure, .next = *first};
    *first = seen;
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *type = structure->fields[i].type;

        while (type->kind == IR_ARRAY)
            type = type->target;
        if (type->kind == IR_POINTER ||
            (type->kind == IR_STRUCT && holds_memory(arena, first, type->structure)))
            return true;
    }
    return false;
}

static void add(struct arena *arena, struct owned *owned, const struct ir_param *param, uint32_t limit)
{
    const struct ir_type *type = param->type;
    struct seen *seen = NULL;
    uint32_t i;

    while (type->kind == IR_POINTER || type->kind == IR_ARRAY)
        type = type->target;
    if (!param->is_out || type->kind != IR_STRUCT || !type->structure->name || type->structure->is_union ||
        type->structure->is_opaque || !holds_memory(arena, &seen, type->structure))
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
                        add(arena, &owned, &interface->methods[m].params[p], limit);
        }
        if (!counts)
            return owned;
        owned.structs = arena_alloc(arena, (limit + 1) * sizeof(*owned.structs));
    }
}
