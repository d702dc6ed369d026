#include "computed_size.h"
#include <string.h>
#include <wire_size.h>

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_";
static const char LETTERS_AND_DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";

/* As in C: the higher, the tighter. */
static const struct {
    const char *sign;
    enum computing kind;
    uint32_t binds;
} OPERATORS[] = {
    {"|", COMPUTE_OR, 1},          {"^", COMPUTE_XOR, 2},          {"&", COMPUTE_AND, 3},
    {"<<", COMPUTE_SHIFT_LEFT, 4}, {">>", COMPUTE_SHIFT_RIGHT, 4}, {"+", COMPUTE_ADD, 5},
    {"-", COMPUTE_SUBTRACT, 5},    {"*", COMPUTE_MULTIPLY, 6},     {"/", COMPUTE_DIVIDE, 6},
    {"%", COMPUTE_REMAINDER, 6},
};

struct parser {
    const char *at;
    const struct type_member *members;
    uint32_t member_count;
    uint32_t brackets; /* that are open */
    struct type_term terms[TYPE_INFO_TERMS_MAX];
    uint32_t count;
};

/* ---- reading ---- */

static bool parse_expression(struct parser *parser, uint32_t binds);

static void skip_spaces(struct parser *parser)
{
    parser->at += strspn(parser->at, " ");
}

static bool add(struct parser *parser, enum computing kind, int64_t value)
{
    if (parser->count == TYPE_INFO_TERMS_MAX)
        return false;
    parser->terms[parser->count++] = (struct type_term){kind, value};
    return true;
}

static bool parse_number(struct parser *parser)
{
    int64_t value = 0;

    for (; *parser->at >= '0' && *parser->at <= '9'; parser->at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *parser->at - '0', &value))
            return false;
    return add(parser, COMPUTE_CONSTANT, value);
}

/* Both sides have it before the call, and it is no pointer. */
static bool can_compute(const struct type_member *member)
{
    return type_kind_is_integer(member->kind) && member->shape == SHAPE_VALUE && member->is_in &&
           !member->is_out && !member->is_unique && !member->is_indirect;
}

static bool parse_name(struct parser *parser)
{
    size_t length = strspn(parser->at, LETTERS_AND_DIGITS);
    uint32_t i;

    for (i = 0; i < parser->member_count; i++) {
        const struct type_member *member = &parser->members[i];

        if (strlen(member->name) != length || strncmp(member->name, parser->at, length) != 0)
            continue;
        parser->at += length;
        return can_compute(member) && add(parser, COMPUTE_PARAM, i);
    }
    return false;
}

static bool parse_operand(struct parser *parser)
{
    skip_spaces(parser);
    if (*parser->at >= '0' && *parser->at <= '9')
        return parse_number(parser);
    if (*parser->at && strchr(LETTERS, *parser->at))
        return parse_name(parser);
    if (*parser->at != '(' || parser->brackets == TYPE_INFO_TERMS_MAX)
        return false;
    parser->at++;
    parser->brackets++;
    if (!parse_expression(parser, 0) || *parser->at != ')')
        return false;
    parser->at++;
    parser->brackets--;
    return true;
}

/* Operators that bind at least so tightly, and what they take. */
static bool parse_expression(struct parser *parser, uint32_t binds)
{
    size_t i = 0;

    if (!parse_operand(parser))
        return false;
    while (i < sizeof(OPERATORS) / sizeof(OPERATORS[0])) {
        size_t length = strlen(OPERATORS[i].sign);

        skip_spaces(parser);
        if (OPERATORS[i].binds < binds || strncmp(parser->at, OPERATORS[i].sign, length) != 0) {
            i++;
            continue;
        }
        parser->at += length;
        if (!parse_expression(parser, OPERATORS[i].binds + 1) || !add(parser, OPERATORS[i].kind, 0))
            return false;
        i = 0;
    }
    return true;
}

bool computed_size_read(struct pool *pool, const char *text, const struct type_member *members,
                        uint32_t count, const struct type_term **out_terms, uint32_t *out_term_count)
{
    struct parser parser = {.at = text, .members = members, .member_count = count};
    struct type_term *terms;

    if (!parse_expression(&parser, 0) || *parser.at)
        return false;
    terms = pool_alloc(pool, parser.count * sizeof(*terms));
    memcpy(terms, parser.terms, parser.count * sizeof(*terms));
    *out_terms = terms;
    *out_term_count = parser.count;
    return true;
}

/* ---- computing ---- */

static int64_t compute(enum computing kind, int64_t left, int64_t right)
{
    switch (kind) {
    case COMPUTE_ADD:
        return wire_size_add(left, right);
    case COMPUTE_SUBTRACT:
        return wire_size_subtract(left, right);
    case COMPUTE_MULTIPLY:
        return wire_size_multiply(left, right);
    case COMPUTE_DIVIDE:
        return wire_size_divide(left, right);
    case COMPUTE_REMAINDER:
        return wire_size_remainder(left, right);
    case COMPUTE_SHIFT_LEFT:
        return wire_size_shift_left(left, right);
    case COMPUTE_SHIFT_RIGHT:
        return wire_size_shift_right(left, right);
    case COMPUTE_AND:
        return wire_size_and(left, right);
    case COMPUTE_OR:
        return wire_size_or(left, right);
    case COMPUTE_XOR:
        return wire_size_xor(left, right);
    default:
        return WIRE_SIZE_BAD;
    }
}

bool computed_size_value(const struct type_size *size, const struct type_member *members,
                         const uint64_t *counts, const bool *is_counted, int64_t *out_value)
{
    int64_t values[TYPE_INFO_TERMS_MAX];
    uint32_t depth = 0, i;

    for (i = 0; i < size->term_count; i++) {
        const struct type_term *term = &size->terms[i];

        if (term->kind == COMPUTE_CONSTANT) {
            values[depth++] = term->value;
        } else if (term->kind != COMPUTE_PARAM) {
            depth--;
            values[depth - 1] = compute(term->kind, values[depth - 1], values[depth]);
        } else if (!is_counted[term->value]) {
            return false;
        } else {
            values[depth++] = type_kind_is_signed(members[term->value].kind)
                                  ? (int64_t)counts[term->value]
                                  : wire_size_of(counts[term->value]);
        }
    }
    *out_value = values[0];
    return true;
}
