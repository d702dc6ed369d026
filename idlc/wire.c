/* The plan: how everything that remote methods pass travels. */
#include "wire_internal.h"

#include <string.h>

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

        wire_plan_param(diagnostics, method, &method->params[i]);
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
