#include "parser_internal.h"

#include <string.h>

/* Words of C that say how a function is called or a pointer is stored; they change nothing here. */
static const char *const CALLING_CONVENTIONS[] = {
    "__cdecl",  "__stdcall", "_stdcall",  "stdcall",    "cdecl",       "STDMETHODCALLTYPE", "WINAPI",
    "CALLBACK", "far",       "__RPC_FAR", "__far",      "__unaligned", "volatile",          "APIENTRY",
    "PASCAL",   "FAR",       "inline",    "__fastcall", "__RPC_USER",
};

static const char *const TAGS[] = {
    [AST_TAG_STRUCT] = "struct", [AST_TAG_ENUM] = "enum", [AST_TAG_UNION] = "union"};

static struct ast_type *new_type(struct parser *parser, enum ast_type_kind kind, struct span span)
{
    struct ast_type *type = arena_alloc(parser->arena, sizeof(*type));

    type->kind = kind;
    type->span = span;
    return type;
}

bool parse_is_convention(const char *word)
{
    size_t i;

    for (i = 0; i < sizeof(CALLING_CONVENTIONS) / sizeof(CALLING_CONVENTIONS[0]); i++)
        if (names_equal(CALLING_CONVENTIONS[i], word))
            return true;
    return false;
}

/* A word that ends a declarator is its name, even if it is `far`. */
static bool is_name_of_declarator(const struct parser *parser)
{
    int behind = parser_peek(parser, 1)->punctuation;

    return behind == ',' || behind == ')' || behind == ';' || behind == '[';
}

static void skip_conventions(struct parser *parser)
{
    while (parser_peek(parser, 0)->kind == TOKEN_NAME && parse_is_convention(parser_peek(parser, 0)->text) &&
           !is_name_of_declarator(parser))
        parser_take(parser);
}

static bool has_word(const char *const *words, uint32_t count, const char *word)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

/* How IDL calls a type of words: Windows has names of its own for long, whose size C leaves open. */
static const char *words_text(enum base_type base, const char *const *words, uint32_t count)
{
    bool is_long = has_word(words, count, "long"), has_width = has_word(words, count, "__int32");

    switch (base) {
    case BASE_INT8:
        return "signed char";
    case BASE_UINT8:
        return "unsigned char";
    case BASE_INT16:
        return "short";
    case BASE_UINT16:
        return "unsigned short";
    case BASE_INT32:
        return has_width ? "INT32" : is_long ? "LONG" : "int";
    case BASE_UINT32:
        return has_width ? "UINT32" : is_long ? "ULONG" : "unsigned int";
    case BASE_INT64:
        return has_word(words, count, "hyper") ? "hyper" : "INT64";
    case BASE_UINT64:
        return has_word(words, count, "hyper") ? "MIDL_uhyper" : "UINT64";
    default:
        return NULL;
    }
}

static struct ast_type *parse_words(struct parser *parser)
{
    struct ast_type *type = new_type(parser, AST_TYPE_BASE, parser_peek(parser, 0)->span);
    const char *words[6];
    uint32_t count = 0;

    while (parser_peek(parser, 0)->kind == TOKEN_NAME && base_type_is_word(parser_peek(parser, 0)->text)) {
        type->span = span_join(type->span, parser_peek(parser, 0)->span);
        if (count < 6)
            words[count++] = parser_peek(parser, 0)->text;
        parser_take(parser);
    }
    type->base = base_type_from_words(words, count);
    if (type->base == BASE_SIZE || type->base == BASE_OFFSET)
        type->name.text = type->base == BASE_SIZE ? "uintptr_t" : "intptr_t";
    type->words = words_text(type->base, words, count);
    if (type->base == BASE_NONE) {
        diagnose_error(parser->diagnostics, ERROR_BAD_TYPE_WORDS, type->span,
                       "these words make no type together");
        type->base = BASE_INT32;
    }
    return type;
}

/* SAFEARRAY(type) */
static struct ast_type *parse_safearray(struct parser *parser)
{
    struct ast_type *type = new_type(parser, AST_TYPE_SAFEARRAY, parser_take(parser)->span);
    struct ast_name name;

    if (!parser_enter(parser))
        return type;
    parser_take(parser);
    type->target = parse_declarator(parser, parse_specifier(parser), &name);
    parser_expect(parser, ')', "after the type of the elements");
    parser_leave(parser);
    return type;
}

static struct ast_type *parse_named(struct parser *parser)
{
    const struct token *token = parser_peek(parser, 0);
    struct ast_type *type;
    const char *c_name = NULL;
    enum base_type base;
    size_t i;

    for (i = 0; i < sizeof(TAGS) / sizeof(TAGS[0]); i++)
        if (parser_is_word(parser, TAGS[i]))
            return parse_tagged(parser, (enum ast_tag)i);
    if (token->kind != TOKEN_NAME) {
        parser_error(parser, "a type");
        return NULL;
    }
    if (base_type_is_word(token->text))
        return parse_words(parser);
    if (names_equal(token->text, "SAFEARRAY") && parser_peek(parser, 1)->punctuation == '(')
        return parse_safearray(parser);
    if (names_equal(token->text, "handle_t")) {
        parser_error(parser, "a type");
        return NULL;
    }
    base = base_type_find(token->text, &c_name);
    type = new_type(parser, base == BASE_NONE ? AST_TYPE_NAME : AST_TYPE_BASE, token->span);
    type->base = base;
    if (parser_accept_word(parser, "interface")) {
        type->explicit_interface = true;
        type->kind = AST_TYPE_NAME;
        type->name = parser_expect_name(parser, "the name of an interface");
        type->span = span_join(type->span, type->name.span);
        return type;
    }
    type->name = (struct ast_name){c_name ? c_name : token->text, token->span};
    type->words = base == BASE_WCHAR ? "WCHAR" : token->text;
    parser_take(parser);
    return type;
}

struct ast_type *parse_specifier(struct parser *parser)
{
    bool is_const = false;
    struct ast_type *type;

    skip_conventions(parser);
    while (parser_accept_word(parser, "const"))
        is_const = true;
    skip_conventions(parser);
    type = parse_named(parser);
    skip_conventions(parser);
    while (type && parser_accept_word(parser, "const"))
        is_const = true;
    if (type)
        type->is_const = is_const;
    return type;
}

/* C has the brackets of arrays behind the name, and attributes stand before the type. */
static void hint_brackets(struct parser *parser)
{
    const struct token *open = parser_peek(parser, 0);

    if (open->kind != TOKEN_NAME || parser->at < 2 || open[-1].punctuation != ']' || parser->is_refused)
        return;
    for (open--; open > parser->tokens && open->punctuation != '['; open--)
        ;
    if (open[1].punctuation == ']' || open[1].kind == TOKEN_INTEGER)
        diagnose_hint(parser->diagnostics, "the brackets of an array stand behind its name");
    else
        diagnose_hint(parser->diagnostics, "attributes stand before the type");
}

static struct ast_member *parse_parameters(struct parser *parser, bool *out_variadic)
{
    struct ast_member *first = NULL, **tail = &first;

    /* (void) is an empty list. */
    if (parser_is_word(parser, "void") && parser_peek(parser, 1)->punctuation == ')')
        parser_take(parser);
    if (parser_accept(parser, ')'))
        return NULL;
    do {
        struct ast_member *member;

        if (parser_is(parser, PUNCTUATION_ELLIPSIS)) {
            parser_take(parser);
            *out_variadic = true;
            continue;
        }
        member = parse_member(parser);
        if (!parser->panic && !parser_is(parser, ')') && !parser_is(parser, ',')) {
            parser_error(parser, "',' or ')'");
            hint_brackets(parser);
        }
        if (member->type && !parser->panic) {
            *tail = member;
            tail = &member->next;
        }
    } while (parser_next_item(parser, ')'));
    parser_expect(parser, ')', "to close the parameters");
    return first;
}

/* Arrays and parameters behind a name. */
static struct ast_type *parse_suffixes(struct parser *parser, struct ast_type *type)
{
    struct ast_type *outer;

    if (parser->panic || !type || !parser_enter(parser))
        return type;
    if (parser_is(parser, '[')) {
        outer = new_type(parser, AST_TYPE_ARRAY, parser_take(parser)->span);
        if (parser_is(parser, '*'))
            parser_take(parser);
        else if (!parser_is(parser, ']'))
            outer->size = parse_expression(parser);
        parser_expect(parser, ']', "to close the array's size");
        outer->target = parse_suffixes(parser, type);
        type = outer;
    } else if (parser_is(parser, '(')) {
        outer = new_type(parser, AST_TYPE_FUNCTION, parser_take(parser)->span);
        outer->parameters = parse_parameters(parser, &outer->is_variadic);
        outer->target = type;
        type = outer;
    }
    parser_leave(parser);
    return type;
}

/* A parenthesis that holds a declarator, not parameters: (*name), (WINAPI *name), (name). */
static bool is_nested_declarator(const struct parser *parser)
{
    const struct token *inside = parser_peek(parser, 1);

    if (!parser_is(parser, '('))
        return false;
    return inside->punctuation == '*' || (inside->kind == TOKEN_NAME && parse_is_convention(inside->text) &&
                                          parser_peek(parser, 2)->punctuation == '*');
}

struct ast_type *parse_declarator(struct parser *parser, struct ast_type *type, struct ast_name *out_name)
{
    *out_name = (struct ast_name){0};
    if (parser->panic || !type || !parser_enter(parser))
        return type;
    skip_conventions(parser);
    while (parser_is(parser, '*')) {
        struct ast_type *pointer = new_type(parser, AST_TYPE_POINTER, parser_take(parser)->span);

        pointer->target = type;
        type = pointer;
        skip_conventions(parser);
        while (parser_accept_word(parser, "const"))
            type->is_const = true;
        skip_conventions(parser);
    }
    if (is_nested_declarator(parser)) {
        struct ast_type *placeholder = new_type(parser, AST_TYPE_BASE, parser_take(parser)->span);
        struct ast_type *inner = parse_declarator(parser, placeholder, out_name), *whole;

        parser_expect(parser, ')', "to close the declarator");
        whole = parse_suffixes(parser, type);
        *placeholder = *whole;
        type = inner == placeholder ? whole : inner;
    } else {
        if (parser_peek(parser, 0)->kind == TOKEN_NAME) {
            *out_name = (struct ast_name){parser_peek(parser, 0)->text, parser_peek(parser, 0)->span};
            parser_take(parser);
            parser_check_name(parser, *out_name, NAME_OF_PARAMETER);
        }
        type = parse_suffixes(parser, type);
    }
    parser_leave(parser);
    return type;
}
