#include "diagnostics.h"

#include <stdarg.h>
#include <string.h>

#define COLOUR_ERROR "\033[1;31m"
#define COLOUR_WARNING "\033[1;35m"
#define COLOUR_NOTE "\033[1;36m"
#define COLOUR_PLACE "\033[1m"
#define COLOUR_CARET "\033[1;32m"
#define COLOUR_END "\033[0m"

/* A line longer than this is shown in part, and so is a message in JSON. */
#define LINE_BYTES_MAX 200
#define MESSAGE_BYTES_MAX 1000

static const struct {
    const char *name;
    const char *text;
} CODES[] = {
#define ERROR(number, name, text) {"E" #number, text},
#define WARNING(number, name, text) {"W" #number, text},
#include "diagnostics.def"
#undef ERROR
#undef WARNING
};

const char *diagnostic_name(enum diagnostic_code code)
{
    return CODES[code].name;
}

const char *diagnostic_text(enum diagnostic_code code)
{
    return CODES[code].text;
}

void diagnostics_init(struct diagnostics *diagnostics, FILE *out, bool colour)
{
    memset(diagnostics, 0, sizeof(*diagnostics));
    diagnostics->out = out;
    diagnostics->colour = colour;
}

/* ---- JSON ---- */

/* Bytes of the character at `text` if it is UTF-8; 0: it is not. */
static size_t utf8_length(const char *text)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t length = *byte < 0x80   ? 1
                    : *byte < 0xC2 ? 0
                    : *byte < 0xE0 ? 2
                    : *byte < 0xF0 ? 3
                    : *byte < 0xF5 ? 4
                                   : 0;
    size_t i;

    for (i = 1; i < length; i++)
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    if ((*byte == 0xE0 && byte[1] < 0xA0) || (*byte == 0xED && byte[1] > 0x9F) ||
        (*byte == 0xF0 && byte[1] < 0x90) || (*byte == 0xF4 && byte[1] > 0x8F))
        return 0;
    return length;
}

/* Files may be of any encoding; JSON is UTF-8. */
static void json_string(FILE *out, const char *text)
{
    fputc('"', out);
    while (*text) {
        size_t length = utf8_length(text);

        if (*text == '"' || *text == '\\')
            fprintf(out, "\\%c", *text);
        else if ((unsigned char)*text < 0x20)
            fprintf(out, "\\u%04x", (unsigned)(unsigned char)*text);
        else if (length == 0)
            fputs("\\ufffd", out);
        else
            fwrite(text, 1, length, out);
        text += length ? length : 1;
    }
    fputc('"', out);
}

static void json_message(FILE *out, const char *kind, const char *format, va_list arguments)
{
    char message[MESSAGE_BYTES_MAX];

    vsnprintf(message, sizeof(message), format, arguments);
    fprintf(out, "{\"kind\":\"%s\",\"message\":", kind);
    json_string(out, message);
}

static void json_place(FILE *out, struct span span)
{
    struct source_place begin, end;

    if (!span.source)
        return;
    begin = source_locate(span.source, span.begin);
    end = source_locate(span.source, span.end);
    fputs(",\"file\":", out);
    json_string(out, span.source->path);
    fprintf(out, ",\"line\":%u,\"column\":%u,\"end_line\":%u,\"end_column\":%u", begin.line, begin.column,
            end.line, end.column);
}

void diagnostics_finish(struct diagnostics *diagnostics)
{
    if (diagnostics->is_open)
        fputs("]}\n", diagnostics->out);
    diagnostics->is_open = false;
}

/* An error or warning, open for its notes. */
static void json_begin(struct diagnostics *diagnostics, struct span span, const char *kind,
                       enum diagnostic_code code, const char *format, va_list arguments)
{
    diagnostics_finish(diagnostics);
    json_message(diagnostics->out, kind, format, arguments);
    fprintf(diagnostics->out, ",\"code\":\"%s\"", CODES[code].name);
    json_place(diagnostics->out, span);
    fputs(",\"notes\":[", diagnostics->out);
    diagnostics->is_open = true;
    diagnostics->has_places = false;
}

static void json_note(struct diagnostics *diagnostics, struct span span, const char *kind, const char *format,
                      va_list arguments)
{
    if (diagnostics->has_places)
        fputc(',', diagnostics->out);
    diagnostics->has_places = true;
    json_message(diagnostics->out, kind, format, arguments);
    json_place(diagnostics->out, span);
    fputc('}', diagnostics->out);
}

/* ---- text ---- */

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

/* Not the first byte of a character. */
static bool is_continued(char byte)
{
    return ((unsigned char)byte & 0xC0) == 0x80;
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
    while (begin < span.begin && begin > place.line_begin && is_continued(text[begin]))
        begin++;
    if (end - begin > LINE_BYTES_MAX)
        end = begin + LINE_BYTES_MAX;
    while (end < place.line_end && end > span.begin && is_continued(text[end]))
        end--;
    fprintf(out, "%5u | ", place.line);
    for (i = begin; i < end; i++)
        put_character(out, text[i], false);
    fputs("\n      | ", out);
    for (i = begin; i < span.begin && i < end; i++)
        if (!is_continued(text[i]))
            put_character(out, text[i], true);
    fprintf(out, "%s^", colour(diagnostics, COLOUR_CARET));
    for (i = span.begin + 1; i < last && i < end; i++)
        if (!is_continued(text[i]))
            fputc('~', out);
    fprintf(out, "%s\n", colour(diagnostics, COLOUR_END));
}

/* `code` is the name behind the message, or NULL. */
static void report(const struct diagnostics *diagnostics, struct span span, const char *kind_colour,
                   const char *kind, const char *code, const char *format, va_list arguments)
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
    if (code)
        fprintf(out, " [%s]", code);
    fputc('\n', out);
    if (span.source)
        show_line(diagnostics, span);
}

/* ---- what the stages call ---- */

static bool same_place(struct span left, struct span right)
{
    return left.source && left.source == right.source && left.begin == right.begin;
}

void diagnose_error(struct diagnostics *diagnostics, enum diagnostic_code code, struct span span,
                    const char *format, ...)
{
    va_list arguments;

    diagnostics->muted = true;
    if (diagnostics->suspended || same_place(span, diagnostics->last))
        return;
    if (diagnostics->explain && diagnostics->explain(diagnostics->explain_context, code)) {
        diagnostics->muted = true;
        return;
    }
    diagnostics->last = span;
    diagnostics->error_count++;
    if (diagnostics->error_count == DIAGNOSTICS_ERRORS_MAX + 1 && !diagnostics->json)
        fprintf(diagnostics->out, "idlc: more than %d errors; the rest is not shown\n",
                DIAGNOSTICS_ERRORS_MAX);
    if (diagnostics->error_count > DIAGNOSTICS_ERRORS_MAX)
        return;
    diagnostics->muted = false;
    va_start(arguments, format);
    if (diagnostics->json)
        json_begin(diagnostics, span, "error", code, format, arguments);
    else
        report(diagnostics, span, COLOUR_ERROR, "error", CODES[code].name, format, arguments);
    va_end(arguments);
}

void diagnose_warning(struct diagnostics *diagnostics, enum diagnostic_code code, struct span span,
                      const char *format, ...)
{
    va_list arguments;

    diagnostics->muted = diagnostics->suspended != 0;
    if (diagnostics->muted)
        return;
    diagnostics->warning_count++;
    va_start(arguments, format);
    if (diagnostics->json)
        json_begin(diagnostics, span, "warning", code, format, arguments);
    else
        report(diagnostics, span, COLOUR_WARNING, "warning", CODES[code].name, format, arguments);
    va_end(arguments);
}

void diagnose_note(struct diagnostics *diagnostics, struct span span, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->muted)
        return;
    va_start(arguments, format);
    if (diagnostics->json)
        json_note(diagnostics, span, "note", format, arguments);
    else
        report(diagnostics, span, COLOUR_NOTE, "note", NULL, format, arguments);
    va_end(arguments);
}

void diagnose_hint(struct diagnostics *diagnostics, const char *format, ...)
{
    va_list arguments;

    if (diagnostics->muted)
        return;
    va_start(arguments, format);
    if (diagnostics->json) {
        json_note(diagnostics, (struct span){0}, "hint", format, arguments);
    } else {
        fprintf(diagnostics->out, "      = %shint:%s ", colour(diagnostics, COLOUR_NOTE),
                colour(diagnostics, COLOUR_END));
        vfprintf(diagnostics->out, format, arguments);
        fputc('\n', diagnostics->out);
    }
    va_end(arguments);
}

void diagnose_remark(struct diagnostics *diagnostics, struct span span, const char *format, ...)
{
    va_list arguments;

    if (!diagnostics->verbose || diagnostics->suspended || diagnostics->json)
        return;
    va_start(arguments, format);
    report(diagnostics, span, COLOUR_NOTE, "remark", NULL, format, arguments);
    va_end(arguments);
}
