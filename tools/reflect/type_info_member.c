/* Members of type information: fields and parameters. */
#include "type_info_reader.h"
#include "computed_size.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Longest expression of a size. */
#define EXPRESSION_BYTES_MAX 2000

bool type_reader_refuse(struct type_reader *reader, const char *format, ...)
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

const char *type_reader_name(struct type_reader *reader, const char *text)
{
    if (!is_name(text)) {
        type_reader_refuse(reader, "a name is no identifier");
        return "";
    }
    return pool_copy(&reader->info->pool, text, strlen(text));
}

/* An expression of names, numbers and operators. */
static const char *expression_of(struct type_reader *reader, const char *text)
{
    static const char ALLOWED[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789 ()+-*/%<>&|^";
    size_t length = strlen(text);

    if (length > EXPRESSION_BYTES_MAX || strspn(text, ALLOWED) != length) {
        type_reader_refuse(reader, "a size is computed of what is no expression");
        return "";
    }
    return pool_copy(&reader->info->pool, text, length);
}

/* Documentation, without what a terminal would obey or what would end a comment. */
const char *type_reader_doc(struct type_reader *reader, const char *text)
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

bool type_reader_is_known_number(struct type_reader *reader, size_t count, size_t most, const char *what)
{
    return count <= most ||
           type_reader_refuse(reader, "there are %zu %s, and %zu are the most", count, what, most);
}

/* ---- members ---- */

/* What the index means depends on the kind. A struct may only contain those before it: so none contains
 * itself.
 */
static bool read_index(struct type_reader *reader, const MemberMessage *message, struct type_member *member,
                       uint32_t struct_count)
{
    const struct type_info *info = reader->info;

    switch (member->kind) {
    case KIND_ENUM:
        if (message->index >= info->enum_count)
            return type_reader_refuse(reader, "'%s' is of an enum that is not there", member->name);
        member->enumeration = &info->enums[message->index];
        return true;
    case KIND_STRUCT:
        if (message->index >= struct_count)
            return type_reader_refuse(
                reader, "'%s' is of a struct that is not there, or that is not known yet", member->name);
        member->structure = &info->structs[message->index];
        return true;
    case KIND_INTERFACE:
        if (message->index > info->interface_count)
            return type_reader_refuse(reader, "'%s' is of an interface that is not there", member->name);
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

static bool check_shape(struct type_reader *reader, const struct type_member *member)
{
    switch (member->shape) {
    case SHAPE_VALUE:
        return member->kind != KIND_VOID || type_reader_refuse(reader, "'%s' is void", member->name);
    case SHAPE_STRING:
        return member->kind == KIND_CHAR || member->kind == KIND_WCHAR ||
               type_reader_refuse(reader, "'%s' is a text that is not of characters", member->name);
    case SHAPE_BYTES:
        return is_byte(member->kind) ||
               type_reader_refuse(reader, "'%s' are bytes of another kind", member->name);
    case SHAPE_TEXTS:
        return member->kind == KIND_CHAR || member->kind == KIND_WCHAR ||
               type_reader_refuse(reader, "'%s' are texts that are not of characters", member->name);
    default:
        return member->kind != KIND_VOID ||
               type_reader_refuse(reader, "'%s' is an array of what cannot be in one", member->name);
    }
}

static bool read_range(struct type_reader *reader, const MemberMessage *message, struct type_member *member)
{
    bool is_signed = type_kind_is_signed(member->kind);

    if (!message->range)
        return true;
    if (!type_kind_is_integer(member->kind))
        return type_reader_refuse(reader, "'%s' has a range and is no integer", member->name);
    member->has_range = true;
    member->range_min = message->range->min;
    member->range_max = message->range->max;
    if (is_signed ? member->range_min > (int64_t)member->range_max
                  : member->range_min < 0 || (uint64_t)member->range_min > member->range_max)
        return type_reader_refuse(reader, "the range of '%s' is empty", member->name);
    return true;
}

bool type_reader_member(struct type_reader *reader, const MemberMessage *message, uint32_t position,
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

    member->name = type_reader_name(reader, message->name);
    member->doc = type_reader_doc(reader, message->doc);
    if ((int)message->kind < KIND_VOID || (int)message->kind >= KIND_COUNT ||
        (int)message->shape < SHAPE_VALUE || (int)message->shape > SHAPE_TEXTS)
        return type_reader_refuse(
            reader, "'%s' is of a kind that this program does not know: it is older than the node",
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
        return type_reader_refuse(reader, "'%s' is no text that could be a BSTR", member->name);
    member->max_len = message->max_len;
    member->count = message->count;
    member->number = message->number ? message->number : position + 1;
    if (member->number > 0x1FFFFFFF)
        return type_reader_refuse(reader, "'%s' has no number that a message can have", member->name);
    if (member->is_fixed && member->kind != KIND_INT32 && member->kind != KIND_UINT32 &&
        member->kind != KIND_INT64 && member->kind != KIND_UINT64)
        return type_reader_refuse(reader, "'%s' has no fixed size", member->name);
    return read_index(reader, message, member, struct_count) && check_shape(reader, member) &&
           read_range(reader, message, member);
}

bool type_reader_check_numbers(struct type_reader *reader, const struct type_member *members, uint32_t count)
{
    uint32_t i, j;

    for (i = 0; i < count; i++)
        for (j = 0; j < i; j++)
            if (members[i].number == members[j].number || strcmp(members[i].name, members[j].name) == 0)
                return type_reader_refuse(reader, "'%s' and '%s' have one name or number", members[j].name,
                                          members[i].name);
    return true;
}

bool type_reader_dimensions(struct type_reader *reader, const MemberMessage *message,
                            struct type_member *member)
{
    uint64_t elements = 1, all = member->count ? member->count : member->size.constant;
    uint32_t *dimensions;
    size_t i;

    if (!message->n_dimensions)
        return true;
    if (message->n_dimensions < 2 || message->n_dimensions > TYPE_INFO_DIMENSIONS_MAX ||
        (member->shape != SHAPE_ARRAY && member->shape != SHAPE_BYTES) ||
        (!member->count && member->size.kind != SIZE_CONSTANT))
        return type_reader_refuse(reader, "'%s' is no array of arrays", member->name);
    dimensions = pool_alloc(&reader->info->pool, message->n_dimensions * sizeof(*dimensions));
    for (i = 0; i < message->n_dimensions && elements <= UINT32_MAX; i++)
        elements *= dimensions[i] = message->dimensions[i];
    if (i < message->n_dimensions || !elements || elements != all)
        return type_reader_refuse(reader, "the dimensions of '%s' are not those of its elements",
                                  member->name);
    member->dimensions = dimensions;
    member->dimension_count = (uint32_t)message->n_dimensions;
    return true;
}

/* ---- what counts, and what tells arms ---- */

bool type_reader_size(struct type_reader *reader, const Mmlite__Wire__TypeSize *message, const char *name,
                      const struct type_member *members, uint32_t count, struct type_size *size)
{
    const struct type_member *counter;

    if (!message)
        return true;
    if (*message->computed) {
        size->kind = SIZE_COMPUTED;
        size->computed = expression_of(reader, message->computed);
        return *size->computed &&
               (computed_size_read(&reader->info->pool, size->computed, members, count, &size->terms,
                                   &size->term_count) ||
                type_reader_refuse(reader, "'%s' has a size that nothing can compute", name));
    }
    size->kind = message->is_pointed ? SIZE_POINTED : SIZE_PARAM;
    if (!message->param) {
        size->kind = SIZE_CONSTANT;
        size->constant = message->constant;
        return true;
    }
    size->param = message->param - 1;
    if (size->param >= count)
        return type_reader_refuse(reader, "'%s' counts with what is not there", name);
    counter = &members[size->param];
    if (!type_kind_is_integer(counter->kind) || counter->shape != SHAPE_VALUE)
        return type_reader_refuse(reader, "'%s' cannot count", counter->name);
    return true;
}

bool type_reader_is_choice(const struct type_member *member)
{
    return member && member->shape == SHAPE_VALUE &&
           (type_kind_is_integer(member->kind) || member->kind == KIND_ENUM || member->kind == KIND_BOOL ||
            member->kind == KIND_BOOLEAN || member->kind == KIND_CHAR);
}
