/* Outputs as people and programs read them. */
#include "guid_text.h"
#include "reply.h"
#include <math.h>
#include <string.h>

struct printer {
    FILE *file;
    const struct type_info *info;
    const struct reply_interfaces *interfaces; /* NULL: nobody knows them */
    bool is_json;                              /* a struct or array is JSON in any style */
    bool is_indented;                          /* its parts stand in lines of their own */
    int indent;
};

static void print_struct(struct printer *printer, const struct type_struct *structure,
                         ProtobufCMessage *message);

/* What is not there, of any type. */
static const union {
    uint64_t number;
    ProtobufCBinaryData bytes;
    void *pointer;
} NOTHING = {0};

/* ---- texts ---- */

static void print_quoted(FILE *file, const char *prefix, const char *text, size_t size)
{
    size_t i;

    fprintf(file, "\"%s", prefix);
    for (i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];

        if (byte == '"' || byte == '\\')
            fprintf(file, "\\%c", byte);
        else if (byte == '\n')
            fputs("\\n", file);
        else if (byte == '\t')
            fputs("\\t", file);
        else if (byte < 0x20 || byte == 0x7F)
            fprintf(file, "\\u%04x", byte);
        else if (byte == 0xC2 && i + 1 < size &&
                 (unsigned char)text[i + 1] < 0xA0) /* a terminal would obey */
            fprintf(file, "\\u%04x", (unsigned char)text[++i]);
        else
            fputc(byte, file);
    }
    fputc('"', file);
}

void print_string(FILE *file, const char *text)
{
    print_quoted(file, "", text, strlen(text));
}

/* Readers that know only doubles take larger integers for others. */
#define EXACT_MAX 9007199254740992

void print_integer(FILE *file, bool is_signed, uint64_t bits)
{
    int64_t value = (int64_t)bits;
    bool is_exact = is_signed ? value >= -EXACT_MAX && value <= EXACT_MAX : bits <= EXACT_MAX;
    const char *quote = is_exact ? "" : "\"";

    if (is_signed)
        fprintf(file, "%s%lld%s", quote, (long long)value, quote);
    else
        fprintf(file, "%s%llu%s", quote, (unsigned long long)bits, quote);
}

static bool begins_like_other(const uint8_t *bytes, size_t size)
{
    return (size >= 4 && memcmp(bytes, "hex:", 4) == 0) || (size >= 5 && memcmp(bytes, "text:", 5) == 0);
}

/* Whether people would read it as text. */
static bool is_readable(const uint8_t *bytes, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        if ((bytes[i] < 0x20 && bytes[i] != '\n' && bytes[i] != '\t') || bytes[i] == 0x7F)
            return false;
    return size > 0;
}

/*
 * What value_set takes back. To programs, bytes are always hex; to people, text where it is. An array of
 * `whole` bytes has zeros where none came.
 */
static void print_bytes(struct printer *printer, bool is_text, const uint8_t *bytes, size_t size,
                        size_t whole)
{
    size_t i;

    is_text |= !printer->is_json && is_readable(bytes, size);
    if (is_text && size >= whole && value_is_text(bytes, size, true)) {
        print_quoted(printer->file, begins_like_other(bytes, size) ? "text:" : "", (const char *)bytes, size);
        return;
    }
    fputs("\"hex:", printer->file);
    for (i = 0; i < size; i++)
        fprintf(printer->file, "%02x", bytes[i]);
    for (; i < whole; i++)
        fputs("00", printer->file);
    fputc('"', printer->file);
}

/* ---- single values ---- */

static void print_real(struct printer *printer, double value, int digits)
{
    if (isnan(value))
        fputs("\"nan\"", printer->file);
    else if (isinf(value))
        fputs(value < 0 ? "\"-inf\"" : "\"inf\"", printer->file);
    else
        fprintf(printer->file, "%.*g", digits, value);
}

static void print_wide(struct printer *printer, bool is_signed, uint64_t bits)
{
    if (printer->is_json)
        print_integer(printer->file, is_signed, bits);
    else
        fprintf(printer->file, is_signed ? "%lld" : "%llu", (long long)bits);
}

static void print_name(struct printer *printer, const char *name)
{
    fprintf(printer->file, printer->is_json ? "\"%s\"" : "%s", name);
}

static void print_result(struct printer *printer, HRESULT hr)
{
    const struct type_constant *constant = type_info_result(printer->info, hr);
    const char *name = com_result_name(hr);

    if (name || constant)
        print_name(printer, name ? name : constant->name);
    else
        fprintf(printer->file, printer->is_json ? "\"0x%08x\"" : "0x%08x", (unsigned)hr);
}

static void print_scalar(struct printer *printer, const struct type_member *member, const void *at)
{
    const char *name;
    GUID guid = {0};
    char text[GUID_TEXT_BYTES];

    switch (member->kind) {
    case KIND_FLOAT:
        print_real(printer, (double)*(const float *)at, 9);
        break;
    case KIND_DOUBLE:
        print_real(printer, *(const double *)at, 17);
        break;
    case KIND_BOOLEAN:
    case KIND_BOOL:
        fputs(*(const protobuf_c_boolean *)at ? "true" : "false", printer->file);
        break;
    case KIND_HRESULT:
        print_result(printer, *(const int32_t *)at);
        break;
    case KIND_ENUM:
        name = type_enum_name(member->enumeration, *(const int32_t *)at);
        if (name)
            print_name(printer, name);
        else
            fprintf(printer->file, "%d", *(const int32_t *)at);
        break;
    case KIND_GUID:
        if (((const ProtobufCBinaryData *)at)->len == 16)
            guid_load(((const ProtobufCBinaryData *)at)->data, &guid);
        guid_format(&guid, text);
        print_name(printer, text);
        break;
    case KIND_INT64:
    case KIND_OFFSET:
        print_wide(printer, true, *(const uint64_t *)at);
        break;
    case KIND_UINT64:
    case KIND_SIZE:
        print_wide(printer, false, *(const uint64_t *)at);
        break;
    case KIND_INT8:
    case KIND_INT16:
    case KIND_INT32:
        fprintf(printer->file, "%d", *(const int32_t *)at);
        break;
    default:
        fprintf(printer->file, "%u", *(const uint32_t *)at);
        break;
    }
}

static void print_interface(struct printer *printer, const struct type_member *member, uint32_t index)
{
    const struct reply_interfaces *known = printer->interfaces;
    struct reply_interface interface;
    char iid[GUID_TEXT_BYTES];

    if (!index) {
        fputs("null", printer->file);
        return;
    }
    if (!known || !known->tell(known->context, member, index, &interface)) {
        fprintf(printer->file, "\"object %u\"", index);
        return;
    }
    guid_format(interface.iid, iid);
    if (!printer->is_json) {
        fprintf(printer->file, "%s (%s)%s%s", interface.name, iid, *interface.node ? " of node " : "",
                interface.node);
        return;
    }
    fprintf(printer->file, "{\"interface\": \"%s\", \"iid\": \"%s\", \"node\": ", interface.name, iid);
    print_string(printer->file, interface.node);
    fputc('}', printer->file);
}

static void print_element(struct printer *printer, const struct type_member *member, const void *at)
{
    if (member->shape == SHAPE_TEXTS) {
        print_string(printer->file, *(const char *const *)at);
    } else if (member->kind == KIND_STRUCT && member->is_indirect && !*(ProtobufCMessage *const *)at &&
               (member->is_unique || member->shape != SHAPE_VALUE)) {
        fputs("null", printer->file);
    } else if (member->kind == KIND_STRUCT) {
        print_struct(printer, member->structure, *(ProtobufCMessage *const *)at);
    } else if (member->kind == KIND_INTERFACE) {
        print_interface(printer, member, *(const uint32_t *)at);
    } else {
        print_scalar(printer, member, at);
    }
}

/* ---- several values ---- */

/* Where the next element or field stands. */
static void print_next(struct printer *printer, bool is_first, bool on_lines)
{
    if (!is_first)
        fputc(',', printer->file);
    if (on_lines && printer->is_indented)
        fprintf(printer->file, "\n%*s", printer->indent, "");
    else if (!is_first)
        fputc(' ', printer->file);
}

static void print_end(struct printer *printer, char end, bool on_lines)
{
    if (on_lines && printer->is_indented)
        fprintf(printer->file, "\n%*s", printer->indent, "");
    fputc(end, printer->file);
}

/* Of an array of arrays: as many brackets as rows begin, or end, at an element. */
static void print_rows(struct printer *printer, const struct type_member *member, size_t index, char bracket)
{
    size_t below = 1;
    uint32_t i;

    for (i = member->dimension_count; i-- > 1;) {
        below *= member->dimensions[i];
        if (index % below == 0)
            fputc(bracket, printer->file);
    }
}

static void print_array(struct printer *printer, const struct type_member *member,
                        const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    size_t bytes = message_element_bytes(field->type), count, i;
    bool on_lines = member->kind == KIND_STRUCT;
    const char *elements;

    count = message ? *message_count(message, field) : 0;
    elements = count ? *(const char *const *)message_value(message, field) : NULL;
    if (!count) /* as in memory: zeros */
        count = member->count;
    on_lines = on_lines && count > 0;
    fputc('[', printer->file);
    printer->is_json = true;
    printer->indent += 2;
    for (i = 0; i < count; i++) {
        print_next(printer, i == 0, on_lines);
        print_rows(printer, member, i, '[');
        print_element(printer, member, elements ? elements + i * bytes : (const char *)&NOTHING);
        print_rows(printer, member, i + 1, ']');
    }
    printer->indent -= 2;
    print_end(printer, ']', on_lines);
}

/* A value of a message; of one that is not there: what it is by default. */
static void print_member(struct printer *printer, const struct type_member *member,
                         const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    const void *at = message ? message_value(message, field) : &NOTHING;
    const char *text;

    switch (member->shape) {
    case SHAPE_ARRAY:
    case SHAPE_TEXTS:
        print_array(printer, member, field, message);
        break;
    case SHAPE_STRING:
        text = *(const char *const *)at;
        if (!text && !member->count && !member->is_out)
            fputs("null", printer->file);
        else
            print_string(printer->file, text ? text : "");
        break;
    case SHAPE_BYTES:
        print_bytes(printer, member->kind == KIND_CHAR, ((const ProtobufCBinaryData *)at)->data,
                    ((const ProtobufCBinaryData *)at)->len, member->count);
        break;
    default:
        print_element(printer, member, at);
    }
}

static bool has_value(const struct type_struct *structure, uint32_t index, ProtobufCMessage *message)
{
    if (!message)
        return false;
    return type_is_list(&structure->fields[index])
               ? *message_count(message, structure->message.fields[index]) > 0
               : message_has(message, structure->message.fields[index]);
}

static void print_struct(struct printer *printer, const struct type_struct *structure,
                         ProtobufCMessage *message)
{
    bool is_first = true;
    uint32_t i;

    fputc('{', printer->file);
    printer->is_json = true;
    printer->indent += 2;
    for (i = 0; i < structure->count; i++) {
        if (structure->is_union && !has_value(structure, i, message))
            continue; /* another arm */
        print_next(printer, is_first, true);
        is_first = false;
        fprintf(printer->file, "\"%s\": ", structure->fields[i].name);
        if (structure->fields[i].is_unique && !has_value(structure, i, message))
            fputs("null", printer->file);
        else
            print_member(printer, &structure->fields[i], structure->message.fields[i], message);
    }
    printer->indent -= 2;
    print_end(printer, '}', !is_first);
}

/* ---- parameters ---- */

/* What the callee did not allocate is NULL; a list is just empty. */
static void print_output(struct printer *printer, const struct type_member *member,
                         const ProtobufCFieldDescriptor *field, ProtobufCMessage *message)
{
    bool is_list = type_is_list(member) || member->shape == SHAPE_BYTES;

    if (member->is_allocated && !is_list && !message_has(message, field))
        fputs("null", printer->file);
    else
        print_member(printer, member, field, message);
}

void reply_print(FILE *file, enum print_style style, const struct reply *reply, uint32_t param,
                 const struct reply_interfaces *interfaces)
{
    struct printer printer = {.file = file,
                              .info = reply->info,
                              .interfaces = interfaces,
                              .is_json = style == PRINT_JSON,
                              .is_indented = style == PRINT_READABLE};
    const struct type_member *member = &reply->method->params[param];
    uint32_t i;

    for (i = 0; i < reply->type.count && reply->type.members[i] != member; i++)
        ;
    print_output(&printer, member, reply->type.fields[i], reply->message);
}
