#include "emit.h"

#include <ctype.h>
#include <string.h>

static const char *declare(struct arena *arena, const struct ir_type *type, const char *inner)
{
    const struct ir_type *target = type->target;
    struct text params;
    uint32_t i;

    if (type->spelling)
        return arena_format(arena, "%s%s%s%s", type->is_const ? "const " : "", type->spelling,
                            *inner ? " " : "", inner);
    if (type->kind == IR_POINTER) {
        inner = arena_format(arena, "*%s%s", type->is_const ? "const " : "", inner);
        if (!target->spelling && (target->kind == IR_ARRAY || target->kind == IR_FUNCTION))
            inner = arena_format(arena, "(%s)", inner);
        return declare(arena, target, inner);
    }
    if (type->kind == IR_ARRAY) {
        if (type->count)
            return declare(arena, target, arena_format(arena, "%s[%u]", inner, type->count));
        return declare(arena, target, arena_format(arena, "%s[]", inner));
    }
    text_init(&params, arena);
    for (i = 0; i < type->param_count; i++) {
        const char *name = type->params[i].name ? type->params[i].name : "";

        text_printf(&params, "%s%s", i ? ", " : "", c_declaration(arena, type->params[i].type, name));
    }
    if (!type->param_count)
        text_puts(&params, "void");
    return declare(arena, target, arena_format(arena, "%s(%s)", inner, params.bytes));
}

const char *c_declaration(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name);
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
    const char **items = arena_alloc(out->arena, (method->param_count + 1) * sizeof(*items));
    uint32_t count = 0, i;

    if (self)
        items[count++] = self;
    for (i = 0; i < method->param_count; i++)
        items[count++] = c_declaration(out->arena, method->params[i].type, method->params[i].name);
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
