/* Shared by the files that plan what travels: wire.c, and wire_deep.c for what has unions and pointers. */
#ifndef IDLC_WIRE_INTERNAL_H
#define IDLC_WIRE_INTERNAL_H

#include "wire.h"

bool wire_is_byte(const struct ir_type *type);
/** char or wchar_t: what texts are made of. */
bool wire_is_character(const struct ir_type *type);

bool wire_is_base(const struct ir_type *type, enum base_type base);

/** The shape of one value (not an array); WIRE_NONE: it cannot travel. Without diagnostics it is only tried.
 */
enum wire_shape wire_value_shape(struct diagnostics *diagnostics, const struct ir_type *type);

/** Bytes of one value with its key, at most. */
uint64_t wire_value_bound(const struct ir_type *type);

/** What a struct is called in messages to people: its tag, or the field that it is the type of. */
const char *wire_label(const struct ir_struct *structure);

/** Plans a struct, or a union whose arm somebody tells. */
bool wire_plan_struct(struct diagnostics *diagnostics, struct ir_struct *structure);

/** Reports why a parameter cannot travel. */
void wire_refuse(struct diagnostics *diagnostics, const struct ir_param *param, const char *why,
                 const char *hint);

/**
 * Plans what the callee allocates behind a pointer to a pointer: the caller frees it. @retval false it was
 * refused
 */
bool wire_plan_allocated(struct diagnostics *diagnostics, struct ir_param *param);

/** Plans a parameter of a method that is remote: its shape stays WIRE_NONE, and errors say why, if it cannot
 * travel. */
void wire_plan_param(struct diagnostics *diagnostics, const struct ir_method *method, struct ir_param *param);

/** "VARIANT" or "SAFEARRAY" if the type is or has one, however many pointers lead there; else NULL. */
const char *wire_automation(const struct ir_type *type);

/* ---- wire_number.c ---- */

/** Gives fields their numbers. @retval false one of them is wrong; reported */
bool wire_number_fields(struct diagnostics *diagnostics, struct ir_struct *structure);
void wire_number_params(struct diagnostics *diagnostics, struct ir_method *method);

/* ---- wire_deep.c ---- */

/** Whether C has a pointer where the field is, not the values (of a text, see ir_field.count). */
bool wire_is_pointer(const struct ir_field *field);

/**
 * Plans a field that is a union, or has pointers other than to a text.
 * @retval false it is neither; else its shape is there, WIRE_NONE if it cannot travel
 */
bool wire_plan_deep_field(struct diagnostics *diagnostics, struct ir_struct *structure,
                          struct ir_field *field);

/** Reports why a field of that kind cannot travel. @retval false it is no such field */
bool wire_report_deep_field(struct diagnostics *diagnostics, const struct ir_struct *structure,
                            const struct ir_field *field);

/** Whether each arm of a union has values of its own. Without diagnostics it only says so. */
bool wire_check_cases(struct diagnostics *diagnostics, const struct ir_struct *structure);

/** Plans a parameter that tables describe. @retval false it is none */
bool wire_plan_deep_param(struct diagnostics *diagnostics, const struct ir_method *method,
                          struct ir_param *param);

#endif
