/* A copy of a file in Microsoft's own words: what only this compiler has goes, so that MIDL and widl take it.
 */
#ifndef IDLC_STRIP_H
#define IDLC_STRIP_H

#include "compile.h"
#include "text.h"

/**
 * Layout, comments and directives stay. Attributes of our own go, with their brackets if nothing else is in
 * them, and names of types that MIDL does not have become those that it has. What MIDL takes from its own
 * files, or finds in quoted C only, is declared, and what is used before it is declared comes before.
 * `compilation` is one that compile_units took.
 */
void strip(struct text *out, const struct compilation *compilation);

#endif
