/* The .proto: the messages that proxies and stubs exchange, for any protobuf library. */
#include "emit.h"
#include "uuid.h"
#include "wire.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

/* "mmlite.os" of os/heap.idl. */
static const char *package_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *at;
    struct text package;
    bool start = true;

    text_init(&package, arena);
    text_puts(&package, "mmlite");
    if (slash)
        text_puts(&package, ".");
    for (at = path; slash && at < slash; at++) {
        char character = isalnum((unsigned char)*at) ? *at : '_';

        if (*at == '/') {
            text_puts(&package, ".");
            start = true;
            continue;
        }
        if (start && isdigit((unsigned char)*at))
            text_puts(&package, "_");
        text_add(&package, &character, 1);
        start = false;
    }
    return package.bytes;
}

static const char *proto_path(struct arena *arena, const char *path)
{
    size_t length = strlen(path);

    if (length > 4 && strcmp(path + length - 4, ".idl") == 0)
        length -= 4;
    return arena_format(arena, "%.*s.proto", (int)length, path);
}

static void emit_comment(struct text *out, const char *doc, const char *indent)
{
    const char *line, *end;

    for (line = doc ? doc : ""; *line; line = *end ? end + 1 : end) {
        end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        text_printf(out, "%s//%s%.*s\n", indent, end > line ? " " : "", (int)(end - line), line);
    }
}

/* ---- imports ---- */

struct imports {
    struct name_table files; /* any value: it is written */
    bool has_some;
    const struct ir_file *file;
};

static void use_file(struct text *out, struct imports *imports, const char *file)
{
    if (strcmp(file, imports->file->path) == 0 || names_find(&imports->files, file))
        return;
    names_set(&imports->files, file, imports);
    imports->has_some = true;
    text_printf(out, "import \"%s\";\n", proto_path(out->arena, file));
}

static void use_type(struct text *out, struct imports *imports, const struct ir_type *type)
{
    if (type->kind == IR_STRUCT)
        use_file(out, imports, type->structure->file);
    else if (type->kind == IR_ENUM)
        use_file(out, imports, type->enumeration->file);
}

static void use_method(struct text *out, struct imports *imports, const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; method && i < method->param_count; i++)
        use_type(out, imports, method->params[i].value);
}

static void use_fields(struct text *out, struct imports *imports, const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *inner = ir_defined_in(&structure->fields[i]);

        if (structure->state == WIRE_GOOD)
            use_type(out, imports, structure->fields[i].value);
        if (inner && inner->kind == IR_STRUCT)
            use_fields(out, imports, inner->structure);
    }
}

static bool is_remote(const struct ir_item *item)
{
    return item->kind == ITEM_INTERFACE && !item->interface->is_local;
}

static void emit_imports(struct text *out, const struct ir_file *file)
{
    struct imports imports = {.file = file};
    uint32_t i, j;

    names_init(&imports.files, out->arena);
    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_STRUCT)
            use_fields(out, &imports, item->structure);
        for (j = 0; is_remote(item) && j < item->interface->method_count; j++)
            use_method(out, &imports, ir_travelling(&item->interface->methods[j]));
    }
    if (imports.has_some)
        text_puts(out, "\n");
}

/* ---- fields ---- */

static const char *qualified(struct arena *arena, const struct ir_file *file, const char *where,
                             const char *name)
{
    if (strcmp(where, file->path) == 0)
        return name;
    return arena_format(arena, ".%s.%s", package_of(arena, where), name);
}

static const char *value_type(struct arena *arena, const struct ir_file *file, const struct ir_type *type)
{
    if (type->kind == IR_ENUM)
        return qualified(arena, file, type->enumeration->file, type->enumeration->name);
    if (type->kind == IR_STRUCT && !type->structure->name)
        return wire_message_name(arena, type->structure); /* within the message that has it */
    if (type->kind == IR_STRUCT)
        return qualified(arena, file, type->structure->file, type->structure->name);
    if (type->kind == IR_INTERFACE)
        return "uint32";
    if (type->kind == IR_POINTER)
        return "string";
    return wire_scalar_of(type) ? wire_scalar_of(type)->proto : "bytes";
}

static const char *field_type(struct arena *arena, const struct ir_file *file, enum wire_shape shape,
                              const struct ir_type *value)
{
    switch (shape) {
    case WIRE_STRING:
        return "string";
    case WIRE_BLOB:
        return "bytes";
    case WIRE_INTERFACE:
        return "uint32";
    case WIRE_ARRAY:
        return arena_format(arena, "repeated %s", value_type(arena, file, value));
    default:
        return value_type(arena, file, value);
    }
}

static const char *note_of(struct arena *arena, enum wire_shape shape, const struct ir_type *value)
{
    if (shape == WIRE_INTERFACE || value->kind == IR_INTERFACE)
        return arena_format(arena, " // %s: index into the message's references from 1; 0 is NULL",
                            value->kind == IR_INTERFACE ? value->interface->name : "an object");
    if (shape == WIRE_GUID)
        return " // a GUID: 16 bytes, its fields little-endian";
    return "";
}

/* Messages always can, and lists are just empty. */
static bool can_be_optional(const struct ir_param *param)
{
    if (param->travels == WIRE_BLOB)
        return !param->is_allocated;
    return param->travels != WIRE_INTERFACE && param->travels != WIRE_STRUCT && param->travels != WIRE_ARRAY;
}

/* Numbers and names that may not be used again. */
static void emit_reserved(struct text *out, const struct ir_reserved *reserved, uint32_t count,
                          const char *indent)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (reserved[i].name)
            text_printf(out, "%sreserved \"%s\";\n", indent, reserved[i].name);
        else if (reserved[i].first == reserved[i].last)
            text_printf(out, "%sreserved %u;\n", indent, reserved[i].first);
        else
            text_printf(out, "%sreserved %u to %u;\n", indent, reserved[i].first, reserved[i].last);
}

static void emit_message(struct text *out, const struct ir_file *file, const struct ir_interface *interface,
                         const struct ir_method *method, bool is_reply)
{
    bool any = false;
    uint32_t i;

    text_printf(out, "message %s_%s_%s {", interface->name, method->name, is_reply ? "Reply" : "Request");
    text_puts(out, method->reserved_count ? "\n" : "");
    emit_reserved(out, method->reserved, method->reserved_count, "  ");
    any = method->reserved_count > 0;
    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];
        bool may_be_absent = param->is_allocated || (!is_reply && param->is_unique);
        bool is_optional = may_be_absent && can_be_optional(param);

        if (is_reply ? !param->is_out : !param->is_in || param->is_rebuilt)
            continue;
        text_printf(out, "%s  %s%s %s = %u;%s\n", any ? "" : "\n", is_optional ? "optional " : "",
                    field_type(out->arena, file, param->travels, param->value), param->name, param->number,
                    note_of(out->arena, param->travels, param->value));
        any = true;
    }
    text_puts(out, "}\n\n");
}

/* ---- declarations ---- */

/* What a call says beside its messages; the form of these lines is fixed (docs/protocol.md). */
static void emit_head(struct text *out, const struct ir_interface *interface)
{
    char uuid[UUID_TEXT_BYTES];

    uuid_format(interface->uuid, uuid);
    text_printf(out, "// Interface %s", interface->name);
    if (interface->base)
        text_printf(out, " : %s", interface->base->name);
    text_printf(out, "\n// IID %s\n", uuid);
    emit_comment(out, interface->doc, "");
    text_puts(out, "\n");
}

/* Numbers only: texts are for programs of this machine. */
static void emit_const(struct text *out, const struct ir_const *constant)
{
    const struct value *value = &constant->value;
    const char *doc = constant->doc ? constant->doc : "";

    if (value->kind != VALUE_INTEGER || constant->type->kind == IR_POINTER)
        return;
    if (constant->type->base == BASE_HRESULT)
        text_printf(out, "// Constant %s = 0x%08" PRIX32, constant->name, (uint32_t)value->bits);
    else if (value->is_unsigned)
        text_printf(out, "// Constant %s = %" PRIu64, constant->name, value->bits);
    else
        text_printf(out, "// Constant %s = %" PRId64, constant->name, (int64_t)value->bits);
    text_printf(out, "%s%.*s\n\n", *doc ? " // " : "", (int)strcspn(doc, "\n"), doc);
}

static void emit_interface(struct text *out, const struct ir_file *file, const struct ir_interface *interface)
{
    uint32_t i;

    emit_head(out, interface);

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = ir_travelling(&interface->methods[i]);

        if (!method)
            continue;
        text_printf(out, "// Method %u of %s.\n", method->slot, interface->name);
        if (method->timeout_ms)
            text_printf(out, "// Time-out %u ms.\n", method->timeout_ms);
        if (method->is_oneway)
            text_puts(out, "// Oneway: its call_id is 0, and nothing is returned.\n");
        emit_comment(out, method->doc, "");
        emit_message(out, file, interface, method, false);
        if (!method->is_oneway)
            emit_message(out, file, interface, method, true);
    }
}

static void emit_field(struct text *out, const struct ir_file *file, const struct ir_field *field,
                       const char *indent, bool is_arm)
{
    bool is_optional =
        !is_arm &&
        (field->shape == WIRE_STRING || field->shape == WIRE_SCALAR || field->shape == WIRE_GUID) &&
        (field->shape == WIRE_STRING ? !field->count : field->is_indirect);

    emit_comment(out, field->doc, indent);
    text_printf(out, "%s%s%s %s = %u;%s\n", indent, is_optional ? "optional " : "",
                field_type(out->arena, file, field->shape, field->value), field->name, field->number,
                note_of(out->arena, field->shape, field->value));
}

static void emit_message_of(struct text *out, const struct ir_file *file, const struct ir_struct *structure,
                            const char *indent);

/* Of structs and unions without a tag. */
static void emit_inner(struct text *out, const struct ir_file *file, const struct ir_struct *structure,
                       const char *indent)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *value = structure->fields[i].value;

        if (value->kind == IR_STRUCT && !value->structure->name)
            emit_message_of(out, file, value->structure, indent);
    }
}

/* One arm at most is there; what is repeated cannot stand in a oneof. */
static void emit_arms(struct text *out, const struct ir_file *file, const struct ir_struct *structure,
                      const char *indent)
{
    const char *inner = arena_format(out->arena, "%s  ", indent);
    bool any = false;
    uint32_t i;

    for (i = 0; i < structure->field_count; i++)
        if (structure->fields[i].shape != WIRE_ARRAY) {
            if (!any)
                text_printf(out, "%soneof arm {\n", indent);
            any = true;
            emit_field(out, file, &structure->fields[i], inner, true);
        }
    if (any)
        text_printf(out, "%s}\n", indent);
    for (i = 0; i < structure->field_count; i++)
        if (structure->fields[i].shape == WIRE_ARRAY)
            emit_field(out, file, &structure->fields[i], indent, true);
}

static void emit_message_of(struct text *out, const struct ir_file *file, const struct ir_struct *structure,
                            const char *indent)
{
    const char *inner = arena_format(out->arena, "%s  ", indent);
    uint32_t i;

    emit_comment(out, structure->doc, indent);
    text_printf(out, "%smessage %s {\n", indent, wire_message_name(out->arena, structure));
    emit_reserved(out, structure->reserved, structure->reserved_count, inner);
    emit_inner(out, file, structure, inner);
    if (structure->is_union)
        emit_arms(out, file, structure, inner);
    for (i = 0; i < structure->field_count && !structure->is_union; i++)
        emit_field(out, file, &structure->fields[i], inner, false);
    text_printf(out, "%s}\n", indent);
}

static void emit_enum(struct text *out, const struct ir_enum *enumeration);

/* What has a tag is known everywhere, also where it is defined within another one. */
static void emit_struct(struct text *out, const struct ir_file *file, const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *inner = ir_defined_in(&structure->fields[i]);

        if (inner && inner->kind == IR_STRUCT)
            emit_struct(out, file, inner->structure);
        else if (inner)
            emit_enum(out, inner->enumeration);
    }
    if (!structure->name)
        return; /* it stands in the message of what has it */
    if (structure->state != WIRE_GOOD)
        return;
    emit_message_of(out, file, structure, "");
    text_puts(out, "\n");
}

static const char *upper(struct arena *arena, const char *name)
{
    char *copy = arena_copy(arena, name, strlen(name)), *at;

    for (at = copy; *at; at++)
        *at = (char)toupper((unsigned char)*at);
    return copy;
}

static bool has_alias(const struct ir_enum *enumeration)
{
    uint32_t i, j;

    for (i = 0; i < enumeration->enumerator_count; i++)
        for (j = 0; j < i; j++)
            if (enumeration->enumerators[i].value == enumeration->enumerators[j].value)
                return true;
    return false;
}

static void emit_enumerator(struct text *out, const struct ir_enumerator *enumerator)
{
    emit_comment(out, enumerator->doc, "  ");
    text_printf(out, "  %s = %d;\n", enumerator->name, enumerator->value);
}

/* proto3 wants a value 0 first. */
static void emit_enum(struct text *out, const struct ir_enum *enumeration)
{
    uint32_t i, zero = 0;

    if (enumeration->is_opaque || !enumeration->name)
        return;
    emit_comment(out, enumeration->doc, "");
    text_printf(out, "enum %s {\n", enumeration->name);
    if (has_alias(enumeration))
        text_puts(out, "  option allow_alias = true;\n");
    while (zero < enumeration->enumerator_count && enumeration->enumerators[zero].value != 0)
        zero++;
    if (zero < enumeration->enumerator_count)
        emit_enumerator(out, &enumeration->enumerators[zero]);
    else
        text_printf(out, "  %s_UNSPECIFIED = 0;\n", upper(out->arena, enumeration->name));
    for (i = 0; i < enumeration->enumerator_count; i++)
        if (i != zero)
            emit_enumerator(out, &enumeration->enumerators[i]);
    text_puts(out, "}\n\n");
}

void emit_proto(struct text *out, const struct ir_file *file)
{
    uint32_t i;

    text_printf(out, "// Messages of %s, made by idlc; do not edit.\n", file->path);
    text_printf(out, "syntax = \"proto3\";\n\npackage %s;\n\n", package_of(out->arena, file->path));
    emit_imports(out, file);
    for (i = 0; i < file->item_count; i++) {
        const struct ir_item *item = &file->items[i];

        if (item->kind == ITEM_CONST)
            emit_const(out, item->constant);
        else if (item->kind == ITEM_STRUCT)
            emit_struct(out, file, item->structure);
        else if (item->kind == ITEM_ENUM)
            emit_enum(out, item->enumeration);
        else if (is_remote(item))
            emit_interface(out, file, item->interface);
    }
    text_trim_end(out);
}
