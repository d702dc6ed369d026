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

void os_assert_failed(const char *where)
{
    kernel_panic("an assertion failed", where);
}

void kernel_thread_only(const char *function)
{
    if (kernel_interrupt_owner)
        kernel_panic("called inside an interrupt routine", function);
}

uint32_t kernel_enter(const char *function)
{
    kernel_thread_only(function);
    return arch_interrupts_off();
}
