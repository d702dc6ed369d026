#include "type_info_reader.h"
#include "computed_size.h"
#include "message_type.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rpc/type_info.idl.h>

/* ---- structs and enums ---- */

/* What stands behind a pointer may be any struct; its own, too. */
static bool is_pointer(const MemberMessage *message)
{
    enum { INDIRECT = 16 };
    bool is_list = (int)message->shape == SHAPE_ARRAY || (int)message->shape == SHAPE_TEXTS;

    return message->flags & INDIRECT || (is_list && !message->count);
}

static bool read_field(struct type_reader *reader, const MemberMessage *message, uint32_t index,
                       uint32_t position, struct type_member *field)
{
    uint32_t struct_count = is_pointer(message) ? (uint32_t)reader->message->n_structs : index;
    bool is_array;

    if (!type_reader_member(reader, message, position, struct_count, field))
        return false;
    is_array = field->shape == SHAPE_BYTES || type_is_list(field);
    if ((is_array && !field->count && !message->size) || (field->shape == SHAPE_VALUE && field->count))
        return type_reader_refuse(reader, "'%s' cannot be a field", field->name);
    return true;
}

/* What other fields say of a field, when all of them are known. */
static bool read_partners(struct type_reader *reader, const MemberMessage *message,
                          const struct type_struct *structure, struct type_member *field)
{
    if (message->iid_param > structure->count || message->choice > structure->count)
        return type_reader_refuse(reader, "'%s' depends on a field that is not there", field->name);
    if (message->iid_param)
        field->iid = &structure->fields[message->iid_param - 1];
    if (message->choice)
        field->choice = &structure->fields[message->choice - 1];
    if (field->iid && (field->kind != KIND_INTERFACE || field->iid->kind != KIND_GUID))
        return type_reader_refuse(reader, "'%s' does not say which interface '%s' is", field->iid->name,
                                  field->name);
    if (field->kind == KIND_STRUCT && field->structure->is_union ? !type_reader_is_choice(field->choice)
                                                                 : field->choice != NULL)
        return type_reader_refuse(reader, "nothing tells the arm of '%s'", field->name);
    return type_reader_size(reader, message->size, structure->name, structure->fields, structure->count,
                            &field->size) &&
           type_reader_size(reader, message->length, structure->name, structure->fields, structure->count,
                            &field->length) &&
           type_reader_dimensions(reader, message, field);
}

/* How deep it is and how much there is in it, so that nobody who walks through it has to count. */
static bool weigh_struct(struct type_reader *reader, struct type_struct *structure)
{
    uint64_t leaves = 0;
    uint32_t i;

    for (i = 0; i < structure->count; i++) {
        const struct type_member *field = &structure->fields[i];
        bool is_inner = field->structure && !type_is_pointer(field);
        uint64_t each = is_inner ? field->structure->leaves + 1u : 1u;

        leaves += each * (type_is_list(field) ? field->count : 1u);
        if (leaves > TYPE_INFO_LEAVES_MAX)
            return type_reader_refuse(reader, "struct '%s' is larger than any message", structure->name);
        if (is_inner && field->structure->depth >= structure->depth)
            structure->depth = field->structure->depth + 1;
    }
    structure->leaves = (uint32_t)leaves;
    return structure->depth <= TYPE_INFO_DEPTH_MAX ||
           type_reader_refuse(reader, "struct '%s' is nested too deeply", structure->name);
}

static bool read_case(struct type_reader *reader, const Mmlite__Wire__TypeCase *message,
                      const struct type_struct *structure, struct type_case *one)
{
    one->value = message->value;
    one->arm = message->arm ? (int32_t)message->arm - 1 : ARM_EMPTY;
    return message->arm <= structure->count ||
           type_reader_refuse(reader, "union '%s' has no such arm", structure->name);
}

static bool read_cases(struct type_reader *reader, const Mmlite__Wire__TypeStruct *message,
                       struct type_struct *structure)
{
    struct type_case *cases, other = {0, ARM_REFUSED};
    uint32_t i;

    structure->is_union = message->is_union;
    structure->is_closed = message->is_closed;
    if (!type_reader_is_known_number(reader, message->n_cases, TYPE_INFO_ROWS_MAX, "cases"))
        return false;
    cases = pool_alloc(&reader->info->pool, message->n_cases * sizeof(*cases));
    for (i = 0; i < message->n_cases; i++)
        if (!read_case(reader, message->cases[i], structure, &cases[i]))
            return false;
    if (message->other && !read_case(reader, message->other, structure, &other))
        return false;
    structure->cases = cases;
    structure->case_count = (uint32_t)message->n_cases;
    structure->other = other.arm;
    return true;
}

static bool read_struct(struct type_reader *reader, const Mmlite__Wire__TypeStruct *message, uint32_t index)
{
    struct type_struct *structure = &reader->info->structs[index];
    struct type_member *fields;
    const struct type_member **members;
    uint32_t i;

    structure->name = type_reader_name(reader, message->name);
    structure->doc = type_reader_doc(reader, message->doc);
    if (!type_reader_is_known_number(reader, message->n_fields, TYPE_INFO_ROWS_MAX, "fields"))
        return false;
    fields = pool_alloc(&reader->info->pool, message->n_fields * sizeof(*fields));
    members = pool_alloc(&reader->info->pool, message->n_fields * sizeof(*members));
    structure->fields = fields;
    structure->count = (uint32_t)message->n_fields;
    for (i = 0; i < structure->count; i++) {
        if (!read_field(reader, message->fields[i], index, i, &fields[i]))
            return false;
        members[i] = &fields[i];
    }
    if (!read_cases(reader, message, structure))
        return false;
    if (!type_reader_check_numbers(reader, fields, structure->count) || !weigh_struct(reader, structure))
        return false;
    message_type_init(&structure->message, &reader->info->pool, structure->name, members, structure->count);
    return true;
}

static bool read_all_partners(struct type_reader *reader, const Mmlite__Wire__TypeStruct *message,
                              struct type_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->count; i++)
        if (!read_partners(reader, message->fields[i], structure,
                           (struct type_member *)(uintptr_t)&structure->fields[i]))
            return false;
    return true;
}

static bool read_enum(struct type_reader *reader, const Mmlite__Wire__TypeEnum *message,
                      struct type_enum *enumeration)
{
    struct type_enumerator *enumerators;
    size_t i;

    enumeration->name = type_reader_name(reader, message->name);
    enumeration->doc = type_reader_doc(reader, message->doc);
    enumeration->is_closed = message->is_closed;
    if (!type_reader_is_known_number(reader, message->n_enumerators, TYPE_INFO_ROWS_MAX, "enumerators"))
        return false;
    enumerators = pool_alloc(&reader->info->pool, message->n_enumerators * sizeof(*enumerators));
    for (i = 0; i < message->n_enumerators; i++) {
        enumerators[i].name = type_reader_name(reader, message->enumerators[i]->name);
        enumerators[i].doc = type_reader_doc(reader, message->enumerators[i]->doc);
        enumerators[i].value = message->enumerators[i]->value;
    }
    enumeration->enumerators = enumerators;
    enumeration->count = (uint32_t)message->n_enumerators;
    return true;
}

static bool read_constant(struct type_reader *reader, const Mmlite__Wire__TypeConstant *message,
                          struct type_constant *constant)
{
    constant->name = type_reader_name(reader, message->name);
    constant->doc = type_reader_doc(reader, message->doc);
    if ((int)message->kind < KIND_VOID || (int)message->kind > KIND_HRESULT)
        return type_reader_refuse(reader, "constant '%s' is of no kind that constants have", constant->name);
    constant->kind = (enum type_kind)message->kind;
    constant->integer = message->integer;
    constant->real = message->real;
    constant->text = type_reader_doc(reader, message->text);
    return true;
}

/* ---- the whole ---- */

static bool read_tables(struct type_reader *reader)
{
    const InfoMessage *message = reader->message;
    struct type_info *info = reader->info;
    size_t i;

    if (!message->n_interfaces)
        return type_reader_refuse(reader, "it describes no interface");
    if (!type_reader_is_known_number(reader, message->n_interfaces, TYPE_INFO_TABLE_MAX, "interfaces") ||
        !type_reader_is_known_number(reader, message->n_structs, TYPE_INFO_TABLE_MAX, "structs") ||
        !type_reader_is_known_number(reader, message->n_enums, TYPE_INFO_TABLE_MAX, "enums") ||
        !type_reader_is_known_number(reader, message->n_constants, TYPE_INFO_ROWS_MAX, "constants"))
        return false;
    info->file = type_reader_doc(reader, message->file);
    info->interface_count = (uint32_t)message->n_interfaces;
    info->interfaces = pool_alloc(&info->pool, info->interface_count * sizeof(*info->interfaces));
    info->enums = pool_alloc(&info->pool, message->n_enums * sizeof(*info->enums));
    info->structs = pool_alloc(&info->pool, message->n_structs * sizeof(*info->structs));
    info->constants = pool_alloc(&info->pool, message->n_constants * sizeof(*info->constants));
    for (i = 0; i < message->n_enums; i++, info->enum_count++)
        if (!read_enum(reader, message->enums[i], &info->enums[i]))
            return false;
    for (i = 0; i < message->n_structs; i++, info->struct_count++)
        if (!read_struct(reader, message->structs[i], (uint32_t)i))
            return false;
    for (i = 0; i < message->n_structs; i++) /* unions are known as such */
        if (!read_all_partners(reader, message->structs[i], &info->structs[i]))
            return false;
    for (i = 0; i < message->n_constants; i++, info->constant_count++)
        if (!read_constant(reader, message->constants[i], &info->constants[i]))
            return false;
    return type_reader_heads(reader) && type_reader_chain(reader);
}

struct type_info *type_info_read(const uint8_t *bytes, size_t size_bytes, char error[TYPE_INFO_ERROR_BYTES])
{
    struct type_reader reader = {.error = error};
    InfoMessage *message = NULL;

    error[0] = '\0';
    if (size_bytes <= TYPE_INFO_BYTES_MAX)
        message = mmlite__wire__type_info__unpack(NULL, size_bytes, bytes);
    if (!message) {
        type_reader_refuse(
            &reader, size_bytes > TYPE_INFO_BYTES_MAX ? "it is larger than %d bytes" : "it is malformed",
            (int)TYPE_INFO_BYTES_MAX);
        return NULL;
    }
    reader.message = message;
    reader.info = calloc(1, sizeof(*reader.info));
    if (!reader.info)
        type_reader_refuse(&reader, "out of memory");
    else if (message->version != 1 && message->version != 2)
        type_reader_refuse(&reader, "it is of version %u, and this program knows versions 1 and 2",
                           message->version);
    else
        (void)read_tables(&reader); /* `error` says it */
    mmlite__wire__type_info__free_unpacked(message, NULL);
    if (error[0]) {
        type_info_free(reader.info);
        return NULL;
    }
    return reader.info;
}

void type_info_free(struct type_info *info)
{
    if (!info)
        return;
    pool_free(&info->pool);
    free(info);
}

/* ---- looking things up ---- */

const struct type_interface *type_info_interface(const struct type_info *info)
{
    return &info->interfaces[0];
}

bool type_info_has_docs(const struct type_info *info)
{
    const struct type_interface *interface = type_info_interface(info);
    uint32_t i;

    for (i = 0; i < interface->count; i++)
        if (interface->methods[i].doc)
            return true;
    return interface->doc != NULL;
}

const struct type_method *type_info_method(const struct type_info *info, const char *name)
{
    const struct type_interface *interface;
    uint32_t i;

    for (interface = type_info_interface(info); interface; interface = interface->base)
        for (i = 0; i < interface->count; i++)
            if (strcmp(interface->methods[i].name, name) == 0)
                return &interface->methods[i];
    return NULL;
}

const struct type_constant *type_info_result(const struct type_info *info, HRESULT hr)
{
    uint32_t i;

    for (i = 0; i < info->constant_count; i++)
        if (info->constants[i].kind == KIND_HRESULT && info->constants[i].integer == hr)
            return &info->constants[i];
    return NULL;
}

const struct type_constant *type_info_constant(const struct type_info *info, const char *name)
{
    uint32_t i;

    for (i = 0; i < info->constant_count; i++)
        if (strcmp(info->constants[i].name, name) == 0)
            return &info->constants[i];
    return NULL;
}
