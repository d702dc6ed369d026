/* The attributes: one table says where each may stand, what it takes and what is done with it. */
#ifndef IDLC_ATTRIBUTES_H
#define IDLC_ATTRIBUTES_H

#include "ast.h"
#include "diagnostics.h"

#include <stddef.h>
#include <stdio.h>

enum attribute_id {
    ATTRIBUTE_NONE, /* accepted and not used */
    ATTRIBUTE_ASYNC,
    ATTRIBUTE_ASYNC_UUID,
    ATTRIBUTE_CALL_AS,
    ATTRIBUTE_CASE,
    ATTRIBUTE_CLOSED,
    ATTRIBUTE_FIXED,
    ATTRIBUTE_OPEN,
    ATTRIBUTE_RESERVED,
    ATTRIBUTE_SINCE,
    ATTRIBUTE_TAG,
    ATTRIBUTE_DEFAULT,
    ATTRIBUTE_DEFAULTVALUE,
    ATTRIBUTE_DEPRECATED,
    ATTRIBUTE_DUAL,
    ATTRIBUTE_FIRST_IS,
    ATTRIBUTE_HELPSTRING,
    ATTRIBUTE_ID,
    ATTRIBUTE_IDEMPOTENT,
    ATTRIBUTE_IID_IS,
    ATTRIBUTE_IN,
    ATTRIBUTE_LAST_IS,
    ATTRIBUTE_LENGTH_IS,
    ATTRIBUTE_LOCAL,
    ATTRIBUTE_MAX_IS,
    ATTRIBUTE_MAX_LEN,
    ATTRIBUTE_MIN_IS,
    ATTRIBUTE_OBJECT,
    ATTRIBUTE_ODL,
    ATTRIBUTE_OLEAUTOMATION,
    ATTRIBUTE_ONEWAY,
    ATTRIBUTE_OPTIONAL,
    ATTRIBUTE_OUT,
    ATTRIBUTE_POINTER_DEFAULT,
    ATTRIBUTE_PROPGET,
    ATTRIBUTE_PROPPUT,
    ATTRIBUTE_PROPPUTREF,
    ATTRIBUTE_PTR,
    ATTRIBUTE_RANGE,
    ATTRIBUTE_REF,
    ATTRIBUTE_RETVAL,
    ATTRIBUTE_SIZE_IS,
    ATTRIBUTE_SOURCE,
    ATTRIBUTE_STRING,
    ATTRIBUTE_SWITCH_IS,
    ATTRIBUTE_SWITCH_TYPE,
    ATTRIBUTE_TIMEOUT,
    ATTRIBUTE_TRANSMIT_AS,
    ATTRIBUTE_UNIQUE,
    ATTRIBUTE_UUID,
    ATTRIBUTE_VERSION,
    ATTRIBUTE_WIRE_MARSHAL,
};

/* Where an attribute may stand. */
enum attribute_target {
    TARGET_INTERFACE = 1,
    TARGET_METHOD = 2,
    TARGET_PARAMETER = 4,
    TARGET_FIELD = 8,
    TARGET_STRUCT = 16,
    TARGET_UNION = 32,
    TARGET_ENUM = 64,
    TARGET_TYPEDEF = 128,
    TARGET_CONST = 256,
    TARGET_DISPINTERFACE = 512,
    TARGET_COCLASS = 1024,
    TARGET_LIBRARY = 2048,
    TARGET_MEMBER = 4096, /* what a coclass implements */
};

enum attribute_arguments {
    ARGUMENTS_NONE,
    ARGUMENTS_UUID,
    ARGUMENTS_CONSTANT,  /* one constant */
    ARGUMENTS_CONSTANTS, /* one or more */
    ARGUMENTS_RANGE,     /* two constants, the smaller first */
    ARGUMENTS_SIZE, /* a constant, a parameter or what one points to; or several, of several dimensions */
    ARGUMENTS_NAME, /* a method, a parameter */
    ARGUMENTS_TYPE,
    ARGUMENTS_TEXT, /* a string */
    ARGUMENTS_ANY,  /* not looked at */
};

enum attribute_action {
    ACTION_APPLY,
    ACTION_KEEP,   /* for type information and documents only */
    ACTION_IGNORE, /* says nothing to this compiler */
    ACTION_REFUSE, /* known, and an error that says why */
    ACTION_LATER,  /* known, not made yet: an error where something is to travel */
};

struct attribute_info {
    const char *name;
    enum attribute_id id;
    enum attribute_action action;
    enum attribute_arguments arguments;
    unsigned targets;
    const char *reason; /* of ACTION_REFUSE and ACTION_LATER */
};

/** The table's row, or NULL. */
const struct attribute_info *attribute_lookup(const char *name);

/** The row of this place, from 0; NULL behind the last. */
const struct attribute_info *attribute_at(size_t index);

/** Why an attribute that a header may have keeps a method from travelling; NULL: it does not. */
const char *attribute_remote_reason(const struct attribute_info *info);

/** One line for each row: name, what is done with it, what it takes and where it may stand, with tabs
 * between. */
void attributes_print(FILE *out);

/** The known name that an unknown one may have meant, or NULL. */
const char *attribute_suggest(const char *name);

/** The first attribute of this kind in a list, or NULL. */
const struct ast_attribute *attribute_find(const struct ast_attribute *list, enum attribute_id id);
bool attribute_has(const struct ast_attribute *list, enum attribute_id id);

/** Of a parameter or field: its own, else that of the type's name, such as [string] of a typedef. */
const struct ast_attribute *attribute_of_member(const struct ast_member *member, enum attribute_id id);

/** Checks a list against the table: known, allowed at `target`, once, with the right number of arguments. */
void attributes_check(struct diagnostics *diagnostics, const struct ast_attribute *list,
                      enum attribute_target target);

/** Reports what is known but does not travel yet. */
void attributes_check_remote(struct diagnostics *diagnostics, const struct ast_attribute *list);

#endif
