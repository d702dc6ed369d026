/*
 * The first time a stack is entered by way of ucontext, then by the compiler's own setjmp and longjmp, which
 * save three registers and no signal mask: a simulation switches some million times a second.
 */
#include "coroutine.h"
#include <stdlib.h>
#include <sys/mman.h>

#define STACK_BYTES ((size_t)(256 * 1024))
#define GUARD_BYTES ((size_t)4096)

/* There only in programs with a sanitizer, which must be told about stacks. */
void __sanitizer_start_switch_fiber(void **out_fake_stack, const void *stack, size_t bytes)
    __attribute__((weak));
void __sanitizer_finish_switch_fiber(void *fake_stack, const void **out_stack, size_t *out_bytes)
    __attribute__((weak));
void __asan_unpoison_memory_region(const volatile void *memory, size_t bytes) __attribute__((weak));

static struct coroutine *pool;

static struct coroutine *create_with_stack(void)
{
    struct coroutine *made = (struct coroutine *)calloc(1, sizeof(*made));
    char *memory;

    if (!made)
        return NULL;
    memory = (char *)mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED || mprotect(memory, GUARD_BYTES, PROT_NONE) != 0) {
        free(made);
        return NULL;
    }
    made->stack = memory + GUARD_BYTES;
    made->stack_bytes = STACK_BYTES;
    return made;
}

/* Of its own, since getcontext is one of the functions that seem to return twice. */
static void prepare(struct coroutine *coroutine, void (*main)(void))
{
    (void)getcontext(&coroutine->start);
    coroutine->start.uc_stack.ss_sp = (void *)(size_t)coroutine->stack;
    coroutine->start.uc_stack.ss_size = coroutine->stack_bytes;
    coroutine->start.uc_link = NULL;
    makecontext(&coroutine->start, main, 0);
}

struct coroutine *coroutine_create(void (*main)(void))
{
    struct coroutine *made = pool;

    if (made)
        pool = made->free;
    else
        made = create_with_stack();
    if (!made)
        return NULL;
    if (__asan_unpoison_memory_region) /* its last user may have been dropped in the middle of something */
        __asan_unpoison_memory_region(made->stack, made->stack_bytes);
    made->fake_stack = NULL;
    made->starting = true;
    prepare(made, main);
    return made;
}

void coroutine_free(struct coroutine *coroutine)
{
    coroutine->free = pool;
    pool = coroutine;
}

__attribute__((noinline, noreturn, no_sanitize("address"))) static void go(struct coroutine *to)
{
    if (to->starting) {
        to->starting = false;
        (void)setcontext(&to->start);
        abort();
    }
    __builtin_longjmp(to->jump, 1);
}

__attribute__((noinline)) void coroutine_switch(struct coroutine *from, struct coroutine *to)
{
    if (__sanitizer_start_switch_fiber)
        __sanitizer_start_switch_fiber(&from->fake_stack, to->stack, to->stack_bytes);
    if (__builtin_setjmp(from->jump) == 0)
        go(to);
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(from->fake_stack, NULL, NULL);
}

void coroutine_started(struct coroutine *from)
{
    if (__sanitizer_finish_switch_fiber)
        __sanitizer_finish_switch_fiber(NULL, from->stack ? NULL : &from->stack,
                                        from->stack_bytes ? NULL : &from->stack_bytes);
}
