/* Any bytes as a file for the compiler: all stages, and all products if there were no errors. */
#include <compile.h>
#include <emit/emit.h>
#include <stdio.h>

static void emit_all(struct arena *arena, const struct ir_file *file)
{
    static void (*const PRODUCTS[])(struct text * out, const struct ir_file *file) = {
        emit_header, emit_proxy, emit_stub, emit_small_proxy, emit_small_stub, emit_proto,
    };
    size_t i;

    for (i = 0; i < sizeof(PRODUCTS) / sizeof(PRODUCTS[0]); i++) {
        struct text text;

        text_init(&text, arena);
        PRODUCTS[i](&text, file);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ROOTS[] = {"idl"};
    struct arena *arena = arena_create();
    struct diagnostics diagnostics;
    struct compilation compilation;
    const struct ir_file *file = NULL;
    static FILE *nowhere;

    if (!nowhere)
        nowhere = fopen("/dev/null", "w");
    diagnostics_init(&diagnostics, nowhere, false);
    compilation_init(&compilation, arena, &diagnostics, (struct source_roots){ROOTS, 1});
    if (compile_load_text(&compilation, "fuzz.idl", (const char *)data, size))
        file = compile_units(&compilation);
    if (file)
        emit_all(arena, file);
    arena_destroy(arena);
    return 0;
}
