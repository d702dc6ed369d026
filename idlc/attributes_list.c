/* The table of attributes as text, for editors, scripts and the tests of the documentation. */
#include "attributes.h"

static const struct {
    enum attribute_target target;
    const char *name;
} TARGETS[] = {
    {TARGET_INTERFACE, "interface"}, {TARGET_DISPINTERFACE, "dispinterface"},
    {TARGET_METHOD, "method"},       {TARGET_PARAMETER, "parameter"},
    {TARGET_FIELD, "field"},         {TARGET_STRUCT, "struct"},
    {TARGET_UNION, "union"},         {TARGET_ENUM, "enum"},
    {TARGET_TYPEDEF, "typedef"},     {TARGET_CONST, "const"},
    {TARGET_COCLASS, "coclass"},     {TARGET_MEMBER, "member"},
    {TARGET_LIBRARY, "library"},
};

#define TARGET_COUNT (sizeof(TARGETS) / sizeof(TARGETS[0]))

static const char *arguments_text(enum attribute_arguments arguments)
{
    switch (arguments) {
    case ARGUMENTS_NONE:
        return "-";
    case ARGUMENTS_UUID:
        return "uuid";
    case ARGUMENTS_CONSTANT:
        return "constant";
    case ARGUMENTS_CONSTANTS:
        return "constants";
    case ARGUMENTS_RANGE:
        return "low, high";
    case ARGUMENTS_SIZE:
        return "size";
    case ARGUMENTS_NAME:
        return "name";
    case ARGUMENTS_TYPE:
        return "type";
    case ARGUMENTS_TEXT:
        return "text";
    case ARGUMENTS_ANY:
        break;
    }
    return "any";
}

/* What is applied in a header may still keep a method from travelling. */
static const char *action_text(const struct attribute_info *info)
{
    switch (info->action) {
    case ACTION_KEEP:
        return "keep";
    case ACTION_IGNORE:
        return "ignore";
    case ACTION_REFUSE:
        return "refuse";
    case ACTION_APPLY:
    case ACTION_LATER:
        break;
    }
    return attribute_remote_reason(info) ? "header" : "apply";
}

static void print_targets(FILE *out, unsigned targets)
{
    const char *separator = "";
    unsigned all = 0;
    size_t i;

    for (i = 0; i < TARGET_COUNT; i++)
        all |= TARGETS[i].target;
    if ((targets & all) == all) {
        fputs("anywhere", out);
        return;
    }
    for (i = 0; i < TARGET_COUNT; i++) {
        if (!(targets & TARGETS[i].target))
            continue;
        fprintf(out, "%s%s", separator, TARGETS[i].name);
        separator = ", ";
    }
}

void attributes_print(FILE *out)
{
    const struct attribute_info *info;
    size_t i;

    for (i = 0; (info = attribute_at(i)) != NULL; i++) {
        fprintf(out, "%s\t%s\t%s\t", info->name, action_text(info), arguments_text(info->arguments));
        print_targets(out, info->targets);
        fputc('\n', out);
    }
}
