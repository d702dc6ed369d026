/* What other interface languages look like, so that they are named and not taken for mistakes. */
#ifndef IDLC_DIALECT_H
#define IDLC_DIALECT_H

#include "lexer.h"

/**
 * Of a statement outside of all braces that begins at `token`: what it is instead of COM IDL; NULL: nothing
 * that is known. Tokens go on behind it up to TOKEN_END.
 */
const char *dialect_of_statement(const struct token *token);

/**
 * Of words and signs in the middle of a statement.
 * @param first  of the tokens that `token` is one of
 */
const char *dialect_within(const struct token *first, const struct token *token);

/**
 * Looks through all of a file that something is wrong with.
 * @param tokens    as lex made them: directives are skipped, and groups of #if and #ifdef, which may be dead
 * @param out_token what tells it, untouched if nothing does
 * @return what the language is, or NULL
 */
const char *dialect_of_file(struct token_list tokens, const struct token **out_token);

#endif
