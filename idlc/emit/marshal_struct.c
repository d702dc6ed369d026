/* Functions that store and read structs, those that a file's remote methods use. */
#include "marshal.h"

#include "used.h"

#include <string.h>

static bool has_texts(const struct ir_field *field)
{
    return field->value->kind == IR_STRUCT && field->value->structure->has_pointers;
}

/* Saturates: a struct may have many others. */
static uint64_t add_texts(const struct ir_struct *structure, uint64_t bytes)
{
    uint32_t i;

    for (i = 0; i < structure->field_count && bytes <= WIRE_MESSAGE_BYTES_MAX; i++) {
        const struct ir_field *field = &structure->fields[i];

        if (field->shape == WIRE_STRING && !field->count)
            bytes += field->max_len ? field->max_len : WIRE_MESSAGE_BYTES_MAX + 1u;
        else if (has_texts(field))
            bytes += (field->count ? field->count : 1) * add_texts(field->value->structure, 0);
    }
    return bytes;
}

uint32_t marshal_room(const struct ir_struct *structure)
{
    uint64_t bytes = add_texts(structure, structure->bound);

    return bytes <= WIRE_MESSAGE_BYTES_MAX ? (uint32_t)bytes : 0;
}

const char *marshal_store(struct arena *arena, const char *at, uint32_t number,
                          const struct ir_struct *structure, const char *value, const char *budget)
{
    const char *more = structure->is_checked ? arena_format(arena, ", %s", budget) : "";

    return arena_format(arena, "store_%s(%s, %u, %s%s)", structure->name, at, number,
                        marshal_address(arena, value), more);
}

/* ---- measuring and ending texts ---- */

/* One statement for each text, and each struct with texts; the formats take "field" or "field[i]". */
static void each_text(struct text *out, const struct ir_struct *structure, const char *text_format,
                      const char *struct_format)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];
        const char *item =
            arena_format(out->arena, "%s%s", field->name, field->shape == WIRE_ARRAY ? "[i]" : "");

        if (field->shape == WIRE_STRING && !field->count) {
            text_printf(out, "    ");
            text_printf(out, text_format, field->name);
        } else if (has_texts(field)) {
            if (field->shape == WIRE_ARRAY)
                text_printf(out, "    for (i = 0; i < %u; i++)\n    ", field->count);
            text_printf(out, "    ");
            text_printf(out, struct_format, field->value->structure->name, item);
        }
    }
}

static bool loops_over_texts(const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++)
        if (structure->fields[i].shape == WIRE_ARRAY && has_texts(&structure->fields[i]))
            return true;
    return false;
}

static void emit_measure(struct text *out, const struct ir_struct *structure)
{
    text_puts(out, "/* Its texts, in the order they are stored. */\n");
    c_declare_list(out, arena_format(out->arena, "static void measure_%s", structure->name),
                   (const char *[]){"struct wire_budget *budget",
                                    arena_format(out->arena, "const struct %s *value", structure->name)},
                   2, ")\n{\n");
    text_puts(out, loops_over_texts(structure) ? "    uint32_t i;\n\n" : "");
    each_text(out, structure, "wire_measure(budget, value->%s);\n", "measure_%s(budget, &value->%s);\n");
    text_puts(out, "}\n\n");
}

static void emit_end(struct text *out, const struct ir_struct *structure)
{
    text_printf(out,
                "/* Ends its texts where they lie, when the whole message was read. */\n"
                "static void end_%s(const struct %s *value)\n{\n%s",
                structure->name, structure->name, loops_over_texts(structure) ? "    uint32_t i;\n\n" : "");
    each_text(out, structure, "wire_end_text(value->%s);\n", "end_%s(&value->%s);\n");
    text_puts(out, "}\n\n");
}

/* ---- storing ---- */

static void store_value(struct text *out, const char *indent, const struct ir_field *field, const char *value)
{
    const struct wire_scalar *scalar = wire_scalar_of(field->value);

    if (scalar)
        text_printf(out, "%sat = wire_store_%s(at, %u, %s);\n", indent, scalar->put, field->number,
                    marshal_scalar(out->arena, field->value, value));
    else if (field->value->kind == IR_STRUCT)
        text_printf(out, "%sat = %s;\n", indent,
                    marshal_store(out->arena, "at", field->number, field->value->structure, value, "budget"));
    else
        text_printf(out, "%sat = wire_store_guid(at, %u, &%s);\n", indent, field->number, value);
}

static void store_array(struct text *out, const struct ir_field *field)
{
    const struct wire_scalar *scalar = wire_scalar_of(field->value);
    const char *item = arena_format(out->arena, "value->%s[i]", field->name);

    if (!scalar) {
        text_printf(out, "    for (i = 0; i < %u; i++)\n", field->count);
        store_value(out, "        ", field, item);
        return;
    }
    text_printf(out, "    at = wire_store_begin(at, %u, %u, &array);\n", field->number,
                field->count * scalar->bound);
    text_printf(out, "    for (i = 0; i < %u; i++)\n        at = wire_store_element_%s(at, %s);\n",
                field->count, scalar->put, marshal_scalar(out->arena, field->value, item));
    text_puts(out, "    at = wire_store_end(at, &array);\n");
}

static void store_field(struct text *out, const struct ir_field *field)
{
    struct pieces conditions = {.arena = out->arena};
    const char *value = arena_format(out->arena, "value->%s", field->name);

    switch (field->shape) {
    case WIRE_STRING:
        if (field->count)
            text_printf(out, "    at = wire_store_%s_in(at, %u, %s, %u, budget);\n",
                        wire_is_wide(field->value) ? "wide" : "text", field->number, value, field->count);
        else
            text_printf(out, "    at = wire_store_text(at, %u, %s, %u, budget);\n", field->number, value,
                        field->max_len ? field->max_len : WIRE_MESSAGE_BYTES_MAX);
        break;
    case WIRE_BLOB:
        text_printf(out, "    at = wire_store_bytes(at, %u, %s, %u);\n", field->number, value, field->count);
        break;
    case WIRE_ARRAY:
        store_array(out, field);
        break;
    default:
        store_value(out, "    ", field, value);
        pieces_add_range(&conditions, value, field->value, field->has_range, field->range_min,
                         field->range_max);
        break;
    }
    pieces_print_if(&conditions, out, "budget->failed = true");
}

static void emit_store(struct text *out, const struct ir_struct *structure)
{
    bool loops = false, packs = false;
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        loops |= structure->fields[i].shape == WIRE_ARRAY;
        packs |= structure->fields[i].shape == WIRE_ARRAY && wire_scalar_of(structure->fields[i].value);
    }
    if (structure->has_pointers)
        emit_measure(out, structure);
    c_declare_list(out, arena_format(out->arena, "static uint8_t *store_%s", structure->name),
                   (const char *[]){"uint8_t *at", "uint32_t field",
                                    arena_format(out->arena, "const struct %s *value", structure->name),
                                    "struct wire_budget *budget"},
                   structure->is_checked ? 4 : 3, ")\n{\n");
    text_printf(out, "    struct wire_mark mark%s;\n%s\n", packs ? ", array" : "",
                loops ? "    uint32_t i;\n" : "");
    if (!structure->has_pointers || marshal_room(structure))
        text_printf(out, "    at = wire_store_begin(at, field, %u, &mark);\n", marshal_room(structure));
    else
        text_puts(out, "    at = wire_store_begin(at, field, budget->room, &mark);\n");
    for (i = 0; i < structure->field_count; i++)
        store_field(out, &structure->fields[i]);
    text_puts(out, "    return wire_store_end(at, &mark);\n}\n\n");
}

/* ---- reading ---- */

static void read_field(struct text *out, const struct ir_field *field)
{
    const struct wire_scalar *scalar = wire_scalar_of(field->value);
    const char *variable = arena_format(out->arena, "value->%s", field->name);

    if (field->shape == WIRE_ARRAY) {
        marshal_array_cases(out, field->number, field->value, "message", "packed", variable,
                            arena_format(out->arena, "%s_count", field->name), field->count);
        return;
    }
    text_printf(out, "        case WIRE_TAG(%u, %s):\n", field->number,
                field->shape == WIRE_SCALAR ? scalar->type : "WIRE_BYTES");
    if (field->shape == WIRE_STRING && field->count)
        text_printf(out, "            wire_get_%s_into(&message, %s, %u);\n",
                    wire_is_wide(field->value) ? "wide" : "text", variable, field->count);
    else if (field->shape == WIRE_STRING)
        text_printf(out, "            %s = %swire_get_text(&message, %u);\n", variable,
                    field->type->target->is_const ? "" : "(char *)", /* it is the call's own */
                    field->max_len ? field->max_len : WIRE_MESSAGE_BYTES_MAX);
    else if (field->shape == WIRE_BLOB)
        text_printf(out, "            wire_get_bytes_into(&message, %s, %u);\n", variable, field->count);
    else
        marshal_get_value(out, "            ", "message", field->value, variable);
    text_puts(out, "            break;\n");
}

/* What must not be when all fields were read. */
static void add_conditions(struct pieces *conditions, const struct ir_field *field)
{
    const char *value = arena_format(conditions->arena, "value->%s", field->name);

    if (field->shape == WIRE_ARRAY)
        pieces_add(conditions, wire_refuses_zero(field->value) ? "%s_count != %u" : "%s_count %% %u != 0",
                   field->name, field->count);
    if (field->shape == WIRE_SCALAR)
        pieces_add_range(conditions, value, field->value, field->has_range, field->range_min,
                         field->range_max);
    if (field->shape == WIRE_SCALAR && wire_refuses_zero(field->value))
        pieces_add(conditions, "%s == 0", value);
}

static void emit_read(struct text *out, const struct ir_struct *structure)
{
    struct pieces conditions = {.arena = out->arena};
    bool packs = false;
    uint32_t i;

    c_declare_list(out, arena_format(out->arena, "static bool read_%s", structure->name),
                   (const char *[]){"struct wire_bytes bytes",
                                    arena_format(out->arena, "struct %s *value", structure->name)},
                   2, ")\n{\n");
    text_puts(out, "    struct wire_reader message = wire_reader_of(bytes);\n");
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        packs |= field->shape == WIRE_ARRAY && wire_scalar_of(field->value);
        if (field->shape == WIRE_ARRAY)
            text_printf(out, "    uint32_t %s_count = 0;\n", field->name);
        add_conditions(&conditions, field);
    }
    text_printf(out, "%s    uint32_t tag;\n\n", packs ? "    struct wire_reader packed;\n" : "");
    text_puts(out, "    memset(value, 0, sizeof(*value));\n");
    text_puts(out, "    while (wire_next(&message, &tag)) {\n        switch (tag) {\n");
    for (i = 0; i < structure->field_count; i++)
        read_field(out, &structure->fields[i]);
    text_puts(out, "        default:\n            wire_skip(&message, tag);\n        }\n    }\n");
    pieces_print_check(&conditions, out, "false");
    text_puts(out, "    return !message.failed;\n}\n\n");
    if (structure->has_pointers)
        emit_end(out, structure);
}

static void emit_read_enum(struct text *out, const struct ir_enum *enumeration)
{
    uint32_t i, j;

    text_puts(out, "/* Closed: other values are malformed. */\n");
    c_declare_list(
        out, arena_format(out->arena, "static bool read_%s", enumeration->name),
        (const char *[]){"int32_t value", arena_format(out->arena, "enum %s *out_value", enumeration->name)},
        2, ")\n{\n");
    text_printf(out, "    *out_value = (enum %s)value;\n    switch (value) {\n", enumeration->name);
    for (i = 0; i < enumeration->enumerator_count; i++) {
        for (j = 0; enumeration->enumerators[j].value != enumeration->enumerators[i].value; j++)
            ;
        if (j == i) /* a second name for a value is no second case */
            text_printf(out, "    case %s:\n", enumeration->enumerators[i].name);
    }
    text_puts(out, "        return true;\n    default:\n        return false;\n    }\n}\n\n");
}

void marshal_structs(struct text *out, const struct ir_file *file, bool is_stub,
                     bool (*is_wanted)(const struct ir_method *method))
{
    struct used used;
    uint32_t i;

    used_by_methods(&used, out->arena, file, is_stub, is_wanted);
    for (i = 0; i < used.enum_count; i++)
        if (used.enums[i].enumeration->is_closed && (used.enums[i].directions & USED_READS))
            emit_read_enum(out, used.enums[i].enumeration);
    for (i = 0; i < used.struct_count; i++) {
        if (used.structs[i].directions & USED_WRITES)
            emit_store(out, used.structs[i].structure);
        if (used.structs[i].directions & USED_READS)
            emit_read(out, used.structs[i].structure);
    }
}
