/* The stub: its call of the object, its methods and interfaces. */
#include "stub.h"

#include "shape.h"
#include "table.h"

#include <string.h>

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
                stub_element_pointer(m, param, ""), m->call, param->number, room, m->mark);
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

    if (stub_is_optional(param))
        return arena_format(m->arena, "%s ? %s%s : NULL", marshal_local(m, param, "present"),
                            stub_is_in_scratch(param) ? "" : "&", param->name);
    if (param->is_allocated)
        return arena_format(m->arena, "&%s", param->name);
    if (stub_has_memory(param) && shape_is_array(param) && param->type->target->kind == IR_ARRAY)
        return arena_format(m->arena, "(void *)%s", param->name); /* it is a pointer to the first row */
    if (stub_has_memory(param))
        return param->name;
    switch (param->shape) {
    case WIRE_STRING:
        return arena_format(m->arena, "wire_terminate(%s)", bytes);
    case WIRE_BLOB:
        if (param->value->base == BASE_UINT8)
            return arena_format(m->arena, "%s.data", bytes);
        return arena_format(m->arena, "(%s)%s.data", stub_element_pointer(m, param, ""), bytes);
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
    stub_declare(&m);
    stub_decode(&m);
    execute(&m);
    for (i = 0; i < method->param_count; i++)
        if (method->params[i].in_place)
            open_in_place(&m, &method->params[i]);
    for (i = 0; i < method->param_count; i++)
        if (stub_is_kept(&m, i))
            text_printf(out, "    %s = %s;\n", marshal_local(&m, &method->params[i], "before"),
                        marshal_count(&m, &(struct ir_size){.kind = IR_SIZE_POINTED, .param = i},
                                      method->params[i].name));
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

static bool has_travelling(const struct ir_interface *interface)
{
    uint32_t i;

    for (i = 3; i < interface->method_count; i++)
        if (ir_travelling(&interface->methods[i]))
            return true;
    return false;
}

/* The stub of an interface: finds the method. */
static void emit_dispatch(struct text *out, const struct ir_interface *interface)
{
    const char *head = arena_format(out->arena, "HRESULT %s_stub", interface->name);
    const char *const parameters[] = {"void *object", "uint32_t method", "struct rpc_incoming *call"};
    uint32_t i;

    c_declare_list(out, head, parameters, 3, ");\n\n");
    c_declare_list(out, head, parameters, 3, ")\n{\n");
    if (!has_travelling(interface)) {
        text_puts(out, "    (void)object;\n    (void)method;\n    (void)call;\n"
                       "    return RPC_E_INVALIDMETHOD;\n}\n\n");
        return;
    }
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
    text_printf(out, "#include <rpc_marshal.h>\n%s%s#include <wire_values.h>\n",
                shape_is_used(file) ? "#include <rpc_shape.h>\n" : "",
                marshal_computes(file) ? "#include <wire_size.h>\n" : "");
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
