/* The variables of a stub: how the arguments live while the call runs. */
#include "stub.h"

#include "shape.h"

bool stub_is_counted(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);

    return shape_is_array(param) && length->kind == IR_SIZE_PARAM &&
           m->method->params[length->param].is_rebuilt &&
           &m->method->params[wire_rebuilt_from(m->method, length->param)] == param;
}

bool stub_is_optional(const struct ir_param *param)
{
    return param->is_unique && param->is_indirect && param->shape != WIRE_INTERFACE;
}

const char *stub_request_variable(const struct marshal *m, const struct ir_param *param)
{
    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        return marshal_local(m, param, "bytes");
    case WIRE_INTERFACE:
        return marshal_local(m, param, "index");
    case WIRE_STRUCT:
        return stub_is_in_scratch(param) ? arena_format(m->arena, "*%s", param->name) : param->name;
    default:
        return param->name;
    }
}

bool stub_has_memory(const struct ir_param *param)
{
    if (param->is_allocated)
        return false;
    return param->shape == WIRE_ARRAY || shape_is_array(param) || marshal_is_wide_text(param) ||
           (param->is_out && (param->shape == WIRE_BLOB || param->shape == WIRE_STRING));
}

const char *stub_element_pointer(const struct marshal *m, const struct ir_param *param, const char *name)
{
    struct ir_type element = shape_is_array(param) ? *param->type->target : *param->value;
    struct ir_type pointer = {.kind = IR_POINTER, .target = &element};

    while (element.kind == IR_ARRAY)
        element = *element.target; /* T x[2][3]: one array in memory */
    element.is_const = false;
    if (element.kind == IR_BASE && element.base == BASE_VOID) {
        element.base = BASE_UINT8;
        element.spelling = "uint8_t";
    }
    return c_declaration(m->arena, &pointer, name);
}

static void declare(const struct marshal *m, const struct ir_param *param)
{
    const char *zero = "0";

    if (param->is_in && (param->shape == WIRE_STRING || param->shape == WIRE_BLOB))
        text_printf(m->out, "    struct wire_bytes %s = {%s, 0};\n", marshal_local(m, param, "bytes"),
                    param->is_unique ? "NULL" : arena_format(m->arena, "%s.end", m->reader));
    if (param->is_in && param->shape == WIRE_INTERFACE)
        text_printf(m->out, "    uint32_t %s = 0;\n", marshal_local(m, param, "index"));
    if ((param->is_in && stub_direct_limit(m, param)) || stub_is_counted(m, param))
        text_printf(m->out, "    uint32_t %s = 0;\n", marshal_local(m, param, "count"));
    else if (param->is_in && param->shape == WIRE_ARRAY)
        marshal_declare_list(m, param);
    if (stub_is_optional(param))
        text_printf(m->out, "    bool %s = false;\n", marshal_local(m, param, "present"));

    if (param->is_allocated || shape_is_pointer(param)) {
        text_printf(m->out, "    %s = NULL;\n", marshal_variable(m->arena, param->type->target, param->name));
        if (param->shape == WIRE_STRING)
            text_printf(m->out, "    %s %s;\n", marshal_is_wide_text(param) ? "struct wire_wide" : "size_t",
                        stub_text_of(m, param));
    } else if (stub_has_memory(param)) {
        text_printf(m->out, "    %s = NULL;\n", stub_element_pointer(m, param, param->name));
    } else if (param->shape == WIRE_INTERFACE) {
        if (param->is_in)
            text_printf(m->out, "    void *%s = NULL;\n", param->name);
        else
            text_printf(m->out, "    %s *%s = NULL;\n", marshal_object_type(param), param->name);
    } else if (stub_is_in_scratch(param)) {
        text_printf(m->out, "    %s;\n", stub_element_pointer(m, param, param->name));
    } else if (param->shape == WIRE_STRUCT || param->shape == WIRE_GUID || shape_is_value(param)) {
        text_printf(m->out, "    %s;\n", marshal_variable(m->arena, param->value, param->name));
    } else if (param->shape == WIRE_SCALAR) {
        if (param->value->kind == IR_ENUM)
            zero = arena_format(m->arena, "(%s)0", marshal_variable(m->arena, param->value, ""));
        text_printf(m->out, "    %s = %s;\n", marshal_variable(m->arena, param->value, param->name), zero);
    }
    if (shape_is_deep(param) && param->is_out)
        shape_declare_owner(m, param, shape_is_array(param) && param->is_allocated);
}

bool stub_has_input(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_in && !method->params[i].is_rebuilt)
            return true;
    return false;
}

/* How many elements, or bytes of a text, an output has at most. */
static const char *output_count(const struct marshal *m, const struct ir_param *param)
{
    if (param->shape != WIRE_STRING && param->shape != WIRE_BLOB && param->shape != WIRE_ARRAY)
        return "";
    if (param->is_allocated && param->shape == WIRE_STRING)
        return arena_format(m->arena, marshal_is_wide_text(param) ? "%s.bytes" : "%s",
                            stub_text_of(m, param));
    if (param->is_allocated)
        return stub_result_count(m, param);
    return arena_format(m->arena, marshal_is_wide_text(param) ? "%s * WIRE_WIDE_BYTES_MAX" : "%s",
                        stub_count_of(m, &param->size));
}

void stub_reply_bound(const struct marshal *m, struct pieces *out_terms, uint32_t *out_scalars)
{
    uint32_t i;

    *out_terms = (struct pieces){.arena = m->arena, .repeats = true};
    *out_scalars = 0;
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (!param->is_out)
            continue;
        *out_scalars += param->shape == WIRE_SCALAR || param->shape == WIRE_INTERFACE;
        marshal_bound(m, out_terms, param, output_count(m, param));
    }
}

/* What the walks over arrays and the reply need. */
static void declare_helpers(const struct marshal *m)
{
    bool lists = false, numbers = false, loops = false, marks = false, stores = false;
    struct pieces terms;
    uint32_t i, scalars;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        bool is_array = param->shape == WIRE_ARRAY, is_number = wire_scalar_of(param->value) != NULL;

        lists |= param->is_in && is_array && !stub_direct_limit(m, param);
        numbers |= param->is_in && is_array && is_number;
        loops |= (param->is_in && is_array && !stub_direct_limit(m, param)) || (param->is_out && is_array) ||
                 (is_array && param->value->kind == IR_STRUCT && param->value->structure->has_pointers);
        marks |= param->in_place || (param->is_out && is_array && is_number);
        stores |= param->is_out && is_array && is_number;
        if (param->is_out)
            marshal_declare_budget(m, param);
    }
    stub_reply_bound(m, &terms, &scalars);
    if (lists)
        text_printf(m->out, "    struct wire_list %s;\n", m->list);
    if (numbers)
        text_printf(m->out, "    struct wire_reader %s;\n", m->piece);
    if (stub_has_writer(m->method))
        text_printf(m->out, "    struct wire_writer %s;\n", m->writer);
    if (marks)
        text_printf(m->out, "    struct wire_mark %s;\n", m->mark);
    if (stores)
        text_printf(m->out, "    uint8_t *%s;\n", m->at);
    if (terms.count + (scalars > 0) > 1)
        text_printf(m->out, "    size_t %s;\n", m->bound);
    if (stub_has_input(m->method) || loops)
        text_printf(m->out, "    uint32_t %s%s%s;\n", stub_has_input(m->method) ? m->tag : "",
                    stub_has_input(m->method) && loops ? ", " : "", loops ? m->i : "");
}

void stub_declare(const struct marshal *m)
{
    uint32_t i;

    if (stub_has_input(m->method))
        text_printf(m->out, "    struct wire_reader %s = %s->request;\n", m->reader, m->call);
    for (i = 0; i < m->method->param_count; i++) {
        declare(m, &m->method->params[i]);
        if (stub_is_kept(m, i))
            text_printf(m->out, "    uint32_t %s;\n", marshal_local(m, &m->method->params[i], "before"));
    }
    marshal_declare_computed(m, false, false);
    declare_helpers(m);
    text_printf(m->out, stub_has_allocated(m->method) ? "    HRESULT %s, %s;\n\n" : "    HRESULT %s;\n\n",
                m->hr, c_local(m->arena, m->method, "ready"));
}
