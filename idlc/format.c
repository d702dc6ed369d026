/* See format.h: where lines begin and what stands between two tokens. */
#include "format.h"

#include <string.h>

/* An open bracket, as it was written. */
struct open_bracket {
    uint32_t token;
    uint32_t line_indent; /* of the line it is on */
    uint32_t column;      /* behind it */
    bool is_block;        /* braces over several lines */
    bool is_enumeration;  /* a block with commas between its lines */
    bool is_hanging;      /* what is in it begins on the next line */
    bool begins_block;    /* of the statement around it */
};

struct layout {
    const struct format_tokens *tokens;
    struct text *out;
    struct open_bracket *open;
    uint32_t depth;
    uint32_t blocks;      /* of them */
    uint32_t column;      /* of what comes next */
    uint32_t line_indent; /* of this line */
    uint32_t previous;    /* token that is no comment; FORMAT_NO_MATCH: none */
    bool ends_at_line;    /* a statement that needs no semicolon may be over: cpp_quote(...) */
    bool begins_block;    /* the statement's braces are its end: interface, library ... */
    bool is_new;          /* the next token begins a statement */
};

static const struct format_token *at(const struct layout *layout, uint32_t index)
{
    return &layout->tokens->tokens[index];
}

static bool is(const struct layout *layout, uint32_t index, const char *text)
{
    return index != FORMAT_NO_MATCH && format_is(layout->tokens, index, text);
}

static bool is_comment(const struct format_token *token)
{
    return token->kind == FORMAT_LINE_COMMENT || token->kind == FORMAT_BLOCK_COMMENT;
}

/* ---- what stands between two tokens of a line ---- */

/* The name of a function pointer's type comes in brackets: RESULT (*name)(...). */
static bool begins_function_pointer(const struct format_tokens *tokens, uint32_t bracket)
{
    return bracket + 1 < tokens->count &&
           (tokens->tokens[bracket + 1].role == ROLE_POINTER ||
            (bracket + 2 < tokens->count && tokens->tokens[bracket + 1].kind == FORMAT_WORD &&
             tokens->tokens[bracket + 2].role == ROLE_POINTER && bracket + 3 < tokens->count &&
             tokens->tokens[bracket + 3].kind == FORMAT_WORD && format_is(tokens, bracket + 4, ")") &&
             format_is(tokens, bracket + 5, "(")));
}

static bool wants_space_behind_bracket(const struct format_token *left, const struct format_token *right)
{
    if (left->text[0] == '{')
        return right->text[0] != '}' || right->kind != FORMAT_PUNCTUATION;
    if (left->text[0] == ']')
        return left->role == ROLE_ATTRIBUTES || right->text[0] != '(';
    if (right->kind == FORMAT_PUNCTUATION)
        return right->role == ROLE_BINARY || right->role == ROLE_POINTER || right->text[0] == '{' ||
               right->text[0] == '}';
    return left->role == ROLE_PARAMETERS || right->has_space || right->newlines; /* as it was: of a cast */
}

static bool wants_space_before_bracket(const struct format_tokens *tokens, uint32_t left, uint32_t right)
{
    const struct format_token *before = &tokens->tokens[left];

    if (tokens->tokens[right].text[0] == '[')
        return tokens->tokens[right].role == ROLE_ATTRIBUTES;
    if (before->kind == FORMAT_WORD)
        return begins_function_pointer(tokens, right);
    return before->role == ROLE_BINARY || before->text[0] == ',' || before->text[0] == ';' ||
           before->text[0] == '{' || (before->text[0] == ']' && before->role == ROLE_ATTRIBUTES);
}

/* Whether there is a space between two neighbours on one line. */
static bool wants_space(const struct format_tokens *tokens, uint32_t left, uint32_t right)
{
    const struct format_token *a = &tokens->tokens[left], *b = &tokens->tokens[right];
    char first = a->kind == FORMAT_PUNCTUATION ? a->text[0] : '\0';
    char second = b->kind == FORMAT_PUNCTUATION ? b->text[0] : '\0';

    if (is_comment(a) || is_comment(b))
        return true;
    if (second == ',' || second == ';' || b->role == ROLE_LABEL)
        return false;
    if (first == '(' || first == '[' || second == ')' || second == ']')
        return false;
    if (second == '(' || second == '[')
        return wants_space_before_bracket(tokens, left, right);
    if (first == ')' || first == ']' || first == '{')
        return wants_space_behind_bracket(a, b);
    if (a->role == ROLE_POINTER || a->role == ROLE_UNARY)
        return false;
    if (first == '.' || second == '.' || (first == ':' && a->length == 2) ||
        (second == ':' && b->length == 2))
        return b->length == 3 || a->length == 3; /* the ellipsis */
    return true;
}

/* Columns that tokens take on one line; very many if they cannot be on one. */
static uint32_t flat_columns(const struct format_tokens *tokens, uint32_t from, uint32_t to)
{
    uint32_t columns = 0, i;

    for (i = from; i < to; i++) {
        const struct format_token *token = &tokens->tokens[i];

        if (token->kind == FORMAT_DIRECTIVE || token->kind == FORMAT_LINE_COMMENT ||
            (token->kind == FORMAT_BLOCK_COMMENT && memchr(token->text, '\n', token->length)))
            return FORMAT_COLUMNS * 2;
        columns += token->length + (i > from && wants_space(tokens, i - 1, i));
        if (columns > FORMAT_COLUMNS)
            return FORMAT_COLUMNS * 2;
    }
    return columns;
}

/* ---- lines ---- */

/* Where the statement around a brace begins and ends, as far as it is on the brace's line. */
static bool fits_on_line(const struct layout *layout, uint32_t open)
{
    const struct format_tokens *tokens = layout->tokens;
    uint32_t from = open, to = at(layout, open)->match + 1;

    while (from > 0 && at(layout, from)->newlines == 0 && !is(layout, from - 1, ";") &&
           !is(layout, from - 1, "}"))
        from--;
    while (to < tokens->count && at(layout, to)->newlines == 0 && !is(layout, to - 1, ";"))
        to++;
    return layout->blocks * FORMAT_INDENT + flat_columns(tokens, from, to) <= FORMAT_COLUMNS;
}

static bool is_block(const struct layout *layout, uint32_t open)
{
    uint32_t close = at(layout, open)->match;

    return close == FORMAT_NO_MATCH || at(layout, close)->line != at(layout, open)->line ||
           !fits_on_line(layout, open);
}

static const struct open_bracket *innermost(const struct layout *layout)
{
    return layout->depth ? &layout->open[layout->depth - 1] : NULL;
}

/* In a block or outside of everything: statements and enumerators, one a line. */
static bool is_between_statements(const struct layout *layout)
{
    const struct open_bracket *open = innermost(layout);

    return !open || open->is_block;
}

static bool closes(const struct layout *layout, uint32_t index)
{
    const struct open_bracket *open = innermost(layout);

    return open && at(layout, index)->match == open->token;
}

/* The columns in front of a token that begins a line. */
static uint32_t indent_of(const struct layout *layout, uint32_t index)
{
    const struct open_bracket *open = innermost(layout);
    uint32_t base = layout->blocks * FORMAT_INDENT;

    if (at(layout, index)->kind == FORMAT_DIRECTIVE)
        return 0;
    if (closes(layout, index))
        return open->is_block ? base - FORMAT_INDENT : open->line_indent;
    if (open && !open->is_block)
        return open->is_hanging ? open->line_indent + FORMAT_INDENT : open->column;
    if (layout->is_new || is(layout, index, "{") || is_comment(at(layout, index)) ||
        (layout->previous != FORMAT_NO_MATCH && at(layout, layout->previous)->role == ROLE_ATTRIBUTES) ||
        (open && open->is_enumeration && is(layout, layout->previous, ",")))
        return base;
    return base + FORMAT_INDENT;
}

/* Whether what follows a comma, up to the next one of the same brackets, is too long for the line. */
static bool overflows(const struct layout *layout, uint32_t index)
{
    const struct format_tokens *tokens = layout->tokens;
    uint32_t end = index, depth = 0;

    if (is_between_statements(layout) || at(layout, innermost(layout)->token)->text[0] == '{' ||
        !is(layout, layout->previous, ",") || layout->previous + 1 != index)
        return false;
    for (; end < tokens->count; end++) {
        const struct format_token *token = at(layout, end);

        if (end > index && token->newlines)
            break;
        if (token->kind != FORMAT_PUNCTUATION || token->length != 1)
            continue;
        if (strchr("([{", token->text[0]))
            depth++;
        else if (strchr(")]}", token->text[0]) && depth-- == 0)
            break;
        else if (token->text[0] == ',' && depth == 0)
            break;
    }
    while (end < tokens->count && !at(layout, end)->newlines && strchr(")],;", at(layout, end)->text[0]))
        end++; /* what stands behind it without a space */
    return layout->column + 1 + flat_columns(tokens, index, end) > FORMAT_COLUMNS;
}

/* Whether a token begins a line. */
static bool begins_line(const struct layout *layout, uint32_t index)
{
    const struct format_token *token = at(layout, index), *before = at(layout, index - 1);

    if (token->kind == FORMAT_DIRECTIVE || before->kind == FORMAT_DIRECTIVE ||
        before->kind == FORMAT_LINE_COMMENT)
        return true;
    if (is_comment(token) || is_comment(before))
        return token->newlines > 0;
    if (is(layout, index, "{") && is_block(layout, index))
        return true;
    if (closes(layout, index) && innermost(layout)->is_block)
        return true;
    if (is(layout, index, ",") || is(layout, index, ";") || token->role == ROLE_LABEL)
        return false;
    if (is_between_statements(layout) && layout->is_new)
        return true;
    if (is(layout, index, "{") || is(layout, layout->previous, "{") || closes(layout, index))
        return token->newlines > 0 && !is(layout, index, "{") && at(layout, index)->text[0] != '}';
    return token->newlines > 0 || overflows(layout, index);
}

static void new_line(struct layout *layout, uint32_t index)
{
    const struct format_token *token = at(layout, index);
    bool wants_blank = token->newlines > 1 && is_between_statements(layout) && !is(layout, index - 1, "{") &&
                       !closes(layout, index);

    text_puts(layout->out, wants_blank ? "\n\n" : "\n");
    layout->line_indent = indent_of(layout, index);
    layout->column = layout->line_indent;
    text_printf(layout->out, "%*s", (int)layout->line_indent, "");
}

/* ---- tokens ---- */

static uint32_t length_without_end_space(const char *text, uint32_t length)
{
    while (length && (text[length - 1] == ' ' || text[length - 1] == '\t' || text[length - 1] == '\r'))
        length--;
    return length;
}

/* Lines of a comment that begin with a star stand below the first one's; others stay where they are. */
static void write_lines(struct layout *layout, const struct format_token *token)
{
    const char *line = token->text, *end = token->text + token->length;

    for (;;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        uint32_t length = (uint32_t)((stop ? stop : end) - line), blanks = 0;

        if (line != token->text && token->kind == FORMAT_BLOCK_COMMENT) {
            while (blanks < length && (line[blanks] == ' ' || line[blanks] == '\t'))
                blanks++;
            if (blanks < length && line[blanks] == '*') {
                text_printf(layout->out, "%*s", (int)layout->line_indent + 1, "");
                line += blanks;
                length -= blanks;
            }
        }
        length = length_without_end_space(line, length);
        text_add(layout->out, line, length);
        if (!stop)
            break;
        text_puts(layout->out, "\n");
        line = stop + 1;
    }
    layout->column += token->length;
}

/* Whether what is in brackets begins on the next line, but for commas too many. */
static bool is_hanging(const struct layout *layout, uint32_t open)
{
    uint32_t first = open + 1;

    while (is(layout, first, ","))
        first++;
    return first < layout->tokens->count &&
           (at(layout, first)->newlines > 0 || at(layout, first)->kind == FORMAT_DIRECTIVE);
}

static void open_token(struct layout *layout, uint32_t index)
{
    struct open_bracket *open = &layout->open[layout->depth++];

    open->token = index;
    open->line_indent = layout->line_indent;
    open->column = layout->column;
    open->is_block = at(layout, index)->text[0] == '{' && is_block(layout, index);
    open->is_hanging = is_hanging(layout, index);
    open->is_enumeration = open->is_block && index > 0 &&
                           (is(layout, index - 1, "enum") || (index > 1 && is(layout, index - 2, "enum")));
    open->begins_block = layout->begins_block;
    layout->blocks += open->is_block;
}

static void close_token(struct layout *layout, uint32_t index)
{
    if (!closes(layout, index))
        return;
    layout->depth--;
    layout->blocks -= layout->open[layout->depth].is_block;
    if (layout->open[layout->depth].is_block) { /* the statement around it goes on */
        layout->begins_block = layout->open[layout->depth].begins_block;
        layout->is_new = layout->ends_at_line = false;
    }
}

/* What a statement's first words say about its end. */
static void follow_words(struct layout *layout, uint32_t index)
{
    static const char *const BLOCKS[] = {"interface",    "dispinterface", "library",  "coclass",
                                         "runtimeclass", "module",        "namespace"};
    size_t i;

    for (i = 0; i < sizeof(BLOCKS) / sizeof(BLOCKS[0]); i++)
        if (is(layout, index, BLOCKS[i]))
            layout->begins_block = true;
}

/* Whether the statement ends with this token. */
static bool ends_statement(const struct layout *layout, uint32_t index)
{
    const struct format_token *token = at(layout, index);
    uint32_t next = index + 1;

    if (token->kind != FORMAT_PUNCTUATION)
        return false;
    switch (token->text[0]) {
    case ';':
    case '{':
        return true;
    case ',':
        return layout->depth && innermost(layout)->is_enumeration;
    case '}':
        return layout->begins_block && !format_is(layout->tokens, next, ";");
    case ')': /* cpp_quote(...), or a macro */
        return layout->ends_at_line && next < layout->tokens->count && at(layout, next)->newlines &&
               !is(layout, next, "{");
    case ':':
        return token->role == ROLE_LABEL && next < layout->tokens->count && at(layout, next)->newlines;
    default:
        return false;
    }
}

static void follow_statement(struct layout *layout, uint32_t index)
{
    if (!is_between_statements(layout))
        return;
    if (layout->is_new) {
        layout->begins_block = false;
        layout->ends_at_line =
            (at(layout, index)->kind == FORMAT_WORD && format_is(layout->tokens, index + 1, "(")) ||
            is(layout, index, "midl_pragma");
    }
    if (at(layout, index)->kind == FORMAT_WORD && layout->previous != FORMAT_NO_MATCH &&
        !is(layout, layout->previous, "typedef"))
        follow_words(layout, index);
    else if (layout->previous == FORMAT_NO_MATCH)
        follow_words(layout, index);
    layout->is_new = ends_statement(layout, index);
}

static void write_token(struct layout *layout, uint32_t index)
{
    const struct format_token *token = at(layout, index);
    bool is_bracket = token->kind == FORMAT_PUNCTUATION && token->length == 1;

    if (token->kind == FORMAT_DIRECTIVE || is_comment(token)) {
        write_lines(layout, token);
        return;
    }
    text_add(layout->out, token->text, token->length);
    layout->column += token->length;
    if (is_bracket && strchr(")]}", token->text[0]))
        close_token(layout, index);
    follow_statement(layout, index);
    if (is_bracket && strchr("([{", token->text[0])) {
        open_token(layout, index);
        layout->is_new = innermost(layout)->is_block;
    }
    layout->previous = index;
}

/* ---- the whole ---- */

static void lay_out(struct arena *arena, const struct format_tokens *tokens, struct text *out)
{
    struct layout layout = {.tokens = tokens, .out = out, .previous = FORMAT_NO_MATCH, .is_new = true};
    uint32_t i;

    layout.open = arena_alloc(arena, ((size_t)tokens->count + 1) * sizeof(*layout.open));
    for (i = 0; i < tokens->count; i++) {
        if (i > 0 && begins_line(&layout, i)) {
            new_line(&layout, i);
        } else if (i > 0 && wants_space(tokens, i - 1, i)) {
            text_puts(out, " ");
            layout.column++;
        }
        write_token(&layout, i);
    }
    if (tokens->count)
        text_puts(out, "\n");
}

/* Comments and directives may have lost white space at the ends of their lines, and got other in front. */
static bool is_same_but_space(const struct format_token *a, const struct format_token *b)
{
    uint32_t i = 0, j = 0;

    for (;;) {
        while (i < a->length && strchr(" \t\r\n", a->text[i]))
            i++;
        while (j < b->length && strchr(" \t\r\n", b->text[j]))
            j++;
        if (i == a->length || j == b->length)
            return i == a->length && j == b->length;
        if (a->text[i++] != b->text[j++])
            return false;
    }
}

/* The promise: what was written has the tokens of what was read. */
static bool has_same_tokens(struct arena *arena, const struct format_tokens *before, const struct text *out)
{
    struct format_tokens after;
    uint32_t line, i;

    if (format_scan(arena, out->bytes, (uint32_t)out->length, &after, &line) || after.count != before->count)
        return false;
    for (i = 0; i < after.count; i++)
        if (after.tokens[i].kind != before->tokens[i].kind ||
            !is_same_but_space(&after.tokens[i], &before->tokens[i]))
            return false;
    return true;
}

const char *format_text(struct arena *arena, const char *text, uint32_t size, struct text *out,
                        uint32_t *out_line)
{
    static const char MARK[] = "\xEF\xBB\xBF"; /* of UTF-8; it stays */
    bool has_mark = size >= 3 && memcmp(text, MARK, 3) == 0;
    struct format_tokens tokens;
    struct text body;
    const char *wrong;

    if (has_mark) {
        text += 3;
        size -= 3;
    }
    wrong = format_scan(arena, text, size, &tokens, out_line);
    if (wrong)
        return wrong;
    format_analyse(arena, &tokens);
    text_init(&body, arena);
    lay_out(arena, &tokens, &body);
    if (!has_same_tokens(arena, &tokens, &body)) {
        *out_line = 1;
        return "a construct that cannot be laid out (the file is left as it is)";
    }
    if (has_mark)
        text_puts(out, MARK);
    text_add(out, body.bytes, body.length);
    return NULL;
}
