/* Tables of structs, enums and ranges. */
#include "table_record.h"

#include "table.h"
#include "used.h"

#include <string.h>

/* The walker's limits: rpc/include/wire_table.h. */
#define RECORD_MEMBERS_MAX 64
#define RECORD_ARRAYS_MAX 16

static const char *const NUMBER_KINDS[BASE_COUNT] = {
    [BASE_CHAR] = "CHAR",     [BASE_INT8] = "INT8",       [BASE_UINT8] = "UINT8",
    [BASE_INT16] = "INT16",   [BASE_UINT16] = "UINT16",   [BASE_WCHAR] = "UINT16",
    [BASE_INT32] = "INT32",   [BASE_UINT32] = "UINT32",   [BASE_INT64] = "INT64",
    [BASE_UINT64] = "UINT64", [BASE_SIZE] = "SIZE",       [BASE_OFFSET] = "OFFSET",
    [BASE_FLOAT] = "FLOAT",   [BASE_DOUBLE] = "DOUBLE",   [BASE_BOOLEAN] = "BOOLEAN",
    [BASE_BOOL] = "BOOL",     [BASE_HRESULT] = "HRESULT", [BASE_GUID] = "GUID",
};

/* ---- what can be described ---- */

bool table_describes_struct(const struct ir_struct *structure)
{
    uint32_t i, arrays = 0;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        if (field->number > UINT16_MAX ||
            (field->value->kind == IR_STRUCT && !table_describes_struct(field->value->structure)))
            return false;
        if (field->value->is_fixed ||
            (field->shape == WIRE_ARRAY && wire_value_size(field->value) > UINT16_MAX))
            return false;
        if (field->shape == WIRE_STRING && wire_is_wide(field->value))
            return false;
        arrays += field->shape == WIRE_ARRAY;
    }
    return structure->field_count <= RECORD_MEMBERS_MAX && arrays <= RECORD_ARRAYS_MAX &&
           structure->size <= UINT16_MAX;
}

/* ---- values ---- */

/* Of a number, GUID or struct. */
static const char *value_kind(const struct ir_type *type)
{
    if (type->kind == IR_ENUM)
        return type->enumeration->is_closed ? "CLOSED" : "ENUM";
    return type->kind == IR_STRUCT ? "RECORD" : NUMBER_KINDS[type->base];
}

/* A name that says the bound, so that one of them serves all: 5 is "5", -5 is "m5". */
static const char *range_name(struct arena *arena, const struct ir_type *type, int64_t min, uint64_t max)
{
    bool below = base_types[type->base].is_signed && (int64_t)max < 0;

    return arena_format(arena, "range_%s%llu_%s%llu", min < 0 ? "m" : "",
                        (unsigned long long)(min < 0 ? 0 - (uint64_t)min : (uint64_t)min), below ? "m" : "",
                        (unsigned long long)(below ? 0 - max : max));
}

static const char *range_of(struct tables *tables, const struct ir_type *type, bool has_range, int64_t min,
                            uint64_t max)
{
    struct text *out = tables->out;
    uint32_t known = tables->ranges.count;
    const char *name;

    if (!wire_has_range(type, has_range, min, max))
        return NULL;
    name = range_name(out->arena, type, min, max);
    pieces_add(&tables->ranges, "%s", name);
    if (tables->ranges.count > known) {
        text_printf(out, "static const struct wire_range %s = {", name);
        text_printf(out, min == INT64_MIN ? "INT64_MIN, " : "INT64_C(%lld), ", (long long)min);
        text_printf(out, "UINT64_C(%llu)};\n\n", (unsigned long long)max);
    }
    return arena_format(out->arena, ".range = &%s", name);
}

/* What tells the values of a number or struct. */
static const char *value_details(struct arena *arena, const struct ir_type *type)
{
    if (type->kind == IR_STRUCT)
        return arena_format(arena, ".record = &record_%s", type->structure->name);
    if (type->kind == IR_ENUM && type->enumeration->is_closed)
        return arena_format(arena, ".values = values_%s", type->enumeration->name);
    return NULL;
}

/* ---- arrays ---- */

static void emit_array(struct text *out, const char *name, const struct ir_type *type, uint32_t limit,
                       uint32_t size, uint32_t length)
{
    const char *details = type ? value_details(out->arena, type) : NULL;

    text_printf(out, "static const struct wire_array %s = {\n    .limit = %u,\n", name, limit);
    if (size)
        text_printf(out, "    .size = %u,\n", size);
    if (length)
        text_printf(out, "    .length = %u,\n", length);
    if (type)
        text_printf(out, "    .bytes = sizeof(%s),\n    .kind = WIRE_KIND_%s,\n",
                    marshal_variable(out->arena, type, ""), value_kind(type));
    if (details)
        text_printf(out, "    %s,\n", details);
    text_puts(out, "};\n\n");
}

/* ---- parameters ---- */

const char *table_param_kind(const struct ir_param *param)
{
    switch (param->shape) {
    case WIRE_STRING:
        return "TEXT";
    case WIRE_BLOB:
        return "BYTES";
    case WIRE_ARRAY:
        return "ARRAY";
    case WIRE_INTERFACE:
        return "INTERFACE";
    default:
        return value_kind(param->value);
    }
}

static uint32_t constant_of(const struct ir_size *size)
{
    return size->kind == IR_SIZE_CONSTANT ? size->constant : 0;
}

bool table_is_fixed(const struct ir_param *param)
{
    return (param->shape == WIRE_STRING || param->shape == WIRE_BLOB) &&
           (constant_of(&param->size) || constant_of(wire_length_of(param)));
}

const char *table_param_details(struct tables *tables, const struct ir_interface *interface,
                                const struct ir_method *method, const struct ir_param *param)
{
    /* A text's limit is its max_len, which an array of characters may be longer than. */
    uint32_t limit = param->shape == WIRE_STRING && param->max_len ? param->max_len : param->limit;
    struct text *out = tables->out;
    const char *name;

    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
    case WIRE_ARRAY:
        if (param->shape != WIRE_ARRAY && !table_is_fixed(param))
            return arena_format(out->arena, ".limit = %u", limit);
        name = arena_format(out->arena, "%s_%s_%s", interface->name, method->name, param->name);
        emit_array(out, name, param->shape == WIRE_ARRAY ? param->value : NULL, limit,
                   constant_of(&param->size), constant_of(wire_length_of(param)));
        return arena_format(out->arena, ".array = &%s", name);
    case WIRE_INTERFACE:
        return arena_format(out->arena, ".iid = &IID_%s", param->value->interface->name);
    case WIRE_SCALAR:
        name = range_of(tables, param->value, param->has_range, param->range_min, param->range_max);
        return name ? name : value_details(out->arena, param->value);
    default:
        return value_details(out->arena, param->value);
    }
}

/* ---- structs ---- */

static const char *field_kind(const struct ir_field *field)
{
    switch (field->shape) {
    case WIRE_STRING:
        return "TEXT";
    case WIRE_BLOB:
        return "BYTES";
    case WIRE_ARRAY:
        return "ARRAY";
    default:
        return value_kind(field->value);
    }
}

static const char *field_details(struct tables *tables, const struct ir_struct *structure,
                                 const struct ir_field *field)
{
    struct text *out = tables->out;
    const char *name;

    switch (field->shape) {
    case WIRE_STRING:
        if (field->count)
            return arena_format(out->arena, ".limit = %u", field->count);
        return arena_format(out->arena, ".limit = %u",
                            field->max_len ? field->max_len : WIRE_MESSAGE_BYTES_MAX);
    case WIRE_BLOB:
        return arena_format(out->arena, ".limit = %u", field->count);
    case WIRE_ARRAY:
        name = arena_format(out->arena, "array_%s_%s", structure->name, field->name);
        emit_array(out, name, field->value, field->count, field->count, 0);
        return arena_format(out->arena, ".array = &%s", name);
    default:
        name = range_of(tables, field->value, field->has_range, field->range_min, field->range_max);
        return name ? name : value_details(out->arena, field->value);
    }
}

/* Whether a struct must be looked at when it was read. */
static bool has_checks(const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        if (field->shape == WIRE_ARRAY ||
            (field->shape == WIRE_SCALAR &&
             ((field->value->kind == IR_ENUM && field->value->enumeration->is_closed) ||
              wire_has_range(field->value, field->has_range, field->range_min, field->range_max))))
            return true;
    }
    return false;
}

static void emit_fields(struct tables *tables, struct text *members, const struct ir_struct *structure)
{
    uint32_t i, arrays = 0;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];
        const char *details = field_details(tables, structure, field);

        text_printf(members, "    {\n        .kind = WIRE_KIND_%s,\n", field_kind(field));
        if (field->shape == WIRE_STRING && !field->count)
            text_puts(members, "        .flags = WIRE_POINTER,\n");
        text_printf(members, "        .number = %u,\n        .offset = offsetof(struct %s, %s),\n",
                    field->number, structure->name, field->name);
        if (field->shape == WIRE_ARRAY)
            text_printf(members, "        .size = %u,\n", arrays++);
        if (details)
            text_printf(members, "        %s,\n", details);
        text_puts(members, "    },\n");
    }
}

static void emit_record(struct tables *tables, const struct ir_struct *structure)
{
    struct text *out = tables->out, members;
    const char *name = structure->name;

    text_init(&members, out->arena);
    emit_fields(tables, &members, structure);
    text_printf(out, "static const struct wire_member record_%s_members[] = {\n%s};\n\n", name,
                members.bytes);
    text_printf(out, "static const struct wire_record record_%s = {\n    .members = record_%s_members,\n",
                name, name);
    text_printf(out, "    .size = sizeof(struct %s),\n    .bound = %u,\n    .room = %u,\n    .count = %u,\n",
                name, (unsigned)structure->bound, marshal_room(structure), structure->field_count);
    text_printf(out, "%s%s};\n\n", structure->has_pointers ? "    .has_texts = true,\n" : "",
                has_checks(structure) ? "    .has_checks = true,\n" : "");
}

static void emit_values(struct text *out, const struct ir_enum *enumeration)
{
    uint32_t i;

    text_printf(out, "static const int32_t values_%s[] = {\n    %u, /* so many follow */\n",
                enumeration->name, enumeration->enumerator_count);
    for (i = 0; i < enumeration->enumerator_count; i++)
        text_printf(out, "    %s,\n", enumeration->enumerators[i].name);
    text_puts(out, "};\n\n");
}

void table_emit_records(struct tables *tables, const struct ir_file *file)
{
    struct used used;
    uint32_t i;

    used_by_methods(&used, tables->out->arena, file, true, table_describes);
    for (i = 0; i < used.enum_count; i++) {
        const struct ir_enum *enumeration = used.enums[i].enumeration;

        text_printf(tables->out, "_Static_assert(sizeof(enum %s) == 4, \"enums have 32 bits\");\n\n",
                    enumeration->name);
        if (enumeration->is_closed)
            emit_values(tables->out, enumeration);
    }
    for (i = 0; i < used.struct_count; i++)
        emit_record(tables, used.structs[i].structure);
}
