/* Structs, unions and enums, and the members of structs, unions and parameter lists. */
#include "parser_internal.h"

#include <string.h>

struct ast_member *parse_member(struct parser *parser)
{
    struct ast_member *member = arena_alloc(parser->arena, sizeof(*member));

    member->doc = parser_peek(parser, 0)->doc;
    member->attributes = parse_attributes(parser);
    if (!parser->panic)
        member->type = parse_declarator(parser, parse_specifier(parser), &member->name);
    return member;
}

static void parse_bits(struct parser *parser, struct ast_member *member)
{
    if (!parser->panic && parser_accept(parser, ':'))
        member->bits = parse_expression(parser);
}

/* A struct or union without a name: its members belong to what it stands in. */
static bool may_be_nameless(const struct ast_member *member)
{
    return member->bits || (member->type && member->type->defines);
}

/* Labels before an arm: case 1: case 2: default: */
static void parse_labels(struct parser *parser, struct ast_expression **out_cases, bool *out_default)
{
    *out_cases = NULL;
    *out_default = false;
    for (;;) {
        if (parser_accept_word(parser, "case")) {
            struct ast_expression *label;

            do {
                label = parse_expression(parser);
                if (!label)
                    return;
                *out_cases = label;
                out_cases = &label->next;
            } while (parser_accept(parser, ','));
        } else if (parser_is_word(parser, "default") && parser_peek(parser, 1)->punctuation == ':') {
            parser_take(parser);
            *out_default = true;
        } else {
            return;
        }
        parser_expect(parser, ':', "after the case");
    }
}

/* All that one statement declares; returns the end of the list. */
static struct ast_member **parse_field(struct parser *parser, struct ast_member **tail, bool has_labels)
{
    struct ast_expression *cases = NULL;
    struct ast_member *member;
    struct ast_type *specifier;
    bool is_default = false;

    if (has_labels)
        parse_labels(parser, &cases, &is_default);
    member = arena_alloc(parser->arena, sizeof(*member));
    member->doc = parser_peek(parser, 0)->doc;
    member->attributes = parse_attributes(parser);
    member->cases = cases;
    member->is_default = is_default;
    if (parser->panic)
        return tail;
    *tail = member;
    if ((member->attributes || has_labels) && parser_accept(parser, ';'))
        return &member->next; /* an arm that holds nothing */
    specifier = parse_specifier(parser);
    member->type = parse_declarator(parser, specifier, &member->name);
    parser_check_name(parser, member->name, NAME_OF_MEMBER);
    parse_bits(parser, member);
    if (!parser->panic && !member->name.text && !may_be_nameless(member))
        parser_error(parser, "a name");
    while (!parser->panic && parser_accept(parser, ',')) {
        struct ast_member *other = arena_alloc(parser->arena, sizeof(*other));

        if (specifier->defines && specifier->name.text) { /* the text of the struct stands there once */
            struct ast_type *again = arena_alloc(parser->arena, sizeof(*again));

            *again = *specifier;
            again->defines = false;
            specifier = again;
        }
        other->attributes = member->attributes;
        other->type = parse_declarator(parser, specifier, &other->name);
        parse_bits(parser, other);
        (*tail)->next = other;
        tail = &(*tail)->next;
    }
    if (!parser->panic)
        parser_expect(parser, ';', "after the field");
    if (!parser->panic)
        return &(*tail)->next;
    *tail = NULL;
    return tail;
}

/* Behind the '{' of a struct or union. */
static struct ast_member *parse_fields(struct parser *parser, bool has_labels)
{
    struct ast_member *first = NULL, **tail = &first;

    parser->nesting++;
    while (!parser_is(parser, '}') && parser_peek(parser, 0)->kind != TOKEN_END) {
        tail = parse_field(parser, tail, has_labels);
        if (!parser->panic)
            continue;
        while (parser_next_item(parser, ';'))
            ;
        if (!parser_accept(parser, ';'))
            break;
    }
    parser->nesting--;
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
        parser_check_name(parser, enumerator->name, NAME_OF_MEMBER);
        if (!parser->panic && parser_accept(parser, '='))
            enumerator->expression = parse_expression(parser);
        if (enumerator->name.text) {
            *tail = enumerator;
            tail = &enumerator->next;
        }
        if (!parser->panic && !parser_is(parser, '}') && !parser_is(parser, ',')) {
            parser_error(parser, "',' or '}'");
            if (parser_accept(parser, ';'))
                diagnose_hint(parser->diagnostics, "a comma stands between the values of an enum");
        }
        if (!parser_next_item(parser, '}'))
            break;
    }
    return first;
}

static struct ast_attribute *make_switch_is(struct parser *parser, const struct ast_member *discriminant)
{
    struct ast_attribute *attribute = arena_alloc(parser->arena, sizeof(*attribute));
    struct ast_expression *name = arena_alloc(parser->arena, sizeof(*name));

    name->kind = EXPRESSION_NAME;
    name->span = discriminant->name.span;
    name->text = discriminant->name.text;
    attribute->info = attribute_lookup("switch_is");
    attribute->name = (struct ast_name){"switch_is", discriminant->name.span};
    attribute->arguments = name;
    attribute->argument_count = 1;
    return attribute;
}

/*
 * union X switch (long kind) name { case 1: ... }: C has a struct of the number and the union. Behind
 * `switch`.
 */
static void parse_encapsulated(struct parser *parser, struct ast_type *type)
{
    struct ast_declaration *outer, *inner;
    struct ast_member *discriminant, *choice = arena_alloc(parser->arena, sizeof(*choice));

    outer = parse_new_declaration(parser, DECLARATION_STRUCT, type->span, NULL, NULL);
    inner = parse_new_declaration(parser, DECLARATION_UNION, type->span, NULL, NULL);
    parser_expect(parser, '(', "after switch");
    discriminant = parse_member(parser);
    if (!parser->panic && !discriminant->name.text)
        parser_error(parser, "the name of the number that says which arm is there");
    parser_expect(parser, ')', "to close switch");
    choice->name = (struct ast_name){"tagged_union", type->span};
    if (!parser->panic && parser_peek(parser, 0)->kind == TOKEN_NAME)
        choice->name = parser_expect_name(parser, "the name of the union");
    if (!parser_expect(parser, '{', "and the arms of the union"))
        return;
    inner->fields = parse_fields(parser, true);
    parser_expect(parser, '}', "to close the union");
    inner->is_nested = true;
    choice->type = arena_alloc(parser->arena, sizeof(*choice->type));
    choice->type->kind = AST_TYPE_TAGGED;
    choice->type->tag = AST_TAG_UNION;
    choice->type->span = type->span;
    choice->type->defines = true;
    choice->type->declaration = inner;
    choice->attributes = make_switch_is(parser, discriminant);
    discriminant->next = choice;
    outer->name = type->name;
    outer->is_encapsulated = true;
    outer->fields = discriminant;
    if (!discriminant->name.text)
        return;
    parser_link(parser, inner);
    parser_link(parser, outer);
    outer->is_nested = parser->nesting > 0;
    type->declaration = outer;
    type->defines = outer->is_nested;
}

static enum ast_declaration_kind kind_of(enum ast_tag tag)
{
    return tag == AST_TAG_ENUM    ? DECLARATION_ENUM
           : tag == AST_TAG_UNION ? DECLARATION_UNION
                                  : DECLARATION_STRUCT;
}

static void parse_definition(struct parser *parser, struct ast_type *type, const char *doc)
{
    struct ast_declaration *declaration =
        parse_new_declaration(parser, kind_of(type->tag), type->span, doc, NULL);

    parser_take(parser);
    declaration->name = type->name;
    if (type->tag == AST_TAG_ENUM)
        declaration->enumerators = parse_enumerators(parser);
    else
        declaration->fields = parse_fields(parser, false);
    parser_expect_close(parser, type->span,
                        type->tag == AST_TAG_ENUM     ? "to close the enum"
                        : type->tag == AST_TAG_STRUCT ? "to close the struct"
                                                      : "to close the union");
    declaration->is_nested = parser->nesting > 0;
    parser_link(parser, declaration);
    type->declaration = declaration;
    type->defines = declaration->is_nested;
}

struct ast_type *parse_tagged(struct parser *parser, enum ast_tag tag)
{
    struct ast_type *type = arena_alloc(parser->arena, sizeof(*type));
    const struct token *token = parser_take(parser);
    const char *doc = token->doc;

    type->kind = AST_TYPE_TAGGED;
    type->span = token->span;
    type->tag = tag;
    token = parser_peek(parser, 0);
    if (token->kind == TOKEN_NAME && !(tag == AST_TAG_UNION && strcmp(token->text, "switch") == 0)) {
        type->name = (struct ast_name){token->text, token->span};
        type->span = span_join(type->span, token->span);
        parser_check_name(parser, type->name, NAME_OF_TYPE);
        parser_take(parser);
    }
    if (!parser_enter(parser))
        return type;
    if (tag == AST_TAG_UNION && parser_accept_word(parser, "switch"))
        parse_encapsulated(parser, type);
    else if (parser_is(parser, '{'))
        parse_definition(parser, type, doc);
    else if (!type->name.text)
        parser_error(parser, "a name or '{'");
    parser_leave(parser);
    return type;
}
