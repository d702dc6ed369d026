/* Interfaces, and what libraries have besides. */
#include "parser_internal.h"

#include <string.h>

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
    if (parser_is_word(parser, "union") && behind == '(')
        return true; /* union switch (...) and union X switch (...) */
    return behind == '{' || behind == ';' ||
           (parser_peek(parser, 2)->kind == TOKEN_NAME &&
            strcmp(parser_peek(parser, 2)->text, "switch") == 0);
}

/* get_X, put_X and putref_X of a property. */
static void name_property(struct parser *parser, struct ast_method *method)
{
    const char *prefix = attribute_has(method->attributes, ATTRIBUTE_PROPGET)      ? "get_"
                         : attribute_has(method->attributes, ATTRIBUTE_PROPPUT)    ? "put_"
                         : attribute_has(method->attributes, ATTRIBUTE_PROPPUTREF) ? "putref_"
                                                                                   : NULL;

    if (prefix)
        method->name.text = arena_format(parser->arena, "%s%s", prefix, method->name.text);
}

/* Its name gets a word before it. */
static bool is_property(const struct ast_attribute *attributes)
{
    return attribute_has(attributes, ATTRIBUTE_PROPGET) || attribute_has(attributes, ATTRIBUTE_PROPPUT) ||
           attribute_has(attributes, ATTRIBUTE_PROPPUTREF);
}

static struct ast_method *parse_method(struct parser *parser, const char *doc,
                                       struct ast_attribute *attributes)
{
    struct ast_method *method = arena_alloc(parser->arena, sizeof(*method));

    method->doc = doc;
    method->attributes = attributes;
    method->type = parse_declarator(parser, parse_specifier(parser), &method->name);
    parser_check_name(parser, method->name, is_property(attributes) ? NAME_OF_PARAMETER : NAME_OF_MEMBER);
    if (parser->panic)
        return NULL;
    if (!method->name.text || method->type->kind != AST_TYPE_FUNCTION) {
        parser_error(parser, method->name.text ? "'(' and the parameters" : "the name of a method");
        return NULL;
    }
    while (parser_peek(parser, 0)->kind == TOKEN_NAME && strcmp(parser_peek(parser, 0)->text, "const") == 0)
        parser_take(parser); /* C++ says so of methods, and so do some files */
    parser_expect(parser, ';', "after the method");
    name_property(parser, method);
    return method;
}

static bool starts_interface(const struct parser *parser)
{
    int behind = parser_peek(parser, 2)->punctuation;

    return parser_is_word(parser, "interface") && (behind == ':' || behind == '{');
}

/* interface IX; within another */
static bool is_forward(const struct parser *parser)
{
    return parser_is_word(parser, "interface") && parser_peek(parser, 2)->punctuation == ';';
}

/* A statement of a body; returns the end of the list of methods. */
static struct ast_method **parse_statement(struct parser *parser, struct ast_method **tail)
{
    const char *doc = parser_peek(parser, 0)->doc;
    struct ast_attribute *attributes = parse_attributes(parser);
    struct ast_method *method;

    if (parser->panic || starts_interface(parser))
        return tail;
    if (is_forward(parser)) {
        parse_interface(parser, doc, attributes);
    } else if (!is_declaration(parser) || !parse_common(parser, doc, attributes)) {
        method = parse_method(parser, doc, attributes);
        if (method) {
            *tail = method;
            tail = &method->next;
        }
    }
    return tail;
}

/* Behind the '{' of an interface, or the "methods:" of a dispinterface. */
static void parse_methods(struct parser *parser, struct ast_declaration *interface)
{
    struct ast_method **tail = &interface->methods;

    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        uint32_t begin = parser->at;

        if (parser_accept(parser, ';'))
            continue;
        tail = parse_statement(parser, tail);
        if (!parser->panic && starts_interface(parser)) {
            diagnose_error(parser->diagnostics, ERROR_INTERFACE_OPEN, parser_peek(parser, 0)->span,
                           "expected '}' before the next interface");
            diagnose_note(parser->diagnostics, interface->name.span, "interface '%s' is still open",
                          interface->name.text);
            parser->panic = true;
            return;
        }
        if (parser->panic)
            parser_recover(parser, begin, true);
    }
}

void parse_interface(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *interface =
        parse_new_declaration(parser, DECLARATION_INTERFACE, parser_take(parser)->span, doc, attributes);

    interface->name = parser_expect_name(parser, "the name of the interface");
    if (parser->panic)
        return;
    parser_check_name(parser, interface->name, NAME_OF_TYPE);
    interface->span = interface->name.span;
    while (parser_accept(parser, ',')) { /* interface IA, IB; */
        struct ast_declaration *other =
            parse_new_declaration(parser, DECLARATION_INTERFACE, interface->span, NULL, NULL);

        other->name = parser_expect_name(parser, "the name of the next interface");
        other->is_forward = true;
        if (parser->panic)
            return;
        parser_link(parser, other);
    }
    if (parser_accept(parser, ';')) {
        interface->is_forward = true;
        parser_link(parser, interface);
        return;
    }
    if (parser_accept(parser, ':')) {
        interface->base_name = parser_expect_name(parser, "the name of the base interface");
        if (parser_is(parser, ',')) {
            parser_error(parser, "'{': an interface has one base");
            return;
        }
    }
    if (!interface->base_name.text && parser_peek(parser, 0)->kind == TOKEN_NAME) {
        parser_error(parser, "':' and the name of the base, or '{' and the methods");
        return;
    }
    if (!parser_expect(parser, '{', "and the methods of the interface"))
        return;
    parse_methods(parser, interface);
    parser_expect_close(parser, interface->span, "to close the interface");
    parser_accept(parser, ';');
    parser_link(parser, interface);
}

/* [attributes] interface IX; within a coclass or a dispinterface. */
static struct ast_implemented *parse_implemented(struct parser *parser)
{
    struct ast_implemented *implemented = arena_alloc(parser->arena, sizeof(*implemented));

    implemented->attributes = parse_attributes(parser);
    if (parser->panic)
        return NULL;
    if (!parser_accept_word(parser, "interface") && !parser_accept_word(parser, "dispinterface")) {
        parser_error(parser, "interface or dispinterface");
        return NULL;
    }
    implemented->name = parser_expect_name(parser, "the name of an interface");
    if (!parser->panic)
        parser_expect(parser, ';', "after the name");
    return parser->panic ? NULL : implemented;
}

static void parse_all_implemented(struct parser *parser, struct ast_declaration *declaration)
{
    struct ast_implemented **tail = &declaration->implemented;

    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        uint32_t begin = parser->at;

        if (parser_accept(parser, ';'))
            continue;
        *tail = parse_implemented(parser);
        if (*tail)
            tail = &(*tail)->next;
        if (parser->panic)
            parser_recover(parser, begin, true);
    }
}

/* Behind "properties:". */
static void parse_properties(struct parser *parser, struct ast_declaration *interface)
{
    struct ast_member **tail = &interface->fields;

    while (!parser_is(parser, '}') && !parser_is_word(parser, "methods") &&
           parser_peek(parser, 0)->kind != TOKEN_END) {
        uint32_t begin = parser->at;
        struct ast_member *property;

        if (parser_accept(parser, ';'))
            continue;
        property = parse_member(parser);
        if (!parser->panic && !property->name.text)
            parser_error(parser, "the name of a property");
        if (!parser->panic)
            parser_expect(parser, ';', "after the property");
        if (parser->panic) {
            parser_recover(parser, begin, true);
            continue;
        }
        *tail = property;
        tail = &property->next;
    }
}

void parse_dispinterface(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *interface =
        parse_new_declaration(parser, DECLARATION_INTERFACE, parser_take(parser)->span, doc, attributes);

    interface->is_dispinterface = true;
    interface->name = parser_expect_name(parser, "the name of the dispinterface");
    if (parser->panic)
        return;
    interface->span = interface->name.span;
    if (parser_accept(parser, ';')) {
        interface->is_forward = true;
        parser_link(parser, interface);
        return;
    }
    if (!parser_expect(parser, '{', "and the properties and methods"))
        return;
    if (parser_accept_word(parser, "properties")) {
        parser_expect(parser, ':', "after properties");
        parse_properties(parser, interface);
    }
    if (parser_accept_word(parser, "methods")) {
        parser_expect(parser, ':', "after methods");
        parse_methods(parser, interface);
    } else {
        parse_all_implemented(parser, interface);
    }
    parser_expect(parser, '}', "to close the dispinterface");
    parser_accept(parser, ';');
    parser_link(parser, interface);
}

void parse_coclass(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *coclass =
        parse_new_declaration(parser, DECLARATION_COCLASS, parser_take(parser)->span, doc, attributes);

    coclass->name = parser_expect_name(parser, "the name of the class");
    if (parser->panic)
        return;
    coclass->span = coclass->name.span;
    coclass->is_forward = parser_accept(parser, ';');
    if (coclass->is_forward)
        return; /* says nothing */
    if (!parser_expect(parser, '{', "and the interfaces of the class"))
        return;
    parse_all_implemented(parser, coclass);
    parser_expect(parser, '}', "to close the coclass");
    parser_accept(parser, ';');
    parser_link(parser, coclass);
}

void parse_library(struct parser *parser, const char *doc, struct ast_attribute *attributes)
{
    struct ast_declaration *library =
        parse_new_declaration(parser, DECLARATION_LIBRARY, parser_take(parser)->span, doc, attributes);

    library->name = parser_expect_name(parser, "the name of the library");
    if (parser->panic)
        return;
    library->span = library->name.span;
    if (!parser_expect(parser, '{', "and what the library holds"))
        return;
    if (parser->library) {
        diagnose_error(parser->diagnostics, ERROR_NESTED_LIBRARY, library->name.span,
                       "a library within another");
        diagnose_note(parser->diagnostics, parser->library->name.span, "this one is still open");
        parser->panic = true;
        return;
    }
    parser_link(parser, library);
    parser->library = library;
    parse_items(parser, true);
    parser->library = NULL;
    parser_expect(parser, '}', "to close the library");
    parser_accept(parser, ';');
}
