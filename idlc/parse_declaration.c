#include "parser_internal.h"

static struct ast_declaration *new_declaration(struct parser *parser, enum ast_declaration_kind kind,
                                               struct span span, const char *doc,
                                               struct ast_attribute *attributes)
{
    struct ast_declaration *declaration = arena_alloc(parser->arena, sizeof(*declaration));

    declaration->kind = kind;
    declaration->span = span;
    declaration->doc = doc;
    declaration->attributes = attributes;
    return declaration;
}

static void parse_cpp_quote(struct parser *parser)
{
    struct ast_declaration *quote =
        new_declaration(parser, DECLARATION_CPP_QUOTE, parser_take(parser)->span, NULL, NULL);
    struct ast_expression *text;

    parser_expect(parser, '(', "after cpp_quote");
    text = parser->panic ? NULL : parse_expression(parser);
    if (text && text->kind != EXPRESSION_STRING)
        diagnose_error(parser->diagnostics, text->span, "cpp_quote takes a string");
    parser_expect(parser, ')', "to close cpp_quote");
    parser_accept(parser, ';');
    if (parser->panic || !text || text->kind != EXPRESSION_STRING)
        return;
    quote->text = text->text;
    parser_link(parser, quote);
}

static void parse_typedef(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_type *specifier;
    struct ast_attribute *more;

    parser_take(parser);
    more = parse_attributes(parser);
    if (!attributes)
        attributes = more;
    specifier = parse_specifier(parser);
    if (specifier && specifier->declaration && doc) {
        specifier->declaration->doc = doc; /* of a struct defined in place */
        doc = NULL;
    }
    if (specifier && specifier->declaration) {
        specifier->declaration->attributes = attributes;
        specifier->declaration->is_in_typedef = true;
    }
    do {
        struct ast_declaration *declaration =
            new_declaration(parser, DECLARATION_TYPEDEF, (struct span){0}, doc, attributes);

        declaration->type = parse_declarator(parser, specifier, &declaration->name);
        if (!parser->panic && !declaration->name.text)
            parser_error(parser, "a name for the type");
        if (parser->panic)
            return;
        declaration->span = declaration->name.span;
        if (specifier->declaration && !specifier->declaration->name.text) {
            specifier->declaration->name = declaration->name; /* typedef struct {...} X; gets X as tag too */
            specifier->name = declaration->name;
        }
        parser_link(parser, declaration);
    } while (parser_accept(parser, ','));
    parser_expect(parser, ';', "after the typedef");
}

static void parse_const(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *declaration =
        new_declaration(parser, DECLARATION_CONST, parser_peek(parser, 0)->span, doc, attributes);

    declaration->type = parse_declarator(parser, parse_specifier(parser), &declaration->name);
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
    if (!parser_is(parser, ';') && parser_peek(parser, 0)->kind == TOKEN_NAME) {
        parser_error(parser, "';' (variables cannot be declared here)");
        return;
    }
    parser_expect(parser, ';', "after the declaration");
    declaration = type->declaration;
    if (!declaration) {
        declaration =
            new_declaration(parser, type->tag == AST_TAG_ENUM ? DECLARATION_ENUM : DECLARATION_STRUCT,
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
    else
        return false;
    return true;
}

/* In an interface: a declaration, not a method whose result is a struct or a pointer to const. */
static bool is_declaration(const struct parser *parser)
{
    int behind;
    uint32_t i;

    if (parser_is_word(parser, "const")) {
        for (i = 1; parser_peek(parser, i)->kind != TOKEN_END; i++) {
            behind = parser_peek(parser, i)->punctuation;
            if (behind == '=' || behind == '(' || behind == ';')
                return behind != '(';
        }
        return true;
    }
    if (!parser_is_word(parser, "struct") && !parser_is_word(parser, "enum") &&
        !parser_is_word(parser, "union"))
        return true;
    if (parser_peek(parser, 1)->punctuation == '{')
        return true;
    behind = parser_peek(parser, 2)->punctuation;
    return behind == '{' || behind == ';'; /* else the result of a method */
}

static struct ast_method *parse_method(struct parser *parser, const char *doc,
                                       struct ast_attribute *attributes)
{
    struct ast_method *method = arena_alloc(parser->arena, sizeof(*method));

    method->doc = doc;
    method->attributes = attributes;
    method->type = parse_declarator(parser, parse_specifier(parser), &method->name);
    if (parser->panic)
        return NULL;
    if (!method->name.text || method->type->kind != AST_TYPE_FUNCTION) {
        parser_error(parser, method->name.text ? "'(' and the parameters" : "the name of a method");
        return NULL;
    }
    parser_expect(parser, ';', "after the method");
    return method;
}

static bool starts_interface(const struct parser *parser)
{
    int behind = parser_peek(parser, 2)->punctuation;

    return parser_is_word(parser, "interface") && (behind == ':' || behind == '{');
}

/* Behind the '{' of an interface. */
static void parse_interface_body(struct parser *parser, struct ast_declaration *interface)
{
    struct ast_method **tail = &interface->methods;

    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        uint32_t begin = parser->at;
        const char *doc = parser_peek(parser, 0)->doc;
        struct ast_attribute *attributes;
        struct ast_method *method;

        if (parser_accept(parser, ';'))
            continue;
        attributes = parse_attributes(parser);
        if (starts_interface(parser)) {
            diagnose_error(parser->diagnostics, parser_peek(parser, 0)->span,
                           "expected '}' before the next interface");
            diagnose_note(parser->diagnostics, interface->name.span, "interface '%s' is still open",
                          interface->name.text);
            parser->panic = true;
            return;
        }
        if (!parser->panic && (!is_declaration(parser) || !parse_common(parser, doc, attributes))) {
            method = parse_method(parser, doc, attributes);
            if (method) {
                *tail = method;
                tail = &method->next;
            }
        }
        if (parser->panic)
            parser_recover(parser, begin, true);
    }
}

void parse_interface(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *interface =
        new_declaration(parser, DECLARATION_INTERFACE, parser_take(parser)->span, doc, attributes);

    interface->name = parser_expect_name(parser, "the name of the interface");
    if (parser->panic)
        return;
    interface->span = interface->name.span;
    if (parser_accept(parser, ';')) {
        interface->is_forward = true;
        parser_link(parser, interface);
        return;
    }
    if (parser_accept(parser, ':'))
        interface->base_name = parser_expect_name(parser, "the name of the base interface");
    if (!parser_expect(parser, '{', "and the methods of the interface"))
        return;
    parse_interface_body(parser, interface);
    parser_expect(parser, '}', "to close the interface");
    parser_accept(parser, ';');
    parser_link(parser, interface);
}

struct ast_import **parse_imports(struct parser *parser, struct ast_import **tail)
{
    parser_take(parser);
    do {
        const struct token *token = parser_peek(parser, 0);
        struct ast_import *import;

        if (token->kind != TOKEN_STRING) {
            parser_error(parser, "the name of a file in quotes");
            return tail;
        }
        import = arena_alloc(parser->arena, sizeof(*import));
        import->name = (struct ast_name){token->text, token->span};
        parser_take(parser);
        *tail = import;
        tail = &import->next;
    } while (parser_accept(parser, ','));
    parser_expect(parser, ';', "after the import");
    return tail;
}

/* What other dialects have, and what of MIDL is not there: better named than "expected a declaration". */
bool parse_refused(struct parser *parser)
{
    static const struct {
        const char *word;
        const char *reason;
    } REFUSED[] = {
        {"library", "libraries are not supported; write its interfaces at the top level"},
        {"coclass", "coclasses are not supported; an object is found by its name"},
        {"dispinterface", "dispinterfaces are not supported; write an interface"},
        {"importlib", "type libraries cannot be imported; import the .idl"},
        {"module", "this looks like CORBA or a DLL's module; COM IDL has interfaces at the top level"},
        {"namespace", "this is WinRT IDL (MIDL 3); this compiler takes COM IDL"},
        {"runtimeclass", "this is WinRT IDL (MIDL 3); this compiler takes COM IDL"},
        {"delegate", "this is WinRT IDL (MIDL 3); this compiler takes COM IDL"},
        {"exception", "this is CORBA IDL; in COM IDL errors are HRESULTs"},
        {"package", "this is protobuf or AIDL; this compiler takes COM IDL"},
        {"syntax", "this is protobuf; this compiler takes COM IDL"},
        {"parcelable", "this is AIDL; this compiler takes COM IDL"},
    };
    size_t i;

    for (i = 0; i < sizeof(REFUSED) / sizeof(REFUSED[0]); i++)
        if (parser_is_word(parser, REFUSED[i].word)) {
            diagnose_error(parser->diagnostics, parser_peek(parser, 0)->span, "'%s': %s", REFUSED[i].word,
                           REFUSED[i].reason);
            parser->panic = true;
            return true;
        }
    return false;
}
