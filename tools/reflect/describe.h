/* Type information as IDL that idlc takes, and as JSON. */
#ifndef REFLECT_DESCRIBE_H
#define REFLECT_DESCRIBE_H

#include "type_info.h"
#include <stdio.h>

/**
 * Prints interfaces with all that they need as one .idl. Of an interface that parameters name but none of
 * `infos` describes, only its id is printed, and a comment that says so.
 *
 * @param infos  what occurs in several is printed once; those that come first are taken
 */
void describe_idl(FILE *file, const struct type_info *const *infos, size_t count);

/** The same as a JSON array with an object for each of `infos`. */
void describe_json(FILE *file, const struct type_info *const *infos, size_t count);

/**
 * One method's declaration as in IDL, without documentation: what a person must know to call it.
 * @param indent  blanks before it
 */
void describe_method(FILE *file, const struct type_method *method, int indent);

#endif
