/* realpath, mkdir and the like are not C11's. */
#define _XOPEN_SOURCE 700

#include "output.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void make_folders(struct arena *arena, const char *path)
{
    char *folder = arena_copy(arena, path, strlen(path)), *slash;

    for (slash = strchr(folder + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(folder, 0777); /* what is wrong with it shows when the file is opened */
        *slash = '/';
    }
}

static const char *temporary_path(struct arena *arena, const struct output *output)
{
    return arena_format(arena, "%s.%ld.tmp", output->path, (long)getpid());
}

static bool write_one(struct arena *arena, const struct output *output)
{
    const char *path = temporary_path(arena, output);
    FILE *file = fopen(path, "wb");
    bool written;

    if (!file)
        return false;
    written = fwrite(output->text, 1, output->size, file) == output->size;
    return fclose(file) == 0 && written;
}

static void remove_temporaries(struct arena *arena, const struct output *list)
{
    for (; list; list = list->next)
        (void)unlink(temporary_path(arena, list));
}

bool output_write_all(struct arena *arena, struct diagnostics *diagnostics, const struct output *list)
{
    const struct output *output;

    for (output = list; output; output = output->next) {
        make_folders(arena, output->path);
        if (!write_one(arena, output))
            break;
    }
    for (; !output && list; list = list->next)
        if (rename(temporary_path(arena, list), list->path) != 0)
            output = list;
    if (!output)
        return true;
    diagnose_error(diagnostics, ERROR_CANNOT_WRITE, (struct span){0}, "cannot write %s: %s", output->path,
                   strerror(errno));
    remove_temporaries(arena, list);
    return false;
}
