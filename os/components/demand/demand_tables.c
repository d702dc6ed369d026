/* The tables of interfaces that images bring along: the node goes through them from now on, so they are
 * looked at. */
#include "demand_internal.h"

struct range {
    uintptr_t start;
    size_t bytes;
};

static bool holds(const struct range *range, const void *at, size_t bytes)
{
    uintptr_t offset = (uintptr_t)at - range->start;

    return offset < range->bytes && bytes <= range->bytes - offset;
}

/* A stub is code: that it is there is all that can be seen. */
static bool is_descriptor(const struct range *range, const struct com_interface *interface)
{
    return holds(range, interface, sizeof(*interface)) && holds(range, interface->iid, sizeof(IID)) &&
           holds(range, interface->name, 1) && interface->method_count <= range->bytes / sizeof(void *) &&
           holds(range, interface->proxy_vtbl, interface->method_count * sizeof(void *)) &&
           holds(range, (const void *)(uintptr_t)interface->stub, 1) &&
           (!interface->results || holds(range, interface->results, sizeof(*interface->results)));
}

static HRESULT check_interfaces(ILoadedImage *image)
{
    const struct com_interface *const *row = ILoadedImage_GetInterfaces(image);
    struct range range;
    void *start;
    HRESULT hr = ILoadedImage_GetRange(image, &start, &range.bytes);

    if (FAILED(hr))
        return hr;
    range.start = (uintptr_t)start;
    for (; holds(&range, row, sizeof(*row)); row++) {
        if (!*row)
            return S_OK;
        if (!is_descriptor(&range, *row))
            break;
    }
    return com_fail(OS_E_BAD_IMAGE, "the table of interfaces leads out of the image", NULL);
}

HRESULT demand_add_interfaces(struct demand *demand, ILoadedImage *image)
{
    HRESULT hr = check_interfaces(image);

    if (SUCCEEDED(hr) && demand->node)
        hr = ILocalNode_AddInterfaces(demand->node, ILoadedImage_GetInterfaces(image));
    return hr;
}

HRESULT demand_find_in_node(struct demand *demand, ILoadedImage *image)
{
    size_t bytes;
    void *start;
    HRESULT hr = ILoadedImage_GetRange(image, &start, &bytes);

    return SUCCEEDED(hr) && demand->node ? ILocalNode_FindIn(demand->node, start, bytes) : S_FALSE;
}

bool demand_remove_interfaces(struct demand *demand, ILoadedImage *image)
{
    return !demand->node ||
           ILocalNode_RemoveInterfaces(demand->node, ILoadedImage_GetInterfaces(image)) == S_OK;
}
