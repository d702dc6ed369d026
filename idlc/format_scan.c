/* See format.h: text to tokens. Every byte that is not white space is in exactly one of them. */
#include "format.h"

#include <string.h>

struct scanner {
    const char *text;
    uint32_t size;
    uint32_t at;
    uint32_t line;
};

static char peek(const struct scanner *scanner, uint32_t ahead)
{
    return scanner->at + ahead < scanner->size ? scanner->text[scanner->at + ahead] : '\0';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v' || c == '\0';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

static void skip(struct scanner *scanner)
{
    if (peek(scanner, 0) == '\n')
        scanner->line++;
    scanner->at++;
}

/* A number may have points, and signs behind an exponent's letter. */
static void skip_word(struct scanner *scanner)
{
    bool is_number = peek(scanner, 0) == '.' || (peek(scanner, 0) >= '0' && peek(scanner, 0) <= '9');
    bool is_hexadecimal = is_number && (peek(scanner, 1) == 'x' || peek(scanner, 1) == 'X');

    while (is_word(peek(scanner, 0)) || (is_number && peek(scanner, 0) == '.')) {
        char c = peek(scanner, 0), next = peek(scanner, 1);

        skip(scanner);
        if (is_number && !is_hexadecimal && (c == 'e' || c == 'E') && (next == '+' || next == '-'))
            skip(scanner);
    }
}

static bool skip_quoted(struct scanner *scanner)
{
    char quote = peek(scanner, 0);

    skip(scanner);
    while (scanner->at < scanner->size && peek(scanner, 0) != quote && peek(scanner, 0) != '\n') {
        if (peek(scanner, 0) == '\\' && scanner->at + 1 < scanner->size)
            skip(scanner);
        skip(scanner);
    }
    if (peek(scanner, 0) != quote)
        return false;
    skip(scanner);
    return true;
}

static bool skip_block_comment(struct scanner *scanner)
{
    skip(scanner);
    skip(scanner);
    while (scanner->at < scanner->size && !(peek(scanner, 0) == '*' && peek(scanner, 1) == '/'))
        skip(scanner);
    if (scanner->at >= scanner->size)
        return false;
    scanner->at += 2;
    return true;
}

/* To the end of the line; a backslash in front of it goes on with the next. A block comment hides line ends.
 */
static bool skip_directive(struct scanner *scanner)
{
    bool in_line_comment = false;

    while (scanner->at < scanner->size && peek(scanner, 0) != '\n') {
        in_line_comment = in_line_comment || (peek(scanner, 0) == '/' && peek(scanner, 1) == '/');
        if (!in_line_comment && peek(scanner, 0) == '/' && peek(scanner, 1) == '*') {
            if (!skip_block_comment(scanner))
                return false;
        } else if (peek(scanner, 0) == '\\' && (peek(scanner, 1) == '\n' || peek(scanner, 1) == '\r')) {
            skip(scanner);
            if (peek(scanner, 0) == '\r')
                skip(scanner);
            if (peek(scanner, 0) == '\n')
                skip(scanner);
        } else {
            skip(scanner);
        }
    }
    return true;
}

static void skip_punctuation(struct scanner *scanner)
{
    static const char *const LONG_ONES[] = {"...", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "::"};
    size_t i;

    for (i = 0; i < sizeof(LONG_ONES) / sizeof(LONG_ONES[0]); i++) {
        size_t length = strlen(LONG_ONES[i]);

        if (scanner->size - scanner->at >= length &&
            memcmp(scanner->text + scanner->at, LONG_ONES[i], length) == 0) {
            scanner->at += (uint32_t)length;
            return;
        }
    }
    skip(scanner);
}

bool format_is(const struct format_tokens *tokens, uint32_t index, const char *text)
{
    const struct format_token *token;

    if (index >= tokens->count)
        return false;
    token = &tokens->tokens[index];
    return (token->kind == FORMAT_PUNCTUATION || token->kind == FORMAT_WORD) &&
           token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}

/* Whether what follows stands in uuid(...), where dashes are no minus. */
static bool is_in_uuid(const struct format_tokens *tokens)
{
    uint32_t count = tokens->count;

    return count >= 2 && format_is(tokens, count - 1, "(") &&
           (format_is(tokens, count - 2, "uuid") || format_is(tokens, count - 2, "async_uuid"));
}

static void skip_uuid(struct scanner *scanner)
{
    while (is_word(peek(scanner, 0)) || peek(scanner, 0) == '-' || peek(scanner, 0) == '{' ||
           peek(scanner, 0) == '}')
        skip(scanner);
}

/* One token. @retval NULL it is whole; else what it is a part of */
static const char *scan_token(struct scanner *scanner, struct format_tokens *tokens,
                              struct format_token *token)
{
    char c = peek(scanner, 0);

    if (c == '#' && (token->newlines || tokens->count == 0)) {
        token->kind = FORMAT_DIRECTIVE;
        return skip_directive(scanner) ? NULL : "a comment that does not end";
    }
    if (c == '/' && peek(scanner, 1) == '/') {
        token->kind = FORMAT_LINE_COMMENT;
        while (scanner->at < scanner->size && peek(scanner, 0) != '\n')
            skip(scanner);
        return NULL;
    }
    if (c == '/' && peek(scanner, 1) == '*') {
        token->kind = FORMAT_BLOCK_COMMENT;
        return skip_block_comment(scanner) ? NULL : "a comment that does not end";
    }
    if (c == '"' || c == '\'') {
        token->kind = FORMAT_TEXT;
        return skip_quoted(scanner) ? NULL : "a string that does not end";
    }
    token->kind = FORMAT_WORD;
    if (is_in_uuid(tokens) && (is_word(c) || c == '{'))
        skip_uuid(scanner);
    else if (c == 'L' && (peek(scanner, 1) == '"' || peek(scanner, 1) == '\'')) {
        token->kind = FORMAT_TEXT;
        skip(scanner);
        return skip_quoted(scanner) ? NULL : "a string that does not end";
    } else if (is_word(c) || (c == '.' && peek(scanner, 1) >= '0' && peek(scanner, 1) <= '9')) {
        skip_word(scanner);
    } else {
        token->kind = FORMAT_PUNCTUATION;
        skip_punctuation(scanner);
    }
    return NULL;
}

const char *format_scan(struct arena *arena, const char *text, uint32_t size,
                        struct format_tokens *out_tokens, uint32_t *out_line)
{
    struct scanner scanner = {text, size, 0, 1};
    uint32_t newlines = 0;
    bool has_space = false;

    /* There are no more tokens than bytes. */
    out_tokens->tokens = arena_alloc(arena, ((size_t)size + 1) * sizeof(*out_tokens->tokens));
    out_tokens->count = 0;
    while (scanner.at < size) {
        struct format_token *token = &out_tokens->tokens[out_tokens->count];
        const char *wrong;

        if (is_space(peek(&scanner, 0)) || peek(&scanner, 0) == '\n') {
            newlines += peek(&scanner, 0) == '\n';
            has_space = true;
            skip(&scanner);
            continue;
        }
        token->text = text + scanner.at;
        token->line = scanner.line;
        token->newlines = newlines;
        token->has_space = has_space;
        token->match = FORMAT_NO_MATCH;
        wrong = scan_token(&scanner, out_tokens, token);
        *out_line = token->line;
        if (wrong)
            return wrong;
        token->length = (uint32_t)(text + scanner.at - token->text);
        out_tokens->count++;
        newlines = 0;
        has_space = false;
    }
    return NULL;
}
