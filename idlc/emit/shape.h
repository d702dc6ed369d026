/* Tables of unions and of structs with pointers, and the calls of the walker that reads them: rpc_shape.h. */
#ifndef IDLC_SHAPE_H
#define IDLC_SHAPE_H

#include "marshal.h"

static inline bool shape_is_deep(const struct ir_param *param)
{
    return param->shape == WIRE_DEEP;
}

static inline bool shape_is_array(const struct ir_param *param)
{
    return shape_is_deep(param) && param->travels == WIRE_ARRAY;
}

static inline bool shape_is_value(const struct ir_param *param)
{
    return shape_is_deep(param) && param->travels != WIRE_ARRAY;
}

/**
 * Whether it is a pointer to a pointer to the value, which the caller frees or releases: [out] T **,
 * [in, out, string] char **, [in, out] I **. Of arrays see is_allocated.
 */
static inline bool shape_is_pointer(const struct ir_param *param)
{
    return shape_is_value(param) && param->is_indirect && param->type->target->kind == IR_POINTER;
}

/** What is behind the pointer that C passes: the value, or the pointer to it. */
static inline const struct ir_type *shape_held(const struct ir_param *param)
{
    return shape_is_pointer(param) ? param->type->target : param->value;
}

/** Whether a method of the file has such a parameter. */
bool shape_is_used(const struct ir_file *file);

/** Whether a method has one in (or out). */
bool shape_has(const struct ir_method *method, bool is_out);

/** The tables of a file's methods. */
void shape_emit_file(struct text *out, const struct ir_file *file);

/** "&IThing_Method_param_shape". */
const char *shape_of(const struct marshal *m, const struct ir_param *param);

/** What tells the arm of a union; "0" of others. `value` is the expression of that parameter's value. */
const char *shape_about(const struct marshal *m, const struct ir_param *param, const char *value);

/** Declares what frees the value of an output: `value` "NULL" if it is not there yet. */
void shape_declare_owner(const struct marshal *m, const struct ir_param *param, bool is_block);

/** Statement: the owner gets the value. */
void shape_own(const struct marshal *m, const struct ir_param *param, const char *value, const char *count,
               const char *about);

#endif
