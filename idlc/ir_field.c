/* What attributes say of fields: sizes, interfaces, and which arm of a union is there. */
#include "attributes.h"
#include "bind.h"
#include "compile.h"
#include "fold.h"
#include "ir_internal.h"

#include <string.h>

static struct ast_expression *argument_of(const struct ast_member *member, enum attribute_id id)
{
    const struct ast_attribute *attribute = attribute_find(member->attributes, id);

    return attribute ? attribute->arguments : NULL;
}

/* A constant: a number, the name of one, or an expression of them. */
static bool is_constant(const struct lowering *lowering, const struct ast_expression *expression)
{
    if (!expression)
        return true;
    if (expression->kind == EXPRESSION_NAME && !expression->declaration &&
        !names_find(&lowering->compilation->names, expression->text))
        return false;
    if (expression->kind == EXPRESSION_UNARY && expression->operation == '*')
        return false;
    return is_constant(lowering, expression->condition) && is_constant(lowering, expression->left) &&
           is_constant(lowering, expression->right);
}

static struct ir_size lower_counter(struct lowering *lowering, const struct ast_declaration *structure,
                                    const struct ast_member *member, enum attribute_id id,
                                    struct ir_field *field)
{
    struct ast_expression *expression = argument_of(member, id);
    struct ir_size size = {.kind = IR_SIZE_NONE};
    struct value value;
    uint32_t index;

    if (!expression)
        return size;
    if (expression->kind == EXPRESSION_NAME && ir_find_member(structure->fields, expression->text, &index))
        return (struct ir_size){.kind = IR_SIZE_PARAM, .param = index};
    if (!is_constant(lowering, expression) || id == ATTRIBUTE_SWITCH_IS || id == ATTRIBUTE_IID_IS) {
        field->refusal =
            expression->kind == EXPRESSION_NAME
                ? arena_format(lowering->arena, "'%s' is no field beside it", expression->text)
                : "its size is no field beside it, and no constant: sizes are computed of parameters only";
        return size;
    }
    bind_constant(lowering->compilation, expression);
    value = fold_expression(lowering->compilation, expression);
    if (value.kind != VALUE_INTEGER || value.bits == 0 || value.bits > INT32_MAX)
        field->refusal = "its size is no number above 0";
    else
        size = (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = (uint32_t)value.bits};
    return size;
}

void ir_lower_field(struct lowering *lowering, const struct ast_declaration *declaration,
                    const struct ast_member *member, struct ir_field *field)
{
    const struct ast_attribute *size = attribute_find(member->attributes, ATTRIBUTE_SIZE_IS);

    field->is_unique = attribute_has(member->attributes, ATTRIBUTE_UNIQUE);
    field->is_ref = attribute_has(member->attributes, ATTRIBUTE_REF);
    if (lowering->compilation->level == LEVEL_DESCRIBE)
        return;
    if (size && size->argument_count > 1)
        field->refusal = "its size has several dimensions; write one array with all elements";
    else if (attribute_has(member->attributes, ATTRIBUTE_MAX_IS))
        field->refusal =
            "max_is(n) is size_is(n + 1), and the size of an array in a struct is a field or a constant";
    lowering->compilation->diagnostics->suspended += !declaration->travels;
    field->size = lower_counter(lowering, declaration, member, ATTRIBUTE_SIZE_IS, field);
    field->length = lower_counter(lowering, declaration, member, ATTRIBUTE_LENGTH_IS, field);
    field->iid = lower_counter(lowering, declaration, member, ATTRIBUTE_IID_IS, field);
    field->choice = lower_counter(lowering, declaration, member, ATTRIBUTE_SWITCH_IS, field);
    lowering->compilation->diagnostics->suspended -= !declaration->travels;
}

/* ---- evolution ---- */

/* n, n-m or "name". */
static bool lower_one_reserved(struct lowering *lowering, const struct ast_expression *expression,
                               struct ir_reserved *reserved)
{
    bool is_range = expression->kind == EXPRESSION_BINARY && expression->operation == '-';
    struct value first = fold_expression(lowering->compilation, is_range ? expression->left : expression);
    struct value last = is_range ? fold_expression(lowering->compilation, expression->right) : first;

    if (first.kind == VALUE_STRING && !is_range) {
        reserved->name = first.text;
        return true;
    }
    reserved->first = (uint32_t)first.bits;
    reserved->last = (uint32_t)last.bits;
    return first.kind == VALUE_INTEGER && last.kind == VALUE_INTEGER && first.bits > 0 &&
           first.bits <= last.bits && last.bits <= UINT32_MAX;
}

const struct ir_reserved *ir_lower_reserved(struct lowering *lowering, const struct ast_attribute *attributes,
                                            uint32_t *out_count)
{
    const struct ast_attribute *attribute = attribute_find(attributes, ATTRIBUTE_RESERVED);
    const struct ast_expression *argument = attribute ? attribute->arguments : NULL;
    struct ir_reserved *reserved;

    *out_count = 0;
    if (!argument)
        return NULL;
    reserved = arena_alloc(lowering->arena, attribute->argument_count * sizeof(*reserved));
    for (; argument; argument = argument->next)
        if (lower_one_reserved(lowering, argument, &reserved[*out_count]))
            ++*out_count;
        else
            diagnose_error(lowering->compilation->diagnostics, ERROR_BAD_RESERVED, argument->span,
                           "[reserved] takes numbers from 1, first-last, and \"names\"");
    return reserved;
}

const char *ir_lower_doc(struct lowering *lowering, const char *doc, const struct ast_attribute *attributes)
{
    static const struct {
        enum attribute_id id;
        const char *word;
    } SAID[] = {{ATTRIBUTE_SINCE, "since"}, {ATTRIBUTE_DEPRECATED, "deprecated"}};
    const struct ast_attribute *attribute;
    struct value value;
    size_t i;

    for (i = 0; i < sizeof(SAID) / sizeof(SAID[0]); i++) {
        attribute = attribute_find(attributes, SAID[i].id);
        if (!attribute)
            continue;
        doc = arena_format(lowering->arena, "%s%s@%s", doc ? doc : "", doc ? "\n" : "", SAID[i].word);
        if (!attribute->arguments || (attribute->arguments->kind != EXPRESSION_STRING &&
                                      attribute->arguments->kind != EXPRESSION_INTEGER))
            continue;
        value = fold_expression(lowering->compilation, attribute->arguments);
        if (value.kind == VALUE_STRING)
            doc = arena_format(lowering->arena, "%s %s", doc, value.text);
        else
            doc = arena_format(lowering->arena, "%s %llu", doc, (unsigned long long)value.bits);
    }
    return doc;
}

/* ---- unions ---- */

static uint32_t count_labels(const struct ast_expression *label)
{
    uint32_t count = 0;

    for (; label; label = label->next)
        count++;
    return count;
}

static struct ir_case *add_cases(struct lowering *lowering, const struct ast_expression *label,
                                 struct ir_case arm, struct ir_case *to)
{
    for (; label; label = label->next) {
        arm.value = (int64_t)fold_expression(lowering->compilation, label).bits;
        *to++ = arm;
    }
    return to;
}

void ir_lower_cases(struct lowering *lowering, const struct ast_declaration *declaration,
                    struct ir_struct *structure)
{
    struct ir_case *cases, *end, arm = {0, false, 0};
    const struct ast_member *member;
    uint32_t count = 0;

    if (declaration->kind != DECLARATION_UNION || lowering->compilation->level == LEVEL_DESCRIBE)
        return;
    for (member = declaration->fields; member; member = member->next)
        count += count_labels(member->cases) + count_labels(argument_of(member, ATTRIBUTE_CASE));
    cases = end = arena_alloc(lowering->arena, count * sizeof(*cases));
    for (member = declaration->fields; member; member = member->next) {
        arm.is_empty = !member->type;
        end = add_cases(lowering, member->cases, arm, end);
        end = add_cases(lowering, argument_of(member, ATTRIBUTE_CASE), arm, end);
        if (member->is_default || attribute_has(member->attributes, ATTRIBUTE_DEFAULT)) {
            structure->has_default = true;
            structure->other = arm;
        }
        arm.arm += !arm.is_empty;
    }
    structure->cases = cases;
    structure->case_count = count;
}
