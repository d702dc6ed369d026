/* The object of greenhouse.idl; loaded by nodes of every kind. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <greenhouse.idl.h>
#include <rpc/node.idl.h>
#include <string.h>

struct bed {
    IBed IBed_iface;
    struct com_refs refs;
    struct greenhouse *house; /* one reference: a loaded image stays while a bed is held */
    uint8_t index;
    struct com_lock lock;
    uint64_t total_ml; /* (lock) */
};

struct greenhouse {
    IGreenhouse IGreenhouse_iface;
    struct com_refs refs;
    ILocalNode *node; /* one reference */
};

static const struct IBedVtbl bed_vtbl;
static const struct IGreenhouseVtbl greenhouse_vtbl;

static struct bed *impl_from_IBed(IBed *iface)
{
    return container_of(iface, struct bed, IBed_iface);
}

static struct greenhouse *impl_from_IGreenhouse(IGreenhouse *iface)
{
    return container_of(iface, struct greenhouse, IGreenhouse_iface);
}

/* ---- beds ---- */

static HRESULT bed_QueryInterface(IBed *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IBed, iid, out_object);
}

static uint32_t bed_AddRef(IBed *iface)
{
    return com_refs_add(&impl_from_IBed(iface)->refs);
}

static uint32_t bed_Release(IBed *iface)
{
    struct bed *bed = impl_from_IBed(iface);
    uint32_t left = com_refs_release(&bed->refs);

    if (!left) {
        IGreenhouse_Release(&bed->house->IGreenhouse_iface);
        com_free(bed);
    }
    return left;
}

static HRESULT bed_Water(IBed *iface, uint32_t amount_ml, uint64_t *out_total_ml)
{
    struct bed *bed = impl_from_IBed(iface);

    com_lock_take(&bed->lock);
    bed->total_ml += amount_ml;
    *out_total_ml = bed->total_ml;
    com_lock_give(&bed->lock);
    return S_OK;
}

static HRESULT bed_GetIndex(IBed *iface, uint8_t *out_index)
{
    *out_index = impl_from_IBed(iface)->index;
    return S_OK;
}

static const struct IBedVtbl bed_vtbl = {
    .QueryInterface = bed_QueryInterface,
    .AddRef = bed_AddRef,
    .Release = bed_Release,
    .Water = bed_Water,
    .GetIndex = bed_GetIndex,
};

/* ---- the greenhouse ---- */

static HRESULT greenhouse_QueryInterface(IGreenhouse *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IGreenhouse, iid, out_object);
}

static uint32_t greenhouse_AddRef(IGreenhouse *iface)
{
    return com_refs_add(&impl_from_IGreenhouse(iface)->refs);
}

static uint32_t greenhouse_Release(IGreenhouse *iface)
{
    struct greenhouse *house = impl_from_IGreenhouse(iface);
    uint32_t left = com_refs_release(&house->refs);

    if (!left) {
        ILocalNode_Release(house->node);
        com_free(house);
    }
    return left;
}

static HRESULT greenhouse_Find(IGreenhouse *iface, uint8_t index, IBed **out_bed)
{
    struct bed *bed;

    if (index >= GREENHOUSE_BEDS)
        return com_fail(GREENHOUSE_E_NO_BED, "the beds are 0, 1 and 2", NULL);
    bed = com_alloc(sizeof(*bed));
    if (!bed)
        return E_OUTOFMEMORY;
    *bed = (struct bed){.IBed_iface = {&bed_vtbl},
                        .refs = COM_REFS_INIT,
                        .house = impl_from_IGreenhouse(iface),
                        .index = index};
    IGreenhouse_AddRef(iface);
    *out_bed = &bed->IBed_iface;
    return S_OK;
}

static HRESULT greenhouse_FindTwo(IGreenhouse *iface, IBed **out_first, IUnknown **out_second)
{
    COM_SCOPED(IBed) first = NULL;
    HRESULT hr = greenhouse_Find(iface, 1, &first);

    if (SUCCEEDED(hr))
        hr = greenhouse_Find(iface, 2, (IBed **)(void *)out_second);
    if (SUCCEEDED(hr))
        *out_first = COM_TAKE(first);
    return hr;
}

static HRESULT greenhouse_Filter(IGreenhouse *iface, const struct reading *readings, uint32_t count,
                                 float above, const enum crop *crop, struct reading *found,
                                 uint32_t *out_count)
{
    uint32_t i;

    (void)iface;
    *out_count = 0;
    for (i = 0; i < count; i++) {
        if (readings[i].degrees <= above)
            continue;
        found[*out_count] = readings[i];
        if (crop)
            found[*out_count].crop = *crop;
        (*out_count)++;
    }
    return *out_count ? S_OK : S_FALSE;
}

static HRESULT greenhouse_Label(IGreenhouse *iface, const char *text, char *label, uint32_t capacity)
{
    size_t length = strlen(text), i;

    (void)iface;
    if (length >= capacity)
        return E_INVALIDARG;
    for (i = 0; i <= length; i++)
        label[i] = (char)(text[i] >= 'a' && text[i] <= 'z' ? text[i] - 'a' + 'A' : text[i]);
    return S_OK;
}

/* "<text>", with its characters one by one. */
static HRESULT greenhouse_Title(IGreenhouse *iface, const char16_t *text, char16_t **out_title,
                                struct reading **out_reading, uint16_t **out_characters, uint32_t *out_count)
{
    uint32_t length = 0, i;

    (void)iface;
    while (text[length])
        length++;
    *out_count = length;
    if (!length)
        return S_OK;
    *out_title = com_alloc((length + 3) * sizeof(**out_title));
    *out_reading = com_alloc(sizeof(**out_reading));
    *out_characters = com_alloc(length * sizeof(**out_characters));
    if (!*out_title || !*out_reading || !*out_characters) {
        com_free(*out_title);
        com_free(*out_reading);
        com_free(*out_characters);
        *out_title = NULL;
        *out_reading = NULL;
        *out_characters = NULL;
        return E_OUTOFMEMORY;
    }
    memset(*out_reading, 0, sizeof(**out_reading));
    (*out_reading)->degrees = 36.5f;
    (*out_title)[0] = '<';
    for (i = 0; i < length; i++)
        (*out_title)[i + 1] = (*out_characters)[i] = text[i];
    (*out_title)[length + 1] = '>';
    (*out_title)[length + 2] = 0;
    return S_OK;
}

static HRESULT greenhouse_Which(IGreenhouse *iface, IBed *bed, uint8_t *out_index)
{
    (void)iface;
    return bed ? IBed_GetIndex(bed, out_index) : E_POINTER;
}

static HRESULT greenhouse_Fail(IGreenhouse *iface, HRESULT code, const char *why)
{
    (void)iface;
    return com_fail(code, why, NULL);
}

static HRESULT greenhouse_History(IGreenhouse *iface, uint32_t capacity, struct reading *readings,
                                  uint32_t *out_count)
{
    const uint32_t count = capacity < 40 ? capacity : 40;
    uint32_t i;

    (void)iface;
    for (i = 0; i < count; i++) {
        memset(&readings[i], 0, sizeof(readings[i]));
        readings[i].time_ns = i;
    }
    *out_count = count;
    return capacity < 40 ? S_FALSE : S_OK;
}

static HRESULT greenhouse_Note(IGreenhouse *iface, BSTR note, char16_t sign, uint32_t cares, BSTR *out_note,
                               uint16_t *out_sign, uint32_t *out_cares)
{
    (void)iface;
    *out_note = note ? SysAllocString(note) : NULL;
    if (note && !*out_note)
        return E_OUTOFMEMORY;
    *out_sign = sign;
    *out_cares = cares;
    return S_OK;
}

static HRESULT greenhouse_Wait(IGreenhouse *iface, uint32_t duration_ms)
{
    ILocalNode *node = impl_from_IGreenhouse(iface)->node;

    return ILocalNode_Sleep(node, ILocalNode_Now(node) + duration_ms * INT64_C(1000000));
}

static const struct IGreenhouseVtbl greenhouse_vtbl = {
    .QueryInterface = greenhouse_QueryInterface,
    .AddRef = greenhouse_AddRef,
    .Release = greenhouse_Release,
    .Find = greenhouse_Find,
    .FindTwo = greenhouse_FindTwo,
    .Filter = greenhouse_Filter,
    .Label = greenhouse_Label,
    .Title = greenhouse_Title,
    .Which = greenhouse_Which,
    .Fail = greenhouse_Fail,
    .History = greenhouse_History,
    .Note = greenhouse_Note,
    .Wait = greenhouse_Wait,
};

HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    COM_SCOPED(ILocalNode) node = NULL;
    struct greenhouse *house;
    HRESULT hr = com_bind(ns, "rpc", &IID_ILocalNode, (void **)&node);

    if (FAILED(hr))
        return hr;
    house = com_alloc(sizeof(*house));
    if (!house)
        return E_OUTOFMEMORY;
    *house = (struct greenhouse){
        .IGreenhouse_iface = {&greenhouse_vtbl}, .refs = COM_REFS_INIT, .node = COM_TAKE(node)};
    *out_object = (IUnknown *)&house->IGreenhouse_iface;
    return S_OK;
}
