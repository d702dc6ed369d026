/* See image.h. */
#include "image.h"
#include "machine.h"
#include <elf.h>
#include <errno.h>
#include <os/loader.idl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* What nodes of a system load. */
static const struct kind {
    const char *system;
    unsigned machine; /* EM_NONE: that of this program */
    unsigned type;
    const char *suffix;
    const char *folder; /* that the build writes them to */
} kinds[] = {
    {"linux", EM_NONE, ET_DYN, "so", "build/linux/components"},
    {"kernel-i386", EM_386, ET_REL, "elf", "build/kernel-i386/components"},
    {"kernel-armv7m", EM_ARM, ET_REL, "elf", "build/kernel-armv7m/components"},
};

/* This program's own header: the linker provides it. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

static bool read_file(const char *path, struct image *image)
{
    FILE *file = fopen(path, "re");
    struct stat status;
    bool read = false;

    if (!file || fstat(fileno(file), &status) != 0) {
        mml_error("%s: %s", path, strerror(errno));
        mml_hint("build the component first, or give the path of an image as the node binds it, /net/...");
    } else if (!S_ISREG(status.st_mode) || !status.st_size || status.st_size > LOADER_FILE_MAX) {
        mml_error("%s is no image of a component: it is %s", path,
                  !S_ISREG(status.st_mode) ? "no file"
                  : status.st_size         ? "larger than 1 MiB"
                                           : "empty");
        mml_hint("give the file that the build made, such as build/kernel-i386/components/NAME.elf");
    } else {
        image->size_bytes = (size_t)status.st_size;
        image->data = malloc(image->size_bytes);
        read = image->data && fread(image->data, 1, image->size_bytes, file) == image->size_bytes;
        if (!read)
            mml_error("cannot read %s: %s", path, image->data ? strerror(errno) : "out of memory");
    }
    if (file)
        fclose(file);
    return read;
}

/* The kind of a file; NULL: no node loads such files. The fields lie where they lie in headers of 64 bits,
 * too. */
static const struct kind *find_kind(const void *data, size_t size_bytes)
{
    const unsigned char *bytes = data;
    size_t type = offsetof(Elf32_Ehdr, e_type), machine = offsetof(Elf32_Ehdr, e_machine), i;

    if (size_bytes < sizeof(Elf32_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0 ||
        bytes[EI_DATA] != ELFDATA2LSB)
        return NULL;
    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        unsigned wanted = kinds[i].machine == EM_NONE ? __ehdr_start.e_machine : kinds[i].machine;

        if ((bytes[type] | (unsigned)bytes[type + 1] << 8) == kinds[i].type &&
            (bytes[machine] | (unsigned)bytes[machine + 1] << 8) == wanted)
            return &kinds[i];
    }
    return NULL;
}

/* Where such files are: in a project that is built with an installed mml, or in this tree. */
static void hint_at_file(const struct kind *kind)
{
    if (mml_is_installed())
        mml_hint("give the file that the build made for %s: build/%s/NAME.%s", kind->system,
                 machine_short_name(kind->system), kind->suffix);
    else
        mml_hint("give the file that the build made for %s, such as %s/NAME.%s", kind->system, kind->folder,
                 kind->suffix);
}

static const struct kind *kind_of_system(const char *system)
{
    size_t i;

    for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (strcmp(kinds[i].system, system) == 0)
            return &kinds[i];
    return NULL;
}

const char *image_system(const void *data, size_t size_bytes)
{
    const struct kind *kind = find_kind(data, size_bytes);

    return kind ? kind->system : NULL;
}

bool image_read(const char *path, const char *node, const char *system, struct image *out_image)
{
    const struct kind *wanted = kind_of_system(system), *kind;

    *out_image = (struct image){NULL, 0, "image"};
    if (!read_file(path, out_image))
        return false;
    kind = find_kind(out_image->data, out_image->size_bytes);
    if (kind)
        out_image->suffix = kind->suffix;
    if (!wanted || kind == wanted) /* what a system loads that is not known here, its nodes know */
        return true;
    if (kind)
        mml_error("%s is for nodes of %s, but %s is one of %s", path, kind->system, node, system);
    else
        mml_error("%s is no image of a component", path);
    hint_at_file(wanted);
    image_free(out_image);
    return false;
}

void image_free(struct image *image)
{
    free(image->data);
    image->data = NULL;
}
