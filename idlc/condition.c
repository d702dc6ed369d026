/* The expressions of #if and #elif. */
#include "preprocess_internal.h"

#include <string.h>

#define CONDITION_DEPTH_MAX 100

struct condition {
    struct preprocessor *preprocessor;
    struct token_range tokens;
    uint32_t at;
    uint32_t depth;
    const char *error; /* the first thing that is wrong */
};

static int64_t evaluate(struct condition *condition, unsigned lowest);

static int punctuation(const struct condition *condition)
{
    return condition->at < condition->tokens.count ? condition->tokens.tokens[condition->at].punctuation : 0;
}

static int64_t fail(struct condition *condition, const char *error)
{
    if (!condition->error)
        condition->error = error;
    condition->at = condition->tokens.count;
    return 0;
}

static int64_t primary(struct condition *condition)
{
    const struct token *token;
    int64_t value;

    if (condition->at == condition->tokens.count)
        return fail(condition, "a value is missing");
    token = &condition->tokens.tokens[condition->at++];
    switch (token->kind) {
    case TOKEN_INTEGER:
    case TOKEN_CHARACTER:
        return (int64_t)token->value;
    case TOKEN_NAME: /* what no macro defines is 0; a call of it too */
        if (punctuation(condition) == '(') {
            while (condition->at < condition->tokens.count && punctuation(condition) != ')')
                condition->at++;
            condition->at += condition->at < condition->tokens.count;
        }
        return 0;
    default:
        break;
    }
    if (token->punctuation != '(')
        return fail(condition, "expected a number, a name or defined(NAME)");
    value = evaluate(condition, 0);
    if (punctuation(condition) != ')')
        return fail(condition, "a ')' is missing");
    condition->at++;
    return value;
}

static int64_t unary(struct condition *condition)
{
    int64_t value = 0;

    if (++condition->depth > CONDITION_DEPTH_MAX)
        return fail(condition, "nested too deeply");
    switch (punctuation(condition)) {
    case '!':
        condition->at++;
        value = !unary(condition);
        break;
    case '-':
        condition->at++;
        value = (int64_t)(0 - (uint64_t)unary(condition));
        break;
    case '+':
        condition->at++;
        value = unary(condition);
        break;
    case '~':
        condition->at++;
        value = ~unary(condition);
        break;
    default:
        value = primary(condition);
        break;
    }
    condition->depth--;
    return value;
}

static unsigned precedence(int operation)
{
    static const struct {
        int operation;
        unsigned level;
    } LEVELS[] = {
        {PUNCTUATION_OR, 2},
        {PUNCTUATION_AND, 3},
        {'|', 4},
        {'^', 5},
        {'&', 6},
        {PUNCTUATION_EQUAL, 7},
        {PUNCTUATION_NOT_EQUAL, 7},
        {'<', 8},
        {'>', 8},
        {PUNCTUATION_LESS_EQUAL, 8},
        {PUNCTUATION_GREATER_EQUAL, 8},
        {PUNCTUATION_SHIFT_LEFT, 9},
        {PUNCTUATION_SHIFT_RIGHT, 9},
        {'+', 10},
        {'-', 10},
        {'*', 11},
        {'/', 11},
        {'%', 11},
    };
    size_t i;

    for (i = 0; i < sizeof(LEVELS) / sizeof(LEVELS[0]); i++)
        if (LEVELS[i].operation == operation)
            return LEVELS[i].level;
    return 0;
}

static int64_t combine(int operation, int64_t left, int64_t right)
{
    uint64_t a = (uint64_t)left, b = (uint64_t)right;

    switch (operation) {
    case PUNCTUATION_OR:
        return left || right;
    case PUNCTUATION_AND:
        return left && right;
    case '|':
        return (int64_t)(a | b);
    case '^':
        return (int64_t)(a ^ b);
    case '&':
        return (int64_t)(a & b);
    case PUNCTUATION_EQUAL:
        return left == right;
    case PUNCTUATION_NOT_EQUAL:
        return left != right;
    case '<':
        return left < right;
    case '>':
        return left > right;
    case PUNCTUATION_LESS_EQUAL:
        return left <= right;
    case PUNCTUATION_GREATER_EQUAL:
        return left >= right;
    case PUNCTUATION_SHIFT_LEFT:
        return (int64_t)(a << (b & 63));
    case PUNCTUATION_SHIFT_RIGHT:
        return left < 0 ? (int64_t) ~(~a >> (b & 63)) : (int64_t)(a >> (b & 63));
    case '+':
        return (int64_t)(a + b);
    case '-':
        return (int64_t)(a - b);
    case '*':
        return (int64_t)(a * b);
    default: /* a division, by what is not 0 */
        if (right == -1)
            return operation == '/' ? (int64_t)(0 - a) : 0;
        return operation == '/' ? left / right : left % right;
    }
}

static int64_t evaluate(struct condition *condition, unsigned lowest)
{
    int64_t left = unary(condition);

    for (;;) {
        int operation = punctuation(condition);
        unsigned level = precedence(operation);
        int64_t right, other;

        if (operation == '?' && lowest <= 1) {
            condition->at++;
            right = evaluate(condition, 0);
            if (punctuation(condition) != ':')
                return fail(condition, "a ':' is missing");
            condition->at++;
            other = evaluate(condition, 1);
            left = left ? right : other;
            continue;
        }
        if (level <= lowest || level == 0)
            return left;
        condition->at++;
        right = evaluate(condition, level);
        if ((operation == '/' || operation == '%') && right == 0)
            return fail(condition, "division by zero");
        left = combine(operation, left, right);
    }
}

/* `defined NAME` must be answered before macros are expanded. */
static void answer_defined(struct preprocessor *preprocessor, struct token_range line,
                           struct token_buffer *out)
{
    uint32_t i;

    for (i = 0; i < line.count; i++) {
        struct token token = line.tokens[i];
        uint32_t name = i + 1 < line.count && line.tokens[i + 1].punctuation == '(' ? i + 2 : i + 1;

        if (token.kind == TOKEN_NAME && strcmp(token.text, "defined") == 0 && name < line.count &&
            line.tokens[name].kind == TOKEN_NAME) {
            token.kind = TOKEN_INTEGER;
            token.value = macro_is_defined(preprocessor, line.tokens[name].text);
            i = name + (name == i + 2 && name + 1 < line.count && line.tokens[name + 1].punctuation == ')');
        }
        token_buffer_add(out, &token);
    }
}

bool condition_evaluate(struct preprocessor *preprocessor, struct token_range line, struct span directive)
{
    struct token_buffer answered = {.arena = preprocessor->arena}, expanded = {.arena = preprocessor->arena};
    struct condition condition = {.preprocessor = preprocessor};
    int64_t value;

    answer_defined(preprocessor, line, &answered);
    macro_expand(preprocessor, (struct token_range){answered.tokens, answered.count}, &expanded);
    condition.tokens = (struct token_range){expanded.tokens, expanded.count};
    value = evaluate(&condition, 0);
    if (!condition.error && condition.at < condition.tokens.count)
        condition.error = "what stands behind the expression is not understood";
    if (!condition.error)
        return value != 0;
    diagnose_error(preprocessor->diagnostics, ERROR_BAD_CONDITION, directive, "bad condition: %s",
                   condition.error);
    return false;
}
