/*
 * The stage between reading a file and its tokens. Today it knows the lines that change nothing (#pragma and
 * the marks that other preprocessors leave) and refuses the others by name; macros and #include have their
 * place here.
 */
#ifndef IDLC_PREPROCESS_H
#define IDLC_PREPROCESS_H

#include "diagnostics.h"

/** The text for the lexer: as long as the source's, so that places agree; directives are blanks. */
const char *preprocess(struct arena *arena, struct diagnostics *diagnostics, const struct source *source);

#endif
