#include "dialect.h"
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

    return token->kind == TOKEN_NAME && names_equal(token->text, word);
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

/* One error is enough: nothing else of the file would make sense. */
static bool refuse(struct parser *parser, const struct token *token, const char *reason)
{
    if (!reason)
        return false;
    diagnose_error(parser->diagnostics, ERROR_OTHER_DIALECT, token->span, "'%s': %s", token->text, reason);
    parser->panic = true;
    parser->is_refused = true;
    while (parser_peek(parser, 0)->kind != TOKEN_END)
        parser_take(parser);
    return true;
}

bool parse_refused(struct parser *parser)
{
    return refuse(parser, parser_peek(parser, 0), dialect_of_statement(parser_peek(parser, 0)));
}

bool parse_refused_within(struct parser *parser)
{
    uint32_t behind;

    for (behind = 0; behind <= 3 && behind <= parser->at; behind++) {
        const struct token *token = &parser->tokens[parser->at - behind];

        if (!token->is_c && refuse(parser, token, dialect_within(parser->tokens, token)))
            return true;
    }
    return false;
}

/* A token near here was reported and left out: what is expected may have been that. */
static bool follows_bad(const struct parser *parser)
{
    uint32_t behind;

    for (behind = 0; behind <= 3 && behind <= parser->at; behind++)
        if (parser->tokens[parser->at - behind].follows_bad)
            return true;
    return false;
}

void parser_error(struct parser *parser, const char *expected)
{
    const struct token *token = parser_peek(parser, 0);

    if (parser->panic || parser->is_refused || parse_refused_within(parser))
        return;
    parser->panic = true;
    if (follows_bad(parser))
        return; /* it may be missing, what was reported and left out */
    if (token->kind == TOKEN_END)
        diagnose_error(parser->diagnostics, ERROR_UNEXPECTED_END, token->span,
                       "expected %s, found the end of the file", expected);
    else if (token->punctuation == '*' && token[1].punctuation == '/' && !token[1].spaced)
        diagnose_error(parser->diagnostics, ERROR_UNEXPECTED_TOKEN, span_join(token->span, token[1].span),
                       "'*/' ends no comment: comments do not nest");
    else if (token->kind == TOKEN_STRING)
        diagnose_error(parser->diagnostics, ERROR_UNEXPECTED_TOKEN, token->span,
                       "expected %s, found a string", expected);
    else
        diagnose_error(parser->diagnostics, ERROR_UNEXPECTED_TOKEN, token->span, "expected %s, found '%s'",
                       expected, token->text);
}

void parser_check_name(struct parser *parser, struct ast_name name, enum name_of of)
{
    if (!name.text || (parser->at > 0 && parser->tokens[parser->at - 1].is_c))
        return;
    if (names_are_taken_by_c(name.text)) {
        diagnose_error(parser->diagnostics, ERROR_RESERVED_NAME, name.span,
                       "'%s' is a word of C, and no name", name.text);
        parser->panic = true;
    } else if (of == NAME_OF_MEMBER && names_are_taken_by_cpp(name.text)) {
        diagnose_warning(parser->diagnostics, WARNING_RESERVED_NAME, name.span,
                         "'%s' is a word of C++, where it is called '%s_'", name.text, name.text);
    } else if (of == NAME_OF_TYPE && names_are_taken_by_cpp(name.text)) {
        diagnose_error(parser->diagnostics, ERROR_RESERVED_NAME, name.span,
                       "'%s' is a word of C++, and no name", name.text);
    }
}

void parser_expect_close(struct parser *parser, struct span opened, const char *where)
{
    uint32_t before = parser->diagnostics->error_count;

    parser_expect(parser, '}', where);
    if (parser->diagnostics->error_count != before && !parser->is_refused)
        diagnose_note(parser->diagnostics, opened, "it begins here");
}

bool parser_expect(struct parser *parser, int punctuation, const char *where)
{
    struct span span;

    if (parser->panic || parser->is_refused)
        return false;
    if (parser_accept(parser, punctuation))
        return true;
    if (parser->at > 0 && parser_peek(parser, 0)->starts_line) {
        /* Forgotten at the end of a line: say it there, and if it only ends a statement, go on. */
        if (parse_refused_within(parser))
            return false;
        if (follows_bad(parser)) {
            parser->panic = punctuation != ';';
            return false;
        }
        span = parser->tokens[parser->at - 1].span;
        span.begin = span.end;
        diagnose_error(parser->diagnostics, ERROR_MISSING_PUNCTUATION, span, "expected '%c' %s", punctuation,
                       where);
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
        diagnose_error(parser->diagnostics, ERROR_TOO_DEEP, parser_peek(parser, 0)->span,
                       "nested too deeply");
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
    static const char *const WORDS[] = {"interface", "import",    "typedef", "struct",        "enum", "const",
                                        "library",   "cpp_quote", "coclass", "dispinterface", "union"};
    size_t i;

    if (!parser_peek(parser, 0)->starts_line)
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

void parser_link(struct parser *parser, struct ast_declaration *declaration)
{
    *parser->tail = declaration;
    parser->tail = &declaration->next;
}

void parse_items(struct parser *parser, bool in_library)
{
    bool was_bad = false;

    while (parser_peek(parser, 0)->kind != TOKEN_END && !(in_library && parser_is(parser, '}'))) {
        uint32_t begin = parser->at, before = parser->diagnostics->error_count;
        struct ast_declaration **tail = parser->tail, *declaration;

        /* The attributes of an interface may be in what was skipped before it. */
        was_bad = was_bad && parser_is_word(parser, "interface");
        if (parser_accept(parser, ';'))
            continue;
        if (parser_peek(parser, 0)->is_c)
            parse_c_declaration(parser);
        else
            parse_item(parser);
        if (parser->panic)
            parser_recover(parser, begin, in_library);
        else if (parser->at == begin)
            parser_take(parser); /* a '}' too many was reported */
        was_bad |= parser->diagnostics->error_count != before;
        for (declaration = *tail; declaration && was_bad; declaration = declaration->next)
            declaration->is_broken = true;
        was_bad = parser->diagnostics->error_count != before;
    }
}

struct ast_unit *parse(struct arena *arena, struct diagnostics *diagnostics, const struct source *source,
                       struct token_list tokens)
{
    struct ast_unit *unit = arena_alloc(arena, sizeof(*unit));
    struct parser parser = {.arena = arena, .diagnostics = diagnostics, .tokens = tokens.tokens};
    struct ast_declaration *declaration;

    unit->source = source;
    parser.tail = &unit->declarations;
    parser.import_tail = &unit->imports;
    parse_items(&parser, false);
    for (declaration = unit->declarations; declaration; declaration = declaration->next)
        declaration->unit = unit;
    return unit;
}
