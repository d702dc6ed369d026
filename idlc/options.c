/* See options.h. */
#include "options.h"
#include "emit/emit.h"
#include "ir_json.h"

#include <stdio.h>
#include <string.h>

const struct product products[PRODUCT_COUNT] = {
    [PRODUCT_HEADER] = {"header", ".h", true, false, true, emit_header, emit_header},
    [PRODUCT_PROXY] = {"proxy", ".proxy.c", true, true, true, emit_proxy, emit_small_proxy},
    [PRODUCT_STUB] = {"stub", ".stub.c", true, true, true, emit_stub, emit_small_stub},
    [PRODUCT_PROTO] = {"proto", ".proto", false, true, true, emit_proto, emit_proto},
    [PRODUCT_TYPEINFO] = {"typeinfo", ".typeinfo.c", true, true, true, emit_typeinfo, emit_typeinfo},
    [PRODUCT_TYPEINFO_DOCS] = {"typeinfo-docs", ".typeinfo-docs.c", true, true, true, emit_typeinfo_docs,
                               emit_typeinfo_docs},
    [PRODUCT_IR] = {"ir", ".ir.json", false, true, false, ir_json_write, ir_json_write},
    [PRODUCT_FROZEN] = {"frozen", ".ir.json", false, true, false, ir_json_write_frozen, ir_json_write_frozen},
};

const char options_help[] =
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

bool options_is_ir(const char *path)
{
    return text_ends_with(path, ".ir.json");
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
            if (strlen(products[i].name) == length && strncmp(products[i].name, list, length) == 0)
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
        if (options_is_ir(options->files[i]))
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

int options_parse(struct options *options, struct arena *arena, int argc, char **argv)
{
    bool only_files = false;
    size_t product;
    int i, result;

    memset(options, 0, sizeof(*options));
    for (product = 0; product < PRODUCT_COUNT; product++)
        options->emit[product] = products[product].is_default;
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
