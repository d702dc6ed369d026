/* Bringing a component into the node, in a thread of its own: a constructor that hangs costs nobody else. */
#include "demand_internal.h"

struct demand_entry *demand_find(const char *name)
{
    struct demand_entry *entry;

    for (entry = demand.entries; entry; entry = entry->next)
        if (entry->is_current && strcmp(entry->name, name) == 0)
            return entry;
    return NULL;
}

void demand_forget(struct demand_entry *entry)
{
    struct demand_entry **at = &demand.entries;

    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    demand.count--;
    com_free(entry);
}

/* Binds the image of a name in one folder: FOLDER/NAME.elf. */
static HRESULT bind_in(const char *folder, size_t folder_bytes, const char *name, IFile **out_file)
{
    char path[NAMESPACE_PATH_MAX + 1];
    size_t name_bytes = strlen(name);

    if (folder_bytes + 1 + name_bytes + sizeof(".elf") > sizeof(path))
        return NS_E_BAD_PATH;
    memcpy(path, folder, folder_bytes);
    path[folder_bytes] = '/';
    memcpy(path + folder_bytes + 1, name, name_bytes);
    memcpy(path + folder_bytes + 1 + name_bytes, ".elf", sizeof(".elf"));
    return com_bind(demand.root, path, &IID_IFile, (void **)out_file);
}

/* The first that the search list leads to. A folder that cannot be reached is passed over, unless nothing is
 * found. */
static HRESULT find_file(const char *name, IFile **out_file)
{
    const char *at = demand.search;
    HRESULT worst = NS_E_NOT_FOUND;

    while (*(at += strspn(at, " "))) {
        size_t bytes = strcspn(at, " ");
        HRESULT hr = bind_in(at, bytes, name, out_file);

        if (SUCCEEDED(hr))
            return hr;
        if (hr != NS_E_NOT_FOUND)
            worst = hr;
        at += bytes;
    }
    return worst == NS_E_NOT_FOUND ? com_fail(worst, "no ", name, NULL) : worst;
}

static void set_searcher(struct demand_entry *entry, void *thread)
{
    port_mutex_lock(&demand.lock);
    entry->searcher = thread;
    port_mutex_unlock(&demand.lock);
}

static HRESULT open_file(struct demand_entry *entry, IFile **out_file)
{
    HRESULT hr;

    set_searcher(entry, port_thread_slot());
    hr = entry->path[0] ? com_bind(demand.root, entry->path, &IID_IFile, (void **)out_file)
                        : find_file(entry->name, out_file);
    set_searcher(entry, NULL);
    return hr;
}

/* Reads and links the image, and makes its object. */
static HRESULT construct(struct demand_entry *entry, ILoadedImage **out_image, IUnknown **out_object)
{
    COM_SCOPED(ILoadedImage) image = NULL;
    COM_SCOPED(IFile) file = NULL;
    HRESULT hr = open_file(entry, &file);

    if (SUCCEEDED(hr))
        hr = ILoader_Load(demand.loader, file, entry->name, &image);
    if (SUCCEEDED(hr) && demand.node)
        hr = ILocalNode_AddInterfaces(demand.node, ILoadedImage_GetInterfaces(image));
    if (FAILED(hr))
        return hr;
    hr = ILoadedImage_GetConstructor(image)(demand.root, out_object);
    if (SUCCEEDED(hr) && !*out_object)
        hr = com_fail(OS_E_NOT_PRESENT, entry->name, " made no object", NULL);
    if (FAILED(hr)) {
        if (demand.node)
            com_ignore(
                ILocalNode_RemoveInterfaces(demand.node, ILoadedImage_GetInterfaces(image))); /* unused */
        if (ILoadedImage_IsInUse(image, demand.root) == S_OK)
            (void)COM_TAKE(
                image); /* it failed and left something behind: its code stays rather than a hole */
        return hr;
    }
    *out_image = COM_TAKE(image);
    return S_OK;
}

static void load_main(void *argument)
{
    struct demand_entry *entry = (struct demand_entry *)argument;
    ILoadedImage *image = NULL;
    IUnknown *object = NULL;
    HRESULT hr;

    com_set_world(demand.root, NULL);
    hr = construct(entry, &image, &object);
    port_mutex_lock(&demand.lock);
    entry->image = image;
    entry->object = object;
    entry->hr = hr;
    entry->since_ns = port_now_ns();
    entry->state = SUCCEEDED(hr) ? DEMAND_READY : DEMAND_FAILED;
    if (FAILED(hr))
        strncpy(entry->detail, com_error_detail(), sizeof(entry->detail) - 1);
    port_condition_wake_all(&demand.changed);
    demand_sweep_soon();
    port_mutex_unlock(&demand.lock);
}

HRESULT demand_begin(const char *name, const char *path, struct demand_entry **out_entry)
{
    struct demand_entry *entry;

    if (demand.count == DEMAND_LOADED_MAX)
        return com_fail(RPC_E_OUT_OF_RESOURCES, "too many components are loaded", NULL);
    entry = (struct demand_entry *)com_alloc(sizeof(*entry));
    if (!entry)
        return E_OUTOFMEMORY;
    memset(entry, 0, sizeof(*entry));
    strncpy(entry->name, name, DEMAND_NAME_MAX);
    strncpy(entry->path, path, NAMESPACE_PATH_MAX);
    entry->state = DEMAND_LOADING;
    entry->is_current = !path[0]; /* a new version is, when it is there */
    entry->next = demand.entries;
    demand.entries = entry;
    demand.count++;
    if (!port_thread_start("load", load_main, entry)) {
        demand_forget(entry);
        return E_OUTOFMEMORY;
    }
    *out_entry = entry;
    return S_OK;
}
