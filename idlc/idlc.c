/* The command line. */
#define _XOPEN_SOURCE 700 /* isatty */

#include "compile.h"
#include "emit/emit.h"
#include "format.h"
#include "output.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_ERRORS = 1, EXIT_USAGE = 2 };

enum mode { MODE_COMPILE, MODE_LIST_INTERFACES, MODE_DEPENDENCIES };

static const struct product {
    const char *name;
    const char *suffix; /* behind the file's name; for .proto its ".idl" goes */
    bool keeps_idl;
    void (*emit)(struct text *out, const struct ir_file *file);
} PRODUCTS[] = {
    {"header", ".h", true, emit_header},
    {"proxy", ".proxy.c", true, emit_proxy},
    {"stub", ".stub.c", true, emit_stub},
    {"proto", ".proto", false, emit_proto},
};

#define PRODUCT_COUNT (sizeof(PRODUCTS) / sizeof(PRODUCTS[0]))

struct options {
    enum mode mode;
    struct source_roots roots;
    const char **directories;
    const char **files;
    uint32_t file_count;
    const char *output;
    bool emit[PRODUCT_COUNT];
};

static const char HELP[] =
    "usage: idlc [-I DIR]... [-o DIR] [--emit=PRODUCT,...] FILE.idl...\n"
    "       idlc --list-interfaces [-I DIR]... FILE.idl...\n"
    "       idlc --deps [-I DIR]... FILE.idl...\n"
    "       idlc fmt [--check | --stdout] FILE.idl...\n"
    "\n"
    "Compiles COM IDL: writes for each FILE, under its path below the -I DIR that it lies in,\n"
    "  header   FILE.idl.h        what C and C++ code includes\n"
    "  proxy    FILE.idl.proxy.c  stands in for objects of other nodes\n"
    "  stub     FILE.idl.stub.c   makes the calls of other nodes\n"
    "  proto    FILE.proto        the same messages for any protobuf library\n"
    "Nothing is written unless all files are right.\n"
    "\n"
    "  -I DIR              look for imports here (after the importing file's own folder)\n"
    "  -o DIR              write below DIR (default: the current folder)\n"
    "  --emit=PRODUCT,...  only these products (default: all)\n"
    "  --list-interfaces   print the interfaces of FILE that can be remote, one a line\n"
    "  --deps              print the files that FILE imports, directly or not, one a line\n"
    "  --help              this text\n"
    "\n"
    "Exit code: 0 all is well, 1 errors in the input, 2 wrong use of the command.\n"
    "\n"
    "examples:\n"
    "  idlc -I idl -o build/gen idl/os/heap.idl         # build/gen/os/heap.idl.h, ...\n"
    "  idlc -I idl -o build/gen --emit=header idl/*/*.idl\n"
    "  idlc --list-interfaces -I idl idl/com/namespace.idl\n";

static int usage_error(const char *message, const char *argument)
{
    fprintf(stderr, "idlc: %s%s\nTry 'idlc --help'.\n", message, argument);
    return EXIT_USAGE;
}

static bool parse_products(struct options *options, const char *list)
{
    memset(options->emit, 0, sizeof(options->emit));
    while (*list) {
        size_t length = strcspn(list, ","), i;

        for (i = 0; i < PRODUCT_COUNT; i++)
            if (strlen(PRODUCTS[i].name) == length && strncmp(PRODUCTS[i].name, list, length) == 0)
                break;
        if (i == PRODUCT_COUNT)
            return false;
        options->emit[i] = true;
        list += length + (list[length] == ',');
    }
    return true;
}

/* The value of -X VALUE or -XVALUE; NULL if it is missing. */
static const char *option_value(char **argv, int *index)
{
    if (argv[*index][2])
        return argv[*index] + 2;
    return argv[*index + 1] ? argv[++*index] : NULL;
}

static int parse_option(struct options *options, char **argv, int *index)
{
    const char *argument = argv[*index], *value;

    if (strcmp(argument, "--list-interfaces") == 0) {
        options->mode = MODE_LIST_INTERFACES;
    } else if (strcmp(argument, "--deps") == 0) {
        options->mode = MODE_DEPENDENCIES;
    } else if (strncmp(argument, "--emit=", 7) == 0) {
        if (!parse_products(options, argument + 7))
            return usage_error("--emit takes header, proxy, stub and proto, not ", argument + 7);
    } else if (strncmp(argument, "-I", 2) == 0 || strncmp(argument, "-o", 2) == 0) {
        value = option_value(argv, index);
        if (!value)
            return usage_error("a folder is missing behind ", argument);
        if (argument[1] == 'o')
            options->output = value;
        else
            options->directories[options->roots.count++] = value;
    } else {
        return usage_error("unknown option ", argument);
    }
    return EXIT_OK;
}

static int parse_options(struct options *options, struct arena *arena, int argc, char **argv)
{
    bool only_files = false;
    int i, result;

    memset(options, 0, sizeof(*options));
    memset(options->emit, 1, sizeof(options->emit));
    options->output = ".";
    options->directories = arena_alloc(arena, (size_t)argc * sizeof(*options->directories));
    options->files = arena_alloc(arena, (size_t)argc * sizeof(*options->files));
    options->roots.directories = options->directories;
    for (i = 1; i < argc; i++) {
        if (only_files || argv[i][0] != '-' || !argv[i][1]) {
            options->files[options->file_count++] = argv[i];
        } else if (strcmp(argv[i], "--") == 0) {
            only_files = true;
        } else {
            result = parse_option(options, argv, &i);
            if (result != EXIT_OK)
                return result;
        }
    }
    return options->file_count ? EXIT_OK : usage_error("no .idl file given", "");
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static const char *output_path(struct arena *arena, const struct options *options, const struct ir_file *file,
                               const struct product *product)
{
    size_t length = strlen(file->path);

    if (!product->keeps_idl && ends_with(file->path, ".idl"))
        length -= 4;
    return arena_format(arena, "%s/%.*s%s", options->output, (int)length, file->path, product->suffix);
}

static struct output **add_products(struct arena *arena, const struct options *options,
                                    const struct ir_file *file, struct output **tail)
{
    size_t i;

    for (i = 0; i < PRODUCT_COUNT; i++) {
        struct output *output;
        struct text text;

        if (!options->emit[i])
            continue;
        text_init(&text, arena);
        PRODUCTS[i].emit(&text, file);
        output = arena_alloc(arena, sizeof(*output));
        output->path = output_path(arena, options, file, &PRODUCTS[i]);
        output->text = text.bytes;
        output->size = text.length;
        *tail = output;
        tail = &output->next;
    }
    return tail;
}

static void list_interfaces(const struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            printf("%s\n", file->items[i].interface->name);
}

static void list_dependencies(const struct compilation *compilation)
{
    const struct ast_unit *unit;

    for (unit = compilation->units->next; unit; unit = unit->next)
        printf("%s\n", unit->source->path);
}

static int run(struct arena *arena, const struct options *options)
{
    struct output *outputs = NULL, **tail = &outputs;
    struct diagnostics diagnostics;
    uint32_t i;

    diagnostics_init(&diagnostics, stderr, isatty(STDERR_FILENO) == 1);
    for (i = 0; i < options->file_count; i++) {
        struct compilation compilation;
        const struct ir_file *file;

        compilation_init(&compilation, arena, &diagnostics, options->roots);
        if (!compile_load(&compilation, options->files[i]))
            continue;
        if (options->mode == MODE_DEPENDENCIES) {
            list_dependencies(&compilation);
            continue;
        }
        file = compile_units(&compilation);
        if (file && options->mode == MODE_LIST_INTERFACES)
            list_interfaces(file);
        else if (file)
            tail = add_products(arena, options, file, tail);
    }
    if (diagnostics.error_count == 0)
        (void)output_write_all(arena, &diagnostics, outputs);
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
            fputs(HELP, stdout);
            arena_destroy(arena);
            return EXIT_OK;
        }
    result = parse_options(&options, arena, argc, argv);
    if (result == EXIT_OK)
        result = run(arena, &options);
    arena_destroy(arena);
    return result;
}
