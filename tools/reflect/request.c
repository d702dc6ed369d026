#include "request.h"
#include "computed_size.h"
#include "nearest.h"
#include "room.h"
#include "value_scalar.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wire_size.h>

struct builder {
    struct request *request;
    const struct type_method *method;
    struct value_reader reader;
    const ProtobufCFieldDescriptor *fields[TYPE_INFO_PARAMS_MAX]; /* NULL: it is not in the message */
    bool is_given[TYPE_INFO_PARAMS_MAX];
    bool is_null[TYPE_INFO_PARAMS_MAX];        /* given as null */
    uint32_t counted_by[TYPE_INFO_PARAMS_MAX]; /* the array whose length a count is */
    uint64_t least[TYPE_INFO_PARAMS_MAX];      /* that a room must be */
};

enum { NOBODY = UINT32_MAX };

static bool fail(struct builder *builder, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct builder *builder, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(builder->reader.error, VALUE_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- what is given ---- */

static uint32_t take_path(void *context, const char *path, const struct type_interface *interface)
{
    struct request *request = context;

    if (request->path_count == RPC_CAPS_MAX)
        return 0;
    request->paths[request->path_count] = pool_copy(&request->pool, path, strlen(path));
    request->path_interfaces[request->path_count++] = interface;
    return request->path_count;
}

static bool set_interface(struct builder *builder, uint32_t index, const char *path)
{
    const struct type_member *param = &builder->method->params[index];
    struct request *request = builder->request;
    uint32_t value;

    if (!*path || strcmp(path, "null") == 0)
        return true;
    value = take_path(request, path, param->interface);
    if (!value)
        return fail(builder, "a call carries at most %d interfaces", RPC_CAPS_MAX);
    *(uint32_t *)message_value(request->message, builder->fields[index]) = value;
    message_set_present(request->message, builder->fields[index]);
    return true;
}

static bool note_count(struct builder *builder, uint32_t array, uint32_t count, size_t elements)
{
    const struct type_member *params = builder->method->params;
    struct request *request = builder->request;

    if (request->is_counted[count] && request->counts[count] != elements) {
        unsigned long long other = (unsigned long long)request->counts[count];

        if (builder->counted_by[count] == NOBODY)
            return fail(builder, "%s: there are %zu elements, but %s says %llu", params[array].name, elements,
                        params[count].name, other);
        return fail(builder, "%s: there are %zu elements, but %s has %llu, and %s counts both",
                    params[array].name, elements, params[builder->counted_by[count]].name, other,
                    params[count].name);
    }
    request->is_counted[count] = true;
    request->counts[count] = elements;
    builder->counted_by[count] = array;
    return true;
}

/* What counts [in] elements gets to know how many there are. */
static bool note_length(struct builder *builder, uint32_t index, size_t elements)
{
    const struct type_member *param = &builder->method->params[index];
    const struct type_size *length = type_length_of(param), *room = &param->size;

    if (param->shape == SHAPE_STRING) { /* with its NUL, in the room for what comes back */
        if (room->kind == SIZE_CONSTANT && elements >= room->constant)
            return fail(builder, "%s: the text has %zu characters, and less than %u are expected",
                        param->name, elements, room->constant);
        if (room->kind > SIZE_CONSTANT && builder->least[room->param] < elements + 1)
            builder->least[room->param] = elements + 1;
        return true;
    }
    if (param->is_unique && type_is_list(param) && !elements &&
        (length->kind <= SIZE_CONSTANT || builder->request->is_counted[length->param]))
        return true; /* NULL, whatever counts it */
    if (length->kind == SIZE_CONSTANT && elements != length->constant)
        return fail(builder, "%s: there are %zu elements, and %u are expected", param->name, elements,
                    length->constant);
    if (length->kind > SIZE_CONSTANT && builder->method->params[length->param].is_in &&
        !note_count(builder, index, length->param, elements))
        return false;
    if (room->kind == SIZE_CONSTANT && elements > room->constant)
        return fail(builder, "%s: there are %zu elements, and at most %u are expected", param->name, elements,
                    room->constant);
    if (room->kind > SIZE_CONSTANT && room != length && builder->least[room->param] < elements)
        builder->least[room->param] = elements;
    return true;
}

/* A count that is not sent only has to be right: it is read into a message of its own. */
static bool set_unsent(struct builder *builder, uint32_t index, struct value_text text)
{
    const struct type_member *param = &builder->method->params[index];
    struct message_type type;
    ProtobufCMessage *message;
    size_t elements;

    message_type_init(&type, builder->reader.pool, param->name, &param, 1);
    message = message_create(&type, builder->reader.pool);
    if (!value_set(&builder->reader, param, type.fields[0], message, text, &elements))
        return false;
    builder->request->counts[index] = (uint64_t)value_integer(message, type.fields[0]);
    builder->request->is_counted[index] = true;
    return true;
}

/* Of texts and bytes it is these four letters: who leaves them out means NULL. */
static bool is_null_word(const struct type_member *param, struct value_text text)
{
    return param->shape != SHAPE_STRING && param->shape != SHAPE_BYTES && !text.is_file && text.size == 4 &&
           memcmp(text.bytes, "null", 4) == 0;
}

static bool set_argument(struct builder *builder, uint32_t index, struct value_text text)
{
    const struct type_member *param = &builder->method->params[index];
    struct request *request = builder->request;
    size_t elements;

    if (param->kind == KIND_INTERFACE && param->shape == SHAPE_VALUE)
        return set_interface(builder, index, pool_copy(&request->pool, text.bytes, text.size));
    if (is_null_word(param, text)) {
        builder->is_null[index] = true;
        return param->is_unique || value_fail_null(&builder->reader, param->name, param);
    }
    if (!builder->fields[index])
        return set_unsent(builder, index, text);
    if (!value_set(&builder->reader, param, builder->fields[index], request->message, text, &elements))
        return false;
    if (type_kind_is_integer(param->kind) && param->shape == SHAPE_VALUE) {
        request->counts[index] = (uint64_t)value_integer(request->message, builder->fields[index]);
        request->is_counted[index] = true;
    }
    return true;
}

static bool find_param(struct builder *builder, const char *name, uint32_t *out_index)
{
    struct nearest nearest = nearest_to(name);
    char known[VALUE_ERROR_BYTES / 2] = "", meant[NEAREST_BYTES];
    size_t length = 0;
    uint32_t i;

    for (i = 0; i < builder->method->count; i++) {
        const struct type_member *param = &builder->method->params[i];

        if (strcmp(param->name, name) == 0 && param->is_in) {
            *out_index = i;
            return true;
        }
        if (strcmp(param->name, name) == 0)
            return fail(builder, "%s: this is a result, not a parameter to be given", name);
        if (param->is_in)
            nearest_offer(&nearest, param->name);
        if (param->is_in && length < sizeof(known))
            length += (size_t)snprintf(known + length, sizeof(known) - length, "%s%s", length ? ", " : "",
                                       param->name);
    }
    if (!length)
        return fail(builder, "%.60s: %s takes no parameters", name, builder->method->name);
    return fail(builder, "%.60s: %s has no such parameter; it takes %s%s", name, builder->method->name, known,
                nearest_text(&nearest, meant));
}

static bool set_arguments(struct builder *builder, const struct request_argument *arguments, uint32_t count)
{
    uint32_t i, index = 0;

    for (i = 0; i < count; i++) {
        if (!find_param(builder, arguments[i].name, &index))
            return false;
        if (builder->is_given[index])
            return fail(builder, "%s: this is given twice", arguments[i].name);
        if (!set_argument(builder, index, arguments[i].value))
            return false;
        builder->is_given[index] = true;
    }
    return true;
}

/* ---- what is not given ---- */

static bool is_in_array(const struct type_member *param)
{
    return param->is_in && param->shape != SHAPE_VALUE;
}

static size_t elements_of(const struct builder *builder, uint32_t index)
{
    const ProtobufCFieldDescriptor *field = builder->fields[index];
    void *at = message_value(builder->request->message, field);

    switch (builder->method->params[index].shape) {
    case SHAPE_STRING:
        return type_text_length(&builder->method->params[index], *(const char **)at,
                                strlen(*(const char **)at));
    case SHAPE_BYTES:
        return ((const ProtobufCBinaryData *)at)->len;
    default:
        return *message_count(builder->request->message, field);
    }
}

static bool count_arrays(struct builder *builder)
{
    uint32_t i;

    for (i = 0; i < builder->method->count; i++)
        if (is_in_array(&builder->method->params[i]) && builder->is_given[i] && !builder->is_null[i] &&
            !note_length(builder, i, elements_of(builder, i)))
            return false;
    return true;
}

static bool fill_count(struct builder *builder, uint32_t index)
{
    const struct type_member *param = &builder->method->params[index];
    struct request *request = builder->request;

    if (!request->is_counted[index] && room_is_only(builder->method, index)) {
        request->counts[index] = room_default(builder->method, index, builder->least[index]);
        request->is_taken[index] = true;
    } else if (!request->is_counted[index] && builder->least[index]) {
        request->counts[index] = builder->least[index];
    } else if (!request->is_counted[index]) {
        return true;
    }
    request->is_counted[index] = true;
    if (request->counts[index] < builder->least[index])
        return fail(builder, "%s: %llu is less than what the arrays need, which is %llu", param->name,
                    (unsigned long long)request->counts[index], (unsigned long long)builder->least[index]);
    if (builder->is_given[index])
        return true;
    builder->is_given[index] = true;
    if (builder->fields[index])
        return value_set_integer(&builder->reader, param, builder->fields[index], request->message,
                                 request->counts[index]);
    if (!value_fits(param, false, request->counts[index]))
        return fail(builder, "%s: %llu elements are more than can be counted", param->name,
                    (unsigned long long)request->counts[index]);
    return true;
}

static bool is_missing(const struct builder *builder, uint32_t index)
{
    const struct type_member *param = &builder->method->params[index];

    return param->is_in && !builder->is_given[index] && !param->is_unique;
}

/* All at once, so that nobody has to ask for one after the other. */
static bool check_missing(struct builder *builder)
{
    char expected[VALUE_EXPECTED_BYTES], missing[VALUE_ERROR_BYTES] = "";
    uint32_t i, first = 0, count = 0;
    size_t length = 0;

    for (i = 0; i < builder->method->count; i++) {
        if (!is_missing(builder, i))
            continue;
        first = count++ ? first : i;
        value_expected(&builder->method->params[i], expected);
        if (length < sizeof(missing))
            length += (size_t)snprintf(missing + length, sizeof(missing) - length, "%s%s (%s)",
                                       length ? ", " : "", builder->method->params[i].name, expected);
    }
    if (!count)
        return true;
    value_expected(&builder->method->params[first], expected);
    if (count == 1)
        return fail(builder, "%s: this parameter is missing; it is %s", builder->method->params[first].name,
                    expected);
    return fail(builder, "%u parameters are missing: %s", count, missing);
}

/* Unions against the parameters that tell their arms. */
static bool check_choices(struct builder *builder)
{
    ProtobufCMessage *message = builder->request->message;
    uint32_t i;

    for (i = 0; i < builder->method->count; i++) {
        const struct type_member *param = &builder->method->params[i];
        const ProtobufCFieldDescriptor *told_by;

        if (!param->is_in || !param->choice || !message_has(message, builder->fields[i]))
            continue;
        told_by = builder->fields[param->choice - builder->method->params];
        if (told_by && !value_check_arm(&builder->reader, param->name, param,
                                        *(ProtobufCMessage **)message_value(message, builder->fields[i]),
                                        value_integer(message, told_by)))
            return false;
    }
    return true;
}

/* ---- sizes that are computed ---- */

/* What a size comes to, which must be one. @param index  of the array */
static bool compute_size(struct builder *builder, uint32_t index, const struct type_size *size,
                         uint64_t *out_elements)
{
    const struct type_member *param = &builder->method->params[index];
    const struct request *request = builder->request;
    int64_t value;

    if (!computed_size_value(size, builder->method->params, request->counts, request->is_counted, &value))
        return fail(builder, "%s: nothing says what %s comes to", param->name, size->computed);
    if (wire_size(value) == UINT32_MAX && (value < 0 && value != WIRE_SIZE_BAD))
        return fail(builder, "%s: %s comes to %lld, and no array has so many elements", param->name,
                    size->computed, (long long)value);
    if (wire_size(value) == UINT32_MAX)
        return fail(builder, "%s: %s comes to more elements than an array can have, or to no number",
                    param->name, size->computed);
    if (param->max_len && (uint64_t)value > param->max_len + (param->shape == SHAPE_STRING))
        return fail(builder, "%s: %s comes to %lld, and at most %u elements are expected", param->name,
                    size->computed, (long long)value, param->max_len);
    *out_elements = (uint64_t)value;
    return true;
}

/* The elements that go in, against what both sides compute; what may be NULL may be empty. */
static bool check_computed_size(struct builder *builder, uint32_t index, const struct type_size *size)
{
    const struct type_member *param = &builder->method->params[index];
    bool is_given = is_in_array(param) && builder->is_given[index] && !builder->is_null[index];
    size_t elements = is_given ? elements_of(builder, index) : 0;
    bool is_text = param->shape == SHAPE_STRING;
    uint64_t expected = 0;

    if (!compute_size(builder, index, size, &expected))
        return false;
    if (!is_given || (param->is_unique && !is_text && !elements))
        return true;
    if (is_text && elements >= expected)
        return fail(builder, "%s: the text has %zu characters, and %s comes to %llu with its end",
                    param->name, elements, size->computed, (unsigned long long)expected);
    if (!is_text && size != type_length_of(param) && elements > expected)
        return fail(builder, "%s: there are %zu elements, and there is room for %s, which comes to %llu",
                    param->name, elements, size->computed, (unsigned long long)expected);
    if (!is_text && size == type_length_of(param) && elements != expected)
        return fail(builder, "%s: there are %zu elements, and %s comes to %llu", param->name, elements,
                    size->computed, (unsigned long long)expected);
    return true;
}

static bool check_computed_sizes(struct builder *builder)
{
    uint32_t i;

    for (i = 0; i < builder->method->count; i++) {
        const struct type_member *param = &builder->method->params[i];

        if ((param->size.kind == SIZE_COMPUTED && !check_computed_size(builder, i, &param->size)) ||
            (param->length.kind == SIZE_COMPUTED && !check_computed_size(builder, i, &param->length)))
            return false;
    }
    return true;
}

/* ---- the whole ---- */

static void begin(struct builder *builder, struct request *request, const struct type_method *method)
{
    const struct type_member *members[TYPE_INFO_PARAMS_MAX];
    uint32_t i, count = 0;

    builder->request = request;
    builder->method = method;
    for (i = 0; i < method->count; i++)
        if (method->params[i].is_in && !method->params[i].is_rebuilt)
            members[count++] = &method->params[i];
    message_type_init(&request->type, &request->pool, method->name, members, count);
    request->method = method;
    request->message = message_create(&request->type, &request->pool);
    count = 0;
    for (i = 0; i < method->count; i++) {
        builder->counted_by[i] = NOBODY;
        if (method->params[i].is_in && !method->params[i].is_rebuilt)
            builder->fields[i] = request->type.fields[count++];
    }
}

bool request_build(struct request *request, const struct type_info *info, const struct type_method *method,
                   const struct request_argument *arguments, uint32_t argument_count,
                   char error[VALUE_ERROR_BYTES])
{
    struct builder builder = {.reader = {.info = info,
                                         .pool = &request->pool,
                                         .error = error,
                                         .take_path = take_path,
                                         .context = request}};
    uint32_t i;

    error[0] = '\0';
    request->info = info;
    begin(&builder, request, method);
    if (!set_arguments(&builder, arguments, argument_count) || !count_arrays(&builder))
        return false;
    for (i = 0; i < method->count; i++)
        if (type_kind_is_integer(method->params[i].kind) && method->params[i].shape == SHAPE_VALUE &&
            method->params[i].is_in && !fill_count(&builder, i))
            return false;
    return check_missing(&builder) && check_computed_sizes(&builder) && check_choices(&builder);
}

const uint8_t *request_pack(struct request *request, size_t *out_size_bytes)
{
    uint8_t *bytes = pool_alloc(&request->pool, protobuf_c_message_get_packed_size(request->message) + 1);

    *out_size_bytes = protobuf_c_message_pack(request->message, bytes);
    return bytes;
}

void request_free(struct request *request)
{
    pool_free(&request->pool);
}
