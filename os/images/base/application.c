/* The application of the base image: says that it is there, and that it goes. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/timer.idl.h>
#include <os_format.h>

#define NS_PER_MS 1000000

struct application {
    IUnknown IUnknown_iface;
    struct com_refs refs;
    ITimer *timer; /* one reference */
};

static struct application *impl_from_IUnknown(IUnknown *iface)
{
    return container_of(iface, struct application, IUnknown_iface);
}

static HRESULT application_QueryInterface(IUnknown *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IUnknown, iid, out_object);
}

static uint32_t application_AddRef(IUnknown *iface)
{
    return com_refs_add(&impl_from_IUnknown(iface)->refs);
}

static void say(const struct application *application, const char *what)
{
    os_print("application: %s %llu ms after the start\n", what,
             (unsigned long long)(ITimer_Now(application->timer) / NS_PER_MS));
}

static uint32_t application_Release(IUnknown *iface)
{
    struct application *application = impl_from_IUnknown(iface);
    uint32_t left = com_refs_release(&application->refs);

    if (left)
        return left;
    say(application, "goes");
    ITimer_Release(application->timer);
    com_free(application);
    return 0;
}

static const struct IUnknownVtbl application_vtbl = {
    .QueryInterface = application_QueryInterface,
    .AddRef = application_AddRef,
    .Release = application_Release,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct application *application = (struct application *)com_alloc(sizeof(*application));
    HRESULT hr;

    if (!application)
        return E_OUTOFMEMORY;
    hr = com_bind(ns, "timer", &IID_ITimer, (void **)&application->timer);
    if (FAILED(hr)) {
        com_free(application);
        return hr;
    }
    application->IUnknown_iface.vtbl = &application_vtbl;
    com_refs_init(&application->refs);
    say(application, "comes");
    *out_object = &application->IUnknown_iface;
    return S_OK;
}
