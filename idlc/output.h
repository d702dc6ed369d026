/* Writing products: all of them or none, each in one step. */
#ifndef IDLC_OUTPUT_H
#define IDLC_OUTPUT_H

#include "diagnostics.h"

struct output {
    const char *path;
    const char *text;
    size_t size;
    struct output *next;
};

/**
 * Makes the folders, writes every file of the list under a temporary name beside its place, then renames
 * them.
 * @retval false an error was reported; no temporary file is left
 */
bool output_write_all(struct arena *arena, struct diagnostics *diagnostics, const struct output *list);

#endif
