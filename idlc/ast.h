/* What the parser makes of a file, and what binding and folding add to it. Lists are in source order. */
#ifndef IDLC_AST_H
#define IDLC_AST_H

#include "source.h"
#include "types.h"

struct ast_type;
struct ast_declaration;
struct ast_unit;
struct attribute_info;
struct source_file;

struct ast_name {
    const char *text; /* NULL: none */
    struct span span;
};

enum ast_expression_kind {
    EXPRESSION_INTEGER,
    EXPRESSION_FLOAT,
    EXPRESSION_STRING,
    EXPRESSION_NAME,
    EXPRESSION_UNARY,       /* operation left; '*' only in size attributes */
    EXPRESSION_BINARY,      /* left operation right */
    EXPRESSION_CONDITIONAL, /* condition ? left : right */
    EXPRESSION_CAST,        /* (type) left */
    EXPRESSION_SIZEOF,      /* sizeof(type), sizeof left */
    EXPRESSION_ABSENT,      /* an empty place, as in size_is(, n) */
};

struct ast_expression {
    enum ast_expression_kind kind;
    struct span span;
    int operation; /* as token.punctuation */
    uint64_t value;
    bool is_unsigned;
    bool is_wide;          /* string */
    bool is_parenthesized; /* a name: (T) - 1 may be a cast */
    const char *text;
    struct ast_type *type;
    struct ast_expression *condition;
    struct ast_expression *left;
    struct ast_expression *right;
    struct ast_expression *next;         /* in a list of arguments */
    struct ast_declaration *declaration; /* bind: of a name */
};

struct ast_attribute {
    const struct attribute_info *info;
    struct ast_name name;
    struct ast_expression *arguments;
    uint32_t argument_count;
    const char *uuid;      /* the text of uuid(...) */
    struct ast_type *type; /* the argument of switch_type and the like */
    struct ast_attribute *next;
};

enum ast_type_kind {
    AST_TYPE_BASE,
    AST_TYPE_NAME,   /* a typedef or an interface */
    AST_TYPE_TAGGED, /* struct, enum or union with its tag */
    AST_TYPE_POINTER,
    AST_TYPE_ARRAY,
    AST_TYPE_FUNCTION,
    AST_TYPE_SAFEARRAY,
};

enum ast_tag { AST_TAG_STRUCT, AST_TAG_ENUM, AST_TAG_UNION };

/* A parameter, a field or an arm of a union. */
struct ast_member {
    struct ast_name name;
    struct ast_type *type; /* NULL: an arm that holds nothing */
    struct ast_attribute *attributes;
    struct ast_expression *bits;  /* a bit field's width */
    struct ast_expression *cases; /* of an arm */
    bool is_default;              /* the arm of all other cases */
    uint32_t bit_count;           /* fold: of a bit field */
    const char *doc;
    struct ast_member *next;
};

struct ast_type {
    enum ast_type_kind kind;
    struct span span;
    bool is_const;
    enum base_type base;
    struct ast_name name; /* name, tag */
    enum ast_tag tag;
    struct ast_declaration *declaration; /* bind: what the name or tag means; the parser: defined in place */
    bool bound;
    bool explicit_interface;       /* written `interface IX` */
    bool defines;                  /* its struct, union or enum is defined here, within another */
    bool is_variadic;              /* function */
    const char *words;             /* of a built-in type as written, when that is not its C name */
    struct ast_type *target;       /* pointer, array, function's result, SAFEARRAY's elements */
    struct ast_expression *size;   /* array; NULL: [] or [*] */
    uint32_t count;                /* fold: of an array; 0: not known */
    struct ast_member *parameters; /* function */
};

struct ast_enumerator {
    struct ast_name name;
    struct ast_expression *expression; /* NULL: one more than the one before */
    const char *doc;
    struct ast_declaration *declaration; /* in the table of names */
    struct ast_enumerator *next;
};

struct ast_method {
    struct ast_name name;  /* get_X of a property X */
    struct ast_type *type; /* a function */
    struct ast_attribute *attributes;
    const char *doc;
    struct ast_method *remote; /* bind: of a [local] method, the [call_as] one that travels */
    struct ast_method *local;  /* bind: of a [call_as] method, the one that has the slot */
    bool is_half;              /* Begin_ or Finish_: what sizes its parameters may be in the other half */
    struct ast_method *next;
};

enum ast_declaration_kind {
    DECLARATION_INTERFACE,
    DECLARATION_STRUCT,
    DECLARATION_UNION,
    DECLARATION_ENUM,
    DECLARATION_TYPEDEF,
    DECLARATION_CONST,
    DECLARATION_ENUMERATOR,
    DECLARATION_CPP_QUOTE,
    DECLARATION_VARIABLE, /* extern: for the header only */
    DECLARATION_COCLASS,
    DECLARATION_LIBRARY,
};

/* What a coclass implements. */
struct ast_implemented {
    struct ast_name name;
    struct ast_attribute *attributes;
    struct ast_declaration *declaration; /* bind */
    struct ast_implemented *next;
};

enum value_kind { VALUE_NONE, VALUE_INTEGER, VALUE_FLOAT, VALUE_STRING };

/* A folded constant. */
struct value {
    enum value_kind kind;
    uint64_t bits; /* an integer, two's complement */
    bool is_unsigned;
    double real;
    const char *text; /* string, escapes as written */
    bool is_wide;     /* string */
};

enum fold_state { FOLD_NEW, FOLD_RUNNING, FOLD_DONE, FOLD_FAILED };

struct ast_declaration {
    enum ast_declaration_kind kind;
    struct ast_name name; /* tag of a struct or enum; text NULL: anonymous */
    struct span span;
    const char *doc;
    struct ast_attribute *attributes;
    struct ast_unit *unit;
    struct ast_declaration *next;
    bool is_forward;       /* interface IX;  struct x; */
    bool is_in_typedef;    /* typedef struct {...} x; shares the typedef's attributes */
    bool is_nested;        /* defined within another struct or union, whose text holds it */
    bool is_c;             /* of a C header: known, but never written */
    bool is_dispinterface; /* its methods have no slots: they are called by number through IDispatch */
    bool is_encapsulated; /* a struct that was written `union switch`: its fields are the number and the union
                           */
    bool is_made;         /* an interface that async_uuid makes */
    struct ast_declaration *async; /* interface: what its async_uuid made; of that one, what it was made of */

    struct ast_declaration
        *definition;       /* bind: of a forward declaration; itself if it is one; NULL: opaque */
    struct ast_type *type; /* typedef, const */

    struct ast_expression *expression; /* const */
    struct value value;                /* fold: const, enumerator */
    enum fold_state fold_state;
    struct ast_enumerator *enumerator;          /* enumerator: itself */
    struct ast_declaration *enumeration;        /* enumerator: its enum */
    struct ast_enumerator *previous_enumerator; /* enumerator: the one before, or NULL */

    struct ast_member *fields;          /* struct, union; properties of a dispinterface */
    struct ast_enumerator *enumerators; /* enum */
    struct ast_name base_name;          /* interface */
    struct ast_declaration *base;       /* bind */
    struct ast_method *methods;
    struct ast_implemented *implemented; /* coclass; dispinterface { interface IX; } */
    struct ast_declaration *library;     /* what it stands in, or NULL */
    const char *text;                    /* cpp_quote */

    bool is_broken;   /* it, or what it needs, has an error: nothing more is said of it */
    int visit;        /* cycle searches of the checks */
    bool is_left_out; /* --only names others: it has a header */
    uint32_t depth;   /* of the rows of declarations that it needs, with itself; 0: not known (depth.c) */
    bool travels;     /* reach: what a proxy needs of it must be right */
    struct ast_declaration *next_reached;
    void *lowered; /* ir */
};

struct ast_import {
    struct ast_name name;  /* as written */
    struct ast_unit *unit; /* NULL: not found (reported) */
    struct ast_import *next;
};

/* One file. */
struct ast_unit {
    const struct source *source;
    const struct source_file *file;
    bool is_c; /* a C header */
    struct included_file *included;
    struct ast_import *imports;
    struct ast_declaration *declarations;
    struct ast_unit
        *next; /* all units of the run, in the order they were found; the first is the main file */
};

#endif
