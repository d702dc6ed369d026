#include "pool.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)16 * 1024)

struct pool_block {
    struct pool_block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

void *pool_alloc(struct pool *pool, size_t size_bytes)
{
    const size_t align = _Alignof(max_align_t);
    struct pool_block *block = pool->blocks;
    void *memory;

    size_bytes = (size_bytes + align - 1) & ~(align - 1);
    if (!block || block->size - block->used < size_bytes) {
        size_t size = size_bytes > BLOCK_BYTES ? size_bytes : BLOCK_BYTES;

        block = calloc(1, sizeof(*block) + size);
        if (!block) {
            fputs("out of memory\n", stderr);
            exit(1);
        }
        block->size = size;
        block->next = pool->blocks;
        pool->blocks = block;
    }
    memory = block->bytes + block->used;
    block->used += size_bytes;
    return memory;
}

char *pool_copy(struct pool *pool, const void *bytes, size_t size_bytes)
{
    char *copy = pool_alloc(pool, size_bytes + 1);

    if (size_bytes)
        memcpy(copy, bytes, size_bytes);
    return copy;
}

char *pool_format(struct pool *pool, const char *format, ...)
{
    va_list arguments, again;
    char *text;
    int length;

    va_start(arguments, format);
    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    text = pool_alloc(pool, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    va_end(arguments);
    return text;
}

void pool_free(struct pool *pool)
{
    struct pool_block *block, *next;

    for (block = pool->blocks; block; block = next) {
        next = block->next;
        free(block);
    }
    pool->blocks = NULL;
}
