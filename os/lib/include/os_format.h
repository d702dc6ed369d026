/* A small formatter: %s %d %u %x %%, with l, ll and z, a width and leading zeros. */
#ifndef OS_FORMAT_H
#define OS_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/** Writes at most `capacity` bytes with the NUL. @return the length without it, even if it did not fit */
size_t os_format(char *out, size_t capacity, const char *format, ...) __attribute__((format(printf, 3, 4)));
size_t os_format_v(char *out, size_t capacity, const char *format, va_list arguments);

/** Formats to the console, at most 255 bytes at once. */
void os_print(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
