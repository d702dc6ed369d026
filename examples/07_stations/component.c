/* A railway line, and an object for each of its stations: all of them are part of the code. */
#include <com_impl.h>
#include <component.h>
#include <stations.idl.h>
#include <string.h>

struct station {
    IStation IStation_iface;
    const char *name;
};

/* Of the line and of all stations: what is held of any of them holds the code. */
static struct com_refs refs;

static const struct IStationVtbl station_vtbl;

static struct station stations[] = {
    {{&station_vtbl}, "Harbour"}, {{&station_vtbl}, "Market"}, {{&station_vtbl}, "Museum"},
    {{&station_vtbl}, "Park"},    {{&station_vtbl}, "Zoo"},
};

enum { STATIONS = sizeof(stations) / sizeof(stations[0]) };

/* ---- stations ---- */

static struct station *impl_from_IStation(IStation *iface)
{
    assert(iface->vtbl == &station_vtbl);
    return container_of(iface, struct station, IStation_iface);
}

static HRESULT station_QueryInterface(IStation *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IStation, iid, out_object);
}

static uint32_t station_AddRef(IStation *iface)
{
    (void)iface;
    return com_refs_add(&refs);
}

static uint32_t station_Release(IStation *iface)
{
    (void)iface;
    return com_refs_release(&refs);
}

static HRESULT station_GetName(IStation *iface, char *name, uint32_t capacity)
{
    const struct station *station = impl_from_IStation(iface);
    size_t bytes = strlen(station->name) + 1;

    if (bytes > capacity)
        return RPC_E_OUT_OF_RESOURCES;
    memcpy(name, station->name, bytes);
    return S_OK;
}

static HRESULT station_GetNext(IStation *iface, IStation **out_next)
{
    struct station *next = impl_from_IStation(iface) + 1;

    *out_next = NULL;
    if (next == &stations[STATIONS])
        return STATION_E_TERMINUS;
    IStation_AddRef(&next->IStation_iface);
    *out_next = &next->IStation_iface;
    return S_OK;
}

static const struct IStationVtbl station_vtbl = {
    .QueryInterface = station_QueryInterface,
    .AddRef = station_AddRef,
    .Release = station_Release,
    .GetName = station_GetName,
    .GetNext = station_GetNext,
};

/* ---- the line ---- */

static HRESULT line_QueryInterface(ILine *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ILine, iid, out_object);
}

static uint32_t line_AddRef(ILine *iface)
{
    (void)iface;
    return com_refs_add(&refs);
}

static uint32_t line_Release(ILine *iface)
{
    (void)iface;
    return com_refs_release(&refs);
}

static HRESULT line_Find(ILine *iface, const char *name, IStation **out_station)
{
    uint32_t i;

    (void)iface;
    *out_station = NULL;
    for (i = 0; i < STATIONS; i++) {
        if (strcmp(stations[i].name, name) != 0)
            continue;
        IStation_AddRef(&stations[i].IStation_iface);
        *out_station = &stations[i].IStation_iface;
        return S_OK;
    }
    return NS_E_NOT_FOUND;
}

static const struct ILineVtbl line_vtbl = {
    .QueryInterface = line_QueryInterface,
    .AddRef = line_AddRef,
    .Release = line_Release,
    .Find = line_Find,
};

static ILine line = {.vtbl = &line_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns; /* it needs no other component */
    com_refs_init(&refs);
    *out_object = (IUnknown *)&line;
    return S_OK;
}
