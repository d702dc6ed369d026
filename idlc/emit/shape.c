/* Tables of unions and of structs with pointers: rpc/include/rpc_shape.h says what they mean. */
#include "shape.h"

#include "owned.h"

#include <string.h>

static const char *const NUMBER_KINDS[BASE_COUNT] = {
    [BASE_CHAR] = "CHAR",     [BASE_INT8] = "INT8",       [BASE_UINT8] = "UINT8",
    [BASE_WCHAR] = "UINT16",  [BASE_INT16] = "INT16",     [BASE_UINT16] = "UINT16",
    [BASE_INT32] = "INT32",   [BASE_UINT32] = "UINT32",   [BASE_INT64] = "INT64",
    [BASE_UINT64] = "UINT64", [BASE_SIZE] = "SIZE",       [BASE_OFFSET] = "OFFSET",
    [BASE_FLOAT] = "FLOAT",   [BASE_DOUBLE] = "DOUBLE",   [BASE_BOOLEAN] = "BOOLEAN",
    [BASE_BOOL] = "BOOL",     [BASE_HRESULT] = "HRESULT", [BASE_GUID] = "GUID",
};

/* What was written already. */
struct shapes {
    struct text *out;
    const struct ir_struct **structs;
    uint32_t struct_count;
    uint32_t struct_capacity;
    struct pieces enums;
};

bool shape_has(const struct ir_method *method, bool is_out)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (shape_is_deep(&method->params[i]) &&
            (is_out ? method->params[i].is_out : method->params[i].is_in))
            return true;
    return false;
}

static bool is_used_by(const struct ir_interface *interface)
{
    uint32_t i;

    for (i = 0; i < interface->method_count; i++)
        if (!interface->methods[i].is_local &&
            (shape_has(&interface->methods[i], false) || shape_has(&interface->methods[i], true)))
            return true;
    return false;
}

bool shape_is_used(const struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local &&
            is_used_by(file->items[i].interface))
            return true;
    return false;
}

/* ---- structs ---- */

/* Of its table: those without a tag are known by what they stand in. */
static const char *symbol_of(struct arena *arena, const struct ir_struct *structure)
{
    return structure->name ? structure->name
                           : arena_format(arena, "%s_%s", symbol_of(arena, structure->outer),
                                          wire_message_name(arena, structure));
}

/* How C reaches the fields: those of a struct without a tag through what it stands in. */
struct place {
    const char *type; /* "struct X" */
    const char *path; /* "u.s", "u.list[0]"; "" */
};

static const char *member_of(struct arena *arena, const struct place *place, const char *field)
{
    return *place->path ? arena_format(arena, "%s.%s", place->path, field) : field;
}

static const char *offset_of(struct arena *arena, const struct place *place, const char *field)
{
    if (!*place->path)
        return arena_format(arena, "offsetof(%s, %s)", place->type, field);
    return arena_format(arena, "offsetof(%s, %s.%s) - offsetof(%s, %s)", place->type, place->path, field,
                        place->type, place->path);
}

/* How many bytes a value has. */
static const char *bytes_of(struct arena *arena, const struct ir_type *type, const struct place *place,
                            const char *member)
{
    if (type->kind == IR_STRUCT && !type->structure->name)
        return arena_format(arena, "sizeof(((%s *)0)->%s)", place->type, member);
    return arena_format(arena, "sizeof(%s)", marshal_variable(arena, type, ""));
}

static const char *kind_of(enum wire_shape shape, const struct ir_type *value)
{
    if (shape == WIRE_BLOB)
        return "BYTES";
    if (shape == WIRE_STRING || value->kind == IR_POINTER)
        return "TEXT";
    if (value->kind == IR_ENUM)
        return value->enumeration->is_closed ? "CLOSED" : "ENUM";
    if (value->kind == IR_STRUCT)
        return "RECORD";
    if (value->is_fixed) /* what is written alike */
        return base_types[value->base].bits == 64 ? "DOUBLE"
               : value->base == BASE_INT32        ? "HRESULT"
                                                  : "FLOAT";
    return shape == WIRE_INTERFACE || value->kind == IR_INTERFACE ? "INTERFACE" : NUMBER_KINDS[value->base];
}

static void emit_enum(struct shapes *shapes, const struct ir_enum *enumeration)
{
    uint32_t known = shapes->enums.count, i;
    struct text *out = shapes->out;

    pieces_add(&shapes->enums, "%s", enumeration->name);
    if (shapes->enums.count == known)
        return;
    text_printf(out, "_Static_assert(sizeof(enum %s) == 4, \"enums have 32 bits\");\n\n", enumeration->name);
    if (!enumeration->is_closed)
        return;
    text_printf(out, "static const int32_t shape_values_%s[] = {\n    %u, /* so many follow */\n",
                enumeration->name, enumeration->enumerator_count);
    for (i = 0; i < enumeration->enumerator_count; i++)
        text_printf(out, "    %s,\n", enumeration->enumerators[i].name);
    text_puts(out, "};\n\n");
}

/* ".range = &..." or what else tells the values; NULL: nothing. What it refers to is written before. */
static const char *details_of(struct shapes *shapes, const char *symbol, const struct ir_type *value,
                              const struct ir_field *field)
{
    struct arena *arena = shapes->out->arena;
    const char *name;

    if (value->kind == IR_STRUCT)
        return arena_format(arena, ".record = &shape_%s", symbol_of(arena, value->structure));
    if (value->kind == IR_INTERFACE && field && field->iid.kind != IR_SIZE_NONE)
        return NULL;
    if (value->kind == IR_INTERFACE)
        return arena_format(arena, ".iid = &IID_%s", value->interface->name);
    if (value->kind == IR_ENUM) {
        emit_enum(shapes, value->enumeration);
        return value->enumeration->is_closed
                   ? arena_format(arena, ".values = shape_values_%s", value->enumeration->name)
                   : NULL;
    }
    if (!field || field->shape != WIRE_SCALAR ||
        !wire_has_range(value, field->has_range, field->range_min, field->range_max))
        return NULL;
    name = arena_format(arena, "shape_range_%s_%s", symbol, field->name);
    text_printf(shapes->out, "static const struct wire_range %s = {", name);
    text_printf(shapes->out, field->range_min == INT64_MIN ? "INT64_MIN, " : "INT64_C(%lld), ",
                (long long)field->range_min);
    text_printf(shapes->out, "UINT64_C(%llu)};\n\n", (unsigned long long)field->range_max);
    return arena_format(arena, ".range = &%s", name);
}

static bool is_pointed_text(const struct ir_field *field)
{
    return field->shape == WIRE_STRING ? !field->count : field->value->kind == IR_POINTER;
}

static bool is_sized(const struct ir_field *field)
{
    return (field->shape == WIRE_ARRAY || field->shape == WIRE_BLOB) && !field->count;
}

static const char *form_of(const struct ir_field *field)
{
    if (field->shape != WIRE_ARRAY && field->shape != WIRE_BLOB)
        return "ONE";
    return is_sized(field) ? "SIZED" : "FIXED";
}

/* Whether a pointer may be NULL: those to arrays if it says so, others unless it says [ref]. */
static bool is_optional(const struct ir_field *field)
{
    if (is_sized(field))
        return field->is_unique;
    return field->shape != WIRE_INTERFACE && (field->is_indirect || is_pointed_text(field)) &&
           field->shape != WIRE_ARRAY;
}

/* The type of the characters of a text, or of several; NULL: it is none. */
static bool is_wide(enum wire_shape shape, const struct ir_type *value)
{
    return value->kind == IR_POINTER ? wire_is_wide(value->target)
                                     : shape == WIRE_STRING && wire_is_wide(value);
}

static bool is_bstr(const struct ir_field *field)
{
    return field->type->is_bstr || field->value->is_bstr;
}

/* "        .flags = A | B,"; nothing if there are none. */
static void print_flags(struct text *out, const char *indent, bool is_pointed, bool is_optional, bool is_wide,
                        bool is_bstr)
{
    const char *between = "";

    if (!is_pointed && !is_optional && !is_wide)
        return;
    text_printf(out, "%s.flags = ", indent);
    if (is_pointed) {
        text_puts(out, "RPC_SHAPE_POINTED");
        between = " | ";
    }
    if (is_optional) {
        text_printf(out, "%sRPC_SHAPE_OPTIONAL", between);
        between = " | ";
    }
    if (is_wide)
        text_printf(out, is_bstr ? "%sRPC_SHAPE_WIDE | RPC_SHAPE_BSTR" : "%sRPC_SHAPE_WIDE", between);
    text_puts(out, ",\n");
}

static uint32_t text_limit(bool is_wide, uint32_t max_len)
{
    return max_len ? max_len : WIRE_MESSAGE_BYTES_MAX / (is_wide ? WIRE_WIDE_BYTES : 1u);
}

static void print_partner(struct text *members, const char *what, const struct ir_size *size)
{
    if (size->kind == IR_SIZE_PARAM)
        text_printf(members, "        .%s = %u,\n", what, size->param + 1);
}

/* The field, or the first element of its array. */
static const char *element_of(struct arena *arena, const struct place *place, const struct ir_field *field)
{
    const char *member = member_of(arena, place, field->name);
    const struct ir_type *type = field->type;

    if (field->shape != WIRE_ARRAY)
        return member;
    do {
        member = arena_format(arena, "%s[0]", member);
        type = type->target;
    } while (type->kind == IR_ARRAY);
    return member;
}

static const char *field_bytes(struct arena *arena, const struct ir_field *field, const struct place *place)
{
    if (field->shape == WIRE_STRING && field->count)
        return arena_format(arena, "%u", field->count);
    if (is_pointed_text(field))
        return arena_format(arena, "%u",
                            text_limit(is_wide(field->shape, field->value),
                                       field->shape == WIRE_STRING ? field->max_len : 0));
    if (field->shape == WIRE_BLOB)
        return "1";
    if (field->shape == WIRE_INTERFACE || field->value->kind == IR_INTERFACE)
        return "sizeof(void *)";
    return bytes_of(arena, field->value, place, element_of(arena, place, field));
}

static void print_field(struct shapes *shapes, struct text *members, const struct ir_struct *structure,
                        const struct ir_field *field, const struct place *place)
{
    struct arena *arena = shapes->out->arena;
    const char *details = details_of(shapes, symbol_of(arena, structure), field->value, field);

    text_printf(members, "    {\n        .kind = WIRE_KIND_%s,\n        .form = RPC_SHAPE_%s,\n",
                kind_of(field->shape, field->value), form_of(field));
    print_flags(members, "        ", field->is_indirect || is_pointed_text(field), is_optional(field),
                is_wide(field->shape, field->value), is_bstr(field));
    text_printf(members, "        .number = %u,\n", field->number);
    print_partner(members, "size", &field->size);
    print_partner(members, "length", &field->length);
    print_partner(members, "about", field->iid.kind == IR_SIZE_NONE ? &field->choice : &field->iid);
    text_printf(members, "        .offset = %s,\n        .bytes = %s,\n",
                offset_of(arena, place, field->name), field_bytes(arena, field, place));
    if (is_sized(field))
        text_printf(members, "        .limit = %u,\n", field->limit);
    if ((field->shape == WIRE_ARRAY || field->shape == WIRE_BLOB) &&
        (field->size.kind == IR_SIZE_CONSTANT || !is_sized(field)))
        text_printf(members, "        .count = %u,\n", is_sized(field) ? field->size.constant : field->count);
    if (details)
        text_printf(members, "        %s,\n", details);
    text_puts(members, "    },\n");
}

/* ---- unions ---- */

static void emit_cases(struct text *out, const char *symbol, const struct ir_struct *structure)
{
    uint32_t i;

    if (!structure->case_count)
        return;
    text_printf(out, "static const struct rpc_shape_case shape_%s_cases[] = {\n", symbol);
    for (i = 0; i < structure->case_count; i++) {
        const struct ir_case *one = &structure->cases[i];

        text_printf(out,
                    one->value == INT64_MIN ? "    {\n        .value = INT64_MIN,\n"
                                            : "    {\n        .value = INT64_C(%lld),\n",
                    (long long)one->value);
        text_printf(
            out, one->is_empty ? "        .arm = RPC_SHAPE_EMPTY,\n    },\n" : "        .arm = %u,\n    },\n",
            one->arm);
    }
    text_puts(out, "};\n\n");
}

static const char *others_of(struct arena *arena, const struct ir_struct *structure)
{
    if (!structure->has_default)
        return "RPC_SHAPE_REFUSED";
    return structure->other.is_empty ? "RPC_SHAPE_EMPTY" : arena_format(arena, "%u", structure->other.arm);
}

/* ---- all of them ---- */

static bool was_written(struct shapes *shapes, const struct ir_struct *structure)
{
    struct arena *arena = shapes->out->arena;
    uint32_t i;

    for (i = 0; i < shapes->struct_count; i++)
        if (shapes->structs[i] == structure)
            return true;
    if (shapes->struct_count == shapes->struct_capacity) {
        uint32_t capacity = shapes->struct_capacity ? shapes->struct_capacity * 2 : 16;
        const struct ir_struct **grown = arena_alloc(arena, capacity * sizeof(*grown));

        if (shapes->struct_count)
            memcpy(grown, shapes->structs, shapes->struct_count * sizeof(*grown));
        shapes->structs = grown;
        shapes->struct_capacity = capacity;
    }
    shapes->structs[shapes->struct_count++] = structure;
    return false;
}

/* Inner ones first; what points to itself is declared before. */
static void emit_struct(struct shapes *shapes, const struct ir_struct *structure, struct place place)
{
    struct arena *arena = shapes->out->arena;
    const char *symbol = symbol_of(arena, structure);
    struct text *out = shapes->out, members;
    uint32_t i;

    if (was_written(shapes, structure))
        return;
    if (structure->name)
        place = (struct place){
            arena_format(arena, "%s %s", structure->is_union ? "union" : "struct", structure->name), ""};
    if (structure->is_recursive)
        text_printf(out, "static const struct rpc_shape shape_%s;\n\n", symbol);
    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];

        if (field->value->kind == IR_STRUCT)
            emit_struct(shapes, field->value->structure,
                        (struct place){place.type, element_of(arena, &place, field)});
    }
    text_init(&members, arena);
    for (i = 0; i < structure->field_count; i++)
        print_field(shapes, &members, structure, &structure->fields[i], &place);
    text_printf(out, "static const struct rpc_shape_field shape_%s_fields[] = {\n%s};\n\n", symbol,
                members.bytes);
    if (structure->is_union)
        emit_cases(out, symbol, structure);
    text_printf(out, "static const struct rpc_shape shape_%s = {\n    .fields = shape_%s_fields,\n", symbol,
                symbol);
    if (structure->case_count)
        text_printf(out, "    .cases = shape_%s_cases,\n    .case_count = %u,\n", symbol,
                    structure->case_count);
    if (structure->is_union)
        text_printf(out, "    .others = %s,\n    .is_union = true,\n", others_of(arena, structure));
    if (structure->is_closed)
        text_puts(out, "    .is_closed = true,\n");
    text_printf(out, "    .field_count = %u,\n};\n\n", structure->field_count);
}

/* ---- parameters ---- */

static const char *param_symbol(struct arena *arena, const struct ir_interface *interface,
                                const struct ir_method *method, const struct ir_param *param)
{
    return arena_format(arena, "%s_%s_%s_shape", interface->name, method->name, param->name);
}

/* A text, or an array of them. */
static bool is_text_param(const struct ir_param *param)
{
    return param->travels == WIRE_STRING || param->value->kind == IR_POINTER;
}

static void emit_param(struct shapes *shapes, const struct ir_interface *interface,
                       const struct ir_method *method, const struct ir_param *param)
{
    struct arena *arena = shapes->out->arena;
    bool is_array = shape_is_array(param), is_text = is_text_param(param);
    const struct ir_type *element =
        is_array && param->is_allocated ? param->type->target->target : param->type->target;
    bool is_pointed = is_text ||
                      (is_array && element->kind == IR_POINTER && param->value->kind == IR_STRUCT) ||
                      (shape_is_pointer(param) && param->value->kind != IR_INTERFACE);
    bool is_optional =
        shape_is_pointer(param) ? is_pointed : !is_pointed && param->is_unique && param->is_indirect;
    struct text *out = shapes->out;
    const char *details;

    if (param->value->kind == IR_STRUCT)
        emit_struct(shapes, param->value->structure, (struct place){"", ""});
    details = details_of(shapes, "", param->value, NULL);
    text_printf(out, "static const struct rpc_shape_field %s = {\n",
                param_symbol(arena, interface, method, param));
    text_printf(out, "    .kind = WIRE_KIND_%s,\n    .form = RPC_SHAPE_%s,\n",
                kind_of(param->travels, param->value), is_array ? "SIZED" : "ONE");
    print_flags(out, "    ", is_pointed, is_optional, is_wide(param->travels, param->value),
                param->value->is_bstr);
    text_printf(out, "    .number = %u,\n", param->number);
    if (is_text)
        text_printf(out, "    .bytes = %u,\n",
                    text_limit(is_wide(param->travels, param->value), is_array ? 0 : param->max_len));
    else
        text_printf(out, "    .bytes = sizeof(%s),\n",
                    param->value->kind == IR_INTERFACE ? "void *"
                                                       : marshal_variable(arena, param->value, ""));
    if (is_array)
        text_printf(out, "    .limit = %u,\n", param->limit);
    if (details)
        text_printf(out, "    %s,\n", details);
    text_puts(out, "};\n\n");
}

static void emit_interface(struct shapes *shapes, const struct ir_interface *interface)
{
    uint32_t i, p;

    for (i = 3; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];

        for (p = 0; !method->is_local && p < method->param_count; p++)
            if (shape_is_deep(&method->params[p]))
                emit_param(shapes, interface, method, &method->params[p]);
    }
}

/* What the header declares: proxies and stubs have it, an image keeps one of them. */
static void emit_owned(struct shapes *shapes, const struct ir_file *file)
{
    struct owned owned = owned_structs(shapes->out->arena, file);
    uint32_t i, k;

    for (i = 0; i < owned.count; i++) {
        const char *name = owned.structs[i]->name;

        for (k = 0; k < shapes->struct_count && shapes->structs[k] != owned.structs[i]; k++)
            ;
        if (k == shapes->struct_count)
            continue;
        text_printf(shapes->out, "COM_WEAK void com_free_%s(struct %s *value)\n{\n", name, name);
        text_printf(shapes->out,
                    "    static const struct rpc_shape_field one = {.kind = WIRE_KIND_RECORD, .record = "
                    "&shape_%s};\n\n",
                    name);
        text_puts(shapes->out, "    rpc_shape_free(&one, value, 1, 0);\n}\n\n");
    }
}

void shape_emit_file(struct text *out, const struct ir_file *file)
{
    struct shapes shapes = {.out = out, .enums = {.arena = out->arena}};
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            emit_interface(&shapes, file->items[i].interface);
    emit_owned(&shapes, file);
}

/* ---- in functions ---- */

const char *shape_of(const struct marshal *m, const struct ir_param *param)
{
    return arena_format(m->arena, "&%s", param_symbol(m->arena, m->interface, m->method, param));
}

const char *shape_about(const struct marshal *m, const struct ir_param *param, const char *value)
{
    return param->choice.kind == IR_SIZE_NONE ? "0" : arena_format(m->arena, "(int64_t)%s", value);
}

void shape_declare_owner(const struct marshal *m, const struct ir_param *param, bool is_block)
{
    text_printf(m->out, "    RPC_SHAPE_OWNER %s = {.field = %s%s};\n", marshal_local(m, param, "owner"),
                shape_of(m, param), is_block ? ", .is_block = true" : "");
}

void shape_own(const struct marshal *m, const struct ir_param *param, const char *value, const char *count,
               const char *about)
{
    const char *owner = marshal_local(m, param, "owner");

    text_printf(m->out, "    %s.value = %s;\n    %s.count = %s;\n", owner, value, owner, count);
    if (strcmp(about, "0") != 0)
        text_printf(m->out, "    %s.about = %s;\n", owner, about);
}
