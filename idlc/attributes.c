#include "attributes.h"

#include <string.h>

#define NAMED_TYPES (TARGET_STRUCT | TARGET_UNION | TARGET_ENUM | TARGET_TYPEDEF)
#define INTERFACES (TARGET_INTERFACE | TARGET_DISPINTERFACE)
#define ANYWHERE                                                                                 \
    (INTERFACES | TARGET_METHOD | TARGET_PARAMETER | TARGET_FIELD | NAMED_TYPES | TARGET_CONST | \
     TARGET_COCLASS | TARGET_LIBRARY | TARGET_MEMBER)
#define DATA (TARGET_PARAMETER | TARGET_FIELD)
/* On a type they hold for all that has it. */
#define TYPED (TARGET_PARAMETER | TARGET_FIELD | NAMED_TYPES)

#define APPLY(name, id, arguments, targets)              \
    {                                                    \
        name, id, ACTION_APPLY, arguments, targets, NULL \
    }
#define KEEP(name, id, arguments)                        \
    {                                                    \
        name, id, ACTION_KEEP, arguments, ANYWHERE, NULL \
    }
#define IGNORE(name)                                                       \
    {                                                                      \
        name, ATTRIBUTE_NONE, ACTION_IGNORE, ARGUMENTS_ANY, ANYWHERE, NULL \
    }
#define LATER(name, id, arguments, reason)                  \
    {                                                       \
        name, id, ACTION_LATER, arguments, ANYWHERE, reason \
    }
#define REFUSE(name, reason)                                                 \
    {                                                                        \
        name, ATTRIBUTE_NONE, ACTION_REFUSE, ARGUMENTS_ANY, ANYWHERE, reason \
    }
#define DCE "it belongs to DCE RPC; this compiler takes COM interfaces"
#define WINRT "this is WinRT IDL (MIDL 3); this compiler takes COM IDL"

static const struct attribute_info ATTRIBUTES[] = {
    APPLY("async", ATTRIBUTE_ASYNC, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("async_uuid", ATTRIBUTE_ASYNC_UUID, ARGUMENTS_UUID, TARGET_INTERFACE),
    APPLY("call_as", ATTRIBUTE_CALL_AS, ARGUMENTS_NAME, TARGET_METHOD),
    APPLY("case", ATTRIBUTE_CASE, ARGUMENTS_CONSTANTS, TARGET_FIELD),
    APPLY("closed", ATTRIBUTE_CLOSED, ARGUMENTS_NONE, NAMED_TYPES),
    APPLY("default", ATTRIBUTE_DEFAULT, ARGUMENTS_NONE, TARGET_FIELD | TARGET_MEMBER),
    APPLY("dual", ATTRIBUTE_DUAL, ARGUMENTS_NONE, INTERFACES),
    APPLY("fixed", ATTRIBUTE_FIXED, ARGUMENTS_NONE, DATA),
    APPLY("idempotent", ATTRIBUTE_IDEMPOTENT, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("iid_is", ATTRIBUTE_IID_IS, ARGUMENTS_SIZE, DATA),
    APPLY("in", ATTRIBUTE_IN, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("length_is", ATTRIBUTE_LENGTH_IS, ARGUMENTS_SIZE, DATA),
    APPLY("local", ATTRIBUTE_LOCAL, ARGUMENTS_NONE, INTERFACES | TARGET_METHOD),
    APPLY("max_is", ATTRIBUTE_MAX_IS, ARGUMENTS_SIZE, DATA),
    APPLY("max_len", ATTRIBUTE_MAX_LEN, ARGUMENTS_CONSTANT, DATA),
    APPLY("maybe", ATTRIBUTE_ONEWAY, ARGUMENTS_NONE, TARGET_METHOD), /* as DCE RPC calls it */
    APPLY("object", ATTRIBUTE_OBJECT, ARGUMENTS_NONE, INTERFACES),
    APPLY("odl", ATTRIBUTE_ODL, ARGUMENTS_NONE, INTERFACES),
    APPLY("oleautomation", ATTRIBUTE_OLEAUTOMATION, ARGUMENTS_NONE, INTERFACES),
    APPLY("oneway", ATTRIBUTE_ONEWAY, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("open", ATTRIBUTE_OPEN, ARGUMENTS_NONE, NAMED_TYPES),
    APPLY("out", ATTRIBUTE_OUT, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("pointer_default", ATTRIBUTE_POINTER_DEFAULT, ARGUMENTS_NAME, ANYWHERE),
    APPLY("propget", ATTRIBUTE_PROPGET, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("propput", ATTRIBUTE_PROPPUT, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("propputref", ATTRIBUTE_PROPPUTREF, ARGUMENTS_NONE, TARGET_METHOD),
    APPLY("ptr", ATTRIBUTE_PTR, ARGUMENTS_NONE, TYPED | TARGET_METHOD),
    APPLY("range", ATTRIBUTE_RANGE, ARGUMENTS_RANGE, TYPED),
    APPLY("ref", ATTRIBUTE_REF, ARGUMENTS_NONE, TYPED),
    APPLY("reserved", ATTRIBUTE_RESERVED, ARGUMENTS_CONSTANTS,
          TARGET_STRUCT | TARGET_UNION | TARGET_TYPEDEF | TARGET_METHOD),
    APPLY("retval", ATTRIBUTE_RETVAL, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("size_is", ATTRIBUTE_SIZE_IS, ARGUMENTS_SIZE, DATA),
    APPLY("string", ATTRIBUTE_STRING, ARGUMENTS_NONE, TYPED | TARGET_METHOD),
    APPLY("switch_is", ATTRIBUTE_SWITCH_IS, ARGUMENTS_SIZE, DATA),
    APPLY("switch_type", ATTRIBUTE_SWITCH_TYPE, ARGUMENTS_TYPE, NAMED_TYPES | DATA),
    APPLY("tag", ATTRIBUTE_TAG, ARGUMENTS_CONSTANT, DATA),
    APPLY("timeout", ATTRIBUTE_TIMEOUT, ARGUMENTS_CONSTANT, TARGET_INTERFACE | TARGET_METHOD),
    APPLY("unique", ATTRIBUTE_UNIQUE, ARGUMENTS_NONE, TYPED | TARGET_METHOD),
    APPLY("uuid", ATTRIBUTE_UUID, ARGUMENTS_UUID, INTERFACES | NAMED_TYPES | TARGET_COCLASS | TARGET_LIBRARY),

    KEEP("aggregatable", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("appobject", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("bindable", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("control", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("custom", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("defaultbind", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("defaultcollelem", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("defaultvalue", ATTRIBUTE_DEFAULTVALUE, ARGUMENTS_ANY),
    KEEP("defaultvtable", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("deprecated", ATTRIBUTE_DEPRECATED, ARGUMENTS_ANY),
    KEEP("displaybind", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("helpcontext", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("helpfile", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("helpstring", ATTRIBUTE_HELPSTRING, ARGUMENTS_TEXT),
    KEEP("helpstringcontext", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("helpstringdll", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("hidden", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("id", ATTRIBUTE_ID, ARGUMENTS_CONSTANT),
    KEEP("immediatebind", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("lcid", ATTRIBUTE_NONE, ARGUMENTS_ANY),
    KEEP("licensed", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("nonbrowsable", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("noncreatable", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("nonextensible", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("optional", ATTRIBUTE_OPTIONAL, ARGUMENTS_NONE),
    KEEP("public", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("readonly", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("replaceable", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("requestedit", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("restricted", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("since", ATTRIBUTE_SINCE, ARGUMENTS_ANY),
    KEEP("source", ATTRIBUTE_SOURCE, ARGUMENTS_NONE),
    KEEP("uidefault", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("usesgetlasterror", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("vararg", ATTRIBUTE_NONE, ARGUMENTS_NONE),
    KEEP("version", ATTRIBUTE_VERSION, ARGUMENTS_ANY),

    IGNORE("annotation"),
    IGNORE("cpp_quote"),
    IGNORE("disable_consistency_check"),
    IGNORE("enable_allocate"),
    IGNORE("encode"),
    IGNORE("endpoint"),
    IGNORE("force_allocate"),
    IGNORE("inplace"),
    IGNORE("input_sync"),
    IGNORE("marshaling_behavior"),
    IGNORE("message"),
    IGNORE("notify"),
    IGNORE("partial_ignore"),
    IGNORE("progid"),
    IGNORE("proxy"),
    IGNORE("system_handle"),
    IGNORE("threading"),
    IGNORE("unhelpfulstring"),
    IGNORE("v1_enum"),
    IGNORE("vi_progid"),

    LATER("copy", ATTRIBUTE_NONE, ARGUMENTS_NONE, "not supported: parameters are borrowed for the call"),
    LATER("first_is", ATTRIBUTE_FIRST_IS, ARGUMENTS_SIZE,
          "not supported; pass a pointer to the first element"),
    LATER("last_is", ATTRIBUTE_LAST_IS, ARGUMENTS_SIZE, "not supported; length_is(n) is last_is(n - 1)"),
    LATER("min_is", ATTRIBUTE_MIN_IS, ARGUMENTS_SIZE, "not supported; arrays begin at 0"),
    LATER("stream", ATTRIBUTE_NONE, ARGUMENTS_NONE, "not supported"),
    LATER("transmit_as", ATTRIBUTE_TRANSMIT_AS, ARGUMENTS_TYPE, "not supported"),
    LATER("wire_marshal", ATTRIBUTE_WIRE_MARSHAL, ARGUMENTS_TYPE, "not supported"),

    REFUSE("auto_handle", DCE),
    REFUSE("broadcast", DCE),
    REFUSE("callback", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("code", DCE),
    REFUSE("comm_status", DCE),
    REFUSE("context_handle", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("context_handle_noserialize", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("context_handle_serialize", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("decode", DCE),
    REFUSE("dllname", "it belongs to a DLL's module; COM IDL has interfaces"),
    REFUSE("entry", "it belongs to a DLL's module; COM IDL has interfaces"),
    REFUSE("explicit_handle", DCE),
    REFUSE("fault_status", DCE),
    REFUSE("handle", DCE),
    REFUSE("ignore", DCE),
    REFUSE("implicit_handle", DCE),
    REFUSE("represent_as", DCE),
    REFUSE("strict_context_handle", DCE),
    REFUSE("user_marshal", DCE),

    REFUSE("activatable", WINRT),
    REFUSE("composable", WINRT),
    REFUSE("contract", WINRT),
    REFUSE("contractversion", WINRT),
    REFUSE("default_interface", WINRT),
    REFUSE("default_overload", WINRT),
    REFUSE("eventadd", WINRT),
    REFUSE("eventremove", WINRT),
    REFUSE("exclusiveto", WINRT),
    REFUSE("flags", WINRT),
    REFUSE("overload", WINRT),
    REFUSE("overridable", WINRT),
    REFUSE("protected", WINRT),
    REFUSE("requires", WINRT),
    REFUSE("static", WINRT),
};

#define ATTRIBUTE_COUNT (sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]))

const struct attribute_info *attribute_lookup(const char *name)
{
    size_t i;

    for (i = 0; i < ATTRIBUTE_COUNT; i++)
        if (names_equal(ATTRIBUTES[i].name, name))
            return &ATTRIBUTES[i];
    return NULL;
}

const struct attribute_info *attribute_at(size_t index)
{
    return index < ATTRIBUTE_COUNT ? &ATTRIBUTES[index] : NULL;
}

const char *attribute_suggest(const char *name)
{
    struct name_suggestion suggestion = {.wanted = name};
    size_t i;

    for (i = 0; i < ATTRIBUTE_COUNT; i++)
        if (ATTRIBUTES[i].action != ACTION_REFUSE && ATTRIBUTES[i].action != ACTION_LATER)
            names_offer(&suggestion, ATTRIBUTES[i].name);
    return suggestion.best;
}

const struct ast_attribute *attribute_find(const struct ast_attribute *list, enum attribute_id id)
{
    for (; list; list = list->next)
        if (list->info && list->info->id == id)
            return list;
    return NULL;
}

bool attribute_has(const struct ast_attribute *list, enum attribute_id id)
{
    return attribute_find(list, id) != NULL;
}

const struct ast_attribute *attribute_of_member(const struct ast_member *member, enum attribute_id id)
{
    const struct ast_attribute *found = attribute_find(member->attributes, id);
    const struct ast_type *type = member->type;

    for (; !found && type && type->kind == AST_TYPE_NAME && type->declaration;
         type = type->declaration->type) {
        if (type->declaration->kind != DECLARATION_TYPEDEF)
            break;
        found = attribute_find(type->declaration->attributes, id);
    }
    return found;
}

static const char *target_name(enum attribute_target target)
{
    switch (target) {
    case TARGET_INTERFACE:
        return "an interface";
    case TARGET_METHOD:
        return "a method";
    case TARGET_PARAMETER:
        return "a parameter";
    case TARGET_FIELD:
        return "a field";
    case TARGET_STRUCT:
        return "a struct";
    case TARGET_UNION:
        return "a union";
    case TARGET_ENUM:
        return "an enum";
    case TARGET_TYPEDEF:
        return "a typedef";
    case TARGET_CONST:
        return "a constant";
    case TARGET_DISPINTERFACE:
        return "a dispinterface";
    case TARGET_COCLASS:
        return "a coclass";
    case TARGET_LIBRARY:
        return "a library";
    case TARGET_MEMBER:
        return "a member of a coclass";
    }
    return "this";
}

/* Names of the targets of a mask, for a hint: "an interface or a method". */
static void hint_targets(struct diagnostics *diagnostics, const struct attribute_info *info)
{
    char list[256] = "";
    unsigned bit;

    for (bit = 1; bit <= TARGET_MEMBER; bit <<= 1) {
        if (!(info->targets & bit))
            continue;
        if (*list)
            strncat(list, " or ", sizeof(list) - strlen(list) - 1);
        strncat(list, target_name((enum attribute_target)bit), sizeof(list) - strlen(list) - 1);
    }
    diagnose_hint(diagnostics, "[%s] goes with %s", info->name, list);
}

static void check_arguments(struct diagnostics *diagnostics, const struct ast_attribute *attribute)
{
    const char *name = attribute->name.text;
    struct span span = attribute->name.span;
    uint32_t count = attribute->argument_count;

    switch (attribute->info->arguments) {
    case ARGUMENTS_NONE:
        if (count)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span, "[%s] takes no arguments", name);
        break;
    case ARGUMENTS_UUID:
        if (!attribute->uuid)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span,
                           "[%s] takes a UUID: %s(01234567-89ab-cdef-0123-456789abcdef)", name, name);
        break;
    case ARGUMENTS_CONSTANT:
        if (count != 1)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span, "[%s] takes one constant: %s(n)",
                           name, name);
        break;
    case ARGUMENTS_CONSTANTS:
        if (count == 0)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span, "[%s] takes constants: %s(n, ...)",
                           name, name);
        break;
    case ARGUMENTS_RANGE:
        if (count != 2)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span,
                           "[%s] takes two constants: %s(smallest, largest)", name, name);
        break;
    case ARGUMENTS_SIZE:
        if (count == 0)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span,
                           "[%s] takes the parameter that counts: %s(count)", name, name);
        break;
    case ARGUMENTS_NAME:
        if (count != 1 || attribute->arguments->kind != EXPRESSION_NAME)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span, "[%s] takes a name", name);
        break;
    case ARGUMENTS_TYPE:
        if (!attribute->type)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_ARGUMENTS, span, "[%s] takes a type", name);
        break;
    case ARGUMENTS_TEXT:
    case ARGUMENTS_ANY:
        break;
    }
}

static void check_one(struct diagnostics *diagnostics, const struct ast_attribute *attribute,
                      enum attribute_target target)
{
    const struct attribute_info *info = attribute->info;
    const char *suggestion;

    if (!info && diagnostics->passes_unknown_attributes) {
        diagnose_remark(diagnostics, attribute->name.span, "attribute '%s' is not known",
                        attribute->name.text);
    } else if (!info) {
        diagnose_error(diagnostics, ERROR_UNKNOWN_ATTRIBUTE, attribute->name.span, "unknown attribute '%s'",
                       attribute->name.text);
        suggestion = attribute_suggest(attribute->name.text);
        if (suggestion)
            diagnose_hint(diagnostics, "did you mean '%s'?", suggestion);
    } else if (!(info->targets & target)) {
        diagnose_error(diagnostics, ERROR_MISPLACED_ATTRIBUTE, attribute->name.span,
                       "[%s] cannot stand at %s", info->name, target_name(target));
        hint_targets(diagnostics, info);
    } else {
        check_arguments(diagnostics, attribute);
    }
}

void attributes_check(struct diagnostics *diagnostics, const struct ast_attribute *list,
                      enum attribute_target target)
{
    const struct ast_attribute *attribute, *earlier;

    for (attribute = list; attribute; attribute = attribute->next) {
        for (earlier = list; earlier != attribute; earlier = earlier->next)
            if (attribute->info && earlier->info == attribute->info &&
                attribute->info->action == ACTION_APPLY)
                break;
        if (earlier != attribute) {
            diagnose_error(diagnostics, ERROR_REPEATED_ATTRIBUTE, attribute->name.span,
                           "[%s] stands here twice", attribute->name.text);
            diagnose_note(diagnostics, earlier->name.span, "first here");
            continue;
        }
        check_one(diagnostics, attribute, target);
    }
}

const char *attribute_remote_reason(const struct attribute_info *info)
{
    switch (info->id) {
    case ATTRIBUTE_PTR:
        return "aliasing pointers cannot travel; use [unique]";
    default:
        return info->action == ACTION_LATER ? info->reason : NULL;
    }
}

void attributes_check_remote(struct diagnostics *diagnostics, const struct ast_attribute *list)
{
    for (; list; list = list->next) {
        const char *reason = list->info ? attribute_remote_reason(list->info) : NULL;

        if (reason)
            diagnose_error(diagnostics, ERROR_ATTRIBUTE_NOT_REMOTE, list->name.span, "[%s]: %s",
                           list->info->name, reason);
    }
}
