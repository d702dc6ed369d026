/*
 * The proxy: for each remote interface a method table whose functions send calls, and what a node must know.
 */
#include "proxy.h"

#include "shape.h"
#include "table.h"

/* The remote form of a [call_as] pair is called by what is written by hand. */
static bool proxy_is_public(const struct ir_method *method)
{
    return method->is_remote_form && !marshal_is_void(method);
}

const char *proxy_name(const struct marshal *m)
{
    return arena_format(m->arena, "%s_%s_%s", m->interface->name, m->method->name,
                        marshal_is_void(m->method)   ? "send"
                        : proxy_is_public(m->method) ? "Proxy"
                                                     : "proxy");
}

void proxy_emit_void(const struct marshal *m)
{
    const struct ir_method *method = m->method;
    const char **items = arena_alloc(m->arena, (method->param_count + 1) * sizeof(*items));
    uint32_t i;

    if (!marshal_is_void(method))
        return;
    items[0] = c_local(m->arena, method, "self");
    for (i = 0; i < method->param_count; i++)
        items[i + 1] = method->params[i].name;
    c_signature(m->out,
                arena_format(m->arena,
                             method->is_remote_form ? "void %s_%s_Proxy" : "static void %s_%s_proxy",
                             m->interface->name, method->name),
                arena_format(m->arena, "%s *%s", m->interface->name, items[0]), method, ")\n{\n");
    c_list(m->out, arena_format(m->arena, "    com_ignore(%s", proxy_name(m)), items, method->param_count + 1,
           ")); /* nobody waits for it */\n}\n\n");
}

void proxy_emit_reply(const struct marshal *m)
{
    const char *decoded = c_local(m->arena, m->method, "decoded");
    const char **items, *name;
    uint32_t count;

    if (!proxy_has_results(m->method))
        return;
    name = proxy_results_list(m, false, &count, &items);
    text_printf(m->out, "    if (SUCCEEDED(%s)) {\n", m->hr);
    c_list(m->out, arena_format(m->arena, "        %s = %s", decoded, name), items, count, ");\n");
    text_printf(m->out, "        if (FAILED(%s))\n            %s = %s;\n    }\n", decoded, m->hr, decoded);
}

static void emit_call(struct marshal *m)
{
    const struct ir_method *method = m->method;
    const char *self = c_local(m->arena, method, "self");

    c_signature(
        m->out,
        arena_format(m->arena, "%sHRESULT %s", proxy_is_public(method) ? "" : "static ", proxy_name(m)),
        arena_format(m->arena, "%s *%s", m->interface->name, self), method, ")\n{\n");
    proxy_emit_request(m, self);
    text_printf(m->out, "    %s = rpc_call_invoke(&%s);\n", m->hr, m->call);
    proxy_emit_reply(m);
    text_printf(m->out, "    rpc_call_end(&%s);\n    return %s;\n}\n\n", m->call, m->hr);
    proxy_emit_void(m);
}

/* A [local] method has a slot, but stays in its process. */
static void emit_local(struct marshal *m)
{
    const struct ir_method *method = m->method;
    const char *self = c_local(m->arena, method, "self");
    uint32_t i;

    c_signature(
        m->out,
        arena_format(m->arena, "static %s",
                     c_declaration(m->arena, method->result,
                                   arena_format(m->arena, "%s_%s_proxy", m->interface->name, method->name))),
        arena_format(m->arena, "%s *%s", m->interface->name, self), method, ")\n{\n");
    text_printf(m->out, "    (void)%s;\n", self);
    for (i = 0; i < method->param_count; i++)
        text_printf(m->out, "    (void)%s;\n", method->params[i].name);
    text_puts(m->out, "    return E_NOTIMPL; /* [local] */\n}\n\n");
}

/*
 * The [local] method of a [call_as] pair is the user's function, which calls that of the remote form. An heir
 * has the same.
 */
static void emit_inherited_call_as(struct marshal *m)
{
    const struct ir_method *method = m->method;
    const char *self = c_local(m->arena, method, "self");
    bool is_void = method->result->kind == IR_BASE && method->result->base == BASE_VOID;
    const char **items = arena_alloc(m->arena, (method->param_count + 1) * sizeof(*items));
    uint32_t i;

    c_signature(
        m->out,
        arena_format(m->arena, "static %s",
                     c_declaration(m->arena, method->result,
                                   arena_format(m->arena, "%s_%s_proxy", m->interface->name, method->name))),
        arena_format(m->arena, "%s *%s", m->interface->name, self), method, ")\n{\n");
    items[0] = arena_format(m->arena, "(%s *)%s", method->owner, self);
    for (i = 0; i < method->param_count; i++)
        items[i + 1] = method->params[i].name;
    c_list(m->out,
           arena_format(m->arena, "    %s%s_%s_Proxy", is_void ? "" : "return ", method->owner, method->name),
           items, method->param_count + 1, ");\n}\n\n");
}

/* @retval false the method is no half of such a pair */
static bool emit_call_as(struct marshal *m, const struct ir_interface *interface, uint32_t slot)
{
    if (!interface->methods[slot].remote)
        return false;
    if (slot < interface->inherited_count) {
        emit_inherited_call_as(m);
        return true;
    }
    marshal_init(m, m->out, interface, interface->methods[slot].remote);
    if (proxy_has_results(m->method))
        proxy_emit_results(m);
    emit_call(m);
    return true;
}

/* ---- interfaces ---- */

static void emit_table(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    text_printf(out, "/* The first three are the runtime's: their addresses tell a proxy. */\n");
    text_printf(out, "static const struct %sVtbl %s_proxy_vtbl = {\n", interface->name, interface->name);
    text_printf(out,
                "    .QueryInterface = (HRESULT(*)(%s *, const IID *, void **))rpc_proxy_QueryInterface,\n"
                "    .AddRef = (uint32_t(*)(%s *))rpc_proxy_AddRef,\n"
                "    .Release = (uint32_t(*)(%s *))rpc_proxy_Release,\n",
                interface->name, interface->name, interface->name);
    for (i = 3; i < interface->method_count; i++)
        text_printf(out, "    .%s = %s_%s_%s,\n", interface->methods[i].name, interface->name,
                    interface->methods[i].name,
                    interface->methods[i].remote && i >= interface->inherited_count ? "Proxy" : "proxy");
    text_puts(out, "};\n\n");
}

static bool emit_result_names(struct text *out, const struct ir_file *file)
{
    bool any = false;
    uint32_t i;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_const *constant = file->items[i].constant;

        if (file->items[i].kind != ITEM_CONST || constant->type->base != BASE_HRESULT)
            continue;
        if (!any)
            text_puts(out, "/* The codes that the file defines. */\n"
                           "static const struct com_result_name result_names[] = {\n");
        any = true;
        text_printf(out, "    {%s, \"%s\"},\n", constant->name, constant->name);
    }
    if (any)
        text_puts(out, "    {S_OK, NULL},\n};\n\n");
    return any;
}

static void emit_interface(struct text *out, const struct ir_interface *interface, bool has_names,
                           bool is_small)
{
    struct marshal m;
    uint32_t i;

    if (is_small && table_has_methods(interface))
        text_printf(out, "extern const struct wire_method %s_methods[];\n\n", interface->name);
    for (i = 3; i < interface->method_count; i++) {
        marshal_init(&m, out, interface, &interface->methods[i]);
        if (emit_call_as(&m, interface, i))
            continue;
        if (interface->methods[i].is_local) {
            emit_local(&m);
            continue;
        }
        if (is_small && table_describes(m.method)) {
            table_emit_call(&m);
            continue;
        }
        if (proxy_has_results(&interface->methods[i]))
            proxy_emit_results(&m);
        emit_call(&m);
    }
    emit_table(out, interface);
    text_printf(out,
                "HRESULT %s_stub(void *object, uint32_t method, struct rpc_incoming *call);\n\n"
                "extern const struct com_type_info %s_type_info COM_WEAK;\n\n",
                interface->name, interface->name);
    text_printf(out,
                "const struct com_interface %s_interface = {\n    .iid = &IID_%s,\n    .name = \"%s\",\n"
                "    .method_count = %u,\n    .proxy_vtbl = &%s_proxy_vtbl,\n    .stub = %s_stub,\n"
                "    .results = %s,\n    .type_info = &%s_type_info,\n};\n\n",
                interface->name, interface->name, interface->name, interface->method_count, interface->name,
                interface->name, has_names ? "result_names" : "NULL", interface->name);
}

static bool has_remote(const struct ir_file *file)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            return true;
    return false;
}

static bool is_code(const struct ir_method *method)
{
    return !table_describes(method);
}

static void emit(struct text *out, const struct ir_file *file, bool is_small)
{
    bool has_names;
    uint32_t i;

    text_printf(out, "/* Proxies of %s, made by idlc; do not edit. */\n", file->path);
    if (!has_remote(file)) {
        text_printf(out, "#include <%s.h>\n\n/* All its interfaces are [local]. */\n", file->path);
        return;
    }
    /* First, because headers for Windows' own names define more than names of types. */
    text_printf(out, "#include <rpc_marshal.h>\n%s%s#include <wire_values.h>\n",
                shape_is_used(file) ? "#include <rpc_shape.h>\n" : "",
                marshal_computes(file) ? "#include <wire_size.h>\n" : "");
    text_printf(out, "#include <%s.h>\n#include <string.h>\n\n", file->path);
    has_names = emit_result_names(out, file);
    marshal_structs(out, file, false, is_small ? is_code : NULL);
    shape_emit_file(out, file);
    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && !file->items[i].interface->is_local)
            emit_interface(out, file->items[i].interface, has_names, is_small);
    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == ITEM_INTERFACE && file->items[i].interface->async_of)
            async_emit(out, file->items[i].interface);
    text_trim_end(out);
}

void emit_proxy(struct text *out, const struct ir_file *file)
{
    emit(out, file, false);
}

void emit_small_proxy(struct text *out, const struct ir_file *file)
{
    emit(out, file, true);
}
