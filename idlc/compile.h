/* One run over one file: its stages in order, each over what the ones before found no error in. */
#ifndef IDLC_COMPILE_H
#define IDLC_COMPILE_H

#include "ast.h"
#include "diagnostics.h"
#include "ir.h"
#include "preprocess.h"

/* How far a file must go: everything has a header and type information, not everything can travel. */
enum compile_level {
    LEVEL_DESCRIBE, /* header, facts */
    LEVEL_REMOTE,   /* proxy, stub, messages: the methods of remote interfaces must be able to travel */
    LEVEL_EMBEDDED, /* and every bound must be known */
};

struct compilation {
    struct arena *arena;
    struct diagnostics *diagnostics;
    struct preprocess_options options;
    enum compile_level level;
    struct ast_unit *units;          /* the main file first, then what it imports, directly or not */
    struct ast_unit *binding;        /* whose names are being resolved */
    struct name_table names;         /* of types, interfaces, constants: struct ast_declaration */
    struct name_table tags;          /* of struct, union and enum: C's second namespace */
    struct name_table classes;       /* of coclasses and libraries, which C knows by CLSID_ and LIBID_ only */
    struct ast_declaration *current; /* whose names are being resolved, or values computed */
    bool is_partial;     /* there were syntax errors: names that are not found may have been lost */
    bool is_hopeless;    /* nor is it worth while to go on */
    bool is_too_deep;    /* declarations need each other in a row without end (depth.c) */
    const char *only;    /* --only: names with commas between; NULL: every interface */
    uint32_t fold_depth; /* constants being folded, each for the one before */
};

/** A declaration of the file itself, not of one that it imports. */
bool compile_is_own(const struct compilation *compilation, const struct ast_declaration *declaration);

/** Reads and parses `path` and all it imports into compilation->units. False: there were errors. */
bool compile_load(struct compilation *compilation, const char *path);

/** As compile_load for a text in memory that imports nothing (tests). */
bool compile_load_text(struct compilation *compilation, const char *path, const char *text, size_t size);

/** All stages behind loading. NULL: there were errors. */
struct ir_file *compile_units(struct compilation *compilation);

/** Behind a load that failed: reports what else is wrong, of declarations that have nothing to do with it. */
void compile_rest(struct compilation *compilation);

/** Behind bind: reports rows of declarations that need each other without end. @retval false there is one */
bool compile_check_depth(struct compilation *compilation);

/** Marks as broken what needs a declaration that is. */
void compile_spread_errors(struct compilation *compilation);

void compilation_init(struct compilation *compilation, struct arena *arena, struct diagnostics *diagnostics,
                      const struct preprocess_options *options, enum compile_level level);

#endif
