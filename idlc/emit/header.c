/* The C and C++ header. */
#include "emit.h"
#include "header.h"
#include "owned.h"

#include <ctype.h>
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
        text_printf(out, "#define %s %s\"%s\"\n\n", constant->name, value->is_wide ? "u" : "", value->text);
        break;
    case VALUE_FLOAT:
        snprintf(number, sizeof(number), "%.17g", value->real);
        text_printf(out, "#define %s (%s%s%s)\n\n", constant->name, number,
                    strpbrk(number, ".en") ? "" : ".0", constant->type->base == BASE_FLOAT ? "f" : "");
        break;
    default:
        if (constant->type->kind == IR_POINTER)
            text_printf(out, "#define %s ((%s)(intptr_t)%s)\n\n", constant->name,
                        c_declaration(out->arena, constant->type, ""), integer_text(out->arena, value));
        else if (constant->type->base == BASE_HRESULT)
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
    if (enumeration->is_opaque)
        return;
    c_doc(out, enumeration->doc, "");
    text_printf(out, "enum %s {\n", enumeration->name ? enumeration->name : "");
    c_enumerators(out, enumeration, 4);
    text_puts(out, "};\n\n");
}

static const char *keyword_of(const struct ir_struct *structure)
{
    return structure->is_union ? "union" : "struct";
}

static void emit_struct(struct text *out, const struct ir_struct *structure);

/* What is defined within and named elsewhere. */
static void emit_apart(struct text *out, const struct ir_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_type *inner = ir_defined_in(&structure->fields[i]);

        if (inner && inner->kind == IR_ENUM && c_is_apart(inner))
            emit_enum(out, inner->enumeration);
        else if (inner && inner->kind == IR_STRUCT && c_is_apart(inner))
            emit_struct(out, inner->structure);
        else if (inner && inner->kind == IR_STRUCT)
            emit_apart(out, inner->structure);
    }
}

static void emit_struct(struct text *out, const struct ir_struct *structure)
{
    emit_apart(out, structure);
    c_doc(out, structure->doc, "");
    if (structure->is_opaque) {
        text_printf(out, "%s %s;\n\n", keyword_of(structure), structure->name);
        return;
    }
    text_printf(out, "%s %s {\n", keyword_of(structure), structure->name ? structure->name : "");
    c_fields(out, structure);
    text_puts(out, "};\n\n");
}

static void emit_typedef(struct text *out, const struct ir_typedef *alias)
{
    c_doc(out, alias->doc, "");
    text_printf(out, "typedef %s;\n\n", c_declaration(out->arena, alias->type, alias->name));
}

/* ---- quoted text ---- */

static bool starts_with(const char *text, const char *directive)
{
    size_t length = strlen(directive);

    while (*text == ' ')
        text++;
    if (*text++ != '#')
        return false;
    while (*text == ' ' || *text == '\t')
        text++;
    return strncmp(text, directive, length) == 0;
}

/* A quoted word behind a directive. */
static bool names(const char *quote, const char *directive, const char *word)
{
    const char *at = strstr(quote, directive);
    size_t length = strlen(word);

    if (!starts_with(quote, directive))
        return false;
    at += strlen(directive);
    while (*at == ' ' || *at == '\t')
        at++;
    return strncmp(at, word, length) == 0 && !isalnum((unsigned char)at[length]) && at[length] != '_';
}

/*
 * A quoted #if 0 hides what Windows' own headers have from C; whether the group that opens at an item is one,
 * without other C in the place of what it hides.
 */
static bool hides_declarations(const struct ir_file *file, uint32_t index)
{
    uint32_t level = 0;
    bool in_else = false;

    if (file->items[index].kind != ITEM_QUOTE || !starts_with(file->items[index].quote, "if 0"))
        return false;
    for (; index < file->item_count; index++) {
        const char *quote = file->items[index].kind == ITEM_QUOTE ? file->items[index].quote : "";

        if (starts_with(quote, "if"))
            level++;
        else if (starts_with(quote, "endif") && --level == 0)
            return true;
        else if (starts_with(quote, "el") && level == 1)
            in_else = true;
        else if (in_else && !starts_with(quote, "include") && !starts_with(quote, "define"))
            return false;
    }
    return false; /* never closed: leave it alone */
}

/* Whether an item stands in a group that hides declarations. */
static bool is_hidden(const struct ir_file *file, uint32_t index)
{
    uint32_t level = 0;

    while (index-- > 0) {
        const char *quote = file->items[index].kind == ITEM_QUOTE ? file->items[index].quote : "";

        if (starts_with(quote, "endif"))
            level++;
        else if (starts_with(quote, "if") && level > 0)
            level--;
        else if (starts_with(quote, "if") && hides_declarations(file, index))
            return true;
    }
    return false;
}

static void emit_quote(struct text *out, const struct ir_file *file, uint32_t index)
{
    size_t length = strlen(file->items[index].quote);
    bool goes_on = length > 0 && file->items[index].quote[length - 1] == '\\'; /* a macro of several lines */

    if (hides_declarations(file, index))
        text_puts(out, "#ifndef COM_HAS_WINDOWS_HEADERS");
    else
        text_puts(out, c_unquote(out->arena, file->items[index].quote));
    text_puts(out, goes_on ? "\n" : "\n\n");
}

/* Several files hide the same of Windows' types, each for itself: the first one that C sees counts. */
static void emit_hidden(struct text *out, const struct ir_file *file, uint32_t index);

static void emit_variable(struct text *out, const struct ir_variable *variable)
{
    text_printf(out, "extern %s;\n\n", c_declaration(out->arena, variable->type, variable->name));
}

/* The typedef that gives a struct its own name again, further down; or NULL. */
static const struct ir_typedef *same_name(const struct ir_file *file, uint32_t index)
{
    const struct ir_struct *structure = file->items[index].structure;

    for (index++; index < file->item_count && file->items[index].kind != ITEM_QUOTE; index++) {
        const struct ir_item *item = &file->items[index];

        if (item->kind == ITEM_TYPEDEF && item->alias->type->kind == IR_STRUCT &&
            item->alias->type->structure == structure && strcmp(item->alias->name, structure->name) == 0)
            return item->alias;
    }
    return NULL;
}

/* Whether such a struct was written with its typedef. */
static bool is_written(const struct ir_file *file, uint32_t index)
{
    const struct ir_typedef *alias = file->items[index].alias;

    while (index-- > 0 && file->items[index].kind != ITEM_QUOTE)
        if (file->items[index].kind == ITEM_STRUCT && !file->items[index].structure->is_opaque &&
            same_name(file, index) == alias)
            return true;
    return false;
}

static bool has_name(const char *text, const char *name)
{
    size_t length = strlen(name);
    const char *at;

    for (at = strstr(text, name); at; at = strstr(at + 1, name))
        if ((at == text || !(isalnum((unsigned char)at[-1]) || at[-1] == '_')) &&
            !(isalnum((unsigned char)at[length]) || at[length] == '_'))
            return true;
    return false;
}

/* Whether quoted text says what a hidden name really is. */
static bool is_quoted(const struct ir_file *file, const char *name)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++) {
        const char *quote = file->items[i].kind == ITEM_QUOTE ? file->items[i].quote : "";

        if ((strncmp(quote, "typedef ", 8) == 0 || strncmp(quote, "DECLARE_HANDLE", 14) == 0 ||
             starts_with(quote, "define")) &&
            has_name(quote, name))
            return true;
    }
    return false;
}

static void emit_hidden(struct text *out, const struct ir_file *file, uint32_t index)
{
    const struct ir_item *item = &file->items[index];
    const char *name = item->kind == ITEM_STRUCT ? item->structure->name : item->alias->name;
    const struct ir_typedef *alias = NULL;

    if ((item->kind == ITEM_TYPEDEF && is_written(file, index)) || is_quoted(file, name))
        return;
    if (item->kind == ITEM_STRUCT && !item->structure->is_opaque)
        alias = same_name(file, index);
    text_printf(out, "#ifndef COM_HAS_%s%s\n#define COM_HAS_%s%s\n", name,
                item->kind == ITEM_STRUCT && !alias ? "_STRUCT" : "", name,
                item->kind == ITEM_STRUCT && !alias ? "_STRUCT" : "");
    if (item->kind == ITEM_STRUCT)
        emit_struct(out, item->structure);
    else
        alias = item->alias;
    if (alias)
        emit_typedef(out, alias);
    text_trim_end(out);
    text_puts(out, "#endif\n\n");
}

/* A quoted #define whose name is a struct's tag takes the tag away: struct and typedef must be one. */
static bool loses_tag(const struct ir_file *file, uint32_t index)
{
    const struct ir_struct *structure = file->items[index].structure;

    while (structure->name && index-- > 0)
        if (file->items[index].kind == ITEM_QUOTE &&
            names(file->items[index].quote, "define", structure->name))
            return true;
    return false;
}

static void emit_tagless(struct text *out, const struct ir_file *file, uint32_t index)
{
    struct ir_type type;

    for (; index < file->item_count; index++) {
        const struct ir_item *item = &file->items[index];

        if (item->kind != ITEM_TYPEDEF || item->alias->type->kind != IR_STRUCT)
            continue;
        type = *item->alias->type;
        type.spelling = arena_format(out->arena, "%s %s", keyword_of(type.structure), type.structure->name);
        type.defines = true;
        text_printf(out, "typedef %s;\n\n", c_definition(out->arena, &type, item->alias->name));
        return;
    }
}

static void emit_item(struct text *out, const struct ir_file *file, uint32_t index)
{
    const struct ir_item *item = &file->items[index];

    if ((item->kind == ITEM_STRUCT || item->kind == ITEM_TYPEDEF) && is_hidden(file, index)) {
        emit_hidden(out, file, index);
        return;
    }
    if (item->kind == ITEM_STRUCT && loses_tag(file, index)) {
        emit_tagless(out, file, index);
        return;
    }
    if (item->kind == ITEM_TYPEDEF && item->alias->type->kind == IR_STRUCT && index > 0 &&
        file->items[index - 1].kind == ITEM_STRUCT && loses_tag(file, index - 1))
        return; /* written with its struct */
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
        if (file->uses_windows && item->alias->type->kind == IR_STRUCT) /* others may hide their own */
            text_printf(out, "#define COM_HAS_%s\n\n", item->alias->name);
        break;
    case ITEM_INTERFACE:
        header_emit_interface(out, item->interface);
        break;
    case ITEM_QUOTE:
        emit_quote(out, file, index);
        break;
    case ITEM_GUID:
        header_emit_uuid(out, "static const GUID", "", item->guid->name, item->guid->uuid);
        break;
    case ITEM_VARIABLE:
        emit_variable(out, item->variable);
        break;
    }
}

/* A header of IDL is <X.idl.h>, one of C is itself. */
static void emit_imports(struct text *out, const struct ir_file *file)
{
    uint32_t i;

    if (file->uses_windows)
        text_puts(out, "#include <com_windows.h>\n");
    for (i = 0; i < file->import_count; i++) {
        size_t length = strlen(file->imports[i]);
        bool is_c = length > 2 && strcmp(file->imports[i] + length - 2, ".h") == 0;

        text_printf(out, is_c ? "#include <%s>\n" : "#include <%s.h>\n", file->imports[i]);
    }
    for (i = 0; i < file->c_include_count; i++)
        text_printf(out, "#include <%s>\n", file->c_includes[i]);
}

/* What frees the memory that results hold; whoever has the proxies or the stubs has these too. */
static void emit_owned(struct text *out, const struct ir_file *file)
{
    struct owned owned = owned_structs(out->arena, file);
    uint32_t i;

    for (i = 0; i < owned.count; i++) {
        const char *name = owned.structs[i]->name;

        text_printf(out, "/** Frees what a struct %s of results points to, and releases its interfaces. */\n",
                    name);
        text_printf(out, "void com_free_%s(struct %s *value);\n\n", name, name);
    }
}

void emit_header(struct text *out, const struct ir_file *file)
{
    const char *guard = c_guard(out->arena, file->path);
    uint32_t i;

    text_printf(out, "/* Made by idlc from %s; do not edit. */\n", file->path);
    text_printf(out, "#ifndef %s\n#define %s\n\n#include <com.h>\n", guard, guard);
    emit_imports(out, file);
    text_puts(out, "\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    for (i = 0; i < file->forward_count; i++)
        text_printf(out, "typedef struct %s %s;\n", file->forwards[i]->name, file->forwards[i]->name);
    for (i = 0; i < file->struct_forward_count; i++)
        text_printf(out, "%s %s;\n", keyword_of(file->struct_forwards[i]), file->struct_forwards[i]->name);
    if (file->forward_count || file->struct_forward_count)
        text_puts(out, "\n");
    for (i = 0; i < file->item_count; i++)
        emit_item(out, file, i);
    emit_owned(out, file);
    text_puts(out, "#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}
