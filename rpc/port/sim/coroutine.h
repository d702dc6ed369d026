/* Stacks that take turns: what the simulated threads run on. */
#ifndef SIM_COROUTINE_H
#define SIM_COROUTINE_H

#include <stdbool.h>
#include <stddef.h>
#include <ucontext.h>

struct coroutine {
    void *jump[5];    /* where it stands, unless it has not started */
    ucontext_t start; /* of one that has not started */
    bool starting;
    void *fake_stack;       /* the sanitizer's */
    const void *stack;      /* lowest address */
    size_t stack_bytes;     /* usable */
    struct coroutine *free; /* in the pool */
};

/** One that will run `main`, which never returns. @retval NULL out of memory */
struct coroutine *coroutine_create(void (*main)(void));

/** Not of the one that runs. Its stack is used again. */
void coroutine_free(struct coroutine *coroutine);

/** Goes on with `to`; returns when somebody goes on with `from`, which is the one that runs. */
void coroutine_switch(struct coroutine *from, struct coroutine *to);

/** First of all in `main` of a new one. @param from  where it was switched to from */
void coroutine_started(struct coroutine *from);

#endif
