#include "parser_internal.h"

#include <string.h>

struct ast_declaration *parse_new_declaration(struct parser *parser, enum ast_declaration_kind kind,
                                              struct span span, const char *doc,
                                              struct ast_attribute *attributes)
{
    struct ast_declaration *declaration = arena_alloc(parser->arena, sizeof(*declaration));

    declaration->kind = kind;
    declaration->span = span;
    declaration->doc = doc;
    declaration->attributes = attributes;
    declaration->library = parser->library;
    return declaration;
}

static void parse_cpp_quote(struct parser *parser)
{
    struct ast_declaration *quote =
        parse_new_declaration(parser, DECLARATION_CPP_QUOTE, parser_take(parser)->span, NULL, NULL);
    struct ast_expression *text;

    parser_expect(parser, '(', "after cpp_quote");
    text = parser->panic ? NULL : parse_expression(parser);
    if (text && text->kind != EXPRESSION_STRING)
        diagnose_error(parser->diagnostics, ERROR_QUOTE_NEEDS_STRING, text->span, "cpp_quote takes a string");
    parser_expect(parser, ')', "to close cpp_quote");
    parser_accept(parser, ';');
    if (parser->panic || !text || text->kind != EXPRESSION_STRING)
        return;
    quote->text = text->text;
    parser_link(parser, quote);
}

/* typedef struct {...} *X; names no struct: it gets the name of the type with something behind. */
static void name_definition(struct parser *parser, struct ast_type *specifier,
                            const struct ast_declaration *alias)
{
    struct ast_declaration *definition = specifier->declaration;

    if (!definition || definition->name.text)
        return;
    definition->name = alias->name;
    if (alias->type != specifier)
        definition->name.text = arena_format(parser->arena, "%s_struct", alias->name.text);
    specifier->name = definition->name;
}

/* The declarators of a typedef; a struct without a name takes that of the type, not of a pointer to it. */
static void parse_aliases(struct parser *parser, struct ast_type *specifier, const char *doc,
                          struct ast_attribute *attributes)
{
    struct ast_declaration *first = NULL, *declaration;
    struct ast_declaration **begin = parser->tail;

    do {
        declaration = parse_new_declaration(parser, DECLARATION_TYPEDEF, (struct span){0}, doc, attributes);
        declaration->type = parse_declarator(parser, specifier, &declaration->name);
        parser_check_name(parser, declaration->name, NAME_OF_TYPE);
        if (!parser->panic && !declaration->name.text)
            parser_error(parser, "a name for the type");
        if (parser->panic)
            break;
        declaration->span = declaration->name.span;
        parser_link(parser, declaration);
    } while (parser_accept(parser, ','));
    for (declaration = *begin; declaration; declaration = declaration->next)
        if (!first || (declaration->type == specifier && first->type != specifier))
            first = declaration;
    if (first)
        name_definition(parser, specifier, first);
}

static void parse_typedef(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_type *specifier;

    parser_take(parser);
    attributes = parse_join_attributes(attributes, parse_attributes(parser));
    specifier = parse_specifier(parser);
    if (!specifier)
        return;
    if (specifier->declaration && doc) {
        specifier->declaration->doc = doc; /* of a struct defined in place */
        doc = NULL;
    }
    if (specifier->declaration) {
        specifier->declaration->attributes = attributes;
        specifier->declaration->is_in_typedef = true;
    }
    if (specifier->declaration && parser_is(parser, ';') && specifier->name.text) {
        parser_take(parser); /* typedef struct x {...}; declares the struct only, as C has it */
        return;
    }
    parse_aliases(parser, specifier, doc, attributes);
    if (!parser->panic)
        parser_expect(parser, ';', "after the typedef");
}

static void parse_const(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *declaration =
        parse_new_declaration(parser, DECLARATION_CONST, parser_peek(parser, 0)->span, doc, attributes);

    declaration->type = parse_declarator(parser, parse_specifier(parser), &declaration->name);
    parser_check_name(parser, declaration->name, NAME_OF_TYPE);
    if (!parser->panic && !declaration->name.text)
        parser_error(parser, "the name of the constant");
    if (parser->panic)
        return;
    declaration->span = declaration->name.span;
    if (parser_expect(parser, '=', "and the value of the constant"))
        declaration->expression = parse_expression(parser);
    if (!declaration->expression)
        return;
    parser_expect(parser, ';', "after the constant");
    parser_link(parser, declaration);
}

/* struct x {...};  struct x;  enum y {...}; */
static void parse_tagged_statement(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_type *type = parse_specifier(parser);
    struct ast_declaration *declaration;

    if (!type || parser->panic)
        return;
    if (type->kind != AST_TYPE_TAGGED) {
        parser_error(parser, "a declaration");
        return;
    }
    if (parser_peek(parser, 0)->kind == TOKEN_NAME && !parser_peek(parser, 0)->starts_line) {
        parser_error(parser, "';' (variables cannot be declared here)");
        return;
    }
    parser_expect(parser, ';', "after the declaration");
    declaration = type->declaration;
    if (!declaration) {
        declaration = parse_new_declaration(parser,
                                            type->tag == AST_TAG_ENUM    ? DECLARATION_ENUM
                                            : type->tag == AST_TAG_UNION ? DECLARATION_UNION
                                                                         : DECLARATION_STRUCT,
                                            type->span, NULL, NULL);
        declaration->name = type->name;
        declaration->is_forward = true;
        parser_link(parser, declaration);
    }
    if (doc)
        declaration->doc = doc;
    declaration->attributes = attributes;
}

/*
 * `const` also starts a method that returns a pointer to something constant: then a parenthesis comes first.
 */
static bool is_constant(const struct parser *parser)
{
    uint32_t ahead;

    if (!parser_is_word(parser, "const"))
        return false;
    for (ahead = 1; ahead < 8; ahead++) {
        int punctuation = parser_peek(parser, ahead)->punctuation;

        if (punctuation == '=' || punctuation == ';')
            return true;
        if (punctuation == '(')
            return false;
    }
    return true;
}

void parse_imports(struct parser *parser)
{
    parser_take(parser);
    do {
        const struct token *token = parser_peek(parser, 0);
        struct ast_import *import;

        if (token->kind != TOKEN_STRING) {
            parser_error(parser, "the name of a file in quotes");
            return;
        }
        import = arena_alloc(parser->arena, sizeof(*import));
        import->name = (struct ast_name){token->text, token->span};
        parser_take(parser);
        *parser->import_tail = import;
        parser->import_tail = &import->next;
    } while (parser_accept(parser, ','));
    parser_expect(parser, ';', "after the import");
}

/* importlib("x.tlb"); midl_pragma warning(...): what only Microsoft's compiler needs. */
static void parse_ignored(struct parser *parser)
{
    parser_take(parser);
    if (!parser_is(parser, '('))
        parser_take(parser);
    if (!parser_expect(parser, '(', "and what it is about"))
        return;
    while (!parser_is(parser, ')') && !parser_is(parser, ';') && parser_peek(parser, 0)->kind != TOKEN_END)
        parser_take(parser);
    parser_expect(parser, ')', "to close it");
    parser_accept(parser, ';');
}

/* Whether a function is declared here: words and stars, then a '('. */
static bool is_function(const struct parser *parser)
{
    uint32_t i;

    for (i = 0; i < 10; i++) {
        const struct token *token = parser_peek(parser, i);

        if (token->punctuation == '(')
            return i >= 2;
        if (token->kind != TOKEN_NAME && token->punctuation != '*')
            return false;
    }
    return false;
}

/* A function that is no method: [local], for the header only. */
static void parse_function(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *function =
        parse_new_declaration(parser, DECLARATION_VARIABLE, parser_peek(parser, 0)->span, doc, attributes);

    function->type = parse_declarator(parser, parse_specifier(parser), &function->name);
    parser_check_name(parser, function->name, NAME_OF_TYPE);
    if (!parser->panic && !function->name.text)
        parser_error(parser, "the name of the function");
    if (parser->panic)
        return;
    parser_expect(parser, ';', "after the function");
    parser_link(parser, function);
}

/* extern const GUID x; */
static void parse_variable(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *variable =
        parse_new_declaration(parser, DECLARATION_VARIABLE, parser_take(parser)->span, doc, attributes);

    variable->type = parse_declarator(parser, parse_specifier(parser), &variable->name);
    parser_check_name(parser, variable->name, NAME_OF_TYPE);
    if (!parser->panic && !variable->name.text)
        parser_error(parser, "the name of the variable");
    if (parser->panic)
        return;
    parser_expect(parser, ';', "after the variable");
    parser_link(parser, variable);
}

bool parse_common(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    if (parser_is_word(parser, "typedef"))
        parse_typedef(parser, doc, attributes);
    else if (is_constant(parser))
        parse_const(parser, doc, attributes);
    else if (parser_is_word(parser, "struct") || parser_is_word(parser, "enum") ||
             parser_is_word(parser, "union"))
        parse_tagged_statement(parser, doc, attributes);
    else if (parser_is_word(parser, "cpp_quote"))
        parse_cpp_quote(parser);
    else if (parser_is_word(parser, "extern"))
        parse_variable(parser, doc, attributes);
    else if (parser_is_word(parser, "import"))
        parse_imports(parser);
    else if (parser_is_word(parser, "midl_pragma") || parser_is_word(parser, "importlib"))
        parse_ignored(parser);
    else
        return false;
    return true;
}

/* Nothing that begins a declaration. */
static void parse_unknown_item(struct parser *parser)
{
    static const char *const WORDS[] = {"interface", "typedef",   "struct",       "enum",    "union",
                                        "const",     "library",   "import",       "coclass", "extern",
                                        "importlib", "cpp_quote", "dispinterface"};
    const struct token *token = parser_peek(parser, 0);
    struct name_suggestion suggestion = {.wanted = token->text};
    size_t i;

    if (token->punctuation == '}') {
        parser_error(parser, "a declaration, because no '{' is open here");
        return;
    }
    parser_error(parser, "a declaration: interface, struct, enum, typedef, const or import");
    for (i = 0; token->kind == TOKEN_NAME && i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        names_offer(&suggestion, WORDS[i]);
    if (suggestion.best && !parser->is_refused)
        diagnose_hint(parser->diagnostics, "did you mean '%s'?", suggestion.best);
}

void parse_item(struct parser *parser)
{
    const char *doc = parser_peek(parser, 0)->doc;
    struct ast_attribute *attributes;

    if (parse_refused(parser))
        return;
    attributes = parse_attributes(parser);
    if (parser->panic)
        return; /* reported */
    if (parser_is_word(parser, "interface"))
        parse_interface(parser, doc, attributes);
    else if (parser_is_word(parser, "dispinterface"))
        parse_dispinterface(parser, doc, attributes);
    else if (parser_is_word(parser, "coclass"))
        parse_coclass(parser, doc, attributes);
    else if (parser_is_word(parser, "library"))
        parse_library(parser, doc, attributes);
    else if (parse_common(parser, doc, attributes) || parse_refused(parser))
        ; /* done */
    else if (is_function(parser))
        parse_function(parser, doc, attributes);
    else
        parse_unknown_item(parser);
}

/* Behind what was not understood: the next ';', or the '}' that closes what was opened. */
static void skip_c_declaration(struct parser *parser)
{
    uint32_t level = 0;

    parser->panic = false;
    parser->depth = 0;
    parser->nesting = 0;
    for (; parser_peek(parser, 0)->kind != TOKEN_END && parser_peek(parser, 0)->is_c; parser_take(parser)) {
        int punctuation = parser_peek(parser, 0)->punctuation;

        if (punctuation == '(' || punctuation == '{' || punctuation == '[') {
            level++;
        } else if ((punctuation == ')' || punctuation == '}' || punctuation == ']') && level > 0) {
            level--;
            if (level == 0 && punctuation == '}' && parser_peek(parser, 1)->punctuation != ';' &&
                parser_peek(parser, 1)->starts_line) {
                parser_take(parser);
                return;
            }
        } else if (punctuation == ';' && level == 0) {
            parser_take(parser);
            return;
        }
    }
}

static bool is_word(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && strcmp(token->text, word) == 0;
}

/* At `interface`, up to the ';'. */
static void parse_interface_name(struct parser *parser)
{
    struct ast_declaration *interface =
        parse_new_declaration(parser, DECLARATION_INTERFACE, parser_take(parser)->span, NULL, NULL);

    interface->name = parser_expect_name(parser, "the name of the interface");
    interface->is_forward = true;
    interface->is_c = true;
    parser_link(parser, interface);
    skip_c_declaration(parser);
}

void parse_c_declaration(struct parser *parser)
{
    struct ast_declaration **tail = parser->tail, *declaration;
    const struct token *first = parser_peek(parser, 0);
    uint32_t begin = parser->at;
    bool is_type;

    /* extern "C" { declarations } */
    if (parser_is_word(parser, "extern") && parser_peek(parser, 1)->kind == TOKEN_STRING) {
        parser_take(parser);
        parser_take(parser);
        parser_accept(parser, '{');
        return;
    }
    if (parser_accept(parser, '}'))
        return;
    /* interface IX; and what MIDL makes of it: typedef interface IX IX; */
    parser->diagnostics->suspended++;
    if (parser_is_word(parser, "typedef") && is_word(parser_peek(parser, 1), "interface"))
        parser_take(parser);
    if (parser_is_word(parser, "interface") && parser_peek(parser, 1)->kind == TOKEN_NAME) {
        parse_interface_name(parser);
        parser->diagnostics->suspended--;
        return;
    }
    parser->diagnostics->suspended--;
    is_type = parser_is_word(parser, "typedef") || parser_is_word(parser, "struct") ||
              parser_is_word(parser, "union") || parser_is_word(parser, "enum");
    parser->diagnostics->suspended++;
    if (is_type)
        (void)parse_common(parser, NULL, NULL);
    parser->diagnostics->suspended--;
    if (!is_type || parser->panic) {
        if (is_type)
            diagnose_remark(parser->diagnostics, first->span,
                            "this declaration is not understood and skipped");
        parser->at = begin;
        parser->tail = tail;
        *tail = NULL;
        skip_c_declaration(parser);
    }
    for (declaration = *tail; declaration; declaration = declaration->next)
        declaration->is_c = true;
}
