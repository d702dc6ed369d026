/* What a loaded image may call: the table that the build writes for each kernel image that has a loader. */
#ifndef OS_EXPORTS_H
#define OS_EXPORTS_H

#include <string.h>

/* One behind the other, "" at the end; and their addresses in the same order. */
extern const char os_export_names[];
extern const void *const os_exports[];

/** Its address; NULL: loaded images may not call it. */
static inline const void *os_find_export(const char *name)
{
    const void *const *address = os_exports;
    const char *at = os_export_names;

    for (; *at && strcmp(at, name) != 0; at += strlen(at) + 1)
        address++;
    return *at ? *address : NULL;
}

#endif
