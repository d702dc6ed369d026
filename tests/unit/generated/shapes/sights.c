/* What values look like. */
#include "values.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void see(struct sight *sight, const char *format, ...)
{
    size_t left = sizeof(sight->text) - sight->length;
    va_list arguments;

    va_start(arguments, format);
    sight->length += (size_t)vsnprintf(sight->text + sight->length, left, format, arguments);
    va_end(arguments);
    if (sight->length >= sizeof(sight->text))
        abort();
}

void see_text(struct sight *sight, const char *text)
{
    see(sight, text ? "\"%s\" " : "NULL ", text);
}

void see_object(struct sight *sight, const IUnknown *object)
{
    see(sight, "object %d ", object ? (int)(object - objects) : -1);
}

void see_bytes(struct sight *sight, const void *bytes, size_t size)
{
    size_t i;

    for (i = 0; i < size; i++)
        see(sight, "%02x", ((const uint8_t *)bytes)[i]);
    see(sight, " ");
}

void see_wide(struct sight *sight, const uint16_t *text)
{
    if (text)
        see_bytes(sight, text, (wide_length(text) + 1) * sizeof(*text));
    else
        see(sight, "NULL ");
}

static void see_box(struct sight *sight, const struct box *box)
{
    if (box)
        see(sight, "box %d %d \"%s\" ", box->width, box->height, box->label);
    else
        see(sight, "no box ");
}

void see_figure(struct sight *sight, enum figure_kind kind, const union figure *figure)
{
    see(sight, "figure %d ", (int)kind);
    switch ((int32_t)kind) {
    case FIGURE_CIRCLE:
        see(sight, "%f ", figure->radius);
        break;
    case FIGURE_BOX:
    case FIGURE_BOX + 1:
        see_box(sight, &figure->box);
        break;
    case FIGURE_NAMED:
        see_text(sight, figure->name);
        break;
    case FIGURE_TINTED:
        see(sight, "%d ", (int)figure->tint);
        break;
    }
}

void see_value(struct sight *sight, const value_t *value)
{
    see(sight, "value %u ", value->kind);
    if (value->kind == 1)
        see(sight, "%u ", value->as.number);
    else if (value->kind == 2 || value->kind == 3)
        see_text(sight, value->as.text);
    else if (value->kind == 4)
        see_bytes(sight, &value->as.id, sizeof(value->as.id));
    else if (value->kind == 5)
        see_object(sight, value->as.object);
    else if (value->kind == 6)
        see_bytes(sight, value->as.bytes, 4);
    else if (value->kind != 7)
        see(sight, "%lld ", (long long)value->as.other);
}

void see_drawn(struct sight *sight, const struct drawn *drawn)
{
    see_figure(sight, drawn->kind, &drawn->figure);
    see(sight, "how %u ", drawn->how);
    if (drawn->how == 0)
        see(sight, "%d %d ", drawn->place.at.x, drawn->place.at.y);
    else if (drawn->how == 1)
        see(sight, "%d ", drawn->place.is_visible);
    else if (drawn->how == 2)
        see_box(sight, drawn->place.around);
    else
        see(sight, "%f ", (double)drawn->place.angle);
}

void see_node(struct sight *sight, const struct node *node)
{
    uint32_t i;

    see(sight, "node %d ", node->value);
    see_text(sight, node->name);
    if (node->next)
        see_node(sight, node->next);
    see(sight, "(%u: ", node->child_count);
    for (i = 0; i < node->child_count; i++)
        see_node(sight, &node->children[i]);
    see(sight, ") ");
}

void see_arrays(struct sight *sight, const struct arrays *arrays)
{
    uint32_t i;

    see(sight, "arrays ");
    see_bytes(sight, arrays->numbers, arrays->count * sizeof(*arrays->numbers));
    see(sight, "%u ", arrays->byte_count);
    if (arrays->bytes)
        see_bytes(sight, arrays->bytes, arrays->byte_count);
    see(sight, "%u ", arrays->room);
    for (i = 0; i < arrays->used; i++)
        see_box(sight, &arrays->boxes[i]);
    for (i = 0; i < arrays->name_count; i++)
        see_text(sight, arrays->names[i]);
    for (i = 0; i < (uint32_t)arrays->object_count; i++)
        see_object(sight, arrays->objects[i]);
    for (i = 0; i < 2; i++) {
        see_box(sight, &arrays->fixed[i]);
        see_text(sight, arrays->pair[i]);
    }
    if (arrays->maybe)
        see(sight, "maybe %lld ", (long long)*arrays->maybe);
    see_box(sight, arrays->box);
    see_bytes(sight, arrays->ids, 3 * sizeof(*arrays->ids));
    for (i = 0; i < arrays->value_count; i++)
        see_value(sight, &arrays->values[i]);
    see_wide(sight, arrays->title);
    see_bytes(sight, arrays->code, sizeof(arrays->code));
    see(sight, "%u %d %u %d%d%d %u ", arrays->first, arrays->is_even, arrays->middle, arrays->bits[0],
        arrays->bits[1], arrays->bits[2], arrays->last);
    for (i = 0; i < arrays->line_count; i++)
        see_wide(sight, arrays->lines[i]);
}

void see_held(struct sight *sight, const struct held *held)
{
    see_bytes(sight, &held->iid, sizeof(held->iid));
    see_object(sight, held->object);
    see_object(sight, held->plain);
}
