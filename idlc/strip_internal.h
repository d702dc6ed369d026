/* Shared by the files of --strip: strip.c (words), strip_types.c (what MIDL must be told), strip_order.c
 * (what comes first). */
#ifndef IDLC_STRIP_INTERNAL_H
#define IDLC_STRIP_INTERNAL_H

#include "compile.h"
#include "text.h"

struct stripping {
    struct text *out;
    const struct compilation *compilation;
    const struct source *source;
    const struct token *token; /* the next one */
    uint32_t copied;           /* the text before is written */
};

bool strip_is_name(const struct token *token, const char *name);

/** Writes what is left of the text from `stripping->token`, which begins at `begin`, up to `end`. */
void strip_part(struct stripping *stripping, uint32_t begin, const struct token *end, uint32_t text_end);

/** Writes the types that this compiler has and MIDL takes from its own files, as far as the file uses them.
 */
void strip_add_types(struct stripping *stripping);

/** Writes the file, with what is used before it is declared where MIDL wants it. */
void strip_in_order(struct stripping *stripping);

#endif
