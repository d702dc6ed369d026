#include "json.h"

#include "names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct arena *arena;
    struct diagnostics *diagnostics;
    const struct source *source;
    uint32_t at;
    uint32_t depth;
    uint32_t count;
};

static const char *here(const struct reader *reader)
{
    return reader->source->text + reader->at;
}

static struct span span_from(const struct reader *reader, uint32_t begin)
{
    uint32_t end = reader->at > begin ? reader->at : begin + 1;

    return (struct span){reader->source, begin, end};
}

static bool fail(const struct reader *reader, uint32_t begin, const char *what)
{
    diagnose_error(reader->diagnostics, ERROR_BAD_JSON, span_from(reader, begin), "%s", what);
    return false;
}

static void skip_space(struct reader *reader)
{
    reader->at += (uint32_t)strspn(here(reader), " \t\r\n");
}

static bool take(struct reader *reader, char character)
{
    skip_space(reader);
    if (*here(reader) != character || reader->at >= reader->source->size)
        return false;
    reader->at++;
    return true;
}

/* ---- strings ---- */

/** Bytes of the UTF-8 sequence at `text`; 0: it is none (RFC 3629). */
static uint32_t utf8_bytes(const unsigned char *text)
{
    if (text[0] < 0x80)
        return 1;
    if (text[0] >= 0xC2 && text[0] < 0xE0 && (text[1] & 0xC0) == 0x80)
        return 2;
    if (text[0] >= 0xE0 && text[0] < 0xF0 && (text[1] & 0xC0) == 0x80 && (text[2] & 0xC0) == 0x80)
        return (text[0] == 0xE0 && text[1] < 0xA0) || (text[0] == 0xED && text[1] > 0x9F) ? 0 : 3;
    if (text[0] >= 0xF0 && text[0] < 0xF5 && (text[1] & 0xC0) == 0x80 && (text[2] & 0xC0) == 0x80 &&
        (text[3] & 0xC0) == 0x80)
        return (text[0] == 0xF0 && text[1] < 0x90) || (text[0] == 0xF4 && text[1] > 0x8F) ? 0 : 4;
    return 0;
}

static void add_code_point(struct text *text, uint32_t code)
{
    char bytes[4];
    size_t count;

    if (code < 0x80) {
        bytes[0] = (char)code;
        count = 1;
    } else if (code < 0x800) {
        bytes[0] = (char)(0xC0 | code >> 6);
        count = 2;
    } else if (code < 0x10000) {
        bytes[0] = (char)(0xE0 | code >> 12);
        count = 3;
    } else {
        bytes[0] = (char)(0xF0 | code >> 18);
        count = 4;
    }
    for (size_t i = 1; i < count; i++)
        bytes[i] = (char)(0x80 | (code >> (6 * (count - 1 - i)) & 0x3F));
    text_add(text, bytes, count);
}

/* The four digits behind \u. */
static bool read_unit(struct reader *reader, uint32_t *out_unit)
{
    uint32_t i;

    *out_unit = 0;
    for (i = 0; i < 4; i++) {
        static const char DIGITS[] = "0123456789abcdef0123456789ABCDEF";
        const char *digit = *here(reader) ? strchr(DIGITS, *here(reader)) : NULL;

        if (!digit)
            return false;
        *out_unit = *out_unit << 4 | (uint32_t)(digit - DIGITS) % 16;
        reader->at++;
    }
    return true;
}

static bool read_escape(struct reader *reader, struct text *text)
{
    static const char NAMES[] = "\"\\/bfnrt", MEANINGS[] = "\"\\/\b\f\n\r\t";
    uint32_t begin = reader->at++, unit, low;
    const char *name = *here(reader) ? strchr(NAMES, *here(reader)) : NULL;

    if (name) {
        text_add(text, &MEANINGS[name - NAMES], 1);
        reader->at++;
        return true;
    }
    if (*here(reader) != 'u')
        return fail(reader, begin, "JSON has no such escape");
    reader->at++;
    if (!read_unit(reader, &unit))
        return fail(reader, begin, "four hexadecimal digits go behind \\u");
    if (unit >= 0xD800 && unit < 0xDC00 && strncmp(here(reader), "\\u", 2) == 0) {
        reader->at += 2;
        if (!read_unit(reader, &low) || low < 0xDC00 || low > 0xDFFF)
            return fail(reader, begin, "half of a surrogate pair");
        unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
    } else if (unit >= 0xD800 && unit < 0xE000) {
        return fail(reader, begin, "half of a surrogate pair");
    }
    if (!unit)
        return fail(reader, begin, "no text of an IR file has a NUL");
    add_code_point(text, unit);
    return true;
}

/* Behind its first quote. */
static bool read_string(struct reader *reader, const char **out_string)
{
    uint32_t begin = reader->at - 1;
    struct text text;

    text_init(&text, reader->arena);
    for (;;) {
        uint32_t run = (uint32_t)strcspn(here(reader), "\"\\");
        const unsigned char *at = (const unsigned char *)here(reader);
        uint32_t i, bytes;

        for (i = 0; i < run; i += bytes) {
            bytes = utf8_bytes(at + i);
            if (at[i] < 0x20 || !bytes || bytes > run - i) {
                reader->at += i;
                return fail(reader, reader->at,
                            at[i] < 0x20 ? "a string ends in the line in which it began"
                                         : "this is not UTF-8");
            }
        }
        text_add(&text, here(reader), run);
        reader->at += run;
        if (reader->at >= reader->source->size)
            return fail(reader, begin, "the string does not end");
        if (*here(reader) == '"')
            break;
        if (!read_escape(reader, &text))
            return false;
    }
    reader->at++;
    *out_string = text.bytes;
    return true;
}

/* ---- values ---- */

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

static bool read_number(struct reader *reader, struct json_value *value)
{
    const char *begin = here(reader), *at = begin + (*begin == '-');
    uint32_t start = reader->at;
    bool good = digits(at) > 0 && (*at != '0' || digits(at) == 1);

    at += digits(at);
    if (*at == '.') {
        at++;
        good = good && digits(at) > 0;
        at += digits(at);
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        good = good && digits(at) > 0;
        at += digits(at);
    }
    reader->at += (uint32_t)(at - begin);
    if (!good)
        return fail(reader, start, "this is neither a JSON value nor a number");
    value->kind = JSON_NUMBER;
    value->text = arena_copy(reader->arena, begin, (size_t)(at - begin));
    return true;
}

static struct json_value *read_value(struct reader *reader);

/* The name of a member and its colon. */
static bool read_name(struct reader *reader, const struct json_value *object, const char **out_name)
{
    uint32_t begin;

    skip_space(reader);
    begin = reader->at;
    if (!take(reader, '"'))
        return fail(reader, begin, "the name of a member is expected, in quotes");
    if (!read_string(reader, out_name))
        return false;
    if (json_member(object, *out_name))
        return fail(reader, begin, "there is a member of this name already");
    if (object->count == JSON_MEMBERS_MAX)
        return fail(reader, begin, "the object has too many members");
    if (!take(reader, ':'))
        return fail(reader, reader->at, "':' is expected");
    return true;
}

/* What an array or object holds, behind its first bracket. */
static bool read_contents(struct reader *reader, struct json_value *value, char end)
{
    struct json_value **tail = &value->first;

    if (take(reader, end))
        return true;
    do {
        const char *name = NULL;

        if (value->kind == JSON_OBJECT && !read_name(reader, value, &name))
            return false;
        *tail = read_value(reader);
        if (!*tail)
            return false;
        (*tail)->name = name;
        tail = &(*tail)->next;
        value->count++;
    } while (take(reader, ','));
    return take(reader, end) ||
           fail(reader, reader->at, end == ']' ? "',' or ']' is expected" : "',' or '}' is expected");
}

static bool read_word(struct reader *reader, struct json_value *value)
{
    static const struct {
        const char *word;
        enum json_kind kind;
    } WORDS[] = {{"true", JSON_BOOL}, {"false", JSON_BOOL}, {"null", JSON_NULL}};
    size_t i;

    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++) {
        if (strncmp(here(reader), WORDS[i].word, strlen(WORDS[i].word)) != 0)
            continue;
        reader->at += (uint32_t)strlen(WORDS[i].word);
        value->kind = WORDS[i].kind;
        value->is_true = i == 0;
        return true;
    }
    return read_number(reader, value);
}

static bool read_any(struct reader *reader, struct json_value *value)
{
    if (take(reader, '"')) {
        value->kind = JSON_STRING;
        return read_string(reader, &value->text);
    }
    if (take(reader, '[')) {
        value->kind = JSON_ARRAY;
        return read_contents(reader, value, ']');
    }
    if (take(reader, '{')) {
        value->kind = JSON_OBJECT;
        return read_contents(reader, value, '}');
    }
    return read_word(reader, value);
}

static struct json_value *read_value(struct reader *reader)
{
    struct json_value *value = arena_alloc(reader->arena, sizeof(*value));
    uint32_t begin;
    bool good;

    skip_space(reader);
    begin = reader->at;
    if (reader->depth == JSON_DEPTH_MAX || reader->count == JSON_VALUES_MAX) {
        (void)fail(reader, begin, "the file is nested too deeply, or has too many values");
        return NULL;
    }
    reader->depth++;
    reader->count++;
    good = read_any(reader, value);
    reader->depth--;
    value->span = span_from(reader, begin);
    return good ? value : NULL;
}

const struct json_value *json_read(struct arena *arena, struct diagnostics *diagnostics,
                                   const struct source *source)
{
    struct reader reader = {.arena = arena, .diagnostics = diagnostics, .source = source};
    const struct json_value *value = read_value(&reader);

    if (!value)
        return NULL;
    skip_space(&reader);
    if (reader.at < source->size) {
        (void)fail(&reader, reader.at, "the file goes on behind its value");
        return NULL;
    }
    return value;
}

/* ---- what a value is ---- */

const struct json_value *json_member(const struct json_value *object, const char *name)
{
    const struct json_value *member;

    if (object->kind != JSON_OBJECT)
        return NULL;
    for (member = object->first; member; member = member->next)
        if (strcmp(member->name, name) == 0)
            return member;
    return NULL;
}

bool json_uint64(const struct json_value *value, uint64_t *out_number)
{
    char *end;

    if ((value->kind != JSON_NUMBER && value->kind != JSON_STRING) || !digits(value->text))
        return false;
    errno = 0;
    *out_number = strtoull(value->text, &end, 10);
    return !*end && errno == 0;
}

bool json_int64(const struct json_value *value, int64_t *out_number)
{
    char *end;

    if ((value->kind != JSON_NUMBER && value->kind != JSON_STRING) ||
        !digits(value->text + (value->text[0] == '-')))
        return false;
    errno = 0;
    *out_number = strtoll(value->text, &end, 10);
    return !*end && errno == 0;
}

/* ---- writing ---- */

void json_put_string(struct text *out, const char *string)
{
    const unsigned char *at = (const unsigned char *)string;

    text_puts(out, "\"");
    while (*at) {
        uint32_t bytes = utf8_bytes(at);

        if (*at == '"' || *at == '\\')
            text_printf(out, "\\%c", *at);
        else if (*at == '\n')
            text_puts(out, "\\n");
        else if (*at < 0x20 || *at == 0x7F || !bytes)
            text_printf(out, "\\u%04x", *at);
        else
            text_add(out, (const char *)at, bytes);
        at += bytes ? bytes : 1;
    }
    text_puts(out, "\"");
}

void json_put_uint64(struct text *out, uint64_t number)
{
    text_printf(out, number > JSON_EXACT_MAX ? "\"%llu\"" : "%llu", (unsigned long long)number);
}

void json_put_int64(struct text *out, int64_t number)
{
    bool is_exact = number >= -(int64_t)JSON_EXACT_MAX && number <= (int64_t)JSON_EXACT_MAX;

    text_printf(out, is_exact ? "%lld" : "\"%lld\"", (long long)number);
}
