#include <arch.h>
#include <os_format.h>

void os_print(const char *format, ...)
{
    va_list arguments;
    char text[256];
    size_t length;

    va_start(arguments, format);
    length = os_format_v(text, sizeof(text), format, arguments);
    va_end(arguments);
    board_console_write(text, length < sizeof(text) ? length : sizeof(text) - 1);
}
