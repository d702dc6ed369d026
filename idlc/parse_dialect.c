/* What other languages look like, so that they are named and not taken for mistakes. */
#include "parser_internal.h"

#include <string.h>

#define WINRT "this is WinRT IDL (MIDL 3); this compiler takes COM IDL"
#define CORBA "this is CORBA IDL; this compiler takes COM IDL"
#define AIDL "this is AIDL; this compiler takes COM IDL"
#define MOJOM "this is Mojom; this compiler takes COM IDL"
#define PROTOBUF "this is protobuf; this compiler takes COM IDL"
#define DCE "this is DCE RPC IDL; this compiler takes COM interfaces"

static bool is_name(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && names_equal(token->text, word);
}

/* `module X {`, which three languages have: Mojom's ends with ';', that of a DLL has [dllname] before it. */
static const char *module_dialect(const struct parser *parser)
{
    uint32_t i;

    for (i = 1; i < 20; i++) {
        int punctuation = parser_peek(parser, i)->punctuation;

        if (punctuation == ';')
            return MOJOM;
        if (punctuation == '{')
            break;
    }
    return "this is CORBA IDL, or the module of a DLL; this compiler takes COM IDL";
}

/* interface X { ... } of AIDL begins with a word that COM IDL has nowhere. */
static const char *dialect_of(const struct parser *parser)
{
    static const struct {
        const char *word;
        const char *reason;
    } WORDS[] = {
        {"namespace", WINRT},  {"runtimeclass", WINRT}, {"delegate", WINRT},   {"apicontract", WINRT},
        {"declare", WINRT},    {"exception", CORBA},    {"valuetype", CORBA},  {"abstract", CORBA},
        {"eventtype", CORBA},  {"native", CORBA},       {"readonly", CORBA},   {"published", CORBA},
        {"parcelable", AIDL},  {"oneway", AIDL},        {"message", PROTOBUF}, {"feature", MOJOM},
        {"service", PROTOBUF}, {"pipe", DCE},           {"rpc", PROTOBUF},     {"fixed", CORBA},
    };
    const struct token *token = parser_peek(parser, 0), *next = parser_peek(parser, 1);
    size_t i;

    if (token->kind != TOKEN_NAME)
        return NULL;
    if (is_name(token, "module") && next->kind == TOKEN_NAME)
        return module_dialect(parser);
    if (is_name(token, "package") && next->kind == TOKEN_NAME)
        return "this is AIDL or protobuf; this compiler takes COM IDL";
    if (is_name(token, "syntax") && next->punctuation == '=')
        return PROTOBUF;
    if (is_name(token, "import") && next->kind == TOKEN_NAME)
        return AIDL;
    if (next->kind != TOKEN_NAME)
        return NULL;
    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (is_name(token, WORDS[i].word))
            return WORDS[i].reason;
    return NULL;
}

/* Not in attributes, whose ']' was forgotten. */
static bool stands_in_parameters(const struct parser *parser, const struct token *token)
{
    while (token-- > parser->tokens)
        if (token->punctuation == '(' || token->punctuation == '[')
            return token->punctuation == '(';
    return false;
}

/* Words and signs that stand in the middle of a line. */
static const char *dialect_within(const struct parser *parser, const struct token *token)
{
    static const struct {
        const char *word;
        const char *reason;
    } ANGLED[] = {
        {"sequence", CORBA},       {"map", MOJOM},
        {"array", MOJOM},          {"List", AIDL},
        {"pending_remote", MOJOM}, {"pending_receiver", MOJOM},
    };
    const struct token *next = token->kind == TOKEN_END ? token : token + 1;
    size_t i;

    for (i = 0; i < sizeof(ANGLED) / sizeof(ANGLED[0]); i++)
        if (is_name(token, ANGLED[i].word) && next->punctuation == '<')
            return ANGLED[i].reason;
    if ((is_name(token, "attribute") || is_name(token, "inout")) && next->kind == TOKEN_NAME)
        return CORBA;
    if (is_name(token, "raises") && next->punctuation == '(')
        return CORBA;
    if ((is_name(token, "in") || is_name(token, "out")) && next->kind == TOKEN_NAME &&
        stands_in_parameters(parser, token))
        return "this is CORBA IDL or AIDL; COM IDL writes [in] and [out]";
    if (is_name(token, "pipe") && next->kind == TOKEN_NAME)
        return DCE;
    if (is_name(token, "handle_t"))
        return DCE;
    if (token->punctuation == ':' && next->punctuation == ':')
        return "this is CORBA IDL or C++; names of COM IDL have no scopes";
    if (token->punctuation == '@')
        return next->kind == TOKEN_NAME ? AIDL : MOJOM;
    if (token->punctuation == '=' && next->punctuation == '>')
        return MOJOM;
    return NULL;
}

/* One error is enough: nothing else of the file would make sense. */
static bool refuse(struct parser *parser, const struct token *token, const char *reason)
{
    if (!reason)
        return false;
    diagnose_error(parser->diagnostics, ERROR_OTHER_DIALECT, token->span, "'%s': %s", token->text, reason);
    parser->panic = true;
    parser->is_refused = true;
    while (parser_peek(parser, 0)->kind != TOKEN_END)
        parser_take(parser);
    return true;
}

bool parse_refused(struct parser *parser)
{
    return refuse(parser, parser_peek(parser, 0), dialect_of(parser));
}

bool parse_refused_within(struct parser *parser)
{
    uint32_t behind;

    for (behind = 0; behind <= 3 && behind <= parser->at; behind++) {
        const struct token *token = &parser->tokens[parser->at - behind];

        if (!token->is_c && refuse(parser, token, dialect_within(parser, token)))
            return true;
    }
    return false;
}
