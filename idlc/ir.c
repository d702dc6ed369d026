#include "ir.h"
#include "attributes.h"
#include "compile.h"
#include "fold.h"
#include "uuid.h"

#include <string.h>

struct pointers {
    const void **items;
    uint32_t count;
    uint32_t capacity;
};

struct lowering {
    struct compilation *compilation;
    struct arena *arena;
    const struct ast_unit *main;
    struct ir_item *items;
    uint32_t item_count;
    uint32_t item_capacity;
    struct pointers forwards;        /* struct ir_interface */
    struct pointers struct_forwards; /* struct ir_struct */
};

enum visit { VISIT_NEW, VISIT_RUNNING, VISIT_DONE };

static struct ir_interface *lower_interface(struct lowering *lowering, struct ast_declaration *declaration);
static struct ir_struct *lower_struct(struct lowering *lowering, struct ast_declaration *declaration);
static const struct ir_enum *lower_enum(struct lowering *lowering, struct ast_declaration *declaration);
static struct ir_param *lower_params(struct lowering *lowering, const struct ast_member *list,
                                     uint32_t *out_count);

/* ---- types ---- */

static struct ir_type *lower_type(struct lowering *lowering, const struct ast_type *type);

static void lower_reference(struct lowering *lowering, const struct ast_type *type, struct ir_type *lowered)
{
    struct ast_declaration *declaration = type->declaration;

    switch (declaration->kind) {
    case DECLARATION_INTERFACE:
        lowered->kind = IR_INTERFACE;
        lowered->interface = lower_interface(lowering, declaration);
        lowered->spelling = lowered->interface->name;
        break;
    case DECLARATION_STRUCT:
        lowered->kind = IR_STRUCT;
        lowered->structure = lower_struct(lowering, declaration);
        lowered->spelling = arena_format(lowering->arena, "struct %s", lowered->structure->name);
        break;
    case DECLARATION_ENUM:
        lowered->kind = IR_ENUM;
        lowered->enumeration = lower_enum(lowering, declaration);
        lowered->spelling = arena_format(lowering->arena, "enum %s", lowered->enumeration->name);
        break;
    case DECLARATION_CPP_QUOTE:
        lowered->kind = IR_FOREIGN;
        lowered->spelling = type->name.text;
        break;
    default: /* a typedef */
        *lowered = *lower_type(lowering, declaration->type);
        lowered->spelling = declaration->name.text;
        break;
    }
}

static struct ir_type *lower_type(struct lowering *lowering, const struct ast_type *type)
{
    struct ir_type *lowered = arena_alloc(lowering->arena, sizeof(*lowered));

    switch (type->kind) {
    case AST_TYPE_BASE:
        lowered->kind = IR_BASE;
        lowered->base = type->base;
        lowered->spelling = type->base == BASE_GUID || type->base == BASE_SIZE || type->base == BASE_OFFSET
                                ? type->name.text
                                : base_types[type->base].c_name;
        break;
    case AST_TYPE_NAME:
    case AST_TYPE_TAGGED:
        lower_reference(lowering, type, lowered);
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
        break;
    }
    if (type->target)
        lowered->target = lower_type(lowering, type->target);
    lowered->is_const |= type->is_const;
    return lowered;
}

/* ---- attributes ---- */

static uint32_t lower_count(struct lowering *lowering, const struct ast_attribute *attributes,
                            enum attribute_id id)
{
    const struct ast_attribute *attribute = attribute_find(attributes, id);

    return attribute ? (uint32_t)fold_expression(lowering->compilation, attribute->arguments).bits : 0;
}

static bool lower_range(struct lowering *lowering, const struct ast_attribute *attributes, int64_t *out_min,
                        uint64_t *out_max)
{
    const struct ast_attribute *attribute = attribute_find(attributes, ATTRIBUTE_RANGE);

    if (!attribute)
        return false;
    *out_min = (int64_t)fold_expression(lowering->compilation, attribute->arguments).bits;
    *out_max = fold_expression(lowering->compilation, attribute->arguments->next).bits;
    return true;
}

static uint32_t member_index(const struct ast_member *list, const char *name)
{
    uint32_t i = 0;

    for (; list && strcmp(list->name.text, name) != 0; list = list->next)
        i++;
    return i;
}

static struct ir_size lower_size(struct lowering *lowering, const struct ast_member *list,
                                 const struct ast_member *member, enum attribute_id id)
{
    const struct ast_attribute *attribute = attribute_find(member->attributes, id);
    const struct ast_expression *expression = attribute ? attribute->arguments : NULL;
    struct ir_size size = {IR_SIZE_NONE, 0, 0};

    if (!expression)
        return size;
    if (expression->kind == EXPRESSION_NAME && !expression->declaration) {
        size.kind = IR_SIZE_PARAM;
        size.param = member_index(list, expression->text);
    } else if (expression->kind == EXPRESSION_UNARY && expression->operation == '*') {
        size.kind = IR_SIZE_POINTED;
        size.param = member_index(list, expression->left->text);
    } else {
        size.kind = IR_SIZE_CONSTANT;
        size.constant = (uint32_t)fold_expression(lowering->compilation, expression).bits;
    }
    return size;
}

/* ---- structs and enums ---- */

static struct ir_struct *lower_struct(struct lowering *lowering, struct ast_declaration *declaration)
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
    structure->doc = declaration->doc;
    structure->file = declaration->unit->source->relative;
    structure->span = declaration->name.span;
    structure->is_opaque = declaration->is_forward;
    for (member = declaration->fields; member; member = member->next)
        count++;
    fields = arena_alloc(lowering->arena, count * sizeof(*fields));
    for (member = declaration->fields; member; member = member->next, i++) {
        fields[i].name = member->name.text;
        fields[i].doc = member->doc;
        fields[i].type = lower_type(lowering, member->type);
        fields[i].span = member->name.span;
        fields[i].is_string = attribute_has(member->attributes, ATTRIBUTE_STRING);
        fields[i].has_range =
            lower_range(lowering, member->attributes, &fields[i].range_min, &fields[i].range_max);
        fields[i].max_len = lower_count(lowering, member->attributes, ATTRIBUTE_MAX_LEN);
    }
    structure->fields = fields;
    structure->field_count = count;
    return structure;
}

static const struct ir_enum *lower_enum(struct lowering *lowering, struct ast_declaration *declaration)
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
    enumeration->doc = declaration->doc;
    enumeration->file = declaration->unit->source->relative;
    enumeration->is_opaque = declaration->is_forward;
    enumeration->is_closed = attribute_has(declaration->attributes, ATTRIBUTE_CLOSED);
    for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next)
        count++;
    enumerators = arena_alloc(lowering->arena, count * sizeof(*enumerators));
    for (enumerator = declaration->enumerators; enumerator; enumerator = enumerator->next, i++) {
        enumerators[i].name = enumerator->name.text;
        enumerators[i].doc = enumerator->doc;
        enumerators[i].value = (int32_t)enumerator->declaration->value.bits;
    }
    enumeration->enumerators = enumerators;
    enumeration->enumerator_count = count;
    return enumeration;
}

/* ---- interfaces ---- */

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
        params[i].name = member->name.text;
        params[i].doc = member->doc;
        params[i].type = lower_type(lowering, member->type);
        params[i].span = member->name.text ? member->name.span : member->type->span;
        params[i].is_out = attribute_has(member->attributes, ATTRIBUTE_OUT);
        params[i].is_in = attribute_has(member->attributes, ATTRIBUTE_IN) || !params[i].is_out;
        params[i].is_string = attribute_has(member->attributes, ATTRIBUTE_STRING);
        params[i].is_unique = attribute_has(member->attributes, ATTRIBUTE_UNIQUE);
        params[i].size = lower_size(lowering, list, member, ATTRIBUTE_SIZE_IS);
        params[i].length = lower_size(lowering, list, member, ATTRIBUTE_LENGTH_IS);
        params[i].has_range =
            lower_range(lowering, member->attributes, &params[i].range_min, &params[i].range_max);
        params[i].max_len = lower_count(lowering, member->attributes, ATTRIBUTE_MAX_LEN);
    }
    *out_count = count;
    return params;
}

static void lower_methods(struct lowering *lowering, const struct ast_declaration *declaration,
                          struct ir_interface *interface)
{
    uint32_t own = 0, timeout = lower_count(lowering, declaration->attributes, ATTRIBUTE_TIMEOUT);
    const struct ast_method *method;
    struct ir_method *methods;

    for (method = declaration->methods; method; method = method->next)
        own++;
    if (interface->base)
        interface->inherited_count = interface->base->method_count;
    interface->method_count = interface->inherited_count + own;
    methods = arena_alloc(lowering->arena, interface->method_count * sizeof(*methods));
    if (interface->inherited_count)
        memcpy(methods, interface->base->methods, interface->inherited_count * sizeof(*methods));
    interface->methods = methods;
    methods += interface->inherited_count;
    for (method = declaration->methods; method; method = method->next, methods++) {
        struct ir_param *params;

        methods->name = method->name.text;
        methods->doc = method->doc;
        methods->result = lower_type(lowering, method->type->target);
        params = lower_params(lowering, method->type->parameters, &methods->param_count);
        methods->params = params;
        methods->slot = (uint32_t)(methods - interface->methods);
        methods->is_local = interface->is_local || attribute_has(method->attributes, ATTRIBUTE_LOCAL);
        methods->timeout_ms = attribute_has(method->attributes, ATTRIBUTE_TIMEOUT)
                                  ? lower_count(lowering, method->attributes, ATTRIBUTE_TIMEOUT)
                                  : timeout;
        methods->span = method->name.span;
    }
}

static struct ir_interface *lower_interface(struct lowering *lowering, struct ast_declaration *declaration)
{
    struct ir_interface *interface;
    const struct ast_attribute *uuid;

    declaration = declaration->definition;
    if (declaration->lowered)
        return declaration->lowered;
    interface = arena_alloc(lowering->arena, sizeof(*interface));
    declaration->lowered = interface;
    interface->name = declaration->name.text;
    interface->doc = declaration->doc;
    interface->file = declaration->unit->source->relative;
    interface->is_local = attribute_has(declaration->attributes, ATTRIBUTE_LOCAL);
    uuid = attribute_find(declaration->attributes, ATTRIBUTE_UUID);
    interface->has_uuid = uuid && uuid_parse(uuid->uuid, interface->uuid);
    interface->span = declaration->name.span;
    interface->is_forward = declaration->is_forward;
    return interface;
}

/* With its methods and its bases'. Apart from lower_interface because methods may name heirs of their
 * interface. */
static struct ir_interface *complete_interface(struct lowering *lowering, struct ast_declaration *declaration)
{
    struct ir_interface *interface;

    lower_interface(lowering, declaration);
    declaration = declaration->definition;
    interface = declaration->lowered;
    if (declaration->is_forward || interface->methods)
        return interface;
    if (declaration->base)
        interface->base = complete_interface(lowering, declaration->base);
    lower_methods(lowering, declaration, interface);
    return interface;
}

/* ---- the items of the main file, ordered ---- */

static void visit_declaration(struct lowering *lowering, struct ast_declaration *declaration);

/* Adds a pointer that is not there yet. */
static void add_unique(struct lowering *lowering, struct pointers *list, const void *pointer)
{
    uint32_t i;

    for (i = 0; i < list->count; i++)
        if (list->items[i] == pointer)
            return;
    if (list->count == list->capacity) {
        uint32_t capacity = list->capacity ? list->capacity * 2 : 16;
        const void **grown = arena_alloc(lowering->arena, capacity * sizeof(*grown));

        if (list->count)
            memcpy(grown, list->items, list->count * sizeof(*grown));
        list->items = grown;
        list->capacity = capacity;
    }
    list->items[list->count++] = pointer;
}

static void add_forward(struct lowering *lowering, const struct ir_interface *interface)
{
    add_unique(lowering, &lowering->forwards, interface);
}

/* Whether a file imports the main file, so that in a header either may come first. */
static bool imports_main(struct lowering *lowering, struct ast_unit *unit)
{
    const struct ast_import *import;
    struct pointers seen = {0};
    uint32_t i;

    add_unique(lowering, &seen, unit);
    for (i = 0; i < seen.count; i++)
        for (import = ((const struct ast_unit *)seen.items[i])->imports; import; import = import->next) {
            if (import->unit == lowering->main)
                return true;
            add_unique(lowering, &seen, import->unit);
        }
    return false;
}

static void visit_type(struct lowering *lowering, const struct ast_type *type)
{
    const struct ast_member *parameter;

    for (; type; type = type->target) {
        struct ast_declaration *declaration = type->declaration;

        for (parameter = type->parameters; parameter; parameter = parameter->next)
            visit_type(lowering, parameter->type);
        if (!declaration)
            continue;
        if (declaration->kind == DECLARATION_INTERFACE)
            add_forward(lowering, lower_interface(lowering, declaration));
        else
            visit_declaration(lowering, declaration->definition ? declaration->definition : declaration);
        if (declaration->kind == DECLARATION_STRUCT && declaration->unit != lowering->main &&
            imports_main(lowering, declaration->unit))
            add_unique(lowering, &lowering->struct_forwards, lower_struct(lowering, declaration));
    }
}

static void visit_needs(struct lowering *lowering, const struct ast_declaration *declaration)
{
    const struct ast_member *field;
    const struct ast_method *method;

    visit_type(lowering, declaration->type);
    for (field = declaration->fields; field; field = field->next)
        visit_type(lowering, field->type);
    if (declaration->kind != DECLARATION_INTERFACE)
        return;
    if (declaration->base)
        visit_declaration(lowering, declaration->base->definition);
    for (method = declaration->methods; method; method = method->next)
        visit_type(lowering, method->type);
}

static struct ir_item *add_item(struct lowering *lowering, enum ir_item_kind kind)
{
    struct ir_item *item;

    if (lowering->item_count == lowering->item_capacity) {
        uint32_t capacity = lowering->item_capacity ? lowering->item_capacity * 2 : 64;
        struct ir_item *grown = arena_alloc(lowering->arena, capacity * sizeof(*grown));

        if (lowering->item_count)
            memcpy(grown, lowering->items, lowering->item_count * sizeof(*grown));
        lowering->items = grown;
        lowering->item_capacity = capacity;
    }
    item = &lowering->items[lowering->item_count++];
    item->kind = kind;
    return item;
}

static void add_const(struct lowering *lowering, const struct ast_declaration *declaration)
{
    struct ir_const *constant = arena_alloc(lowering->arena, sizeof(*constant));

    constant->name = declaration->name.text;
    constant->doc = declaration->doc;
    constant->type = lower_type(lowering, declaration->type);
    constant->value = declaration->value;
    add_item(lowering, ITEM_CONST)->constant = constant;
}

static void add_typedef(struct lowering *lowering, const struct ast_declaration *declaration)
{
    struct ir_typedef *alias = arena_alloc(lowering->arena, sizeof(*alias));

    alias->name = declaration->name.text;
    alias->doc = declaration->doc;
    alias->type = lower_type(lowering, declaration->type);
    add_item(lowering, ITEM_TYPEDEF)->alias = alias;
}

static void add_declaration(struct lowering *lowering, struct ast_declaration *declaration)
{
    switch (declaration->kind) {
    case DECLARATION_CONST:
        add_const(lowering, declaration);
        break;
    case DECLARATION_TYPEDEF:
        add_typedef(lowering, declaration);
        break;
    case DECLARATION_STRUCT:
        add_item(lowering, ITEM_STRUCT)->structure = lower_struct(lowering, declaration);
        break;
    case DECLARATION_ENUM:
        add_item(lowering, ITEM_ENUM)->enumeration = lower_enum(lowering, declaration);
        break;
    case DECLARATION_INTERFACE:
        add_forward(lowering, lower_interface(lowering, declaration));
        if (!declaration->is_forward)
            add_item(lowering, ITEM_INTERFACE)->interface = complete_interface(lowering, declaration);
        break;
    case DECLARATION_CPP_QUOTE:
        add_item(lowering, ITEM_QUOTE)->quote = declaration->text;
        break;
    case DECLARATION_ENUMERATOR:
        break;
    }
}

static void visit_declaration(struct lowering *lowering, struct ast_declaration *declaration)
{
    if (declaration->unit != lowering->main || declaration->visit != VISIT_NEW)
        return;
    declaration->visit = VISIT_RUNNING;
    /* A forward declaration whose definition is in the file says nothing more. */
    if (!declaration->is_forward || declaration->definition == declaration) {
        visit_needs(lowering, declaration);
        add_declaration(lowering, declaration);
    }
    declaration->visit = VISIT_DONE;
}

struct ir_file *ir_lower(struct compilation *compilation)
{
    struct lowering lowering = {
        .compilation = compilation, .arena = compilation->arena, .main = compilation->units};
    struct ir_file *file = arena_alloc(compilation->arena, sizeof(*file));
    struct ast_declaration *declaration;
    const struct ast_import *import;
    const char **imports;
    uint32_t count = 0;

    for (declaration = lowering.main->declarations; declaration; declaration = declaration->next)
        declaration->visit = VISIT_NEW;
    for (declaration = lowering.main->declarations; declaration; declaration = declaration->next)
        visit_declaration(&lowering, declaration);
    for (import = lowering.main->imports; import; import = import->next)
        count++;
    imports = arena_alloc(compilation->arena, count * sizeof(*imports));
    count = 0;
    for (import = lowering.main->imports; import; import = import->next)
        imports[count++] = import->unit->source->relative;
    file->path = lowering.main->source->relative;
    file->imports = imports;
    file->import_count = count;
    file->items = lowering.items;
    file->item_count = lowering.item_count;
    file->forwards = (const struct ir_interface *const *)lowering.forwards.items;
    file->forward_count = lowering.forwards.count;
    file->struct_forwards = (const struct ir_struct *const *)lowering.struct_forwards.items;
    file->struct_forward_count = lowering.struct_forwards.count;
    return file;
}
