#include "emit.h"

#include <ctype.h>
#include <string.h>

/* How types are spelled: C's fixed widths, or the names that IDL files use (facts). */
enum spelling { SPELLING_C, SPELLING_IDL };

static const char *declare(struct arena *arena, const struct ir_type *type, const char *inner,
                           enum spelling spelling, uint32_t indent);

static void put_fields(struct text *out, const struct ir_struct *structure, uint32_t indent)
{
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];
        const char *spaces = arena_format(out->arena, "%*s", (int)indent, "");

        c_doc(out, field->doc, spaces);
        text_printf(out, "%s%s", spaces, declare(out->arena, field->type, field->name, SPELLING_C, indent));
        if (field->has_bits)
            text_printf(out, " : %u", field->bits);
        text_puts(out, ";\n");
    }
}

void c_fields(struct text *out, const struct ir_struct *structure)
{
    put_fields(out, structure, 4);
}

void c_enumerators(struct text *out, const struct ir_enum *enumeration, uint32_t indent)
{
    const char *spaces = arena_format(out->arena, "%*s", (int)indent, "");
    uint32_t i;

    for (i = 0; i < enumeration->enumerator_count; i++) {
        c_doc(out, enumeration->enumerators[i].doc, spaces);
        if (enumeration->enumerators[i].value == INT32_MIN)
            text_printf(out, "%s%s = -2147483647 - 1,\n", spaces, enumeration->enumerators[i].name);
        else
            text_printf(out, "%s%s = %d,\n", spaces, enumeration->enumerators[i].name,
                        enumeration->enumerators[i].value);
    }
}

/* A struct, union or enum that is defined within another one. */
static const char *definition(struct arena *arena, const struct ir_type *type, uint32_t indent)
{
    struct text text;

    text_init(&text, arena);
    text_puts(&text, type->spelling);
    if (text.bytes[text.length - 1] != ' ')
        text_puts(&text, " ");
    text_puts(&text, "{\n");
    if (type->kind == IR_ENUM)
        c_enumerators(&text, type->enumeration, indent + 4);
    else
        put_fields(&text, type->structure, indent + 4);
    text_printf(&text, "%*s}", (int)indent, "");
    return text.bytes;
}

/* The name of a type; a lonely union's has a blank at its end. */
static const char *leaf(struct arena *arena, const struct ir_type *type, enum spelling spelling,
                        uint32_t indent)
{
    if (type->defines && spelling == SPELLING_C)
        return definition(arena, type, indent);
    return spelling == SPELLING_IDL && type->idl ? type->idl : type->spelling;
}

static const char *declare(struct arena *arena, const struct ir_type *type, const char *inner,
                           enum spelling spelling, uint32_t indent)
{
    const struct ir_type *target = type->target;
    struct text params;
    uint32_t i;

    if (type->spelling)
        return arena_format(arena, "%s%s%s%s", type->is_const ? "const " : "",
                            leaf(arena, type, spelling, indent), *inner ? " " : "", inner);
    if (type->kind == IR_POINTER) {
        inner = arena_format(arena, "*%s%s", type->is_const ? "const " : "", inner);
        if (!target->spelling && (target->kind == IR_ARRAY || target->kind == IR_FUNCTION))
            inner = arena_format(arena, "(%s)", inner);
        return declare(arena, target, inner, spelling, indent);
    }
    if (type->kind == IR_ARRAY) {
        if (type->count)
            return declare(arena, target, arena_format(arena, "%s[%u]", inner, type->count), spelling,
                           indent);
        return declare(arena, target, arena_format(arena, "%s[]", inner), spelling, indent);
    }
    text_init(&params, arena);
    for (i = 0; i < type->param_count; i++) {
        const char *name = type->params[i].name ? type->params[i].name : "";

        text_printf(&params, "%s%s", i ? ", " : "",
                    declare(arena, type->params[i].type, name, spelling, indent));
    }
    if (type->is_variadic)
        text_puts(&params, type->param_count ? ", ..." : "...");
    else if (!type->param_count)
        text_puts(&params, "void");
    return declare(arena, target, arena_format(arena, "%s(%s)", inner, params.bytes), spelling, indent);
}

const char *c_declaration(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name, SPELLING_C, 0);
}

const char *idl_declaration(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name, SPELLING_IDL, 0);
}

void c_doc(struct text *out, const char *doc, const char *indent)
{
    const char *line, *end;

    if (!doc)
        return;
    if (!strchr(doc, '\n') && strlen(doc) + strlen(indent) + 7 <= EMIT_COLUMNS) {
        text_printf(out, "%s/** %s */\n", indent, doc);
        return;
    }
    text_printf(out, "%s/**\n", indent);
    for (line = doc; *line; line = *end ? end + 1 : end) {
        end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        text_printf(out, "%s *%s%.*s\n", indent, end > line ? " " : "", (int)(end - line), line);
    }
    text_printf(out, "%s */\n", indent);
}

void c_list(struct text *out, const char *head, const char *const *items, uint32_t count, const char *tail)
{
    const char *line = strrchr(head, '\n');
    size_t indent = strlen(line ? line + 1 : head) + 1, column = indent;
    uint32_t i;

    text_printf(out, "%s(", head);
    for (i = 0; i < count; i++) {
        size_t width = strlen(items[i]) + (i + 1 < count ? 1 : strcspn(tail, "\n"));

        if (i > 0 && column + 1 + width > EMIT_COLUMNS) {
            text_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (i > 0) {
            text_puts(out, " ");
            column++;
        }
        text_printf(out, "%s%s", items[i], i + 1 < count ? "," : "");
        column += width;
    }
    text_puts(out, tail);
}

void c_signature(struct text *out, const char *head, const char *self, const struct ir_method *method,
                 const char *tail)
{
    const char **items = arena_alloc(out->arena, (method->param_count + 2) * sizeof(*items));
    uint32_t count = 0, i;

    if (self)
        items[count++] = self;
    for (i = 0; i < method->param_count; i++)
        items[count++] = c_declaration(out->arena, method->params[i].type, method->params[i].name);
    if (method->is_variadic)
        items[count++] = "...";
    c_list(out, head, items, count, tail);
}

const char *c_guard(struct arena *arena, const char *path)
{
    char *guard = arena_format(arena, "%s%s_H", isdigit((unsigned char)*path) ? "IDL_" : "", path);
    char *at;

    for (at = guard; *at; at++)
        *at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
    return guard;
}

const char *c_local(struct arena *arena, const struct ir_method *method, const char *wanted)
{
    uint32_t i;

    for (i = 0; i < method->param_count; i++)
        if (strcmp(method->params[i].name, wanted) == 0)
            return c_local(arena, method, arena_format(arena, "%s_", wanted));
    return wanted;
}

const char *c_unquote(struct arena *arena, const char *text)
{
    char *meaning = arena_copy(arena, text, strlen(text)), *at = meaning;

    for (; *text; text++) {
        if (*text == '\\' && (text[1] == '"' || text[1] == '\\' || text[1] == 'n')) {
            text++;
            *at++ = *text == 'n' ? '\n' : *text;
        } else {
            *at++ = *text;
        }
    }
    *at = '\0';
    return meaning;
}
