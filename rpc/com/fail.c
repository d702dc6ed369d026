/* Failing with a text for people; see com.h. */
#include <com.h>
#include <stdarg.h>

HRESULT com_fail(HRESULT hr, const char *part, ...)
{
    char text[COM_DETAIL_MAX + 1];
    size_t length = 0;
    va_list parts;

    va_start(parts, part);
    for (; part; part = va_arg(parts, const char *)) {
        while (*part && length < COM_DETAIL_MAX)
            text[length++] = *part++;
    }
    va_end(parts);
    text[length] = '\0';
    com_set_error_detail(text);
    return hr;
}
