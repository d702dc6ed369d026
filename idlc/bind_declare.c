/* Declaring names. */
#include "bind.h"
#include "compile.h"

#include <string.h>

const char *bind_kind_name(enum ast_declaration_kind kind)
{
    switch (kind) {
    case DECLARATION_INTERFACE:
        return "interface";
    case DECLARATION_STRUCT:
        return "struct";
    case DECLARATION_UNION:
        return "union";
    case DECLARATION_ENUM:
        return "enum";
    case DECLARATION_TYPEDEF:
        return "type";
    case DECLARATION_CONST:
        return "constant";
    case DECLARATION_ENUMERATOR:
        return "enum value";
    case DECLARATION_VARIABLE:
        return "variable";
    case DECLARATION_COCLASS:
        return "class";
    case DECLARATION_LIBRARY:
        return "library";
    case DECLARATION_CPP_QUOTE:
        break;
    }
    return "declaration";
}

/* Written alike. */
static bool same_type(const struct ast_type *left, const struct ast_type *right)
{
    for (; left && right; left = left->target, right = right->target) {
        if (left->kind != right->kind || left->base != right->base || left->is_const != right->is_const ||
            left->tag != right->tag || left->kind == AST_TYPE_FUNCTION || left->kind == AST_TYPE_ARRAY)
            return false;
        if (left->kind != AST_TYPE_NAME && left->kind != AST_TYPE_TAGGED)
            continue;
        if (!left->name.text || !right->name.text || strcmp(left->name.text, right->name.text) != 0)
            return false;
    }
    return !left && !right;
}

static void declare(struct compilation *compilation, struct name_table *table,
                    struct ast_declaration *declaration)
{
    struct ast_declaration *earlier = names_find(table, declaration->name.text);

    if (!earlier || (earlier->is_c && !declaration->is_c)) {
        names_set(table, declaration->name.text, declaration);
        return;
    }
    if (declaration->is_c || earlier == declaration)
        return; /* C headers repeat what IDL says, not the other way round */
    if (earlier->kind == DECLARATION_TYPEDEF && declaration->kind == DECLARATION_TYPEDEF &&
        same_type(earlier->type, declaration->type))
        return; /* C11 allows it, and files that include each other need it */
    if (earlier->kind == declaration->kind && declaration->is_forward)
        return;
    if (earlier->kind == declaration->kind && earlier->is_forward) {
        names_set(table, declaration->name.text, declaration);
        return;
    }
    if (earlier->unit != declaration->unit && earlier->kind == declaration->kind &&
        declaration->kind == DECLARATION_TYPEDEF &&
        (compilation->level == LEVEL_DESCRIBE || !compile_is_own(compilation, earlier)))
        return; /* files declare for themselves what they need of Windows, behind a quoted #if 0 */
    declaration->is_broken = true;
    if (earlier->is_broken || compilation->is_partial)
        return; /* it may have been meant otherwise */
    diagnose_error(compilation->diagnostics, ERROR_DECLARED_TWICE, declaration->name.span,
                   "%s '%s' is declared twice", bind_kind_name(declaration->kind), declaration->name.text);
    diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here, as %s",
                  bind_kind_name(earlier->kind));
}

static void declare_enumerators(struct compilation *compilation, struct ast_declaration *enumeration)
{
    struct ast_enumerator *enumerator, *previous = NULL;

    for (enumerator = enumeration->enumerators; enumerator; enumerator = enumerator->next) {
        struct ast_declaration *declaration = arena_alloc(compilation->arena, sizeof(*declaration));

        declaration->kind = DECLARATION_ENUMERATOR;
        declaration->name = enumerator->name;
        declaration->span = enumerator->name.span;
        declaration->unit = enumeration->unit;
        declaration->is_c = enumeration->is_c;
        declaration->expression = enumerator->expression;
        declaration->enumeration = enumeration;
        declaration->enumerator = enumerator;
        declaration->previous_enumerator = previous;
        enumerator->declaration = declaration;
        declare(compilation, &compilation->names, declaration);
        previous = enumerator;
    }
}

void bind_declare_unit(struct compilation *compilation, struct ast_unit *unit)
{
    struct ast_declaration *declaration;

    for (declaration = unit->declarations; declaration; declaration = declaration->next) {
        switch (declaration->kind) {
        case DECLARATION_STRUCT:
        case DECLARATION_UNION:
        case DECLARATION_ENUM:
            if (declaration->name.text)
                declare(compilation, &compilation->tags, declaration);
            declare_enumerators(compilation, declaration);
            break;
        case DECLARATION_INTERFACE:
        case DECLARATION_TYPEDEF:
        case DECLARATION_CONST:
            declare(compilation, &compilation->names, declaration);
            break;
        case DECLARATION_COCLASS: /* often has the name of a library, or of a type */
            declare(compilation, &compilation->classes, declaration);
            break;
        case DECLARATION_LIBRARY:
        case DECLARATION_VARIABLE:
        case DECLARATION_ENUMERATOR:
        case DECLARATION_CPP_QUOTE:
            break;
        }
    }
}
