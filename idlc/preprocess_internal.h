/* Shared by the files of the preprocessor: preprocess.c (directives), macros.c, condition.c. */
#ifndef IDLC_PREPROCESS_INTERNAL_H
#define IDLC_PREPROCESS_INTERNAL_H

#include "preprocess.h"

struct macro {
    const char *name;
    bool is_function;
    bool is_busy; /* being expanded: its own name stays as it is */
    bool is_variadic;
    const char *const *params; /* of a function */
    uint32_t param_count;
    const struct token *body;
    uint32_t body_count;
    struct span span;
};

/* Tokens that grow. */
struct token_buffer {
    struct arena *arena;
    struct token *tokens;
    uint32_t count;
    uint32_t capacity;
};

void token_buffer_add(struct token_buffer *buffer, const struct token *token);

struct preprocessor {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct preprocess_options *options;
    struct name_table macros; /* struct macro; NULL: undefined again */
    struct included_file **included;
    struct token_buffer out;
    uint32_t include_depth;
    uint32_t expanded_count; /* tokens that macros made: they can be many more than were written */
    bool is_exhausted;       /* too many; reported */
    bool was_bad;            /* the last token was reported and left out */
};

/* ---- macros.c ---- */

/* Tokens of a logical line, without its end. */
struct token_range {
    const struct token *tokens;
    uint32_t count;
};

/** #define behind its word. */
void macro_define(struct preprocessor *preprocessor, struct token_range line, struct span directive);
void macro_undefine(struct preprocessor *preprocessor, const char *name);
bool macro_is_defined(const struct preprocessor *preprocessor, const char *name);
/** -D NAME or -D NAME=VALUE. */
void macro_define_text(struct preprocessor *preprocessor, const char *definition);
/** All tokens of a range with their macros expanded, added to `out`. */
void macro_expand(struct preprocessor *preprocessor, struct token_range range, struct token_buffer *out);
/** How many tokens at the beginning belong together: 1, or those of a macro's call. */
uint32_t macro_call_length(const struct preprocessor *preprocessor, const struct token *tokens);

/* ---- condition.c ---- */

/** The value of #if; false also for what is wrong (reported). */
bool condition_evaluate(struct preprocessor *preprocessor, struct token_range line, struct span directive);

#endif
