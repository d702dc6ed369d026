/*
 * A relay: called by one node, calls another. With it anybody can have two kernels talk to each other.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <relay.idl.h>
#include <os/probe.idl.h>

static HRESULT relay_QueryInterface(IRelay *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IRelay, iid, out_object);
}

static uint32_t relay_AddRef(IRelay *iface)
{
    (void)iface; /* no state: one object for everybody, as long as the image lives */
    return 2;
}

static uint32_t relay_Release(IRelay *iface)
{
    (void)iface;
    return 1;
}

static HRESULT relay_Increment(IRelay *iface, const char *path, int32_t value, uint32_t times, int32_t *out_value)
{
    COM_SCOPED(IProbe) probe = NULL;
    HRESULT hr;

    (void)iface;
    hr = com_bind(CurrentNamespace(), path, &IID_IProbe, (void **)&probe);
    if (FAILED(hr))
        return hr;

    for (; times > 0; times--) {
        hr = IProbe_Increment(probe, value, &value);
        if (FAILED(hr))
            return hr;
    }
    *out_value = value;
    return S_OK;
}

static const struct IRelayVtbl relay_vtbl = {
    .QueryInterface = relay_QueryInterface,
    .AddRef = relay_AddRef,
    .Release = relay_Release,
    .Increment = relay_Increment,
};

static IRelay relay = {.vtbl = &relay_vtbl};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    (void)ns; /* paths are bound in CurrentNamespace(), the world this component was started with */
    *out_object = (IUnknown *)&relay;
    return S_OK;
}
