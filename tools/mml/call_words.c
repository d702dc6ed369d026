#include "call_words.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Largest file that is an argument: more than any message carries. */
#define FILE_BYTES_MAX ((size_t)64 * 1024 * 1024)

void call_print_help(void)
{
    printf(
        "usage: mml call [--timeout MS] [--raw OUTPUT] PATH [INTERFACE.]METHOD [NAME=VALUE]...\n"
        "                [-- [OUTPUT:][INTERFACE.]METHOD [NAME=VALUE]...]...\n"
        "       mml call PATH [[INTERFACE.]METHOD] --help\n"
        "\n"
        "Calls a method of the object at PATH. What its interfaces look like is asked from its node, so "
        "they\n"
        "need not be known to this program: --help shows the object's methods, or one with an example, and\n"
        "`mml describe PATH` all there is. INTERFACE may be left out if only one of the object's interfaces\n"
        "has such a method.\n"
        "\n"
        "values:\n"
        "  numbers           42, -1, 0xff, 1.5e3, nan, inf, or the name of a constant, enum value or result\n"
        "  characters        x, or a number; '7' is the digit\n"
        "  booleans, GUIDs   true, false; 6d6d6c01-0003-4001-8001-000000000016\n"
        "  texts             as they are; @FILE: what the file holds; @@...: a text that begins with @\n"
        "  bytes             as texts, or hex:00ff...; text:... is text that begins like that\n"
        "  structs, arrays   JSON, such as '{\"x\": 1, \"names\": [\"a\", \"b\"]}', or @FILE\n"
        "  interfaces        the path of an object, :OUTPUT, or null\n"
        "null is for numbers, structs and objects that may be NULL; a text that is left out is NULL, too.\n"
        "What counts the elements of an array, or is the room for a result, may be left out.\n"
        "\n"
        "Behind -- follows another call: of the interface that came out of the one before or, if none did,\n"
        "of the same object. OUTPUT: says which, of all that came out so far, and : alone is the object at\n"
        "PATH. As a value, :OUTPUT is that object.\n"
        "\n"
        "  --timeout MS   instead of the method's own, or 5000\n"
        "  --raw OUTPUT   print only the bytes of this output, as they are\n"
        "\n"
        "examples:\n"
        "  mml call /net/n1/calculator Divide dividend=7 divisor=2\n"
        "  mml call --json /net/n1/probe IProbe.Echo data=hello\n"
        "  mml call /net/n1 Bind path=probe flags=0 -- IProbe.GetCount\n"
        "  mml call /net/n1/tally Open -- Add value=3 -- Add value=4 -- GetStatistics\n"
        "\n"
        "exit codes: 0 the method succeeded, 1 it or the call failed, 2 a word means nothing (of the "
        "method,\n"
        "a parameter, a value), and the call that it belongs to was not made\n");
}

/* ---- words ---- */

static enum mml_exit read_file(const char *path, struct request_argument *argument, char **out_memory)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t size = 0, capacity = 4096;
    char *bytes = file ? malloc(capacity) : NULL;

    while (bytes && size < FILE_BYTES_MAX && !feof(file) && !ferror(file)) {
        size += fread(bytes + size, 1, capacity - size, file);
        if (size == capacity) {
            char *grown = realloc(bytes, capacity * 2);

            if (!grown)
                break;
            bytes = grown;
            capacity *= 2;
        }
    }
    if (!file || !bytes || ferror(file) || size >= FILE_BYTES_MAX) {
        mml_error("%s=@%s: %s", argument->name, path,
                  size >= FILE_BYTES_MAX ? "the file is too large" : strerror(errno));
        mml_hint("@ goes before the name of a file; a text that begins with @ is written @@...");
        free(bytes);
        if (file && file != stdin)
            fclose(file);
        return MML_FAILED;
    }
    if (file != stdin)
        fclose(file);
    *out_memory = bytes;
    argument->value = (struct value_text){bytes, size, true};
    return MML_OK;
}

static enum mml_exit read_argument(struct call_words *words, char *word)
{
    struct request_argument *argument = &words->arguments[words->argument_count];
    char *equals = strchr(word, '=');

    if (!equals || equals == word)
        return mml_usage_error("call", "`%s` is no NAME=VALUE", word);
    if (words->argument_count == CALL_ARGUMENTS_MAX)
        return mml_usage_error("call", "a method has at most %d parameters", CALL_ARGUMENTS_MAX);
    *equals = '\0';
    argument->name = word;
    argument->value = (struct value_text){equals + 1, strlen(equals + 1), false};
    words->argument_count++;
    if (equals[1] != '@')
        return MML_OK;
    if (equals[2] == '@') {
        argument->value.bytes++;
        argument->value.size--;
        return MML_OK;
    }
    return read_file(equals + 2, argument, &words->memory[words->argument_count - 1]);
}

void call_free_words(struct call_words *words)
{
    uint32_t i;

    for (i = 0; i < words->argument_count; i++)
        free(words->memory[i]);
}

/* The words up to the next --, of which the first is the method. @return how many */
static int read_words(struct call_words *words, int count, char **arguments, enum mml_exit *out_result)
{
    char *colon;
    int i;

    for (i = 0; i < count && strcmp(arguments[i], "--") != 0 && *out_result == MML_OK; i++) {
        if (words->method) {
            *out_result = read_argument(words, arguments[i]);
            continue;
        }
        colon = strchr(arguments[i], ':');
        if (colon) {
            *colon = '\0';
            words->object = arguments[i];
        }
        words->method = colon ? colon + 1 : arguments[i];
    }
    if (*out_result == MML_OK && (!words->method || !*words->method))
        *out_result = mml_usage_error("call", "a method is missing");
    return i;
}

/* All calls of the command line, before the first is made. */
enum mml_exit call_read_words(struct call_words *calls, int *out_count, int count, char **arguments)
{
    enum mml_exit result = MML_OK;

    for (*out_count = 0; result == MML_OK && *out_count < CALL_CALLS_MAX;) {
        int taken = read_words(&calls[(*out_count)++], count, arguments, &result);

        if (result == MML_OK && *out_count == 1 && calls[0].object)
            result =
                mml_usage_error("call", "`%s:` is an output of no call: this is the first", calls[0].object);
        if (taken >= count)
            return result;
        count -= taken + 1;
        arguments += taken + 1;
    }
    return result != MML_OK ? result : mml_usage_error("call", "at most %d calls in a row", CALL_CALLS_MAX);
}

/* ---- options ---- */

static enum mml_exit read_timeout(const char *text, struct call_options *options)
{
    char *end;
    unsigned long value = text ? strtoul(text, &end, 10) : 0;

    if (!text || !*text || *end || *text == '-' || value == 0 || value > 24 * 3600 * 1000ul)
        return mml_usage_error("call", "--timeout takes milliseconds, from 1 to a day");
    options->timeout_ms = (uint32_t)value;
    return MML_OK;
}

/* Takes the options before the first --. @return how many words are left at the front of `arguments` */
int call_read_options(int count, char **arguments, struct call_options *options, enum mml_exit *out_result)
{
    int kept = 0, i;

    *out_result = MML_OK;
    for (i = 0; i < count && strcmp(arguments[i], "--") != 0 && *out_result == MML_OK; i++) {
        char *word = arguments[i];

        if (strcmp(word, "--timeout") == 0)
            *out_result = read_timeout(arguments[i + 1] ? arguments[++i] : NULL, options);
        else if (strncmp(word, "--timeout=", 10) == 0)
            *out_result = read_timeout(word + 10, options);
        else if (strcmp(word, "--raw") == 0 && arguments[i + 1])
            options->raw = arguments[++i];
        else if (strncmp(word, "--raw=", 6) == 0)
            options->raw = word + 6;
        else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
            options->is_help = true;
        else if (word[0] == '-' && !strchr(word, '='))
            *out_result = mml_usage_error("call", "there is no option `%s`", word);
        else
            arguments[kept++] = word;
    }
    for (; i < count; i++)
        arguments[kept++] = arguments[i];
    return kept;
}
