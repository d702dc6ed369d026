/* Lists of conditions and terms, printed wrapped. */
#include "marshal.h"

#include <string.h>

void pieces_add(struct pieces *pieces, const char *format, ...)
{
    va_list arguments;
    const char *piece;
    uint32_t i;

    va_start(arguments, format);
    piece = arena_vformat(pieces->arena, format, arguments);
    va_end(arguments);
    for (i = 0; i < pieces->count && !pieces->repeats; i++)
        if (strcmp(pieces->items[i], piece) == 0)
            return;
    if (pieces->count == pieces->capacity) {
        uint32_t capacity = pieces->capacity ? pieces->capacity * 2 : 16;
        const char **grown = arena_alloc(pieces->arena, capacity * sizeof(*grown));

        if (pieces->count)
            memcpy(grown, pieces->items, pieces->count * sizeof(*grown));
        pieces->items = grown;
        pieces->capacity = capacity;
    }
    pieces->items[pieces->count++] = piece;
}

/* All of it in one line, or the pieces on lines of their own if they would not fit behind the head's
 * parenthesis. */
void pieces_print(const struct pieces *pieces, struct text *out, const char *head, const char *between,
                  const char *tail)
{
    const char *parenthesis = strrchr(head, '(');
    size_t indent = parenthesis ? (size_t)(parenthesis - head) + 1 : strlen(head);
    size_t column = strlen(head), whole = column + strcspn(tail, "\n");
    uint32_t i;

    for (i = 0; i < pieces->count; i++)
        whole += strlen(pieces->items[i]) + (i ? strlen(between) + 1 : 0);
    while (column > 0 && head[column - 1] == ' ')
        column--;
    if (whole > EMIT_COLUMNS && column > indent) {
        text_printf(out, "%.*s\n%*s", (int)column, head, (int)indent, "");
        column = indent;
    } else {
        text_puts(out, head);
        column = strlen(head);
    }
    for (i = 0; i < pieces->count; i++) {
        bool last = i + 1 == pieces->count;
        size_t width = strlen(pieces->items[i]) + (last ? strcspn(tail, "\n") : strlen(between));

        if (i > 0 && column + 1 + width > EMIT_COLUMNS) {
            text_printf(out, "\n%*s", (int)indent, "");
            column = indent;
        } else if (i > 0) {
            text_puts(out, " ");
            column++;
        }
        text_printf(out, "%s%s", pieces->items[i], last ? "" : between);
        column += width;
    }
    text_puts(out, tail);
}

/* Whether the first parenthesis closes at the very end. */
static bool is_enclosed(const char *piece)
{
    unsigned level = 0;

    for (; *piece; piece++) {
        level += *piece == '(';
        level -= *piece == ')';
        if (level == 0)
            return piece[1] == '\0' && *piece == ')';
    }
    return false;
}

void pieces_print_if(const struct pieces *conditions, struct text *out, const char *action)
{
    const char *tail = arena_format(out->arena, ")\n        %s;\n", action);

    if (conditions->count == 1 && is_enclosed(conditions->items[0]))
        text_printf(out, "    if %s\n        %s;\n", conditions->items[0], action);
    else if (conditions->count)
        pieces_print(conditions, out, "    if (", " ||", tail);
}

void pieces_print_check(const struct pieces *conditions, struct text *out, const char *code)
{
    pieces_print_if(conditions, out, arena_format(out->arena, "return %s", code));
}

static const char *limit_text(struct arena *arena, enum base_type base, int64_t min, uint64_t max,
                              bool is_max)
{
    if (!base_types[base].is_signed)
        return arena_format(arena, base_types[base].bits == 64 ? "UINT64_C(%llu)" : "%llu",
                            (unsigned long long)max);
    if (!is_max && min == INT64_MIN)
        return "INT64_MIN";
    if (!is_max && min == INT32_MIN && base_types[base].bits == 32)
        return "INT32_MIN";
    return arena_format(arena, base_types[base].bits == 64 ? "INT64_C(%lld)" : "%lld",
                        is_max ? (long long)max : (long long)min);
}

void pieces_add_range(struct pieces *conditions, const char *value, const struct ir_type *type,
                      bool has_range, int64_t min, uint64_t max)
{
    enum base_type base = type->base;

    if (!wire_has_range(type, has_range, min, max))
        return;
    if (wire_has_min(base, min))
        pieces_add(conditions, "%s < %s", value,
                   limit_text(conditions->arena, base, min, (uint64_t)min, false));
    if (wire_has_max(base, max))
        pieces_add(conditions, "%s > %s", value, limit_text(conditions->arena, base, min, max, true));
}
