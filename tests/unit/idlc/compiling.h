/* Runs the compiler over texts in memory. Not a test by itself: each test includes it once. */
#ifndef COMPILING_H
#define COMPILING_H

#include "bind.h"
#include "check.h"
#include "compile.h"
#include "emit/emit.h"
#include "fold.h"
#include "lexer.h"
#include "parser.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct compiling {
    struct arena *arena;
    struct diagnostics diagnostics;
    struct compilation compilation;
    struct source_cache cache;
    char *messages; /* what was printed, after compiling_end_messages */
    size_t messages_size;
    FILE *stream;
};

static const char *const COMPILING_ROOTS[] = {"idl"};

static inline void compiling_begin_level(struct compiling *compiling, enum compile_level level)
{
    struct preprocess_options options = {.cache = &compiling->cache};

    memset(compiling, 0, sizeof(*compiling));
    compiling->arena = arena_create();
    compiling->stream = open_memstream(&compiling->messages, &compiling->messages_size);
    diagnostics_init(&compiling->diagnostics, compiling->stream, false);
    source_cache_init(&compiling->cache, compiling->arena, (struct source_roots){COMPILING_ROOTS, 1});
    compilation_init(&compiling->compilation, compiling->arena, &compiling->diagnostics, &options, level);
}

/* As for proxies and stubs. */
static inline void compiling_begin(struct compiling *compiling)
{
    compiling_begin_level(compiling, LEVEL_REMOTE);
}

static void compiling_end(struct compiling *compiling)
{
    fclose(compiling->stream);
    free(compiling->messages);
    arena_destroy(compiling->arena);
}

/* The tokens that the parser gets of a text. */
static inline struct token_list compiling_tokens(struct compiling *compiling, const char *text)
{
    struct included_file *included = NULL;

    return preprocess(compiling->arena, &compiling->diagnostics, &compiling->compilation.options,
                      source_cache_add_text(&compiling->cache, "test.idl", text, strlen(text)), &included);
}

/* All stages; NULL if there were errors. */
static inline struct ir_file *compiling_run(struct compiling *compiling, const char *text, size_t size)
{
    struct ir_file *file = NULL;

    if (compile_load_text(&compiling->compilation, "test.idl", text, size))
        file = compile_units(&compiling->compilation);
    fflush(compiling->stream);
    return file;
}

static inline struct ir_file *compiling_text(struct compiling *compiling, const char *text)
{
    struct ir_file *file = compiling_run(compiling, text, strlen(text));

    if (!file)
        fail_msg("%s", compiling->messages);
    return file;
}

#endif
