/* The object behind ISample. The same source runs in kernels and in Linux nodes. */
#include <sample.idl.h>
#include <com_impl.h>
#include <component.h>

struct sample {
    ISample ISample_iface;
    struct com_refs refs; /* when the last one goes, the component can be unloaded */
    struct com_lock lock;
    int32_t total; /* (lock) */
};

static const struct ISampleVtbl sample_vtbl;

static struct sample *impl_from_ISample(ISample *iface)
{
    assert(iface->vtbl == &sample_vtbl);
    return container_of(iface, struct sample, ISample_iface);
}

static HRESULT sample_QueryInterface(ISample *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_ISample, iid, out_object);
}

static uint32_t sample_AddRef(ISample *iface)
{
    return com_refs_add(&impl_from_ISample(iface)->refs);
}

static uint32_t sample_Release(ISample *iface)
{
    struct sample *self = impl_from_ISample(iface);
    uint32_t left = com_refs_release(&self->refs);

    if (left == 0)
        com_free(self);
    return left;
}

static HRESULT sample_Add(ISample *iface, int32_t amount, int32_t *out_total)
{
    struct sample *self = impl_from_ISample(iface);
    int32_t total;
    bool overflow;

    com_lock_take(&self->lock);
    overflow = __builtin_add_overflow(self->total, amount, &total);
    if (!overflow)
        self->total = total;
    com_lock_give(&self->lock);
    if (overflow)
        return SAMPLE_E_OVERFLOW;

    *out_total = total; /* outputs are written on success only */
    return S_OK;
}

static const struct ISampleVtbl sample_vtbl = {
    .QueryInterface = sample_QueryInterface,
    .AddRef = sample_AddRef,
    .Release = sample_Release,
    .Add = sample_Add,
};

/* The constructor. What the component needs of others it binds by name in `ns`. */
HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct sample *self = com_alloc(sizeof(*self));

    (void)ns;
    if (!self)
        return E_OUTOFMEMORY;

    *self = (struct sample){.ISample_iface.vtbl = &sample_vtbl};
    com_refs_init(&self->refs);
    *out_object = (IUnknown *)&self->ISample_iface;
    return S_OK;
}
