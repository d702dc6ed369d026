#include "strip.h"
#include "strip_internal.h"

bool strip_is_name(const struct token *token, const char *name)
{
    return token->kind == TOKEN_NAME && names_equal(token->text, name);
}

/* ---- names ---- */

static const char *type_of_midl(const struct token *token)
{
    static const struct {
        const char *name;
        const char *midl;
    } TYPES[] = {
        {"int8_t", "small"},
        {"uint8_t", "byte"},
        {"int16_t", "short"},
        {"uint16_t", "unsigned short"},
        {"int32_t", "long"},
        {"uint32_t", "unsigned long"},
        {"int64_t", "hyper"},
        {"uint64_t", "unsigned hyper"},
        {"size_t", "unsigned __int3264"},
        {"uintptr_t", "unsigned __int3264"},
        {"intptr_t", "__int3264"},
        {"ptrdiff_t", "__int3264"},
        {"char16_t", "wchar_t"},
        {"bool", "boolean"},
    };
    size_t i;

    for (i = 0; token->kind == TOKEN_NAME && i < sizeof(TYPES) / sizeof(TYPES[0]); i++)
        if (names_equal(TYPES[i].name, token->text))
            return TYPES[i].midl;
    return NULL;
}

/* What docs/idl-reference.md calls our own. */
static bool is_own_attribute(const struct token *token)
{
    static const char *const NAMES[] = {
        "async", "closed", "copy", "deprecated", "fixed", "idempotent", "inplace", "max_len",
        "maybe", "oneway", "open", "reserved",   "since", "stream",     "tag",     "timeout",
    };
    size_t i;

    for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strip_is_name(token, NAMES[i]))
            return true;
    return false;
}

/* ---- text ---- */

/* The source up to here. */
static void copy_to(struct stripping *stripping, uint32_t end)
{
    if (end > stripping->copied)
        text_add(stripping->out, stripping->source->text + stripping->copied, end - stripping->copied);
    stripping->copied = end > stripping->copied ? end : stripping->copied;
}

static void leave_out(struct stripping *stripping, uint32_t begin, uint32_t end)
{
    copy_to(stripping, begin);
    stripping->copied = end;
}

static void put_token(struct stripping *stripping)
{
    const char *type = type_of_midl(stripping->token);

    if (type) {
        leave_out(stripping, stripping->token->span.begin, stripping->token->span.end);
        text_puts(stripping->out, type);
    }
    stripping->token++;
}

/* ---- attributes ---- */

/* Behind an attribute with its arguments: at the ',' or ']'. */
static const struct token *behind_attribute(const struct token *token)
{
    uint32_t level = 0;

    for (; token->kind != TOKEN_END; token++) {
        if (token->punctuation == '(' || token->punctuation == '[')
            level++;
        else if (level == 0 && (token->punctuation == ',' || token->punctuation == ']'))
            break;
        else if (level > 0 && (token->punctuation == ')' || token->punctuation == ']'))
            level--;
    }
    return token;
}

/* Leaves out a whole list: with the blanks behind it, or with its lines if nothing else is in them. */
static void leave_out_list(struct stripping *stripping, uint32_t begin, uint32_t end)
{
    const struct source *source = stripping->source;
    uint32_t line = begin;

    while (end < source->size && (source->text[end] == ' ' || source->text[end] == '\t'))
        end++;
    while (line > 0 && (source->text[line - 1] == ' ' || source->text[line - 1] == '\t'))
        line--;
    if ((line == 0 || source->text[line - 1] == '\n') && end < source->size && source->text[end] == '\n')
        leave_out(stripping, line, end + 1);
    else
        leave_out(stripping, begin, end);
}

/* At a '[' that begins a list of attributes. */
static void strip_list(struct stripping *stripping)
{
    const struct token *open = stripping->token, *token = open + 1, *end, *last = open;
    uint32_t kept = 0, own = 0;

    for (token = open; token->punctuation != ']' && token->kind != TOKEN_END;
         token = behind_attribute(token + 1)) {
        own += is_own_attribute(token + 1);
        kept += !is_own_attribute(token + 1);
    }
    if (token->kind == TOKEN_END || own == 0) {
        put_token(stripping);
        return;
    }
    if (kept == 0) {
        leave_out_list(stripping, open->span.begin, token->span.end);
        stripping->token = token + 1;
        return;
    }
    for (stripping->token++; stripping->token < token;) {
        end = behind_attribute(stripping->token);
        if (is_own_attribute(stripping->token)) {
            /* With the comma before it, or the one behind the first. */
            if (last == open)
                leave_out(stripping, stripping->token->span.begin, end[1].span.begin);
            else
                leave_out(stripping, last->span.begin, end->span.begin);
            stripping->token = last == open ? end + 1 : end;
        } else {
            while (stripping->token < end)
                put_token(stripping);
        }
        if (stripping->token == end && end < token) {
            last = end;
            stripping->token++;
        }
    }
}

/* Not the size of an array, which stands behind a name. */
static bool starts_attributes(const struct token *first, const struct token *token)
{
    return token->punctuation == '[' && token[1].kind == TOKEN_NAME &&
           (token == first || token[-1].kind != TOKEN_NAME || strip_is_name(token - 1, "typedef"));
}

void strip_part(struct stripping *stripping, uint32_t begin, const struct token *end, uint32_t text_end)
{
    const struct token *first = stripping->token;

    stripping->copied = begin;
    while (stripping->token < end) {
        if (starts_attributes(first, stripping->token))
            strip_list(stripping);
        else
            put_token(stripping);
    }
    copy_to(stripping, text_end);
}

void strip(struct text *out, const struct compilation *compilation)
{
    const struct source_file *file = compilation->units->file;
    struct stripping stripping = {
        .out = out, .compilation = compilation, .source = file->source, .token = file->tokens.tokens};

    strip_add_types(&stripping);
    strip_in_order(&stripping);
}
