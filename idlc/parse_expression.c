#include "parser_internal.h"

#include <string.h>

static struct ast_expression *parse_conditional(struct parser *parser);

static struct ast_expression *new_expression(struct parser *parser, enum ast_expression_kind kind,
                                             struct span span)
{
    struct ast_expression *expression = arena_alloc(parser->arena, sizeof(*expression));

    expression->kind = kind;
    expression->span = span;
    return expression;
}

/* Adjacent strings join, as in C. */
static struct ast_expression *parse_string(struct parser *parser)
{
    struct ast_expression *expression =
        new_expression(parser, EXPRESSION_STRING, parser_peek(parser, 0)->span);
    const char *text = parser_take(parser)->text;

    expression->is_wide = parser->tokens[parser->at - 1].is_wide;
    while (parser_peek(parser, 0)->kind == TOKEN_STRING) {
        expression->span = span_join(expression->span, parser_peek(parser, 0)->span);
        text = arena_format(parser->arena, "%s%s", text, parser_take(parser)->text);
    }
    expression->text = text;
    return expression;
}

/* A parenthesis that opens a cast: what follows can only be a type. */
static bool is_cast(const struct parser *parser)
{
    const struct token *inside = parser_peek(parser, 1);
    const struct token *behind = parser_peek(parser, 3);
    const char *c_name;

    if (inside->kind != TOKEN_NAME)
        return false;
    if (base_type_is_word(inside->text) || base_type_find(inside->text, &c_name) != BASE_NONE ||
        strcmp(inside->text, "const") == 0 || strcmp(inside->text, "enum") == 0)
        return true;
    /* (NAME) - 1 may be either: a name that is no constant makes it a cast when it is bound. */
    return (parser_peek(parser, 2)->punctuation == ')' &&
            (behind->kind == TOKEN_NAME || behind->kind == TOKEN_INTEGER || behind->kind == TOKEN_STRING ||
             behind->kind == TOKEN_CHARACTER || behind->punctuation == '(' || behind->punctuation == '~')) ||
           (parser_peek(parser, 2)->punctuation == '*' && behind->punctuation == ')');
}

static struct ast_expression *parse_primary(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    struct ast_expression *expression;

    switch (token->kind) {
    case TOKEN_INTEGER:
    case TOKEN_CHARACTER:
        expression = new_expression(parser, EXPRESSION_INTEGER, token->span);
        expression->value = token->value;
        expression->is_unsigned = token->is_unsigned;
        expression->text = parser_take(parser)->text;
        return expression;
    case TOKEN_FLOAT:
    case TOKEN_NAME:
        expression = new_expression(parser, token->kind == TOKEN_NAME ? EXPRESSION_NAME : EXPRESSION_FLOAT,
                                    token->span);
        expression->text = parser_take(parser)->text;
        return expression;
    case TOKEN_STRING:
        return parse_string(parser);
    default:
        break;
    }
    if (parser_accept(parser, '(')) {
        expression = parse_conditional(parser);
        parser_expect(parser, ')', "to close the parenthesis");
        if (expression)
            expression->is_parenthesized = true;
        return expression;
    }
    parser_error(parser, "an expression");
    return NULL;
}

static struct ast_expression *parse_unary(struct parser *parser);

static struct ast_expression *parse_sizeof(struct parser *parser)
{
    struct ast_expression *expression = new_expression(parser, EXPRESSION_SIZEOF, parser_take(parser)->span);
    struct ast_name name;

    if (!parser_expect(parser, '(', "after sizeof"))
        return NULL;
    expression->type = parse_declarator(parser, parse_specifier(parser), &name);
    expression->span = span_join(expression->span, parser_peek(parser, 0)->span);
    parser_expect(parser, ')', "to close sizeof");
    return parser->panic ? NULL : expression;
}

/* What stands in front of an operand took its token already. */
static struct ast_expression *parse_operand(struct parser *parser, struct ast_expression *expression)
{
    expression->left = parse_unary(parser);
    if (!expression->left)
        return NULL;
    expression->span = span_join(expression->span, expression->left->span);
    return expression;
}

static struct ast_expression *parse_cast(struct parser *parser)
{
    struct ast_expression *cast = new_expression(parser, EXPRESSION_CAST, parser_take(parser)->span);
    struct ast_name name;

    cast->type = parse_declarator(parser, parse_specifier(parser), &name);
    parser_expect(parser, ')', "after the type of the cast");
    return parse_operand(parser, cast);
}

static struct ast_expression *parse_unary(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    struct ast_expression *expression;

    if (parser->panic || !parser_enter(parser))
        return NULL;
    if (token->punctuation && token->punctuation < 256 && strchr("-+~!*", token->punctuation)) {
        expression = new_expression(parser, EXPRESSION_UNARY, parser_take(parser)->span);
        expression->operation = token->punctuation;
        expression = parse_operand(parser, expression);
    } else if (parser_is_word(parser, "sizeof")) {
        expression = parse_sizeof(parser);
    } else if (parser_is(parser, '(') && is_cast(parser)) {
        expression = parse_cast(parser);
    } else {
        expression = parse_primary(parser);
    }
    parser_leave(parser);
    return expression;
}

/* Higher binds tighter; 0: no binary operator. */
static unsigned precedence(int punctuation)
{
    switch (punctuation) {
    case PUNCTUATION_OR:
        return 1;
    case PUNCTUATION_AND:
        return 2;
    case '|':
        return 3;
    case '^':
        return 4;
    case '&':
        return 5;
    case PUNCTUATION_EQUAL:
    case PUNCTUATION_NOT_EQUAL:
        return 6;
    case '<':
    case '>':
    case PUNCTUATION_LESS_EQUAL:
    case PUNCTUATION_GREATER_EQUAL:
        return 7;
    case PUNCTUATION_SHIFT_LEFT:
    case PUNCTUATION_SHIFT_RIGHT:
        return 8;
    case '+':
    case '-':
        return 9;
    case '*':
    case '/':
    case '%':
        return 10;
    default:
        return 0;
    }
}

static struct ast_expression *parse_binary(struct parser *parser, unsigned lowest)
{
    struct ast_expression *left = parse_unary(parser);
    uint32_t terms = 0;

    while (left) {
        int operation = parser_peek(parser, 0)->punctuation;
        unsigned level = precedence(operation);
        struct ast_expression *binary;

        if (level < lowest || level == 0)
            return left;
        if (++terms > PARSER_TERMS_MAX) {
            parser_error(parser, "the end of an expression that is too long");
            return NULL;
        }
        binary = new_expression(parser, EXPRESSION_BINARY, left->span);
        parser_take(parser);
        binary->operation = operation;
        binary->left = left;
        binary->right = parse_binary(parser, level + 1);
        if (!binary->right)
            return NULL;
        binary->span = span_join(left->span, binary->right->span);
        left = binary;
    }
    return NULL;
}

static struct ast_expression *parse_conditional(struct parser *parser)
{
    struct ast_expression *condition = parse_binary(parser, 1), *expression;

    if (!condition || !parser_is(parser, '?') || !parser_enter(parser))
        return condition;
    parser_take(parser);
    expression = new_expression(parser, EXPRESSION_CONDITIONAL, condition->span);
    expression->condition = condition;
    expression->left = parse_conditional(parser);
    parser_expect(parser, ':', "in the conditional expression");
    expression->right = parser->panic ? NULL : parse_conditional(parser);
    parser_leave(parser);
    if (!expression->left || !expression->right)
        return NULL;
    expression->span = span_join(condition->span, expression->right->span);
    return expression;
}

struct ast_expression *parse_expression(struct parser *parser)
{
    struct ast_expression *expression;

    if (!parser_enter(parser))
        return NULL;
    expression = parse_conditional(parser);
    parser_leave(parser);
    return expression;
}
