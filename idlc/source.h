/* Input files and places in them. */
#ifndef IDLC_SOURCE_H
#define IDLC_SOURCE_H

#include "arena.h"

#include <stdbool.h>
#include <stdint.h>

struct source {
    const char *path; /* as diagnostics print it */
    const char
        *relative; /* below the -I root it lies under, else its last element: what outputs are named after */
    const char *real; /* tells whether two paths are one file */
    const char *text; /* ends with a NUL */
    uint32_t size;
};

/* Bytes `begin` up to `end` of a file. */
struct span {
    const struct source *source;
    uint32_t begin;
    uint32_t end;
};

struct source_place {
    uint32_t line;   /* from 1 */
    uint32_t column; /* from 1, in bytes */
    uint32_t line_begin;
    uint32_t line_end;
};

/* Where files are looked for. */
struct source_roots {
    const char *const *directories; /* -I, in order */
    uint32_t count;
};

/* Largest input; positions are 32 bits. */
#define SOURCE_BYTES_MAX ((size_t)16 * 1024 * 1024)

/**
 * Reads a file.
 * @param out_reason  why not, when NULL is returned
 */
struct source *source_load(struct arena *arena, const struct source_roots *roots, const char *path,
                           const char **out_reason);

/** The path without links and dots: the same for the same file. */
const char *source_real_path(struct arena *arena, const char *path);

/** A file that is already in memory (tests). */
struct source *source_from_text(struct arena *arena, const char *path, const char *text, size_t size);

/** Finds an imported file: beside the file that imports it, then in each root. NULL: nowhere. */
const char *source_find(struct arena *arena, const struct source_roots *roots, const struct source *importer,
                        const char *name);

/** The name of a file that can be found and is nearly what was asked for; NULL: there is none. */
const char *source_suggest(struct arena *arena, const struct source_roots *roots,
                           const struct source *importer, const char *name);

struct source_place source_locate(const struct source *source, uint32_t offset);

struct span span_join(struct span first, struct span last);

#endif
