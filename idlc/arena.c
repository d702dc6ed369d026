#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES ((size_t)64 * 1024)

struct block {
    struct block *next;
    size_t used;
    size_t size;
    _Alignas(max_align_t) unsigned char bytes[];
};

struct arena {
    struct block *blocks; /* the first is being filled */
    struct block *spare;  /* of before a reset */
};

static void *allocate(size_t size_bytes)
{
    void *memory = malloc(size_bytes);

    if (!memory) {
        fputs("idlc: out of memory\n", stderr);
        exit(2);
    }
    return memory;
}

struct arena *arena_create(void)
{
    struct arena *arena = allocate(sizeof(*arena));

    *arena = (struct arena){NULL, NULL};
    return arena;
}

static void free_blocks(struct block *block)
{
    struct block *next;

    for (; block; block = next) {
        next = block->next;
        free(block);
    }
}

void arena_destroy(struct arena *arena)
{
    free_blocks(arena->blocks);
    free_blocks(arena->spare);
    free(arena);
}

void arena_reset(struct arena *arena)
{
    struct block *block, *next;

    for (block = arena->blocks; block; block = next) {
        next = block->next;
        block->next = arena->spare;
        arena->spare = block;
    }
    arena->blocks = NULL;
}

static struct block *take_block(struct arena *arena, size_t size_bytes)
{
    size_t size = size_bytes > BLOCK_BYTES ? size_bytes : BLOCK_BYTES;
    struct block **spare = &arena->spare, *block;

    while (*spare && (*spare)->size < size)
        spare = &(*spare)->next;
    block = *spare;
    if (block) {
        *spare = block->next;
    } else {
        block = allocate(sizeof(*block) + size);
        block->size = size;
    }
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc_raw(struct arena *arena, size_t size_bytes)
{
    const size_t align = _Alignof(max_align_t);
    struct block *block = arena->blocks;
    void *memory;

    size_bytes = (size_bytes + align - 1) & ~(align - 1);
    if (!block || block->size - block->used < size_bytes)
        block = take_block(arena, size_bytes);
    memory = block->bytes + block->used;
    block->used += size_bytes;
    return memory;
}

void *arena_alloc(struct arena *arena, size_t size_bytes)
{
    return memset(arena_alloc_raw(arena, size_bytes), 0, size_bytes);
}

char *arena_copy(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc_raw(arena, length + 1);

    if (length)
        memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_vformat(struct arena *arena, const char *format, va_list arguments)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, arguments);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    text = arena_alloc_raw(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, arguments);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list arguments;
    char *text;

    va_start(arguments, format);
    text = arena_vformat(arena, format, arguments);
    va_end(arguments);
    return text;
}
