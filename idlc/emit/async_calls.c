/*
 * The call objects of [async_uuid]: for each method of IX a Begin_ and a Finish_ of AsyncIX. Begin_ is the
 * proxy's half up to the request, Finish_ the half behind the reply; both are code in either form.
 */
#include "proxy.h"

/* rpc_marshal.h: RPC_ASYNC_KEPT_MAX. */
#define KEPT_MAX 4

/* The method as Begin_ sees it: all that goes in, and nothing that comes out. */
static struct ir_method begin_of(struct arena *arena, const struct ir_method *method)
{
    struct ir_method begin = *method;
    uint32_t i;

    begin.params = arena_alloc(arena, (method->param_count + 1) * sizeof(*begin.params));
    for (i = 0; i < method->param_count; i++) {
        begin.params[i] = method->params[i];
        begin.params[i].is_out = false;
        begin.params[i].in_place = false;
        if (method->params[i].is_in)
            continue;
        begin.params[i].shape = WIRE_NONE; /* it keeps its place, which others name */
        begin.params[i].is_indirect = false;
        begin.params[i].is_allocated = false; /* Finish_ has where it goes */
    }
    return begin;
}

/* The method as Finish_ sees it: what only goes in is known, but was sent. */
static struct ir_method finish_of(struct arena *arena, const struct ir_method *method)
{
    struct ir_method finish = *method;
    uint32_t i;

    finish.params = arena_alloc(arena, (method->param_count + 1) * sizeof(*finish.params));
    for (i = 0; i < method->param_count; i++) {
        finish.params[i] = method->params[i];
        if (method->params[i].is_out && method->params[i].shape == WIRE_SCALAR)
            finish.params[i].is_in = false; /* it is read where it is: there is no call to be begun */
        if (method->params[i].shape == WIRE_STRING)
            finish.params[i].size.kind = IR_SIZE_NONE; /* its room is for the results to check */
        if (method->params[i].is_out)
            continue;
        finish.params[i].shape = WIRE_NONE;
        finish.params[i].is_indirect = false;
    }
    return finish;
}

/* Whether Finish_ needs an [in] parameter: the counts of its outputs. */
static bool is_kept(const struct ir_method *method, uint32_t index)
{
    return !method->params[index].is_out && proxy_is_for_results(method, index);
}

/* Whether sizes are computed of a parameter. */
static bool is_operand(const struct ir_method *method, uint32_t index)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if ((method->params[i].size.kind == IR_SIZE_COMPUTED && wire_uses(&method->params[i].size, index)) ||
            (method->params[i].length.kind == IR_SIZE_COMPUTED &&
             wire_uses(&method->params[i].length, index)))
            return true;
    return false;
}

/* Whether all that Finish_ needs of Begin_ are a few counts. */
static bool can_be_kept(const struct ir_method *method)
{
    uint32_t i, count = 0;

    for (i = 0; i < method->param_count; i++) {
        if (!is_kept(method, i))
            continue;
        if (method->params[i].shape != WIRE_SCALAR || method->params[i].is_indirect || ++count > KEPT_MAX)
            return false;
        if (is_operand(method, i) && base_types[method->params[i].value->base].bits > 32)
            return false; /* a count is below some limit, but this may be anything */
    }
    return true;
}

static void open(const struct marshal *m, const struct ir_interface *async, const struct ir_method *half,
                 const char *self)
{
    c_signature(m->out, arena_format(m->arena, "static HRESULT %s_%s_call", async->name, half->name),
                arena_format(m->arena, "%s *%s", async->name, self), half, ")\n{\n");
}

/* What has no two halves. */
static void emit_missing(const struct marshal *m, const struct ir_interface *async,
                         const struct ir_method *half)
{
    const char *self = c_local(m->arena, m->method, "self");
    uint32_t i;

    open(m, async, half, self);
    text_printf(m->out, "    (void)%s;\n", self);
    for (i = 0; i < half->param_count; i++)
        text_printf(m->out, "    (void)%s;\n", half->params[i].name);
    text_puts(m->out, "    return E_NOTIMPL;\n}\n\n");
}

static void emit_begin(const struct marshal *m, const struct ir_interface *async,
                       const struct ir_method *half)
{
    const char *self = c_local(m->arena, m->method, "self");
    struct ir_method begin = begin_of(m->arena, m->method);
    struct marshal request = *m;
    uint32_t i, kept = 0;

    request.method = &begin;
    open(m, async, half, self);
    proxy_emit_request(&request, arena_format(m->arena, "rpc_async_target(%s)", self));
    for (i = 0; i < m->method->param_count; i++)
        if (is_kept(m->method, i))
            text_printf(m->out, "    rpc_async_keep(%s, %u, (uint32_t)%s);\n", self, kept++,
                        m->method->params[i].name);
    text_printf(m->out, "    %s = rpc_async_begin(%s, &%s);\n    rpc_call_end(&%s);\n    return %s;\n}\n\n",
                m->hr, self, m->call, m->call, m->hr);
}

static void emit_finish(const struct marshal *m, const struct ir_interface *async,
                        const struct ir_method *half)
{
    const char *self = c_local(m->arena, m->method, "self");
    const char *decoded = c_local(m->arena, m->method, "decoded");
    struct ir_method finish = finish_of(m->arena, m->method);
    struct marshal reply = *m;
    uint32_t i, kept = 0;

    reply.method = &finish;
    open(m, async, half, self);
    text_printf(m->out, "    struct rpc_call %s;\n", m->call);
    for (i = 0; i < m->method->param_count; i++) {
        const struct ir_param *param = &m->method->params[i];

        if (is_kept(m->method, i))
            text_printf(m->out, "    %s = (%s)rpc_async_kept(%s, %u);\n",
                        marshal_variable(m->arena, param->value, param->name),
                        marshal_variable(m->arena, param->value, ""), self, kept++);
    }
    marshal_declare_computed(&reply, true, true);
    text_printf(m->out, "    HRESULT %s", m->hr);
    text_printf(m->out, proxy_has_results(m->method) ? ", %s;\n\n" : ";\n\n", decoded);
    proxy_check_pointers(&reply);
    proxy_clear_arrays(&reply);
    text_printf(m->out, "    %s = rpc_async_finish(%s, %u, &%s);\n", m->hr, self, m->method->slot, m->call);
    proxy_emit_reply(m);
    text_printf(m->out, "    rpc_call_end(&%s);\n    return %s;\n}\n\n", m->call, m->hr);
}

static void emit_table(struct text *out, const struct ir_interface *async)
{
    uint32_t i;

    text_printf(out, "/* The first three are the runtime's: their addresses tell a call object. */\n");
    text_printf(out, "static const struct %sVtbl %s_call_vtbl = {\n", async->name, async->name);
    text_printf(out,
                "    .QueryInterface = (HRESULT(*)(%s *, const IID *, void **))rpc_async_QueryInterface,\n"
                "    .AddRef = (uint32_t(*)(%s *))rpc_async_AddRef,\n"
                "    .Release = (uint32_t(*)(%s *))rpc_async_Release,\n",
                async->name, async->name, async->name);
    for (i = 3; i < async->method_count; i++)
        text_printf(out, "    .%s = %s_%s_call,\n", async->methods[i].name, async->name,
                    async->methods[i].name);
    text_puts(out, "};\n\n");
}

void async_emit(struct text *out, const struct ir_interface *async)
{
    const struct ir_interface *interface = async->async_of;
    struct marshal m;
    uint32_t i;

    for (i = 3; i < async->method_count; i++) {
        const struct ir_method *half = &async->methods[i];
        const struct ir_method *method = &interface->methods[3 + (i - 3) / 2];

        marshal_init(&m, out, interface, method);
        if (method->is_local || !can_be_kept(method))
            emit_missing(&m, async, half);
        else if ((i - 3) % 2 == 0)
            emit_begin(&m, async, half);
        else
            emit_finish(&m, async, half);
    }
    emit_table(out, async);
    c_declare_list(out, arena_format(out->arena, "HRESULT %s_create", async->name),
                   (const char *[]){arena_format(out->arena, "%s *object", interface->name),
                                    arena_format(out->arena, "%s **out_call", async->name)},
                   2, ")\n{\n");
    c_list(out, "    return rpc_async_create",
           (const char *[]){"object", arena_format(out->arena, "&IID_%s", async->name),
                            arena_format(out->arena, "&%s_call_vtbl", async->name), "(void **)out_call"},
           4, ");\n}\n\n");
}
