/*
 * What MIDL must be told before it reads a stripped file: types that com.h has, types that only quoted C
 * declares, and structs that are declared nowhere.
 */
#include "strip_internal.h"

#include <string.h>

/* What the types of a file name that MIDL would not find. */
struct missing {
    struct stripping *stripping;
    struct name_table names; /* any value: it is there */
    struct text quoted;      /* typedefs in the place of quoted ones */
    struct text opaque;
    bool has_bstr;
};

/* Whether a file, which may have been stripped before, has a typedef of the name. */
static bool has_typedef(const struct token *tokens, const char *name)
{
    const struct token *token, *begin = NULL;

    for (token = tokens; token->kind != TOKEN_END; token++) {
        if (strip_is_name(token, "typedef"))
            begin = token;
        else if (begin && strip_is_name(token, name) && token[1].punctuation == ';')
            return true;
        else if (token->punctuation == ';')
            begin = NULL;
    }
    return false;
}

static bool has_name(const struct token *token, const char *name, const char *other)
{
    for (; token->kind != TOKEN_END; token++)
        if (strip_is_name(token, name) || strip_is_name(token, other))
            return true;
    return false;
}

/* Two names that come together. An imported file that has one of them has their types, too. */
static bool is_needed(const struct stripping *stripping, const char *name, const char *other)
{
    const struct ast_unit *unit = stripping->compilation->units;

    if (!has_name(stripping->token, name, other) || has_typedef(stripping->token, name))
        return false;
    for (unit = unit->next; unit; unit = unit->next)
        if (has_name(unit->file->tokens.tokens, name, other))
            return false;
    return true;
}

static void see_name(struct missing *missing, const struct ast_type *type)
{
    const struct ast_declaration *declaration = type->declaration;
    const char *name = type->name.text;

    if (type->kind == AST_TYPE_POINTER && name) {
        missing->has_bstr = true; /* com.h has it */
    } else if (!declaration || !name || names_find(&missing->names, name)) {
        return;
    } else if (declaration->kind == DECLARATION_CPP_QUOTE && !has_typedef(missing->stripping->token, name)) {
        names_set(&missing->names, name, missing);
        text_printf(&missing->quoted, "cpp_quote(\"#if 0\")\ntypedef void *%s;\ncpp_quote(\"#endif\")\n",
                    name);
    } else if (type->kind == AST_TYPE_TAGGED && declaration->is_forward &&
               declaration->name.span.begin == type->name.span.begin &&
               declaration->definition == declaration && type->tag != AST_TAG_ENUM) {
        names_set(&missing->names, name, missing);
        text_printf(&missing->opaque, "%s %s;\n", type->tag == AST_TAG_UNION ? "union" : "struct", name);
    }
}

static void see_type(struct missing *missing, const struct ast_type *type)
{
    const struct ast_member *parameter;

    for (; type; type = type->target) {
        see_name(missing, type);
        for (parameter = type->parameters; parameter; parameter = parameter->next)
            see_type(missing, parameter->type);
    }
}

static void see_file(struct missing *missing, const struct ast_declaration *declaration)
{
    const struct ast_member *field;
    const struct ast_method *method;

    for (; declaration; declaration = declaration->next) {
        if (declaration->is_c)
            continue;
        see_type(missing, declaration->type);
        for (field = declaration->fields; field; field = field->next)
            see_type(missing, field->type);
        for (method = declaration->methods; method; method = method->next)
            see_type(missing, method->type);
    }
}

void strip_add_types(struct stripping *stripping)
{
    struct missing missing = {.stripping = stripping};
    bool needs_result = is_needed(stripping, "HRESULT", "HRESULT");
    bool needs_guid = is_needed(stripping, "GUID", "IID");
    bool needs_bstr;

    names_init(&missing.names, stripping->out->arena);
    text_init(&missing.quoted, stripping->out->arena);
    text_init(&missing.opaque, stripping->out->arena);
    see_file(&missing, stripping->compilation->units->declarations);
    needs_bstr = missing.has_bstr && !has_typedef(stripping->token, "BSTR");
    if (needs_result || needs_guid || needs_bstr || missing.quoted.length) {
        text_puts(stripping->out, "#ifndef __idlc__\n");
        if (needs_result)
            text_puts(stripping->out, "typedef long HRESULT;\n");
        if (needs_guid)
            text_puts(stripping->out,
                      "typedef struct _GUID\n{\n    unsigned long Data1;\n    unsigned short Data2;\n"
                      "    unsigned short Data3;\n    byte Data4[8];\n} GUID;\ntypedef GUID IID;\n");
        if (needs_bstr)
            text_puts(stripping->out, "typedef wchar_t *BSTR;\n");
        text_add(stripping->out, missing.quoted.bytes, missing.quoted.length);
        text_puts(stripping->out, "#endif\n\n");
    }
    if (missing.opaque.length) {
        text_add(stripping->out, missing.opaque.bytes, missing.opaque.length);
        text_puts(stripping->out, "\n");
    }
}
