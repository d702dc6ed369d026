/* See romfs_image.h. */
#include "romfs_image.h"
#include <assert.h>
#include <com_names.h>
#include <os/lib/include/os_romfs.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(ROMFS_IMAGE_NAME_MAX + 1 == ROMFS_NAME_BYTES, "a name and its end");

bool romfs_image_name_is_valid(const char *name)
{
    return com_name_is_valid(name) && strlen(name) <= ROMFS_IMAGE_NAME_MAX;
}

static size_t padded(size_t size_bytes)
{
    return (size_bytes + 3) & ~(size_t)3;
}

size_t romfs_image_bytes(const struct romfs_image_file *files, size_t count)
{
    uint64_t bytes = sizeof(struct romfs_header);
    size_t i;

    for (i = 0; i < count && bytes <= UINT32_MAX; i++) {
        if (files[i].size_bytes > UINT32_MAX)
            return SIZE_MAX;
        bytes += sizeof(struct romfs_entry) + (uint64_t)padded(files[i].size_bytes);
    }
    return bytes > UINT32_MAX ? SIZE_MAX : (size_t)bytes;
}

static int compare_names(const void *left, const void *right)
{
    const struct romfs_image_file *a = left;
    const struct romfs_image_file *b = right;

    return strcmp(a->name, b->name);
}

/* The image is little-endian, whatever this machine is. */
static uint8_t *put_word(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
    at[2] = (uint8_t)(value >> 16);
    at[3] = (uint8_t)(value >> 24);
    return at + 4;
}

static uint8_t *put_bytes(uint8_t *at, const void *data, size_t size_bytes, size_t room)
{
    if (size_bytes)
        memcpy(at, data, size_bytes);
    memset(at + size_bytes, 0, room - size_bytes);
    return at + room;
}

void romfs_image_pack(struct romfs_image_file *files, size_t count, uint8_t *image)
{
    size_t total = romfs_image_bytes(files, count);
    size_t offset = sizeof(struct romfs_header) + count * sizeof(struct romfs_entry);
    uint8_t *at = image;
    size_t i;

    assert(total != SIZE_MAX);
    if (count)
        qsort(files, count, sizeof(*files), compare_names);
    at = put_bytes(at, ROMFS_MAGIC, strlen(ROMFS_MAGIC), strlen(ROMFS_MAGIC));
    at = put_word(at, total);
    at = put_word(at, count);
    for (i = 0; i < count; i++) {
        assert(romfs_image_name_is_valid(files[i].name));
        at = put_bytes(at, files[i].name, strlen(files[i].name), ROMFS_NAME_BYTES);
        at = put_word(at, offset);
        at = put_word(at, files[i].size_bytes);
        offset += padded(files[i].size_bytes);
    }
    for (i = 0; i < count; i++)
        at = put_bytes(at, files[i].data, files[i].size_bytes, padded(files[i].size_bytes));
    assert(at == image + total);
}
