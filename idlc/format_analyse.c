/* See format.h: what brackets belong together, and how punctuation is meant. */
#include "format.h"

/* An open bracket. */
struct frame {
    uint32_t open;      /* its token */
    bool in_attributes; /* it is one of attributes, or lies in one */
    bool in_expression; /* what is in it is computed: a star is a product */
};

struct analysis {
    struct format_tokens *tokens;
    struct frame *frames;
    uint32_t depth;
    uint32_t previous;    /* the last token that is no comment or directive; FORMAT_NO_MATCH: none */
    uint32_t questions;   /* question marks whose colons have not come */
    bool statement_label; /* the statement begins with a word that a colon ends */
    bool after_equals;    /* of the statement or enumerator */
};

static bool is_opening(const struct format_token *token)
{
    return token->kind == FORMAT_PUNCTUATION && token->length == 1 &&
           (token->text[0] == '(' || token->text[0] == '[' || token->text[0] == '{');
}

static bool is_closing(const struct format_token *token)
{
    return token->kind == FORMAT_PUNCTUATION && token->length == 1 &&
           (token->text[0] == ')' || token->text[0] == ']' || token->text[0] == '}');
}

static bool is_previous(const struct analysis *analysis, const char *text)
{
    return analysis->previous != FORMAT_NO_MATCH && format_is(analysis->tokens, analysis->previous, text);
}

/* Whether a value has just ended, so that an operator is one between two. */
static bool is_behind_value(const struct analysis *analysis)
{
    const struct format_token *previous;

    if (analysis->previous == FORMAT_NO_MATCH)
        return false;
    previous = &analysis->tokens->tokens[analysis->previous];
    return previous->kind == FORMAT_WORD || previous->kind == FORMAT_TEXT || is_previous(analysis, ")") ||
           is_previous(analysis, "]");
}

/* Attributes stand at the beginning of something, dimensions behind a name. */
static bool begins_attributes(const struct analysis *analysis)
{
    const struct format_tokens *tokens = analysis->tokens;

    if (analysis->previous == FORMAT_NO_MATCH)
        return true;
    if (is_previous(analysis, "]"))
        return tokens->tokens[analysis->previous].role == ROLE_ATTRIBUTES;
    if (is_previous(analysis, ")")) /* cpp_quote(...) [attributes] */
        return analysis->depth == 0 ||
               tokens->tokens[analysis->frames[analysis->depth - 1].open].text[0] == '{';
    return is_previous(analysis, "typedef") || !is_behind_value(analysis);
}

static void open_bracket(struct analysis *analysis, uint32_t index)
{
    struct format_token *token = &analysis->tokens->tokens[index];
    const struct frame *outer = analysis->depth ? &analysis->frames[analysis->depth - 1] : NULL;
    struct frame frame = {.open = index};

    frame.in_attributes = outer && outer->in_attributes;
    frame.in_expression = outer && (outer->in_attributes || outer->in_expression);
    if (token->text[0] == '[') {
        token->role = begins_attributes(analysis) ? ROLE_ATTRIBUTES : ROLE_DIMENSION;
        frame.in_attributes = frame.in_attributes || token->role == ROLE_ATTRIBUTES;
        frame.in_expression = token->role == ROLE_DIMENSION;
    } else if (token->text[0] == '(') {
        frame.in_expression = frame.in_expression || analysis->after_equals || is_previous(analysis, "case");
        token->role = frame.in_expression ? ROLE_NONE : ROLE_PARAMETERS;
    } else {
        frame.in_attributes = frame.in_expression = false;
    }
    analysis->frames[analysis->depth++] = frame;
}

static void close_bracket(struct analysis *analysis, uint32_t index)
{
    struct format_token *token = &analysis->tokens->tokens[index];
    struct format_token *open;

    if (!analysis->depth)
        return;
    open = &analysis->tokens->tokens[analysis->frames[analysis->depth - 1].open];
    if ((open->text[0] == '(' ? ')' : open->text[0] + 2) != token->text[0])
        return; /* branches of #if may open and close differently */
    token->match = analysis->frames[--analysis->depth].open;
    token->role = open->role;
    open->match = index;
}

static bool is_in_expression(const struct analysis *analysis)
{
    return analysis->after_equals || (analysis->depth && analysis->frames[analysis->depth - 1].in_expression);
}

static enum format_role role_of_colon(struct analysis *analysis)
{
    if (analysis->questions) {
        analysis->questions--;
        return ROLE_BINARY;
    }
    return analysis->statement_label ? ROLE_LABEL : ROLE_BINARY;
}

static enum format_role role_of(struct analysis *analysis, const struct format_token *token)
{
    if (token->length > 1)
        return token->text[0] == '.' || token->text[0] == ':' ? ROLE_NONE : ROLE_BINARY;
    switch (token->text[0]) {
    case '*':
    case '&':
        if (!is_in_expression(analysis))
            return ROLE_POINTER;
        return is_behind_value(analysis) ? ROLE_BINARY : ROLE_UNARY;
    case '+':
    case '-':
        return is_behind_value(analysis) ? ROLE_BINARY : ROLE_UNARY;
    case '!':
    case '~':
        return ROLE_UNARY;
    case '?':
        analysis->questions++;
        return ROLE_BINARY;
    case ':':
        return role_of_colon(analysis);
    case '=':
    case '/':
    case '%':
    case '|':
    case '^':
    case '<':
    case '>':
        return ROLE_BINARY;
    default:
        return ROLE_NONE;
    }
}

static bool is_label_word(const struct format_tokens *tokens, uint32_t index)
{
    return format_is(tokens, index, "case") || format_is(tokens, index, "default") ||
           format_is(tokens, index, "properties") || format_is(tokens, index, "methods");
}

/* What lasts until the end of a statement or enumerator. */
static void follow_statement(struct analysis *analysis, uint32_t index)
{
    const struct format_tokens *tokens = analysis->tokens;
    const struct format_token *token = &tokens->tokens[index];
    bool begins =
        analysis->previous == FORMAT_NO_MATCH || is_previous(analysis, ";") || is_previous(analysis, "{") ||
        is_previous(analysis, "}") ||
        (analysis->previous != FORMAT_NO_MATCH && tokens->tokens[analysis->previous].role == ROLE_LABEL);
    bool in_brackets =
        analysis->depth && tokens->tokens[analysis->frames[analysis->depth - 1].open].text[0] != '{';

    if (begins && !in_brackets)
        analysis->statement_label = is_label_word(tokens, index);
    if (token->kind != FORMAT_PUNCTUATION || in_brackets || token->length != 1)
        return;
    if (token->text[0] == '=')
        analysis->after_equals = true;
    else if (token->text[0] == ';' || token->text[0] == ',' || token->text[0] == '{' || token->text[0] == '}')
        analysis->after_equals = false;
}

void format_analyse(struct arena *arena, struct format_tokens *tokens)
{
    struct analysis analysis = {.tokens = tokens, .previous = FORMAT_NO_MATCH};
    uint32_t i;

    analysis.frames = arena_alloc(arena, ((size_t)tokens->count + 1) * sizeof(*analysis.frames));
    for (i = 0; i < tokens->count; i++) {
        struct format_token *token = &tokens->tokens[i];

        if (token->kind == FORMAT_DIRECTIVE || token->kind == FORMAT_LINE_COMMENT ||
            token->kind == FORMAT_BLOCK_COMMENT)
            continue;
        follow_statement(&analysis, i);
        if (is_opening(token))
            open_bracket(&analysis, i);
        else if (is_closing(token))
            close_bracket(&analysis, i);
        else if (token->kind == FORMAT_PUNCTUATION)
            token->role = role_of(&analysis, token);
        analysis.previous = i;
    }
}
