/* The rules that a file must keep beyond its grammar: a list of named steps. */
#ifndef IDLC_CHECK_H
#define IDLC_CHECK_H

#include "ast.h"

struct compilation;

/** An interface of DCE RPC: no object, derived from none; its methods are functions. */
bool check_is_rpc(const struct ast_declaration *interface);

void check(struct compilation *compilation);

#endif
