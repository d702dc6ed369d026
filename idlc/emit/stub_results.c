/* The half of a stub method behind the call: checks what the method says of its results and encodes them. */
#include "stub.h"

#include "shape.h"

const char *stub_count_of(const struct marshal *m, const struct ir_size *size)
{
    bool is_counted = size->kind == IR_SIZE_PARAM || size->kind == IR_SIZE_POINTED;

    return marshal_count(m, size, is_counted ? m->method->params[size->param].name : NULL);
}

/* What max_len and the count's range say; both are checked. */
static uint32_t bounded_count(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);
    const struct ir_param *counter;

    if (length->kind == IR_SIZE_CONSTANT)
        return length->constant;
    if (length->kind == IR_SIZE_COMPUTED)
        return param->max_len;
    counter = &m->method->params[length->param];
    if (counter->has_range && counter->range_max < param->limit)
        return (uint32_t)counter->range_max;
    return param->max_len;
}

uint32_t stub_direct_limit(const struct marshal *m, const struct ir_param *param)
{
    uint64_t bytes, all = 0;
    uint32_t i, limit = 0;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *other = &m->method->params[i];

        limit = 0;
        if (other->shape == WIRE_ARRAY && other->is_in && !other->is_out && !other->is_unique &&
            other->length.kind == IR_SIZE_NONE)
            limit = bounded_count(m, other);
        bytes = limit * wire_value_size(other->value);
        if (bytes > STUB_DIRECT_BYTES || all + bytes > STUB_DIRECT_BYTES_ALL)
            limit = 0;
        else
            all += bytes;
        if (other == param)
            break;
    }
    return limit;
}

bool stub_is_in_scratch(const struct ir_param *param)
{
    return (param->shape == WIRE_STRUCT || shape_is_value(param)) && !param->is_allocated &&
           !shape_is_pointer(param) && param->value->structure->size > STUB_STACK_STRUCT_BYTES;
}

const char *stub_shape_value(const struct marshal *m, const struct ir_param *param)
{
    if (shape_is_array(param) || stub_is_in_scratch(param))
        return param->name;
    return arena_format(m->arena, "&%s", param->name);
}

bool stub_is_kept(const struct marshal *m, uint32_t index)
{
    uint32_t i;

    if (!m->method->params[index].is_in)
        return false;
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *array = &m->method->params[i];

        if (array->is_out && !array->is_allocated &&
            ((array->size.kind == IR_SIZE_POINTED && array->size.param == index) ||
             (array->length.kind == IR_SIZE_POINTED && array->length.param == index &&
              !m->method->params[index].is_out)))
            return true;
        if (array->is_allocated && array->size.kind == IR_SIZE_POINTED && array->size.param == index &&
            !m->method->params[index].is_out)
            return true;
    }
    return false;
}

bool stub_has_writer(const struct ir_method *method)
{
    bool any = false;
    uint32_t i;

    for (i = 0; i < method->param_count; i++) {
        if ((method->params[i].is_out &&
             (method->params[i].shape == WIRE_INTERFACE || shape_is_deep(&method->params[i]))) ||
            marshal_is_block(&method->params[i]))
            return false; /* the runtime writes it too, or makes room for it */
        any |= method->params[i].is_out;
    }
    return any;
}

/* How many elements the memory of an output holds. */
static const char *room_of(const struct marshal *m, const struct ir_param *param)
{
    if (param->size.kind != IR_SIZE_POINTED || !stub_is_kept(m, param->size.param))
        return stub_count_of(m, &param->size);
    return marshal_local(m, &m->method->params[param->size.param], "before");
}

/* The parameter in which the method says how many elements of an output are good, or NULL. */
static const struct ir_param *told_by(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);

    if (param->shape == WIRE_STRING || length->kind == IR_SIZE_CONSTANT || length->kind == IR_SIZE_NONE ||
        length->kind == IR_SIZE_COMPUTED)
        return NULL;
    return m->method->params[length->param].is_out ? &m->method->params[length->param] : NULL;
}

const char *stub_result_count(const struct marshal *m, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);

    if (length->kind == IR_SIZE_POINTED && !told_by(m, param))
        return marshal_local(m, &m->method->params[length->param], "before");
    return stub_count_of(m, length);
}

/* ---- encoding ---- */

static void close_in_place(const struct marshal *m, const struct ir_param *param)
{
    if (param->shape == WIRE_STRING)
        text_printf(m->out, "    wire_close_text(&%s, &%s, %s, %s);\n", m->writer, m->mark, param->name,
                    room_of(m, param));
    else
        text_printf(m->out, "    wire_close_sized(&%s, &%s, %s);\n", m->writer, m->mark,
                    stub_result_count(m, param));
}

const char *stub_text_of(const struct marshal *m, const struct ir_param *param)
{
    return marshal_local(m, param, marshal_is_wide_text(param) ? "text" : "length");
}

/* What the method allocated, or nothing if that is NULL. */
static void put_allocated(const struct marshal *m, const struct ir_param *param)
{
    if (param->shape != WIRE_STRING) {
        marshal_put_value(m, param, arena_format(m->arena, "*%s", param->name), param->name);
        return;
    }
    text_printf(m->out, "    if (%s)\n", param->name);
    text_printf(m->out, "        wire_put_%s(&%s, %u, %s, %s);\n",
                marshal_is_wide_text(param) ? "wide" : "bytes", m->writer, param->number, param->name,
                stub_text_of(m, param));
}

/* What tells the arm of a union, behind the call. */
static const char *result_about(const struct marshal *m, const struct ir_param *param)
{
    if (param->choice.kind == IR_SIZE_NONE)
        return "0";
    return shape_about(m, param, m->method->params[param->choice.param].name);
}

/* What the method made is ours now, whatever becomes of the reply. */
static void own_results(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (shape_is_deep(param) && param->is_out)
            shape_own(m, param, stub_shape_value(m, param),
                      shape_is_array(param) ? stub_result_count(m, param) : "1", result_about(m, param));
    }
}

static void put_result(const struct marshal *m, const struct ir_param *param)
{
    const char *writer = arena_format(m->arena, "&%s", m->writer);

    marshal_init_budget(m, param);
    if (marshal_is_block(param) && param->shape != WIRE_BLOB && param->shape != WIRE_ARRAY) {
        put_allocated(m, param);
        return;
    }
    switch (param->shape) {
    case WIRE_STRING:
        text_printf(m->out, "    wire_put_%s_in(%s, %u, %s, %s);\n",
                    marshal_is_wide_text(param) ? "wide" : "text", writer, param->number, param->name,
                    room_of(m, param));
        break;
    case WIRE_BLOB:
        text_printf(m->out, "    wire_put_bytes(%s, %u, %s, %s);\n", writer, param->number, param->name,
                    stub_result_count(m, param));
        break;
    case WIRE_ARRAY:
        marshal_put_array(m, param, param->name, stub_result_count(m, param));
        break;
    case WIRE_DEEP:
        c_list(m->out, "    rpc_incoming_put_shape",
               (const char *[]){m->call, shape_of(m, param), stub_shape_value(m, param),
                                shape_is_array(param) ? stub_result_count(m, param) : "1",
                                result_about(m, param)},
               5, ");\n");
        break;
    case WIRE_INTERFACE:
        text_printf(m->out, "    rpc_incoming_put_interface(%s, %u, %s, %s);\n", m->call, param->number,
                    marshal_iid(m, param, true), param->name);
        break;
    default:
        marshal_put_value(
            m, param, stub_is_in_scratch(param) ? arena_format(m->arena, "*%s", param->name) : param->name,
            NULL);
        break;
    }
}

/* What a method says about its results must agree with the room it was given. */
static void check_told(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    const struct ir_param *counter = told_by(m, param);

    if (base_types[counter->value->base].is_signed)
        pieces_add(conditions, "%s < 0", counter->name);
    if (base_type_max(counter->value->base) > UINT32_MAX)
        pieces_add(conditions, "%s > %s", counter->name,
                   base_types[counter->value->base].is_signed ? "INT64_C(0xFFFFFFFF)" : "UINT32_MAX");
    pieces_add(conditions, "%s > %s", stub_result_count(m, param), room_of(m, param));
}

/* As check_told; the method may have allocated nothing. */
static void check_allocated(const struct marshal *m, struct pieces *conditions, struct pieces *counters,
                            const struct ir_param *param)
{
    const struct ir_param *counter = told_by(m, param);
    const char *count = stub_result_count(m, param);

    if (counter && base_types[counter->value->base].is_signed)
        pieces_add(conditions, "%s < 0", counter->name);
    if (counter && base_type_max(counter->value->base) > param->limit)
        pieces_add(conditions, "%s > %u", counter->name, param->limit);
    pieces_add(conditions, "(%s != 0 && !%s)", count, param->name);
    if (param->size.kind == IR_SIZE_PARAM || param->size.kind == IR_SIZE_POINTED)
        pieces_add(counters, "%s", m->method->params[param->size.param].name);
}

/* Texts that the method allocated are measured. */
static void measure_texts(const struct marshal *m, struct pieces *conditions)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *text = stub_text_of(m, param);

        if (!param->is_allocated || param->shape != WIRE_STRING)
            continue;
        if (marshal_is_wide_text(param))
            text_printf(m->out, "    %s = %s;\n", text, marshal_measure(m, param, param->name));
        else
            text_printf(m->out, "    %s = %s ? strlen(%s) : 0;\n", text, param->name, param->name);
        if (param->max_len)
            pieces_add(conditions, marshal_is_wide_text(param) ? "%s.units > %u" : "%s > %u", text,
                       param->max_len);
    }
}

static void check_results(const struct marshal *m)
{
    struct pieces ranges = {.arena = m->arena}, lengths = {.arena = m->arena}, counters = {.arena = m->arena};
    uint32_t i;

    measure_texts(m, &ranges);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (!param->is_out)
            continue;
        if (param->is_allocated) {
            if (param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY || shape_is_array(param))
                check_allocated(m, &lengths, &counters, param);
            continue;
        }
        if (param->shape == WIRE_SCALAR)
            pieces_add_range(&ranges, param->name, param->value, param->has_range, param->range_min,
                             param->range_max);
        if (!told_by(m, param))
            continue;
        check_told(m, &lengths, param);
        pieces_add(&counters, "%s", told_by(m, param)->name);
    }
    pieces_print_if(&ranges, m->out, arena_format(m->arena, "%s.failed = true", m->writer));
    if (!lengths.count)
        return;
    pieces_print(&lengths, m->out, "    if (", " ||", ") {\n");
    for (i = 0; i < counters.count; i++) /* nothing is read beyond the arrays */
        text_printf(m->out, "        %s = 0;\n", counters.items[i]);
    text_printf(m->out, "        %s.failed = true;\n    }\n", m->writer);
}

static void free_allocated(const struct marshal *m, const char *indent)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++)
        if (marshal_is_block(&m->method->params[i]))
            text_printf(m->out, "%s%s(%s);\n", indent, marshal_free(&m->method->params[i]),
                        m->method->params[i].name);
}

/* Now that it is known how large the results are. */
static void make_room(const struct marshal *m, const char *ready)
{
    struct pieces terms;
    uint32_t scalars;
    const char *bound;

    stub_reply_bound(m, &terms, &scalars);
    bound = marshal_print_bound(m, &terms, scalars);
    c_list(m->out, arena_format(m->arena, "    %s = rpc_incoming_results", ready),
           (const char *[]){m->call, bound}, 2, ");\n");
}

/* The results of a method that allocates some: they are freed whatever becomes of the reply. */
static void encode_allocated(const struct marshal *m)
{
    const char *ready = c_local(m->arena, m->method, "ready");
    uint32_t i;

    text_printf(m->out, "    if (FAILED(%s)) {\n", m->hr);
    free_allocated(m, "        ");
    text_printf(m->out, "        return %s;\n    }\n", m->hr);
    check_results(m);
    own_results(m);
    make_room(m, ready);
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].is_out)
            put_result(m, &m->method->params[i]);
    free_allocated(m, "    ");
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", ready, ready);
    text_printf(m->out, "    return %s.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : %s;\n", m->writer, m->hr);
}

bool stub_has_allocated(const struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (marshal_is_block(&method->params[i]))
            return true;
    return false;
}

void stub_encode(const struct marshal *m)
{
    bool any = false;
    uint32_t i;

    if (stub_has_allocated(m->method)) {
        encode_allocated(m);
        return;
    }

    for (i = 0; i < m->method->param_count; i++)
        any |= m->method->params[i].is_out;
    if (!any) {
        text_printf(m->out, "    return %s;\n", m->hr);
        return;
    }
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
    if (stub_has_writer(m->method))
        text_printf(m->out, "    %s = %s->reply;\n", m->writer, m->call);
    check_results(m);
    own_results(m);
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].in_place)
            close_in_place(m, &m->method->params[i]);
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].is_out && !m->method->params[i].in_place)
            put_result(m, &m->method->params[i]);
    if (stub_has_writer(m->method))
        text_printf(m->out, "    %s->reply = %s;\n", m->call, m->writer);
    text_printf(m->out, "    return %s.failed ? RPC_E_SERVER_CANTMARSHAL_DATA : %s;\n", m->writer, m->hr);
}
