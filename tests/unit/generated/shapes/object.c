/* An object that gives back what it is given, in memory of its own. */
#include "object.h"

#include <string.h>

uint32_t shapes_calls;
struct sight shapes_saw;
HRESULT shapes_result = S_OK;
uint32_t shapes_deeper;

static HRESULT shapes_QueryInterface(IShapes *iface, const IID *iid, void **out_object)
{
    (void)iface;
    (void)iid;
    *out_object = NULL;
    return E_NOINTERFACE;
}

static uint32_t shapes_AddRef(IShapes *iface)
{
    (void)iface;
    return 2;
}

static uint32_t shapes_Release(IShapes *iface)
{
    (void)iface;
    return 1;
}

struct sight *shapes_begin(void)
{
    shapes_calls++;
    shapes_saw.length = 0;
    shapes_saw.text[0] = '\0';
    return &shapes_saw;
}

static HRESULT shapes_Figure(IShapes *iface, enum figure_kind kind, const union figure *figure,
                             enum figure_kind *out_kind, union figure *out_figure)
{
    (void)iface;
    see_figure(shapes_begin(), kind, figure);
    if (FAILED(shapes_result))
        return shapes_result;
    *out_kind = kind;
    if (copy_figure(out_figure, kind, figure))
        return S_OK;
    free_figure(kind, out_figure);
    return E_OUTOFMEMORY;
}

static HRESULT shapes_FigureByValue(IShapes *iface, enum figure_kind kind, union figure figure,
                                    union figure *inout_figure)
{
    union figure copy;

    (void)iface;
    see_figure(shapes_begin(), kind, &figure);
    see_figure(&shapes_saw, kind, inout_figure);
    if (FAILED(shapes_result))
        return shapes_result;
    if (!copy_figure(&copy, kind, &figure)) {
        free_figure(kind, &copy);
        return E_OUTOFMEMORY;
    }
    free_figure(kind, inout_figure);
    *inout_figure = copy;
    return S_OK;
}

static void free_value(value_t *value)
{
    if (value->kind == 2 || value->kind == 3)
        com_free(value->as.text);
    else if (value->kind == 5 && value->as.object)
        (void)IUnknown_Release(value->as.object);
}

static HRESULT shapes_Value(IShapes *iface, const value_t *value, const value_t *maybe, value_t *out_value,
                            boolean *out_present)
{
    (void)iface;
    see_value(shapes_begin(), value);
    if (maybe)
        see_value(&shapes_saw, maybe);
    if (FAILED(shapes_result))
        return shapes_result;
    *out_present = maybe != NULL;
    if (copy_value(out_value, value))
        return S_OK;
    free_value(out_value);
    return E_OUTOFMEMORY;
}

static HRESULT shapes_Drawn(IShapes *iface, const struct drawn *drawn, struct drawn *inout_drawn,
                            struct drawn *out_drawn)
{
    struct drawn copy;

    (void)iface;
    see_drawn(shapes_begin(), drawn);
    see_drawn(&shapes_saw, inout_drawn);
    if (FAILED(shapes_result))
        return shapes_result;
    if (!copy_drawn(&copy, drawn)) {
        com_free_drawn(&copy);
        return E_OUTOFMEMORY;
    }
    *out_drawn = *inout_drawn;
    *inout_drawn = copy;
    return S_OK;
}

static uint32_t count_nodes(const struct node *node)
{
    uint32_t count = 1, i;

    if (node->next)
        count += count_nodes(node->next);
    for (i = 0; i < node->child_count; i++)
        count += count_nodes(&node->children[i]);
    return count;
}

/* Behind the last of the list: others, of which every second one is a child. @retval false memory ran out */
static bool deepen(struct node *node, uint32_t count)
{
    struct node *inner;

    while (node->next)
        node = node->next;
    for (; count; count--, node = inner) {
        inner = com_alloc(sizeof(*inner));
        if (!inner)
            return false;
        memset(inner, 0, sizeof(*inner));
        inner->name = copy_text("deep");
        if (count % 2) {
            node->next = inner;
        } else {
            com_free(node->children);
            node->children = inner;
            node->child_count = 1;
        }
        if (!inner->name)
            return false;
    }
    return true;
}

static HRESULT shapes_Node(IShapes *iface, const struct node *node, struct node *out_node,
                           uint32_t *out_total)
{
    (void)iface;
    see_node(shapes_begin(), node);
    if (FAILED(shapes_result))
        return shapes_result;
    *out_total = count_nodes(node);
    if (copy_node(out_node, node) && deepen(out_node, shapes_deeper))
        return S_OK;
    com_free_node(out_node);
    return E_OUTOFMEMORY;
}

/* The first of a list goes away, a new one comes. */
static HRESULT shapes_ChangeNode(IShapes *iface, struct node *inout_node)
{
    struct node *next = inout_node->next;

    (void)iface;
    see_node(shapes_begin(), inout_node);
    if (FAILED(shapes_result))
        return shapes_result;
    if (next) {
        inout_node->next = next->next;
        next->next = NULL;
        com_free_node(next);
        com_free(next);
    } else {
        com_free(inout_node->name);
        inout_node->name = copy_text("changed");
    }
    inout_node->value++;
    return S_OK;
}

static HRESULT shapes_Arrays(IShapes *iface, const struct arrays *arrays, struct arrays *out_arrays)
{
    (void)iface;
    see_arrays(shapes_begin(), arrays);
    if (FAILED(shapes_result))
        return shapes_result;
    if (copy_arrays(out_arrays, arrays))
        return S_OK;
    com_free_arrays(out_arrays);
    return E_OUTOFMEMORY;
}

static HRESULT shapes_Held(IShapes *iface, const struct held *held, IUnknown *other, struct held *out_held)
{
    (void)iface;
    see_held(shapes_begin(), held);
    if (FAILED(shapes_result))
        return shapes_result;
    copy_held(out_held, held);
    if (!out_held->plain)
        out_held->plain = share(other);
    return S_OK;
}

static HRESULT shapes_Lists(IShapes *iface, uint32_t count, const struct drawn *drawn,
                            const char *const *names, uint32_t room, struct named *out_named,
                            uint32_t *out_count)
{
    uint32_t i;

    (void)iface;
    shapes_begin();
    for (i = 0; i < count; i++)
        see_drawn(&shapes_saw, &drawn[i]);
    if (FAILED(shapes_result))
        return shapes_result;
    for (i = 0; i < count && i < room; i++) {
        out_named[i].name = copy_text(names[i]);
        out_named[i].number = i;
        if (!out_named[i].name)
            break;
    }
    *out_count = i;
    if (i == count || i == room)
        return S_OK;
    while (i-- > 0)
        com_free_named(&out_named[i]);
    return E_OUTOFMEMORY;
}

static HRESULT shapes_Objects(IShapes *iface, uint32_t count, IUnknown *const *given, uint32_t room,
                              IUnknown **out_objects, uint32_t *out_count)
{
    uint32_t i;

    (void)iface;
    shapes_begin();
    if (FAILED(shapes_result))
        return shapes_result;
    for (i = 0; i < count && i < room; i++)
        out_objects[i] = share(given[count - 1 - i]);
    *out_count = i;
    return S_OK;
}

static HRESULT shapes_Names(IShapes *iface, uint32_t room, char **out_names, const char *prefix)
{
    uint32_t i;

    (void)iface;
    shapes_begin();
    if (FAILED(shapes_result))
        return shapes_result;
    for (i = 0; i < room; i++) {
        out_names[i] = copy_text(prefix);
        if (!out_names[i])
            break;
    }
    if (i == room)
        return S_OK;
    while (i-- > 0) {
        com_free(out_names[i]);
        out_names[i] = NULL;
    }
    return E_OUTOFMEMORY;
}

static HRESULT shapes_Tagged(IShapes *iface, const struct tagged *tagged, const struct strict *strict,
                             uint64_t number, const int32_t *three, struct tagged *out_tagged,
                             struct strict *out_strict, uint64_t *out_number, int32_t *out_three)
{
    (void)iface;
    shapes_begin();
    if (FAILED(shapes_result))
        return shapes_result;
    *out_tagged = *tagged;
    *out_strict = *strict;
    *out_number = number;
    memcpy(out_three, three, 3 * sizeof(*three));
    return S_OK;
}

static const struct IShapesVtbl shapes_vtbl = {
    .QueryInterface = shapes_QueryInterface,
    .AddRef = shapes_AddRef,
    .Release = shapes_Release,
    .Figure = shapes_Figure,
    .FigureByValue = shapes_FigureByValue,
    .Value = shapes_Value,
    .Drawn = shapes_Drawn,
    .Node = shapes_Node,
    .ChangeNode = shapes_ChangeNode,
    .Arrays = shapes_Arrays,
    .Held = shapes_Held,
    .Lists = shapes_Lists,
    .Objects = shapes_Objects,
    .Names = shapes_Names,
    .Tagged = shapes_Tagged,
    .Card = shapes_Card,
    .Cards = shapes_Cards,
    .Replace = shapes_Replace,
    .Bstrs = shapes_Bstrs,
    .Maybe = shapes_Maybe,
    .Given = shapes_Given,
};

IShapes shapes_object = {&shapes_vtbl};
