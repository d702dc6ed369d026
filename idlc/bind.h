/* Names to declarations, in any order and across imports. */
#ifndef IDLC_BIND_H
#define IDLC_BIND_H

#include "ast.h"

struct compilation;

/** Adds the interface AsyncIX that [async_uuid] of IX makes, before names are declared (async.c). */
void async_declare(struct compilation *compilation, struct ast_unit *unit);

void bind(struct compilation *compilation);

/** First, in all files: the names of a file into the tables (bind_declare.c). */
void bind_declare_unit(struct compilation *compilation, struct ast_unit *unit);
/** As in "interface 'X'". */
const char *bind_kind_name(enum ast_declaration_kind kind);

/** The names of a constant expression that bind leaves to the checks: arguments of size_is and length_is. */
void bind_constant(struct compilation *compilation, struct ast_expression *expression);

#endif
