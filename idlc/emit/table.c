/* Tables of methods, and the functions that hand arguments to the walker and take them from it. */
#include "table.h"

#include "proxy.h"
#include "stub.h"
#include "table_record.h"

#include <string.h>

/* Offsets have 16 bits; what a stub keeps behind pointers is part of its frame, without large structs. */
#define FRAME_BYTES_MAX 16384

/* The walker's limit: WIRE_METHOD_MEMBERS_MAX. */
#define PARAMS_MAX 24

/* ---- which methods ---- */

static bool describes_param(const struct ir_param *param)
{
    if (param->value->is_fixed)
        return false; /* rare, too */
    if (param->shape == WIRE_DEEP)
        return false; /* it has tables of its own, rpc_shape.h */
    if (param->value->kind == IR_STRUCT && !table_describes_struct(param->value->structure))
        return false;
    if (marshal_is_optional_array(param))
        return false; /* and this */
    if (param->size.kind == IR_SIZE_COMPUTED || param->length.kind == IR_SIZE_COMPUTED)
        return false; /* the walker does not compute */
    if (param->iid.kind != IR_SIZE_NONE || marshal_is_wide_text(param) || param->is_allocated)
        return false; /* rare, so not worth the walker's room in every image */
    return param->number <= UINT16_MAX && (param->shape != WIRE_STRUCT || param->is_indirect ||
                                           param->value->structure->size <= STUB_STACK_STRUCT_BYTES);
}

bool table_describes(const struct ir_method *method)
{
    uint32_t i, bytes = 0;

    if (method->is_local || method->is_remote_form || method->is_async || method->param_count > PARAMS_MAX ||
        method->slot > UINT8_MAX)
        return false;
    for (i = 0; i < method->param_count; i++) {
        if (!describes_param(&method->params[i]))
            return false;
        bytes += 32 + STUB_STACK_STRUCT_BYTES;
    }
    return bytes <= FRAME_BYTES_MAX;
}

bool table_has_methods(const struct ir_interface *interface)
{
    uint32_t i;

    for (i = 3; i < interface->method_count; i++)
        if (table_describes(&interface->methods[i]))
            return true;
    return false;
}

/* ---- arguments ---- */

static const char *name_of(const struct marshal *m, const char *suffix)
{
    return arena_format(m->arena, "%s_%s_%s", m->interface->name, m->method->name, suffix);
}

/* The type of a parameter as a variable: arrays are pointers. */
static const char *argument_type(const struct marshal *m, const struct ir_param *param)
{
    struct ir_type pointer = {.kind = IR_POINTER, .target = param->type->target};

    return marshal_variable(m->arena, param->type->kind == IR_ARRAY ? &pointer : param->type, param->name);
}

static void emit_arguments(const struct marshal *m)
{
    uint32_t i;

    if (!m->method->param_count)
        return;
    text_printf(m->out, "struct %s {\n    union wire_slot %s[%u];\n", name_of(m, "arguments"),
                c_local(m->arena, m->method, "slots"), m->method->param_count);
    for (i = 0; i < m->method->param_count; i++)
        text_printf(m->out, "    %s;\n", argument_type(m, &m->method->params[i]));
    text_puts(m->out, "};\n\n");
}

void table_emit_call(const struct marshal *m)
{
    const struct ir_method *method = m->method;
    const char *self = c_local(m->arena, method, "self");
    const char *arguments = c_local(m->arena, method, "arguments");
    uint32_t i;

    emit_arguments(m);
    c_signature(m->out, arena_format(m->arena, "static HRESULT %s", proxy_name(m)),
                arena_format(m->arena, "%s *%s", m->interface->name, self), method, ")\n{\n");
    if (method->param_count)
        text_printf(m->out, "    struct %s %s;\n\n", name_of(m, "arguments"), arguments);
    for (i = 0; i < method->param_count; i++)
        text_printf(m->out, "    %s.%s = %s;\n", arguments, method->params[i].name, method->params[i].name);
    text_printf(m->out, "    return rpc_table_call(%s, &%s_methods[%u], %s%s);\n}\n\n", self,
                m->interface->name, method->slot - 3, method->param_count ? "&" : "",
                method->param_count ? arguments : "NULL");
    proxy_emit_void(m);
}

/* ---- the stub's frame: arguments, and what they point to ---- */

static bool has_value(const struct ir_param *param)
{
    return param->is_indirect && !stub_is_in_scratch(param);
}

static bool has_values(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (has_value(&method->params[i]))
            return true;
    return false;
}

static const char *value_type(const struct marshal *m, const struct ir_param *param)
{
    if (param->shape == WIRE_INTERFACE)
        return arena_format(m->arena, "%s *%s", param->value->interface->name, param->name);
    return marshal_variable(m->arena, param->value, param->name);
}

static void emit_frame(const struct marshal *m)
{
    uint32_t i;

    emit_arguments(m);
    if (!has_values(m->method))
        return;
    text_printf(m->out, "struct %s {\n    struct %s %s;\n", name_of(m, "frame"), name_of(m, "arguments"),
                c_local(m->arena, m->method, "arguments"));
    for (i = 0; i < m->method->param_count; i++)
        if (has_value(&m->method->params[i]))
            text_printf(m->out, "    %s;\n", value_type(m, &m->method->params[i]));
    text_puts(m->out, "};\n\n");
}

/* ---- members ---- */

static const char *flags_of(const struct marshal *m, const struct ir_param *param)
{
    struct text flags;
    bool is_sized = param->shape == WIRE_STRING || param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY;

    text_init(&flags, m->arena);
    text_puts(&flags, param->is_in ? param->is_out ? "WIRE_IN | WIRE_OUT" : "WIRE_IN" : "WIRE_OUT");
    if (param->is_indirect)
        text_puts(&flags, " | WIRE_POINTER");
    if (param->is_unique && (param->is_indirect || is_sized) && param->shape != WIRE_INTERFACE)
        text_puts(&flags, " | WIRE_OPTIONAL");
    if (param->is_rebuilt)
        text_puts(&flags, " | WIRE_UNSENT");
    if (param->in_place)
        text_puts(&flags, " | WIRE_IN_PLACE");
    if (param->is_indirect && stub_is_in_scratch(param))
        text_puts(&flags, " | WIRE_SCRATCH");
    if (table_is_fixed(param))
        text_puts(&flags, " | WIRE_FIXED");
    return flags.bytes;
}

static const char *counter_of(const struct marshal *m, const struct ir_size *size)
{
    if (size->kind == IR_SIZE_PARAM || size->kind == IR_SIZE_POINTED)
        return arena_format(m->arena, "%u", size->param);
    return "WIRE_CONSTANT";
}

static void emit_member(const struct marshal *m, struct tables *tables, struct text *members,
                        const struct ir_param *param)
{
    const char *what = table_param_details(tables, m->interface, m->method, param);

    text_printf(members,
                "    {\n        .kind = WIRE_KIND_%s,\n        .flags = %s,\n        .number = %u,\n",
                table_param_kind(param), flags_of(m, param), param->number);
    text_printf(members, "        .offset = offsetof(struct %s, %s),\n", name_of(m, "arguments"),
                param->name);
    if (param->shape == WIRE_STRING || param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY)
        text_printf(members, "        .size = %s,\n        .length = %s,\n", counter_of(m, &param->size),
                    counter_of(m, wire_length_of(param)));
    else if (param->is_rebuilt)
        text_printf(members, "        .size = %u,\n",
                    wire_rebuilt_from(m->method, (uint32_t)(param - m->method->params)));
    else if (has_value(param))
        text_printf(members, "        .value = offsetof(struct %s, %s),\n", name_of(m, "frame"), param->name);
    if (what)
        text_printf(members, "        %s,\n", what);
    text_puts(members, "    },\n");
}

static void emit_members(const struct marshal *m, struct tables *tables)
{
    struct text members;
    uint32_t i;

    if (!m->method->param_count)
        return;
    text_init(&members, m->arena);
    for (i = 0; i < m->method->param_count; i++)
        emit_member(m, tables, &members, &m->method->params[i]);
    text_printf(m->out, "static const struct wire_member %s[] = {\n%s};\n\n", name_of(m, "members"),
                members.bytes);
}

/* ---- the call of the object ---- */

static void emit_invoke(const struct marshal *m)
{
    const char **items = arena_alloc(m->arena, (m->method->param_count + 1) * sizeof(*items));
    uint32_t i;

    c_declare_list(m->out, arena_format(m->arena, "static HRESULT %s", name_of(m, "invoke")),
                   (const char *[]){"void *object", "const void *arguments"}, 2, ")\n{\n");
    if (m->method->param_count)
        text_printf(m->out, "    const struct %s *given = arguments;\n\n", name_of(m, "arguments"));
    else
        text_puts(m->out, "    (void)arguments;\n");
    items[0] = arena_format(m->arena, "(%s *)object", m->interface->name);
    for (i = 0; i < m->method->param_count; i++)
        items[i + 1] = arena_format(m->arena, "given->%s", m->method->params[i].name);
    c_list(m->out,
           arena_format(m->arena, "    %s%s_%s", marshal_is_void(m->method) ? "" : "return ",
                        m->interface->name, m->method->name),
           items, m->method->param_count + 1, ");\n");
    text_puts(m->out, marshal_is_void(m->method) ? "    return S_OK;\n}\n\n" : "}\n\n");
}

/* A bit for each parameter that is not just a number. */
static uint32_t special_of(const struct ir_method *method)
{
    uint32_t special = 0, i;

    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];
        bool is_closed = param->value->kind == IR_ENUM && param->value->enumeration->is_closed;

        if (param->shape != WIRE_SCALAR || param->is_out || param->is_indirect || param->is_rebuilt ||
            is_closed || wire_has_range(param->value, param->has_range, param->range_min, param->range_max))
            special |= 1u << i;
    }
    return special;
}

/* What the walker's steps are for. */
struct has {
    bool input;
    bool output;
    bool pointers;
    bool arrays;
    bool unsent;
    bool sized_output;
    bool in_place;
    bool interfaces;
};

static struct has has_of(const struct ir_method *method)
{
    struct has has = {false};
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];
        bool is_sized =
            param->shape == WIRE_STRING || param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY;

        has.input |= param->is_in;
        has.output |= param->is_out;
        has.pointers |= param->is_indirect;
        has.arrays |= param->shape == WIRE_ARRAY && param->is_in;
        has.unsent |= param->is_rebuilt;
        has.sized_output |= param->is_out && is_sized;
        has.in_place |= param->in_place;
        has.interfaces |= param->shape == WIRE_INTERFACE;
    }
    return has;
}

static void emit_has(struct text *out, const char *what, bool value)
{
    if (value)
        text_printf(out, "        .has_%s = 1,\n", what);
}

static void emit_all_has(struct text *out, const struct ir_method *method)
{
    struct has has = has_of(method);

    emit_has(out, "input", has.input);
    emit_has(out, "output", has.output);
    emit_has(out, "pointers", has.pointers);
    emit_has(out, "arrays", has.arrays);
    emit_has(out, "unsent", has.unsent);
    emit_has(out, "sized_output", has.sized_output);
    emit_has(out, "in_place", has.in_place);
    emit_has(out, "interfaces", has.interfaces);
}

static void emit_row(const struct marshal *m)
{
    const struct ir_method *method = m->method;

    if (!table_describes(method)) {
        text_printf(m->out, "    {.number = %u}, /* %s */\n", method->slot,
                    ir_travelling(method) ? "in code of its own" : "[local]");
        return;
    }
    text_puts(m->out, "    {\n");
    if (method->param_count)
        text_printf(m->out, "        .members = %s,\n", name_of(m, "members"));
    text_printf(m->out, "        .invoke = %s,\n", name_of(m, "invoke"));
    if (method->timeout_ms == IR_TIMEOUT_NONE)
        text_puts(m->out, "        .timeout_ms = WIRE_METHOD_NO_TIMEOUT,\n");
    else if (method->timeout_ms)
        text_printf(m->out, "        .timeout_ms = %u,\n", method->timeout_ms);
    if (method->is_idempotent)
        text_puts(m->out, "        .is_idempotent = 1,\n");
    if (method->is_oneway)
        text_puts(m->out, "        .is_oneway = 1,\n");
    if (special_of(method))
        text_printf(m->out, "        .special = 0x%X,\n", special_of(method));
    emit_all_has(m->out, method);
    if (method->param_count)
        text_printf(m->out, "        .frame_bytes = sizeof(struct %s),\n",
                    name_of(m, has_values(method) ? "frame" : "arguments"));
    text_printf(m->out, "        .number = %u,\n        .count = %u,\n    },\n", method->slot,
                method->param_count);
}

static void emit_methods(struct tables *tables, const struct ir_interface *interface)
{
    struct text *out = tables->out;
    struct marshal m;
    uint32_t i;

    for (i = 3; i < interface->method_count; i++) {
        if (!table_describes(&interface->methods[i]))
            continue;
        marshal_init(&m, out, interface, &interface->methods[i]);
        emit_frame(&m);
        emit_members(&m, tables);
        emit_invoke(&m);
    }
    text_printf(out, "extern const struct wire_method %s_methods[];\n\n", interface->name);
    text_printf(out, "const struct wire_method %s_methods[] = {\n", interface->name);
    for (i = 3; i < interface->method_count; i++) {
        marshal_init(&m, out, interface, &interface->methods[i]);
        emit_row(&m);
    }
    text_puts(out, "};\n\n");
}

void table_emit_file(struct text *out, const struct ir_file *file)
{
    struct tables tables = {.out = out, .ranges = {.arena = out->arena}};
    uint32_t i;

    table_emit_records(&tables, file);
    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local &&
            table_has_methods(file->items[i].interface))
            emit_methods(&tables, file->items[i].interface);
}

bool table_emit_frame_union(struct text *out, const struct ir_interface *interface, const char *name)
{
    struct marshal m;
    bool any = false;
    uint32_t i;

    for (i = 3; i < interface->method_count; i++) {
        marshal_init(&m, out, interface, &interface->methods[i]);
        if (!table_describes(m.method) || !m.method->param_count)
            continue;
        if (!any)
            text_puts(out, "    union {\n");
        any = true;
        text_printf(out, "        struct %s %s;\n", name_of(&m, has_values(m.method) ? "frame" : "arguments"),
                    m.method->name);
    }
    if (any)
        text_printf(out, "    } %s;\n", name);
    return any;
}
