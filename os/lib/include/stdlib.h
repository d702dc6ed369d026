/* The part of stdlib.h that lwIP asks for. */
#ifndef OS_STDLIB_H
#define OS_STDLIB_H

#include <stddef.h>

int atoi(const char *text);

#endif
