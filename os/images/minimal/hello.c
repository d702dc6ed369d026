/* The only application of the minimal image: says that the machine runs, and stops it. */
#include <arch.h>
#include <com_impl.h>
#include <component.h>
#include <os_format.h>

#define HELLO_EXIT 3

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns;
    (void)out_object;
    os_print("hello from %s, command line '%s'\n", board_system_name(), board_command_line());
    board_shutdown(HELLO_EXIT);
}
