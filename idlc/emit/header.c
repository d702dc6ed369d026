/* The C and C++ header. */
#include "emit.h"

#include <stdio.h>
#include <string.h>

/* ---- constants ---- */

static const char *integer_text(struct arena *arena, const struct value *value)
{
    if (!value->is_unsigned && (int64_t)value->bits < 0)
        return arena_format(arena, "%lld", (long long)(int64_t)value->bits);
    return arena_format(arena, value->bits > 0xFFFF ? "0x%llX" : "%llu", (unsigned long long)value->bits);
}

static const char *wide_text(struct arena *arena, const struct ir_const *constant)
{
    const struct value *value = &constant->value;
    enum base_type base = constant->type->base;

    if (base == BASE_SIZE || base == BASE_OFFSET)
        return arena_format(arena, "((%s)%s)", constant->type->spelling, integer_text(arena, value));
    if (!value->is_unsigned && (int64_t)value->bits == INT64_MIN)
        return "(-INT64_C(0x7FFFFFFFFFFFFFFF) - 1)";
    return arena_format(arena, "%s(%s)",
                        base == BASE_UINT32  ? "UINT32_C"
                        : value->is_unsigned ? "UINT64_C"
                                             : "INT64_C",
                        integer_text(arena, value));
}

static bool fits_enum(const struct ir_const *constant)
{
    const struct value *value = &constant->value;

    if (constant->type->kind == IR_ENUM)
        return true;
    if (base_types[constant->type->base].bits > 32)
        return false;
    return value->is_unsigned ? value->bits <= INT32_MAX
                              : (int64_t)value->bits >= INT32_MIN && (int64_t)value->bits <= INT32_MAX;
}

static void emit_const(struct text *out, const struct ir_const *constant)
{
    const struct value *value = &constant->value;
    char number[64];

    c_doc(out, constant->doc, "");
    switch (value->kind) {
    case VALUE_STRING:
        text_printf(out, "#define %s \"%s\"\n\n", constant->name, value->text);
        break;
    case VALUE_FLOAT:
        snprintf(number, sizeof(number), "%.17g", value->real);
        text_printf(out, "#define %s (%s%s%s)\n\n", constant->name, number,
                    strpbrk(number, ".en") ? "" : ".0", constant->type->base == BASE_FLOAT ? "f" : "");
        break;
    default:
        if (constant->type->base == BASE_HRESULT)
            text_printf(out, "enum { %s = (HRESULT)0x%08X };\n\n", constant->name, (uint32_t)value->bits);
        else if (fits_enum(constant))
            text_printf(out, "enum { %s = %s };\n\n", constant->name, integer_text(out->arena, value));
        else
            text_printf(out, "#define %s %s\n\n", constant->name, wide_text(out->arena, constant));
    }
}

/* ---- types ---- */

static void emit_enum(struct text *out, const struct ir_enum *enumeration)
{
    uint32_t i;

    if (enumeration->is_opaque)
        return;
    c_doc(out, enumeration->doc, "");
    text_printf(out, "enum %s {\n", enumeration->name ? enumeration->name : "");
    for (i = 0; i < enumeration->enumerator_count; i++) {
        c_doc(out, enumeration->enumerators[i].doc, "    ");
        if (enumeration->enumerators[i].value == INT32_MIN)
            text_printf(out, "    %s = -2147483647 - 1,\n", enumeration->enumerators[i].name);
        else
            text_printf(out, "    %s = %d,\n", enumeration->enumerators[i].name,
                        enumeration->enumerators[i].value);
    }
    text_puts(out, "};\n\n");
}

static void emit_struct(struct text *out, const struct ir_struct *structure)
{
    uint32_t i;

    c_doc(out, structure->doc, "");
    if (structure->is_opaque) {
        text_printf(out, "struct %s;\n\n", structure->name);
        return;
    }
    text_printf(out, "struct %s {\n", structure->name);
    for (i = 0; i < structure->field_count; i++) {
        c_doc(out, structure->fields[i].doc, "    ");
        text_printf(out, "    %s;\n",
                    c_declaration(out->arena, structure->fields[i].type, structure->fields[i].name));
    }
    text_puts(out, "};\n\n");
}

static void emit_typedef(struct text *out, const struct ir_typedef *alias)
{
    c_doc(out, alias->doc, "");
    text_printf(out, "typedef %s;\n\n", c_declaration(out->arena, alias->type, alias->name));
}

/* ---- interfaces ---- */

static void emit_iid(struct text *out, const struct ir_interface *interface)
{
    const uint8_t *u = interface->uuid;

    text_printf(out, "COM_IID IID_%s = {\n", interface->name);
    text_printf(out, "    0x%02x%02x%02x%02x, 0x%02x%02x, 0x%02x%02x, ", u[0], u[1], u[2], u[3], u[4], u[5],
                u[6], u[7]);
    text_printf(out, "{0x%02x, 0x%02x, 0x%02x, 0x%02x, 0x%02x, 0x%02x, 0x%02x, 0x%02x}};\n\n", u[8], u[9],
                u[10], u[11], u[12], u[13], u[14], u[15]);
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
    for (i = interface->inherited_count; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];

        c_signature(out, method_head(out->arena, method, "    virtual ", method->name), NULL, method,
                    ") = 0;\n");
    }
    text_puts(out, "};\n");
}

static void emit_table(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    text_printf(out, "#else\nstruct %sVtbl {\n", interface->name);
    for (i = 0; i < interface->method_count; i++) {
        const struct ir_method *method = &interface->methods[i];
        const char *slot = arena_format(out->arena, "(*%s)", method->name);

        c_signature(out, method_head(out->arena, method, "    ", slot),
                    self_of(out->arena, interface, method), method, ");\n");
    }
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

    if (method->slot >= interface->inherited_count)
        c_doc(out, method->doc, "");
    c_signature(out,
                method_head(out->arena, method,
                            is_result ? "static inline COM_WARN_UNUSED " : "static inline ", name),
                self_of(out->arena, interface, method), method, ")\n{\n");
    items[0] = c_local(out->arena, method, "self");
    items[1] = method->name;
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

static void emit_interface(struct text *out, const struct ir_interface *interface)
{
    uint32_t i;

    if (interface->has_uuid)
        emit_iid(out, interface);
    c_doc(out, interface->doc, "");
    emit_class(out, interface);
    emit_table(out, interface);
    for (i = 0; i < interface->method_count; i++)
        emit_wrapper(out, interface, &interface->methods[i]);
    emit_cleanup(out, interface);
    if (!interface->is_local)
        text_printf(out,
                    "/** What a node knows about %s: its proxy and stub. */\n"
                    "extern const struct com_interface %s_interface;\n\n",
                    interface->name, interface->name);
}

static void emit_item(struct text *out, const struct ir_item *item)
{
    switch (item->kind) {
    case ITEM_CONST:
        emit_const(out, item->constant);
        break;
    case ITEM_STRUCT:
        emit_struct(out, item->structure);
        break;
    case ITEM_ENUM:
        emit_enum(out, item->enumeration);
        break;
    case ITEM_TYPEDEF:
        emit_typedef(out, item->alias);
        break;
    case ITEM_INTERFACE:
        emit_interface(out, item->interface);
        break;
    case ITEM_QUOTE:
        text_printf(out, "%s\n\n", c_unquote(out->arena, item->quote));
        break;
    }
}

void emit_header(struct text *out, const struct ir_file *file)
{
    const char *guard = c_guard(out->arena, file->path);
    uint32_t i;

    text_printf(out, "/* Made by idlc from %s; do not edit. */\n", file->path);
    text_printf(out, "#ifndef %s\n#define %s\n\n#include <com.h>\n", guard, guard);
    for (i = 0; i < file->import_count; i++)
        text_printf(out, "#include <%s.h>\n", file->imports[i]);
    text_puts(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    for (i = 0; i < file->forward_count; i++)
        text_printf(out, "typedef struct %s %s;\n", file->forwards[i]->name, file->forwards[i]->name);
    for (i = 0; i < file->struct_forward_count; i++)
        text_printf(out, "struct %s;\n", file->struct_forwards[i]->name);
    if (file->forward_count || file->struct_forward_count)
        text_puts(out, "\n");
    for (i = 0; i < file->item_count; i++)
        emit_item(out, &file->items[i]);
    text_puts(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
