/* What size_is and its kin say of parameters: one that counts, a constant, or an expression of them. */
#include "attributes.h"
#include "bind.h"
#include "compile.h"
#include "fold.h"
#include "ir_internal.h"

#include <string.h>

bool ir_is_inner_size(const struct ast_attribute *attribute)
{
    return attribute && attribute->argument_count == 2 && attribute->arguments->kind == EXPRESSION_ABSENT;
}

const struct ast_expression *ir_size_without_casts(const struct ast_expression *expression)
{
    while (expression && expression->kind == EXPRESSION_CAST)
        expression = expression->left;
    return expression;
}

enum ir_term_kind ir_term_of(int operation)
{
    switch (operation) {
    case '+':
        return TERM_ADD;
    case '-':
        return TERM_SUBTRACT;
    case '*':
        return TERM_MULTIPLY;
    case '/':
        return TERM_DIVIDE;
    case '%':
        return TERM_REMAINDER;
    case '&':
        return TERM_AND;
    case '|':
        return TERM_OR;
    case '^':
        return TERM_XOR;
    case PUNCTUATION_SHIFT_LEFT:
        return TERM_SHIFT_LEFT;
    case PUNCTUATION_SHIFT_RIGHT:
        return TERM_SHIFT_RIGHT;
    default:
        return TERM_CONSTANT;
    }
}

bool ir_size_names(const struct ast_member *list, const struct ast_expression *expression)
{
    uint32_t index;

    if (!expression)
        return false;
    if (expression->kind == EXPRESSION_NAME && ir_find_member(list, expression->text, &index))
        return true;
    return ir_size_names(list, expression->condition) || ir_size_names(list, expression->left) ||
           ir_size_names(list, expression->right);
}

/* An expression that is being made into terms. */
struct terms {
    struct lowering *lowering;
    const struct ast_member *list;
    struct ir_term items[IR_TERMS_MAX];
    uint32_t count;
    bool has_failed; /* it is of no such form, which the checks have reported where it matters */
};

static void add_term(struct terms *terms, enum ir_term_kind kind, int64_t value)
{
    if (terms->count == IR_TERMS_MAX)
        terms->has_failed = true;
    else
        terms->items[terms->count++] = (struct ir_term){kind, value};
}

static void add_terms(struct terms *terms, const struct ast_expression *expression)
{
    struct value value;
    uint32_t index;

    expression = ir_size_without_casts(expression);
    if (terms->has_failed) {
        return;
    } else if (expression->kind == EXPRESSION_NAME && ir_find_member(terms->list, expression->text, &index)) {
        add_term(terms, TERM_PARAM, index);
    } else if (!ir_size_names(terms->list, expression)) {
        value = fold_expression(terms->lowering->compilation, expression);
        terms->has_failed |= value.kind != VALUE_INTEGER || value.bits > INT64_MAX;
        add_term(terms, TERM_CONSTANT, (int64_t)value.bits);
    } else if (expression->kind == EXPRESSION_UNARY && expression->operation == '-') {
        add_term(terms, TERM_CONSTANT, 0);
        add_terms(terms, expression->left);
        add_term(terms, TERM_SUBTRACT, 0);
    } else if (expression->kind == EXPRESSION_UNARY && expression->operation == '+') {
        add_terms(terms, expression->left);
    } else if (expression->kind == EXPRESSION_BINARY && ir_term_of(expression->operation) != TERM_CONSTANT) {
        add_terms(terms, expression->left);
        add_terms(terms, expression->right);
        add_term(terms, ir_term_of(expression->operation), 0);
    } else {
        terms->has_failed = true;
    }
}

/* `param`: the one that has the size. */
static struct ir_size compute(struct lowering *lowering, const struct ast_member *list,
                              const struct ast_expression *expression, uint32_t param, bool is_largest)
{
    struct terms terms = {.lowering = lowering, .list = list};
    struct ir_term *kept;

    add_terms(&terms, expression);
    if (is_largest) {
        add_term(&terms, TERM_CONSTANT, 1);
        add_term(&terms, TERM_ADD, 0);
    }
    if (terms.has_failed)
        return (struct ir_size){.kind = IR_SIZE_NONE};
    kept = arena_alloc(lowering->arena, terms.count * sizeof(*kept));
    memcpy(kept, terms.items, terms.count * sizeof(*kept));
    return (struct ir_size){
        .kind = IR_SIZE_COMPUTED, .param = param, .terms = kept, .term_count = terms.count};
}

static struct ir_size lower(struct lowering *lowering, const struct ast_member *list, uint32_t param,
                            const struct ast_expression *expression, bool is_largest)
{
    struct ir_size size = {.kind = IR_SIZE_NONE};
    struct value value;

    expression = ir_size_without_casts(expression);
    if (expression->kind == EXPRESSION_UNARY && expression->operation == '*' && !is_largest) {
        expression = ir_size_without_casts(expression->left);
        if (expression->kind == EXPRESSION_NAME && ir_find_member(list, expression->text, &size.param))
            size.kind = IR_SIZE_POINTED;
        return size;
    }
    if (expression->kind == EXPRESSION_NAME && !is_largest &&
        ir_find_member(list, expression->text, &size.param)) {
        size.kind = IR_SIZE_PARAM;
        return size;
    }
    if (ir_size_names(list, expression))
        return compute(lowering, list, expression, param, is_largest);
    bind_constant(lowering->compilation,
                  (struct ast_expression *)(uintptr_t)expression); /* of the tree's own memory */
    value = fold_expression(lowering->compilation, expression);
    if (value.kind != VALUE_INTEGER || value.bits > INT32_MAX)
        return size;
    return (struct ir_size){.kind = IR_SIZE_CONSTANT, .constant = (uint32_t)value.bits + is_largest};
}

struct ir_size ir_lower_size(struct lowering *lowering, const struct ast_member *list,
                             const struct ast_member *member, enum attribute_id id)
{
    const struct ast_attribute *attribute = attribute_find(member->attributes, id);
    bool is_largest = !attribute && id == ATTRIBUTE_SIZE_IS;
    const struct ast_expression *expression;
    struct ir_size size = {.kind = IR_SIZE_NONE};
    const struct ast_member *other;
    uint32_t param = 0;

    if (is_largest)
        attribute = attribute_find(member->attributes, ATTRIBUTE_MAX_IS);
    expression = attribute ? attribute->arguments : NULL;
    if (ir_is_inner_size(attribute))
        expression = expression->next;
    if (!expression || expression->kind == EXPRESSION_ABSENT ||
        lowering->compilation->level == LEVEL_DESCRIBE)
        return size;
    for (other = list; other && other != member; other = other->next)
        param++;
    /* What was not checked, because it does not travel, may be anything. */
    lowering->compilation->diagnostics->suspended++;
    size = lower(lowering, list, param, expression, is_largest);
    lowering->compilation->diagnostics->suspended--;
    return size;
}
