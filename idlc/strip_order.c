/*
 * MIDL wants names declared before they are used; this compiler does not care. So an interface gets a forward
 * declaration where it is first named, and other declarations move in front of what needs them. A file in
 * MIDL's order stays as it is.
 */
#include "strip_internal.h"

#include <string.h>

/* Declarations that need each other in a longer row than this stay where they are. */
#define MOVES_DEEP_MAX 200

/* A declaration with the comments before it, or the line of a directive. */
struct part {
    const struct token *begin;
    const struct token *end;
    uint32_t text_begin;
    uint32_t text_end;
    uint32_t group; /* directives stand between those of different groups: nothing moves across */
    bool is_interface;
    bool is_forward; /* interface X; */
    bool is_written;
};

struct parts {
    struct part *items;
    uint32_t count;
    struct name_table homes;      /* of names: the part that declares them */
    struct name_table interfaces; /* that may be named from now on */
    struct stripping *stripping;
    uint32_t depth;
};

/* ---- parts ---- */

static const struct token *behind_list(const struct token *token)
{
    uint32_t level = 0;

    for (; token->kind != TOKEN_END; token++) {
        level += token->punctuation == '[';
        if (token->punctuation == ']' && --level == 0)
            return token + 1;
    }
    return token;
}

static bool ends_with_brace(const struct token *word)
{
    return strip_is_name(word, "interface") || strip_is_name(word, "dispinterface") ||
           strip_is_name(word, "library") || strip_is_name(word, "coclass") || strip_is_name(word, "module");
}

static const struct token *behind_directive(const struct token *token)
{
    for (token++; token->kind != TOKEN_END && !token->starts_line; token++)
        ;
    return token;
}

/* Behind a declaration that begins with `word`. */
static const struct token *behind_declaration(const struct token *word, const struct token *token)
{
    bool is_quote = strip_is_name(word, "cpp_quote"), has_brace = ends_with_brace(word);
    uint32_t level = 0;

    for (; token->kind != TOKEN_END; token++) {
        int sign = token->punctuation;

        if (sign == '#' && token->starts_line && level == 0)
            return token; /* whatever it is, it does not go on */
        level += sign == '{' || sign == '(' || sign == '[';
        if ((sign == '}' || sign == ')' || sign == ']') && level > 0)
            level--;
        if (level > 0)
            continue;
        if (sign == ';')
            return token + 1;
        if ((sign == ')' && is_quote) || (sign == '}' && has_brace))
            return token[1].punctuation == ';' ? token + 2 : token + 1;
    }
    return token;
}

/* With what stands behind it in its last line. */
static uint32_t text_behind(const struct source *source, const struct token *next)
{
    uint32_t end = next[-1].span.end, at = end;

    while (at < next->span.begin && source->text[at] != '\n')
        at++;
    return at < next->span.begin || next->kind == TOKEN_END ? at : end;
}

static void add_part(struct parts *parts, struct part part)
{
    struct part *grown;

    if ((parts->count & (parts->count - 1)) == 0) { /* room was made at the last power of two */
        grown =
            arena_alloc(parts->stripping->out->arena, (parts->count ? parts->count * 2 : 1) * sizeof(*grown));
        if (parts->count)
            memcpy(grown, parts->items, parts->count * sizeof(*grown));
        parts->items = grown;
    }
    parts->items[parts->count++] = part;
}

static void split(struct parts *parts)
{
    const struct token *token = parts->stripping->token, *word;
    uint32_t text = 0, group = 0;

    while (token->kind != TOKEN_END) {
        struct part part = {.begin = token, .text_begin = text, .group = group};

        if (token->punctuation == '#' && token->starts_line) {
            part.end = behind_directive(token);
            part.group = group + 1;
            group += 2;
        } else {
            for (word = token; word->punctuation == '[';)
                word = behind_list(word);
            part.end = behind_declaration(word, token);
            part.is_interface = strip_is_name(word, "interface");
            part.is_forward = part.is_interface && part.end - word == 3;
        }
        part.text_end = text = text_behind(parts->stripping->source, part.end);
        token = part.end;
        add_part(parts, part);
    }
}

/* ---- names ---- */

static struct part *part_at(const struct parts *parts, uint32_t place)
{
    uint32_t low = 0, high = parts->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (parts->items[middle].text_end <= place)
            low = middle + 1;
        else
            high = middle;
    }
    return low < parts->count ? &parts->items[low] : NULL;
}

static void note_home(struct parts *parts, const struct ast_name *name)
{
    struct part *part =
        name->text && name->span.source == parts->stripping->source ? part_at(parts, name->span.begin) : NULL;

    if (part && !names_find(&parts->homes, name->text))
        names_set(&parts->homes, name->text, part);
}

static void note_homes(struct parts *parts)
{
    const struct ast_declaration *declaration;
    const struct ast_enumerator *enumerator;

    for (declaration = parts->stripping->compilation->units->declarations; declaration;
         declaration = declaration->next) {
        if (!declaration->is_forward || declaration->definition == declaration)
            note_home(parts, &declaration->name);
        for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
            note_home(parts, &enumerator->name);
    }
}

/* ---- writing ---- */

static void write_part(struct parts *parts, struct part *part);

static bool is_own_interface(const struct parts *parts, const char *name)
{
    const struct ast_declaration *found = names_find(&parts->stripping->compilation->names, name);

    return found && found->kind == DECLARATION_INTERFACE && !found->is_dispinterface &&
           found->unit == parts->stripping->compilation->units;
}

static void start_line(struct text *out, bool is_apart)
{
    if (out->length > 0 && out->bytes[out->length - 1] != '\n')
        text_puts(out, is_apart ? "\n\n" : "\n");
}

static void declare_interface(struct parts *parts, const char *name)
{
    struct text *out = parts->stripping->out;

    if (names_find(&parts->interfaces, name))
        return;
    names_set(&parts->interfaces, name, parts);
    start_line(out, false);
    text_printf(out, "interface %s;", name);
}

/* What the part names, and is declared behind it. */
static void write_needs(struct parts *parts, const struct part *part)
{
    const struct token *token;

    for (token = part->begin; token < part->end; token++) {
        struct part *home = token->kind == TOKEN_NAME ? names_find(&parts->homes, token->text) : NULL;

        if (!home || home == part)
            continue;
        if (is_own_interface(parts, token->text) &&
            !(part->is_interface && token[-(token > part->begin)].punctuation == ':'))
            declare_interface(parts, token->text);
        else if (home->group == part->group && parts->depth < MOVES_DEEP_MAX)
            write_part(parts, home);
    }
}

static void write_part(struct parts *parts, struct part *part)
{
    struct stripping *stripping = parts->stripping;
    const struct token *token;

    if (part->is_written)
        return;
    part->is_written = true;
    parts->depth++;
    if (!part->is_forward)
        write_needs(parts, part);
    parts->depth--;
    for (token = part->begin; part->is_interface && token + 1 < part->end; token++)
        if (strip_is_name(token, "interface")) {
            names_set(&parts->interfaces, token[1].text, parts);
            break;
        }
    if (stripping->source->text[part->text_begin] != '\n' &&
        stripping->source->text[part->text_begin] != '\r')
        start_line(stripping->out, true);
    stripping->token = part->begin;
    strip_part(stripping, part->text_begin, part->end, part->text_end);
}

void strip_in_order(struct stripping *stripping)
{
    struct parts parts = {.stripping = stripping};
    uint32_t i, end;

    names_init(&parts.homes, stripping->out->arena);
    names_init(&parts.interfaces, stripping->out->arena);
    split(&parts);
    note_homes(&parts);
    for (i = 0; i < parts.count; i++)
        write_part(&parts, &parts.items[i]);
    end = parts.count ? parts.items[parts.count - 1].text_end : 0;
    text_add(stripping->out, stripping->source->text + end, stripping->source->size - end);
}
