/* The half of a proxy before the call: checks of what the caller gave, its size, the request. */
#include "proxy.h"

#include "shape.h"

#include <string.h>

/* ---- which parameters a function needs ---- */

static bool is_pointer_checked(const struct ir_param *param)
{
    if (proxy_is_cleared(param) || param->is_allocated)
        return true;
    if (param->is_unique || param->shape == WIRE_INTERFACE)
        return false;
    return param->is_indirect || param->shape == WIRE_STRING;
}

/* ---- texts ---- */

/* The text that the caller gave; an [in, out] BSTR behind a pointer is read once. */
static const char *given_text(const struct marshal *m, const struct ir_param *param)
{
    return param->is_allocated ? marshal_local(m, param, "given") : param->name;
}

/* The bytes that a text takes, measured before the call. */
static const char *text_bytes(const struct marshal *m, const struct ir_param *param)
{
    if (marshal_is_wide_text(param))
        return arena_format(m->arena, "%s.bytes", marshal_local(m, param, "text"));
    return marshal_local(m, param, "length");
}

/* Its characters. */
static const char *text_length(const struct marshal *m, const struct ir_param *param)
{
    if (marshal_is_wide_text(param))
        return arena_format(m->arena, "%s.units", marshal_local(m, param, "text"));
    return marshal_local(m, param, "length");
}

const char *proxy_sent_count(const struct marshal *m, const struct ir_param *param)
{
    if (marshal_is_optional_array(param))
        return marshal_local(m, param, "count");
    return proxy_given_count(m, wire_length_of(param));
}

static void measure_text(const struct marshal *m, const struct ir_param *param)
{
    const char *guard = param->is_unique ? arena_format(m->arena, "%s == NULL ? 0 : ", param->name) : "";

    if (param->is_allocated)
        text_printf(m->out, "    %s = *%s;\n", given_text(m, param), param->name);
    if (marshal_is_wide_text(param))
        text_printf(m->out, "    %s = %s;\n", marshal_local(m, param, "text"),
                    marshal_measure(m, param, given_text(m, param)));
    else
        text_printf(m->out, "    %s = %sstrlen(%s);\n", marshal_local(m, param, "length"), guard,
                    param->name);
}

static void check_text(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    if (marshal_is_wide_text(param))
        pieces_add(conditions, "%s.failed", marshal_local(m, param, "text"));
    if (param->max_len)
        pieces_add(conditions, "%s > %u", text_length(m, param), param->max_len);
    if (param->is_out && !param->is_allocated)
        pieces_add(conditions, "%s >= %s", text_length(m, param), proxy_given_count(m, &param->size));
}

/* ---- the call ---- */

static bool has_cleared(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (proxy_is_cleared(&method->params[i]))
            return true;
    return false;
}

void proxy_check_pointers(const struct marshal *m)
{
    struct pieces conditions = {.arena = m->arena};
    const struct ir_method *method = m->method;
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (is_pointer_checked(&method->params[i]))
            pieces_add(&conditions, "!%s", method->params[i].name);
    if (has_cleared(method)) {
        pieces_print_check(&conditions, m->out, "E_POINTER");
        conditions.count = 0;
    }
    for (i = 0; i < method->param_count; i++)
        if (proxy_is_cleared(&method->params[i]))
            text_printf(m->out, "    *%s = NULL;\n", method->params[i].name);
    for (i = 0; i < method->param_count; i++) {
        const struct ir_param *param = &method->params[i];

        if ((param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY || shape_is_array(param)) &&
            !param->is_unique && !param->is_allocated) {
            const struct ir_size *size = param->is_out ? &param->size : wire_length_of(param);

            if (size->kind == IR_SIZE_CONSTANT)
                pieces_add(&conditions, "!%s", param->name);
            else if (size->kind == IR_SIZE_COMPUTED)
                pieces_add(&conditions, "(!%s && %s != 0)", param->name, marshal_computed(m, size));
            else
                pieces_add(&conditions, "(!%s && %s%s != 0)", param->name,
                           method->params[size->param].is_indirect ? "*" : "",
                           method->params[size->param].name);
        }
    }
    pieces_print_check(&conditions, m->out, "E_POINTER");
}

/* A count that is known before the call: not negative, and below the array's limit. */
static void check_count(const struct marshal *m, struct pieces *conditions, const struct ir_param *array,
                        const struct ir_size *size)
{
    const struct ir_param *counter;
    const char *value;

    if (size->kind != IR_SIZE_PARAM && size->kind != IR_SIZE_POINTED)
        return;
    counter = &m->method->params[size->param];
    if (!counter->is_in)
        return;
    value = proxy_given(m, counter);
    if (base_types[counter->value->base].is_signed && !(counter->has_range && counter->range_min >= 0))
        pieces_add(conditions, "%s < 0", value);
    if (base_type_max(counter->value->base) > array->limit &&
        !(counter->has_range && counter->range_max <= array->limit))
        pieces_add(conditions, "%s > %u", value, array->limit);
}

/* What was computed of arguments is no size: one of them is wrong, or too large for the others. */
static void check_computed(const struct marshal *m)
{
    struct pieces conditions = {.arena = m->arena};
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (param->size.kind == IR_SIZE_COMPUTED)
            pieces_add(&conditions, "%s > %u", marshal_computed(m, &param->size), param->limit);
        if (param->length.kind == IR_SIZE_COMPUTED)
            pieces_add(&conditions, "%s > %u", marshal_computed(m, &param->length), param->limit);
    }
    pieces_print_check(&conditions, m->out, "E_INVALIDARG");
}

static void check_arguments(const struct marshal *m)
{
    struct pieces conditions = {.arena = m->arena};
    uint32_t i;

    check_computed(m);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (param->shape == WIRE_STRING && param->is_in)
            check_text(m, &conditions, param);
        if (param->shape == WIRE_STRING || param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY ||
            shape_is_array(param)) {
            check_count(m, &conditions, param, &param->size);
            check_count(m, &conditions, param, &param->length);
        }
        if (param->is_in && param->length.kind != IR_SIZE_NONE && param->shape != WIRE_STRING)
            pieces_add(&conditions, "%s > %s", proxy_given_count(m, &param->length),
                       proxy_given_count(m, &param->size));
        if (param->shape == WIRE_SCALAR && param->is_in && param->has_range) {
            uint32_t before = conditions.count;

            pieces_add_range(&conditions, proxy_given(m, param), param->value, true, param->range_min,
                             param->range_max);
            for (; param->is_unique && before < conditions.count; before++)
                conditions.items[before] =
                    arena_format(m->arena, "(%s && %s)", param->name, conditions.items[before]);
        }
    }
    pieces_print_check(&conditions, m->out, "RPC_E_CLIENT_CANTMARSHAL_DATA");
}

void proxy_clear_arrays(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *count;

        if (!param->is_out || param->is_in || param->is_allocated || !shape_is_array(param) ||
            (param->value->kind != IR_INTERFACE && param->type->target->kind != IR_POINTER))
            continue;
        count = proxy_given_count(m, &param->size);
        if (param->size.kind != IR_SIZE_CONSTANT)
            text_printf(m->out, "    if (%s != 0)\n    ", count);
        text_printf(m->out, "    memset(%s, 0, %s * sizeof(*%s));\n", param->name, count, param->name);
    }
}

/* Counts behind pointers are read once, and texts are measured, before the call is begun. */
static void measure(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (proxy_is_kept(m->method, i))
            text_printf(m->out, "    %s = *%s;\n", proxy_given(m, param), param->name);
        if (param->shape == WIRE_STRING && param->is_in)
            measure_text(m, param);
        if (marshal_is_optional_array(param))
            text_printf(m->out, "    %s = %s ? %s : 0;\n", proxy_sent_count(m, param), param->name,
                        proxy_given_count(m, wire_length_of(param)));
    }
}

static void measure_structs(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *address = marshal_address(m->arena, marshal_local(m, param, "budget"));

        if (!param->is_in || param->value->kind != IR_STRUCT || shape_is_deep(param))
            continue;
        marshal_init_budget(m, param);
        if (!param->value->structure->has_pointers)
            continue;
        if (param->shape == WIRE_ARRAY) {
            text_printf(m->out, "    for (%s = 0; %s < %s; %s++)\n", m->i, m->i, proxy_sent_count(m, param),
                        m->i);
            text_printf(m->out, "        measure_%s(%s, &%s[%s]);\n", param->value->structure->name, address,
                        param->name, m->i);
            continue;
        }
        if (param->is_unique)
            text_printf(m->out, "    if (%s)\n    ", param->name);
        text_printf(m->out, "    measure_%s(%s, %s%s);\n", param->value->structure->name, address,
                    param->is_indirect ? "" : "&", param->name);
    }
}

/* The value, or the first element, as the walker takes it; how many there are; what tells its arm. */
static void deep_arguments(const struct marshal *m, const struct ir_param *param, const char *out_items[3])
{
    const char *value = shape_is_array(param) || param->is_indirect
                            ? param->name
                            : arena_format(m->arena, "&%s", param->name);
    const char *count = shape_is_array(param) ? proxy_given_count(m, wire_length_of(param)) : "1";
    const char *about = "0";

    if (param->choice.kind != IR_SIZE_NONE)
        about = shape_about(m, param, proxy_given(m, &m->method->params[param->choice.param]));
    out_items[0] = value;
    out_items[1] = count;
    out_items[2] = about;
}

static void measure_deep(const struct marshal *m)
{
    bool is_first = true;
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *guard = param->is_unique ? arena_format(m->arena, "%s && ", param->name) : "", *items[5];

        if (!shape_is_deep(param) || !param->is_in)
            continue;
        if (is_first)
            text_printf(m->out, "    %s = 0;\n", m->shapes);
        is_first = false;
        items[0] = shape_of(m, param);
        deep_arguments(m, param, items + 1);
        items[4] = arena_format(m->arena, "&%s", m->shapes);
        c_list(m->out, arena_format(m->arena, "    if (%s!rpc_shape_measure", guard), items, 5,
               "))\n        return RPC_E_CLIENT_CANTMARSHAL_DATA;\n");
    }
}

/* How many bytes the request takes at most. */
static void request_bound(const struct marshal *m, struct pieces *out_terms, uint32_t *out_scalars)
{
    uint32_t i;

    *out_terms = (struct pieces){.arena = m->arena, .repeats = true};
    *out_scalars = 0;
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (!param->is_in || param->is_rebuilt)
            continue;
        *out_scalars += param->shape == WIRE_SCALAR || param->shape == WIRE_INTERFACE;
        marshal_bound(m, out_terms, param,
                      param->shape == WIRE_STRING                               ? text_bytes(m, param)
                      : param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY ? proxy_sent_count(m, param)
                                                                                : "");
    }
    if (shape_has(m->method, false))
        pieces_add(out_terms, "%s", m->shapes);
}

/* The runtime writes interfaces itself; else the writer is a copy, which the compiler can keep in registers.
 */
static bool writes_directly(const struct ir_method *method)
{
    bool any = false;
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        if (method->params[i].is_in &&
            (method->params[i].shape == WIRE_INTERFACE || shape_is_deep(&method->params[i])))
            return true;
        any |= method->params[i].is_in && !method->params[i].is_rebuilt;
    }
    return !any;
}

static void declare_locals(const struct marshal *m)
{
    bool loops = false, marks = false;
    struct pieces terms;
    uint32_t i, scalars;

    text_printf(m->out, "    struct rpc_call %s;\n", m->call);
    if (!writes_directly(m->method))
        text_printf(m->out, "    struct wire_writer %s;\n", m->writer);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (proxy_is_kept(m->method, i))
            text_printf(m->out, "    %s;\n", marshal_variable(m->arena, param->value, proxy_given(m, param)));
        if (!param->is_in)
            continue;
        if (marshal_is_block(param))
            text_printf(m->out, "    %s;\n",
                        c_declaration(m->arena, param->type->target, given_text(m, param)));
        if (marshal_is_wide_text(param))
            text_printf(m->out, "    struct wire_wide %s;\n", marshal_local(m, param, "text"));
        else if (param->shape == WIRE_STRING)
            text_printf(m->out, "    size_t %s;\n", marshal_local(m, param, "length"));
        if (marshal_is_optional_array(param))
            text_printf(m->out, "    uint32_t %s;\n", proxy_sent_count(m, param));
        marshal_declare_budget(m, param);
        loops |= param->shape == WIRE_ARRAY;
        marks |= param->shape == WIRE_ARRAY && wire_scalar_of(param->value);
    }
    marshal_declare_computed(m, false, true);
    request_bound(m, &terms, &scalars);
    if (terms.count + (scalars > 0) > 1)
        text_printf(m->out, "    size_t %s;\n", m->bound);
    if (shape_has(m->method, false))
        text_printf(m->out, "    size_t %s;\n", m->shapes);
    if (marks)
        text_printf(m->out, "    struct wire_mark %s;\n    uint8_t *%s;\n", m->mark, m->at);
    if (loops)
        text_printf(m->out, "    uint32_t %s;\n", m->i);
    text_printf(m->out, "    HRESULT %s", m->hr);
    text_printf(m->out, proxy_has_results(m->method) ? ", %s;\n\n" : ";\n\n",
                c_local(m->arena, m->method, "decoded"));
}

static const char *method_number(const struct marshal *m)
{
    return arena_format(m->arena, "%s%s%u", m->method->is_oneway ? "RPC_ONEWAY | " : "",
                        m->method->is_idempotent ? "RPC_IDEMPOTENT | " : "", m->method->slot);
}

static void begin(const struct marshal *m, const char *self)
{
    const char *timeout = "RPC_TIMEOUT_DEFAULT", *bound;
    struct pieces terms;
    uint32_t scalars;

    request_bound(m, &terms, &scalars);
    bound = marshal_print_bound(m, &terms, scalars);
    if (m->method->timeout_ms == IR_TIMEOUT_NONE)
        timeout = "RPC_TIMEOUT_NONE";
    else if (m->method->timeout_ms)
        timeout = arena_format(m->arena, "%u", m->method->timeout_ms);
    c_list(m->out, arena_format(m->arena, "    %s = rpc_call_begin", m->hr),
           (const char *[]){arena_format(m->arena, "&%s", m->call), self, method_number(m), timeout, bound},
           5, ");\n");
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
}

static void put_argument(const struct marshal *m, const struct ir_param *param)
{
    bool guarded = param->is_unique && param->shape != WIRE_INTERFACE &&
                   (param->is_indirect || param->shape == WIRE_STRING || param->shape == WIRE_BLOB);
    const char *indent = guarded ? "        " : "    ", *items[5];

    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        if (guarded)
            text_printf(m->out, "    if (%s)\n", given_text(m, param));
        if (marshal_is_wide_text(param)) {
            text_printf(m->out, "%swire_put_wide(&%s, %u, %s, %s);\n", indent, m->writer, param->number,
                        given_text(m, param), marshal_local(m, param, "text"));
            break;
        }
        text_printf(m->out, "%swire_put_bytes(&%s, %u, %s, %s);\n", indent, m->writer, param->number,
                    param->name,
                    param->shape == WIRE_STRING ? marshal_local(m, param, "length")
                                                : proxy_given_count(m, wire_length_of(param)));
        break;
    case WIRE_ARRAY:
        marshal_put_array(m, param, param->name, proxy_sent_count(m, param));
        break;
    case WIRE_DEEP:
        if (param->is_unique)
            text_printf(m->out, "    if (%s)\n", param->name);
        items[0] = arena_format(m->arena, "&%s", m->call);
        items[1] = shape_of(m, param);
        deep_arguments(m, param, items + 2);
        c_list(m->out, param->is_unique ? "        rpc_call_put_shape" : "    rpc_call_put_shape", items, 5,
               ");\n");
        break;
    case WIRE_INTERFACE:
        text_printf(m->out, "    rpc_call_put_interface(&%s, %u, %s, %s);\n", m->call, param->number,
                    marshal_iid(m, param, false), param->name);
        break;
    case WIRE_SCALAR:
        marshal_put_value(m, param, proxy_given(m, param), guarded ? param->name : NULL);
        break;
    default:
        marshal_put_value(m, param,
                          param->is_indirect ? arena_format(m->arena, "*%s", param->name) : param->name,
                          guarded ? param->name : NULL);
        break;
    }
}

static void put_arguments(const struct marshal *m)
{
    bool direct = writes_directly(m->method);
    uint32_t i;

    if (!direct)
        text_printf(m->out, "    %s = %s.request;\n", m->writer, m->call);
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].is_in && !m->method->params[i].is_rebuilt)
            put_argument(m, &m->method->params[i]);
    if (!direct)
        text_printf(m->out, "    %s.request = %s;\n", m->call, m->writer);
}

void proxy_emit_request(struct marshal *m, const char *self)
{
    m->writer = writes_directly(m->method) ? arena_format(m->arena, "%s.request", m->call)
                                           : c_local(m->arena, m->method, "request");
    declare_locals(m);
    proxy_check_pointers(m);
    measure(m);
    check_arguments(m);
    proxy_clear_arrays(m);
    measure_structs(m);
    measure_deep(m);
    begin(m, self);
    put_arguments(m);
}
