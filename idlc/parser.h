/* Tokens to syntax tree, by recursive descent; recovers at `;`, `)`, `]` and `}` so that a run shows all
 * errors. */
#ifndef IDLC_PARSER_H
#define IDLC_PARSER_H

#include "ast.h"
#include "diagnostics.h"
#include "lexer.h"

/** What could be understood of a file; errors are in `diagnostics`. */
struct ast_unit *parse(struct arena *arena, struct diagnostics *diagnostics, const struct source *source,
                       struct token_list tokens);

#endif
