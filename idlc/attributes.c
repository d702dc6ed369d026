#include "attributes.h"

#include <string.h>

#define NAMED_TYPES (TARGET_STRUCT | TARGET_ENUM | TARGET_TYPEDEF)
#define ANYWHERE \
    (TARGET_INTERFACE | TARGET_METHOD | TARGET_PARAMETER | TARGET_FIELD | NAMED_TYPES | TARGET_CONST)
#define DATA (TARGET_PARAMETER | TARGET_FIELD)

#define APPLY(name, id, arguments, targets)              \
    {                                                    \
        name, id, ACTION_APPLY, arguments, targets, NULL \
    }
#define IGNORE(name, targets)                                             \
    {                                                                     \
        name, ATTRIBUTE_NONE, ACTION_IGNORE, ARGUMENTS_ANY, targets, NULL \
    }
#define REFUSE(name, reason)                                                 \
    {                                                                        \
        name, ATTRIBUTE_NONE, ACTION_REFUSE, ARGUMENTS_ANY, ANYWHERE, reason \
    }

static const struct attribute_info ATTRIBUTES[] = {
    APPLY("closed", ATTRIBUTE_CLOSED, ARGUMENTS_NONE, TARGET_ENUM | TARGET_TYPEDEF),
    APPLY("in", ATTRIBUTE_IN, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("length_is", ATTRIBUTE_LENGTH_IS, ARGUMENTS_SIZE, TARGET_PARAMETER),
    APPLY("local", ATTRIBUTE_LOCAL, ARGUMENTS_NONE, TARGET_INTERFACE | TARGET_METHOD),
    APPLY("max_len", ATTRIBUTE_MAX_LEN, ARGUMENTS_CONSTANT, DATA),
    APPLY("object", ATTRIBUTE_OBJECT, ARGUMENTS_NONE, TARGET_INTERFACE),
    APPLY("out", ATTRIBUTE_OUT, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("range", ATTRIBUTE_RANGE, ARGUMENTS_RANGE, DATA),
    APPLY("ref", ATTRIBUTE_REF, ARGUMENTS_NONE, DATA),
    APPLY("retval", ATTRIBUTE_RETVAL, ARGUMENTS_NONE, TARGET_PARAMETER),
    APPLY("size_is", ATTRIBUTE_SIZE_IS, ARGUMENTS_SIZE, TARGET_PARAMETER),
    APPLY("string", ATTRIBUTE_STRING, ARGUMENTS_NONE, DATA),
    APPLY("timeout", ATTRIBUTE_TIMEOUT, ARGUMENTS_CONSTANT, TARGET_INTERFACE | TARGET_METHOD),
    APPLY("unique", ATTRIBUTE_UNIQUE, ARGUMENTS_NONE, DATA),
    APPLY("uuid", ATTRIBUTE_UUID, ARGUMENTS_UUID, TARGET_INTERFACE | NAMED_TYPES),

    IGNORE("annotation", ANYWHERE),
    IGNORE("defaultvalue", TARGET_PARAMETER),
    IGNORE("deprecated", ANYWHERE),
    IGNORE("helpcontext", ANYWHERE),
    IGNORE("helpstring", ANYWHERE),
    IGNORE("hidden", ANYWHERE),
    IGNORE("id", TARGET_METHOD),
    IGNORE("inplace", TARGET_PARAMETER),
    IGNORE("input_sync", TARGET_METHOD),
    IGNORE("open", TARGET_STRUCT | TARGET_ENUM | TARGET_TYPEDEF),
    IGNORE("optional", TARGET_PARAMETER),
    IGNORE("pointer_default", TARGET_INTERFACE),
    IGNORE("restricted", ANYWHERE),
    IGNORE("since", ANYWHERE),
    IGNORE("threading", ANYWHERE),
    IGNORE("v1_enum", TARGET_ENUM | TARGET_TYPEDEF),
    IGNORE("version", TARGET_INTERFACE | NAMED_TYPES),

    REFUSE("async", "asynchronous pairs are not supported"),
    REFUSE("async_uuid", "asynchronous pairs are not supported"),
    REFUSE("broadcast", "it belongs to DCE RPC; this compiler takes COM interfaces"),
    REFUSE("call_as", "not supported; declare the method [local] and a remote one beside it"),
    REFUSE("callback", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("case", "unions are not supported"),
    REFUSE("context_handle", "it belongs to DCE RPC; pass an interface pointer instead"),
    REFUSE("copy", "not supported: parameters are borrowed for the call"),
    REFUSE("dual", "IDispatch is not supported"),
    REFUSE("explicit_handle", "it belongs to DCE RPC; this compiler takes COM interfaces"),
    REFUSE("fixed", "not supported"),
    REFUSE("handle", "it belongs to DCE RPC; this compiler takes COM interfaces"),
    REFUSE("idempotent", "not supported"),
    REFUSE("iid_is", "not supported; pass a typed interface, or IUnknown and let the receiver query it"),
    REFUSE("implicit_handle", "it belongs to DCE RPC; this compiler takes COM interfaces"),
    REFUSE("max_is", "not supported; size_is(n) is max_is(n - 1)"),
    REFUSE("oneway", "not supported"),
    REFUSE("propget", "properties are not supported; write a method with [out, retval]"),
    REFUSE("propput", "properties are not supported; write a method"),
    REFUSE("propputref", "properties are not supported; write a method"),
    REFUSE("ptr", "aliasing pointers cannot travel; use [unique]"),
    REFUSE("reserved", "not supported"),
    REFUSE("stream", "not supported"),
    REFUSE("switch_is", "unions are not supported"),
    REFUSE("switch_type", "unions are not supported"),
    REFUSE("tag", "not supported: the position of a parameter or field is its number on the wire"),
    REFUSE("transmit_as", "not supported"),
    REFUSE("wire_marshal", "not supported"),
};

#define ATTRIBUTE_COUNT (sizeof(ATTRIBUTES) / sizeof(ATTRIBUTES[0]))

const struct attribute_info *attribute_lookup(const char *name)
{
    size_t i;

    for (i = 0; i < ATTRIBUTE_COUNT; i++)
        if (strcmp(ATTRIBUTES[i].name, name) == 0)
            return &ATTRIBUTES[i];
    return NULL;
}

const char *attribute_suggest(const char *name)
{
    struct name_suggestion suggestion = {.wanted = name};
    size_t i;

    for (i = 0; i < ATTRIBUTE_COUNT; i++)
        if (ATTRIBUTES[i].action != ACTION_REFUSE)
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
    case TARGET_ENUM:
        return "an enum";
    case TARGET_TYPEDEF:
        return "a typedef";
    case TARGET_CONST:
        return "a constant";
    }
    return "this";
}

/* Names of the targets of a mask, for a hint: "an interface or a method". */
static void hint_targets(struct diagnostics *diagnostics, const struct attribute_info *info)
{
    char list[128] = "";
    unsigned bit;

    for (bit = 1; bit <= TARGET_CONST; bit <<= 1) {
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
            diagnose_error(diagnostics, span, "[%s] takes no arguments", name);
        break;
    case ARGUMENTS_UUID:
        if (!attribute->uuid)
            diagnose_error(diagnostics, span,
                           "[uuid] takes a UUID: uuid(01234567-89ab-cdef-0123-456789abcdef)");
        break;
    case ARGUMENTS_CONSTANT:
        if (count != 1)
            diagnose_error(diagnostics, span, "[%s] takes one constant: %s(n)", name, name);
        break;
    case ARGUMENTS_RANGE:
        if (count != 2)
            diagnose_error(diagnostics, span, "[%s] takes two constants: %s(smallest, largest)", name, name);
        break;
    case ARGUMENTS_SIZE:
        if (count == 0)
            diagnose_error(diagnostics, span, "[%s] takes the parameter that counts: %s(count)", name, name);
        else if (count > 1)
            diagnose_error(diagnostics, span, "[%s] of several dimensions is not supported", name);
        break;
    case ARGUMENTS_ANY:
        break;
    }
}

static void check_one(struct diagnostics *diagnostics, const struct ast_attribute *attribute,
                      enum attribute_target target)
{
    const struct attribute_info *info = attribute->info;
    const char *suggestion;

    if (!info) {
        diagnose_error(diagnostics, attribute->name.span, "unknown attribute '%s'", attribute->name.text);
        suggestion = attribute_suggest(attribute->name.text);
        if (suggestion)
            diagnose_hint(diagnostics, "did you mean '%s'?", suggestion);
    } else if (info->action == ACTION_REFUSE) {
        diagnose_error(diagnostics, attribute->name.span, "[%s]: %s", info->name, info->reason);
    } else if (!(info->targets & target)) {
        diagnose_error(diagnostics, attribute->name.span, "[%s] cannot stand at %s", info->name,
                       target_name(target));
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
            diagnose_error(diagnostics, attribute->name.span, "[%s] stands here twice", attribute->name.text);
            diagnose_note(diagnostics, earlier->name.span, "first here");
            continue;
        }
        check_one(diagnostics, attribute, target);
    }
}
