/*
 * How deep declarations refer to each other: structs that hold or point to structs, types named after types,
 * interfaces with bases. The stages behind this one follow such rows by recursion, and some look at all of
 * the row for each of its members: so the length has a limit, which is checked before any of them runs.
 */
#include "compile.h"

/* Rows in real files have some ten; with sanitizers too the stack has room for so many. */
#define REFERENCES_MAX 500

static uint32_t measure(struct compilation *compilation, struct ast_declaration *declaration, uint32_t level);

static uint32_t max(uint32_t left, uint32_t right)
{
    return left > right ? left : right;
}

/* Of an interface that is named nothing is needed but the name. */
static uint32_t measure_type(struct compilation *compilation, const struct ast_type *type, uint32_t level)
{
    const struct ast_member *parameter;
    uint32_t depth = 0;

    for (; type && !compilation->is_too_deep; type = type->target) {
        struct ast_declaration *declaration = type->declaration;

        for (parameter = type->parameters; parameter; parameter = parameter->next)
            depth = max(depth, measure_type(compilation, parameter->type, level));
        if (declaration && declaration->kind != DECLARATION_INTERFACE)
            depth =
                max(depth, measure(compilation,
                                   declaration->definition ? declaration->definition : declaration, level));
    }
    return depth;
}

static uint32_t measure_needs(struct compilation *compilation, const struct ast_declaration *declaration,
                              uint32_t level)
{
    uint32_t depth = measure_type(compilation, declaration->type, level);
    const struct ast_member *field;
    const struct ast_method *method;

    for (field = declaration->fields; field; field = field->next)
        depth = max(depth, measure_type(compilation, field->type, level));
    for (method = declaration->methods; method; method = method->next)
        depth = max(depth, measure_type(compilation, method->type, level));
    if (declaration->base && declaration->base->definition)
        depth = max(depth, measure(compilation, declaration->base->definition, level));
    return depth;
}

/* `level` is that of what needs it. What needs itself counts once: whether it may is for the checks to say.
 */
static uint32_t measure(struct compilation *compilation, struct ast_declaration *declaration, uint32_t level)
{
    if (compilation->is_too_deep)
        return 0;
    if (level + max(declaration->depth, 1) > REFERENCES_MAX) {
        compilation->is_too_deep = true;
        diagnose_error(compilation->diagnostics, ERROR_TOO_DEEP,
                       declaration->name.text ? declaration->name.span : declaration->span,
                       "nested too deeply: it is in a row of more than %d declarations that need each other",
                       REFERENCES_MAX);
        return 0;
    }
    if (declaration->depth)
        return declaration->depth;
    declaration->depth = 1; /* while it runs, too */
    declaration->depth = 1 + measure_needs(compilation, declaration, level + 1);
    return declaration->depth;
}

bool compile_check_depth(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    const struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        for (declaration = unit->declarations; declaration; declaration = declaration->next)
            (void)measure(compilation, declaration, 0);
    return !compilation->is_too_deep;
}
