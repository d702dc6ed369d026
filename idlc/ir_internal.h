/* Shared by the files that make the IR: ir.c (types, structs, methods), ir_items.c (the order of a header).
 */
#ifndef IDLC_IR_INTERNAL_H
#define IDLC_IR_INTERNAL_H

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

/** With its methods and its bases'. Apart from ir_lower_interface because methods may name heirs of their
 * interface. */
struct ir_interface *ir_complete_interface(struct lowering *lowering, struct ast_declaration *declaration);

/** Whether a typedef of this name is the BSTR that com.h has. */
bool ir_is_bstr(const char *name, const struct ir_type *type);

#endif
