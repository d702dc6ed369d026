#include "example.h"
#include "computed_size.h"
#include "room.h"
#include <stdlib.h>
#include <string.h>

/* Elements of an array, and structs in structs behind pointers, that are shown. */
enum { ELEMENTS_SHOWN_MAX = 32, DEPTH_SHOWN_MAX = 2 };

/* One value; what others say of it stands in the same table. */
struct place {
    const struct type_member *members; /* parameters or fields */
    uint32_t count;
    uint32_t depth;
};

static void print_json(FILE *file, const struct place *place, const struct type_member *member);

/* ---- what need not be said ---- */

/* Whether the elements of an array tell it; of parameters, one that goes in. */
static bool is_told(const struct type_member *members, uint32_t count, uint32_t index, bool is_param)
{
    uint32_t i;

    for (i = 0; i < count; i++) {
        const struct type_member *other = &members[i];
        bool counts = (other->size.kind > SIZE_CONSTANT && other->size.param == index) ||
                      (other->length.kind > SIZE_CONSTANT && other->length.param == index);

        if (counts && other->shape != SHAPE_VALUE && !other->is_unique && (other->is_in || !is_param))
            return true;
    }
    return false;
}

bool example_is_needed(const struct type_method *method, uint32_t index)
{
    const struct type_member *param = &method->params[index];

    return param->is_in && !param->is_unique && !room_is_only(method, index) &&
           !is_told(method->params, method->count, index, true);
}

/* ---- values ---- */

/* The union whose arm a member tells; NULL: none. */
static const struct type_struct *union_told_by(const struct place *place, const struct type_member *member)
{
    uint32_t i;

    for (i = 0; i < place->count; i++)
        if (place->members[i].choice == member)
            return place->members[i].structure;
    return NULL;
}

/* The first value that tells an arm with something in it. */
static const struct type_case *first_case(const struct type_struct *structure)
{
    uint32_t i;

    for (i = 0; i < structure->case_count; i++)
        if (structure->cases[i].arm >= 0)
            return &structure->cases[i];
    return structure->case_count ? &structure->cases[0] : NULL;
}

static long long number_of(const struct type_member *member)
{
    bool has_one =
        !member->has_range ||
        (member->range_min <= 1 &&
         (type_kind_is_signed(member->kind) ? (int64_t)member->range_max >= 1 : member->range_max >= 1));

    return has_one ? 1LL : (long long)member->range_min;
}

static void print_number(FILE *file, const struct place *place, const struct type_member *member)
{
    const struct type_struct *told = union_told_by(place, member);
    const struct type_case *one = told ? first_case(told) : NULL;

    if (one)
        fprintf(file, "%lld", (long long)one->value);
    else if (member->kind == KIND_ENUM)
        fputs(member->enumeration->count ? member->enumeration->enumerators[0].name : "0", file);
    else
        fprintf(file, "%lld", number_of(member));
}

static void print_scalar(FILE *file, const struct place *place, const struct type_member *member)
{
    switch (member->kind) {
    case KIND_BOOLEAN:
    case KIND_BOOL:
        fputs(union_told_by(place, member) ? "1" : "true", file);
        break;
    case KIND_CHAR:
    case KIND_WCHAR:
        if (union_told_by(place, member))
            print_number(file, place, member);
        else
            fputs("A", file);
        break;
    case KIND_FLOAT:
    case KIND_DOUBLE:
        fputs("1.5", file);
        break;
    case KIND_HRESULT:
        fputs("S_OK", file);
        break;
    case KIND_GUID:
        fputs("00000000-0000-0000-0000-000000000000", file);
        break;
    case KIND_INTERFACE:
        fputs("/net/NODE/OBJECT", file);
        break;
    default:
        print_number(file, place, member);
    }
}

/* Of the numbers that are shown for its parameters. */
static uint32_t computed_elements(const struct place *place, const struct type_size *size)
{
    uint64_t counts[TYPE_INFO_PARAMS_MAX] = {0};
    bool is_counted[TYPE_INFO_PARAMS_MAX] = {false};
    int64_t value;
    uint32_t i;

    for (i = 0; i < place->count && i < TYPE_INFO_PARAMS_MAX; i++) {
        counts[i] = (uint64_t)number_of(&place->members[i]);
        is_counted[i] = true;
    }
    if (!computed_size_value(size, place->members, counts, is_counted, &value) || value < 0)
        return 0;
    return value < ELEMENTS_SHOWN_MAX ? (uint32_t)value : ELEMENTS_SHOWN_MAX;
}

/* As many as must be, and one where any number will do. */
static uint32_t elements_of(const struct place *place, const struct type_member *member)
{
    const struct type_size *length = type_length_of(member);
    const struct type_member *counter;
    uint32_t count = 1;

    if (member->count)
        count = member->count;
    else if (length->kind == SIZE_CONSTANT)
        count = length->constant;
    else if (length->kind == SIZE_COMPUTED)
        count = computed_elements(place, length);
    else if (length->kind != SIZE_NONE) {
        counter = &place->members[length->param];
        if (counter->has_range && counter->range_min > 1)
            count = (uint32_t)counter->range_min;
        if (counter->has_range && counter->range_max == 0)
            count = 0;
    }
    return count < ELEMENTS_SHOWN_MAX || member->count ? count : ELEMENTS_SHOWN_MAX;
}

static void print_text(FILE *file, const struct type_member *member)
{
    uint32_t most = member->max_len ? member->max_len : member->count ? member->count - 1 : 4;

    fprintf(file, "%.*s", most < 4 ? (int)most : 4, "text");
}

static void print_bytes(FILE *file, const struct place *place, const struct type_member *member)
{
    uint32_t count = elements_of(place, member), i;

    fputs("hex:", file);
    for (i = 0; i < count; i++)
        fputs("00", file);
}

/* ---- JSON ---- */

static void print_struct(FILE *file, const struct type_struct *structure, uint32_t depth)
{
    const struct place place = {structure->fields, structure->count, depth};
    const struct type_case *one = structure->is_union ? first_case(structure) : NULL;
    bool is_first = true;
    uint32_t i;

    fputc('{', file);
    for (i = 0; i < structure->count; i++) {
        const struct type_member *field = &structure->fields[i];
        bool leads_on = depth >= DEPTH_SHOWN_MAX && type_is_pointer(field);

        if (structure->is_union
                ? !one || one->arm != (int32_t)i
                : is_told(structure->fields, structure->count, i, false) || (leads_on && field->is_unique))
            continue;
        fprintf(file, "%s\"%s\": ", is_first ? "" : ", ", field->name);
        print_json(file, &place, field);
        is_first = false;
    }
    fputc('}', file);
}

static void print_element(FILE *file, const struct place *place, const struct type_member *member)
{
    bool is_bare = type_kind_is_integer(member->kind) && member->kind != KIND_WCHAR;

    if (member->shape == SHAPE_TEXTS) {
        fputs("\"text\"", file);
    } else if (member->kind == KIND_STRUCT) {
        print_struct(file, member->structure, place->depth + 1);
    } else if (member->kind == KIND_INTERFACE) {
        fputs("null", file);
    } else {
        is_bare |= member->kind == KIND_FLOAT || member->kind == KIND_DOUBLE;
        fputs(is_bare ? "" : "\"", file);
        print_scalar(file, place, member);
        fputs(is_bare ? "" : "\"", file);
    }
}

static void print_json(FILE *file, const struct place *place, const struct type_member *member)
{
    uint32_t count, i;

    switch (member->shape) {
    case SHAPE_ARRAY:
    case SHAPE_TEXTS:
        count = place->depth >= DEPTH_SHOWN_MAX && !member->count ? 0 : elements_of(place, member);
        fputc('[', file);
        for (i = 0; i < count; i++) {
            fputs(i ? ", " : "", file);
            print_element(file, place, member);
        }
        fputc(']', file);
        break;
    case SHAPE_STRING:
        fputc('"', file);
        print_text(file, member);
        fputc('"', file);
        break;
    case SHAPE_BYTES:
        fputc('"', file);
        print_bytes(file, place, member);
        fputc('"', file);
        break;
    default:
        print_element(file, place, member);
    }
}

/* ---- arguments ---- */

static void print_value(FILE *file, const struct place *place, const struct type_member *param)
{
    if (param->shape == SHAPE_STRING)
        print_text(file, param);
    else if (param->shape == SHAPE_BYTES)
        print_bytes(file, place, param);
    else if (type_is_list(param) || param->kind == KIND_STRUCT)
        print_json(file, place, param);
    else
        print_scalar(file, place, param);
}

void example_print(FILE *file, const struct type_method *method)
{
    const struct place place = {method->params, method->count, 0};
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        const struct type_member *param = &method->params[i];
        bool is_json = type_is_list(param) || (param->shape == SHAPE_VALUE && param->kind == KIND_STRUCT);

        if (!example_is_needed(method, i))
            continue;
        fprintf(file, " %s=%s", param->name, is_json ? "'" : ""); /* no value has a quote in it */
        print_value(file, &place, param);
        fputs(is_json ? "'" : "", file);
    }
}
