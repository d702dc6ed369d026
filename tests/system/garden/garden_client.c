/* Calls every method of a garden with the proxies of garden.idl: `garden_client /net/n1/garden`. */
#include <com_impl.h>
#include <garden.idl.h>
#include <mmlite.h>
#include <stdio.h>
#include <string.h>

static const struct com_interface *const interfaces[] = {&IGarden_interface, &IPlot_interface, NULL};

static int failures;

#define EXPECT(condition)                                           \
    do {                                                            \
        if (!(condition)) {                                         \
            failures++;                                             \
            fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
        }                                                           \
    } while (0)

/* ---- an object of this program ---- */

static uint32_t own_refs = 1;

static HRESULT own_QueryInterface(IPlot *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IPlot, iid, out_object);
}

static uint32_t own_AddRef(IPlot *iface)
{
    (void)iface;
    return __atomic_add_fetch(&own_refs, 1, __ATOMIC_SEQ_CST);
}

static uint32_t own_Release(IPlot *iface)
{
    (void)iface;
    return __atomic_sub_fetch(&own_refs, 1, __ATOMIC_SEQ_CST);
}

static HRESULT own_GetNumber(IPlot *iface, uint32_t *out_number)
{
    (void)iface;
    *out_number = 77;
    return S_OK;
}

static const struct IPlotVtbl own_vtbl = {own_QueryInterface, own_AddRef, own_Release, own_GetNumber};
static IPlot own_plot = {&own_vtbl};

/* ---- structs ---- */

static uint32_t number_of(IPlot *plot)
{
    uint32_t number = UINT32_MAX;

    return plot && SUCCEEDED(IPlot_GetNumber(plot, &number)) ? number : UINT32_MAX;
}

static void expect_row(const struct plant *plant)
{
    const struct plant *second = plant->next;

    EXPECT(plant->kind == PLANT_FLOWER && strcmp(plant->detail.colour, "r\xC3\xB6t") == 0);
    EXPECT(strcmp(plant->name, "rose") == 0 && plant->harvest.unit == 2 && plant->harvest.in.grams == 0.5);
    EXPECT(plant->wanted && plant->wanted->height_cm == 65535 && plant->wanted->width_cm == 1);
    EXPECT(plant->day_count == 3 && plant->days[0] == -1 && plant->days[2] == 32767);
    EXPECT(plant->note_count == 2 && strcmp(plant->notes[0], "") == 0 &&
           strcmp(plant->notes[1], "thorns") == 0);
    EXPECT(plant->plot == &own_plot); /* it has come home, and is no proxy of itself */
    EXPECT(plant->neighbour_count == 3 && number_of(plant->neighbours[0]) == 0 && !plant->neighbours[1] &&
           number_of(plant->neighbours[2]) == 77);
    EXPECT(second && second->kind == PLANT_TREE && second->detail.extent.height_cm == 900);
    EXPECT(second && !second->wanted && !second->days && !second->notes && !second->plot && !second->next);
    EXPECT(second && second->harvest.unit == 3);
}

static void try_structs(IGarden *garden, IPlot *whole)
{
    char colour[] = "r\xC3\xB6t", rose[] = "rose", oak[] = "oak", empty[] = "", thorns[] = "thorns";
    int16_t days[] = {-1, 0, 32767};
    char *notes[] = {empty, thorns};
    IPlot *neighbours[] = {whole, NULL, &own_plot};
    struct extent wanted = {65535, 1};
    struct plant second = {.kind = PLANT_TREE, .detail.extent = {900, 300}, .name = oak, .harvest.unit = 3};
    struct plant first = {.kind = PLANT_FLOWER,
                          .detail.colour = colour,
                          .name = rose,
                          .harvest = {.unit = 2, .in.grams = 0.5},
                          .wanted = &wanted,
                          .day_count = 3,
                          .days = days,
                          .note_count = 2,
                          .notes = notes,
                          .plot = &own_plot,
                          .neighbour_count = 3,
                          .neighbours = neighbours,
                          .next = &second};
    struct plant copy = {0};
    uint32_t count = 0, i;

    for (i = 0; i < 20; i++) {
        EXPECT(IGarden_Copy(garden, &first, &copy, &count) == S_OK && count == 2);
        expect_row(&copy);
        EXPECT(IGarden_Pick(garden, &copy) == S_OK); /* the copy is replaced */
        EXPECT(copy.kind == PLANT_TREE && strcmp(copy.name, "oak") == 0 && !copy.next && !copy.notes);
        EXPECT(IGarden_Pick(garden, &copy) == S_FALSE);
        EXPECT(copy.kind == PLANT_TREE && copy.detail.extent.width_cm == 300);
        com_free_plant(&copy);
    }
    first.kind = (enum plant_kind)5; /* an integer of the default arm */
    first.detail.code = INT64_MIN;
    EXPECT(IGarden_Copy(garden, &first, &copy, &count) == S_OK);
    EXPECT(copy.detail.code == INT64_MIN);
    com_free_plant(&copy);
    first.harvest.unit = 4; /* no arm */
    EXPECT(IGarden_Copy(garden, &first, &copy, &count) == RPC_E_CLIENT_CANTMARSHAL_DATA);
}

/* ---- unions and arrays ---- */

static void try_unions(IGarden *garden)
{
    char colour[] = "blue";
    union detail detail = {.extent = {1, 2}}, out_detail;
    struct amount amounts[] = {{.unit = 1, .in.grams = 1.5},
                               {.unit = 0, .in.pieces = 9},
                               {.unit = 1, .in.grams = 2}},
                  sum;
    enum plant_kind kind;

    EXPECT(IGarden_Grow(garden, PLANT_TREE, &detail, &kind, &out_detail) == S_OK);
    EXPECT(kind == PLANT_TREE && out_detail.extent.height_cm == 11 && out_detail.extent.width_cm == 2);
    detail.colour = colour;
    EXPECT(IGarden_Grow(garden, PLANT_FLOWER, &detail, &kind, &out_detail) == S_OK);
    EXPECT(kind == PLANT_FLOWER && strcmp(out_detail.colour, "blue") == 0);
    com_free(out_detail.colour);
    EXPECT(IGarden_Grow(garden, PLANT_HERB, &detail, &kind, &out_detail) == S_OK && kind == PLANT_HERB);
    EXPECT(IGarden_Sum(garden, amounts, 3, &sum) == S_OK && sum.unit == 1 && sum.in.grams == 3.5);
}

static void try_arrays(IGarden *garden, IPlot *whole)
{
    const struct extent low = {1, 9}, high = {8, 2}, *extents[] = {&low, &high};
    IPlot *plots[4] = {whole, &own_plot, &own_plot, whole}, *garbage = (IPlot *)(void *)&low;
    IPlot *nobody[2] = {garbage, garbage};
    struct extent extent;
    uint32_t numbers[4] = {1, 1, 1, 1}, count = 0, i;

    EXPECT(IGarden_Cover(garden, extents, 2, &extent) == S_OK && extent.height_cm == 8 &&
           extent.width_cm == 9);
    EXPECT(IGarden_Number(garden, plots, 3, numbers) == S_OK);
    EXPECT(numbers[0] == 0 && numbers[1] == 77 && numbers[2] == 77 && numbers[3] == 1);
    memset(plots, 0, sizeof(plots));
    EXPECT(IGarden_Divide(garden, 4, 3, plots, &count) == S_OK && count == 3);
    EXPECT(IGarden_Number(garden, plots, 3, numbers) == S_OK && numbers[0] == 1 && numbers[2] == 3);
    for (i = 0; i < count; i++)
        (void)IPlot_Release(plots[i]);
    EXPECT(IGarden_Divide(garden, 2, 3, nobody, &count) == E_INVALIDARG && !nobody[0] && !nobody[1]);
}

int main(int argument_count, char **arguments)
{
    struct mmlite *mmlite = NULL;
    HRESULT hr;

    if (argument_count != 2)
        return 2;
    hr = mmlite_open(&(struct mmlite_options){.interfaces = interfaces}, &mmlite);
    if (SUCCEEDED(hr)) {
        COM_SCOPED(IGarden) garden = NULL;
        COM_SCOPED(IPlot) whole = NULL;

        hr = mmlite_bind(mmlite, arguments[1], &IID_IGarden, (void **)&garden);
        if (SUCCEEDED(hr))
            hr = IGarden_QueryInterface(garden, &IID_IPlot, (void **)&whole);
        if (SUCCEEDED(hr)) {
            try_structs(garden, whole);
            try_unions(garden);
            try_arrays(garden, whole);
        }
    }
    if (FAILED(hr))
        fprintf(stderr, "%s: %s %s\n", arguments[1], mmlite_result_name(mmlite, hr), com_error_detail());
    mmlite_close(mmlite);
    EXPECT(own_refs == 1); /* nobody holds it any more */
    return FAILED(hr) || failures ? 1 : 0;
}
