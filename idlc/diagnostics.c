#include "diagnostics.h"

#include <stdarg.h>
#include <string.h>

#define COLOUR_ERROR "\033[1;31m"
#define COLOUR_WARNING "\033[1;35m"
#define COLOUR_NOTE "\033[1;36m"
#define COLOUR_PLACE "\033[1m"
#define COLOUR_CARET "\033[1;32m"
#define COLOUR_END "\033[0m"

/* A line longer than this is shown in part. */
#define LINE_BYTES_MAX 200

void diagnostics_init(struct diagnostics *diagnostics, FILE *out, bool colour)
{
    memset(diagnostics, 0, sizeof(*diagnostics));
    diagnostics->out = out;
    diagnostics->colour = colour;
}

static const char *colour(const struct diagnostics *diagnostics, const char *code)
{
    return diagnostics->colour ? code : "";
}

/* Controls would move the caret or the terminal; a tab keeps its width in both lines. */
static void put_character(FILE *out, char character, bool only_width)
{
    if (character == '\t')
        fputc('\t', out);
    else if (only_width)
        fputc(' ', out);
    else
        fputc((unsigned char)character < 0x20 || character == 0x7F ? '?' : character, out);
}

static void show_line(const struct diagnostics *diagnostics, struct span span)
{
    struct source_place place = source_locate(span.source, span.begin);
    uint32_t begin = place.line_begin, end = place.line_end, i;
    uint32_t last = span.end > span.begin ? span.end : span.begin + 1;
    const char *text = span.source->text;
    FILE *out = diagnostics->out;

    if (span.begin - begin > LINE_BYTES_MAX / 2)
        begin = span.begin - LINE_BYTES_MAX / 2;
    if (end - begin > LINE_BYTES_MAX)
        end = begin + LINE_BYTES_MAX;
    fprintf(out, "%5u | ", place.line);
    for (i = begin; i < end; i++)
        put_character(out, text[i], false);
    fputs("\n      | ", out);
    for (i = begin; i < span.begin && i < end; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            put_character(out, text[i], true);
    fprintf(out, "%s^", colour(diagnostics, COLOUR_CARET));
    for (i = span.begin + 1; i < last && i < end; i++)
        if (((unsigned char)text[i] & 0xC0) != 0x80)
            fputc('~', out);
    fprintf(out, "%s\n", colour(diagnostics, COLOUR_END));
}

static void report(const struct diagnostics *diagnostics, struct span span, const char *kind_colour,
                   const char *kind, const char *format, va_list arguments)
{
    FILE *out = diagnostics->out;

    if (span.source) {
        struct source_place place = source_locate(span.source, span.begin);

        fprintf(out, "%s%s:%u:%u:%s ", colour(diagnostics, COLOUR_PLACE), span.source->path, place.line,
                place.column, colour(diagnostics, COLOUR_END));
    } else {
        fputs("idlc: ", out);
    }
    fprintf(out, "%s%s:%s ", colour(diagnostics, kind_colour), kind, colour(diagnostics, COLOUR_END));
    vfprintf(out, format, arguments);
    fputc('\n', out);
    if (span.source)
        show_line(diagnostics, span);
}

static bool same_place(struct span left, struct span right)
{
    return left.source && left.source == right.source && left.begin == right.begin;
}

void diagnose_error(struct diagnostics *diagnostics, struct span span, const char *format, ...)
{
    va_list arguments;

    diagnostics->muted = true;
    if (same_place(span, diagnostics->last))
        return;
    diagnostics->last = span;
    diagnostics->error_count++;
    if (diagnostics->error_count == DIAGNOSTICS_ERRORS_MAX + 1)
        fprintf(diagnostics->out, "idlc: more than %d errors; the rest is not shown\n",
                DIAGNOSTICS_ERRORS_MAX);
    if (diagnostics->error_count > DIAGNOSTICS_ERRORS_MAX)
        return;
    diagnostics->muted = false;
    va_start(arguments, format);
    report(diagnostics, span, COLOUR_ERROR, "error", format, arguments);
    va_end(arguments);
}

void diagnose_warning(struct diagnostics *diagnostics, struct span span, const char *format, ...)
{
    va_list arguments;

    diagnostics->muted = false;
    va_start(arguments, format);
    report(diagnostics, span, COLOUR_WARNING, "warning", format, arguments);
    va_end(arguments);
}

void diagnose_note(struct diagnostics *diagnostics, struct span span, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->muted)
        return;
    va_start(arguments, format);
    report(diagnostics, span, COLOUR_NOTE, "note", format, arguments);
    va_end(arguments);
}

void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->muted)
        return;
    fprintf(diagnostics->out, "      = %shint:%s ", colour(diagnostics, COLOUR_NOTE),
            colour(diagnostics, COLOUR_END));
    va_start(arguments, format);
    vfprintf(diagnostics->out, format, arguments);
    va_end(arguments);
    fputc('\n', diagnostics->out);
}
