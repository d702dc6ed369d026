/*
 * --profile=embedded: every string and array that travels has a bound that is known when it is compiled, so
 * that memory for it can be set aside.
 */
#include "wire_internal.h"

static bool has_bound(const struct ir_param *counter)
{
    return counter->has_range && counter->range_max <= UINT32_MAX;
}

/* The parameter that counts and has no range; NULL: the size is bounded, or the array itself must be. */
static const struct ir_param *unbounded_counter(const struct ir_method *method, const struct ir_param *param)
{
    const struct ir_param *counter;
    uint32_t i;

    for (i = 0; param->size.kind == IR_SIZE_COMPUTED && i < param->size.term_count; i++)
        if (param->size.terms[i].kind == TERM_PARAM &&
            !has_bound(&method->params[param->size.terms[i].value]))
            return &method->params[param->size.terms[i].value];
    if (param->size.kind != IR_SIZE_PARAM && param->size.kind != IR_SIZE_POINTED)
        return NULL;
    counter = &method->params[param->size.param];
    return has_bound(counter) ? NULL : counter;
}

static void check_param(struct diagnostics *diagnostics, const struct ir_method *method,
                        const struct ir_param *param)
{
    const struct ir_param *counter = unbounded_counter(method, param);

    if (param->max_len || param->size.kind == IR_SIZE_CONSTANT)
        return;
    if (param->travels == WIRE_STRING && param->size.kind == IR_SIZE_NONE) {
        diagnose_error(diagnostics, ERROR_UNBOUNDED, param->span, "nobody knows how long '%s' is at most",
                       param->name);
        diagnose_hint(diagnostics, "add max_len(n)");
    } else if (counter) {
        diagnose_error(diagnostics, ERROR_UNBOUNDED, counter->span,
                       "nobody knows how large '%s' is at most, which counts '%s'", counter->name,
                       param->name);
        diagnose_note(diagnostics, param->span, "'%s' is here", param->name);
        diagnose_hint(diagnostics, "add range(0, n) to '%s'", counter->name);
    }
}

/* The field that counts a sized array and has no range. */
static void check_sized_field(struct diagnostics *diagnostics, const struct ir_struct *structure,
                              const struct ir_field *field)
{
    const struct ir_field *counter;

    if (field->size.kind != IR_SIZE_PARAM || field->max_len)
        return;
    counter = &structure->fields[field->size.param];
    if (counter->has_range && counter->range_max <= UINT32_MAX)
        return;
    diagnose_error(diagnostics, ERROR_UNBOUNDED, counter->span,
                   "nobody knows how large '%s' is at most, which counts '%s' of '%s'", counter->name,
                   field->name, wire_label(structure));
    diagnose_hint(diagnostics, "add range(0, n) to '%s', or max_len(n) to '%s'", counter->name, field->name);
}

static void check_struct(struct diagnostics *diagnostics, struct ir_struct *structure)
{
    uint32_t i;

    if (structure->is_bound_checked)
        return;
    structure->is_bound_checked = true;

    if (structure->is_recursive) {
        diagnose_error(diagnostics, ERROR_UNBOUNDED, structure->span,
                       "nobody knows how deep '%s' is at most: it points to structs of its kind",
                       structure->name);
        diagnose_hint(diagnostics, "pass an array of structs that know each other by index");
        return;
    }
    for (i = 0; i < structure->field_count && (structure->has_pointers || structure->is_deep); i++) {
        const struct ir_field *field = &structure->fields[i];

        check_sized_field(diagnostics, structure, field);
        if (field->shape == WIRE_ARRAY && field->value->kind == IR_POINTER) {
            diagnose_error(diagnostics, ERROR_UNBOUNDED, field->span,
                           "nobody knows how long the texts in '%s' of '%s' are at most", field->name,
                           wire_label(structure));
            diagnose_hint(diagnostics, "make it an array of structs with a text of max_len(n)");
        }
        if (field->shape == WIRE_STRING && !field->count && !field->max_len) {
            diagnose_error(diagnostics, ERROR_UNBOUNDED, field->span,
                           "nobody knows how long '%s' of '%s' is at most", field->name,
                           wire_label(structure));
            diagnose_hint(diagnostics, "add max_len(n), or make it an array: [string] char %s[64]",
                          field->name);
        } else if (field->value->kind == IR_STRUCT) {
            check_struct(diagnostics, field->value->structure);
        }
    }
}

static void check_method(struct diagnostics *diagnostics, const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];

        if (param->travels == WIRE_STRING || param->travels == WIRE_BLOB || param->travels == WIRE_ARRAY)
            check_param(diagnostics, method, param);
        if (param->value && param->value->kind == IR_STRUCT)
            check_struct(diagnostics, param->value->structure);
    }
}

void wire_check_bounds(struct diagnostics *diagnostics, const struct ir_file *file)
{
    uint32_t i, j;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_interface *interface = file->items[i].interface;

        if (file->items[i].kind != ITEM_INTERFACE || interface->is_local)
            continue;
        for (j = interface->inherited_count; j < interface->method_count; j++)
            if (ir_travelling(&interface->methods[j]))
                check_method(diagnostics, ir_travelling(&interface->methods[j]));
    }
}

bool wire_has_min(enum base_type base, int64_t min)
{
    return base_types[base].is_signed ? min > base_type_min(base) : min != 0;
}

bool wire_has_max(enum base_type base, uint64_t max)
{
    return base_types[base].is_signed ? (int64_t)max < (int64_t)base_type_max(base)
                                      : max < base_type_max(base);
}

bool wire_has_range(const struct ir_type *type, bool has_range, int64_t min, uint64_t max)
{
    return has_range && type->kind == IR_BASE &&
           (wire_has_min(type->base, min) || wire_has_max(type->base, max));
}
