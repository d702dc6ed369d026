#include "value.h"
#include "nearest.h"
#include "value_scalar.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Elements of one array; a message has less room. */
#define ELEMENTS_MAX ((size_t)16 * 1024 * 1024)

static bool set_json(struct value_reader *reader, const char *path, const struct type_member *member,
                     const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, const json_t *json,
                     size_t *out_count);

bool value_is_text(const void *bytes, size_t size, bool with_nul)
{
    json_t *text = json_stringn(bytes, size); /* which checks that */

    if (!text)
        return false;
    json_decref(text);
    return with_nul || !memchr(bytes, '\0', size);
}

/* ---- texts and bytes ---- */

static bool set_string(struct value_reader *reader, const char *path, const struct type_member *member,
                       const char *bytes, size_t size, char **at)
{
    uint32_t most = member->max_len ? member->max_len : member->count ? member->count - 1 : UINT32_MAX;

    if (!value_is_text(bytes, size, false))
        return value_fail(reader, path, "a text is UTF-8 without NUL, and this is not");
    if (type_text_length(member, bytes, size) > most)
        return value_fail(reader, path, "the text has %zu %s, and at most %u are expected",
                          type_text_length(member, bytes, size),
                          member->kind == KIND_WCHAR ? "characters" : "bytes", most);
    *at = pool_copy(reader->pool, bytes, size);
    return true;
}

static int digit_of(char character)
{
    static const char DIGITS[] = "0123456789abcdef";
    const char *found = character ? strchr(DIGITS, tolower((unsigned char)character)) : NULL;

    return found ? (int)(found - DIGITS) : -1;
}

static bool set_hex(struct value_reader *reader, const char *path, const char *digits, size_t size,
                    ProtobufCBinaryData *at)
{
    size_t i;

    at->len = size / 2;
    at->data = pool_alloc(reader->pool, at->len + 1);
    for (i = 0; i < at->len; i++) {
        int high = digit_of(digits[2 * i]), low = digit_of(digits[2 * i + 1]);

        if (high < 0 || low < 0)
            break;
        at->data[i] = (uint8_t)(high << 4 | low);
    }
    if (i < at->len || size % 2)
        return value_fail(reader, path, "two hexadecimal digits for each byte go behind hex:");
    return true;
}

static bool begins_with(const char *bytes, size_t size, const char *prefix)
{
    return size >= strlen(prefix) && memcmp(bytes, prefix, strlen(prefix)) == 0;
}

/* A fixed array in a struct always has all its bytes: who leaves some out means something else. */
static bool check_bytes(struct value_reader *reader, const char *path, const struct type_member *member,
                        const ProtobufCBinaryData *at)
{
    if (member->max_len && at->len > member->max_len)
        return value_fail(reader, path, "there are %zu bytes, and at most %u are expected", at->len,
                          member->max_len);
    return !member->count || at->len == member->count ||
           value_fail(reader, path, "there are %zu bytes, and %u are expected", at->len, member->count);
}

static bool set_bytes(struct value_reader *reader, const char *path, const struct type_member *member,
                      struct value_text text, ProtobufCBinaryData *at)
{
    const char *bytes = text.bytes;
    size_t size = text.size;

    if (!text.is_file && begins_with(bytes, size, "hex:")) {
        if (!set_hex(reader, path, bytes + 4, size - 4, at))
            return false;
    } else {
        if (!text.is_file && begins_with(bytes, size, "text:")) {
            bytes += 5;
            size -= 5;
        }
        at->len = size;
        at->data = (uint8_t *)pool_copy(reader->pool, bytes, size);
    }
    return check_bytes(reader, path, member, at);
}

/* ---- arrays of arrays ---- */

/* Where an element stands that is the `index`th of all. */
static void element_path(const struct type_member *member, const char *path, size_t index,
                         char inner[VALUE_PATH_BYTES])
{
    size_t below = 1, length = (size_t)snprintf(inner, VALUE_PATH_BYTES, "%s", path);
    uint32_t i;

    for (i = 1; i < member->dimension_count; i++)
        below *= member->dimensions[i];
    for (i = 0; i + 1 < member->dimension_count && length < VALUE_PATH_BYTES; i++) {
        length += (size_t)snprintf(inner + length, VALUE_PATH_BYTES - length, "[%zu]", index / below);
        index %= below;
        below /= member->dimensions[i + 1];
    }
    if (length < VALUE_PATH_BYTES)
        snprintf(inner + length, VALUE_PATH_BYTES - length, "[%zu]", index);
}

static bool add_row(struct value_reader *reader, const char *path, const struct type_member *member,
                    uint32_t level, const json_t *row, json_t *flat)
{
    char inner[VALUE_PATH_BYTES];
    size_t i;

    if (level == member->dimension_count)
        return json_array_append(flat, (json_t *)(uintptr_t)row) == 0 ||
               value_fail(reader, path, "out of memory");
    if (!json_is_array(row))
        return value_fail(reader, path, "a row is a JSON array of %u values", member->dimensions[level]);
    if (json_array_size(row) != member->dimensions[level])
        return value_fail(reader, path, "there are %zu values, and %u are expected", json_array_size(row),
                          member->dimensions[level]);
    for (i = 0; i < json_array_size(row); i++) {
        snprintf(inner, sizeof(inner), "%s[%zu]", path, i);
        if (!add_row(reader, inner, member, level + 1, json_array_get(row, i), flat))
            return false;
    }
    return true;
}

/* [[1, 2], [3, 4]] as [1, 2, 3, 4], which is as good. @return to be released; NULL: it is wrong */
static json_t *flatten(struct value_reader *reader, const char *path, const struct type_member *member,
                       const json_t *json)
{
    json_t *flat;

    if (!member->dimension_count || !json_is_array(json_array_get(json, 0)))
        return json_incref((json_t *)(uintptr_t)json);
    flat = json_array();
    if (!add_row(reader, path, member, 0, json, flat)) {
        json_decref(flat);
        return NULL;
    }
    return flat;
}

/* ---- structs and arrays ---- */

/* Bytes as an array of numbers. */
static bool set_numbers(struct value_reader *reader, const char *path, const struct type_member *member,
                        const json_t *json, ProtobufCBinaryData *at)
{
    struct type_member byte = *member;
    char inner[VALUE_PATH_BYTES];
    uint32_t value;
    size_t i;

    byte.shape = SHAPE_VALUE;
    byte.kind = member->kind == KIND_INT8 ? KIND_INT8 : KIND_UINT8;
    at->len = json_array_size(json);
    at->data = pool_alloc(reader->pool, at->len + 1);
    for (i = 0; i < at->len; i++) {
        element_path(member, path, i, inner);
        if (!value_scalar_json(reader, inner, &byte, json_array_get(json, i), &value))
            return false;
        at->data[i] = (uint8_t)value;
    }
    return check_bytes(reader, path, member, at);
}

static bool may_be_null(const struct type_member *field)
{
    return field->shape == SHAPE_STRING || field->kind == KIND_INTERFACE ||
           (type_is_pointer(field) && !type_is_ref(field)) ||
           (field->kind == KIND_STRUCT && field->structure->is_union);
}

/* A field that says something of another one gets that value, unless it was given: then it must be right. */
static bool set_partner(struct value_reader *reader, const char *path, const struct type_struct *structure,
                        const json_t *json, ProtobufCMessage *message, uint32_t partner, int64_t expected,
                        const char *of)
{
    const struct type_member *field = &structure->fields[partner];
    const ProtobufCFieldDescriptor *described = structure->message.fields[partner];
    char inner[VALUE_PATH_BYTES];

    snprintf(inner, sizeof(inner), "%s.%s", path, field->name);
    if (json_object_get(json, field->name)) {
        if (value_integer(message, described) == expected)
            return true;
        return value_fail(reader, inner, "this is %lld, and goes with %lld of `%.60s`",
                          (long long)value_integer(message, described), (long long)expected, of);
    }
    if (!value_fits(field, expected < 0, expected < 0 ? 0 - (uint64_t)expected : (uint64_t)expected))
        return value_fail(reader, inner, "%lld of `%.60s` are more than can be counted", (long long)expected,
                          of);
    value_store_integer(field, described, message, expected);
    return true;
}

/* Which arm a union has; ARM_EMPTY: none. */
static int32_t given_arm(const struct type_struct *structure, ProtobufCMessage *message)
{
    uint32_t i;

    for (i = 0; message && i < structure->count; i++)
        if (type_is_list(&structure->fields[i]) ? *message_count(message, structure->message.fields[i]) > 0
                                                : message_has(message, structure->message.fields[i]))
            return (int32_t)i;
    return ARM_EMPTY;
}

/* The first value that tells an arm. */
static bool value_of_arm(const struct type_struct *structure, int32_t arm, int64_t *out_value)
{
    uint32_t i;

    for (i = 0; i < structure->case_count; i++)
        if (structure->cases[i].arm == arm) {
            *out_value = structure->cases[i].value;
            return true;
        }
    return false;
}

bool value_check_arm(struct value_reader *reader, const char *path, const struct type_member *member,
                     ProtobufCMessage *value, int64_t number)
{
    const struct type_struct *choices = member->structure;
    int32_t arm = given_arm(choices, value), told = type_arm(choices, number);

    if (told == arm || (arm == ARM_EMPTY && told >= 0 && may_be_null(&choices->fields[told])))
        return true;
    return value_fail(reader, path, "`%.60s` says that `%.60s` has %s%s", member->choice->name, member->name,
                      told >= 0 ? "the arm " : "no value", told >= 0 ? choices->fields[told].name : "");
}

static bool set_choice(struct value_reader *reader, const char *path, const struct type_struct *structure,
                       const json_t *json, ProtobufCMessage *message, uint32_t index)
{
    const struct type_member *field = &structure->fields[index];
    const struct type_struct *choices = field->structure;
    ProtobufCMessage *value = *(ProtobufCMessage **)message_value(message, structure->message.fields[index]);
    uint32_t partner = (uint32_t)(field->choice - structure->fields);
    int32_t arm = given_arm(choices, value);
    int64_t number;

    if (!json_object_get(json, field->choice->name)) {
        if (value_of_arm(choices, arm, &number))
            return set_partner(reader, path, structure, json, message, partner, number, field->name);
        if (arm != ARM_EMPTY)
            return value_fail(reader, path, "`%.60s` is missing, which tells the arm of `%.60s`",
                              field->choice->name, field->name);
    }
    return value_check_arm(reader, path, field, value,
                           value_integer(message, structure->message.fields[partner]));
}

static bool set_partners(struct value_reader *reader, const char *path, const struct type_struct *structure,
                         const json_t *json, ProtobufCMessage *message, const size_t *counts)
{
    uint32_t i;

    for (i = 0; i < structure->count; i++) {
        const struct type_member *field = &structure->fields[i];
        const struct type_size *sizes[] = {&field->size, &field->length};
        size_t k;

        if (field->choice && !set_choice(reader, path, structure, json, message, i))
            return false;
        for (k = 0; k < 2; k++)
            if (sizes[k]->kind == SIZE_PARAM &&
                !(k == 0 && field->length.kind == SIZE_PARAM &&
                  json_object_get(json, structure->fields[field->size.param].name)) &&
                !(field->is_unique && json_is_null(json_object_get(json, field->name))) &&
                !set_partner(reader, path, structure, json, message, sizes[k]->param, (int64_t)counts[i],
                             field->name))
                return false;
    }
    return true;
}

static bool fail_field(struct value_reader *reader, const char *path, const struct type_struct *structure,
                       const char *key)
{
    struct nearest nearest = nearest_to(key);
    char meant[NEAREST_BYTES];
    uint32_t i;

    for (i = 0; i < structure->count; i++)
        nearest_offer(&nearest, structure->fields[i].name);
    return value_fail(reader, path, "%s %s has no field `%.60s`%s", structure->is_union ? "union" : "struct",
                      structure->name, key, nearest_text(&nearest, meant));
}

static bool set_struct(struct value_reader *reader, const char *path, const struct type_member *member,
                       const json_t *json, ProtobufCMessage **at)
{
    const struct type_struct *structure = member->structure;
    char inner[VALUE_PATH_BYTES];
    const char *key;
    json_t *value;
    size_t *counts;
    uint32_t i;

    if (!json_is_object(json))
        return value_fail(reader, path, "struct %s is a JSON object", structure->name);
    json_object_foreach((json_t *)(uintptr_t)json, key, value)
    {
        for (i = 0; i < structure->count && strcmp(structure->fields[i].name, key) != 0; i++)
            ;
        if (i == structure->count)
            return fail_field(reader, path, structure, key);
    }
    if (structure->is_union && json_object_size(json) > 1)
        return value_fail(reader, path, "union %s has one arm at a time", structure->name);
    *at = message_create(&structure->message, reader->pool);
    counts = pool_alloc(reader->pool, structure->count * sizeof(*counts));
    for (i = 0; i < structure->count; i++) {
        const struct type_member *field = &structure->fields[i];

        snprintf(inner, sizeof(inner), "%s.%s", path, field->name);
        value = json_object_get(json, field->name);
        if (!value && type_refuses_zero(field) && !structure->is_union)
            return value_fail(reader, inner, "this field is missing, and 0 is none of its values");
        if (!value && type_is_ref(field) && !structure->is_union)
            return value_fail(reader, inner, "this field is missing, and it cannot be NULL");
        if (!value || (json_is_null(value) && may_be_null(field)))
            continue;
        if (!set_json(reader, inner, field, structure->message.fields[i], *at, value, &counts[i]))
            return false;
        if (field->shape == SHAPE_BYTES && type_is_pointer(field) && !counts[i]) /* as nothing is sent */
            message_set_absent(*at, structure->message.fields[i]);
    }
    return structure->is_union || set_partners(reader, path, structure, json, *at, counts);
}

static bool set_one_text(struct value_reader *reader, const char *path, const json_t *json, char **at)
{
    static const struct type_member TEXT = {.kind = KIND_CHAR, .shape = SHAPE_STRING};

    if (!json_is_string(json))
        return value_fail(reader, path, "a text is a JSON string");
    return set_string(reader, path, &TEXT, json_string_value(json), json_string_length(json), at);
}

/* An object is given as its path. */
static bool set_object(struct value_reader *reader, const char *path, const struct type_member *member,
                       const json_t *json, uint32_t *at)
{
    *at = 0;
    if (json_is_null(json))
        return true;
    if (!json_is_string(json) || !reader->take_path)
        return value_fail(reader, path, "an object is the JSON string of its path, or null");
    *at = reader->take_path(reader->context, json_string_value(json), member->interface);
    return *at || value_fail(reader, path, "a call carries no more interfaces");
}

static bool set_element(struct value_reader *reader, const char *path, const struct type_member *member,
                        const json_t *json, void *at)
{
    if (member->shape == SHAPE_TEXTS)
        return set_one_text(reader, path, json, at);
    if (member->kind == KIND_STRUCT)
        return set_struct(reader, path, member, json, at);
    if (member->kind == KIND_INTERFACE)
        return set_object(reader, path, member, json, at);
    return value_scalar_json(reader, path, member, json, at);
}

static bool set_array(struct value_reader *reader, const char *path, const struct type_member *member,
                      const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, const json_t *json,
                      size_t *out_count)
{
    size_t count = json_array_size(json), bytes = message_element_bytes(field->type), i;
    char inner[VALUE_PATH_BYTES];
    char *elements;

    if (!json_is_array(json))
        return value_fail(reader, path, "several values are a JSON array, such as [1, 2]");
    if (member->count && count != member->count)
        return value_fail(reader, path, "there are %zu values, and %u are expected", count, member->count);
    if ((member->max_len && count > member->max_len) || count > ELEMENTS_MAX)
        return value_fail(reader, path, "there are %zu values, and at most %u are expected", count,
                          member->max_len);
    elements = pool_alloc(reader->pool, count * bytes);
    for (i = 0; i < count; i++) {
        element_path(member, path, i, inner);
        if (!set_element(reader, inner, member, json_array_get(json, i), elements + i * bytes))
            return false;
    }
    *(void **)message_value(message, field) = elements;
    *message_count(message, field) = count;
    *out_count = count;
    return true;
}

/* ---- members ---- */

static bool set_flat_json(struct value_reader *reader, const char *path, const struct type_member *member,
                          const ProtobufCFieldDescriptor *field, ProtobufCMessage *message,
                          const json_t *json, size_t *out_count)
{
    void *at = message_value(message, field);
    bool good;

    *out_count = 1;
    if (json_is_null(json) && member->kind != KIND_INTERFACE)
        return value_fail_null(reader, path, member);
    switch (member->shape) {
    case SHAPE_ARRAY:
    case SHAPE_TEXTS:
        return set_array(reader, path, member, field, message, json, out_count);
    case SHAPE_STRING:
        if (!json_is_string(json))
            return value_fail(reader, path, "a text is a JSON string");
        good = set_string(reader, path, member, json_string_value(json), json_string_length(json), at);
        *out_count = type_text_length(member, json_string_value(json), json_string_length(json));
        break;
    case SHAPE_BYTES:
        if (json_is_array(json))
            good = set_numbers(reader, path, member, json, at);
        else if (json_is_string(json))
            good =
                set_bytes(reader, path, member,
                          (struct value_text){json_string_value(json), json_string_length(json), false}, at);
        else
            return value_fail(reader, path, "bytes are a JSON string, or an array of numbers");
        *out_count = ((const ProtobufCBinaryData *)at)->len;
        break;
    default:
        good = set_element(reader, path, member, json, at);
    }
    if (good)
        message_set_present(message, field);
    return good;
}

static bool set_json(struct value_reader *reader, const char *path, const struct type_member *member,
                     const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, const json_t *json,
                     size_t *out_count)
{
    json_t *flat = flatten(reader, path, member, json);
    bool good = flat && set_flat_json(reader, path, member, field, message, flat, out_count);

    json_decref(flat);
    return good;
}

/*
 * The same JSON with its large whole numbers in quotes, as the parser has no room for those beyond 2^63, but
 * uint64_t has: what is in quotes is read as a number by those who want one.
 */
static char *quote_large_numbers(struct pool *pool, const char *json, size_t size, size_t *out_size)
{
    static const size_t DIGITS_MIN = 19;
    char *copy = pool_alloc(pool, size + 2 * (size / DIGITS_MIN + 1)), *to = copy;
    bool in_text = false;
    size_t i, end;

    for (i = 0; i < size; i = end) {
        end = i + 1;
        if (in_text && json[i] == '\\' && end < size)
            end++;
        else if (json[i] == '"')
            in_text = !in_text;
        while (!in_text && isdigit((unsigned char)json[i]) && end < size &&
               strchr("0123456789.eE+-", json[end]))
            end++;
        if (end - i >= DIGITS_MIN && !memchr(json + i, '.', end - i) && !memchr(json + i, 'e', end - i) &&
            !memchr(json + i, 'E', end - i)) {
            if (to > copy && to[-1] == '-') { /* the sign goes with it */
                to[-1] = '"';
                *to++ = '-';
            } else {
                *to++ = '"';
            }
            memcpy(to, json + i, end - i);
            to += end - i;
            *to++ = '"';
            continue;
        }
        memcpy(to, json + i, end - i);
        to += end - i;
    }
    *out_size = (size_t)(to - copy);
    return copy;
}

static bool set_from_json_text(struct value_reader *reader, const struct type_member *member,
                               const ProtobufCFieldDescriptor *field, ProtobufCMessage *message,
                               struct value_text text, size_t *out_count)
{
    static const size_t FLAGS = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL;
    json_error_t error;
    json_t *json = json_loadb(text.bytes, text.size, FLAGS, &error);
    bool good;

    if (!json && json_error_code(&error) == json_error_numeric_overflow) {
        size_t size;
        const char *quoted = quote_large_numbers(reader->pool, text.bytes, text.size, &size);

        json = json_loadb(quoted, size, FLAGS, &error);
    }
    if (!json && json_error_code(&error) == json_error_numeric_overflow)
        return value_fail(reader, member->name, "a number is larger than any float");
    if (!json)
        return value_fail(reader, member->name, "this is no JSON: %s (line %d, column %d)", error.text,
                          error.line, error.column);
    good = set_json(reader, member->name, member, field, message, json, out_count);
    json_decref(json);
    return good;
}

bool value_set(struct value_reader *reader, const struct type_member *member,
               const ProtobufCFieldDescriptor *field, ProtobufCMessage *message, struct value_text text,
               size_t *out_count)
{
    void *at = message_value(message, field);
    bool good;

    *out_count = 1;
    if (type_is_list(member) || (member->shape == SHAPE_VALUE && member->kind == KIND_STRUCT))
        return set_from_json_text(reader, member, field, message, text, out_count);
    if (member->shape == SHAPE_STRING) {
        good = set_string(reader, member->name, member, text.bytes, text.size, at);
        *out_count = type_text_length(member, text.bytes, text.size);
    } else if (member->shape == SHAPE_BYTES) {
        good = set_bytes(reader, member->name, member, text, at);
        *out_count = ((const ProtobufCBinaryData *)at)->len;
    } else {
        good = value_scalar_text(reader, member->name, member, text.bytes, text.size, at);
    }
    if (good)
        message_set_present(message, field);
    return good;
}
