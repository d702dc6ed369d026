/* Objects that come when somebody asks for them by name, and go when nobody holds them. */
#include "demand_internal.h"

int64_t demand_own_deadline(void)
{
    int64_t own_ns = rpc_get_deadline();

    return own_ns != INT64_MAX ? own_ns : port_now_ns() + 5000 * PORT_NS_PER_MS;
}

HRESULT demand_await(struct demand_entry *entry, int64_t deadline_ns)
{
    struct demand *demand = entry->demand;

    while (entry->state == DEMAND_LOADING)
        if (!port_condition_wait(&demand->changed, &demand->lock, deadline_ns))
            return com_fail(RPC_E_TIMEOUT, "the constructor of ", entry->name, " has not returned", NULL);
    if (entry->state == DEMAND_FAILED) {
        com_set_error_detail(entry->detail);
        return entry->hr;
    }
    return S_OK;
}

void demand_begin_naming(struct demand *demand)
{
    while (demand->naming)
        (void)port_condition_wait(&demand->changed, &demand->lock, PORT_FOREVER);
    demand->naming = true;
}

void demand_end_naming(struct demand *demand)
{
    demand->naming = false;
    port_condition_wake_all(&demand->changed);
}

/* Gives the object its name, once, unless that leads elsewhere by now. (lock held, let go of meanwhile) */
static HRESULT enter_name(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    IUnknown *object = entry->object;
    HRESULT hr = S_OK;

    (void)IUnknown_AddRef(object);
    demand_begin_naming(demand);
    if (entry->is_current) {
        port_mutex_unlock(&demand->lock);
        hr = INamespace_Register(demand->root, entry->name, object, 0);
        port_mutex_lock(&demand->lock);
    }
    demand_end_naming(demand);
    (void)IUnknown_Release(object);       /* the table has one more */
    return hr == NS_E_EXISTS ? S_OK : hr; /* another that asked was faster */
}

/* ---- IDemand ---- */

static const struct IDemandVtbl demand_vtbl;

static struct demand *impl_from_IDemand(IDemand *iface)
{
    assert(iface->vtbl == &demand_vtbl);
    return container_of(iface, struct demand, IDemand_iface);
}

static HRESULT demand_QueryInterface(IDemand *iface, const IID *iid, void **out_object)
{
    return demand_query(impl_from_IDemand(iface), iid, out_object);
}

static uint32_t demand_AddRef(IDemand *iface)
{
    return com_refs_add(&impl_from_IDemand(iface)->refs);
}

static uint32_t demand_Release(IDemand *iface)
{
    struct demand *demand = impl_from_IDemand(iface);
    uint32_t left = com_refs_release(&demand->refs);

    if (!left)
        demand_end(demand);
    return left;
}

void demand_addref(struct demand *demand)
{
    (void)demand_AddRef(&demand->IDemand_iface);
}

void demand_release(struct demand *demand)
{
    (void)demand_Release(&demand->IDemand_iface);
}

bool demand_is_component_name(const char *name)
{
    size_t length = strlen(name);

    return length && length <= DEMAND_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == length;
}

/* Whether the running thread looks for a file, or for what leads into an image: what it binds is not a
 * component. (lock held) */
static bool is_searcher(const struct demand *demand)
{
    const struct demand_entry *entry = demand->entries;
    const void *self = port_thread_slot();

    while (entry && entry->searcher != self)
        entry = entry->next;
    return entry != NULL;
}

/* Loads what the running thread binds. (lock held) */
static HRESULT activate(struct demand *demand, const char *name, struct demand_entry **out_entry)
{
    IUnknown *activation;
    HRESULT hr = demand_begin_activation(demand, &activation);

    if (FAILED(hr))
        return hr;
    hr = demand_begin(demand, name, "", true, out_entry);
    if (SUCCEEDED(hr))
        (*out_entry)->activation = activation;
    else
        demand_end_activation(activation);
    return hr;
}

/* The entry that answers for a name, which the caller uses from here on. (lock held, let go of) */
static HRESULT use_entry(struct demand *demand, const char *name, struct demand_entry **out_entry)
{
    HRESULT hr = S_OK;

    if (!demand_is_component_name(name) || is_searcher(demand))
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    if (!demand_find(demand, name))
        demand_await_room(demand);
    *out_entry = demand_find(demand, name);
    if (!*out_entry)
        hr = activate(demand, name, out_entry);
    if (SUCCEEDED(hr))
        (*out_entry)->users++;
    return hr;
}

/* Waits for the object and takes a reference. (lock held, let go of meanwhile) */
static HRESULT take_object(struct demand_entry *entry, int64_t deadline_ns, IUnknown **out_object)
{
    HRESULT hr = demand_await(entry, deadline_ns);

    if (SUCCEEDED(hr))
        hr = enter_name(entry);
    if (FAILED(hr))
        return hr;
    *out_object = entry->object;
    (void)IUnknown_AddRef(*out_object);
    return S_OK;
}

static HRESULT demand_Provide(IDemand *iface, const char *name, IUnknown **out_object)
{
    struct demand *demand = impl_from_IDemand(iface);
    int64_t deadline_ns = demand_own_deadline();
    struct demand_entry *entry;
    HRESULT hr;

    *out_object = NULL;
    port_mutex_lock(&demand->lock);
    hr = use_entry(demand, name, &entry);
    if (SUCCEEDED(hr)) {
        hr = take_object(entry, deadline_ns, out_object);
        entry->users--;
    }
    port_mutex_unlock(&demand->lock);
    return hr;
}

static HRESULT demand_Close(IDemand *iface)
{
    return demand_close(impl_from_IDemand(iface));
}

static const struct IDemandVtbl demand_vtbl = {
    .QueryInterface = demand_QueryInterface,
    .AddRef = demand_AddRef,
    .Release = demand_Release,
    .Provide = demand_Provide,
    .Close = demand_Close,
};

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct demand *demand = (struct demand *)com_alloc(sizeof(*demand));
    HRESULT hr;

    if (!demand)
        return E_OUTOFMEMORY;
    memset(demand, 0, sizeof(*demand));
    demand->IDemand_iface.vtbl = &demand_vtbl;
    com_refs_init(&demand->refs);
    demand->root = ns;
    hr = demand_start(demand);
    if (FAILED(hr)) {
        com_free(demand);
        return hr;
    }
    INamespace_AddRef(ns);
    *out_object = (struct IUnknown *)&demand->IDemand_iface;
    return S_OK;
}
