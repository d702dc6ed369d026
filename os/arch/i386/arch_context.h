/* A thread that does not run: the rest of its registers lies on its stack. */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <stdint.h>

struct arch_context {
    uint32_t esp;     /* callee-saved registers and the return address lie there */
    uint32_t x87[27]; /* fnsave: control, status and tag word first */
};

#endif
