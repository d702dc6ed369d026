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
    marshal->start = c_local(arena, method, "start");
    marshal->elements = c_local(arena, method, "elements");
    marshal->element = c_local(arena, method, "element");
    marshal->mark = c_local(arena, method, "mark");
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
    type = marshal->method->params[size->param].value;
    if (type->kind == IR_BASE && type->base == BASE_UINT32)
        return value;
    return arena_format(marshal->arena, "(uint32_t)%s", value);
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

/* ---- writing ---- */

static const char *address_of(struct arena *arena, const char *value)
{
    return *value == '*' ? value + 1 : arena_format(arena, "&%s", value);
}

const char *marshal_scalar(struct arena *arena, const struct ir_type *type, const char *value)
{
    if (type->kind == IR_ENUM)
        return arena_format(arena, "(int32_t)%s", value);
    if (type->base == BASE_CHAR)
        return arena_format(arena, "(uint8_t)%s", value);
    if (type->base == BASE_BOOLEAN)
        return arena_format(arena, "%s != 0", value);
    return value;
}

void marshal_put_value(struct text *out, const char *indent, const char *writer, uint32_t number,
                       const struct ir_type *type, const char *value)
{
    const struct wire_scalar *scalar = wire_scalar_of(type);

    if (scalar)
        text_printf(out, "%swire_put_%s(%s, %u, %s);\n", indent, scalar->put, writer, number,
                    marshal_scalar(out->arena, type, value));
    else if (type->kind == IR_STRUCT)
        text_printf(out, "%swrite_%s(%s, %u, %s);\n", indent, type->structure->name, writer, number,
                    address_of(out->arena, value));
    else
        text_printf(out, "%swire_put_guid(%s, %u, %s);\n", indent, writer, number,
                    address_of(out->arena, value));
}

void marshal_put_array(const struct marshal *marshal, const struct ir_param *param, const char *array,
                       const char *count)
{
    const struct wire_scalar *scalar = wire_scalar_of(param->value);
    const char *item = arena_format(marshal->arena, "%s[%s]", array, marshal->i);
    struct text *out = marshal->out;

    if (!scalar) {
        text_printf(out, "    for (%s = 0; %s < %s; %s++)\n", marshal->i, marshal->i, count, marshal->i);
        marshal_put_value(out, "        ", arena_format(marshal->arena, "&%s", marshal->writer),
                          param->number, param->value, item);
        return;
    }
    text_printf(out, "    (void)wire_open(&%s, %u, %s * %uu, &%s);\n", marshal->writer, param->number, count,
                scalar->bound, marshal->mark);
    text_printf(out, "    for (%s = 0; %s < %s; %s++)\n", marshal->i, marshal->i, count, marshal->i);
    text_printf(out, "        wire_put_element_%s(&%s, %s);\n", scalar->put, marshal->writer,
                marshal_scalar(marshal->arena, param->value, item));
    text_printf(out, "    wire_close(&%s, &%s);\n", marshal->writer, marshal->mark);
}

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
        else if (param->value->structure->has_pointers)
            pieces_add(terms, "%s", marshal_local(marshal, param, "bound"));
        else
            pieces_add(terms, "%s * WIRE_BYTES_BOUND(%u)", count, (unsigned)param->value->structure->bound);
        break;
    case WIRE_GUID:
        pieces_add(terms, "WIRE_BYTES_BOUND(16)");
        break;
    case WIRE_STRUCT:
        if (param->value->structure->has_pointers)
            pieces_add(terms, "%s", marshal_local(marshal, param, "bound"));
        else
            pieces_add(terms, "WIRE_BYTES_BOUND(%u)", (unsigned)param->value->structure->bound);
        break;
    default:
        break; /* scalars and interfaces are counted together */
    }
}

/* ---- reading ---- */

static const char *get_expression(struct arena *arena, const struct ir_type *type, const char *reader)
{
    if (type->kind != IR_ENUM)
        return arena_format(arena, "wire_get_%s(%s)", wire_scalar_of(type)->get, reader);
    if (type->enumeration->is_closed)
        return arena_format(arena, "read_%s(%s)", type->enumeration->name, reader);
    return arena_format(arena, "(%s)wire_get_enum(%s)", marshal_variable(arena, type, ""), reader);
}

void marshal_get_value(struct text *out, const char *indent, const char *reader, const struct ir_type *type,
                       const char *variable)
{
    if (wire_scalar_of(type))
        text_printf(out, "%s%s = %s;\n", indent, variable, get_expression(out->arena, type, reader));
    else if (type->kind == IR_STRUCT && type->structure->has_pointers)
        text_printf(out, "%sread_%s(call, %s, %s);\n", indent, type->structure->name, reader,
                    address_of(out->arena, variable));
    else if (type->kind == IR_STRUCT)
        text_printf(out, "%sread_%s(%s, %s);\n", indent, type->structure->name, reader,
                    address_of(out->arena, variable));
    else
        text_printf(out, "%swire_get_guid(%s, %s);\n", indent, reader, address_of(out->arena, variable));
}

static const char *element_type(const struct ir_type *type)
{
    const struct wire_scalar *scalar = wire_scalar_of(type);

    return scalar ? scalar->type : "WIRE_BYTES";
}

void marshal_case(const struct marshal *marshal, const struct ir_param *param, const char *variable)
{
    const char *reader = arena_format(marshal->arena, "&%s", marshal->reader);
    const struct wire_scalar *scalar = wire_scalar_of(param->value);
    struct text *out = marshal->out;
    const char *type = "WIRE_BYTES";

    if (param->shape == WIRE_ARRAY)
        return;
    if (param->shape == WIRE_SCALAR)
        type = scalar->type;
    else if (param->shape == WIRE_INTERFACE)
        type = "WIRE_VARINT";
    text_printf(out, "        case WIRE_TAG(%u, %s):\n", param->number, type);
    if (param->shape == WIRE_STRING || param->shape == WIRE_BLOB)
        text_printf(out, "            %s = wire_get_bytes(%s);\n", variable, reader);
    else if (param->shape == WIRE_INTERFACE)
        text_printf(out, "            %s = wire_get_uint32(%s);\n", variable, reader);
    else
        marshal_get_value(out, "            ", reader, param->value, variable);
    if (param->is_unique && param->is_indirect && param->shape != WIRE_INTERFACE)
        text_printf(out, "            %s = true;\n", marshal_local(marshal, param, "present"));
    text_puts(out, "            break;\n");
}

static void open_elements(const struct marshal *marshal, const struct ir_param *param)
{
    text_printf(marshal->out, "    %s = wire_elements(%s, %u, %s);\n", marshal->elements, marshal->start,
                param->number, element_type(param->value));
}

void marshal_count_elements(const struct marshal *marshal, const struct ir_param *param, const char *counter,
                            bool check)
{
    struct text *out = marshal->out;

    open_elements(marshal, param);
    text_printf(out, "    for (; (%s = wire_next_element(&%s)) != NULL; %s++)\n", marshal->element,
                marshal->elements, counter);
    if (wire_scalar_of(param->value))
        text_printf(out, "        (void)%s;\n",
                    get_expression(marshal->arena, param->value, marshal->element));
    else if (check)
        marshal_get_value(out, "        ", marshal->element, param->value,
                          marshal_local(marshal, param, "element"));
    else
        text_printf(out, "        (void)wire_get_bytes(%s);\n", marshal->element);
    text_printf(out, "    if (wire_elements_failed(&%s))\n        %s.failed = true;\n", marshal->elements,
                marshal->reader);
}

void marshal_fill(const struct marshal *marshal, const struct ir_param *param, const char *array,
                  const char *count)
{
    const char *item = arena_format(marshal->arena, "%s[%s]", array, marshal->i);

    open_elements(marshal, param);
    text_printf(marshal->out, "    for (%s = 0; %s < %s && (%s = wire_next_element(&%s)) != NULL; %s++)\n",
                marshal->i, marshal->i, count, marshal->element, marshal->elements, marshal->i);
    marshal_get_value(marshal->out, "        ", marshal->element, param->value, item);
}
