/* The attributes: one table says where each may stand, what it takes and what is done with it. */
#ifndef IDLC_ATTRIBUTES_H
#define IDLC_ATTRIBUTES_H

#include "ast.h"
#include "diagnostics.h"

enum attribute_id {
    ATTRIBUTE_NONE, /* accepted and not used */
    ATTRIBUTE_CLOSED,
    ATTRIBUTE_IN,
    ATTRIBUTE_LENGTH_IS,
    ATTRIBUTE_LOCAL,
    ATTRIBUTE_MAX_LEN,
    ATTRIBUTE_OBJECT,
    ATTRIBUTE_OUT,
    ATTRIBUTE_RANGE,
    ATTRIBUTE_REF,
    ATTRIBUTE_RETVAL,
    ATTRIBUTE_SIZE_IS,
    ATTRIBUTE_STRING,
    ATTRIBUTE_TIMEOUT,
    ATTRIBUTE_UNIQUE,
    ATTRIBUTE_UUID,
};

/* Where an attribute may stand. */
enum attribute_target {
    TARGET_INTERFACE = 1,
    TARGET_METHOD = 2,
    TARGET_PARAMETER = 4,
    TARGET_FIELD = 8,
    TARGET_STRUCT = 16,
    TARGET_ENUM = 32,
    TARGET_TYPEDEF = 64,
    TARGET_CONST = 128,
};

enum attribute_arguments {
    ARGUMENTS_NONE,
    ARGUMENTS_UUID,
    ARGUMENTS_CONSTANT, /* one constant */
    ARGUMENTS_RANGE,    /* two constants, the smaller first */
    ARGUMENTS_SIZE,     /* a constant, a parameter or what one points to */
    ARGUMENTS_ANY,
};

enum attribute_action {
    ACTION_APPLY,
    ACTION_IGNORE, /* says nothing to this compiler, or only to documentation */
    ACTION_REFUSE, /* known, and an error that says why */
};

struct attribute_info {
    const char *name;
    enum attribute_id id;
    enum attribute_action action;
    enum attribute_arguments arguments;
    unsigned targets;
    const char *reason; /* of ACTION_REFUSE */
};

/** The table's row, or NULL. */
const struct attribute_info *attribute_lookup(const char *name);

/** The known name that an unknown one may have meant, or NULL. */
const char *attribute_suggest(const char *name);

/** The first attribute of this kind in a list, or NULL. */
const struct ast_attribute *attribute_find(const struct ast_attribute *list, enum attribute_id id);
bool attribute_has(const struct ast_attribute *list, enum attribute_id id);

/** Checks a list against the table: known, allowed at `target`, once, with the right number of arguments. */
void attributes_check(struct diagnostics *diagnostics, const struct ast_attribute *list,
                      enum attribute_target target);

#endif
