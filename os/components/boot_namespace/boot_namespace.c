/* The root of a node: a table of names, sorted, each with an object. */
#include <com_impl.h>
#include <com_names.h>
#include <component.h>
#include <os/components.idl.h>
#include <string.h>

/* Most names; the table grows by steps. */
enum { NAMES_MAX = 256, NAMES_STEP = 16 };

struct entry {
    IUnknown *object; /* one reference */
    char *name;
};

struct boot_namespace {
    INamespace INamespace_iface;
    struct com_refs refs;
    struct com_lock lock;
    struct entry *entries; /* (lock) sorted by name */
    uint32_t count;        /* (lock) */
    uint32_t capacity;     /* (lock) */
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

static uint32_t boot_namespace_Release(INamespace *iface)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    uint32_t left = com_refs_release(&ns->refs);

    if (left)
        return left;
    while (ns->count) {
        ns->count--;
        IUnknown_Release(ns->entries[ns->count].object);
        com_free(ns->entries[ns->count].name);
    }
    com_free(ns->entries);
    com_free(ns);
    return 0;
}

/* Where `name` is, or where it belongs. (lock held) */
static uint32_t find_place(const struct boot_namespace *ns, const char *name, bool *out_found)
{
    uint32_t low = 0, high = ns->count;

    *out_found = false;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        int order = strcmp(ns->entries[middle].name, name);

        if (!order) {
            *out_found = true;
            return middle;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The object of a name, with one more reference; NULL if there is none. */
static IUnknown *get_object(struct boot_namespace *ns, const char *name)
{
    IUnknown *object = NULL;
    uint32_t place;
    bool found;

    com_lock_take(&ns->lock);
    place = find_place(ns, name, &found);
    if (found) {
        object = ns->entries[place].object;
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

/* The namespace of a name, which the rest of a path goes to. */
static HRESULT get_namespace(struct boot_namespace *ns, const char *name, INamespace **out_inner)
{
    COM_SCOPED(IUnknown) object = NULL;
    HRESULT hr = find_object(ns, name, &object);

    *out_inner = NULL;
    if (FAILED(hr))
        return hr;
    hr = IUnknown_QueryInterface(object, &IID_INamespace, (void **)out_inner);
    return hr == E_NOINTERFACE ? com_fail(NS_E_NOT_NAMESPACE, name, " is no namespace", NULL) : hr;
}

/* Makes room for one more entry. (lock held) */
static HRESULT grow(struct boot_namespace *ns)
{
    struct entry *entries;

    if (ns->count < ns->capacity)
        return S_OK;
    if (ns->capacity == NAMES_MAX)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "a node's root has 256 names at most", NULL);
    entries = com_alloc((ns->capacity + NAMES_STEP) * sizeof(*entries));
    if (!entries)
        return E_OUTOFMEMORY;
    if (ns->count)
        memcpy(entries, ns->entries, ns->count * sizeof(*entries));
    com_free(ns->entries);
    ns->entries = entries;
    ns->capacity += NAMES_STEP;
    return S_OK;
}

/* Takes over the reference and the name on success. */
static HRESULT insert(struct boot_namespace *ns, char *name, IUnknown *object)
{
    uint32_t place;
    bool found;
    HRESULT hr;

    com_lock_take(&ns->lock);
    place = find_place(ns, name, &found);
    hr = found ? NS_E_EXISTS : grow(ns);
    if (SUCCEEDED(hr)) {
        memmove(&ns->entries[place + 1], &ns->entries[place], (ns->count - place) * sizeof(ns->entries[0]));
        ns->entries[place] = (struct entry){.object = object, .name = name};
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
    const char *rest;
    char *copy;
    HRESULT hr;

    if (!object)
        return E_POINTER;
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0])
        return NS_E_EXISTS; /* "/" is this namespace */
    if (rest[0]) {
        hr = get_namespace(ns, name, &inner);
        return FAILED(hr) ? hr : INamespace_Register(inner, rest, object, flags);
    }
    copy = com_alloc(strlen(name) + 1);
    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, name, strlen(name) + 1);
    IUnknown_AddRef(object);
    hr = insert(ns, copy, object);
    if (FAILED(hr)) {
        IUnknown_Release(object);
        com_free(copy);
    }
    return hr == NS_E_EXISTS ? com_fail(hr, "the name ", name, " is taken", NULL) : hr;
}

static HRESULT boot_namespace_Unregister(INamespace *iface, const char *path)
{
    struct boot_namespace *ns = impl_from_INamespace(iface);
    COM_SCOPED(INamespace) inner = NULL;
    char name[NAMESPACE_NAME_MAX + 1];
    struct entry removed = {NULL, NULL};
    const char *rest;
    uint32_t place;
    bool found;
    HRESULT hr;

    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (rest[0]) {
        hr = get_namespace(ns, name, &inner);
        return FAILED(hr) ? hr : INamespace_Unregister(inner, rest);
    }
    com_lock_take(&ns->lock);
    place = find_place(ns, name, &found);
    if (found) {
        removed = ns->entries[place];
        ns->count--;
        memmove(&ns->entries[place], &ns->entries[place + 1], (ns->count - place) * sizeof(ns->entries[0]));
    }
    com_lock_give(&ns->lock);
    if (!found)
        return com_fail(NS_E_NOT_FOUND, "no ", name, NULL);
    IUnknown_Release(removed.object);
    com_free(removed.name);
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
    hr = com_path_split(path, name, &rest);
    if (FAILED(hr))
        return hr;
    if (!name[0]) {
        INamespace_AddRef(iface);
        *out_object = (IUnknown *)iface;
        return S_OK;
    }
    if (rest[0]) {
        hr = get_namespace(ns, name, &inner);
        return FAILED(hr) ? hr : INamespace_Bind(inner, rest, flags, out_object);
    }
    return find_object(ns, name, out_object);
}

/* The entry behind `after`, whose name goes to `name`, as an object with one more reference; NULL: none. */
static IUnknown *next_object(struct boot_namespace *ns, const char *after, char name[NAMESPACE_NAME_MAX + 1])
{
    IUnknown *object = NULL;
    uint32_t place;
    bool found;

    com_lock_take(&ns->lock);
    place = find_place(ns, after, &found);
    place += found;
    if (place < ns->count) {
        memcpy(name, ns->entries[place].name, strlen(ns->entries[place].name) + 1);
        object = ns->entries[place].object;
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
    *boot = (struct boot_namespace){.INamespace_iface = {&boot_namespace_vtbl}, .refs = COM_REFS_INIT};
    *out_object = (IUnknown *)&boot->INamespace_iface;
    return S_OK;
}
