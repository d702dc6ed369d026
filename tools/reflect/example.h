/* What a call of a method may look like, for people who see it for the first time. */
#ifndef REFLECT_EXAMPLE_H
#define REFLECT_EXAMPLE_H

#include "type_info.h"
#include <stdio.h>

/** Whether a parameter must be given: it goes in, may not be NULL, and nothing else tells it. */
bool example_is_needed(const struct type_method *method, uint32_t index);

/**
 * Prints NAME=VALUE for each parameter that must be given, each behind a blank and as a shell takes it. The
 * values are some of those that the interface allows.
 */
void example_print(FILE *file, const struct type_method *method);

#endif
