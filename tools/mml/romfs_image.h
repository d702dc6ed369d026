/*
 * Packs files into the image of a RomFS, as the build does (os/scons/romfs.py): a kernel takes it as a boot
 * module. The layout is os/lib/include/os_romfs.h.
 */
#ifndef ROMFS_IMAGE_H
#define ROMFS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest name of a file in a RomFS, without its end. */
#define ROMFS_IMAGE_NAME_MAX 47

/* One file of an image; name and data are borrowed. */
struct romfs_image_file {
    const char *name;
    const void *data; /* may be NULL if it is empty */
    size_t size_bytes;
};

/** Whether the reader takes a file of this name: 1 to 47 of [A-Za-z0-9._-], neither "." nor "..". */
bool romfs_image_name_is_valid(const char *name);

/** The size of the image of these files; SIZE_MAX if it would be larger than an image can be (4 GiB). */
size_t romfs_image_bytes(const struct romfs_image_file *files, size_t count);

/**
 * Packs the files; sorts them by name, as the reader wants them. Every name is valid and none is there twice.
 *
 * @param image  room for romfs_image_bytes bytes, all of which are written
 */
void romfs_image_pack(struct romfs_image_file *files, size_t count, uint8_t *image);

#endif
