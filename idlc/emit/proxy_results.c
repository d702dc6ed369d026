/* The half of a proxy method behind the call: reads the reply, checks all of it, then assigns. */
#include "proxy.h"

#include "shape.h"

bool proxy_is_kept(const struct ir_method *method, uint32_t index)
{
    uint32_t i;

    if (!method->params[index].is_in || !method->params[index].is_indirect)
        return false;
    for (i = 0; i < method->param_count; i++)
        if (wire_counts(&method->params[i].size, index) || wire_counts(&method->params[i].length, index) ||
            wire_counts(&method->params[i].choice, index))
            return true;
    return false;
}

const char *proxy_given(const struct marshal *m, const struct ir_param *param)
{
    if (proxy_is_kept(m->method, (uint32_t)(param - m->method->params)))
        return marshal_local(m, param, "given");
    return param->is_indirect ? arena_format(m->arena, "*%s", param->name) : param->name;
}

const char *proxy_given_count(const struct marshal *m, const struct ir_size *size)
{
    if (size->kind == IR_SIZE_CONSTANT || size->kind == IR_SIZE_COMPUTED)
        return marshal_count(m, size, NULL);
    return marshal_count(m, size, proxy_given(m, &m->method->params[size->param]));
}

bool proxy_is_for_results(const struct ir_method *method, uint32_t index)
{
    uint32_t i;

    if (method->params[index].is_out)
        return true;
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out &&
            (wire_uses(&method->params[i].size, index) || wire_uses(&method->params[i].length, index) ||
             wire_counts(&method->params[i].iid, index) || wire_counts(&method->params[i].choice, index)))
            return true;
    return false;
}

bool proxy_has_results(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out)
            return true;
    return false;
}

const char *proxy_results_list(const struct marshal *m, bool with_types, uint32_t *out_count,
                               const char ***out_items)
{
    const char **items = arena_alloc(m->arena, (m->method->param_count + 1) * sizeof(*items));
    uint32_t count = 0, i;

    items[count++] = arena_format(m->arena, with_types ? "struct rpc_call *%s" : "&%s", m->call);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (proxy_is_for_results(m->method, i))
            items[count++] = with_types ? c_declaration(m->arena, param->type, param->name) : param->name;
    }
    *out_count = count;
    *out_items = items;
    return arena_format(m->arena, "%s_%s_results", m->interface->name, m->method->name);
}

/* ---- results ---- */

static const char *result_variable(const struct marshal *m, const struct ir_param *param)
{
    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        return marshal_local(m, param, "bytes");
    case WIRE_ARRAY:
        return marshal_local(m, param, "list");
    case WIRE_INTERFACE:
        return marshal_local(m, param, "index");
    default:
        return marshal_local(m, param, "value");
    }
}

static void declare_result(const struct marshal *m, const struct ir_param *param)
{
    const char *variable = result_variable(m, param);
    struct text *out = m->out;

    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        text_printf(out, "    struct wire_bytes %s = {NULL, 0};\n", variable);
        break;
    case WIRE_ARRAY:
        marshal_declare_list(m, param);
        if (marshal_needs_element(param->value))
            text_printf(out, "    %s;\n",
                        marshal_variable(m->arena, param->value, marshal_local(m, param, "element")));
        break;
    case WIRE_DEEP:
        if (shape_is_array(param))
            text_printf(out, "    void *%s = NULL;\n", marshal_local(m, param, "elements"));
        else
            text_printf(out, "    %s;\n", marshal_variable(m->arena, shape_held(param), variable));
        shape_declare_owner(m, param, shape_is_array(param));
        break;
    case WIRE_INTERFACE:
        text_printf(out, "    uint32_t %s = 0;\n    void *%s = NULL;\n", variable,
                    marshal_local(m, param, "object"));
        break;
    case WIRE_SCALAR:
        if (param->is_allocated)
            text_printf(out, "    bool %s = false;\n", marshal_local(m, param, "present"));
        text_printf(out, "    %s = %s0;\n", marshal_variable(m->arena, param->value, variable),
                    param->value->kind == IR_ENUM
                        ? arena_format(m->arena, "(%s)", marshal_variable(m->arena, param->value, ""))
                        : "");
        break;
    default:
        if (param->is_allocated)
            text_printf(out, "    bool %s = false;\n", marshal_local(m, param, "present"));
        text_printf(out, "    %s;\n", marshal_variable(m->arena, param->value, variable));
        break;
    }
    if (marshal_is_block(param))
        text_printf(out, "    %s;\n",
                    marshal_variable(m->arena, param->type->target, marshal_local(m, param, "result")));
}

/* As proxy_given_count, of the results' own parameters. */
static const char *given_count(const struct marshal *m, const struct ir_size *size)
{
    const struct ir_param *param;

    if (size->kind == IR_SIZE_CONSTANT || size->kind == IR_SIZE_COMPUTED)
        return marshal_count(m, size, NULL);
    param = &m->method->params[size->param];
    return marshal_count(m, size,
                         param->is_indirect ? arena_format(m->arena, "*%s", param->name) : param->name);
}

/* How many elements the reply must have. */
static const char *expected_count(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);

    if (length->kind == IR_SIZE_POINTED && m->method->params[length->param].is_out)
        return marshal_count(m, length, marshal_local(m, &m->method->params[length->param], "value"));
    return given_count(m, length);
}

static void check_number(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    const char *variable = result_variable(m, param), *present = marshal_local(m, param, "present");
    uint32_t i = conditions->count;

    pieces_add_range(conditions, variable, param->value, param->has_range, param->range_min,
                     param->range_max);
    if (wire_refuses_zero(param->value))
        pieces_add(conditions, "%s == 0", variable);
    for (; param->is_allocated && i < conditions->count; i++)
        conditions->items[i] = arena_format(m->arena, "(%s && %s)", present, conditions->items[i]);
}

static void check_result(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    const char *variable = result_variable(m, param);
    bool has_room = param->size.kind != IR_SIZE_NONE && !param->is_allocated;
    const char *room = has_room ? given_count(m, &param->size) : NULL;

    switch (param->shape) {
    case WIRE_STRING:
        if (room)
            pieces_add(conditions, "%s >= %s", marshal_received_length(m, param, variable), room);
        if (param->max_len)
            pieces_add(conditions, "%s > %u", marshal_received_length(m, param, variable), param->max_len);
        pieces_add(conditions, "!wire_is_text(%s)", variable);
        break;
    case WIRE_DEEP:
        if (room && shape_is_array(param) &&
            (param->length.kind != IR_SIZE_NONE || param->size.kind == IR_SIZE_POINTED))
            pieces_add(conditions, "%s > %s", expected_count(m, param), room);
        break;
    case WIRE_BLOB:
    case WIRE_ARRAY:
        variable = arena_format(m->arena, param->shape == WIRE_BLOB ? "%s.size" : "%s.count", variable);
        pieces_add(conditions, "%s != %s", variable, expected_count(m, param));
        if (param->is_allocated)
            pieces_add(conditions, "%s > %u", variable, param->limit);
        else if (param->length.kind != IR_SIZE_NONE || param->size.kind == IR_SIZE_POINTED)
            pieces_add(conditions, "%s > %s", variable, room);
        break;
    default:
        check_number(m, conditions, param);
        break;
    }
}

/* A count that decides how much is copied must fit in 32 bits before it is cut to them. */
static void check_result_counts(const struct marshal *m, struct pieces *conditions,
                                const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);
    const struct ir_param *counter;
    const char *value;
    enum base_type base;

    if ((param->shape != WIRE_BLOB && param->shape != WIRE_ARRAY && !shape_is_array(param)) ||
        length->kind != IR_SIZE_POINTED || !m->method->params[length->param].is_out)
        return;
    counter = &m->method->params[length->param];
    base = counter->value->base;
    value = marshal_local(m, counter, "value");
    if (base_types[base].is_signed)
        pieces_add(conditions, "%s < 0", value);
    if (base_type_max(base) > UINT32_MAX)
        pieces_add(conditions, "%s > %s", value,
                   base_types[base].is_signed ? "INT64_C(0xFFFFFFFF)" : "UINT32_MAX");
}

/* ---- memory that the caller will free ---- */

/* What takes the memory, and when none was wanted. */
static void allocate_result(const struct marshal *m, struct pieces *failures, const struct ir_param *param)
{
    const char *result = marshal_local(m, param, "result"), *variable = result_variable(m, param);
    const char *wanted = variable;

    switch (param->shape) {
    case WIRE_STRING:
        text_printf(m->out, "    %s = rpc_result_%s(%s);\n", result,
                    param->is_bstr                ? "bstr"
                    : marshal_is_wide_text(param) ? "wide"
                                                  : "text",
                    variable);
        wanted = arena_format(m->arena, "%s.data", variable);
        break;
    case WIRE_BLOB:
        text_printf(m->out, "    %s = rpc_result_bytes(%s);\n", result, variable);
        wanted = arena_format(m->arena, "%s.size", variable);
        break;
    case WIRE_ARRAY:
        text_printf(m->out, "    %s = com_alloc(%s.count * sizeof(*%s));\n", result, variable, result);
        wanted = arena_format(m->arena, "%s.count", variable);
        break;
    default:
        wanted = marshal_local(m, param, "present");
        text_printf(m->out, "    %s = %s ? com_alloc(sizeof(*%s)) : NULL;\n", result, wanted, result);
        break;
    }
    pieces_add(failures, "(%s && !%s)", wanted, result);
}

static void free_results(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++)
        if (marshal_is_block(&m->method->params[i]))
            text_printf(m->out, "        %s(%s);\n", marshal_free(&m->method->params[i]),
                        marshal_local(m, &m->method->params[i], "result"));
}

/* All of it before the first output is assigned. */
static void allocate_results(const struct marshal *m)
{
    struct pieces failures = {.arena = m->arena};
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++)
        if (marshal_is_block(&m->method->params[i]))
            allocate_result(m, &failures, &m->method->params[i]);
    if (!failures.count)
        return;
    pieces_print(&failures, m->out, "    if (", " ||", ") {\n");
    free_results(m);
    text_puts(m->out, "        return E_OUTOFMEMORY;\n    }\n");
}

static bool has_allocated(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (marshal_is_block(&method->params[i]))
            return true;
    return false;
}

/* The value that tells the arm of a union, in the reply or as it was given. */
static const char *about_of(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_param *choice;

    if (param->choice.kind == IR_SIZE_NONE)
        return "0";
    choice = &m->method->params[param->choice.param];
    if (choice->is_out)
        return shape_about(m, param, marshal_local(m, choice, "value"));
    return shape_about(m, param,
                       choice->is_indirect ? arena_format(m->arena, "*%s", choice->name) : choice->name);
}

/* Values with pointers, which are freed if anything goes wrong before they are assigned. */
static void take_shapes(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *value = arena_format(m->arena, "&%s", result_variable(m, param)), *count = "1";
        const char *elements = marshal_local(m, param, "elements");

        if (!shape_is_deep(param) || !param->is_out)
            continue;
        if (shape_is_array(param)) {
            count = expected_count(m, param);
            c_list(
                m->out, arena_format(m->arena, "    %s = rpc_call_get_shapes", m->hr),
                (const char *[]){m->call, shape_of(m, param), count, arena_format(m->arena, "&%s", elements)},
                4, ");\n");
            value = elements;
        } else {
            c_list(m->out, arena_format(m->arena, "    %s = rpc_call_get_shape", m->hr),
                   (const char *[]){m->call, shape_of(m, param), value, count, about_of(m, param)}, 5,
                   ");\n");
        }
        if (has_allocated(m->method)) {
            text_printf(m->out, "    if (FAILED(%s)) {\n", m->hr);
            free_results(m);
            text_printf(m->out, "        return %s;\n    }\n", m->hr);
        } else {
            text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
        }
        shape_own(m, param, value, count, about_of(m, param));
    }
}

static void assign_shape(const struct marshal *m, const struct ir_param *param)
{
    const char *owner = marshal_local(m, param, "owner"),
               *element = arena_format(m->arena, "*%s", param->name);
    const struct ir_type *row;

    if (shape_is_array(param) && param->is_allocated) {
        text_printf(m->out, "    *%s = %s;\n    %s.value = NULL; /* the caller's now */\n", param->name,
                    marshal_local(m, param, "elements"), owner);
        return;
    }
    if (shape_is_array(param)) {
        text_printf(m->out, "    if (%s.count != 0)\n", owner);
        for (row = param->type->target; row->kind == IR_ARRAY; row = row->target)
            element = arena_format(m->arena, "*%s", element); /* not of x but of *x, of T x[2][3] */
        text_printf(m->out, "        memcpy(%s, %s, %s.count * sizeof(%s));\n", param->name,
                    marshal_local(m, param, "elements"), owner, element);
        text_printf(m->out, "    %s.count = 0; /* the caller's now */\n", owner);
        return;
    }
    if (param->is_in)
        text_printf(m->out, "    rpc_shape_free(%s, %s, 1, %s.about);\n", shape_of(m, param), param->name,
                    owner);
    text_printf(m->out, "    *%s = %s;\n    %s.value = NULL; /* the caller's now */\n", param->name,
                result_variable(m, param), owner);
}

static void take_interfaces(const struct marshal *m)
{
    struct pieces taken = {.arena = m->arena};
    bool frees = has_allocated(m->method);
    uint32_t i, t;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *object = marshal_local(m, param, "object");

        if (param->shape != WIRE_INTERFACE || !param->is_out)
            continue;
        text_printf(m->out, "    %s = rpc_call_take_interface(%s, %s, %s, &%s);\n", m->hr, m->call,
                    marshal_local(m, param, "index"), marshal_iid(m, param, false), object);
        text_printf(m->out, "    if (FAILED(%s))%s\n", m->hr, taken.count || frees ? " {" : "");
        for (t = 0; t < taken.count; t++)
            text_printf(m->out, "        if (%s)\n            (void)IUnknown_Release((IUnknown *)%s);\n",
                        taken.items[t], taken.items[t]);
        free_results(m);
        text_printf(m->out, "        return %s;\n%s", m->hr, taken.count || frees ? "    }\n" : "");
        pieces_add(&taken, "%s", object);
    }
}

/* The output becomes what was allocated, and filled. */
static void assign_allocated(const struct marshal *m, const struct ir_param *param)
{
    const char *result = marshal_local(m, param, "result");

    if (param->shape == WIRE_ARRAY)
        marshal_fill(m, param, result);
    else if (param->shape != WIRE_STRING && param->shape != WIRE_BLOB)
        text_printf(m->out, "    if (%s)\n        *%s = %s;\n", result, result, result_variable(m, param));
    if (param->is_in) /* what the caller gave was his */
        text_printf(m->out, "    SysFreeString(*%s);\n", param->name);
    text_printf(m->out, "    *%s = %s;\n", param->name, result);
}

static void assign_result(const struct marshal *m, const struct ir_param *param)
{
    const char *variable = result_variable(m, param);

    if (marshal_is_block(param)) {
        assign_allocated(m, param);
        return;
    }

    switch (param->shape) {
    case WIRE_STRING:
        text_printf(m->out, "    wire_copy_%s(%s, %s);\n", marshal_is_wide_text(param) ? "wide" : "text",
                    param->name, variable);
        break;
    case WIRE_BLOB:
        text_printf(m->out, "    wire_copy(%s, %s);\n", param->name, variable);
        break;
    case WIRE_ARRAY:
        marshal_fill(m, param, param->name);
        break;
    case WIRE_INTERFACE:
        text_printf(m->out, "    *%s = (%s *)%s;\n", param->name, marshal_object_type(param),
                    marshal_local(m, param, "object"));
        break;
    case WIRE_DEEP:
        assign_shape(m, param);
        break;
    default:
        text_printf(m->out, "    *%s = %s;\n", param->name, variable);
        break;
    }
}

/* The walk over the reply, and over its arrays to see that they are good. */
static void walk(const struct marshal *m)
{
    const struct ir_method *method = m->method;
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out &&
            (method->params[i].shape == WIRE_STRUCT || method->params[i].shape == WIRE_GUID))
            text_printf(m->out, "    memset(&%s, 0, sizeof(%s));\n", result_variable(m, &method->params[i]),
                        result_variable(m, &method->params[i]));
    text_printf(m->out, "    while (wire_next(&%s, &%s)) {\n        switch (%s) {\n", m->reader, m->tag,
                m->tag);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out && !shape_is_deep(&method->params[i]))
            marshal_case(m, &method->params[i], result_variable(m, &method->params[i]));
    text_printf(m->out, "        default:\n            wire_skip(&%s, %s);\n        }\n    }\n", m->reader,
                m->tag);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out && method->params[i].shape == WIRE_ARRAY)
            marshal_fill(m, &method->params[i], NULL);
}

static void declare_results(const struct marshal *m)
{
    bool arrays = false, numbers = false, interfaces = false;
    uint32_t i;

    text_printf(m->out, "    struct wire_reader %s = %s->reply;\n", m->reader, m->call);
    marshal_declare_computed(m, true, true);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (!param->is_out)
            continue;
        declare_result(m, param);
        arrays |= param->shape == WIRE_ARRAY;
        numbers |= param->shape == WIRE_ARRAY && wire_scalar_of(param->value);
        interfaces |= param->shape == WIRE_INTERFACE || shape_is_deep(param);
    }
    if (arrays)
        text_printf(m->out, "    struct wire_list %s;\n", m->list);
    if (numbers)
        text_printf(m->out, "    struct wire_reader %s;\n", m->piece);
    text_printf(m->out, "    uint32_t %s%s%s;\n", m->tag, arrays ? ", " : "", arrays ? m->i : "");
    if (interfaces)
        text_printf(m->out, "    HRESULT %s;\n", m->hr);
    text_puts(m->out, "\n");
}

void proxy_emit_results(struct marshal *m)
{
    const struct ir_method *method = m->method;
    struct pieces conditions = {.arena = m->arena};
    uint32_t count, i;
    const char **items, *name = proxy_results_list(m, true, &count, &items);

    m->reader = c_local(m->arena, method, "reply");
    c_declare_list(m->out, arena_format(m->arena, "static HRESULT %s", name), items, count, ")\n{\n");
    declare_results(m);
    walk(m);
    pieces_add(&conditions, "%s.failed", m->reader);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out) {
            check_result_counts(m, &conditions, &method->params[i]);
            check_result(m, &conditions, &method->params[i]);
        }
    pieces_print_check(&conditions, m->out, "RPC_E_CLIENT_CANTUNMARSHAL_DATA");
    allocate_results(m);
    take_shapes(m);
    take_interfaces(m);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].is_out)
            assign_result(m, &method->params[i]);
    text_puts(m->out, "    return S_OK;\n}\n\n");
}
