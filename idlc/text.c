#include "text.h"

#include <string.h>

void text_init(struct text *text, struct arena *arena)
{
    text->arena = arena;
    text->capacity = 256;
    text->length = 0;
    text->bytes = arena_alloc(arena, text->capacity);
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    if (text->capacity - text->length <= length) {
        size_t capacity = text->capacity * 2 + length;
        char *grown = arena_alloc(text->arena, capacity);

        memcpy(grown, text->bytes, text->length);
        text->bytes = grown;
        text->capacity = capacity;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_puts(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list arguments;
    char *formatted;

    va_start(arguments, format);
    formatted = arena_vformat(text->arena, format, arguments);
    va_end(arguments);
    text_puts(text, formatted);
}

void text_trim_end(struct text *text)
{
    while (text->length > 1 && text->bytes[text->length - 1] == '\n' && text->bytes[text->length - 2] == '\n')
        text->bytes[--text->length] = '\0';
}

bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}
