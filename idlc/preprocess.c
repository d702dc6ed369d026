#include "preprocess_internal.h"

#include <string.h>

/* ---- files ---- */

void source_cache_init(struct source_cache *cache, struct arena *arena, struct source_roots roots)
{
    cache->arena = arena;
    cache->roots = roots;
    names_init(&cache->files, arena);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);

    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static const struct source_file *add_file(struct source_cache *cache, const struct source *source)
{
    struct source_file *file = arena_alloc(cache->arena, sizeof(*file));
    uint32_t i;

    file->source = source;
    file->tokens = lex(cache->arena, source);
    file->is_c = ends_with(source->path, ".h") || ends_with(source->path, ".H");
    for (i = 0; i < file->tokens.count && file->is_c; i++)
        file->tokens.tokens[i].is_c = true;
    return file;
}

const struct source_file *source_cache_load(struct source_cache *cache, const char *path,
                                            const char **out_reason)
{
    const char *real = source_real_path(cache->arena, path);
    const struct source_file *file = names_find(&cache->files, real);
    const struct source *source;

    if (file)
        return file;
    source = source_load(cache->arena, &cache->roots, path, out_reason);
    if (!source)
        return NULL;
    file = add_file(cache, source);
    names_set(&cache->files, real, (void *)file);
    return file;
}

const struct source_file *source_cache_add_text(struct source_cache *cache, const char *path,
                                                const char *text, size_t size)
{
    return add_file(cache, source_from_text(cache->arena, path, text, size));
}

/* ---- directives ---- */

/* #if ... #endif that is open. */
struct group {
    bool is_live;    /* its tokens count */
    bool was_live;   /* one of its branches was */
    bool outer_live; /* what it stands in counts */
    bool has_else;
    struct span span;
};

/* One file being read. */
struct reading {
    struct preprocessor *preprocessor;
    const struct source_file *file;
    uint32_t at;
    struct group groups[PREPROCESS_CONDITIONS_MAX];
    uint32_t group_count;
};

static void read_file(struct preprocessor *preprocessor, const struct source_file *file);

static bool is_live(const struct reading *reading)
{
    return reading->group_count == 0 || reading->groups[reading->group_count - 1].is_live;
}

/* The directive's tokens behind its word. */
static struct token_range take_line(struct reading *reading)
{
    const struct token *tokens = reading->file->tokens.tokens;
    struct token_range line = {tokens + reading->at, 0};

    while (!tokens[reading->at].starts_line) {
        reading->at++;
        line.count++;
    }
    return line;
}

static bool was_included(const struct preprocessor *preprocessor, const struct source_file *file)
{
    const struct included_file *included;

    for (included = *preprocessor->included; included; included = included->next)
        if (included->file == file)
            return true;
    return false;
}

static void include_file(struct preprocessor *preprocessor, const struct source_file *file)
{
    struct included_file **tail = preprocessor->included;

    while (*tail)
        tail = &(*tail)->next;
    *tail = arena_alloc(preprocessor->arena, sizeof(**tail));
    (*tail)->file = file;
    preprocessor->include_depth++;
    read_file(preprocessor, file);
    preprocessor->include_depth--;
}

/* The name in quotes or angle brackets, which tokens do not keep together. */
static const char *include_name(struct reading *reading, struct token_range line)
{
    const char *text, *end;

    if (line.count == 1 && line.tokens->kind == TOKEN_STRING)
        return line.tokens->text;
    if (line.count < 3 || line.tokens->punctuation != '<')
        return NULL;
    text = line.tokens->span.source->text + line.tokens->span.end;
    end = strpbrk(text, ">\n");
    return end && *end == '>' ? arena_copy(reading->preprocessor->arena, text, (size_t)(end - text)) : NULL;
}

void preprocess_hint_file(struct arena *arena, struct diagnostics *diagnostics,
                          const struct source_roots *roots, const struct source *importer, const char *name)
{
    const char *other = source_suggest(arena, roots, importer, name);

    if (strchr(name, '\\'))
        diagnose_hint(diagnostics, "folders are separated by '/'");
    else if (other)
        diagnose_hint(diagnostics, "did you mean \"%s\"?", other);
}

static void unknown_file(struct preprocessor *preprocessor, const struct source *importer, const char *name,
                         const char *reason, struct span span)
{
    diagnose_error(preprocessor->diagnostics, ERROR_FILE_NOT_FOUND, span, "cannot include \"%s\": %s", name,
                   reason);
    preprocess_hint_file(preprocessor->arena, preprocessor->diagnostics, &preprocessor->options->cache->roots,
                         importer, name);
}

static void include(struct reading *reading, struct token_range line, struct span directive)
{
    struct preprocessor *preprocessor = reading->preprocessor;
    struct token_buffer expanded = {.arena = preprocessor->arena};
    const struct source_file *file = NULL;
    const char *name, *path, *reason = "not found beside this file or under any -I";
    struct span span = directive;

    if (line.count && line.tokens->kind == TOKEN_NAME) {
        macro_expand(preprocessor, line, &expanded);
        line = (struct token_range){expanded.tokens, expanded.count};
    }
    name = include_name(reading, line);
    if (!name) {
        diagnose_error(preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, directive,
                       "#include takes \"file\" or <file>");
        return;
    }
    span = span_join(line.tokens->span, line.tokens[line.count - 1].span);
    path =
        source_find(preprocessor->arena, &preprocessor->options->cache->roots, reading->file->source, name);
    if (path)
        file = source_cache_load(preprocessor->options->cache, path, &reason);
    if (!file && reading->file->is_c)
        diagnose_remark(preprocessor->diagnostics, span, "\"%s\" is not read: %s", name, reason);
    else if (!file)
        unknown_file(preprocessor, reading->file->source, name, reason, span);
    else if (preprocessor->include_depth == PREPROCESS_INCLUDES_MAX)
        diagnose_error(preprocessor->diagnostics, ERROR_INCLUDES_TOO_DEEP, span,
                       "files include each other too deeply");
    else if (file != reading->file && !was_included(preprocessor, file))
        include_file(preprocessor, file);
}

static void open_group(struct reading *reading, bool condition, struct span span)
{
    struct group *group = &reading->groups[reading->group_count];

    if (reading->group_count == PREPROCESS_CONDITIONS_MAX) {
        diagnose_error(reading->preprocessor->diagnostics, ERROR_INCLUDES_TOO_DEEP, span,
                       "conditions are nested too deeply");
        return;
    }
    group->outer_live = is_live(reading);
    group->is_live = group->outer_live && condition;
    group->was_live = group->is_live;
    group->has_else = false;
    group->span = span;
    reading->group_count++;
}

static bool condition_of(struct reading *reading, const char *word, struct token_range line, struct span span)
{
    struct preprocessor *preprocessor = reading->preprocessor;
    bool negated = strcmp(word, "ifndef") == 0 || strcmp(word, "elifndef") == 0;

    if (strcmp(word, "if") == 0 || strcmp(word, "elif") == 0)
        return condition_evaluate(preprocessor, line, span);
    if (line.count && line.tokens->kind == TOKEN_NAME)
        return macro_is_defined(preprocessor, line.tokens->text) != negated;
    diagnose_error(preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, span, "#%s takes the name of a macro",
                   word);
    return false;
}

/* #elif and #else. */
static void next_branch(struct reading *reading, const char *word, struct token_range line, struct span span)
{
    struct group *group = &reading->groups[reading->group_count - 1];
    bool is_else = strcmp(word, "else") == 0;

    if (group->has_else) {
        diagnose_error(reading->preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, span, "#%s behind #else",
                       word);
        diagnose_note(reading->preprocessor->diagnostics, group->span, "the group begins here");
    }
    group->has_else |= is_else;
    group->is_live =
        group->outer_live && !group->was_live && (is_else || condition_of(reading, word, line, span));
    group->was_live |= group->is_live;
}

/* #if and its kind, which also count where nothing else does. False: another directive. */
static bool conditional(struct reading *reading, const char *word, struct token_range line, struct span span)
{
    if (strcmp(word, "if") == 0 || strcmp(word, "ifdef") == 0 || strcmp(word, "ifndef") == 0) {
        open_group(reading, is_live(reading) && condition_of(reading, word, line, span), span);
        return true;
    }
    if (strncmp(word, "el", 2) != 0 && strcmp(word, "endif") != 0)
        return false;
    if (reading->group_count == 0)
        diagnose_error(reading->preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, span, "#%s without #if",
                       word);
    else if (strcmp(word, "endif") == 0)
        reading->group_count--;
    else
        next_branch(reading, word, line, span);
    return true;
}

/* What only other compilers understand: #pragma, #line and what other preprocessors leave. */
static bool is_ignored(const char *word)
{
    return !*word || strcmp(word, "pragma") == 0 || strcmp(word, "line") == 0 || strcmp(word, "ident") == 0 ||
           strcmp(word, "warning") == 0;
}

static void unknown_directive(struct diagnostics *diagnostics, const char *word, struct span span)
{
    static const char *const WORDS[] = {"define", "undef", "include", "if",    "ifdef",  "ifndef",
                                        "elif",   "else",  "endif",   "error", "pragma", "warning"};
    struct name_suggestion suggestion = {.wanted = word};
    size_t i;

    diagnose_error(diagnostics, ERROR_UNKNOWN_DIRECTIVE, span, "preprocessor directive '#%s' is not known",
                   word);
    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        names_offer(&suggestion, WORDS[i]);
    if (suggestion.best)
        diagnose_hint(diagnostics, "did you mean '#%s'?", suggestion.best);
    else if (span.end - span.begin > 1 + strlen(word)) /* blanks between them: it was meant as a comment */
        diagnose_hint(diagnostics, "comments begin with // or stand between /* and */");
}

static void run_directive(struct reading *reading, const char *word, struct token_range line,
                          struct span span)
{
    struct preprocessor *preprocessor = reading->preprocessor;

    if (strcmp(word, "define") == 0) {
        macro_define(preprocessor, line, span);
    } else if (strcmp(word, "undef") == 0) {
        if (line.count)
            macro_undefine(preprocessor, line.tokens->text);
    } else if (strcmp(word, "include") == 0 || strcmp(word, "import") == 0) {
        include(reading, line, span);
    } else if (strcmp(word, "error") == 0) {
        const struct source *source = span.source;
        struct source_place place = source_locate(source, span.end);

        diagnose_error(preprocessor->diagnostics, ERROR_ERROR_DIRECTIVE, span, "#error%.*s",
                       (int)(place.line_end - span.end), source->text + span.end);
    } else if (!is_ignored(word)) {
        unknown_directive(preprocessor->diagnostics, word, span);
    }
}

/* At a '#' that starts a line. */
static void directive(struct reading *reading)
{
    const struct token *tokens = reading->file->tokens.tokens;
    const struct token *mark = &tokens[reading->at++], *word = &tokens[reading->at];
    bool has_word = !word->starts_line && word->kind == TOKEN_NAME;
    struct span span = has_word ? span_join(mark->span, word->span) : mark->span;
    struct token_range line;

    if (has_word)
        reading->at++;
    line = take_line(reading);
    if (!conditional(reading, has_word ? word->text : "", line, span) && is_live(reading))
        run_directive(reading, has_word ? word->text : "", line, span);
}

/* ---- tokens ---- */

/* Adds what can be used; in C headers errors are nobody's. */
static void put_tokens(struct preprocessor *preprocessor, uint32_t begin)
{
    uint32_t i, kept = begin;

    for (i = begin; i < preprocessor->out.count; i++) {
        const struct token *token = &preprocessor->out.tokens[i];

        if (token->error && !token->is_c ? lex_accept(preprocessor->diagnostics, token)
                                         : token->kind != TOKEN_BAD) {
            preprocessor->out.tokens[kept] = *token;
            preprocessor->out.tokens[kept++].follows_bad = preprocessor->was_bad;
            preprocessor->was_bad = false;
        } else {
            preprocessor->was_bad = true;
        }
    }
    preprocessor->out.count = kept;
}

static void read_file(struct preprocessor *preprocessor, const struct source_file *file)
{
    struct reading *reading = arena_alloc(preprocessor->arena, sizeof(*reading));
    const struct token *tokens = file->tokens.tokens;

    reading->preprocessor = preprocessor;
    reading->file = file;
    if (file->is_c)
        preprocessor->diagnostics->suspended++; /* it was written for another compiler */
    while (tokens[reading->at].kind != TOKEN_END && !preprocessor->is_exhausted) {
        const struct token *token = &tokens[reading->at];
        uint32_t begin = preprocessor->out.count, length;

        if (token->punctuation == '#' && token->starts_line) {
            directive(reading);
            continue;
        }
        if (!is_live(reading)) {
            reading->at++;
            continue;
        }
        if ((token->kind == TOKEN_NAME || token->kind == TOKEN_UUID) &&
            macro_is_defined(preprocessor, token->text)) {
            length = macro_call_length(preprocessor, token);
            macro_expand(preprocessor, (struct token_range){token, length}, &preprocessor->out);
        } else {
            length = 1;
            token_buffer_add(&preprocessor->out, token);
        }
        put_tokens(preprocessor, begin);
        reading->at += length;
    }
    if (reading->group_count && !preprocessor->is_exhausted)
        diagnose_error(preprocessor->diagnostics, ERROR_BAD_DIRECTIVE,
                       reading->groups[reading->group_count - 1].span, "this group has no #endif");
    if (file->is_c)
        preprocessor->diagnostics->suspended--;
}

static void define_standard(struct preprocessor *preprocessor)
{
    uint32_t i;

    macro_define_text(preprocessor, "__idlc__=1");
    macro_define_text(preprocessor, "__midl=501");
    for (i = 0; i < preprocessor->options->define_count; i++)
        macro_define_text(preprocessor, preprocessor->options->defines[i]);
}

struct token_list preprocess(struct arena *arena, struct diagnostics *diagnostics,
                             const struct preprocess_options *options, const struct source_file *file,
                             struct included_file **included)
{
    struct preprocessor preprocessor = {.arena = arena,
                                        .diagnostics = diagnostics,
                                        .options = options,
                                        .included = included,
                                        .out = {.arena = arena}};
    const struct token *end = &file->tokens.tokens[file->tokens.count - 1];

    names_init(&preprocessor.macros, arena);
    preprocessor.out.capacity = file->tokens.count; /* nearly all files have few macros */
    preprocessor.out.tokens = arena_alloc_raw(arena, file->tokens.count * sizeof(struct token));
    define_standard(&preprocessor);
    read_file(&preprocessor, file);
    token_buffer_add(&preprocessor.out, end);
    return (struct token_list){preprocessor.out.tokens, preprocessor.out.count};
}
