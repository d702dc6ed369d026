/* Macros: defining, and expanding them as C does. */
#include "preprocess_internal.h"

#include <string.h>

/* Macros within macros within arguments; each takes some stack. */
#define EXPANSION_DEPTH_MAX 200

void token_buffer_add(struct token_buffer *buffer, const struct token *token)
{
    if (buffer->count == buffer->capacity) {
        uint32_t capacity = buffer->capacity ? buffer->capacity * 2 : 16;
        struct token *grown = arena_alloc_raw(buffer->arena, capacity * sizeof(*grown));

        if (buffer->count)
            memcpy(grown, buffer->tokens, buffer->count * sizeof(*grown));
        buffer->tokens = grown;
        buffer->capacity = capacity;
    }
    buffer->tokens[buffer->count++] = *token;
}

/* ---- defining ---- */

bool macro_is_defined(const struct preprocessor *preprocessor, const char *name)
{
    return names_find(&preprocessor->macros, name) != NULL;
}

void macro_undefine(struct preprocessor *preprocessor, const char *name)
{
    names_set(&preprocessor->macros, name, NULL);
}

static struct macro *add_macro(struct preprocessor *preprocessor, const char *name, struct span span)
{
    struct macro *macro = arena_alloc(preprocessor->arena, sizeof(*macro));

    macro->name = name;
    macro->span = span;
    names_set(&preprocessor->macros, name, macro);
    return macro;
}

/* Behind the '(' of a definition; returns how many tokens the list takes, 0: it is wrong. */
static uint32_t define_params(struct preprocessor *preprocessor, struct macro *macro, struct token_range line)
{
    const char **params = arena_alloc(preprocessor->arena, (line.count + 1) * sizeof(*params));
    uint32_t i;

    macro->params = params;
    for (i = 0; i < line.count; i++) {
        const struct token *token = &line.tokens[i];

        if (token->punctuation == ')')
            return i + 1;
        if (token->punctuation == PUNCTUATION_ELLIPSIS) {
            macro->is_variadic = true;
            params[macro->param_count++] = "__VA_ARGS__";
        } else if (token->kind == TOKEN_NAME) {
            params[macro->param_count++] = token->text;
        } else if (token->punctuation != ',') {
            return 0;
        }
    }
    return 0;
}

void macro_define(struct preprocessor *preprocessor, struct token_range line, struct span directive)
{
    struct macro *macro;
    uint32_t used = 1, params;

    if (!line.count || line.tokens->kind != TOKEN_NAME) {
        diagnose_error(preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, directive,
                       "#define needs the name of a macro");
        return;
    }
    macro = add_macro(preprocessor, line.tokens->text, line.tokens->span);
    if (line.count > 1 && line.tokens[1].punctuation == '(' && !line.tokens[1].spaced) {
        macro->is_function = true;
        params = define_params(preprocessor, macro, (struct token_range){line.tokens + 2, line.count - 2});
        if (!params) {
            diagnose_error(preprocessor->diagnostics, ERROR_BAD_DIRECTIVE, line.tokens[1].span,
                           "the parameters of macro '%s' are names between parentheses", macro->name);
            macro_undefine(preprocessor, macro->name);
            return;
        }
        used = 2 + params;
    }
    macro->body = line.tokens + used;
    macro->body_count = line.count - used;
}

void macro_define_text(struct preprocessor *preprocessor, const char *definition)
{
    size_t length = strcspn(definition, "=");
    const char *value = definition[length] ? definition + length + 1 : "1";
    struct macro *macro =
        add_macro(preprocessor, arena_copy(preprocessor->arena, definition, length), (struct span){0});
    const struct source *source =
        source_from_text(preprocessor->arena, "<command line>", value, strlen(value));
    struct token_list tokens = lex(preprocessor->arena, source);

    macro->body = tokens.tokens;
    macro->body_count = tokens.count - 1;
}

/* ---- expanding ---- */

static void expand(struct preprocessor *preprocessor, struct token_range range, struct token_buffer *out,
                   uint32_t depth);

/* The macro that a token calls; a UUID that begins like a name may be one. */
static struct macro *macro_of(const struct preprocessor *preprocessor, const struct token *token)
{
    struct macro *macro;

    if ((token->kind != TOKEN_NAME && token->kind != TOKEN_UUID) || token->is_painted)
        return NULL;
    macro = names_find(&preprocessor->macros, token->text);
    return macro && !macro->is_busy ? macro : NULL;
}

/* The tokens up to the ')' of a call that begins with a name; 0: it never ends, 1: it is none. */
static uint32_t call_length(struct token_range range)
{
    uint32_t level = 0, i;

    if (range.count < 2 || range.tokens[1].punctuation != '(')
        return 1;
    for (i = 1; i < range.count; i++) {
        if (range.tokens[i].punctuation == '(')
            level++;
        else if (range.tokens[i].punctuation == ')' && --level == 0)
            return i + 1;
    }
    return 0;
}

uint32_t macro_call_length(const struct preprocessor *preprocessor, const struct token *tokens)
{
    const struct macro *macro = macro_of(preprocessor, tokens);
    uint32_t count = 1, level = 0;

    if (!macro || !macro->is_function || tokens[1].punctuation != '(')
        return 1;
    for (; tokens[count].kind != TOKEN_END; count++) {
        if (tokens[count].punctuation == '#' && tokens[count].starts_line)
            break; /* a directive within the arguments: nobody knows what it means */
        if (tokens[count].punctuation == '(')
            level++;
        else if (tokens[count].punctuation == ')' && --level == 0)
            return count + 1;
    }
    return 1;
}

struct arguments {
    struct token_range raw[64];
    uint32_t count;
};

/* Splits what stands between the parentheses of a call. */
static bool split_arguments(const struct macro *macro, struct token_range call, struct arguments *arguments)
{
    uint32_t i, begin = 2, level = 0;
    const uint32_t max = sizeof(arguments->raw) / sizeof(arguments->raw[0]);

    arguments->count = 0;
    for (i = 2; i < call.count; i++) {
        int punctuation = call.tokens[i].punctuation;
        bool rest = macro->is_variadic && arguments->count + 1 == macro->param_count;

        if (punctuation == '(' || punctuation == '[' || punctuation == '{')
            level += punctuation == '(';
        else if (punctuation == ')' && i + 1 < call.count)
            level--;
        if (i + 1 < call.count && (level > 0 || punctuation != ',' || rest))
            continue;
        if (arguments->count == max)
            return false;
        arguments->raw[arguments->count++] = (struct token_range){call.tokens + begin, i - begin};
        begin = i + 1;
    }
    if (macro->param_count == 0 && arguments->count == 1 && arguments->raw[0].count == 0)
        arguments->count = 0;
    if (macro->is_variadic && arguments->count + 1 == macro->param_count)
        arguments->raw[arguments->count++] = (struct token_range){call.tokens, 0};
    return arguments->count == macro->param_count;
}

static uint32_t param_index(const struct macro *macro, const struct token *token)
{
    uint32_t i;

    for (i = 0; i < macro->param_count && macro->is_function; i++)
        if (token->kind == TOKEN_NAME && strcmp(macro->params[i], token->text) == 0)
            return i;
    return UINT32_MAX;
}

/* #x: the text of an argument as a string. */
static struct token stringize(struct preprocessor *preprocessor, struct token_range argument,
                              const struct token *like)
{
    struct token token = *like;
    const char *text = "";
    uint32_t i;

    for (i = 0; i < argument.count; i++) {
        const struct token *part = &argument.tokens[i];
        const char *quote = part->kind == TOKEN_STRING ? "\\\"" : "";

        text = arena_format(preprocessor->arena, "%s%s%s%s%s", text, i && part->spaced ? " " : "", quote,
                            part->text, quote);
    }
    token.kind = TOKEN_STRING;
    token.punctuation = 0;
    token.text = text;
    return token;
}

/* a ## b: one token of both texts. */
static void paste(struct preprocessor *preprocessor, struct token *left, const struct token *right)
{
    const char *text = arena_format(preprocessor->arena, "%s%s", left->text, right->text);
    struct token_list made =
        lex(preprocessor->arena, source_from_text(preprocessor->arena, "<macro>", text, strlen(text)));
    struct span span = left->span;

    *left = made.tokens[0];
    left->span = span;
    if (made.count != 2)
        diagnose_error(preprocessor->diagnostics, ERROR_BAD_PASTE, span, "'%s' is no token", text);
}

/* The macro's body with arguments in the place of parameters, and # and ## carried out. */
static void substitute(struct preprocessor *preprocessor, const struct macro *macro,
                       const struct arguments *arguments, struct span span, struct token_buffer *out,
                       uint32_t depth)
{
    bool pasting = false;
    uint32_t i, j;

    for (i = 0; i < macro->body_count; i++) {
        struct token token = macro->body[i];
        uint32_t begin = out->count, index;
        bool pastes = i + 1 < macro->body_count && macro->body[i + 1].punctuation == PUNCTUATION_PASTE;

        token.span = span;
        token.starts_line = false;
        if (token.punctuation == PUNCTUATION_PASTE) {
            pasting = out->count > 0;
            continue;
        }
        index = param_index(macro, &token);
        if (token.punctuation == '#' && macro->is_function && i + 1 < macro->body_count &&
            param_index(macro, &macro->body[i + 1]) != UINT32_MAX) {
            token = stringize(preprocessor, arguments->raw[param_index(macro, &macro->body[++i])], &token);
            token_buffer_add(out, &token);
        } else if (index == UINT32_MAX) {
            token_buffer_add(out, &token);
        } else if (pasting || pastes) {
            for (j = 0; j < arguments->raw[index].count; j++)
                token_buffer_add(out, &arguments->raw[index].tokens[j]);
        } else {
            expand(preprocessor, arguments->raw[index], out, depth + 1);
        }
        if (pasting && begin > 0 && out->count > begin) {
            paste(preprocessor, &out->tokens[begin - 1], &out->tokens[begin]);
            memmove(&out->tokens[begin], &out->tokens[begin + 1],
                    (out->count - begin - 1) * sizeof(*out->tokens));
            out->count--;
        }
        pasting = false;
    }
}

/* In the place of a call that failed, so that what stands around it still makes sense. */
static void add_zero(const struct token *like, struct token_buffer *out)
{
    struct token token = *like;

    token.kind = TOKEN_INTEGER;
    token.text = "0";
    token_buffer_add(out, &token);
}

static bool is_exhausted(struct preprocessor *preprocessor, uint32_t made, uint32_t depth, struct span span)
{
    preprocessor->expanded_count += made;
    if (preprocessor->expanded_count <= PREPROCESS_TOKENS_MAX && depth <= EXPANSION_DEPTH_MAX)
        return preprocessor->is_exhausted;
    if (!preprocessor->is_exhausted)
        diagnose_error(preprocessor->diagnostics, ERROR_MACROS_TOO_LARGE, span,
                       "macros expand to more than any file needs");
    preprocessor->is_exhausted = true;
    return true;
}

/*
 * The call at the beginning of `range`: substituted, and looked through again together with what follows,
 * because a macro may make the name of a function whose arguments stand behind it. Returns the tokens used.
 */
static uint32_t expand_call(struct preprocessor *preprocessor, struct macro *macro, struct token_range range,
                            struct token_buffer *out, uint32_t depth)
{
    const struct token *first = range.tokens;
    struct token_buffer body = {.arena = preprocessor->arena};
    struct arguments arguments = {.count = 0};
    uint32_t used = 1, i;

    if (macro->is_function) {
        used = call_length(range);
        if (used < 2) {
            token_buffer_add(out, first);
            return 1;
        }
        if (!split_arguments(macro, (struct token_range){range.tokens, used}, &arguments)) {
            diagnose_error(preprocessor->diagnostics, ERROR_MACRO_ARGUMENTS, first->span,
                           "macro '%s' takes %u arguments, not %u", macro->name, macro->param_count,
                           arguments.count);
            diagnose_note(preprocessor->diagnostics, macro->span, "defined here");
            add_zero(first, out);
            return used;
        }
    }
    substitute(preprocessor, macro, &arguments, first->span, &body, depth);
    if (body.count) {
        body.tokens[0].starts_line = first->starts_line;
        body.tokens[0].spaced = first->spaced;
        body.tokens[0].doc = first->doc;
    }
    for (i = 0; i < body.count; i++) {
        body.tokens[i].is_c = first->is_c;
        body.tokens[i].is_painted |=
            body.tokens[i].kind == TOKEN_NAME && strcmp(body.tokens[i].text, macro->name) == 0;
    }
    if (is_exhausted(preprocessor, body.count, depth, first->span))
        return used;
    /* A function's name at the very end takes its arguments from what follows. */
    if (body.count && range.count > used && range.tokens[used].punctuation == '(') {
        const struct macro *last = macro_of(preprocessor, &body.tokens[body.count - 1]);
        uint32_t more = call_length((struct token_range){range.tokens + used - 1, range.count - used + 1});

        for (i = 0; last && last->is_function && i + 1 < more; i++)
            token_buffer_add(&body, &range.tokens[used + i]);
        used += i;
    }
    macro->is_busy = true;
    expand(preprocessor, (struct token_range){body.tokens, body.count}, out, depth + 1);
    macro->is_busy = false;
    return used;
}

static void expand(struct preprocessor *preprocessor, struct token_range range, struct token_buffer *out,
                   uint32_t depth)
{
    uint32_t i = 0;

    while (i < range.count) {
        struct macro *macro = macro_of(preprocessor, &range.tokens[i]);

        if (macro && is_exhausted(preprocessor, 0, depth, range.tokens[i].span))
            return;
        if (macro)
            i += expand_call(preprocessor, macro, (struct token_range){range.tokens + i, range.count - i},
                             out, depth);
        else
            token_buffer_add(out, &range.tokens[i++]);
    }
}

void macro_expand(struct preprocessor *preprocessor, struct token_range range, struct token_buffer *out)
{
    expand(preprocessor, range, out, 0);
}
