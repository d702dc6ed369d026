#include "reply.h"
#include "computed_size.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <wire_size.h>

struct checker {
    struct reply *reply;
    const struct request *request;
    uint64_t values;          /* in structs, also those that did not come: they are printed */
    uint32_t interface_count; /* that came */
    const char **taken;       /* of each, by value: the member that it came for; NULL: none is checked */
    char *error;
};

static bool fail(struct checker *checker, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct checker *checker, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(checker->error, VALUE_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- memory ---- */

static void *allocate(void *data, size_t size)
{
    struct reply *reply = data;

    if (size > reply->memory_left)
        return NULL;
    reply->memory_left -= size;
    return malloc(size ? size : 1);
}

static void release(void *data, void *pointer)
{
    (void)data; /* what was used is not given back: it bounds the work, too */
    free(pointer);
}

/* ---- values ---- */

static bool check_struct(struct checker *checker, const struct type_struct *structure,
                         ProtobufCMessage *message);

static bool check_integer(struct checker *checker, const struct type_member *member,
                          const ProtobufCFieldDescriptor *field, const void *at)
{
    bool is_wide = message_element_bytes(field->type) == sizeof(uint64_t);
    int64_t value;

    if (is_wide)
        memcpy(&value, at, sizeof(value));
    else if (field->type == PROTOBUF_C_TYPE_UINT32 || field->type == PROTOBUF_C_TYPE_FIXED32)
        value = *(const uint32_t *)at;
    else
        value = *(const int32_t *)at;
    if (type_kind_is_signed(member->kind) || member->kind == KIND_ENUM) {
        if (value_fits(member, value < 0, value < 0 ? 0 - (uint64_t)value : (uint64_t)value))
            return true;
    } else if (value_fits(member, false, (uint64_t)value)) {
        return true;
    }
    return fail(checker, "%s has the value %lld, which is not one of its values", member->name,
                (long long)value);
}

/* Each that came is of one place, because it is one reference. */
static bool check_interface(struct checker *checker, const struct type_member *member, uint32_t index)
{
    if (!checker->taken || !index)
        return true;
    if (index > checker->interface_count)
        return fail(checker, "%s is an interface that did not come", member->name);
    if (checker->taken[index])
        return fail(checker, "%s is an interface that came once, for %s", member->name,
                    checker->taken[index]);
    checker->taken[index] = member->name;
    return true;
}

static bool check_element(struct checker *checker, const struct type_member *member,
                          const ProtobufCFieldDescriptor *field, const void *at)
{
    const char *text;

    if (member->shape == SHAPE_TEXTS) {
        text = *(const char *const *)at;
        return value_is_text(text, strlen(text), false) || fail(checker, "%s is no UTF-8", member->name);
    }
    switch (member->kind) {
    case KIND_FLOAT:
    case KIND_DOUBLE:
    case KIND_BOOL:
    case KIND_BOOLEAN:
    case KIND_HRESULT:
        return true;
    case KIND_INTERFACE:
        return check_interface(checker, member, *(const uint32_t *)at);
    case KIND_GUID:
        return ((const ProtobufCBinaryData *)at)->len == 16 || fail(checker, "%s is no GUID", member->name);
    case KIND_STRUCT:
        checker->values += member->structure->leaves;
        if (checker->values > REPLY_VALUES_MAX)
            return fail(checker, "%s has more values than any program should have to read", member->name);
        return check_struct(checker, member->structure, *(ProtobufCMessage *const *)at);
    default:
        return check_integer(checker, member, field, at);
    }
}

/* The length of what came; a text's without its NUL. */
static size_t length_of(const struct type_member *member, const ProtobufCFieldDescriptor *field,
                        ProtobufCMessage *message)
{
    const void *at = message_value(message, field);

    if (type_is_list(member))
        return *message_count(message, field);
    if (member->shape == SHAPE_BYTES)
        return message_has(message, field) ? ((const ProtobufCBinaryData *)at)->len : 0;
    return *(char *const *)at ? strlen(*(char *const *)at) : 0;
}

static bool check_bounds(struct checker *checker, const struct type_member *member, size_t length)
{
    if (member->max_len && length > member->max_len)
        return fail(checker, "%s has %zu elements, and at most %u are expected", member->name, length,
                    member->max_len);
    if (!member->count)
        return true;
    if (type_is_list(member) ? length != member->count && length != 0
                             : length > member->count - (member->shape == SHAPE_STRING))
        return fail(checker, "%s has %zu elements, and %u are expected", member->name, length, member->count);
    return true;
}

static bool check_value(struct checker *checker, const struct type_member *member,
                        const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    size_t length, bytes = message_element_bytes(field->type), i;
    const char *at = message_value(message, field);

    if (member->shape == SHAPE_VALUE) {
        if (!message_has(message, field))
            return member->is_allocated || !type_refuses_zero(member) ||
                   fail(checker, "%s did not come", member->name);
        return check_element(checker, member, field, at);
    }
    length = length_of(member, field, message);
    if (type_is_list(member))
        for (i = 0; i < length; i++)
            if (!check_element(checker, member, field, *(const char *const *)(const void *)at + i * bytes))
                return false;
    if (member->shape == SHAPE_STRING) {
        const char *text = *(char *const *)(const void *)at ? *(char *const *)(const void *)at : "";

        if (!value_is_text(text, length, false))
            return fail(checker, "%s is no UTF-8", member->name);
        length = type_text_length(member, text, length);
    }
    return check_bounds(checker, member, length);
}

/* Which arm came; ARM_EMPTY: none, ARM_REFUSED: several. */
static int32_t arm_of(const struct type_struct *structure, ProtobufCMessage *message)
{
    int32_t arm = ARM_EMPTY;
    uint32_t i;

    for (i = 0; message && i < structure->count; i++) {
        if (type_is_list(&structure->fields[i]) ? *message_count(message, structure->message.fields[i]) == 0
                                                : !message_has(message, structure->message.fields[i]))
            continue;
        arm = arm == ARM_EMPTY ? (int32_t)i : ARM_REFUSED;
    }
    return arm;
}

/* What other fields say of this one. */
static bool check_partners(struct checker *checker, const struct type_struct *structure,
                           ProtobufCMessage *message, uint32_t index)
{
    const struct type_member *field = &structure->fields[index];
    const ProtobufCFieldDescriptor *described = structure->message.fields[index];
    const struct type_size *length = type_length_of(field);
    size_t elements = field->shape == SHAPE_VALUE ? 0 : length_of(field, described, message);
    const struct type_struct *choices = field->structure;
    int32_t arm, told;

    if (field->shape != SHAPE_VALUE && length->kind == SIZE_PARAM && !(field->is_unique && elements == 0) &&
        value_integer(message, structure->message.fields[length->param]) != (int64_t)elements)
        return fail(checker, "%s has %zu elements, and another number is announced", field->name, elements);
    if (!field->choice)
        return true;
    arm = arm_of(choices, *(ProtobufCMessage **)message_value(message, described));
    told = type_arm(choices,
                    value_integer(message, structure->message.fields[field->choice - structure->fields]));
    if (told == arm ||
        (arm == ARM_EMPTY && told >= 0 &&
         (choices->fields[told].shape == SHAPE_STRING || choices->fields[told].kind == KIND_INTERFACE ||
          type_is_pointer(&choices->fields[told]))))
        return true;
    return fail(checker, "%s has another arm than %s says", field->name, field->choice->name);
}

static bool check_struct(struct checker *checker, const struct type_struct *structure,
                         ProtobufCMessage *message)
{
    const struct message_type *type = &structure->message;
    uint32_t i;

    for (i = 0; i < type->count; i++) {
        if (structure->is_union && !type_is_list(type->members[i]) && !message_has(message, type->fields[i]))
            continue; /* another arm */
        if (!check_value(checker, type->members[i], type->fields[i], message) ||
            !check_partners(checker, structure, message, i))
            return false;
    }
    return true;
}

/* ---- parameters ---- */

static const ProtobufCFieldDescriptor *field_of(const struct reply *reply, const struct type_member *param)
{
    uint32_t i;

    for (i = 0; i < reply->type.count && reply->type.members[i] != param; i++)
        ;
    return i < reply->type.count ? reply->type.fields[i] : NULL;
}

/* How many elements a size stands for: as the reply says, else as the request did. */
static bool size_value(const struct checker *checker, const struct type_size *size, uint64_t *out_size)
{
    const struct type_member *counter;
    const ProtobufCFieldDescriptor *field;

    if (size->kind == SIZE_CONSTANT) {
        *out_size = size->constant;
        return true;
    }
    if (size->kind == SIZE_COMPUTED) {
        int64_t value;

        if (!computed_size_value(size, checker->request->method->params, checker->request->counts,
                                 checker->request->is_counted, &value))
            return false;
        *out_size = wire_size(value);
        return true;
    }
    if (size->kind == SIZE_NONE)
        return false;
    counter = &checker->reply->method->params[size->param];
    field = counter->is_out ? field_of(checker->reply, counter) : NULL;
    if (field) {
        *out_size = (uint64_t)value_integer(checker->reply->message, field);
        return true;
    }
    *out_size = checker->request->counts[size->param];
    return checker->request->is_counted[size->param];
}

/* The room is the caller's, so it is what the request said. */
static bool room_value(const struct checker *checker, const struct type_size *size, uint64_t *out_size)
{
    if (size->kind > SIZE_CONSTANT && checker->request->is_counted[size->param]) {
        *out_size = checker->request->counts[size->param];
        return true;
    }
    return size_value(checker, size, out_size);
}

static bool check_param(struct checker *checker, const struct type_member *param,
                        const ProtobufCFieldDescriptor *field)
{
    size_t length;
    uint64_t expected;

    if (!check_value(checker, param, field, checker->reply->message))
        return false;
    if (param->shape == SHAPE_VALUE)
        return true;
    length = reply_length(checker->reply, (uint32_t)(param - checker->reply->method->params));
    if (param->shape == SHAPE_STRING) {
        if (room_value(checker, &param->size, &expected) && length >= expected)
            return fail(checker, "%s has %zu characters, and there is no room for them", param->name, length);
        return true;
    }
    if (size_value(checker, type_length_of(param), &expected) && length != expected)
        return fail(checker, "%s has %zu elements, and %llu are announced", param->name, length,
                    (unsigned long long)expected);
    if (room_value(checker, &param->size, &expected) && length > expected)
        return fail(checker, "%s has %zu elements, and there is no room for them", param->name, length);
    return true;
}

size_t reply_length(const struct reply *reply, uint32_t index)
{
    const struct type_member *param = &reply->method->params[index];
    const ProtobufCFieldDescriptor *field = param->is_out ? field_of(reply, param) : NULL;
    const char *text;
    size_t length;

    if (!field || param->shape == SHAPE_VALUE)
        return 0;
    length = length_of(param, field, reply->message);
    if (param->shape != SHAPE_STRING || !length)
        return length;
    text = *(const char *const *)message_value(reply->message, field);
    return type_text_length(param, text, length);
}

bool reply_read(struct reply *reply, const struct request *request, const uint8_t *bytes, size_t size_bytes,
                uint32_t interface_count, char error[VALUE_ERROR_BYTES])
{
    struct checker checker = {.reply = reply, .request = request, .error = error};
    const struct type_method *method = request->method;
    const struct type_member *members[TYPE_INFO_PARAMS_MAX];
    ProtobufCAllocator allocator = {allocate, release, reply};
    const ProtobufCFieldDescriptor *field;
    uint32_t i, count = 0;

    error[0] = '\0';
    checker.interface_count = interface_count;
    checker.taken = pool_alloc(&reply->pool, ((size_t)interface_count + 1) * sizeof(*checker.taken));
    reply->info = request->info;
    reply->method = method;
    reply->memory_left = REPLY_MEMORY_MAX;
    for (i = 0; i < method->count; i++)
        if (method->params[i].is_out)
            members[count++] = &method->params[i];
    message_type_init(&reply->type, &reply->pool, method->name, members, count);
    if (!message_is_shallow(&reply->type, bytes, size_bytes, 0))
        return fail(&checker, "the results are malformed, or too deep");
    reply->message = protobuf_c_message_unpack(&reply->type.descriptor, &allocator, size_bytes, bytes);
    if (!reply->message)
        return fail(&checker, "the results are malformed, or larger than any program should have to read");
    for (i = 0; i < method->count; i++) {
        const struct type_member *param = &method->params[i];

        if (!param->is_out)
            continue;
        if (!check_param(&checker, param, field_of(reply, param)))
            return false;
        field = field_of(reply, param);
        if (param->kind == KIND_INTERFACE && param->shape == SHAPE_VALUE &&
            message_has(reply->message, field))
            reply->interfaces[i] = (uint32_t)value_integer(reply->message, field);
    }
    return true;
}

bool reply_read_request(struct reply *reply, const struct type_info *info, const struct type_method *method,
                        const uint8_t *bytes, size_t size_bytes, char error[VALUE_ERROR_BYTES])
{
    struct checker checker = {.reply = reply, .error = error};
    const struct type_member *members[TYPE_INFO_PARAMS_MAX];
    ProtobufCAllocator allocator = {allocate, release, reply};
    uint32_t i, count = 0;

    error[0] = '\0';
    reply->info = info;
    reply->method = method;
    reply->memory_left = REPLY_MEMORY_MAX;
    for (i = 0; i < method->count; i++)
        if (method->params[i].is_in)
            members[count++] = &method->params[i];
    message_type_init(&reply->type, &reply->pool, method->name, members, count);
    reply->message = protobuf_c_message_unpack(&reply->type.descriptor, &allocator, size_bytes, bytes);
    if (!reply->message)
        return fail(&checker, "the parameters are malformed");
    for (i = 0; i < reply->type.count; i++)
        if (!check_value(&checker, reply->type.members[i], reply->type.fields[i], reply->message))
            return false;
    return true;
}

bool reply_bytes(const struct reply *reply, const char *name, const uint8_t **out_bytes, size_t *out_size)
{
    uint32_t i;

    for (i = 0; i < reply->type.count; i++) {
        const struct type_member *member = reply->type.members[i];
        const void *at = message_value(reply->message, reply->type.fields[i]);

        if (strcmp(member->name, name) != 0 ||
            (member->shape != SHAPE_BYTES && member->shape != SHAPE_STRING))
            continue;
        *out_size = length_of(member, reply->type.fields[i], reply->message);
        *out_bytes =
            member->shape == SHAPE_STRING ? *(uint8_t *const *)at : ((const ProtobufCBinaryData *)at)->data;
        return true;
    }
    return false;
}

void reply_free(struct reply *reply)
{
    ProtobufCAllocator allocator = {allocate, release, reply};

    if (reply->message)
        protobuf_c_message_free_unpacked(reply->message, &allocator);
    pool_free(&reply->pool);
}
