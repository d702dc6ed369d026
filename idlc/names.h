/* A table from names to declarations. */
#ifndef IDLC_NAMES_H
#define IDLC_NAMES_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/** Most names differ in their first letter: faster than strcmp in long lists. */
static inline bool names_equal(const char *left, const char *right)
{
    return *left == *right && strcmp(left, right) == 0;
}

struct name_entry {
    const char *name;
    void *value;
};

struct name_table {
    struct arena *arena;
    struct name_entry *slots; /* open addressing; NULL name: free */
    size_t slot_count;        /* a power of two */
    size_t used;
};

void names_init(struct name_table *table, struct arena *arena);
void *names_find(const struct name_table *table, const char *name);

/** Adds a name that is not in the table, or gives it a new value. */
void names_set(struct name_table *table, const char *name, void *value);

/** Words that a declaration cannot have for a name, because C, or only C++, has them. */
bool names_are_taken_by_c(const char *name);
bool names_are_taken_by_cpp(const char *name);

/** How many insertions, deletions, replacements and swaps of neighbours lead from one name to the other. */
unsigned names_distance(const char *left, const char *right);

/**
 * The best of several candidates to suggest for a misspelt name: offer them one by one, then read `best`
 * (NULL: none is near enough).
 */
struct name_suggestion {
    const char *wanted;
    const char *best;
    unsigned best_distance;
};

void names_offer(struct name_suggestion *suggestion, const char *candidate);

#endif
