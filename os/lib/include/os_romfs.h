/*
 * The image of a RomFS, as os/scons/romfs.py writes it: little-endian, a header, the table of files sorted by
 * name, their contents.
 */
#ifndef OS_ROMFS_H
#define OS_ROMFS_H

#include <stdint.h>

#define ROMFS_MAGIC "MMROMFS1"
#define ROMFS_NAME_BYTES 48u

struct romfs_header {
    uint8_t magic[8];
    uint32_t total_bytes; /* with this header */
    uint32_t file_count;
};

struct romfs_entry {
    char name[ROMFS_NAME_BYTES]; /* ends with a NUL */
    uint32_t offset;             /* from the header's start; a multiple of 4 */
    uint32_t size_bytes;
};

/* What was linked into this kernel image; the build writes it. NULL: nothing. */
extern const void *const linked_romfs;

#endif
