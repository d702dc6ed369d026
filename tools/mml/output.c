/* What the commands print beside their results: errors with a next step, JSON strings, colour. */
#include "mml.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *sequence(FILE *file, const char *text)
{
    /* https://no-color.org: set and not empty means none */
    const char *no_color = getenv("NO_COLOR");

    return isatty(fileno(file)) && !(no_color && *no_color) ? text : "";
}

const char *mml_bold(FILE *file)
{
    return sequence(file, "\033[1m");
}

const char *mml_red(FILE *file)
{
    return sequence(file, "\033[1;31m");
}

const char *mml_dim(FILE *file)
{
    return sequence(file, "\033[2m");
}

const char *mml_plain(FILE *file)
{
    return sequence(file, "\033[0m");
}

void mml_error(const char *format, ...)
{
    va_list arguments;

    fflush(stdout); /* so that the two streams stay in order */
    fprintf(stderr, "mml: %serror:%s ", mml_red(stderr), mml_plain(stderr));
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void mml_hint(const char *format, ...)
{
    va_list arguments;

    fprintf(stderr, "  next: ");
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

void mml_call_error(struct mmlite *mmlite, const char *what, HRESULT hr)
{
    const char *text = com_result_text(hr);
    const char *detail = com_error_detail();

    mml_error("%s: %s%s%s%s%s%s", what, mmlite_result_name(mmlite, hr), text ? " (" : "", text ? text : "",
              text ? ")" : "", *detail ? ": " : "", detail);
}

enum mml_exit mml_usage_error(const char *command, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fprintf(stderr, "mml: %serror:%s ", mml_red(stderr), mml_plain(stderr));
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    mml_hint("`mml %s%s--help` shows how it is used", command, *command ? " " : "");
    return MML_USAGE;
}

void mml_json_string(FILE *file, const char *text)
{
    fputc('"', file);
    for (; *text; text++) {
        unsigned char byte = (unsigned char)*text;

        if (byte == '"' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte < 0x20 || byte == 0x7f)
            fprintf(file, "\\u%04x", byte);
        else
            fputc(byte, file);
    }
    fputc('"', file);
}
