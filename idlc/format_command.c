/* `idlc fmt`: its command line, and the files. */
#define _XOPEN_SOURCE 700 /* fchmod, mkstemp */

#include "diagnostics.h"
#include "format.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_OK = 0, EXIT_ERRORS = 1, EXIT_USAGE = 2 };

static const char HELP[] =
    "usage: idlc fmt [--check | --stdout] FILE.idl...\n"
    "       idlc fmt - <FILE.idl\n"
    "\n"
    "Lays out FILEs in the project's style, in place: indents of four, a brace of a block on a line of its "
    "own, one\n"
    "space where there is any, at most one blank line, lists broken at 120 columns. Your own line ends stay "
    "where they\n"
    "are of use. Comments and preprocessor lines keep their text, and what the file says never changes. "
    "Formatting\n"
    "twice is formatting once.\n"
    "\n"
    "  --check   write nothing; name the files that would change, and exit with 1 if there are any\n"
    "  --stdout  print the result instead\n"
    "  -         from standard input to standard output\n"
    "\n"
    "Exit code: 0 all is well, 1 a file is not laid out (--check) or cannot be, 2 wrong use of the command.\n"
    "\n"
    "examples:\n"
    "  idlc fmt gauge.idl\n"
    "  idlc fmt --check idl/*/*.idl\n";

enum format_mode { FORMAT_IN_PLACE, FORMAT_CHECK, FORMAT_PRINT };

static int usage_error(const char *message, const char *word)
{
    fprintf(stderr, "idlc: fmt: %s%s\nTry 'idlc fmt --help'.\n", message, word);
    return EXIT_USAGE;
}

static int fail(const char *path, const char *why)
{
    fprintf(stderr, "%s: error: %s\n", path, why);
    return EXIT_ERRORS;
}

/* Everything that comes, up to what an input may have. */
static bool read_all(FILE *from, struct text *out)
{
    char bytes[65536];
    size_t length;

    while ((length = fread(bytes, 1, sizeof(bytes), from)) > 0 && out->length <= SOURCE_BYTES_MAX)
        text_add(out, bytes, length);
    return !ferror(from) && out->length <= SOURCE_BYTES_MAX;
}

/* Beside the file and then in its place: whoever reads it sees the one or the other, whole. */
static int replace_file(struct arena *arena, const char *path, const struct text *text)
{
    char *target = realpath(path, NULL), *temporary; /* what a link leads to; the link stays */
    struct stat status;
    int file, error;

    if (!target || stat(target, &status) != 0) {
        free(target);
        return fail(path, strerror(errno));
    }
    path = arena_format(arena, "%s", target);
    free(target);
    temporary = arena_format(arena, "%s.XXXXXX", path);
    file = mkstemp(temporary);
    if (file < 0)
        return fail(temporary, strerror(errno));
    error = fchmod(file, status.st_mode & 07777) != 0 ||
            write(file, text->bytes, text->length) != (ssize_t)text->length;
    error = close(file) != 0 || error || rename(temporary, path) != 0;
    if (!error)
        return EXIT_OK;
    error = errno;
    (void)unlink(temporary);
    return fail(path, strerror(error));
}

static int format_file(const char *path, FILE *file, enum format_mode mode)
{
    struct arena *arena = arena_create();
    struct text before, after;
    const char *wrong = NULL;
    int result = EXIT_OK;
    uint32_t line = 0;

    text_init(&before, arena);
    text_init(&after, arena);
    if (!read_all(file, &before))
        wrong = ferror(file) ? strerror(errno) : "the file is larger than 16 MiB";
    else
        wrong = format_text(arena, before.bytes, (uint32_t)before.length, &after, &line);
    if (wrong) {
        result = fail(line ? arena_format(arena, "%s:%u", path, (unsigned)line) : path, wrong);
    } else if (mode == FORMAT_PRINT) {
        if (fwrite(after.bytes, 1, after.length, stdout) != after.length)
            result = fail("standard output", strerror(errno));
    } else if (after.length != before.length || memcmp(after.bytes, before.bytes, after.length) != 0) {
        if (mode == FORMAT_CHECK) {
            printf("%s\n", path);
            result = EXIT_ERRORS;
        } else {
            result = replace_file(arena, path, &after);
        }
    }
    arena_destroy(arena);
    return result;
}

static int format_path(const char *path, enum format_mode mode)
{
    FILE *file = fopen(path, "rb");
    int result;

    if (!file) {
        fprintf(stderr, "idlc: error: cannot read %s: %s [%s]\n", path, strerror(errno),
                diagnostic_name(ERROR_CANNOT_READ));
        return EXIT_ERRORS;
    }
    result = format_file(path, file, mode);
    (void)fclose(file); /* it was read */
    return result;
}

int format_command(int word_count, char **words)
{
    enum format_mode mode = FORMAT_IN_PLACE;
    int result = EXIT_OK, files = 0, i;

    for (i = 0; i < word_count; i++) {
        if (strcmp(words[i], "--help") == 0 || strcmp(words[i], "-h") == 0) {
            fputs(HELP, stdout);
            return EXIT_OK;
        }
        if (strcmp(words[i], "--check") == 0)
            mode = FORMAT_CHECK;
        else if (strcmp(words[i], "--stdout") == 0)
            mode = FORMAT_PRINT;
        else if (words[i][0] == '-' && words[i][1])
            return usage_error("unknown option ", words[i]);
        else
            files++;
    }
    if (!files)
        return usage_error("no .idl file given", "");
    for (i = 0; i < word_count; i++) {
        int one = EXIT_OK;

        if (strcmp(words[i], "-") == 0)
            one = format_file("standard input", stdin, mode == FORMAT_CHECK ? mode : FORMAT_PRINT);
        else if (words[i][0] != '-')
            one = format_path(words[i], mode);
        if (one != EXIT_OK)
            result = one;
    }
    return fflush(stdout) == 0 ? result : fail("standard output", strerror(errno));
}
