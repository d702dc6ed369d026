#include "preprocess.h"

#include <ctype.h>
#include <string.h>

static bool is_ignored(const char *name, size_t length)
{
    /* "#" alone and "# 12 "file"" are legal and say nothing. */
    return length == 0 || (length == 6 && memcmp(name, "pragma", 6) == 0) ||
           (length == 4 && memcmp(name, "line", 4) == 0) || (length == 5 && memcmp(name, "ident", 5) == 0);
}

static void refuse(struct diagnostics *diagnostics, struct span span, const char *name, size_t length)
{
    diagnose_error(diagnostics, span, "preprocessor directive '#%.*s' is not supported", (int)length, name);
    if (length == 7 && memcmp(name, "include", 7) == 0)
        diagnose_hint(diagnostics,
                      "use import \"file.idl\"; for interfaces, cpp_quote(\"#include ...\") for C headers");
    else if (length == 6 && memcmp(name, "define", 6) == 0)
        diagnose_hint(diagnostics, "use const uint32_t NAME = value;");
}

/* A directive at `at`, which is a '#'; returns the end of its last line. */
static uint32_t directive(struct diagnostics *diagnostics, const struct source *source, uint32_t at)
{
    const char *text = source->text;
    uint32_t name = at + 1, name_end, end;

    while (text[name] == ' ' || text[name] == '\t')
        name++;
    for (name_end = name; isalpha((unsigned char)text[name_end]); name_end++)
        ;
    if (!is_ignored(text + name, name_end - name))
        refuse(diagnostics, (struct span){source, at, name_end}, text + name, name_end - name);
    for (end = name_end; end < source->size && text[end] != '\n'; end++)
        if (text[end] == '\\' && (text[end + 1] == '\n' || (text[end + 1] == '\r' && text[end + 2] == '\n')))
            end += text[end + 1] == '\r' ? 2 : 1;
    return end < source->size ? end : source->size;
}

static void blank(char *text, uint32_t begin, uint32_t end)
{
    for (; begin < end; begin++)
        if (text[begin] != '\n')
            text[begin] = ' ';
}

/* Behind a comment or a string that starts at `at`, else `at`. A '#' inside them is no directive. */
static uint32_t skip_quoted(const struct source *source, uint32_t at)
{
    const char *text = source->text;
    uint32_t i = at;

    if (text[at] == '/' && text[at + 1] == '*') {
        for (i = at + 2; i < source->size; i++)
            if (text[i] == '*' && text[i + 1] == '/')
                return i + 2;
    } else if (text[at] == '/' && text[at + 1] == '/') {
        while (i < source->size && text[i] != '\n')
            i++;
    } else if (text[at] == '"' || text[at] == '\'') {
        for (i = at + 1; i < source->size && text[i] != '\n' && text[i] != text[at]; i++)
            if (text[i] == '\\' && i + 1 < source->size)
                i++;
        if (i < source->size && text[i] == text[at])
            i++;
    }
    return i;
}

const char *preprocess(struct arena *arena, struct diagnostics *diagnostics, const struct source *source)
{
    char *text = arena_copy(arena, source->text, source->size);
    bool line_start = true;
    uint32_t i = 0;

    if (source->size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        blank(text, 0, 3); /* a byte order mark */
        i = 3;
    }
    while (i < source->size) {
        uint32_t behind = skip_quoted(source, i);

        if (behind > i) {
            line_start = false;
            i = behind;
        } else if (text[i] == '#' && line_start) {
            uint32_t end = directive(diagnostics, source, i);

            blank(text, i, end);
            i = end;
        } else {
            if (text[i] == '\n')
                line_start = true;
            else if (!isspace((unsigned char)text[i]))
                line_start = false;
            i++;
        }
    }
    return text;
}
