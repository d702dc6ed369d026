/* A thread of the fake machine (fake_machine.h) that does not run. */
#ifndef ARCH_CONTEXT_H
#define ARCH_CONTEXT_H

#include <ucontext.h>

struct arch_context {
    ucontext_t registers;
    void (*main)(void *argument);
    void *argument;
};

#endif
