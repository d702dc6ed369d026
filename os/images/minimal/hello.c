/* The only application of the minimal image: says that the machine runs, and stops it. */
#include <arch.h>
#include <com_impl.h>
#include <component.h>
#include <os_format.h>

#define HELLO_EXIT 3

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    const void *start;
    size_t size_bytes;
    uint32_t i;

    (void)ns;
    (void)out_object;
    os_print("hello from %s, command line '%s'\n", board_system_name(), board_command_line());
    for (i = 0; board_boot_module(i, &start, &size_bytes); i++)
        os_print("module %u: %u bytes%s\n", i, (uint32_t)size_bytes,
                 (uintptr_t)start % 4096 ? ", on no page" : "");
    board_shutdown(HELLO_EXIT);
}
