/*
 * Type information: what a node serves about its interfaces, a protobuf message in an array of C for each.
 * The format is specified in idl/wire/typeinfo.proto.
 */
#include "typeinfo_internal.h"
#include "uuid.h"

#include <string.h>

/* Bytes in a line of the array. */
enum { LINE_BYTES = 16 };

/* What readers take of one message. */
#define TYPE_INFO_BYTES_MAX 262144u
#define TYPE_INFO_DIMENSIONS_MAX 16u

/* Field numbers of typeinfo.proto. */
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

static const uint8_t SHAPES[] = {
    [WIRE_SCALAR] = SHAPE_VALUE,    [WIRE_GUID] = SHAPE_VALUE,    [WIRE_STRUCT] = SHAPE_VALUE,
    [WIRE_INTERFACE] = SHAPE_VALUE, [WIRE_STRING] = SHAPE_STRING, [WIRE_BLOB] = SHAPE_BYTES,
    [WIRE_ARRAY] = SHAPE_ARRAY,
};

/* ---- messages ---- */

static void put_type(const struct typeinfo *info, struct text *out, const struct ir_type *type)
{
    switch (type->kind) {
    case IR_ENUM:
        typeinfo_put_number(out, MEMBER_KIND, KIND_ENUM);
        typeinfo_put_number(out, MEMBER_INDEX, typeinfo_find(&info->enums, type->enumeration));
        break;
    case IR_STRUCT:
        typeinfo_put_number(out, MEMBER_KIND, KIND_STRUCT);
        typeinfo_put_number(out, MEMBER_INDEX, typeinfo_find(&info->structs, type->structure));
        break;
    case IR_INTERFACE:
        typeinfo_put_number(out, MEMBER_KIND, KIND_INTERFACE);
        if (!typeinfo_is_unknown(type->interface))
            typeinfo_put_number(out, MEMBER_INDEX, typeinfo_find(&info->interfaces, type->interface) + 1);
        break;
    case IR_POINTER: /* an array of texts */
        typeinfo_put_number(out, MEMBER_KIND, typeinfo_kinds[type->target->base]);
        break;
    default:
        typeinfo_put_number(out, MEMBER_KIND, typeinfo_kinds[type->base]);
        break;
    }
}

static void put_kind(const struct typeinfo *info, struct text *out, enum wire_shape shape,
                     const struct ir_type *value)
{
    if (shape == WIRE_INTERFACE && value->kind != IR_INTERFACE)
        typeinfo_put_number(out, MEMBER_KIND, KIND_INTERFACE); /* void, whatever it is */
    else
        put_type(info, out, value);
}

/* `method`: of parameters; only their sizes are computed. */
static void put_size(struct typeinfo *info, struct text *out, uint32_t field, const struct ir_size *size,
                     const struct ir_method *method)
{
    struct text message;

    if (size->kind == IR_SIZE_NONE)
        return;
    text_init(&message, info->arena);
    if (size->kind == IR_SIZE_CONSTANT)
        typeinfo_put_number(&message, SIZE_CONSTANT, size->constant);
    else if (size->kind == IR_SIZE_COMPUTED)
        typeinfo_put_string(&message, SIZE_COMPUTED, wire_size_text(info->arena, size, method));
    else
        typeinfo_put_number(&message, SIZE_PARAM, (uint64_t)size->param + 1);
    typeinfo_put_number(&message, SIZE_POINTED, size->kind == IR_SIZE_POINTED);
    typeinfo_put_message(out, field, &message);
}

static void put_range(const struct typeinfo *info, struct text *out, int64_t min, uint64_t max)
{
    struct text message;

    text_init(&message, info->arena);
    typeinfo_put_number(&message, RANGE_MIN, typeinfo_zigzag(min));
    typeinfo_put_number(&message, RANGE_MAX, max);
    typeinfo_put_message(out, MEMBER_RANGE, &message);
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
static void put_dimensions(struct typeinfo *info, struct text *out, const struct ir_type *type,
                           enum wire_shape shape, uint32_t elements)
{
    const struct ir_type *array;
    struct text dimensions;
    uint64_t product = 1;
    uint32_t count = 0;

    text_init(&dimensions, info->arena);
    for (array = type; array->kind == IR_ARRAY && product <= elements; array = array->target, count++) {
        typeinfo_put_varint(&dimensions, array->count);
        product *= array->count;
    }
    if ((shape == WIRE_ARRAY || shape == WIRE_BLOB) && product == elements && array->kind != IR_ARRAY &&
        count > 1 && count <= TYPE_INFO_DIMENSIONS_MAX)
        typeinfo_put_message(out, MEMBER_DIMENSIONS, &dimensions);
}

static void put_param(struct typeinfo *info, struct text *out, const struct ir_method *method,
                      uint32_t position)
{
    const struct ir_param *param = &method->params[position];
    struct text message;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, MEMBER_NAME, param->idl_name);
    put_kind(info, &message, param->shape, param->value);
    typeinfo_put_number(&message, MEMBER_SHAPE, shape_of(param->travels, param->value));
    typeinfo_put_number(&message, MEMBER_FLAGS, flags_of(param));
    put_size(info, &message, MEMBER_SIZE, &param->size, method);
    put_size(info, &message, MEMBER_LENGTH, &param->length, method);
    if (param->has_range)
        put_range(info, &message, param->range_min, param->range_max);
    typeinfo_put_number(&message, MEMBER_MAX_LEN, param->max_len);
    typeinfo_put_number(&message, MEMBER_NUMBER, param->number == position + 1 ? 0 : param->number);
    if (param->iid.kind != IR_SIZE_NONE)
        typeinfo_put_number(&message, MEMBER_IID_PARAM, (uint64_t)param->iid.param + 1);
    if (param->choice.kind != IR_SIZE_NONE)
        typeinfo_put_number(&message, MEMBER_CHOICE, (uint64_t)param->choice.param + 1);
    if (param->size.kind == IR_SIZE_CONSTANT)
        put_dimensions(info, &message, param->type, param->travels, param->size.constant);
    typeinfo_put_doc(info, &message, param->doc);
    typeinfo_put_message(out, METHOD_PARAMS, &message);
}

/* What travels: of a [call_as] pair the remote form, under its own name. */
static void put_method(struct typeinfo *info, struct text *out, const struct ir_method *slot)
{
    const struct ir_method *method = ir_travelling(slot) ? ir_travelling(slot) : slot;
    struct text message;
    uint32_t i;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, METHOD_NAME, method->name);
    for (i = 0; !method->is_local && i < method->param_count; i++)
        put_param(info, &message, method, i);
    typeinfo_put_number(&message, METHOD_TIMEOUT, method->timeout_ms);
    typeinfo_put_number(&message, METHOD_LOCAL, method->is_local);
    typeinfo_put_number(&message, METHOD_ONEWAY, !method->is_local && method->is_oneway);
    typeinfo_put_number(&message, METHOD_IDEMPOTENT, !method->is_local && method->is_idempotent);
    typeinfo_put_doc(info, &message, method->doc ? method->doc : slot->doc);
    typeinfo_put_message(out, INTERFACE_METHODS, &message);
}

/* GUIDs travel with their first three fields little-endian. */
static void put_uuid(struct text *out, const uint8_t *uuid)
{
    static const uint8_t ORDER[16] = {3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15};
    char bytes[16];
    uint32_t i;

    for (i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)uuid[ORDER[i]];
    typeinfo_put_bytes(out, INTERFACE_IID, bytes, sizeof(bytes));
}

static void put_interface(struct typeinfo *info, struct text *out, const struct ir_interface *interface,
                          bool with_methods)
{
    const struct ir_interface *base = with_methods ? interface->base : NULL;
    struct text message;
    uint32_t i;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, INTERFACE_NAME, interface->name);
    put_uuid(&message, interface->uuid);
    if (base && !typeinfo_is_unknown(base))
        typeinfo_put_number(&message, INTERFACE_PARENT, typeinfo_find(&info->interfaces, base) + 1);
    for (i = interface->inherited_count; with_methods && i < interface->method_count; i++)
        put_method(info, &message, &interface->methods[i]);
    if (with_methods)
        typeinfo_put_doc(info, &message, interface->doc);
    typeinfo_put_message(out, INFO_INTERFACES, &message);
}

/* Which arm of a union a value tells: 1 + its index; left out: none. */
static void put_case(struct typeinfo *info, struct text *out, uint32_t field, const struct ir_case *one)
{
    struct text message;

    text_init(&message, info->arena);
    typeinfo_put_number(&message, CASE_VALUE, typeinfo_zigzag(one->value));
    typeinfo_put_number(&message, CASE_ARM, one->is_empty ? 0 : (uint64_t)one->arm + 1);
    typeinfo_put_message(out, field, &message);
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
static const char *name_of(const struct typeinfo *info, const struct ir_struct *structure)
{
    return structure->name ? structure->name
                           : arena_format(info->arena, "%s_%s", name_of(info, structure->outer),
                                          wire_message_name(info->arena, structure));
}

static void put_struct(struct typeinfo *info, struct text *out, const struct ir_struct *structure)
{
    struct text message, member;
    uint32_t i;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, STRUCT_NAME, name_of(info, structure));
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        text_init(&member, info->arena);
        typeinfo_put_string(&member, MEMBER_NAME, field->name);
        put_kind(info, &member, field->shape, field->value);
        typeinfo_put_number(&member, MEMBER_SHAPE, shape_of(field->shape, field->value));
        typeinfo_put_number(&member, MEMBER_FLAGS, field_flags(field));
        put_size(info, &member, MEMBER_SIZE, &field->size, NULL);
        put_size(info, &member, MEMBER_LENGTH, &field->length, NULL);
        if (field->has_range)
            put_range(info, &member, field->range_min, field->range_max);
        typeinfo_put_number(&member, MEMBER_MAX_LEN, field->max_len);
        typeinfo_put_number(&member, MEMBER_COUNT, field->count);
        typeinfo_put_number(&member, MEMBER_NUMBER, field->number == i + 1 ? 0 : field->number);
        if (field->iid.kind != IR_SIZE_NONE)
            typeinfo_put_number(&member, MEMBER_IID_PARAM, (uint64_t)field->iid.param + 1);
        if (field->choice.kind != IR_SIZE_NONE)
            typeinfo_put_number(&member, MEMBER_CHOICE, (uint64_t)field->choice.param + 1);
        put_dimensions(info, &member, field->type, field->shape, field->count);
        typeinfo_put_doc(info, &member, field->doc);
        typeinfo_put_message(&message, STRUCT_FIELDS, &member);
    }
    typeinfo_put_number(&message, STRUCT_UNION, structure->is_union);
    for (i = 0; i < structure->case_count; i++)
        put_case(info, &message, STRUCT_CASES, &structure->cases[i]);
    if (structure->has_default)
        put_case(info, &message, STRUCT_DEFAULT, &structure->other);
    typeinfo_put_number(&message, STRUCT_CLOSED, structure->is_closed);
    typeinfo_put_doc(info, &message, structure->doc);
    typeinfo_put_message(out, INFO_STRUCTS, &message);
}

static void put_enum(struct typeinfo *info, struct text *out, const struct ir_enum *enumeration)
{
    struct text message, enumerator;
    uint32_t i;

    text_init(&message, info->arena);
    typeinfo_put_string(&message, ENUM_NAME, enumeration->name);
    for (i = 0; i < enumeration->enumerator_count; i++) {
        text_init(&enumerator, info->arena);
        typeinfo_put_string(&enumerator, ENUMERATOR_NAME, enumeration->enumerators[i].name);
        typeinfo_put_number(&enumerator, ENUMERATOR_VALUE,
                            typeinfo_zigzag(enumeration->enumerators[i].value));
        typeinfo_put_doc(info, &enumerator, enumeration->enumerators[i].doc);
        typeinfo_put_message(&message, ENUM_ENUMERATORS, &enumerator);
    }
    typeinfo_put_number(&message, ENUM_CLOSED, enumeration->is_closed);
    typeinfo_put_doc(info, &message, enumeration->doc);
    typeinfo_put_message(out, INFO_ENUMS, &message);
}

static bool is_base(const struct ir_interface *interface, const struct ir_interface *heir)
{
    while (heir && heir != interface)
        heir = heir->base;
    return heir != NULL;
}

/* Whether there is what readers of version 1 do not know. */
static bool has_deep(const struct typeinfo *info)
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
    struct typeinfo info = {.arena = out->arena, .with_docs = with_docs};
    uint32_t i;

    typeinfo_collect(&info, interface);
    typeinfo_collect_flags(&info, file);
    typeinfo_put_number(out, INFO_VERSION, has_deep(&info) ? 2 : 1);
    typeinfo_put_string(out, INFO_FILE, file->path);
    for (i = 0; i < info.interfaces.count; i++)
        put_interface(&info, out, info.interfaces.items[i], is_base(info.interfaces.items[i], interface));
    for (i = 0; i < info.structs.count; i++)
        put_struct(&info, out, info.structs.items[i]);
    for (i = 0; i < info.enums.count; i++)
        put_enum(&info, out, info.enums.items[i]);
    typeinfo_put_constants(&info, out, file);
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
