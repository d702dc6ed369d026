/*
 * What an error makes doubtful: whatever needs the declaration that has it. Of that nothing more is said, so
 * one mistake is reported once, and what has nothing to do with it is checked all the same.
 */
#include "compile.h"

/* Rows of declarations that need each other, each the one before, are not longer in files that make sense. */
#define PASSES_MAX 100

static bool is_doubtful_type(const struct ast_type *type)
{
    const struct ast_member *parameter;

    for (; type; type = type->target) {
        const struct ast_declaration *declaration = type->declaration;

        if (declaration && declaration->kind != DECLARATION_INTERFACE &&
            (declaration->is_broken || (declaration->definition && declaration->definition->is_broken)))
            return true;
        for (parameter = type->parameters; parameter; parameter = parameter->next)
            if (is_doubtful_type(parameter->type))
                return true;
    }
    return false;
}

static bool is_doubtful(const struct ast_declaration *declaration)
{
    const struct ast_member *field;
    const struct ast_method *method;

    if (is_doubtful_type(declaration->type) || (declaration->async && declaration->async->is_broken))
        return true;
    if (declaration->base && (declaration->base->is_broken ||
                              (declaration->base->definition && declaration->base->definition->is_broken)))
        return true;
    for (field = declaration->fields; field; field = field->next)
        if (is_doubtful_type(field->type))
            return true;
    for (method = declaration->methods; method; method = method->next)
        if (is_doubtful_type(method->type))
            return true;
    return false;
}

void compile_spread_errors(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    const struct ast_unit *unit;
    bool has_changed = true;
    uint32_t pass;

    for (pass = 0; has_changed && pass <= PASSES_MAX; pass++) {
        has_changed = false;
        for (unit = compilation->units; unit; unit = unit->next)
            for (declaration = unit->declarations; declaration; declaration = declaration->next) {
                if (declaration->is_broken || !(pass == PASSES_MAX || is_doubtful(declaration)))
                    continue;
                declaration->is_broken = true;
                has_changed = true;
            }
    }
}
