/* Memory that is freed at once: what is read of one interface, or made for one call. */
#ifndef REFLECT_POOL_H
#define REFLECT_POOL_H

#include <stddef.h>

struct pool_block;

struct pool {
    struct pool_block *blocks; /* NULL: empty, and how a pool begins */
};

/** Zeroed memory, aligned for any type. A program without memory ends with a message: it has nothing to save.
 */
void *pool_alloc(struct pool *pool, size_t size_bytes);

/** A copy with a NUL behind. */
char *pool_copy(struct pool *pool, const void *bytes, size_t size_bytes);

char *pool_format(struct pool *pool, const char *format, ...) __attribute__((format(printf, 2, 3)));

void pool_free(struct pool *pool);

#endif
