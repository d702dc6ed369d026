/* Functions that write and read structs, one pair for each that a file's remote methods use. */
#include "marshal.h"

#include <string.h>

struct used_struct {
    const struct ir_struct *structure;
    unsigned directions;
};

struct used {
    struct arena *arena;
    struct used_struct *structs; /* inner ones first */
    uint32_t struct_count;
    const struct ir_enum **enums; /* closed ones that are read */
    uint32_t enum_count;
};

/* ---- which are used ---- */

static void use_type(struct used *used, const struct ir_type *type, unsigned direction);

static void *grow(struct used *used, void *items, uint32_t count, size_t size)
{
    void *grown;

    if (count & (count - 1) || (count && count < 8))
        return items; /* room was made at the last power of two */
    grown = arena_alloc(used->arena, (count < 8 ? 8 : count * 2) * size);
    if (count)
        memcpy(grown, items, count * size);
    return grown;
}

static void use_enum(struct used *used, const struct ir_enum *enumeration)
{
    uint32_t i;

    for (i = 0; i < used->enum_count; i++)
        if (used->enums[i] == enumeration)
            return;
    used->enums = grow(used, used->enums, used->enum_count, sizeof(*used->enums));
    used->enums[used->enum_count++] = enumeration;
}

/* Inner structs first; each is walked once in each direction. */
static void use_struct(struct used *used, const struct ir_struct *structure, unsigned direction)
{
    struct used_struct *known = NULL;
    uint32_t i;

    for (i = 0; i < used->struct_count; i++)
        if (used->structs[i].structure == structure)
            known = &used->structs[i];
    if (known && (known->directions & direction))
        return;
    if (known)
        known->directions |= direction;
    for (i = 0; i < structure->field_count; i++)
        use_type(used, structure->fields[i].value, direction);
    if (known)
        return;
    used->structs = grow(used, used->structs, used->struct_count, sizeof(*used->structs));
    used->structs[used->struct_count++] = (struct used_struct){structure, direction};
}

static void use_type(struct used *used, const struct ir_type *type, unsigned direction)
{
    if (type->kind == IR_STRUCT)
        use_struct(used, type->structure, direction);
    else if (type->kind == IR_ENUM && type->enumeration->is_closed && direction == MARSHAL_READS)
        use_enum(used, type->enumeration);
}

static void use_method(struct used *used, const struct ir_method *method, bool is_stub)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];

        if (param->is_in)
            use_type(used, param->value, is_stub ? MARSHAL_READS : MARSHAL_WRITES);
        if (param->is_out)
            use_type(used, param->value, is_stub ? MARSHAL_WRITES : MARSHAL_READS);
    }
}

/* ---- writing ---- */

static void emit_bound(struct text *out, const struct ir_struct *structure)
{
    bool loops = false;
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        loops |= field->shape == WIRE_ARRAY && field->value->kind == IR_STRUCT &&
                 field->value->structure->has_pointers;
    }
    text_printf(out, "static size_t bound_%s(const struct %s *value)\n{\n    size_t bound = %u;\n",
                structure->name, structure->name, (unsigned)structure->bound);
    text_puts(out, loops ? "    uint32_t i;\n\n" : "\n");
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];
        bool nested = field->value->kind == IR_STRUCT && field->value->structure->has_pointers;

        if (field->shape == WIRE_STRING && !field->count)
            text_printf(out, "    if (value->%s)\n        bound += strlen(value->%s);\n", field->name,
                        field->name);
        else if (nested && field->shape == WIRE_STRUCT)
            text_printf(out, "    bound += bound_%s(&value->%s);\n", field->value->structure->name,
                        field->name);
        else if (nested)
            text_printf(out, "    for (i = 0; i < %u; i++)\n        bound += bound_%s(&value->%s[i]);\n",
                        field->count, field->value->structure->name, field->name);
    }
    text_puts(out, "    return bound;\n}\n\n");
}

static void write_array_field(struct text *out, const struct ir_field *field)
{
    const struct wire_scalar *scalar = wire_scalar_of(field->value);
    const char *item = arena_format(out->arena, "value->%s[i]", field->name);

    if (!scalar) {
        text_printf(out, "    for (i = 0; i < %u; i++)\n", field->count);
        marshal_put_value(out, "        ", "writer", field->number, field->value, item);
        return;
    }
    text_printf(out, "    (void)wire_open(writer, %u, %u, &array);\n", field->number,
                field->count * scalar->bound);
    text_printf(out, "    for (i = 0; i < %u; i++)\n        wire_put_element_%s(writer, %s);\n", field->count,
                scalar->put, marshal_scalar(out->arena, field->value, item));
    text_puts(out, "    wire_close(writer, &array);\n");
}

static void write_field(struct text *out, const struct ir_field *field)
{
    struct pieces conditions = {.arena = out->arena};
    const char *value = arena_format(out->arena, "value->%s", field->name);

    switch (field->shape) {
    case WIRE_STRING:
        if (field->count) {
            text_printf(out, "    wire_put_text_in(writer, %u, %s, %u);\n", field->number, value,
                        field->count);
        } else {
            text_printf(out, "    if (%s)\n        wire_put_bytes(writer, %u, %s, strlen(%s));\n", value,
                        field->number, value, value);
            if (field->max_len)
                pieces_add(&conditions, "(%s && strlen(%s) > %u)", value, value, field->max_len);
        }
        break;
    case WIRE_BLOB:
        text_printf(out, "    wire_put_bytes(writer, %u, %s, %u);\n", field->number, value, field->count);
        break;
    case WIRE_ARRAY:
        write_array_field(out, field);
        break;
    default:
        marshal_put_value(out, "    ", "writer", field->number, field->value, value);
        pieces_add_range(&conditions, value, field->value, field->has_range, field->range_min,
                         field->range_max);
        break;
    }
    pieces_print_if(&conditions, out, "writer->failed = true");
}

static void emit_write(struct text *out, const struct ir_struct *structure)
{
    bool loops = false, packs = false;
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        loops |= structure->fields[i].shape == WIRE_ARRAY;
        packs |= structure->fields[i].shape == WIRE_ARRAY && wire_scalar_of(structure->fields[i].value);
    }
    if (structure->has_pointers)
        emit_bound(out, structure);
    c_list(out, arena_format(out->arena, "static void write_%s", structure->name),
           (const char *[]){"struct wire_writer *writer", "uint32_t field",
                            arena_format(out->arena, "const struct %s *value", structure->name)},
           3, ")\n{\n");
    text_printf(out, "    struct wire_mark mark%s;\n%s\n", packs ? ", array" : "",
                loops ? "    uint32_t i;\n" : "");
    if (structure->has_pointers)
        text_printf(out, "    (void)wire_open(writer, field, bound_%s(value), &mark);\n", structure->name);
    else
        text_printf(out, "    (void)wire_open(writer, field, %u, &mark);\n", (unsigned)structure->bound);
    for (i = 0; i < structure->field_count; i++)
        write_field(out, &structure->fields[i]);
    text_puts(out, "    wire_close(writer, &mark);\n}\n\n");
}

/* ---- reading ---- */

static void read_packed_case(struct text *out, const struct ir_field *field)
{
    const char *item = arena_format(out->arena, "value->%s[%s_count++]", field->name, field->name);
    const struct wire_scalar *scalar = wire_scalar_of(field->value);

    text_printf(out, "        case WIRE_TAG(%u, WIRE_BYTES):\n", field->number);
    if (scalar) {
        text_puts(out, "            packed = wire_get_message(&message);\n");
        text_printf(out, "            while (packed.at < packed.end && %s_count < %u)\n", field->name,
                    field->count);
        marshal_get_value(out, "                ", "&packed", field->value, item);
        text_puts(out, "            if (packed.failed || packed.at < packed.end)\n"
                       "                message.failed = true;\n            break;\n");
        text_printf(out, "        case WIRE_TAG(%u, %s):\n", field->number, scalar->type);
    }
    text_printf(out, "            if (%s_count < %u)\n", field->name, field->count);
    marshal_get_value(out, "                ", "&message", field->value, item);
    text_puts(out, "            else\n                message.failed = true;\n            break;\n");
}

static void read_field(struct text *out, const struct ir_field *field)
{
    const struct wire_scalar *scalar = wire_scalar_of(field->value);
    const char *variable = arena_format(out->arena, "value->%s", field->name);

    if (field->shape == WIRE_ARRAY) {
        read_packed_case(out, field);
        return;
    }
    text_printf(out, "        case WIRE_TAG(%u, %s):\n", field->number,
                field->shape == WIRE_SCALAR ? scalar->type : "WIRE_BYTES");
    if (field->shape == WIRE_STRING && field->count)
        text_printf(out, "            wire_get_text_into(&message, %s, %u);\n", variable, field->count);
    else if (field->shape == WIRE_STRING)
        text_printf(out, "            %s = read_text(call, &message, %u);\n", variable,
                    field->max_len ? field->max_len : WIRE_MESSAGE_BYTES_MAX);
    else if (field->shape == WIRE_BLOB)
        text_printf(out, "            wire_get_bytes_into(&message, %s, %u);\n", variable, field->count);
    else
        marshal_get_value(out, "            ", "&message", field->value, variable);
    text_puts(out, "            break;\n");
}

static void emit_read(struct text *out, const struct ir_struct *structure)
{
    struct pieces conditions = {.arena = out->arena};
    bool packs = false;
    uint32_t i;

    text_printf(out, "static void read_%s(%sstruct wire_reader *reader, struct %s *value)\n{\n",
                structure->name, structure->has_pointers ? "struct rpc_incoming *call, " : "",
                structure->name);
    text_puts(out, "    struct wire_reader message = wire_get_message(reader);\n");
    pieces_add(&conditions, "message.failed");
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        packs |= field->shape == WIRE_ARRAY && wire_scalar_of(field->value);
        if (field->shape == WIRE_ARRAY) {
            text_printf(out, "    uint32_t %s_count = 0;\n", field->name);
            pieces_add(&conditions,
                       wire_refuses_zero(field->value) ? "%s_count != %u" : "%s_count %% %u != 0",
                       field->name, field->count);
        }
        if (field->shape == WIRE_SCALAR)
            pieces_add_range(&conditions, arena_format(out->arena, "value->%s", field->name), field->value,
                             field->has_range, field->range_min, field->range_max);
        if (field->shape == WIRE_SCALAR && wire_refuses_zero(field->value))
            pieces_add(&conditions, "value->%s == 0", field->name);
    }
    text_printf(out, "%s    uint32_t tag;\n\n", packs ? "    struct wire_reader packed;\n" : "");
    text_puts(out, "    memset(value, 0, sizeof(*value));\n");
    text_puts(out, "    while (wire_next(&message, &tag)) {\n        switch (tag) {\n");
    for (i = 0; i < structure->field_count; i++)
        read_field(out, &structure->fields[i]);
    text_puts(out, "        default:\n            wire_skip(&message, tag);\n        }\n    }\n");
    pieces_print_if(&conditions, out, "reader->failed = true");
    text_puts(out, "}\n\n");
}

static void emit_read_text(struct text *out)
{
    text_puts(
        out,
        "/* A copy: texts inside of messages cannot end with a NUL where they lie. */\n"
        "static const char *read_text(struct rpc_incoming *call, struct wire_reader *reader, size_t max)\n"
        "{\n"
        "    struct wire_bytes text = wire_get_bytes(reader);\n"
        "    char *copy = NULL;\n"
        "\n"
        "    if (!reader->failed && text.size <= max && wire_is_text(text))\n"
        "        copy = (char *)rpc_incoming_scratch(call, (size_t)text.size + 1);\n"
        "    if (copy)\n"
        "        wire_copy_text(copy, text);\n"
        "    else\n"
        "        reader->failed = true;\n"
        "    return copy;\n"
        "}\n\n");
}

static void emit_read_enum(struct text *out, const struct ir_enum *enumeration)
{
    uint32_t i, j;

    text_printf(out,
                "/* Closed: other values are malformed. */\n"
                "static enum %s read_%s(struct wire_reader *reader)\n{\n"
                "    int32_t value = wire_get_enum(reader);\n\n    switch (value) {\n",
                enumeration->name, enumeration->name);
    for (i = 0; i < enumeration->enumerator_count; i++) {
        for (j = 0; enumeration->enumerators[j].value != enumeration->enumerators[i].value; j++)
            ;
        if (j == i) /* a second name for a value is no second case */
            text_printf(out, "    case %s:\n", enumeration->enumerators[i].name);
    }
    text_printf(out,
                "        break;\n    default:\n        reader->failed = true;\n    }\n"
                "    return (enum %s)value;\n}\n\n",
                enumeration->name);
}

void marshal_structs(struct text *out, const struct ir_file *file, bool is_stub)
{
    struct used used = {.arena = out->arena};
    bool texts = false;
    uint32_t i, m;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_interface *interface = file->items[i].interface;

        if (file->items[i].kind != ITEM_INTERFACE || interface->is_local)
            continue;
        for (m = 0; m < interface->method_count; m++)
            if (!interface->methods[m].is_local)
                use_method(&used, &interface->methods[m], is_stub);
    }
    for (i = 0; i < used.enum_count; i++)
        emit_read_enum(out, used.enums[i]);
    for (i = 0; i < used.struct_count; i++)
        texts |= used.structs[i].structure->has_pointers && (used.structs[i].directions & MARSHAL_READS);
    if (texts)
        emit_read_text(out);
    for (i = 0; i < used.struct_count; i++) {
        if (used.structs[i].directions & MARSHAL_WRITES)
            emit_write(out, used.structs[i].structure);
        if (used.structs[i].directions & MARSHAL_READS)
            emit_read(out, used.structs[i].structure);
    }
}
