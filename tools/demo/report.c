/* What the demo prints. */
#include "demo.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_terminal(void)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(no_color && *no_color);
}

const char *report_bold(void)
{
    return is_terminal() ? "\033[1m" : "";
}

const char *report_plain(void)
{
    return is_terminal() ? "\033[0m" : "";
}

static const char *marker(bool held)
{
    if (!isatty(STDOUT_FILENO))
        return held ? "ok    " : "FAILED";
    if (!is_terminal())
        return held ? "✓" : "✗";
    return held ? "\033[1;32m✓\033[0m" : "\033[1;31m✗\033[0m";
}

bool report_step(unsigned number, bool held, const char *format, ...)
{
    va_list arguments;

    printf("%u %s ", number, marker(held));
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    return held;
}

void report_detail(const char *format, ...)
{
    va_list arguments;

    printf("      ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void report_text(const char *text)
{
    while (*text) {
        size_t length = strcspn(text, "\n");

        report_detail("%.*s", (int)length, text);
        text += length + (text[length] == '\n');
    }
}

bool report_failure(struct demo *demo, unsigned number, const char *what, HRESULT hr)
{
    const char *text = com_result_text(hr);
    const char *detail = com_error_detail();

    return report_step(number, false, "%s: %s%s%s%s%s%s", what, mmlite_result_name(demo->mmlite, hr),
                       text ? " (" : "", text ? text : "", text ? ")" : "", *detail ? ": " : "", detail);
}
