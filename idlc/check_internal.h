/* Shared by the files of the checks: check.c (types), check_interface.c, check_parameter.c. */
#ifndef IDLC_CHECK_INTERNAL_H
#define IDLC_CHECK_INTERNAL_H

#include "attributes.h"
#include "check.h"
#include "compile.h"

/** Runs a step over a declaration that is whole so far; one that fails is broken from now on. */
void check_one(struct compilation *compilation, struct ast_declaration *declaration,
               void (*run)(struct compilation *compilation, struct ast_declaration *declaration));

/** The type behind names of types; never a typedef. */
const struct ast_type *check_resolve(const struct ast_type *type);

/** The built-in type behind names of types; BASE_NONE: it is none. */
enum base_type check_base(const struct ast_type *type);

/** A type where a value stands: of a field, a parameter, a result. */
void check_value_type(struct compilation *compilation, const struct ast_type *type, struct span span,
                      bool is_result);

/** [range], [max_len], [string], [unique] and [ref] of a parameter or field. */
void check_data_attributes(struct compilation *compilation, const struct ast_member *member);

/* check_reach.c */
void check_reach(struct compilation *compilation);

/* check_interface.c */
/** [local], a dispinterface (it is called through IDispatch), or left out by --only. */
bool check_is_local(const struct ast_declaration *interface);
void check_interface_attributes(struct compilation *compilation);
void check_inheritance(struct compilation *compilation);
void check_uuids(struct compilation *compilation);
void check_methods(struct compilation *compilation);

/* check_parameter.c */
/** What must be right even if nothing travels: types, and the names in size_is. */
void check_described_parameters(struct compilation *compilation, const struct ast_method *method,
                                bool is_local);
void check_parameters(struct compilation *compilation, const struct ast_method *method, bool is_remote);

#endif
