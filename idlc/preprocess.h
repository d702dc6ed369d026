/*
 * Tokens of a file with its directives carried out: macros expanded, files included, groups chosen. Files
 * that are no IDL (C headers) give their macros, and declarations that the parser reads with indulgence.
 */
#ifndef IDLC_PREPROCESS_H
#define IDLC_PREPROCESS_H

#include "lexer.h"
#include "names.h"

/* Limits of what no honest file reaches. */
#define PREPROCESS_INCLUDES_MAX 64
#define PREPROCESS_CONDITIONS_MAX 256
#define PREPROCESS_TOKENS_MAX ((uint32_t)2 * 1024 * 1024)

/* A file with its tokens: read and lexed once for all that a run compiles. */
struct source_file {
    const struct source *source;
    struct token_list tokens;
    bool is_c; /* a C header: its name does not end with .idl */
};

/* All files of a run. */
struct source_cache {
    struct arena *arena;
    struct source_roots roots;
    struct name_table files; /* real path: struct source_file */
};

void source_cache_init(struct source_cache *cache, struct arena *arena, struct source_roots roots);

/** Finds and reads a file; NULL: `out_reason` says why not. */
const struct source_file *source_cache_load(struct source_cache *cache, const char *path,
                                            const char **out_reason);

/** A text in memory, under a name that nothing else has. */
const struct source_file *source_cache_add_text(struct source_cache *cache, const char *path,
                                                const char *text, size_t size);

/** NAME or NAME=VALUE, as after -D. */
struct preprocess_options {
    struct source_cache *cache;
    const char *const *defines;
    uint32_t define_count;
};

/** A file that was included, in the order of the first time. */
struct included_file {
    const struct source_file *file;
    struct included_file *next;
};

/**
 * The tokens for the parser.
 * @param included  takes the files that #include brought, without `file` itself; may have some already
 */
struct token_list preprocess(struct arena *arena, struct diagnostics *diagnostics,
                             const struct preprocess_options *options, const struct source_file *file,
                             struct included_file **included);

/** Behind an error of a file that was not found: which one may have been meant. */
void preprocess_hint_file(struct arena *arena, struct diagnostics *diagnostics,
                          const struct source_roots *roots, const struct source *importer, const char *name);

#endif
