/* Any bytes as a file for the compiler: all stages, and all products that a file without errors can have. */
#include <compile.h>
#include <emit/emit.h>
#include <stdio.h>

typedef void emitter(struct text *out, const struct ir_file *file);

static void compile(const uint8_t *data, size_t size, enum compile_level level, emitter *const *products)
{
    static const char *const ROOTS[] = {"idl"};
    struct source_cache cache;
    const struct preprocess_options options = {.cache = &cache};
    struct arena *arena = arena_create();
    struct diagnostics diagnostics;
    struct compilation compilation;
    const struct ir_file *file = NULL;
    static FILE *nowhere;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    diagnostics_init(&diagnostics, nowhere, false);
    source_cache_init(&cache, arena, (struct source_roots){ROOTS, 1});
    compilation_init(&compilation, arena, &diagnostics, &options, level);
    if (compile_load_text(&compilation, "fuzz.idl", (const char *)data, size))
        file = compile_units(&compilation);
    for (; file && *products; products++) {
        struct text text;

        text_init(&text, arena);
        (*products)(&text, file);
    }
    arena_destroy(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static emitter *const DESCRIBING[] = {emit_header, emit_facts, NULL};
    static emitter *const REMOTE[] = {emit_header,     emit_proxy, emit_stub, emit_small_proxy,
                                      emit_small_stub, emit_proto, NULL};

    compile(data, size, LEVEL_DESCRIBE, DESCRIBING);
    compile(data, size, LEVEL_REMOTE, REMOTE);
    return 0;
}
