#include "check_internal.h"
#include "fold.h"
#include "uuid.h"

#include <string.h>

/* Runs over every interface that is defined. */
static void for_each_interface(struct compilation *compilation,
                               void (*run)(struct compilation *compilation,
                                           struct ast_declaration *interface))
{
    struct ast_declaration *declaration;
    const struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        for (declaration = unit->declarations; declaration; declaration = declaration->next)
            if (declaration->kind == DECLARATION_INTERFACE && !declaration->is_forward)
                check_one(compilation, declaration, run);
}

/* Words that make an interface an object's, beside [object] itself. */
static bool is_object(const struct ast_declaration *interface)
{
    return attribute_has(interface->attributes, ATTRIBUTE_OBJECT) ||
           attribute_has(interface->attributes, ATTRIBUTE_ODL) ||
           attribute_has(interface->attributes, ATTRIBUTE_DUAL) ||
           attribute_has(interface->attributes, ATTRIBUTE_OLEAUTOMATION);
}

bool check_is_rpc(const struct ast_declaration *interface)
{
    return !interface->is_dispinterface && !interface->base_name.text && !is_object(interface) &&
           !attribute_has(interface->attributes, ATTRIBUTE_LOCAL);
}

bool check_is_local(const struct ast_declaration *interface)
{
    return attribute_has(interface->attributes, ATTRIBUTE_LOCAL) || interface->is_dispinterface ||
           interface->is_left_out;
}

/* Whether it must be right for what is asked for: interfaces that are imported are only pointed to. */
static bool is_strict(const struct compilation *compilation, const struct ast_declaration *interface)
{
    return compilation->level != LEVEL_DESCRIBE &&
           (interface->travels || (compile_is_own(compilation, interface) && !interface->is_left_out));
}

/* ---- attributes ---- */

/* -1, and INFINITE of Windows' headers. */
static bool is_endless(const struct value *value)
{
    return value->bits == UINT64_MAX || value->bits == UINT32_MAX;
}

static void check_timeout(struct compilation *compilation, const struct ast_attribute *list)
{
    const struct ast_attribute *timeout = attribute_find(list, ATTRIBUTE_TIMEOUT);
    struct value value;

    if (!timeout || timeout->argument_count != 1)
        return;
    value = fold_expression(compilation, timeout->arguments);
    if (value.kind != VALUE_NONE &&
        (value.kind != VALUE_INTEGER || value.bits == 0 || (value.bits >= INT32_MAX && !is_endless(&value))))
        diagnose_error(compilation->diagnostics, ERROR_BAD_TIMEOUT, timeout->name.span,
                       "[timeout] takes milliseconds, between 1 and 2147483646, or -1 for none");
}

/* Who does not wait for the end of a call gets nothing back from it. */
static void check_oneway(struct diagnostics *diagnostics, const struct ast_method *method)
{
    const struct ast_attribute *oneway = attribute_find(method->attributes, ATTRIBUTE_ONEWAY);
    const struct ast_member *parameter;

    if (!oneway)
        return;
    for (parameter = method->type->parameters; parameter; parameter = parameter->next) {
        if (!attribute_has(parameter->attributes, ATTRIBUTE_OUT))
            continue;
        diagnose_error(diagnostics, ERROR_ONEWAY_RESULT, parameter->name.span,
                       "method '%s' is [%s]: nobody waits for [out] '%s'", method->name.text,
                       oneway->name.text, parameter->name.text);
        diagnose_note(diagnostics, oneway->name.span, "said here");
    }
}

/* Attributes that are known but not made yet, where something is to travel. */
static void check_remote_attributes(struct diagnostics *diagnostics, const struct ast_declaration *interface)
{
    const struct ast_member *parameter;
    const struct ast_method *method;

    attributes_check_remote(diagnostics, interface->attributes);
    for (method = interface->methods; method; method = method->next) {
        if (attribute_has(method->attributes, ATTRIBUTE_LOCAL))
            continue;
        attributes_check_remote(diagnostics, method->attributes);
        for (parameter = method->type->parameters; parameter; parameter = parameter->next)
            attributes_check_remote(diagnostics, parameter->attributes);
    }
}

static void check_interface_list(struct compilation *compilation, struct ast_declaration *interface)
{
    struct diagnostics *diagnostics = compilation->diagnostics;
    const struct ast_attribute *list = interface->attributes;
    const struct ast_attribute *uuid = attribute_find(list, ATTRIBUTE_UUID);
    const struct ast_member *parameter;
    const struct ast_method *method;
    uint8_t bytes[16];

    attributes_check(diagnostics, list,
                     interface->is_dispinterface ? TARGET_DISPINTERFACE : TARGET_INTERFACE);
    check_timeout(compilation, list);
    if (!is_strict(compilation, interface)) {
        ; /* what cannot travel has a header all the same */
    } else if (!is_object(interface) && !check_is_local(interface) && interface->methods) {
        diagnose_error(diagnostics, ERROR_NOT_OBJECT, interface->name.span, "interface '%s' is not [object]",
                       interface->name.text);
        diagnose_hint(diagnostics, "only COM interfaces are supported: write [object, uuid(...)] before it");
    } else if (!uuid && is_object(interface)) {
        diagnose_error(diagnostics, ERROR_NO_UUID, interface->name.span, "interface '%s' has no uuid",
                       interface->name.text);
        diagnose_hint(diagnostics, "add uuid(...); the command uuidgen makes one");
    }
    if (uuid && uuid->uuid && !uuid_parse(uuid->uuid, bytes)) {
        diagnose_error(diagnostics, ERROR_BAD_UUID, uuid->name.span, "'%s' is no UUID", uuid->uuid);
        diagnose_hint(diagnostics, "it has the form 01234567-89ab-cdef-0123-456789abcdef");
    }
    for (method = interface->methods; method; method = method->next) {
        attributes_check(diagnostics, method->attributes, TARGET_METHOD);
        check_timeout(compilation, method->attributes);
        for (parameter = method->type->parameters; parameter; parameter = parameter->next)
            attributes_check(diagnostics, parameter->attributes, TARGET_PARAMETER);
    }
    if (interface->travels)
        check_remote_attributes(diagnostics, interface);
}

void check_interface_attributes(struct compilation *compilation)
{
    for_each_interface(compilation, check_interface_list);
}

/* ---- inheritance ---- */

static void check_base_chain(struct compilation *compilation, struct ast_declaration *interface)
{
    struct diagnostics *diagnostics = compilation->diagnostics;
    const struct ast_declaration *base = interface->base ? interface->base->definition : NULL;
    const struct ast_declaration *slow = interface;
    bool step = false;

    if (!interface->base) {
        if (strcmp(interface->name.text, "IUnknown") == 0 || !is_object(interface) ||
            !is_strict(compilation, interface))
            return;
        diagnose_error(diagnostics, ERROR_NO_BASE, interface->name.span, "interface '%s' has no base",
                       interface->name.text);
        diagnose_hint(diagnostics, "write 'interface %s : IUnknown'", interface->name.text);
        return;
    }
    if (!base) {
        return; /* unknown, and reported */
    } else if (base->is_forward) {
        diagnose_error(diagnostics, ERROR_NOT_DEFINED, interface->base_name.span,
                       "base interface '%s' is declared but not defined", base->name.text);
        diagnose_note(diagnostics, base->name.span, "declared here");
        return;
    }
    if (check_is_local(base) && base->base && interface->travels) {
        diagnose_error(diagnostics, ERROR_BASE_IS_LOCAL, interface->base_name.span,
                       "'%s' can be remote, but its base '%s' is [local]", interface->name.text,
                       base->name.text);
        diagnose_note(diagnostics, base->name.span, "declared here");
        return;
    }
    /* Two steps against one: they meet again only on a circle. */
    for (; base; base = base->base ? base->base->definition : NULL) {
        if (base == interface || base == slow) {
            diagnose_error(diagnostics, ERROR_DERIVES_FROM_ITSELF, interface->name.span,
                           "interface '%s' derives from itself", interface->name.text);
            return;
        }
        if (step && slow->base)
            slow = slow->base->definition;
        step = !step;
    }
}

void check_inheritance(struct compilation *compilation)
{
    for_each_interface(compilation, check_base_chain);
}

/* ---- uuids ---- */

static void check_uuid(struct compilation *compilation, struct ast_declaration *interface)
{
    const struct ast_attribute *uuid = attribute_find(interface->attributes, ATTRIBUTE_UUID);
    const struct ast_declaration *other;
    const struct ast_unit *unit;
    uint8_t own[16], others[16];

    if (!uuid || !uuid->uuid || !uuid_parse(uuid->uuid, own) || compilation->level == LEVEL_DESCRIBE)
        return;
    for (unit = compilation->units; unit; unit = unit->next)
        for (other = unit->declarations; other; other = other->next) {
            const struct ast_attribute *theirs = attribute_find(other->attributes, ATTRIBUTE_UUID);

            if (other == interface)
                return; /* the later one reports */
            if (other->kind != DECLARATION_INTERFACE ||
                !(is_strict(compilation, interface) || is_strict(compilation, other)) || !theirs ||
                !theirs->uuid || !uuid_parse(theirs->uuid, others) || memcmp(own, others, sizeof(own)) != 0)
                continue;
            diagnose_error(compilation->diagnostics, ERROR_SAME_UUID, uuid->name.span,
                           "interface '%s' has the uuid of '%s'", interface->name.text, other->name.text);
            diagnose_note(compilation->diagnostics, theirs->name.span, "first used here");
        }
}

void check_uuids(struct compilation *compilation)
{
    for_each_interface(compilation, check_uuid);
}

/* ---- methods ---- */

static const struct ast_method *find_method(const struct ast_declaration *interface, const char *name,
                                            const struct ast_method *before)
{
    const struct ast_method *method;

    for (method = interface->methods; method && method != before; method = method->next)
        if (strcmp(method->name.text, name) == 0)
            return method;
    return NULL;
}

static void check_unique_name(struct compilation *compilation, const struct ast_declaration *interface,
                              const struct ast_method *method)
{
    const struct ast_method *earlier = find_method(interface, method->name.text, method);
    const struct ast_declaration *base;

    if (earlier) {
        diagnose_error(compilation->diagnostics, ERROR_DECLARED_TWICE, method->name.span,
                       "method '%s' is declared twice", method->name.text);
        diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here");
        return;
    }
    for (base = interface->base;
         base && compilation->level != LEVEL_DESCRIBE && compile_is_own(compilation, interface);
         base = base->base) {
        base = base->definition;
        earlier = find_method(base, method->name.text, NULL);
        if (!earlier)
            continue;
        diagnose_error(compilation->diagnostics, ERROR_INHERITED_ALREADY, method->name.span,
                       "method '%s' is inherited from '%s' already", method->name.text, base->name.text);
        diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here");
        return;
    }
}

/* The half of a pair that travels. */
static void check_call_as(struct diagnostics *diagnostics, const struct ast_method *method)
{
    const struct ast_method *local = method->local;

    if (!local)
        return;
    if (local->remote != method) {
        diagnose_error(diagnostics, ERROR_DECLARED_TWICE, method->name.span,
                       "'%s' travels as '%s' and as '%s'", local->name.text, method->name.text,
                       local->remote->name.text);
        diagnose_note(diagnostics, local->remote->name.span, "the other is here");
    } else if (!attribute_has(local->attributes, ATTRIBUTE_LOCAL)) {
        diagnose_error(diagnostics, ERROR_CALL_AS_NOT_LOCAL, method->name.span,
                       "'%s' stands for '%s', which is not [local]", method->name.text, local->name.text);
        diagnose_note(diagnostics, local->name.span, "declared here");
        diagnose_hint(diagnostics, "write [local] before it: callers see it, the other is what travels");
    }
}

static void check_interface_methods(struct compilation *compilation, struct ast_declaration *interface)
{
    const struct ast_method *method;

    for (method = interface->methods; method; method = method->next) {
        bool is_remote = !check_is_local(interface) && !attribute_has(method->attributes, ATTRIBUTE_LOCAL);
        const struct ast_type *result = method->type->target;

        if (!is_strict(compilation, interface) || interface->is_dispinterface) {
            if (!interface->is_dispinterface)
                check_unique_name(compilation, interface, method);
            check_described_parameters(compilation, method, !is_remote || method->is_half);
            continue;
        }
        check_unique_name(compilation, interface, method);
        if (method->is_half) {
            check_described_parameters(compilation, method, true);
            continue; /* the method itself was checked */
        }
        if (is_remote)
            check_oneway(compilation->diagnostics, method);
        check_value_type(compilation, result, method->name.span, true);
        check_call_as(compilation->diagnostics, method);
        if (check_base(result) != BASE_HRESULT && !check_is_local(interface) && !method->remote &&
            !(check_base(result) == BASE_VOID && attribute_has(method->attributes, ATTRIBUTE_ONEWAY))) {
            diagnose_error(compilation->diagnostics, ERROR_RESULT_NOT_HRESULT, method->name.span,
                           "method '%s' of a remote interface must return HRESULT", method->name.text);
            diagnose_hint(compilation->diagnostics,
                          "return values as [out, retval] parameters, or make the interface [local]");
        }
        check_parameters(compilation, method, is_remote);
        if (method->type->is_variadic && is_remote)
            diagnose_error(compilation->diagnostics, ERROR_CANNOT_TRAVEL, method->name.span,
                           "'%s' cannot travel: nobody knows what its further arguments are",
                           method->name.text);
    }
}

void check_methods(struct compilation *compilation)
{
    for_each_interface(compilation, check_interface_methods);
}
