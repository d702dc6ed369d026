/* The command line. */
#define _XOPEN_SOURCE 700 /* isatty */

#include "attributes.h"
#include "breaking.h"
#include "compile.h"
#include "emit/emit.h"
#include "format.h"
#include "ir_json.h"
#include "output.h"
#include "strip.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_ERRORS = 1, EXIT_USAGE = 2 };

enum mode {
    MODE_COMPILE,
    MODE_CHECK,
    MODE_FACTS,
    MODE_LIST_INTERFACES,
    MODE_DEPENDENCIES,
    MODE_PRINT_IR,
    MODE_BREAKING,
    MODE_STRIP,
};

static const struct product {
    const char *name;
    const char *suffix; /* behind the file's name; for some its ".idl" goes */
    bool keeps_idl;
    bool is_remote;  /* needs methods that can travel */
    bool is_default; /* made when no --emit says what */
    void (*emit)(struct text *out, const struct ir_file *file);
    void (*emit_small)(struct text *out, const struct ir_file *file); /* with --optimize=size */
} PRODUCTS[] = {
    {"header", ".h", true, false, true, emit_header, emit_header},
    {"proxy", ".proxy.c", true, true, true, emit_proxy, emit_small_proxy},
    {"stub", ".stub.c", true, true, true, emit_stub, emit_small_stub},
    {"proto", ".proto", false, true, true, emit_proto, emit_proto},
    {"typeinfo", ".typeinfo.c", true, true, true, emit_typeinfo, emit_typeinfo},
    {"typeinfo-docs", ".typeinfo-docs.c", true, true, true, emit_typeinfo_docs, emit_typeinfo_docs},
    {"ir", ".ir.json", false, true, false, ir_json_write, ir_json_write},
    {"frozen", ".ir.json", false, true, false, ir_json_write_frozen, ir_json_write_frozen},
};

/* Of MODE_STRIP. */
static const struct product STRIPPED = {.name = "strip", .suffix = ".idl"};

#define PRODUCT_HEADER 0
#define PRODUCT_COUNT (sizeof(PRODUCTS) / sizeof(PRODUCTS[0]))

enum colour { COLOUR_AUTO, COLOUR_ALWAYS, COLOUR_NEVER };

struct options {
    enum mode mode;
    struct source_roots roots;
    const char **directories;
    const char **defines;
    uint32_t define_count;
    enum colour colour;
    bool json;
    bool verbose;
    bool is_embedded;  /* --profile=embedded */
    bool has_products; /* --emit was given */
    const char **files;
    uint32_t file_count;
    const char *output;
    bool emit[PRODUCT_COUNT];
    const char *old_ir; /* MODE_BREAKING */
    const char *only;   /* the interfaces that get proxies */
    bool is_strict;
    bool as_json;
    bool is_small;
    bool passes_unknown_attributes;
};

static const char HELP[] =
    "usage: idlc [OPTION]... [-o DIR] [--emit=PRODUCT,...] FILE.idl...\n"
    "       idlc --check [OPTION]... FILE.idl...\n"
    "       idlc --facts [OPTION]... FILE.idl...\n"
    "       idlc --list-interfaces [OPTION]... FILE.idl...\n"
    "       idlc --deps [OPTION]... FILE.idl...\n"
    "       idlc --strip [OPTION]... FILE.idl...\n"
    "       idlc --list-attributes\n"
    "       idlc fmt [--check | --stdout] FILE.idl...\n"
    "       idlc --ir=json [OPTION]... FILE.idl\n"
    "       idlc --breaking OLD.ir.json [--strict] [--json] [OPTION]... FILE.idl\n"
    "\n"
    "Compiles COM IDL: writes for each FILE, under its path below the -I DIR that it lies in,\n"
    "  header   FILE.idl.h        what C and C++ code includes\n"
    "  proxy    FILE.idl.proxy.c  stands in for objects of other nodes\n"
    "  stub     FILE.idl.stub.c   makes the calls of other nodes\n"
    "  proto    FILE.proto        the same messages for any protobuf library\n"
    "  typeinfo, typeinfo-docs    FILE.idl.typeinfo.c or FILE.idl.typeinfo-docs.c: what a node says about\n"
    "                             its interfaces, and with their documentation; a program links one of them\n"
    "  ir       FILE.ir.json      all of it for other tools; idlc takes it in the place of FILE.idl\n"
    "  frozen   FILE.ir.json      the same without documentation, to be kept for --breaking\n"
    "--check, --facts, --list-interfaces, --ir=json and --breaking take FILE.ir.json, too.\n"
    "Nothing is written unless all files are right. A header needs less than the others: interfaces whose "
    "methods\n"
    "cannot be remote have one too.\n"
    "\n"
    "  -I DIR              look for imports here (after the importing file's own folder)\n"
    "  -D NAME[=VALUE]     define a macro; __idlc__ and __midl (501) are there already\n"
    "  -o DIR              write below DIR (default: the current folder)\n"
    "  --emit=PRODUCT,...  only these products (default: all but ir and frozen)\n"
    "  --only=INTERFACE,...  proxies, stubs and messages of these interfaces of FILE, and of their bases;\n"
    "                      for a file that has others which cannot be remote. Its header is made without\n"
    "                      this, the messages of its structs alone with --only= and no name\n"
    "  --optimize=speed    proxies and stubs are code for each method (default)\n"
    "  --optimize=size     they are tables for one walker, which is in the runtime: less than half the size, "
    "for\n"
    "                      small machines\n"
    "  --check             write nothing; with --emit, check what those products need (default: header)\n"
    "  --facts             print what FILE says, one fact a line: interfaces, methods, directions, GUIDs\n"
    "  --ir=json           print the product ir, or with -o write it\n"
    "  --breaking OLD      say what breaks for programs that were made of OLD, which --ir=json wrote:\n"
    "                      WIRE, ABI (in one process) or SOURCE; exit code 1 if anything does\n"
    "  --strict            what is allowed, but shows in a class, breaks too\n"
    "  --json              the findings as JSON on standard output\n"
    "  --list-interfaces   print the interfaces of FILE that can be remote, one a line\n"
    "  --strip             print FILE in Microsoft's own words, or with -o write it: without attributes and "
    "names "
    "of\n"
    "                      types that only this compiler has, so that MIDL and widl take it\n"
    "                      (which has no constants of more than 32 bits, and one case for each arm of a "
    "union "
    "switch)\n"
    "  --unknown-attributes=error, or ignore: what to do with attributes that nobody knows\n"
    "  --list-attributes   print what may stand in brackets, one a line: name, what is done with it, what it "
    "takes, where\n"
    "  --deps              print the files that FILE imports or includes, directly or not, one a line\n"
    "  --profile=embedded  every string and array that travels must have a bound (default: host)\n"
    "  --diagnostics=FORM  text (default), or json: one object a line\n"
    "  --color=WHEN        auto (default: on a terminal), always or never\n"
    "  --verbose           say also what was skipped in C headers\n"
    "  --help              this text\n"
    "  --version           what this is\n"
    "\n"
    "Exit code: 0 all is well, 1 errors in the input, 2 wrong use of the command.\n"
    "Every message has a code; docs/diagnostics.md explains them.\n"
    "\n"
    "examples:\n"
    "  idlc -I idl -o build/gen idl/os/heap.idl         # build/gen/os/heap.idl.h, ...\n"
    "  idlc -I idl -o build/gen --emit=header idl/*/*.idl\n"
    "  idlc --check -I /usr/include/wine/wine/windows shell.idl\n"
    "  idlc --list-interfaces -I idl idl/com/namespace.idl\n";

/* Of the project: tools/install says the same. */
#define VERSION "0.1"

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_ir(const char *path)
{
    return ends_with(path, ".ir.json");
}

static int usage_error(const char *message, const char *argument)
{
    fprintf(stderr, "idlc: %s%s\nTry 'idlc --help'.\n", message, argument);
    return EXIT_USAGE;
}

static bool parse_products(struct options *options, const char *list)
{
    if (!*list)
        return false;
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

/* --NAME=VALUE of a few known values; false: it is another option. */
static bool parse_choice(struct options *options, const char *argument, int *out_result)
{
    *out_result = EXIT_OK;
    if (strcmp(argument, "--diagnostics=text") == 0)
        options->json = false;
    else if (strcmp(argument, "--diagnostics=json") == 0)
        options->json = true;
    else if (strcmp(argument, "--color=auto") == 0)
        options->colour = COLOUR_AUTO;
    else if (strcmp(argument, "--color=always") == 0)
        options->colour = COLOUR_ALWAYS;
    else if (strcmp(argument, "--color=never") == 0)
        options->colour = COLOUR_NEVER;
    else if (strcmp(argument, "--profile=host") == 0)
        options->is_embedded = false;
    else if (strcmp(argument, "--profile=embedded") == 0)
        options->is_embedded = true;
    else if (strcmp(argument, "--optimize=speed") == 0)
        options->is_small = false;
    else if (strcmp(argument, "--optimize=size") == 0)
        options->is_small = true;
    else if (strcmp(argument, "--unknown-attributes=error") == 0)
        options->passes_unknown_attributes = false;
    else if (strcmp(argument, "--unknown-attributes=ignore") == 0)
        options->passes_unknown_attributes = true;
    else if (strncmp(argument, "--unknown-attributes=", 21) == 0)
        *out_result = usage_error("--unknown-attributes takes error or ignore, not ", argument + 21);
    else if (strncmp(argument, "--optimize=", 11) == 0)
        *out_result = usage_error("--optimize takes speed or size, not ", argument + 11);
    else if (strncmp(argument, "--profile=", 10) == 0)
        *out_result = usage_error("--profile takes host or embedded, not ", argument + 10);
    else if (strncmp(argument, "--diagnostics=", 14) == 0)
        *out_result = usage_error("--diagnostics takes text or json, not ", argument + 14);
    else if (strncmp(argument, "--color=", 8) == 0)
        *out_result = usage_error("--color takes auto, always or never, not ", argument + 8);
    else
        return false;
    return true;
}

static int parse_option(struct options *options, char **argv, int *index)
{
    const char *argument = argv[*index], *value;
    int result;

    if (parse_choice(options, argument, &result))
        return result;
    if (strcmp(argument, "--check") == 0) {
        options->mode = MODE_CHECK;
    } else if (strcmp(argument, "--facts") == 0) {
        options->mode = MODE_FACTS;
    } else if (strcmp(argument, "--verbose") == 0) {
        options->verbose = true;
    } else if (strncmp(argument, "-D", 2) == 0) {
        value = option_value(argv, index);
        if (!value || !*value || *value == '=')
            return usage_error("a name is missing behind ", argument);
        options->defines[options->define_count++] = value;
    } else if (strcmp(argument, "--strip") == 0) {
        options->mode = MODE_STRIP;
    } else if (strcmp(argument, "--list-interfaces") == 0) {
        options->mode = MODE_LIST_INTERFACES;
    } else if (strcmp(argument, "--deps") == 0) {
        options->mode = MODE_DEPENDENCIES;
    } else if (strncmp(argument, "--emit=", 7) == 0) {
        if (!parse_products(options, argument + 7))
            return usage_error(
                !argument[7]
                    ? "a product is missing behind --emit="
                    : "--emit takes header, proxy, stub, proto, typeinfo, typeinfo-docs, ir and frozen, not ",
                argument + 7);
        options->has_products = true;
    } else if (strncmp(argument, "--only=", 7) == 0) {
        options->only = argument + 7;
    } else if (strcmp(argument, "--ir=json") == 0) {
        options->mode = MODE_PRINT_IR;
    } else if (strcmp(argument, "--breaking") == 0) {
        options->mode = MODE_BREAKING;
        options->old_ir = argv[*index + 1];
        if (!options->old_ir)
            return usage_error("the IR of before is missing behind ", argument);
        ++*index;
    } else if (strcmp(argument, "--strict") == 0) {
        options->is_strict = true;
    } else if (strcmp(argument, "--json") == 0) {
        options->as_json = true;
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

/* What needs the text of a file. */
static int check_ir_files(const struct options *options)
{
    const char *needs = options->mode == MODE_STRIP          ? "--strip prints the text of an .idl, not of "
                        : options->mode == MODE_DEPENDENCIES ? "--deps is about an .idl; all is within "
                        : options->only                      ? "--only chooses from an .idl, not from "
                                                             : NULL;
    uint32_t i;

    for (i = 0; needs && i < options->file_count; i++)
        if (is_ir(options->files[i]))
            return usage_error(needs, options->files[i]);
    return EXIT_OK;
}

/* Which options go together. */
static int check_options(struct options *options)
{
    if (check_ir_files(options) != EXIT_OK)
        return EXIT_USAGE;
    if (options->mode == MODE_BREAKING && options->file_count > 1)
        return usage_error("--breaking compares one FILE with the IR of before, not also ",
                           options->files[1]);
    if (options->mode != MODE_BREAKING && (options->is_strict || options->as_json))
        return usage_error("--strict and --json go with ", "--breaking");
    if (options->only && options->file_count > 1)
        return usage_error("--only is about one FILE, not also ", options->files[1]);
    if (options->only && options->has_products && options->emit[PRODUCT_HEADER])
        return usage_error("a header has all interfaces: with --only, make ",
                           "--emit=proxy,stub,proto,typeinfo");
    if (options->only)
        options->emit[PRODUCT_HEADER] = false;
    if (options->mode == MODE_PRINT_IR && options->output) {
        options->mode = MODE_COMPILE;
        return parse_products(options, "ir") ? EXIT_OK : EXIT_USAGE;
    }
    if (options->mode == MODE_STRIP && !options->output && options->file_count > 1)
        return usage_error("--strip prints one FILE; for several, say where with ", "-o DIR");
    if (options->mode == MODE_PRINT_IR && options->file_count > 1)
        return usage_error("--ir=json prints one FILE; for several, say where with ", "-o DIR");
    if (!options->output && options->mode != MODE_STRIP)
        options->output = ".";
    return EXIT_OK;
}

static int parse_options(struct options *options, struct arena *arena, int argc, char **argv)
{
    bool only_files = false;
    size_t product;
    int i, result;

    memset(options, 0, sizeof(*options));
    for (product = 0; product < PRODUCT_COUNT; product++)
        options->emit[product] = PRODUCTS[product].is_default;
    options->directories = arena_alloc(arena, (size_t)argc * sizeof(*options->directories));
    options->defines = arena_alloc(arena, (size_t)argc * sizeof(*options->defines));
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
    return options->file_count ? check_options(options) : usage_error("no .idl file given", "");
}

static const char *output_path(struct arena *arena, const struct options *options, const struct ir_file *file,
                               const struct product *product)
{
    size_t length = strlen(file->path);

    if (!product->keeps_idl && ends_with(file->path, ".idl"))
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
        (options->is_small ? PRODUCTS[i].emit_small : PRODUCTS[i].emit)(&text, file);
        output = arena_alloc(run, sizeof(*output));
        output->path = output_path(run, options, file, &PRODUCTS[i]);
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
        if (options->emit[i] && PRODUCTS[i].is_remote)
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
    } else if (is_ir(path)) {
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
            fputs(HELP, stdout);
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
    result = parse_options(&options, arena, argc, argv);
    if (result == EXIT_OK)
        result = run(arena, &options);
    arena_destroy(arena);
    return result;
}
