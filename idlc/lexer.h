/* Tokens of one file. Keywords are ordinary names: only the parser knows where they mean something. */
#ifndef IDLC_LEXER_H
#define IDLC_LEXER_H

#include "diagnostics.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_INTEGER,
    TOKEN_FLOAT,
    TOKEN_STRING,
    TOKEN_CHARACTER,
    TOKEN_UUID, /* what stands in uuid(...) without quotes */
    TOKEN_PUNCTUATION,
};

/* Punctuation is told by `punctuation`: the character, or one of these. */
enum {
    PUNCTUATION_SHIFT_LEFT = 256,
    PUNCTUATION_SHIFT_RIGHT,
    PUNCTUATION_LESS_EQUAL,
    PUNCTUATION_GREATER_EQUAL,
    PUNCTUATION_EQUAL,
    PUNCTUATION_NOT_EQUAL,
    PUNCTUATION_AND,
    PUNCTUATION_OR,
    PUNCTUATION_ELLIPSIS,
};

struct token {
    enum token_kind kind;
    int punctuation;
    struct span span;
    const char *text; /* name: the name; string: its bytes without quotes, escapes kept; number: as written */
    uint64_t value;   /* integer and character */
    bool is_unsigned; /* integer with a u, or too large for int64 */
    const char *doc;  /* the documentation comment in front, without its stars; or NULL */
};

struct token_list {
    struct token *tokens; /* the last is TOKEN_END */
    uint32_t count;
};

/** Never fails as a whole: what is wrong is reported and left out. */
struct token_list lex(struct arena *arena, struct diagnostics *diagnostics, const struct source *source,
                      const char *text);

#endif
