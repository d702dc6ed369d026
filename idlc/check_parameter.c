#include "bind.h"
#include "check_internal.h"
#include "fold.h"
#include "ir_internal.h"

#include <string.h>

static const struct ast_member *find_parameter(const struct ast_method *method, const char *name)
{
    const struct ast_member *parameter;

    for (parameter = method->type->parameters; parameter; parameter = parameter->next)
        if (parameter->name.text && strcmp(parameter->name.text, name) == 0)
            return parameter;
    return NULL;
}

static bool is_out(const struct ast_member *parameter)
{
    return attribute_has(parameter->attributes, ATTRIBUTE_OUT);
}

static bool is_in(const struct ast_member *parameter)
{
    return attribute_has(parameter->attributes, ATTRIBUTE_IN) || !is_out(parameter);
}

/* ---- names and directions ---- */

static void check_name(struct compilation *compilation, const struct ast_method *method,
                       const struct ast_member *parameter)
{
    const struct ast_member *earlier;

    if (!parameter->name.text) {
        diagnose_error(compilation->diagnostics, ERROR_PARAMETER_WITHOUT_NAME, parameter->type->span,
                       "a parameter of '%s' has no name", method->name.text);
        return;
    }
    earlier = find_parameter(method, parameter->name.text);
    if (earlier == parameter)
        return;
    diagnose_error(compilation->diagnostics, ERROR_DECLARED_TWICE, parameter->name.span,
                   "parameter '%s' is declared twice", parameter->name.text);
    diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here");
}

static void check_out(struct compilation *compilation, const struct ast_member *parameter)
{
    const struct ast_type *type = check_resolve(parameter->type);

    if (type->kind != AST_TYPE_POINTER && type->kind != AST_TYPE_ARRAY) {
        diagnose_error(compilation->diagnostics, ERROR_OUT_NOT_A_POINTER, parameter->name.span,
                       "[out] parameter '%s' is not a pointer", parameter->name.text);
        diagnose_hint(compilation->diagnostics, "results are written through a pointer: '*%s'",
                      parameter->name.text);
    } else if (type->target->is_const && check_resolve(type->target)->kind != AST_TYPE_POINTER) {
        diagnose_error(compilation->diagnostics, ERROR_OUT_POINTS_TO_CONST, parameter->name.span,
                       "[out] parameter '%s' points to const", parameter->name.text);
    }
}

static void check_direction(struct compilation *compilation, const struct ast_member *parameter,
                            bool is_remote)
{
    const struct ast_attribute *retval = attribute_find(parameter->attributes, ATTRIBUTE_RETVAL);
    const struct ast_attribute *unique = attribute_of_member(parameter, ATTRIBUTE_UNIQUE);

    if (is_out(parameter)) {
        check_out(compilation, parameter);
    } else if (retval) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_RETVAL, retval->name.span,
                       "[retval] goes with [out]");
    } else if (is_remote && !attribute_has(parameter->attributes, ATTRIBUTE_IN)) {
        diagnose_warning(compilation->diagnostics, WARNING_NO_DIRECTION, parameter->name.span,
                         "parameter '%s' is neither [in] nor [out]; taken as [in]", parameter->name.text);
    }
    if (retval && parameter->next)
        diagnose_error(compilation->diagnostics, ERROR_BAD_RETVAL, retval->name.span,
                       "[retval] is the last parameter");
    if (unique && is_out(parameter) && is_remote)
        diagnose_error(compilation->diagnostics, ERROR_UNIQUE_RESULT, unique->name.span,
                       "[unique] goes with [in] only: results need a place to go to");
}

/* ---- size_is and length_is ---- */

static void unknown_parameter(struct compilation *compilation, const struct ast_method *method,
                              const struct ast_expression *expression, const char *attribute)
{
    struct name_suggestion suggestion = {.wanted = expression->text};
    const struct ast_member *parameter;

    diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_PARAMETER, expression->span,
                   "[%s] names '%s', which is no parameter of '%s'", attribute, expression->text,
                   method->name.text);
    for (parameter = method->type->parameters; parameter; parameter = parameter->next)
        if (parameter->name.text)
            names_offer(&suggestion, parameter->name.text);
    if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
}

/*
 * The parameter that counts: an integer, or with a star a pointer to one; known when it is needed: before the
 * call, unless the callee allocates the memory.
 */
static void check_counter(struct compilation *compilation, const struct ast_member *array,
                          const struct ast_member *counter, const struct ast_expression *expression,
                          bool starred, bool is_length, bool is_inner)
{
    const struct ast_type *type = check_resolve(counter->type);
    struct diagnostics *diagnostics = compilation->diagnostics;
    bool is_pointer = type->kind == AST_TYPE_POINTER;

    if (is_pointer != starred) {
        diagnose_error(diagnostics, ERROR_BAD_COUNTER, expression->span,
                       starred ? "'%s' is not a pointer" : "'%s' is a pointer", counter->name.text);
        diagnose_hint(diagnostics, starred ? "write '%s' without the star" : "write '*%s'",
                      counter->name.text);
        return;
    }
    if (!base_types[check_base(is_pointer ? type->target : type)].is_integer) {
        diagnose_error(diagnostics, ERROR_BAD_COUNTER, expression->span,
                       "'%s' is no integer and cannot count", counter->name.text);
        diagnose_note(diagnostics, counter->name.span, "declared here");
    } else if (!is_in(counter) && !is_inner && (!is_length || is_in(array))) {
        diagnose_error(diagnostics, ERROR_COUNTER_DIRECTION, expression->span,
                       "the %s of '%s' must be known before the call, but '%s' is [out]",
                       is_length ? "length" : "size", array->name.text, counter->name.text);
        diagnose_hint(diagnostics,
                      "take the room from an [in] parameter; length_is says how much of it was used");
    } else if (is_length && is_out(array) && !is_in(array) && !is_out(counter)) {
        diagnose_error(diagnostics, ERROR_COUNTER_DIRECTION, expression->span,
                       "the length of [out] '%s' is a result, but '%s' is [in]", array->name.text,
                       counter->name.text);
        diagnose_hint(diagnostics, "leave length_is away if all of it is written");
    } else if (attribute_has(counter->attributes, ATTRIBUTE_UNIQUE)) {
        diagnose_error(diagnostics, ERROR_BAD_COUNTER, expression->span,
                       "'%s' counts, so it cannot be absent", counter->name.text);
    }
}

static void check_constant_size(struct compilation *compilation, struct ast_expression *expression,
                                const char *attribute, bool is_largest)
{
    struct value value;
    uint32_t before = compilation->diagnostics->error_count;

    bind_constant(compilation, expression);
    if (compilation->diagnostics->error_count != before)
        return;
    value = fold_expression(compilation, expression);
    if (value.kind == VALUE_NONE)
        return;
    if (value.kind != VALUE_INTEGER || (value.bits == 0 && !is_largest) ||
        value.bits > (uint64_t)INT32_MAX - is_largest)
        diagnose_error(compilation->diagnostics, ERROR_BAD_SIZE, expression->span, "[%s] takes a number%s",
                       attribute, is_largest ? " from 0" : " above 0");
}

/* ---- sizes that are computed ---- */

/* What goes into a computed size: both sides must have it before the call. */
static void check_operand(struct compilation *compilation, const struct ast_expression *expression,
                          const struct ast_member *operand)
{
    const struct ast_type *type = check_resolve(operand->type);

    if (type->kind != AST_TYPE_POINTER && !base_types[check_base(type)].is_integer) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_COUNTER, expression->span,
                       "'%s' is no integer and cannot count", operand->name.text);
        diagnose_note(compilation->diagnostics, operand->name.span, "declared here");
    } else if (type->kind == AST_TYPE_POINTER || is_out(operand)) {
        diagnose_error(compilation->diagnostics, ERROR_SIZE_COMPUTES, expression->span,
                       "a size is computed of [in] parameters that are no pointers, and '%s' is none",
                       operand->name.text);
        diagnose_note(compilation->diagnostics, operand->name.span, "declared here");
    }
}

static void check_computed(struct compilation *compilation, const struct ast_method *method,
                           struct ast_expression *expression, const char *attribute)
{
    const struct ast_expression *name;
    const struct ast_member *operand;
    struct value value;

    expression =
        (struct ast_expression *)(uintptr_t)ir_size_without_casts(expression); /* of the tree's memory */
    name =
        expression->kind == EXPRESSION_UNARY && expression->operation == '*' ? expression->left : expression;
    operand = name->kind == EXPRESSION_NAME ? find_parameter(method, name->text) : NULL;
    if (operand) {
        check_operand(compilation, expression, operand);
    } else if (!ir_size_names(method->type->parameters, expression)) {
        bind_constant(compilation, expression);
        value = fold_expression(compilation, expression);
        if (value.kind != VALUE_NONE && (value.kind != VALUE_INTEGER || value.bits > INT64_MAX))
            diagnose_error(compilation->diagnostics, ERROR_BAD_SIZE, expression->span,
                           "[%s] computes with integers", attribute);
    } else if (expression->kind == EXPRESSION_BINARY && ir_term_of(expression->operation) != TERM_CONSTANT) {
        check_computed(compilation, method, expression->left, attribute);
        check_computed(compilation, method, expression->right, attribute);
    } else if (expression->kind == EXPRESSION_UNARY &&
               (expression->operation == '-' || expression->operation == '+')) {
        check_computed(compilation, method, expression->left, attribute);
    } else {
        diagnose_error(compilation->diagnostics, ERROR_SIZE_COMPUTES, expression->span,
                       "[%s] computes with + - * / %% << >> & | ^ only", attribute);
        diagnose_hint(compilation->diagnostics, "pass the size as a parameter of its own");
    }
}

static uint32_t count_terms(const struct ast_expression *expression)
{
    if (!expression)
        return 0;
    return 1 + count_terms(expression->left) + count_terms(expression->right);
}

/* Results say their size in a parameter, or have all the room. */
static void check_computed_size(struct compilation *compilation, const struct ast_method *method,
                                const struct ast_member *array, struct ast_expression *expression,
                                const struct ast_attribute *attribute, bool is_inner)
{
    bool is_result = is_inner || (attribute->info->id == ATTRIBUTE_LENGTH_IS && is_out(array));

    if (is_result) {
        diagnose_error(compilation->diagnostics, ERROR_SIZE_COMPUTES, expression->span,
                       "[%s] of a result takes a parameter, *parameter or a constant: it does not compute",
                       attribute->name.text);
        diagnose_hint(compilation->diagnostics, "return the size in an [out] parameter of its own");
    } else if (count_terms(expression) > IR_TERMS_MAX / 2) {
        diagnose_error(compilation->diagnostics, ERROR_SIZE_COMPUTES, expression->span,
                       "[%s] computes with no more than %d numbers and operators", attribute->name.text,
                       IR_TERMS_MAX / 2);
    } else {
        check_computed(compilation, method, expression, attribute->name.text);
    }
}

static void check_size(struct compilation *compilation, const struct ast_method *method,
                       const struct ast_member *parameter, const struct ast_attribute *attribute)
{
    bool is_inner = ir_is_inner_size(attribute), is_largest = attribute->info->id == ATTRIBUTE_MAX_IS;
    struct ast_expression *argument = is_inner ? attribute->arguments->next : attribute->arguments;
    const struct ast_expression *expression = ir_size_without_casts(argument), *name;
    const struct ast_type *type = check_resolve(parameter->type);
    bool is_length = attribute->info->id == ATTRIBUTE_LENGTH_IS, starred;
    const struct ast_member *counter;

    if (type->kind != AST_TYPE_POINTER && type->kind != AST_TYPE_ARRAY) {
        diagnose_error(compilation->diagnostics, ERROR_NOT_A_POINTER, attribute->name.span,
                       "[%s] goes with arrays and pointers", attribute->name.text);
        return;
    }
    if (is_inner ? check_resolve(type->target)->kind != AST_TYPE_POINTER : attribute->argument_count > 1) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_SIZE, attribute->name.span,
                       is_inner ? "[%s(, n)] goes with pointers to pointers"
                                : "[%s] of several dimensions is not supported",
                       attribute->name.text);
        if (!is_inner)
            diagnose_hint(compilation->diagnostics,
                          "pass one array with all elements: size_is(rows * columns) T *values");
        return;
    }
    starred = expression->kind == EXPRESSION_UNARY && expression->operation == '*';
    name = starred ? ir_size_without_casts(expression->left) : expression;
    if (starred && name->kind != EXPRESSION_NAME) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_SIZE, expression->span,
                       "expected '*' and the name of a parameter");
        return;
    }
    counter = name->kind == EXPRESSION_NAME ? find_parameter(method, name->text) : NULL;
    if (counter && is_largest)
        check_computed_size(compilation, method, parameter, argument, attribute, is_inner);
    else if (counter)
        check_counter(compilation, parameter, counter, expression, starred, is_length, is_inner);
    else if (name->kind == EXPRESSION_NAME && (starred || !names_find(&compilation->names, name->text)))
        unknown_parameter(compilation, method, name, attribute->name.text);
    else if (ir_size_names(method->type->parameters, argument))
        check_computed_size(compilation, method, parameter, argument, attribute, is_inner);
    else
        check_constant_size(compilation, argument, attribute->name.text, is_largest);
}

static void check_sizes(struct compilation *compilation, const struct ast_method *method,
                        const struct ast_member *parameter)
{
    const struct ast_attribute *size = attribute_find(parameter->attributes, ATTRIBUTE_SIZE_IS);
    const struct ast_attribute *largest = attribute_find(parameter->attributes, ATTRIBUTE_MAX_IS);
    const struct ast_attribute *length = attribute_find(parameter->attributes, ATTRIBUTE_LENGTH_IS);
    const struct ast_type *type = check_resolve(parameter->type);

    if (size && largest) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_SIZE, largest->name.span,
                       "[size_is] says the size already");
        diagnose_note(compilation->diagnostics, size->name.span, "said here");
        return;
    }
    if (!size)
        size = largest;
    if (size)
        check_size(compilation, method, parameter, size);
    if (length)
        check_size(compilation, method, parameter, length);
    if (length && !size && !(type->kind == AST_TYPE_ARRAY && type->count)) {
        diagnose_error(compilation->diagnostics, ERROR_LENGTH_WITHOUT_SIZE, length->name.span,
                       "[length_is] needs [size_is]");
        diagnose_hint(compilation->diagnostics,
                      "size_is says how much room there is, length_is how much of it is used");
    }
}

/* The parameter that [iid_is] names: an interface id that goes in. */
static void check_iid(struct compilation *compilation, const struct ast_method *method,
                      const struct ast_member *parameter)
{
    const struct ast_attribute *attribute = attribute_find(parameter->attributes, ATTRIBUTE_IID_IS);
    const struct ast_expression *expression = attribute ? attribute->arguments : NULL;
    const struct ast_member *iid;
    const struct ast_type *type;

    if (!expression)
        return;
    iid = expression->kind == EXPRESSION_NAME ? find_parameter(method, expression->text) : NULL;
    if (!iid && expression->kind == EXPRESSION_NAME) {
        unknown_parameter(compilation, method, expression, "iid_is");
        return;
    }
    type = iid ? check_resolve(iid->type) : NULL;
    if (type && type->kind == AST_TYPE_POINTER)
        type = check_resolve(type->target);
    if (!type || check_base(type) != BASE_GUID || !is_in(iid) || is_out(iid) ||
        attribute_of_member(iid, ATTRIBUTE_UNIQUE))
        diagnose_error(compilation->diagnostics, ERROR_BAD_IID, expression->span,
                       "[iid_is] takes an [in] parameter of the type const IID *");
}

/* The parameter that [switch_is] names; whether it can tell the arms is known when the union is planned. */
static void check_choice(struct compilation *compilation, const struct ast_method *method,
                         const struct ast_member *parameter)
{
    const struct ast_attribute *attribute = attribute_find(parameter->attributes, ATTRIBUTE_SWITCH_IS);
    const struct ast_expression *expression = attribute ? attribute->arguments : NULL;

    if (expression && expression->kind == EXPRESSION_UNARY && expression->operation == '*')
        expression = expression->left;
    if (!expression)
        return;
    if (expression->kind != EXPRESSION_NAME)
        diagnose_error(compilation->diagnostics, ERROR_BAD_UNION, expression->span,
                       "[switch_is] takes a parameter, or *parameter");
    else if (!find_parameter(method, expression->text))
        unknown_parameter(compilation, method, expression, "switch_is");
}

/* Names in an expression of size_is that are neither parameters nor constants. */
static void check_names(struct compilation *compilation, const struct ast_method *method,
                        struct ast_expression *expression, const char *attribute)
{
    if (!expression)
        return;
    if (expression->kind == EXPRESSION_NAME && !find_parameter(method, expression->text) &&
        !names_find(&compilation->names, expression->text))
        unknown_parameter(compilation, method, expression, attribute);
    check_names(compilation, method, expression->condition, attribute);
    check_names(compilation, method, expression->left, attribute);
    check_names(compilation, method, expression->right, attribute);
}

/* Of what does not travel only the names must be right. */
static void check_size_names(struct compilation *compilation, const struct ast_method *method,
                             const struct ast_member *parameter)
{
    const struct ast_attribute *attribute;
    struct ast_expression *argument;

    for (attribute = parameter->attributes; attribute; attribute = attribute->next)
        if (attribute->info && attribute->info->arguments == ARGUMENTS_SIZE)
            for (argument = attribute->arguments; argument; argument = argument->next)
                check_names(compilation, method, argument, attribute->name.text);
}

void check_parameters(struct compilation *compilation, const struct ast_method *method, bool is_remote)
{
    const struct ast_member *parameter;

    for (parameter = method->type->parameters; parameter; parameter = parameter->next) {
        uint32_t before = compilation->diagnostics->error_count;

        check_name(compilation, method, parameter);
        check_value_type(compilation, parameter->type,
                         parameter->name.text ? parameter->name.span : parameter->type->span, false);
        if (compilation->diagnostics->error_count != before)
            continue;
        check_data_attributes(compilation, parameter);
        check_direction(compilation, parameter, is_remote);
        if (!is_remote)
            check_size_names(compilation, method, parameter);
        else if (compilation->diagnostics->error_count == before)
            check_sizes(compilation, method, parameter);
        if (compilation->diagnostics->error_count == before && is_remote)
            check_iid(compilation, method, parameter);
        if (compilation->diagnostics->error_count == before && is_remote)
            check_choice(compilation, method, parameter);
    }
}

void check_described_parameters(struct compilation *compilation, const struct ast_method *method,
                                bool is_local)
{
    const struct ast_member *parameter;

    for (parameter = method->type->parameters; parameter; parameter = parameter->next) {
        if (parameter->name.text)
            check_name(compilation, method, parameter);
        check_value_type(compilation, parameter->type,
                         parameter->name.text ? parameter->name.span : parameter->type->span, false);
        if (!is_local)
            check_size_names(compilation, method, parameter);
    }
}
