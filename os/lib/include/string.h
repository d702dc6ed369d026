/* The memory and string functions of the support library, with C's meaning. */
#ifndef OS_STRING_H
#define OS_STRING_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

void *memcpy(void *to, const void *from, size_t count);
void *memmove(void *to, const void *from, size_t count);
void *memset(void *at, int byte, size_t count);
int memcmp(const void *left, const void *right, size_t count);
void *memchr(const void *at, int byte, size_t count);
size_t strlen(const char *text);
int strcmp(const char *left, const char *right);
int strncmp(const char *left, const char *right, size_t count);
char *strncpy(char *to, const char *from, size_t count);
char *strchr(const char *text, int byte);
char *strrchr(const char *text, int byte);
size_t strcspn(const char *text, const char *any);
size_t strspn(const char *text, const char *any);

#ifdef __cplusplus
}
#endif

#endif
