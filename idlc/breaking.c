#include "breaking.h"

#include "compile.h"
#include "emit/emit.h"
#include "ir_json.h"
#include "json.h"
#include "uuid.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- findings ---- */

static const char *classes_text(struct arena *arena, unsigned classes)
{
    return arena_format(arena, "%s%s%s%s%s", classes & BREAKS_WIRE ? "WIRE" : "",
                        classes & BREAKS_WIRE && classes & ~(unsigned)BREAKS_WIRE ? ", " : "",
                        classes & BREAKS_ABI ? "ABI" : "",
                        classes & BREAKS_ABI && classes & BREAKS_SOURCE ? ", " : "",
                        classes & BREAKS_SOURCE ? "SOURCE" : "");
}

static void report_json(struct breaking *breaking, enum breaking_rule rule, unsigned classes,
                        struct span span, bool is_error, const char *was, const char *what)
{
    struct text *out = breaking->json;
    struct source_place place = {.line = 0};

    if (span.source)
        place = source_locate(span.source, span.begin);
    text_printf(out, "%s\n  {\"rule\": \"%s\", \"classes\": [",
                breaking->error_count + breaking->allowed_count > 1 ? "," : "", breaking_rules[rule].name);
    text_printf(out, "%s%s%s], \"severity\": \"%s\", \"file\": ", classes & BREAKS_WIRE ? "\"WIRE\"" : "",
                classes & BREAKS_ABI ? classes & BREAKS_WIRE ? ", \"ABI\"" : "\"ABI\"" : "",
                classes & BREAKS_SOURCE ? classes & ~(unsigned)BREAKS_SOURCE ? ", \"SOURCE\"" : "\"SOURCE\""
                                        : "",
                is_error ? "error" : "warning");
    json_put_string(out, span.source ? span.source->path : breaking->file->path);
    if (span.source)
        text_printf(out, ", \"line\": %u, \"column\": %u", place.line, place.column);
    text_puts(out, ", \"message\": ");
    json_put_string(out, what);
    if (was) {
        text_puts(out, ", \"was\": ");
        json_put_string(out, was);
    }
    text_puts(out, "}");
}

static void report_text(struct breaking *breaking, enum breaking_rule rule, unsigned classes,
                        struct span span, bool is_error, const char *was, const char *what)
{
    struct diagnostics *diagnostics = breaking->diagnostics;
    const char *marks = classes_text(breaking->arena, classes);

    diagnostics->last = (struct span){0}; /* several findings may be about one place */
    if (is_error)
        diagnose_error(diagnostics, ERROR_BREAKS, span, "%s [%s: %s]", what, breaking_rules[rule].name,
                       marks);
    else
        diagnose_warning(diagnostics, WARNING_ALLOWED_CHANGE, span, "%s [%s: %s]", what,
                         breaking_rules[rule].name, marks);
    if (was)
        diagnose_hint(diagnostics, "it was: %s", was);
    if (breaking_rules[rule].hint)
        diagnose_hint(diagnostics, "%s", breaking_rules[rule].hint);
}

static void report(struct breaking *breaking, enum breaking_rule rule, unsigned classes, struct span span,
                   const char *was, const char *format, va_list arguments)
{
    const char *what = arena_vformat(breaking->arena, format, arguments);
    bool is_allowed = breaking_rules[rule].is_allowed || classes == BREAKS_SOURCE;
    bool is_error = !is_allowed || breaking->is_strict;

    if (is_error)
        breaking->error_count++;
    else
        breaking->allowed_count++;
    if (breaking->json)
        report_json(breaking, rule, classes, span, is_error, was, what);
    else
        report_text(breaking, rule, classes, span, is_error, was, what);
}

void breaking_report(struct breaking *breaking, enum breaking_rule rule, struct span span, const char *was,
                     const char *what, ...)
{
    va_list arguments;

    va_start(arguments, what);
    report(breaking, rule, breaking_rules[rule].classes, span, was, what, arguments);
    va_end(arguments);
}

void breaking_report_in(struct breaking *breaking, enum breaking_rule rule, unsigned classes,
                        struct span span, const char *was, const char *what, ...)
{
    va_list arguments;

    va_start(arguments, what);
    report(breaking, rule, classes, span, was, what, arguments);
    va_end(arguments);
}

/* ---- enums ---- */

static const struct ir_enumerator *find_enumerator(const struct ir_enum *enumeration, const char *name)
{
    uint32_t i;

    for (i = 0; i < enumeration->enumerator_count; i++)
        if (strcmp(enumeration->enumerators[i].name, name) == 0)
            return &enumeration->enumerators[i];
    return NULL;
}

static const struct ir_enumerator *find_value(const struct ir_enum *enumeration, int32_t value)
{
    uint32_t i;

    for (i = 0; i < enumeration->enumerator_count; i++)
        if (enumeration->enumerators[i].value == value)
            return &enumeration->enumerators[i];
    return NULL;
}

static void check_enumerator(struct breaking *breaking, const struct ir_enum *today,
                             const struct ir_enumerator *old)
{
    const struct ir_enumerator *now = find_enumerator(today, old->name),
                               *same = find_value(today, old->value);

    if (now && now->value != old->value)
        breaking_report(breaking, RULE_ENUMERATOR_VALUE, now->span,
                        arena_format(breaking->arena, "%d", old->value),
                        "enumerator '%s' has another value: %d", now->name, now->value);
    else if (!now && same)
        breaking_report(breaking, RULE_ENUMERATOR_RENAMED, same->span, old->name,
                        "enumerator '%s' has another name", same->name);
    else if (!now)
        breaking_report_in(
            breaking, RULE_ENUMERATOR_REMOVED,
            today->is_closed ? (unsigned)(BREAKS_WIRE | BREAKS_SOURCE) : (unsigned)BREAKS_SOURCE, today->span,
            arena_format(breaking->arena, "%d", old->value), "enumerator '%s' is gone", old->name);
}

static void check_enum(struct breaking *breaking, const struct ir_enum *old, const struct ir_enum *today)
{
    uint32_t i;

    if (!old->is_closed && today->is_closed)
        breaking_report(breaking, RULE_ENUM_CLOSED, today->span, "open", "enum '%s' is closed now",
                        today->name);
    for (i = 0; i < old->enumerator_count; i++)
        check_enumerator(breaking, today, &old->enumerators[i]);
    for (i = 0; i < today->enumerator_count; i++)
        if (old->is_closed && !find_value(old, today->enumerators[i].value))
            breaking_report(breaking, RULE_ENUMERATOR_ADDED, today->enumerators[i].span, NULL,
                            "enumerator '%s' was added to a closed enum", today->enumerators[i].name);
}

/* ---- constants and typedefs ---- */

static bool same_value(const struct value *old, const struct value *today)
{
    if (old->kind != today->kind)
        return false;
    switch (old->kind) {
    case VALUE_STRING:
        return strcmp(old->text, today->text) == 0;
    case VALUE_FLOAT:
        return old->real == today->real;
    default:
        return old->bits == today->bits;
    }
}

static const char *value_text(struct arena *arena, const struct ir_const *constant)
{
    const struct value *value = &constant->value;

    if (value->kind == VALUE_STRING)
        return arena_format(arena, "\"%s\"", value->text);
    if (value->kind == VALUE_FLOAT)
        return arena_format(arena, "%.17g", value->real);
    if (constant->type->base == BASE_HRESULT)
        return arena_format(arena, "0x%08x", (unsigned)value->bits);
    return arena_format(arena, value->is_unsigned ? "%llu" : "%lld", (long long)value->bits);
}

static void check_const(struct breaking *breaking, const struct ir_const *old, const struct ir_const *today)
{
    bool is_result = old->type->kind == IR_BASE && old->type->base == BASE_HRESULT;

    if (!same_value(&old->value, &today->value))
        breaking_report(breaking, is_result ? RULE_CONST_RESULT : RULE_CONST_VALUE, today->span,
                        value_text(breaking->arena, old), "%s '%s' has another value: %s",
                        is_result ? "result" : "constant", today->name, value_text(breaking->arena, today));
}

static void check_typedef(struct breaking *breaking, const struct ir_typedef *old,
                          const struct ir_typedef *today)
{
    unsigned classes = breaking_type_change(old->type, today->type);

    if (classes)
        breaking_report_in(breaking, RULE_TYPEDEF_TYPE, classes, today->span,
                           breaking_type_text(breaking, old->type), "type '%s' is another", today->name);
}

/* ---- ids of classes, and variables ---- */

static const char *uuid_text(struct arena *arena, const uint8_t *uuid)
{
    char *text = arena_alloc(arena, UUID_TEXT_BYTES);

    uuid_format(uuid, text);
    return text;
}

static void check_guid(struct breaking *breaking, const struct ir_guid *old, const struct ir_guid *today)
{
    const char *was = uuid_text(breaking->arena, old->uuid);

    if (!today)
        breaking_report(breaking, RULE_CONST_REMOVED, (struct span){0}, was, "id '%s' is gone", old->name);
    else if (memcmp(old->uuid, today->uuid, sizeof(old->uuid)) != 0)
        breaking_report(breaking, RULE_CONST_VALUE, (struct span){0}, was, "id '%s' is another: %s",
                        today->name, uuid_text(breaking->arena, today->uuid));
}

static void check_variable(struct breaking *breaking, const struct ir_variable *old,
                           const struct ir_variable *today)
{
    const char *was = c_declaration(breaking->arena, old->type, old->name);
    unsigned classes = today ? breaking_type_change(old->type, today->type) : 0u;

    if (!today)
        breaking_report(breaking, RULE_CONST_REMOVED, (struct span){0}, was, "variable '%s' is gone",
                        old->name);
    else if (classes)
        breaking_report_in(breaking, RULE_TYPEDEF_TYPE, classes, (struct span){0}, was,
                           "variable '%s' has another type", old->name);
}

/* ---- the file ---- */

/* The name of an item that is looked for by its name here. */
static const char *name_of(const struct ir_item *item)
{
    switch (item->kind) {
    case ITEM_CONST:
        return item->constant->name;
    case ITEM_ENUM:
        return item->enumeration->name;
    case ITEM_TYPEDEF:
        return item->alias->name;
    case ITEM_GUID:
        return item->guid->name;
    case ITEM_VARIABLE:
        return item->variable->name;
    default:
        return NULL;
    }
}

static const struct ir_item *find_item(const struct ir_file *file, const struct ir_item *wanted)
{
    uint32_t i;

    for (i = 0; i < file->item_count; i++)
        if (file->items[i].kind == wanted->kind && name_of(&file->items[i]) &&
            strcmp(name_of(&file->items[i]), name_of(wanted)) == 0)
            return &file->items[i];
    return NULL;
}

static void check_item(struct breaking *breaking, const struct ir_item *old, const struct ir_item *today)
{
    switch (old->kind) {
    case ITEM_CONST:
        if (today)
            check_const(breaking, old->constant, today->constant);
        else
            breaking_report(breaking, RULE_CONST_REMOVED, (struct span){0},
                            value_text(breaking->arena, old->constant), "constant '%s' is gone",
                            old->constant->name);
        break;
    case ITEM_ENUM:
        if (today)
            check_enum(breaking, old->enumeration, today->enumeration);
        else
            breaking_report(breaking, RULE_ENUM_REMOVED, (struct span){0}, NULL, "enum '%s' is gone",
                            old->enumeration->name);
        break;
    case ITEM_GUID:
        check_guid(breaking, old->guid, today ? today->guid : NULL);
        break;
    case ITEM_VARIABLE:
        check_variable(breaking, old->variable, today ? today->variable : NULL);
        break;
    default:
        if (today)
            check_typedef(breaking, old->alias, today->alias);
        else
            breaking_report(breaking, RULE_TYPEDEF_REMOVED, (struct span){0},
                            breaking_type_text(breaking, old->alias->type), "type '%s' is gone",
                            old->alias->name);
        break;
    }
}

void breaking_check(struct breaking *breaking, const struct ir_file *old, const struct ir_file *today)
{
    uint32_t i;

    breaking->file = today;
    breaking_interfaces(breaking, old, today);
    breaking_structs(breaking, old, today);
    for (i = 0; i < old->item_count; i++)
        if (name_of(&old->items[i]))
            check_item(breaking, &old->items[i], find_item(today, &old->items[i]));
}

/* ---- the command ---- */

static const struct ir_file *read_ir(const struct compilation *compilation, const char *path)
{
    const struct source *source = ir_json_open(compilation->arena, compilation->diagnostics, path);

    return source ? ir_json_read(compilation->arena, compilation->diagnostics, source, true) : NULL;
}

/* The file of today: an .idl, or an IR that was made of one. */
static const struct ir_file *read_today(struct compilation *compilation, const char *path)
{
    size_t length = strlen(path);

    if (length > 5 && strcmp(path + length - 5, ".json") == 0)
        return read_ir(compilation, path);
    return compile_load(compilation, path) ? compile_units(compilation) : NULL;
}

void breaking_command(struct compilation *compilation, const char *old_path, const char *path, bool is_strict,
                      bool as_json)
{
    struct breaking breaking = {
        .arena = compilation->arena, .diagnostics = compilation->diagnostics, .is_strict = is_strict};
    const struct ir_file *old = read_ir(compilation, old_path);
    const struct ir_file *today = read_today(compilation, path);
    struct text json;

    if (!old || !today)
        return;
    text_init(&json, breaking.arena);
    if (as_json)
        breaking.json = &json;
    breaking_check(&breaking, old, today);
    if (as_json)
        printf("[%s%s]\n", json.bytes, breaking.error_count + breaking.allowed_count ? "\n" : "");
    if (as_json)
        compilation->diagnostics->error_count += breaking.error_count; /* which is the exit code */
}
