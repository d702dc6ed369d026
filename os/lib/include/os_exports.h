/* What a loaded image may call: the table that the build writes for each kernel image that has a loader. */
#ifndef OS_EXPORTS_H
#define OS_EXPORTS_H

#include <stdint.h>

struct os_export {
    const char *name;
    const void *address; /* NULL: this image does not have it */
};

/* Sorted by name. */
extern const struct os_export os_exports[];
extern const uint32_t os_export_count;

#endif
