/* Whether a type, a value or a bound is what it was. */
#include "breaking.h"
#include "emit/emit.h"
#include "wire.h"

#include <string.h>

const char *breaking_type_text(const struct breaking *breaking, const struct ir_type *type)
{
    const char *from = c_declaration(breaking->arena, type, "");
    char *text = arena_alloc(breaking->arena, strlen(from) + 1), *to = text;

    /* A struct that is written within another has lines of its own. */
    for (; *from; from++)
        if (!strchr(" \n", *from))
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    while (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
    return text;
}

const char *breaking_field_text(const struct breaking *breaking, const struct ir_field *field)
{
    const char *type = breaking_type_text(breaking, field->type);

    if (field->value && field->value->kind == IR_BASE && field->value->is_fixed)
        type = arena_format(breaking->arena, "[fixed] %s", type);
    return field->has_bits ? arena_format(breaking->arena, "%s : %u", type, field->bits) : type;
}

static bool same_name(const char *left, const char *right)
{
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static bool same_interface(const struct ir_interface *left, const struct ir_interface *right)
{
    if (left->has_uuid && right->has_uuid)
        return memcmp(left->uuid, right->uuid, sizeof(left->uuid)) == 0;
    return same_name(left->name, right->name);
}

/* ---- in memory ---- */

/* The classes of a function type's change, for pointers to functions. */
static unsigned params_change(const struct ir_type *old, const struct ir_type *today)
{
    unsigned classes = 0;
    uint32_t i;

    if (old->param_count != today->param_count || old->is_variadic != today->is_variadic)
        return BREAKS_ABI;
    for (i = 0; i < old->param_count; i++)
        classes |= breaking_type_change(old->params[i].type, today->params[i].type);
    return classes;
}

static unsigned fields_change(const struct ir_struct *old, const struct ir_struct *today)
{
    unsigned classes = 0;
    uint32_t i;

    if (old->field_count != today->field_count)
        return BREAKS_ABI;
    for (i = 0; i < old->field_count; i++)
        classes |= breaking_field_change(&old->fields[i], &today->fields[i]) |
                   (same_name(old->fields[i].name, today->fields[i].name) ? 0u : (unsigned)BREAKS_SOURCE);
    return classes;
}

unsigned breaking_field_change(const struct ir_field *old, const struct ir_field *today)
{
    if (old->has_bits != today->has_bits || old->bits != today->bits)
        return BREAKS_ABI;
    return breaking_type_change(old->type, today->type);
}

unsigned breaking_type_change(const struct ir_type *old, const struct ir_type *today)
{
    unsigned classes = old->is_const != today->is_const ? (unsigned)BREAKS_SOURCE : 0u;

    if (old->kind != today->kind)
        return BREAKS_ABI;
    switch (old->kind) {
    case IR_BASE:
        if (old->base != today->base)
            return BREAKS_ABI;
        break;
    case IR_ENUM:
        if (!same_name(old->enumeration->name, today->enumeration->name))
            return BREAKS_SOURCE; /* 32 bits as before */
        break;
    case IR_STRUCT:
        if (!same_name(old->structure->name, today->structure->name) ||
            old->structure->is_union != today->structure->is_union || old->defines != today->defines)
            return BREAKS_ABI;
        if (old->defines) /* within another, so that nobody compares it on its own */
            classes |= fields_change(old->structure, today->structure);
        break;
    case IR_INTERFACE:
        if (!same_interface(old->interface, today->interface))
            return BREAKS_ABI;
        break;
    case IR_FOREIGN:
        if (!same_name(old->spelling, today->spelling))
            return BREAKS_ABI;
        break;
    case IR_ARRAY:
        if (old->count != today->count)
            return BREAKS_ABI;
        break;
    case IR_FUNCTION:
        classes |= params_change(old, today);
        break;
    case IR_POINTER:
        if (old->is_bstr != today->is_bstr) /* the length in front of it is there, or not */
            return BREAKS_ABI;
        break;
    }
    return old->target ? classes | breaking_type_change(old->target, today->target) : classes;
}

/* ---- on the wire ---- */

/* Whether every value of an integer type is one of the other, which is written alike. */
static bool is_wider(enum base_type old, enum base_type today)
{
    return base_type_min(today) <= base_type_min(old) && base_type_max(today) >= base_type_max(old);
}

static bool scalar_change(const struct ir_type *old, const struct ir_type *today)
{
    const struct wire_scalar *from = wire_scalar_of(old), *to = wire_scalar_of(today);

    if (!from || !to)
        return from != to;
    if (old->kind == IR_ENUM || today->kind == IR_ENUM)
        return old->kind != today->kind || !same_name(old->enumeration->name, today->enumeration->name);
    if (strcmp(from->proto, to->proto) != 0)
        return true;
    return base_types[old->base].is_integer && base_types[today->base].is_integer &&
           !is_wider(old->base, today->base);
}

bool breaking_value_change(enum wire_shape old_shape, const struct ir_type *old, enum wire_shape shape,
                           const struct ir_type *today)
{
    if (old_shape != shape || !old || !today)
        return old_shape != shape;
    if (shape == WIRE_STRUCT || (shape == WIRE_ARRAY && old->kind == IR_STRUCT))
        return old->kind != IR_STRUCT || today->kind != IR_STRUCT ||
               !same_name(old->structure->name, today->structure->name);
    if (shape == WIRE_INTERFACE && old->kind == IR_INTERFACE && today->kind == IR_INTERFACE)
        return !same_interface(old->interface, today->interface);
    if (shape == WIRE_INTERFACE) /* void, of [iid_is] */
        return old->kind != today->kind;
    if (shape == WIRE_SCALAR || shape == WIRE_ARRAY)
        return scalar_change(old, today);
    return false; /* texts, bytes and GUIDs are what they are */
}

/* ---- bounds ---- */

static void range_of(const struct breaking_bound *bound, int64_t *out_min, uint64_t *out_max)
{
    enum base_type base = bound->value->base;

    *out_min = bound->has_range ? bound->range_min : base_type_min(base);
    *out_max = bound->has_range ? bound->range_max : base_type_max(base);
}

static bool is_range_narrower(const struct breaking_bound *old, const struct breaking_bound *today)
{
    int64_t old_min, min;
    uint64_t old_max, max;
    bool is_signed;

    if (!today->has_range || !today->value || today->value->kind != IR_BASE || old->value->kind != IR_BASE)
        return false;
    is_signed = base_types[today->value->base].is_signed;
    range_of(old, &old_min, &old_max);
    range_of(today, &min, &max);
    return min > old_min || (is_signed ? (int64_t)max < (int64_t)old_max : max < old_max);
}

bool breaking_is_narrower(const struct breaking *breaking, const struct breaking_bound *old,
                          const struct breaking_bound *today, const char **out_was)
{
    bool is_signed;

    if (!old->value)
        return false;
    if (is_range_narrower(old, today)) {
        is_signed = base_types[old->value->base].is_signed;
        *out_was = !old->has_range ? "without a range"
                   : is_signed
                       ? arena_format(breaking->arena, "range(%lld, %lld)", (long long)old->range_min,
                                      (long long)old->range_max)
                       : arena_format(breaking->arena, "range(%llu, %llu)",
                                      (unsigned long long)old->range_min, (unsigned long long)old->range_max);
        return true;
    }
    if (!today->max_len || (old->max_len && today->max_len >= old->max_len))
        return false;
    *out_was =
        old->max_len ? arena_format(breaking->arena, "max_len(%u)", old->max_len) : "without a max_len";
    return true;
}
