#include "compile.h"

#include "bind.h"
#include "check.h"
#include "fold.h"
#include "parser.h"
#include "preprocess.h"
#include "wire.h"

#include <string.h>

void compilation_init(struct compilation *compilation, struct arena *arena, struct diagnostics *diagnostics,
                      const struct preprocess_options *options, enum compile_level level)
{
    memset(compilation, 0, sizeof(*compilation));
    compilation->arena = arena;
    compilation->diagnostics = diagnostics;
    compilation->options = *options;
    compilation->level = level;
    compilation->strict_tags = level != LEVEL_DESCRIBE;
    names_init(&compilation->names, arena);
    names_init(&compilation->tags, arena);
    names_init(&compilation->classes, arena);
}

static struct ast_unit *parse_file(struct compilation *compilation, const struct source_file *file)
{
    struct included_file *included = NULL;
    struct token_list tokens =
        preprocess(compilation->arena, compilation->diagnostics, &compilation->options, file, &included);
    struct ast_unit *unit = parse(compilation->arena, compilation->diagnostics, file->source, tokens);
    struct ast_unit **tail = &compilation->units;

    unit->is_c = file->is_c;
    unit->included = included;
    while (*tail)
        tail = &(*tail)->next;
    *tail = unit;
    return unit;
}

static struct ast_unit *find_unit(const struct compilation *compilation, const struct source *source)
{
    struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        if (strcmp(unit->source->real, source->real) == 0)
            return unit;
    return NULL;
}

static void load_import(struct compilation *compilation, struct ast_import *import)
{
    const struct source_roots *roots = &compilation->options.cache->roots;
    const char *path = source_find(compilation->arena, roots, import->name.span.source, import->name.text);
    const char *reason = "not found beside this file or under any -I";
    const struct source_file *file = NULL;

    if (!*import->name.text)
        reason = "a name is missing";
    else if (path)
        file = source_cache_load(compilation->options.cache, path, &reason);
    if (!file) {
        diagnose_error(compilation->diagnostics, ERROR_FILE_NOT_FOUND, import->name.span,
                       "cannot import \"%s\": %s", import->name.text, reason);
        return;
    }
    import->unit = find_unit(compilation, file->source);
    if (!import->unit)
        import->unit = parse_file(compilation, file);
}

static void load_imports(struct compilation *compilation)
{
    struct ast_import *import;
    struct ast_unit *unit;

    /* The list grows while it is walked. */
    for (unit = compilation->units; unit; unit = unit->next)
        for (import = unit->imports; import; import = import->next)
            load_import(compilation, import);
}

bool compile_load(struct compilation *compilation, const char *path)
{
    uint32_t before = compilation->diagnostics->error_count;
    const char *reason = NULL;
    const struct source_file *file = source_cache_load(compilation->options.cache, path, &reason);

    if (!file) {
        diagnose_error(compilation->diagnostics, ERROR_CANNOT_READ, (struct span){0}, "cannot read %s: %s",
                       path, reason);
        return false;
    }
    parse_file(compilation, file);
    load_imports(compilation);
    return compilation->diagnostics->error_count == before;
}

bool compile_load_text(struct compilation *compilation, const char *path, const char *text, size_t size)
{
    uint32_t before = compilation->diagnostics->error_count;

    parse_file(compilation, source_cache_add_text(compilation->options.cache, path, text, size));
    load_imports(compilation);
    return compilation->diagnostics->error_count == before;
}

struct ir_file *compile_units(struct compilation *compilation)
{
    uint32_t before = compilation->diagnostics->error_count;
    struct ir_file *file;

    bind(compilation);
    if (compilation->diagnostics->error_count != before)
        return NULL;
    fold(compilation);
    if (compilation->diagnostics->error_count != before)
        return NULL;
    check(compilation);
    if (compilation->diagnostics->error_count != before)
        return NULL;
    file = ir_lower(compilation);
    if (compilation->level != LEVEL_DESCRIBE)
        wire_plan(compilation->diagnostics, file);
    if (compilation->level == LEVEL_EMBEDDED && compilation->diagnostics->error_count == before)
        wire_check_bounds(compilation->diagnostics, file);
    return compilation->diagnostics->error_count == before ? file : NULL;
}
