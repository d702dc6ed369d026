/* Objects that come when somebody asks for them by name, and go when nobody holds them. */
#include "demand_internal.h"

/* Until when the running thread may wait. */
static int64_t own_deadline(void)
{
    int64_t limit_ns = port_now_ns() + 5000 * PORT_NS_PER_MS, own_ns = rpc_set_deadline(INT64_MAX);

    (void)rpc_set_deadline(own_ns);
    return own_ns != INT64_MAX ? own_ns : limit_ns;
}

/* Waits until an entry is loaded. (lock held) @retval its result */
static HRESULT await(struct demand_entry *entry, int64_t deadline_ns)
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

/* Gives the object its name, once. (lock held, let go of meanwhile) */
static HRESULT enter_name(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    IUnknown *object = entry->object;
    HRESULT hr;

    (void)IUnknown_AddRef(object);
    port_mutex_unlock(&demand->lock);
    hr = INamespace_Register(demand->root, entry->name, object, 0);
    port_mutex_lock(&demand->lock);
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
    static const struct com_query_row rows[] = {
        {&IID_IDemand, offsetof(struct demand, IDemand_iface)},
        {&IID_IComponents, offsetof(struct demand, IComponents_iface)},
    };

    return com_query_table(impl_from_IDemand(iface), rows, 2, iid, out_object);
}

static uint32_t demand_AddRef(IDemand *iface)
{
    return com_refs_add(&impl_from_IDemand(iface)->refs);
}

/* Whoever loaded something waits in a thread of this object, so nothing is loaded any more. */
static void destroy(struct demand *demand)
{
    port_condition_destroy(&demand->changed);
    port_mutex_destroy(&demand->lock);
    if (demand->node)
        ILocalNode_Release(demand->node);
    ILoader_Release(demand->loader);
    INamespace_Release(demand->root);
    com_free(demand);
}

static uint32_t demand_Release(IDemand *iface)
{
    struct demand *demand = impl_from_IDemand(iface);
    uint32_t left = com_refs_release(&demand->refs);

    if (!left)
        destroy(demand);
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

/* Components have names that nodes can have, too: other names are of files and the like. */
static bool is_component_name(const char *name)
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

/* Whether something that no name leads to any more has not gone yet. (lock held) */
static bool will_have_room(const struct demand *demand)
{
    const struct demand_entry *entry = demand->entries;

    while (entry && (entry->state == DEMAND_LOADING || (entry->state == DEMAND_READY && entry->is_current)))
        entry = entry->next;
    return entry != NULL;
}

/* Who loads and unloads faster than the sweeper looks waits for it. (lock held, let go of) */
static void await_room(struct demand *demand)
{
    int64_t give_up_ns = port_now_ns() + DEMAND_ROOM_NS;

    while (demand->count == DEMAND_LOADED_MAX && will_have_room(demand) && port_now_ns() < give_up_ns) {
        demand->sweep_now = true;
        port_condition_wake_all(&demand->changed);
        (void)port_condition_wait(&demand->changed, &demand->lock, port_now_ns() + 10 * PORT_NS_PER_MS);
    }
}

/* The entry that answers for a name, which the caller uses from here on. (lock held, let go of) */
static HRESULT use_entry(struct demand *demand, const char *name, struct demand_entry **out_entry)
{
    HRESULT hr = S_OK;

    if (is_searcher(demand))
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    if (!demand_find(demand, name))
        await_room(demand);
    *out_entry = demand_find(demand, name);
    if (!*out_entry)
        hr = demand_begin(demand, name, "", true, out_entry);
    if (SUCCEEDED(hr))
        (*out_entry)->users++;
    return hr;
}

/* Waits for the object and takes a reference. (lock held, let go of meanwhile) */
static HRESULT take_object(struct demand_entry *entry, int64_t deadline_ns, IUnknown **out_object)
{
    HRESULT hr = await(entry, deadline_ns);

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
    int64_t deadline_ns = own_deadline();
    struct demand_entry *entry;
    HRESULT hr;

    *out_object = NULL;
    if (!is_component_name(name))
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    port_mutex_lock(&demand->lock);
    hr = use_entry(demand, name, &entry);
    if (SUCCEEDED(hr)) {
        hr = take_object(entry, deadline_ns, out_object);
        entry->users--;
    }
    port_mutex_unlock(&demand->lock);
    return hr;
}

/* The sweeper ends, and what it would do is done here, at once; who loads is waited for, but not for ever. */
static HRESULT demand_Close(IDemand *iface)
{
    struct demand *demand = impl_from_IDemand(iface);
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

static const struct IDemandVtbl demand_vtbl = {
    .QueryInterface = demand_QueryInterface,
    .AddRef = demand_AddRef,
    .Release = demand_Release,
    .Provide = demand_Provide,
    .Close = demand_Close,
};

/* ---- IComponents ---- */

static const struct IComponentsVtbl components_vtbl;

static struct demand *impl_from_IComponents(IComponents *iface)
{
    assert(iface->vtbl == &components_vtbl);
    return container_of(iface, struct demand, IComponents_iface);
}

static HRESULT components_QueryInterface(IComponents *iface, const IID *iid, void **out_object)
{
    return demand_QueryInterface(&impl_from_IComponents(iface)->IDemand_iface, iid, out_object);
}

static uint32_t components_AddRef(IComponents *iface)
{
    return demand_AddRef(&impl_from_IComponents(iface)->IDemand_iface);
}

static uint32_t components_Release(IComponents *iface)
{
    return demand_Release(&impl_from_IComponents(iface)->IDemand_iface);
}

/* The new entry takes the name over from the one before, which waits for its last release. (lock held, let go
 * of) */
static HRESULT take_over(struct demand_entry *entry)
{
    struct demand *demand = entry->demand;
    struct demand_entry *before = demand_find(demand, entry->name);
    IUnknown *object = entry->object;
    HRESULT hr;

    if (before)
        before->is_current = before->is_pinned = false;
    (void)IUnknown_AddRef(object);
    port_mutex_unlock(&demand->lock);
    if (before)
        com_ignore(INamespace_Unregister(demand->root, entry->name)); /* it may have been withdrawn */
    hr = INamespace_Register(demand->root, entry->name, object, 0);
    port_mutex_lock(&demand->lock);
    (void)IUnknown_Release(object);
    entry->is_current = entry->is_pinned = SUCCEEDED(hr);
    return hr;
}

static HRESULT components_Load(IComponents *iface, const char *name, const char *path)
{
    struct demand *demand = impl_from_IComponents(iface);
    int64_t deadline_ns = own_deadline();
    struct demand_entry *entry;
    HRESULT hr = S_OK;

    if (!is_component_name(name))
        return com_fail(E_INVALIDARG, "not a name of a component (1 to 31 of a-z 0-9 _ -): ", name, NULL);
    if (path[0])
        hr = demand_check_path(demand, path);
    if (FAILED(hr))
        return hr;
    port_mutex_lock(&demand->lock);
    await_room(demand);
    hr = demand_begin(demand, name, path, false, &entry);
    if (SUCCEEDED(hr)) {
        entry->users++;
        hr = await(entry, deadline_ns);
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

    port_mutex_lock(&demand->lock);
    entry = demand_find(demand, name);
    if (entry && entry->state == DEMAND_READY)
        entry->is_current = entry->is_pinned = false;
    else
        entry = NULL;
    port_mutex_unlock(&demand->lock);
    if (!entry)
        return com_fail(NS_E_NOT_FOUND, "nothing that is called ", name, " was loaded", NULL);
    com_ignore(INamespace_Unregister(demand->root, name)); /* it may have been withdrawn */
    port_mutex_lock(&demand->lock);
    demand->sweep_now = true;
    port_condition_wake_all(&demand->changed);
    port_mutex_unlock(&demand->lock);
    return S_OK;
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

static HRESULT configure(struct demand *demand, INamespace *ns)
{
    COM_SCOPED(IConfig) config = NULL;
    HRESULT hr;

    com_ignore(com_bind(ns, "config", &IID_IConfig, (void **)&config)); /* without it: as usual */
    hr = get_or(config, "components", "/romfs", demand->search, sizeof(demand->search));
    if (SUCCEEDED(hr))
        hr = get_or(config, "load_from", "", demand->load_from, sizeof(demand->load_from));
    return SUCCEEDED(hr) ? read_keep(demand, config) : hr;
}

static HRESULT start(struct demand *demand, INamespace *ns)
{
    HRESULT hr = configure(demand, ns);

    if (SUCCEEDED(hr))
        hr = com_bind(ns, "loader", &IID_ILoader, (void **)&demand->loader);
    if (FAILED(hr))
        return hr;
    if (!port_mutex_init(&demand->lock)) {
        ILoader_Release(demand->loader);
        return E_OUTOFMEMORY;
    }
    if (!port_condition_init(&demand->changed)) {
        port_mutex_destroy(&demand->lock);
        ILoader_Release(demand->loader);
        return E_OUTOFMEMORY;
    }
    com_ignore(com_bind(ns, "rpc", &IID_ILocalNode, (void **)&demand->node)); /* a node that is alone */
    return S_OK;
}

HRESULT component_main(struct INamespace *ns, struct IUnknown **out_object)
{
    struct demand *demand = (struct demand *)com_alloc(sizeof(*demand));
    HRESULT hr;

    if (!demand)
        return E_OUTOFMEMORY;
    memset(demand, 0, sizeof(*demand));
    hr = start(demand, ns);
    if (FAILED(hr)) {
        com_free(demand);
        return hr;
    }
    com_refs_init(&demand->refs);
    demand->root = ns;
    INamespace_AddRef(ns);
    demand->IDemand_iface.vtbl = &demand_vtbl;
    demand->IComponents_iface.vtbl = &components_vtbl;
    *out_object = (struct IUnknown *)&demand->IDemand_iface;
    return S_OK;
}
