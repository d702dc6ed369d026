/*
 * The plan of what tables describe in every form of generated code: unions, and structs that have pointers to
 * more than texts, with the parameters that are or point to them.
 */
#include "wire_internal.h"

#include <string.h>

/* ---- what a type is ---- */

static bool is_text(const struct ir_type *type)
{
    return type->kind == IR_POINTER && !type->is_bstr && wire_is_character(type->target);
}

static bool is_interface_pointer(const struct ir_type *type)
{
    return type->kind == IR_POINTER && type->target->kind == IR_INTERFACE;
}

static bool is_union(const struct ir_type *type)
{
    return type->kind == IR_STRUCT && type->structure->is_union;
}

static bool may_leave(const struct ir_interface *interface)
{
    return interface->has_uuid && !(interface->is_local && interface->base);
}

/* T x[2][3] is in memory, and travels, as one array. `*out_count` is the number of its elements; 0: nobody
 * knows. */
static const struct ir_type *flatten(const struct ir_type *array, uint32_t *out_count)
{
    uint64_t count = array->count;

    for (array = array->target; array->kind == IR_ARRAY; array = array->target)
        count = count <= WIRE_MESSAGE_BYTES_MAX ? count * array->count : count;
    *out_count = count <= WIRE_MESSAGE_BYTES_MAX ? (uint32_t)count : 0;
    return array;
}

/* What the values of a field or parameter are, wherever they lie. */
struct element {
    enum wire_shape shape; /* of one of them; WIRE_NONE: it cannot travel */
    const struct ir_type *value;
    bool is_indirect;
};

/* A struct that is planned right now has structs of its kind behind this pointer. */
static enum wire_shape pointed_shape(struct diagnostics *diagnostics, const struct ir_type *type)
{
    if (type->kind == IR_STRUCT && type->structure->state == WIRE_RUNNING) {
        type->structure->is_recursive = true;
        return WIRE_STRUCT;
    }
    return wire_value_shape(diagnostics, type);
}

static struct element element_of(struct diagnostics *diagnostics, const struct ir_type *type, bool is_string,
                                 bool is_dynamic)
{
    struct element element = {WIRE_NONE, type, false};

    if (type->is_bstr) {
        element.shape = WIRE_STRING;
    } else if (is_text(type)) {
        element.shape = is_string ? WIRE_STRING : WIRE_NONE;
    } else if (is_interface_pointer(type) || (is_dynamic && type->kind == IR_POINTER)) {
        element.value = type->target;
        if (is_dynamic || may_leave(type->target->interface))
            element.shape = WIRE_INTERFACE;
    } else if (type->kind == IR_POINTER) {
        element.value = type->target;
        element.is_indirect = true;
        element.shape = pointed_shape(diagnostics, type->target);
    } else {
        element.shape = pointed_shape(diagnostics, type); /* no struct contains itself without a pointer */
    }
    return element;
}

static uint64_t element_size(const struct element *element)
{
    bool is_pointer =
        element->is_indirect || element->shape == WIRE_STRING || element->shape == WIRE_INTERFACE;

    return is_pointer ? 8 : wire_value_size(element->value);
}

/* Most elements of an array. */
static uint32_t limit_of(const struct element *element, bool is_bytes, uint32_t max_len)
{
    uint64_t each = is_bytes ? 1 : element_size(element), bound = 15;
    uint32_t limit;

    if (!is_bytes && !element->is_indirect && element->shape != WIRE_STRING &&
        element->shape != WIRE_INTERFACE)
        bound = wire_value_bound(element->value);
    if (!is_bytes && bound > each)
        each = bound;
    limit = (uint32_t)(WIRE_MESSAGE_BYTES_MAX / (each ? each : 1));
    return max_len && max_len < limit ? max_len : limit;
}

/* ---- unions ---- */

bool wire_check_cases(struct diagnostics *diagnostics, const struct ir_struct *structure)
{
    uint32_t i, j;

    if (!structure->case_count && !structure->has_default) {
        if (diagnostics) {
            diagnose_error(diagnostics, ERROR_BAD_UNION, structure->span,
                           "union '%s' cannot travel: its arms have no values", wire_label(structure));
            diagnose_hint(diagnostics, "each arm gets [case(value)], or one of them [default]");
        }
        return false;
    }
    for (i = 0; i < structure->field_count; i++) {
        for (j = 0; j < structure->case_count; j++)
            if (!structure->cases[j].is_empty && structure->cases[j].arm == i)
                break;
        if (j < structure->case_count ||
            (structure->has_default && !structure->other.is_empty && structure->other.arm == i))
            continue;
        if (diagnostics)
            diagnose_error(diagnostics, ERROR_BAD_UNION, structure->fields[i].span,
                           "no value tells that arm '%s' is there", structure->fields[i].name);
        return false;
    }
    for (i = 0; i < structure->case_count; i++)
        for (j = 0; j < i; j++)
            if (structure->cases[i].value == structure->cases[j].value) {
                if (diagnostics)
                    diagnose_error(diagnostics, ERROR_BAD_UNION, structure->span,
                                   "two arms of union '%s' have the value %lld", wire_label(structure),
                                   (long long)structure->cases[i].value);
                return false;
            }
    return true;
}

/* Whether a type can tell the arms: an integer that has all their values. */
static const char *cannot_tell(const struct ir_type *type, const struct ir_struct *structure)
{
    enum base_type base = type->kind == IR_BASE ? type->base : BASE_NONE;
    uint32_t i;

    if (type->kind == IR_ENUM)
        base = BASE_INT32;
    else if (type->kind != IR_BASE ||
             (!base_types[base].is_integer && base != BASE_BOOLEAN && base != BASE_BOOL && base != BASE_CHAR))
        return "what tells the arm of a union is an integer or an enum";
    for (i = 0; i < structure->case_count && base_types[base].is_integer; i++) {
        int64_t value = structure->cases[i].value;
        bool fits = base_types[base].is_signed
                        ? value >= base_type_min(base) && value <= (int64_t)base_type_max(base)
                        : (uint64_t)value <= base_type_max(base);

        if (!fits)
            return "what tells the arm of the union cannot have the value of each arm";
    }
    return NULL;
}

const char *wire_message_name(struct arena *arena, const struct ir_struct *structure)
{
    return structure->name ? structure->name
                           : arena_format(arena, "%s_%s", structure->in_field->name,
                                          structure->is_union ? "arm" : "part");
}

/* ---- fields ---- */

static bool is_deep_field(const struct ir_field *field)
{
    const struct ir_type *type = field->type;
    const struct ir_type *element = type->kind == IR_ARRAY ? type->target : type;

    if (field->size.kind != IR_SIZE_NONE || field->length.kind != IR_SIZE_NONE ||
        field->iid.kind != IR_SIZE_NONE || field->choice.kind != IR_SIZE_NONE || is_union(element))
        return true;
    if (type->kind == IR_ARRAY && (!type->count || element->kind == IR_POINTER || element->kind == IR_ARRAY))
        return true;
    return type->kind == IR_POINTER && !wire_is_base(type->target, BASE_CHAR); /* such texts need no tables */
}

bool wire_is_pointer(const struct ir_field *field)
{
    if (field->shape == WIRE_STRING)
        return !field->count;
    return field->is_indirect || field->shape == WIRE_INTERFACE || (field->type->kind == IR_POINTER);
}

static const char *check_choice(struct ir_struct *structure, const struct ir_field *field)
{
    if (!is_union(field->value))
        return field->choice.kind == IR_SIZE_NONE ? NULL : "[switch_is] goes with unions";
    if (field->choice.kind != IR_SIZE_PARAM || structure->is_union)
        return "nobody knows which arm of the union is there";
    return cannot_tell(structure->fields[field->choice.param].type, field->value->structure);
}

/* What counts elements, or says what an object is, is a field that is read before. */
static const char *check_partner(const struct ir_struct *structure, const struct ir_size *size, bool is_iid)
{
    const struct ir_type *type;

    if (size->kind != IR_SIZE_PARAM)
        return NULL;
    if (structure->is_union)
        return "an arm of a union has no fields beside it; make the arm a struct";
    type = structure->fields[size->param].type;
    if (is_iid && type->kind == IR_POINTER)
        type = type->target;
    if (is_iid ? !wire_is_base(type, BASE_GUID) : type->kind != IR_BASE || !base_types[type->base].is_integer)
        return is_iid ? "[iid_is] names a GUID" : "what counts its elements is no integer";
    return NULL;
}

static const char *check_field(struct ir_struct *structure, struct ir_field *field)
{
    const char *why = check_choice(structure, field);

    if (!why)
        why = check_partner(structure, &field->size, false);
    if (!why)
        why = check_partner(structure, &field->length, false);
    if (!why)
        why = check_partner(structure, &field->iid, true);
    if (!why && field->length.kind == IR_SIZE_CONSTANT)
        why = "the length of an array is a field; leave length_is away if all of it is good";
    return why;
}

static enum wire_shape array_shape(const struct ir_type *type, const struct element *element)
{
    if (wire_is_byte(type))
        return WIRE_BLOB;
    return element->shape == WIRE_NONE || (element->is_indirect && element->shape != WIRE_STRUCT)
               ? WIRE_NONE
               : WIRE_ARRAY;
}

bool wire_plan_deep_field(struct diagnostics *diagnostics, struct ir_struct *structure,
                          struct ir_field *field)
{
    const struct ir_type *type = field->type, *value = type;
    bool is_sized = field->size.kind != IR_SIZE_NONE, is_array = type->kind == IR_ARRAY || is_sized;
    bool is_dynamic = field->iid.kind != IR_SIZE_NONE;
    struct element element;
    uint32_t count = 0;

    if (!is_deep_field(field))
        return false;
    if (is_array && type->kind != IR_ARRAY && type->kind != IR_POINTER)
        return true; /* nothing to count */
    if (type->kind == IR_ARRAY && (!type->count || is_sized)) {
        field->refusal = "C knows no size of it; write a pointer to the elements";
        return true;
    }
    if (is_array)
        value = type->kind == IR_ARRAY ? flatten(type, &count) : type->target;
    if (type->kind == IR_ARRAY && !count) {
        field->refusal = "nobody knows how many elements it has";
        return true;
    }
    element = element_of(diagnostics, value, field->is_string, is_dynamic);
    field->value = element.value;
    field->is_indirect = element.is_indirect;
    field->refusal = check_field(structure, field);
    if (!field->refusal && element.shape == WIRE_NONE && element.value->kind == IR_INTERFACE)
        field->refusal = "its interface is [local] or has no uuid, so it stays on its node";
    if (field->refusal || element.shape == WIRE_NONE)
        return true;
    if (is_array) {
        field->count = count;
        field->shape = array_shape(value, &element);
        field->limit = limit_of(&element, field->shape == WIRE_BLOB, field->max_len);
        if (field->size.kind == IR_SIZE_CONSTANT && field->size.constant > field->limit)
            field->refusal = "its size is larger than it may be";
    } else if (!element.is_indirect || element.shape == WIRE_STRUCT || field->is_unique) {
        field->shape = element.shape;
        if (element.shape == WIRE_STRING)
            field->value = type->target;
    }
    if (field->refusal)
        field->shape = WIRE_NONE;
    return true;
}

bool wire_report_deep_field(struct diagnostics *diagnostics, const struct ir_struct *structure,
                            const struct ir_field *field)
{
    bool is_bad_union = is_union(field->value) && field->refusal;

    if (!field->refusal)
        return field->value->kind == IR_STRUCT && field->value->structure->state == WIRE_BAD;
    diagnose_error(diagnostics, is_bad_union ? ERROR_BAD_UNION : ERROR_FIELD_CANNOT_TRAVEL, field->span,
                   "field '%s' of %s '%s' cannot travel: %s", field->name,
                   structure->is_union ? "union" : "struct", wire_label(structure), field->refusal);
    if (is_bad_union && field->choice.kind == IR_SIZE_NONE)
        diagnose_hint(diagnostics, "write [switch_is(kind)] before it, where kind is a field of the struct");
    return true;
}

/* ---- parameters ---- */

/* A pointer to what a pointer leads to: [out] T **, [in, out, string] char **, [in, out] I **. */
static bool is_twice(const struct ir_type *type)
{
    return type->kind == IR_POINTER && type->target->kind == IR_POINTER && !type->target->is_bstr;
}

/* Whether the struct goes by tables in that direction. */
static bool is_deep_value(struct diagnostics *diagnostics, const struct ir_param *param,
                          const struct ir_type *type)
{
    if (type->kind != IR_STRUCT)
        return false;
    if (type->structure->is_union)
        return true;
    return wire_plan_struct(diagnostics, type->structure) &&
           (type->structure->is_deep || (param->is_out && type->structure->has_pointers));
}

/* What a pointer behind a pointer leads to. */
static bool is_deep_pointer(struct diagnostics *diagnostics, const struct ir_param *param,
                            const struct ir_type *pointer)
{
    if (is_text(pointer))
        return param->is_string && param->is_in && param->is_out;
    if (is_interface_pointer(pointer))
        return param->iid.kind == IR_SIZE_NONE && param->is_in && param->is_out;
    if (pointer->target->kind == IR_STRUCT && param->is_in && param->is_out)
        return wire_plan_struct(diagnostics, pointer->target->structure);
    return is_deep_value(diagnostics, param, pointer->target);
}

/* Whether tables describe it, and whether it is an array. */
static bool is_deep_param(struct diagnostics *diagnostics, const struct ir_param *param, bool *out_array)
{
    const struct ir_type *type = param->type, *element;
    bool is_pointer = type->kind == IR_POINTER || type->kind == IR_ARRAY;

    *out_array = type->kind == IR_ARRAY || param->size.kind != IR_SIZE_NONE;
    if (!*out_array && is_twice(type))
        return is_deep_pointer(diagnostics, param, type->target);
    if (!*out_array)
        return is_deep_value(diagnostics, param, is_pointer ? type->target : type);
    if (!is_pointer)
        return false;
    element = param->is_inner_size ? type->target->target : type->target;
    if (is_text(element))
        return param->is_string;
    if (element->is_bstr)
        return true;
    if (is_interface_pointer(element))
        return true;
    if (element->kind == IR_ARRAY)
        return true;
    if (element->kind == IR_POINTER && element->target->kind == IR_STRUCT)
        return wire_plan_struct(diagnostics, element->target->structure);
    return is_deep_value(diagnostics, param, element);
}

static void plan_union_param(struct diagnostics *diagnostics, const struct ir_method *method,
                             struct ir_param *param)
{
    const struct ir_param *choice;
    const struct ir_type *type;
    const char *why = NULL;

    if (param->choice.kind == IR_SIZE_NONE || param->choice.kind == IR_SIZE_CONSTANT ||
        param->choice.param >= method->param_count) {
        diagnose_error(diagnostics, ERROR_BAD_UNION, param->span,
                       "'%s' cannot travel: nobody knows which arm of the union is there", param->name);
        diagnose_hint(diagnostics, "write [switch_is(kind)] before it, where kind is another parameter");
        return;
    }
    if (!wire_plan_struct(diagnostics, param->value->structure))
        return;
    choice = &method->params[param->choice.param];
    type = choice->type;
    if ((type->kind == IR_POINTER) != (param->choice.kind == IR_SIZE_POINTED))
        why = "the star of [switch_is] goes with a pointer";
    else if (param->is_in && (!choice->is_in || choice->is_out || type->kind == IR_POINTER))
        why = "what tells the arm of an [in] union is an [in] parameter, not a pointer";
    else
        why = cannot_tell(type->kind == IR_POINTER ? type->target : type, param->value->structure);
    if (why)
        diagnose_error(diagnostics, ERROR_BAD_UNION, param->span, "'%s' cannot travel: %s", param->name, why);
    else
        param->shape = WIRE_DEEP;
}

/* An array of arrays, all of whose elements are values. */
static void plan_grid_param(struct diagnostics *diagnostics, struct ir_param *param)
{
    uint32_t count = 0;
    struct element element;

    param->travels = WIRE_ARRAY;
    param->value = param->type;
    param->is_indirect = false;
    if (param->type->kind == IR_ARRAY)
        param->value = flatten(param->type, &count);
    if (!count || param->length.kind != IR_SIZE_NONE ||
        (param->size.kind != IR_SIZE_NONE &&
         (param->size.kind != IR_SIZE_CONSTANT || param->size.constant != count))) { /* as planned before */
        wire_refuse(diagnostics, param, "an array of arrays has fixed sizes",
                    "pass one array with all elements: size_is(rows * columns) T *values");
        return;
    }
    element = element_of(diagnostics, param->value, false, false);
    param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = count};
    param->limit = limit_of(&element, false, param->max_len);
    if (element.is_indirect || element.shape == WIRE_INTERFACE || element.shape == WIRE_STRING ||
        is_union(param->value))
        wire_refuse(diagnostics, param, "an array of arrays has numbers, enums, GUIDs or structs",
                    "pass an array of structs that have the rest");
    else if (param->is_in && param->is_out)
        wire_refuse(diagnostics, param, "an array of arrays goes in or out, not both", "use two parameters");
    else if (element.shape != WIRE_NONE)
        param->shape = WIRE_DEEP;
    else if (param->value->kind != IR_STRUCT)
        wire_refuse(diagnostics, param, "arrays of this type are not supported",
                    "elements are numbers, enums, GUIDs and structs");
}

static void plan_array_param(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *type = param->is_inner_size ? param->type->target->target : param->type->target;
    struct element element = element_of(diagnostics, type, param->is_string, false);

    if (param->is_inner_size && !wire_plan_allocated(diagnostics, param))
        return;
    param->travels = WIRE_ARRAY;
    param->value = element.value;
    param->is_indirect = false;
    if (param->type->kind == IR_ARRAY && param->type->count && param->size.kind == IR_SIZE_NONE)
        param->size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = param->type->count};
    if (is_union(element.value))
        wire_refuse(diagnostics, param, "an array of unions has nothing that tells their arms",
                    "put the union into a struct with the field that tells its arm");
    else if (param->iid.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "an array of objects has one interface", "leave iid_is away");
    else if (element.shape == WIRE_NONE && element.value->kind == IR_INTERFACE)
        wire_refuse(diagnostics, param, "its interface is [local] or has no uuid",
                    "only interfaces with a proxy leave their node");
    else if (param->is_in && param->is_out)
        wire_refuse(diagnostics, param, "an array of values with pointers goes in or out, not both",
                    "use two parameters");
    else if (param->is_unique)
        wire_refuse(diagnostics, param, "an array of values with pointers cannot be [unique]",
                    "pass an empty array instead of NULL");
    else if (element.shape != WIRE_NONE)
        param->shape = WIRE_DEEP;
    param->limit = limit_of(&element, false, param->max_len);
}

/* A text or an object that goes in and may be replaced by the method. @retval false it is neither */
static bool plan_replaced_param(struct diagnostics *diagnostics, struct ir_param *param)
{
    const struct ir_type *pointer = param->type->target;

    param->value = pointer->target;
    param->is_indirect = true;
    if (is_text(pointer)) {
        param->travels = WIRE_STRING;
        param->is_allocated = true;
        param->limit = WIRE_MESSAGE_BYTES_MAX / (wire_is_wide(param->value) ? WIRE_WIDE_BYTES : 1);
    } else if (is_interface_pointer(pointer)) {
        param->travels = WIRE_INTERFACE;
    } else {
        return false;
    }
    if (pointer->target->is_const)
        wire_refuse(diagnostics, param, "whoever replaces it frees it, so it is not const",
                    "write [in, out, string] char **name");
    else if (param->travels == WIRE_INTERFACE && !may_leave(param->value->interface))
        wire_refuse(diagnostics, param, "its interface is [local] or has no uuid",
                    "only interfaces with a proxy leave their node");
    else
        param->shape = WIRE_DEEP;
    return true;
}

bool wire_plan_deep_param(struct diagnostics *diagnostics, const struct ir_method *method,
                          struct ir_param *param)
{
    const struct ir_type *type = param->type;
    bool is_array;

    if (!is_deep_param(diagnostics, param, &is_array))
        return false;
    if (is_array && !param->is_inner_size && type->target->kind == IR_ARRAY) {
        plan_grid_param(diagnostics, param);
        return true;
    }
    if (is_array) {
        plan_array_param(diagnostics, param);
        return true;
    }
    if (is_twice(type) && plan_replaced_param(diagnostics, param))
        return true;
    param->travels = WIRE_STRUCT;
    param->is_indirect = type->kind == IR_POINTER;
    param->value = param->is_indirect ? type->target : type;
    if (is_twice(type) && param->is_in && param->is_out) {
        param->is_allocated = true; /* the one that replaces what goes in */
        param->value = type->target->target;
    } else if (is_twice(type) && !wire_plan_allocated(diagnostics, param)) {
        return true;
    }
    if (is_union(param->value))
        plan_union_param(diagnostics, method, param);
    else if (param->choice.kind != IR_SIZE_NONE)
        wire_refuse(diagnostics, param, "[switch_is] goes with unions", "leave it away");
    else
        param->shape = WIRE_DEEP;
    return true;
}
