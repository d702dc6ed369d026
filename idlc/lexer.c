#include "lexer.h"
#include "text.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct lexer {
    struct arena *arena;
    const struct source *source;
    const char *text;
    uint32_t at;
    bool starts_line; /* for the next token */
    bool spaced;
    const char *doc; /* for the next token */
    struct token *tokens;
    uint32_t count;
    uint32_t capacity;
};

static const struct {
    char text[4];
    int punctuation;
} PUNCTUATION[] = {
    {"...", PUNCTUATION_ELLIPSIS},  {"<<", PUNCTUATION_SHIFT_LEFT},    {">>", PUNCTUATION_SHIFT_RIGHT},
    {"<=", PUNCTUATION_LESS_EQUAL}, {">=", PUNCTUATION_GREATER_EQUAL}, {"==", PUNCTUATION_EQUAL},
    {"!=", PUNCTUATION_NOT_EQUAL},  {"&&", PUNCTUATION_AND},           {"||", PUNCTUATION_OR},
    {"##", PUNCTUATION_PASTE},
};

static bool is_name_start(char character)
{
    return isalpha((unsigned char)character) || character == '_';
}

static bool is_name_part(char character)
{
    return isalnum((unsigned char)character) || character == '_';
}

static struct span span_from(const struct lexer *lexer, uint32_t begin)
{
    return (struct span){lexer->source, begin, lexer->at};
}

static struct token *add_token(struct lexer *lexer, enum token_kind kind, uint32_t begin)
{
    struct token *token;

    if (lexer->count == lexer->capacity) {
        uint32_t capacity = lexer->capacity ? lexer->capacity * 2 : 256;
        struct token *grown = arena_alloc(lexer->arena, capacity * sizeof(*grown));

        if (lexer->count)
            memcpy(grown, lexer->tokens, lexer->count * sizeof(*grown));
        lexer->tokens = grown;
        lexer->capacity = capacity;
    }
    token = &lexer->tokens[lexer->count++];
    token->kind = kind;
    token->span = span_from(lexer, begin);
    token->text = arena_copy(lexer->arena, lexer->text + begin, lexer->at - begin);
    token->doc = lexer->doc;
    token->starts_line = lexer->starts_line;
    token->spaced = lexer->spaced;
    lexer->doc = NULL;
    lexer->starts_line = false;
    lexer->spaced = false;
    return token;
}

/* The first thing that is wrong with a token is kept. */
static void set_error(struct token *token, enum diagnostic_code code, const char *error)
{
    if (token->error)
        return;
    token->code = code;
    token->error = error;
}

/* The text of a documentation comment, line by line, without the stars and the indentation they stand at. */
static const char *doc_text(struct lexer *lexer, uint32_t begin, uint32_t end)
{
    struct text doc;

    text_init(&doc, lexer->arena);
    while (begin < end) {
        uint32_t line_end = begin, last;

        while (line_end < end && lexer->text[line_end] != '\n')
            line_end++;
        for (last = line_end; last > begin && isspace((unsigned char)lexer->text[last - 1]); last--)
            ;
        while (begin < last && isspace((unsigned char)lexer->text[begin]))
            begin++;
        if (begin < last && lexer->text[begin] == '*') {
            begin++;
            if (begin < last && lexer->text[begin] == ' ')
                begin++;
        }
        if (last > begin || doc.length) {
            text_add(&doc, lexer->text + begin, last - begin);
            text_puts(&doc, "\n");
        }
        begin = line_end + 1;
    }
    while (doc.length && doc.bytes[doc.length - 1] == '\n')
        doc.bytes[--doc.length] = '\0';
    return doc.length ? doc.bytes : NULL;
}

/* Returns false if there is no comment here. */
static bool skip_comment(struct lexer *lexer)
{
    const char *text = lexer->text;
    uint32_t begin = lexer->at;
    const char *end;

    if (text[begin] != '/' || (text[begin + 1] != '*' && text[begin + 1] != '/'))
        return false;
    if (text[begin + 1] == '/') {
        while (lexer->at < lexer->source->size && text[lexer->at] != '\n')
            lexer->at++;
        return true;
    }
    end = strstr(text + begin + 2, "*/");
    if (!end) {
        lexer->at = begin + 2;
        set_error(add_token(lexer, TOKEN_BAD, begin), ERROR_COMMENT_WITHOUT_END, "comment without end");
        lexer->at = lexer->source->size;
        return true;
    }
    lexer->spaced = true;
    lexer->at = (uint32_t)(end - text) + 2;
    if (text[begin + 2] == '*' && lexer->at - begin > 4)
        lexer->doc = doc_text(lexer, begin + 3, lexer->at - 2);
    return true;
}

static bool is_suffix(const char *suffix)
{
    if (strcmp(suffix, "i64") == 0 || strcmp(suffix, "ui64") == 0)
        return true; /* Microsoft's */
    for (; *suffix; suffix++)
        if (!strchr("uUlL", *suffix))
            return false;
    return true;
}

static const char *not_a_number(const struct lexer *lexer, const struct token *token)
{
    return arena_format(lexer->arena, "'%s' is not a number", token->text);
}

static void lex_number(struct lexer *lexer)
{
    const char *start = lexer->text + lexer->at;
    uint32_t begin = lexer->at;
    bool hexadecimal = start[0] == '0' && (start[1] == 'x' || start[1] == 'X');
    bool is_float = false;
    struct token *token;
    char *rest;

    for (; is_name_part(lexer->text[lexer->at]) || lexer->text[lexer->at] == '.'; lexer->at++) {
        char character = lexer->text[lexer->at];

        is_float |= character == '.' || (!hexadecimal && (character == 'e' || character == 'E'));
        if (!hexadecimal && (character == 'e' || character == 'E') &&
            (lexer->text[lexer->at + 1] == '+' || lexer->text[lexer->at + 1] == '-'))
            lexer->at++;
    }
    token = add_token(lexer, is_float ? TOKEN_FLOAT : TOKEN_INTEGER, begin);
    errno = 0;
    if (is_float) {
        (void)strtod(token->text, &rest);
        if (*rest && strcmp(rest, "f") != 0 && strcmp(rest, "F") != 0)
            set_error(token, ERROR_BAD_NUMBER, not_a_number(lexer, token));
        return;
    }
    token->value = strtoull(token->text, &rest, 0);
    if (errno == ERANGE)
        set_error(token, ERROR_NUMBER_TOO_LARGE,
                  arena_format(lexer->arena, "'%s' does not fit in 64 bits", token->text));
    else if (!is_suffix(rest) || rest == token->text)
        set_error(token, ERROR_BAD_NUMBER, not_a_number(lexer, token));
    token->is_unsigned = strpbrk(rest, "uU") || token->value > INT64_MAX;
}

static void lex_string(struct lexer *lexer)
{
    uint32_t begin = lexer->at++;
    struct token *token;

    while (lexer->at < lexer->source->size && lexer->text[lexer->at] != '"' && lexer->text[lexer->at] != '\n')
        lexer->at += lexer->text[lexer->at] == '\\' && lexer->text[lexer->at + 1] != '\n' &&
                             lexer->at + 1 < lexer->source->size
                         ? 2
                         : 1;
    if (lexer->text[lexer->at] != '"') {
        /* Most likely only the quote was forgotten: the statement's end is not part of the string. */
        if (lexer->text[lexer->at - 1] == ';')
            lexer->at--;
        token = add_token(lexer, TOKEN_STRING, begin);
        token->text++;
        set_error(token, ERROR_STRING_WITHOUT_END, "string without closing quote");
        return;
    }
    lexer->at++;
    token = add_token(lexer, TOKEN_STRING, begin);
    token->text = arena_copy(lexer->arena, lexer->text + begin + 1, lexer->at - begin - 2);
}

/* The value of an escape behind its backslash; moves `at` behind it. */
static uint64_t escape_value(const char **at)
{
    static const char NAMES[] = "n\nt\tr\ra\ab\bf\fv\v";
    const char *name;
    char *end;
    uint64_t value;
    char digits[4];

    if (**at == 'x') {
        value = strtoull(*at + 1, &end, 16);
        *at = end;
        return value;
    }
    if (**at >= '0' && **at <= '7') {
        snprintf(digits, sizeof(digits), "%.3s", *at);
        value = strtoull(digits, &end, 8);
        *at += end - digits;
        return value;
    }
    for (name = NAMES; *name && *name != **at; name += 2)
        ;
    value = *name ? (unsigned char)name[1] : (unsigned char)**at;
    if (**at)
        (*at)++;
    return value;
}

static void lex_character(struct lexer *lexer)
{
    uint32_t begin = lexer->at++;
    struct token *token;
    const char *inside;

    while (lexer->at < lexer->source->size && lexer->text[lexer->at] != '\'' &&
           lexer->text[lexer->at] != '\n')
        lexer->at += lexer->text[lexer->at] == '\\' && lexer->at + 1 < lexer->source->size ? 2 : 1;
    if (lexer->text[lexer->at] == '\'')
        lexer->at++;
    token = add_token(lexer, TOKEN_CHARACTER, begin);
    inside = token->text + 1;
    if (*inside == '\\') {
        inside++;
        token->value = escape_value(&inside);
    } else if (*inside) {
        token->value = (unsigned char)*inside++;
    }
    if (strcmp(inside, "'") != 0 || inside == token->text + 1)
        set_error(token, ERROR_BAD_CHARACTER_CONSTANT, "a character constant is one character in quotes");
}

/* As long as a UUID, of hexadecimal digits with minus signs at its places. */
static bool is_uuid(const char *text)
{
    static const char FORM[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    size_t i;

    for (i = 0; i < sizeof(FORM) - 1; i++)
        if (FORM[i] == '-' ? text[i] != '-' : !isxdigit((unsigned char)text[i]))
            return false;
    return true;
}

/*
 * A UUID would else be numbers, names and minus signs. Its form is enough anywhere (macros have UUIDs too);
 * in uuid(...) all is a UUID that begins like one, so that a wrong one is named as a whole.
 */
static bool expects_uuid(const struct lexer *lexer)
{
    const struct token *tokens = lexer->tokens;
    const char *text = lexer->text + lexer->at;
    uint32_t count = lexer->count;

    if (!isxdigit((unsigned char)*text))
        return false;
    if (is_uuid(text))
        return true;
    return count >= 2 && tokens[count - 1].punctuation == '(' && tokens[count - 2].kind == TOKEN_NAME &&
           strcmp(tokens[count - 2].text, "uuid") == 0;
}

static void lex_uuid(struct lexer *lexer)
{
    uint32_t begin = lexer->at;

    while (is_name_part(lexer->text[lexer->at]) || lexer->text[lexer->at] == '-')
        lexer->at++;
    add_token(lexer, TOKEN_UUID, begin);
}

/* Bytes of one UTF-8 character, as its first byte says it. */
static int character_length(const char *start)
{
    unsigned char first = (unsigned char)*start;
    int length = first < 0xC2 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 1, i;

    for (i = 1; i < length; i++)
        if (((unsigned char)start[i] & 0xC0) != 0x80)
            return 1;
    return length;
}

/* Signs that look like those of the language and are others; NULL: it is none of them. */
static const char *lookalike(const char *character, int length)
{
    static const struct {
        const char *character;
        const char *meant;
    } SIGNS[] = {
        {"\u201c", "\""}, {"\u201d", "\""}, {"\u201e", "\""}, {"\u2018", "'"},       {"\u2019", "'"},
        {"\uff1b", ";"},  {"\uff0c", ","},  {"\uff08", "("},  {"\uff09", ")"},       {"\uff1a", ":"},
        {"\u2013", "-"},  {"\u2014", "-"},  {"\u00d7", "*"},  {"\u00a0", "a space"},
    };
    size_t i;

    for (i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++)
        if (strncmp(SIGNS[i].character, character, (size_t)length) == 0)
            return SIGNS[i].meant;
    return NULL;
}

/* Letters of other scripts with the rest of the name that they are in, or a run of bytes that are no text. */
static void lex_foreign(struct lexer *lexer, uint32_t begin)
{
    const char *start = lexer->text + begin, *what;
    int length = character_length(start);
    const char *meant = length > 1 ? lookalike(start, length) : NULL;
    bool is_sign = isprint((unsigned char)*start), is_text = length > 1;

    if (meant)
        lexer->at = begin + (uint32_t)length;
    while (!is_sign && !meant && lexer->at < lexer->source->size) {
        unsigned char next = (unsigned char)lexer->text[lexer->at];

        if (is_text ? next < 0x80 && !is_name_part((char)next)
                    : isspace(next) || (next >= 0x20 && next < 0x7F))
            break;
        lexer->at++;
    }
    if (is_sign)
        what = arena_format(lexer->arena, "'%c' has no meaning here", *start);
    else if (meant)
        what = arena_format(lexer->arena, "'%.*s' has no meaning here; write %s", length, start, meant);
    else if (is_text)
        what = arena_format(lexer->arena, "'%.*s' has no meaning here: names are of a-z, A-Z, 0-9 and _",
                            length, start);
    else
        what = arena_format(lexer->arena, "byte 0x%02X has no meaning here", (unsigned)(unsigned char)*start);
    set_error(add_token(lexer, TOKEN_BAD, begin), ERROR_BAD_CHARACTER, what);
}

static void lex_punctuation(struct lexer *lexer)
{
    const char *start = lexer->text + lexer->at;
    uint32_t begin = lexer->at;
    size_t i;

    for (i = 0; i < sizeof(PUNCTUATION) / sizeof(PUNCTUATION[0]); i++) {
        size_t length = strlen(PUNCTUATION[i].text);

        if (strncmp(start, PUNCTUATION[i].text, length) == 0) {
            lexer->at += (uint32_t)length;
            add_token(lexer, TOKEN_PUNCTUATION, begin)->punctuation = PUNCTUATION[i].punctuation;
            return;
        }
    }
    lexer->at++;
    if ((*start && strchr("[](){};:,*=+-/%<>&|^~!?.#", *start)) ||
        (*start == '@' && is_name_part(start[1]))) {
        add_token(lexer, TOKEN_PUNCTUATION, begin)->punctuation = (unsigned char)*start;
        return;
    }
    lex_foreign(lexer, begin);
}

/* L"..." and L'.': the same without the L, and wide. */
static bool lex_wide(struct lexer *lexer)
{
    char quote = lexer->text[lexer->at] == 'L' ? lexer->text[lexer->at + 1] : '\0';

    if (quote != '"' && quote != '\'')
        return false;
    lexer->at++;
    if (quote == '"')
        lex_string(lexer);
    else
        lex_character(lexer);
    lexer->tokens[lexer->count - 1].is_wide = true;
    return true;
}

static void lex_one(struct lexer *lexer)
{
    char character = lexer->text[lexer->at];
    uint32_t begin = lexer->at;

    if (expects_uuid(lexer)) {
        lex_uuid(lexer);
    } else if (lex_wide(lexer)) {
        ; /* done */
    } else if (is_name_start(character)) {
        while (is_name_part(lexer->text[lexer->at]))
            lexer->at++;
        add_token(lexer, TOKEN_NAME, begin);
    } else if (isdigit((unsigned char)character) ||
               (character == '.' && isdigit((unsigned char)lexer->text[lexer->at + 1]))) {
        lex_number(lexer);
    } else if (character == '"') {
        lex_string(lexer);
    } else if (character == '\'') {
        lex_character(lexer);
    } else {
        lex_punctuation(lexer);
    }
}

/* A backslash at the end of a line joins it with the next. */
static bool skip_joint(struct lexer *lexer)
{
    const char *text = lexer->text + lexer->at;
    uint32_t length = text[0] != '\\' ? 0 : text[1] == '\n' ? 2 : text[1] == '\r' && text[2] == '\n' ? 3 : 0;

    lexer->at += length;
    lexer->spaced |= length > 0;
    return length > 0;
}

struct token_list lex(struct arena *arena, const struct source *source)
{
    struct lexer lexer = {.arena = arena, .source = source, .text = source->text, .starts_line = true};

    if (source->size >= 3 && memcmp(source->text, "\xEF\xBB\xBF", 3) == 0)
        lexer.at = 3; /* a byte order mark */
    while (lexer.at < source->size) {
        char character = lexer.text[lexer.at];

        if (isspace((unsigned char)character)) {
            lexer.at++;
            lexer.spaced = true;
            lexer.starts_line |= character == '\n';
        } else if (!skip_joint(&lexer) && !skip_comment(&lexer)) {
            lex_one(&lexer);
        }
    }
    lexer.starts_line = true;
    add_token(&lexer, TOKEN_END, lexer.at);
    return (struct token_list){lexer.tokens, lexer.count};
}

bool lex_accept(struct diagnostics *diagnostics, const struct token *token)
{
    if (token->error)
        diagnose_error(diagnostics, token->code, token->span, "%s", token->error);
    return token->kind != TOKEN_BAD;
}
