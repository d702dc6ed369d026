#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <stdint.h>

struct arch_context {
    uint32_t esp;     /* callee-saved registers and the return address lie there */
    uint8_t x87[108]; /* fnsave */
};

#endif
