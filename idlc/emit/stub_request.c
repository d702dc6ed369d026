/* The half of a stub method before the call: reads the request, checks all of it, and makes the arguments. */
#include "stub.h"

#include "shape.h"

static void prepare_structs(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (stub_is_in_scratch(param)) {
            text_printf(m->out, "    %s = rpc_incoming_scratch(%s, sizeof(*%s));\n", param->name, m->call,
                        param->name);
            text_printf(m->out, "    if (!%s)\n        return E_OUTOFMEMORY;\n", param->name);
            text_printf(m->out, "    memset(%s, 0, sizeof(*%s));\n", param->name, param->name);
        } else if ((param->shape == WIRE_STRUCT || param->shape == WIRE_GUID || shape_is_value(param)) &&
                   !param->is_allocated && !shape_is_pointer(param)) {
            text_printf(m->out, "    memset(&%s, 0, sizeof(%s));\n", param->name, param->name);
        } else if (param->is_in && stub_direct_limit(m, param)) {
            text_printf(m->out, "    %s = rpc_incoming_scratch(%s, %u * sizeof(*%s));\n", param->name,
                        m->call, stub_direct_limit(m, param), param->name);
            text_printf(m->out, "    if (!%s)\n        return E_OUTOFMEMORY;\n", param->name);
        }
    }
}

static void walk_case(const struct marshal *m, const struct ir_param *param)
{
    uint32_t limit = stub_direct_limit(m, param);

    if (limit)
        marshal_array_cases(m->out, param->number, param->value, m->reader, m->piece, param->name,
                            marshal_local(m, param, "count"), limit);
    else
        marshal_case(m, param, stub_request_variable(m, param));
}

static void walk(const struct marshal *m)
{
    uint32_t i;

    if (!stub_has_input(m->method))
        return;
    text_printf(m->out, "    while (wire_next(&%s, &%s)) {\n        switch (%s) {\n", m->reader, m->tag,
                m->tag);
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].is_in && !m->method->params[i].is_rebuilt &&
            !shape_is_deep(&m->method->params[i]))
            walk_case(m, &m->method->params[i]);
    text_printf(m->out, "        default:\n            wire_skip(&%s, %s);\n        }\n    }\n", m->reader,
                m->tag);
}

/* How many elements of an [in] array came. */
static const char *received_count(const struct marshal *m, const struct ir_param *param)
{
    if (param->shape == WIRE_BLOB)
        return arena_format(m->arena, "%s.size", marshal_local(m, param, "bytes"));
    if (stub_direct_limit(m, param) || shape_is_array(param))
        return marshal_local(m, param, "count");
    return arena_format(m->arena, "%s.count", marshal_local(m, param, "list"));
}

/* The first array that a count which was not sent belongs to. */
static const struct ir_param *rebuilt_from(const struct marshal *m, uint32_t index)
{
    return &m->method->params[wire_rebuilt_from(m->method, index)];
}

static bool is_rebuilt_from(const struct marshal *m, const struct ir_size *size, const struct ir_param *array)
{
    return size->kind == IR_SIZE_PARAM && m->method->params[size->param].is_rebuilt &&
           rebuilt_from(m, size->param) == array;
}

static void rebuild_counts(const struct marshal *m, struct pieces *conditions)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++)
        if (stub_is_counted(m, &m->method->params[i]))
            c_list(m->out,
                   arena_format(m->arena, "    %s = rpc_incoming_count_shapes",
                                received_count(m, &m->method->params[i])),
                   (const char *[]){m->call, shape_of(m, &m->method->params[i])}, 2, ");\n");
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *count;

        if (!param->is_rebuilt)
            continue;
        count = received_count(m, rebuilt_from(m, i));
        if (param->value->base == BASE_UINT32)
            text_printf(m->out, "    %s = %s;\n", param->name, count);
        else
            text_printf(m->out, "    %s = (%s)%s;\n", param->name,
                        marshal_variable(m->arena, param->value, ""), count);
        if (base_type_max(param->value->base) < UINT32_MAX)
            pieces_add(conditions, "%s > %llu", count, (unsigned long long)base_type_max(param->value->base));
    }
}

/* Of what came. */
static void compute_sizes(const struct marshal *m)
{
    uint32_t i, j;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_size *sizes[] = {&m->method->params[i].size, &m->method->params[i].length};

        for (j = 0; j < 2; j++)
            if (sizes[j]->kind == IR_SIZE_COMPUTED)
                c_statement(m->out, arena_format(m->arena, "%s = %s;", marshal_computed(m, sizes[j]),
                                                 wire_size_code(m->arena, sizes[j], m->method)));
    }
}

static void check_array(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);
    const char *count = received_count(m, param);
    const char *guard = NULL;

    if (marshal_is_optional_array(param))
        guard = arena_format(m->arena, "%s != 0 && ", count);
    else if (param->is_unique)
        guard = arena_format(m->arena, "%s.data && ", marshal_local(m, param, "bytes"));

    if (length->kind != IR_SIZE_CONSTANT && !stub_direct_limit(m, param) &&
        (param->max_len || param->shape == WIRE_ARRAY))
        pieces_add(conditions, "%s > %u", count, param->limit);
    if (guard)
        pieces_add(conditions, "(%s%s != %s)", guard, count, stub_count_of(m, length));
    else if (!is_rebuilt_from(m, length, param))
        pieces_add(conditions, "%s != %s", count, stub_count_of(m, length));
    if (param->length.kind != IR_SIZE_NONE)
        pieces_add(conditions, "%s > %s", count, stub_count_of(m, &param->size));
}

/* A count that was sent: the array's memory must have a sane size. */
static void check_sent_count(const struct marshal *m, struct pieces *conditions, const struct ir_param *array,
                             const struct ir_size *size)
{
    const struct ir_param *counter;

    if (size->kind == IR_SIZE_COMPUTED)
        pieces_add(conditions, "%s > %u", marshal_computed(m, size), array->limit);
    if (size->kind != IR_SIZE_PARAM && size->kind != IR_SIZE_POINTED)
        return;
    counter = &m->method->params[size->param];
    if (!counter->is_in || counter->is_rebuilt)
        return;
    if (base_types[counter->value->base].is_signed && !(counter->has_range && counter->range_min >= 0))
        pieces_add(conditions, "%s < 0", counter->name);
    if (base_type_max(counter->value->base) > array->limit &&
        !(counter->has_range && counter->range_max <= array->limit))
        pieces_add(conditions, "%s > %u", counter->name, array->limit);
}

static void check_range(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    uint32_t i = conditions->count;

    pieces_add_range(conditions, param->name, param->value, param->has_range, param->range_min,
                     param->range_max);
    for (; stub_is_optional(param) && i < conditions->count; i++)
        conditions->items[i] =
            arena_format(m->arena, "(%s && %s)", marshal_local(m, param, "present"), conditions->items[i]);
}

static void check(const struct marshal *m)
{
    struct pieces conditions = {.arena = m->arena};
    uint32_t i;

    if (!stub_has_input(m->method))
        return;
    pieces_add(&conditions, "%s.failed", m->reader);
    rebuild_counts(m, &conditions);
    compute_sizes(m);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (param->is_in && param->shape == WIRE_SCALAR)
            check_range(m, &conditions, param);
        if (param->is_in && param->shape == WIRE_SCALAR && !param->is_unique &&
            wire_refuses_zero(param->value))
            pieces_add(&conditions, "%s == 0", param->name);
        if (param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY || param->shape == WIRE_STRING ||
            shape_is_array(param)) {
            check_sent_count(m, &conditions, param, &param->size);
            check_sent_count(m, &conditions, param, &param->length);
        }
    }
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *bytes = marshal_local(m, param, "bytes");

        if (!param->is_in)
            continue;
        if (param->shape == WIRE_STRING) {
            const char *length = marshal_received_length(m, param, bytes);

            if (param->max_len)
                pieces_add(&conditions, "%s > %u", length, param->max_len);
            if (param->is_out && !param->is_allocated)
                pieces_add(&conditions, "%s >= %s", length, stub_count_of(m, &param->size));
            pieces_add(&conditions, "!wire_is_text(%s)", bytes);
        } else if (param->shape == WIRE_BLOB || param->shape == WIRE_ARRAY) {
            check_array(m, &conditions, param);
        }
    }
    pieces_print_check(&conditions, m->out, "RPC_E_SERVER_CANTUNMARSHAL_DATA");
}

/* A text of 16-bit characters that only goes in is converted into memory of the call. */
static void convert_text(const struct marshal *m, const struct ir_param *param)
{
    const char *bytes = marshal_local(m, param, "bytes");
    const char *indent = param->is_unique ? "        " : "    ";

    if (param->is_unique)
        text_printf(m->out, "    if (%s.data) {\n", bytes);
    if (param->is_bstr)
        c_list(m->out, arena_format(m->arena, "%s%s = rpc_lend_bstr", indent, param->name),
               (const char *[]){arena_format(m->arena,
                                             "rpc_incoming_scratch(%s, RPC_BSTR_BYTES(wire_units(%s)))",
                                             m->call, bytes),
                                bytes},
               2, ");\n");
    else
        c_list(m->out, arena_format(m->arena, "%s%s = rpc_incoming_scratch", indent, param->name),
               (const char *[]){
                   m->call, arena_format(m->arena, "(wire_units(%s) + 1) * sizeof(*%s)", bytes, param->name)},
               2, ");\n");
    text_printf(m->out, "%sif (!%s)\n%s    return E_OUTOFMEMORY;\n", indent, param->name, indent);
    if (!param->is_bstr)
        text_printf(m->out, "%swire_copy_wide(%s, %s);\n", indent, param->name, bytes);
    if (param->is_unique)
        text_puts(m->out, "    }\n");
}

/* BSTRs that go in and out are the method's to replace. The last step that can fail before it is called. */
static void take_bstrs(const struct marshal *m)
{
    struct pieces failures = {.arena = m->arena};
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];
        const char *bytes = marshal_local(m, param, "bytes");

        if (!marshal_is_block(param) || !param->is_in)
            continue;
        text_printf(m->out, "    %s = rpc_result_bstr(%s);\n", param->name, bytes);
        pieces_add(&failures, "(%s.data && !%s)", bytes, param->name);
    }
    if (!failures.count)
        return;
    pieces_print(&failures, m->out, "    if (", " ||", ") {\n");
    for (i = 0; i < m->method->param_count; i++)
        if (marshal_is_block(&m->method->params[i]) && m->method->params[i].is_in)
            text_printf(m->out, "        SysFreeString(%s);\n", m->method->params[i].name);
    text_puts(m->out, "        return E_OUTOFMEMORY;\n    }\n");
}

/* Memory for arrays and for outputs that are not written in place. */
static void allocate(const struct marshal *m, const struct ir_param *param)
{
    const char *room = !stub_has_memory(param)                               ? NULL
                       : param->is_out || param->length.kind != IR_SIZE_NONE ? stub_count_of(m, &param->size)
                                                                             : received_count(m, param);

    if (!stub_has_memory(param) || param->in_place || (shape_is_deep(param) && param->is_in) ||
        (param->is_in && stub_direct_limit(m, param)))
        return;
    if (marshal_is_wide_text(param) && !param->is_out) {
        convert_text(m, param);
        return;
    }
    text_printf(m->out, "    if (%s != 0) {\n", room);
    text_printf(m->out, "        %s = rpc_incoming_scratch(%s, %s * sizeof(*%s));\n", param->name, m->call,
                room, param->name);
    text_printf(m->out, "        if (!%s)\n            return E_OUTOFMEMORY;\n", param->name);
    if (param->is_out || param->length.kind != IR_SIZE_NONE)
        text_printf(m->out, "        memset(%s, 0, %s * sizeof(*%s));\n", param->name, room, param->name);
    text_puts(m->out, "    }\n");
    if (!param->is_in)
        return;
    if (param->shape == WIRE_ARRAY)
        marshal_fill(m, param, param->name);
    else
        text_printf(m->out, "    wire_copy%s(%s, %s);\n",
                    marshal_is_wide_text(param)   ? "_wide"
                    : param->shape == WIRE_STRING ? "_text"
                                                  : "",
                    param->name, marshal_local(m, param, "bytes"));
}

/* Texts in structs get their NUL where they lie, now that nothing of the message is to be read any more. */
static void end_texts(const struct marshal *m, const struct ir_param *param)
{
    const char *name = param->name;

    if (!param->is_in || param->value->kind != IR_STRUCT || !param->value->structure->has_pointers ||
        shape_is_deep(param))
        return;
    if (param->shape == WIRE_ARRAY) {
        text_printf(m->out, "    for (%s = 0; %s < %s; %s++)\n        end_%s(&%s[%s]);\n", m->i, m->i,
                    received_count(m, param), m->i, param->value->structure->name, name, m->i);
        return;
    }
    if (stub_is_optional(param))
        text_printf(m->out, "    if (%s)\n    ", marshal_local(m, param, "present"));
    text_printf(m->out, "    end_%s(%s%s);\n", param->value->structure->name,
                stub_is_in_scratch(param) ? "" : "&", name);
}

/* hr = function(call, table, value, count, what tells its arm); */
static void call_walker(const struct marshal *m, const struct ir_param *param, const char *indent,
                        const char *function)
{
    const char *count = shape_is_array(param) ? stub_count_of(m, wire_length_of(param)) : "1";
    const char *about = "0";

    if (param->choice.kind != IR_SIZE_NONE)
        about = shape_about(m, param, m->method->params[param->choice.param].name);
    c_list(m->out, arena_format(m->arena, "%s%s = %s", indent, m->hr, function),
           (const char *[]){m->call, shape_of(m, param), stub_shape_value(m, param), count, about}, 5,
           ");\n");
}

/* Values with pointers; those that go in and out are taken when all others are good. */
static void get_shape(const struct marshal *m, const struct ir_param *param)
{
    const char *count = NULL;

    if (shape_is_array(param)) {
        count = stub_count_of(m, &param->size);
        c_list(m->out, arena_format(m->arena, "    %s = rpc_incoming_get_shapes", m->hr),
               (const char *[]){m->call, shape_of(m, param), count, stub_count_of(m, wire_length_of(param)),
                                arena_format(m->arena, "(void **)&%s", param->name)},
               5, ");\n");
    } else {
        call_walker(m, param, "    ", "rpc_incoming_get_shape");
    }
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
    if (stub_is_optional(param))
        text_printf(m->out, "    %s = %s == S_OK;\n", marshal_local(m, param, "present"), m->hr);
}

/* What goes in and out. */
static void take_shape(const struct marshal *m, const struct ir_param *param)
{
    const char *about = param->choice.kind == IR_SIZE_NONE
                            ? "0"
                            : shape_about(m, param, m->method->params[param->choice.param].name);

    call_walker(m, param, "    ", "rpc_incoming_take_shape");
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
    shape_own(m, param, stub_shape_value(m, param), "1", about);
}

/* Behind all checks: interfaces are made, and texts end. */
static void finish_shape(const struct marshal *m, const struct ir_param *param)
{
    if (stub_is_optional(param))
        text_printf(m->out, "    if (%s)\n", marshal_local(m, param, "present"));
    call_walker(m, param, stub_is_optional(param) ? "        " : "    ", "rpc_incoming_finish_shape");
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
}

static void fill_memory(const struct marshal *m)
{
    bool arrays = false;
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++)
        if (shape_is_deep(&m->method->params[i]) && m->method->params[i].is_in &&
            !m->method->params[i].is_out)
            get_shape(m, &m->method->params[i]);
    for (i = 0; i < m->method->param_count; i++) /* before texts end in the message that is read for them */
        if (shape_is_deep(&m->method->params[i]) && m->method->params[i].is_in && m->method->params[i].is_out)
            take_shape(m, &m->method->params[i]);

    for (i = 0; i < m->method->param_count; i++) {
        allocate(m, &m->method->params[i]);
        arrays |= m->method->params[i].is_in && m->method->params[i].shape == WIRE_ARRAY &&
                  !stub_direct_limit(m, &m->method->params[i]);
    }
    if (arrays)
        text_printf(m->out, "    if (%s.failed)\n        return RPC_E_SERVER_CANTUNMARSHAL_DATA;\n",
                    m->reader);
    for (i = 0; i < m->method->param_count; i++)
        end_texts(m, &m->method->params[i]);
}

static void take_interfaces(const struct marshal *m)
{
    uint32_t i;

    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (shape_is_deep(param) && param->is_in && !param->is_out)
            finish_shape(m, param);
        if (param->shape != WIRE_INTERFACE || !param->is_in)
            continue;
        text_printf(m->out, "    %s = rpc_incoming_interface(%s, %s, %s, &%s);\n", m->hr, m->call,
                    marshal_local(m, param, "index"), marshal_iid(m, param, true), param->name);
        text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
    }
}

void stub_decode(const struct marshal *m)
{
    prepare_structs(m);
    walk(m);
    check(m);
    fill_memory(m);
    take_interfaces(m);
    take_bstrs(m);
}
