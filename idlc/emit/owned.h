/* Structs that results hold memory with: who gets one frees what it points to. */
#ifndef IDLC_OWNED_H
#define IDLC_OWNED_H

#include "ir.h"

#include "arena.h"

struct owned {
    const struct ir_struct **structs;
    uint32_t count;
};

/** Those that remote methods of the file return; com_free_TAG() is for them. */
struct owned owned_structs(struct arena *arena, const struct ir_file *file);

#endif
