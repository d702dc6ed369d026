/*
 * What a change of an .idl breaks: an IR that was kept against the one of today. Findings have a rule and
 * classes:
 *
 *   WIRE    programs of before and after do not understand each other over a connection
 *   ABI     they do not fit together in one process: method tables, signatures, layouts
 *   SOURCE  a program of before does not compile any more, or means something else
 *
 * The rules are a table (breaking_rules.c) and are explained in docs/idl-evolution.md.
 */
#ifndef IDLC_BREAKING_H
#define IDLC_BREAKING_H

#include "diagnostics.h"
#include "ir.h"
#include "text.h"

enum breaking_class { BREAKS_WIRE = 1, BREAKS_ABI = 2, BREAKS_SOURCE = 4 };

enum breaking_rule {
    RULE_INTERFACE_REMOVED,
    RULE_INTERFACE_ID_REUSED,
    RULE_INTERFACE_RENAMED,
    RULE_INTERFACE_BASE,
    RULE_INTERFACE_LOCAL,
    RULE_METHOD_ADDED,
    RULE_METHOD_REMOVED,
    RULE_METHOD_MOVED,
    RULE_METHOD_CHANGED,
    RULE_METHOD_RENAMED,
    RULE_METHOD_RESULT,
    RULE_METHOD_LOCAL,
    RULE_METHOD_TIMEOUT,
    RULE_METHOD_ONEWAY,
    RULE_METHOD_CALL_AS,
    RULE_PARAM_COUNT,
    RULE_PARAM_DIRECTION,
    RULE_PARAM_TYPE,
    RULE_PARAM_TAG,
    RULE_PARAM_SIZE,
    RULE_PARAM_BOUND,
    RULE_PARAM_NULL,
    RULE_PARAM_RENAMED,
    RULE_FIELD_ADDED,
    RULE_FIELD_INSERTED,
    RULE_FIELD_REMOVED,
    RULE_FIELD_RETIRED,
    RULE_FIELD_TAG,
    RULE_FIELD_TAG_REUSED,
    RULE_FIELD_RESERVED,
    RULE_FIELD_TYPE,
    RULE_FIELD_BOUND,
    RULE_FIELD_SIZE,
    RULE_FIELD_NULL,
    RULE_FIELD_RENAMED,
    RULE_CASE_CHANGED,
    RULE_CASE_ADDED,
    RULE_RESERVED_REMOVED,
    RULE_STRUCT_REMOVED,
    RULE_STRUCT_CLOSED,
    RULE_ENUM_REMOVED,
    RULE_ENUM_CLOSED,
    RULE_ENUMERATOR_VALUE,
    RULE_ENUMERATOR_REMOVED,
    RULE_ENUMERATOR_ADDED,
    RULE_ENUMERATOR_RENAMED,
    RULE_CONST_RESULT,
    RULE_CONST_VALUE,
    RULE_CONST_REMOVED,
    RULE_TYPEDEF_TYPE,
    RULE_TYPEDEF_REMOVED,
    RULE_COUNT,
};

struct breaking_rule_info {
    const char *name;
    unsigned classes;
    bool is_allowed; /* only reported: its class says who has to be compiled again */
    const char *hint;
};

extern const struct breaking_rule_info breaking_rules[RULE_COUNT];

struct breaking {
    struct arena *arena;
    struct diagnostics *diagnostics; /* findings go there as text; with `json` nothing does */
    struct text *json;               /* NULL: text */
    bool is_strict;                  /* what is allowed counts, too */
    uint32_t error_count;
    uint32_t allowed_count;
    const struct ir_file *file; /* of today: where its places are */
};

/** Compares; afterwards the counts say what was found. */
void breaking_check(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today);

/**
 * `idlc --breaking`: compares the IR at `old_path` with the file at `path`; what breaks counts as errors.
 * @param as_json  findings go to standard output
 */
void breaking_command(struct compilation *compilation, const char *old_path, const char *path, bool is_strict,
                      bool as_json);

/* ---- shared by the files of the check ---- */

/**
 * One finding.
 * @param span   in the file of today; without source: the file as a whole
 * @param was    how it was before; NULL: `what` says it
 * @param what   what is the matter, printf
 */
void breaking_report(struct breaking *breaking, enum breaking_rule rule, struct span span, const char *was,
                     const char *what, ...) __attribute__((format(printf, 5, 6)));

/** As breaking_report, for a rule that is not always in all of its classes. */
void breaking_report_in(struct breaking *breaking, enum breaking_rule rule, unsigned classes,
                        struct span span, const char *was, const char *what, ...)
    __attribute__((format(printf, 6, 7)));

/** The classes that the change of a type in memory is in; 0: it is the same. (breaking_types.c) */
unsigned breaking_type_change(const struct ir_type *old, const struct ir_type *today);

/** The same of a field, with its bits. */
unsigned breaking_field_change(const struct ir_field *old, const struct ir_field *today);

/** Whether a value travels otherwise than before. */
bool breaking_value_change(enum wire_shape old_shape, const struct ir_type *old, enum wire_shape shape,
                           const struct ir_type *today);

/** The type as C writes it, in one line. */
const char *breaking_type_text(const struct breaking *breaking, const struct ir_type *type);

/** The type of a field, with its bits. */
const char *breaking_field_text(const struct breaking *breaking, const struct ir_field *field);

/** What values are allowed. */
struct breaking_bound {
    const struct ir_type *value; /* NULL: it does not travel */
    bool has_range;
    int64_t range_min;
    uint64_t range_max;
    uint32_t max_len;
};

/** Whether values that were allowed are not any more; then how it was. */
bool breaking_is_narrower(const struct breaking *breaking, const struct breaking_bound *old,
                          const struct breaking_bound *today, const char **out_was);

/** breaking_interface.c, breaking_struct.c */
void breaking_interfaces(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today);
void breaking_structs(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today);

#endif
