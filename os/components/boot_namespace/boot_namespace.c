/* The root of a node: a table of names, sorted, each with an object. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/components.idl.h>
#include <string.h>

enum { NAMES_MAX = 256 };

struct entry {
    IUnknown *object; /* one reference */
    char name[];
};

struct boot_namespace {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct com_lock lock;
    uint32_t count;                   /* (lock) */
    struct entry *entries[NAMES_MAX]; /* (lock) sorted by name */
};

static const struct INamespaceVtbl boot_namespace_vtbl;

static struct boot_namespace *impl_from_INamespace(INamespace *iface)
{
    assert(iface->vtbl == &boot_namespace_vtbl);
    return container_of(iface, struct boot_namespace, INamespace_iface);
}

static HRESULT boot_namespace_QueryInterface(INamespace *iface, const IID *iid, void **out_object)
{
    return com_query_one(iface, &IID_INamespace, iid, out_object);
}

static uint32_t boot_namespace_AddRef(INamespace *iface)
{
    return com_refs_add(&impl_from_INamespace(iface)->refs);
}

static void free_entry(struct entry *entry)
{
    IUnknown_Release(entry->object);
    com_free(entry);
}

static uint32_t boot_namespace_Release(INamespace *iface)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&ns->refs);

    if (left)
        return left;
    while (ns->count)
        free_entry(ns->entries[--ns->count]);
    com_free(ns);
    return 0;
}

/* Where the first name is that does not sort before this one. (lock held) */
static uint32_t find_place(const struct boot_namespace *ns, const char *name)
{
    uint32_t low = 0, high = ns->count;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (strcmp(ns->entries[middle]->name, name) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool is_at(const struct boot_namespace *ns, uint32_t place, const char *name)
{
    return place < ns->count && strcmp(ns->entries[place]->name, name) == 0;
}

/* The object of a name, with one more reference; NULL if there is none. */
static IUnknown *get_object(struct boot_namespace *ns, const char *name)
{
    IUnknown *object = NULL;
    uint32_t place;

    com_lock_take(&ns->lock);
    place = find_place(ns, name);
    if (is_at(ns, place, name)) {
        object = ns->entries[place]->object;
        IUnknown_AddRef(object);
    }
    com_lock_give(&ns->lock);
    return object;
}

/*
 * As get_object; a name that nobody registered is asked for from the object "demand", if there is one, which
 * may load it.
 */
static HRESULT find_object(struct boot_namespace *ns, const char *name, IUnknown **out_object)
{
    COM_SCOPED(IUnknown) provider = NULL;
    COM_SCOPED(IDemand) demand = NULL;

    *out_object = get_object(ns, name);
    if (*out_object)
        return S_OK;
    provider = get_object(ns, "demand");
    if (!provider || FAILED(IUnknown_QueryInterface(provider, &IID_IDemand, (void **)&demand)))
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    return IDemand_Provide(demand, name, out_object);
}

/* The namespace of a name, which the rest of a path goes to; entered. */
static HRESULT get_namespace(struct boot_namespace *ns, const char *name, INamespace **out_inner)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = find_object(ns, name, &object);

    *out_inner = NULL;
    if (FAILED(hr))
        return hr;
    hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)out_inner);
    if (SUCCEEDED(hr))
        return com_path_enter();
    return hr == E_NOINTERFACE ? com_fail(NS_E_NOT_NAMESPACE, name, " is no namespace", NULL) : hr;
}

/*
 * Takes a path apart: its first element goes to `name`. If there are more, *out_inner is the namespace that
 * *out_rest of the path goes to, which com_path_leave() is to follow; else it is NULL.
 */
static HRESULT walk(struct boot_namespace *ns, const char *path, char name[NAMESPACE_NAME_MAX + 1],
                    INamespace **out_inner, const char **out_rest)
{
    HRESULT hr = com_path_split(path, name, out_rest);

    return SUCCEEDED(hr) && **out_rest ? get_namespace(ns, name, out_inner) : hr;
}

/* Takes the entry over on success. */
static HRESULT insert(struct boot_namespace *ns, struct entry *entry)
{
    HRESULT hr = S_OK;
    uint32_t place;

    com_lock_take(&ns->lock);
    place = find_place(ns, entry->name);
    if (is_at(ns, place, entry->name)) {
        hr = com_fail(NS_E_EXISTS, "the name ", entry->name, " is taken", NULL);
    } else if (ns->count == NAMES_MAX) {
        hr = com_fail(RPC_E_OUT_OF_RESOURCES, "256 names are taken", NULL);
    } else {
        memmove(&ns->entries[place + 1], &ns->entries[place], (ns->count - place) * sizeof(ns->entries[0]));
        ns->entries[place] = entry;
        ns->count++;
    }
    com_lock_give(&ns->lock);
    return hr;
}

static HRESULT boot_namespace_Register(INamespace *iface, const char *path, IUnknown *object, uint32_t flags)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    COM_SCOPED(INamespace) inner = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    struct entry *entry;
    const char *rest;
    HRESULT hr;

    if (!object)
        return E_POINTER;
    hr = walk(ns, path, name, &inner, &rest);
    if (FAILED(hr))
        return hr;
    if (inner)
        return com_path_leave(INamespace_Register(inner, rest, object, flags));
    if (!name[0])
        return NS_E_EXISTS; /* "/" is this namespace */
    entry = (struct entry *)com_alloc(sizeof(*entry) + strlen(name) + 1);
    if (!entry)
        return E_OUTOFMEMORY;
    memcpy(entry->name, name, strlen(name) + 1);
    entry->object = object;
    IUnknown_AddRef(object);
    hr = insert(ns, entry);
    if (FAILED(hr))
        free_entry(entry);
    return hr;
}

static HRESULT boot_namespace_Unregister(INamespace *iface, const char *path)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    COM_SCOPED(INamespace) inner = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    struct entry *removed = NULL;
    const char *rest;
    uint32_t place;
    HRESULT hr;

    hr = walk(ns, path, name, &inner, &rest);
    if (FAILED(hr))
        return hr;
    if (inner)
        return com_path_leave(INamespace_Unregister(inner, rest));
    com_lock_take(&ns->lock);
    place = find_place(ns, name);
    if (is_at(ns, place, name)) {
        removed = ns->entries[place];
        ns->count--;
        memmove(&ns->entries[place], &ns->entries[place + 1], (ns->count - place) * sizeof(ns->entries[0]));
    }
    com_lock_give(&ns->lock);
    if (!removed)
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    free_entry(removed);
    return S_OK;
}

static HRESULT boot_namespace_Bind(INamespace *iface, const char *path, uint32_t flags, IUnknown **out_object)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    COM_SCOPED(INamespace) inner = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    const char *rest;
    HRESULT hr;

    *out_object = NULL;
    hr = walk(ns, path, name, &inner, &rest);
    if (FAILED(hr))
        return hr;
    if (inner)
        return com_path_leave(INamespace_Bind(inner, rest, flags, out_object));
    if (name[0])
        return find_object(ns, name, out_object);
    INamespace_AddRef(iface);
    *out_object = (IUnknown *)iface;
    return S_OK;
}

/* The entry behind `after`, whose name goes to `name`, as an object with one more reference; NULL: none. */
static IUnknown *next_object(struct boot_namespace *ns, const char *after, char name[NAMESPACE_NAME_MAX + 1])
{
    IUnknown *object = NULL;
    uint32_t place;

    com_lock_take(&ns->lock);
    place = find_place(ns, after);
    place += is_at(ns, place, after);
    if (place < ns->count) {
        const struct entry *entry = ns->entries[place];

        memcpy(name, entry->name, strlen(entry->name) + 1);
        object = entry->object;
        IUnknown_AddRef(object);
    }
    com_lock_give(&ns->lock);
    return object;
}

/* Objects are asked what they are outside the lock: they may be remote. */
static HRESULT boot_namespace_List(INamespace *iface, const char *after, uint32_t capacity, char *names,
                                   uint32_t *out_length)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    char name[NAMESPACE_NAME_MAX + 1];
    struct com_name_list list;
    HRESULT hr;

    hr = com_name_list_begin(&list, after, names, capacity);
    if (FAILED(hr))
        return hr;
    while (!list.left_out[0]) {
        COM_SCOPED(IUnknown) object = next_object(ns, after, name);
        COM_SCOPED(INamespace) inner = NULL;

        if (!object)
            break;
        com_ignore(IUnknown_QueryInterface(object, &IID_INamespace, (void **)&inner)); /* no: an object */
        com_name_list_add(&list, name, inner != NULL);
        after = name;
    }
    return com_name_list_end(&list, out_length);
}

static const struct INamespaceVtbl boot_namespace_vtbl = {
    .QueryInterface = boot_namespace_QueryInterface,
    .AddRef = boot_namespace_AddRef,
    .Release = boot_namespace_Release,
    .Register = boot_namespace_Register,
    .Unregister = boot_namespace_Unregister,
    .Bind = boot_namespace_Bind,
    .List = boot_namespace_List,
};

/* Needs nothing: `ns` is NULL, this is what will be the namespace. */
HRESULT component_main(INamespace *ns, IUnknown **out_object)
{
    struct boot_namespace *boot = com_alloc(sizeof(*boot));

    (void)ns;
    if (!boot)
        return E_OUTOFMEMORY;
    memset(boot, 0, sizeof(*boot));
    boot->INamespace_iface.vtbl = &boot_namespace_vtbl;
    com_refs_init(&boot->refs);
    *out_object = (IUnknown *)&boot->INamespace_iface;
    return S_OK;
}
