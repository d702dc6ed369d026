/* Computed sizes as text, and what their terms must be. */
#include "wire.h"

#include <inttypes.h>

static const struct {
    const char *sign;
    const char *function; /* of wire_size.h */
} OPERATIONS[] = {
    [TERM_ADD] = {"+", "add"},
    [TERM_SUBTRACT] = {"-", "subtract"},
    [TERM_MULTIPLY] = {"*", "multiply"},
    [TERM_DIVIDE] = {"/", "divide"},
    [TERM_REMAINDER] = {"%", "remainder"},
    [TERM_SHIFT_LEFT] = {"<<", "shift_left"},
    [TERM_SHIFT_RIGHT] = {">>", "shift_right"},
    [TERM_AND] = {"&", "and"},
    [TERM_OR] = {"|", "or"},
    [TERM_XOR] = {"^", "xor"},
};

bool wire_size_is_sound(const struct ir_size *size, const struct ir_method *method)
{
    uint32_t depth = 0, i;

    for (i = 0; i < size->term_count; i++) {
        const struct ir_term *term = &size->terms[i];
        const struct ir_type *type;

        if (term->kind != TERM_CONSTANT && term->kind != TERM_PARAM) {
            if (depth < 2)
                return false;
            depth--;
            continue;
        }
        depth++;
        if (term->value < 0 || (term->kind == TERM_PARAM && term->value >= method->param_count))
            return false;
        type = term->kind == TERM_PARAM ? method->params[term->value].type : NULL;
        if (type && (type->kind != IR_BASE || !base_types[type->base].is_integer ||
                     !method->params[term->value].is_in || method->params[term->value].is_out))
            return false;
    }
    return depth == 1 && size->term_count <= IR_TERMS_MAX;
}

static const char *operand_text(struct arena *arena, const struct ir_method *method,
                                const struct ir_term *term, bool is_code)
{
    const struct ir_param *param;

    if (term->kind == TERM_CONSTANT)
        return arena_format(arena, "%" PRId64, term->value);
    param = &method->params[term->value];
    if (!is_code)
        return param->idl_name;
    if (!base_types[param->type->base].is_signed && base_types[param->type->base].bits == 64)
        return arena_format(arena, "wire_size_of(%s)", param->name);
    return param->name;
}

static const char *size_text(struct arena *arena, const struct ir_size *size, const struct ir_method *method,
                             bool is_code)
{
    const char *texts[IR_TERMS_MAX];
    uint32_t depth = 0, i;

    for (i = 0; i < size->term_count; i++) {
        const struct ir_term *term = &size->terms[i];

        if (term->kind == TERM_CONSTANT || term->kind == TERM_PARAM) {
            texts[depth++] = operand_text(arena, method, term, is_code);
            continue;
        }
        depth--;
        if (is_code)
            texts[depth - 1] = arena_format(arena, "wire_size_%s(%s, %s)", OPERATIONS[term->kind].function,
                                            texts[depth - 1], texts[depth]);
        else if (i + 1 < size->term_count)
            texts[depth - 1] = arena_format(arena, "(%s %s %s)", texts[depth - 1],
                                            OPERATIONS[term->kind].sign, texts[depth]);
        else
            texts[depth - 1] =
                arena_format(arena, "%s %s %s", texts[depth - 1], OPERATIONS[term->kind].sign, texts[depth]);
    }
    return texts[0];
}

const char *wire_size_text(struct arena *arena, const struct ir_size *size, const struct ir_method *method)
{
    return size_text(arena, size, method, false);
}

const char *wire_size_code(struct arena *arena, const struct ir_size *size, const struct ir_method *method)
{
    return arena_format(arena, "wire_size(%s)", size_text(arena, size, method, true));
}
