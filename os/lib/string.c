#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void *memcpy(void *to, const void *from, size_t count)
{
    return memmove(to, from, count);
}

typedef uint32_t __attribute__((may_alias, aligned(1))) word;

void *memmove(void *to, const void *from, size_t count)
{
    uint8_t *target = (uint8_t *)to;
    const uint8_t *source = (const uint8_t *)from;

    if (target <= source || target >= source + count) {
        for (; count >= sizeof(word); count -= sizeof(word)) {
            *(word *)target = *(const word *)source;
            target += sizeof(word);
            source += sizeof(word);
        }
        while (count--)
            *target++ = *source++;
    } else {
        while (count--)
            target[count] = source[count];
    }
    return to;
}

void *memset(void *at, int byte, size_t count)
{
    uint8_t *target = (uint8_t *)at;
    uint32_t pattern = (uint8_t)byte * 0x01010101u;

    for (; count >= sizeof(word); count -= sizeof(word)) {
        *(word *)target = pattern;
        target += sizeof(word);
    }
    while (count--)
        *target++ = (uint8_t)byte;
    return at;
}

int memcmp(const void *left, const void *right, size_t count)
{
    const uint8_t *a = (const uint8_t *)left, *b = (const uint8_t *)right;

    for (; count; count--, a++, b++)
        if (*a != *b)
            return *a - *b;
    return 0;
}

void *memchr(const void *at, int byte, size_t count)
{
    const uint8_t *source = (const uint8_t *)at;

    for (; count; count--, source++)
        if (*source == (uint8_t)byte)
            return (void *)(uintptr_t)source;
    return NULL;
}

size_t strlen(const char *text)
{
    const char *end = text;

    while (*end)
        end++;
    return (size_t)(end - text);
}

int strncmp(const char *left, const char *right, size_t count)
{
    for (; count; count--, left++, right++)
        if (*left != *right || !*left)
            return (uint8_t)*left - (uint8_t)*right;
    return 0;
}

int strcmp(const char *left, const char *right)
{
    return strncmp(left, right, SIZE_MAX);
}

char *strncpy(char *to, const char *from, size_t count)
{
    size_t i;

    for (i = 0; i < count && from[i]; i++)
        to[i] = from[i];
    for (; i < count; i++)
        to[i] = '\0';
    return to;
}

char *strchr(const char *text, int byte)
{
    for (; *text != (char)byte; text++)
        if (!*text)
            return NULL;
    return (char *)(uintptr_t)text;
}

char *strrchr(const char *text, int byte)
{
    const char *found = NULL;

    do
        if (*text == (char)byte)
            found = text;
    while (*text++);
    return (char *)(uintptr_t)found;
}

size_t strcspn(const char *text, const char *any)
{
    size_t length = 0;

    while (text[length] && !strchr(any, text[length]))
        length++;
    return length;
}

size_t strspn(const char *text, const char *any)
{
    size_t length = 0;

    while (text[length] && strchr(any, text[length]))
        length++;
    return length;
}

int atoi(const char *text)
{
    int sign = *text == '-' ? -1 : 1, value = 0;

    for (text += *text == '-'; *text >= '0' && *text <= '9'; text++)
        value = value * 10 + (*text - '0');
    return sign * value;
}
