/* The assert of components that are loaded: they are compiled with the headers of a kernel's components. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noreturn)) void os_assert_failed(const char *condition, const char *file, int line);

void os_assert_failed(const char *condition, const char *file, int line)
{
    fprintf(stderr, "mmlite: %s:%d: %s\n", file, line, condition);
    abort();
}
