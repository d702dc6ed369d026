#include "check_internal.h"
#include "fold.h"

#include <string.h>

/* ---- what types are ---- */

const struct ast_type *check_resolve(const struct ast_type *type)
{
    while (type->kind == AST_TYPE_NAME && type->declaration && type->declaration->kind == DECLARATION_TYPEDEF)
        type = type->declaration->type;
    return type;
}

enum base_type check_base(const struct ast_type *type)
{
    type = check_resolve(type);
    return type->kind == AST_TYPE_BASE ? type->base : BASE_NONE;
}

/* ---- types that contain themselves ---- */

enum visit { VISIT_NEW, VISIT_RUNNING, VISIT_DONE };

static void report_cycle(struct compilation *compilation, const struct ast_declaration *declaration)
{
    diagnose_error(compilation->diagnostics, ERROR_CONTAINS_ITSELF, declaration->name.span,
                   "%s '%s' contains itself",
                   declaration->kind == DECLARATION_STRUCT  ? "struct"
                   : declaration->kind == DECLARATION_UNION ? "union"
                                                            : "type",
                   declaration->name.text ? declaration->name.text : "");
}

/*
 * A typedef needs all that its type names, even behind pointers; structs end the search, they may point back.
 */
static void check_typedef_cycle(struct compilation *compilation, struct ast_declaration *declaration)
{
    const struct ast_type *type;

    if (declaration->kind != DECLARATION_TYPEDEF || declaration->visit == VISIT_DONE || declaration->is_c)
        return;
    if (declaration->visit == VISIT_RUNNING) {
        report_cycle(compilation, declaration);
        return;
    }
    declaration->visit = VISIT_RUNNING;
    for (type = declaration->type; type; type = type->target)
        if (type->declaration)
            check_typedef_cycle(compilation, type->declaration);
    declaration->visit = VISIT_DONE;
}

/* A struct needs the structs among its fields, but not those that fields point to. */
static void check_struct_cycle(struct compilation *compilation, struct ast_declaration *declaration)
{
    const struct ast_member *field;

    if ((declaration->kind != DECLARATION_STRUCT && declaration->kind != DECLARATION_UNION) ||
        declaration->visit == VISIT_DONE || declaration->is_c)
        return;
    if (declaration->visit == VISIT_RUNNING) {
        report_cycle(compilation, declaration);
        return;
    }
    declaration->visit = VISIT_RUNNING;
    for (field = declaration->fields; field; field = field->next) {
        const struct ast_type *type = field->type ? check_resolve(field->type) : NULL;

        while (type && type->kind == AST_TYPE_ARRAY)
            type = check_resolve(type->target);
        if (type && type->kind == AST_TYPE_TAGGED && type->declaration && type->declaration->definition)
            check_struct_cycle(compilation, type->declaration->definition);
    }
    declaration->visit = VISIT_DONE;
}

void check_one(struct compilation *compilation, struct ast_declaration *declaration,
               void (*run)(struct compilation *compilation, struct ast_declaration *declaration))
{
    uint32_t before = compilation->diagnostics->error_count;

    if (declaration->is_c || declaration->is_broken)
        return;
    run(compilation, declaration);
    declaration->is_broken |= compilation->diagnostics->error_count != before;
}

static void for_each(struct compilation *compilation,
                     void (*run)(struct compilation *compilation, struct ast_declaration *declaration))
{
    struct ast_declaration *declaration;
    const struct ast_unit *unit;

    for (unit = compilation->units; unit; unit = unit->next)
        for (declaration = unit->declarations; declaration; declaration = declaration->next)
            check_one(compilation, declaration, run);
}

static void reset_visit(struct compilation *compilation, struct ast_declaration *declaration)
{
    (void)compilation;
    declaration->visit = VISIT_NEW;
}

static void check_typedefs(struct compilation *compilation)
{
    for_each(compilation, reset_visit);
    for_each(compilation, check_typedef_cycle);
}

static void check_layouts(struct compilation *compilation)
{
    for_each(compilation, reset_visit);
    for_each(compilation, check_struct_cycle);
    for_each(compilation, reset_visit);
}

/* ---- types of values ---- */

static void check_named_value(struct compilation *compilation, const struct ast_type *type, struct span span)
{
    const struct ast_declaration *declaration = type->declaration;

    if (!declaration || declaration->is_c)
        return;
    if (declaration->kind == DECLARATION_INTERFACE) {
        diagnose_error(compilation->diagnostics, ERROR_INTERFACE_BY_VALUE, span,
                       "an interface is used through a pointer");
        diagnose_hint(compilation->diagnostics, "write '%s *'", type->name.text);
    } else if (declaration->definition && declaration->definition->is_forward &&
               declaration->kind != DECLARATION_ENUM) {
        diagnose_error(compilation->diagnostics, ERROR_NOT_DEFINED, span, "'%s' is declared but not defined",
                       type->name.text);
        diagnose_note(compilation->diagnostics, declaration->definition->name.span, "declared here");
    }
}

void check_value_type(struct compilation *compilation, const struct ast_type *type, struct span span,
                      bool is_result)
{
    const struct ast_type *resolved = check_resolve(type);

    while (resolved->kind == AST_TYPE_ARRAY)
        resolved = check_resolve(resolved->target);
    if (resolved->kind == AST_TYPE_FUNCTION)
        diagnose_error(compilation->diagnostics, ERROR_FUNCTION_BY_VALUE, span,
                       "a function is used through a pointer");
    else if (resolved->kind == AST_TYPE_BASE && resolved->base == BASE_VOID && !is_result)
        diagnose_error(compilation->diagnostics, ERROR_VOID_VALUE, span, "there are no values of type void");
    else if (resolved->kind == AST_TYPE_NAME || resolved->kind == AST_TYPE_TAGGED)
        check_named_value(compilation, resolved, span);
}

/* ---- attributes of parameters and fields ---- */

static void check_range(struct compilation *compilation, const struct ast_attribute *range,
                        const struct ast_type *type)
{
    struct value low = fold_expression(compilation, range->arguments);
    struct value high = fold_expression(compilation, range->arguments->next);
    enum base_type base;

    type = check_resolve(type);
    if (type->kind == AST_TYPE_POINTER)
        type = check_resolve(type->target);
    base = check_base(type);
    if (low.kind == VALUE_NONE || high.kind == VALUE_NONE)
        return;
    if (!base_types[base].is_integer)
        diagnose_error(compilation->diagnostics, ERROR_BAD_RANGE, range->name.span,
                       "[range] goes with integers");
    else if (low.kind != VALUE_INTEGER || high.kind != VALUE_INTEGER)
        diagnose_error(compilation->diagnostics, ERROR_BAD_RANGE, range->name.span, "[range] takes integers");
    else if (base_types[base].is_signed ? (int64_t)low.bits > (int64_t)high.bits
                                        : (!low.is_unsigned && (int64_t)low.bits < 0) || low.bits > high.bits)
        diagnose_error(compilation->diagnostics, ERROR_BAD_RANGE, range->name.span,
                       "the range is empty: the smallest value comes first");
    else if (base_types[base].is_signed ? (int64_t)low.bits < base_type_min(base) ||
                                              (int64_t)high.bits > (int64_t)base_type_max(base)
                                        : high.bits > base_type_max(base))
        diagnose_error(compilation->diagnostics, ERROR_BAD_RANGE, range->name.span,
                       "the range does not fit in %s", base_types[base].c_name);
}

static void check_max_len(struct compilation *compilation, const struct ast_attribute *max_len,
                          const struct ast_type *type)
{
    struct value value = fold_expression(compilation, max_len->arguments);

    type = check_resolve(type);
    if (value.kind == VALUE_NONE)
        return;
    if (type->kind != AST_TYPE_POINTER && type->kind != AST_TYPE_ARRAY)
        diagnose_error(compilation->diagnostics, ERROR_BAD_MAX_LEN, max_len->name.span,
                       "[max_len] goes with strings and arrays");
    else if (value.kind != VALUE_INTEGER || value.bits == 0 || value.bits > INT32_MAX)
        diagnose_error(compilation->diagnostics, ERROR_BAD_MAX_LEN, max_len->name.span,
                       "[max_len] takes a number above 0");
}

/* What [string] may be made of: MIDL takes any integer of one or two bytes. */
static bool is_text_unit(const struct ast_type *type)
{
    switch (check_base(type)) {
    case BASE_CHAR:
    case BASE_WCHAR:
    case BASE_UINT8:
    case BASE_UINT16:
        return true;
    default:
        return false;
    }
}

/* Its unit, or a pointer to it: [out] texts that the callee allocates. */
static bool is_text(const struct ast_type *type)
{
    type = check_resolve(type);
    return is_text_unit(type->kind == AST_TYPE_POINTER ? type->target : type);
}

/* Which numbers a message may have is for the plan to know. */
static void check_tag(struct compilation *compilation, const struct ast_attribute *tag)
{
    struct value value = fold_expression(compilation, tag->arguments);

    if (value.kind != VALUE_NONE &&
        (value.kind != VALUE_INTEGER || value.bits == 0 || value.bits > UINT32_MAX))
        diagnose_error(compilation->diagnostics, ERROR_BAD_TAG, tag->name.span,
                       "[tag] takes a number above 0");
}

static void check_fixed(struct compilation *compilation, const struct ast_attribute *fixed,
                        const struct ast_type *type)
{
    enum base_type base;

    while (type->kind == AST_TYPE_POINTER || type->kind == AST_TYPE_ARRAY)
        type = check_resolve(type->target);
    base = check_base(type);
    if (base != BASE_INT32 && base != BASE_UINT32 && base != BASE_INT64 && base != BASE_UINT64)
        diagnose_error(compilation->diagnostics, ERROR_BAD_FIXED, fixed->name.span,
                       "[fixed] goes with integers of 32 and 64 bits");
}

/* Several texts: an array of them, or a pointer to as many as are counted. */
static bool is_text_array(const struct ast_member *member, const struct ast_type *type)
{
    const struct ast_type *element;

    if (type->kind != AST_TYPE_ARRAY &&
        !(type->kind == AST_TYPE_POINTER && attribute_has(member->attributes, ATTRIBUTE_SIZE_IS)))
        return false;
    element = check_resolve(type->target);
    return element->kind == AST_TYPE_POINTER && is_text_unit(element->target);
}

void check_data_attributes(struct compilation *compilation, const struct ast_member *member)
{
    const struct ast_type *type = check_resolve(member->type);
    bool is_pointer = type->kind == AST_TYPE_POINTER || type->kind == AST_TYPE_ARRAY;
    const struct ast_attribute *attribute;

    attribute = attribute_of_member(member, ATTRIBUTE_RANGE);
    if (attribute && attribute->argument_count == 2)
        check_range(compilation, attribute, member->type);
    attribute = attribute_find(member->attributes, ATTRIBUTE_MAX_LEN);
    if (attribute)
        check_max_len(compilation, attribute, member->type);
    attribute = attribute_of_member(member, ATTRIBUTE_STRING);
    if (attribute && is_text_array(member, type))
        attribute = NULL;
    if (attribute && (!is_pointer || !is_text(type->target)))
        diagnose_error(compilation->diagnostics, ERROR_BAD_STRING, attribute->name.span,
                       "[string] goes with char *, char[], wchar_t * and wchar_t[]");
    attribute = attribute_find(member->attributes, ATTRIBUTE_TAG);
    if (attribute && attribute->argument_count == 1)
        check_tag(compilation, attribute);
    attribute = attribute_find(member->attributes, ATTRIBUTE_FIXED);
    if (attribute)
        check_fixed(compilation, attribute, type);
    attribute = attribute_find(member->attributes, ATTRIBUTE_UNIQUE);
    if (!attribute)
        attribute = attribute_find(member->attributes, ATTRIBUTE_REF);
    if (attribute && type->kind != AST_TYPE_POINTER)
        diagnose_error(compilation->diagnostics, ERROR_NOT_A_POINTER, attribute->name.span,
                       "[%s] goes with pointers", attribute->name.text);
}

/* ---- structs and enums ---- */

/* What C has as the end of a struct. */
static void check_no_elements(struct compilation *compilation, const struct ast_type *array)
{
    diagnose_error(compilation->diagnostics, ERROR_BAD_ARRAY_SIZE, array->size->span,
                   "the size of an array is an integer between 1 and %u", ARRAY_COUNT_MAX);
}

static void check_fields(struct compilation *compilation, const struct ast_declaration *structure)
{
    const struct ast_member *field, *earlier;

    if (!structure->fields && !structure->is_forward)
        diagnose_error(compilation->diagnostics, ERROR_EMPTY_DECLARATION, structure->span,
                       "a struct has at least one field");
    for (field = structure->fields; field; field = field->next) {
        const struct ast_type *type = field->type ? check_resolve(field->type) : NULL;

        attributes_check(compilation->diagnostics, field->attributes, TARGET_FIELD);
        if (!type)
            continue;
        for (earlier = structure->fields; earlier != field && field->name.text; earlier = earlier->next)
            if (earlier->name.text && strcmp(earlier->name.text, field->name.text) == 0)
                break;
        if (earlier != field && field->name.text) {
            diagnose_error(compilation->diagnostics, ERROR_DECLARED_TWICE, field->name.span,
                           "field '%s' is declared twice", field->name.text);
            diagnose_note(compilation->diagnostics, earlier->name.span, "first declared here");
        }
        check_value_type(compilation, field->type, field->name.text ? field->name.span : field->type->span,
                         false);
        while (type->kind == AST_TYPE_ARRAY && type->count)
            type = check_resolve(type->target);
        if (type->kind != AST_TYPE_ARRAY || !structure->travels)
            continue;
        if (type->size)
            check_no_elements(compilation, type);
        else if (!attribute_has(field->attributes, ATTRIBUTE_SIZE_IS))
            diagnose_error(compilation->diagnostics, ERROR_FIELD_WITHOUT_SIZE, field->name.span,
                           "the size of array field '%s' is missing", field->name.text);
    }
}

static void check_declaration(struct compilation *compilation, struct ast_declaration *declaration)
{
    struct diagnostics *diagnostics = compilation->diagnostics;

    switch (declaration->kind) {
    case DECLARATION_STRUCT:
        if (!declaration->is_in_typedef)
            attributes_check(diagnostics, declaration->attributes, TARGET_STRUCT);
        check_fields(compilation, declaration);
        break;
    case DECLARATION_UNION:
        if (!declaration->is_in_typedef)
            attributes_check(diagnostics, declaration->attributes, TARGET_UNION);
        check_fields(compilation, declaration);
        break;
    case DECLARATION_COCLASS:
        attributes_check(diagnostics, declaration->attributes, TARGET_COCLASS);
        break;
    case DECLARATION_LIBRARY:
        attributes_check(diagnostics, declaration->attributes, TARGET_LIBRARY);
        break;
    case DECLARATION_ENUM:
        if (!declaration->is_in_typedef)
            attributes_check(diagnostics, declaration->attributes, TARGET_ENUM);
        if (!declaration->enumerators && !declaration->is_forward)
            diagnose_error(diagnostics, ERROR_EMPTY_DECLARATION, declaration->span,
                           "an enum has at least one value");
        break;
    case DECLARATION_TYPEDEF:
        attributes_check(diagnostics, declaration->attributes, TARGET_TYPEDEF);
        break;
    case DECLARATION_CONST:
        attributes_check(diagnostics, declaration->attributes, TARGET_CONST);
        break;
    default:
        break;
    }
}

static void check_declarations(struct compilation *compilation)
{
    for_each(compilation, check_declaration);
}

/* What says something of messages is meant, even if nothing of the file sends them. */
static void check_field_attributes(struct compilation *compilation, struct ast_declaration *declaration)
{
    const struct ast_member *field;

    if (compilation->level == LEVEL_DESCRIBE ||
        (declaration->kind != DECLARATION_STRUCT && declaration->kind != DECLARATION_UNION) ||
        !(declaration->travels || compile_is_own(compilation, declaration)))
        return;
    for (field = declaration->fields; field; field = field->next)
        if (field->type)
            check_data_attributes(compilation, field);
}

static void check_all_fields(struct compilation *compilation)
{
    for_each(compilation, check_field_attributes);
}

/* ---- the steps ---- */

static const struct {
    const char *name;
    void (*run)(struct compilation *compilation);
} STEPS[] = {
    {"what travels", check_reach},
    {"typedefs do not name themselves", check_typedefs},
    {"structs do not contain themselves", check_layouts},
    {"declarations", check_declarations},
    {"attributes of interfaces", check_interface_attributes},
    {"inheritance", check_inheritance},
    {"uuids", check_uuids},
    {"attributes of fields", check_all_fields},
    {"methods and parameters", check_methods},
};

void check(struct compilation *compilation)
{
    uint32_t before;
    size_t i;

    /* Each step may take for granted what the ones before proved: what failed is left out. */
    for (i = 0; i < sizeof(STEPS) / sizeof(STEPS[0]); i++) {
        before = compilation->diagnostics->error_count;
        STEPS[i].run(compilation);
        if (compilation->diagnostics->error_count != before)
            compile_spread_errors(compilation);
    }
}
