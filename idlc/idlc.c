/* The program: what the options ask for, done for each file. */
#define _XOPEN_SOURCE 700 /* isatty */

#include "attributes.h"
#include "breaking.h"
#include "compile.h"
#include "emit/emit.h"
#include "format.h"
#include "ir_json.h"
#include "options.h"
#include "output.h"
#include "strip.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of MODE_STRIP. */
static const struct product STRIPPED = {.name = "strip", .suffix = ".idl"};

/* Of the project: tools/install says the same. */
#define VERSION "0.1"

static const char *output_path(struct arena *arena, const struct options *options, const struct ir_file *file,
                               const struct product *product)
{
    size_t length = strlen(file->path);

    if (!product->keeps_idl && text_ends_with(file->path, ".idl"))
        length -= 4;
    return arena_format(arena, "%s/%.*s%s", options->output, (int)length, file->path, product->suffix);
}

/* Texts are made in the memory of one file and kept in that of the run. */
static struct output **add_products(struct arena *run, struct arena *arena, const struct options *options,
                                    const struct ir_file *file, struct output **tail)
{
    size_t i;

    for (i = 0; i < PRODUCT_COUNT; i++) {
        struct output *output;
        struct text text;

        if (!options->emit[i])
            continue;
        text_init(&text, arena);
        (options->is_small ? products[i].emit_small : products[i].emit)(&text, file);
        output = arena_alloc(run, sizeof(*output));
        output->path = output_path(run, options, file, &products[i]);
        output->text = arena_copy(run, text.bytes, text.length);
        output->size = text.length;
        *tail = output;
        tail = &output->next;
    }
    return tail;
}

/* Printed, or with -o to be written: anywhere but over the file itself. */
static struct output **add_stripped(struct arena *run, struct compilation *compilation,
                                    const struct options *options, const struct ir_file *file,
                                    struct output **tail)
{
    const struct source *source = compilation->units->source;
    struct output *output;
    struct text text;

    text_init(&text, compilation->arena);
    strip(&text, compilation);
    if (!options->output) {
        fwrite(text.bytes, 1, text.length, stdout);
        return tail;
    }
    output = arena_alloc(run, sizeof(*output));
    output->path = output_path(run, options, file, &STRIPPED);
    output->text = arena_copy(run, text.bytes, text.length);
    output->size = text.length;
    if (strcmp(source_real_path(run, output->path), source->real) == 0) {
        diagnose_error(compilation->diagnostics, ERROR_CANNOT_WRITE, (struct span){0},
                       "%s would be written over itself", source->path);
        diagnose_hint(compilation->diagnostics, "name another folder with -o");
        return tail;
    }
    *tail = output;
    return &output->next;
}

static void list_interfaces(const struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            printf("%s\n", file->items[i].interface->name);
}

static void print(struct arena *arena, void (*emit)(struct text *out, const struct ir_file *file),
                  const struct ir_file *file)
{
    struct text text;

    text_init(&text, arena);
    emit(&text, file);
    fputs(text.bytes, stdout);
}

static void list_once(struct name_table *listed, const char *path)
{
    if (!names_find(listed, path))
        printf("%s\n", path);
    names_set(listed, path, listed);
}

/* Imported files, then those that #include brought. */
static void list_dependencies(const struct compilation *compilation)
{
    const struct included_file *included;
    const struct ast_unit *unit;
    struct name_table listed;

    names_init(&listed, compilation->arena);
    for (unit = compilation->units->next; unit; unit = unit->next)
        list_once(&listed, unit->source->path);
    for (unit = compilation->units; unit; unit = unit->next)
        for (included = unit->included; included; included = included->next)
            list_once(&listed, included->file->source->path);
}

/* How far the files must go for what is asked for. */
static enum compile_level level_of(const struct options *options)
{
    size_t i;

    if (options->mode == MODE_FACTS || options->mode == MODE_STRIP)
        return LEVEL_DESCRIBE;
    if (options->mode == MODE_PRINT_IR || options->mode == MODE_BREAKING)
        return LEVEL_REMOTE;
    if (options->mode == MODE_CHECK && !options->has_products)
        return options->is_embedded ? LEVEL_EMBEDDED : LEVEL_DESCRIBE;
    for (i = 0; i < PRODUCT_COUNT; i++)
        if (options->emit[i] && products[i].is_remote)
            return options->is_embedded ? LEVEL_EMBEDDED : LEVEL_REMOTE;
    return LEVEL_DESCRIBE;
}

/* An IR that was written, in the place of the file that it was made of. */
static const struct ir_file *load_ir(struct compilation *compilation, const char *path)
{
    struct diagnostics *diagnostics = compilation->diagnostics;
    const struct source *source = ir_json_open(compilation->arena, diagnostics, path);
    uint32_t before = diagnostics->error_count;
    struct ir_file *file = source ? ir_json_load(compilation->arena, diagnostics, source) : NULL;

    if (file && compilation->level == LEVEL_EMBEDDED)
        wire_check_bounds(diagnostics, file);
    return diagnostics->error_count == before ? file : NULL;
}

/* What the mode makes of a file without errors. */
static struct output **use_file(struct arena *run, struct compilation *compilation,
                                const struct options *options, const struct ir_file *file,
                                struct output **tail)
{
    switch (options->mode) {
    case MODE_LIST_INTERFACES:
        list_interfaces(file);
        return tail;
    case MODE_FACTS:
        print(compilation->arena, emit_facts, file);
        return tail;
    case MODE_PRINT_IR:
        print(compilation->arena, ir_json_write, file);
        return tail;
    case MODE_STRIP:
        return add_stripped(run, compilation, options, file, tail);
    case MODE_COMPILE:
        return add_products(run, compilation->arena, options, file, tail);
    default:
        return tail;
    }
}

/* `arena` is for this file only. */
static struct output **compile_file(struct arena *run, struct arena *arena, const struct options *options,
                                    struct diagnostics *diagnostics, struct source_cache *cache,
                                    const char *path, struct output **tail)
{
    const struct preprocess_options preprocessing = {cache, options->defines, options->define_count};
    struct compilation compilation;
    const struct ir_file *file = NULL;

    compilation_init(&compilation, arena, diagnostics, &preprocessing, level_of(options));
    compilation.only = options->only;
    if (options->mode == MODE_BREAKING) {
        breaking_command(&compilation, options->old_ir, path, options->is_strict, options->as_json);
    } else if (options_is_ir(path)) {
        file = load_ir(&compilation, path);
    } else if (!compile_load(&compilation, path)) {
        if (options->mode != MODE_DEPENDENCIES)
            compile_rest(&compilation);
    } else if (options->mode == MODE_DEPENDENCIES) {
        list_dependencies(&compilation);
    } else {
        file = compile_units(&compilation);
    }
    if (file)
        tail = use_file(run, &compilation, options, file, tail);
    diagnostics->last = (struct span){0};
    return tail;
}

static bool terminal_has_colour(void)
{
    const char *no_color = getenv("NO_COLOR");

    return (!no_color || !*no_color) && isatty(STDERR_FILENO) == 1;
}

static int run(struct arena *arena, const struct options *options)
{
    struct output *outputs = NULL, **tail = &outputs;
    struct arena *file_arena = arena_create();
    struct diagnostics diagnostics;
    struct source_cache cache;
    uint32_t i;

    diagnostics_init(&diagnostics, stderr,
                     options->colour == COLOUR_ALWAYS ||
                         (options->colour == COLOUR_AUTO && terminal_has_colour()));
    diagnostics.json = options->json;
    diagnostics.verbose = options->verbose;
    diagnostics.passes_unknown_attributes = options->passes_unknown_attributes;
    source_cache_init(&cache, arena, options->roots);
    for (i = 0; i < options->file_count; i++) {
        tail = compile_file(arena, file_arena, options, &diagnostics, &cache, options->files[i], tail);
        arena_reset(file_arena);
    }
    arena_destroy(file_arena);
    if (diagnostics.error_count == 0)
        (void)output_write_all(arena, &diagnostics, outputs);
    diagnostics_finish(&diagnostics);
    return diagnostics.error_count ? EXIT_ERRORS : EXIT_OK;
}

int main(int argc, char **argv)
{
    struct arena *arena;
    struct options options;
    int result, i;

    if (argc > 1 && strcmp(argv[1], "fmt") == 0)
        return format_command(argc - 2, argv + 2);
    arena = arena_create();
    for (i = 1; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(options_help, stdout);
            arena_destroy(arena);
            return EXIT_OK;
        } else if (strcmp(argv[i], "--version") == 0) {
            printf("idlc %s (IR %d)\n", VERSION, IR_JSON_VERSION);
            arena_destroy(arena);
            return EXIT_OK;
        } else if (strcmp(argv[i], "--list-attributes") == 0) {
            attributes_print(stdout);
            arena_destroy(arena);
            return EXIT_OK;
        }
    result = options_parse(&options, arena, argc, argv);
    if (result == EXIT_OK)
        result = run(arena, &options);
    arena_destroy(arena);
    return result;
}
