#include "describe.h"
#include "guid_text.h"
#include "reply.h"
#include <string.h>

static void print_text(FILE *file, const char *name, const char *text)
{
    if (!text)
        return;
    fprintf(file, ", \"%s\": ", name);
    print_string(file, text);
}

static const char *type_name(const struct type_member *member)
{
    switch (member->kind) {
    case KIND_ENUM:
        return member->enumeration->name;
    case KIND_STRUCT:
        return member->structure->name;
    case KIND_INTERFACE:
        return member->interface ? member->interface->name : "IUnknown";
    default:
        return type_kind_name(member->kind);
    }
}

static void print_size(FILE *file, const char *name, const struct type_size *size,
                       const struct type_member *members)
{
    if (size->kind == SIZE_COMPUTED)
        fprintf(file, ", \"%s\": \"%s\"", name, size->computed);
    else if (size->kind == SIZE_CONSTANT)
        fprintf(file, ", \"%s\": %u", name, size->constant);
    else if (size->kind != SIZE_NONE)
        fprintf(file, ", \"%s\": \"%s\"", name, members[size->param].name);
}

static void print_member(FILE *file, const struct type_member *member, const struct type_member *members,
                         bool is_param)
{
    static const char *const KINDS[] = {
        [KIND_ENUM] = "enum", [KIND_STRUCT] = "struct", [KIND_INTERFACE] = "interface"};
    static const char *const SHAPES[] = {[SHAPE_VALUE] = "value",
                                         [SHAPE_STRING] = "string",
                                         [SHAPE_BYTES] = "bytes",
                                         [SHAPE_ARRAY] = "array",
                                         [SHAPE_TEXTS] = "strings"};
    uint32_t i;

    fprintf(file, "{\"name\": \"%s\", \"shape\": \"%s\"", member->name, SHAPES[member->shape]);
    if (member->kind >= KIND_ENUM && member->kind <= KIND_INTERFACE)
        fprintf(file, ", \"kind\": \"%s\"", KINDS[member->kind]);
    fprintf(file, ", \"type\": \"%s\", \"number\": %u", type_name(member), member->number);
    for (i = 0; i < member->dimension_count; i++)
        fprintf(file, "%s%u%s", i ? ", " : ", \"dimensions\": [", member->dimensions[i],
                i + 1 < member->dimension_count ? "" : "]");
    if (is_param)
        fprintf(file, ", \"in\": %s, \"out\": %s", member->is_in ? "true" : "false",
                member->is_out ? "true" : "false");
    if (member->is_retval)
        fputs(", \"retval\": true", file);
    if (member->is_unique ||
        (member->is_allocated && member->shape != SHAPE_ARRAY && member->shape != SHAPE_BYTES))
        fputs(", \"optional\": true", file);
    if (member->is_allocated)
        fputs(", \"allocated\": true", file);
    if (member->is_bstr)
        fputs(", \"bstr\": true", file);
    if (member->is_rebuilt)
        fputs(", \"sent\": false", file);
    print_size(file, "size_is", &member->size, members);
    print_size(file, "length_is", &member->length, members);
    if (member->iid)
        fprintf(file, ", \"iid_is\": \"%s\"", member->iid->name);
    if (member->choice)
        fprintf(file, ", \"switch_is\": \"%s\"", member->choice->name);
    if (member->is_fixed)
        fputs(", \"fixed\": true", file);
    if (member->is_indirect && !is_param)
        fputs(", \"pointer\": true", file);
    if (member->has_range) {
        fputs(", \"min\": ", file);
        print_integer(file, true, (uint64_t)member->range_min);
        fputs(", \"max\": ", file);
        print_integer(file, type_kind_is_signed(member->kind), member->range_max);
    }
    if (member->max_len)
        fprintf(file, ", \"max_len\": %u", member->max_len);
    if (member->count)
        fprintf(file, ", \"count\": %u", member->count);
    print_text(file, "doc", member->doc);
    fputc('}', file);
}

static void print_method(FILE *file, const struct type_method *method)
{
    uint32_t i;

    fprintf(file, "{\"name\": \"%s\", \"slot\": %u", method->name, method->slot);
    if (method->is_local)
        fputs(", \"local\": true", file);
    if (method->is_oneway)
        fputs(", \"oneway\": true", file);
    if (method->is_idempotent)
        fputs(", \"idempotent\": true", file);
    if (method->timeout_ms)
        fprintf(file, ", \"timeout_ms\": %u", method->timeout_ms);
    print_text(file, "doc", method->doc);
    fputs(", \"params\": [", file);
    for (i = 0; i < method->count; i++) {
        fputs(i ? ", " : "", file);
        print_member(file, &method->params[i], method->params, true);
    }
    fputs("]}", file);
}

static void print_interface(FILE *file, const struct type_info *info, uint32_t index)
{
    const struct type_interface *interface = &info->interfaces[index];
    char iid[GUID_TEXT_BYTES];
    uint32_t i;

    guid_format(&interface->iid, iid);
    fprintf(file, "{\"name\": \"%s\", \"iid\": \"%s\"", interface->name, iid);
    print_text(file, "file", index == 0 ? info->file : NULL);
    if (index < info->known_count)
        fprintf(file, ", \"base\": \"%s\"", interface->base ? interface->base->name : "IUnknown");
    print_text(file, "doc", interface->doc);
    if (index < info->known_count) {
        fputs(", \"methods\": [", file);
        for (i = 0; i < interface->count; i++) {
            fputs(i ? ", " : "", file);
            print_method(file, &interface->methods[i]);
        }
        fputc(']', file);
    }
    fputc('}', file);
}

static void print_arm(FILE *file, const struct type_struct *structure, int32_t arm)
{
    if (arm >= 0)
        fprintf(file, "\"%s\"", structure->fields[arm].name);
    else
        fputs("null", file);
}

/* Which value tells which arm; null: there is nothing. Values that are in neither are refused. */
static void print_cases(FILE *file, const struct type_struct *structure)
{
    uint32_t i;

    fputs(", \"union\": true, \"cases\": [", file);
    for (i = 0; i < structure->case_count; i++) {
        fprintf(file, "%s{\"value\": %lld, \"arm\": ", i ? ", " : "", (long long)structure->cases[i].value);
        print_arm(file, structure, structure->cases[i].arm);
        fputc('}', file);
    }
    fputc(']', file);
    if (structure->other == ARM_REFUSED)
        return;
    fputs(", \"default\": ", file);
    print_arm(file, structure, structure->other);
}

static void print_struct(FILE *file, const struct type_struct *structure)
{
    uint32_t i;

    fprintf(file, "{\"name\": \"%s\"", structure->name);
    print_text(file, "doc", structure->doc);
    fputs(", \"fields\": [", file);
    for (i = 0; i < structure->count; i++) {
        fputs(i ? ", " : "", file);
        print_member(file, &structure->fields[i], structure->fields, false);
    }
    fputc(']', file);
    if (structure->is_closed)
        fputs(", \"closed\": true", file);
    if (structure->is_union)
        print_cases(file, structure);
    fputc('}', file);
}

static void print_enum(FILE *file, const struct type_enum *enumeration)
{
    uint32_t i;

    fprintf(file, "{\"name\": \"%s\", \"closed\": %s", enumeration->name,
            enumeration->is_closed ? "true" : "false");
    print_text(file, "doc", enumeration->doc);
    fputs(", \"enumerators\": [", file);
    for (i = 0; i < enumeration->count; i++) {
        fprintf(file, "%s{\"name\": \"%s\", \"value\": %d", i ? ", " : "", enumeration->enumerators[i].name,
                (int)enumeration->enumerators[i].value);
        print_text(file, "doc", enumeration->enumerators[i].doc);
        fputc('}', file);
    }
    fputs("]}", file);
}

static void print_constant(FILE *file, const struct type_constant *constant)
{
    fprintf(file, "{\"name\": \"%s\", \"type\": \"%s\", \"value\": ", constant->name,
            type_kind_name(constant->kind));
    switch (constant->kind) {
    case KIND_CHAR:
        print_string(file, constant->text ? constant->text : "");
        break;
    case KIND_FLOAT:
    case KIND_DOUBLE:
        fprintf(file, "%.17g", constant->real);
        break;
    default:
        print_integer(file, constant->kind != KIND_UINT64 && constant->kind != KIND_SIZE,
                      (uint64_t)constant->integer);
    }
    print_text(file, "doc", constant->doc);
    fputc('}', file);
}

/* Each interface with what it needs, as it was described. */
static void print_info(FILE *file, const struct type_info *info)
{
    uint32_t i;

    fputs("{\"interfaces\": [", file);
    for (i = 0; i < info->interface_count; i++) {
        fputs(i ? ", " : "", file);
        print_interface(file, info, i);
    }
    fputs("], \"structs\": [", file);
    for (i = 0; i < info->struct_count; i++) {
        fputs(i ? ", " : "", file);
        print_struct(file, &info->structs[i]);
    }
    fputs("], \"enums\": [", file);
    for (i = 0; i < info->enum_count; i++) {
        fputs(i ? ", " : "", file);
        print_enum(file, &info->enums[i]);
    }
    fputs("], \"constants\": [", file);
    for (i = 0; i < info->constant_count; i++) {
        fputs(i ? ", " : "", file);
        print_constant(file, &info->constants[i]);
    }
    fputs("]}", file);
}

void describe_json(FILE *file, const struct type_info *const *infos, size_t count)
{
    size_t i;

    fputc('[', file);
    for (i = 0; i < count; i++) {
        fputs(i ? ", " : "", file);
        print_info(file, infos[i]);
    }
    fputs("]\n", file);
}
