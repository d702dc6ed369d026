/* A growing text: what the back ends write into. */
#ifndef IDLC_TEXT_H
#define IDLC_TEXT_H

#include "arena.h"

#include <stdbool.h>

struct text {
    struct arena *arena;
    char *bytes; /* ends with a NUL */
    size_t length;
    size_t capacity;
};

void text_init(struct text *text, struct arena *arena);
void text_add(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Leaves one newline at the end. */
void text_trim_end(struct text *text);

bool text_ends_with(const char *text, const char *end);

#endif
