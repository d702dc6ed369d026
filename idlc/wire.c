#include "wire_internal.h"
#include "windows.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- scalars ---- */

static const struct wire_scalar SCALARS[BASE_COUNT] = {
    [BASE_CHAR] = {"uint32", "char", "WIRE_VARINT", "uint32", 5},
    [BASE_INT8] = {"sint32", "sint8", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT8] = {"uint32", "uint8", "WIRE_VARINT", "uint32", 5},
    [BASE_INT16] = {"sint32", "sint16", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT16] = {"uint32", "uint16", "WIRE_VARINT", "uint32", 5},
    [BASE_WCHAR] = {"uint32", "uint16", "WIRE_VARINT", "uint32", 5},
    [BASE_INT32] = {"sint32", "sint32", "WIRE_VARINT", "sint32", 5},
    [BASE_UINT32] = {"uint32", "uint32", "WIRE_VARINT", "uint32", 5},
    [BASE_INT64] = {"sint64", "sint64", "WIRE_VARINT", "sint64", 10},
    [BASE_UINT64] = {"uint64", "uint64", "WIRE_VARINT", "uint64", 10},
    [BASE_SIZE] = {"uint64", "size", "WIRE_VARINT", "uint64", 10},
    [BASE_OFFSET] = {"sint64", "offset", "WIRE_VARINT", "sint64", 10},
    [BASE_FLOAT] = {"float", "float", "WIRE_FIXED32", "float", 4},
    [BASE_DOUBLE] = {"double", "double", "WIRE_FIXED64", "double", 8},
    [BASE_BOOLEAN] = {"bool", "bool", "WIRE_VARINT", "bool", 1},
    [BASE_BOOL] = {"bool", "bool", "WIRE_VARINT", "bool", 1},
    [BASE_HRESULT] = {"sfixed32", "sfixed32", "WIRE_FIXED32", "sfixed32", 4},
};

static const struct wire_scalar ENUM_SCALAR = {"enum", "enum", "WIRE_VARINT", NULL, 10};

/* [fixed] */
static const struct wire_scalar FIXED_SCALARS[BASE_COUNT] = {
    [BASE_INT32] = {"sfixed32", "sfixed32", "WIRE_FIXED32", "sfixed32", 4},
    [BASE_UINT32] = {"sfixed32", "fixed32", "WIRE_FIXED32", "fixed32", 4},
    [BASE_INT64] = {"sfixed64", "sfixed64", "WIRE_FIXED64", "sfixed64", 8},
    [BASE_UINT64] = {"sfixed64", "fixed64", "WIRE_FIXED64", "fixed64", 8},
};

const struct wire_scalar *wire_scalar_of(const struct ir_type *type)
{
    if (type->kind == IR_BASE && type->is_fixed)
        return &FIXED_SCALARS[type->base];

    if (type->kind == IR_ENUM)
        return &ENUM_SCALAR;
    return type->kind == IR_BASE && SCALARS[type->base].put ? &SCALARS[type->base] : NULL;
}

bool wire_refuses_zero(const struct ir_type *type)
{
    uint32_t i;

    if (type->kind != IR_ENUM || !type->enumeration->is_closed)
        return false;
    for (i = 0; i < type->enumeration->enumerator_count; i++)
        if (type->enumeration->enumerators[i].value == 0)
            return false;
    return true;
}

bool wire_is_byte(const struct ir_type *type)
{
    return type->kind == IR_BASE && (type->base == BASE_CHAR || type->base == BASE_INT8 ||
                                     type->base == BASE_UINT8 || type->base == BASE_VOID);
}

bool wire_is_base(const struct ir_type *type, enum base_type base)
{
    return type->kind == IR_BASE && type->base == base;
}

bool wire_is_wide(const struct ir_type *type)
{
    return wire_is_base(type, BASE_WCHAR);
}

bool wire_is_character(const struct ir_type *type)
{
    return wire_is_base(type, BASE_CHAR) || wire_is_wide(type);
}

bool wire_counts(const struct ir_size *size, uint32_t index)
{
    return (size->kind == IR_SIZE_PARAM || size->kind == IR_SIZE_POINTED) && size->param == index;
}

bool wire_uses(const struct ir_size *size, uint32_t index)
{
    uint32_t i;

    for (i = 0; size->kind == IR_SIZE_COMPUTED && i < size->term_count; i++)
        if (size->terms[i].kind == TERM_PARAM && size->terms[i].value == index)
            return true;
    return wire_counts(size, index);
}

const struct ir_size *wire_length_of(const struct ir_param *param)
{
    return param->length.kind == IR_SIZE_NONE ? &param->size : &param->length;
}

/* ---- structs ---- */

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

/* ---- parameters ---- */

void wire_refuse(struct diagnostics *diagnostics, const struct ir_param *param, const char *why,
                 const char *hint)
{
    diagnose_error(diagnostics, ERROR_CANNOT_TRAVEL, param->span, "'%s' cannot travel: %s", param->name, why);
    diagnose_hint(diagnostics, "%s", hint);
}

static void plan_interface_param(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;
    bool twice = type->kind == IR_POINTER && type->target->kind == IR_POINTER;
    const struct ir_interface *interface = twice ? type->target->target->interface : type->target->interface;

    param->shape = WIRE_INTERFACE;
    param->value = twice ? type->target->target : type->target;
    param->is_indirect = twice;
    if (!interface->has_uuid) {
        diagnose_error(diagnostics, ERROR_CANNOT_TRAVEL, param->span,
                       "'%s' cannot travel: interface '%s' has no uuid", param->name, interface->name);
        diagnose_note(diagnostics, interface->span,
                      interface->is_forward ? "only declared here, not defined" : "defined here");
    } else if (param->is_in && param->is_out) {
        wire_refuse(diagnostics, param, "an interface that goes in and out is behind a pointer",
                    "write [in, out] I **name");
    } else if (param->is_out && !twice) {
        wire_refuse(diagnostics, param, "an [out] interface is returned through a pointer",
                    "write [out] I **name");
    } else if (param->is_in && twice) {
        wire_refuse(diagnostics, param, "nobody knows how many objects there are",
                    "an [in] interface is written I *name, an array of them has size_is(count)");
    } else if (interface->is_local && interface->base) {
        wire_refuse(diagnostics, param, "its interface is [local]",
                    "only interfaces with a proxy leave their node");
    }
}

/* An object as whatever interface another parameter says. */
static void plan_dynamic_interface(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;
    bool twice = type->kind == IR_POINTER && type->target->kind == IR_POINTER;

    param->shape = WIRE_INTERFACE;
    param->value = twice ? type->target->target : type->target;
    param->is_indirect = twice;
    if (type->kind != IR_POINTER ||
        (param->value->kind != IR_INTERFACE && !wire_is_base(param->value, BASE_VOID)))
        wire_refuse(diagnostics, param, "[iid_is] goes with objects", "write [in, iid_is(iid)] void *name");
    else if (param->is_in && param->is_out)
        wire_refuse(diagnostics, param, "objects of any interface go in or out, not both",
                    "use two parameters");
    else if (param->is_out != twice)
        wire_refuse(diagnostics, param, "an object goes in as one pointer and out through two",
                    "write [in, iid_is(iid)] void *name or [out, iid_is(iid)] void **name");
}

/* The type of the elements behind an array or pointer parameter. */
static const struct ir_type *element_of(const struct ir_param *param)
{
    return param->type->target;
}

static bool is_twice(const struct ir_type *type)
{
    return type->kind == IR_POINTER && type->target->kind == IR_POINTER;
}

bool wire_plan_allocated(struct diagnostics *diagnostics, struct ir_param *param)
{
    param->value = param->type->target->target;
    param->is_allocated = true;
    if (param->is_in)
        wire_refuse(diagnostics, param, "a pointer to a pointer is for results",
                    param->is_out ? "use two parameters: what goes in, and [out] T **name"
                                  : "pass what it leads to: [in] const T *name");
    else if (param->value->is_const)
        wire_refuse(diagnostics, param, "the caller frees it, so it is not const", "write [out] T **name");
    else if (param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "all of the memory that the callee allocates is sent",
                    "leave length_is away");
    else
        return true;
    return false;
}

static void plan_array(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *element = param->is_inner_size ? element_of(param)->target : element_of(param);
    uint64_t each;

    if (param->is_inner_size && !wire_plan_allocated(diagnostics, param))
        return;

    param->value = element;
    if (param->type->kind == IR_ARRAY && param->type->count && param->size.kind == IR_SIZE_NONE)
        param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = param->type->count};
    if (wire_is_byte(element))
        param->shape = WIRE_BLOB;
    else if (wire_value_shape(diagnostics, element) != WIRE_NONE)
        param->shape = WIRE_ARRAY;
    else if (element->kind == IR_POINTER && param->is_out && !param->is_inner_size)
        wire_refuse(diagnostics, param, "arrays of pointers are not supported",
                    "memory that the callee allocates has its size behind a comma: size_is(, *count)");
    else if (element->kind != IR_STRUCT)
        wire_refuse(diagnostics, param, "arrays of this type are not supported",
                    "elements are numbers, enums, GUIDs and structs");
    if (param->shape == WIRE_NONE)
        return;
    each = param->shape == WIRE_BLOB ? 1 : wire_value_bound(element);
    if (param->shape == WIRE_ARRAY && wire_value_size(element) > each)
        each = wire_value_size(element);
    param->limit = (uint32_t)(WIRE_MESSAGE_BYTES_MAX / each);
    if (param->max_len && param->max_len < param->limit)
        param->limit = param->max_len;
    if (param->is_unique && param->shape == WIRE_ARRAY && param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "all of an array that is [unique] is sent", "leave length_is away");
}

static void plan_string(struct diagnostics *diagnostics, struct ir_param *param)
{
    param->value = element_of(param);
    if (is_twice(param->type) && wire_is_character(param->type->target->target) &&
        !wire_plan_allocated(diagnostics, param))
        return;
    param->shape = WIRE_STRING;
    param->limit = WIRE_MESSAGE_BYTES_MAX / (wire_is_wide(param->value) ? WIRE_WIDE_BYTES : 1);
    if (!wire_is_character(param->value))
        wire_refuse(diagnostics, param, "[string] goes with char * and wchar_t *",
                    "write [string] const char *name");
    else if (param->is_allocated && param->size.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "a string ends at its NUL", "leave size_is away");
    else if (param->is_allocated)
        return;
    else if (param->is_out && param->size.kind == IR_SIZE_NONE && param->type->kind == IR_ARRAY)
        param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = param->type->count};
    else if (param->is_out && param->size.kind == IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "the room for an [out] string is not known",
                    "write [out, string, size_is(capacity)] char *name, [in] uint32_t capacity");
    else if (param->length.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "a string ends at its NUL", "leave length_is away");
}

/* A text that knows its length. NULL is no text. */
static void plan_bstr(struct diagnostics *diagnostics, struct ir_param *param)
{
    bool twice = !param->type->is_bstr;

    param->value = twice ? param->type->target->target : param->type->target;
    param->limit = WIRE_MESSAGE_BYTES_MAX / WIRE_WIDE_BYTES;
    if (param->size.kind != IR_SIZE_NONE || param->length.kind != IR_SIZE_NONE) {
        wire_refuse(diagnostics, param, "a BSTR knows its length",
                    "leave size_is away; an array of them is a BSTR *");
    } else if (param->is_out && !twice) {
        wire_refuse(diagnostics, param, "an [out] BSTR is returned through a pointer",
                    "write [out] BSTR *name");
    } else if (!param->is_out && twice) {
        wire_refuse(diagnostics, param, "a pointer to a BSTR is for results", "write [in] BSTR name");
    } else {
        param->shape = WIRE_STRING;
        param->is_bstr = true;
        param->is_allocated = twice;
        param->is_unique |= param->is_in;
    }
}

static bool is_bstr(const struct ir_type *type)
{
    return type->is_bstr || (type->kind == IR_POINTER && type->target->is_bstr);
}

/* HWND, HANDLE and the like: void pointers with such names. */
static bool is_handle(const struct ir_type *type)
{
    const char *at = type->spelling;

    if (!at || *at++ != 'H')
        return false;
    while (isupper((unsigned char)*at))
        at++;
    return !*at;
}

/* A pointer to one value, or a value. */
static void plan_value(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->type;

    param->is_indirect = type->kind == IR_POINTER;
    param->value = param->is_indirect ? type->target : type;
    if (is_twice(type) && !wire_plan_allocated(diagnostics, param))
        return;
    if (wire_is_base(param->value, BASE_VOID) && is_handle(type)) {
        wire_refuse(diagnostics, param, "a handle of the system means nothing on another node",
                    "pass an interface or a number, or make the method [local]");
        return;
    }
    if (wire_is_base(param->value, BASE_VOID)) {
        wire_refuse(
            diagnostics, param, "nobody knows what void * points to",
            param->is_allocated
                ? "add size_is(, *length) or iid_is(iid), pass an interface, or make the interface [local]"
                : "add size_is(length), pass an interface, or make the interface [local]");
        return;
    }
    /* What is only [in] is most often a text whose [string] was forgotten. */
    if (param->is_indirect && wire_is_character(param->value) && (!param->is_out || param->is_allocated)) {
        wire_refuse(diagnostics, param,
                    wire_is_wide(param->value) ? "a wchar_t * needs a size" : "a char * needs a size",
                    param->is_allocated ? "add [string] if it ends with NUL, else size_is(, *length)"
                                        : "add [string] if it ends with NUL, else size_is(length)");
        return;
    }
    param->shape = wire_value_shape(diagnostics, param->value);
    if (param->shape == WIRE_NONE && param->value->kind != IR_STRUCT)
        wire_refuse(
            diagnostics, param, "this type has no place in a message",
            "use integers, enums, structs, [string] or size_is arrays, interfaces, or make the interface "
            "[local]");
}

const char *wire_automation(const struct ir_type *type)
{
    const char *name = NULL;

    for (; type && !name; type = type->target) {
        name = windows_automation(type->spelling);
        if (!name && type->kind == IR_STRUCT && type->structure)
            name = windows_automation(type->structure->name);
    }
    return name;
}

static bool is_automation(struct diagnostics *diagnostics, const struct ir_param *param)
{
    const char *name = wire_automation(param->type);

    if (!name)
        return false;
    if (*name == 'S')
        wire_refuse(diagnostics, param, "SAFEARRAYs have headers only", "pass an array with size_is");
    else
        wire_refuse(diagnostics, param, "VARIANTs have headers only",
                    "pass a parameter of the type you need");
    return true;
}

static bool is_interface(const struct ir_type *type)
{
    if (type->kind != IR_POINTER)
        return false;
    type = type->target;
    return type->kind == IR_INTERFACE || (type->kind == IR_POINTER && type->target->kind == IR_INTERFACE);
}

static void plan_param(struct diagnostics *diagnostics, const struct ir_method *method,
                       struct ir_param *param)
{
    const struct ir_type *type = param->type;

    if (is_automation(diagnostics, param))
        param->value = type;
    else if (wire_plan_deep_param(diagnostics, method, param))
        ; /* all of it */
    else if (param->iid.kind != IR_SIZE_NONE)
        plan_dynamic_interface(diagnostics, param);
    else if (is_interface(type))
        plan_interface_param(diagnostics, param);
    else if (type->kind == IR_FUNCTION || (type->kind == IR_POINTER && type->target->kind == IR_FUNCTION))
        wire_refuse(diagnostics, param, "functions stay in their process",
                    "pass an interface with one method");
    else if (is_bstr(type))
        plan_bstr(diagnostics, param);
    else if ((type->kind == IR_POINTER || type->kind == IR_ARRAY) && param->is_string)
        plan_string(diagnostics, param);
    else if (type->kind == IR_ARRAY || param->size.kind != IR_SIZE_NONE)
        plan_array(diagnostics, param);
    else
        plan_value(diagnostics, param);
    if (param->type->kind == IR_ARRAY && param->size.kind == IR_SIZE_NONE && param->shape != WIRE_NONE &&
        !(param->shape == WIRE_STRING && !param->is_out))
        wire_refuse(diagnostics, param, "its size is not known",
                    "write [size_is(count)], or the size between the brackets");
}

/*
 * A count that only says how long [in] arrays are is not sent: the array knows. It must be sent when it is
 * the room of an [out] array, or of an array that is not full, or when an array may be absent.
 */
static bool is_rebuilt(const struct ir_method *method, uint32_t index)
{
    const struct ir_param *param = &method->params[index];
    bool counts = false;
    uint32_t i;

    if (!param->is_in || param->is_out || param->is_indirect || param->shape != WIRE_SCALAR)
        return false;
    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *array = &method->params[i];

        if (wire_counts(&array->choice, index))
            return false; /* it tells the arm of a union */
        if (wire_uses(&array->size, index) != wire_counts(&array->size, index) ||
            wire_uses(&array->length, index) != wire_counts(&array->length, index))
            return false; /* a size is computed of it */
        if (array->shape != WIRE_BLOB && array->shape != WIRE_ARRAY && array->shape != WIRE_STRING &&
            array->shape != WIRE_DEEP)
            continue;
        if (!wire_counts(&array->size, index) && !wire_counts(&array->length, index))
            continue;
        if (array->is_out || array->is_unique || array->shape == WIRE_STRING)
            return false;
        if (wire_counts(&array->size, index) && array->length.kind != IR_SIZE_NONE)
            return false;
        counts = true;
    }
    return counts;
}

uint32_t wire_rebuilt_from(const struct ir_method *method, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < method->param_count && !wire_counts(wire_length_of(&method->params[i]), index); i++)
        ;
    return i;
}

static void check_constant(struct diagnostics *diagnostics, const struct ir_param *param)
{
    if ((param->size.kind == IR_SIZE_CONSTANT && param->size.constant > param->limit) ||
        (param->length.kind == IR_SIZE_CONSTANT && param->length.constant > param->limit))
        diagnose_error(diagnostics, ERROR_TOO_LARGE, param->span,
                       "'%s' cannot travel: it may have at most %u elements", param->name, param->limit);
}

/* What is wrong stands in another file than what asks for it. */
static void note_need(struct diagnostics *diagnostics, struct span span, const char *name)
{
    if (diagnostics->last.source != span.source)
        diagnose_note(diagnostics, span, "'%s' needs it to travel", name);
}

static void plan_method(struct diagnostics *diagnostics, struct ir_method *method)
{
    uint32_t i, in_interfaces = 0, out_interfaces = 0, arrays = 0;
    bool in_place = false;

    wire_number_params(diagnostics, method);
    for (i = 0; i < method->param_count; i++) {
        uint32_t before = diagnostics->error_count;

        plan_param(diagnostics, method, &method->params[i]);
        if (diagnostics->error_count != before)
            note_need(diagnostics, method->params[i].span, method->params[i].name);
        method->params[i].is_deep = method->params[i].shape == WIRE_DEEP;
        if (!method->params[i].is_deep)
            method->params[i].travels = method->params[i].shape;
        in_place |=
            method->params[i].is_allocated; /* the reply's size is known later, so nothing is in it yet */
    }
    for (i = 0; i < method->param_count; i++) {
        struct ir_param *param = &method->params[i];

        check_constant(diagnostics, param);
        arrays += param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY || param->shape == WIRE_STRING ||
                  param->shape == WIRE_STRUCT || param->shape == WIRE_DEEP;
        in_interfaces += param->shape == WIRE_INTERFACE && param->is_in;
        out_interfaces += param->shape == WIRE_INTERFACE && param->is_out;
        if (param->is_out && !in_place &&
            (param->shape == WIRE_BLOB || (param->shape == WIRE_STRING && !wire_is_wide(param->value))))
            param->in_place = in_place = true;
    }
    for (i = 0; i < method->param_count; i++)
        method->params[i].is_rebuilt = is_rebuilt(method, i);
    if (in_interfaces > WIRE_INTERFACES_MAX || out_interfaces > WIRE_INTERFACES_MAX)
        diagnose_error(diagnostics, ERROR_TOO_MANY, method->span,
                       "'%s' has more than %d interface parameters in one direction", method->name,
                       WIRE_INTERFACES_MAX);
    if (arrays > WIRE_ARRAYS_MAX)
        diagnose_error(diagnostics, ERROR_TOO_MANY, method->span,
                       "'%s' has more than %d arrays, strings and structs", method->name, WIRE_ARRAYS_MAX);
}

/* A parameter that keeps an interface on its node, one of the automation library if there is any; NULL: none
 * does. */
static const struct ir_param *find_obstacle(const struct ir_interface *interface,
                                            const struct ir_method **out_method)
{
    const struct ir_param *found = NULL;
    uint32_t i, j;

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        for (j = 0; method && j < method->param_count; j++) {
            const struct ir_param *param = &method->params[j];

            if (param->shape != WIRE_NONE || (found && !wire_automation(param->type)))
                continue;
            found = param;
            *out_method = method;
            if (wire_automation(param->type))
                return found;
        }
    }
    return found;
}

static void plan_interface(struct diagnostics *diagnostics, struct ir_interface *interface);

/* What is wrong with an interface of another file is for that file to say; here it is a base that cannot be.
 */
static void plan_imported_base(struct diagnostics *diagnostics, const struct ir_interface *interface)
{
    struct ir_interface *base = interface->base;
    const struct ir_method *method = NULL;
    const struct ir_param *obstacle;
    const char *automation;

    diagnostics->suspended++;
    plan_interface(diagnostics, base);
    diagnostics->suspended--;
    obstacle = find_obstacle(base, &method);
    if (!obstacle)
        return;
    automation = wire_automation(obstacle->type);
    diagnose_error(diagnostics, ERROR_CANNOT_TRAVEL, interface->span,
                   "'%s' cannot travel: '%s' of its base '%s' cannot%s%s%s", interface->name, method->name,
                   base->name, automation ? ", as " : "", automation ? automation : "",
                   automation ? "s have headers only" : "");
    diagnose_note(diagnostics, obstacle->span, "'%s' is here", obstacle->name);
    diagnose_hint(diagnostics, "derive it from IUnknown, or make it [local]");
}

static void plan_interface(struct diagnostics *diagnostics, struct ir_interface *interface)
{
    uint32_t i;

    if (interface->base && strcmp(interface->base->file, interface->file) != 0)
        plan_imported_base(diagnostics, interface);
    else if (interface->base)
        plan_interface(diagnostics, interface->base);
    if (interface->is_planned || interface->is_local)
        return;
    interface->is_planned = true;
    for (i = interface->inherited_count; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        if (method)
            plan_method(diagnostics, (struct ir_method *)(uintptr_t)method); /* of the tables' own memory */
    }
}

void wire_plan(struct diagnostics *diagnostics, struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE)
            plan_interface(diagnostics, file->items[i].interface);
    /* Other structs may travel in other files' methods; their .proto imports this one's. */
    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_STRUCT)
            (void)wire_plan_struct(NULL, file->items[i].structure);
}
