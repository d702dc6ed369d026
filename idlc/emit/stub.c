/* The stub: decodes a call, makes it on the object, encodes its results. */
#include "stub.h"

#include "shape.h"
#include "table.h"

#include <string.h>

/* ---- how the arguments live while the call runs ---- */

static bool is_optional(const struct ir_param *param)
{
    return param->is_unique && param->is_indirect && param->shape != WIRE_INTERFACE;
}

/* The variable that the walk over the request fills. */
static const char *request_variable(const struct marshal *m, const struct ir_param *param)
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

/* A pointer to memory for an output that is not written in place, or of an array that was decoded. */
static bool has_memory(const struct ir_param *param)
{
    if (param->is_allocated)
        return false;
    return param->shape == WIRE_ARRAY || shape_is_array(param) || marshal_is_wide_text(param) ||
           (param->is_out && (param->shape == WIRE_BLOB || param->shape == WIRE_STRING));
}

static const char *element_pointer(const struct marshal *m, const struct ir_param *param, const char *name)
{
    struct ir_type element = shape_is_array(param) ? *param->type->target : *param->value;
    struct ir_type pointer = {.kind = IR_POINTER, .target = &element};

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
    if (param->is_in && stub_direct_limit(m, param))
        text_printf(m->out, "    uint32_t %s = 0;\n", marshal_local(m, param, "count"));
    else if (param->is_in && param->shape == WIRE_ARRAY)
        marshal_declare_list(m, param);
    if (is_optional(param))
        text_printf(m->out, "    bool %s = false;\n", marshal_local(m, param, "present"));

    if (param->is_allocated) {
        text_printf(m->out, "    %s = NULL;\n", marshal_variable(m->arena, param->type->target, param->name));
        if (param->shape == WIRE_STRING)
            text_printf(m->out, "    %s %s;\n", marshal_is_wide_text(param) ? "struct wire_wide" : "size_t",
                        stub_text_of(m, param));
    } else if (has_memory(param)) {
        text_printf(m->out, "    %s = NULL;\n", element_pointer(m, param, param->name));
    } else if (param->shape == WIRE_INTERFACE) {
        if (param->is_in)
            text_printf(m->out, "    void *%s = NULL;\n", param->name);
        else
            text_printf(m->out, "    %s *%s = NULL;\n", marshal_object_type(param), param->name);
    } else if (stub_is_in_scratch(param)) {
        text_printf(m->out, "    %s;\n", element_pointer(m, param, param->name));
    } else if (param->shape == WIRE_STRUCT || param->shape == WIRE_GUID || shape_is_value(param)) {
        text_printf(m->out, "    %s;\n", marshal_variable(m->arena, param->value, param->name));
    } else if (param->shape == WIRE_SCALAR) {
        if (param->value->kind == IR_ENUM)
            zero = arena_format(m->arena, "(%s)0", marshal_variable(m->arena, param->value, ""));
        text_printf(m->out, "    %s = %s;\n", marshal_variable(m->arena, param->value, param->name), zero);
    }
    if (shape_is_deep(param) && param->is_out)
        shape_declare_owner(m, param, false);
}

static bool has_input(const struct ir_method *method)
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
    if (has_input(m->method) || loops)
        text_printf(m->out, "    uint32_t %s%s%s;\n", has_input(m->method) ? m->tag : "",
                    has_input(m->method) && loops ? ", " : "", loops ? m->i : "");
}

static void declare_all(const struct marshal *m)
{
    uint32_t i;

    if (has_input(m->method))
        text_printf(m->out, "    struct wire_reader %s = %s->request;\n", m->reader, m->call);
    for (i = 0; i < m->method->param_count; i++) {
        declare(m, &m->method->params[i]);
        if (stub_is_kept(m, i))
            text_printf(m->out, "    uint32_t %s;\n", marshal_local(m, &m->method->params[i], "before"));
    }
    declare_helpers(m);
    text_printf(m->out, stub_has_allocated(m->method) ? "    HRESULT %s, %s;\n\n" : "    HRESULT %s;\n\n",
                m->hr, c_local(m->arena, m->method, "ready"));
}

/* ---- decoding ---- */

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
                   !param->is_allocated) {
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
        marshal_case(m, param, request_variable(m, param));
}

static void walk(const struct marshal *m)
{
    uint32_t i;

    if (!has_input(m->method))
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
    if (stub_direct_limit(m, param))
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

static void check_array(const struct marshal *m, struct pieces *conditions, const struct ir_param *param)
{
    const struct ir_size *length = wire_length_of(param);
    const char *count = received_count(m, param);
    const char *guard =
        param->is_unique ? arena_format(m->arena, "%s.data && ", marshal_local(m, param, "bytes")) : NULL;

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
    for (; is_optional(param) && i < conditions->count; i++)
        conditions->items[i] =
            arena_format(m->arena, "(%s && %s)", marshal_local(m, param, "present"), conditions->items[i]);
}

static void check(const struct marshal *m)
{
    struct pieces conditions = {.arena = m->arena};
    uint32_t i;

    if (!has_input(m->method))
        return;
    pieces_add(&conditions, "%s.failed", m->reader);
    rebuild_counts(m, &conditions);
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

        if (!param->is_allocated || !param->is_in)
            continue;
        text_printf(m->out, "    %s = rpc_result_bstr(%s);\n", param->name, bytes);
        pieces_add(&failures, "(%s.data && !%s)", bytes, param->name);
    }
    if (!failures.count)
        return;
    pieces_print(&failures, m->out, "    if (", " ||", ") {\n");
    for (i = 0; i < m->method->param_count; i++)
        if (m->method->params[i].is_allocated && m->method->params[i].is_in)
            text_printf(m->out, "        SysFreeString(%s);\n", m->method->params[i].name);
    text_puts(m->out, "        return E_OUTOFMEMORY;\n    }\n");
}

/* Memory for arrays and for outputs that are not written in place. */
static void allocate(const struct marshal *m, const struct ir_param *param)
{
    const char *room = !has_memory(param)                                    ? NULL
                       : param->is_out || param->length.kind != IR_SIZE_NONE ? stub_count_of(m, &param->size)
                                                                             : received_count(m, param);

    if (!has_memory(param) || param->in_place || (shape_is_deep(param) && param->is_in) ||
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
    if (is_optional(param))
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
    if (is_optional(param))
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
    if (is_optional(param))
        text_printf(m->out, "    if (%s)\n", marshal_local(m, param, "present"));
    call_walker(m, param, is_optional(param) ? "        " : "    ", "rpc_incoming_finish_shape");
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

/* ---- executing ---- */

static void execute(const struct marshal *m)
{
    struct pieces terms;
    uint32_t scalars;
    const char *bound;

    if (stub_has_allocated(m->method)) {
        text_printf(m->out, "    rpc_incoming_run(%s);\n", m->call);
        return;
    }
    stub_reply_bound(m, &terms, &scalars);
    bound = marshal_print_bound(m, &terms, scalars);
    c_list(m->out, arena_format(m->arena, "    %s = rpc_incoming_execute", m->hr),
           (const char *[]){m->call, bound}, 2, ");\n");
    text_printf(m->out, "    if (FAILED(%s))\n        return %s;\n", m->hr, m->hr);
}

static void open_in_place(const struct marshal *m, const struct ir_param *param)
{
    const char *room = stub_count_of(m, &param->size);

    text_printf(m->out, "    %s = (%s)wire_open(&%s->reply, %u, %s, &%s);\n", param->name,
                element_pointer(m, param, ""), m->call, param->number, room, m->mark);
    text_printf(m->out, "    if (!%s)\n        return RPC_E_SERVER_CANTMARSHAL_DATA;\n", param->name);
    if (param->is_in && param->shape == WIRE_BLOB)
        text_printf(m->out, "    wire_copy(%s, %s);\n", param->name, marshal_local(m, param, "bytes"));
    else if (param->is_in)
        text_printf(m->out, "    wire_copy_text(%s, %s);\n", param->name, marshal_local(m, param, "bytes"));
    else if (param->shape == WIRE_STRING)
        text_printf(m->out, "    if (%s != 0)\n        %s[0] = '\\0';\n", room, param->name);
    else if (param->length.kind == IR_SIZE_NONE)
        text_printf(m->out, "    memset(%s, 0, %s); /* what the method leaves is not of other calls */\n",
                    param->name, room);
}

static const char *argument(const struct marshal *m, const struct ir_param *param)
{
    const char *bytes = marshal_local(m, param, "bytes");

    if (is_optional(param))
        return arena_format(m->arena, "%s ? %s%s : NULL", marshal_local(m, param, "present"),
                            stub_is_in_scratch(param) ? "" : "&", param->name);
    if (param->is_allocated)
        return arena_format(m->arena, "&%s", param->name);
    if (has_memory(param))
        return param->name;
    switch (param->shape) {
    case WIRE_STRING:
        return arena_format(m->arena, "wire_terminate(%s)", bytes);
    case WIRE_BLOB:
        if (param->value->base == BASE_UINT8)
            return arena_format(m->arena, "%s.data", bytes);
        return arena_format(m->arena, "(%s)%s.data", element_pointer(m, param, ""), bytes);
    case WIRE_INTERFACE:
        return param->is_out ? arena_format(m->arena, "&%s", param->name)
                             : arena_format(m->arena, "(%s *)%s", marshal_object_type(param), param->name);
    case WIRE_STRUCT:
    case WIRE_DEEP:
        if (stub_is_in_scratch(param))
            return param->is_indirect ? param->name : arena_format(m->arena, "*%s", param->name);
        break;
    default:
        break;
    }
    return param->is_indirect ? arena_format(m->arena, "&%s", param->name) : param->name;
}

/* The object's method; of a [call_as] pair what makes of the remote form the local one, written by hand. */
static const char *called_function(const struct marshal *m)
{
    if (m->method->is_remote_form)
        return arena_format(m->arena, "%s_%s_Stub", m->method->owner,
                            m->interface->methods[m->method->slot].name);
    return arena_format(m->arena, "%s_%s", m->interface->name, m->method->name);
}

static void make_call(const struct marshal *m, const char *object)
{
    const char **items = arena_alloc(m->arena, (m->method->param_count + 1) * sizeof(*items));
    uint32_t i;

    items[0] = object;
    if (m->method->is_remote_form && strcmp(m->method->owner, m->interface->name) != 0)
        items[0] = arena_format(m->arena, "(%s *)%s", m->method->owner, object);
    for (i = 0; i < m->method->param_count; i++)
        items[i + 1] = argument(m, &m->method->params[i]);
    c_list(m->out,
           arena_format(m->arena, "    %s%s",
                        marshal_is_void(m->method) ? "" : arena_format(m->arena, "%s = ", m->hr),
                        called_function(m)),
           items, m->method->param_count + 1, ");\n");
}

/* ---- methods and interfaces ---- */

static void emit_method(struct text *out, const struct ir_interface *interface,
                        const struct ir_method *method)
{
    const char *object = c_local(out->arena, method, "self");
    struct marshal m;
    uint32_t i;

    marshal_init(&m, out, interface, method);
    m.reader = c_local(m.arena, method, "request");
    m.writer = stub_has_writer(method) ? c_local(m.arena, method, "reply")
                                       : arena_format(m.arena, "%s->reply", m.call);
    c_declare_list(out, arena_format(m.arena, "static HRESULT %s_%s_stub", interface->name, method->name),
                   (const char *[]){arena_format(m.arena, "%s *%s", interface->name, object),
                                    arena_format(m.arena, "struct rpc_incoming *%s", m.call)},
                   2, ")\n{\n");
    declare_all(&m);
    prepare_structs(&m);
    walk(&m);
    check(&m);
    fill_memory(&m);
    take_interfaces(&m);
    take_bstrs(&m);
    execute(&m);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].in_place)
            open_in_place(&m, &method->params[i]);
    for (i = 0; i < method->param_count; i++)
        if (stub_is_kept(&m, i))
            text_printf(out, "    %s = %s;\n", marshal_local(&m, &method->params[i], "before"),
                        marshal_count(&m, &(struct ir_size){IR_SIZE_POINTED, 0, i}, method->params[i].name));
    make_call(&m, object);
    stub_encode(&m);
    text_puts(out, "}\n\n");
}

/* Whether what travels for a slot has code. */
static bool is_in_code(const struct ir_method *slot, bool is_small)
{
    const struct ir_method *method = ir_travelling(slot);

    return method && !(is_small && table_describes(method));
}

/* The stub of an interface: finds the method. */
static void emit_dispatch(struct text *out, const struct ir_interface *interface)
{
    const char *head = arena_format(out->arena, "HRESULT %s_stub", interface->name);
    const char *const parameters[] = {"void *object", "uint32_t method", "struct rpc_incoming *call"};
    uint32_t i;

    c_declare_list(out, head, parameters, 3, ");\n\n");
    c_declare_list(out, head, parameters, 3, ")\n{\n");
    text_printf(out, "    %s *self = (%s *)object;\n\n    switch (method) {\n", interface->name,
                interface->name);
    for (i = 3; i < interface->method_count; i++)
        if (ir_travelling(&interface->methods[i]))
            text_printf(out, "    case %u:\n        return %s_%s_stub(self, call);\n",
                        interface->methods[i].slot, interface->name,
                        ir_travelling(&interface->methods[i])->name);
    text_puts(out, "    default:\n        return RPC_E_INVALIDMETHOD;\n    }\n}\n\n");
}

/* The same where tables describe methods; those that they cannot describe have code. */
static void emit_small_dispatch(struct text *out, const struct ir_interface *interface)
{
    const char *head = arena_format(out->arena, "HRESULT %s_stub", interface->name);
    const char *const parameters[] = {"void *object", "uint32_t method", "struct rpc_incoming *call"};
    bool has_frame;
    uint32_t i;

    c_declare_list(out, head, parameters, 3, ");\n\n");
    c_declare_list(out, head, parameters, 3, ")\n{\n");
    has_frame = table_emit_frame_union(out, interface, "frame");
    text_puts(out, has_frame ? "\n" : "");
    for (i = 3; i < interface->method_count; i++)
        if (is_in_code(&interface->methods[i], true))
            text_printf(out, "    if (method == %u)\n        return %s_%s_stub((%s *)object, call);\n",
                        interface->methods[i].slot, interface->name,
                        ir_travelling(&interface->methods[i])->name, interface->name);
    text_printf(out, "    if (method < 3 || method >= %u)\n        return RPC_E_INVALIDMETHOD;\n",
                interface->method_count);
    text_printf(out, "    return rpc_table_serve(&%s_methods[method - 3], object, call, %s);\n}\n\n",
                interface->name, has_frame ? "&frame" : "NULL");
}

static void emit_interface(struct text *out, const struct ir_interface *interface, bool is_small)
{
    uint32_t i;

    for (i = 3; i < interface->method_count; i++)
        if (is_in_code(&interface->methods[i], is_small))
            emit_method(out, interface, ir_travelling(&interface->methods[i]));
    if (is_small && table_has_methods(interface))
        emit_small_dispatch(out, interface);
    else
        emit_dispatch(out, interface);
}

static bool is_code(const struct ir_method *method)
{
    return !table_describes(method);
}

static void emit(struct text *out, const struct ir_file *file, bool is_small)
{
    bool any = false;
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        any |= file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local;
    text_printf(out, "/* Stubs of %s, made by idlc; do not edit. */\n", file->path);
    if (!any) {
        text_printf(out, "#include <%s.h>\n\n/* All its interfaces are [local]. */\n", file->path);
        return;
    }
    /* First, because headers for Windows' own names define more than names of types. */
    text_printf(out, "#include <rpc_marshal.h>\n%s#include <wire_values.h>\n",
                shape_is_used(file) ? "#include <rpc_shape.h>\n" : "");
    text_printf(out, "#include <%s.h>\n#include <string.h>\n\n", file->path);
    marshal_structs(out, file, true, is_small ? is_code : NULL);
    shape_emit_file(out, file);
    if (is_small)
        table_emit_file(out, file);
    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            emit_interface(out, file->items[i].interface, is_small);
    text_trim_end(out);
}

void emit_stub(struct text *out, const struct ir_file *file)
{
    emit(out, file, false);
}

void emit_small_stub(struct text *out, const struct ir_file *file)
{
    emit(out, file, true);
}
