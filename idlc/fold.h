/* The values of constants, enum values, array sizes and attribute arguments. */
#ifndef IDLC_FOLD_H
#define IDLC_FOLD_H

#include "ast.h"

struct compilation;

/* Largest array: its bytes still count in 32 bits. */
#define ARRAY_COUNT_MAX (1u << 24)

/** Gives every constant and enum value its value and every array its count. */
void fold(struct compilation *compilation);

/** The value of one expression whose names are bound; VALUE_NONE: an error was reported. */
struct value fold_expression(struct compilation *compilation, const struct ast_expression *expression);

#endif
