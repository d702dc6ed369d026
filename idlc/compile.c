#include "compile.h"

#include "bind.h"
#include "check.h"
#include "fold.h"
#include "parser.h"
#include "preprocess.h"
#include "wire.h"

#include <string.h>

void compilation_init(struct compilation *compilation, struct arena *arena, struct diagnostics *diagnostics,
                      struct source_roots roots)
{
    memset(compilation, 0, sizeof(*compilation));
    compilation->arena = arena;
    compilation->diagnostics = diagnostics;
    compilation->roots = roots;
    names_init(&compilation->names, arena);
    names_init(&compilation->tags, arena);
}

static struct ast_unit *parse_source(struct compilation *compilation, const struct source *source)
{
    const char *text = preprocess(compilation->arena, compilation->diagnostics, source);
    struct token_list tokens = lex(compilation->arena, compilation->diagnostics, source, text);
    struct ast_unit *unit = parse(compilation->arena, compilation->diagnostics, source, tokens);
    struct ast_unit **tail = &compilation->units;

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

static void load_import(struct compilation *compilation, const struct ast_unit *importer,
                        struct ast_import *import)
{
    const char *path =
        source_find(compilation->arena, &compilation->roots, importer->source, import->name.text);
    const char *reason = "not found beside this file or under any -I";
    struct source *source = NULL;

    if (!*import->name.text)
        reason = "a name is missing";
    else if (path)
        source = source_load(compilation->arena, &compilation->roots, path, &reason);
    if (!source) {
        diagnose_error(compilation->diagnostics, import->name.span, "cannot import \"%s\": %s",
                       import->name.text, reason);
        return;
    }
    import->unit = find_unit(compilation, source);
    if (!import->unit)
        import->unit = parse_source(compilation, source);
}

static void load_imports(struct compilation *compilation)
{
    struct ast_import *import;
    struct ast_unit *unit;

    /* The list grows while it is walked. */
    for (unit = compilation->units; unit; unit = unit->next)
        for (import = unit->imports; import; import = import->next)
            load_import(compilation, unit, import);
}

bool compile_load(struct compilation *compilation, const char *path)
{
    uint32_t before = compilation->diagnostics->error_count;
    const char *reason = NULL;
    struct source *source = source_load(compilation->arena, &compilation->roots, path, &reason);

    if (!source) {
        diagnose_error(compilation->diagnostics, (struct span){0}, "cannot read %s: %s", path, reason);
        return false;
    }
    parse_source(compilation, source);
    load_imports(compilation);
    return compilation->diagnostics->error_count == before;
}

bool compile_load_text(struct compilation *compilation, const char *path, const char *text, size_t size)
{
    uint32_t before = compilation->diagnostics->error_count;

    parse_source(compilation, source_from_text(compilation->arena, path, text, size));
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
    wire_plan(compilation->diagnostics, file);
    return compilation->diagnostics->error_count == before ? file : NULL;
}
