/* The header of an interface: its class, its table of methods, wrappers. */
#include "emit.h"
#include "header.h"
#include "owned.h"

#include <string.h>

void header_emit_uuid(struct text *out, const char *definition, const char *prefix, const char *name,
                      const uint8_t *u)
{
    const char *head = arena_format(out->arena, "%s %s%s%s = {", definition, prefix, name,
                                    strcmp(definition, HEADER_IID) == 0 ? "" : " COM_MAYBE_UNUSED");
    const char *value = arena_format(out->arena,
                                     "0x%02x%02x%02x%02x, 0x%02x%02x, 0x%02x%02x, {0x%02x, 0x%02x, 0x%02x, "
                                     "0x%02x, 0x%02x, 0x%02x, 0x%02x, "
                                     "0x%02x}};",
                                     u[0], u[1], u[2], u[3], u[4], u[5], u[6], u[7], u[8], u[9], u[10], u[11],
                                     u[12], u[13], u[14], u[15]);
    bool fits = strlen(head) + strlen(value) <= EMIT_COLUMNS;

    text_printf(out, "%s%s%s\n\n", head, fits ? "" : "\n    ", value);
}

static const char *self_of(struct arena *arena, const struct ir_interface *interface,
                           const struct ir_method *method)
{
    return arena_format(arena, "%s *%s", interface->name, c_local(arena, method, "self"));
}

static const char *method_head(struct arena *arena, const struct ir_method *method, const char *before,
                               const char *name)
{
    return arena_format(arena, "%s%s", before, c_declaration(arena, method->result, name));
}

static void emit_class(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    text_puts(out, "#ifdef __cplusplus\n");
    if (interface->base)
        text_printf(out, "struct %s : %s {\n", interface->name, interface->base->name);
    else
        text_printf(out, "struct %s {\n", interface->name);
    for (i = interface->inherited_count; i < interface->method_count; i++)
        c_virtual(out, interface, &interface->methods[i]);
    text_puts(out, "};\n");
}

/* clang-format takes HRESULT for a macro where a pointer to a function does not fit into its line. */
static void emit_slots(struct text *out, const struct ir_interface *interface)
{
    struct text slots;
    uint32_t i, lines = 0;

    text_init(&slots, out->arena);
    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];
        const char *slot = arena_format(out->arena, "(*%s)", method->name);

        c_signature(&slots, method_head(out->arena, method, "    ", slot),
                    self_of(out->arena, interface, method), method, ");\n");
    }
    for (i = 0; slots.bytes[i]; i++)
        lines += slots.bytes[i] == '\n';
    text_printf(
        out, lines > interface->method_count ? "    // clang-format off\n%s    // clang-format on\n" : "%s",
        slots.bytes);
}

static void emit_table(struct text *out, const struct ir_interface *interface)
{
    text_printf(out, "#else\nstruct %sVtbl {\n", interface->name);
    emit_slots(out, interface);
    text_printf(out, "};\n\nstruct %s {\n    const struct %sVtbl *vtbl;\n};\n#endif\n\n", interface->name,
                interface->name);
}

static void emit_wrapper(struct text *out, const struct ir_interface *interface,
                         const struct ir_method *method)
{
    bool is_void = method->result->kind == IR_BASE && method->result->base == BASE_VOID;
    bool is_result = method->result->kind == IR_BASE && method->result->base == BASE_HRESULT;
    const char **items = arena_alloc(out->arena, (method->param_count + 2) * sizeof(*items));
    const char *name = arena_format(out->arena, "%s_%s", interface->name, method->name);
    uint32_t i;

    if (method->is_variadic)
        return; /* C cannot hand them on */
    if (method->slot >= interface->inherited_count)
        c_doc(out, method->doc, "");
    c_signature(out,
                method_head(out->arena, method,
                            is_result ? "static inline COM_WARN_UNUSED " : "static inline ", name),
                self_of(out->arena, interface, method), method, ")\n{\n");
    items[0] = c_local(out->arena, method, "self");
    items[1] = c_method_name(out->arena, method);
    for (i = 0; i < method->param_count; i++)
        items[i + 2] = method->params[i].name;
    c_list(out,
           arena_format(out->arena, "    %s%s", is_void ? "" : "return ",
                        method->param_count ? "COM_CALL" : "COM_CALL0"),
           items, method->param_count + 2, ");\n}\n\n");
}

/* What COM_SCOPED calls; only for what has a Release. */
static void emit_cleanup(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];

        if (strcmp(method->name, "Release") != 0 || method->param_count != 0)
            continue;
        text_printf(out, "/** Releases what a COM_SCOPED(%s) variable holds. */\n", interface->name);
        text_printf(out, "static inline void %s_cleanup(%s **pointer)\n{\n", interface->name,
                    interface->name);
        text_printf(out, "    if (*pointer)\n        (void)%s_Release(*pointer);\n}\n\n", interface->name);
    }
}

/* DCE RPC has no objects: its methods are functions. */
static void emit_functions(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];

        c_doc(out, method->doc, "");
        c_signature(out, method_head(out->arena, method, "", method->name), NULL, method, ");\n\n");
    }
}

/* The functions of its [call_as] pairs, with the names that MIDL gives them. */
static void emit_call_as(struct text *out, const struct ir_interface *interface)
{
    const char *name = interface->name;
    uint32_t i;

    for (i = interface->inherited_count; i < interface->method_count; i++) {
        const struct ir_method *local = &interface->methods[i], *remote = local->remote;
        struct arena *arena = out->arena;

        if (!remote)
            continue;
        text_printf(out,
                    "/*\n * %s is [local] and travels as %s. Written by hand: %s_Proxy, which is the proxy's "
                    "method and\n"
                    " * calls %s_Proxy, and %s_Stub, which makes the call on the object.\n */\n",
                    local->name, remote->name, local->name, remote->name, local->name);
        c_signature(out, method_head(arena, local, "", arena_format(arena, "%s_%s_Proxy", name, local->name)),
                    self_of(arena, interface, local), local, ");\n");
        c_signature(out, method_head(arena, remote, "", arena_format(arena, "%s_%s_Stub", name, local->name)),
                    self_of(arena, interface, remote), remote, ");\n");
        c_signature(out,
                    method_head(arena, remote, "", arena_format(arena, "%s_%s_Proxy", name, remote->name)),
                    self_of(arena, interface, remote), remote, ");\n\n");
    }
}

/* Who makes the call objects of [async_uuid]: defined with the proxies. */
static void emit_creator(struct text *out, const struct ir_interface *interface)
{
    c_doc(out,
          "A call object for `object`, with one reference: Begin_ sends a call and returns, Finish_ waits "
          "for it and\n"
          "has its results. One call at a time; any number of objects. Its last Release gives up a call that "
          "is out.\n"
          "@retval E_NOTIMPL the object is of this process: call it directly",
          "");
    c_declare_list(out, arena_format(out->arena, "COM_WARN_UNUSED HRESULT %s_create", interface->name),
                   (const char *[]){arena_format(out->arena, "%s *object", interface->async_of->name),
                                    arena_format(out->arena, "%s **out_call", interface->name)},
                   2, ");\n\n");
}

/*
 * An interface of COM itself: com/unknown.idl declares it, and so do files of Windows that a program may have
 * beside it. The first one that C sees counts.
 */
static bool is_shared(const struct ir_interface *interface)
{
    static const uint8_t COM[12] = {0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46};

    return interface->has_uuid && memcmp(interface->uuid + 4, COM, sizeof(COM)) == 0;
}

void header_emit_interface(struct text *out, const struct ir_interface *interface)
{
    bool is_remote = !interface->is_local && !interface->is_dispinterface && interface->has_uuid;
    uint32_t i;

    if (interface->is_rpc) {
        emit_functions(out, interface);
        return;
    }
    if (is_shared(interface))
        text_printf(out, "#ifndef COM_HAS_%s\n#define COM_HAS_%s\n\n", interface->name, interface->name);
    if (interface->has_uuid)
        header_emit_uuid(out, HEADER_IID, interface->is_dispinterface ? "DIID_" : "IID_", interface->name,
                         interface->uuid);
    c_doc(out, interface->doc, "");
    emit_class(out, interface);
    emit_table(out, interface);
    for (i = 0; i < interface->method_count; i++)
        emit_wrapper(out, interface, &interface->methods[i]);
    if (interface->async_of)
        emit_creator(out, interface);
    emit_cleanup(out, interface);
    if (is_remote)
        emit_call_as(out, interface);
    if (is_remote)
        text_printf(out,
                    "/** What a node knows about %s: its proxy and stub. */\n"
                    "extern const struct com_interface %s_interface;\n\n",
                    interface->name, interface->name);
    if (is_shared(interface))
        text_puts(out, "#endif\n\n");
}
