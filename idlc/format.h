/*
 * `idlc fmt`: lays a file out anew without changing what it says. It works on the text as it stands: nothing
 * is preprocessed, imported or understood beyond brackets and statements, so a file with errors can be laid
 * out, too.
 */
#ifndef IDLC_FORMAT_H
#define IDLC_FORMAT_H

#include "source.h"
#include "text.h"

/* Longest line that is written, where there is a place to break it. */
#define FORMAT_COLUMNS 120u
#define FORMAT_INDENT 4u

enum format_kind {
    FORMAT_WORD,        /* name, number, what stands in uuid(...) */
    FORMAT_TEXT,        /* string or character */
    FORMAT_PUNCTUATION, /* of one to three characters */
    FORMAT_DIRECTIVE,   /* a preprocessor line with its continuations */
    FORMAT_LINE_COMMENT,
    FORMAT_BLOCK_COMMENT,
};

/* How punctuation is used; scanned text does not say, layout finds out. */
enum format_role {
    ROLE_NONE,
    ROLE_BINARY,     /* spaces on both sides */
    ROLE_UNARY,      /* none behind */
    ROLE_POINTER,    /* the star of a declarator */
    ROLE_LABEL,      /* the colon of a label: none in front */
    ROLE_DIMENSION,  /* brackets of an array */
    ROLE_ATTRIBUTES, /* brackets of attributes */
    ROLE_PARAMETERS, /* round brackets outside of expressions: no cast */
};

#define FORMAT_NO_MATCH UINT32_MAX

struct format_token {
    enum format_kind kind;
    enum format_role role;
    const char *text;
    uint32_t length;
    uint32_t line;     /* of its first character, from 1 */
    uint32_t newlines; /* in front of it */
    bool has_space;    /* white space in front of it */
    uint32_t match;    /* of a bracket: the other one, or FORMAT_NO_MATCH */
};

struct format_tokens {
    struct format_token *tokens;
    uint32_t count;
};

/**
 * Cuts a text into tokens; white space alone is left out.
 *
 * @param out_line    where an unterminated string or comment begins, after a failure
 * @retval NULL none is unterminated; else what is
 */
const char *format_scan(struct arena *arena, const char *text, uint32_t size,
                        struct format_tokens *out_tokens, uint32_t *out_line);

/** Whether token `index` is this punctuation or word. */
bool format_is(const struct format_tokens *tokens, uint32_t index, const char *text);

/** Finds the roles and the matching brackets. */
void format_analyse(struct arena *arena, struct format_tokens *tokens);

/**
 * Lays out a text.
 * @retval NULL it is in `out`; else why not (`*out_line` says where)
 */
const char *format_text(struct arena *arena, const char *text, uint32_t size, struct text *out,
                        uint32_t *out_line);

/** `idlc fmt WORD...`: the whole command. @retval the exit code of the program */
int format_command(int word_count, char **words);

#endif
