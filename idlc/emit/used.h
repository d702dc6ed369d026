/* Which structs and enums the remote methods of a file use. */
#ifndef IDLC_USED_H
#define IDLC_USED_H

#include "ir.h"

#include "arena.h"

enum used_direction { USED_READS = 1, USED_WRITES = 2 };

struct used_struct {
    const struct ir_struct *structure;
    unsigned directions;
};

struct used_enum {
    const struct ir_enum *enumeration;
    unsigned directions;
};

struct used {
    struct arena *arena;
    struct used_struct *structs; /* inner ones first */
    uint32_t struct_count;
    struct used_enum *enums;
    uint32_t enum_count;
};

/**
 * Of the methods that are wanted (NULL: all).
 * @param is_stub  a stub reads what is in and writes what is out, a proxy the other way
 */
void used_by_methods(struct used *used, struct arena *arena, const struct ir_file *file, bool is_stub,
                     bool (*is_wanted)(const struct ir_method *method));

#endif
