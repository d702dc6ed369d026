/*
 * Type information: what a node serves about its interfaces, a protobuf message in an array of C for each.
 * The format is specified in idl/wire/typeinfo.proto.
 */
#include "emit.h"
#include "uuid.h"
#include "wire.h"

#include <string.h>

/* Bytes in a line of the array. */
enum { LINE_BYTES = 16 };

/* What readers take of one message. */
#define TYPE_INFO_BYTES_MAX 262144u
#define TYPE_INFO_CONSTANTS_MAX 1024u
#define TYPE_INFO_ENUMS_MAX 256u
#define TYPE_INFO_DIMENSIONS_MAX 16u

/* ---- protobuf ---- */

static void put_varint(struct text *out, uint64_t value)
{
    char bytes[10];
    size_t count = 0;

    do {
        bytes[count] = (char)((value & 0x7F) | (value > 0x7F ? 0x80 : 0));
        value >>= 7;
    } while (bytes[count++] & 0x80);
    text_add(out, bytes, count);
}

static void put_key(struct text *out, uint32_t field, uint32_t type)
{
    put_varint(out, field << 3 | type);
}

/* As proto3 has it: zero is not written. */
static void put_number(struct text *out, uint32_t field, uint64_t value)
{
    if (!value)
        return;
    put_key(out, field, 0);
    put_varint(out, value);
}

static uint64_t zigzag(int64_t value)
{
    return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

static void put_bytes(struct text *out, uint32_t field, const char *bytes, size_t length)
{
    put_key(out, field, 2);
    put_varint(out, length);
    text_add(out, bytes, length);
}

static void put_string(struct text *out, uint32_t field, const char *string)
{
    if (string && *string)
        put_bytes(out, field, string, strlen(string));
}

static void put_message(struct text *out, uint32_t field, const struct text *message)
{
    put_bytes(out, field, message->bytes, message->length);
}

static void put_double(struct text *out, uint32_t field, double value)
{
    char bytes[8];
    uint64_t bits;
    uint32_t i;

    memcpy(&bits, &value, sizeof(bits));
    if (!bits)
        return;
    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(bits >> (8 * i));
    put_key(out, field, 1);
    text_add(out, bytes, sizeof(bytes));
}

/* ---- tables of what is named ---- */

/* Field numbers of typeinfo.proto. */
enum { INFO_VERSION = 1, INFO_FILE, INFO_INTERFACES, INFO_STRUCTS, INFO_ENUMS, INFO_CONSTANTS };
enum { INTERFACE_NAME = 1, INTERFACE_IID, INTERFACE_PARENT, INTERFACE_METHODS };
enum { METHOD_NAME = 1, METHOD_PARAMS, METHOD_TIMEOUT, METHOD_LOCAL, METHOD_ONEWAY, METHOD_IDEMPOTENT };
enum {
    MEMBER_NAME = 1,
    MEMBER_KIND,
    MEMBER_INDEX,
    MEMBER_SHAPE,
    MEMBER_FLAGS,
    MEMBER_SIZE,
    MEMBER_LENGTH,
    MEMBER_RANGE,
    MEMBER_MAX_LEN,
    MEMBER_COUNT,
    MEMBER_NUMBER,
    MEMBER_IID_PARAM,
    MEMBER_CHOICE,
    MEMBER_DIMENSIONS,
};
enum { RANGE_MIN = 1, RANGE_MAX };
enum { SIZE_CONSTANT = 1, SIZE_PARAM, SIZE_POINTED, SIZE_COMPUTED };
enum { STRUCT_NAME = 1, STRUCT_FIELDS, STRUCT_UNION, STRUCT_CASES, STRUCT_DEFAULT, STRUCT_CLOSED };
enum { CASE_VALUE = 1, CASE_ARM };
enum { ENUM_NAME = 1, ENUM_ENUMERATORS, ENUM_CLOSED };
enum { ENUMERATOR_NAME = 1, ENUMERATOR_VALUE };
enum { CONSTANT_NAME = 1, CONSTANT_KIND, CONSTANT_INTEGER, CONSTANT_REAL, CONSTANT_TEXT };
enum { DOC = 15 };

enum {
    FLAG_IN = 1,
    FLAG_OUT = 2,
    FLAG_RETVAL = 4,
    FLAG_UNIQUE = 8,
    FLAG_INDIRECT = 16,
    FLAG_REBUILT = 32,
    FLAG_CONST = 64,
    FLAG_ALLOCATED = 128,
    FLAG_BSTR = 256,
    FLAG_FIXED = 512
};

enum { SHAPE_VALUE = 1, SHAPE_STRING, SHAPE_BYTES, SHAPE_ARRAY, SHAPE_TEXTS };

enum { KIND_ENUM = 19, KIND_STRUCT, KIND_INTERFACE };

static const uint8_t KINDS[BASE_COUNT] = {
    [BASE_VOID] = 1,     [BASE_CHAR] = 2,   [BASE_WCHAR] = 22,   [BASE_INT8] = 3,   [BASE_UINT8] = 4,
    [BASE_INT16] = 5,    [BASE_UINT16] = 6, [BASE_INT32] = 7,    [BASE_UINT32] = 8, [BASE_INT64] = 9,
    [BASE_UINT64] = 10,  [BASE_SIZE] = 11,  [BASE_OFFSET] = 12,  [BASE_FLOAT] = 13, [BASE_DOUBLE] = 14,
    [BASE_BOOLEAN] = 15, [BASE_BOOL] = 16,  [BASE_HRESULT] = 17, [BASE_GUID] = 18,
};

static const uint8_t SHAPES[] = {
    [WIRE_SCALAR] = SHAPE_VALUE,    [WIRE_GUID] = SHAPE_VALUE,    [WIRE_STRUCT] = SHAPE_VALUE,
    [WIRE_INTERFACE] = SHAPE_VALUE, [WIRE_STRING] = SHAPE_STRING, [WIRE_BLOB] = SHAPE_BYTES,
    [WIRE_ARRAY] = SHAPE_ARRAY,
};

struct table {
    const void **items;
    uint32_t count;
    uint32_t capacity;
};

struct info {
    struct arena *arena;
    bool with_docs;
    bool has_deep; /* a parameter, or a number with all its bytes, is what version 1 did not have */
    struct table interfaces;
    struct table structs; /* inner ones first, but for those that pointers lead back to */
    struct table entered;
    struct table enums;
};

static uint32_t find(const struct table *table, const void *item)
{
    uint32_t i;

    for (i = 0; i < table->count && table->items[i] != item; i++)
        ;
    return i;
}

static void add(struct info *info, struct table *table, const void *item)
{
    if (find(table, item) < table->count)
        return;
    if (table->count == table->capacity) {
        uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
        const void **grown = arena_alloc(info->arena, capacity * sizeof(*grown));

        if (table->count)
            memcpy(grown, table->items, table->count * sizeof(*grown));
        table->items = grown;
        table->capacity = capacity;
    }
    table->items[table->count++] = item;
}

static bool is_unknown(const struct ir_interface *interface)
{
    return !interface->base && strcmp(interface->name, "IUnknown") == 0;
}

static void collect_type(struct info *info, const struct ir_type *type)
{
    uint32_t i;

    info->has_deep |= type->is_fixed;
    if (type->kind == IR_ENUM)
        add(info, &info->enums, type->enumeration);
    if (type->kind == IR_INTERFACE && !is_unknown(type->interface))
        add(info, &info->interfaces, type->interface);
    if (type->kind != IR_STRUCT || find(&info->entered, type->structure) < info->entered.count)
        return;
    add(info, &info->entered, type->structure);
    for (i = 0; i < type->structure->field_count; i++)
        collect_type(info, type->structure->fields[i].value);
    add(info, &info->structs, type->structure);
}

static bool collect_param(struct info *info, const struct ir_param *param)
{
    if (!param->value)
        return false; /* nobody asked for its interface */
    collect_type(info, param->value);
    return param->shape == WIRE_DEEP;
}

static void collect_methods(struct info *info, const struct ir_interface *interface)
{
    uint32_t i, p;

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        for (p = 0; method && p < method->param_count; p++)
            info->has_deep |= collect_param(info, &method->params[p]);
    }
}

/* ---- messages ---- */

static void put_doc(const struct info *info, struct text *out, const char *doc)
{
    if (info->with_docs)
        put_string(out, DOC, doc);
}

static void put_type(const struct info *info, struct text *out, const struct ir_type *type)
{
    switch (type->kind) {
    case IR_ENUM:
        put_number(out, MEMBER_KIND, KIND_ENUM);
        put_number(out, MEMBER_INDEX, find(&info->enums, type->enumeration));
        break;
    case IR_STRUCT:
        put_number(out, MEMBER_KIND, KIND_STRUCT);
        put_number(out, MEMBER_INDEX, find(&info->structs, type->structure));
        break;
    case IR_INTERFACE:
        put_number(out, MEMBER_KIND, KIND_INTERFACE);
        if (!is_unknown(type->interface))
            put_number(out, MEMBER_INDEX, find(&info->interfaces, type->interface) + 1);
        break;
    case IR_POINTER: /* an array of texts */
        put_number(out, MEMBER_KIND, KINDS[type->target->base]);
        break;
    default:
        put_number(out, MEMBER_KIND, KINDS[type->base]);
        break;
    }
}

static void put_kind(const struct info *info, struct text *out, enum wire_shape shape,
                     const struct ir_type *value)
{
    if (shape == WIRE_INTERFACE && value->kind != IR_INTERFACE)
        put_number(out, MEMBER_KIND, KIND_INTERFACE); /* void, whatever it is */
    else
        put_type(info, out, value);
}

/* `method`: of parameters; only their sizes are computed. */
static void put_size(struct info *info, struct text *out, uint32_t field, const struct ir_size *size,
                     const struct ir_method *method)
{
    struct text message;

    if (size->kind == IR_SIZE_NONE)
        return;
    text_init(&message, info->arena);
    if (size->kind == IR_SIZE_CONSTANT)
        put_number(&message, SIZE_CONSTANT, size->constant);
    else if (size->kind == IR_SIZE_COMPUTED)
        put_string(&message, SIZE_COMPUTED, wire_size_text(info->arena, size, method));
    else
        put_number(&message, SIZE_PARAM, (uint64_t)size->param + 1);
    put_number(&message, SIZE_POINTED, size->kind == IR_SIZE_POINTED);
    put_message(out, field, &message);
}

static void put_range(const struct info *info, struct text *out, int64_t min, uint64_t max)
{
    struct text message;

    text_init(&message, info->arena);
    put_number(&message, RANGE_MIN, zigzag(min));
    put_number(&message, RANGE_MAX, max);
    put_message(out, MEMBER_RANGE, &message);
}

static uint8_t shape_of(enum wire_shape shape, const struct ir_type *value)
{
    return shape == WIRE_ARRAY && value->kind == IR_POINTER ? SHAPE_TEXTS : SHAPES[shape];
}

/* Whether an array has pointers to structs: each is in memory of its own. */
static bool has_pointers_to_structs(const struct ir_param *param)
{
    const struct ir_type *element = param->type->target;

    if (!param->is_deep || param->travels != WIRE_ARRAY || param->value->kind != IR_STRUCT)
        return false;
    return (param->is_allocated ? element->target : element)->kind == IR_POINTER;
}

static uint32_t flags_of(const struct ir_param *param)
{
    return (param->is_in ? FLAG_IN : 0u) | (param->is_out ? FLAG_OUT : 0u) |
           (param->is_retval ? FLAG_RETVAL : 0u) |
           (param->is_unique || (param->is_in && param->is_allocated) ? FLAG_UNIQUE : 0u) |
           (param->is_indirect || has_pointers_to_structs(param) ? FLAG_INDIRECT : 0u) |
           (param->is_rebuilt ? FLAG_REBUILT : 0u) | (param->value->is_const ? FLAG_CONST : 0u) |
           (param->is_allocated ? FLAG_ALLOCATED : 0u) |
           (param->is_bstr || param->value->is_bstr ? FLAG_BSTR : 0u) |
           (param->value->is_fixed ? FLAG_FIXED : 0u);
}

/* Of an array of arrays that travels as one of `elements`. */
static void put_dimensions(struct info *info, struct text *out, const struct ir_type *type,
                           enum wire_shape shape, uint32_t elements)
{
    const struct ir_type *array;
    struct text dimensions;
    uint64_t product = 1;
    uint32_t count = 0;

    text_init(&dimensions, info->arena);
    for (array = type; array->kind == IR_ARRAY && product <= elements; array = array->target, count++) {
        put_varint(&dimensions, array->count);
        product *= array->count;
    }
    if ((shape == WIRE_ARRAY || shape == WIRE_BLOB) && product == elements && array->kind != IR_ARRAY &&
        count > 1 && count <= TYPE_INFO_DIMENSIONS_MAX)
        put_message(out, MEMBER_DIMENSIONS, &dimensions);
}

static void put_param(struct info *info, struct text *out, const struct ir_method *method, uint32_t position)
{
    const struct ir_param *param = &method->params[position];
    struct text message;

    text_init(&message, info->arena);
    put_string(&message, MEMBER_NAME, param->idl_name);
    put_kind(info, &message, param->shape, param->value);
    put_number(&message, MEMBER_SHAPE, shape_of(param->travels, param->value));
    put_number(&message, MEMBER_FLAGS, flags_of(param));
    put_size(info, &message, MEMBER_SIZE, &param->size, method);
    put_size(info, &message, MEMBER_LENGTH, &param->length, method);
    if (param->has_range)
        put_range(info, &message, param->range_min, param->range_max);
    put_number(&message, MEMBER_MAX_LEN, param->max_len);
    put_number(&message, MEMBER_NUMBER, param->number == position + 1 ? 0 : param->number);
    if (param->iid.kind != IR_SIZE_NONE)
        put_number(&message, MEMBER_IID_PARAM, (uint64_t)param->iid.param + 1);
    if (param->choice.kind != IR_SIZE_NONE)
        put_number(&message, MEMBER_CHOICE, (uint64_t)param->choice.param + 1);
    if (param->size.kind == IR_SIZE_CONSTANT)
        put_dimensions(info, &message, param->type, param->travels, param->size.constant);
    put_doc(info, &message, param->doc);
    put_message(out, METHOD_PARAMS, &message);
}

/* What travels: of a [call_as] pair the remote form, under its own name. */
static void put_method(struct info *info, struct text *out, const struct ir_method *slot)
{
    const struct ir_method *method = ir_travelling(slot) ? ir_travelling(slot) : slot;
    struct text message;
    uint32_t i;

    text_init(&message, info->arena);
    put_string(&message, METHOD_NAME, method->name);
    for (i = 0; !method->is_local && i < method->param_count; i++)
        put_param(info, &message, method, i);
    put_number(&message, METHOD_TIMEOUT, method->timeout_ms);
    put_number(&message, METHOD_LOCAL, method->is_local);
    put_number(&message, METHOD_ONEWAY, !method->is_local && method->is_oneway);
    put_number(&message, METHOD_IDEMPOTENT, !method->is_local && method->is_idempotent);
    put_doc(info, &message, method->doc ? method->doc : slot->doc);
    put_message(out, INTERFACE_METHODS, &message);
}

/* GUIDs travel with their first three fields little-endian. */
static void put_uuid(struct text *out, const uint8_t *uuid)
{
    static const uint8_t ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    char bytes[16];
    uint32_t i;

    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)uuid[ORDER[i]];
    put_bytes(out, INTERFACE_IID, bytes, sizeof(bytes));
}

static void put_interface(struct info *info, struct text *out, const struct ir_interface *interface,
                          bool with_methods)
{
    const struct ir_interface *base = with_methods ? interface->base : NULL;
    struct text message;
    uint32_t i;

    text_init(&message, info->arena);
    put_string(&message, INTERFACE_NAME, interface->name);
    put_uuid(&message, interface->uuid);
    if (base && !is_unknown(base))
        put_number(&message, INTERFACE_PARENT, find(&info->interfaces, base) + 1);
    for (i = interface->inherited_count; with_methods && i < interface->method_count; i++)
        put_method(info, &message, &interface->methods[i]);
    if (with_methods)
        put_doc(info, &message, interface->doc);
    put_message(out, INFO_INTERFACES, &message);
}

/* Which arm of a union a value tells: 1 + its index; left out: none. */
static void put_case(struct info *info, struct text *out, uint32_t field, const struct ir_case *one)
{
    struct text message;

    text_init(&message, info->arena);
    put_number(&message, CASE_VALUE, zigzag(one->value));
    put_number(&message, CASE_ARM, one->is_empty ? 0 : (uint64_t)one->arm + 1);
    put_message(out, field, &message);
}

static uint32_t field_flags(const struct ir_field *field)
{
    bool is_optional =
        field->is_unique || (field->is_indirect && field->shape == WIRE_STRUCT && !field->is_ref);

    return (field->value->is_const ? FLAG_CONST : 0u) | (field->value->is_fixed ? FLAG_FIXED : 0u) |
           (field->is_indirect ? FLAG_INDIRECT : 0u) | (is_optional ? FLAG_UNIQUE : 0u) |
           (field->type->is_bstr || field->value->is_bstr ? FLAG_BSTR : 0u);
}

/* Of those without a tag: what they stand in, and their place in it. */
static const char *name_of(const struct info *info, const struct ir_struct *structure)
{
    return structure->name ? structure->name
                           : arena_format(info->arena, "%s_%s", name_of(info, structure->outer),
                                          wire_message_name(info->arena, structure));
}

static void put_struct(struct info *info, struct text *out, const struct ir_struct *structure)
{
    struct text message, member;
    uint32_t i;

    text_init(&message, info->arena);
    put_string(&message, STRUCT_NAME, name_of(info, structure));
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        text_init(&member, info->arena);
        put_string(&member, MEMBER_NAME, field->name);
        put_kind(info, &member, field->shape, field->value);
        put_number(&member, MEMBER_SHAPE, shape_of(field->shape, field->value));
        put_number(&member, MEMBER_FLAGS, field_flags(field));
        put_size(info, &member, MEMBER_SIZE, &field->size, NULL);
        put_size(info, &member, MEMBER_LENGTH, &field->length, NULL);
        if (field->has_range)
            put_range(info, &member, field->range_min, field->range_max);
        put_number(&member, MEMBER_MAX_LEN, field->max_len);
        put_number(&member, MEMBER_COUNT, field->count);
        put_number(&member, MEMBER_NUMBER, field->number == i + 1 ? 0 : field->number);
        if (field->iid.kind != IR_SIZE_NONE)
            put_number(&member, MEMBER_IID_PARAM, (uint64_t)field->iid.param + 1);
        if (field->choice.kind != IR_SIZE_NONE)
            put_number(&member, MEMBER_CHOICE, (uint64_t)field->choice.param + 1);
        put_dimensions(info, &member, field->type, field->shape, field->count);
        put_doc(info, &member, field->doc);
        put_message(&message, STRUCT_FIELDS, &member);
    }
    put_number(&message, STRUCT_UNION, structure->is_union);
    for (i = 0; i < structure->case_count; i++)
        put_case(info, &message, STRUCT_CASES, &structure->cases[i]);
    if (structure->has_default)
        put_case(info, &message, STRUCT_DEFAULT, &structure->other);
    put_number(&message, STRUCT_CLOSED, structure->is_closed);
    put_doc(info, &message, structure->doc);
    put_message(out, INFO_STRUCTS, &message);
}

static void put_enum(struct info *info, struct text *out, const struct ir_enum *enumeration)
{
    struct text message, enumerator;
    uint32_t i;

    text_init(&message, info->arena);
    put_string(&message, ENUM_NAME, enumeration->name);
    for (i = 0; i < enumeration->enumerator_count; i++) {
        text_init(&enumerator, info->arena);
        put_string(&enumerator, ENUMERATOR_NAME, enumeration->enumerators[i].name);
        put_number(&enumerator, ENUMERATOR_VALUE, zigzag(enumeration->enumerators[i].value));
        put_doc(info, &enumerator, enumeration->enumerators[i].doc);
        put_message(&message, ENUM_ENUMERATORS, &enumerator);
    }
    put_number(&message, ENUM_CLOSED, enumeration->is_closed);
    put_doc(info, &message, enumeration->doc);
    put_message(out, INFO_ENUMS, &message);
}

static bool is_result(const struct ir_const *constant)
{
    return constant->type->kind == IR_BASE && constant->type->base == BASE_HRESULT;
}

/* KIND_NONE: the constants of such a type say nothing to others. */
static uint8_t constant_kind(const struct ir_const *constant)
{
    if (constant->value.kind == VALUE_STRING)
        return KINDS[BASE_CHAR];
    if (constant->type->kind == IR_BASE && constant->type->base == BASE_WCHAR)
        return KINDS[BASE_UINT16];
    return constant->type->kind == IR_ENUM ? KINDS[BASE_INT32] : KINDS[constant->type->base];
}

/* The documentation of a result is what people are told when a method returns it. */
static void put_constant(struct info *info, struct text *out, const struct ir_const *constant)
{
    const struct value *value = &constant->value;
    struct text message;

    text_init(&message, info->arena);
    put_string(&message, CONSTANT_NAME, constant->name);
    put_number(&message, CONSTANT_KIND, constant_kind(constant));
    if (value->kind == VALUE_STRING)
        put_string(&message, CONSTANT_TEXT, value->text);
    else if (value->kind == VALUE_FLOAT)
        put_double(&message, CONSTANT_REAL, value->real);
    else
        put_number(&message, CONSTANT_INTEGER,
                   zigzag(is_result(constant) ? (int32_t)value->bits : (int64_t)value->bits));
    if (is_result(constant))
        put_string(&message, DOC, constant->doc);
    else
        put_doc(info, &message, constant->doc);
    put_message(out, INFO_CONSTANTS, &message);
}

static void put_enumerator(struct info *info, struct text *out, const struct ir_enumerator *enumerator)
{
    struct text message;

    text_init(&message, info->arena);
    put_string(&message, CONSTANT_NAME, enumerator->name);
    put_number(&message, CONSTANT_KIND, KINDS[BASE_INT32]);
    put_number(&message, CONSTANT_INTEGER, zigzag(enumerator->value));
    put_doc(info, &message, enumerator->doc);
    put_message(out, INFO_CONSTANTS, &message);
}

/* Whoever calls by name may write them. The values of an enum without a name are constants, too. */
static void put_constants(struct info *info, struct text *out, const struct ir_file *file)
{
    uint32_t i, k, count = 0;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_CONST && constant_kind(item->constant) && count < TYPE_INFO_CONSTANTS_MAX) {
            put_constant(info, out, item->constant);
            count++;
        }
        if (item->kind != ITEM_ENUM || item->enumeration->name)
            continue;
        for (k = 0; k < item->enumeration->enumerator_count && count < TYPE_INFO_CONSTANTS_MAX; k++, count++)
            put_enumerator(info, out, &item->enumeration->enumerators[k]);
    }
}

/* Bases first, so that they are known with their methods. */
static void collect(struct info *info, const struct ir_interface *interface)
{
    const struct ir_interface *base;

    for (base = interface; base && !is_unknown(base); base = base->base)
        add(info, &info->interfaces, base);
    collect_methods(info, interface);
}

/* Enums that no parameter of the file is of: their values are flags, or codes, of parameters that are
 * integers. */
static void collect_flags(struct info *info, const struct ir_file *file)
{
    struct info named = {.arena = info->arena};
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            collect_methods(&named, file->items[i].interface);
    for (i = 0; i < file->item_count; i++) {
        const struct ir_enum *enumeration = file->items[i].enumeration;

        if (file->items[i].kind == ITEM_ENUM && enumeration->name && !enumeration->is_opaque &&
            find(&named.enums, enumeration) == named.enums.count && info->enums.count < TYPE_INFO_ENUMS_MAX)
            add(info, &info->enums, enumeration);
    }
}

static bool is_base(const struct ir_interface *interface, const struct ir_interface *heir)
{
    while (heir && heir != interface)
        heir = heir->base;
    return heir != NULL;
}

/* Whether there is what readers of version 1 do not know. */
static bool has_deep(const struct info *info)
{
    uint32_t i;

    for (i = 0; i < info->structs.count; i++)
        if (((const struct ir_struct *)info->structs.items[i])->is_deep)
            return true;
    return info->has_deep;
}

void emit_typeinfo_message(struct text *out, const struct ir_file *file, const struct ir_interface *interface,
                           bool with_docs)
{
    struct info info = {.arena = out->arena, .with_docs = with_docs};
    uint32_t i;

    collect(&info, interface);
    collect_flags(&info, file);
    put_number(out, INFO_VERSION, has_deep(&info) ? 2 : 1);
    put_string(out, INFO_FILE, file->path);
    for (i = 0; i < info.interfaces.count; i++)
        put_interface(&info, out, info.interfaces.items[i], is_base(info.interfaces.items[i], interface));
    for (i = 0; i < info.structs.count; i++)
        put_struct(&info, out, info.structs.items[i]);
    for (i = 0; i < info.enums.count; i++)
        put_enum(&info, out, info.enums.items[i]);
    put_constants(&info, out, file);
}

/* ---- the array ---- */

static void emit_bytes(struct text *out, const struct text *bytes)
{
    size_t i;

    for (i = 0; i < bytes->length; i++) {
        bool is_last = i + 1 == bytes->length || i % LINE_BYTES == LINE_BYTES - 1;

        text_printf(out, "%s0x%02x,%s", i % LINE_BYTES ? " " : "    ", (uint8_t)bytes->bytes[i],
                    is_last ? "\n" : "");
    }
}

static void emit_interface(struct text *out, const struct ir_file *file, const struct ir_interface *interface,
                           bool with_docs)
{
    struct text bytes;

    text_init(&bytes, out->arena);
    emit_typeinfo_message(&bytes, file, interface, with_docs);
    if (with_docs && bytes.length > TYPE_INFO_BYTES_MAX) {
        text_init(&bytes, out->arena);
        emit_typeinfo_message(&bytes, file, interface, false);
    }
    text_printf(out,
                "\nextern const struct com_type_info %s_type_info;\n\n"
                "/* clang-format off */\nstatic const uint8_t %s_bytes[] = {\n",
                interface->name, interface->name);
    emit_bytes(out, &bytes);
    text_printf(out,
                "};\n/* clang-format on */\n\nconst struct com_type_info %s_type_info = {%s_bytes, "
                "sizeof(%s_bytes)};\n",
                interface->name, interface->name, interface->name);
}

static void emit(struct text *out, const struct ir_file *file, bool with_docs)
{
    bool any = false;
    uint32_t i;

    text_printf(out, "/* Type information of %s%s, made by idlc; do not edit. */\n#include <com.h>\n",
                file->path, with_docs ? " with its documentation" : "");
    for (i = 0; i < file->item_count; i++) {
        if (file->items[i].kind != ITEM_INTERFACE || file->items[i].interface->is_local)
            continue;
        any = true;
        emit_interface(out, file, file->items[i].interface, with_docs);
    }
    if (!any)
        text_puts(out, "\n/* All its interfaces are [local]. */\n");
}

void emit_typeinfo(struct text *out, const struct ir_file *file)
{
    emit(out, file, false);
}

void emit_typeinfo_docs(struct text *out, const struct ir_file *file)
{
    emit(out, file, true);
}
