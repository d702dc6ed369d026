#include "describe.h"
#include "guid_text.h"
#include <stdarg.h>
#include <string.h>

/* Widest line, as the project writes .idl. */
enum { COLUMNS = 110, LINE_BYTES = 1000 };

/* ---- what was printed ---- */

struct names {
    const char *names[4 * TYPE_INFO_ROWS_MAX];
    size_t count;
};

static bool is_new(struct names *names, const char *name)
{
    size_t i;

    for (i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return false;
    if (names->count == sizeof(names->names) / sizeof(names->names[0]))
        return false;
    names->names[names->count++] = name;
    return true;
}

static void print_doc(FILE *file, const char *doc, const char *indent)
{
    const char *line, *end;

    if (!doc)
        return;
    if (!strchr(doc, '\n') && strlen(doc) + strlen(indent) + 7 <= COLUMNS) {
        fprintf(file, "%s/** %s */\n", indent, doc);
        return;
    }
    fprintf(file, "%s/**\n", indent);
    for (line = doc; *line; line = *end ? end + 1 : end) {
        end = strchr(line, '\n');
        if (!end)
            end = line + strlen(line);
        fprintf(file, "%s *%s%.*s\n", indent, end > line ? " " : "", (int)(end - line), line);
    }
    fprintf(file, "%s */\n", indent);
}

/* ---- lines ---- */

struct line {
    char text[LINE_BYTES];
    size_t length;
};

static void add(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    int written;

    va_start(arguments, format);
    written = vsnprintf(line->text + line->length, sizeof(line->text) - line->length, format, arguments);
    va_end(arguments);
    if (written > 0)
        line->length += (size_t)written;
    if (line->length >= sizeof(line->text))
        line->length = sizeof(line->text) - 1; /* names are at most 255 bytes, so nothing gets here */
}

static void add_attribute(struct line *line, bool *is_first, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void add_attribute(struct line *line, bool *is_first, const char *format, ...)
{
    char text[TYPE_INFO_NAME_MAX + 40];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    add(line, "%s%s", *is_first ? "[" : ", ", text);
    *is_first = false;
}

/* ---- members ---- */

/* `before` says of what, of memory that a pointer to a pointer leads to. */
static void add_size(struct line *line, bool *is_first, const char *attribute, const char *before,
                     const struct type_size *size, const struct type_member *members)
{
    if (size->kind == SIZE_COMPUTED)
        add_attribute(line, is_first, "%s(%s%s)", attribute, before, size->computed);
    else if (size->kind == SIZE_CONSTANT)
        add_attribute(line, is_first, "%s(%s%u)", attribute, before, size->constant);
    else if (size->kind != SIZE_NONE)
        add_attribute(line, is_first, "%s(%s%s%s)", attribute, before, size->kind == SIZE_POINTED ? "*" : "",
                      members[size->param].name);
}

static void add_range(struct line *line, bool *is_first, const struct type_member *member)
{
    char low[40], high[40];

    if (!member->has_range)
        return;
    snprintf(low, sizeof(low), member->range_min == INT64_MIN ? "-9223372036854775807 - 1" : "%lld",
             (long long)member->range_min);
    if (type_kind_is_signed(member->kind))
        snprintf(high, sizeof(high), "%lld", (long long)member->range_max);
    else
        snprintf(high, sizeof(high), "%llu", (unsigned long long)member->range_max);
    add_attribute(line, is_first, "range(%s, %s)", low, high);
}

static void add_type(struct line *line, const struct type_member *member)
{
    switch (member->kind) {
    case KIND_ENUM:
        add(line, "enum %s", member->enumeration->name);
        break;
    case KIND_STRUCT:
        add(line, "%s %s", member->structure->is_union ? "union" : "struct", member->structure->name);
        break;
    case KIND_INTERFACE:
        add(line, "%s *", member->interface ? member->interface->name : member->iid ? "void" : "IUnknown");
        break;
    default:
        add(line, "%s", type_kind_name(member->kind));
    }
}

/* What others say of it, and its number where that is not its place. */
static void add_partners(struct line *line, bool *is_first, const struct type_member *member, uint32_t place)
{
    if (member->iid)
        add_attribute(line, is_first, "iid_is(%s)", member->iid->name);
    if (member->choice)
        add_attribute(line, is_first, "switch_is(%s%s)", member->choice->is_indirect ? "*" : "",
                      member->choice->name);
    if (member->is_fixed)
        add_attribute(line, is_first, "fixed");
    if (member->number != place)
        add_attribute(line, is_first, "tag(%u)", member->number);
}

static void add_dimensions(struct line *line, const struct type_member *member)
{
    uint32_t i;

    for (i = 0; i < member->dimension_count; i++)
        add(line, "[%u]", member->dimensions[i]);
}

static void add_param(struct line *line, const struct type_method *method, const struct type_member *param)
{
    bool is_grid = param->dimension_count > 0, is_first = true;
    bool is_pointer = (param->shape != SHAPE_VALUE && !is_grid) || param->is_indirect;
    bool is_twice = param->is_allocated || param->shape == SHAPE_TEXTS ||
                    (param->shape == SHAPE_ARRAY && param->is_indirect);

    if (param->is_in)
        add_attribute(line, &is_first, "in");
    if (param->is_out)
        add_attribute(line, &is_first, "out");
    if (param->is_retval)
        add_attribute(line, &is_first, "retval");
    if ((param->shape == SHAPE_STRING || param->shape == SHAPE_TEXTS) && !param->is_bstr)
        add_attribute(line, &is_first, "string");
    if (param->is_unique && !param->is_bstr && !param->is_allocated)
        add_attribute(line, &is_first, "unique");
    if (!is_grid)
        add_size(line, &is_first, "size_is", param->is_allocated ? ", " : "", &param->size, method->params);
    add_size(line, &is_first, "length_is", "", &param->length, method->params);
    add_partners(line, &is_first, param, (uint32_t)(param - method->params) + 1);
    add_range(line, &is_first, param);
    if (param->max_len)
        add_attribute(line, &is_first, "max_len(%u)", param->max_len);
    if (param->is_bstr) {
        add(line, "] %sBSTR %s%s%s", param->shape == SHAPE_TEXTS && param->is_const ? "const " : "",
            param->is_allocated ? "*" : "", param->shape == SHAPE_TEXTS ? "*" : "", param->name);
        return;
    }
    add(line, "] %s", param->is_const ? "const " : "");
    add_type(line, param);
    if (param->kind == KIND_INTERFACE)
        add(line, "%s%s%s", param->is_allocated ? "*" : "", is_pointer ? "*" : "", param->name);
    else
        add(line, " %s%s%s",
            !is_twice                                 ? ""
            : param->is_const && !param->is_allocated ? "*const "
                                                      : "*",
            is_pointer ? "*" : "", param->name);
    add_dimensions(line, param);
}

/* The values that tell an arm; of ARM_EMPTY those that tell of none. */
static void add_cases(struct line *line, bool *is_first, const struct type_struct *structure, int32_t arm)
{
    const char *before = *is_first ? "[case(" : ", case(";
    uint32_t i;

    for (i = 0; i < structure->case_count; i++)
        if (structure->cases[i].arm == arm) {
            add(line, "%s%lld", before, (long long)structure->cases[i].value);
            before = ", ";
        }
    if (strcmp(before, ", ") == 0) {
        add(line, ")");
        *is_first = false;
    }
    if (structure->other == arm)
        add_attribute(line, is_first, "default");
}

static void print_field(FILE *file, const struct type_struct *structure, uint32_t index)
{
    const struct type_member *field = &structure->fields[index];
    bool is_sized = !field->count && (field->shape == SHAPE_BYTES || type_is_list(field)), is_first = true;
    bool is_text = field->shape == SHAPE_STRING || field->shape == SHAPE_TEXTS;
    struct line line = {"", 0};

    print_doc(file, field->doc, "    ");
    if (structure->is_union)
        add_cases(&line, &is_first, structure, (int32_t)index);
    if (is_text && !field->is_bstr)
        add_attribute(&line, &is_first, "string");
    if (field->is_unique && !field->is_bstr)
        add_attribute(&line, &is_first, "unique");
    else if (type_is_ref(field))
        add_attribute(&line, &is_first, "ref");
    add_size(&line, &is_first, "size_is", "", &field->size, structure->fields);
    add_size(&line, &is_first, "length_is", "", &field->length, structure->fields);
    add_partners(&line, &is_first, field, index + 1);
    add_range(&line, &is_first, field);
    if (field->max_len)
        add_attribute(&line, &is_first, "max_len(%u)", field->max_len);
    if (!is_first)
        add(&line, "] ");
    if (field->is_const)
        add(&line, "const ");
    if (field->is_bstr) {
        add(&line, is_sized ? "BSTR *%s" : "BSTR %s", field->name);
        if (field->count)
            add(&line, "[%u]", field->count);
        fprintf(file, "    %s;\n", line.text);
        return;
    }
    if (field->kind == KIND_INTERFACE && !field->interface)
        add(&line, "IUnknown *"); /* also with [iid_is] */
    else
        add_type(&line, field);
    add(&line, "%s%s%s%s%s", field->kind == KIND_INTERFACE ? "" : " ", is_sized ? "*" : "",
        field->is_indirect || (field->shape == SHAPE_STRING && !field->count) ? "*" : "",
        field->shape == SHAPE_TEXTS ? "*" : "", field->name);
    add_dimensions(&line, field);
    if (field->count && !field->dimension_count)
        add(&line, "[%u]", field->count);
    fprintf(file, "    %s;\n", line.text);
}

/* Of a union: values for which it holds nothing. */
static void print_empty_arm(FILE *file, const struct type_struct *structure)
{
    struct line line = {"", 0};
    bool is_first = true;

    add_cases(&line, &is_first, structure, ARM_EMPTY);
    if (!is_first)
        fprintf(file, "    %s];\n", line.text);
}

/* ---- declarations ---- */

static void print_constant(FILE *file, const struct type_constant *constant)
{
    char number[40];

    fputc('\n', file);
    print_doc(file, constant->doc, "");
    switch (constant->kind) {
    case KIND_CHAR:
        fprintf(file, "const char *%s = \"%s\";\n", constant->name, constant->text ? constant->text : "");
        break;
    case KIND_FLOAT:
    case KIND_DOUBLE:
        snprintf(number, sizeof(number), "%.17g", constant->real);
        fprintf(file, "const %s %s = %s%s;\n", type_kind_name(constant->kind), constant->name, number,
                strpbrk(number, ".en") ? "" : ".0");
        break;
    case KIND_HRESULT:
        fprintf(file, "const HRESULT %s = 0x%08x;\n", constant->name, (unsigned)constant->integer);
        break;
    case KIND_UINT64:
    case KIND_SIZE:
        fprintf(file, "const %s %s = %llu;\n", type_kind_name(constant->kind), constant->name,
                (unsigned long long)constant->integer);
        break;
    default:
        fprintf(file,
                constant->integer == INT64_MIN ? "const %s %s = -9223372036854775807 - 1;\n"
                                               : "const %s %s = %lld;\n",
                type_kind_name(constant->kind), constant->name, (long long)constant->integer);
    }
}

static void print_enum(FILE *file, const struct type_enum *enumeration)
{
    uint32_t i;

    fputc('\n', file);
    print_doc(file, enumeration->doc, "");
    fprintf(file, "%senum %s\n{\n", enumeration->is_closed ? "[closed] " : "", enumeration->name);
    for (i = 0; i < enumeration->count; i++) {
        print_doc(file, enumeration->enumerators[i].doc, "    ");
        fprintf(file,
                enumeration->enumerators[i].value == INT32_MIN ? "    %s = -2147483647 - 1,\n"
                                                               : "    %s = %d,\n",
                enumeration->enumerators[i].name, (int)enumeration->enumerators[i].value);
    }
    fputs("};\n", file);
}

static void print_struct(FILE *file, const struct type_struct *structure)
{
    uint32_t i;

    fputc('\n', file);
    print_doc(file, structure->doc, "");
    fprintf(file, "%s%s %s\n{\n", structure->is_closed ? "[closed] " : "",
            structure->is_union ? "union" : "struct", structure->name);
    for (i = 0; i < structure->count; i++)
        print_field(file, structure, i);
    if (structure->is_union)
        print_empty_arm(file, structure);
    fputs("};\n", file);
}

/* The parameters, wrapped below the first. */
static void print_signature(FILE *file, const struct type_method *method, int indent)
{
    int column = indent + fprintf(file, "HRESULT %s(", method->name), begin = column;
    uint32_t i;

    for (i = 0; i < method->count; i++) {
        struct line line = {"", 0};

        add_param(&line, method, &method->params[i]);
        if (i > 0 && column + 1 + (int)line.length > COLUMNS - 2) {
            fprintf(file, "\n%*s", begin, "");
            column = begin;
        } else if (i > 0) {
            column += fprintf(file, " ");
        }
        column += fprintf(file, "%s%s", line.text, i + 1 < method->count ? "," : "");
    }
    fputs(");", file);
}

static void print_method(FILE *file, const struct type_method *method)
{
    int indent = 4;

    print_doc(file, method->doc, "    ");
    if (method->is_local) {
        fprintf(file, "    [local] HRESULT %s(); /* its parameters are not known here */\n", method->name);
        return;
    }
    fprintf(file, "%*s", indent, "");
    if (method->is_oneway)
        indent += fprintf(file, "[oneway] ");
    if (method->is_idempotent)
        indent += fprintf(file, "[idempotent] ");
    if (method->timeout_ms)
        indent += fprintf(file, "[timeout(%d)] ", (int32_t)method->timeout_ms); /* -1: none */
    print_signature(file, method, indent);
    fputc('\n', file);
}

static void print_interface(FILE *file, const struct type_interface *interface, bool is_known)
{
    char iid[GUID_TEXT_BYTES];
    uint32_t i;

    guid_format(&interface->iid, iid);
    fputc('\n', file);
    if (!is_known)
        fputs("/* Only its id is known here, not its methods. */\n", file);
    print_doc(file, interface->doc, "");
    fprintf(file, "[object, uuid(%s)]\ninterface %s : %s\n{\n", iid, interface->name,
            interface->base ? interface->base->name : "IUnknown");
    for (i = 0; i < interface->count; i++) {
        if (i > 0)
            fputc('\n', file);
        print_method(file, &interface->methods[i]);
    }
    fputs("}\n", file);
}

void describe_method(FILE *file, const struct type_method *method, int indent)
{
    fprintf(file, "%*s", indent, "");
    print_signature(file, method, indent);
    fputc('\n', file);
}

/* ---- the file ---- */

void describe_idl(FILE *file, const struct type_info *const *infos, size_t count)
{
    struct names types = {.count = 0}, others = {.count = 0}, interfaces = {.count = 0};
    size_t i;
    uint32_t j;

    fputs("import \"com/unknown.idl\";\n", file);
    for (i = 0; i < count; i++)
        for (j = 0; j < infos[i]->constant_count; j++)
            if (is_new(&others, infos[i]->constants[j].name))
                print_constant(file, &infos[i]->constants[j]);
    for (i = 0; i < count; i++) {
        for (j = 0; j < infos[i]->enum_count; j++)
            if (is_new(&types, infos[i]->enums[j].name))
                print_enum(file, &infos[i]->enums[j]);
        for (j = 0; j < infos[i]->struct_count; j++)
            if (is_new(&types, infos[i]->structs[j].name))
                print_struct(file, &infos[i]->structs[j]);
    }
    for (i = 0; i < count; i++)
        for (j = 0; j < infos[i]->known_count; j++)
            if (is_new(&interfaces, infos[i]->interfaces[j].name))
                print_interface(file, &infos[i]->interfaces[j], true);
    for (i = 0; i < count; i++)
        for (j = infos[i]->known_count; j < infos[i]->interface_count; j++)
            if (is_new(&interfaces, infos[i]->interfaces[j].name))
                print_interface(file, &infos[i]->interfaces[j], false);
}
