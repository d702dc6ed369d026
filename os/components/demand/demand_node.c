/* What demand is to a node, which others call: loading by hand, a configuration, and an end. */
#include "demand_internal.h"

/* ---- IComponents ---- */

static const struct IComponentsVtbl components_vtbl;

static struct demand *impl_from_IComponents(IComponents *iface)
{
    assert(iface->vtbl == &components_vtbl);
    return container_of(iface, struct demand, IComponents_iface);
}

static HRESULT components_QueryInterface(IComponents *iface, const IID *iid, void **out_object)
{
    return demand_query(impl_from_IComponents(iface), iid, out_object);
}

static uint32_t components_AddRef(IComponents *iface)
{
    return IDemand_AddRef(&impl_from_IComponents(iface)->IDemand_iface);
}

static uint32_t components_Release(IComponents *iface)
{
    return IDemand_Release(&impl_from_IComponents(iface)->IDemand_iface);
}

/* The new entry takes the name over from the one before, which waits for its last release. (lock held, let go
 * of) */
static HRESULT take_over(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    IUnknown *object = entry->object;
    struct demand_entry *before;
    HRESULT hr;

    (void)IUnknown_AddRef(object);
    demand_begin_naming(demand);
    before = demand_find(demand, entry->name);
    if (before)
        before->is_current = before->is_pinned = false;
    entry->is_current = true; /* who binds the name meanwhile gets it */
    port_mutex_unlock(&demand->lock);
    if (before)
        com_ignore(INamespace_Unregister(demand->root, entry->name)); /* it may have been withdrawn */
    hr = INamespace_Register(demand->root, entry->name, object, 0);
    port_mutex_lock(&demand->lock);
    entry->is_current = entry->is_pinned = SUCCEEDED(hr);
    demand_end_naming(demand);
    (void)IUnknown_Release(object);
    return hr;
}

/* Whether something that no name leads to any more has not gone yet. (lock held) */
static bool will_have_room(const struct demand *demand)
{
    const struct demand_entry *entry = demand->entries;

    while (entry && (entry->state == DEMAND_LOADING || (entry->state == DEMAND_READY && entry->is_current)))
        entry = entry->next;
    return entry != NULL;
}

void demand_await_room(struct demand *demand)
{
    int64_t give_up_ns = port_now_ns() + DEMAND_ROOM_NS;

    while (demand->count == DEMAND_LOADED_MAX && will_have_room(demand) && port_now_ns() < give_up_ns) {
        demand->sweep_now = true;
        port_condition_wake_all(&demand->changed);
        (void)port_condition_wait(&demand->changed, &demand->lock, port_now_ns() + 10 * PORT_NS_PER_MS);
    }
}

static HRESULT components_Load(IComponents *iface, const char *name, const char *path)
{
    struct demand *demand = impl_from_IComponents(iface);
    int64_t deadline_ns = demand_own_deadline();
    struct demand_entry *entry;
    HRESULT hr = S_OK;

    if (!demand_is_component_name(name))
        return com_fail(E_INVALIDARG, "not a name of a component (1 to 31 of a-z 0-9 _ -): ", name, NULL);
    if (path[0])
        hr = demand_check_path(demand, path);
    if (FAILED(hr))
        return hr;
    port_mutex_lock(&demand->lock);
    demand_await_room(demand);
    hr = demand_begin(demand, name, path, false, &entry);
    if (SUCCEEDED(hr)) {
        entry->users++;
        hr = demand_await(entry, deadline_ns);
        if (SUCCEEDED(hr))
            hr = take_over(entry);
        entry->users--;
    }
    port_mutex_unlock(&demand->lock);
    return hr;
}

static HRESULT components_Unload(IComponents *iface, const char *name)
{
    struct demand *demand = impl_from_IComponents(iface);
    struct demand_entry *entry;
    bool found;

    port_mutex_lock(&demand->lock);
    demand_begin_naming(demand);
    entry = demand_find(demand, name);
    found = entry && entry->state == DEMAND_READY;
    if (found) {
        entry->is_current = entry->is_pinned = false;
        port_mutex_unlock(&demand->lock);
        com_ignore(INamespace_Unregister(demand->root, name)); /* it may have been withdrawn */
        port_mutex_lock(&demand->lock);
        demand->sweep_now = true;
    }
    demand_end_naming(demand); /* which wakes the sweeper, too */
    port_mutex_unlock(&demand->lock);
    return found ? S_OK : com_fail(NS_E_NOT_FOUND, "nothing that is called ", name, " was loaded", NULL);
}

/* The first loaded name behind `after`. (lock held) @retval NULL none */
static const char *next_name(const struct demand *demand, const char *after)
{
    const struct demand_entry *entry;
    const char *next = NULL;

    for (entry = demand->entries; entry; entry = entry->next)
        if (entry->state == DEMAND_READY && strcmp(entry->name, after) > 0 &&
            (!next || strcmp(entry->name, next) < 0))
            next = entry->name;
    return next;
}

static HRESULT components_List(IComponents *iface, const char *after, uint32_t capacity, char *names,
                               uint32_t *out_length)
{
    struct demand *demand = impl_from_IComponents(iface);
    struct com_name_list list;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    port_mutex_lock(&demand->lock);
    while (!list.left_out[0] && (after = next_name(demand, after)) != NULL)
        com_name_list_add(&list, after, false);
    port_mutex_unlock(&demand->lock);
    return com_name_list_end(&list, out_length);
}

static const struct IComponentsVtbl components_vtbl = {
    .QueryInterface = components_QueryInterface,
    .AddRef = components_AddRef,
    .Release = components_Release,
    .Load = components_Load,
    .Unload = components_Unload,
    .List = components_List,
};

/* ---- whom something is loaded for ---- */

HRESULT demand_begin_activation(const struct demand *demand, IUnknown **out_activation)
{
    COM_SCOPED(IActivations) activations = NULL;

    *out_activation = NULL;
    if (!demand->node ||
        FAILED(ILocalNode_QueryInterface(demand->node, &IID_IActivations, (void **)&activations)))
        return S_OK;
    return IActivations_Begin(activations, out_activation);
}

void demand_end_activation(IUnknown *activation)
{
    if (activation)
        (void)IUnknown_Release(activation);
}

HRESULT demand_query(struct demand *demand, const IID *iid, void **out_object)
{
    static const struct com_query_row rows[] = {
        {&IID_IDemand, offsetof(struct demand, IDemand_iface)},
        {&IID_IComponents, offsetof(struct demand, IComponents_iface)},
    };

    return com_query_table(demand, rows, 2, iid, out_object);
}

/* ---- start ---- */

static HRESULT get_or(IConfig *config, const char *key, const char *otherwise, char *value, uint32_t capacity)
{
    HRESULT hr = config ? IConfig_Get(config, key, value, capacity) : NS_E_NOT_FOUND;

    if (hr != NS_E_NOT_FOUND)
        return hr;
    memcpy(value, otherwise, strlen(otherwise) + 1);
    return S_OK;
}

/* How long what nobody holds stays: `keep`, in milliseconds. */
static HRESULT read_keep(struct demand *demand, IConfig *config)
{
    char text[12];
    const char *at = text;
    int64_t keep_ms = 0;
    HRESULT hr = get_or(config, "keep", "0", text, sizeof(text));

    if (FAILED(hr))
        return hr;
    for (; *at >= '0' && *at <= '9'; at++)
        keep_ms = keep_ms * 10 + (*at - '0');
    if (*at)
        return com_fail(E_INVALIDARG, "keep is no number of milliseconds: ", text, NULL);
    demand->keep_ns = keep_ms * PORT_NS_PER_MS;
    return S_OK;
}

static HRESULT configure(struct demand *demand)
{
    COM_SCOPED(IConfig) config = NULL;
    HRESULT hr;

    com_ignore(com_bind(demand->root, "config", &IID_IConfig, (void **)&config)); /* without it: as usual */
    hr = get_or(config, "components", "/romfs", demand->search, sizeof(demand->search));
    if (SUCCEEDED(hr))
        hr = get_or(config, "load_from", "", demand->load_from, sizeof(demand->load_from));
    return SUCCEEDED(hr) ? read_keep(demand, config) : hr;
}

HRESULT demand_start(struct demand *demand)
{
    HRESULT hr = configure(demand);

    if (SUCCEEDED(hr))
        hr = com_bind(demand->root, "loader", &IID_ILoader, (void **)&demand->loader);
    if (FAILED(hr))
        return hr;
    if (port_mutex_init(&demand->lock)) {
        if (port_condition_init(&demand->changed)) {
            demand->IComponents_iface.vtbl = &components_vtbl;
            com_ignore(
                com_bind(demand->root, "rpc", &IID_ILocalNode, (void **)&demand->node)); /* if there is one */
            return S_OK;
        }
        port_mutex_destroy(&demand->lock);
    }
    ILoader_Release(demand->loader);
    return E_OUTOFMEMORY;
}

/* ---- the end ---- */

/* The sweeper ends, and what it would do is done here, at once; who loads is waited for, but not for ever. */
HRESULT demand_close(struct demand *demand)
{
    int64_t deadline_ns = port_now_ns() + DEMAND_CLOSE_NS;

    port_mutex_lock(&demand->lock);
    demand->closing = true;
    port_condition_wake_all(&demand->changed);
    for (;;) {
        if (!demand->sweeping)
            demand_sweep(demand);
        if ((!demand->entries && !demand->threads) || port_now_ns() >= deadline_ns)
            break;
        (void)port_condition_wait(&demand->changed, &demand->lock, port_now_ns() + 10 * PORT_NS_PER_MS);
    }
    if (demand->entries)
        demand_addref(demand); /* for ever, as what they are about */
    port_mutex_unlock(&demand->lock);
    return S_OK;
}

/* Whoever loaded something waits in a thread of this object, so nothing is loaded any more. */
void demand_end(struct demand *demand)
{
    port_condition_destroy(&demand->changed);
    port_mutex_destroy(&demand->lock);
    if (demand->node)
        ILocalNode_Release(demand->node);
    ILoader_Release(demand->loader);
    INamespace_Release(demand->root);
    com_free(demand);
}
