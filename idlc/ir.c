#include "ir_internal.h"
#include "attributes.h"
#include "check.h"
#include "compile.h"
#include "fold.h"
#include "uuid.h"

#include <string.h>

static struct ir_param *lower_params(struct lowering *lowering, const struct ast_member *list,
                                     uint32_t *out_count);

/* ---- types ---- */

bool ir_is_bstr(const char *name, const struct ir_type *type)
{
    return name && strcmp(name, "BSTR") == 0 && type->kind == IR_POINTER && type->target->kind == IR_BASE &&
           (type->target->base == BASE_WCHAR || type->target->base == BASE_UINT16);
}

static void lower_reference(struct lowering *lowering, const struct ast_type *type, struct ir_type *lowered)
{
    struct ast_declaration *declaration = type->declaration;

    switch (declaration->kind) {
    case DECLARATION_INTERFACE:
        lowered->kind = IR_INTERFACE;
        lowered->interface = ir_lower_interface(lowering, declaration);
        lowered->spelling = lowered->interface->name;
        break;
    case DECLARATION_STRUCT:
    case DECLARATION_UNION:
        lowered->kind = IR_STRUCT;
        lowered->structure = ir_lower_struct(lowering, declaration);
        lowered->spelling =
            arena_format(lowering->arena, "%s %s", lowered->structure->is_union ? "union" : "struct",
                         lowered->structure->name ? lowered->structure->name : "");
        lowered->defines = type->defines;
        break;
    case DECLARATION_ENUM:
        lowered->kind = IR_ENUM;
        lowered->enumeration = ir_lower_enum(lowering, declaration);
        lowered->spelling = arena_format(lowering->arena, "enum %s",
                                         lowered->enumeration->name ? lowered->enumeration->name : "");
        lowered->defines = type->defines;
        break;
    case DECLARATION_CPP_QUOTE:
        lowered->kind = IR_FOREIGN;
        lowered->spelling = type->name.text;
        break;
    default: /* a typedef */
        *lowered = *ir_lower_type(lowering, declaration->type);
        lowered->spelling = declaration->name.text;
        lowered->is_bstr |= ir_is_bstr(lowered->spelling, lowered);
        lowered->idl = NULL;
        lowered->defines = false;
        break;
    }
}

/* A pointer to what the automation library calls SAFEARRAY, whatever the elements are. */
static void lower_safearray(struct lowering *lowering, struct ir_type *lowered)
{
    struct ir_type *target = arena_alloc(lowering->arena, sizeof(*target));

    target->kind = IR_FOREIGN;
    target->spelling = "SAFEARRAY";
    lowered->kind = IR_POINTER;
    lowered->target = target;
}

/* Types of C headers that nobody could read stay names. */
static void lower_foreign(const struct ast_type *type, struct ir_type *lowered)
{
    lowered->kind = IR_FOREIGN;
    lowered->spelling = type->name.text;
}

struct ir_type *ir_lower_type(struct lowering *lowering, const struct ast_type *type)
{
    struct ir_type *lowered = arena_alloc(lowering->arena, sizeof(*lowered));

    switch (type->kind) {
    case AST_TYPE_BASE:
        lowered->kind = IR_BASE;
        lowered->base = type->base;
        lowered->spelling = type->base == BASE_GUID || type->base == BASE_SIZE || type->base == BASE_OFFSET
                                ? type->name.text
                                : base_types[type->base].c_name;
        lowered->idl = type->words;
        break;
    case AST_TYPE_NAME:
    case AST_TYPE_TAGGED:
        if (type->declaration)
            lower_reference(lowering, type, lowered);
        else
            lower_foreign(type, lowered);
        break;
    case AST_TYPE_POINTER:
        lowered->kind = IR_POINTER;
        break;
    case AST_TYPE_ARRAY:
        lowered->kind = IR_ARRAY;
        lowered->count = type->count;
        break;
    case AST_TYPE_FUNCTION:
        lowered->kind = IR_FUNCTION;
        lowered->params = lower_params(lowering, type->parameters, &lowered->param_count);
        lowered->is_variadic = type->is_variadic;
        break;
    case AST_TYPE_SAFEARRAY:
        lower_safearray(lowering, lowered);
        return lowered;
    }
    if (type->target)
        lowered->target = ir_lower_type(lowering, type->target);
    if (type->kind == AST_TYPE_POINTER && type->name.text) { /* bound as what com.h has */
        lowered->spelling = type->name.text;
        lowered->is_bstr = true;
    }
    lowered->is_const |= type->is_const;
    return lowered;
}

/* ---- attributes ---- */

static uint32_t lower_count(struct lowering *lowering, const struct ast_attribute *attributes,
                            enum attribute_id id)
{
    const struct ast_attribute *attribute = attribute_find(attributes, id);

    return attribute && attribute->arguments
               ? (uint32_t)fold_expression(lowering->compilation, attribute->arguments).bits
               : 0;
}

static bool lower_range(struct lowering *lowering, const struct ast_member *member, int64_t *out_min,
                        uint64_t *out_max)
{
    const struct ast_attribute *attribute = attribute_of_member(member, ATTRIBUTE_RANGE);

    if (!attribute || attribute->argument_count != 2)
        return false;
    *out_min = (int64_t)fold_expression(lowering->compilation, attribute->arguments).bits;
    *out_max = fold_expression(lowering->compilation, attribute->arguments->next).bits;
    return true;
}

/* @retval false it is not there: a parameter of the other half of the method (async.c) */
bool ir_find_member(const struct ast_member *list, const char *name, uint32_t *out_index)
{
    uint32_t i = 0;

    for (; list && !(list->name.text && strcmp(list->name.text, name) == 0); list = list->next)
        i++;
    *out_index = list ? i : 0;
    return list != NULL;
}

/* The parameters that an expression of size_is names. */
static const char *names_in(struct arena *arena, const struct ast_expression *expression, const char *before)
{
    if (!expression)
        return before;
    if (expression->kind == EXPRESSION_NAME && !expression->declaration)
        return arena_format(arena, "%s@%s", before, expression->text);
    before = names_in(arena, expression->condition, before);
    before = names_in(arena, expression->left, before);
    return names_in(arena, expression->right, before);
}

static const char *lower_partners(struct lowering *lowering, const struct ast_attribute *attributes)
{
    static const enum attribute_id NAMING[] = {ATTRIBUTE_SIZE_IS, ATTRIBUTE_MAX_IS, ATTRIBUTE_LENGTH_IS,
                                               ATTRIBUTE_IID_IS, ATTRIBUTE_SWITCH_IS};
    const struct ast_expression *argument;
    const struct ast_attribute *attribute;
    const char *partners = "";
    size_t i;

    for (i = 0; i < sizeof(NAMING) / sizeof(NAMING[0]); i++) {
        attribute = attribute_find(attributes, NAMING[i]);
        for (argument = attribute ? attribute->arguments : NULL; argument; argument = argument->next)
            partners = names_in(lowering->arena, argument, partners);
    }
    return partners;
}

/* [fixed] is about the numbers behind pointers and in arrays; each has its own type, so nothing else changes.
 */
static const struct ir_type *lower_member_type(struct lowering *lowering, const struct ast_member *member)
{
    struct ir_type *type = ir_lower_type(lowering, member->type), *value = type;

    while (value->kind == IR_POINTER || value->kind == IR_ARRAY)
        value = (struct ir_type *)(uintptr_t)value->target;
    value->is_fixed = attribute_has(member->attributes, ATTRIBUTE_FIXED);
    return type;
}

/* ---- structs and enums ---- */

struct ir_struct *ir_lower_struct(struct lowering *lowering, struct ast_declaration *declaration)
{
    const struct ast_member *member;
    struct ir_struct *structure;
    struct ir_field *fields;
    uint32_t count = 0, i = 0;

    declaration = declaration->definition;
    if (declaration->lowered)
        return declaration->lowered;
    structure = arena_alloc(lowering->arena, sizeof(*structure));
    declaration->lowered = structure;
    structure->name = declaration->name.text;
    structure->doc = ir_lower_doc(lowering, declaration->doc, declaration->attributes);
    structure->is_closed = attribute_has(declaration->attributes, ATTRIBUTE_CLOSED);
    structure->reserved = ir_lower_reserved(lowering, declaration->attributes, &structure->reserved_count);
    structure->file = declaration->unit->source->relative;
    structure->span = declaration->name.text ? declaration->name.span : declaration->span;
    structure->is_opaque = declaration->is_forward;
    structure->is_union = declaration->kind == DECLARATION_UNION;
    structure->is_nested = declaration->is_nested;
    for (member = declaration->fields; member; member = member->next)
        count += member->type != NULL;
    fields = arena_alloc(lowering->arena, count * sizeof(*fields));
    for (member = declaration->fields; member; member = member->next) {
        if (!member->type)
            continue; /* an arm that holds nothing */
        fields[i].name = member->name.text ? member->name.text : "";
        fields[i].has_bits = member->bits != NULL;
        fields[i].bits = member->bit_count;
        fields[i].doc = ir_lower_doc(lowering, member->doc, member->attributes);
        fields[i].tag = lower_count(lowering, member->attributes, ATTRIBUTE_TAG);
        fields[i].type = lower_member_type(lowering, member);
        fields[i].span = member->name.span;
        fields[i].is_string = attribute_of_member(member, ATTRIBUTE_STRING) != NULL;
        fields[i].has_range = lower_range(lowering, member, &fields[i].range_min, &fields[i].range_max);
        fields[i].max_len = lower_count(lowering, member->attributes, ATTRIBUTE_MAX_LEN);
        ir_lower_field(lowering, declaration, member, &fields[i]);
        i++;
    }
    structure->fields = fields;
    structure->field_count = count;
    ir_lower_cases(lowering, declaration, structure);
    return structure;
}

const struct ir_enum *ir_lower_enum(struct lowering *lowering, struct ast_declaration *declaration)
{
    const struct ast_enumerator *enumerator;
    struct ir_enumerator *enumerators;
    struct ir_enum *enumeration;
    uint32_t count = 0, i = 0;

    declaration = declaration->definition;
    if (declaration->lowered)
        return declaration->lowered;
    enumeration = arena_alloc(lowering->arena, sizeof(*enumeration));
    declaration->lowered = enumeration;
    enumeration->name = declaration->name.text;
    enumeration->doc = ir_lower_doc(lowering, declaration->doc, declaration->attributes);
    enumeration->file = declaration->unit->source->relative;
    enumeration->span = declaration->name.span;
    enumeration->is_opaque = declaration->is_forward;
    enumeration->is_nested = declaration->is_nested;
    enumeration->is_closed = attribute_has(declaration->attributes, ATTRIBUTE_CLOSED);
    for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
        count++;
    enumerators = arena_alloc(lowering->arena, count * sizeof(*enumerators));
    for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next, i++) {
        enumerators[i].name = enumerator->name.text;
        enumerators[i].doc = enumerator->doc;
        enumerators[i].span = enumerator->name.span;
        enumerators[i].value = (int32_t)enumerator->declaration->value.bits;
    }
    enumeration->enumerators = enumerators;
    enumeration->enumerator_count = count;
    return enumeration;
}

/* ---- interfaces ---- */

/* Whether a type is spelled so. */
static bool is_spelled(const struct ir_type *type, const char *name)
{
    uint32_t i;

    for (; !type->spelling; type = type->target)
        for (i = 0; type->kind == IR_FUNCTION && i < type->param_count; i++)
            if (is_spelled(type->params[i].type, name))
                return true;
    return strcmp(type->spelling, name) == 0;
}

/* A parameter that is called like a type hides it from those behind it, and from the bodies of functions. */
static void leave_types_alone(struct lowering *lowering, const struct ir_method *method)
{
    uint32_t i, j;

    for (i = 0; i < method->param_count; i++)
        for (j = 0; j < method->param_count; j++)
            if (is_spelled(method->params[j].type, method->params[i].name)) {
                method->params[i].name = arena_format(lowering->arena, "%s_", method->params[i].name);
                break;
            }
}

/* C++ takes fewer names than C: those get an underscore. */
static const char *c_name(struct arena *arena, const char *name)
{
    return name && names_are_taken_by_cpp(name) ? arena_format(arena, "%s_", name) : name;
}

static struct ir_param *lower_params(struct lowering *lowering, const struct ast_member *list,
                                     uint32_t *out_count)
{
    const struct ast_member *member;
    struct ir_param *params;
    uint32_t count = 0, i = 0;

    for (member = list; member; member = member->next)
        count++;
    params = arena_alloc(lowering->arena, count * sizeof(*params));
    for (member = list; member; member = member->next, i++) {
        params[i].name = c_name(lowering->arena, member->name.text);
        params[i].idl_name = member->name.text;
        params[i].partners = lower_partners(lowering, member->attributes);
        params[i].doc = ir_lower_doc(lowering, member->doc, member->attributes);
        params[i].tag = lower_count(lowering, member->attributes, ATTRIBUTE_TAG);
        params[i].type = lower_member_type(lowering, member);
        params[i].span = member->name.text ? member->name.span : member->type->span;
        params[i].is_out = attribute_has(member->attributes, ATTRIBUTE_OUT);
        params[i].is_in = attribute_has(member->attributes, ATTRIBUTE_IN) || !params[i].is_out;
        params[i].is_retval = attribute_has(member->attributes, ATTRIBUTE_RETVAL);
        params[i].is_string = attribute_of_member(member, ATTRIBUTE_STRING) != NULL;
        params[i].is_unique = attribute_of_member(member, ATTRIBUTE_UNIQUE) != NULL;
        params[i].size = ir_lower_size(lowering, list, member, ATTRIBUTE_SIZE_IS);
        params[i].is_inner_size = params[i].size.kind != IR_SIZE_NONE &&
                                  ir_is_inner_size(attribute_find(member->attributes, ATTRIBUTE_SIZE_IS));
        params[i].length = ir_lower_size(lowering, list, member, ATTRIBUTE_LENGTH_IS);
        params[i].iid = ir_lower_size(lowering, list, member, ATTRIBUTE_IID_IS);
        params[i].choice = ir_lower_size(lowering, list, member, ATTRIBUTE_SWITCH_IS);
        params[i].has_range = lower_range(lowering, member, &params[i].range_min, &params[i].range_max);
        params[i].max_len = lower_count(lowering, member->attributes, ATTRIBUTE_MAX_LEN);
    }
    *out_count = count;
    return params;
}

static void lower_method(struct lowering *lowering, const struct ir_interface *interface,
                         const struct ast_method *method, struct ir_method *lowered)
{
    uint32_t i;

    lowered->name = method->name.text;
    lowered->doc = ir_lower_doc(lowering, method->doc, method->attributes);
    lowered->reserved = ir_lower_reserved(lowering, method->attributes, &lowered->reserved_count);
    lowered->owner = interface->name;
    lowered->result = ir_lower_type(lowering, method->type->target);
    lowered->params = lower_params(lowering, method->type->parameters, &lowered->param_count);
    for (i = 0; i < lowered->param_count; i++)
        if (!lowered->params[i].name)
            lowered->params[i].name = lowered->params[i].idl_name =
                arena_format(lowering->arena, "argument%u", i + 1);
    leave_types_alone(lowering, lowered);
    lowered->is_variadic = method->type->is_variadic;
    lowered->is_local = interface->is_local || attribute_has(method->attributes, ATTRIBUTE_LOCAL);
    lowered->is_oneway = attribute_has(method->attributes, ATTRIBUTE_ONEWAY);
    lowered->is_idempotent = attribute_has(method->attributes, ATTRIBUTE_IDEMPOTENT);
    lowered->timeout_ms = lower_count(lowering, method->attributes, ATTRIBUTE_TIMEOUT);
    lowered->span = method->name.span;
}

/*
 * C++ may overload what a base has; a table of C has each name once, so the later one gets that of its
 * interface before it, as MIDL does it.
 */
static void make_unique(struct lowering *lowering, const struct ir_interface *interface,
                        struct ir_method *method)
{
    uint32_t i;

    for (i = 0; i < interface->inherited_count; i++)
        if (strcmp(interface->methods[i].name, method->name) == 0)
            method->name = arena_format(lowering->arena, "%s_%s", interface->name, method->name);
}

/* What travels for a [local] method. */
static const struct ir_method *lower_remote(struct lowering *lowering, const struct ir_interface *interface,
                                            const struct ast_method *method, uint32_t slot,
                                            uint32_t timeout_ms)
{
    struct ir_method *remote;

    if (!method->remote)
        return NULL;
    remote = arena_alloc(lowering->arena, sizeof(*remote));
    lower_method(lowering, interface, method->remote, remote);
    remote->slot = slot;
    remote->is_remote_form = true;
    if (!remote->timeout_ms)
        remote->timeout_ms = timeout_ms;
    return remote;
}

static void lower_methods(struct lowering *lowering, const struct ast_declaration *declaration,
                          struct ir_interface *interface)
{
    uint32_t own = 0, timeout = lower_count(lowering, declaration->attributes, ATTRIBUTE_TIMEOUT);
    const struct ast_method *method;
    struct ir_method *methods;

    for (method = declaration->methods; method && !interface->is_dispinterface; method = method->next)
        own += !method->local;
    if (interface->base)
        interface->inherited_count = interface->base->method_count;
    interface->method_count = interface->inherited_count + own;
    methods = arena_alloc(lowering->arena, interface->method_count * sizeof(*methods));
    if (interface->inherited_count)
        memcpy(methods, interface->base->methods, interface->inherited_count * sizeof(*methods));
    interface->methods = methods;
    if (interface->is_dispinterface)
        return;
    methods += interface->inherited_count;
    for (method = declaration->methods; method; method = method->next) {
        if (method->local)
            continue; /* it has the slot of the one it stands for */
        lower_method(lowering, interface, method, methods);
        make_unique(lowering, interface, methods);
        methods->slot = (uint32_t)(methods - interface->methods);
        methods->remote = lower_remote(lowering, interface, method, methods->slot, timeout);
        methods->is_async = declaration->async && !interface->is_local;
        if (!methods->timeout_ms)
            methods->timeout_ms = timeout;
        methods++;
    }
}

struct ir_interface *ir_lower_interface(struct lowering *lowering, struct ast_declaration *declaration)
{
    struct ir_interface *interface;
    const struct ast_attribute *uuid;

    declaration = declaration->definition;
    if (declaration->lowered)
        return declaration->lowered;
    interface = arena_alloc(lowering->arena, sizeof(*interface));
    declaration->lowered = interface;
    interface->name = declaration->name.text;
    interface->doc = ir_lower_doc(lowering, declaration->doc, declaration->attributes);
    interface->file = declaration->unit->source->relative;
    interface->is_local = attribute_has(declaration->attributes, ATTRIBUTE_LOCAL) ||
                          declaration->is_dispinterface || declaration->is_left_out;
    interface->is_dispinterface = declaration->is_dispinterface;
    interface->is_rpc = check_is_rpc(declaration);
    uuid = attribute_find(declaration->attributes, ATTRIBUTE_UUID);
    interface->has_uuid = uuid && uuid->uuid && uuid_parse(uuid->uuid, interface->uuid);
    interface->span = declaration->name.span;
    interface->is_forward = declaration->is_forward;
    if (declaration->is_made && !attribute_has(declaration->async->attributes, ATTRIBUTE_LOCAL))
        interface->async_of = ir_lower_interface(lowering, declaration->async);
    return interface;
}

/* With its methods and its bases'. Apart from lower_interface because methods may name heirs of their
 * interface. */
struct ir_interface *ir_complete_interface(struct lowering *lowering, struct ast_declaration *declaration)
{
    struct ir_interface *interface;

    ir_lower_interface(lowering, declaration);
    declaration = declaration->definition;
    interface = declaration->lowered;
    if (declaration->is_forward || interface->methods)
        return interface;
    if (declaration->base)
        interface->base = ir_complete_interface(lowering, declaration->base);
    lower_methods(lowering, declaration, interface);
    return interface;
}
