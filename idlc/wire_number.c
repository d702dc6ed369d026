/* The numbers of fields on the wire: positions from 1, or what tag says; none twice, none that is reserved.
 */
#include "wire_internal.h"

#include <string.h>

/* What protobuf has, but for those that it keeps for itself. */
#define NUMBER_MAX 536870911u
#define KEPT_FIRST 19000u
#define KEPT_LAST 19999u

/* A field or parameter of a message, and the name of an earlier one with its number; NULL: there is none. */
struct numbered {
    const char *name;
    const char *other;
    struct span span;
    uint32_t number;
};

static bool is_reserved(const struct ir_reserved *reserved, uint32_t count, const struct numbered *one)
{
    uint32_t i;

    for (i = 0; i < count; i++)
        if (reserved[i].name ? strcmp(reserved[i].name, one->name) == 0
                             : one->number >= reserved[i].first && one->number <= reserved[i].last)
            return true;
    return false;
}

static bool check(struct diagnostics *diagnostics, const struct ir_reserved *reserved,
                  uint32_t reserved_count, const struct numbered *one)
{
    if (one->number < 1 || one->number > NUMBER_MAX ||
        (one->number >= KEPT_FIRST && one->number <= KEPT_LAST)) {
        if (diagnostics)
            diagnose_error(
                diagnostics, ERROR_BAD_TAG, one->span,
                "'%s' cannot have the number %u: those of a message go from 1 to %u, without %u to %u",
                one->name, one->number, NUMBER_MAX, KEPT_FIRST, KEPT_LAST);
        return false;
    }
    if (one->other) {
        if (diagnostics) {
            diagnose_error(diagnostics, ERROR_BAD_TAG, one->span, "'%s' and '%s' have the same number %u",
                           one->other, one->name, one->number);
            diagnose_hint(diagnostics, "without tag(n) the number is the position, from 1");
        }
        return false;
    }
    if (is_reserved(reserved, reserved_count, one)) {
        if (diagnostics)
            diagnose_error(diagnostics, ERROR_BAD_TAG, one->span,
                           "'%s' uses what is reserved: its name or number %u", one->name, one->number);
        return false;
    }
    return true;
}

bool wire_number_fields(struct diagnostics *diagnostics, struct ir_struct *structure)
{
    bool is_good = true;
    uint32_t i, k;

    for (i = 0; i < structure->field_count; i++) {
        struct ir_field *field = &structure->fields[i];
        struct numbered one = {field->name, NULL, field->span, field->tag ? field->tag : i + 1};

        field->number = one.number;
        for (k = 0; k < i && !one.other; k++)
            one.other = structure->fields[k].number == one.number ? structure->fields[k].name : NULL;
        is_good &= check(diagnostics, structure->reserved, structure->reserved_count, &one);
    }
    return is_good;
}

void wire_number_params(struct diagnostics *diagnostics, struct ir_method *method)
{
    uint32_t i, k;

    for (i = 0; i < method->param_count; i++) {
        struct ir_param *param = &method->params[i];
        struct numbered one = {param->name, NULL, param->span, param->tag ? param->tag : i + 1};

        param->number = one.number;
        for (k = 0; k < i && !one.other; k++)
            one.other = method->params[k].number == one.number ? method->params[k].name : NULL;
        (void)check(diagnostics, method->reserved, method->reserved_count, &one);
    }
}
