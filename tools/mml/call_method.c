/* Which method a word means, of those that an object has. */
#include "call.h"
#include <reflect/describe.h>
#include <reflect/example.h>
#include <reflect/guid_text.h>
#include <reflect/nearest.h>
#include <string.h>

/* "INTERFACE.METHOD" taken apart; a GUID has no dot. */
static const char *split_method(const char *text, char interface[TYPE_INFO_NAME_MAX + 1])
{
    const char *dot = strrchr(text, '.');

    interface[0] = '\0';
    if (!dot)
        return text;
    snprintf(interface, TYPE_INFO_NAME_MAX + 1, "%.*s", (int)(dot - text), text);
    return dot + 1;
}

static bool is_meant(const struct mml_interface *interface, const char *name)
{
    char iid[GUID_TEXT_BYTES];

    if (!*name)
        return true;
    guid_format(&interface->iid, iid);
    return strcmp(iid, name) == 0 ||
           (interface->info && strcmp(type_info_interface(interface->info)->name, name) == 0);
}

/* The same slot of the same interface: it was found through an heir, or in both. */
static bool is_same(const struct type_method *left, const struct type_method *right)
{
    return left->slot == right->slot && com_guid_equal(&left->interface->iid, &right->interface->iid);
}

void call_add_text(char *text, size_t size, const char *separator, const char *name, const char *method)
{
    size_t length = strlen(text);

    snprintf(text + length, size - length, "%s%s%s%s", length ? separator : "", name, *method ? "." : "",
             method);
}

/* What no node describes cannot be called, and is no mistake in the words. */
static enum mml_exit report_undescribed(const struct call *call, const char *method)
{
    if (*com_error_detail())
        mml_error("%s: %s cannot be called: %s", call->target->label, method, com_error_detail());
    else
        mml_error("%s: no node says what its interfaces look like, so %s cannot be called",
                  call->target->label, method);
    mml_hint("start a node that has the interface and the object `types`, such as a Linux node with its "
             "component");
    return MML_FAILED;
}

/* The interface or method that was meant instead. */
static void offer_names(const struct mml_object_types *types, struct nearest *interfaces,
                        struct nearest *methods)
{
    const struct type_interface *interface;
    size_t i;
    uint32_t m;

    for (i = 0; i < types->count; i++)
        for (interface = types->interfaces[i].info ? type_info_interface(types->interfaces[i].info) : NULL;
             interface; interface = interface->base) {
            nearest_offer(interfaces, interface->name);
            for (m = 0; m < interface->count; m++)
                nearest_offer(methods, interface->methods[m].name);
        }
}

static enum mml_exit report_unknown(const struct call *call, const char *interface, const char *method)
{
    const struct mml_object_types *types = &call->target->types;
    struct nearest interfaces = nearest_to(interface), methods = nearest_to(method);
    char known[400] = "", iid[GUID_TEXT_BYTES];
    const struct nearest *meant;
    bool is_interface = false;
    size_t i;

    for (i = 0; i < types->count; i++) {
        if (!types->interfaces[i].info && is_meant(&types->interfaces[i], interface))
            return report_undescribed(call, method);
        is_interface |= *interface && is_meant(&types->interfaces[i], interface);
        guid_format(&types->interfaces[i].iid, iid);
        call_add_text(known, sizeof(known), ", ",
                      types->interfaces[i].info ? type_info_interface(types->interfaces[i].info)->name : iid,
                      "");
    }
    if (!*known) {
        mml_error("%s has no interface that can be called from another node", call->target->label);
        mml_hint("`mml ls -R /net` lists the objects of all nodes");
        return MML_FAILED;
    }
    offer_names(types, &interfaces, &methods);
    if (*interface && !is_interface)
        mml_error("%s has no interface %s; its interfaces are %s", call->target->label, interface, known);
    else
        mml_error("%s has no method %s%s%s; its interfaces are %s", call->target->label, interface,
                  *interface ? "." : "", method, known);
    meant = *interface && !is_interface ? &interfaces : &methods;
    mml_hint("%s%s%s`mml describe %s` shows its methods", meant->name ? "did you mean `" : "",
             meant->name ? meant->name : "", meant->name ? "`? " : "",
             call->target->label[0] == '/' ? call->target->label : "INTERFACE");
    return MML_USAGE;
}

enum mml_exit call_find_method(struct call *call, const char *text)
{
    const struct mml_object_types *types = &call->target->types;
    char interface[TYPE_INFO_NAME_MAX + 1], candidates[400] = "";
    const char *name = split_method(text, interface);
    bool is_ambiguous = false;
    size_t i;

    for (i = 0; i < types->count; i++) {
        const struct type_info *info = types->interfaces[i].info;
        const struct type_method *method =
            info && is_meant(&types->interfaces[i], interface) ? type_info_method(info, name) : NULL;

        if (!method)
            continue;
        call_add_text(candidates, sizeof(candidates), " or ", method->interface->name, method->name);
        if (call->method && !is_same(call->method, method))
            is_ambiguous = true;
        if (!call->method) {
            call->method = method;
            call->info = info;
        }
    }
    call->interface_name = call->info ? type_info_interface(call->info)->name : "";
    if (is_ambiguous) {
        mml_error("%s has several methods %s", call->target->label, name);
        mml_hint("say which: %s", candidates);
        return MML_USAGE;
    }
    if (!call->method)
        return report_unknown(call, interface, name);
    if (call->method->is_local) {
        mml_error("%s.%s is [local]: only code on its own node can call it", call->interface_name, name);
        mml_hint("`mml describe %s` shows the methods that can be called", call->interface_name);
        return MML_USAGE;
    }
    return MML_OK;
}

/* ---- what it looks like ---- */

static void print_text(const char *indent, const char *text)
{
    const char *line, *end;

    for (line = text; line && *line; line = *end ? end + 1 : end) {
        end = line + strcspn(line, "\n");
        printf("%s%.*s\n", end > line ? indent : "", (int)(end - line), line);
    }
}

static void print_parameters(const struct type_method *method)
{
    char expected[VALUE_EXPECTED_BYTES];
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_member *param = &method->params[i];

        if (!param->is_in)
            continue;
        value_expected(param, expected);
        printf("  %-14s %s%s\n", param->name, expected,
               example_is_needed(method, i) ? ""
               : param->is_unique           ? "; may be left out: NULL"
                                            : "; may be left out");
        print_text("                   ", param->doc);
    }
}

enum mml_exit call_print_method(struct call *call, const char *text)
{
    enum mml_exit result = call_find_method(call, text);

    if (result != MML_OK)
        return result;
    describe_method(stdout, call->method, 0);
    if (call->method->doc) {
        putchar('\n');
        print_text("", call->method->doc);
    }
    printf(call->method->count ? "\nparameters:\n" : "");
    print_parameters(call->method);
    printf("\nexample:\n  mml call %s %s.%s", call->target->label, call->interface_name, call->method->name);
    example_print(stdout, call->method);
    putchar('\n');
    return MML_OK;
}

enum mml_exit call_print_methods(const struct call *call)
{
    const struct mml_object_types *types = &call->target->types;
    const struct type_interface *interface;
    char known[GUID_TEXT_BYTES];
    size_t i;
    uint32_t m;

    for (i = 0; i < types->count; i++) {
        interface = types->interfaces[i].info ? type_info_interface(types->interfaces[i].info) : NULL;
        guid_format(&types->interfaces[i].iid, known);
        printf("%s%s%s\n", i ? "\n" : "", interface ? interface->name : known,
               interface ? "" : ": no node says what it looks like");
        for (; interface; interface = interface->base)
            for (m = 0; m < interface->count; m++)
                if (!interface->methods[m].is_local)
                    describe_method(stdout, &interface->methods[m], 2);
    }
    if (!types->count)
        return report_unknown(call, "", "");
    printf("\n`mml call %s METHOD --help` says more of one.\n", call->path);
    return MML_OK;
}
