#include "value_scalar.h"
#include "guid_text.h"
#include "nearest.h"
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longest number, name or GUID that is looked at. */
enum { TEXT_MAX = 300, ENUMERATORS_SHOWN = 6 };

/* ---- what is wrong ---- */

bool value_fail(struct value_reader *reader, const char *path, const char *format, ...)
{
    size_t length = (size_t)snprintf(reader->error, VALUE_ERROR_BYTES, "%s: ", path);
    va_list arguments;

    if (length >= VALUE_ERROR_BYTES)
        return false;
    va_start(arguments, format);
    vsnprintf(reader->error + length, VALUE_ERROR_BYTES - length, format, arguments);
    va_end(arguments);
    return false;
}

static void expect_enum(const struct type_enum *enumeration, char *text, size_t size)
{
    int length = snprintf(text, size, "%s", enumeration->is_closed ? "one of" : "a number, or one of");
    uint32_t i;

    for (i = 0; i < enumeration->count && i < ENUMERATORS_SHOWN && length < (int)size; i++)
        length += snprintf(text + length, size - (size_t)length, "%s %s", i ? "," : "",
                           enumeration->enumerators[i].name);
    if (i < enumeration->count && length < (int)size)
        snprintf(text + length, size - (size_t)length, " ...");
}

static void expect_integer(const struct type_member *member, char *text, size_t size)
{
    int64_t min = member->has_range ? member->range_min : type_kind_min(member->kind);
    uint64_t max = member->has_range ? member->range_max : type_kind_max(member->kind);

    snprintf(text, size, type_kind_is_signed(member->kind) ? "%s from %lld to %lld" : "%s from %lld to %llu",
             type_kind_name(member->kind), (long long)min, (unsigned long long)max);
}

static void expect_value(const struct type_member *member, char *text, size_t size)
{
    switch (member->kind) {
    case KIND_ENUM:
        expect_enum(member->enumeration, text, size);
        break;
    case KIND_STRUCT:
        snprintf(text, size, "struct %s as a JSON object", member->structure->name);
        break;
    case KIND_INTERFACE:
        snprintf(text, size, "the path of an object with %s",
                 member->interface ? member->interface->name : "any interface");
        break;
    case KIND_BOOLEAN:
    case KIND_BOOL:
        snprintf(text, size, "true or false");
        break;
    case KIND_GUID:
        snprintf(text, size, "a GUID such as 6d6d6c01-0003-4001-8001-000000000016");
        break;
    case KIND_HRESULT:
        snprintf(text, size, "the name or number of a result, such as E_FAIL or 0x80004005");
        break;
    case KIND_CHAR:
    case KIND_WCHAR:
        snprintf(text, size, "a character, or a number from 0 to %llu",
                 (unsigned long long)type_kind_max(member->kind));
        break;
    case KIND_FLOAT:
    case KIND_DOUBLE:
        snprintf(text, size, "%s, at most %s; or nan, inf, -inf", type_kind_name(member->kind),
                 member->kind == KIND_FLOAT ? "3.4e38" : "1.79e308");
        break;
    default:
        expect_integer(member, text, size);
    }
}

void value_expected(const struct type_member *member, char text[VALUE_EXPECTED_BYTES])
{
    char element[VALUE_EXPECTED_BYTES - 60];
    uint32_t most = member->max_len;

    switch (member->shape) {
    case SHAPE_STRING:
        if (!most && member->count)
            most = member->count - 1;
        snprintf(text, VALUE_EXPECTED_BYTES, most ? "a text of at most %u %s" : "a text", most,
                 member->kind == KIND_WCHAR ? "characters" : "bytes");
        break;
    case SHAPE_BYTES:
        snprintf(text, VALUE_EXPECTED_BYTES,
                 member->count ? "%u bytes: a text, hex:00ff..., or @FILE"
                 : most        ? "at most %u bytes: a text, hex:00ff..., or @FILE"
                               : "bytes: a text, hex:00ff..., or @FILE",
                 member->count ? member->count : most);
        break;
    case SHAPE_TEXTS:
        snprintf(text, VALUE_EXPECTED_BYTES, "a JSON array of texts");
        break;
    case SHAPE_ARRAY:
        expect_value(member, element, sizeof(element));
        if (member->count)
            snprintf(text, VALUE_EXPECTED_BYTES, "a JSON array of %u: %s", member->count, element);
        else
            snprintf(text, VALUE_EXPECTED_BYTES, "a JSON array of %s", element);
        break;
    default:
        expect_value(member, text, VALUE_EXPECTED_BYTES);
    }
}

bool value_fail_expected(struct value_reader *reader, const char *path, const struct type_member *member,
                         const char *given, size_t given_size)
{
    char expected[VALUE_EXPECTED_BYTES], element[VALUE_EXPECTED_BYTES];
    struct type_member one = *member;

    if (one.shape == SHAPE_ARRAY) /* one of its elements is wrong */
        one.shape = SHAPE_VALUE;
    value_expected(&one, element);
    snprintf(expected, sizeof(expected), "%s", element);
    if (given_size > 40)
        return value_fail(reader, path, "`%.37s...` is not what is expected: %s", given, expected);
    return value_fail(reader, path, "`%.*s` is not what is expected: %s", (int)given_size, given, expected);
}

bool value_fail_null(struct value_reader *reader, const char *path, const struct type_member *member)
{
    char expected[VALUE_EXPECTED_BYTES];
    struct type_member one = *member;

    if (one.shape == SHAPE_ARRAY && strchr(path, '['))
        one.shape = SHAPE_VALUE;
    value_expected(&one, expected);
    return value_fail(reader, path, "this cannot be null; it is %s", expected);
}

/* ---- names ---- */

static const struct {
    const char *name;
    HRESULT hr;
} RESULTS[] = {
#define X(name, value, reaction, text) {#name, (HRESULT)value},
#include <errors.def>
#undef X
};

/* ---- integers ---- */

/* Decimal or hexadecimal, with a sign perhaps. */
static bool parse_integer(const char *text, bool *out_negative, uint64_t *out_magnitude)
{
    const char *digits = text + (*text == '-' || *text == '+');
    bool is_hex = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X');
    char *end;

    digits += is_hex ? 2 : 0;
    if (is_hex ? !isxdigit((unsigned char)*digits) : !isdigit((unsigned char)*digits))
        return false;
    errno = 0;
    *out_magnitude = strtoull(digits, &end, is_hex ? 16 : 10);
    *out_negative = *text == '-' && *out_magnitude != 0;
    return !*end && errno == 0;
}

bool value_fits(const struct type_member *member, bool is_negative, uint64_t magnitude)
{
    bool is_signed = type_kind_is_signed(member->kind) || member->kind == KIND_ENUM;
    int64_t min = member->kind == KIND_ENUM ? INT32_MIN : type_kind_min(member->kind);
    uint64_t max = member->kind == KIND_ENUM ? INT32_MAX : type_kind_max(member->kind);
    int64_t value;

    if (member->has_range) {
        min = member->range_min;
        max = member->range_max;
    }
    if (!is_signed)
        return !is_negative && magnitude >= (uint64_t)min && magnitude <= max;
    if (is_negative ? magnitude > (uint64_t)INT64_MAX + 1 : magnitude > INT64_MAX)
        return false;
    value = is_negative ? (int64_t)(0 - magnitude) : (int64_t)magnitude;
    if (value < min || value > (int64_t)max)
        return false;
    return member->kind != KIND_ENUM || !member->enumeration->is_closed ||
           type_enum_name(member->enumeration, (int32_t)value);
}

static void store_integer(enum type_kind kind, bool is_negative, uint64_t magnitude, void *at)
{
    uint64_t bits = is_negative ? 0 - magnitude : magnitude;
    uint32_t low = (uint32_t)bits;

    if (kind == KIND_INT64 || kind == KIND_UINT64 || kind == KIND_SIZE || kind == KIND_OFFSET)
        memcpy(at, &bits, sizeof(bits));
    else
        memcpy(at, &low, sizeof(low));
}

static bool find_enumerator(const struct type_enum *enumeration, const char *text, int64_t *out_value)
{
    uint32_t i;

    for (i = 0; i < enumeration->count; i++)
        if (strcmp(enumeration->enumerators[i].name, text) == 0) {
            *out_value = enumeration->enumerators[i].value;
            return true;
        }
    return false;
}

/* The value of a name: of the member's enum, a constant, or of another enum, as flags are. */
static bool find_name(const struct value_reader *reader, const struct type_member *member, const char *text,
                      bool *out_negative, uint64_t *out_magnitude)
{
    const struct type_constant *constant = type_info_constant(reader->info, text);
    bool found = member->kind == KIND_ENUM, is_unsigned = false;
    int64_t value = 0;
    uint32_t i;

    found = found && find_enumerator(member->enumeration, text, &value);
    if (!found && constant && (type_kind_is_integer(constant->kind) || constant->kind == KIND_HRESULT)) {
        value = constant->integer;
        is_unsigned = !type_kind_is_signed(constant->kind);
        found = true;
    }
    for (i = 0; !found && i < reader->info->enum_count; i++)
        found = find_enumerator(&reader->info->enums[i], text, &value);
    *out_negative = value < 0 && !is_unsigned;
    *out_magnitude = *out_negative ? 0 - (uint64_t)value : (uint64_t)value;
    return found;
}

/* Adds the name that was perhaps meant to what was said. Always returns false. */
static bool suggest_name(struct value_reader *reader, const struct type_member *member, const char *text)
{
    struct nearest nearest = nearest_to(text);
    char meant[NEAREST_BYTES];
    size_t length = strlen(reader->error);
    uint32_t i, j;

    if (!isalpha((unsigned char)text[0]) && text[0] != '_')
        return false;
    for (i = 0; member->kind == KIND_ENUM && i < member->enumeration->count; i++)
        nearest_offer(&nearest, member->enumeration->enumerators[i].name);
    for (i = 0; i < reader->info->constant_count; i++)
        if ((reader->info->constants[i].kind == KIND_HRESULT) == (member->kind == KIND_HRESULT))
            nearest_offer(&nearest, reader->info->constants[i].name);
    for (i = 0; type_kind_is_integer(member->kind) && i < reader->info->enum_count; i++)
        for (j = 0; j < reader->info->enums[i].count; j++)
            nearest_offer(&nearest, reader->info->enums[i].enumerators[j].name);
    for (i = 0; member->kind == KIND_HRESULT && i < sizeof(RESULTS) / sizeof(RESULTS[0]); i++)
        nearest_offer(&nearest, RESULTS[i].name);
    snprintf(reader->error + length, VALUE_ERROR_BYTES - length, "%s", nearest_text(&nearest, meant));
    return false;
}

static bool scalar_integer(struct value_reader *reader, const char *path, const struct type_member *member,
                           const char *text, void *at)
{
    uint64_t magnitude;
    bool is_negative;

    if (!parse_integer(text, &is_negative, &magnitude) &&
        !find_name(reader, member, text, &is_negative, &magnitude)) {
        (void)value_fail_expected(reader, path, member, text, strlen(text));
        return suggest_name(reader, member, text);
    }
    if (!value_fits(member, is_negative, magnitude))
        return value_fail_expected(reader, path, member, text, strlen(text));
    store_integer(member->kind, is_negative, magnitude, at);
    return true;
}

void value_store_integer(const struct type_member *member, const ProtobufCFieldDescriptor *field,
                         ProtobufCMessage *message, int64_t value)
{
    store_integer(member->kind, false, (uint64_t)value, message_value(message, field));
    message_set_present(message, field);
}

bool value_set_integer(struct value_reader *reader, const struct type_member *member,
                       const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, uint64_t value)
{
    char text[24];

    if (!value_fits(member, false, value)) {
        snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
        return value_fail_expected(reader, member->name, member, text, strlen(text));
    }
    store_integer(member->kind, false, value, message_value(message, field));
    message_set_present(message, field);
    return true;
}

int64_t value_integer(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const void *at = message_value(message, field);

    switch (field->type) {
    case PROTOBUF_C_TYPE_UINT32:
    case PROTOBUF_C_TYPE_FIXED32:
        return *(const uint32_t *)at;
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
        return *(const int64_t *)at;
    default:
        return *(const int32_t *)at;
    }
}

/* ---- the other kinds ---- */

static bool scalar_result(struct value_reader *reader, const char *path, const struct type_member *member,
                          const char *text, int32_t *at)
{
    const struct type_constant *constant = type_info_constant(reader->info, text);
    uint64_t magnitude;
    bool is_negative;
    size_t i;

    for (i = 0; i < sizeof(RESULTS) / sizeof(RESULTS[0]); i++)
        if (strcmp(RESULTS[i].name, text) == 0) {
            *at = RESULTS[i].hr;
            return true;
        }
    if (constant && constant->kind == KIND_HRESULT) {
        *at = (int32_t)constant->integer;
        return true;
    }
    if (!parse_integer(text, &is_negative, &magnitude) ||
        magnitude > (is_negative ? 0x80000000u : UINT32_MAX)) {
        (void)value_fail_expected(reader, path, member, text, strlen(text));
        return suggest_name(reader, member, text);
    }
    *at = (int32_t)(uint32_t)(is_negative ? 0 - magnitude : magnitude);
    return true;
}

static bool scalar_boolean(struct value_reader *reader, const char *path, const struct type_member *member,
                           const char *text, protobuf_c_boolean *at)
{
    const struct type_constant *constant = type_info_constant(reader->info, text);
    bool is_true = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;

    if (constant && (constant->kind == KIND_BOOLEAN || constant->kind == KIND_BOOL)) {
        *at = constant->integer != 0;
        return true;
    }
    if (!is_true && strcmp(text, "false") != 0 && strcmp(text, "0") != 0)
        return value_fail_expected(reader, path, member, text, strlen(text));
    *at = is_true;
    return true;
}

/* A number of more than the type has is none of its numbers: nobody means the infinity that C makes of it. */
static bool scalar_real(struct value_reader *reader, const char *path, const struct type_member *member,
                        const char *text, void *at)
{
    const struct type_constant *constant = type_info_constant(reader->info, text);
    bool is_constant = constant && (constant->kind == KIND_FLOAT || constant->kind == KIND_DOUBLE);
    const char *digits = text + (*text == '-' || *text == '+');
    char *end = NULL;
    double value = is_constant ? constant->real : strtod(text, &end);
    float single = (float)value;
    bool is_endless = isinf(member->kind == KIND_FLOAT ? (double)single : value);

    if (!is_constant && (!*text || *end || isspace((unsigned char)*text) ||
                         (is_endless && tolower((unsigned char)*digits) != 'i')))
        return value_fail_expected(reader, path, member, text, strlen(text));
    if (member->kind == KIND_FLOAT)
        memcpy(at, &single, sizeof(single));
    else
        memcpy(at, &value, sizeof(value));
    return true;
}

static bool scalar_guid(struct value_reader *reader, const char *path, const struct type_member *member,
                        const char *text, ProtobufCBinaryData *at)
{
    GUID guid;

    if (!guid_parse(text, &guid))
        return value_fail_expected(reader, path, member, text, strlen(text));
    at->len = sizeof(guid);
    at->data = pool_alloc(reader->pool, sizeof(guid));
    guid_store(at->data, &guid);
    return true;
}

enum { NO_CHARACTER = 0x110000 };

/* The one character of valid UTF-8, if it has no more than 16 bits. */
static uint32_t only_character(const unsigned char *bytes, size_t size)
{
    if (size == 1)
        return bytes[0];
    if (size == 2 && bytes[0] >= 0xC0)
        return (bytes[0] & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    if (size == 3 && bytes[0] >= 0xE0)
        return (bytes[0] & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    return NO_CHARACTER;
}

/* One character, also in quotes: a digit without them is a number. */
static bool scalar_character(const struct type_member *member, const char *text, uint32_t *at)
{
    size_t size = strlen(text);
    uint32_t most = member->kind == KIND_CHAR ? 0x7F : UINT16_MAX, character;

    if (size >= 3 && text[0] == '\'' && text[size - 1] == '\'') {
        text++;
        size -= 2;
    } else if (size == 1 && isdigit((unsigned char)text[0])) {
        return false;
    }
    if (!size || !value_is_text(text, size, false))
        return false;
    character = only_character((const unsigned char *)text, size);
    if (character > most)
        return false;
    *at = character;
    return true;
}

bool value_scalar_text(struct value_reader *reader, const char *path, const struct type_member *member,
                       const char *text, size_t size, void *at)
{
    char copy[TEXT_MAX + 1];

    if (size > TEXT_MAX || memchr(text, '\0', size))
        return value_fail_expected(reader, path, member, text, strnlen(text, size));
    memcpy(copy, text, size);
    copy[size] = '\0';
    switch (member->kind) {
    case KIND_BOOLEAN:
    case KIND_BOOL:
        return scalar_boolean(reader, path, member, copy, at);
    case KIND_FLOAT:
    case KIND_DOUBLE:
        return scalar_real(reader, path, member, copy, at);
    case KIND_GUID:
        return scalar_guid(reader, path, member, copy, at);
    case KIND_HRESULT:
        return scalar_result(reader, path, member, copy, at);
    case KIND_CHAR:
    case KIND_WCHAR:
        return scalar_character(member, copy, at) || scalar_integer(reader, path, member, copy, at);
    default:
        return scalar_integer(reader, path, member, copy, at);
    }
}

bool value_scalar_json(struct value_reader *reader, const char *path, const struct type_member *member,
                       const json_t *json, void *at)
{
    bool is_real = member->kind == KIND_FLOAT || member->kind == KIND_DOUBLE;
    char text[40];

    if (json_is_null(json))
        return value_fail_null(reader, path, member);
    if (json_is_string(json))
        return value_scalar_text(reader, path, member, json_string_value(json), json_string_length(json), at);
    if (json_is_integer(json))
        snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(json));
    else if (json_is_real(json) && is_real)
        snprintf(text, sizeof(text), "%.17g", json_real_value(json));
    else if (json_is_boolean(json) && (member->kind == KIND_BOOLEAN || member->kind == KIND_BOOL))
        snprintf(text, sizeof(text), "%s", json_is_true(json) ? "true" : "false");
    else
        snprintf(text, sizeof(text), "%s",
                 json_is_boolean(json)  ? "a boolean"
                 : json_is_array(json)  ? "[...]"
                 : json_is_object(json) ? "{...}"
                                        : "a fraction");
    return value_scalar_text(reader, path, member, text, strlen(text), at);
}
