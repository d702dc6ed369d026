/* The command line: what is to be done with which files. */
#ifndef IDLC_OPTIONS_H
#define IDLC_OPTIONS_H

#include "arena.h"
#include "ir.h"
#include "source.h"
#include "text.h"

#include <stdbool.h>
#include <stdint.h>

/* How the program ends. */
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

struct product {
    const char *name;
    const char *suffix; /* behind the file's name; for some its ".idl" goes */
    bool keeps_idl;
    bool is_remote;  /* needs methods that can travel */
    bool is_default; /* made when no --emit says what */
    void (*emit)(struct text *out, const struct ir_file *file);
    void (*emit_small)(struct text *out, const struct ir_file *file); /* with --optimize=size */
};

enum {
    PRODUCT_HEADER,
    PRODUCT_PROXY,
    PRODUCT_STUB,
    PRODUCT_PROTO,
    PRODUCT_TYPEINFO,
    PRODUCT_TYPEINFO_DOCS,
    PRODUCT_IR,
    PRODUCT_FROZEN,
    PRODUCT_COUNT
};

extern const struct product products[PRODUCT_COUNT];

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

/** A file that is taken in the place of the .idl that it was made of. */
bool options_is_ir(const char *path);

/**
 * What stands on the command line; its lists are of the arena and of argv. Wrong use is reported on stderr.
 * @return EXIT_OK or EXIT_USAGE
 */
int options_parse(struct options *options, struct arena *arena, int argc, char **argv);

/** What --help prints. */
extern const char options_help[];

#endif
