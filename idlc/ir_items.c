/* The items of the main file, in the order that C needs. */
#include "attributes.h"
#include "compile.h"
#include "ir_internal.h"
#include "uuid.h"
#include "windows.h"

#include <string.h>

enum visit { VISIT_NEW, VISIT_RUNNING, VISIT_DONE };

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

/*
 * C takes a struct that first appears among parameters for one of its own: what is not defined before,
 * because its file imports this one in turn, or it is only pointed to, must be told first.
 */
static void add_struct_forward(struct lowering *lowering, struct ast_declaration *declaration)
{
    if (!declaration->name.text || declaration->is_nested || declaration->is_c)
        return;
    if (declaration->unit != lowering->main ? imports_main(lowering, declaration->unit)
                                            : declaration->definition->visit != VISIT_DONE)
        add_unique(lowering, &lowering->struct_forwards, ir_lower_struct(lowering, declaration));
}

static bool is_aggregate(const struct ast_declaration *declaration)
{
    return declaration->kind == DECLARATION_STRUCT || declaration->kind == DECLARATION_UNION;
}

/*
 * What C must know before a type is used. A value needs the struct itself, a pointer or a typedef its name:
 * so that structs may point to each other.
 */
static void visit_type(struct lowering *lowering, const struct ast_type *type, bool is_value)
{
    const struct ast_member *parameter;

    for (; type; type = type->target) {
        struct ast_declaration *declaration = type->declaration;

        lowering->in_parameters++;
        for (parameter = type->parameters; parameter; parameter = parameter->next)
            visit_type(lowering, parameter->type, false);
        lowering->in_parameters--;
        if (type->kind == AST_TYPE_POINTER || type->kind == AST_TYPE_FUNCTION)
            is_value = false;
        if (!declaration)
            continue;
        lowering->uses_windows |=
            declaration->kind == DECLARATION_TYPEDEF && windows_has_type(declaration->name.text);
        if (declaration->kind == DECLARATION_INTERFACE)
            add_forward(lowering, ir_lower_interface(lowering, declaration));
        else if (!is_aggregate(declaration) || is_value || declaration->is_nested ||
                 (declaration->definition && declaration->definition->is_forward))
            visit_declaration(lowering, declaration->definition ? declaration->definition : declaration);
        if (declaration->kind == DECLARATION_TYPEDEF && is_value)
            visit_type(lowering, declaration->type, true);
        if (is_aggregate(declaration) && lowering->in_parameters)
            add_struct_forward(lowering, declaration);
    }
}

static void visit_needs(struct lowering *lowering, const struct ast_declaration *declaration)
{
    const struct ast_member *field, *parameter;
    const struct ast_method *method;

    visit_type(lowering, declaration->type, declaration->kind == DECLARATION_CONST);
    for (field = declaration->fields; field && !declaration->is_dispinterface; field = field->next)
        visit_type(lowering, field->type, true);
    if (declaration->kind != DECLARATION_INTERFACE)
        return;
    if (declaration->base)
        visit_declaration(lowering, declaration->base->definition);
    for (method = declaration->methods; method && !declaration->is_dispinterface; method = method->next) {
        visit_type(lowering, method->type->target, true);
        lowering->in_parameters++;
        for (parameter = method->type->parameters; parameter; parameter = parameter->next)
            visit_type(lowering, parameter->type, true);
        lowering->in_parameters--;
    }
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
    constant->doc = ir_lower_doc(lowering, declaration->doc, declaration->attributes);
    constant->span = declaration->name.span;
    constant->type = ir_lower_type(lowering, declaration->type);
    constant->value = declaration->value;
    add_item(lowering, ITEM_CONST)->constant = constant;
}

static void add_typedef(struct lowering *lowering, const struct ast_declaration *declaration)
{
    struct ir_typedef *alias = arena_alloc(lowering->arena, sizeof(*alias));

    alias->name = declaration->name.text;
    alias->doc = ir_lower_doc(lowering, declaration->doc, declaration->attributes);
    alias->span = declaration->name.span;
    alias->type = ir_lower_type(lowering, declaration->type);
    if (ir_is_bstr(alias->name, alias->type))
        return; /* com.h has it */
    if (windows_is_type(alias->name, alias->type)) {
        lowering->uses_windows = true; /* its header has the very type */
        return;
    }
    add_item(lowering, ITEM_TYPEDEF)->alias = alias;
}

static void add_variable(struct lowering *lowering, const struct ast_declaration *declaration)
{
    struct ir_variable *variable = arena_alloc(lowering->arena, sizeof(*variable));

    variable->name = declaration->name.text;
    variable->type = ir_lower_type(lowering, declaration->type);
    add_item(lowering, ITEM_VARIABLE)->variable = variable;
}

static void add_guid(struct lowering *lowering, const struct ast_declaration *declaration, const char *prefix)
{
    const struct ast_attribute *uuid = attribute_find(declaration->attributes, ATTRIBUTE_UUID);
    struct ir_guid *guid = arena_alloc(lowering->arena, sizeof(*guid));

    if (!uuid || !uuid->uuid || !uuid_parse(uuid->uuid, guid->uuid))
        return;
    guid->name = arena_format(lowering->arena, "%s_%s", prefix, declaration->name.text);
    add_item(lowering, ITEM_GUID)->guid = guid;
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
    case DECLARATION_UNION:
        add_item(lowering, ITEM_STRUCT)->structure = ir_lower_struct(lowering, declaration);
        break;
    case DECLARATION_ENUM:
        add_item(lowering, ITEM_ENUM)->enumeration = ir_lower_enum(lowering, declaration);
        break;
    case DECLARATION_INTERFACE:
        add_forward(lowering, ir_lower_interface(lowering, declaration));
        if (!declaration->is_forward)
            add_item(lowering, ITEM_INTERFACE)->interface = ir_complete_interface(lowering, declaration);
        break;
    case DECLARATION_CPP_QUOTE:
        add_item(lowering, ITEM_QUOTE)->quote = declaration->text;
        lowering->uses_windows |= windows_is_used(declaration->text);
        break;
    case DECLARATION_VARIABLE:
        add_variable(lowering, declaration);
        break;
    case DECLARATION_COCLASS:
        add_guid(lowering, declaration, "CLSID");
        break;
    case DECLARATION_LIBRARY:
        add_guid(lowering, declaration, "LIBID");
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
    if (declaration->is_nested || declaration->is_c) {
        visit_needs(lowering, declaration);
        declaration->visit = VISIT_DONE;
        return;
    }
    /* A forward declaration whose definition is in the file says nothing more. */
    if (!declaration->is_forward || declaration->definition == declaration) {
        visit_needs(lowering, declaration);
        add_declaration(lowering, declaration);
    }
    declaration->visit = VISIT_DONE;
}

/* C headers of #include whose declarations the file takes: they stand nowhere else. */
static void lower_c_includes(struct lowering *lowering, struct ir_file *file)
{
    const struct ast_declaration *declaration;
    const struct included_file *included;
    const char **names;
    uint32_t count = 0;

    for (included = lowering->main->included; included; included = included->next)
        count++;
    names = arena_alloc(lowering->arena, count * sizeof(*names));
    file->c_includes = names;
    for (included = lowering->main->included; included; included = included->next)
        for (declaration = lowering->main->declarations; declaration; declaration = declaration->next)
            if (declaration->is_c && declaration->name.span.source == included->file->source &&
                !windows_has_header(included->file->source->relative)) {
                names[file->c_include_count++] = included->file->source->relative;
                break;
            }
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
        if (!windows_has_header(import->unit->source->relative))
            imports[count++] = import->unit->source->relative;
        else
            lowering.uses_windows = true;
    file->path = lowering.main->source->relative;
    file->imports = imports;
    file->import_count = count;
    file->uses_windows = lowering.uses_windows;
    lower_c_includes(&lowering, file);
    file->items = lowering.items;
    file->item_count = lowering.item_count;
    file->forwards = (const struct ir_interface *const *)lowering.forwards.items;
    file->forward_count = lowering.forwards.count;
    file->struct_forwards = (const struct ir_struct *const *)lowering.struct_forwards.items;
    file->struct_forward_count = lowering.struct_forwards.count;
    ir_mark_apart(file);
    return file;
}
