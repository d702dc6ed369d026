/* Shared by the files that make the IR: ir.c (types, structs, methods), ir_items.c (the order of a header).
 */
#ifndef IDLC_IR_INTERNAL_H
#define IDLC_IR_INTERNAL_H

#include "attributes.h"
#include "ir.h"

struct pointers {
    const void **items;
    uint32_t count;
    uint32_t capacity;
};

struct lowering {
    struct compilation *compilation;
    struct arena *arena;
    const struct ast_unit *main;
    struct ir_item *items;
    uint32_t item_count;
    uint32_t item_capacity;
    bool uses_windows;
    uint32_t in_parameters;          /* lists that are being visited */
    struct pointers forwards;        /* struct ir_interface */
    struct pointers struct_forwards; /* struct ir_struct */
};

/* Each returns the same object for the same declaration. */
struct ir_interface *ir_lower_interface(struct lowering *lowering, struct ast_declaration *declaration);
struct ir_struct *ir_lower_struct(struct lowering *lowering, struct ast_declaration *declaration);
const struct ir_enum *ir_lower_enum(struct lowering *lowering, struct ast_declaration *declaration);
struct ir_type *ir_lower_type(struct lowering *lowering, const struct ast_type *type);

/** The place of a parameter or field of this name. @retval false there is none; the place is 0 */
bool ir_find_member(const struct ast_member *list, const char *name, uint32_t *out_index);

/* ---- ir_size.c ---- */

/** size_is(, n): of what a pointer to a pointer leads to. */
bool ir_is_inner_size(const struct ast_attribute *attribute);

/** An expression in which casts change nothing: what does not fit is refused where it is computed. */
const struct ast_expression *ir_size_without_casts(const struct ast_expression *expression);

/** What an operator does in a computed size; TERM_CONSTANT: it does not stand in one. */
enum ir_term_kind ir_term_of(int operation);

/** Whether an expression names one of the parameters. */
bool ir_size_names(const struct ast_member *list, const struct ast_expression *expression);

/** What an attribute of a parameter in `list` says; of size_is, max_is says it, too. */
struct ir_size ir_lower_size(struct lowering *lowering, const struct ast_member *list,
                             const struct ast_member *member, enum attribute_id id);

/* ---- ir_field.c ---- */

/** What a field's attributes say of its size, its interface and its arms; what they cannot say is kept as the
 * reason why it does not travel. */
void ir_lower_field(struct lowering *lowering, const struct ast_declaration *declaration,
                    const struct ast_member *member, struct ir_field *field);

/** Numbers and names of [reserved]. */
const struct ir_reserved *ir_lower_reserved(struct lowering *lowering, const struct ast_attribute *attributes,
                                            uint32_t *out_count);

/** Documentation, with what [since] and [deprecated] say of the same thing. */
const char *ir_lower_doc(struct lowering *lowering, const char *doc, const struct ast_attribute *attributes);

/** Marks what is defined within others and named elsewhere; at the end. */
void ir_mark_apart(const struct ir_file *file);

/** The values that tell the arms of a union. */
void ir_lower_cases(struct lowering *lowering, const struct ast_declaration *declaration,
                    struct ir_struct *structure);

/** With its methods and its bases'. Apart from ir_lower_interface because methods may name heirs of their
 * interface. */
struct ir_interface *ir_complete_interface(struct lowering *lowering, struct ast_declaration *declaration);

/** Whether a typedef of this name is the BSTR that com.h has. */
bool ir_is_bstr(const char *name, const struct ir_type *type);

#endif
