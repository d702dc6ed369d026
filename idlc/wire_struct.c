/* How structs travel: the plan of each field, and what a struct takes in memory and in a message. */
#include "wire_internal.h"

enum wire_shape wire_value_shape(struct diagnostics *diagnostics, const struct ir_type *type)
{
    if (wire_scalar_of(type))
        return WIRE_SCALAR;
    if (wire_is_base(type, BASE_GUID))
        return WIRE_GUID;
    if (type->kind == IR_STRUCT && wire_plan_struct(diagnostics, type->structure))
        return WIRE_STRUCT;
    return WIRE_NONE;
}

uint64_t wire_value_bound(const struct ir_type *type)
{
    const struct wire_scalar *scalar = wire_scalar_of(type);

    if (scalar)
        return 5u + scalar->bound;
    return 10u + (type->kind == IR_STRUCT ? type->structure->bound : 16u);
}

uint64_t wire_value_size(const struct ir_type *type)
{
    if (type->kind == IR_STRUCT)
        return type->structure->size;
    if (type->kind == IR_POINTER || type->kind == IR_INTERFACE)
        return 8;
    return type->kind == IR_BASE ? base_types[type->base].size : 4;
}

static void plan_field_array(struct diagnostics *diagnostics, struct ir_field *field)
{
    const struct ir_type *element = field->type->target;

    field->count = field->type->count;
    field->value = element;
    if (field->is_string && wire_is_character(element))
        field->shape = WIRE_STRING;
    else if (wire_is_byte(element))
        field->shape = WIRE_BLOB;
    else if (wire_value_shape(diagnostics, element) != WIRE_NONE)
        field->shape = WIRE_ARRAY;
}

const char *wire_label(const struct ir_struct *structure)
{
    return structure->name ? structure->name : structure->in_field->name;
}

void wire_note_outer(const struct ir_struct *structure, const struct ir_field *field)
{
    const struct ir_type *type = field->type;

    while (type->kind == IR_ARRAY && type->target)
        type = type->target;
    if (type->kind != IR_STRUCT || !type->structure || type->structure->name || type->structure->outer ||
        !*field->name)
        return;
    type->structure->outer = structure;
    type->structure->in_field = field;
}

/* What a struct is because of a field that is planned: never looked for again, for structs can be deep. */
static void note_field(struct ir_struct *structure, const struct ir_field *field)
{
    const struct ir_struct *inner = field->value->kind == IR_STRUCT ? field->value->structure : NULL;

    structure->is_checked |=
        field->shape == WIRE_STRING || (inner && inner->is_checked) ||
        (field->shape == WIRE_SCALAR &&
         wire_has_range(field->value, field->has_range, field->range_min, field->range_max));
    if (!inner)
        return;
    structure->has_pointers |= inner->has_pointers;
    structure->is_deep |= inner->is_deep;
}

static void plan_field(struct diagnostics *diagnostics, struct ir_struct *structure, struct ir_field *field)
{
    const struct ir_type *type = field->type;

    wire_note_outer(structure, field);
    field->value = type;
    if (!field->refusal && wire_automation(type))
        field->refusal =
            *wire_automation(type) == 'S' ? "SAFEARRAYs have headers only" : "VARIANTs have headers only";
    if (field->has_bits || field->refusal) {
        ; /* nobody knows where the bits, or the elements, are */
    } else if (wire_plan_deep_field(diagnostics, structure, field)) {
        structure->is_deep = true;
    } else if (type->kind == IR_ARRAY && type->count) {
        plan_field_array(diagnostics, field);
    } else if (type->kind == IR_POINTER && field->is_string && wire_is_base(type->target, BASE_CHAR)) {
        field->shape = WIRE_STRING;
        field->value = type->target;
        structure->has_pointers = true;
    } else {
        field->shape = wire_value_shape(diagnostics, type);
    }
    note_field(structure, field);
}

/* Of a type on a host with the strictest rules: what values are aligned to. A struct was planned before what
 * holds it. */
static uint64_t value_alignment(const struct ir_type *type)
{
    if (type->kind == IR_POINTER)
        return 8;
    if (type->kind == IR_BASE && type->base == BASE_GUID)
        return 4;
    return type->kind == IR_STRUCT ? type->structure->alignment : wire_value_size(type);
}

static uint64_t align_up(uint64_t size, uint64_t alignment)
{
    return (size + alignment - 1) / alignment * alignment;
}

static void measure_field(struct ir_struct *structure, const struct ir_field *field)
{
    bool is_pointer = (field->shape == WIRE_STRING && !field->count) || wire_is_pointer(field);
    uint64_t count = field->count ? field->count : 1;
    uint64_t each = is_pointer ? 8 : wire_value_size(field->value);
    uint64_t alignment = is_pointer ? 8 : value_alignment(field->value);

    if (alignment > structure->alignment)
        structure->alignment = alignment;
    if (structure->is_union)
        structure->size = structure->size > count * each ? structure->size : count * each;
    else
        structure->size = align_up(structure->size, alignment) + count * each;
    if (wire_is_pointer(field))
        return; /* what is behind it is measured when it is sent */
    switch (field->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        structure->bound +=
            10u + (wire_is_wide(field->value) ? WIRE_WIDE_BYTES : 1u) * (uint64_t)field->count;
        break;
    case WIRE_ARRAY:
        structure->bound += 10u + count * wire_value_bound(field->value);
        break;
    default:
        structure->bound += wire_value_bound(field->value);
    }
}

static void report_field(struct diagnostics *diagnostics, const struct ir_struct *structure,
                         const struct ir_field *field)
{
    const struct ir_type *type = field->type;

    if (!diagnostics || wire_report_deep_field(diagnostics, structure, field))
        return; /* or the inner struct was reported */
    diagnose_error(diagnostics, ERROR_FIELD_CANNOT_TRAVEL, field->span, "field '%s' of %s '%s' cannot travel",
                   field->name, structure->is_union ? "union" : "struct", wire_label(structure));
    if (field->has_bits)
        diagnose_hint(diagnostics, "bit fields have no place in a message; use an integer");
    else if (type->kind == IR_POINTER && wire_is_wide(type->target))
        diagnose_hint(diagnostics, "a text is [string] const wchar_t *%s; or an array of fixed size",
                      field->name);
    else if (type->kind == IR_POINTER && wire_is_base(type->target, BASE_CHAR))
        diagnose_hint(diagnostics, "a text is [string] const char *%s; or an array of fixed size",
                      field->name);
    else if (type->kind == IR_POINTER)
        diagnose_hint(diagnostics,
                      "size_is(n) names the field that counts its elements; [unique] points to one");
    else
        diagnose_hint(diagnostics,
                      "fields are numbers, enums, GUIDs, strings, structs, unions, interfaces and arrays");
}

bool wire_plan_struct(struct diagnostics *diagnostics, struct ir_struct *structure)
{
    uint32_t i;

    if (structure->state != WIRE_NEW)
        return structure->state == WIRE_GOOD;
    structure->state = WIRE_RUNNING;
    if (!structure->name && !structure->outer) {
        if (diagnostics)
            diagnose_error(diagnostics, ERROR_FIELD_CANNOT_TRAVEL, structure->span,
                           "a %s without a name cannot travel here",
                           structure->is_union ? "union" : "struct");
        structure->state = WIRE_BAD;
        return false;
    }
    if (structure->is_opaque) {
        if (diagnostics)
            diagnose_error(diagnostics, ERROR_NOT_DEFINED, structure->span,
                           "%s '%s' travels but is defined nowhere", structure->is_union ? "union" : "struct",
                           wire_label(structure));
        structure->state = WIRE_BAD;
        return false;
    }
    if (structure->is_union && !wire_check_cases(diagnostics, structure)) {
        structure->state = WIRE_BAD;
        return false;
    }
    structure->is_deep = structure->is_union || structure->is_closed || !structure->name;
    if (!wire_number_fields(diagnostics, structure))
        structure->state = WIRE_BAD;
    structure->alignment = 1;
    for (i = 0; i < structure->field_count; i++) {
        struct ir_field *field = &structure->fields[i];

        plan_field(diagnostics, structure, field);
        if (field->shape == WIRE_NONE) {
            report_field(diagnostics, structure, field);
            structure->state = WIRE_BAD;
            continue;
        }
        measure_field(structure, field);
    }
    structure->size = align_up(structure->size, structure->alignment);
    if (structure->state == WIRE_RUNNING && structure->bound > WIRE_MESSAGE_BYTES_MAX) {
        if (diagnostics)
            diagnose_error(diagnostics, ERROR_TOO_LARGE, structure->span,
                           "struct '%s' is larger than any message", wire_label(structure));
        structure->state = WIRE_BAD;
    }
    if (structure->state == WIRE_RUNNING)
        structure->state = WIRE_GOOD;
    return structure->state == WIRE_GOOD;
}
