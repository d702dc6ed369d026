#include "dialect.h"

#include "attributes.h"
#include "names.h"

#include <string.h>

#define INSTEAD "; this compiler takes COM IDL"
#define WINRT "this is WinRT IDL (MIDL 3)" INSTEAD
#define CORBA "this is CORBA IDL" INSTEAD
#define UNO "this is UNO IDL" INSTEAD
#define AIDL "this is AIDL" INSTEAD
#define MOJOM "this is Mojom" INSTEAD
#define PROTOBUF "this is protobuf" INSTEAD
#define THRIFT "this is Thrift" INSTEAD
#define CAPNP "this is Cap'n Proto" INSTEAD
#define FLATBUFFERS "this is FlatBuffers" INSTEAD
#define FIDL "this is FIDL" INSTEAD
#define WEBIDL "this is Web IDL" INSTEAD
#define XPIDL "this is XPIDL" INSTEAD
#define FLOUNDER "this is Flounder" INSTEAD
#define DCE "this is DCE RPC IDL; this compiler takes COM interfaces"
#define SAMBA "this is Samba's dialect of DCE RPC IDL; this compiler takes COM interfaces"

static bool is_name(const struct token *token, const char *word)
{
    return token->kind == TOKEN_NAME && names_equal(token->text, word);
}

/* The token `count` behind one, or the end. */
static const struct token *behind(const struct token *token, uint32_t count)
{
    while (count-- && token->kind != TOKEN_END)
        token++;
    return token;
}

/* ---- statements ---- */

/* `module X`, which several languages have: Mojom's ends with ';', that of a DLL has [dllname] before it. */
static const char *module_dialect(const struct token *token)
{
    uint32_t i;

    for (i = 1; i < 20; i++) {
        int punctuation = behind(token, i)->punctuation;

        if (punctuation == ';')
            return MOJOM;
        if (punctuation == '{')
            break;
    }
    if (is_name(behind(token, 1), "com") && is_name(behind(token, i + 1), "module"))
        return UNO;
    return "this is CORBA or UNO IDL, or the module of a DLL" INSTEAD;
}

static const char *service_dialect(const struct token *token)
{
    const struct token *sign = behind(token, 2), *first = behind(token, 3);

    if (sign->punctuation == ':' || sign->punctuation == ';' || first->punctuation == '[' ||
        is_name(first, "interface") || (first->kind == TOKEN_NAME && behind(token, 4)->punctuation == '('))
        return UNO;
    if (is_name(sign, "extends"))
        return THRIFT;
    return is_name(first, "rpc") || is_name(first, "option") || first->punctuation == '}' ? PROTOBUF : THRIFT;
}

static const char *namespace_dialect(const struct token *token)
{
    if (behind(token, 1)->punctuation == '*' ||
        (behind(token, 2)->kind == TOKEN_NAME && behind(token, 1)->kind == TOKEN_NAME))
        return THRIFT;
    if (behind(token, 1)->kind != TOKEN_NAME)
        return NULL;
    while (token->kind == TOKEN_NAME || token->punctuation == '.')
        token++;
    return token->punctuation == ';' ? FLATBUFFERS : WINRT;
}

/* struct X { 1: ... } has numbers before its fields. */
static const char *record_dialect(const struct token *token)
{
    const struct token *first = behind(token, 3);

    if (behind(token, 2)->punctuation != '{')
        return NULL;
    if (first->kind == TOKEN_INTEGER && behind(first, 1)->punctuation == ':')
        return THRIFT;
    if (first->kind == TOKEN_NAME && behind(first, 1)->punctuation == '@')
        return CAPNP;
    return first->kind == TOKEN_NAME && behind(first, 1)->punctuation == ':' ? FLATBUFFERS : NULL;
}

static const char *enum_dialect(const struct token *token)
{
    return behind(token, 2)->punctuation == '{' && behind(token, 3)->kind == TOKEN_STRING ? WEBIDL : NULL;
}

static bool is_one_of(const struct token *token, const char *const *words, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (is_name(token, words[i]))
            return true;
    return false;
}

/* MIDL 3 has types of its own, and calls others by all of their name. AIDL has String, too. */
static bool is_winrt_type(const struct token *token)
{
    static const char *const TYPES[] = {
        "Boolean", "Char",   "Char16", "Double", "Guid",   "Int16",  "Int32",
        "Int64",   "Object", "Single", "UInt16", "UInt32", "UInt64", "UInt8",
    };

    return is_one_of(token, TYPES, sizeof(TYPES) / sizeof(TYPES[0])) ||
           ((is_name(token, "Windows") || is_name(token, "Microsoft")) &&
            behind(token, 1)->punctuation == '.');
}

/* `Single Level;`, `Int32 Count();`, `event Windows.Foundation.Handler Changed;` */
static bool is_winrt_member(const struct token *token)
{
    static const char *const WORDS[] = {"event", "overridable", "protected", "static"};

    if (is_one_of(token, WORDS, sizeof(WORDS) / sizeof(WORDS[0])))
        token = behind(token, 1);
    if (is_name(token, "String") && behind(token, 1)->kind == TOKEN_NAME)
        return behind(token, 2)->punctuation == ';';
    return is_winrt_type(token);
}

/* An interface from its name on: several bases, and members that COM does not have. */
static const char *body_dialect(const struct token *token)
{
    static const char *const DIRECTIONS[] = {"in", "out", "inout"};
    bool has_several = false, is_com = false, starts = false;
    uint32_t braces = 0;

    for (; token->kind != TOKEN_END && (braces > 0 || token->punctuation != ';'); token++) {
        if (starts && (braces == 0 ? is_winrt_type(token) : is_winrt_member(token)))
            return WINRT;
        is_com |= starts && is_name(token, "HRESULT");
        if (has_several && token->punctuation == '(' &&
            is_one_of(behind(token, 1), DIRECTIONS, sizeof(DIRECTIONS) / sizeof(DIRECTIONS[0])))
            return CORBA;
        has_several |= braces == 0 && token->punctuation == ',';
        braces += token->punctuation == '{';
        if (token->punctuation == '}' && (braces == 0 || --braces == 0))
            break;
        starts = token->punctuation == ';' || token->punctuation == '{' || token->punctuation == '}' ||
                 token->punctuation == ']' ||
                 (braces == 0 && (token->punctuation == ':' || token->punctuation == ','));
    }
    return has_several && braces == 0 && token->punctuation == '}' && !is_com
               ? "this is CORBA IDL or WinRT IDL (MIDL 3); an interface of COM has one base"
               : NULL;
}

static const char *interface_dialect(const struct token *token)
{
    const struct token *name = behind(token, 1), *sign = behind(token, 2);

    if (name->kind == TOKEN_NAME && sign->kind == TOKEN_STRING)
        return FLOUNDER;
    if (is_name(name, "mixin") && sign->kind == TOKEN_NAME)
        return WEBIDL;
    if (sign->punctuation == '{' && behind(token, 4)->kind == TOKEN_NAME &&
        behind(token, 5)->punctuation == '(' &&
        (is_name(behind(token, 3), "message") || is_name(behind(token, 3), "rpc") ||
         is_name(behind(token, 3), "call")))
        return FLOUNDER;
    if (is_name(sign, "requires"))
        return WINRT;
    return name->kind == TOKEN_NAME ? body_dialect(sign) : NULL;
}

/* Statements that begin with a word that COM IDL does not have there, before a name. */
static const char *word_dialect(const struct token *token)
{
    static const struct {
        const char *word;
        const char *reason;
    } WORDS[] = {
        {"runtimeclass", WINRT},
        {"delegate", WINRT},
        {"apicontract", WINRT},
        {"declare", WINRT},
        {"unsealed", WINRT},
        {"exception", CORBA},
        {"valuetype", CORBA},
        {"abstract", CORBA},
        {"eventtype", CORBA},
        {"component", CORBA},
        {"porttype", CORBA},
        {"home", CORBA},
        {"bitmask", CORBA},
        {"bitset", CORBA},
        {"typeprefix", CORBA},
        {"typeid", CORBA},
        {"fixed", CORBA},
        {"published", UNO},
        {"singleton", UNO},
        {"constants", UNO},
        {"parcelable", AIDL},
        {"message", PROTOBUF},
        {"extend", PROTOBUF},
        {"option", PROTOBUF},
        {"rpc", PROTOBUF},
        {"feature", MOJOM},
        {"pipe", DCE},
        {"root_type", FLATBUFFERS},
        {"table", FLATBUFFERS},
        {"protocol", FIDL},
        {"dictionary", WEBIDL},
        {"partial", WEBIDL},
        {"callback", WEBIDL},
        {"webidl", XPIDL},
        {"senum", THRIFT},
        {"local", "this is CORBA IDL; COM IDL writes [local] interface"},
        {"oneway", "this is AIDL or CORBA IDL; COM IDL writes [oneway]"},
        {"native", "this is CORBA IDL or XPIDL" INSTEAD},
        {"readonly", "this is CORBA IDL or XPIDL" INSTEAD},
        {"class", "this is C++ or Slice" INSTEAD},
        {"package", "this is AIDL or protobuf" INSTEAD},
    };
    size_t i;

    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (is_name(token, WORDS[i].word))
            return WORDS[i].reason;
    return NULL;
}

static const char *import_dialect(const struct token *token)
{
    const struct token *name = behind(token, 1);

    if (is_name(name, "public") || is_name(name, "weak"))
        return PROTOBUF;
    while (name->kind == TOKEN_NAME || name->punctuation == '.')
        name++;
    return name->punctuation == ';' && name > token + 1 ? AIDL : NULL;
}

static const char *using_dialect(const struct token *token)
{
    if (is_name(behind(token, 1), "namespace"))
        return WINRT;
    if (behind(token, 1)->kind != TOKEN_NAME)
        return NULL;
    return behind(token, 2)->punctuation == '=' ? CAPNP : FIDL;
}

/* A file of something that is no interface language at all. */
static const char *sign_dialect(const struct token *token)
{
    const struct token *next = behind(token, 1);

    if (token->punctuation == '<' &&
        (next->punctuation == '?' || next->punctuation == '!' || next->kind == TOKEN_NAME))
        return "this is XML" INSTEAD;
    if (token->punctuation == '@' && next->kind == TOKEN_INTEGER)
        return CAPNP;
    return token->punctuation == '%' && next->punctuation == '{' ? XPIDL : NULL;
}

const char *dialect_of_statement(const struct token *token)
{
    static const struct {
        const char *word;
        const char *(*dialect)(const struct token *token);
    } FORMS[] = {
        {"module", module_dialect}, {"service", service_dialect},     {"namespace", namespace_dialect},
        {"struct", record_dialect}, {"exception", record_dialect},    {"union", record_dialect},
        {"enum", enum_dialect},     {"interface", interface_dialect}, {"import", import_dialect},
        {"using", using_dialect},   {"table", record_dialect},
    };
    const struct token *next = behind(token, 1);
    const char *reason;
    size_t i;

    if (token->kind != TOKEN_NAME)
        return sign_dialect(token);
    for (i = 0; i < sizeof(FORMS) / sizeof(FORMS[0]); i++) {
        reason = is_name(token, FORMS[i].word) ? FORMS[i].dialect(token) : NULL;
        if (reason)
            return reason;
    }
    if ((is_name(token, "syntax") || is_name(token, "edition")) && next->punctuation == '=')
        return PROTOBUF;
    if ((is_name(token, "include") || is_name(token, "cpp_include")) && next->kind == TOKEN_STRING)
        return THRIFT;
    if (is_name(token, "library") && next->kind == TOKEN_NAME &&
        (behind(token, 2)->punctuation == '.' || behind(token, 2)->punctuation == ';'))
        return FIDL;
    if (is_name(token, "type") && next->kind == TOKEN_NAME && behind(token, 2)->punctuation == '=')
        return FIDL;
    if (is_name(token, "option") && next->punctuation == '(')
        return PROTOBUF;
    if (is_name(token, "template") && next->punctuation == '<')
        return "this is C++" INSTEAD;
    return next->kind == TOKEN_NAME ? word_dialect(token) : NULL;
}

/* ---- in the middle ---- */

/* Not in attributes, whose ']' was forgotten. */
static bool stands_in_parameters(const struct token *first, const struct token *token)
{
    while (token-- > first)
        if (token->punctuation == '(' || token->punctuation == '[')
            return token->punctuation == '(';
    return false;
}

/* switch (long) of a union has no name in CORBA. */
static bool is_nameless_switch(const struct token *token)
{
    uint32_t names = 0;
    const char *c_name;
    bool is_base = true;

    if (!is_name(token, "switch") || behind(token, 1)->punctuation != '(')
        return false;
    for (token = behind(token, 2); token->kind == TOKEN_NAME; token++, names++)
        is_base &= base_type_is_word(token->text) || base_type_find(token->text, &c_name) != BASE_NONE;
    return token->punctuation == ')' && names > 0 && (names == 1 || is_base);
}

/* [Name=value], which only names of COM attributes never have. */
static bool is_valued_attribute(const struct token *token)
{
    return (token->punctuation == '[' || token->punctuation == ',') && behind(token, 1)->kind == TOKEN_NAME &&
           behind(token, 2)->punctuation == '=' &&
           (behind(token, 4)->punctuation == ']' || behind(token, 4)->punctuation == ',' ||
            behind(token, 3)->punctuation == '(');
}

/* `string? name`, but not `a ? b : c`. */
static bool is_nullable(const struct token *token)
{
    int end = behind(token, 3)->punctuation;

    return token->kind == TOKEN_NAME && behind(token, 1)->punctuation == '?' &&
           ((behind(token, 2)->kind == TOKEN_NAME &&
             (end == ';' || end == ',' || end == ')' || end == '@')) ||
            behind(token, 2)->punctuation == '>');
}

static const char *angle_dialect(const struct token *token)
{
    static const struct {
        const char *word;
        const char *reason;
    } WORDS[] = {
        {"sequence", CORBA},
        {"map", "this is Mojom, Thrift or protobuf" INSTEAD},
        {"array", MOJOM},
        {"List", AIDL},
        {"Map", AIDL},
        {"pending_remote", MOJOM},
        {"list", THRIFT},
        {"pending_receiver", MOJOM},
        {"set", THRIFT},
        {"vector", FIDL},
        {"Promise", WEBIDL},
        {"iterable", WEBIDL},
        {"maplike", WEBIDL},
        {"pending_associated_remote", MOJOM},
        {"IVector", WINRT},
        {"IVectorView", WINRT},
        {"IMap", WINRT},
        {"IAsyncOperation", WINRT},
        {"wstring", CORBA},
        {"EventHandler", WINRT},
        {"IReference", WINRT},
        {"TypedEventHandler", WINRT},
        {"dictionary", "this is Slice" INSTEAD},
        {"fixed", CORBA},
    };
    size_t i;

    if (behind(token, 1)->punctuation != '<' || token->kind != TOKEN_NAME)
        return NULL;
    for (i = 0; i < sizeof(WORDS) / sizeof(WORDS[0]); i++)
        if (strcmp(token->text, WORDS[i].word) == 0)
            return WORDS[i].reason;
    return NULL;
}

/* '@' is an annotation's, or a number's of Mojom and Cap'n Proto. */
static const char *at_dialect(const struct token *token)
{
    static const char *const OMG[] = {"key",     "topic",         "optional", "appendable", "final",
                                      "mutable", "extensibility", "nested",   "external",   "id"};
    const struct token *next = behind(token, 1);
    size_t i;

    if (next->kind == TOKEN_INTEGER)
        return behind(token, 2)->punctuation == ':' ? CAPNP : MOJOM;
    if (next->kind != TOKEN_NAME)
        return NULL;
    for (i = 0; i < sizeof(OMG) / sizeof(OMG[0]); i++)
        if (strcmp(next->text, OMG[i]) == 0)
            return "this is CORBA IDL, of OMG's version 4" INSTEAD;
    return is_name(next, "discoverable") || is_name(next, "available") ? FIDL : AIDL;
}

const char *dialect_within(const struct token *first, const struct token *token)
{
    const struct token *next = behind(token, 1);
    const char *reason = angle_dialect(token);

    if (reason)
        return reason;
    if (is_name(token, "attribute") && next->kind == TOKEN_NAME)
        return "this is CORBA IDL, XPIDL or Web IDL" INSTEAD;
    if (is_name(token, "inout") && next->kind == TOKEN_NAME)
        return "this is CORBA IDL or AIDL" INSTEAD;
    if (is_name(token, "raises") && next->punctuation == '(')
        return CORBA;
    if ((is_name(token, "in") || is_name(token, "out")) && next->kind == TOKEN_NAME &&
        stands_in_parameters(first, token))
        return "this is CORBA IDL or AIDL; COM IDL writes [in] and [out]";
    if (is_name(token, "pipe") && next->kind == TOKEN_NAME)
        return DCE;
    if (is_name(token, "handle_t"))
        return DCE;
    if (is_nameless_switch(token))
        return CORBA;
    if (token->punctuation == ':' && next->punctuation == ':')
        return "this is CORBA or UNO IDL, or C++; names of COM IDL have no scopes";
    if (token->punctuation == '{' && (is_name(next, "get") || is_name(next, "set")) &&
        (behind(token, 2)->punctuation == ';' || is_name(behind(token, 2), "raises")))
        return behind(token, 2)->punctuation == ';' ? WINRT : UNO;
    if (token->punctuation == '@')
        return at_dialect(token);
    if (token->punctuation == '=' && next->punctuation == '>')
        return MOJOM;
    if (is_nullable(token))
        return "this is Mojom, AIDL or Web IDL" INSTEAD;
    return NULL;
}

/* ---- a whole file ---- */

/* Attributes that only one other language has. */
static const char *attribute_dialect(const struct token *token)
{
    static const struct {
        const char *name;
        const char *reason;
    } NAMES[] = {
        {"scriptable", XPIDL},
        {"builtinclass", XPIDL},
        {"noscript", XPIDL},
        {"flag", SAMBA},
        {"nopush", SAMBA},
        {"noprint", SAMBA},
        {"relative", SAMBA},
        {"subcontext", SAMBA},
        {"helper", SAMBA},
        {"charset", SAMBA},
        {"todo", SAMBA},
        {"maybegroup", UNO},
        {"attribute", UNO},
        {"Native", MOJOM},
        {"Stable", MOJOM},
        {"webhosthidden", WINRT},
        {"default_overload", WINRT},
        {"method_name", WINRT},
        {"interface_name", WINRT},
        {"attributeusage", WINRT},
        {"attributename", WINRT},
        {"constructor_name", WINRT},
        {"static_name", WINRT},
    };
    const struct attribute_info *info;
    size_t i;

    if (token->kind != TOKEN_NAME)
        return NULL;
    for (i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++)
        if (strcmp(token->text, NAMES[i].name) == 0)
            return NAMES[i].reason;
    info = attribute_lookup(token->text);
    return info && info->action == ACTION_REFUSE ? info->reason : NULL;
}

struct scan {
    const struct token *first;
    const struct token *token;
    uint32_t braces;
    uint32_t brackets;
    uint32_t parentheses; /* within brackets */
    uint32_t groups;      /* that are open */
    uint64_t dead;        /* a bit for each group: #if and #ifdef */
};

/* At a '#' that starts a line: goes behind it. */
static const char *scan_directive(struct scan *scan)
{
    const struct token *word = scan->token + 1;
    const char *reason = NULL;

    if (word->starts_line || word->kind == TOKEN_END) {
        scan->token = word;
        return NULL;
    }
    if (is_name(word, "pragma") && (is_name(word + 1, "prefix") || is_name(word + 1, "keylist") ||
                                    (is_name(word + 1, "ID") && behind(word, 2)->kind == TOKEN_NAME)))
        reason = CORBA;
    if (word->kind == TOKEN_NAME && (strncmp(word->text, "if", 2) == 0) && scan->groups < 64) {
        scan->dead |= (uint64_t)(strcmp(word->text, "ifndef") != 0) << scan->groups;
        scan->groups++;
    } else if (is_name(word, "endif") && scan->groups > 0) {
        scan->groups--;
        scan->dead &= ~((uint64_t)1 << scan->groups);
    }
    do
        scan->token++;
    while (!scan->token->starts_line && scan->token->kind != TOKEN_END);
    return scan->dead ? NULL : reason;
}

/* Not the index of an array, nor a comma between arguments. */
static bool starts_attribute(const struct scan *scan)
{
    const struct token *token = scan->token;

    if (token->punctuation == '[')
        return token == scan->first || (token[-1].kind != TOKEN_NAME && token[-1].punctuation != ']');
    return token->punctuation == ',' && scan->parentheses == 0;
}

static const char *scan_token(const struct scan *scan, bool starts_statement)
{
    const struct token *token = scan->token;
    const char *reason = NULL;

    if (scan->brackets > 0) {
        if (is_valued_attribute(token))
            return "this is Mojom, Web IDL or XPIDL" INSTEAD;
        return starts_attribute(scan) ? attribute_dialect(behind(token, 1)) : NULL;
    }
    if (starts_statement && scan->braces == 0)
        reason = dialect_of_statement(token);
    return reason ? reason : dialect_within(scan->first, token);
}

const char *dialect_of_file(struct token_list tokens, const struct token **out_token)
{
    struct scan scan = {.first = tokens.tokens, .token = tokens.tokens};
    bool starts_statement = true;

    while (scan.token->kind != TOKEN_END) {
        const struct token *token = scan.token;
        const char *reason = NULL;

        if (token->punctuation == '#' && token->starts_line) {
            reason = scan_directive(&scan);
        } else {
            scan.brackets += token->punctuation == '[';
            if (!scan.dead)
                reason = scan_token(&scan, starts_statement);
            scan.brackets -= token->punctuation == ']' && scan.brackets > 0;
            scan.parentheses += token->punctuation == '(' && scan.brackets > 0;
            scan.parentheses -= token->punctuation == ')' && scan.parentheses > 0;
            scan.braces += token->punctuation == '{';
            scan.braces -= token->punctuation == '}' && scan.braces > 0;
            starts_statement = token->punctuation == ';' || token->punctuation == '{' ||
                               token->punctuation == '}' || token->punctuation == ']';
            scan.token++;
        }
        if (reason) {
            *out_token = token;
            return reason;
        }
    }
    return NULL;
}
