/* Memory of one run: everything a compilation makes lives here and is freed at once. */
#ifndef IDLC_ARENA_H
#define IDLC_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena;

/* Ends the program with a message when there is no memory: a compiler has nothing better to do. */
struct arena *arena_create(void);
void arena_destroy(struct arena *arena);

/** All memory is free again, for the next file: the system is not asked for it a second time. */
void arena_reset(struct arena *arena);

/** Zeroed memory, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size_bytes);

/** The same as it comes, for what is written before it is read. */
void *arena_alloc_raw(struct arena *arena, size_t size_bytes);

/** A copy of `length` bytes with a NUL behind. */
char *arena_copy(struct arena *arena, const char *text, size_t length);

char *arena_format(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *arena_vformat(struct arena *arena, const char *format, va_list arguments);

#endif
