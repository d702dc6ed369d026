/* Pieces of functions that write and read parameters. */
#include "marshal.h"

#include <string.h>

void marshal_init(struct marshal *marshal, struct text *out, const struct ir_interface *interface,
                  const struct ir_method *method)
{
    struct arena *arena = out->arena;

    marshal->out = out;
    marshal->arena = arena;
    marshal->interface = interface;
    marshal->method = method;
    marshal->call = c_local(arena, method, "call");
    marshal->tag = c_local(arena, method, "tag");
    marshal->hr = c_local(arena, method, "hr");
    marshal->i = c_local(arena, method, "i");
    marshal->at = c_local(arena, method, "at");
    marshal->list = c_local(arena, method, "list");
    marshal->piece = c_local(arena, method, "piece");
    marshal->mark = c_local(arena, method, "mark");
    marshal->bound = c_local(arena, method, "bound");
    marshal->shapes = c_local(arena, method, "shapes");
}

const char *marshal_local(const struct marshal *marshal, const struct ir_param *param, const char *suffix)
{
    return c_local(marshal->arena, marshal->method,
                   arena_format(marshal->arena, "%s_%s", param->name, suffix));
}

const char *marshal_variable(struct arena *arena, const struct ir_type *type, const char *name)
{
    struct ir_type plain = *type;

    plain.is_const = false;
    return c_declaration(arena, &plain, name);
}

const char *marshal_count(const struct marshal *marshal, const struct ir_size *size, const char *value)
{
    const struct ir_type *type;

    if (size->kind == IR_SIZE_CONSTANT)
        return arena_format(marshal->arena, "%uu", size->constant);
    if (size->kind == IR_SIZE_COMPUTED)
        return marshal_computed(marshal, size);
    type = marshal->method->params[size->param].value;
    if (type->kind == IR_BASE && type->base == BASE_UINT32)
        return value;
    return arena_format(marshal->arena, "(uint32_t)%s", value);
}

const char *marshal_computed(const struct marshal *marshal, const struct ir_size *size)
{
    const struct ir_param *array = &marshal->method->params[size->param];

    return marshal_local(marshal, array, size == &array->length ? "used" : "size");
}

void marshal_declare_computed(const struct marshal *marshal, bool is_out, bool has_value)
{
    uint32_t i, j;

    for (i = 0; i < marshal->method->param_count; i++) {
        const struct ir_param *param = &marshal->method->params[i];
        const struct ir_size *sizes[] = {&param->size, &param->length};

        for (j = 0; j < 2; j++)
            if (sizes[j]->kind == IR_SIZE_COMPUTED && (param->is_out || !is_out))
                c_statement(marshal->out,
                            arena_format(marshal->arena, has_value ? "uint32_t %s = %s;" : "uint32_t %s;",
                                         marshal_computed(marshal, sizes[j]),
                                         wire_size_code(marshal->arena, sizes[j], marshal->method)));
    }
}

bool marshal_computes(const struct ir_file *file)
{
    uint32_t i, j, k;

    for (i = 0; i < file->item_count; i++) {
        const struct ir_interface *interface = file->items[i].interface;

        if (file->items[i].kind != ITEM_INTERFACE || interface->is_local)
            continue;
        for (j = 0; j < interface->method_count; j++) {
            const struct ir_method *method = ir_travelling(&interface->methods[j]);

            for (k = 0; method && k < method->param_count; k++)
                if (method->params[k].size.kind == IR_SIZE_COMPUTED ||
                    method->params[k].length.kind == IR_SIZE_COMPUTED)
                    return true;
        }
    }
    return false;
}

const char *marshal_iid(const struct marshal *marshal, const struct ir_param *param, bool is_local)
{
    const struct ir_param *iid;

    if (param->iid.kind == IR_SIZE_NONE)
        return arena_format(marshal->arena, "&IID_%s", param->value->interface->name);
    iid = &marshal->method->params[param->iid.param];
    return !is_local && iid->is_indirect ? iid->name : arena_format(marshal->arena, "&%s", iid->name);
}

const char *marshal_object_type(const struct ir_param *param)
{
    return param->value->kind == IR_INTERFACE ? param->value->interface->name : "void";
}

bool marshal_is_wide_text(const struct ir_param *param)
{
    return param->shape == WIRE_STRING && wire_is_wide(param->value);
}

const char *marshal_measure(const struct marshal *marshal, const struct ir_param *param, const char *text)
{
    if (param->is_bstr)
        return arena_format(marshal->arena, "wire_measure_units(%s, SysStringLen(%s))", text, text);
    return arena_format(marshal->arena, "wire_measure_wide(%s)", text);
}

bool marshal_is_optional_array(const struct ir_param *param)
{
    return param->shape == WIRE_ARRAY && param->is_unique;
}

bool marshal_is_block(const struct ir_param *param)
{
    return param->is_allocated && param->shape != WIRE_DEEP;
}

const char *marshal_free(const struct ir_param *param)
{
    return param->is_bstr ? "SysFreeString" : "com_free";
}

const char *marshal_received_length(const struct marshal *marshal, const struct ir_param *param,
                                    const char *bytes)
{
    return arena_format(marshal->arena, marshal_is_wide_text(param) ? "wire_units(%s)" : "%s.size", bytes);
}

/* ---- writing ---- */

const char *marshal_address(struct arena *arena, const char *value)
{
    return *value == '*' ? value + 1 : arena_format(arena, "&%s", value);
}

const char *marshal_scalar(struct arena *arena, const struct ir_type *type, const char *value)
{
    if (type->kind == IR_ENUM || (type->is_fixed && type->base == BASE_UINT32))
        return arena_format(arena, "(int32_t)%s", value);
    if (type->is_fixed && type->base == BASE_UINT64)
        return arena_format(arena, "(int64_t)%s", value);
    if (type->base == BASE_CHAR)
        return arena_format(arena, "(uint8_t)%s", value);
    if (type->base == BASE_BOOLEAN)
        return arena_format(arena, "%s != 0", value);
    return value;
}

/* The room for structs: of one, or of `count`. */
static const char *struct_bound(const struct marshal *marshal, const struct ir_param *param,
                                const char *count)
{
    const struct ir_struct *structure = param->value->structure;
    const char *bound = arena_format(marshal->arena, "WIRE_BYTES_BOUND(%u)", (unsigned)structure->bound);

    if (count)
        bound = arena_format(marshal->arena, "%s * %s", count, bound);
    if (structure->has_pointers)
        bound = arena_format(marshal->arena, "%s + %s.texts", bound, marshal_local(marshal, param, "budget"));
    return bound;
}

/* "    if (room for structs)", for one or an array of them; with a brace if they are checked. */
static void open_structs(const struct marshal *marshal, const struct ir_param *param, const char *count,
                         const char *condition)
{
    const char *bound = struct_bound(marshal, param, count);
    const char *guard = condition ? arena_format(marshal->arena, "%s && ", condition) : "";
    const char *writer = arena_format(marshal->arena, "&%s", marshal->writer);
    const char *budget = arena_format(marshal->arena, "&%s", marshal_local(marshal, param, "budget"));

    if (param->value->structure->is_checked)
        c_list(marshal->out, arena_format(marshal->arena, "    if (%swire_budget_room", guard),
               (const char *[]){budget, writer, bound}, 3, ")) {\n");
    else
        text_printf(marshal->out, "    if (%swire_room(%s, %s))\n", guard, writer, bound);
}

static void close_structs(const struct marshal *marshal, const struct ir_param *param)
{
    if (param->value->structure->is_checked)
        text_printf(marshal->out, "        %s.failed = %s.failed;\n    }\n", marshal->writer,
                    marshal_local(marshal, param, "budget"));
}

void marshal_declare_budget(const struct marshal *marshal, const struct ir_param *param)
{
    if (param->shape != WIRE_DEEP && param->value->kind == IR_STRUCT && param->value->structure->is_checked)
        text_printf(marshal->out, "    struct wire_budget %s;\n", marshal_local(marshal, param, "budget"));
}

void marshal_init_budget(const struct marshal *marshal, const struct ir_param *param)
{
    if (param->shape != WIRE_DEEP && param->value->kind == IR_STRUCT && param->value->structure->is_checked)
        text_printf(marshal->out, "    wire_budget_init(&%s);\n", marshal_local(marshal, param, "budget"));
}

void marshal_put_value(const struct marshal *marshal, const struct ir_param *param, const char *value,
                       const char *condition)
{
    const struct wire_scalar *scalar = wire_scalar_of(param->value);
    struct arena *arena = marshal->arena;
    const char *at = arena_format(arena, "%s.at", marshal->writer);
    const char *indent = condition ? "        " : "    ";

    if (param->value->kind == IR_STRUCT) {
        open_structs(marshal, param, NULL, condition);
        text_printf(marshal->out, "        %s = %s;\n", at,
                    marshal_store(arena, at, param->number, param->value->structure, value,
                                  marshal_address(arena, marshal_local(marshal, param, "budget"))));
        close_structs(marshal, param);
        return;
    }
    if (condition)
        text_printf(marshal->out, "    if (%s)\n", condition);
    if (scalar)
        text_printf(marshal->out, "%swire_put_%s(&%s, %u, %s);\n", indent, scalar->put, marshal->writer,
                    param->number, marshal_scalar(arena, param->value, value));
    else
        text_printf(marshal->out, "%swire_put_guid(&%s, %u, %s);\n", indent, marshal->writer, param->number,
                    marshal_address(arena, value));
}

static void put_numbers(const struct marshal *m, const struct ir_param *param, const char *array,
                        const char *count)
{
    const struct wire_scalar *scalar = wire_scalar_of(param->value);
    const char *item = arena_format(m->arena, "%s[%s]", array, m->i);

    text_printf(m->out, "    %s = wire_open(&%s, %u, %s * %uu, &%s);\n", m->at, m->writer, param->number,
                count, scalar->bound, m->mark);
    text_printf(m->out, "    for (%s = 0; %s && %s < %s; %s++)\n", m->i, m->at, m->i, count, m->i);
    text_printf(m->out, "        %s = wire_store_element_%s(%s, %s);\n", m->at, scalar->put, m->at,
                marshal_scalar(m->arena, param->value, item));
    text_printf(m->out, "    wire_close_at(&%s, &%s, %s);\n", m->writer, m->mark, m->at);
}

void marshal_put_array(const struct marshal *m, const struct ir_param *param, const char *array,
                       const char *count)
{
    const char *item = arena_format(m->arena, "%s[%s]", array, m->i);
    const char *at = arena_format(m->arena, "%s.at", m->writer);

    if (wire_scalar_of(param->value)) {
        put_numbers(m, param, array, count);
        return;
    }
    if (param->value->kind == IR_STRUCT)
        open_structs(m, param, count, NULL);
    else
        text_printf(m->out, "    if (wire_room(&%s, %s * WIRE_BYTES_BOUND(16)))\n", m->writer, count);
    text_printf(m->out, "        for (%s = 0; %s < %s; %s++)\n", m->i, m->i, count, m->i);
    if (param->value->kind != IR_STRUCT) {
        text_printf(m->out, "            %s = wire_store_guid(%s, %u, &%s);\n", at, at, param->number, item);
        return;
    }
    text_printf(m->out, "            %s = %s;\n", at,
                marshal_store(m->arena, at, param->number, param->value->structure, item,
                              marshal_address(m->arena, marshal_local(m, param, "budget"))));
    close_structs(m, param);
}

/* ---- bounds ---- */

void marshal_bound(const struct marshal *marshal, struct pieces *terms, const struct ir_param *param,
                   const char *count)
{
    const struct wire_scalar *scalar;

    switch (param->shape) {
    case WIRE_STRING:
    case WIRE_BLOB:
        pieces_add(terms, "WIRE_BYTES_BOUND(%s)", count);
        break;
    case WIRE_ARRAY:
        scalar = wire_scalar_of(param->value);
        if (scalar)
            pieces_add(terms, "WIRE_BYTES_BOUND(%s * %uu)", count, scalar->bound);
        else if (param->value->kind != IR_STRUCT)
            pieces_add(terms, "%s * WIRE_BYTES_BOUND(16)", count);
        else
            pieces_add(terms, "%s", struct_bound(marshal, param, count));
        break;
    case WIRE_GUID:
        pieces_add(terms, "WIRE_BYTES_BOUND(16)");
        break;
    case WIRE_STRUCT:
        pieces_add(terms, "%s", struct_bound(marshal, param, NULL));
        break;
    default:
        break; /* scalars and interfaces are counted together */
    }
}

const char *marshal_print_bound(const struct marshal *marshal, struct pieces *terms, uint32_t scalars)
{
    uint32_t i;

    if (scalars == 1)
        pieces_add(terms, "WIRE_SCALAR_BOUND");
    else if (scalars)
        pieces_add(terms, "%u * WIRE_SCALAR_BOUND", scalars);
    if (terms->count == 0)
        return "0";
    if (terms->count == 1)
        return terms->items[0];
    for (i = 0; i < terms->count; i++)
        text_printf(marshal->out, "    %s %s %s;\n", marshal->bound, i ? "+=" : "=", terms->items[i]);
    return marshal->bound;
}

/* ---- reading ---- */

/* wire_require(&reader, a function that reads a value of that type). */
static void require(struct text *out, const char *indent, const char *reader, const char *function)
{
    c_list(out, arena_format(out->arena, "%swire_require", indent),
           (const char *[]){arena_format(out->arena, "&%s", reader), function}, 2, ");\n");
}

void marshal_get_value(struct text *out, const char *indent, const char *reader, const struct ir_type *type,
                       const char *variable)
{
    struct arena *arena = out->arena;

    if (type->kind == IR_ENUM && type->enumeration->is_closed)
        require(out, indent, reader,
                arena_format(arena, "read_%s(wire_get_enum(&%s), %s)", type->enumeration->name, reader,
                             marshal_address(arena, variable)));
    else if (type->kind == IR_ENUM)
        text_printf(out, "%s%s = (%s)wire_get_enum(&%s);\n", indent, variable,
                    marshal_variable(arena, type, ""), reader);
    else if (wire_scalar_of(type))
        text_printf(out, "%s%s = wire_get_%s(&%s);\n", indent, variable, wire_scalar_of(type)->get, reader);
    else if (type->kind == IR_STRUCT)
        require(out, indent, reader,
                arena_format(arena, "read_%s(wire_get_bytes(&%s), %s)", type->structure->name, reader,
                             marshal_address(arena, variable)));
    else
        text_printf(out, "%swire_get_guid(&%s, %s);\n", indent, reader, marshal_address(arena, variable));
}

static const char *element_type(const struct ir_type *type)
{
    const struct wire_scalar *scalar = wire_scalar_of(type);

    return scalar ? scalar->type : "WIRE_BYTES";
}

void marshal_array_cases(struct text *out, uint32_t number, const struct ir_type *type, const char *reader,
                         const char *piece, const char *array, const char *count, uint32_t limit)
{
    const char *item = arena_format(out->arena, "%s[%s++]", array, count);

    text_printf(out, "        case WIRE_TAG(%u, WIRE_BYTES):\n", number);
    if (wire_scalar_of(type)) {
        text_printf(out, "            %s = wire_reader_of(wire_get_bytes(&%s));\n", piece, reader);
        text_printf(out, "            while (%s.at < %s.end && %s < %u)\n", piece, piece, count, limit);
        marshal_get_value(out, "                ", piece, type, item);
        text_printf(out, "            wire_require(&%s, wire_is_read(&%s));\n            break;\n", reader,
                    piece);
        text_printf(out, "        case WIRE_TAG(%u, %s):\n", number, element_type(type));
    }
    text_printf(out, "            if (%s < %u)\n", count, limit);
    marshal_get_value(out, "                ", reader, type, item);
    text_printf(out, "            else\n                %s.failed = true;\n            break;\n", reader);
}

/* Both forms of a list of numbers, packed and single. */
static void list_case(const struct marshal *marshal, const struct ir_param *param)
{
    text_printf(marshal->out, "        case WIRE_TAG(%u, WIRE_BYTES):\n", param->number);
    if (wire_scalar_of(param->value))
        text_printf(marshal->out, "        case WIRE_TAG(%u, %s):\n", param->number,
                    element_type(param->value));
    text_printf(marshal->out, "            wire_list_add(&%s, &%s, %s);\n            break;\n",
                marshal_local(marshal, param, "list"), marshal->reader, marshal->tag);
}

void marshal_case(const struct marshal *marshal, const struct ir_param *param, const char *variable)
{
    const struct wire_scalar *scalar = wire_scalar_of(param->value);
    struct text *out = marshal->out;
    const char *type = "WIRE_BYTES";

    if (param->shape == WIRE_ARRAY) {
        list_case(marshal, param);
        return;
    }
    if (param->shape == WIRE_SCALAR)
        type = scalar->type;
    else if (param->shape == WIRE_INTERFACE)
        type = "WIRE_VARINT";
    text_printf(out, "        case WIRE_TAG(%u, %s):\n", param->number, type);
    if (param->shape == WIRE_STRING || param->shape == WIRE_BLOB)
        text_printf(out, "            %s = wire_get_bytes(&%s);\n", variable, marshal->reader);
    else if (param->shape == WIRE_INTERFACE)
        text_printf(out, "            %s = wire_get_uint32(&%s);\n", variable, marshal->reader);
    else
        marshal_get_value(out, "            ", marshal->reader, param->value, variable);
    if ((param->is_unique || param->is_allocated) && param->is_indirect && param->shape != WIRE_INTERFACE)
        text_printf(out, "            %s = true;\n", marshal_local(marshal, param, "present"));
    text_puts(out, "            break;\n");
}

void marshal_declare_list(const struct marshal *marshal, const struct ir_param *param)
{
    text_printf(marshal->out, "    struct wire_list %s = WIRE_LIST(%u, %s);\n",
                marshal_local(marshal, param, "list"), param->number, element_type(param->value));
}

bool marshal_needs_element(const struct ir_type *type)
{
    return !wire_scalar_of(type) || (type->kind == IR_ENUM && type->enumeration->is_closed);
}

/* Messages and GUIDs are pieces of their own. */
static void fill_pieces(const struct marshal *m, const struct ir_param *param, const char *item)
{
    text_printf(m->out, "    for (%s = 0; %s < %s.count && wire_next_piece(&%s); %s++)\n", m->i, m->i,
                marshal_local(m, param, "list"), m->list, m->i);
    if (param->value->kind == IR_STRUCT)
        require(
            m->out, "        ", m->reader,
            arena_format(m->arena, "read_%s(%s.piece, &%s)", param->value->structure->name, m->list, item));
    else
        require(m->out, "        ", m->reader,
                arena_format(m->arena, "wire_load_guid(%s.piece, &%s)", m->list, item));
}

void marshal_fill(const struct marshal *m, const struct ir_param *param, const char *array)
{
    const char *list = marshal_local(m, param, "list");
    const char *item =
        array ? arena_format(m->arena, "%s[%s]", array, m->i) : marshal_local(m, param, "element");

    text_printf(m->out, "    %s = %s;\n", m->list, list);
    if (!wire_scalar_of(param->value)) {
        fill_pieces(m, param, item);
        return;
    }
    text_printf(m->out, "    %s = 0;\n    while (wire_next_piece(&%s)) {\n", m->i, m->list);
    text_printf(m->out, "        %s = wire_reader_of(%s.piece);\n", m->piece, m->list);
    text_printf(m->out, "        for (; %s.at < %s.end && %s < %s.count; %s++)\n", m->piece, m->piece, m->i,
                list, m->i);
    if (array || marshal_needs_element(param->value))
        marshal_get_value(m->out, "            ", m->piece, param->value, item);
    else
        text_printf(m->out, "            (void)wire_get_%s(&%s);\n", wire_scalar_of(param->value)->get,
                    m->piece);
    text_printf(m->out, "        wire_require(&%s, wire_is_read(&%s));\n    }\n", m->reader, m->piece);
}
