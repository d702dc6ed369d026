#include "bind.h"
#include "attributes.h"
#include "compile.h"

#include <ctype.h>
#include <string.h>

/* ---- declaring ---- */

static const char *kind_name(enum ast_declaration_kind kind)
{
    switch (kind) {
    case DECLARATION_INTERFACE:
        return "interface";
    case DECLARATION_STRUCT:
        return "struct";
    case DECLARATION_ENUM:
        return "enum";
    case DECLARATION_TYPEDEF:
        return "type";
    case DECLARATION_CONST:
        return "constant";
    case DECLARATION_ENUMERATOR:
        return "enum value";
    case DECLARATION_CPP_QUOTE:
        break;
    }
    return "declaration";
}

static void declare(struct compilation *compilation, struct name_table *table,
                    struct ast_declaration *declaration)
{
    struct ast_declaration *earlier = names_find(table, declaration->name.text);

    if (!earlier) {
        names_set(table, declaration->name.text, declaration);
        return;
    }
    if (earlier->kind == declaration->kind && declaration->is_forward)
        return;
    if (earlier->kind == declaration->kind && earlier->is_forward) {
        names_set(table, declaration->name.text, declaration);
        return;
    }
    diagnose_error(compilation->diagnostics, declaration->name.span, "%s '%s' is declared twice",
                   kind_name(declaration->kind), declaration->name.text);
    diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here, as %s",
                  kind_name(earlier->kind));
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
        declaration->expression = enumerator->expression;
        declaration->enumeration = enumeration;
        declaration->enumerator = enumerator;
        declaration->previous_enumerator = previous;
        enumerator->declaration = declaration;
        declare(compilation, &compilation->names, declaration);
        previous = enumerator;
    }
}

static void declare_unit(struct compilation *compilation, struct ast_unit *unit)
{
    struct ast_declaration *declaration;

    for (declaration = unit->declarations; declaration; declaration = declaration->next) {
        switch (declaration->kind) {
        case DECLARATION_STRUCT:
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
        case DECLARATION_ENUMERATOR:
        case DECLARATION_CPP_QUOTE:
            break;
        }
    }
}

/* ---- what cpp_quote brings ---- */

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    const char *at;

    for (at = strstr(text, word); at; at = strstr(at + 1, word))
        if ((at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_')) &&
            !(isalnum((unsigned char)at[length]) || at[length] == '_'))
            return true;
    return false;
}

/* The quoted C that declares a type, by all appearances; what it is nobody here knows. */
static struct ast_declaration *find_quote(const struct compilation *compilation, const char *name)
{
    struct ast_declaration *declaration;
    const struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        for (declaration = unit->declarations; declaration; declaration = declaration->next)
            if (declaration->kind == DECLARATION_CPP_QUOTE && has_word(declaration->text, name))
                return declaration;
    return NULL;
}

/* ---- resolving ---- */

static void suggest_from(const struct name_table *table, struct name_suggestion *suggestion, bool types)
{
    size_t i;

    for (i = 0; i < table->slot_count; i++) {
        const struct ast_declaration *declaration = table->slots[i].value;
        bool is_type;

        if (!declaration)
            continue;
        is_type = declaration->kind != DECLARATION_CONST && declaration->kind != DECLARATION_ENUMERATOR;
        if (is_type == types)
            names_offer(suggestion, table->slots[i].name);
    }
}

static void unknown_type(struct compilation *compilation, const struct ast_name *name)
{
    const struct ast_declaration *tagged = names_find(&compilation->tags, name->text);
    struct name_suggestion suggestion = {.wanted = name->text};

    diagnose_error(compilation->diagnostics, name->span, "unknown type '%s'", name->text);
    if (tagged) {
        diagnose_hint(compilation->diagnostics, "write '%s %s'", kind_name(tagged->kind), name->text);
        return;
    }
    base_type_suggest(&suggestion);
    suggest_from(&compilation->names, &suggestion, true);
    if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
}

static void unknown_tag(struct compilation *compilation, const struct ast_type *type, const char *keyword)
{
    struct name_suggestion suggestion = {.wanted = type->name.text};
    struct span span = type->name.span;

    diagnose_error(compilation->diagnostics, span, "unknown %s '%s'", keyword, type->name.text);
    suggest_from(&compilation->tags, &suggestion, true);
    if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
    else
        diagnose_hint(compilation->diagnostics, "declare it first: %s %s;", keyword, type->name.text);
}

static void bind_tag(struct compilation *compilation, struct ast_type *type)
{
    const char *keyword = type->tag == AST_TAG_ENUM ? "enum" : "struct";
    struct ast_declaration *found;

    if (type->declaration)
        return; /* defined in place */
    found = names_find(&compilation->tags, type->name.text);
    if (!found) {
        unknown_tag(compilation, type, keyword);
    } else if ((found->kind == DECLARATION_ENUM) != (type->tag == AST_TAG_ENUM)) {
        diagnose_error(compilation->diagnostics, type->span, "'%s' is no %s", type->name.text, keyword);
        diagnose_note(compilation->diagnostics, found->name.span, "declared here, as %s",
                      kind_name(found->kind));
    } else {
        type->declaration = found;
    }
}

static void bind_name(struct compilation *compilation, struct ast_type *type)
{
    struct ast_declaration *found = names_find(&compilation->names, type->name.text);

    if (!found) {
        type->declaration = find_quote(compilation, type->name.text);
        if (!type->declaration)
            unknown_type(compilation, &type->name);
    } else if (found->kind != DECLARATION_INTERFACE &&
               (found->kind != DECLARATION_TYPEDEF || type->explicit_interface)) {
        diagnose_error(compilation->diagnostics, type->name.span, "'%s' is no %s", type->name.text,
                       type->explicit_interface ? "interface" : "type");
        diagnose_note(compilation->diagnostics, found->name.span, "declared here, as %s",
                      kind_name(found->kind));
    } else {
        type->declaration = found;
    }
}

static void bind_member(struct compilation *compilation, const struct ast_member *member);
static void bind_expression(struct compilation *compilation, struct ast_expression *expression);

static void bind_type(struct compilation *compilation, struct ast_type *type)
{
    const struct ast_member *parameter;

    for (; type && !type->bound; type = type->target) {
        type->bound = true;
        if (type->kind == AST_TYPE_NAME)
            bind_name(compilation, type);
        else if (type->kind == AST_TYPE_TAGGED)
            bind_tag(compilation, type);
        else if (type->kind == AST_TYPE_ARRAY)
            bind_expression(compilation, type->size);
        for (parameter = type->parameters; parameter; parameter = parameter->next)
            bind_member(compilation, parameter);
    }
}

static void bind_expression(struct compilation *compilation, struct ast_expression *expression)
{
    struct name_suggestion suggestion = {0};

    if (!expression)
        return;
    bind_type(compilation, expression->type);
    bind_expression(compilation, expression->condition);
    bind_expression(compilation, expression->left);
    bind_expression(compilation, expression->right);
    if (expression->kind != EXPRESSION_NAME)
        return;
    expression->declaration = names_find(&compilation->names, expression->text);
    if (!expression->declaration) {
        diagnose_error(compilation->diagnostics, expression->span, "unknown constant '%s'", expression->text);
        suggestion.wanted = expression->text;
        suggest_from(&compilation->names, &suggestion, false);
        if (suggestion.best)
            diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
    } else if (expression->declaration->kind != DECLARATION_CONST &&
               expression->declaration->kind != DECLARATION_ENUMERATOR) {
        diagnose_error(compilation->diagnostics, expression->span, "'%s' is no constant", expression->text);
        diagnose_note(compilation->diagnostics, expression->declaration->name.span, "declared here, as %s",
                      kind_name(expression->declaration->kind));
        expression->declaration = NULL;
    }
}

/* Arguments of size_is and length_is name parameters: the checks resolve those. */
static void bind_attributes(struct compilation *compilation, const struct ast_attribute *attributes)
{
    const struct ast_attribute *attribute;
    struct ast_expression *argument;

    for (attribute = attributes; attribute; attribute = attribute->next)
        if (attribute->info && (attribute->info->arguments == ARGUMENTS_CONSTANT ||
                                attribute->info->arguments == ARGUMENTS_RANGE))
            for (argument = attribute->arguments; argument; argument = argument->next)
                bind_expression(compilation, argument);
}

static void bind_member(struct compilation *compilation, const struct ast_member *member)
{
    bind_type(compilation, member->type);
    bind_attributes(compilation, member->attributes);
}

static void bind_interface(struct compilation *compilation, struct ast_declaration *interface)
{
    const struct ast_method *method;
    struct ast_declaration *base;

    bind_attributes(compilation, interface->attributes);
    if (interface->base_name.text) {
        base = names_find(&compilation->names, interface->base_name.text);
        if (!base) {
            struct name_suggestion suggestion = {.wanted = interface->base_name.text};

            diagnose_error(compilation->diagnostics, interface->base_name.span, "unknown base interface '%s'",
                           interface->base_name.text);
            suggest_from(&compilation->names, &suggestion, true);
            if (suggestion.best)
                diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
            else if (strcmp(interface->base_name.text, "IUnknown") == 0)
                diagnose_hint(compilation->diagnostics, "import \"com/unknown.idl\";");
        } else if (base->kind != DECLARATION_INTERFACE) {
            diagnose_error(compilation->diagnostics, interface->base_name.span, "'%s' is no interface",
                           interface->base_name.text);
            diagnose_note(compilation->diagnostics, base->name.span, "declared here, as %s",
                          kind_name(base->kind));
        } else {
            interface->base = base;
        }
    }
    for (method = interface->methods; method; method = method->next) {
        bind_type(compilation, method->type);
        bind_attributes(compilation, method->attributes);
    }
}

void bind_constant(struct compilation *compilation, struct ast_expression *expression)
{
    bind_expression(compilation, expression);
}

static void bind_declaration(struct compilation *compilation, struct ast_declaration *declaration)
{
    const struct ast_enumerator *enumerator;
    const struct ast_member *field;

    switch (declaration->kind) {
    case DECLARATION_INTERFACE:
        declaration->definition = names_find(&compilation->names, declaration->name.text);
        if (!declaration->is_forward)
            bind_interface(compilation, declaration);
        break;
    case DECLARATION_STRUCT:
    case DECLARATION_ENUM:
        declaration->definition =
            declaration->name.text ? names_find(&compilation->tags, declaration->name.text) : declaration;
        for (field = declaration->fields; field; field = field->next)
            bind_member(compilation, field);
        for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
            bind_expression(compilation, enumerator->expression);
        break;
    case DECLARATION_TYPEDEF:
    case DECLARATION_CONST:
        bind_type(compilation, declaration->type);
        bind_expression(compilation, declaration->expression);
        break;
    case DECLARATION_ENUMERATOR:
    case DECLARATION_CPP_QUOTE:
        break;
    }
}

void bind(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        declare_unit(compilation, unit);
    for (unit = compilation->units; unit; unit = unit->next)
        for (declaration = unit->declarations; declaration; declaration = declaration->next)
            bind_declaration(compilation, declaration);
}
