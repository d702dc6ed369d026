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
    TOKEN_BAD, /* nothing that the language knows; its error says so */
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
    PUNCTUATION_PASTE, /* ## */
};

struct token {
    enum token_kind kind;
    int punctuation;
    struct span span;
    const char *text; /* name: the name; string: its bytes without quotes, escapes kept; number: as written */
    uint64_t value;   /* integer and character */
    bool is_unsigned; /* integer with a u, or too large for int64 */
    bool is_wide;     /* string or character with an L */
    bool starts_line; /* the first of its line: a '#' there is a directive */
    bool spaced;      /* blanks or a comment stand before it */
    bool is_painted;  /* preprocessor: a macro's name inside its own expansion */
    bool follows_bad; /* preprocessor: what stood before it was reported and left out */
    bool is_c;        /* of a C header: what is not understood there is skipped */
    const char *doc;  /* the documentation comment in front, without its stars; or NULL */
    const char *error; /* what is wrong with it, reported when it is used; or NULL */
    enum diagnostic_code code;
};

struct token_list {
    struct token *tokens; /* the last is TOKEN_END */
    uint32_t count;
};

/**
 * All tokens, those of directives and of skipped groups too. Errors are kept in the tokens, because nobody
 * may ever look at them; what is no token at all is TOKEN_BAD.
 */
struct token_list lex(struct arena *arena, const struct source *source);

/** Reports what is wrong with a token; false if it is to be left out. */
bool lex_accept(struct diagnostics *diagnostics, const struct token *token);

#endif
