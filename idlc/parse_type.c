#include "parser_internal.h"

#include <string.h>

/* Words of C that say how a function is called or a pointer is stored; they change nothing here. */
static const char *const CALLING_CONVENTIONS[] = {
    "__cdecl",  "__stdcall", "_stdcall",  "stdcall", "cdecl",       "STDMETHODCALLTYPE", "WINAPI",
    "CALLBACK", "far",       "__RPC_FAR", "__far",   "__unaligned", "volatile",
};

static const char *const TAGS[] = {
    [AST_TAG_STRUCT] = "struct", [AST_TAG_ENUM] = "enum", [AST_TAG_UNION] = "union"};

static struct ast_type *new_type(struct parser *parser, enum ast_type_kind kind, struct span span)
{
    struct ast_type *type = arena_alloc(parser->arena, sizeof(*type));

    type->kind = kind;
    type->span = span;
    return type;
}

static void skip_conventions(struct parser *parser)
{
    size_t i;

    for (i = 0; i < sizeof(CALLING_CONVENTIONS) / sizeof(CALLING_CONVENTIONS[0]); i++)
        if (parser_accept_word(parser, CALLING_CONVENTIONS[i]))
            i = (size_t)-1; /* start again: there may be several */
}

static struct ast_member *parse_member(struct parser *parser, bool named)
{
    struct ast_member *member = arena_alloc(parser->arena, sizeof(*member));

    member->doc = parser_peek(parser, 0)->doc;
    member->attributes = parse_attributes(parser);
    if (parser->panic)
        return member;
    member->type = parse_declarator(parser, parse_specifier(parser), &member->name);
    if (!parser->panic && named && !member->name.text)
        parser_error(parser, "a name");
    return member;
}

/* Behind the '{' of a struct. */
static struct ast_member *parse_fields(struct parser *parser)
{
    struct ast_member *first = NULL, **tail = &first;

    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        struct ast_member *member = parse_member(parser, true);
        struct ast_type *specifier = member->type;

        while (specifier && specifier->target)
            specifier = specifier->target;
        if (!parser->panic) {
            *tail = member;
            tail = &member->next;
        }
        while (!parser->panic && parser_accept(parser, ',')) {
            struct ast_member *other = arena_alloc(parser->arena, sizeof(*other));

            other->attributes = member->attributes;
            other->type = parse_declarator(parser, specifier, &other->name);
            *tail = other;
            tail = &other->next;
        }
        if (!parser->panic && parser_is(parser, ':')) {
            parser_error(parser, "';' (bit fields have no place in an interface)");
        } else if (!parser->panic) {
            parser_expect(parser, ';', "after the field");
        }
        if (parser->panic) {
            while (parser_next_item(parser, ';'))
                ;
            if (!parser_accept(parser, ';'))
                return first;
        }
    }
    return first;
}

/* Behind the '{' of an enum. */
static struct ast_enumerator *parse_enumerators(struct parser *parser)
{
    struct ast_enumerator *first = NULL, **tail = &first;

    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        struct ast_enumerator *enumerator = arena_alloc(parser->arena, sizeof(*enumerator));

        enumerator->doc = parser_peek(parser, 0)->doc;
        parse_attributes(parser);
        enumerator->name = parser_expect_name(parser, "the name of a value");
        if (!parser->panic && parser_accept(parser, '='))
            enumerator->expression = parse_expression(parser);
        if (enumerator->name.text) {
            *tail = enumerator;
            tail = &enumerator->next;
        }
        if (!parser->panic && !parser_is(parser, '}') && !parser_is(parser, ','))
            parser_error(parser, "',' or '}'");
        if (!parser_next_item(parser, '}'))
            break;
    }
    return first;
}

/* struct X, enum X, with or without its definition. */
static struct ast_type *parse_tagged(struct parser *parser, enum ast_tag tag)
{
    struct ast_type *type = new_type(parser, AST_TYPE_TAGGED, parser_peek(parser, 0)->span);
    struct ast_declaration *declaration;
    const struct token *token;
    const char *doc = parser_take(parser)->doc;

    type->tag = tag;
    if (tag == AST_TAG_UNION) {
        diagnose_error(parser->diagnostics, type->span, "unions are not supported");
        parser->panic = true;
        return type;
    }
    token = parser_peek(parser, 0);
    if (token->kind == TOKEN_NAME) {
        type->name = (struct ast_name){token->text, token->span};
        type->span = span_join(type->span, token->span);
        parser_take(parser);
    }
    if (!parser_is(parser, '{')) {
        if (!type->name.text)
            parser_error(parser, "a name or '{'");
        return type;
    }
    if (!parser_enter(parser))
        return type;
    parser_take(parser);
    declaration = arena_alloc(parser->arena, sizeof(*declaration));
    declaration->kind = tag == AST_TAG_ENUM ? DECLARATION_ENUM : DECLARATION_STRUCT;
    declaration->name = type->name;
    declaration->span = type->span;
    declaration->doc = doc;
    if (tag == AST_TAG_ENUM)
        declaration->enumerators = parse_enumerators(parser);
    else
        declaration->fields = parse_fields(parser);
    parser_expect(parser, '}', tag == AST_TAG_ENUM ? "to close the enum" : "to close the struct");
    parser_leave(parser);
    parser_link(parser, declaration);
    type->declaration = declaration;
    return type;
}

static struct ast_type *parse_words(struct parser *parser)
{
    struct ast_type *type = new_type(parser, AST_TYPE_BASE, parser_peek(parser, 0)->span);
    const char *words[6];
    uint32_t count = 0;

    while (parser_peek(parser, 0)->kind == TOKEN_NAME && base_type_is_word(parser_peek(parser, 0)->text)) {
        type->span = span_join(type->span, parser_peek(parser, 0)->span);
        if (count < 6)
            words[count++] = parser_peek(parser, 0)->text;
        parser_take(parser);
    }
    type->base = base_type_from_words(words, count);
    if (type->base == BASE_NONE) {
        diagnose_error(parser->diagnostics, type->span, "these words make no type together");
        type->base = BASE_INT32;
    }
    return type;
}

static struct ast_type *parse_named(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    struct ast_type *type;
    const char *c_name = NULL;
    enum base_type base;
    size_t i;

    for (i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
        if (parser_is_word(parser, TAGS[i]))
            return parse_tagged(parser, (enum ast_tag)i);
    if (token->kind != TOKEN_NAME) {
        parser_error(parser, "a type");
        return NULL;
    }
    if (base_type_is_word(token->text))
        return parse_words(parser);
    base = base_type_find(token->text, &c_name);
    type = new_type(parser, base == BASE_NONE ? AST_TYPE_NAME : AST_TYPE_BASE, token->span);
    type->base = base;
    if (parser_accept_word(parser, "interface")) {
        type->explicit_interface = true;
        type->kind = AST_TYPE_NAME;
        type->name = parser_expect_name(parser, "the name of an interface");
        type->span = span_join(type->span, type->name.span);
        return type;
    }
    type->name = (struct ast_name){c_name ? c_name : token->text, token->span};
    parser_take(parser);
    return type;
}

struct ast_type *parse_specifier(struct parser *parser)
{
    bool is_const = false;
    struct ast_type *type;

    skip_conventions(parser);
    while (parser_accept_word(parser, "const"))
        is_const = true;
    skip_conventions(parser);
    type = parse_named(parser);
    while (type && parser_accept_word(parser, "const"))
        is_const = true;
    if (type)
        type->is_const = is_const;
    return type;
}

static struct ast_member *parse_parameters(struct parser *parser)
{
    struct ast_member *first = NULL, **tail = &first;

    /* (void) is an empty list. */
    if (parser_is_word(parser, "void") && parser_peek(parser, 1)->punctuation == ')')
        parser_take(parser);
    if (parser_accept(parser, ')'))
        return NULL;
    do {
        struct ast_member *member;

        if (parser_is(parser, PUNCTUATION_ELLIPSIS)) {
            diagnose_error(parser->diagnostics, parser_peek(parser, 0)->span,
                           "variable argument lists are not supported");
            parser_take(parser);
            continue;
        }
        member = parse_member(parser, false);
        if (!parser->panic && !parser_is(parser, ')') && !parser_is(parser, ','))
            parser_error(parser, "',' or ')'");
        if (member->type && !parser->panic) {
            *tail = member;
            tail = &member->next;
        }
    } while (parser_next_item(parser, ')'));
    parser_expect(parser, ')', "to close the parameters");
    return first;
}

/* Arrays and parameters behind a name. */
static struct ast_type *parse_suffixes(struct parser *parser, struct ast_type *type)
{
    struct ast_type *outer;

    if (parser->panic || !type || !parser_enter(parser))
        return type;
    if (parser_is(parser, '[')) {
        outer = new_type(parser, AST_TYPE_ARRAY, parser_take(parser)->span);
        if (parser_is(parser, '*'))
            parser_take(parser);
        else if (!parser_is(parser, ']'))
            outer->size = parse_expression(parser);
        parser_expect(parser, ']', "to close the array's size");
        outer->target = parse_suffixes(parser, type);
        type = outer;
    } else if (parser_is(parser, '(')) {
        outer = new_type(parser, AST_TYPE_FUNCTION, parser_take(parser)->span);
        outer->parameters = parse_parameters(parser);
        outer->target = type;
        type = outer;
    }
    parser_leave(parser);
    return type;
}

struct ast_type *parse_declarator(struct parser *parser, struct ast_type *type, struct ast_name *out_name)
{
    *out_name = (struct ast_name){0};
    if (parser->panic || !type || !parser_enter(parser))
        return type;
    skip_conventions(parser);
    while (parser_is(parser, '*')) {
        struct ast_type *pointer = new_type(parser, AST_TYPE_POINTER, parser_take(parser)->span);

        pointer->target = type;
        type = pointer;
        skip_conventions(parser);
        while (parser_accept_word(parser, "const"))
            type->is_const = true;
        skip_conventions(parser);
    }
    if (parser_is(parser, '(') &&
        (parser_peek(parser, 1)->punctuation == '*' || parser_peek(parser, 2)->punctuation == '*')) {
        struct ast_type *placeholder = new_type(parser, AST_TYPE_BASE, parser_take(parser)->span);
        struct ast_type *inner = parse_declarator(parser, placeholder, out_name), *whole;

        parser_expect(parser, ')', "to close the declarator");
        whole = parse_suffixes(parser, type);
        *placeholder = *whole;
        type = inner == placeholder ? whole : inner;
    } else {
        if (parser_peek(parser, 0)->kind == TOKEN_NAME) {
            *out_name = (struct ast_name){parser_peek(parser, 0)->text, parser_peek(parser, 0)->span};
            parser_take(parser);
        }
        type = parse_suffixes(parser, type);
    }
    parser_leave(parser);
    return type;
}
