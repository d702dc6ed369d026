/* A thread that does not run: its registers lie on its stack. */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <stdint.h>

struct arch_context {
    uint32_t sp; /* r4 to r11 and the return address lie there */
};

#endif
