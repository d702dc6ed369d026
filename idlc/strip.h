/* A copy of a file in Microsoft's own words: what only this compiler has goes, so that MIDL and widl take it.
 */
#ifndef IDLC_STRIP_H
#define IDLC_STRIP_H

#include "preprocess.h"
#include "text.h"

/**
 * Layout, comments and directives stay. Attributes of our own go, with their brackets if nothing else is in
 * them, and names of types that MIDL does not have become those that it has. A file that imports nothing gets
 * the types that MIDL takes from its own files.
 */
void strip(struct text *out, const struct source_file *file);

#endif
