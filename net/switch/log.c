/* See log.h. */
#include "log.h"
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

void switch_log(const char *format, ...)
{
    char text[32] = "";
    struct timespec now;
    struct tm parts;
    va_list arguments;

    clock_gettime(CLOCK_REALTIME, &now);
    if (gmtime_r(&now.tv_sec, &parts))
        strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts);
    printf("%s.%03ldZ ", text, now.tv_nsec / 1000000);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    fflush(stdout);
}
