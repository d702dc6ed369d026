#include "parser_internal.h"

#include <string.h>

/* Behind a '(' up to its ')', whatever it is. */
static void skip_arguments(struct parser *parser)
{
    uint32_t level = 1;

    for (; parser_peek(parser, 0)->kind != TOKEN_END; parser_take(parser)) {
        int punctuation = parser_peek(parser, 0)->punctuation;

        if (punctuation == '(')
            level++;
        else if (punctuation == ')' && --level == 0)
            break;
        else if (punctuation == ';' || punctuation == '{' || punctuation == '}')
            break; /* the parenthesis was forgotten */
    }
    parser_expect(parser, ')', "to close the attribute's arguments");
}

static void parse_type_argument(struct parser *parser, struct ast_attribute *attribute)
{
    struct ast_name name;

    attribute->type = parse_declarator(parser, parse_specifier(parser), &name);
    attribute->argument_count = 1;
    parser_expect(parser, ')', "to close the attribute's arguments");
}

static void parse_list(struct parser *parser, struct ast_attribute *attribute)
{
    struct ast_expression **tail = &attribute->arguments;

    do {
        struct ast_expression *argument;

        if (parser_is(parser, ',') || parser_is(parser, ')')) {
            argument = arena_alloc(parser->arena, sizeof(*argument));
            argument->kind = EXPRESSION_ABSENT;
            argument->span = parser_peek(parser, 0)->span;
        } else {
            argument = parse_expression(parser);
        }
        if (!argument)
            return;
        *tail = argument;
        tail = &argument->next;
        attribute->argument_count++;
    } while (parser_accept(parser, ','));
    parser_expect(parser, ')', "to close the attribute's arguments");
}

/* A UUID in braces, as Windows prints it. */
static void refuse_uuid(struct parser *parser, const struct ast_attribute *attribute)
{
    const char *name = attribute->name.text;

    diagnose_error(parser->diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, attribute->name.span,
                   "[%s] takes a UUID: %s(01234567-89ab-cdef-0123-456789abcdef)", name, name);
    while (!parser_is(parser, ')') && !parser_is(parser, ']') && !parser_is(parser, ';') &&
           parser_peek(parser, 0)->kind != TOKEN_END)
        parser_take(parser);
    parser_expect(parser, ')', "to close the attribute's arguments");
}

/* Behind the '('. */
static void parse_arguments(struct parser *parser, struct ast_attribute *attribute)
{
    enum attribute_arguments arguments = attribute->info ? attribute->info->arguments : ARGUMENTS_ANY;

    if (arguments == ARGUMENTS_UUID &&
        (parser_peek(parser, 0)->kind == TOKEN_UUID || parser_peek(parser, 0)->kind == TOKEN_STRING)) {
        attribute->name.span = span_join(attribute->name.span, parser_peek(parser, 0)->span);
        attribute->uuid = parser_take(parser)->text;
        parser_expect(parser, ')', "to close the attribute's arguments");
    } else if (arguments == ARGUMENTS_UUID && parser_is(parser, '{')) {
        refuse_uuid(parser, attribute);
    } else if (arguments == ARGUMENTS_ANY) {
        attribute->argument_count = !parser_is(parser, ')');
        skip_arguments(parser);
    } else if (arguments == ARGUMENTS_TYPE) {
        parse_type_argument(parser, attribute);
    } else if (!parser_accept(parser, ')')) {
        parse_list(parser, attribute);
    }
}

static struct ast_attribute *parse_attribute(struct parser *parser)
{
    struct ast_attribute *attribute = arena_alloc(parser->arena, sizeof(*attribute));

    attribute->name = parser_expect_name(parser, "an attribute");
    if (parser->panic)
        return NULL;
    attribute->info = attribute_lookup(attribute->name.text);
    if (attribute->info && attribute->info->action == ACTION_REFUSE)
        diagnose_error(parser->diagnostics, ERROR_REFUSED_ATTRIBUTE, attribute->name.span, "[%s]: %s",
                       attribute->name.text, attribute->info->reason);
    if (parser_accept(parser, '('))
        parse_arguments(parser, attribute);
    return attribute;
}

struct ast_attribute *parse_attributes(struct parser *parser)
{
    struct ast_attribute *first = NULL, **tail = &first;

    while (!parser->panic && parser_accept(parser, '[')) {
        if (parser_accept(parser, ']'))
            continue;
        do {
            struct ast_attribute *attribute;

            while (parser_accept(parser, ','))
                ; /* there are two where a macro is empty */
            if (parser_is(parser, ']'))
                break; /* a comma before it is common */
            attribute = parse_attribute(parser);
            if (attribute) {
                *tail = attribute;
                tail = &attribute->next;
            }
            if (!parser->panic && parser_peek(parser, 0)->starts_line && !parser_is(parser, ']') &&
                !parser_is(parser, ','))
                parser_expect(parser, ']', "to close the attributes");
            else if (!parser->panic && !parser_is(parser, ']') && !parser_is(parser, ','))
                parser_error(parser, "',' or ']'");
        } while (parser_next_item(parser, ']'));
        parser_expect(parser, ']', "to close the attributes");
    }
    return first;
}

struct ast_attribute *parse_join_attributes(struct ast_attribute *list, struct ast_attribute *more)
{
    struct ast_attribute **tail = &list;

    while (*tail)
        tail = &(*tail)->next;
    *tail = more;
    return list;
}
