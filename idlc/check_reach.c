/*
 * What travels: the interfaces that get proxies, those they derive from, and the types that their methods
 * reach. Only there the rules of messages hold; what a file imports, or has beside it for C, needs a header
 * at most.
 */
#include "check_internal.h"
#include "windows.h"

/* Declarations whose types are still to be looked at. */
struct reach {
    struct ast_declaration *first;
    struct ast_declaration *last;
};

static void reach_declaration(struct reach *reach, struct ast_declaration *declaration)
{
    if (!declaration || declaration->travels || declaration->is_c ||
        windows_automation(declaration->name.text))
        return; /* who has a VARIANT is told so when it is planned */
    declaration->travels = true;
    if (reach->last)
        reach->last->next_reached = declaration;
    else
        reach->first = declaration;
    reach->last = declaration;
}

/* A pointer to an object needs nothing of its interface but the id. */
static void reach_type(struct reach *reach, const struct ast_type *type)
{
    for (; type; type = type->target)
        if (type->declaration && type->declaration->kind == DECLARATION_TYPEDEF)
            reach_declaration(reach, type->declaration);
        else if (type->declaration && type->declaration->kind != DECLARATION_INTERFACE)
            reach_declaration(reach, type->declaration->definition);
}

static void reach_needs(struct reach *reach, const struct ast_declaration *declaration)
{
    const struct ast_member *member;
    const struct ast_method *method;

    reach_type(reach, declaration->type);
    for (member = declaration->fields; member; member = member->next)
        reach_type(reach, member->type);
    if (declaration->kind != DECLARATION_INTERFACE)
        return;
    if (declaration->base && !check_is_local(declaration->base->definition))
        reach_declaration(reach, declaration->base->definition);
    for (method = declaration->methods; method; method = method->next)
        for (member = method->type->parameters; member; member = member->next)
            if (!attribute_has(method->attributes, ATTRIBUTE_LOCAL))
                reach_type(reach, member->type);
}

void check_reach(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    struct reach reach = {NULL, NULL};

    if (compilation->level == LEVEL_DESCRIBE)
        return;
    for (declaration = compilation->units->declarations; declaration; declaration = declaration->next)
        if (declaration->kind == DECLARATION_INTERFACE && !declaration->is_forward &&
            !check_is_local(declaration))
            reach_declaration(&reach, declaration);
    for (declaration = reach.first; declaration; declaration = declaration->next_reached)
        reach_needs(&reach, declaration);
}
