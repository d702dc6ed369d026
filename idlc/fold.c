#include "fold.h"
#include "compile.h"
#include "layout.h"
#include "lexer.h"

#include <stdlib.h>

/* Constants that depend on each other; each takes some stack. */
#define FOLD_DEPTH_MAX 500

static const struct value NO_VALUE = {.kind = VALUE_NONE};

static struct value integer(uint64_t bits, bool is_unsigned)
{
    return (struct value){.kind = VALUE_INTEGER, .bits = bits, .is_unsigned = is_unsigned};
}

static struct value real(double value)
{
    return (struct value){.kind = VALUE_FLOAT, .real = value};
}

static double as_real(struct value value)
{
    if (value.kind == VALUE_FLOAT)
        return value.real;
    return value.is_unsigned ? (double)value.bits : (double)(int64_t)value.bits;
}

static bool is_true(struct value value)
{
    return value.kind == VALUE_FLOAT ? value.real != 0 : value.bits != 0;
}

static bool is_negative(struct value value)
{
    return !value.is_unsigned && (int64_t)value.bits < 0;
}

static struct value fold_declaration(struct compilation *compilation, struct ast_declaration *declaration);

static struct value fold_unary(struct compilation *compilation, const struct ast_expression *expression)
{
    struct value value = fold_expression(compilation, expression->left);

    if (value.kind == VALUE_NONE)
        return value;
    if (expression->operation == '!' && value.kind != VALUE_STRING)
        return integer(!is_true(value), false);
    if (value.kind == VALUE_FLOAT && expression->operation == '-')
        return real(-value.real);
    if (value.kind == VALUE_FLOAT && expression->operation == '+')
        return value;
    if (value.kind == VALUE_INTEGER) {
        switch (expression->operation) {
        case '-':
            return integer(0 - value.bits, value.is_unsigned && value.bits > (uint64_t)INT64_MAX + 1);
        case '~':
            return integer(~value.bits, value.is_unsigned);
        case '+':
            return value;
        default:
            break;
        }
    }
    diagnose_error(compilation->diagnostics, ERROR_BAD_OPERATOR, expression->span,
                   "this operator has no constant value here");
    return NO_VALUE;
}

static struct value fold_real(struct compilation *compilation, const struct ast_expression *expression,
                              double left, double right)
{
    switch (expression->operation) {
    case '+':
        return real(left + right);
    case '-':
        return real(left - right);
    case '*':
        return real(left * right);
    case '/':
        return real(left / right);
    case '<':
        return integer(left < right, false);
    case '>':
        return integer(left > right, false);
    default:
        diagnose_error(compilation->diagnostics, ERROR_BAD_OPERATOR, expression->span,
                       "this operator does not take numbers with a fraction");
        return NO_VALUE;
    }
}

static int compare(struct value left, struct value right, bool is_unsigned)
{
    if (is_unsigned)
        return left.bits < right.bits ? -1 : left.bits > right.bits;
    return (int64_t)left.bits < (int64_t)right.bits ? -1 : (int64_t)left.bits > (int64_t)right.bits;
}

static struct value fold_division(struct compilation *compilation, const struct ast_expression *expression,
                                  struct value left, struct value right, bool is_unsigned)
{
    bool remainder = expression->operation == '%';
    int64_t a = (int64_t)left.bits, b = (int64_t)right.bits;

    if (right.bits == 0) {
        diagnose_error(compilation->diagnostics, ERROR_DIVISION_BY_ZERO, expression->right->span,
                       "division by zero");
        return NO_VALUE;
    }
    if (is_unsigned)
        return integer(remainder ? left.bits % right.bits : left.bits / right.bits, true);
    if (b == -1)
        return integer(remainder ? 0 : 0 - left.bits, false); /* also of the smallest number */
    return integer((uint64_t)(remainder ? a % b : a / b), false);
}

static struct value fold_shift(struct compilation *compilation, const struct ast_expression *expression,
                               struct value left, struct value right)
{
    if (right.bits > 63) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_SHIFT, expression->right->span,
                       "shift by less than 0 or more than 63");
        return NO_VALUE;
    }
    if (expression->operation == PUNCTUATION_SHIFT_LEFT) {
        uint64_t bits = left.bits << right.bits;

        /* 1 << 63 is a large number, not a negative one. */
        return integer(bits, left.is_unsigned || (!is_negative(left) && bits > INT64_MAX));
    }
    if (is_negative(left))
        return integer(~(~left.bits >> right.bits), false);
    return integer(left.bits >> right.bits, left.is_unsigned);
}

static struct value fold_integers(struct compilation *compilation, const struct ast_expression *expression,
                                  struct value left, struct value right)
{
    bool is_unsigned = left.is_unsigned || right.is_unsigned;

    switch (expression->operation) {
    case '+':
        return integer(left.bits + right.bits, is_unsigned);
    case '-':
        return integer(left.bits - right.bits, is_unsigned);
    case '*':
        return integer(left.bits * right.bits, is_unsigned);
    case '/':
    case '%':
        return fold_division(compilation, expression, left, right, is_unsigned);
    case '&':
        return integer(left.bits & right.bits, is_unsigned);
    case '|':
        return integer(left.bits | right.bits, is_unsigned);
    case '^':
        return integer(left.bits ^ right.bits, is_unsigned);
    case PUNCTUATION_SHIFT_LEFT:
    case PUNCTUATION_SHIFT_RIGHT:
        return fold_shift(compilation, expression, left, right);
    case '<':
        return integer(compare(left, right, is_unsigned) < 0, false);
    case '>':
        return integer(compare(left, right, is_unsigned) > 0, false);
    case PUNCTUATION_LESS_EQUAL:
        return integer(compare(left, right, is_unsigned) <= 0, false);
    case PUNCTUATION_GREATER_EQUAL:
        return integer(compare(left, right, is_unsigned) >= 0, false);
    case PUNCTUATION_EQUAL:
        return integer(left.bits == right.bits, false);
    case PUNCTUATION_NOT_EQUAL:
        return integer(left.bits != right.bits, false);
    case PUNCTUATION_AND:
        return integer(left.bits && right.bits, false);
    default:
        return integer(left.bits || right.bits, false);
    }
}

static struct value fold_binary(struct compilation *compilation, const struct ast_expression *expression)
{
    struct value left = fold_expression(compilation, expression->left);
    struct value right = fold_expression(compilation, expression->right);

    if (left.kind == VALUE_NONE || right.kind == VALUE_NONE)
        return NO_VALUE;
    if (left.kind == VALUE_STRING || right.kind == VALUE_STRING) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_OPERATOR, expression->span,
                       "this operator does not take strings");
        return NO_VALUE;
    }
    if (left.kind == VALUE_FLOAT || right.kind == VALUE_FLOAT)
        return fold_real(compilation, expression, as_real(left), as_real(right));
    return fold_integers(compilation, expression, left, right);
}

/* The built-in type behind names of types; BASE_NONE: none. Enums count as int32_t. */
static enum base_type base_of(const struct ast_type *type)
{
    uint32_t hops;

    for (hops = 0; type && hops < 100; hops++) {
        if (type->kind == AST_TYPE_BASE)
            return type->base;
        if (type->kind == AST_TYPE_TAGGED && type->tag == AST_TAG_ENUM)
            return BASE_INT32;
        if (type->kind != AST_TYPE_NAME || !type->declaration ||
            type->declaration->kind != DECLARATION_TYPEDEF)
            return BASE_NONE;
        type = type->declaration->type;
    }
    return BASE_NONE;
}

static struct value cut_to(struct value value, enum base_type base)
{
    unsigned spare = 64u - base_types[base].bits;

    if (base_types[base].is_signed)
        return integer((uint64_t)((int64_t)(value.bits << spare) >> spare), false);
    return integer(value.bits << spare >> spare, true);
}

static const struct ast_type *resolve(const struct ast_type *type)
{
    uint32_t hops;

    for (hops = 0; hops < 100 && type->kind == AST_TYPE_NAME && type->declaration &&
                   type->declaration->kind == DECLARATION_TYPEDEF;
         hops++)
        type = type->declaration->type;
    return type;
}

static bool is_pointer(const struct ast_type *type)
{
    type = resolve(type);
    return type->kind == AST_TYPE_POINTER || type->kind == AST_TYPE_ARRAY;
}

static struct value fold_cast(struct compilation *compilation, const struct ast_expression *expression)
{
    enum base_type base = base_of(expression->type);
    struct value value = fold_expression(compilation, expression->left);

    if (value.kind == VALUE_NONE || (value.kind == VALUE_INTEGER && is_pointer(expression->type)))
        return value; /* a number in the place of a pointer */
    if (value.kind != VALUE_STRING && (base == BASE_FLOAT || base == BASE_DOUBLE))
        return real(as_real(value));
    if (value.kind == VALUE_FLOAT && base_types[base].is_integer && value.real > -9e18 && value.real < 9e18)
        value = integer((uint64_t)(int64_t)value.real, false);
    if (value.kind != VALUE_INTEGER || base_types[base].bits == 0) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_CAST, expression->span,
                       "this cast has no constant value");
        return NO_VALUE;
    }
    return cut_to(value, base);
}

static struct value fold_sizeof(struct compilation *compilation, const struct ast_expression *expression)
{
    uint64_t size, alignment;

    if (layout_of(expression->type, &size, &alignment))
        return integer(size, true);
    diagnose_error(compilation->diagnostics, ERROR_NO_SIZE, expression->span, "this type has no size");
    return NO_VALUE;
}

struct value fold_expression(struct compilation *compilation, const struct ast_expression *expression)
{
    struct value value;

    switch (expression->kind) {
    case EXPRESSION_INTEGER:
        return integer(expression->value, expression->is_unsigned);
    case EXPRESSION_FLOAT:
        return real(strtod(expression->text, NULL));
    case EXPRESSION_STRING:
        return (struct value){.kind = VALUE_STRING, .text = expression->text, .is_wide = expression->is_wide};
    case EXPRESSION_NAME:
        return expression->declaration ? fold_declaration(compilation, expression->declaration) : NO_VALUE;
    case EXPRESSION_UNARY:
        return fold_unary(compilation, expression);
    case EXPRESSION_BINARY:
        return fold_binary(compilation, expression);
    case EXPRESSION_CONDITIONAL:
        value = fold_expression(compilation, expression->condition);
        if (value.kind == VALUE_NONE)
            return value;
        return fold_expression(compilation, is_true(value) ? expression->left : expression->right);
    case EXPRESSION_CAST:
        return fold_cast(compilation, expression);
    case EXPRESSION_SIZEOF:
        return fold_sizeof(compilation, expression);
    case EXPRESSION_ABSENT:
        break;
    }
    diagnose_error(compilation->diagnostics, ERROR_NOT_CONSTANT, expression->span,
                   "a constant is needed here");
    return NO_VALUE;
}

/* ---- declarations ---- */

static bool is_text(const struct ast_type *type)
{
    enum base_type base;

    if (!is_pointer(type))
        return false;
    base = base_of(resolve(type)->target);
    return base == BASE_CHAR || base == BASE_WCHAR || base == BASE_UINT16 || base == BASE_UINT8;
}

/*
 * ~0u has 64 bits here and 32 in C: what the extra ones say is nothing. Real files write -1 for that, too.
 */
static bool is_complement(const struct base_type_info *info, struct value value, bool is_strict)
{
    if (!value.is_unsigned && is_strict)
        return false;
    if (info->is_signed || (int64_t)value.bits >= 0 || info->bits == 0)
        return false;
    return info->bits == 64 || (int64_t)value.bits >= -((int64_t)1 << (info->bits - 1));
}

/* (T *)-1: a number on purpose. */
static bool is_handle(const struct ast_expression *expression)
{
    return expression->kind == EXPRESSION_CAST && is_pointer(expression->type);
}

static struct value convert_const(struct compilation *compilation, const struct ast_declaration *declaration,
                                  struct value value)
{
    enum base_type base = base_of(declaration->type);
    const struct base_type_info *info = &base_types[base];
    bool is_strict = compilation->level != LEVEL_DESCRIBE && compile_is_own(compilation, declaration), fits;
    struct span span = declaration->expression->span;

    if (value.kind == VALUE_STRING || is_pointer(declaration->type)) {
        if (value.kind != VALUE_STRING && (!is_strict || is_handle(declaration->expression)))
            return value;
        if (value.kind == VALUE_STRING && is_text(declaration->type))
            return value;
        diagnose_error(compilation->diagnostics, ERROR_BAD_CONSTANT_TYPE, span,
                       "a string constant has the type 'const char *'");
        return NO_VALUE;
    }
    if (base == BASE_FLOAT || base == BASE_DOUBLE)
        return real(as_real(value));
    if (value.kind == VALUE_FLOAT && info->bits != 0) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_CONSTANT_TYPE, span, "%s takes integers only",
                       info->c_name);
        diagnose_hint(compilation->diagnostics, "write 'const double %s', or an integer",
                      declaration->name.text);
        return NO_VALUE;
    }
    if (value.kind != VALUE_INTEGER || info->bits == 0) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_CONSTANT_TYPE, span,
                       "a constant is an integer, a number, a string or an HRESULT");
        return NO_VALUE;
    }
    if (is_complement(info, value, is_strict))
        fits = true;
    else if (base == BASE_HRESULT)
        fits = is_negative(value) ? (int64_t)value.bits >= INT32_MIN : value.bits <= UINT32_MAX;
    else if (is_negative(value))
        fits = info->is_signed && (int64_t)value.bits >= base_type_min(base);
    else
        fits = value.bits <= base_type_max(base);
    if (!fits) {
        diagnose_error(compilation->diagnostics, ERROR_VALUE_TOO_LARGE, span, "the value does not fit in %s",
                       info->c_name);
        return NO_VALUE;
    }
    return cut_to(value, base);
}

static struct value convert_enumerator(struct compilation *compilation,
                                       const struct ast_declaration *declaration, struct value value)
{
    bool fits;

    if (value.kind != VALUE_INTEGER) {
        diagnose_error(compilation->diagnostics, ERROR_BAD_ENUM_VALUE, declaration->expression->span,
                       "the value of an enum is an integer");
        return NO_VALUE;
    }
    /* Bits 31 are flags, and written as such: 0x80000000 is the int32_t of that pattern. */
    fits = is_negative(value) ? (int64_t)value.bits >= INT32_MIN : value.bits <= UINT32_MAX;
    if (!fits) {
        diagnose_error(compilation->diagnostics, ERROR_VALUE_TOO_LARGE, declaration->span,
                       "the value of '%s' does not fit in 32 bits", declaration->name.text);
        diagnose_hint(compilation->diagnostics,
                      "enum values have 32 bits: between -2147483648 and 4294967295");
        return NO_VALUE;
    }
    return cut_to(value, BASE_INT32);
}

static struct value evaluate(struct compilation *compilation, struct ast_declaration *declaration)
{
    struct value value;

    if (declaration->expression) {
        value = fold_expression(compilation, declaration->expression);
    } else if (declaration->previous_enumerator) {
        value = fold_declaration(compilation, declaration->previous_enumerator->declaration);
        value.bits++;
    } else {
        value = integer(0, false);
    }
    if (value.kind == VALUE_NONE)
        return value;
    return declaration->kind == DECLARATION_CONST ? convert_const(compilation, declaration, value)
                                                  : convert_enumerator(compilation, declaration, value);
}

static struct value fold_declaration(struct compilation *compilation, struct ast_declaration *declaration)
{
    if (declaration->fold_state == FOLD_RUNNING) {
        diagnose_error(compilation->diagnostics, ERROR_DEPENDS_ON_ITSELF, declaration->name.span,
                       "the value of '%s' depends on itself", declaration->name.text);
        declaration->fold_state = FOLD_FAILED;
        return NO_VALUE;
    }
    if (declaration->fold_state == FOLD_NEW && compilation->fold_depth == FOLD_DEPTH_MAX) {
        diagnose_error(compilation->diagnostics, ERROR_CHAIN_TOO_LONG, declaration->name.span,
                       "the value of '%s' is behind a chain of more than %d constants",
                       declaration->name.text, FOLD_DEPTH_MAX);
        declaration->fold_state = FOLD_FAILED;
    }
    if (declaration->fold_state == FOLD_NEW) {
        struct value value;

        declaration->fold_state = FOLD_RUNNING;
        compilation->fold_depth++;
        value = evaluate(compilation, declaration);
        compilation->fold_depth--;
        declaration->value = value;
        declaration->fold_state = value.kind == VALUE_NONE ? FOLD_FAILED : FOLD_DONE;
    }
    return declaration->value;
}

/* ---- arrays ---- */

static void fold_type(struct compilation *compilation, struct ast_type *type)
{
    const struct ast_member *parameter;
    struct value value;

    for (; type; type = type->target) {
        for (parameter = type->parameters; parameter; parameter = parameter->next)
            fold_type(compilation, parameter->type);
        if (type->kind != AST_TYPE_ARRAY || !type->size || type->count)
            continue;
        value = fold_expression(compilation, type->size);
        if (value.kind == VALUE_NONE) {
            compilation->current->is_broken = true; /* reported here, or where a constant has its value */
            continue;
        }
        /* 0 is for the checks: C has such arrays, messages have not. */
        if (value.kind != VALUE_INTEGER || is_negative(value) || value.bits > ARRAY_COUNT_MAX)
            diagnose_error(compilation->diagnostics, ERROR_BAD_ARRAY_SIZE, type->size->span,
                           "the size of an array is an integer between 1 and %u", ARRAY_COUNT_MAX);
        else
            type->count = (uint32_t)value.bits;
    }
}

static void fold_field(struct compilation *compilation, struct ast_member *field)
{
    struct value value;

    fold_type(compilation, field->type);
    if (!field->bits)
        return;
    value = fold_expression(compilation, field->bits);
    if (value.kind == VALUE_NONE)
        return;
    if (value.kind != VALUE_INTEGER || value.bits > 64)
        diagnose_error(compilation->diagnostics, ERROR_BAD_BIT_FIELD, field->bits->span,
                       "the width of a bit field is an integer up to 64");
    else
        field->bit_count = (uint32_t)value.bits;
}

static void fold_unit(struct compilation *compilation, struct ast_declaration *declaration)
{
    const struct ast_enumerator *enumerator;
    const struct ast_method *method;
    struct ast_member *field;

    for (; declaration; declaration = declaration->next) {
        uint32_t before = compilation->diagnostics->error_count;

        if (declaration->is_broken)
            continue;
        compilation->current = declaration;
        compilation->diagnostics->suspended += declaration->is_c;
        if (declaration->kind == DECLARATION_CONST)
            fold_declaration(compilation, declaration);
        for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
            fold_declaration(compilation, enumerator->declaration);
        for (field = declaration->fields; field; field = field->next)
            fold_field(compilation, field);
        for (method = declaration->methods; method; method = method->next)
            fold_type(compilation, method->type);
        fold_type(compilation, declaration->type);
        compilation->diagnostics->suspended -= declaration->is_c;
        declaration->is_broken |= compilation->diagnostics->error_count != before;
    }
}

void fold(struct compilation *compilation)
{
    const struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        fold_unit(compilation, unit->declarations);
}
