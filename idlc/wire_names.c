/*
 * Names that a .proto has beside each other and that differ in case only, or in underscores: protoc refuses
 * such fields, because their names in JSON are the same, and languages that make names of their own make one
 * of two.
 */
#include "names.h"
#include "wire.h"

#include <ctype.h>

struct names_seen {
    struct diagnostics *diagnostics;
    struct name_table table; /* folded name: struct seen */
};

struct seen {
    const char *name;
    struct span span;
    bool was_told; /* is in another message too, with which it was reported */
};

/* Without case, and without the underscores that lowerCamelCase drops. */
static const char *folded(struct arena *arena, const char *name, bool drops_underscores)
{
    char *copy = arena_copy(arena, name, strlen(name)), *to = copy;
    const char *from;

    for (from = copy; *from; from++)
        if (*from != '_' || !drops_underscores)
            *to++ = (char)tolower((unsigned char)*from);
    *to = '\0';
    return copy;
}

static void see(struct names_seen *names, struct seen name, bool is_field)
{
    const char *key = folded(names->table.arena, name.name, is_field);
    const struct seen *earlier = names_find(&names->table, key);
    struct seen *seen;

    if (earlier && !(earlier->was_told && name.was_told)) {
        diagnose_warning(
            names->diagnostics, WARNING_PROTO_NAMES, name.span,
            is_field ? "in the .proto the fields '%s' and '%s' have one name in JSON, which protoc refuses"
                     : "in the .proto '%s' and '%s' differ in case only",
            name.name, earlier->name);
        diagnose_note(names->diagnostics, earlier->span, "'%s' is here", earlier->name);
    }
    if (earlier)
        return;
    seen = arena_alloc(names->table.arena, sizeof(*seen));
    *seen = name;
    names_set(&names->table, key, seen);
}

/* Names in one direction are in one message. */
static void see_params(struct diagnostics *diagnostics, struct arena *arena, const struct ir_method *method,
                       bool is_reply)
{
    struct names_seen fields = {.diagnostics = diagnostics};
    uint32_t i;

    names_init(&fields.table, arena);
    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];

        if (is_reply ? param->is_out : param->is_in && !param->is_rebuilt)
            see(&fields, (struct seen){param->name, param->span, is_reply && param->is_in}, true);
    }
}

static void see_interface(struct names_seen *messages, const struct ir_interface *interface)
{
    struct arena *arena = messages->table.arena;
    uint32_t i;

    if (interface->is_local)
        return;
    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        if (!method)
            continue;
        see(messages,
            (struct seen){arena_format(arena, "%s_%s_Request", interface->name, method->name), method->span,
                          false},
            false);
        if (i < interface->inherited_count)
            continue; /* reported with the base */
        see_params(messages->diagnostics, arena, method, false);
        see_params(messages->diagnostics, arena, method, true);
    }
}

static void see_enum(struct names_seen *messages, const struct ir_enum *enumeration)
{
    uint32_t i;

    if (enumeration->is_opaque || !enumeration->name)
        return;
    see(messages, (struct seen){enumeration->name, enumeration->span, false}, false);
    for (i = 0; i < enumeration->enumerator_count; i++)
        see(messages,
            (struct seen){enumeration->enumerators[i].name, enumeration->enumerators[i].span, false}, false);
}

static void see_struct(struct names_seen *messages, const struct ir_struct *structure)
{
    struct names_seen fields = {.diagnostics = messages->diagnostics};
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *inner = ir_defined_in(&structure->fields[i]);

        if (inner && inner->kind == IR_STRUCT)
            see_struct(messages, inner->structure);
        else if (inner)
            see_enum(messages, inner->enumeration);
    }
    if (structure->state != WIRE_GOOD || !structure->name)
        return;
    see(messages, (struct seen){structure->name, structure->span, false}, false);
    names_init(&fields.table, messages->table.arena);
    for (i = 0; i < structure->field_count; i++)
        if (structure->fields[i].name)
            see(&fields, (struct seen){structure->fields[i].name, structure->fields[i].span, false}, true);
}

void wire_check_names(struct arena *arena, struct diagnostics *diagnostics, const struct ir_file *file)
{
    struct names_seen messages = {.diagnostics = diagnostics};
    uint32_t i;

    names_init(&messages.table, arena);
    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_INTERFACE)
            see_interface(&messages, item->interface);
        else if (item->kind == ITEM_STRUCT)
            see_struct(&messages, item->structure);
        else if (item->kind == ITEM_ENUM)
            see_enum(&messages, item->enumeration);
    }
}
