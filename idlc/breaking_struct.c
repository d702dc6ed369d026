/* Structs: what travels is by number, what lies in memory by position. */
#include "breaking.h"

#include <string.h>

static bool travels(const struct ir_struct *structure)
{
    return structure->state == WIRE_GOOD;
}

static const struct ir_field *find_by_name(const struct ir_struct *structure, const char *name)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++)
        if (strcmp(structure->fields[i].name, name) == 0)
            return &structure->fields[i];
    return NULL;
}

/* The number of a field: on the wire, or its position in one that stays in its process. */
static uint32_t number_of(const struct ir_struct *structure, const struct ir_field *field)
{
    return field->number ? field->number : (uint32_t)(field - structure->fields) + 1;
}

static const struct ir_field *find_by_number(const struct ir_struct *structure, uint32_t number)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++)
        if (number_of(structure, &structure->fields[i]) == number)
            return &structure->fields[i];
    return NULL;
}

static bool is_reserved(const struct ir_struct *structure, uint32_t number, const char *name)
{
    uint32_t i;

    for (i = 0; i < structure->reserved_count; i++) {
        const struct ir_reserved *reserved = &structure->reserved[i];

        if (reserved->name ? name && strcmp(reserved->name, name) == 0
                           : number >= reserved->first && number <= reserved->last)
            return true;
    }
    return false;
}

/* ---- fields ---- */

static unsigned field_change(const struct ir_field *old, const struct ir_field *today, bool on_wire)
{
    unsigned classes = breaking_field_change(old, today);

    if (on_wire && (breaking_value_change(old->shape, old->value, today->shape, today->value) ||
                    old->count != today->count))
        classes |= BREAKS_WIRE;
    return classes;
}

static void check_bound(struct breaking *breaking, const struct ir_field *old, const struct ir_field *today)
{
    const struct breaking_bound old_bound = {old->value, old->has_range, old->range_min, old->range_max,
                                             old->max_len};
    const struct breaking_bound bound = {today->value, today->has_range, today->range_min, today->range_max,
                                         today->max_len};
    const char *was = NULL;

    if (breaking_is_narrower(breaking, &old_bound, &bound, &was))
        breaking_report(breaking, RULE_FIELD_BOUND, today->span, was, "field '%s' has a smaller bound",
                        today->name);
}

/* A field that has kept its number. */
static void check_field(struct breaking *breaking, const struct ir_struct *old_struct,
                        const struct ir_struct *structure, const struct ir_field *old,
                        const struct ir_field *today)
{
    unsigned classes = field_change(old, today, travels(old_struct));
    bool has_name = strcmp(old->name, today->name) == 0;
    const struct ir_field *moved = has_name ? NULL : find_by_name(structure, old->name);

    if (moved) { /* reported where it is now; what took its number is checked as that */
        breaking_report_in(breaking, travels(old_struct) ? RULE_FIELD_TAG : RULE_FIELD_INSERTED,
                           travels(old_struct) ? (unsigned)BREAKS_WIRE : (unsigned)BREAKS_ABI, moved->span,
                           arena_format(breaking->arena, "%u", number_of(old_struct, old)),
                           "field '%s' of '%s' has another %s: %u", moved->name, structure->name,
                           travels(old_struct) ? "number" : "place", number_of(structure, moved));
        return;
    }
    if (!has_name && classes & ~(unsigned)BREAKS_SOURCE && travels(old_struct)) {
        breaking_report(
            breaking, RULE_FIELD_TAG_REUSED, today->span,
            arena_format(breaking->arena, "%s %s", breaking_type_text(breaking, old->type), old->name),
            "field '%s' of '%s' has the number of another", today->name, structure->name);
        return;
    }
    if (classes)
        breaking_report_in(breaking, RULE_FIELD_TYPE, classes, today->span,
                           breaking_field_text(breaking, old), "field '%s' of '%s' has another type",
                           today->name, structure->name);
    check_bound(breaking, old, today);
    if (!has_name)
        breaking_report(breaking, RULE_FIELD_RENAMED, today->span, old->name,
                        "field '%s' of '%s' has another name", today->name, structure->name);
}

static void check_gone(struct breaking *breaking, const struct ir_struct *old_struct,
                       const struct ir_struct *structure, const struct ir_field *old)
{
    uint32_t number = number_of(old_struct, old);
    const struct ir_field *moved = find_by_name(structure, old->name);
    const char *was = arena_format(breaking->arena, "%s %s, number %u",
                                   breaking_type_text(breaking, old->type), old->name, number);

    if (moved)
        breaking_report(breaking, RULE_FIELD_TAG, moved->span, arena_format(breaking->arena, "%u", number),
                        "field '%s' of '%s' has another number: %u", moved->name, structure->name,
                        number_of(structure, moved));
    else if (travels(old_struct) && is_reserved(structure, number, old->name))
        breaking_report(breaking, RULE_FIELD_RETIRED, structure->span, was, "field '%s' of '%s' is gone",
                        old->name, structure->name);
    else
        breaking_report(breaking, RULE_FIELD_REMOVED, structure->span, was, "field '%s' of '%s' is gone",
                        old->name, structure->name);
}

/* Whether an old field lies behind this one in memory. */
static bool is_inserted(const struct ir_struct *old_struct, const struct ir_struct *structure,
                        const struct ir_field *field)
{
    const struct ir_field *behind;

    for (behind = field + 1; behind < structure->fields + structure->field_count; behind++)
        if (find_by_name(old_struct, behind->name))
            return true;
    return false;
}

static void check_new(struct breaking *breaking, const struct ir_struct *old_struct,
                      const struct ir_struct *structure, const struct ir_field *field)
{
    uint32_t number = number_of(structure, field);

    if (find_by_number(old_struct, number) || find_by_name(old_struct, field->name))
        return; /* seen from there */
    if (is_reserved(old_struct, number, field->name) || is_reserved(structure, number, field->name))
        breaking_report(breaking, RULE_FIELD_RESERVED, field->span, NULL,
                        "field '%s' of '%s' uses what is reserved: %u", field->name, structure->name, number);
    else if (travels(old_struct) && old_struct->is_closed)
        breaking_report(breaking, RULE_STRUCT_CLOSED, field->span, NULL,
                        "field '%s' was added to the closed struct '%s'", field->name, structure->name);
    else if (is_inserted(old_struct, structure, field))
        breaking_report_in(breaking, RULE_FIELD_INSERTED, BREAKS_ABI, field->span, NULL,
                           "field '%s' of '%s' lies before fields that were there", field->name,
                           structure->name);
    else
        breaking_report(breaking, RULE_FIELD_ADDED, field->span, NULL, "field '%s' was added to '%s'",
                        field->name, structure->name);
}

/* Fields that kept their numbers may lie elsewhere: the first one that comes before one it was behind. */
static void check_order(struct breaking *breaking, const struct ir_struct *old_struct,
                        const struct ir_struct *structure)
{
    const struct ir_field *last = NULL;
    uint32_t i;

    for (i = 0; i < old_struct->field_count; i++) {
        const struct ir_field *old = &old_struct->fields[i], *now = find_by_name(structure, old->name);

        if (!now || number_of(structure, now) != number_of(old_struct, old))
            continue; /* reported already */
        if (last && now < last) {
            breaking_report_in(breaking, RULE_FIELD_INSERTED, BREAKS_ABI, now->span, NULL,
                               "field '%s' of '%s' lies before '%s'", now->name, structure->name, last->name);
            return;
        }
        last = now;
    }
}

/* ---- structs ---- */

static void check_reserved(struct breaking *breaking, const struct ir_struct *old,
                           const struct ir_struct *today)
{
    uint32_t i;

    for (i = 0; i < old->reserved_count; i++) {
        const struct ir_reserved *reserved = &old->reserved[i];

        if (reserved->name
                ? !is_reserved(today, 0, reserved->name)
                : !is_reserved(today, reserved->first, NULL) || !is_reserved(today, reserved->last, NULL))
            breaking_report(breaking, RULE_RESERVED_REMOVED, today->span,
                            reserved->name
                                ? reserved->name
                                : arena_format(breaking->arena, "%u to %u", reserved->first, reserved->last),
                            "'%s' does not reserve what it did", today->name);
    }
}

static void check_struct(struct breaking *breaking, const struct ir_struct *old,
                         const struct ir_struct *today)
{
    uint32_t i;

    if (old->is_opaque || today->is_opaque)
        return; /* nobody knew what is in it, or nobody may know any more */
    if (old->is_union != today->is_union) {
        breaking_report_in(breaking, RULE_FIELD_TYPE, BREAKS_ABI | BREAKS_SOURCE, today->span,
                           old->is_union ? "a union" : "a struct", "'%s' is a %s now", today->name,
                           today->is_union ? "union" : "struct");
        return;
    }
    if (travels(old) && !old->is_closed && today->is_closed)
        breaking_report(breaking, RULE_STRUCT_CLOSED, today->span, "open", "struct '%s' is closed now",
                        today->name);
    check_reserved(breaking, old, today);
    for (i = 0; i < old->field_count; i++) {
        const struct ir_field *now = find_by_number(today, number_of(old, &old->fields[i]));

        if (now)
            check_field(breaking, old, today, &old->fields[i], now);
        else
            check_gone(breaking, old, today, &old->fields[i]);
    }
    check_order(breaking, old, today);
    for (i = 0; i < today->field_count; i++)
        check_new(breaking, old, today, &today->fields[i]);
}

void breaking_structs(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today)
{
    uint32_t i, j;

    for (i = 0; i < old->item_count; i++) {
        const struct ir_struct *before = old->items[i].kind == ITEM_STRUCT ? old->items[i].structure : NULL;

        if (!before || !before->name)
            continue;
        for (j = 0; j < today->item_count; j++)
            if (today->items[j].kind == ITEM_STRUCT && today->items[j].structure->name &&
                strcmp(today->items[j].structure->name, before->name) == 0)
                break;
        if (j < today->item_count)
            check_struct(breaking, before, today->items[j].structure);
        else
            breaking_report(breaking, RULE_STRUCT_REMOVED, (struct span){0}, NULL, "struct '%s' is gone",
                            before->name);
    }
}
