#include "bind.h"
#include "attributes.h"
#include "compile.h"
#include "windows.h"

#include <ctype.h>
#include <string.h>

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

/* A name that is not found in a file with syntax errors may have been declared where they are. */
static bool may_be_lost(struct compilation *compilation)
{
    if (compilation->is_partial && compilation->current)
        compilation->current->is_broken = true;
    return compilation->is_partial;
}

/* Looks at every name: not for an error that is not shown. */
static void suggest_from(const struct compilation *compilation, const struct name_table *table,
                         struct name_suggestion *suggestion, bool types)
{
    size_t i;

    if (compilation->diagnostics->muted)
        return;
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

/* What is missing of Windows' names. IUnknown is here, too. */
static void hint_import(struct compilation *compilation, const char *name)
{
    if (strcmp(name, "IUnknown") == 0)
        diagnose_hint(compilation->diagnostics,
                      "import \"com/unknown.idl\"; or, for files of Windows, \"unknwn.idl\"");
    else
        diagnose_hint(compilation->diagnostics, "import \"%s\"; it is one of Windows' files, found with -I",
                      windows_file_of(name));
}

static void unknown_type(struct compilation *compilation, const struct ast_name *name)
{
    const struct ast_declaration *tagged = names_find(&compilation->tags, name->text);
    struct name_suggestion suggestion = {.wanted = name->text};

    if (may_be_lost(compilation))
        return;
    diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_TYPE, name->span, "unknown type '%s'", name->text);
    if (tagged) {
        diagnose_hint(compilation->diagnostics, "write '%s %s'", bind_kind_name(tagged->kind), name->text);
        return;
    }
    base_type_suggest(&suggestion);
    suggest_from(compilation, &compilation->names, &suggestion, true);
    if (strcmp(name->text, "string") == 0 || strcmp(name->text, "String") == 0)
        diagnose_hint(compilation->diagnostics, "a text is [string] const char *name");
    else if (windows_file_of(name->text))
        hint_import(compilation, name->text);
    else if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
}

static void unknown_tag(struct compilation *compilation, const struct ast_type *type, const char *keyword)
{
    struct name_suggestion suggestion = {.wanted = type->name.text};
    struct span span = type->name.span;

    if (may_be_lost(compilation))
        return;
    diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_TAG, span, "unknown %s '%s'", keyword,
                   type->name.text);
    suggest_from(compilation, &compilation->tags, &suggestion, true);
    if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
    else
        diagnose_hint(compilation->diagnostics, "declare it first: %s %s;", keyword, type->name.text);
}

static enum ast_tag tag_of(const struct ast_declaration *declaration)
{
    return declaration->kind == DECLARATION_ENUM                                    ? AST_TAG_ENUM
           : declaration->kind == DECLARATION_UNION || declaration->is_encapsulated ? AST_TAG_UNION
                                                                                    : AST_TAG_STRUCT;
}

/* C needs no declaration of a struct that is only pointed to; who needs more is told that it is not defined.
 */
static struct ast_declaration *declare_opaque(struct compilation *compilation, const struct ast_type *type)
{
    struct ast_declaration *declaration = arena_alloc(compilation->arena, sizeof(*declaration));

    declaration->kind = type->tag == AST_TAG_UNION  ? DECLARATION_UNION
                        : type->tag == AST_TAG_ENUM ? DECLARATION_ENUM
                                                    : DECLARATION_STRUCT;
    declaration->name = type->name;
    declaration->span = type->span;
    declaration->is_forward = true;
    declaration->definition = declaration;
    declaration->unit = compilation->binding;
    names_set(&compilation->tags, type->name.text, declaration);
    return declaration;
}

static void bind_tag(struct compilation *compilation, struct ast_type *type)
{
    static const char *const KEYWORDS[] = {
        [AST_TAG_STRUCT] = "struct", [AST_TAG_ENUM] = "enum", [AST_TAG_UNION] = "union"};
    const char *keyword = KEYWORDS[type->tag];
    struct ast_declaration *found;

    if (type->declaration)
        return; /* defined in place */
    found = names_find(&compilation->tags, type->name.text);
    if (!found && (compilation->level == LEVEL_DESCRIBE || compilation->binding != compilation->units)) {
        type->declaration = declare_opaque(compilation, type);
    } else if (!found) {
        unknown_tag(compilation, type, keyword);
    } else if (tag_of(found) != type->tag && !(found->is_encapsulated && type->tag == AST_TAG_STRUCT)) {
        diagnose_error(compilation->diagnostics, ERROR_WRONG_KIND, type->span, "'%s' is no %s",
                       type->name.text, keyword);
        diagnose_note(compilation->diagnostics, found->name.span, "declared here, as %s",
                      bind_kind_name(found->kind));
    } else {
        type->declaration = found;
    }
}

/* com.h has it; files that declare it mean the same. */
static void bind_bstr(struct compilation *compilation, struct ast_type *type)
{
    struct ast_type *target = arena_alloc(compilation->arena, sizeof(*target));

    target->kind = AST_TYPE_BASE;
    target->base = BASE_WCHAR;
    target->words = "WCHAR";
    target->span = type->span;
    target->bound = true;
    type->kind = AST_TYPE_POINTER;
    type->target = target;
}

static void bind_name(struct compilation *compilation, struct ast_type *type)
{
    struct ast_declaration *found = names_find(&compilation->names, type->name.text);

    if (!found) {
        if (compilation->diagnostics->error_count <= DIAGNOSTICS_ERRORS_MAX)
            type->declaration = find_quote(compilation, type->name.text); /* beyond, it makes no difference */
        if (!type->declaration && strcmp(type->name.text, "BSTR") == 0)
            bind_bstr(compilation, type);
        else if (!type->declaration)
            unknown_type(compilation, &type->name);
    } else if (found->kind != DECLARATION_INTERFACE &&
               (found->kind != DECLARATION_TYPEDEF || type->explicit_interface)) {
        diagnose_error(compilation->diagnostics, ERROR_WRONG_KIND, type->name.span, "'%s' is no %s",
                       type->name.text, type->explicit_interface ? "interface" : "type");
        diagnose_note(compilation->diagnostics, found->name.span, "declared here, as %s",
                      bind_kind_name(found->kind));
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

/* TRUE, FALSE and NULL need no declaration. */
static bool is_built_in(struct ast_expression *expression)
{
    bool is_true = strcmp(expression->text, "TRUE") == 0 || strcmp(expression->text, "true") == 0;

    if (!is_true && strcmp(expression->text, "FALSE") != 0 && strcmp(expression->text, "false") != 0 &&
        strcmp(expression->text, "NULL") != 0)
        return false;
    expression->kind = EXPRESSION_INTEGER;
    expression->value = is_true;
    return true;
}

/* (T) - 1 was read as a difference; T is a type, so it casts. */
static void resolve_cast(struct compilation *compilation, struct ast_expression *expression)
{
    struct ast_expression *left = expression->left, *operand;
    const struct ast_declaration *found;

    if (expression->kind != EXPRESSION_BINARY || left->kind != EXPRESSION_NAME || !left->is_parenthesized ||
        (expression->operation != '-' && expression->operation != '+' && expression->operation != '*'))
        return;
    found = names_find(&compilation->names, left->text);
    if (!found || found->kind != DECLARATION_TYPEDEF)
        return;
    operand = arena_alloc(compilation->arena, sizeof(*operand));
    operand->kind = EXPRESSION_UNARY;
    operand->span = expression->right->span;
    operand->operation = expression->operation;
    operand->left = expression->right;
    expression->kind = EXPRESSION_CAST;
    expression->type = arena_alloc(compilation->arena, sizeof(*expression->type));
    expression->type->kind = AST_TYPE_NAME;
    expression->type->span = left->span;
    expression->type->name = (struct ast_name){left->text, left->span};
    expression->left = operand;
    expression->right = NULL;
}

static void bind_expression(struct compilation *compilation, struct ast_expression *expression)
{
    struct name_suggestion suggestion = {0};

    if (!expression)
        return;
    resolve_cast(compilation, expression);
    bind_type(compilation, expression->type);
    bind_expression(compilation, expression->condition);
    bind_expression(compilation, expression->left);
    bind_expression(compilation, expression->right);
    if (expression->kind != EXPRESSION_NAME)
        return;
    expression->declaration = names_find(&compilation->names, expression->text);
    if (!expression->declaration && is_built_in(expression)) {
        ; /* TRUE and the like are numbers now */
    } else if (!expression->declaration && may_be_lost(compilation)) {
        ; /* nobody knows */
    } else if (!expression->declaration) {
        diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_CONSTANT, expression->span,
                       "unknown constant '%s'", expression->text);
        suggestion.wanted = expression->text;
        suggest_from(compilation, &compilation->names, &suggestion, false);
        if (suggestion.best)
            diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
    } else if (expression->declaration->kind != DECLARATION_CONST &&
               expression->declaration->kind != DECLARATION_ENUMERATOR) {
        diagnose_error(compilation->diagnostics, ERROR_WRONG_KIND, expression->span, "'%s' is no constant",
                       expression->text);
        diagnose_note(compilation->diagnostics, expression->declaration->name.span, "declared here, as %s",
                      bind_kind_name(expression->declaration->kind));
        expression->declaration = NULL;
    }
}

/* In an expression that the checks bind: size_is((ULONG)*count). */
static void resolve_casts(struct compilation *compilation, struct ast_expression *expression)
{
    if (!expression)
        return;
    resolve_cast(compilation, expression);
    bind_type(compilation, expression->type);
    resolve_casts(compilation, expression->condition);
    resolve_casts(compilation, expression->left);
    resolve_casts(compilation, expression->right);
}

/* Arguments of size_is and the like name parameters: the checks resolve those. */
static void bind_attributes(struct compilation *compilation, const struct ast_attribute *attributes)
{
    const struct ast_attribute *attribute;
    struct ast_expression *argument;

    for (attribute = attributes; attribute; attribute = attribute->next) {
        if (!attribute->info)
            continue;
        bind_type(compilation, attribute->type);
        if (attribute->info->action == ACTION_KEEP)
            compilation->diagnostics->suspended++; /* numbers of documentation may be anything */
        if (attribute->info->arguments == ARGUMENTS_CONSTANT ||
            attribute->info->arguments == ARGUMENTS_RANGE ||
            attribute->info->arguments == ARGUMENTS_CONSTANTS)
            for (argument = attribute->arguments; argument; argument = argument->next)
                bind_expression(compilation, argument);
        if (attribute->info->action == ACTION_KEEP)
            compilation->diagnostics->suspended--;
        if (attribute->info->arguments == ARGUMENTS_SIZE)
            for (argument = attribute->arguments; argument; argument = argument->next)
                resolve_casts(compilation, argument);
    }
}

static void bind_member(struct compilation *compilation, const struct ast_member *member)
{
    struct ast_expression *label;

    bind_type(compilation, member->type);
    bind_expression(compilation, member->bits);
    for (label = member->cases; label; label = label->next)
        bind_expression(compilation, label);
    bind_attributes(compilation, member->attributes);
}

static struct ast_declaration *find_interface(struct compilation *compilation, const struct ast_name *name)
{
    struct ast_declaration *found = names_find(&compilation->names, name->text);
    struct name_suggestion suggestion = {.wanted = name->text};

    if (found && found->kind == DECLARATION_INTERFACE)
        return found;
    if (found) {
        diagnose_error(compilation->diagnostics, ERROR_WRONG_KIND, name->span, "'%s' is no interface",
                       name->text);
        diagnose_note(compilation->diagnostics, found->name.span, "declared here, as %s",
                      bind_kind_name(found->kind));
        return NULL;
    }
    if (may_be_lost(compilation))
        return NULL;
    diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_BASE, name->span, "unknown base interface '%s'",
                   name->text);
    suggest_from(compilation, &compilation->names, &suggestion, true);
    if (strncmp(name->text, "Async", 5) == 0 && names_find(&compilation->names, name->text + 5))
        diagnose_hint(compilation->diagnostics, "give '%s' an async_uuid(...) or an [async] method, too",
                      name->text + 5);
    else if (windows_file_of(name->text))
        hint_import(compilation, name->text);
    else if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
    return NULL;
}

static void bind_implemented(struct compilation *compilation, const struct ast_declaration *declaration)
{
    struct ast_implemented *implemented;

    for (implemented = declaration->implemented; implemented; implemented = implemented->next) {
        implemented->declaration = names_find(&compilation->names, implemented->name.text);
        if (!implemented->declaration && !compilation->is_partial)
            diagnose_warning(compilation->diagnostics, WARNING_UNKNOWN_MEMBER, implemented->name.span,
                             "'%s' has interface '%s', which is declared nowhere", declaration->name.text,
                             implemented->name.text);
    }
}

/* A [call_as(X)] method is how the [local] method X travels. */
static void bind_call_as(struct compilation *compilation, const struct ast_declaration *interface,
                         struct ast_method *remote)
{
    const struct ast_attribute *attribute = attribute_find(remote->attributes, ATTRIBUTE_CALL_AS);
    struct name_suggestion suggestion = {0};
    struct ast_method *method;

    if (!attribute || !attribute->arguments || attribute->arguments->kind != EXPRESSION_NAME)
        return;
    for (method = interface->methods; method; method = method->next)
        if (method != remote && strcmp(method->name.text, attribute->arguments->text) == 0) {
            method->remote = remote;
            remote->local = method;
            return;
        }
    diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_METHOD, attribute->arguments->span,
                   "[call_as] names '%s', which is no method of '%s'", attribute->arguments->text,
                   interface->name.text);
    suggestion.wanted = attribute->arguments->text;
    for (method = interface->methods; method; method = method->next)
        names_offer(&suggestion, method->name.text);
    if (suggestion.best)
        diagnose_hint(compilation->diagnostics, "did you mean '%s'?", suggestion.best);
}

static void bind_interface(struct compilation *compilation, struct ast_declaration *interface)
{
    struct ast_method *method;

    bind_attributes(compilation, interface->attributes);
    if (interface->is_dispinterface)
        interface->base_name = (struct ast_name){"IDispatch", interface->name.span};
    if (interface->base_name.text)
        interface->base = find_interface(compilation, &interface->base_name);
    for (method = interface->methods; method; method = method->next) {
        bind_type(compilation, method->type);
        bind_attributes(compilation, method->attributes);
        bind_call_as(compilation, interface, method);
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

    for (field = declaration->fields; field; field = field->next)
        bind_member(compilation, field);
    switch (declaration->kind) {
    case DECLARATION_INTERFACE:
        declaration->definition = names_find(&compilation->names, declaration->name.text);
        if (!declaration->is_forward)
            bind_interface(compilation, declaration);
        bind_implemented(compilation, declaration);
        break;
    case DECLARATION_STRUCT:
    case DECLARATION_UNION:
    case DECLARATION_ENUM:
        declaration->definition =
            declaration->name.text ? names_find(&compilation->tags, declaration->name.text) : declaration;
        if (!declaration->is_in_typedef)
            bind_attributes(compilation, declaration->attributes);
        for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
            bind_expression(compilation, enumerator->expression);
        break;
    case DECLARATION_TYPEDEF:
    case DECLARATION_CONST:
    case DECLARATION_VARIABLE:
        bind_type(compilation, declaration->type);
        bind_expression(compilation, declaration->expression);
        bind_attributes(compilation, declaration->attributes);
        break;
    case DECLARATION_COCLASS:
        bind_implemented(compilation, declaration);
        break;
    case DECLARATION_LIBRARY:
    case DECLARATION_ENUMERATOR:
    case DECLARATION_CPP_QUOTE:
        break;
    }
}

void bind(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next) {
        async_declare(compilation, unit);
        bind_declare_unit(compilation, unit);
    }
    for (unit = compilation->units; unit; unit = unit->next) {
        compilation->binding = unit;
        for (declaration = unit->declarations; declaration; declaration = declaration->next) {
            uint32_t before = compilation->diagnostics->error_count;
            bool is_hidden = declaration->is_c || declaration->is_broken;

            compilation->current = declaration;
            compilation->diagnostics->suspended += is_hidden;
            bind_declaration(compilation, declaration);
            compilation->diagnostics->suspended -= is_hidden;
            declaration->is_broken |= compilation->diagnostics->error_count != before;
        }
    }
}
