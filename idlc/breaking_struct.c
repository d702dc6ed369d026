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

/* What it is called: one within another by its field. */
static const char *label(const struct breaking *breaking, const struct ir_struct *structure)
{
    if (structure->name)
        return structure->name;
    return structure->outer ? arena_format(breaking->arena, "%s.%s", label(breaking, structure->outer),
                                           structure->in_field->name)
                            : "a struct without a name";
}

/* ---- fields ---- */

/* Whether both are written within their structs, and travel: then their fields are compared one by one. */
static bool are_nested(const struct ir_type *old, const struct ir_type *today)
{
    return old->kind == IR_STRUCT && today->kind == IR_STRUCT && old->defines && today->defines &&
           old->structure->is_union == today->structure->is_union && travels(old->structure) &&
           travels(today->structure);
}

static unsigned field_change(const struct ir_field *old, const struct ir_field *today, bool on_wire)
{
    unsigned classes;

    if (on_wire && are_nested(old->type, today->type))
        return 0;
    classes = breaking_field_change(old, today);
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

static const char *partner_text(const struct breaking *breaking, const char *name, const struct ir_size *size,
                                const struct ir_struct *structure)
{
    if (size->kind == IR_SIZE_CONSTANT)
        return arena_format(breaking->arena, "%s(%u)", name, size->constant);
    if (size->kind == IR_SIZE_NONE)
        return arena_format(breaking->arena, "without %s", name);
    return arena_format(breaking->arena, "%s(%s)", name, structure->fields[size->param].name);
}

/* Whether the same field, or number, says it as before. */
static bool same_partner(const struct ir_struct *old_struct, const struct ir_struct *structure,
                         const struct ir_size *old, const struct ir_size *today)
{
    if (old->kind != today->kind)
        return false;
    if (old->kind == IR_SIZE_NONE || old->kind == IR_SIZE_CONSTANT)
        return old->constant == today->constant;
    return number_of(old_struct, &old_struct->fields[old->param]) ==
           number_of(structure, &structure->fields[today->param]);
}

/* Pointers to arrays if they say so, others always. */
static bool may_be_null(const struct ir_field *field)
{
    bool is_pointed_text = field->shape == WIRE_STRING && field->type->kind == IR_POINTER;

    if (field->size.kind != IR_SIZE_NONE)
        return field->is_unique;
    return field->shape != WIRE_INTERFACE && field->shape != WIRE_ARRAY &&
           (field->is_indirect || is_pointed_text);
}

/* What other fields say of this one, and whether it may be NULL. */
static void check_partners(struct breaking *breaking, const struct ir_struct *old_struct,
                           const struct ir_struct *structure, const struct ir_field *old,
                           const struct ir_field *today)
{
    const struct {
        const char *name;
        const struct ir_size *old, *today;
    } partners[] = {
        {"size_is", &old->size, &today->size},
        {"length_is", &old->length, &today->length},
        {"iid_is", &old->iid, &today->iid},
        {"switch_is", &old->choice, &today->choice},
    };
    uint32_t i;

    for (i = 0; i < sizeof(partners) / sizeof(partners[0]); i++)
        if (!same_partner(old_struct, structure, partners[i].old, partners[i].today))
            breaking_report(breaking, RULE_FIELD_SIZE, today->span,
                            partner_text(breaking, partners[i].name, partners[i].old, old_struct),
                            "another one tells of field '%s' of '%s': %s", today->name,
                            label(breaking, structure),
                            partner_text(breaking, partners[i].name, partners[i].today, structure));
    if (may_be_null(old) && !may_be_null(today))
        breaking_report(breaking, RULE_FIELD_NULL, today->span, breaking_field_text(breaking, old),
                        "field '%s' of '%s' cannot be NULL any more", today->name,
                        label(breaking, structure));
}

static void check_struct(struct breaking *breaking, const struct ir_struct *old,
                         const struct ir_struct *today);

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
                           "field '%s' of '%s' has another %s: %u", moved->name, label(breaking, structure),
                           travels(old_struct) ? "number" : "place", number_of(structure, moved));
        return;
    }
    if (!has_name && classes & ~(unsigned)BREAKS_SOURCE && travels(old_struct)) {
        breaking_report(
            breaking, RULE_FIELD_TAG_REUSED, today->span,
            arena_format(breaking->arena, "%s %s", breaking_type_text(breaking, old->type), old->name),
            "field '%s' of '%s' has the number of another", today->name, label(breaking, structure));
        return;
    }
    if (classes)
        breaking_report_in(breaking, RULE_FIELD_TYPE, classes, today->span,
                           breaking_field_text(breaking, old), "field '%s' of '%s' has another type",
                           today->name, label(breaking, structure));
    check_bound(breaking, old, today);
    if (travels(old_struct))
        check_partners(breaking, old_struct, structure, old, today);
    if (travels(old_struct) && are_nested(old->type, today->type))
        check_struct(breaking, old->type->structure, today->type->structure);
    if (!has_name)
        breaking_report(breaking, RULE_FIELD_RENAMED, today->span, old->name,
                        "field '%s' of '%s' has another name", today->name, label(breaking, structure));
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
                        "field '%s' of '%s' has another number: %u", moved->name, label(breaking, structure),
                        number_of(structure, moved));
    else if (travels(old_struct) && is_reserved(structure, number, old->name))
        breaking_report(breaking, RULE_FIELD_RETIRED, structure->span, was, "field '%s' of '%s' is gone",
                        old->name, label(breaking, structure));
    else
        breaking_report(breaking, RULE_FIELD_REMOVED, structure->span, was, "field '%s' of '%s' is gone",
                        old->name, label(breaking, structure));
}

/* Whether an old field lies behind this one in memory. */
static bool is_inserted(const struct ir_struct *old_struct, const struct ir_struct *structure,
                        const struct ir_field *field)
{
    const struct ir_field *behind;

    if (structure->is_union)
        return false; /* all of its arms lie at its beginning */
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
                        "field '%s' of '%s' uses what is reserved: %u", field->name,
                        label(breaking, structure), number);
    else if (travels(old_struct) && old_struct->is_closed)
        breaking_report(breaking, RULE_STRUCT_CLOSED, field->span, NULL,
                        "field '%s' was added to the closed struct '%s'", field->name,
                        label(breaking, structure));
    else if (is_inserted(old_struct, structure, field))
        breaking_report_in(breaking, RULE_FIELD_INSERTED, BREAKS_ABI, field->span, NULL,
                           "field '%s' of '%s' lies before fields that were there", field->name,
                           label(breaking, structure));
    else
        breaking_report(breaking, RULE_FIELD_ADDED, field->span, NULL, "field '%s' was added to '%s'",
                        field->name, label(breaking, structure));
}

/* Fields that kept their numbers may lie elsewhere: the first one that comes before one it was behind. */
static void check_order(struct breaking *breaking, const struct ir_struct *old_struct,
                        const struct ir_struct *structure)
{
    const struct ir_field *last = NULL;
    uint32_t i;

    for (i = 0; !structure->is_union && i < old_struct->field_count; i++) {
        const struct ir_field *old = &old_struct->fields[i], *now = find_by_name(structure, old->name);

        if (!now || number_of(structure, now) != number_of(old_struct, old))
            continue; /* reported already */
        if (last && now < last) {
            breaking_report_in(breaking, RULE_FIELD_INSERTED, BREAKS_ABI, now->span, NULL,
                               "field '%s' of '%s' lies before '%s'", now->name, label(breaking, structure),
                               last->name);
            return;
        }
        last = now;
    }
}

/* ---- the values that tell the arms of a union ---- */

/* What a value tells; NULL: no arm, it is refused. */
static const struct ir_case *case_of(const struct ir_struct *structure, int64_t value)
{
    uint32_t i;

    for (i = 0; i < structure->case_count; i++)
        if (structure->cases[i].value == value)
            return &structure->cases[i];
    return structure->has_default ? &structure->other : NULL;
}

static const char *arm_text(const struct ir_struct *structure, const struct ir_case *arm)
{
    return !arm ? "no arm" : arm->is_empty ? "an arm that holds nothing" : structure->fields[arm->arm].name;
}

/* Arms are the same if they have the same number on the wire. */
static bool same_arm(const struct ir_struct *old_struct, const struct ir_struct *structure,
                     const struct ir_case *old, const struct ir_case *today)
{
    if (!old || !today || old->is_empty || today->is_empty)
        return old && today && old->is_empty == today->is_empty;
    return number_of(old_struct, &old_struct->fields[old->arm]) ==
           number_of(structure, &structure->fields[today->arm]);
}

static void check_value(struct breaking *breaking, const struct ir_struct *old_struct,
                        const struct ir_struct *structure, const char *value, const struct ir_case *old,
                        const struct ir_case *today)
{
    if (!old && today)
        breaking_report(breaking, RULE_CASE_ADDED, structure->span, NULL, "%s tells an arm of '%s' now: %s",
                        value, label(breaking, structure), arm_text(structure, today));
    else if (old && !same_arm(old_struct, structure, old, today))
        breaking_report(breaking, RULE_CASE_CHANGED, structure->span, arm_text(old_struct, old),
                        "%s tells another arm of '%s': %s", value, label(breaking, structure),
                        arm_text(structure, today));
}

static void check_cases(struct breaking *breaking, const struct ir_struct *old, const struct ir_struct *today)
{
    const struct ir_case *one;
    uint32_t i;

    for (i = 0; i < old->case_count + today->case_count; i++) {
        one = i < old->case_count ? &old->cases[i] : &today->cases[i - old->case_count];
        if (i >= old->case_count && case_of(old, one->value) != (old->has_default ? &old->other : NULL))
            continue; /* it was there, too */
        check_value(breaking, old, today, arena_format(breaking->arena, "value %lld", (long long)one->value),
                    case_of(old, one->value), case_of(today, one->value));
    }
    check_value(breaking, old, today, "every other value", old->has_default ? &old->other : NULL,
                today->has_default ? &today->other : NULL);
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
                            "'%s' does not reserve what it did", label(breaking, today));
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
                           old->is_union ? "a union" : "a struct", "'%s' is a %s now", label(breaking, today),
                           today->is_union ? "union" : "struct");
        return;
    }
    if (travels(old) && !old->is_closed && today->is_closed)
        breaking_report(breaking, RULE_STRUCT_CLOSED, today->span, "open", "struct '%s' is closed now",
                        label(breaking, today));
    check_reserved(breaking, old, today);
    for (i = 0; i < old->field_count; i++) {
        const struct ir_field *now = find_by_number(today, number_of(old, &old->fields[i]));

        if (now)
            check_field(breaking, old, today, &old->fields[i], now);
        else
            check_gone(breaking, old, today, &old->fields[i]);
    }
    check_order(breaking, old, today);
    if (old->is_union && travels(old) && travels(today))
        check_cases(breaking, old, today);
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
