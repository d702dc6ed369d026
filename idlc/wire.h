/* The plan of each remote method: how its parameters travel, which counts are sent, what bounds hold. */
#ifndef IDLC_WIRE_H
#define IDLC_WIRE_H

#include "arena.h"
#include "diagnostics.h"
#include "ir.h"

/* Most interface pointers in one message; the runtime's RPC_CAPS_MAX. */
#define WIRE_INTERFACES_MAX 8

/* No array or struct is larger than this, and a method has no more of them: sums of sizes stay in 32 bits. */
#define WIRE_MESSAGE_BYTES_MAX 0x04000000u
#define WIRE_ARRAYS_MAX 32

/* Most bytes of UTF-8 that a 16-bit character becomes. */
#define WIRE_WIDE_BYTES 3

/* How a scalar is written and read. */
struct wire_scalar {
    const char *put;   /* wire_put_<put>, wire_put_element_<put> */
    const char *get;   /* wire_get_<get>, which fails when the value does not fit */
    const char *type;  /* WIRE_VARINT ... */
    const char *proto; /* its type in a .proto */
    uint32_t bound;    /* most bytes of a value */
};

/** Plans every method of the file's remote interfaces; reports what cannot travel. */
void wire_plan(struct diagnostics *diagnostics, struct ir_file *file);

/** Reports what has no bound (--profile=embedded), in a file that is planned. */
void wire_check_bounds(struct diagnostics *diagnostics, const struct ir_file *file);

/** Warns of names that a .proto cannot have beside each other, in a file that is planned. */
void wire_check_names(struct arena *arena, struct diagnostics *diagnostics, const struct ir_file *file);

/** Of an integer, float, boolean, enum or HRESULT; NULL for other types. */
const struct wire_scalar *wire_scalar_of(const struct ir_type *type);

/** Whether texts of it have 16-bit characters: UTF-16 in memory. */
bool wire_is_wide(const struct ir_type *type);

/** Whether a [range] begins above the least value of its type, or ends below the greatest. */
bool wire_has_min(enum base_type base, int64_t min);
bool wire_has_max(enum base_type base, uint64_t max);

/** Whether a [range] of a field or parameter refuses any value at all. */
bool wire_has_range(const struct ir_type *type, bool has_range, int64_t min, uint64_t max);

/** A closed enum without a value 0: a field that is absent is malformed. */
bool wire_refuses_zero(const struct ir_type *type);

/** Whether this attribute argument counts parameter `index` of the method. */
bool wire_counts(const struct ir_size *size, uint32_t index);

/** Whether it is that, or computes with the parameter. */
bool wire_uses(const struct ir_size *size, uint32_t index);

/* ---- wire_size.c: of a computed size ---- */

/** Whether its terms make one number of [in] integers; the checks see to it, JSON may say anything. */
bool wire_size_is_sound(const struct ir_size *size, const struct ir_method *method);

/** As IDL has it. */
const char *wire_size_text(struct arena *arena, const struct ir_size *size, const struct ir_method *method);

/** The C expression that computes it, of wire_size.h. */
const char *wire_size_code(struct arena *arena, const struct ir_size *size, const struct ir_method *method);

/* ---- */

/** The first array that a count belongs to, its index. */
uint32_t wire_rebuilt_from(const struct ir_method *method, uint32_t index);

/** Bytes of a value in memory, at most. */
uint64_t wire_value_size(const struct ir_type *type);

/** A union or struct without a tag is known by the field whose type it is. */
void wire_note_outer(const struct ir_struct *structure, const struct ir_field *field);

/** The last part of the name of a struct's message: its tag, or one of its own without one. */
const char *wire_message_name(struct arena *arena, const struct ir_struct *structure);

/** How many elements of an array are valid: length_is, else size_is. */
const struct ir_size *wire_length_of(const struct ir_param *param);

#endif
