/* Sizes of types as a 64-bit host has them: for sizeof in constants only, so nothing that travels depends on
 * it. */
#ifndef IDLC_LAYOUT_H
#define IDLC_LAYOUT_H

#include "ast.h"

/** False: the type has no size (void, a function, what is not defined), or nests too deeply. */
bool layout_of(const struct ast_type *type, uint64_t *out_size, uint64_t *out_alignment);

#endif
