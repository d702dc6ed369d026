#include "emit.h"
#include "names.h"

#include <ctype.h>
#include <string.h>

/*
 * How types are spelled: C's fixed widths, the same with the text of what is defined within (it stands once,
 * in the header), or the names that IDL files use (facts).
 */
enum spelling { SPELLING_C, SPELLING_TEXT, SPELLING_IDL };

/* Names that C++ would find before those of types: fields, those of the structs around them, and methods. */
struct scope {
    const struct ir_struct *structure;
    const struct ir_interface *interface;
    const struct scope *outer;
};

/* Where a type stands. */
struct place {
    enum spelling spelling;
    uint32_t indent;
    const struct scope *scope; /* NULL: where C++ finds types */
};

static const char *declare(struct arena *arena, const struct ir_type *type, const char *inner,
                           const struct place *place);

static bool hides(const struct scope *scope, const char *name)
{
    uint32_t i;

    if (!scope)
        return false;
    for (i = 0; scope->structure && i < scope->structure->field_count; i++)
        if (strcmp(scope->structure->fields[i].name, name) == 0)
            return true;
    for (i = 0; scope->interface && i < scope->interface->method_count; i++)
        if (strcmp(scope->interface->methods[i].name, name) == 0)
            return true;
    return hides(scope->outer, name);
}

/* A name of a member; C++ has more words. */
static const char *member_name(struct arena *arena, const char *name)
{
    return names_are_taken_by_cpp(name) ? arena_format(arena, "COM_WORD(%s)", name) : name;
}

static void put_fields(struct text *out, const struct ir_struct *structure, uint32_t indent,
                       const struct scope *outer)
{
    const struct scope scope = {.structure = structure, .outer = outer};
    const struct place place = {SPELLING_TEXT, indent, &scope};
    uint32_t i;

    for (i = 0; i < structure->field_count; i++) {
        const struct ir_field *field = &structure->fields[i];
        const char *spaces = arena_format(out->arena, "%*s", (int)indent, "");

        c_doc(out, field->doc, spaces);
        text_printf(out, "%s%s", spaces,
                    declare(out->arena, field->type, member_name(out->arena, field->name), &place));
        if (field->has_bits)
            text_printf(out, " : %u", field->bits);
        text_puts(out, ";\n");
    }
}

void c_fields(struct text *out, const struct ir_struct *structure)
{
    put_fields(out, structure, 4, NULL);
}

void c_enumerators(struct text *out, const struct ir_enum *enumeration, uint32_t indent)
{
    const char *spaces = arena_format(out->arena, "%*s", (int)indent, "");
    uint32_t i;

    for (i = 0; i < enumeration->enumerator_count; i++) {
        c_doc(out, enumeration->enumerators[i].doc, spaces);
        text_printf(out, "%s%s = ", spaces, member_name(out->arena, enumeration->enumerators[i].name));
        if (enumeration->enumerators[i].value == INT32_MIN)
            text_puts(out, "-2147483647 - 1,\n");
        else
            text_printf(out, "%d,\n", enumeration->enumerators[i].value);
    }
}

/* A struct, union or enum that is defined within another one. */
static const char *definition(struct arena *arena, const struct ir_type *type, const struct place *place)
{
    struct text text;

    text_init(&text, arena);
    text_puts(&text, type->spelling);
    if (text.bytes[text.length - 1] != ' ')
        text_puts(&text, " ");
    text_puts(&text, "{\n");
    if (type->kind == IR_ENUM)
        c_enumerators(&text, type->enumeration, place->indent + 4);
    else
        put_fields(&text, type->structure, place->indent + 4, place->scope);
    text_printf(&text, "%*s}", (int)place->indent, "");
    return text.bytes;
}

bool c_is_apart(const struct ir_type *type)
{
    return type->kind == IR_ENUM ? type->enumeration->is_apart
                                 : type->kind == IR_STRUCT && type->structure->is_apart;
}

/* The name of a type; a lonely union's has a blank at its end. */
static const char *leaf(struct arena *arena, const struct ir_type *type, const struct place *place)
{
    if (type->defines && place->spelling == SPELLING_TEXT && !c_is_apart(type))
        return definition(arena, type, place);
    if (place->spelling == SPELLING_IDL && type->idl)
        return type->idl;
    return hides(place->scope, type->spelling) ? arena_format(arena, "COM_GLOBAL(%s)", type->spelling)
                                               : type->spelling;
}

static const char *declare(struct arena *arena, const struct ir_type *type, const char *inner,
                           const struct place *place)
{
    const struct ir_type *target = type->target;
    struct text params;
    uint32_t i;

    if (type->spelling)
        return arena_format(arena, "%s%s%s%s", type->is_const ? "const " : "", leaf(arena, type, place),
                            *inner ? " " : "", inner);
    if (type->kind == IR_POINTER) {
        inner = arena_format(arena, "*%s%s", type->is_const ? "const " : "", inner);
        if (!target->spelling && (target->kind == IR_ARRAY || target->kind == IR_FUNCTION))
            inner = arena_format(arena, "(%s)", inner);
        return declare(arena, target, inner, place);
    }
    if (type->kind == IR_ARRAY) {
        if (type->count)
            return declare(arena, target, arena_format(arena, "%s[%u]", inner, type->count), place);
        return declare(arena, target, arena_format(arena, "%s[]", inner), place);
    }
    text_init(&params, arena);
    for (i = 0; i < type->param_count; i++) {
        const char *name = type->params[i].name ? type->params[i].name : "";

        text_printf(&params, "%s%s", i ? ", " : "", declare(arena, type->params[i].type, name, place));
    }
    if (type->is_variadic)
        text_puts(&params, type->param_count ? ", ..." : "...");
    else if (!type->param_count)
        text_puts(&params, "void");
    return declare(arena, target, arena_format(arena, "%s(%s)", inner, params.bytes), place);
}

const char *c_declaration(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name, &(struct place){.spelling = SPELLING_C});
}

const char *c_definition(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name, &(struct place){.spelling = SPELLING_TEXT});
}

const char *idl_declaration(struct arena *arena, const struct ir_type *type, const char *name)
{
    return declare(arena, type, name, &(struct place){.spelling = SPELLING_IDL});
}

/* ---- comments ---- */

/* Whether a line goes on with the paragraph of the line before. */
static bool goes_on(const char *line, size_t length)
{
    return length > 0 && *line != ' ' && *line != '@' && *line != '-' && *line != '*' && *line != '\\';
}

/* How much of a text stays in a line of `room` characters: up to a space, if there is one. */
static size_t fitting(const char *text, size_t room)
{
    size_t length = strlen(text), at;

    if (length <= room)
        return length;
    for (at = room; at > 0 && text[at] != ' '; at--)
        ;
    return at > 0 ? at : strcspn(text, " ");
}

void c_doc(struct text *out, const char *doc, const char *indent)
{
    size_t room = EMIT_COLUMNS - strlen(indent) - strlen(" * ");
    const char *line, *end, *rest = "";

    if (!doc)
        return;
    if (!strchr(doc, '\n') && strlen(doc) + strlen(indent) + 7 <= EMIT_COLUMNS) {
        text_printf(out, "%s/** %s */\n", indent, doc);
        return;
    }
    text_printf(out, "%s/**\n", indent);
    for (line = doc; *line || *rest; line = *end ? end + 1 : end) {
        const char *whole;
        size_t kept;

        end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        if (*rest && goes_on(line, (size_t)(end - line))) {
            whole = arena_format(out->arena, "%s %.*s", rest, (int)(end - line), line);
        } else if (*rest) { /* in a line of its own */
            whole = rest;
            end = line == doc ? line : line - 1;
        } else {
            whole = arena_format(out->arena, "%.*s", (int)(end - line), line);
        }
        kept = fitting(whole, room);
        text_printf(out, "%s *%s%.*s\n", indent, kept ? " " : "", (int)kept, whole);
        rest = whole + kept + strspn(whole + kept, " ");
    }
    text_printf(out, "%s */\n", indent);
}

/* ---- lists: laid out as clang-format does, which takes the way with the least penalty ---- */

/* What it counts for a break inside the parenthesis, behind it, behind an assignment, and for the first of a
 * level. */
enum { BREAK_LIST = 41, BREAK_CALL = 59, BREAK_DECLARATION = 140, BREAK_ASSIGNMENT = 22, BREAK_FIRST = 15 };
enum { TOO_LONG = 1000000, EMIT_INDENT = 4 };

struct list {
    const char *const *items;
    uint32_t count;
    const char *tail;
};

static size_t item_width(const struct list *list, uint32_t index)
{
    return strlen(list->items[index]) + (index + 1 < list->count ? 1 : strcspn(list->tail, "\n"));
}

/* Writes the items from `column` on, wrapped under the first. Without `out` only counts the penalty. */
static uint32_t lay_items(struct text *out, const struct list *list, size_t indent)
{
    uint32_t i, breaks = 0, penalty = 0;
    size_t column = indent;

    for (i = 0; i < list->count; i++) {
        size_t width = item_width(list, i);

        if (i > 0 && column + 1 + width > EMIT_COLUMNS) {
            if (out)
                text_printf(out, "\n%*s", (int)indent, "");
            column = indent;
            breaks++;
        } else if (i > 0) {
            if (out)
                text_puts(out, " ");
            column++;
        }
        if (out)
            text_printf(out, "%s%s", list->items[i], i + 1 < list->count ? "," : "");
        column += width;
        if (column > EMIT_COLUMNS)
            penalty += TOO_LONG;
    }
    if (out)
        text_puts(out, list->tail);
    return penalty + (breaks ? BREAK_FIRST + breaks * BREAK_LIST : 0);
}

static size_t last_line(const char *text)
{
    const char *line = strrchr(text, '\n');

    return strlen(line ? line + 1 : text);
}

/* The same in lines of their own behind the parenthesis. */
static uint32_t lay_below(struct text *out, const struct list *list, size_t indent, bool declares)
{
    uint32_t penalty = lay_items(NULL, list, indent);

    if (out) {
        text_printf(out, "\n%*s", (int)indent, "");
        (void)lay_items(out, list, indent);
    }
    if (penalty % TOO_LONG == 0)
        penalty += BREAK_FIRST;
    return penalty + (declares ? BREAK_DECLARATION : BREAK_CALL);
}

static void lay_list(struct text *out, const char *head, const struct list *list, bool declares)
{
    const char *assigned = declares ? NULL : strstr(head, " = ");
    size_t indent = strspn(head, " ") + EMIT_INDENT, column = last_line(head) + 1;
    uint32_t beside = lay_items(NULL, list, column), below = lay_below(NULL, list, indent, declares);
    uint32_t moved = UINT32_MAX;

    if (assigned)
        moved = lay_items(NULL, list, indent + strlen(assigned + 3) + 1) + BREAK_ASSIGNMENT + BREAK_FIRST;
    if (moved < beside && moved < below) {
        text_printf(out, "%.*s =\n%*s%s(", (int)(assigned - head), head, (int)indent, "", assigned + 3);
        (void)lay_items(out, list, indent + strlen(assigned + 3) + 1);
        return;
    }
    text_printf(out, "%s(", head);
    if (beside <= below)
        (void)lay_items(out, list, column);
    else
        (void)lay_below(out, list, indent, declares);
}

void c_list(struct text *out, const char *head, const char *const *items, uint32_t count, const char *tail)
{
    lay_list(out, head, &(struct list){items, count, tail}, false);
}

void c_declare_list(struct text *out, const char *head, const char *const *items, uint32_t count,
                    const char *tail)
{
    lay_list(out, head, &(struct list){items, count, tail}, true);
}

static struct list parameters(struct arena *arena, const char *self, const struct ir_method *method,
                              const char *tail, const struct place *place)
{
    const char **items = arena_alloc(arena, (method->param_count + 2) * sizeof(*items));
    struct list list = {items, 0, tail};
    uint32_t i;

    if (self)
        items[list.count++] = self;
    for (i = 0; i < method->param_count; i++)
        items[list.count++] = declare(arena, method->params[i].type, method->params[i].name, place);
    if (method->is_variadic)
        items[list.count++] = "...";
    return list;
}

void c_signature(struct text *out, const char *head, const char *self, const struct ir_method *method,
                 const char *tail)
{
    struct list list = parameters(out->arena, self, method, tail, &(struct place){.spelling = SPELLING_C});

    lay_list(out, head, &list, true);
}

void c_virtual(struct text *out, const struct ir_interface *interface, const struct ir_method *method)
{
    const struct scope scope = {.interface = interface};
    const struct place place = {.spelling = SPELLING_C, .scope = &scope};
    const char *name = c_method_name(out->arena, method);
    const char *head =
        arena_format(out->arena, "    virtual %s", declare(out->arena, method->result, name, &place));
    struct list list = parameters(out->arena, NULL, method, ") = 0;\n", &place);

    lay_list(out, head, &list, true);
}

const char *c_method_name(struct arena *arena, const struct ir_method *method)
{
    return member_name(arena, method->name);
}

const char *c_guard(struct arena *arena, const char *path)
{
    char *guard = arena_format(arena, "%s%s_H", isdigit((unsigned char)*path) ? "IDL_" : "", path);
    char *at;

    for (at = guard; *at; at++)
        *at = isalnum((unsigned char)*at) ? (char)toupper((unsigned char)*at) : '_';
    return guard;
}

void c_statement(struct text *out, const char *statement)
{
    text_printf(out,
                strlen(statement) + 4 <= EMIT_COLUMNS
                    ? "    %s\n"
                    : "    /* clang-format off */\n    %s\n    /* clang-format on */\n",
                statement);
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
