/* Images of components, as files of this machine. */
#ifndef IMAGE_H
#define IMAGE_H

#include "mml.h"

struct image {
    void *data; /* owned */
    size_t size_bytes;
    const char *suffix; /* that its copies have: "elf", "so" */
};

/**
 * Reads a file and sees whether nodes of a system could load it: a first look, the node's is the thorough
 * one. Says why not.
 *
 * @param system  "linux", "kernel-i386" …
 */
bool image_read(const char *path, const char *node, const char *system, struct image *out_image);

/** The system whose nodes load files like this one; NULL: none does. */
const char *image_system(const void *data, size_t size_bytes);

void image_free(struct image *image);

#endif
