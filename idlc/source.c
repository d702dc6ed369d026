/* realpath, mkdir and the like are not C11's. */
#define _XOPEN_SOURCE 700

#include "source.h"

#include "names.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const char *last_element(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *source_real_path(struct arena *arena, const char *path)
{
    char *resolved = realpath(path, NULL);
    const char *copy = resolved ? arena_copy(arena, resolved, strlen(resolved)) : path;

    free(resolved);
    return copy;
}

/* The longest root that holds the file decides: with -I . and -I idl, idl/os/heap.idl is os/heap.idl. */
static const char *relative_to_roots(struct arena *arena, const struct source_roots *roots, const char *real)
{
    const char *best = last_element(real);
    size_t best_length = 0;
    uint32_t i;

    for (i = 0; i < roots->count; i++) {
        const char *root = source_real_path(arena, roots->directories[i]);
        size_t length = strlen(root);

        if (length > best_length && strncmp(real, root, length) == 0 && real[length] == '/') {
            best = real + length + 1;
            best_length = length;
        }
    }
    return best;
}

static char *read_all(struct arena *arena, const char *path, size_t *out_size, const char **out_reason)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0, capacity = 16 * 1024;
    char *text;

    if (!file) {
        *out_reason = strerror(errno);
        return NULL;
    }
    text = arena_alloc(arena, capacity);
    for (;;) {
        size_t got = fread(text + size, 1, capacity - size - 1, file);

        size += got;
        if (!got || size > SOURCE_BYTES_MAX)
            break;
        if (capacity - size - 1 == 0) {
            char *grown = arena_alloc(arena, capacity * 2);

            memcpy(grown, text, size);
            text = grown;
            capacity *= 2;
        }
    }
    *out_reason = ferror(file) ? strerror(errno) : size > SOURCE_BYTES_MAX ? "too large" : NULL;
    fclose(file);
    text[size] = '\0';
    *out_size = size;
    return *out_reason ? NULL : text;
}

struct source *source_from_text(struct arena *arena, const char *path, const char *text, size_t size)
{
    struct source *source = arena_alloc(arena, sizeof(*source));

    source->path = arena_copy(arena, path, strlen(path));
    source->relative = source->path;
    source->real = source->path;
    source->text = arena_copy(arena, text, size);
    source->size = (uint32_t)size;
    return source;
}

struct source *source_load(struct arena *arena, const struct source_roots *roots, const char *path,
                           const char **out_reason)
{
    struct source *source = arena_alloc(arena, sizeof(*source));
    struct stat status;
    size_t size = 0;

    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) {
        *out_reason = "is a directory";
        return NULL;
    }
    source->path = arena_copy(arena, path, strlen(path));
    source->text = read_all(arena, path, &size, out_reason);
    if (!source->text)
        return NULL;
    source->size = (uint32_t)size;
    source->real = source_real_path(arena, path);
    source->relative = relative_to_roots(arena, roots, source->real);
    return source;
}

static bool is_file(const char *path)
{
    struct stat status;

    return stat(path, &status) == 0 && !S_ISDIR(status.st_mode);
}

/* Windows has no case in names, and neither have the imports of files that come from there. */
static const char *find_any_case(struct arena *arena, const char *path)
{
    const char *name = last_element(path), *found = NULL;
    int directory_length = (int)(name - path);
    const char *directory = directory_length ? arena_copy(arena, path, (size_t)directory_length) : ".";
    DIR *stream = opendir(directory);
    const struct dirent *entry;

    while (stream && !found && (entry = readdir(stream)) != NULL)
        if (strcasecmp(entry->d_name, name) == 0)
            found = arena_format(arena, "%.*s%s", directory_length, path, entry->d_name);
    if (stream)
        closedir(stream);
    return found && is_file(found) ? found : NULL;
}

const char *source_find(struct arena *arena, const struct source_roots *roots, const struct source *importer,
                        const char *name)
{
    int directory_length = (int)(last_element(importer->path) - importer->path);
    const char *path;
    uint32_t i;

    if (name[0] == '/')
        return is_file(name) ? name : NULL;
    path = arena_format(arena, "%.*s%s", directory_length, importer->path, name);
    if (is_file(path))
        return path;
    for (i = 0; i < roots->count; i++) {
        const char *below = arena_format(arena, "%s/%s", roots->directories[i], name);

        if (is_file(below))
            return below;
    }
    path = find_any_case(arena, path);
    for (i = 0; i < roots->count && !path; i++)
        path = find_any_case(arena, arena_format(arena, "%s/%s", roots->directories[i], name));
    return path;
}

/* Offers the names of a folder's files, with what stands before them. */
static void offer_files(struct arena *arena, struct name_suggestion *suggestion, const char *folder,
                        const char *before)
{
    DIR *stream = opendir(*folder ? folder : ".");
    const struct dirent *entry;

    while (stream && (entry = readdir(stream)) != NULL)
        if (entry->d_name[0] != '.')
            names_offer(suggestion, arena_format(arena, "%s%s", before, entry->d_name));
    if (stream)
        closedir(stream);
}

const char *source_suggest(struct arena *arena, const struct source_roots *roots,
                           const struct source *importer, const char *name)
{
    struct name_suggestion suggestion = {.wanted = name};
    int own_length = (int)(last_element(importer->path) - importer->path);
    const char *before = arena_copy(arena, name, (size_t)(last_element(name) - name));
    uint32_t i;

    if (strchr(name, '\\'))
        return NULL;
    offer_files(arena, &suggestion, arena_format(arena, "%.*s%s", own_length, importer->path, before),
                before);
    for (i = 0; i < roots->count; i++)
        offer_files(arena, &suggestion, arena_format(arena, "%s/%s", roots->directories[i], before), before);
    return suggestion.best;
}

struct source_place source_locate(const struct source *source, uint32_t offset)
{
    struct source_place place = {.line = 1};
    uint32_t i;

    if (offset > source->size)
        offset = source->size;
    for (i = 0; i < offset; i++)
        if (source->text[i] == '\n') {
            place.line++;
            place.line_begin = i + 1;
        }
    place.line_end = offset;
    while (place.line_end < source->size && source->text[place.line_end] != '\n')
        place.line_end++;
    if (place.line_end > place.line_begin && source->text[place.line_end - 1] == '\r')
        place.line_end--;
    place.column = offset - place.line_begin + 1;
    return place;
}

struct span span_join(struct span first, struct span last)
{
    struct span joined = first;

    if (!first.source)
        return last;
    if (last.source == first.source && last.end > first.end)
        joined.end = last.end;
    return joined;
}
