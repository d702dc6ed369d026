#include "parser_internal.h"

#include <string.h>

/* ---- tokens ---- */

const struct token *parser_peek(const struct parser *parser, uint32_t ahead)
{
    const struct token *token = &parser->tokens[parser->at];

    while (ahead-- && token->kind != TOKEN_END)
        token++;
    return token;
}

const struct token *parser_take(struct parser *parser)
{
    const struct token *token = &parser->tokens[parser->at];

    if (token->kind != TOKEN_END)
        parser->at++;
    return token;
}

bool parser_is(const struct parser *parser, int punctuation)
{
    return parser->tokens[parser->at].punctuation == punctuation;
}

bool parser_is_word(const struct parser *parser, const char *word)
{
    const struct token *token = &parser->tokens[parser->at];

    return token->kind == TOKEN_NAME && strcmp(token->text, word) == 0;
}

bool parser_accept(struct parser *parser, int punctuation)
{
    if (!parser_is(parser, punctuation))
        return false;
    parser_take(parser);
    return true;
}

bool parser_accept_word(struct parser *parser, const char *word)
{
    if (!parser_is_word(parser, word))
        return false;
    parser_take(parser);
    return true;
}

static bool starts_line(const struct parser *parser, const struct token *token)
{
    const char *text = parser->source->text;
    uint32_t at = token->span.begin;

    while (at > 0 && (text[at - 1] == ' ' || text[at - 1] == '\t'))
        at--;
    return at == 0 || text[at - 1] == '\n';
}

void parser_error(struct parser *parser, const char *expected)
{
    const struct token *token = parser_peek(parser, 0);

    if (parser->panic)
        return;
    parser->panic = true;
    if (token->kind == TOKEN_END)
        diagnose_error(parser->diagnostics, token->span, "expected %s, found the end of the file", expected);
    else if (token->kind == TOKEN_STRING)
        diagnose_error(parser->diagnostics, token->span, "expected %s, found a string", expected);
    else
        diagnose_error(parser->diagnostics, token->span, "expected %s, found '%s'", expected, token->text);
}

bool parser_expect(struct parser *parser, int punctuation, const char *where)
{
    struct span span;

    if (parser->panic)
        return false;
    if (parser_accept(parser, punctuation))
        return true;
    if (parser->at > 0 && starts_line(parser, parser_peek(parser, 0))) {
        /* Forgotten at the end of a line: say it there, and if it only ends a statement, go on. */
        span = parser->tokens[parser->at - 1].span;
        span.begin = span.end;
        diagnose_error(parser->diagnostics, span, "expected '%c' %s", punctuation, where);
        parser->panic = punctuation != ';';
        return false;
    }
    parser_error(parser, arena_format(parser->arena, "'%c' %s", punctuation, where));
    return false;
}

struct ast_name parser_expect_name(struct parser *parser, const char *what)
{
    const struct token *token = parser_peek(parser, 0);

    if (token->kind != TOKEN_NAME || parser->panic) {
        parser_error(parser, what);
        return (struct ast_name){0};
    }
    parser_take(parser);
    return (struct ast_name){token->text, token->span};
}

bool parser_enter(struct parser *parser)
{
    if (++parser->depth <= PARSER_DEPTH_MAX)
        return true;
    parser->depth--;
    if (!parser->panic)
        diagnose_error(parser->diagnostics, parser_peek(parser, 0)->span, "nested too deeply");
    parser->panic = true;
    return false;
}

void parser_leave(struct parser *parser)
{
    parser->depth--;
}

/* ---- recovery ---- */

static bool opens(int punctuation)
{
    return punctuation == '(' || punctuation == '[' || punctuation == '{';
}

static bool closes(int punctuation)
{
    return punctuation == ')' || punctuation == ']' || punctuation == '}';
}

bool parser_next_item(struct parser *parser, int close)
{
    uint32_t level = 0;

    for (; parser_peek(parser, 0)->kind != TOKEN_END; parser_take(parser)) {
        int punctuation = parser_peek(parser, 0)->punctuation;

        if (level == 0 && (punctuation == close || punctuation == ';' || closes(punctuation)))
            break;
        if (level == 0 && punctuation == ',') {
            parser_take(parser);
            parser->panic = false;
            return true;
        }
        if (opens(punctuation))
            level++;
        else if (closes(punctuation))
            level--;
    }
    /* Behind an error the list goes on after its own end only. */
    parser->panic = parser->panic && !parser_is(parser, close);
    return false;
}

static bool starts_statement(const struct parser *parser)
{
    static const char *const WORDS[] = {"interface", "import", "typedef", "struct", "enum", "const"};
    size_t i;

    if (!starts_line(parser, parser_peek(parser, 0)))
        return false;
    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (parser_is_word(parser, WORDS[i]))
            return true;
    return parser_is(parser, '[');
}

void parser_recover(struct parser *parser, uint32_t begin, bool in_body)
{
    uint32_t level = 0;

    parser->panic = false;
    parser->depth = 0;
    for (; parser_peek(parser, 0)->kind != TOKEN_END; parser_take(parser)) {
        int punctuation = parser_peek(parser, 0)->punctuation;

        if (level == 0 && punctuation == ';') {
            parser_take(parser);
            return;
        }
        if (level == 0 && in_body && punctuation == '}')
            return;
        if (level == 0 && parser->at > begin && starts_statement(parser))
            return;
        if (opens(punctuation)) {
            level++;
        } else if (closes(punctuation) && level > 0) {
            level--;
            if (level == 0 && punctuation == '}' && !in_body) {
                parser_take(parser);
                parser_accept(parser, ';');
                return;
            }
        }
    }
}

/* ---- attributes ---- */

static void parse_attribute_arguments(struct parser *parser, struct ast_attribute *attribute)
{
    struct ast_expression **tail = &attribute->arguments;

    if (parser_peek(parser, 0)->kind == TOKEN_UUID ||
        (attribute->info && attribute->info->arguments == ARGUMENTS_UUID &&
         parser_peek(parser, 0)->kind == TOKEN_STRING)) {
        attribute->name.span = span_join(attribute->name.span, parser_peek(parser, 0)->span);
        attribute->uuid = parser_take(parser)->text;
        parser_expect(parser, ')', "to close the attribute's arguments");
        return;
    }
    if (parser_accept(parser, ')'))
        return;
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

static struct ast_attribute *parse_attribute(struct parser *parser)
{
    struct ast_attribute *attribute = arena_alloc(parser->arena, sizeof(*attribute));

    attribute->name = parser_expect_name(parser, "an attribute");
    if (parser->panic)
        return NULL;
    attribute->info = attribute_lookup(attribute->name.text);
    if (parser_accept(parser, '('))
        parse_attribute_arguments(parser, attribute);
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

            if (parser_is(parser, ']'))
                break; /* a comma before it is common */
            attribute = parse_attribute(parser);
            if (attribute) {
                *tail = attribute;
                tail = &attribute->next;
            }
            if (!parser->panic && !parser_is(parser, ']') && !parser_is(parser, ','))
                parser_error(parser, "',' or ']'");
        } while (parser_next_item(parser, ']'));
        parser_expect(parser, ']', "to close the attributes");
    }
    return first;
}

void parser_link(struct parser *parser, struct ast_declaration *declaration)
{
    *parser->tail = declaration;
    parser->tail = &declaration->next;
}

struct ast_unit *parse(struct arena *arena, struct diagnostics *diagnostics, const struct source *source,
                       struct token_list tokens)
{
    struct ast_unit *unit = arena_alloc(arena, sizeof(*unit));
    struct ast_import **import_tail = &unit->imports;
    struct parser parser = {
        .arena = arena, .diagnostics = diagnostics, .source = source, .tokens = tokens.tokens};
    struct ast_declaration *declaration;

    unit->source = source;
    parser.tail = &unit->declarations;
    while (parser_peek(&parser, 0)->kind != TOKEN_END) {
        uint32_t begin = parser.at;
        const char *doc = parser_peek(&parser, 0)->doc;
        struct ast_attribute *attributes;

        if (parser_accept(&parser, ';'))
            continue;
        attributes = parse_attributes(&parser);
        if (parser.panic)
            ; /* reported */
        else if (parser_is_word(&parser, "interface"))
            parse_interface(&parser, doc, attributes);
        else if (parser_is_word(&parser, "import"))
            import_tail = parse_imports(&parser, import_tail);
        else if (!parse_common(&parser, doc, attributes) && !parse_refused(&parser))
            parser_error(&parser, "a declaration: interface, struct, enum, typedef, const or import");
        if (parser.panic)
            parser_recover(&parser, begin, false);
    }
    for (declaration = unit->declarations; declaration; declaration = declaration->next)
        declaration->unit = unit;
    return unit;
}
