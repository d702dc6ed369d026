#include "compile.h"

#include "bind.h"
#include "check.h"
#include "dialect.h"
#include "fold.h"
#include "parser.h"
#include "preprocess.h"
#include "wire.h"

#include <string.h>

/* So many attributes of another language are enough to see it. */
#define WATCH_REFUSED_MAX 3

void compilation_init(struct compilation *compilation, struct arena *arena, struct diagnostics *diagnostics,
                      const struct preprocess_options *options, enum compile_level level)
{
    memset(compilation, 0, sizeof(*compilation));
    compilation->arena = arena;
    compilation->diagnostics = diagnostics;
    compilation->options = *options;
    compilation->level = level;
    names_init(&compilation->names, arena);
    names_init(&compilation->tags, arena);
    names_init(&compilation->classes, arena);
}

bool compile_is_own(const struct compilation *compilation, const struct ast_declaration *declaration)
{
    return declaration->unit == compilation->units;
}

/* ---- other languages ---- */

/* A file while it is read. */
struct watch {
    struct diagnostics *diagnostics;
    const struct source_file *file;
    uint32_t refused;   /* errors that name another language */
    bool was_looked_at; /* for signs of one */
    bool is_over;       /* enough was said */
};

/*
 * The first thing that is wrong with a file of another language is seldom what tells which one it is: a name
 * that is not found, a character. So all of it is looked at before it is reported. Attributes of another
 * language are reported as they come, but only they, and not many.
 */
static bool explain(void *context, enum diagnostic_code code)
{
    struct watch *watch = context;
    const struct token *token;
    const char *reason;

    if (watch->is_over)
        return true;
    if (code == ERROR_OTHER_DIALECT || code == ERROR_REFUSED_ATTRIBUTE) {
        watch->refused++;
        watch->is_over = code == ERROR_OTHER_DIALECT || watch->refused == WATCH_REFUSED_MAX;
        return false;
    }
    if (watch->refused)
        return true;
    if (watch->was_looked_at || watch->file->is_c)
        return false;
    watch->was_looked_at = true;
    reason = dialect_of_file(watch->file->tokens, &token);
    if (!reason)
        return false;
    diagnose_error(watch->diagnostics, ERROR_OTHER_DIALECT, token->span, "'%s': %s", token->text, reason);
    return true;
}

static void watch_begin(struct watch *watch, struct compilation *compilation, const struct source_file *file)
{
    *watch = (struct watch){.diagnostics = compilation->diagnostics, .file = file};
    compilation->diagnostics->explain = explain;
    compilation->diagnostics->explain_context = watch;
}

/* True: it was another language. */
static bool watch_end(struct watch *watch)
{
    watch->diagnostics->explain = NULL;
    return watch->refused != 0;
}

/* ---- files ---- */

static struct ast_unit *parse_file(struct compilation *compilation, const struct source_file *file)
{
    struct ast_unit **tail = &compilation->units, *unit;
    uint32_t before = compilation->diagnostics->error_count;
    struct included_file *included = NULL;
    struct token_list tokens;
    struct watch watch;

    watch_begin(&watch, compilation, file);
    tokens = preprocess(compilation->arena, compilation->diagnostics, &compilation->options, file, &included);
    compilation->is_hopeless |= compilation->diagnostics->error_count != before;
    unit = parse(compilation->arena, compilation->diagnostics, file->source, tokens);
    compilation->is_partial |= compilation->diagnostics->error_count != before;
    if (watch_end(&watch)) {
        unit->imports = NULL; /* nobody knows what they are */
        compilation->is_hopeless = true;
    }
    unit->file = file;
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

/* `importer` is the file that has the import; true: it is no COM IDL. */
static bool report_import(struct compilation *compilation, const struct source_file *importer,
                          const struct ast_import *import, const char *reason)
{
    struct watch watch;

    watch_begin(&watch, compilation, importer);
    diagnose_error(compilation->diagnostics, ERROR_FILE_NOT_FOUND, import->name.span,
                   "cannot import \"%s\": %s", import->name.text, reason);
    preprocess_hint_file(compilation->arena, compilation->diagnostics, &compilation->options.cache->roots,
                         importer->source, import->name.text);
    compilation->is_partial = true;
    compilation->is_hopeless |= watch_end(&watch);
    return compilation->is_hopeless;
}

/* False: the rest of the file's imports would make no sense. */
static bool load_import(struct compilation *compilation, const struct ast_unit *importer,
                        struct ast_import *import)
{
    const struct source_roots *roots = &compilation->options.cache->roots;
    const char *path = source_find(compilation->arena, roots, import->name.span.source, import->name.text);
    const char *reason = "not found beside this file or under any -I";
    const struct source_file *file = NULL;

    if (!*import->name.text)
        reason = "a name is missing";
    else if (path)
        file = source_cache_load(compilation->options.cache, path, &reason);
    if (!file)
        return !report_import(compilation, importer->file, import, reason);
    import->unit = find_unit(compilation, file->source);
    if (!import->unit)
        import->unit = parse_file(compilation, file);
    return true;
}

static void load_imports(struct compilation *compilation)
{
    struct ast_import *import;
    struct ast_unit *unit;

    /* The list grows while it is walked. */
    for (unit = compilation->units; unit; unit = unit->next)
        for (import = unit->imports; import && load_import(compilation, unit, import); import = import->next)
            ;
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

static struct ast_declaration *find_own_interface(const struct compilation *compilation, const char *name,
                                                  size_t length)
{
    struct ast_declaration *declaration;

    for (declaration = compilation->units->declarations; declaration; declaration = declaration->next)
        if (declaration->kind == DECLARATION_INTERFACE && !declaration->is_forward &&
            strlen(declaration->name.text) == length && strncmp(declaration->name.text, name, length) == 0)
            return declaration;
    return NULL;
}

/* What --only names, with the bases: whoever calls a method may call theirs. */
static void leave_out(struct compilation *compilation)
{
    struct ast_declaration *declaration;
    const char *name = compilation->only;
    size_t length;

    for (declaration = compilation->units->declarations; declaration && name; declaration = declaration->next)
        declaration->is_left_out = declaration->kind == DECLARATION_INTERFACE;
    for (; name && *name; name += length + (name[length] == ',')) {
        length = strcspn(name, ",");
        declaration = find_own_interface(compilation, name, length);
        if (!declaration)
            diagnose_error(compilation->diagnostics, ERROR_UNKNOWN_TYPE, (struct span){0},
                           "--only names '%.*s', which is no interface of %s", (int)length, name,
                           compilation->units->source->path);
        for (; declaration && declaration->is_left_out;
             declaration = declaration->base ? declaration->base->definition : NULL)
            declaration->is_left_out = false;
    }
}

/* Each stage leaves out what has errors already, and what needs it. @retval false there are some */
static bool check_units(struct compilation *compilation)
{
    uint32_t before = compilation->diagnostics->error_count;

    bind(compilation);
    if (!compile_check_depth(compilation))
        return false; /* whatever follows such rows would not come back */
    leave_out(compilation);
    if (compilation->is_partial || compilation->diagnostics->error_count != before)
        compile_spread_errors(compilation);
    fold(compilation);
    if (compilation->is_partial || compilation->diagnostics->error_count != before)
        compile_spread_errors(compilation);
    check(compilation);
    return compilation->diagnostics->error_count == before;
}

void compile_rest(struct compilation *compilation)
{
    struct watch watch;

    if (compilation->is_hopeless || !compilation->is_partial || !compilation->units)
        return;
    watch_begin(&watch, compilation, compilation->units->file);
    (void)check_units(compilation);
    (void)watch_end(&watch); /* reported */
}

struct ir_file *compile_units(struct compilation *compilation)
{
    uint32_t before = compilation->diagnostics->error_count;
    struct ir_file *file;
    struct watch watch;
    bool is_good;

    watch_begin(&watch, compilation, compilation->units->file);
    is_good = check_units(compilation);
    (void)watch_end(&watch); /* reported */
    if (!is_good)
        return NULL;
    file = ir_lower(compilation);
    if (compilation->level != LEVEL_DESCRIBE)
        wire_plan(compilation->diagnostics, file);
    if (compilation->level == LEVEL_EMBEDDED && compilation->diagnostics->error_count == before)
        wire_check_bounds(compilation->diagnostics, file);
    if (compilation->level != LEVEL_DESCRIBE && compilation->diagnostics->error_count == before)
        wire_check_names(compilation->arena, compilation->diagnostics, file);
    return compilation->diagnostics->error_count == before ? file : NULL;
}
