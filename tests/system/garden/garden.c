/* The object of garden.idl; loaded by nodes of every kind. It is also a plot, with the number 0. */
#include "plants.h"
#include <com/namespace.idl.h>
#include <component.h>
#include <string.h>

struct garden {
    IGarden IGarden_iface;
    IPlot IPlot_iface;
    struct com_refs refs;
};

struct plot {
    IPlot IPlot_iface;
    struct com_refs refs;
    struct garden *garden; /* one reference: a loaded image stays while a plot is held */
    uint32_t number;
};

static struct garden *impl_from_IGarden(IGarden *iface)
{
    return container_of(iface, struct garden, IGarden_iface);
}

static struct garden *garden_from_IPlot(IPlot *iface)
{
    return container_of(iface, struct garden, IPlot_iface);
}

static struct plot *impl_from_IPlot(IPlot *iface)
{
    return container_of(iface, struct plot, IPlot_iface);
}

/* ---- plots ---- */

static HRESULT plot_QueryInterface(IPlot *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IPlot, iid, out_object);
}

static uint32_t plot_AddRef(IPlot *iface)
{
    return com_refs_add(&impl_from_IPlot(iface)->refs);
}

static uint32_t plot_Release(IPlot *iface)
{
    struct plot *plot = impl_from_IPlot(iface);
    uint32_t left = com_refs_release(&plot->refs);

    if (!left) {
        IGarden_Release(&plot->garden->IGarden_iface);
        com_free(plot);
    }
    return left;
}

static HRESULT plot_GetNumber(IPlot *iface, uint32_t *out_number)
{
    *out_number = impl_from_IPlot(iface)->number;
    return S_OK;
}

static const struct IPlotVtbl plot_vtbl = {
    .QueryInterface = plot_QueryInterface,
    .AddRef = plot_AddRef,
    .Release = plot_Release,
    .GetNumber = plot_GetNumber,
};

/* ---- the garden ---- */

static HRESULT garden_QueryInterface(IGarden *iface, const IID *iid, void **out_object)
{
    static const struct com_query_row ROWS[] = {
        {&IID_IGarden, offsetof(struct garden, IGarden_iface)},
        {&IID_IPlot, offsetof(struct garden, IPlot_iface)},
    };

    return com_query_table(impl_from_IGarden(iface), ROWS, 2, iid, out_object);
}

static uint32_t garden_AddRef(IGarden *iface)
{
    return com_refs_add(&impl_from_IGarden(iface)->refs);
}

static uint32_t garden_Release(IGarden *iface)
{
    struct garden *garden = impl_from_IGarden(iface);
    uint32_t left = com_refs_release(&garden->refs);

    if (!left)
        com_free(garden);
    return left;
}

static HRESULT garden_Copy(IGarden *iface, const struct plant *plant, struct plant *out_plant,
                           uint32_t *out_count)
{
    HRESULT hr = plant_copy(plant, out_plant);

    (void)iface;
    if (SUCCEEDED(hr))
        *out_count = plant_count(plant);
    return hr;
}

static HRESULT garden_Pick(IGarden *iface, struct plant *inout_plant)
{
    struct plant *second = inout_plant->next;

    (void)iface;
    if (!second)
        return S_FALSE;
    inout_plant->next = NULL;
    com_free_plant(inout_plant);
    *inout_plant = *second;
    com_free(second);
    return S_OK;
}

static HRESULT garden_Grow(IGarden *iface, enum plant_kind kind, const union detail *detail,
                           enum plant_kind *out_kind, union detail *out_detail)
{
    size_t size;

    (void)iface;
    if (kind == PLANT_FLOWER) {
        size = strlen(detail->colour) + 1;
        out_detail->colour = com_alloc(size);
        if (!out_detail->colour)
            return E_OUTOFMEMORY;
        memcpy(out_detail->colour, detail->colour, size);
    } else {
        *out_detail = *detail;
    }
    if (kind == PLANT_TREE)
        out_detail->extent.height_cm = (uint16_t)(out_detail->extent.height_cm + 10);
    *out_kind = kind;
    return S_OK;
}

static HRESULT garden_Sum(IGarden *iface, const struct amount *amounts, uint32_t count,
                          struct amount *out_sum)
{
    struct amount sum = amounts[0];
    uint32_t i;

    (void)iface;
    for (i = 1; i < count; i++) {
        if (amounts[i].unit != sum.unit)
            continue;
        if (sum.unit == 0)
            sum.in.pieces += amounts[i].in.pieces;
        else if (sum.unit != 3)
            sum.in.grams += amounts[i].in.grams;
    }
    *out_sum = sum;
    return S_OK;
}

static HRESULT garden_Cover(IGarden *iface, const struct extent *const *extents, uint32_t count,
                            struct extent *out_extent)
{
    struct extent extent = {0, 0};
    uint32_t i;

    (void)iface;
    for (i = 0; i < count; i++) {
        if (extents[i]->height_cm > extent.height_cm)
            extent.height_cm = extents[i]->height_cm;
        if (extents[i]->width_cm > extent.width_cm)
            extent.width_cm = extents[i]->width_cm;
    }
    *out_extent = extent;
    return S_OK;
}

static HRESULT garden_Number(IGarden *iface, IPlot *const *plots, uint32_t count, uint32_t *out_numbers)
{
    HRESULT hr = S_OK;
    uint32_t i;

    (void)iface;
    for (i = 0; i < count && SUCCEEDED(hr); i++)
        hr = plots[i] ? IPlot_GetNumber(plots[i], &out_numbers[i]) : E_POINTER;
    return hr;
}

static HRESULT garden_Divide(IGarden *iface, uint32_t room, uint32_t count, IPlot **out_plots,
                             uint32_t *out_count)
{
    struct plot *plot;
    uint32_t i;

    if (count > room)
        return E_INVALIDARG;
    for (i = 0; i < count; i++) {
        plot = com_alloc(sizeof(*plot));
        if (!plot)
            break;
        *plot = (struct plot){.IPlot_iface = {&plot_vtbl},
                              .refs = COM_REFS_INIT,
                              .garden = impl_from_IGarden(iface),
                              .number = i + 1};
        IGarden_AddRef(iface);
        out_plots[i] = &plot->IPlot_iface;
    }
    *out_count = i;
    if (i == count)
        return S_OK;
    while (i) {
        IPlot_Release(out_plots[--i]);
        out_plots[i] = NULL;
    }
    return E_OUTOFMEMORY;
}

static const struct IGardenVtbl garden_vtbl = {
    .QueryInterface = garden_QueryInterface,
    .AddRef = garden_AddRef,
    .Release = garden_Release,
    .Copy = garden_Copy,
    .Pick = garden_Pick,
    .Grow = garden_Grow,
    .Sum = garden_Sum,
    .Cover = garden_Cover,
    .Number = garden_Number,
    .Divide = garden_Divide,
};

/* ---- the garden as a plot ---- */

static HRESULT whole_QueryInterface(IPlot *iface, const IID *iid, void **out_object)
{
    return garden_QueryInterface(&garden_from_IPlot(iface)->IGarden_iface, iid, out_object);
}

static uint32_t whole_AddRef(IPlot *iface)
{
    return garden_AddRef(&garden_from_IPlot(iface)->IGarden_iface);
}

static uint32_t whole_Release(IPlot *iface)
{
    return garden_Release(&garden_from_IPlot(iface)->IGarden_iface);
}

static HRESULT whole_GetNumber(IPlot *iface, uint32_t *out_number)
{
    (void)iface;
    *out_number = 0;
    return S_OK;
}

static const struct IPlotVtbl whole_vtbl = {
    .QueryInterface = whole_QueryInterface,
    .AddRef = whole_AddRef,
    .Release = whole_Release,
    .GetNumber = whole_GetNumber,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    struct garden *garden = com_alloc(sizeof(*garden));

    (void)ns;
    if (!garden)
        return E_OUTOFMEMORY;
    *garden =
        (struct garden){.IGarden_iface = {&garden_vtbl}, .IPlot_iface = {&whole_vtbl}, .refs = COM_REFS_INIT};
    *out_object = (IUnknown *)&garden->IGarden_iface;
    return S_OK;
}
