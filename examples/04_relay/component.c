/*
 * A relay: called by one node, calls another. It keeps the object that it bound last, as a program would that
 * talks to the same one for a long time, and forgets it when its node is gone.
 */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <relay.idl.h>
#include <os/probe.idl.h>
#include <string.h>

static struct com_refs refs;
static struct com_lock lock;
static char kept_path[NAMESPACE_PATH_MAX + 1]; /* (lock) */
static IProbe *kept_probe;                     /* (lock) one reference; NULL: none is kept */

/* Keeps a probe instead of the one before; NULL: none. */
static void keep(const char *path, IProbe *probe)
{
    IProbe *before;

    if (probe)
        IProbe_AddRef(probe);
    com_lock_take(&lock);
    before = kept_probe;
    kept_probe = probe;
    memcpy(kept_path, path, strlen(path) + 1); /* the .idl bounds it: max_len(511) */
    com_lock_give(&lock);
    if (before)
        IProbe_Release(before); /* never under a lock: it may be the last */
}

static HRESULT relay_QueryInterface(IRelay *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_IRelay, iid, out_object);
}

static uint32_t relay_AddRef(IRelay *iface)
{
    (void)iface; /* one object for everybody, part of the code */
    return com_refs_add(&refs);
}

/* A component that was loaded goes when nobody holds it: what it kept must not stay behind. */
static uint32_t relay_Release(IRelay *iface)
{
    uint32_t left = com_refs_release(&refs);

    (void)iface;
    if (left == 0)
        keep("", NULL);
    return left;
}

/* The probe of `path`: the one that is kept, or bound anew. */
static HRESULT get_probe(const char *path, IProbe **out_probe)
{
    HRESULT hr;

    *out_probe = NULL;
    com_lock_take(&lock);
    if (kept_probe && strcmp(path, kept_path) == 0) {
        *out_probe = kept_probe;
        IProbe_AddRef(kept_probe);
    }
    com_lock_give(&lock);
    if (*out_probe)
        return S_OK;

    hr = com_bind(CurrentNamespace(), path, &IID_IProbe, (void **)out_probe);
    if (FAILED(hr))
        return hr;

    keep(path, *out_probe);
    return S_OK;
}

static HRESULT relay_Increment(IRelay *iface, const char *path, int32_t value, uint32_t times,
                               int32_t *out_value)
{
    COM_SCOPED(IProbe) probe = NULL;
    HRESULT hr;

    (void)iface;
    hr = get_probe(path, &probe);
    if (FAILED(hr))
        return hr;

    for (; times > 0; times--) {
        hr = IProbe_Increment(probe, value, &value);
        if (FAILED(hr)) {
            /*
             * The caller decides whether to try again: it may have been executed. The next call binds anew.
             */
            if (com_result_reaction(hr) == COM_REACTION_RECONNECT)
                keep("", NULL);
            return hr;
        }
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
    com_refs_init(&refs);
    *out_object = (IUnknown *)&relay;
    return S_OK;
}
