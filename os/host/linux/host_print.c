/* What a component says: to the node's standard output, as a kernel's console. */
#include <os_format.h>
#include <stdio.h>

void os_print(const char *format, ...)
{
    va_list arguments;
    char text[256];

    va_start(arguments, format);
    (void)os_format_v(text, sizeof(text), format, arguments);
    va_end(arguments);
    fputs(text, stdout);
    fflush(stdout);
}
