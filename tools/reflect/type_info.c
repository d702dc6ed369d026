#include "type_info.h"
#include "computed_size.h"
#include "guid_text.h"
#include "message_type.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <rpc/type_info.idl.h>
#include <wire/typeinfo.pb-c.h>

typedef Mmlite__Wire__TypeInfo InfoMessage;
typedef Mmlite__Wire__TypeInterface InterfaceMessage;
typedef Mmlite__Wire__TypeMethod MethodMessage;
typedef Mmlite__Wire__TypeMember MemberMessage;

struct reader {
    struct type_info *info;
    const InfoMessage *message;
    char *error; /* TYPE_INFO_ERROR_BYTES; "" until something is refused */
};

/* Longest expression of a size. */
#define EXPRESSION_BYTES_MAX 2000

/* What is said first stays: the rest may follow from it. */
static bool refuse(struct reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool refuse(struct reader *reader, const char *format, ...)
{
    va_list arguments;

    if (reader->error[0])
        return false;
    va_start(arguments, format);
    vsnprintf(reader->error, TYPE_INFO_ERROR_BYTES, format, arguments);
    va_end(arguments);
    return false;
}

/* ---- texts: they come to terminals and into IDL ---- */

static bool is_name(const char *text)
{
    static const char FIRST[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
    static const char LATER[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t length = strlen(text);

    return length > 0 && length <= TYPE_INFO_NAME_MAX && strspn(text, FIRST) > 0 &&
           strspn(text, LATER) == length;
}

static const char *name_of(struct reader *reader, const char *text)
{
    if (!is_name(text)) {
        refuse(reader, "a name is no identifier");
        return "";
    }
    return pool_copy(&reader->info->pool, text, strlen(text));
}

/* An expression of names, numbers and operators. */
static const char *expression_of(struct reader *reader, const char *text)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789 ()+-*/%<>&|^";
    size_t length = strlen(text);

    if (length > EXPRESSION_BYTES_MAX || strspn(text, ALLOWED) != length) {
        refuse(reader, "a size is computed of what is no expression");
        return "";
    }
    return pool_copy(&reader->info->pool, text, length);
}

/* Documentation, without what a terminal would obey or what would end a comment. */
static const char *doc_of(struct reader *reader, const char *text)
{
    char *copy, *at;

    if (!*text)
        return NULL;
    copy = pool_copy(&reader->info->pool, text, strlen(text));
    for (at = copy; *at; at++) {
        unsigned char byte = (unsigned char)*at;

        if ((byte < 0x20 && byte != '\n') || byte == 0x7F)
            *at = ' ';
        else if (byte == 0xC2 && (unsigned char)at[1] >= 0x80 && (unsigned char)at[1] < 0xA0)
            at[0] = at[1] = '?'; /* the controls of Latin-1 */
        else if (at[0] == '*' && at[1] == '/')
            at[1] = '\\';
    }
    return copy;
}

static bool is_known_number(struct reader *reader, size_t count, size_t most, const char *what)
{
    return count <= most || refuse(reader, "there are %zu %s, and %zu are the most", count, what, most);
}

/* ---- members ---- */

/* What the index means depends on the kind. A struct may only contain those before it: so none contains
 * itself.
 */
static bool read_index(struct reader *reader, const MemberMessage *message, struct type_member *member,
                       uint32_t struct_count)
{
    const struct type_info *info = reader->info;

    switch (member->kind) {
    case KIND_ENUM:
        if (message->index >= info->enum_count)
            return refuse(reader, "'%s' is of an enum that is not there", member->name);
        member->enumeration = &info->enums[message->index];
        return true;
    case KIND_STRUCT:
        if (message->index >= struct_count)
            return refuse(reader, "'%s' is of a struct that is not there, or that is not known yet",
                          member->name);
        member->structure = &info->structs[message->index];
        return true;
    case KIND_INTERFACE:
        if (message->index > info->interface_count)
            return refuse(reader, "'%s' is of an interface that is not there", member->name);
        member->interface = message->index ? &info->interfaces[message->index - 1] : NULL;
        return true;
    default:
        return true;
    }
}

static bool is_byte(enum type_kind kind)
{
    return kind == KIND_VOID || kind == KIND_CHAR || kind == KIND_INT8 || kind == KIND_UINT8;
}

static bool check_shape(struct reader *reader, const struct type_member *member)
{
    switch (member->shape) {
    case SHAPE_VALUE:
        return member->kind != KIND_VOID || refuse(reader, "'%s' is void", member->name);
    case SHAPE_STRING:
        return member->kind == KIND_CHAR || member->kind == KIND_WCHAR ||
               refuse(reader, "'%s' is a text that is not of characters", member->name);
    case SHAPE_BYTES:
        return is_byte(member->kind) || refuse(reader, "'%s' are bytes of another kind", member->name);
    case SHAPE_TEXTS:
        return member->kind == KIND_CHAR || member->kind == KIND_WCHAR ||
               refuse(reader, "'%s' are texts that are not of characters", member->name);
    default:
        return member->kind != KIND_VOID ||
               refuse(reader, "'%s' is an array of what cannot be in one", member->name);
    }
}

static bool read_range(struct reader *reader, const MemberMessage *message, struct type_member *member)
{
    bool is_signed = type_kind_is_signed(member->kind);

    if (!message->range)
        return true;
    if (!type_kind_is_integer(member->kind))
        return refuse(reader, "'%s' has a range and is no integer", member->name);
    member->has_range = true;
    member->range_min = message->range->min;
    member->range_max = message->range->max;
    if (is_signed ? member->range_min > (int64_t)member->range_max
                  : member->range_min < 0 || (uint64_t)member->range_min > member->range_max)
        return refuse(reader, "the range of '%s' is empty", member->name);
    return true;
}

static bool read_member(struct reader *reader, const MemberMessage *message, uint32_t position,
                        uint32_t struct_count, struct type_member *member)
{
    enum {
        IN = 1,
        OUT = 2,
        RETVAL = 4,
        UNIQUE = 8,
        INDIRECT = 16,
        REBUILT = 32,
        CONST = 64,
        ALLOCATED = 128,
        BSTR_TEXT = 256,
        FIXED = 512
    };

    member->name = name_of(reader, message->name);
    member->doc = doc_of(reader, message->doc);
    if ((int)message->kind < KIND_VOID || (int)message->kind >= KIND_COUNT ||
        (int)message->shape < SHAPE_VALUE || (int)message->shape > SHAPE_TEXTS)
        return refuse(reader, "'%s' is of a kind that this program does not know: it is older than the node",
                      member->name);
    member->kind = (enum type_kind)message->kind;
    member->shape = (enum type_shape)message->shape;
    member->is_in = (message->flags & IN) != 0;
    member->is_out = (message->flags & OUT) != 0;
    member->is_retval = (message->flags & RETVAL) != 0;
    member->is_unique = (message->flags & UNIQUE) != 0;
    member->is_indirect = (message->flags & INDIRECT) != 0;
    member->is_rebuilt = (message->flags & REBUILT) != 0;
    member->is_const = (message->flags & CONST) != 0;
    member->is_allocated = (message->flags & ALLOCATED) != 0;
    member->is_bstr = (message->flags & BSTR_TEXT) != 0;
    member->is_fixed = (message->flags & FIXED) != 0;
    if (member->is_bstr &&
        (member->kind != KIND_WCHAR || (member->shape != SHAPE_STRING && member->shape != SHAPE_TEXTS)))
        return refuse(reader, "'%s' is no text that could be a BSTR", member->name);
    member->max_len = message->max_len;
    member->count = message->count;
    member->number = message->number ? message->number : position + 1;
    if (member->number > 0x1FFFFFFF)
        return refuse(reader, "'%s' has no number that a message can have", member->name);
    if (member->is_fixed && member->kind != KIND_INT32 && member->kind != KIND_UINT32 &&
        member->kind != KIND_INT64 && member->kind != KIND_UINT64)
        return refuse(reader, "'%s' has no fixed size", member->name);
    return read_index(reader, message, member, struct_count) && check_shape(reader, member) &&
           read_range(reader, message, member);
}

/* Two fields of one message have different numbers. */
static bool check_numbers(struct reader *reader, const struct type_member *members, uint32_t count)
{
    uint32_t i, j;

    for (i = 0; i < count; i++)
        for (j = 0; j < i; j++)
            if (members[i].number == members[j].number || strcmp(members[i].name, members[j].name) == 0)
                return refuse(reader, "'%s' and '%s' have one name or number", members[j].name,
                              members[i].name);
    return true;
}

/* After its size is known: what an array of arrays has in all. */
static bool read_dimensions(struct reader *reader, const MemberMessage *message, struct type_member *member)
{
    uint64_t elements = 1, all = member->count ? member->count : member->size.constant;
    uint32_t *dimensions;
    size_t i;

    if (!message->n_dimensions)
        return true;
    if (message->n_dimensions < 2 || message->n_dimensions > TYPE_INFO_DIMENSIONS_MAX ||
        (member->shape != SHAPE_ARRAY && member->shape != SHAPE_BYTES) ||
        (!member->count && member->size.kind != SIZE_CONSTANT))
        return refuse(reader, "'%s' is no array of arrays", member->name);
    dimensions = pool_alloc(&reader->info->pool, message->n_dimensions * sizeof(*dimensions));
    for (i = 0; i < message->n_dimensions && elements <= UINT32_MAX; i++)
        elements *= dimensions[i] = message->dimensions[i];
    if (i < message->n_dimensions || !elements || elements != all)
        return refuse(reader, "the dimensions of '%s' are not those of its elements", member->name);
    member->dimensions = dimensions;
    member->dimension_count = (uint32_t)message->n_dimensions;
    return true;
}

/* ---- what counts, and what tells arms ---- */

static bool read_size(struct reader *reader, const Mmlite__Wire__TypeSize *message, const char *name,
                      const struct type_member *members, uint32_t count, struct type_size *size)
{
    const struct type_member *counter;

    if (!message)
        return true;
    if (*message->computed) {
        size->kind = SIZE_COMPUTED;
        size->computed = expression_of(reader, message->computed);
        return *size->computed && (computed_size_read(&reader->info->pool, size->computed, members, count,
                                                      &size->terms, &size->term_count) ||
                                   refuse(reader, "'%s' has a size that nothing can compute", name));
    }
    size->kind = message->is_pointed ? SIZE_POINTED : SIZE_PARAM;
    if (!message->param) {
        size->kind = SIZE_CONSTANT;
        size->constant = message->constant;
        return true;
    }
    size->param = message->param - 1;
    if (size->param >= count)
        return refuse(reader, "'%s' counts with what is not there", name);
    counter = &members[size->param];
    if (!type_kind_is_integer(counter->kind) || counter->shape != SHAPE_VALUE)
        return refuse(reader, "'%s' cannot count", counter->name);
    return true;
}

static bool is_choice(const struct type_member *member)
{
    return member && member->shape == SHAPE_VALUE &&
           (type_kind_is_integer(member->kind) || member->kind == KIND_ENUM || member->kind == KIND_BOOL ||
            member->kind == KIND_BOOLEAN || member->kind == KIND_CHAR);
}

/* ---- structs and enums ---- */

/* What stands behind a pointer may be any struct; its own, too. */
static bool is_pointer(const MemberMessage *message)
{
    enum { INDIRECT = 16 };
    bool is_list = (int)message->shape == SHAPE_ARRAY || (int)message->shape == SHAPE_TEXTS;

    return message->flags & INDIRECT || (is_list && !message->count);
}

static bool read_field(struct reader *reader, const MemberMessage *message, uint32_t index, uint32_t position,
                       struct type_member *field)
{
    uint32_t struct_count = is_pointer(message) ? (uint32_t)reader->message->n_structs : index;
    bool is_array;

    if (!read_member(reader, message, position, struct_count, field))
        return false;
    is_array = field->shape == SHAPE_BYTES || type_is_list(field);
    if ((is_array && !field->count && !message->size) || (field->shape == SHAPE_VALUE && field->count))
        return refuse(reader, "'%s' cannot be a field", field->name);
    return true;
}

/* What other fields say of a field, when all of them are known. */
static bool read_partners(struct reader *reader, const MemberMessage *message,
                          const struct type_struct *structure, struct type_member *field)
{
    if (message->iid_param > structure->count || message->choice > structure->count)
        return refuse(reader, "'%s' depends on a field that is not there", field->name);
    if (message->iid_param)
        field->iid = &structure->fields[message->iid_param - 1];
    if (message->choice)
        field->choice = &structure->fields[message->choice - 1];
    if (field->iid && (field->kind != KIND_INTERFACE || field->iid->kind != KIND_GUID))
        return refuse(reader, "'%s' does not say which interface '%s' is", field->iid->name, field->name);
    if (field->kind == KIND_STRUCT && field->structure->is_union ? !is_choice(field->choice)
                                                                 : field->choice != NULL)
        return refuse(reader, "nothing tells the arm of '%s'", field->name);
    return read_size(reader, message->size, structure->name, structure->fields, structure->count,
                     &field->size) &&
           read_size(reader, message->length, structure->name, structure->fields, structure->count,
                     &field->length) &&
           read_dimensions(reader, message, field);
}

/* How deep it is and how much there is in it, so that nobody who walks through it has to count. */
static bool weigh_struct(struct reader *reader, struct type_struct *structure)
{
    uint64_t leaves = 0;
    uint32_t i;

    for (i = 0; i < structure->count; i++) {
        const struct type_member *field = &structure->fields[i];
        bool is_inner = field->structure && !type_is_pointer(field);
        uint64_t each = is_inner ? field->structure->leaves + 1u : 1u;

        leaves += each * (type_is_list(field) ? field->count : 1u);
        if (leaves > TYPE_INFO_LEAVES_MAX)
            return refuse(reader, "struct '%s' is larger than any message", structure->name);
        if (is_inner && field->structure->depth >= structure->depth)
            structure->depth = field->structure->depth + 1;
    }
    structure->leaves = (uint32_t)leaves;
    return structure->depth <= TYPE_INFO_DEPTH_MAX ||
           refuse(reader, "struct '%s' is nested too deeply", structure->name);
}

static bool read_case(struct reader *reader, const Mmlite__Wire__TypeCase *message,
                      const struct type_struct *structure, struct type_case *one)
{
    one->value = message->value;
    one->arm = message->arm ? (int32_t)message->arm - 1 : ARM_EMPTY;
    return message->arm <= structure->count || refuse(reader, "union '%s' has no such arm", structure->name);
}

static bool read_cases(struct reader *reader, const Mmlite__Wire__TypeStruct *message,
                       struct type_struct *structure)
{
    struct type_case *cases, other = {0, ARM_REFUSED};
    uint32_t i;

    structure->is_union = message->is_union;
    structure->is_closed = message->is_closed;
    if (!is_known_number(reader, message->n_cases, TYPE_INFO_ROWS_MAX, "cases"))
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

static bool read_struct(struct reader *reader, const Mmlite__Wire__TypeStruct *message, uint32_t index)
{
    struct type_struct *structure = &reader->info->structs[index];
    struct type_member *fields;
    const struct type_member **members;
    uint32_t i;

    structure->name = name_of(reader, message->name);
    structure->doc = doc_of(reader, message->doc);
    if (!is_known_number(reader, message->n_fields, TYPE_INFO_ROWS_MAX, "fields"))
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
    if (!check_numbers(reader, fields, structure->count) || !weigh_struct(reader, structure))
        return false;
    message_type_init(&structure->message, &reader->info->pool, structure->name, members, structure->count);
    return true;
}

static bool read_all_partners(struct reader *reader, const Mmlite__Wire__TypeStruct *message,
                              struct type_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->count; i++)
        if (!read_partners(reader, message->fields[i], structure,
                           (struct type_member *)(uintptr_t)&structure->fields[i]))
            return false;
    return true;
}

static bool read_enum(struct reader *reader, const Mmlite__Wire__TypeEnum *message,
                      struct type_enum *enumeration)
{
    struct type_enumerator *enumerators;
    size_t i;

    enumeration->name = name_of(reader, message->name);
    enumeration->doc = doc_of(reader, message->doc);
    enumeration->is_closed = message->is_closed;
    if (!is_known_number(reader, message->n_enumerators, TYPE_INFO_ROWS_MAX, "enumerators"))
        return false;
    enumerators = pool_alloc(&reader->info->pool, message->n_enumerators * sizeof(*enumerators));
    for (i = 0; i < message->n_enumerators; i++) {
        enumerators[i].name = name_of(reader, message->enumerators[i]->name);
        enumerators[i].doc = doc_of(reader, message->enumerators[i]->doc);
        enumerators[i].value = message->enumerators[i]->value;
    }
    enumeration->enumerators = enumerators;
    enumeration->count = (uint32_t)message->n_enumerators;
    return true;
}

static bool read_constant(struct reader *reader, const Mmlite__Wire__TypeConstant *message,
                          struct type_constant *constant)
{
    constant->name = name_of(reader, message->name);
    constant->doc = doc_of(reader, message->doc);
    if ((int)message->kind < KIND_VOID || (int)message->kind > KIND_HRESULT)
        return refuse(reader, "constant '%s' is of no kind that constants have", constant->name);
    constant->kind = (enum type_kind)message->kind;
    constant->integer = message->integer;
    constant->real = message->real;
    constant->text = doc_of(reader, message->text);
    return true;
}

/* ---- interfaces ---- */

static bool read_iid_is(struct reader *reader, const MemberMessage *message, const struct type_method *method,
                        struct type_member *param)
{
    if (!message->iid_param)
        return true;
    if (message->iid_param > method->count)
        return refuse(reader, "'%s' is of an interface whose id is not there", param->name);
    param->iid = &method->params[message->iid_param - 1];
    if (param->kind != KIND_INTERFACE || param->iid->kind != KIND_GUID || param->iid->shape != SHAPE_VALUE ||
        !param->iid->is_in)
        return refuse(reader, "'%s' does not say which interface '%s' is", param->iid->name, param->name);
    return true;
}

/* What goes in, too, is a text or struct that the callee may replace. */
static bool can_be_allocated(const struct type_member *param)
{
    if (param->kind == KIND_INTERFACE)
        return param->shape == SHAPE_ARRAY && !param->is_in;
    return param->is_out && (!param->is_in || param->shape == SHAPE_STRING ||
                             (param->shape == SHAPE_VALUE && param->kind == KIND_STRUCT));
}

/* After all parameters are known. */
static bool check_param(struct reader *reader, const MemberMessage *message, const struct type_method *method,
                        struct type_member *param)
{
    bool is_array = param->shape == SHAPE_BYTES || type_is_list(param);

    if (!read_size(reader, message->size, method->name, method->params, method->count, &param->size) ||
        !read_size(reader, message->length, method->name, method->params, method->count, &param->length))
        return false;
    if (!param->is_in && !param->is_out)
        return refuse(reader, "'%s' goes nowhere", param->name);
    if (param->count ||
        (param->size.kind == SIZE_NONE &&
         (is_array || (param->shape == SHAPE_STRING && param->is_out && !param->is_allocated))))
        return refuse(reader, "the size of '%s' is not known", param->name);
    if (param->is_allocated && !can_be_allocated(param))
        return refuse(reader, "'%s' is no result that could be allocated", param->name);
    if (message->iid_param && param->is_in && param->is_out)
        return refuse(reader, "interface '%s' goes both ways", param->name);
    if (message->choice > method->count)
        return refuse(reader, "'%s' depends on a parameter that is not there", param->name);
    if (message->choice)
        param->choice = &method->params[message->choice - 1];
    if (param->kind == KIND_STRUCT && param->structure->is_union ? !is_choice(param->choice)
                                                                 : param->choice != NULL)
        return refuse(reader, "nothing tells the arm of '%s'", param->name);
    return read_iid_is(reader, message, method, param) && read_dimensions(reader, message, param);
}

/* A count that is not sent belongs to an [in] array. */
static bool check_rebuilt(struct reader *reader, const struct type_method *method, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_size *length = type_length_of(&method->params[i]);

        if (method->params[i].is_in && length->kind == SIZE_PARAM && length->param == index)
            return true;
    }
    return refuse(reader, "nothing says what '%s' is", method->params[index].name);
}

static bool read_method(struct reader *reader, const MethodMessage *message, struct type_method *method)
{
    struct type_member *params;
    uint32_t i;

    method->name = name_of(reader, message->name);
    method->doc = doc_of(reader, message->doc);
    method->timeout_ms = message->timeout_ms;
    method->is_local = message->is_local;
    method->is_oneway = message->is_oneway;
    method->is_idempotent = message->is_idempotent;
    if (!is_known_number(reader, message->n_params, TYPE_INFO_PARAMS_MAX, "parameters"))
        return false;
    params = pool_alloc(&reader->info->pool, message->n_params * sizeof(*params));
    method->params = params;
    method->count = (uint32_t)message->n_params;
    for (i = 0; i < method->count; i++)
        if (!read_member(reader, message->params[i], i, reader->info->struct_count, &params[i]))
            return false;
    for (i = 0; i < method->count; i++)
        if (!check_param(reader, message->params[i], method, &params[i]))
            return false;
    for (i = 0; i < method->count; i++) /* a count may stand before its array */
        if (params[i].is_rebuilt && !check_rebuilt(reader, method, i))
            return false;
    return check_numbers(reader, params, method->count);
}

static bool read_iid(struct reader *reader, const ProtobufCBinaryData *bytes, const char *name, IID *iid)
{
    if (bytes->len != sizeof(*iid))
        return refuse(reader, "the id of '%s' has not 16 bytes", name);
    guid_load(bytes->data, iid);
    return true;
}

/* Names and bases first: methods refer to any interface. */
static bool read_heads(struct reader *reader)
{
    const InfoMessage *message = reader->message;
    struct type_info *info = reader->info;
    uint32_t i;

    for (i = 0; i < info->interface_count; i++) {
        const InterfaceMessage *head = message->interfaces[i];
        struct type_interface *interface = &info->interfaces[i];

        interface->name = name_of(reader, head->name);
        interface->doc = doc_of(reader, head->doc);
        interface->first_slot = 3;
        if (!read_iid(reader, &head->iid, interface->name, &interface->iid))
            return false;
        if (!head->parent)
            continue;
        if (head->parent > info->interface_count || head->parent - 1 <= i)
            return refuse(reader, "the base of '%s' does not come behind it", interface->name);
        interface->base = &info->interfaces[head->parent - 1];
    }
    return true;
}

/* The described interface is the first, and its bases follow one another. */
static bool read_chain(struct reader *reader)
{
    struct type_info *info = reader->info;
    uint32_t i, slot = 3;

    for (info->known_count = 1; info->interfaces[info->known_count - 1].base; info->known_count++)
        if (info->interfaces[info->known_count - 1].base != &info->interfaces[info->known_count])
            return refuse(reader, "the bases of '%s' are not in order", info->interfaces[0].name);
    for (i = info->known_count; i-- > 0;) {
        const InterfaceMessage *message = reader->message->interfaces[i];
        struct type_interface *interface = &info->interfaces[i];
        struct type_method *methods = pool_alloc(&info->pool, message->n_methods * sizeof(*methods));
        uint32_t m;

        if (!is_known_number(reader, slot + message->n_methods, TYPE_INFO_ROWS_MAX, "methods"))
            return false;
        interface->first_slot = slot;
        interface->methods = methods;
        interface->count = (uint32_t)message->n_methods;
        for (m = 0; m < interface->count; m++) {
            methods[m].interface = interface;
            methods[m].slot = slot++;
            if (!read_method(reader, message->methods[m], &methods[m]))
                return false;
        }
    }
    return true;
}

/* ---- the whole ---- */

static bool read_tables(struct reader *reader)
{
    const InfoMessage *message = reader->message;
    struct type_info *info = reader->info;
    size_t i;

    if (!message->n_interfaces)
        return refuse(reader, "it describes no interface");
    if (!is_known_number(reader, message->n_interfaces, TYPE_INFO_TABLE_MAX, "interfaces") ||
        !is_known_number(reader, message->n_structs, TYPE_INFO_TABLE_MAX, "structs") ||
        !is_known_number(reader, message->n_enums, TYPE_INFO_TABLE_MAX, "enums") ||
        !is_known_number(reader, message->n_constants, TYPE_INFO_ROWS_MAX, "constants"))
        return false;
    info->file = doc_of(reader, message->file);
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
    return read_heads(reader) && read_chain(reader);
}

struct type_info *type_info_read(const uint8_t *bytes, size_t size_bytes, char error[TYPE_INFO_ERROR_BYTES])
{
    struct reader reader = {.error = error};
    InfoMessage *message = NULL;

    error[0] = '\0';
    if (size_bytes <= TYPE_INFO_BYTES_MAX)
        message = mmlite__wire__type_info__unpack(NULL, size_bytes, bytes);
    if (!message) {
        refuse(&reader, size_bytes > TYPE_INFO_BYTES_MAX ? "it is larger than %d bytes" : "it is malformed",
               (int)TYPE_INFO_BYTES_MAX);
        return NULL;
    }
    reader.message = message;
    reader.info = calloc(1, sizeof(*reader.info));
    if (!reader.info)
        refuse(&reader, "out of memory");
    else if (message->version != 1 && message->version != 2)
        refuse(&reader, "it is of version %u, and this program knows versions 1 and 2", message->version);
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
