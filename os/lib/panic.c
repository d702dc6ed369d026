#include <arch.h>
#include <assert.h>
#include <os_format.h>

uintptr_t kernel_interrupted_at;
const char *kernel_interrupt_owner;
const char *(*kernel_thread_name)(void);
void (*kernel_interrupt)(uint32_t irq);
void (*kernel_interrupt_leave)(void);

void kernel_panic(const char *why, const char *detail)
{
    static bool is_panicking;
    const char *owner = kernel_interrupt_owner;

    (void)arch_interrupts_off(); /* for good */
    if (is_panicking) {          /* a name below led nowhere: the reason is said already */
        os_print("panic: inside a panic: %s\n", why);
        board_shutdown(PANIC_EXIT);
    }
    is_panicking = true;
    os_print("panic: %s%s%s\n", detail ? detail : "", detail ? ": " : "", why);
    if (owner)
        os_print("  in the interrupt routine of %s\n", owner);
    else if (kernel_thread_name)
        os_print("  in thread %s\n", kernel_thread_name());
    board_shutdown(PANIC_EXIT);
}

void os_assert_failed(const char *condition, const char *file, int line)
{
    char where[128];

    os_format(where, sizeof(where), "%s:%d", file, line);
    kernel_panic(condition, where);
}
