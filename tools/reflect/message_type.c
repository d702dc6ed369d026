#include "message_type.h"
#include <stdlib.h>
#include <string.h>

static ProtobufCType type_of(const struct type_member *member)
{
    static const uint8_t TYPES[KIND_COUNT] = {
        [KIND_CHAR] = PROTOBUF_C_TYPE_UINT32,    [KIND_INT8] = PROTOBUF_C_TYPE_SINT32,
        [KIND_UINT8] = PROTOBUF_C_TYPE_UINT32,   [KIND_INT16] = PROTOBUF_C_TYPE_SINT32,
        [KIND_UINT16] = PROTOBUF_C_TYPE_UINT32,  [KIND_INT32] = PROTOBUF_C_TYPE_SINT32,
        [KIND_UINT32] = PROTOBUF_C_TYPE_UINT32,  [KIND_INT64] = PROTOBUF_C_TYPE_SINT64,
        [KIND_UINT64] = PROTOBUF_C_TYPE_UINT64,  [KIND_SIZE] = PROTOBUF_C_TYPE_UINT64,
        [KIND_OFFSET] = PROTOBUF_C_TYPE_SINT64,  [KIND_FLOAT] = PROTOBUF_C_TYPE_FLOAT,
        [KIND_DOUBLE] = PROTOBUF_C_TYPE_DOUBLE,  [KIND_BOOLEAN] = PROTOBUF_C_TYPE_BOOL,
        [KIND_BOOL] = PROTOBUF_C_TYPE_BOOL,      [KIND_HRESULT] = PROTOBUF_C_TYPE_SFIXED32,
        [KIND_GUID] = PROTOBUF_C_TYPE_BYTES,     [KIND_ENUM] = PROTOBUF_C_TYPE_ENUM,
        [KIND_STRUCT] = PROTOBUF_C_TYPE_MESSAGE, [KIND_INTERFACE] = PROTOBUF_C_TYPE_UINT32,
        [KIND_WCHAR] = PROTOBUF_C_TYPE_UINT32,
    };

    static const uint8_t FIXED[KIND_COUNT] = {
        [KIND_INT32] = PROTOBUF_C_TYPE_SFIXED32,
        [KIND_UINT32] = PROTOBUF_C_TYPE_FIXED32,
        [KIND_INT64] = PROTOBUF_C_TYPE_SFIXED64,
        [KIND_UINT64] = PROTOBUF_C_TYPE_FIXED64,
    };

    if (member->shape == SHAPE_STRING || member->shape == SHAPE_TEXTS)
        return PROTOBUF_C_TYPE_STRING;
    if (member->shape == SHAPE_BYTES)
        return PROTOBUF_C_TYPE_BYTES;
    return (ProtobufCType)(member->is_fixed ? FIXED[member->kind] : TYPES[member->kind]);
}

size_t message_element_bytes(ProtobufCType type)
{
    switch (type) {
    case PROTOBUF_C_TYPE_SINT64:
    case PROTOBUF_C_TYPE_UINT64:
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return sizeof(uint64_t);
    case PROTOBUF_C_TYPE_BYTES:
        return sizeof(ProtobufCBinaryData);
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_MESSAGE:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(uint32_t);
    }
}

static bool can_be_packed(ProtobufCType type)
{
    return type != PROTOBUF_C_TYPE_STRING && type != PROTOBUF_C_TYPE_BYTES && type != PROTOBUF_C_TYPE_MESSAGE;
}

/* Room for a field; everything is as aligned as the widest. */
static unsigned take_room(size_t *size, size_t bytes)
{
    size_t at = *size;

    *size = at + ((bytes + sizeof(uint64_t) - 1) & ~(sizeof(uint64_t) - 1));
    return (unsigned)at;
}

static void describe(ProtobufCFieldDescriptor *field, const struct type_member *member, size_t *size)
{
    ProtobufCType type = type_of(member);
    bool is_repeated = type_is_list(member);

    field->name = member->name;
    field->id = member->number;
    field->type = type;
    field->label = is_repeated ? PROTOBUF_C_LABEL_REPEATED : PROTOBUF_C_LABEL_OPTIONAL;
    field->flags = is_repeated && can_be_packed(type) ? (uint32_t)PROTOBUF_C_FIELD_FLAG_PACKED : 0;
    if (is_repeated)
        field->quantifier_offset = take_room(size, sizeof(size_t));
    else if (type != PROTOBUF_C_TYPE_STRING && type != PROTOBUF_C_TYPE_MESSAGE)
        field->quantifier_offset = take_room(size, sizeof(protobuf_c_boolean));
    field->offset = take_room(size, is_repeated ? sizeof(void *) : message_element_bytes(type));
    if (type == PROTOBUF_C_TYPE_MESSAGE)
        field->descriptor = &member->structure->message.descriptor;
}

static int by_number(const void *left, const void *right)
{
    const struct type_member *a = *(const struct type_member *const *)left;
    const struct type_member *b = *(const struct type_member *const *)right;

    return a->number < b->number ? -1 : a->number > b->number;
}

/* Runs of numbers without a gap, as protobuf-c searches them. */
static void add_ranges(ProtobufCMessageDescriptor *descriptor, struct pool *pool)
{
    ProtobufCIntRange *ranges = pool_alloc(pool, (descriptor->n_fields + 1) * sizeof(*ranges));
    unsigned i, count = 0;

    for (i = 0; i < descriptor->n_fields; i++)
        if (i == 0 || descriptor->fields[i].id != descriptor->fields[i - 1].id + 1)
            ranges[count++] = (ProtobufCIntRange){(int)descriptor->fields[i].id, i};
    ranges[count] = (ProtobufCIntRange){0, descriptor->n_fields};
    descriptor->n_field_ranges = count;
    descriptor->field_ranges = ranges;
}

void message_type_init(struct message_type *type, struct pool *pool, const char *name,
                       const struct type_member *const *members, uint32_t count)
{
    ProtobufCFieldDescriptor *fields = pool_alloc(pool, count * sizeof(*fields));
    const struct type_member **sorted = pool_alloc(pool, count * sizeof(*sorted));
    unsigned *names = pool_alloc(pool, count * sizeof(*names)); /* nobody looks fields up by name */
    size_t size = sizeof(ProtobufCMessage);
    uint32_t i, j;

    memset(type, 0, sizeof(*type));
    type->count = count;
    type->members = pool_alloc(pool, count * sizeof(*type->members));
    type->fields = pool_alloc(pool, count * sizeof(*type->fields));
    for (i = 0; i < count; i++)
        type->members[i] = sorted[i] = members[i];
    if (count)
        qsort(sorted, count, sizeof(*sorted), by_number);
    for (i = 0; i < count; i++) {
        describe(&fields[i], sorted[i], &size);
        for (j = 0; type->members[j] != sorted[i]; j++)
            ;
        type->fields[j] = &fields[i];
    }
    type->descriptor.magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC;
    type->descriptor.name = type->descriptor.short_name = type->descriptor.c_name = name;
    type->descriptor.package_name = "";
    type->descriptor.sizeof_message = size;
    type->descriptor.n_fields = count;
    type->descriptor.fields = fields;
    type->descriptor.fields_sorted_by_name = names;
    add_ranges(&type->descriptor, pool);
}

ProtobufCMessage *message_create(const struct message_type *type, struct pool *pool)
{
    ProtobufCMessage *message = pool_alloc(pool, type->descriptor.sizeof_message);

    message->descriptor = &type->descriptor;
    return message;
}

void *message_value(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (char *)message + field->offset;
}

size_t *message_count(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    return (size_t *)(void *)((char *)message + field->quantifier_offset);
}

bool message_has(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    const char *base = (const char *)message;

    if (!field->quantifier_offset)
        return *(void *const *)(const void *)(base + field->offset) != NULL;
    return *(const protobuf_c_boolean *)(const void *)(base + field->quantifier_offset) != 0;
}

void message_set_present(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->quantifier_offset)
        *(protobuf_c_boolean *)(void *)((char *)message + field->quantifier_offset) = 1;
}

void message_set_absent(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field)
{
    if (field->quantifier_offset)
        *(protobuf_c_boolean *)(void *)((char *)message + field->quantifier_offset) = 0;
}

/* ---- depth ---- */

/* Behind a varint; NULL: it is none. */
static const uint8_t *read_varint(const uint8_t *at, const uint8_t *end, uint64_t *out_value)
{
    unsigned shift;

    *out_value = 0;
    for (shift = 0; at < end && shift < 64; shift += 7) {
        *out_value |= (uint64_t)(*at & 0x7F) << shift;
        if (*at++ < 0x80)
            return at;
    }
    return NULL;
}

static const struct message_type *inner_of(const struct message_type *type, uint64_t number)
{
    uint32_t i;

    for (i = 0; i < type->count; i++)
        if (type->members[i]->number == number && type->members[i]->kind == KIND_STRUCT)
            return &type->members[i]->structure->message;
    return NULL;
}

bool message_is_shallow(const struct message_type *type, const uint8_t *bytes, size_t size_bytes,
                        uint32_t depth)
{
    const uint8_t *at = bytes, *end = bytes + size_bytes;
    const struct message_type *inner;
    uint64_t key, value;

    if (depth > MESSAGE_DEPTH_MAX)
        return false;
    while (at < end) {
        at = read_varint(at, end, &key);
        if (!at)
            return false;
        switch (key & 7) {
        case 0:
            at = read_varint(at, end, &value);
            value = 0;
            break;
        case 1:
            value = 8;
            break;
        case 2:
            at = read_varint(at, end, &value);
            break;
        case 5:
            value = 4;
            break;
        default:
            return false;
        }
        if (!at || value > (size_t)(end - at))
            return false;
        inner = (key & 7) == 2 ? inner_of(type, key >> 3) : NULL;
        if (inner && !message_is_shallow(inner, at, (size_t)value, depth + 1))
            return false;
        at += value;
    }
    return true;
}
